//! Records by what they say: rows found by values, and marks set in them. Values travel as parameters
//! and are never part of a statement.

use crate::{Chunk, ConnectOptions, Engine, Flow, Result, Scan, SourceDb, StatementLog};
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
    /// [`crate::Error::PermissionDenied`], [`crate::Error::LockConflict`], [`crate::Error::Missing`]; those of the connection,
    /// after which nobody knows whether the last step was carried out.
    fn change(
        &mut self,
        change: &Change,
        before_commit: &mut dyn FnMut() -> Result<()>,
    ) -> Result<Vec<u64>>;

    /// The statement by which whoever administers the database lets this login write these columns, and no
    /// more; none where it may write them. Asking writes nothing.
    ///
    /// # Errors
    /// [`crate::Error::Missing`]; those of the connection.
    fn lacking_grant(&mut self, table: &str, columns: &[&str]) -> Result<Option<String>>;
}

/// Connects to a database whose records can be found by values.
///
/// # Errors
/// As [`crate::connect`].
pub fn connect_records(
    options: &ConnectOptions,
    cancel: &Cancel,
    log: Arc<dyn StatementLog>,
) -> Result<Box<dyn RecordDb>> {
    match options.engine {
        Engine::SqlServer => crate::sqlserver::connect_records(options, cancel, log),
        Engine::Firebird => crate::firebird::connect_records(options, cancel, log),
    }
}

/// Matches whose longest list is cut into lists of `limit`, which a statement takes.
pub(crate) fn parts(matches: &[Match], limit: usize) -> Vec<Vec<Match>> {
    let longest = matches
        .iter()
        .enumerate()
        .max_by_key(|(_, one)| one.values.len());
    let Some((at, longest)) = longest.filter(|(_, one)| one.values.len() > limit) else {
        return vec![matches.to_vec()];
    };
    longest
        .values
        .chunks(limit)
        .map(|values| {
            let mut part = matches.to_vec();
            if let Some(one) = part.get_mut(at) {
                one.values = values.to_vec();
            }
            part
        })
        .collect()
}
