//! The warehouse itself.

use crate::Error;
use crate::pending::Gathered;
use puente_core::Clock;
use puente_store::{Database, Migration, Options};
use std::path::Path;
use std::sync::Arc;

/// `PNW1`, in the header of `warehouse.db`.
const APPLICATION_ID: i32 = 0x504e_5731;

static MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "movements",
    sql: include_str!("../../../migrations/warehouse/sqlite/0001_movements.sql"),
}];

/// Rows are appended, and what is read is read once: a larger cache made no load faster, and it is
/// memory that a load of ten million rows would fill.
const CACHE_KIB: u32 = 16 * 1024;

/// The warehouse: one SQLite file. Clones are one and the same; several processes may have the same
/// file open.
#[derive(Clone, Debug)]
pub struct Warehouse(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Database,
    gathered: Gathered,
}

impl Warehouse {
    /// Opens the file, or makes it. A damaged one is set aside and begun anew, because all of it can
    /// be extracted again: see [`Database::opened`].
    ///
    /// # Errors
    /// Those of [`Database::open`].
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let options = Options {
            cache_kib: CACHE_KIB,
            ..Options::reobtainable(APPLICATION_ID, MIGRATIONS)
        };
        let db = Database::open(path, options, clock)?;
        Ok(Warehouse(Arc::new(Inner {
            db,
            gathered: Gathered::default(),
        })))
    }

    /// The file, as an absolute path.
    pub fn path(&self) -> &Path {
        self.db().path()
    }

    /// The database, for backups and for what happened while it was opened.
    pub fn database(&self) -> &Database {
        self.db()
    }

    pub(crate) fn db(&self) -> &Database {
        &self.0.db
    }

    pub(crate) fn gathered(&self) -> &Gathered {
        &self.0.gathered
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        self.db().clock()
    }
}
