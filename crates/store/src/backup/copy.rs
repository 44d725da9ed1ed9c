//! Copying a database page by page with SQLite's backup API.

use super::shelf::{PARTIAL, verify};
use crate::watch::{self, Watch};
use crate::{Error, Options, files};
use puente_core::{Cancel, Progress, ProgressSink};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Pages between two looks at the token: 2 MiB.
const STEP: i32 = 512;

/// Whom a copy listens to and tells.
pub(super) struct Told<'t> {
    pub stage: &'static str,
    pub cancel: &'t Cancel,
    pub progress: &'t dyn ProgressSink,
}

/// Copies the database of `source` to a new file that is complete, verified and flushed when it gets
/// its name. Its `.partial` is there, empty.
pub(super) fn to_file(
    source: &Connection,
    target: &Path,
    options: &Options,
    told: &Told<'_>,
) -> Result<(), Error> {
    let partial = files::beside(target, PARTIAL);
    let _watch = Watch::over(&Arc::from(partial.as_path()));
    let copied = fill(source, &partial, options, told)
        .and_then(|()| verify(&partial, options, told.cancel).map(drop))
        .and_then(|()| files::sync_file(&partial))
        .and_then(|()| files::settle(&partial, target));
    if copied.is_err() {
        for part in ["", "-journal", "-wal", "-shm"] {
            if let Err(error) = files::remove_if_there(&files::beside(&partial, part)) {
                tracing::warn!(%error, "an unfinished backup could not be removed");
            }
        }
    }
    copied
}

fn fill(
    source: &Connection,
    partial: &Path,
    options: &Options,
    told: &Told<'_>,
) -> Result<(), Error> {
    let mut target = Connection::open_with_flags(
        partial,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    // The file is flushed once, at the end, and has no name before.
    target.execute_batch("PRAGMA synchronous = OFF")?;
    pages(source, &mut target, options.patience, told)?;
    // The copy says of itself that it has a write-ahead log. Without, it is one file, complete in
    // itself, that can be opened from a folder that can't be written.
    target.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    target.close().map_err(|(_, error)| error.into())
}

/// Copies all pages of one open database over another.
pub(super) fn pages(
    source: &Connection,
    target: &mut Connection,
    patience: Duration,
    told: &Told<'_>,
) -> Result<(), Error> {
    let page: i64 = source.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    let bytes = |pages: i32| u64::try_from(i64::from(pages) * page).unwrap_or(0);
    let backup = Backup::new(source, target)?;
    let mut since = Instant::now();
    loop {
        told.cancel.check()?;
        let step = backup.step(STEP)?;
        if matches!(step, StepResult::Busy | StepResult::Locked) {
            if since.elapsed() >= patience {
                return Err(Error::Busy {
                    path: watch::file(),
                });
            }
            told.cancel.sleep(Duration::from_millis(2))?;
            continue;
        }
        since = Instant::now();
        let state = backup.progress();
        let done = bytes(state.pagecount - state.remaining);
        let state = Progress::stage(told.stage).of(done, Some(bytes(state.pagecount)));
        told.progress.report(state);
        if step == StepResult::Done {
            return Ok(());
        }
    }
}
