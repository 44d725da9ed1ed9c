//! Table `ledger_account`: where invoices go.

use super::{LedgerId, LedgerKind, error, moment};
use crate::{Error, Result, to_json};
use chrono::{DateTime, Utc};
use puente_store::{Database, time};
use rusqlite::{OptionalExtension, Row, params};

/// A company in an accounting cloud.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    /// Row id; 0 while it is not registered.
    pub id: LedgerId,
    /// As people call it, unique.
    pub name: String,
    /// Which cloud.
    pub kind: LedgerKind,
    /// What only this kind has.
    pub settings: serde_json::Value,
    /// `https://api.siigo.com`.
    pub base_url: String,
    /// The API's user.
    pub user: String,
    /// How the office's program names itself to the cloud.
    pub partner_id: String,
    /// Requests that the cloud takes in a minute, 1 to 1000.
    pub per_minute: u32,
    /// Name of the access key in the keyring.
    pub secret_name: String,
    /// When the last contact was.
    pub checked_at: Option<DateTime<Utc>>,
    /// Why it failed; none when it went well.
    pub last_error: Option<puente_core::Error>,
}

const LEDGER: &str = "SELECT id, name, base_url, user_name, partner_id, per_minute, secret_name, \
     checked_at, last_error, kind, settings FROM ledger_account";

fn ledger_row(row: &Row<'_>) -> rusqlite::Result<Ledger> {
    Ok(Ledger {
        id: row.get(0)?,
        name: row.get(1)?,
        base_url: row.get(2)?,
        user: row.get(3)?,
        partner_id: row.get(4)?,
        per_minute: row.get(5)?,
        secret_name: row.get(6)?,
        checked_at: moment(row, 7)?,
        last_error: error(row, 8)?,
        kind: LedgerKind::parse(row.get_ref(9)?.as_str()?),
        settings: serde_json::from_str(row.get_ref(10)?.as_str()?).unwrap_or_default(),
    })
}

/// All ledgers, by name.
///
/// # Errors
/// Those of the store.
pub fn ledgers(db: &Database) -> Result<Vec<Ledger>> {
    db.read(|conn| {
        let mut statement = conn.prepare_cached(&format!("{LEDGER} ORDER BY name"))?;
        let rows = statement.query_map([], ledger_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    })
}

/// The ledger of that id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn ledger(db: &Database, id: LedgerId) -> Result<Ledger> {
    find_ledger(db, &id.to_string())
}

/// The ledger of that name, whatever its case, or of that number.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find_ledger(db: &Database, name: &str) -> Result<Ledger> {
    db.read(|conn| {
        conn.prepare_cached(&format!(
            "{LEDGER} WHERE CAST(id AS TEXT) = ?1 OR name = ?1"
        ))?
        .query_row([name.trim()], ledger_row)
        .optional()?
        .ok_or_else(|| Error::not_found("ledger", name))
    })
}

/// Registers a ledger; its secret goes to the keyring under the name that [`ledger_secret`] gives, which
/// is the caller's to do.
///
/// # Errors
/// [`Error::Exists`], those of the store.
pub fn insert_ledger(db: &Database, new: Ledger, now: DateTime<Utc>) -> Result<LedgerId> {
    db.write(move |tx| {
        let taken: bool = tx
            .prepare("SELECT 1 FROM ledger_account WHERE name = ?1")?
            .exists([&new.name])?;
        if taken {
            return Err(Error::Exists {
                what: "ledger",
                name: new.name,
            });
        }
        tx.execute(
            "INSERT INTO ledger_account (name, base_url, user_name, partner_id, per_minute, \
             secret_name, created_at, checked_at, kind, settings) \
             VALUES (?1, ?2, ?3, ?4, ?5, '', ?6, ?6, ?7, ?8)",
            params![
                new.name,
                new.base_url,
                new.user,
                new.partner_id,
                new.per_minute,
                time::to_text(now),
                new.kind.as_str(),
                new.settings.to_string()
            ],
        )?;
        let id = tx.last_insert_rowid();
        tx.execute(
            "UPDATE ledger_account SET secret_name = ?2 WHERE id = ?1",
            params![id, ledger_secret(id)],
        )?;
        Ok(id)
    })
}

/// Name of a ledger's access key in the keyring.
pub fn ledger_secret(id: LedgerId) -> String {
    format!("ledger/{id}/key")
}

/// Changes what can be changed of a ledger: name, address, user, partner, quota.
///
/// # Errors
/// Those of the store.
pub fn update_ledger(db: &Database, ledger: Ledger) -> Result<()> {
    db.write(move |tx| {
        tx.execute(
            "UPDATE ledger_account SET name = ?2, base_url = ?3, user_name = ?4, partner_id = ?5, \
             per_minute = ?6, settings = ?7 WHERE id = ?1",
            params![
                ledger.id,
                ledger.name,
                ledger.base_url,
                ledger.user,
                ledger.partner_id,
                ledger.per_minute,
                ledger.settings.to_string()
            ],
        )?;
        Ok(())
    })
}

/// Remembers how the last contact went.
///
/// # Errors
/// Those of the store.
pub fn set_ledger_contact(
    db: &Database,
    id: LedgerId,
    now: DateTime<Utc>,
    error: Option<puente_core::Error>,
) -> Result<()> {
    db.write(move |tx| {
        tx.execute(
            "UPDATE ledger_account SET checked_at = ?2, last_error = ?3 WHERE id = ?1",
            params![id, time::to_text(now), error.as_ref().map(to_json)],
        )?;
        Ok(())
    })
}

/// Removes a ledger that no sale was sent to.
///
/// # Errors
/// [`Error::Invalid`] when something was sent there: it has to stay known.
pub fn remove_ledger(db: &Database, id: LedgerId) -> Result<()> {
    db.write(move |tx| {
        if tx
            .prepare("SELECT 1 FROM sale_send WHERE ledger_id = ?1")?
            .exists([id])?
        {
            return Err(Error::invalid("ledger", "has_invoices"));
        }
        tx.execute(
            "UPDATE channel_account SET ledger_id = NULL WHERE ledger_id = ?1",
            [id],
        )?;
        tx.execute("DELETE FROM ledger_catalogue WHERE ledger_id = ?1", [id])?;
        tx.execute("DELETE FROM ledger_account WHERE id = ?1", [id])?;
        Ok(())
    })
}
