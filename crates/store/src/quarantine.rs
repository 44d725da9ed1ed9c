//! What happens to a damaged file: it is set aside, never deleted, and the database refuses to start
//! empty behind people's backs.

use crate::connection::{self, Role};
use crate::watch::Watch;
use crate::{Error, Options, backup, files, migrate, time};
use chrono::{DateTime, Utc};
use puente_core::Clock;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const FOLDER: &str = "quarantine";
/// The file itself, and what SQLite keeps beside it. The file goes last: while it is in its place,
/// the next opening finds the damage again.
const PARTS: [&str; 4] = ["-wal", "-shm", "-journal", ""];

/// Stands beside a database whose file was set aside; while it does, the database doesn't open.
#[derive(Debug, Serialize, Deserialize)]
struct Marker {
    at: String,
    reason: String,
    quarantine: Option<PathBuf>,
}

fn marker(database: &Path) -> PathBuf {
    files::beside(database, ".quarantined")
}

fn suspicion(database: &Path) -> PathBuf {
    files::beside(database, ".suspect")
}

/// # Errors
/// [`Error::Corrupt`] while a damaged file waits for a decision.
pub(crate) fn refuse_if_marked(database: &Path, options: &Options) -> Result<(), Error> {
    let marker = marker(database);
    if !marker.try_exists().map_err(|e| Error::io(&marker, e))? {
        return Ok(());
    }
    // A marker that can't be read still refuses.
    let read = fs::read(&marker)
        .ok()
        .and_then(|text| serde_json::from_slice::<Marker>(&text).ok());
    let (quarantine, reason) = read.map_or((None, "set aside before".to_owned()), |m| {
        (m.quarantine, m.reason)
    });
    Err(refusal(database, options, quarantine, reason))
}

/// Sets the damaged file aside and leaves the marker. The answer is the error for whoever opens.
pub(crate) fn refuse(
    database: &Path,
    options: &Options,
    now: DateTime<Utc>,
    reason: String,
) -> Error {
    let mut mark = Marker {
        at: time::to_text(now),
        reason,
        quarantine: None,
    };
    // First without the place, so that the power may go at any moment.
    let outcome = leave(database, &mark)
        .and_then(|()| set_aside(database, now))
        .and_then(|place| {
            mark.quarantine = Some(place);
            leave(database, &mark)
        });
    if let Err(error) = outcome {
        tracing::error!(%error, database = %database.display(), "a damaged file stays in its place");
    }
    refusal(database, options, mark.quarantine, mark.reason)
}

fn leave(database: &Path, mark: &Marker) -> Result<(), Error> {
    let text =
        serde_json::to_vec_pretty(mark).map_err(|_| Error::Misused("a marker that is not JSON"))?;
    files::write_whole(&marker(database), &text)
}

fn refusal(
    database: &Path,
    options: &Options,
    quarantine: Option<PathBuf>,
    reason: String,
) -> Error {
    let backup = backup::newest_good(database, options);
    Error::Corrupt {
        path: Some(database.to_path_buf()),
        quarantine,
        backup,
        reason,
    }
}

/// Moves the file and what belongs to it into `quarantine`, and says where the file is now.
pub(crate) fn set_aside(database: &Path, now: DateTime<Utc>) -> Result<PathBuf, Error> {
    let folder = files::folder_of(database).join(FOLDER);
    files::create_folder(&folder)?;
    let mut name = files::name_of(database);
    name.push(format!("-{}", backup::stamp(now)));
    let place = files::unused(&folder.join(name), "");
    for part in PARTS {
        let from = files::beside(database, part);
        match fs::rename(&from, files::beside(&place, part)) {
            Ok(()) => {}
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(Error::io(&from, e)),
        }
    }
    files::sync_folder(&folder)?;
    files::sync_folder(&files::folder_of(database))?;
    tracing::error!(database = %database.display(), place = %place.display(), "set a damaged file aside");
    Ok(place)
}

/// Sets aside a file that a newer program wrote, because a backup is to take its place. From then on
/// the database waits for [`backup::restore_set_aside`]. Gives where the file is now.
///
/// # Errors
/// [`Error::Misused`] when this program knows the file's format; those of the file system.
pub fn set_newer_aside(
    database: &Path,
    options: &Options,
    clock: &dyn Clock,
) -> Result<PathBuf, Error> {
    let _alone = files::lock(&files::beside(database, ".lock"))?;
    let newer = {
        let _watch = Watch::over(&Arc::from(database));
        let connection = connection::open(database, Role::Writer, options)?;
        migrate::inspect(&connection, database, options)
    };
    let Err(error @ Error::Newer { .. }) = newer else {
        return Err(Error::Misused("only a newer file is set aside like this"));
    };
    let now = clock.now();
    let mut mark = Marker {
        at: time::to_text(now),
        reason: error.to_string(),
        quarantine: None,
    };
    // First without the place, so that the power may go at any moment.
    leave(database, &mark)?;
    let place = set_aside(database, now)?;
    mark.quarantine = Some(place.clone());
    leave(database, &mark)?;
    Ok(place)
}

/// Whether the database waits for [`start_empty`] or [`backup::restore_set_aside`].
pub fn is_set_aside(database: &Path) -> bool {
    marker(database).exists()
}

/// Gives up what was in the damaged file, as far as opening goes: the next opening starts empty. The
/// file stays in `quarantine`. Does nothing to a database that is not waiting for this decision.
///
/// # Errors
/// Those of the file system.
pub fn start_empty(database: &Path, clock: &dyn Clock) -> Result<(), Error> {
    let _alone = files::lock(&files::beside(database, ".lock"))?;
    if !is_set_aside(database) {
        return Ok(());
    }
    clear_place(database, clock.now())?;
    forget(database)
}

/// Moves away what is still in the place of a database that was marked: on Windows a file that
/// another process has open stays there at first.
pub(crate) fn clear_place(database: &Path, now: DateTime<Utc>) -> Result<(), Error> {
    if PARTS
        .iter()
        .any(|part| files::beside(database, part).exists())
    {
        set_aside(database, now)?;
    }
    Ok(())
}

/// Lets the database be opened again.
pub(crate) fn forget(database: &Path) -> Result<(), Error> {
    files::remove_if_there(&suspicion(database))?;
    files::remove_if_there(&marker(database))?;
    files::sync_folder(&files::folder_of(database))
}

/// Damage was met in a file in use, which can't be moved away under those who use it. The next
/// opening looks through all of it.
pub(crate) fn suspect(database: &Path) {
    let suspicion = suspicion(database);
    if let Err(error) = files::create_private(&suspicion) {
        tracing::error!(%error, "could not note that a file may be damaged");
    }
}

pub(crate) fn is_suspect(database: &Path) -> bool {
    suspicion(database).exists()
}

pub(crate) fn clear_suspicion(database: &Path) -> Result<(), Error> {
    files::remove_if_there(&suspicion(database))
}
