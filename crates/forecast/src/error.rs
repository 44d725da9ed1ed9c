//! What can go wrong with a forecast.

use puente_core::{Cancelled, Code, Coded};
use std::path::PathBuf;

/// An error of this room.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The work was asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// The local databases.
    #[error(transparent)]
    Store(#[from] puente_store::Error),
    /// A value doesn't fit.
    #[error("{field}: {reason}")]
    Invalid {
        /// Which value.
        field: &'static str,
        /// Why.
        reason: String,
    },
    /// There is no such model.
    #[error("no model {0}")]
    NoModel(String),
    /// There is no such article in the model.
    #[error("no article {0}")]
    NoArticle(String),
    /// The companies of a NIT have sold nothing that could be learned from.
    #[error("{nit} has {months} months with sales")]
    NoHistory {
        /// The NIT.
        nit: String,
        /// Complete months that there are.
        months: usize,
    },
    /// The file of a model is not what was written.
    #[error("model {model} is damaged: {}", path.display())]
    Damaged {
        /// The model.
        model: String,
        /// The file.
        path: PathBuf,
    },
    /// A file can't be read or written.
    #[error("{}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// A result of this room.
pub type Result<T> = std::result::Result<T, Error>;

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
            Error::Invalid { .. } => Code::InvalidInput,
            Error::NoModel(_) | Error::NoArticle(_) => Code::NotFound,
            Error::NoHistory { .. } => Code::ForecastNoHistory,
            Error::Damaged { .. } => Code::ForecastModelDamaged,
            Error::Io { source, .. } => code_of(source),
        }
    }

    fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Error::Cancelled => Vec::new(),
            Error::Store(error) => error.values(),
            Error::Invalid { field, reason } => {
                vec![("field", (*field).to_owned()), ("reason", reason.clone())]
            }
            Error::NoModel(name) => vec![("what", "model".to_owned()), ("name", name.clone())],
            Error::NoArticle(name) => vec![("what", "article".to_owned()), ("name", name.clone())],
            Error::NoHistory { nit, months } => {
                vec![("nit", nit.clone()), ("months", months.to_string())]
            }
            Error::Damaged { model, path } => {
                vec![
                    ("model", model.clone()),
                    ("path", path.display().to_string()),
                ]
            }
            Error::Io { path, .. } => vec![("path", path.display().to_string())],
        }
    }
}

fn code_of(error: &std::io::Error) -> Code {
    use std::io::ErrorKind;
    let kind = error.kind();
    if matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
        Code::DiskFull
    } else if matches!(
        kind,
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
    ) {
        Code::DataFolderReadOnly
    } else {
        Code::StoreFailed
    }
}

impl From<Error> for puente_core::Error {
    fn from(error: Error) -> Self {
        puente_core::error::travel(&error)
    }
}
