//! What can go wrong with a tracking server.

use puente_core::{Cancelled, Code, Coded};
use puente_net::Lost;

/// An error of the tracking server, or of the way there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The work was asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// The way there.
    #[error(transparent)]
    Net(#[from] puente_net::Error),
    /// Puente's own side: the registry or its files.
    #[error(transparent)]
    Own(#[from] crate::Error),
    /// It lets us not in.
    #[error("{url} answers {status}")]
    Login {
        /// Where.
        url: String,
        /// 401 or 403.
        status: u16,
    },
    /// What answers there is no MLflow: 404 without its error, a page, no JSON.
    #[error("{url} is no MLflow: {found}")]
    NotMlflow {
        /// Where.
        url: String,
        /// What came instead.
        found: String,
    },
    /// It understood, and refused.
    #[error("MLflow refuses: {status} {said}")]
    Refused {
        /// Its status.
        status: u16,
        /// Its error.
        said: String,
    },
    /// It failed; it may do better later.
    #[error("MLflow failed: {status} {said}")]
    Failed {
        /// Its status.
        status: u16,
        /// What it said.
        said: String,
    },
}

/// A result of this module.
pub type Result<T> = std::result::Result<T, Error>;

impl From<Cancelled> for Error {
    fn from(_: Cancelled) -> Self {
        Error::Cancelled
    }
}

impl From<puente_store::Error> for Error {
    fn from(error: puente_store::Error) -> Self {
        Error::Own(error.into())
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Error::Own(error.into())
    }
}

impl From<Lost> for Error {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Unsent(error) | Lost::Unanswered(error) => Error::Net(error),
            Lost::Cancelled => Error::Cancelled,
        }
    }
}

impl Error {
    /// Whether the same may work later without anyone doing anything.
    pub fn may_pass(&self) -> bool {
        match self {
            Error::Net(error) => error.code().is_retryable(),
            Error::Failed { .. } => true,
            Error::Cancelled
            | Error::Own(_)
            | Error::Login { .. }
            | Error::NotMlflow { .. }
            | Error::Refused { .. } => false,
        }
    }
}

impl Coded for Error {
    fn code(&self) -> Code {
        match self {
            Error::Cancelled => Code::Cancelled,
            Error::Net(error) => error.code(),
            Error::Own(error) => error.code(),
            Error::Login { .. } => Code::MlflowLogin,
            Error::NotMlflow { .. } => Code::MlflowNotThere,
            Error::Refused { .. } => Code::MlflowRefused,
            Error::Failed { .. } => Code::MlflowFailed,
        }
    }

    fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Error::Cancelled => Vec::new(),
            Error::Net(error) => error.values(),
            Error::Own(error) => error.values(),
            Error::Login { url, status } => {
                vec![("url", url.clone()), ("status", status.to_string())]
            }
            Error::NotMlflow { url, found } => {
                vec![("url", url.clone()), ("found", found.clone())]
            }
            Error::Refused { status, said } | Error::Failed { status, said } => {
                vec![("status", status.to_string()), ("reason", said.clone())]
            }
        }
    }
}

impl From<Error> for puente_core::Error {
    fn from(error: Error) -> Self {
        puente_core::error::travel(&error)
    }
}
