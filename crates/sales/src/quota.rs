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
/// How long nobody is let through when the cloud says that the minute is full and not for how long.
const UNSAID: Duration = Duration::from_secs(15);
/// The shortest and the longest that a cloud's word is taken for.
const SHORTEST: Duration = Duration::from_secs(1);
/// See [`SHORTEST`].
pub const LONGEST: Duration = Duration::from_secs(120);
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

    /// Lets nobody through for as long as the cloud asks for, over all jobs and processes; for a quarter of a
    /// minute where it names no time, and never longer than [`LONGEST`]: then one request asks again.
    ///
    /// # Errors
    /// Those of the store.
    pub fn hold(&self, wait: Option<Duration>) -> Result<()> {
        let (scope, limit) = (self.scope.clone(), self.per_minute);
        let wait = wait.unwrap_or(UNSAID).clamp(SHORTEST, LONGEST);
        let wait = i64::try_from(wait.as_millis()).unwrap_or(WINDOW_MS);
        let now = self.now();
        self.state.write(move |tx| {
            count(tx, &scope, now)?;
            // The whole minute is taken, at a time at which it becomes free when the wait is over. Whoever
            // was told to wait longer has taken it already.
            let at = now - WINDOW_MS + wait;
            let held: i64 = tx
                .prepare_cached("SELECT count(*) FROM quota_use WHERE scope = ?1 AND at_ms >= ?2")?
                .query_row(params![scope, at], |row| row.get(0))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, TimeDelta, Utc};
    use puente_core::Clock;
    use puente_store::state_options;
    use std::sync::{Arc, Mutex};

    /// A clock that stands until it is turned.
    struct Turned(Mutex<DateTime<Utc>>);

    impl Clock for Turned {
        fn now(&self) -> DateTime<Utc> {
            *self.0.lock().unwrap()
        }
    }

    struct Stage {
        clock: Arc<Turned>,
        state: Database,
        _folder: tempfile::TempDir,
    }

    impl Stage {
        fn new() -> Stage {
            let folder = tempfile::tempdir().unwrap();
            let clock = Arc::new(Turned(Mutex::new(DateTime::UNIX_EPOCH)));
            let path = folder.path().join("puente.db");
            let state = Database::open(&path, state_options(), clock.clone()).unwrap();
            Stage {
                clock,
                state,
                _folder: folder,
            }
        }

        fn quota(&self) -> Quota {
            Quota {
                state: self.state.clone(),
                scope: "ledger:1".into(),
                per_minute: 10,
            }
        }

        fn pass(&self, seconds: i64) {
            *self.clock.0.lock().unwrap() += TimeDelta::seconds(seconds);
        }
    }

    /// Seconds until a place is free.
    fn wait(quota: &Quota) -> u64 {
        let wait = quota.try_take().unwrap();
        wait.as_millis().div_ceil(1000).try_into().unwrap()
    }

    #[test]
    fn a_minute_lets_its_number_through_and_the_next_waits_for_the_oldest() {
        let stage = Stage::new();
        let quota = stage.quota();
        for _ in 0..10 {
            assert_eq!(wait(&quota), 0);
        }
        assert_eq!(wait(&quota), 61);
        stage.pass(61);
        assert_eq!(wait(&quota), 0);
    }

    #[test]
    fn the_clouds_own_wait_holds_every_job_of_the_company_and_is_bounded() {
        for (said, holds) in [
            (Some(40), 40),
            (Some(90), 90),
            (Some(86_400), 120),
            (Some(0), 1),
            (None, 15),
        ] {
            let stage = Stage::new();
            let (one, other) = (stage.quota(), stage.quota());
            // Places that were taken a while ago become free before the cloud's wait is over.
            for _ in 0..9 {
                assert_eq!(wait(&one), 0);
            }
            stage.pass(55);
            one.hold(said.map(Duration::from_secs)).unwrap();
            stage.pass(holds - 1);
            assert!(wait(&other) > 0, "{said:?}");
            stage.pass(1);
            assert_eq!(wait(&other), 0, "{said:?}");
        }
    }

    #[test]
    fn a_shorter_wait_does_not_end_a_longer_one() {
        let stage = Stage::new();
        let quota = stage.quota();
        quota.hold(Some(Duration::from_secs(60))).unwrap();
        quota.hold(Some(Duration::from_secs(5))).unwrap();
        stage.pass(30);
        assert!(wait(&quota) > 0);
        stage.pass(30);
        assert_eq!(wait(&quota), 0);
    }
}
