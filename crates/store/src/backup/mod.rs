//! Backups: made while the database is in use, verified before they count, kept by rule, restored
//! into the open database.

mod copy;
mod restore;
mod retention;
mod shelf;

pub use restore::{Restored, restore, restore_set_aside};
pub use retention::Retention;
pub use shelf::{Backup, Kind, folder, list, newest_good, prune, verify};

pub(crate) use shelf::{place, stamp};

use crate::{Database, Error, Options};
use chrono::{DateTime, Utc};
use puente_core::{Cancel, NoProgress, ProgressSink};
use std::path::{Path, PathBuf};

/// Makes a backup in the database's own folder of backups, while others read and write: it holds one
/// moment of the database. It counts once it is complete, verified and flushed; until then it has
/// another name. Progress has the stage `backup`, in bytes.
///
/// # Errors
/// [`Error::Cancelled`], [`Error::DiskFull`], [`Error::ReadOnly`], and [`Error::BackupInvalid`] when
/// what was written does not verify.
pub fn create(
    db: &Database,
    cancel: &Cancel,
    progress: &dyn ProgressSink,
) -> Result<Backup, Error> {
    create_in(db, &folder(db.path(), db.options()), cancel, progress)
}

/// Like [`create`], in a folder of the caller's choice (a second disk).
///
/// # Errors
/// Those of [`create`].
pub fn create_in(
    db: &Database,
    folder: &Path,
    cancel: &Cancel,
    progress: &dyn ProgressSink,
) -> Result<Backup, Error> {
    let told = copy::Told {
        stage: "backup",
        cancel,
        progress,
    };
    make(db, folder, Kind::Regular, &told)
}

fn make(db: &Database, folder: &Path, kind: Kind, told: &copy::Told<'_>) -> Result<Backup, Error> {
    let at = db.clock().now();
    let target = place(db.path(), folder, kind, at)?;
    db.read(|source| copy::to_file(source, &target, db.options(), told))?;
    shelf::sweep(db.path(), folder, at)?;
    shelf::one(&target, kind, at)
}

/// The copy of the file as it is before its schema moves on.
pub(crate) fn before_migration(
    database: &Path,
    options: &Options,
    at: DateTime<Utc>,
) -> Result<PathBuf, Error> {
    let target = place(
        database,
        &folder(database, options),
        Kind::BeforeMigration,
        at,
    )?;
    let source = crate::connection::open(database, crate::connection::Role::Reader, options)?;
    let told = copy::Told {
        stage: "backup",
        cancel: &Cancel::new(),
        progress: &NoProgress,
    };
    copy::to_file(&source, &target, options, &told)?;
    Ok(target)
}
