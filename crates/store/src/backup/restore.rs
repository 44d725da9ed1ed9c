//! Restoring a backup: into the database while it is open, or in the place of one that was set aside.

use super::copy::{Told, pages, to_file};
use super::shelf::{self, Backup, Kind, verify};
use crate::watch::Watch;
use crate::{Database, Error, Options, files, migrate, quarantine};
use chrono::{DateTime, Utc};
use puente_core::{Cancel, Clock, Progress, ProgressSink};
use rusqlite::Connection;
use std::path::Path;
use std::sync::{Arc, mpsc};

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The copy of what was replaced.
    pub replaced: Backup,
    /// The format that the backup had, before its migrations.
    pub version: u32,
}

/// Restores a backup into the open database. The present is copied first; the change is one
/// transaction, so that readers, other processes and a power cut see all of it or nothing; writes
/// wait meanwhile. Progress has the stages `safety_copy` and `restore`, in bytes.
///
/// # Errors
/// Those of [`verify`]; [`Error::Cancelled`], and those of the disk, with the database as it was.
pub fn restore(
    db: &Database,
    file: &Path,
    cancel: &Cancel,
    progress: &dyn ProgressSink,
) -> Result<Restored, Error> {
    let version = verify(file, db.options(), cancel)?;
    let folder = shelf::folder(db.path(), db.options());
    let told = Told {
        stage: "safety_copy",
        cancel,
        progress,
    };
    let replaced = super::make(db, &folder, Kind::BeforeRestore, &told)?;
    let pouring = Pouring {
        file: file.into(),
        replaced: replaced.path.as_path().into(),
        options: db.options().clone(),
        now: db.clock().now(),
        cancel: cancel.clone(),
    };
    let (tell, told) = mpsc::channel();
    let answer = db.alone(move |writer| pouring.run(writer, tell))?;
    for state in told {
        progress.report(state);
    }
    answer.wait()?;
    quarantine::clear_suspicion(db.path())?;
    Ok(Restored { replaced, version })
}

/// The part of a restore that the writer thread does.
struct Pouring {
    file: Box<Path>,
    replaced: Box<Path>,
    options: Options,
    now: DateTime<Utc>,
    cancel: Cancel,
}

impl Pouring {
    fn run(&self, writer: &mut Connection, tell: mpsc::Sender<Progress>) -> Result<(), Error> {
        let progress = Channel(tell);
        let told = Told {
            stage: "restore",
            cancel: &self.cancel,
            progress: &progress,
        };
        self.pour(&self.file, writer, &told)?;
        migrate::run(writer, &self.options, self.now, || Ok(())).map_err(|error| {
            tracing::error!(%error, "the restored backup could not be migrated; going back");
            let told = Told {
                cancel: &Cancel::new(),
                ..told
            };
            self.pour(&self.replaced, writer, &told)
                .err()
                .unwrap_or(error)
        })
    }

    fn pour(&self, file: &Path, writer: &mut Connection, told: &Told<'_>) -> Result<(), Error> {
        let source = shelf::open(file)?;
        pages(&source, writer, self.options.patience, told)
    }
}

/// Progress on its way from the writer thread to the caller's.
struct Channel(mpsc::Sender<Progress>);

impl ProgressSink for Channel {
    fn report(&self, progress: Progress) {
        // The caller listens until the end; when its thread has ended, nobody wants to know.
        drop(self.0.send(progress));
    }
}

/// Puts a backup in the place of a database whose damaged file was set aside; the next opening brings
/// its schema up to date. Progress has the stage `restore`, in bytes.
///
/// # Errors
/// Those of [`verify`], [`Error::Cancelled`], those of the disk; [`Error::Misused`] when the database
/// is not waiting for this: open it, and use [`restore`].
pub fn restore_set_aside(
    database: &Path,
    file: &Path,
    options: &Options,
    clock: &dyn Clock,
    cancel: &Cancel,
    progress: &dyn ProgressSink,
) -> Result<(), Error> {
    let _alone = files::lock(&files::beside(database, ".lock"))?;
    if !quarantine::is_set_aside(database) {
        return Err(Error::Misused(
            "only a database that was set aside is restored while closed",
        ));
    }
    verify(file, options, cancel)?;
    let _watch = Watch::over(&Arc::from(database));
    quarantine::clear_place(database, clock.now())?;
    let source = shelf::open(file)?;
    let partial = files::beside(database, shelf::PARTIAL);
    files::remove_if_there(&partial)?;
    files::create_private(&partial)?;
    to_file(
        &source,
        database,
        options,
        &Told {
            stage: "restore",
            cancel,
            progress,
        },
    )?;
    quarantine::forget(database)
}
