//! Table `sale_invoice`: what a ledger has.

use super::table::{SendRow, settled_elsewhere};
use crate::ledger::Issued;
use crate::sales::{self, SaleId, e4};
use crate::state::Happening;
use crate::{Error, Result, attempts};
use chrono::{DateTime, Utc};
use puente_store::{Database, time};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use serde_json::json;

/// A sending that the ledger has.
#[derive(Debug, Clone)]
pub(super) struct Accepted {
    pub send: SendRow,
    pub issued: Issued,
    /// How that became known: `answered`, `there`, `same_key`, `found`, `linked`.
    pub how: &'static str,
}

/// The ledger has them.
///
/// # Errors
/// [`Error::WrongState`] of the first one that was settled elsewhere; the others are written all the same.
pub(super) fn accepted(db: &Database, all: Vec<Accepted>, now: DateTime<Utc>) -> Result<()> {
    let trouble = db.write(move |tx| {
        let mut trouble = None;
        for one in &all {
            match accepted_one(tx, one, now) {
                // Nothing was written of it.
                Err(error @ Error::WrongState { .. }) => trouble = trouble.or(Some(error)),
                done => done?,
            }
        }
        Ok::<_, Error>(trouble)
    })?;
    trouble.map_or(Ok(()), Err)
}

/// As [`accepted`], of a single one.
///
/// # Errors
/// As [`accepted`].
pub(super) fn accept(
    db: &Database,
    send: &SendRow,
    issued: &Issued,
    how: &'static str,
    now: DateTime<Utc>,
) -> Result<()> {
    let one = Accepted {
        send: send.clone(),
        issued: issued.clone(),
        how,
    };
    accepted(db, vec![one], now)
}

fn accepted_one(tx: &Connection, one: &Accepted, now: DateTime<Utc>) -> Result<()> {
    let Accepted { send, issued, how } = one;
    let changed = tx
        .prepare_cached(
            "UPDATE sale_send SET state = 'accepted', settled_at = ?2, outcome = ?3 \
             WHERE id = ?1 AND state IN ('sent', 'uncertain')",
        )?
        .execute(params![
            send.id,
            time::to_text(now),
            json!({ "how": how, "invoice": issued }).to_string()
        ])?;
    settled_elsewhere(tx, send.id, changed)?;
    let answer = if *how == THERE { "there" } else { "accepted" };
    attempts::end(tx, send.id, answer, &issued.number, now)?;
    keep(tx, send, issued)?;
    sales::happen(tx, send.sale_id, Happening::Accepted, now)?;
    tx.prepare_cached(
        "UPDATE sale SET invoice = ?2, stamp = ?3, total_e4 = ?4, reasons = '[]', \
         reason = NULL WHERE id = ?1",
    )?
    .execute(params![
        send.sale_id,
        issued.number,
        issued.stamp,
        e4(issued.total)
    ])?;
    let mut detail = json!({ "how": how, "number": issued.number, "total": issued.total });
    if e4(issued.total) != send.total_e4 {
        detail["expected"] = json!(sales::from_e4(send.total_e4));
    }
    sales::tell(tx, send.sale_id, now, "accepted", &detail)?;
    crate::tasks::check_stored(tx, send.sale_id, now)?;
    if issued.stamp == STAMPED {
        sales::happen(tx, send.sale_id, Happening::Stamped, now)?;
    }
    Ok(())
}

/// How it became known that the ledger had it before it was ever sent from here.
pub(super) const THERE: &str = "there";
/// The word for an invoice that the tax authority accepted.
pub(super) const STAMPED: &str = "Accepted";
/// The word for one that it rejected.
pub(super) const REJECTED: &str = "Rejected";

/// What a body says of stamps, without the rest of it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    stamp: Stamp,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Stamp {
    send: bool,
}

fn keep(conn: &Connection, send: &SendRow, issued: &Issued) -> Result<()> {
    let asked: Asked = serde_json::from_str(&send.body).unwrap_or_default();
    let stamps = asked.stamp.send;
    conn.prepare_cached(
        "INSERT INTO sale_invoice (sale_id, ledger_id, invoice_id, number, date, total_e4, stamp, \
         cufe, public_url, awaits) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        send.sale_id,
        send.ledger_id,
        issued.id,
        issued.number,
        issued.date.to_string(),
        e4(issued.total),
        issued.stamp,
        issued.cufe,
        issued.public_url,
        stamps && issued.stamp != STAMPED
    ])?;
    Ok(())
}

/// An invoice of a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of the table")]
pub struct InvoiceRow {
    pub number: String,
    pub date: String,
    pub total_e4: i64,
    pub stamp: String,
    pub cufe: String,
    pub errors: Vec<String>,
    pub public_url: String,
    pub pdf: String,
    pub xml: String,
}

/// The invoice of a sale, if there is one.
///
/// # Errors
/// Those of the store.
pub fn invoice(room: &crate::Room, sale: SaleId) -> Result<Option<InvoiceRow>> {
    room.state.read(|conn| {
        Ok(conn
            .prepare_cached(
                "SELECT number, date, total_e4, stamp, cufe, errors, public_url, pdf, xml \
                 FROM sale_invoice WHERE sale_id = ?1",
            )?
            .query_row([sale], |row| {
                let errors: String = row.get(5)?;
                Ok(InvoiceRow {
                    number: row.get(0)?,
                    date: row.get(1)?,
                    total_e4: row.get(2)?,
                    stamp: row.get(3)?,
                    cufe: row.get(4)?,
                    errors: serde_json::from_str(&errors).unwrap_or_default(),
                    public_url: row.get(6)?,
                    pdf: row.get(7)?,
                    xml: row.get(8)?,
                })
            })
            .optional()?)
    })
}

/// Invoices that wait for the tax authority.
///
/// # Errors
/// Those of the store.
pub fn awaiting_stamp(db: &Database) -> Result<u64> {
    db.read(|conn| {
        let count: i64 = conn
            .prepare_cached("SELECT count(*) FROM sale_invoice WHERE awaits = 1")?
            .query_row([], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    })
}
