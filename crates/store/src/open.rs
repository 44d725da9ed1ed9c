//! Opening a file: what it is, whether it is whole, and its schema.

use crate::connection::{self, Role, until_free};
use crate::migrate::{self, Found};
use crate::watch::Watch;
use crate::{Error, OnCorrupt, Options, backup, files, quarantine};
use chrono::{DateTime, Utc};
use rusqlite::Connection;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What happened while the file was opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opened {
    /// The file was not there, and is new.
    pub created: bool,
    /// The format that the file had before its migrations, when there were any to run.
    pub migrated_from: Option<u32>,
    /// The copy that was made before the migrations.
    pub copy: Option<PathBuf>,
    /// Applied migrations whose text has changed since: a defect of the program.
    pub edited: Vec<u32>,
    /// The file was damaged, was set aside here, and the database has started empty.
    pub recreated: Option<PathBuf>,
}

/// Opens the writer's connection on a file that is ready for use. One process at a time.
pub(crate) fn open(
    path: &Arc<Path>,
    options: &Options,
    now: DateTime<Utc>,
) -> Result<(Connection, Opened), Error> {
    files::create_folder(&files::folder_of(path))?;
    let _alone = files::lock(&files::beside(path, ".lock"))?;
    let _watch = Watch::over(path);
    quarantine::refuse_if_marked(path, options)?;
    match prepare(path, options, now) {
        Err(error) if error.is_corrupt() => match options.on_corrupt {
            OnCorrupt::Refuse => Err(quarantine::refuse(path, options, now, reason_of(error))),
            OnCorrupt::StartEmpty => {
                let place = quarantine::set_aside(path, now)?;
                let (connection, opened) = prepare(path, options, now)?;
                Ok((
                    connection,
                    Opened {
                        recreated: Some(place),
                        ..opened
                    },
                ))
            }
        },
        other => other,
    }
}

fn prepare(
    path: &Arc<Path>,
    options: &Options,
    now: DateTime<Utc>,
) -> Result<(Connection, Opened), Error> {
    refuse_remains(path, options)?;
    let mut opened = Opened {
        created: files::create_private(path)?,
        ..Opened::default()
    };
    let connection = connection::open(path, Role::Writer, options)?;
    let found = until_wal(&connection, path, options)?;
    check(&connection, path, options)?;
    match found {
        Found::Empty => migrate::stamp(&connection, options)?,
        Found::Format(version) if version < options.known_version() => {
            opened.migrated_from = Some(version);
        }
        Found::Format(_) => {}
    }
    migrate::run(&connection, options, now, || {
        if options.copy_before_migration {
            opened.copy = Some(backup::before_migration(path, options, now)?);
        }
        Ok(())
    })?;
    opened.edited = migrate::edited(&connection, options)?;
    if !opened.edited.is_empty() {
        tracing::error!(versions = ?opened.edited, "applied migrations were edited afterwards");
    }
    Ok((connection, opened))
}

/// SQLite takes a file of no bytes for a new database and throws its log away. That is right for a
/// database that never was, and not for one that was cut off or lost.
fn refuse_remains(path: &Path, options: &Options) -> Result<(), Error> {
    let length = |path: &Path| fs::metadata(path).map_or(0, |data| data.len());
    if length(path) > 0 {
        return Ok(());
    }
    let has_log = length(&files::beside(path, "-wal")) > 0;
    let had_backups =
        path.exists() && !backup::list(path, &backup::folder(path, options))?.is_empty();
    if has_log || had_backups {
        return Err(damaged(path, "the file is empty and was not".to_owned()));
    }
    Ok(())
}

/// Looks at the file, and only when it is ours switches it to a write-ahead log.
fn until_wal(connection: &Connection, path: &Path, options: &Options) -> Result<Found, Error> {
    let found = migrate::inspect(connection, path, options)?;
    if found == Found::Empty {
        // Only an empty file can be told to remember where its pages are referred to, which is what
        // lets it shrink later without being rewritten.
        connection.execute_batch("PRAGMA auto_vacuum = INCREMENTAL")?;
    }
    let mode: String = until_free(options.patience, || {
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
    })?;
    if mode == "wal" {
        Ok(found)
    } else {
        Err(Error::Misused(
            "this file system has no shared memory for a write-ahead log",
        ))
    }
}

/// Looks for damage in the whole file: as `options` want it, and more closely when a user of the file
/// has met some.
fn check(connection: &Connection, path: &Path, options: &Options) -> Result<(), Error> {
    let pragma = if quarantine::is_suspect(path) {
        "PRAGMA integrity_check(1)"
    } else if options.check {
        "PRAGMA quick_check(1)"
    } else {
        return Ok(());
    };
    let said: String = connection.query_row(pragma, [], |row| row.get(0))?;
    if said == "ok" {
        quarantine::clear_suspicion(path)
    } else {
        Err(damaged(path, said))
    }
}

fn reason_of(error: Error) -> String {
    if let Error::Corrupt { reason, .. } = error {
        return reason;
    }
    error.to_string()
}

fn damaged(path: &Path, reason: String) -> Error {
    Error::Corrupt {
        path: Some(path.to_path_buf()),
        quarantine: None,
        backup: None,
        reason,
    }
}
