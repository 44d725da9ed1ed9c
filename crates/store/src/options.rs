//! How a database file is opened.

use std::path::PathBuf;
use std::time::Duration;

/// One forward step of a schema. Never edited once it has been released.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The `user_version` of the file after it. Lists count up from 1.
    pub version: u32,
    /// A short name, as in the file's name.
    pub name: &'static str,
    /// The statements. No `BEGIN` or `COMMIT`: each migration runs in a transaction of its own.
    pub sql: &'static str,
}

/// What a commit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// The commit is on the disk when it returns (`synchronous=FULL`).
    Full,
    /// A power cut may lose the last commits, and never the integrity (`synchronous=NORMAL`).
    Normal,
}

/// What to do with a damaged file, once it has been set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnCorrupt {
    /// Refuse to open until someone restores a backup or chooses to start empty.
    Refuse,
    /// Start with an empty file and say so in [`Opened::recreated`](crate::Opened): for what can be
    /// obtained again.
    StartEmpty,
}

/// How a database file is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// What a commit waits for.
    pub durability: Durability,
    /// The schema, oldest step first.
    pub migrations: &'static [Migration],
    /// The mark in the header that tells this kind of file from any other SQLite file. Not 0.
    pub application_id: i32,
    /// Reader connections kept open while idle. More are opened when more readers come at once.
    pub readers: usize,
    /// Page cache of the writer, in KiB. Each reader has a quarter of it.
    pub cache_kib: u32,
    /// Part of the file that is mapped into memory, in MiB. 0 by default: a mapped page on a disk
    /// that fails kills the process instead of giving an error.
    pub mmap_mib: u32,
    /// Pages in the write-ahead log after which a commit also copies them into the file.
    pub checkpoint_pages: u32,
    /// Looks through the whole file for damage when it is opened.
    pub check: bool,
    /// What to do with a damaged file.
    pub on_corrupt: OnCorrupt,
    /// Copies a file that has content before its schema is moved on.
    pub copy_before_migration: bool,
    /// The folder of backups. By default `backups` beside the file.
    pub backups: Option<PathBuf>,
    /// How long to wait for another process's write lock before giving up.
    pub patience: Duration,
    /// Bytes kept aside on the disk, for what must be written although it is full: see
    /// [`Database::give_up_reserve`](crate::Database::give_up_reserve).
    pub reserve: u64,
}

impl Options {
    /// For what can't be obtained again: durable, checked when opened, copied before migrations,
    /// refused when damaged.
    pub fn new(application_id: i32, migrations: &'static [Migration]) -> Options {
        Options {
            durability: Durability::Full,
            migrations,
            application_id,
            readers: 4,
            cache_kib: 8 * 1024,
            mmap_mib: 0,
            checkpoint_pages: 1000,
            check: true,
            on_corrupt: OnCorrupt::Refuse,
            copy_before_migration: true,
            backups: None,
            patience: Duration::from_secs(600),
            reserve: 1 << 20,
        }
    }

    /// For what can be obtained again: fast in bulk, not looked through when opened, started empty
    /// when damaged.
    pub fn reobtainable(application_id: i32, migrations: &'static [Migration]) -> Options {
        Options {
            durability: Durability::Normal,
            cache_kib: 64 * 1024,
            checkpoint_pages: 4000,
            check: false,
            on_corrupt: OnCorrupt::StartEmpty,
            copy_before_migration: false,
            reserve: 0,
            ..Options::new(application_id, migrations)
        }
    }

    /// The newest format that this program knows.
    pub(crate) fn known_version(&self) -> u32 {
        self.migrations
            .last()
            .map_or(0, |migration| migration.version)
    }
}
