//! Records by what they say: rows found by values, and marks set in them. Values travel as parameters
//! and are never part of a statement.

use crate::{Chunk, ConnectOptions, Engine, Error, Flow, Result, Scan, SourceDb, StatementLog};
use puente_core::Cancel;
use std::sync::Arc;

/// A value that is compared or written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
}

/// What a row must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// Name in the table.
    pub column: String,
    /// One of these. None: no rows.
    pub values: Vec<Value>,
}

impl Match {
    /// The column has that value.
    pub fn is(column: impl Into<String>, value: Value) -> Self {
        Match {
            column: column.into(),
            values: vec![value],
        }
    }
}

/// What a column becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Becomes {
    /// That value.
    Value(Value),
    /// The server's own date and time.
    Now,
}

/// A change of single rows, all of them or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Table.
    pub table: String,
    /// What is written into each row.
    pub set: Vec<(String, Becomes)>,
    /// Which rows: all matches of one of them must hold.
    pub rows: Vec<Vec<Match>>,
}

/// A database whose rows are found by values, and in which single columns may be written.
pub trait RecordDb: SourceDb {
    /// As [`SourceDb::stream`], only rows that have the values. A list longer than a statement takes
    /// (1,000 values) is asked in several.
    ///
    /// # Errors
    /// As [`SourceDb::stream`].
    fn select(
        &mut self,
        scan: &Scan,
        matches: &[Match],
        sink: &mut dyn FnMut(&Chunk) -> Result<Flow>,
    ) -> Result<u64>;

    /// Writes in one transaction, and says of each of [`Change::rows`] how many rows were written.
    /// `before_commit` runs while nothing is final yet; its error takes all back. A lock or a lost
    /// deadlock is tried three times.
    ///
    /// # Errors
    /// [`Error::PermissionDenied`], [`Error::LockConflict`], [`Error::Missing`]; those of the connection,
    /// after which nobody knows whether the last step was carried out.
    fn change(
        &mut self,
        change: &Change,
        before_commit: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Vec<u64>>;
}

/// Connects to a database whose records can be found by values: SQL Server.
///
/// # Errors
/// As [`crate::connect`]; [`Error::NotAServer`] for servers of another kind.
pub fn connect_records(
    options: &ConnectOptions,
    cancel: &Cancel,
    log: Arc<dyn StatementLog>,
) -> Result<Box<dyn RecordDb>> {
    match options.engine {
        Engine::SqlServer => crate::sqlserver::connect_records(options, cancel, log),
        Engine::Firebird => Err(Error::NotAServer {
            host: options.named_host(),
            port: options.port,
            kind: "SQL Server",
            detail: "Firebird".to_owned(),
        }),
    }
}
