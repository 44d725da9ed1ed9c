//! Lists of SIIGO: pages, and filters by date.

use super::refusal::{Refusal, Trouble};
use crate::clouds::call::{Call, Reply};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde_json::{Value, json};

const DEFAULT: usize = 25;
const MOST: usize = 100;

/// Which rows of a list are asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    number: usize,
    size: usize,
}

impl Page {
    /// `least` is the smallest size that this list keeps to; smaller ones are quietly not.
    pub(crate) fn of(call: &Call, least: usize) -> Result<Self, Refusal> {
        let whole = |name: &str, default: usize, most: usize| match call.query(name) {
            None => Ok(default),
            Some(text) => text
                .parse::<usize>()
                .ok()
                .filter(|value| (1..=most).contains(value))
                .ok_or_else(|| {
                    Refusal::one(
                        400,
                        Trouble::new("invalid_range", format!("{name} is out of range")).at(name),
                    )
                }),
        };
        Ok(Page {
            number: whole("page", 1, 1_000_000)?,
            size: whole("page_size", DEFAULT, MOST)?.max(least),
        })
    }

    /// One page of rows, each shown only when it is on it.
    pub(crate) fn show<T>(
        self,
        call: &Call,
        rows: &[T],
        links: &str,
        show: impl Fn(&T) -> Value,
    ) -> Reply {
        let from = (self.number - 1).saturating_mul(self.size);
        let results: Vec<Value> = rows.iter().skip(from).take(self.size).map(show).collect();
        let link = |number: usize| {
            json!({"href": format!("https://api.siigo.com{}?page={number}&page_size={}",
                                   call.path, self.size)})
        };
        let mut around = json!({"self": link(self.number)});
        if self.number > 1 {
            around["previous"] = link(self.number - 1);
        }
        if from + results.len() < rows.len() {
            around["next"] = link(self.number + 1);
        }
        let mut body = json!({
            "pagination": {"page": self.number, "page_size": self.size,
                           "total_results": rows.len()},
            "results": results,
        });
        body[links] = around;
        Reply::json(200, &body)
    }
}

/// A range of moments from `<name>_start` and `<name>_end`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Between {
    start: Option<NaiveDateTime>,
    end: Option<NaiveDateTime>,
}

impl Between {
    pub(crate) fn of(call: &Call, name: &str) -> Result<Self, Refusal> {
        let read = |end: &str, last: bool| {
            let field = format!("{name}_{end}");
            call.query(&field)
                .map(|text| {
                    moment(text, last).ok_or_else(|| {
                        Refusal::one(
                            400,
                            Trouble::new("invalid_date", format!("{field} is not a date"))
                                .at(field.clone()),
                        )
                    })
                })
                .transpose()
        };
        let range = Between {
            start: read("start", false)?,
            end: read("end", true)?,
        };
        match (range.start, range.end) {
            (Some(start), Some(end)) if start > end => Err(Refusal::one(
                400,
                Trouble::new("invalid_date_range", "The start is after the end")
                    .at(format!("{name}_start")),
            )),
            _ => Ok(range),
        }
    }

    pub(crate) fn has(self, at: DateTime<Utc>) -> bool {
        self.has_moment(at.naive_utc())
    }

    pub(crate) fn has_day(self, day: NaiveDate) -> bool {
        self.has_moment(day.and_time(chrono::NaiveTime::MIN))
    }

    fn has_moment(self, at: NaiveDateTime) -> bool {
        self.start.is_none_or(|start| at >= start) && self.end.is_none_or(|end| at <= end)
    }
}

/// `yyyy-MM-dd`, whose end is the end of that day, or `yyyy-MM-ddTHH:mm:ssZ`.
fn moment(text: &str, last: bool) -> Option<NaiveDateTime> {
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return if last {
            day.and_hms_opt(23, 59, 59)
        } else {
            day.and_hms_opt(0, 0, 0)
        };
    }
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%SZ").ok()
}

/// Refuses query parameters that the list does not document.
pub(crate) fn only(call: &Call, known: &[&str]) -> Result<(), Refusal> {
    match call
        .query
        .iter()
        .find(|(name, _)| !known.contains(&name.as_str()))
    {
        None => Ok(()),
        Some((name, _)) => Err(Refusal::one(
            400,
            Trouble::new(
                "parameter_not_allowed",
                format!("The filter {name} is not documented"),
            )
            .at(name),
        )),
    }
}
