//! `sweep`: deletes what nobody sees any more, in steps that nobody notices.

use crate::load_table::{self, LoadRow};
use crate::warehouse::Warehouse;
use crate::{Error, LoadState, Swept};
use puente_core::Cancel;
use rusqlite::{Transaction, params};

/// Rows deleted in one transaction: about 10 ms.
const ROWS: i64 = 4_000;
/// Pages given back in one transaction.
const PAGES: i64 = 256;
/// Free pages that stay in the file for the next load (1 MiB): less than that is not worth moving
/// others for.
const SPARE: i64 = 256;

/// Tables by packed key: their name, the key's column, and how many low bits of the key it leaves
/// out.
const KEYED: [(&str, &str, u32); 4] = [
    ("movement", "key", 0),
    ("document", "key", 0),
    ("run", "document_key", 0),
    ("zone", "id", 12),
];
/// Tables by load, and the rest of their key.
const OF_LOAD: [(&str, &str); 6] = [
    ("month_total", "stream, month, doc_type, state"),
    ("article_month", "stream, month, doc_type, article_id"),
    ("doc_type", "id"),
    ("place", "id"),
    ("article", "id"),
    ("party", "id"),
];

impl Warehouse {
    /// Deletes the rows of retired loads in small steps and gives the space back. Cancelling stops
    /// between two steps; the next call goes on from there.
    ///
    /// # Errors
    /// Those of the database.
    pub fn sweep(&self, cancel: &Cancel) -> Result<Swept, Error> {
        let mut swept = Swept::default();
        let retired = self
            .db()
            .read(|db| load_table::in_state(db, LoadState::Retired))?;
        for row in retired {
            while !cancel.is_cancelled() {
                let step = row.clone();
                let deleted = self.db().write(move |tx| step_of(tx, &step))?;
                swept.rows += deleted.unwrap_or(0);
                if deleted.is_none() {
                    swept.loads += 1;
                    break;
                }
            }
        }
        while !cancel.is_cancelled() {
            let freed = self.db().write(give_back)?;
            swept.bytes += freed;
            if freed == 0 {
                break;
            }
        }
        Ok(swept)
    }
}

/// Deletes some rows of the first table that has any. `None`: there were none, and the load's own
/// row is deleted.
fn step_of(tx: &Transaction<'_>, row: &LoadRow) -> Result<Option<u64>, Error> {
    let (first, last) = row.slot.all();
    for (table, column, shift) in KEYED {
        let deleted = tx
            .prepare_cached(&format!(
                "DELETE FROM {table} WHERE {column} BETWEEN ?1 AND coalesce(
                    (SELECT {column} FROM {table} WHERE {column} BETWEEN ?1 AND ?2
                     ORDER BY {column} LIMIT 1 OFFSET ?3), ?2)"
            ))?
            .execute(params![first >> shift, last >> shift, ROWS])?;
        if deleted > 0 {
            return Ok(Some(deleted as u64));
        }
    }
    for (table, key) in OF_LOAD {
        let deleted = tx
            .prepare_cached(&format!(
                "DELETE FROM {table} WHERE (load_id, {key}) IN
                    (SELECT load_id, {key} FROM {table} WHERE load_id = ?1 LIMIT ?2)"
            ))?
            .execute(params![row.id(), ROWS])?;
        if deleted > 0 {
            return Ok(Some(deleted as u64));
        }
    }
    load_table::delete(tx, row.load.id)?;
    Ok(None)
}

/// Gives some free pages back to the file system. 0: enough was given.
fn give_back(tx: &Transaction<'_>) -> Result<u64, Error> {
    let number = |pragma: &str| tx.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0));
    let free: i64 = number("freelist_count")?;
    if free <= SPARE {
        return Ok(0);
    }
    let before: i64 = number("page_count")?;
    let mut vacuum = tx.prepare(&format!(
        "PRAGMA incremental_vacuum({})",
        PAGES.min(free - SPARE)
    ))?;
    let mut rows = vacuum.query([])?;
    while rows.next()?.is_some() {}
    let after: i64 = number("page_count")?;
    let page: i64 = number("page_size")?;
    Ok(u64::try_from((before - after) * page).unwrap_or(0))
}
