//! What a server says about itself and a database.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A database and the server that has it open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ServerInfo {
    /// Kind of server: `Firebird`, `SQL Server`.
    pub engine: String,
    /// Version of the server: `3.0.11`.
    pub version: String,
    /// Version of the file's structure: `12.0`.
    pub file_version: String,
    /// SQL dialect of the database (1 or 3); 0 where there is none.
    pub dialect: u8,
    /// Default charset of the database; `NONE` when it has none.
    pub charset: String,
    /// Who is logged in, as the server sees it.
    pub user: String,
    /// Whether that user may do anything (owner of the server).
    pub is_superuser: bool,
    /// Whether the database is open for reading only, for everyone.
    pub database_read_only: bool,
    /// Whether this connection is encrypted; `None` when the server does not say.
    pub encrypted: Option<bool>,
    /// Name of that encryption, when the server says.
    pub encryption: Option<String>,
    /// Page size in bytes.
    pub page_size: u32,
    /// How the connection is made: `pure` or the client library's path.
    pub driver: String,
    /// Path of the database as the server sees it.
    pub path: String,
    /// When this copy of the database was made (created or restored), as the server writes it.
    pub created_at: String,
    /// Counters of the server by name, for comparing before and after: `oldest_interesting`,
    /// `oldest_active`, `oldest_snapshot`, `next` for transactions.
    pub counters: BTreeMap<String, i64>,
}

/// A point in the life of a database, from which changes can be found later. Opaque above this
/// crate; may be stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// What was written by this transaction or a later one may have come after the mark.
    transaction: i64,
    /// The copy of the database that it speaks of.
    database: String,
    /// In SQL Server: rows of this version or a later one may have come after the mark. What stands
    /// above is the version of change tracking there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    row_version: Option<i64>,
}

impl Mark {
    pub(crate) fn new(transaction: i64, database: String) -> Self {
        Mark {
            transaction,
            database,
            row_version: None,
        }
    }

    pub(crate) fn with_row_version(self, row_version: Option<i64>) -> Self {
        Mark {
            row_version,
            ..self
        }
    }

    pub(crate) fn row_version(&self) -> Option<i64> {
        self.row_version
    }

    pub(crate) fn transaction(&self) -> i64 {
        self.transaction
    }

    /// Whether both speak of the same copy of the database. When not (a restore, another file under
    /// the same name), only a full reading finds the changes.
    pub fn same_database(&self, other: &Mark) -> bool {
        self.database == other.database
    }
}
