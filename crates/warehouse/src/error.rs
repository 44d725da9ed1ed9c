//! What can go wrong in the warehouse.

use crate::{LoadId, LoadState, Stream};
use puente_core::{Code, Coded};

/// An error of the warehouse.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
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
    /// A sum does not fit in 64 bits.
    #[error("the sum of {column} in {table} does not fit in 64 bits")]
    Overflow {
        /// Where.
        table: &'static str,
        /// Which sum.
        column: &'static str,
    },
    /// A cursor belongs to another sort.
    #[error("the cursor belongs to another sort")]
    CursorMismatch,
    /// What the database holds is not what the warehouse wrote.
    #[error("the warehouse holds something that it never wrote: {0}")]
    Damaged(String),
}

impl Coded for Error {
    fn code(&self) -> Code {
        match self {
            Error::NoLoad(_) | Error::WrongState { .. } => Code::NotFound,
            Error::Duplicate { .. } => Code::AlreadyExists,
            Error::Overflow { .. } => Code::DbNumberOverflow,
            Error::CursorMismatch => Code::InvalidInput,
            Error::NotAscending { .. } | Error::DocTypeTaken { .. } | Error::Uneven => {
                Code::Internal
            }
            Error::Damaged(_) => Code::StoreFailed,
        }
    }
}
