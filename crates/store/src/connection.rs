//! One SQLite connection, set up the way every connection of the store is.

use crate::{Durability, Error, Options};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::path::Path;
use std::time::{Duration, Instant};

/// Steps of SQLite's machine between two looks at a token: well under a millisecond.
pub(crate) const STEPS: i32 = 4000;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Writer,
    Reader,
}

/// Opens an existing file.
pub(crate) fn open(path: &Path, role: Role, options: &Options) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_handler(Some(patience(options.patience)))?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_prepared_statement_cache_capacity(128);
    let (cache, query_only) = match role {
        Role::Writer => (options.cache_kib, false),
        Role::Reader => (options.cache_kib / 4, true),
    };
    let synchronous = match options.durability {
        Durability::Full => "FULL",
        Durability::Normal => "NORMAL",
    };
    connection.execute_batch(&format!(
        "PRAGMA foreign_keys = ON;
         PRAGMA synchronous = {synchronous};
         PRAGMA cache_size = -{cache};
         PRAGMA mmap_size = {mmap};
         PRAGMA wal_autocheckpoint = {checkpoint};
         PRAGMA journal_size_limit = {WAL_LIMIT};
         PRAGMA cell_size_check = ON;
         PRAGMA query_only = {query_only};",
        mmap = u64::from(options.mmap_mib) << 20,
        checkpoint = options.checkpoint_pages,
    ))?;
    Ok(connection)
}

/// A log that grew beyond this in one large transaction gives the room back afterwards.
const WAL_LIMIT: u64 = 64 << 20;

/// Waits for another process's lock in short naps, so that the turn comes soon after the lock is let
/// go: SQLite's own handler naps up to 100 ms, and a busy neighbour then always wins.
fn patience(limit: Duration) -> impl FnMut(i32) -> bool + Send + 'static {
    let mut since = Instant::now();
    move |attempt| {
        if attempt == 0 {
            since = Instant::now();
        }
        nap(usize::try_from(attempt).unwrap_or(0));
        since.elapsed() < limit
    }
}

fn nap(attempt: usize) {
    const NAPS: [u64; 8] = [200, 400, 700, 1000, 1500, 2000, 3000, 5000];
    std::thread::sleep(Duration::from_micros(NAPS[attempt.min(NAPS.len() - 1)]));
}

/// Runs `step` until the lock that it needs is free. For the few statements of SQLite that don't call
/// the busy handler: the change to WAL, the recovery of a log, a step of a backup.
pub(crate) fn until_free<T>(
    limit: Duration,
    mut step: impl FnMut() -> Result<T, rusqlite::Error>,
) -> Result<T, Error> {
    let since = Instant::now();
    let mut attempt = 0;
    loop {
        match step().map_err(Error::from) {
            Err(Error::Busy { .. }) if since.elapsed() < limit => {
                nap(attempt);
                attempt += 1;
            }
            result => return result,
        }
    }
}

/// Begins a transaction that writes.
pub(crate) fn begin_immediate(
    connection: &Connection,
    limit: Duration,
) -> Result<rusqlite::Transaction<'_>, Error> {
    until_free(limit, || {
        rusqlite::Transaction::new_unchecked(connection, TransactionBehavior::Immediate)
    })
}

/// Reads a pragma that is one number.
pub(crate) fn number(connection: &Connection, pragma: &str) -> Result<i64, rusqlite::Error> {
    connection
        .prepare_cached(&format!("PRAGMA {pragma}"))?
        .query_row([], |row| row.get(0))
}

/// The format of the file.
pub(crate) fn user_version(connection: &Connection) -> Result<u32, rusqlite::Error> {
    number(connection, "user_version").map(|version| u32::try_from(version).unwrap_or(u32::MAX))
}
