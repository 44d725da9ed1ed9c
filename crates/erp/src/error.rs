//! What can go wrong with a server, a discovery or an extraction.

use puente_core::{Cancelled, Code, Coded};

/// An error of this room.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The work was asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// The local databases.
    #[error(transparent)]
    Store(#[from] puente_store::Error),
    /// The warehouse.
    #[error(transparent)]
    Warehouse(#[from] puente_warehouse::Error),
    /// The source database.
    #[error(transparent)]
    Source(#[from] puente_databases::Error),
    /// An error that came with its code already (from a job or the keyring).
    #[error(transparent)]
    Travelled(#[from] puente_core::Error),
    /// A value doesn't fit.
    #[error("{field}: {reason}")]
    Invalid {
        /// Which value.
        field: &'static str,
        /// Why.
        reason: String,
    },
    /// What was named does not exist.
    #[error("no {what} named {name}")]
    NotFound {
        /// `server` or `company`.
        what: &'static str,
        /// As it was given.
        name: String,
    },
    /// The name is taken.
    #[error("{what} {name} exists already")]
    Exists {
        /// `server`.
        what: &'static str,
        /// As it was given.
        name: String,
    },
    /// The list of companies is not in the master database.
    #[error("the master database has no usable table {table}: {missing}")]
    MasterTable {
        /// The table that the profile names.
        table: String,
        /// What is missing of it.
        missing: String,
    },
    /// The live database lacks what the profile needs.
    #[error("profile {profile} does not fit: {missing}")]
    Schema {
        /// The profile's name.
        profile: String,
        /// What is missing, readable.
        missing: String,
    },
    /// The database of a company is not where the list of companies says.
    #[error("the database of {company} is not at {path}")]
    CompanyFile {
        /// Company and year.
        company: String,
        /// As the list says.
        path: String,
    },
    /// The warehouse differs from the source.
    #[error("{company}: {differences}")]
    Proof {
        /// Company and year.
        company: String,
        /// What differs, readable.
        differences: String,
    },
    /// The ERP must be left alone now.
    #[error("quiet hours until {until}")]
    QuietHours {
        /// Local time of the office, `HH:MM`.
        until: String,
    },
    /// More rows changed than are worth applying one by one. Never leaves this crate.
    #[error("too many changes for an incremental run")]
    TooManyChanges,
    /// The machine's clock can't be right.
    #[error("this machine's clock says {now}, the server's says {reference}")]
    Clock {
        /// This machine's time.
        now: String,
        /// The reference's time.
        reference: String,
    },
}

/// A result of this room.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A value that doesn't fit.
    pub fn invalid(field: &'static str, reason: impl Into<String>) -> Self {
        Error::Invalid {
            field,
            reason: reason.into(),
        }
    }
}

impl From<Cancelled> for Error {
    fn from(_: Cancelled) -> Self {
        Error::Cancelled
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
            Error::Cancelled => Code::Cancelled,
            Error::Store(error) => error.code(),
            Error::Warehouse(error) => error.code(),
            Error::Source(error) => error.code(),
            Error::Travelled(error) => error.code,
            Error::Invalid { .. } => Code::InvalidInput,
            Error::NotFound { .. } => Code::NotFound,
            Error::Exists { .. } => Code::AlreadyExists,
            Error::MasterTable { .. } => Code::MasterTableMissing,
            Error::Schema { .. } => Code::SchemaMismatch,
            Error::CompanyFile { .. } => Code::CompanyFileMissing,
            Error::Proof { .. } => Code::ProofMismatch,
            Error::QuietHours { .. } => Code::QuietHours,
            Error::TooManyChanges => Code::Internal,
            Error::Clock { .. } => Code::ClockWrong,
        }
    }

    fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Error::Store(error) => error.values(),
            Error::Warehouse(error) => error.values(),
            Error::Source(error) => error.values(),
            Error::Cancelled | Error::TooManyChanges | Error::Travelled(_) => Vec::new(),
            Error::Invalid { field, reason } => {
                vec![("field", (*field).to_owned()), ("reason", reason.clone())]
            }
            Error::NotFound { what, name } | Error::Exists { what, name } => {
                vec![("what", (*what).to_owned()), ("name", name.clone())]
            }
            Error::MasterTable { table, missing } => {
                vec![("table", table.clone()), ("missing", missing.clone())]
            }
            Error::Schema { profile, missing } => {
                vec![("profile", profile.clone()), ("missing", missing.clone())]
            }
            Error::CompanyFile { company, path } => {
                vec![("company", company.clone()), ("path", path.clone())]
            }
            Error::Proof {
                company,
                differences,
            } => {
                vec![
                    ("company", company.clone()),
                    ("differences", differences.clone()),
                ]
            }
            Error::QuietHours { until } => vec![("until", until.clone())],
            Error::Clock { now, reference } => {
                vec![("now", now.clone()), ("reference", reference.clone())]
            }
        }
    }
}

impl From<Error> for puente_core::Error {
    fn from(error: Error) -> Self {
        if let Error::Travelled(error) = error {
            return error;
        }
        puente_core::error::travel(&error)
    }
}
