//! Table `sale_task`: what a person has to do about a sale.

use crate::model::{Sale, Status};
use crate::sales::{self, SaleId};
use crate::state::Happening;
use crate::{Error, Result};
use chrono::{DateTime, Utc};
use puente_store::{Database, time};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde_json::json;
use ts_rs::TS;

/// A task: so far a credit note for a sale that was cancelled after it was invoiced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "SaleTask")]
pub struct Task {
    /// Its number.
    pub id: i64,
    /// The sale.
    pub sale_id: SaleId,
    /// The channel's number of the sale.
    pub sale: String,
    /// Number of the invoice.
    pub invoice: String,
    /// `credit_note`.
    pub kind: String,
    /// When it came up.
    pub made_at: DateTime<Utc>,
    /// When somebody had done it.
    pub done_at: Option<DateTime<Utc>>,
    /// What they wrote: the number of the credit note.
    pub note: String,
}

/// Asks for a credit note, once.
pub(crate) fn ask_credit_note(conn: &Connection, sale: SaleId, now: DateTime<Utc>) -> Result<()> {
    let added = conn
        .prepare_cached(
            "INSERT OR IGNORE INTO sale_task (sale_id, kind, made_at) VALUES (?1, 'credit_note', ?2)",
        )?
        .execute(params![sale, time::to_text(now)])?;
    if added > 0 {
        sales::tell(conn, sale, now, "credit_note_needed", &json!({}))?;
    }
    Ok(())
}

/// Asks for a credit note when less than what was invoiced is left of a sale: all of it was cancelled, an
/// order of its pack was, or money went back.
pub(crate) fn check(conn: &Connection, id: SaleId, sale: &Sale, now: DateTime<Utc>) -> Result<()> {
    let invoiced = sales::row_of(conn, id)?.total_e4.unwrap_or_default();
    let left = sales::e4(sale.paid() + sale.shipping_paid());
    let gone = matches!(sale.status, Status::Cancelled | Status::Refunded);
    if gone || left < invoiced - CENTS_OF_ROUNDING_E4 {
        ask_credit_note(conn, id, now)?;
    }
    Ok(())
}

/// As [`check`], of a sale as it is stored.
pub(crate) fn check_stored(conn: &Connection, id: SaleId, now: DateTime<Utc>) -> Result<()> {
    // Most have nothing to ask for, and their bodies are long.
    let fits = conn
        .prepare_cached(
            "SELECT 1 FROM sale WHERE id = ?1 AND status IN ('paid', 'pending') \
             AND paid_e4 >= coalesce(total_e4, 0) - ?2",
        )?
        .exists([id, CENTS_OF_ROUNDING_E4])?;
    if fits {
        return Ok(());
    }
    let body = sales::body_of(conn, id)?;
    check(conn, id, &body, now)
}

/// An invoice may be so much above what was paid by the office's own tolerance: it is no money that went
/// back.
const CENTS_OF_ROUNDING_E4: i64 = 1_000 * 10_000;

/// Tasks, those that are not done first.
///
/// # Errors
/// Those of the store.
pub fn list(db: &Database, sale: Option<SaleId>) -> Result<Vec<Task>> {
    db.read(|conn| {
        let mut statement = conn.prepare_cached(
            "SELECT sale_task.id, sale_id, sale.key, sale.invoice, kind, made_at, done_at, note \
             FROM sale_task JOIN sale ON sale.id = sale_id WHERE ?1 IS NULL OR sale_id = ?1 \
             ORDER BY done_at IS NOT NULL, sale_task.id DESC",
        )?;
        let rows = statement.query_map([sale], |row| {
            Ok(Task {
                id: row.get(0)?,
                sale_id: row.get(1)?,
                sale: row.get(2)?,
                invoice: row.get(3)?,
                kind: row.get(4)?,
                made_at: time::from_text(row.get_ref(5)?.as_str()?).unwrap_or_default(),
                done_at: crate::accounts::moment(row, 6)?,
                note: row.get(7)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    })
}

/// A person made the credit note: the sale is voided.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::WrongState`] when the sale is not invoiced.
pub fn done(db: &Database, id: i64, note: String, now: DateTime<Utc>) -> Result<SaleId> {
    db.write(move |tx| {
        let sale: Option<SaleId> = tx
            .prepare_cached("SELECT sale_id FROM sale_task WHERE id = ?1 AND done_at IS NULL")?
            .query_row([id], |row| row.get(0))
            .optional()?;
        let sale = sale.ok_or_else(|| Error::not_found("task", id))?;
        tx.prepare_cached("UPDATE sale_task SET done_at = ?2, note = ?3 WHERE id = ?1")?
            .execute(params![id, time::to_text(now), note])?;
        sales::happen(tx, sale, Happening::Credited, now)?;
        sales::tell(tx, sale, now, "credited", &json!({ "note": note }))?;
        Ok(sale)
    })
}
