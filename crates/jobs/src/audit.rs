//! The `audit` table: who did what, for good. The table itself refuses changes and deletions.

use crate::Error;
use crate::job::json;
use chrono::{DateTime, Utc};
use puente_store::time::{from_text, to_text};
use rusqlite::{Connection, Transaction, params};
use serde::Serialize;
use serde_json::Value;

/// An entry of the audit trail.
#[derive(Debug, Clone, PartialEq, Serialize, ts_rs::TS)]
pub struct AuditEntry {
    /// Its place in the trail.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who: a user, an API key by its name, `schedule:<name>`.
    pub actor: String,
    /// What was done: `server.add`.
    pub action: String,
    /// To what: `server:3`.
    pub subject: String,
    /// Further facts. Never a secret.
    #[ts(type = "Record<string, unknown>")]
    pub detail: Value,
}

/// Adds an entry as a part of the caller's write, so that a change and its trace are one.
///
/// # Errors
/// Those of the database.
pub fn append(
    tx: &Transaction<'_>,
    now: DateTime<Utc>,
    actor: &str,
    action: &str,
    subject: &str,
    detail: &Value,
) -> Result<i64, Error> {
    tx.prepare_cached(
        "INSERT INTO audit (at, actor, action, subject, detail) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        to_text(now),
        actor,
        action,
        subject,
        json("detail", detail)?
    ])?;
    Ok(tx.last_insert_rowid())
}

/// A page of entries, newest first: about `subject` if given, and before entry `before` if given.
pub(crate) fn list(
    connection: &Connection,
    subject: Option<&str>,
    before: Option<i64>,
    (offset, limit): (u32, u32),
) -> Result<Vec<AuditEntry>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT id, at, actor, action, subject, detail FROM audit
         WHERE (?1 IS NULL OR subject = ?1) AND (?2 IS NULL OR id < ?2)
         ORDER BY id DESC LIMIT ?3 OFFSET ?4",
    )?;
    let mut rows = statement.query(params![subject, before, limit, offset])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(AuditEntry {
            id: row.get("id")?,
            at: from_text(&row.get::<_, String>("at")?)?,
            actor: row.get("actor")?,
            action: row.get("action")?,
            subject: row.get("subject")?,
            detail: serde_json::from_str(&row.get::<_, String>("detail")?).map_err(|e| {
                Error::Unreadable {
                    column: "detail",
                    reason: e.to_string(),
                }
            })?,
        });
    }
    Ok(entries)
}

/// How many entries there are, on whatever page.
pub(crate) fn count(connection: &Connection, subject: Option<&str>) -> Result<i64, Error> {
    let mut statement =
        connection.prepare_cached("SELECT count(*) FROM audit WHERE ?1 IS NULL OR subject = ?1")?;
    Ok(statement.query_row([subject], |row| row.get(0))?)
}
