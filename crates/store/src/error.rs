//! What can go wrong with files, databases and secrets of this machine.

use crate::watch;
use puente_core::{Cancelled, Code, Coded};
use rusqlite::ErrorCode;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Every error of the store. Clones are cheap: one failed commit answers many waiters.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// No room is left on the disk.
    #[error("no room left on the disk of {}", shown(path))]
    DiskFull {
        /// The file that was being written, when it is known.
        path: Option<PathBuf>,
    },
    /// The file or its folder can't be written.
    #[error("{} can't be written", shown(path))]
    ReadOnly {
        /// The file or folder, when it is known.
        path: Option<PathBuf>,
    },
    /// Another process held the write lock for longer than [`Options::patience`](crate::Options).
    #[error("another process keeps {} locked", shown(path))]
    Busy {
        /// The database file, when it is known.
        path: Option<PathBuf>,
    },
    /// The file was written by a newer program.
    #[error("{} has format {found}; this program knows up to {known}", path.display())]
    Newer {
        /// The database file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format that this program knows.
        known: u32,
    },
    /// The file is a healthy database of some other program.
    #[error("{} is a database of another program (application id {found})", path.display())]
    Foreign {
        /// The database file.
        path: PathBuf,
        /// The application id that it carries.
        found: i32,
    },
    /// The file is damaged.
    #[error("{} is damaged: {reason}", shown(path))]
    Corrupt {
        /// The database file, when it is known.
        path: Option<PathBuf>,
        /// Where it was set aside. `None` while it is still in its place.
        quarantine: Option<PathBuf>,
        /// The newest backup that passed its verification.
        backup: Option<PathBuf>,
        /// What SQLite said.
        reason: String,
    },
    /// A backup is not one, or is damaged.
    #[error("{} is no good as a backup: {reason}", path.display())]
    BackupInvalid {
        /// The backup.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no such backup.
    #[error("no backup at {}", path.display())]
    BackupMissing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// No keyring answers on this machine.
    #[error("no keyring answers: {reason}")]
    KeyringAbsent {
        /// What the keyring or the way to it said.
        reason: String,
    },
    /// The keyring is there and locked.
    #[error("the keyring is locked: {reason}")]
    KeyringLocked {
        /// What the keyring said.
        reason: String,
    },
    /// There is no secret under that name.
    #[error("no secret named {name}")]
    SecretMissing {
        /// The name.
        name: String,
    },
    /// The secret is longer than the keyring takes.
    #[error("the secret {name} is longer than {limit} bytes")]
    SecretTooLong {
        /// The name of the secret.
        name: String,
        /// The most that the keyring takes, in bytes.
        limit: u32,
    },
    /// The file of secrets does not open with that passphrase, or is damaged.
    #[error("{} does not open with that passphrase, or is damaged", path.display())]
    SecretFileUnreadable {
        /// The file.
        path: PathBuf,
    },
    /// A migration failed, and was undone.
    #[error("migration {version} ({name}) failed")]
    Migration {
        /// Its number.
        version: u32,
        /// Its name.
        name: &'static str,
        /// Why.
        #[source]
        source: Box<Error>,
    },
    /// Another error of SQLite.
    #[error("{0}")]
    Sqlite(#[source] Arc<rusqlite::Error>),
    /// An error of the file system.
    #[error("{}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: Arc<io::Error>,
    },
    /// The work was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The text of a time is not of the form `2026-11-22T01:34:00.000Z`.
    #[error("not a time in the form of the store: {text:?}")]
    Time {
        /// The text.
        text: String,
    },
    /// A write closure panicked. It was undone, and the writer lives on.
    #[error("a write panicked: {message}")]
    Panicked {
        /// The message of the panic.
        message: String,
    },
    /// The store was used in a way that can't work: a defect of the caller.
    #[error("the store was misused: {0}")]
    Misused(&'static str),
}

impl Error {
    /// An error of the file system about `path`, recognised where a person can mend it.
    pub fn io(path: &Path, source: io::Error) -> Error {
        let path = path.to_path_buf();
        let kind = source.kind();
        if matches!(
            kind,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        ) {
            Error::DiskFull { path: Some(path) }
        } else if matches!(
            kind,
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied
        ) {
            Error::ReadOnly { path: Some(path) }
        } else {
            Error::Io {
                path,
                source: Arc::new(source),
            }
        }
    }

    /// Whether a `UNIQUE` or `PRIMARY KEY` constraint refused the row.
    pub fn is_unique_violation(&self) -> bool {
        const UNIQUE: [i32; 3] = [
            rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE,
            rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY,
            rusqlite::ffi::SQLITE_CONSTRAINT_ROWID,
        ];
        let Error::Sqlite(error) = self else {
            return false;
        };
        error
            .sqlite_error()
            .is_some_and(|e| UNIQUE.contains(&e.extended_code))
    }

    /// Whether SQLite found the file damaged.
    pub fn is_corrupt(&self) -> bool {
        if let Error::Migration { source, .. } = self {
            return source.is_corrupt();
        }
        matches!(self, Error::Corrupt { .. })
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let error = recognise(error, watch::file());
        watch::note(&error);
        error
    }
}

fn recognise(error: rusqlite::Error, path: Option<PathBuf>) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Error::DiskFull { path },
        Some(ErrorCode::SystemIoFailure) if is_full_shm(&error) => Error::DiskFull { path },
        Some(ErrorCode::ReadOnly) if !is_moved(&error) => Error::ReadOnly { path },
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed,
        ) => Error::Busy { path },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::Corrupt {
            path,
            quarantine: None,
            backup: None,
            reason: error.to_string(),
        },
        Some(ErrorCode::OperationInterrupted) => Error::Cancelled,
        _ => Error::Sqlite(Arc::new(error)),
    }
}

/// The index of the WAL lives in a file that SQLite grows by writing to it; on a full disk that is
/// an input/output error and not `SQLITE_FULL`.
fn is_full_shm(error: &rusqlite::Error) -> bool {
    error
        .sqlite_error()
        .is_some_and(|e| e.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
}

/// `SQLITE_READONLY_DBMOVED`: the file was moved away, which no permission mends.
fn is_moved(error: &rusqlite::Error) -> bool {
    error
        .sqlite_error()
        .is_some_and(|e| e.extended_code == rusqlite::ffi::SQLITE_READONLY_DBMOVED)
}

impl From<Cancelled> for Error {
    fn from(_: Cancelled) -> Self {
        Error::Cancelled
    }
}

impl Coded for Error {
    fn code(&self) -> Code {
        match self {
            Error::DiskFull { .. } => Code::DiskFull,
            Error::ReadOnly { .. } => Code::DataFolderReadOnly,
            Error::Newer { .. } => Code::StoreNewer,
            Error::Corrupt { .. } => Code::StoreCorrupt,
            Error::Foreign { .. } => Code::StoreForeign,
            Error::BackupInvalid { .. } => Code::BackupInvalid,
            Error::BackupMissing { .. } => Code::BackupMissing,
            Error::KeyringAbsent { .. } => Code::KeyringAbsent,
            Error::KeyringLocked { .. } => Code::KeyringLocked,
            Error::SecretMissing { .. } => Code::SecretMissing,
            Error::SecretTooLong { .. } => Code::SecretTooLong,
            Error::SecretFileUnreadable { .. } => Code::SecretFileUnreadable,
            Error::Migration { source, .. } => source.code(),
            Error::Cancelled => Code::Cancelled,
            Error::Panicked { .. } | Error::Misused(_) => Code::Internal,
            Error::Busy { .. } | Error::Sqlite(_) | Error::Io { .. } | Error::Time { .. } => {
                Code::StoreFailed
            }
        }
    }

    fn values(&self) -> Vec<(&'static str, String)> {
        let show = |path: &Path| path.display().to_string();
        match self {
            Error::DiskFull { path } | Error::ReadOnly { path } | Error::Busy { path } => {
                path.iter().map(|path| ("path", show(path))).collect()
            }
            Error::Newer { path, found, known } => vec![
                ("path", show(path)),
                ("found", found.to_string()),
                ("known", known.to_string()),
            ],
            Error::Corrupt {
                path,
                quarantine,
                backup,
                ..
            } => {
                let or_dash = |path: Option<&PathBuf>| path.map_or("—".to_owned(), |p| show(p));
                vec![
                    ("path", or_dash(path.as_ref())),
                    ("quarantine", or_dash(quarantine.as_ref().or(path.as_ref()))),
                    ("backup", or_dash(backup.as_ref())),
                ]
            }
            Error::Foreign { path, .. }
            | Error::Io { path, .. }
            | Error::BackupInvalid { path, .. }
            | Error::BackupMissing { path }
            | Error::SecretFileUnreadable { path } => vec![("path", show(path))],
            Error::SecretMissing { name } => vec![("name", name.clone())],
            Error::SecretTooLong { name, limit } => {
                vec![("name", name.clone()), ("limit", limit.to_string())]
            }
            Error::Migration { source, .. } => source.values(),
            Error::KeyringAbsent { .. }
            | Error::KeyringLocked { .. }
            | Error::Sqlite(_)
            | Error::Cancelled
            | Error::Time { .. }
            | Error::Panicked { .. }
            | Error::Misused(_) => Vec::new(),
        }
    }

    fn is_permanent(&self) -> bool {
        !(matches!(self, Error::Busy { .. }) || self.code().is_retryable())
    }
}

impl From<Error> for puente_core::Error {
    fn from(error: Error) -> Self {
        puente_core::error::travel(&error)
    }
}

fn shown(path: &Option<PathBuf>) -> String {
    path.as_deref().map_or_else(
        || "the local database".to_owned(),
        |p| p.display().to_string(),
    )
}
