//! Tables `bill_line` and `bill_month`: what channels billed, which replaces what was estimated.

use crate::accounts::{self, ChannelId};
use crate::handlers::{ChannelInput, HOMOLOGATE};
use crate::judge;
use crate::sales::{e4, from_e4};
use crate::{Error, Result, Room};
use chrono::{DateTime, Datelike, Months, NaiveDate, TimeDelta, Utc};
use puente_core::{Cancel, Progress};
use puente_jobs::{NewJob, Running};
use puente_store::{Database, time};
use rusqlite::{OptionalExtension, params};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

/// The kind of job that reads what a channel billed.
pub const BILLS: &str = "sales.bills";

/// Months whose bills are read.
const MONTHS: u32 = 12;
/// A month's bills may still grow for so many days after its end.
const GROWS: TimeDelta = TimeDelta::days(45);
/// A schedule reads bills no more often: they come once a day.
const REST: TimeDelta = TimeDelta::hours(20);

/// What a line of a bill is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BillKind {
    /// For selling.
    SaleFee,
    /// For anything else: kept and shown, and in no margin.
    Other,
}

/// A line of a channel's bill that is about one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillLine {
    /// The channel's number of it.
    pub id: String,
    /// The order.
    pub order: String,
    /// What for.
    pub kind: BillKind,
    /// In the channel's words.
    pub said: String,
    /// How much was charged; below zero where a charge was taken back.
    pub amount: Decimal,
}

/// Whether a channel gave all bills of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Billed {
    /// All that there are so far.
    Whole,
    /// A part: the channel says that there is more, and not what.
    Part,
    /// The account or the application may not read bills, or the channel has none to read.
    Not,
}

/// Result of [`BILLS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct BillsRead {
    /// Lines that were read.
    pub lines: u64,
    /// Months that are not whole yet.
    pub partial: u64,
    /// Whether the channel does not let bills be read.
    pub forbidden: bool,
}

/// Reads what a channel billed in months that may have changed.
///
/// # Errors
/// Those of the channel and of the store; a cancel.
pub fn read(room: &Room, channel_id: ChannelId, job: &Running) -> Result<BillsRead> {
    let account = accounts::channel(&room.state, channel_id)?;
    let channel = room.channel(&account)?;
    let mut done = BillsRead::default();
    let now = room.clock.now();
    for month in months(judge::today(now)) {
        job.cancel.check()?;
        if is_closed(&room.state, channel_id, month)? {
            continue;
        }
        job.progress(Progress::stage("bills").about(month.format("%Y-%m").to_string()));
        let cancel: &Cancel = &job.cancel;
        let billed = channel.billed(month, cancel, &mut |lines| {
            done.lines += lines.len() as u64;
            keep(&room.state, channel_id, lines)
        })?;
        match billed {
            Billed::Not => {
                done.forbidden = true;
                // Asked, so that a schedule doesn't ask again at once.
                keep_month(&room.state, channel_id, month, false, now)?;
                break;
            }
            Billed::Part => done.partial += 1,
            Billed::Whole => {}
        }
        let ended = month
            .checked_add_months(Months::new(1))
            .and_then(|next| next.and_hms_opt(0, 0, 0))
            .is_some_and(|next| now - next.and_utc() > GROWS);
        let closed = billed == Billed::Whole && ended;
        keep_month(&room.state, channel_id, month, closed, now)?;
    }
    if done.lines > 0 {
        let input = json!(ChannelInput { channel_id });
        job.enqueue(NewJob::new(HOMOLOGATE, input).once())
            .map_err(|error| Error::Travelled(error.into()))?;
    }
    Ok(done)
}

/// Whether a schedule should read the bills of a channel account now.
///
/// # Errors
/// Those of the store.
pub fn is_due(db: &Database, channel: ChannelId, now: DateTime<Utc>) -> Result<bool> {
    let (read_at, _) = standing(db, channel)?;
    Ok(read_at.is_none_or(|at| now - at > REST))
}

/// When bills of a channel account were last read, and the orders whose fee is known from one.
///
/// # Errors
/// Those of the store.
pub fn standing(db: &Database, channel: ChannelId) -> Result<(Option<DateTime<Utc>>, u64)> {
    db.read(|conn| {
        let read: Option<String> = conn
            .prepare_cached("SELECT max(read_at) FROM bill_month WHERE channel_id = ?1")?
            .query_row([channel], |row| row.get(0))?;
        let orders: i64 = conn
            .prepare_cached(
                "SELECT count(DISTINCT order_id) FROM bill_line \
                 WHERE channel_id = ?1 AND kind = 'sale_fee'",
            )?
            .query_row([channel], |row| row.get(0))?;
        let read = read.and_then(|text| time::from_text(&text).ok());
        Ok((read, orders.unsigned_abs()))
    })
}

/// This month and those before it, the newest first.
fn months(today: NaiveDate) -> Vec<NaiveDate> {
    let first = today.with_day(1).unwrap_or(today);
    (0..MONTHS)
        .filter_map(|back| first.checked_sub_months(Months::new(back)))
        .collect()
}

fn number(month: NaiveDate) -> i32 {
    month.year() * 100 + i32::try_from(month.month()).unwrap_or(1)
}

fn is_closed(db: &Database, channel: ChannelId, month: NaiveDate) -> Result<bool> {
    let month = number(month);
    db.read(|conn| {
        let closed: Option<bool> = conn
            .prepare_cached("SELECT closed FROM bill_month WHERE channel_id = ?1 AND month = ?2")?
            .query_row(params![channel, month], |row| row.get(0))
            .optional()?;
        Ok(closed.unwrap_or(false))
    })
}

fn keep_month(
    db: &Database,
    channel: ChannelId,
    month: NaiveDate,
    closed: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    let month = number(month);
    db.write(move |tx| {
        tx.prepare_cached(
            "INSERT INTO bill_month (channel_id, month, closed, read_at) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (channel_id, month) DO UPDATE SET closed = excluded.closed, \
             read_at = excluded.read_at",
        )?
        .execute(params![channel, month, closed, time::to_text(now)])?;
        Ok(())
    })
}

/// Keeps lines of bills; one that is known is replaced.
fn keep(db: &Database, channel: ChannelId, lines: Vec<BillLine>) -> Result<()> {
    db.write(move |tx| {
        for line in &lines {
            let kind = match line.kind {
                BillKind::SaleFee => "sale_fee",
                BillKind::Other => "other",
            };
            tx.prepare_cached(
                "INSERT OR REPLACE INTO bill_line \
                 (channel_id, line_id, order_id, kind, said, amount_e4) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                channel,
                line.id,
                line.order,
                kind,
                line.said,
                e4(line.amount)
            ])?;
        }
        Ok(())
    })
}

/// What was billed for selling, order by order, where a channel billed anything.
#[derive(Debug, Clone)]
pub struct Bills {
    db: Database,
    channel: ChannelId,
}

impl Bills {
    /// Those of a channel account; none where nothing was billed.
    ///
    /// # Errors
    /// Those of the store.
    pub fn of(db: &Database, channel: ChannelId) -> Result<Option<Bills>> {
        let any = db.read(|conn| {
            conn.prepare_cached("SELECT 1 FROM bill_line WHERE channel_id = ?1 LIMIT 1")?
                .exists([channel])
                .map_err(puente_store::Error::from)
        })?;
        Ok(any.then(|| Bills {
            db: db.clone(),
            channel,
        }))
    }

    /// What was billed for selling these orders; none unless each of them was billed.
    ///
    /// # Errors
    /// Those of the store.
    pub fn fee<'a>(&self, orders: impl Iterator<Item = &'a str>) -> Result<Option<Decimal>> {
        let orders: Vec<&str> = orders.collect();
        self.db.read(|conn| {
            let mut statement = conn.prepare_cached(
                "SELECT sum(amount_e4) FROM bill_line \
                 WHERE channel_id = ?1 AND order_id = ?2 AND kind = 'sale_fee'",
            )?;
            let mut sum = Decimal::ZERO;
            for order in &orders {
                let one: Option<i64> =
                    statement.query_row(params![self.channel, order], |row| row.get(0))?;
                let Some(one) = one else { return Ok(None) };
                sum += from_e4(one);
            }
            Ok((!orders.is_empty()).then_some(sum))
        })
    }
}
