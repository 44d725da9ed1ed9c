//! Table `sale_attempt`: every attempt at telling a ledger of a sale. A row is committed with the step that
//! lets it leave, and closed with the step that knows what came of it.

use crate::Result;
use crate::sales::{SaleId, hex};
use chrono::{DateTime, Utc};
use puente_store::{Database, time};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;

/// Characters of an answer that are kept.
const SAID: usize = 2000;

/// An attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SaleAttempt")]
pub struct Attempt {
    /// When it left.
    pub at: DateTime<Utc>,
    /// Which sending of the sale: grows after a refusal only.
    pub version: i64,
    /// SHA-256 of what was sent, in hexadecimal.
    pub sha256: String,
    /// What was sent; empty where the sending was taken back and nothing of the same words followed.
    pub body: String,
    /// `accepted`, `there`, `refused`, `not_now`, `stop`, `unknown`; empty while nothing is known.
    pub answer: String,
    /// What came back, or what was seen in its place.
    pub said: String,
    /// When that was known.
    pub ended_at: Option<DateTime<Utc>>,
}

/// The attempts of a sale, oldest first.
///
/// # Errors
/// Those of the store.
pub fn of_sale(db: &Database, sale: SaleId) -> Result<Vec<Attempt>> {
    db.read(|conn| {
        let mut statement = conn.prepare_cached(
            "SELECT a.at, a.version, a.sha256, coalesce(s.body, ''), a.answer, a.said, a.ended_at \
             FROM sale_attempt AS a LEFT JOIN sale_send AS s \
             ON s.sale_id = a.sale_id AND s.version = a.version \
             WHERE a.sale_id = ?1 ORDER BY a.id",
        )?;
        let rows = statement.query_map([sale], |row| {
            let (sha256, mut body): (String, String) = (row.get(2)?, row.get(3)?);
            // A sending that was taken back may have gone out with other words since.
            if hash_of(&body) != sha256 {
                body.clear();
            }
            Ok(Attempt {
                at: time::from_text(row.get_ref(0)?.as_str()?).unwrap_or_default(),
                version: row.get(1)?,
                sha256,
                body,
                answer: row.get(4)?,
                said: row.get(5)?,
                ended_at: crate::accounts::moment(row, 6)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    })
}

fn hash_of(body: &str) -> String {
    hex(&Sha256::digest(body.as_bytes()))
}

/// One leaves now. One before it whose answer was never known is closed.
pub(crate) fn begin(conn: &Connection, send: i64, now: DateTime<Utc>) -> Result<()> {
    end(conn, send, "unknown", "", now)?;
    let row: Option<(SaleId, i64, String)> = conn
        .prepare_cached("SELECT sale_id, version, body FROM sale_send WHERE id = ?1")?
        .query_row([send], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    if let Some((sale, version, body)) = row {
        first(conn, send, (sale, version, &body), now)?;
    }
    Ok(())
}

/// As [`begin`], where none was before it: of that sale and version, with that body.
pub(crate) fn first(
    conn: &Connection,
    send: i64,
    (sale, version, body): (SaleId, i64, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    conn.prepare_cached(
        "INSERT INTO sale_attempt (send_id, sale_id, version, at, sha256) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        send,
        sale,
        version,
        time::to_text(now),
        hash_of(body)
    ])?;
    Ok(())
}

/// It did not leave after all: there was no attempt.
pub(crate) fn undo(conn: &Connection, send: i64, sale: SaleId) -> Result<()> {
    conn.prepare_cached(
        "DELETE FROM sale_attempt WHERE send_id = ?1 AND sale_id = ?2 AND ended_at IS NULL",
    )?
    .execute([send, sale])?;
    Ok(())
}

/// What came of the one that left last. One that is closed stays as it is.
pub(crate) fn end(
    conn: &Connection,
    send: i64,
    answer: &str,
    said: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let said: String = said.chars().take(SAID).collect();
    conn.prepare_cached(
        "UPDATE sale_attempt SET answer = ?2, said = ?3, ended_at = ?4 \
         WHERE id = (SELECT max(id) FROM sale_attempt WHERE sale_id = \
         (SELECT sale_id FROM sale_send WHERE id = ?1)) AND send_id = ?1 AND ended_at IS NULL",
    )?
    .execute(params![send, answer, said, time::to_text(now)])?;
    Ok(())
}

/// As [`end`], in a commit of its own.
pub(crate) fn close(
    db: &Database,
    send: i64,
    answer: &'static str,
    said: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let said = said.to_owned();
    db.write(move |tx| end(tx, send, answer, &said, now))
}
