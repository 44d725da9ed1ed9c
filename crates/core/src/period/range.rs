//! Ranges of days.

use super::{Month, epoch_day, parse_date, sane_year};
use crate::value::{Reason, ValueError};
use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// Days from one to another, both among them; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct DateRange {
    from: NaiveDate,
    to: NaiveDate,
}

impl DateRange {
    /// Those days.
    ///
    /// # Errors
    /// [`ValueError::Period`] when `to` is before `from` or a year makes no sense.
    pub fn new(from: NaiveDate, to: NaiveDate) -> Result<DateRange, ValueError> {
        for date in [from, to] {
            sane_year(date.year()).map_err(|reason| ValueError::Period {
                text: date.to_string(),
                reason,
            })?;
        }
        if to < from {
            let text = format!("{from}..{to}");
            return Err(ValueError::Period {
                text,
                reason: Reason::Reversed,
            });
        }
        Ok(DateRange { from, to })
    }

    /// Reads two days written `2026-11-22`.
    ///
    /// # Errors
    /// As [`DateRange::new`], and when one is not written so.
    pub fn parse(from: &str, to: &str) -> Result<DateRange, ValueError> {
        DateRange::new(parse_date(from)?, parse_date(to)?)
    }

    /// From the first day of a month to the last of another; `year` is one that makes sense.
    pub(super) fn of_months(year: i32, first: u32, last: u32) -> DateRange {
        let from = NaiveDate::from_ymd_opt(year, first, 1).unwrap_or_default();
        let to = (28..=31)
            .rev()
            .find_map(|day| NaiveDate::from_ymd_opt(year, last, day));
        DateRange {
            from,
            to: to.unwrap_or(from),
        }
    }

    /// The first day.
    pub fn from(self) -> NaiveDate {
        self.from
    }

    /// The last day.
    pub fn to(self) -> NaiveDate {
        self.to
    }

    /// The day after the last, for comparing with `<`.
    pub fn before(self) -> NaiveDate {
        self.to
            .checked_add_days(Days::new(1))
            .unwrap_or(NaiveDate::MAX)
    }

    /// How many days.
    pub fn len(self) -> u32 {
        u32::try_from(epoch_day(self.to) - epoch_day(self.from) + 1).unwrap_or_default()
    }

    /// Never: a range has at least one day.
    pub fn is_empty(self) -> bool {
        false
    }

    /// Whether the day is among them.
    pub fn contains(self, date: NaiveDate) -> bool {
        (self.from..=self.to).contains(&date)
    }

    /// The days in both; `None` when they do not meet.
    pub fn meet(self, other: DateRange) -> Option<DateRange> {
        let (from, to) = (self.from.max(other.from), self.to.min(other.to));
        (from <= to).then_some(DateRange { from, to })
    }

    /// The months that it touches, in order.
    pub fn months(self) -> impl Iterator<Item = Month> {
        let months = Month::of(self.from).ok().zip(Month::of(self.to).ok());
        months
            .into_iter()
            .flat_map(|(first, last)| first.through(last))
    }
}

impl fmt::Display for DateRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.from, self.to)
    }
}

impl<'de> Deserialize<'de> for DateRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Days {
            from: NaiveDate,
            to: NaiveDate,
        }
        let Days { from, to } = Days::deserialize(deserializer)?;
        DateRange::new(from, to).map_err(serde::de::Error::custom)
    }
}
