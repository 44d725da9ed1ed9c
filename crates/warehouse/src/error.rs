//! What can go wrong in the warehouse.

use crate::key::{id_of, stream_of};
use crate::{LoadId, LoadState, Stream};
use puente_core::{Code, Coded};

/// An error of the warehouse.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database file failed.
    #[error(transparent)]
    Store(#[from] puente_store::Error),
    /// There is no such load.
    #[error("there is no load {0}")]
    NoLoad(LoadId),
    /// The load is in a state that does not allow this: another run replaced or discarded it.
    #[error("load {load} is {state:?}")]
    WrongState {
        /// The load.
        load: LoadId,
        /// Where it stands.
        state: LoadState,
    },
    /// A movement came twice, or out of order: the caller did not go on from the checkpoint.
    #[error("movement {line_id} of {stream:?} is not above {last}, the last one put")]
    NotAscending {
        /// Its stream.
        stream: Stream,
        /// Its key.
        line_id: i64,
        /// The last key that was put.
        last: i64,
    },
    /// A row that was to be new is there already.
    #[error("{table} {key} is there already")]
    Duplicate {
        /// Its table.
        table: &'static str,
        /// Its key.
        key: i64,
    },
    /// The number of a kind of document stands for another code already.
    #[error("document type {id} is {known}, not {given}")]
    DocTypeTaken {
        /// The number.
        id: u16,
        /// Its code.
        known: String,
        /// The code given.
        given: String,
    },
    /// Columns of a batch differ in length.
    #[error("the columns of a batch differ in length")]
    Uneven,
    /// A key of the source is beyond ±2^42.
    #[error("the key {key} does not fit in 43 bits")]
    KeyTooLarge {
        /// The key.
        key: i64,
    },
    /// A sum does not fit in 64 bits.
    #[error("the sum of {column} in {table} does not fit in 64 bits")]
    Overflow {
        /// Where.
        table: &'static str,
        /// Which sum.
        column: &'static str,
    },
    /// The load was still being filled by someone else.
    #[error("load {0} was still being filled by someone else")]
    StillFilled(LoadId),
    /// A cursor belongs to another sort.
    #[error("the cursor belongs to another sort")]
    CursorMismatch,
    /// What the database holds is not what the warehouse wrote.
    #[error("the warehouse holds something that it never wrote: {0}")]
    Damaged(String),
}

impl Error {
    /// Two packed keys that do not ascend.
    pub(crate) fn not_ascending(key: i64, last: i64) -> Error {
        Error::NotAscending {
            stream: stream_of(key),
            line_id: id_of(key),
            last: id_of(last),
        }
    }

    /// An error of an insert: its own variant when the row is there already.
    pub(crate) fn duplicate(error: rusqlite::Error, table: &'static str, key: i64) -> Error {
        let error = puente_store::Error::from(error);
        if error.is_unique_violation() {
            Error::Duplicate { table, key }
        } else {
            error.into()
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Error::Store(error.into())
    }
}

impl Coded for Error {
    fn code(&self) -> Code {
        match self {
            Error::Store(error) => error.code(),
            Error::NoLoad(_) | Error::WrongState { .. } => Code::NotFound,
            Error::Duplicate { .. } => Code::AlreadyExists,
            Error::KeyTooLarge { .. } | Error::Overflow { .. } => Code::DbNumberOverflow,
            Error::CursorMismatch => Code::InvalidInput,
            Error::NotAscending { .. }
            | Error::DocTypeTaken { .. }
            | Error::Uneven
            | Error::StillFilled(_) => Code::Internal,
            Error::Damaged(_) => Code::StoreFailed,
        }
    }

    fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Error::Store(error) => error.values(),
            Error::NoLoad(load) | Error::WrongState { load, .. } => {
                vec![("what", "load".to_owned()), ("name", load.to_string())]
            }
            Error::Duplicate { table, key } => {
                vec![("what", (*table).to_owned()), ("name", key.to_string())]
            }
            Error::KeyTooLarge { key } => vec![
                ("table", "movement".to_owned()),
                ("column", "key".to_owned()),
                ("value", key.to_string()),
            ],
            Error::Overflow { table, column } => vec![
                ("table", (*table).to_owned()),
                ("column", (*column).to_owned()),
                ("value", "Σ".to_owned()),
            ],
            Error::CursorMismatch => {
                vec![("field", "after".to_owned()), ("reason", self.to_string())]
            }
            Error::NotAscending { .. }
            | Error::DocTypeTaken { .. }
            | Error::Uneven
            | Error::StillFilled(_)
            | Error::Damaged(_) => Vec::new(),
        }
    }

    fn is_permanent(&self) -> bool {
        if let Error::Store(error) = self {
            return error.is_permanent();
        }
        !self.code().is_retryable()
    }
}

impl From<Error> for puente_core::Error {
    fn from(error: Error) -> Self {
        puente_core::error::travel(&error)
    }
}
