//! Tables `sale`, `sale_body`, `sale_order` and `sale_event`: what was sold, and where it stands.

mod stored;

pub use stored::Stored;
pub(crate) use stored::store;

use crate::accounts::ChannelId;
use crate::model::{Sale, Status};
use crate::reason::Reason;
use crate::state::{Happening, State};
use crate::{Error, Result, to_json};
use chrono::{DateTime, Utc};
use puente_core::fixed::{self, MONEY_SCALE};
use puente_store::{Database, time};
use rusqlite::{Connection, OptionalExtension, Row, params};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// Row id of a sale.
pub type SaleId = i64;

/// A sale as it stands in its row.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of the table")]
pub struct SaleRow {
    pub id: SaleId,
    pub channel_id: ChannelId,
    pub key: String,
    pub sold_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub status: String,
    pub state: State,
    pub buyer: String,
    pub items: i64,
    pub currency: String,
    pub paid_e4: i64,
    pub total_e4: Option<i64>,
    pub reasons: Vec<Reason>,
    pub margin_e4: Option<i64>,
    pub estimated: bool,
    pub invoice: String,
    pub stamp: String,
    pub changed_at: DateTime<Utc>,
}

/// Something that happened to a sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SaleEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// What, as the key of a text: `imported`, `changed`, `intended`, `sent`, `unanswered`, `accepted`.
    pub kind: String,
    /// Particulars.
    #[ts(type = "Record<string, unknown>")]
    pub detail: Value,
}

pub(crate) const COLUMNS: &str = "id, channel_id, key, sold_at, updated_at, status, state, buyer, \
     items, currency, paid_e4, total_e4, reasons, margin_e4, estimated, invoice, stamp, changed_at";

pub(crate) fn read_row(row: &Row<'_>) -> rusqlite::Result<SaleRow> {
    let moment = |at: usize| -> rusqlite::Result<DateTime<Utc>> {
        Ok(time::from_text(row.get_ref(at)?.as_str()?).unwrap_or_default())
    };
    Ok(SaleRow {
        id: row.get(0)?,
        channel_id: row.get(1)?,
        key: row.get(2)?,
        sold_at: moment(3)?,
        updated_at: moment(4)?,
        status: row.get(5)?,
        state: State::parse(row.get_ref(6)?.as_str()?).unwrap_or(State::Pending),
        buyer: row.get(7)?,
        items: row.get(8)?,
        currency: row.get(9)?,
        paid_e4: row.get(10)?,
        total_e4: row.get(11)?,
        reasons: serde_json::from_str(row.get_ref(12)?.as_str()?).unwrap_or_default(),
        margin_e4: row.get(13)?,
        estimated: row.get(14)?,
        invoice: row.get(15)?,
        stamp: row.get(16)?,
        changed_at: moment(17)?,
    })
}

/// An amount as the tables keep it; finer than a ten-thousandth is rounded, halves away from zero.
pub fn e4(amount: Decimal) -> i64 {
    let rounded =
        amount.round_dp_with_strategy(MONEY_SCALE, RoundingStrategy::MidpointAwayFromZero);
    fixed::from_decimal(rounded, MONEY_SCALE).unwrap_or(i64::MAX)
}

/// An amount of the tables.
pub fn from_e4(amount: i64) -> Decimal {
    fixed::to_decimal(amount, MONEY_SCALE).normalize()
}

/// The row of a sale.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(db: &Database, id: SaleId) -> Result<SaleRow> {
    db.read(|conn| row_of(conn, id))
}

pub(crate) fn row_of(conn: &Connection, id: SaleId) -> Result<SaleRow> {
    conn.prepare_cached(&format!("SELECT {COLUMNS} FROM sale WHERE id = ?1"))?
        .query_row([id], read_row)
        .optional()?
        .ok_or_else(|| Error::not_found("sale", id))
}

/// The channel of a sale, where it stands, and the digest of what its channel gave.
pub(crate) fn standing(conn: &Connection, id: SaleId) -> Result<(ChannelId, State, String)> {
    conn.prepare_cached("SELECT channel_id, state, digest FROM sale WHERE id = ?1")?
        .query_row([id], |row| {
            let state = State::parse(row.get_ref(1)?.as_str()?).unwrap_or(State::Pending);
            Ok((row.get(0)?, state, row.get(2)?))
        })
        .optional()?
        .ok_or_else(|| Error::not_found("sale", id))
}

/// The sale as its channel gave it.
///
/// # Errors
/// [`Error::NotFound`].
pub fn body(db: &Database, id: SaleId) -> Result<Sale> {
    db.read(|conn| body_of(conn, id))
}

pub(crate) fn body_of(conn: &Connection, id: SaleId) -> Result<Sale> {
    let text: Option<String> = conn
        .prepare_cached("SELECT body FROM sale_body WHERE sale_id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    let text = text.ok_or_else(|| Error::not_found("sale", id))?;
    serde_json::from_str(&text).map_err(|error| Error::invalid("sale", error.to_string()))
}

/// The sale of a key as its channel gave it; none when there is none.
pub(crate) fn body_by_key(
    conn: &Connection,
    channel: ChannelId,
    key: &str,
) -> Result<Option<Sale>> {
    let text: Option<String> = conn
        .prepare_cached(
            "SELECT body FROM sale_body JOIN sale ON sale.id = sale_body.sale_id \
             WHERE sale.channel_id = ?1 AND sale.key = ?2",
        )?
        .query_row(params![channel, key], |row| row.get(0))
        .optional()?;
    text.map(|text| {
        serde_json::from_str(&text).map_err(|error| Error::invalid("sale", error.to_string()))
    })
    .transpose()
}

/// The sale of that number, or of that key of a channel.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &Database, name: &str) -> Result<SaleRow> {
    db.read(|conn| {
        let sql = format!(
            "SELECT {COLUMNS} FROM sale WHERE key = ?1 OR CAST(id AS TEXT) = ?1 \
             ORDER BY key = ?1 DESC LIMIT 1"
        );
        conn.prepare_cached(&sql)?
            .query_row([name.trim().trim_start_matches('#')], read_row)
            .optional()?
            .ok_or_else(|| Error::not_found("sale", name))
    })
}

/// Reads sales one after another, in bounded memory. One that went meanwhile is passed over.
///
/// # Errors
/// Those of the store, and those of `take`.
pub fn each(
    db: &Database,
    ids: &[SaleId],
    mut take: impl FnMut(SaleRow, Sale) -> Result<()>,
) -> Result<()> {
    for some in ids.chunks(500) {
        let found: Vec<(SaleRow, Sale)> = db.read(|conn| {
            let mut found = Vec::with_capacity(some.len());
            for id in some {
                match row_of(conn, *id).and_then(|row| Ok((row, body_of(conn, *id)?))) {
                    Ok(both) => found.push(both),
                    Err(Error::NotFound { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(found)
        })?;
        for (row, sale) in found {
            take(row, sale)?;
        }
    }
    Ok(())
}

/// What happened to a sale, oldest first.
///
/// # Errors
/// Those of the store.
pub fn events(db: &Database, id: SaleId) -> Result<Vec<SaleEvent>> {
    db.read(|conn| {
        let mut statement = conn.prepare_cached(
            "SELECT at, kind, detail FROM sale_event WHERE sale_id = ?1 ORDER BY id",
        )?;
        let rows = statement.query_map([id], |row| {
            Ok(SaleEvent {
                at: time::from_text(row.get_ref(0)?.as_str()?).unwrap_or_default(),
                kind: row.get(1)?,
                detail: serde_json::from_str(row.get_ref(2)?.as_str()?).unwrap_or_default(),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    })
}

/// Adds to the history of a sale.
pub(crate) fn tell(
    conn: &Connection,
    id: SaleId,
    now: DateTime<Utc>,
    kind: &str,
    detail: &Value,
) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO sale_event (sale_id, at, kind, detail) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![id, time::to_text(now), kind, detail.to_string()])?;
    Ok(())
}

/// Moves a sale on, if the table of states lets it. Whether it did.
pub(crate) fn happen(
    conn: &Connection,
    id: SaleId,
    what: Happening,
    now: DateTime<Utc>,
) -> Result<State> {
    let state: Option<String> = conn
        .prepare_cached("SELECT state FROM sale WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    let text = state.ok_or_else(|| Error::not_found("sale", id))?;
    let state = State::parse(&text).unwrap_or(State::Pending);
    let next = state.after(what).ok_or(Error::WrongState {
        sale: id,
        state: state.as_str(),
    })?;
    conn.prepare_cached("UPDATE sale SET state = ?2, changed_at = ?3 WHERE id = ?1")?
        .execute(params![id, next.as_str(), time::to_text(now)])?;
    Ok(next)
}

/// Whether something of a sale was, or may have been, sent.
pub(crate) fn was_sent(conn: &Connection, id: SaleId) -> Result<bool> {
    Ok(conn
        .prepare_cached("SELECT 1 FROM sale_send WHERE sale_id = ?1 AND state <> 'refused'")?
        .exists([id])?)
}

/// One of the orders of a sale that another sale holds, and the key of that one.
pub(crate) fn order_elsewhere(
    conn: &Connection,
    channel: ChannelId,
    id: SaleId,
    orders: &[String],
) -> Result<Option<(String, String)>> {
    for order in orders {
        let other: Option<String> = conn
            .prepare_cached(
                "SELECT sale.key FROM sale_order JOIN sale ON sale.id = sale_order.sale_id \
                 WHERE sale_order.channel_id = ?1 AND order_id = ?2 AND sale_id <> ?3",
            )?
            .query_row(params![channel, order, id], |row| row.get(0))
            .optional()?;
        if let Some(other) = other {
            return Ok(Some((order.clone(), other)));
        }
    }
    Ok(None)
}

/// The result of homologating a sale, written where lists see it.
pub(crate) fn judge(
    conn: &Connection,
    id: SaleId,
    status: Status,
    draft_total: Option<Decimal>,
    reasons: &[Reason],
    now: DateTime<Utc>,
) -> Result<State> {
    let what = match (status, reasons.is_empty()) {
        (Status::Cancelled, _) => Happening::CancelledThere,
        (_, true) => Happening::Fits,
        (_, false) => Happening::Blocked,
    };
    let next = happen(conn, id, what, now)?;
    // The ledger's own words stay until what it refused fits again.
    if next == State::Refused {
        return Ok(next);
    }
    let reasons = if next == State::Voided { &[] } else { reasons };
    conn.prepare_cached("UPDATE sale SET reasons = ?2, reason = ?3, total_e4 = ?4 WHERE id = ?1")?
        .execute(params![
            id,
            to_json(&reasons),
            reasons.first().map(Reason::name),
            draft_total.map(e4)
        ])?;
    Ok(next)
}

/// Where a sale's earnings are written for lists.
pub(crate) fn set_margin(
    conn: &Connection,
    id: SaleId,
    margin: Decimal,
    estimated: bool,
) -> Result<()> {
    conn.prepare_cached("UPDATE sale SET margin_e4 = ?2, estimated = ?3 WHERE id = ?1")?
        .execute(params![id, e4(margin), estimated])?;
    Ok(())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
