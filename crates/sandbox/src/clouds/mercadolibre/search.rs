//! `GET /orders/search`.

use super::model::{Order, OrderStatus};
use super::{Meli, refuse, show};
use crate::clouds::call::{Call, Reply};
use chrono::{DateTime, FixedOffset, Months, TimeDelta, Timelike as _, Utc};
use serde_json::{Value, json};

const MOST: usize = 50;
/// How far an offset reaches, with its page.
const DEEPEST: usize = 10_000;
const MONTHS: u32 = 12;

impl Meli {
    pub(crate) fn search(&self, call: &Call, user: i64, now: DateTime<Utc>) -> Reply {
        if call.query("seller") != Some(user.to_string().as_str()) {
            return refuse(403, "forbidden", "The seller is not the owner of the token");
        }
        if call.query("scroll_id").is_some() && call.query("offset").is_some() {
            return refuse(400, "invalid_request", "Either scroll_id or offset");
        }
        let whole = |name: &str, default: usize| match call.query(name) {
            None => Some(default),
            Some(text) => text.parse::<usize>().ok(),
        };
        let (Some(offset), Some(limit)) = (whole("offset", 0), whole("limit", MOST)) else {
            return refuse(400, "invalid_request", "offset and limit are numbers");
        };
        if limit == 0 || limit > MOST {
            return refuse(400, "invalid_limit", "The limit must be from 1 to 50");
        }
        if offset + limit > DEEPEST {
            return refuse(400, "invalid_offset", "The offset is too far");
        }
        let ascending = match call.query("sort") {
            None | Some("date_desc") => false,
            Some("date_asc") => true,
            Some(_) => return refuse(400, "invalid_sort", "This sort does not exist"),
        };
        let ranges = match Ranges::of(call) {
            Ok(ranges) => ranges,
            Err(field) => {
                return refuse(400, "invalid_request", &format!("{field} is not a date"));
            }
        };
        let statuses: Option<Vec<&str>> = call
            .query("order.status")
            .map(|list| list.split(',').collect());
        let oldest = now - Months::new(MONTHS);
        let asked = call.query("q").unwrap_or_default();
        let mut rows: Vec<&Order> = self
            .books
            .changed(user, ranges.updated.0, ranges.updated.1)
            .filter(|order| order.created >= oldest && order.created <= now)
            .filter(|order| match &statuses {
                None => order.status != OrderStatus::Cancelled,
                Some(statuses) => statuses.contains(&order.status.as_str()),
            })
            .filter(|order| ranges.have(order))
            .filter(|order| asked.is_empty() || order.id.to_string() == asked)
            .filter(|order| fits_tags(order, call))
            .collect();
        rows.sort_by_key(|order| (order.closed, order.id));
        if !ascending {
            rows.reverse();
        }
        let results: Vec<Value> = rows
            .iter()
            .skip(offset)
            .take(limit)
            .map(|order| show::order(order))
            .collect();
        Reply::json(
            200,
            &json!({
                "query": asked, "results": results,
                "sort": if ascending {
                    json!({"id": "date_asc", "name": "Date ascending"})
                } else {
                    json!({"id": "date_desc", "name": "Date descending"})
                },
                "available_sorts": [], "filters": [],
                "paging": {"total": rows.len(), "offset": offset, "limit": limit},
                "display": "complete",
            }),
        )
    }

    /// Changes the first order of a page that was just shown.
    pub(crate) fn touch_first(&mut self, reply: &Reply, now: DateTime<Utc>) {
        let id = serde_json::from_slice::<Value>(&reply.body)
            .ok()
            .and_then(|body| body["results"][0]["id"].as_i64());
        if let Some(id) = id {
            self.books.change(id, &super::OrderChange::Touch, now);
        }
    }
}

fn fits_tags(order: &Order, call: &Call) -> bool {
    let has = |name: &str| {
        call.query(name)
            .map(|list| list.split(',').any(|tag| order.tags.contains(&tag)))
    };
    has("tags").unwrap_or(true) && !has("tags.not").unwrap_or(false)
}

type Range = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// The ranges that are asked for. `order.last_updated` is not among the names: it is ignored.
struct Ranges {
    created: Range,
    updated: Range,
    closed: Range,
}

impl Ranges {
    fn of(call: &Call) -> Result<Self, String> {
        let read = |name: &str| -> Result<Range, String> {
            let end = |end: &str| {
                let field = format!("order.{name}.{end}");
                call.query(&field)
                    .map(|text| hour(text).ok_or(field.clone()))
                    .transpose()
            };
            Ok((end("from")?, end("to")?))
        };
        Ok(Ranges {
            created: read("date_created")?,
            updated: read("date_last_updated")?,
            closed: read("date_closed")?,
        })
    }

    fn have(&self, order: &Order) -> bool {
        let within = |(from, to): Range, at: DateTime<Utc>| {
            from.is_none_or(|from| at >= from) && to.is_none_or(|to| at <= to)
        };
        within(self.created, order.created)
            && within(self.updated, order.updated)
            && within(self.closed, order.closed)
    }
}

/// Only the hour of a date counts: minutes and seconds are dropped, at both ends.
fn hour(text: &str) -> Option<DateTime<Utc>> {
    let at: DateTime<FixedOffset> = DateTime::parse_from_rfc3339(text).ok()?;
    let past = TimeDelta::minutes(i64::from(at.minute()))
        + TimeDelta::seconds(i64::from(at.second()))
        + TimeDelta::nanoseconds(i64::from(at.nanosecond()));
    Some((at - past).with_timezone(&Utc))
}
