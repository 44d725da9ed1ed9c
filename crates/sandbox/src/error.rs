//! What can go wrong while sample data is being set up.

use puente_core::{Code, Coded};
use std::path::{Path, PathBuf};

/// Errors of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing on this machine can play that part.
    #[error("{what} is not installed: {reason}")]
    NotInstalled {
        /// What is missing: a program or a package.
        what: String,
        /// Where it was looked for.
        reason: String,
    },
    /// The private server did not start, or stopped by itself.
    #[error("the private Firebird server failed: {reason}")]
    Server {
        /// What its log says.
        reason: String,
    },
    /// The clouds that are played here could not start.
    #[error("the sample clouds failed: {reason}")]
    Clouds {
        /// Why.
        reason: String,
    },
    /// The server refused a statement of ours.
    #[error("the server refused a script: {reason}")]
    Script {
        /// What the server says.
        reason: String,
    },
    /// The server answered with something that this crate did not ask for.
    #[error("an answer of the server could not be read: {reason}")]
    Answer {
        /// The answer.
        reason: String,
    },
    /// A file or folder can't be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The offices of the VPN lab could not be set up.
    #[error("the VPN lab: {reason}")]
    Lab {
        /// Which step, and what it said.
        reason: String,
    },
    /// A workbook could not be written.
    #[error("the workbook could not be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

impl Error {
    /// Wraps an IO error with the path that it is about.
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
        move |source| Error::File {
            path: path.to_owned(),
            source,
        }
    }
}

impl Coded for Error {
    fn code(&self) -> Code {
        match self {
            Error::NotInstalled { .. } => Code::SandboxUnavailable,
            Error::Server { .. }
            | Error::Clouds { .. }
            | Error::Script { .. }
            | Error::Answer { .. }
            | Error::Lab { .. }
            | Error::File { .. }
            | Error::Workbook(_) => Code::SandboxFailed,
        }
    }

    fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Error::NotInstalled { what, .. } => vec![("what", what.clone())],
            Error::Server { reason }
            | Error::Clouds { reason }
            | Error::Script { reason }
            | Error::Answer { reason }
            | Error::Lab { reason } => vec![("reason", reason.clone())],
            Error::File { .. } | Error::Workbook(_) => vec![("reason", self.to_string())],
        }
    }
}

impl From<Error> for puente_core::Error {
    fn from(error: Error) -> Self {
        puente_core::error::travel(&error)
    }
}
