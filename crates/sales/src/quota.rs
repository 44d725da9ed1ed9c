//! Requests that may go to a cloud in a minute, counted over all jobs and all processes.
//!
//! Every request takes a place in a table of the last minute before it goes; when the minute is full it
//! waits for the oldest place to become free. The minute is a second longer than the cloud's, because
//! requests arrive a little later than they leave.

use crate::{Result, Room};
use puente_core::Cancel;
use puente_store::Database;
use rusqlite::{OptionalExtension, params};
use std::time::Duration;

/// The minute of a cloud, and how unevenly requests travel.
const WINDOW_MS: i64 = 61_000;
/// No wait is longer before the table is looked at again: another process may have given up a place.
const LOOK: Duration = Duration::from_secs(2);

/// The places of one company.
#[derive(Debug, Clone)]
pub struct Quota {
    state: Database,
    scope: String,
    per_minute: u32,
}

impl Quota {
    /// The places of `scope`.
    pub fn new(room: &Room, scope: String, per_minute: u32) -> Quota {
        Quota {
            state: room.state.clone(),
            scope,
            per_minute,
        }
    }

    /// Waits for a place and takes it.
    ///
    /// # Errors
    /// That the wait was cancelled; those of the store.
    pub fn take(&self, cancel: &Cancel) -> Result<()> {
        loop {
            cancel.check()?;
            let wait = self.try_take()?;
            if wait.is_zero() {
                return Ok(());
            }
            cancel.sleep(wait.min(LOOK))?;
        }
    }

    /// Fills the minute: the cloud says that it is full.
    ///
    /// # Errors
    /// Those of the store.
    pub fn fill(&self) -> Result<()> {
        let (scope, limit) = (self.scope.clone(), self.per_minute);
        let now = self.now();
        self.state.write(move |tx| {
            let held = count(tx, &scope, now)?;
            // At most for a quarter of a minute: then one request asks whether it still is.
            let at = now - WINDOW_MS + 15_000;
            for _ in held..i64::from(limit) {
                tx.prepare_cached("INSERT INTO quota_use (scope, at_ms) VALUES (?1, ?2)")?
                    .execute(params![scope, at])?;
            }
            Ok(())
        })
    }

    /// Takes a place if one is free, and says how long to wait if none is.
    fn try_take(&self) -> Result<Duration> {
        let (scope, limit, now) = (self.scope.clone(), self.per_minute, self.now());
        self.state.write(move |tx| {
            if count(tx, &scope, now)? < i64::from(limit) {
                tx.prepare_cached("INSERT INTO quota_use (scope, at_ms) VALUES (?1, ?2)")?
                    .execute(params![scope, now])?;
                return Ok(Duration::ZERO);
            }
            let oldest: Option<i64> = tx
                .prepare_cached(
                    "SELECT at_ms FROM quota_use WHERE scope = ?1 ORDER BY at_ms LIMIT 1",
                )?
                .query_row([&scope], |row| row.get(0))
                .optional()?;
            let wait = oldest.map_or(0, |oldest| oldest + WINDOW_MS - now).max(1);
            Ok(Duration::from_millis(wait.unsigned_abs()))
        })
    }

    fn now(&self) -> i64 {
        self.state.clock().now().timestamp_millis()
    }
}

/// Places held now. Those of a time to come were taken before the clock was set back, and go.
fn count(tx: &rusqlite::Transaction<'_>, scope: &str, now: i64) -> Result<i64> {
    tx.prepare_cached("DELETE FROM quota_use WHERE scope = ?1 AND (at_ms <= ?2 OR at_ms > ?3)")?
        .execute(params![scope, now - WINDOW_MS, now + WINDOW_MS])?;
    Ok(tx
        .prepare_cached("SELECT count(*) FROM quota_use WHERE scope = ?1")?
        .query_row([scope], |row| row.get(0))?)
}
