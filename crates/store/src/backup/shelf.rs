//! Where backups stand, what they are called, and whether they are any good.

use super::Retention;
use crate::connection::{STEPS, number, user_version};
use crate::watch::Watch;
use crate::{Error, Options, files};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use puente_core::Cancel;
use rusqlite::{Connection, OpenFlags};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a backup is called, behind its name, until it is complete.
pub(super) const PARTIAL: &str = ".partial";
const STAMP: &str = "%Y%m%dT%H%M%SZ";
const STAMP_LENGTH: usize = "20261122T013400Z".len();

/// Why a backup was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// By a person or by the schedule.
    Regular,
    /// By [`restore`](super::restore()), of what it replaced.
    BeforeRestore,
    /// By an opening that moved the schema on.
    BeforeMigration,
}

impl Kind {
    const ALL: [Kind; 3] = [Kind::Regular, Kind::BeforeRestore, Kind::BeforeMigration];

    fn infix(self) -> &'static str {
        match self {
            Kind::Regular => "",
            Kind::BeforeRestore => "before-restore-",
            Kind::BeforeMigration => "before-migration-",
        }
    }
}

/// One backup file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The file.
    pub path: PathBuf,
    /// Why it was made.
    pub kind: Kind,
    /// When, to the second, as its name says.
    pub at: DateTime<Utc>,
    /// Its size in bytes.
    pub bytes: u64,
}

/// The folder of a database's backups.
pub fn folder(database: &Path, options: &Options) -> PathBuf {
    options
        .backups
        .clone()
        .unwrap_or_else(|| files::folder_of(database).join("backups"))
}

/// The backups of the database in that folder, newest first. A folder that is not there has none.
///
/// # Errors
/// Those of the file system.
pub fn list(database: &Path, folder: &Path) -> Result<Vec<Backup>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::io(folder, e)),
    };
    let stem = stem(database);
    let mut backups = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| Error::io(folder, e))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if let Some((kind, at)) = name.and_then(|name| parse(&stem, name)) {
            backups.push(one(&path, kind, at)?);
        }
    }
    backups.sort_by(|a, b| (b.at, &b.path).cmp(&(a.at, &a.path)));
    Ok(backups)
}

/// Removes the backups that `retention` doesn't keep and answers which. Each [`Kind`] is a series of
/// its own, so that copies made by migrations don't push the regular ones out.
///
/// # Errors
/// Those of the file system.
pub fn prune(database: &Path, folder: &Path, retention: Retention) -> Result<Vec<Backup>, Error> {
    let all = list(database, folder)?;
    let mut removed = Vec::new();
    for kind in Kind::ALL {
        let series: Vec<&Backup> = all.iter().filter(|backup| backup.kind == kind).collect();
        let times: Vec<DateTime<Utc>> = series.iter().map(|backup| backup.at).collect();
        for index in retention.surplus(&times) {
            files::remove_if_there(&series[index].path)?;
            removed.push(series[index].clone());
        }
    }
    Ok(removed)
}

/// The newest backup that passes [`verify`].
pub fn newest_good(database: &Path, options: &Options) -> Option<PathBuf> {
    let backups = list(database, &folder(database, options)).unwrap_or_default();
    backups
        .into_iter()
        .map(|backup| backup.path)
        .find(|path| verify(path, options, &Cancel::new()).is_ok())
}

/// Looks through a backup: that it is one, is whole, and is not newer than this program. Answers its
/// format.
///
/// # Errors
/// [`Error::BackupMissing`], [`Error::BackupInvalid`] with the reason, [`Error::Newer`],
/// [`Error::Cancelled`].
pub fn verify(file: &Path, options: &Options, cancel: &Cancel) -> Result<u32, Error> {
    if !file.is_file() {
        return Err(Error::BackupMissing {
            path: file.to_path_buf(),
        });
    }
    let _watch = Watch::over(&Arc::from(file));
    let invalid = |reason: String| Error::BackupInvalid {
        path: file.to_path_buf(),
        reason,
    };
    let version = match examine(file, options, cancel) {
        Ok(version) => version.map_err(invalid)?,
        Err(_) if cancel.is_cancelled() => return Err(Error::Cancelled),
        Err(error) => return Err(invalid(error.to_string())),
    };
    crate::migrate::refuse_newer(version, file, options.known_version())?;
    Ok(version)
}

fn examine(
    file: &Path,
    options: &Options,
    cancel: &Cancel,
) -> Result<Result<u32, String>, rusqlite::Error> {
    let mut connection = open(file)?;
    let cancel = cancel.clone();
    connection.progress_handler(STEPS, Some(move || cancel.is_cancelled()))?;
    if number(&connection, "application_id")? != i64::from(options.application_id) {
        return Ok(Err("not a database of this kind".to_owned()));
    }
    let said: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if said != "ok" {
        return Ok(Err(said));
    }
    user_version(&connection).map(Ok)
}

/// Opens a backup for reading only.
pub(super) fn open(file: &Path) -> Result<Connection, rusqlite::Error> {
    Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
}

/// `20261122T013400Z`.
pub(crate) fn stamp(at: DateTime<Utc>) -> String {
    at.format(STAMP).to_string()
}

/// A path for a new backup, in a folder that is there. Its `.partial` is there too: that is what keeps
/// the name from being taken twice in one second.
pub(crate) fn place(
    database: &Path,
    folder: &Path,
    kind: Kind,
    at: DateTime<Utc>,
) -> Result<PathBuf, Error> {
    files::create_folder(folder)?;
    let name = format!("{}-{}{}", stem(database), kind.infix(), stamp(at));
    let numbered = (2u32..).map(|n| format!("{name}-{n}.db"));
    for name in std::iter::once(format!("{name}.db")).chain(numbered) {
        let path = folder.join(name);
        if !path.exists() && files::create_private(&files::beside(&path, PARTIAL))? {
            return Ok(path);
        }
    }
    Err(Error::Misused("no name is left for a backup"))
}

/// Removes what is left of backups that were begun more than a day before `now` and have not become
/// one: their process was killed.
pub(super) fn sweep(database: &Path, folder: &Path, now: DateTime<Utc>) -> Result<(), Error> {
    let stem = stem(database);
    for entry in fs::read_dir(folder).map_err(|e| Error::io(folder, e))? {
        let path = entry.map_err(|e| Error::io(folder, e))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let begun = name
            .and_then(|name| name.split_once(".db.partial"))
            .and_then(|(name, _)| parse(&stem, &format!("{name}.db")));
        if begun.is_some_and(|(_, at)| now - at > TimeDelta::days(1)) {
            files::remove_if_there(&path)?;
        }
    }
    Ok(())
}

pub(super) fn one(path: &Path, kind: Kind, at: DateTime<Utc>) -> Result<Backup, Error> {
    let bytes = fs::metadata(path).map_err(|e| Error::io(path, e))?.len();
    Ok(Backup {
        path: path.to_path_buf(),
        kind,
        at,
        bytes,
    })
}

fn stem(database: &Path) -> String {
    database
        .file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

/// Reads `<stem>-[before-…-]20261122T013400Z[-2].db`.
fn parse(stem: &str, name: &str) -> Option<(Kind, DateTime<Utc>)> {
    let rest = name
        .strip_prefix(stem)?
        .strip_prefix('-')?
        .strip_suffix(".db")?;
    let (kind, rest) = [Kind::BeforeRestore, Kind::BeforeMigration]
        .into_iter()
        .find_map(|kind| Some((kind, rest.strip_prefix(kind.infix())?)))
        .unwrap_or((Kind::Regular, rest));
    let (at, again) = rest.split_at_checked(STAMP_LENGTH)?;
    let numbered = again
        .strip_prefix('-')
        .is_some_and(|n| n.parse::<u32>().is_ok());
    if !(again.is_empty() || numbered) {
        return None;
    }
    Some((
        kind,
        NaiveDateTime::parse_from_str(at, STAMP).ok()?.and_utc(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_backups_parse_back_and_other_names_are_left_alone() {
        let at = "2026-11-22T01:34:00Z".parse().unwrap();
        for (name, kind) in [
            ("puente-20261122T013400Z.db", Kind::Regular),
            ("puente-20261122T013400Z-2.db", Kind::Regular),
            (
                "puente-before-restore-20261122T013400Z.db",
                Kind::BeforeRestore,
            ),
            (
                "puente-before-migration-20261122T013400Z.db",
                Kind::BeforeMigration,
            ),
        ] {
            assert_eq!(parse("puente", name), Some((kind, at)), "{name}");
        }
        for name in [
            "puente.db",
            "puente-20261122T013400Z.db.partial",
            "puente-20261122T013400Z-copy.db",
            "puente-20261322T013400Z.db",
            "warehouse-20261122T013400Z.db",
            "puente-ñandú-con-un-nombre-largo.db",
        ] {
            assert_eq!(parse("puente", name), None, "{name}");
        }
    }
}
