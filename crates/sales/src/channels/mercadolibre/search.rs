//! Orders that changed, slice of time by slice of time.
//!
//! The search honours only the hour of a date and says nothing of its ends, so each slice is asked for an
//! hour wider. Its pages move while they are read: each begins some rows before the end of the last one,
//! and a page that shares none of them shows that rows were passed over, so the slice is read again. It
//! leaves out cancelled orders unless they are asked for, so every slice is asked twice.

use super::client::Client;
use super::orders;
use super::read::{self, Read};
use crate::channel::Piece;
use crate::model::{Sale, Status};
use crate::read::Json;
use crate::{Error, Result};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use puente_core::Cancel;
use puente_store::time;
use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};

/// As far back as the search remembers orders.
const MEMORY: TimeDelta = TimeDelta::days(365);
/// Read again each time: what arrives late, and clocks that differ.
const OVERLAP: TimeDelta = TimeDelta::hours(2);
/// How much wider a slice is asked for.
const WIDER: TimeDelta = TimeDelta::hours(1);
/// The first slice, and the shortest.
const LONGEST: TimeDelta = TimeDelta::days(30);
const SHORTEST: TimeDelta = TimeDelta::hours(1);
/// Orders on a page: the most that the search gives.
const PAGE: u64 = 50;
/// Rows that two pages share.
const SHARED: u64 = 5;
/// Orders of a slice before it is cut in two. A page beyond the ten-thousandth is never given.
const SLICE: u64 = 1_000;
const CEILING: u64 = 9_900;
/// Readings of a slice whose pages keep moving.
const READINGS: u32 = 6;

/// How far the reading has come: everything changed before that time is stored.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Checkpoint {
    until: DateTime<Utc>,
}

pub(super) fn changed(
    client: &Client,
    checkpoint: Option<Value>,
    cancel: &Cancel,
    take: &mut dyn FnMut(Piece) -> Result<()>,
) -> Result<()> {
    let now = client.room.clock.now();
    let kept: Option<Checkpoint> = checkpoint.and_then(|value| serde_json::from_value(value).ok());
    // A clock that stood ahead last time must not leave a gap.
    let begin = kept.map_or(now - MEMORY, |kept| kept.until.min(now) - OVERLAP);
    let mut from = begin.max(now - MEMORY);
    let mut length = LONGEST;
    while from < now {
        cancel.check()?;
        let to = (from + length).min(now);
        let slice = Slice { from, to };
        match slice.read(client, cancel, take)? {
            Outcome::Done(orders) => {
                from = to;
                if orders < SLICE / 4 {
                    length = (length * 2).min(LONGEST);
                }
            }
            Outcome::TooMany => length = ((to - from) / 2).max(SHORTEST),
        }
    }
    Ok(())
}

enum Outcome {
    Done(u64),
    TooMany,
}

#[derive(Clone, Copy)]
struct Slice {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Slice {
    fn read(
        self,
        client: &Client,
        cancel: &Cancel,
        take: &mut dyn FnMut(Piece) -> Result<()>,
    ) -> Result<Outcome> {
        let before = json!(Checkpoint { until: self.from });
        let mut done = HashSet::new();
        let mut count = 0;
        for cancelled in [false, true] {
            let mut readings = 0;
            loop {
                readings += 1;
                let mut on_page = |orders: Vec<Read>, left: u64| -> Result<()> {
                    let read = orders.len() as u64;
                    let sales = sales(client, orders, &mut done, cancel)?;
                    count += read;
                    take(Piece {
                        sales,
                        checkpoint: before.clone(),
                        orders: read,
                        left: Some(left),
                    })
                };
                match self.pages(client, cancelled, cancel, &mut on_page)? {
                    Pages::Whole => break,
                    Pages::TooMany => return Ok(Outcome::TooMany),
                    Pages::Moved if readings < READINGS => {}
                    Pages::Moved => {
                        return Err(Error::Busy {
                            cloud: super::NAME,
                            status: 200,
                            wait: None,
                        });
                    }
                }
            }
        }
        take(Piece {
            sales: Vec::new(),
            checkpoint: json!(Checkpoint { until: self.to }),
            orders: 0,
            left: None,
        })?;
        Ok(Outcome::Done(count))
    }

    fn pages(
        self,
        client: &Client,
        cancelled: bool,
        cancel: &Cancel,
        on_page: &mut dyn FnMut(Vec<Read>, u64) -> Result<()>,
    ) -> Result<Pages> {
        let mut offset = 0;
        let mut tail: HashSet<String> = HashSet::new();
        loop {
            cancel.check()?;
            let query = self.query(&client.account.seller_id, cancelled, offset);
            let got = client.get("/orders/search", &query, &[], cancel)?;
            if !got.is_there() {
                return Err(Error::Refused {
                    cloud: super::NAME,
                    status: got.status,
                    said: got.body.text("message"),
                });
            }
            let total = got.body.field("paging").number("total").unwrap_or_default();
            let total = u64::try_from(total).unwrap_or_default();
            let short = self.to - self.from <= SHORTEST;
            if (total > SLICE && !short) || total > CEILING {
                return match short {
                    false => Ok(Pages::TooMany),
                    true => Err(Error::Unreadable {
                        cloud: super::NAME,
                        said: format!("{total} orders in an hour"),
                    }),
                };
            }
            let results = got.body.list("results");
            let ids: Vec<String> = results.iter().map(|order| order.text("id")).collect();
            if offset > 0 && !ids.is_empty() && !ids.iter().any(|id| tail.contains(id)) {
                return Ok(Pages::Moved);
            }
            let orders = results
                .iter()
                .filter_map(read::order)
                .filter(|order| order.updated >= self.from - WIDER)
                .collect();
            let read = offset + ids.len() as u64;
            on_page(orders, total.saturating_sub(read))?;
            if ids.is_empty() || read >= total {
                return Ok(Pages::Whole);
            }
            tail = ids
                .iter()
                .rev()
                .take(usize::try_from(SHARED).unwrap_or(5))
                .cloned()
                .collect();
            offset = read.saturating_sub(SHARED).max(offset + 1);
        }
    }

    fn query(self, seller: &str, cancelled: bool, offset: u64) -> Vec<(&'static str, String)> {
        let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let mut query = vec![
            ("seller", seller.to_owned()),
            ("order.date_last_updated.from", text(self.from - WIDER)),
            ("order.date_last_updated.to", text(self.to + WIDER)),
            ("sort", "date_asc".to_owned()),
            ("offset", offset.to_string()),
            ("limit", PAGE.to_string()),
        ];
        if cancelled {
            query.push(("order.status", "cancelled".to_owned()));
        }
        query
    }
}

enum Pages {
    Whole,
    Moved,
    TooMany,
}

/// The sales of the orders on a page, without those that are stored as they are.
fn sales(
    client: &Client,
    orders: Vec<Read>,
    done: &mut HashSet<String>,
    cancel: &Cancel,
) -> Result<Vec<Sale>> {
    let mut groups: BTreeMap<String, Vec<Read>> = BTreeMap::new();
    for order in orders {
        let key = order.pack.clone().unwrap_or_else(|| order.id.clone());
        groups.entry(key).or_default().push(order);
    }
    let mut sales = Vec::new();
    for (key, orders) in groups {
        // The other orders of a pack come along with the first: what is on a later page is newer than
        // nothing that was read.
        let newest = orders.iter().map(|order| order.updated).max();
        let mark = format!("{key} {}", newest.unwrap_or_default());
        if done.contains(&mark) || is_known(client, &orders)? {
            continue;
        }
        cancel.check()?;
        let sale = match orders.first().is_some_and(|order| order.pack.is_some()) {
            true => orders::of_pack(client, &key, &orders, cancel)?,
            false => orders::of_orders(client, &orders, cancel)?,
        };
        done.insert(mark);
        sales.extend(sale);
    }
    Ok(sales)
}

/// Whether all these orders are stored as they are now, with nothing that is still to come.
fn is_known(client: &Client, orders: &[Read]) -> Result<bool> {
    let channel = client.account.id;
    client.room.state.read(|conn| {
        let mut statement = conn.prepare_cached(
            "SELECT sale.updated_at, sale.status FROM sale_order \
             JOIN sale ON sale.id = sale_order.sale_id \
             WHERE sale_order.channel_id = ?1 AND order_id = ?2 \
             AND coalesce(reason, '') NOT IN ('identity_processing', 'incomplete')",
        )?;
        for order in orders {
            let stored: Option<(String, String)> = statement
                .query_row((channel, &order.id), |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let same = stored.is_some_and(|(updated, status)| {
                let cancelled = order.status == Status::Cancelled;
                updated >= time::to_text(order.updated)
                    && (!cancelled || status == Status::Cancelled.as_str())
            });
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    })
}
