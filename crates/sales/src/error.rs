//! What can go wrong between a sale and its invoice.

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
    /// The database of sales.
    #[error(transparent)]
    Database(#[from] puente_databases::Error),
    /// The way to a cloud.
    #[error(transparent)]
    Net(#[from] puente_net::Error),
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
        /// `ledger`, `channel`, `sale`, `task` or `cost rule`.
        what: &'static str,
        /// As it was given.
        name: String,
    },
    /// The name is taken.
    #[error("{what} {name} exists already")]
    Exists {
        /// `ledger`, `channel`.
        what: &'static str,
        /// As it was given.
        name: String,
    },
    /// The cloud does not take the credentials.
    #[error("{cloud} refuses the credentials: {said}")]
    Login {
        /// As people call it.
        cloud: &'static str,
        /// What it said.
        said: String,
    },
    /// The cloud refuses what was asked.
    #[error("{cloud} refuses ({status}): {said}")]
    Refused {
        /// As people call it.
        cloud: &'static str,
        /// Status of its answer.
        status: u16,
        /// What it said.
        said: String,
    },
    /// The cloud wants fewer requests, or is out of order.
    #[error("{cloud} is busy ({status})")]
    Busy {
        /// As people call it.
        cloud: &'static str,
        /// Status of its answer.
        status: u16,
        /// Seconds to wait, where it said so.
        wait: Option<u64>,
    },
    /// The answer is not what the cloud answers with: a proxy's page, half of it.
    #[error("{cloud} answered with something unreadable: {said}")]
    Unreadable {
        /// As people call it.
        cloud: &'static str,
        /// What is wrong with it.
        said: String,
    },
    /// The account has to be authorised again.
    #[error("the authorisation of {account} is lost: {said}")]
    Lost {
        /// The account.
        account: String,
        /// What the channel said.
        said: String,
    },
    /// The page in the browser brought something else than an authorisation.
    #[error("no authorisation: {0}")]
    NotAuthorised(String),
    /// This machine's clock can't be right: invoices would carry another day.
    #[error("this machine's clock says {now}, the ledger's says {reference}")]
    Clock {
        /// This machine's time.
        now: String,
        /// The ledger's.
        reference: String,
    },
    /// The sale is in a state that doesn't allow this.
    #[error("sale {sale} is {state}")]
    WrongState {
        /// Its number.
        sale: i64,
        /// Where it stands.
        state: &'static str,
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

    /// What was named does not exist.
    pub fn not_found(what: &'static str, name: impl ToString) -> Self {
        Error::NotFound {
            what,
            name: name.to_string(),
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

impl From<puente_net::Lost> for Error {
    fn from(lost: puente_net::Lost) -> Self {
        match lost {
            puente_net::Lost::Unsent(error) | puente_net::Lost::Unanswered(error) => {
                Error::Net(error)
            }
            puente_net::Lost::Cancelled => Error::Cancelled,
        }
    }
}

impl Coded for Error {
    fn code(&self) -> Code {
        match self {
            Error::Cancelled => Code::Cancelled,
            Error::Store(error) => error.code(),
            Error::Database(error) => error.code(),
            Error::Net(error) => error.code(),
            Error::Travelled(error) => error.code,
            Error::Invalid { .. } => Code::InvalidInput,
            Error::NotFound { .. } => Code::NotFound,
            Error::Exists { .. } => Code::AlreadyExists,
            Error::Login { .. } => Code::CloudLoginRefused,
            Error::Refused { .. } => Code::CloudRefused,
            Error::Busy { .. } => Code::CloudBusy,
            Error::Unreadable { .. } => Code::CloudUnreadable,
            Error::Lost { .. } => Code::ChannelLost,
            Error::NotAuthorised(_) => Code::ChannelNotAuthorised,
            Error::Clock { .. } => Code::ClockWrong,
            Error::WrongState { .. } => Code::SaleWrongState,
        }
    }

    fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Error::Store(error) => error.values(),
            Error::Database(error) => error.values(),
            Error::Net(error) => error.values(),
            Error::Cancelled | Error::Travelled(_) => Vec::new(),
            Error::Invalid { field, reason } => {
                vec![("field", (*field).to_owned()), ("reason", reason.clone())]
            }
            Error::NotFound { what, name } | Error::Exists { what, name } => {
                vec![("what", (*what).to_owned()), ("name", name.clone())]
            }
            Error::Login { cloud, said } => {
                vec![("cloud", (*cloud).to_owned()), ("said", said.clone())]
            }
            Error::Refused {
                cloud,
                status,
                said,
            } => vec![
                ("cloud", (*cloud).to_owned()),
                ("status", status.to_string()),
                ("said", said.clone()),
            ],
            Error::Busy { cloud, .. } | Error::Unreadable { cloud, .. } => {
                vec![("cloud", (*cloud).to_owned())]
            }
            Error::Lost { account, .. } => vec![("account", account.clone())],
            Error::NotAuthorised(said) => vec![("said", said.clone())],
            Error::Clock { now, reference } => {
                vec![("now", now.clone()), ("reference", reference.clone())]
            }
            Error::WrongState { sale, state } => {
                vec![
                    ("sale", sale.to_string()),
                    ("sale_state", (*state).to_owned()),
                ]
            }
        }
    }
}

impl From<Error> for puente_core::Error {
    fn from(error: Error) -> Self {
        puente_core::Error::from(&error)
    }
}

impl From<&Error> for puente_core::Error {
    fn from(error: &Error) -> Self {
        // One that came with its values keeps them.
        if let Error::Travelled(error) = error {
            return error.clone();
        }
        puente_core::error::travel(error)
    }
}
