//! Table `ledger_catalogue`: what a ledger expects, as it was last fetched.

use crate::accounts::LedgerId;
use crate::catalogue::Catalogue;
use crate::{Result, to_json};
use chrono::{DateTime, Utc};
use puente_store::{Database, time};
use rusqlite::{OptionalExtension, params};

/// The whole catalogue is one text: it is written and read as a whole.
const KIND: &str = "all";
/// The catalogue as it was when a person last looked at how it changed.
const SEEN: &str = "seen";

/// What was last fetched of a ledger; empty when nothing ever was.
///
/// # Errors
/// Those of the store.
pub fn of(db: &Database, ledger: LedgerId) -> Result<Catalogue> {
    kept(db, ledger, KIND)
}

/// The catalogue as it was when a person last looked at what changed in it; empty when nothing was ever
/// fetched.
///
/// # Errors
/// Those of the store.
pub fn seen(db: &Database, ledger: LedgerId) -> Result<Catalogue> {
    kept(db, ledger, SEEN)
}

/// A person has looked at what changed in a catalogue.
///
/// # Errors
/// Those of the store.
pub fn see(db: &Database, ledger: LedgerId) -> Result<()> {
    db.write(move |tx| {
        tx.prepare_cached(
            "INSERT INTO ledger_catalogue (ledger_id, kind, fetched_at, body) \
             SELECT ledger_id, ?2, fetched_at, body FROM ledger_catalogue \
             WHERE ledger_id = ?1 AND kind = ?3 ON CONFLICT (ledger_id, kind) \
             DO UPDATE SET fetched_at = excluded.fetched_at, body = excluded.body",
        )?
        .execute(params![ledger, SEEN, KIND])?;
        Ok(())
    })
}

fn kept(db: &Database, ledger: LedgerId, kind: &'static str) -> Result<Catalogue> {
    let text: Option<String> = db.read(|conn| {
        conn.prepare_cached("SELECT body FROM ledger_catalogue WHERE ledger_id = ?1 AND kind = ?2")?
            .query_row(params![ledger, kind], |row| row.get(0))
            .optional()
            .map_err(puente_store::Error::from)
    })?;
    // What an older version wrote and this one can't read is fetched again.
    let mut catalogue: Catalogue = text
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    catalogue.index();
    Ok(catalogue)
}

/// When the catalogue of a ledger was last fetched.
///
/// # Errors
/// Those of the store.
pub fn fetched_at(db: &Database, ledger: LedgerId) -> Result<Option<DateTime<Utc>>> {
    db.read(|conn| {
        let text: Option<String> = conn
            .prepare_cached(
                "SELECT fetched_at FROM ledger_catalogue WHERE ledger_id = ?1 AND kind = ?2",
            )?
            .query_row(params![ledger, KIND], |row| row.get(0))
            .optional()?;
        Ok(text.and_then(|text| time::from_text(&text).ok()))
    })
}

/// Keeps what was fetched.
///
/// # Errors
/// Those of the store.
pub fn keep(db: &Database, ledger: LedgerId, catalogue: &Catalogue) -> Result<()> {
    let text = to_json(catalogue);
    let at = time::to_text(catalogue.fetched_at.unwrap_or_default());
    db.write(move |tx| {
        tx.prepare_cached(
            "INSERT INTO ledger_catalogue (ledger_id, kind, fetched_at, body) \
             VALUES (?1, ?2, ?3, ?4) ON CONFLICT (ledger_id, kind) \
             DO UPDATE SET fetched_at = excluded.fetched_at, body = excluded.body",
        )?
        .execute(params![ledger, KIND, at, text])?;
        // What is fetched first is what was seen.
        tx.prepare_cached(
            "INSERT INTO ledger_catalogue (ledger_id, kind, fetched_at, body) \
             VALUES (?1, ?2, ?3, ?4) ON CONFLICT (ledger_id, kind) DO NOTHING",
        )?
        .execute(params![ledger, SEEN, at, text])?;
        Ok(())
    })
}
