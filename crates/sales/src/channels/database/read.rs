//! Reading documents.

use super::DatabaseChannel;
use super::build::{Part, Parts, TaxPart, sale_of};
use super::profile::{Changes, SalesProfile};
use crate::channel::Piece;
use crate::model::{Sale, Status};
use crate::{Error, Result, sales};
use puente_core::{Cancel, fixed};
use puente_databases::{Chunk, Condition, Flow, Kind, Mark, Match, RecordDb, Scan, Value as Cell};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// Documents whose lines are read at once.
const BATCH: usize = 200;
/// Decimals of amounts and quantities.
pub(super) const SCALE: u8 = 4;

/// A header, as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Header {
    pub kind: String,
    pub number: String,
    pub letter: Option<String>,
    /// Microseconds since 1970 on the source's clock; none where it is NULL.
    pub date: Option<i64>,
    pub hour: Option<String>,
    pub total: Option<i64>,
    pub payment: String,
    pub tax_id: String,
    pub tax_id_kind: String,
    pub customer: String,
    /// Whether it waits, where the profile tells.
    pub pending: bool,
    pub copies: u32,
    pub unreadable: Vec<String>,
}

impl Header {
    pub(super) fn key(&self) -> String {
        format!("{} {}", self.kind.trim(), self.number.trim())
            .trim()
            .to_owned()
    }
}

/// Where a column of a scan came to stand.
struct Slots {
    scan: Scan,
}

impl Slots {
    fn of(table: &str) -> Slots {
        Slots {
            scan: Scan::of(table),
        }
    }

    fn add(&mut self, name: &str, kind: Kind) -> usize {
        self.scan.columns.push(puente_databases::ScanColumn {
            name: name.to_owned(),
            kind,
        });
        self.scan.columns.len() - 1
    }

    fn may(&mut self, name: Option<&String>, kind: Kind) -> Option<usize> {
        name.map(|name| self.add(name, kind))
    }
}

const MONEY: Kind = Kind::Decimal { scale: SCALE };

fn text(chunk: &Chunk, at: Option<usize>, row: usize) -> Option<String> {
    let column = chunk.columns.get(at?)?;
    column.text(row).map(|text| text.trim_end().to_owned())
}

fn number(chunk: &Chunk, at: Option<usize>, row: usize) -> Option<i64> {
    chunk.columns.get(at?)?.number(row)
}

/// An amount out of its digits, as a column of [`MONEY`] has it; none where it is too large or too fine.
fn scaled(digits: &str) -> Option<i64> {
    let amount: Decimal = digits.trim().parse().ok()?;
    fixed::from_decimal(amount, u32::from(SCALE)).ok()
}

/// Headers of documents: those that wait, or those that match.
pub(super) fn headers(
    db: &mut dyn RecordDb,
    profile: &SalesProfile,
    since: Option<&Mark>,
    matches: Option<&[Match]>,
) -> Result<Vec<Header>> {
    match read_headers(db, profile, since, matches, MONEY) {
        // A total that is too large is its own document's trouble: all are read again by their digits.
        Err(Error::Database(puente_databases::Error::NumberOverflow { .. })) => {
            read_headers(db, profile, since, matches, Kind::Text)
        }
        read => read,
    }
}

fn read_headers(
    db: &mut dyn RecordDb,
    profile: &SalesProfile,
    since: Option<&Mark>,
    matches: Option<&[Match]>,
    totals: Kind,
) -> Result<Vec<Header>> {
    let of = &profile.documents;
    let mut slots = Slots::of(&of.table);
    let kind = slots.add(&of.kind, Kind::Text);
    let number_at = slots.add(&of.number, Kind::Text);
    let date = slots.add(&of.date, Kind::Timestamp);
    let letter = slots.may(of.letter.as_ref(), Kind::Text);
    let hour = slots.may(of.hour.as_ref(), Kind::Text);
    let total = slots.may(of.total.as_ref(), totals);
    let payment = slots.may(of.payment.as_ref(), Kind::Text);
    let tax_id = slots.may(of.tax_id.as_ref(), Kind::Text);
    let tax_id_kind = slots.may(of.tax_id_kind.as_ref(), Kind::Text);
    let customer = slots.may(of.customer.as_ref(), Kind::Text);
    let pending = slots.may(
        of.pending.as_ref().map(|pending| &pending.column),
        Kind::Int,
    );
    if let Some(mark) = since {
        slots.scan = slots.scan.only(Condition::ChangedSince(mark.clone()));
    }
    let waiting = of.pending.as_ref().map(|pending| pending.value);
    let only: Vec<Match> = match (matches, &of.pending) {
        (Some(matches), _) => matches.to_vec(),
        (None, Some(pending)) => vec![Match::is(&pending.column, Cell::Int(pending.value))],
        (None, None) => Vec::new(),
    };
    let mut found: Vec<Header> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    db.select(&slots.scan, &only, &mut |chunk| {
        for row in 0..chunk.rows {
            let written = |at: Option<usize>| text(chunk, at, row).unwrap_or_default();
            let mut header = Header {
                kind: written(Some(kind)),
                number: written(Some(number_at)),
                letter: letter.map(|at| written(Some(at))),
                date: number(chunk, Some(date), row),
                hour: text(chunk, hour, row),
                total: number(chunk, total, row),
                payment: written(payment),
                tax_id: written(tax_id),
                tax_id_kind: written(tax_id_kind),
                customer: written(customer),
                pending: pending.is_none() || number(chunk, pending, row) == waiting,
                copies: 1,
                unreadable: Vec::new(),
            };
            if let (Kind::Text, Some(digits), Some(name)) =
                (totals, text(chunk, total, row), &of.total)
            {
                header.total = scaled(&digits);
                if header.total.is_none() {
                    let place = format!("{}.{name}: {digits}", of.table);
                    header.unreadable.push(place);
                }
            }
            let key = header.key();
            match places.get(&key).copied() {
                Some(at) => {
                    if let Some(first) = found.get_mut(at) {
                        first.copies += 1;
                        first.pending |= header.pending;
                    }
                }
                None => {
                    places.insert(key, found.len());
                    found.push(header);
                }
            }
        }
        Ok(Flow::Continue)
    })?;
    let skipped = |header: &Header| {
        let letter = super::build::letter(header);
        let known = profile.meaning(header.kind.trim(), &letter);
        known.is_some_and(|known| known.skip)
    };
    found.retain(|header| !skipped(header));
    Ok(found)
}

/// See [`crate::channel::Channel::changed`].
pub(super) fn changed(
    channel: &DatabaseChannel,
    checkpoint: Option<Value>,
    cancel: &Cancel,
    take: &mut dyn FnMut(Piece) -> Result<()>,
) -> Result<()> {
    let mut db = channel.open(cancel)?;
    let documents = &channel.profile.documents;
    let tells = documents.pending.is_none() && documents.changes == Changes::Server;
    // Before the rows are read: what changes meanwhile is read again the next time.
    let now = if tells { db.mark()? } else { None };
    let since: Option<Mark> = checkpoint
        .and_then(|value| serde_json::from_value(value.get("mark")?.clone()).ok())
        .filter(|_| now.is_some());
    let headers = match headers(db.as_mut(), &channel.profile, since.as_ref(), None) {
        // What the mark counts from is gone: everything is read again.
        Err(Error::Database(
            puente_databases::Error::Restored { .. }
            | puente_databases::Error::ChangesForgotten { .. },
        )) => headers(db.as_mut(), &channel.profile, None, None)?,
        read => read?,
    };
    let seen: HashSet<String> = headers.iter().map(Header::key).collect();
    let headers = without_told(channel, headers)?;
    let (all, mut done) = (headers.len() as u64, 0);
    let mut before = json!({ "mark": since });
    for part in headers.chunks(BATCH) {
        cancel.check()?;
        let sales = sales_of(channel, db.as_mut(), part)?;
        done += part.len() as u64;
        if done == all {
            before = json!({ "mark": now });
        }
        take(Piece {
            orders: part.len() as u64,
            left: Some(all - done),
            sales,
            checkpoint: before.clone(),
        })?;
    }
    if documents.pending.is_some() {
        vanished(channel, db.as_mut(), &seen, take)?;
    } else if all == 0 {
        take(Piece {
            sales: Vec::new(),
            checkpoint: json!({ "mark": now }),
            orders: 0,
            left: Some(0),
        })?;
    }
    Ok(())
}

/// Headers whose documents the ledger doesn't have yet. One that it has and that waits in the source all the
/// same is owed its mark again: the source was restored, or somebody took the mark away.
fn without_told(channel: &DatabaseChannel, headers: Vec<Header>) -> Result<Vec<Header>> {
    let id = channel.account.id;
    let (told, rest): (Vec<Header>, Vec<Header>) = {
        let known = channel.room.state.read(|conn| {
            let mut statement = conn.prepare_cached(
                "SELECT 1 FROM sale JOIN sale_send ON sale_send.sale_id = sale.id \
                 WHERE sale.channel_id = ?1 AND sale.key = ?2 AND sale_send.state = 'accepted'",
            )?;
            let mut known = HashSet::new();
            for header in &headers {
                let key = header.key();
                if statement.exists((id, &key))? {
                    known.insert(key);
                }
            }
            Ok::<_, Error>(known)
        })?;
        headers
            .into_iter()
            .partition(|header| known.contains(&header.key()))
    };
    if channel.profile.documents.pending.is_some() && !told.is_empty() {
        let keys: Vec<String> = told.iter().map(Header::key).collect();
        channel.room.state.write(move |tx| {
            for key in &keys {
                tx.prepare_cached(
                    "DELETE FROM sale_mark WHERE state = 'source' AND sale_id = \
                     (SELECT id FROM sale WHERE channel_id = ?1 AND key = ?2)",
                )?
                .execute((id, key))?;
            }
            Ok::<_, Error>(())
        })?;
    }
    Ok(rest)
}

/// Sales that wait here and not there any more: somebody else told of them, or took them back.
fn vanished(
    channel: &DatabaseChannel,
    db: &mut dyn RecordDb,
    seen: &HashSet<String>,
    take: &mut dyn FnMut(Piece) -> Result<()>,
) -> Result<()> {
    let id = channel.account.id;
    let waiting: Vec<String> = channel.room.state.read(|conn| {
        let mut statement = conn.prepare_cached(
            "SELECT key FROM sale WHERE channel_id = ?1 AND state IN ('pending', 'ready', 'refused')",
        )?;
        let rows = statement.query_map([id], |row| row.get(0))?;
        Ok::<_, Error>(rows.collect::<rusqlite::Result<_>>()?)
    })?;
    let mut gone = Vec::new();
    for key in waiting.into_iter().filter(|key| !seen.contains(key)) {
        let now = match one(channel, db, &key)? {
            Some(sale) => Some(sale),
            None => channel
                .room
                .state
                .read(|conn| sales::body_by_key(conn, id, &key))?
                .map(|sale| Sale {
                    status: Status::Cancelled,
                    ..sale
                }),
        };
        gone.extend(now);
    }
    if gone.is_empty() {
        return Ok(());
    }
    take(Piece {
        sales: gone,
        checkpoint: json!({}),
        orders: 0,
        left: Some(0),
    })
}

/// The document of a key as it is there.
pub(super) fn one(
    channel: &DatabaseChannel,
    db: &mut dyn RecordDb,
    key: &str,
) -> Result<Option<Sale>> {
    let matches = channel.matches(key)?;
    let found = headers(db, &channel.profile, None, Some(&matches))?;
    Ok(sales_of(channel, db, &found)?.into_iter().next())
}

/// Whether the source has the document at all.
pub(super) fn is_there(
    channel: &DatabaseChannel,
    db: &mut dyn RecordDb,
    key: &str,
) -> Result<bool> {
    let matches = channel.matches(key)?;
    Ok(!headers(db, &channel.profile, None, Some(&matches))?.is_empty())
}

fn sales_of(
    channel: &DatabaseChannel,
    db: &mut dyn RecordDb,
    headers: &[Header],
) -> Result<Vec<Sale>> {
    if headers.is_empty() {
        return Ok(Vec::new());
    }
    let profile = &channel.profile;
    match parts(db, profile, headers) {
        Ok(parts) => headers
            .iter()
            .map(|header| sale_of(profile, header, &parts))
            .collect(),
        // One of them has a value that can't be had: each is read alone, and that one says so.
        Err(Error::Database(error)) if place_of(&error).is_some() => {
            let mut sales = Vec::with_capacity(headers.len());
            for header in headers {
                sales.push(alone(db, profile, header)?);
            }
            Ok(sales)
        }
        Err(error) => Err(error),
    }
}

fn alone(db: &mut dyn RecordDb, profile: &SalesProfile, header: &Header) -> Result<Sale> {
    let error = match parts(db, profile, std::slice::from_ref(header)) {
        Ok(parts) => return sale_of(profile, header, &parts),
        Err(error) => error,
    };
    let Error::Database(of_source) = &error else {
        return Err(error);
    };
    let Some(place) = place_of(of_source) else {
        return Err(error);
    };
    let mut header = header.clone();
    header.unreadable.push(place);
    sale_of(profile, &header, &Parts::default())
}

/// The place and the value that one document alone is in trouble by, in no language; none for any other trouble.
fn place_of(error: &puente_databases::Error) -> Option<String> {
    use puente_databases::Error::{InvalidText, NumberOverflow, ValueTooLarge};
    if let NumberOverflow {
        table,
        column,
        value,
    } = error
    {
        return Some(format!("{table}.{column}: {value}"));
    }
    if let InvalidText {
        table,
        column,
        charset,
    } = error
    {
        return Some(format!("{table}.{column}: {charset}"));
    }
    if let ValueTooLarge {
        table,
        column,
        limit,
    } = error
    {
        return Some(format!("{table}.{column} > {limit}"));
    }
    None
}

/// Lines, taxes and payments of some documents.
fn parts(db: &mut dyn RecordDb, profile: &SalesProfile, headers: &[Header]) -> Result<Parts> {
    let numbers: Vec<Cell> = headers
        .iter()
        .map(|header| header.number.clone())
        .collect::<HashSet<_>>()
        .into_iter()
        .map(Cell::Text)
        .collect();
    let only = |column: &str| {
        vec![Match {
            column: column.to_owned(),
            values: numbers.clone(),
        }]
    };
    let mut parts = Parts::default();
    let of = &profile.lines;
    let mut slots = Slots::of(&of.table);
    let kind = slots.add(&of.kind, Kind::Text);
    let number_at = slots.add(&of.number, Kind::Text);
    let sku = slots.add(&of.sku, Kind::Text);
    let quantity = slots.add(&of.quantity, MONEY);
    let net = slots.add(&of.net, MONEY);
    let order = slots.may(of.order.as_ref(), Kind::Int);
    let title = slots.may(of.title.as_ref(), Kind::Text);
    let tax = slots.may(of.tax.as_ref(), MONEY);
    let rate = slots.may(of.rate.as_ref(), MONEY);
    let group = slots.may(of.group.as_ref(), Kind::Text);
    db.select(&slots.scan, &only(&of.number), &mut |chunk| {
        for row in 0..chunk.rows {
            let written = |at: Option<usize>| text(chunk, at, row).unwrap_or_default();
            let part = Part {
                order: number(chunk, order, row).unwrap_or_default(),
                sku: written(Some(sku)),
                title: written(title),
                quantity: number(chunk, Some(quantity), row),
                net: number(chunk, Some(net), row),
                tax: number(chunk, tax, row),
                rate: number(chunk, rate, row),
                group: written(group),
            };
            parts.line(&written(Some(kind)), &written(Some(number_at)), part);
        }
        Ok(Flow::Continue)
    })?;
    if let Some(of) = &profile.taxes {
        let mut slots = Slots::of(&of.table);
        let kind = slots.add(&of.kind, Kind::Text);
        let number_at = slots.add(&of.number, Kind::Text);
        let amount = slots.add(&of.amount, MONEY);
        let rate = slots.may(of.rate.as_ref(), MONEY);
        let order = slots.may(of.order.as_ref(), Kind::Int);
        db.select(&slots.scan, &only(&of.number), &mut |chunk| {
            for row in 0..chunk.rows {
                let written = |at: usize| text(chunk, Some(at), row).unwrap_or_default();
                let part = TaxPart {
                    order: number(chunk, order, row),
                    rate: number(chunk, rate, row),
                    amount: number(chunk, Some(amount), row).unwrap_or_default(),
                };
                parts.tax(&written(kind), &written(number_at), part);
            }
            Ok(Flow::Continue)
        })?;
    }
    if let Some(of) = &profile.payments {
        let mut slots = Slots::of(&of.table);
        let kind = slots.add(&of.kind, Kind::Text);
        let number_at = slots.add(&of.number, Kind::Text);
        let amount = slots.add(&of.amount, MONEY);
        let method = slots.add(&of.method, Kind::Text);
        db.select(&slots.scan, &only(&of.number), &mut |chunk| {
            for row in 0..chunk.rows {
                let written = |at: usize| text(chunk, Some(at), row).unwrap_or_default();
                let amount = number(chunk, Some(amount), row).unwrap_or_default();
                parts.payment(&written(kind), &written(number_at), amount, written(method));
            }
            Ok(Flow::Continue)
        })?;
    }
    Ok(parts)
}
