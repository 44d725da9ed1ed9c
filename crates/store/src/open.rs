//! Opening a file: what it is, whether it is whole, and its schema.

use crate::connection::{self, Role, number, until_free};
use crate::migrate::{self, Found};
use crate::watch::Watch;
use crate::{Error, Options, files};
use chrono::{DateTime, Utc};
use rusqlite::Connection;
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
    prepare(path, options, now)
}

fn prepare(
    path: &Arc<Path>,
    options: &Options,
    now: DateTime<Utc>,
) -> Result<(Connection, Opened), Error> {
    let mut opened = Opened {
        created: files::create_private(path)?,
        ..Opened::default()
    };
    let connection = connection::open(path, Role::Writer, options)?;
    let found = until_wal(&connection, path, options)?;
    if options.check {
        check(&connection, path)?;
    }
    match found {
        Found::Empty => migrate::stamp(&connection, options)?,
        Found::Format(version) if version < options.known_version() => {
            opened.migrated_from = Some(version);
        }
        Found::Format(_) => {}
    }
    migrate::run(&connection, options, now, |_| Ok(()))?;
    opened.edited = migrate::edited(&connection, options)?;
    if !opened.edited.is_empty() {
        tracing::error!(versions = ?opened.edited, "applied migrations were edited afterwards");
    }
    Ok((connection, opened))
}

/// Looks at the file, and only when it is ours switches it to a write-ahead log.
fn until_wal(connection: &Connection, path: &Path, options: &Options) -> Result<Found, Error> {
    let found = migrate::inspect(connection, path, options)?;
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

/// Looks for damage in the whole file.
///
/// # Errors
/// [`Error::Corrupt`] with the first thing found.
pub(crate) fn check(connection: &Connection, path: &Path) -> Result<(), Error> {
    let said: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if said == "ok" && number(connection, "page_count")? > 0 {
        return Ok(());
    }
    Err(Error::Corrupt {
        path: Some(path.to_path_buf()),
        quarantine: None,
        backup: None,
        reason: said,
    })
}
