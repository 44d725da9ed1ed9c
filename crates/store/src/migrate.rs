//! Forward-only migrations, each in a transaction of its own.

use crate::connection::{begin_immediate, number, user_version};
use crate::{Error, Migration, Options, time};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, Transaction, params};
use sha2::{Digest, Sha256};
use std::path::Path;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at TEXT NOT NULL,
    sha256 TEXT NOT NULL
) STRICT";

/// What kind of file stands there, before anything of it is changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing is in it yet.
    Empty,
    /// Ours, of this format.
    Format(u32),
}

/// Looks at the header.
///
/// # Errors
/// [`Error::Foreign`] and [`Error::Newer`].
pub(crate) fn inspect(
    connection: &Connection,
    path: &Path,
    options: &Options,
) -> Result<Found, Error> {
    let found = i32::try_from(number(connection, "application_id")?).unwrap_or(0);
    let version = user_version(connection)?;
    if found == 0 && version == 0 && is_empty(connection)? {
        return Ok(Found::Empty);
    }
    if found != options.application_id {
        return Err(Error::Foreign {
            path: path.to_path_buf(),
            found,
        });
    }
    refuse_newer(version, path, options.known_version())?;
    Ok(Found::Format(version))
}

/// # Errors
/// [`Error::Newer`].
pub(crate) fn refuse_newer(found: u32, path: &Path, known: u32) -> Result<(), Error> {
    if found > known {
        return Err(Error::Newer {
            path: path.to_path_buf(),
            found,
            known,
        });
    }
    Ok(())
}

fn is_empty(connection: &Connection) -> Result<bool, rusqlite::Error> {
    connection.query_row(
        "SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)",
        [],
        |row| row.get(0),
    )
}

/// Marks an empty file as ours.
pub(crate) fn stamp(connection: &Connection, options: &Options) -> Result<(), Error> {
    let tx = begin_immediate(connection, options.patience)?;
    tx.pragma_update(None, "application_id", options.application_id)?;
    tx.execute_batch(TABLE)?;
    tx.commit()?;
    Ok(())
}

/// Moves the schema on to the newest known format. `before` runs once, with the write lock held,
/// ahead of the first step of a file that has content.
///
/// # Errors
/// [`Error::Migration`] for the step that failed; the steps before it stay.
pub(crate) fn run(
    connection: &Connection,
    options: &Options,
    now: DateTime<Utc>,
    mut before: impl FnMut() -> Result<(), Error>,
) -> Result<(), Error> {
    check_list(options.migrations)?;
    // A table is rebuilt by copying and renaming it, which enforced keys would follow; each step ends
    // with a check of all of them instead. The switch has no effect inside a transaction.
    connection.execute_batch("PRAGMA foreign_keys = OFF")?;
    let result = steps(connection, options, now, &mut before);
    connection.execute_batch("PRAGMA foreign_keys = ON")?;
    result
}

fn check_list(migrations: &[Migration]) -> Result<(), Error> {
    let counts_up = migrations
        .iter()
        .zip(1u32..)
        .all(|(migration, n)| migration.version == n);
    if counts_up {
        Ok(())
    } else {
        Err(Error::Misused("migrations don't count up from 1"))
    }
}

fn steps(
    connection: &Connection,
    options: &Options,
    now: DateTime<Utc>,
    before: &mut impl FnMut() -> Result<(), Error>,
) -> Result<(), Error> {
    let mut announced = false;
    for migration in options.migrations {
        let tx = begin_immediate(connection, options.patience)?;
        let version = user_version(&tx)?;
        if version >= migration.version {
            continue;
        }
        if version > 0 && !announced {
            before()?;
        }
        announced = true;
        step(tx, migration, now).map_err(|source| Error::Migration {
            version: migration.version,
            name: migration.name,
            source: Box::new(source),
        })?;
        tracing::info!(
            version = migration.version,
            name = migration.name,
            "migrated"
        );
    }
    Ok(())
}

fn step(tx: Transaction<'_>, migration: &Migration, now: DateTime<Utc>) -> Result<(), Error> {
    tx.execute_batch(migration.sql)?;
    if tx.is_autocommit() {
        return Err(Error::Misused("a migration ended its own transaction"));
    }
    if tx.prepare("PRAGMA foreign_key_check")?.exists([])? {
        return Err(Error::Misused(
            "a migration left rows that refer to nothing",
        ));
    }
    tx.execute_batch(TABLE)?;
    tx.execute(
        "INSERT INTO migration (version, name, applied_at, sha256) VALUES (?1, ?2, ?3, ?4)",
        params![
            migration.version,
            migration.name,
            time::to_text(now),
            digest(migration)
        ],
    )?;
    tx.pragma_update(None, "user_version", migration.version)?;
    tx.commit()?;
    Ok(())
}

/// Applied migrations whose text is another one now: someone edited a released migration.
pub(crate) fn edited(connection: &Connection, options: &Options) -> Result<Vec<u32>, Error> {
    let mut applied = connection.prepare("SELECT sha256 FROM migration WHERE version = ?1")?;
    let mut edited = Vec::new();
    for migration in options.migrations {
        let mut rows = applied.query([migration.version])?;
        match rows.next()? {
            Some(row) if row.get::<_, String>(0)? == digest(migration) => {}
            Some(_) | None => edited.push(migration.version),
        }
    }
    Ok(edited)
}

/// SHA-256 of the statements, in hex. Line ends don't count: git may change them on Windows.
fn digest(migration: &Migration) -> String {
    let text = migration.sql.replace("\r\n", "\n");
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
