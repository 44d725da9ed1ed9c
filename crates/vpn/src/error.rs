//! What can go wrong on the way to a VPN.

use puente_core::{Cancelled, Code, Coded};

/// An error of this room. None carries a key or a password.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The work was asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// The local databases.
    #[error(transparent)]
    Store(#[from] puente_store::Error),
    /// An error that came with its code already.
    #[error(transparent)]
    Travelled(#[from] puente_core::Error),
    /// A value doesn't fit.
    #[error("{field}: {reason}")]
    Invalid {
        /// Which value.
        field: &'static str,
        /// The key of a word, or the value.
        reason: String,
    },
    /// What was named does not exist.
    #[error("no {what} named {name}")]
    NotFound {
        /// `vpn`.
        what: &'static str,
        /// As it was given.
        name: String,
    },
    /// The name is taken.
    #[error("{what} {name} exists already")]
    Exists {
        /// `vpn`.
        what: &'static str,
        /// As it was given.
        name: String,
    },
    /// A text is not what it should be.
    #[error("{what}, line {line}: {reason}")]
    Unreadable {
        /// `conf` or `wg show`.
        what: &'static str,
        /// From 1.
        line: usize,
        /// The key of a word.
        reason: &'static str,
    },
    /// Every address of the network is taken.
    #[error("no free address in {network}")]
    PoolExhausted {
        /// The network.
        network: String,
    },
    /// Nobody answers at the endpoint.
    #[error("no handshake with {endpoint} within {seconds} s: {detail}")]
    NoHandshake {
        /// Host and UDP port.
        endpoint: String,
        /// How long it was waited for.
        seconds: u64,
        /// What is known of why.
        detail: String,
    },
    /// The target does not lie behind this VPN.
    #[error("{target} is not behind the VPN, which leads to {allowed}")]
    NotRouted {
        /// What was asked for.
        target: String,
        /// What the VPN leads to.
        allowed: String,
    },
    /// Another program listens on the local port.
    #[error("local port {port} is taken: {source}")]
    PortTaken {
        /// The port.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system gave no socket or no thread.
    #[error("{what}: {source}")]
    System {
        /// What was asked of it.
        what: &'static str,
        /// What it said.
        source: std::io::Error,
    },
}

/// A result of this room.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn invalid(field: &'static str, reason: impl Into<String>) -> Error {
        Error::Invalid {
            field,
            reason: reason.into(),
        }
    }

    pub(crate) fn system(what: &'static str) -> impl FnOnce(std::io::Error) -> Error {
        move |source| Error::System { what, source }
    }
}

impl From<Cancelled> for Error {
    fn from(_: Cancelled) -> Self {
        Error::Cancelled
    }
}

impl From<puente_net::Error> for Error {
    fn from(error: puente_net::Error) -> Self {
        Error::Travelled(error.into())
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
            Error::Travelled(error) => error.code,
            Error::Invalid { .. } => Code::InvalidInput,
            Error::NotFound { .. } => Code::NotFound,
            Error::Exists { .. } => Code::AlreadyExists,
            Error::Unreadable { .. } => Code::VpnUnreadable,
            Error::PoolExhausted { .. } => Code::VpnPoolExhausted,
            Error::NoHandshake { .. } => Code::VpnNoHandshake,
            Error::NotRouted { .. } => Code::VpnNotRouted,
            Error::PortTaken { .. } => Code::VpnPortTaken,
            Error::System { .. } => Code::VpnSystem,
        }
    }

    fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Error::Store(error) => error.values(),
            Error::Cancelled | Error::Travelled(_) => Vec::new(),
            Error::Invalid { field, reason } => {
                vec![("field", (*field).to_owned()), ("reason", reason.clone())]
            }
            Error::NotFound { what, name } | Error::Exists { what, name } => {
                vec![("what", (*what).to_owned()), ("name", name.clone())]
            }
            Error::Unreadable { what, line, reason } => vec![
                ("what", (*what).to_owned()),
                ("line", line.to_string()),
                ("reason", (*reason).to_owned()),
            ],
            Error::PoolExhausted { network } => vec![("network", network.clone())],
            Error::NoHandshake {
                endpoint, seconds, ..
            } => vec![
                ("endpoint", endpoint.clone()),
                ("seconds", seconds.to_string()),
            ],
            Error::NotRouted { target, allowed } => {
                vec![("target", target.clone()), ("allowed", allowed.clone())]
            }
            Error::PortTaken { port, .. } => vec![("port", port.to_string())],
            Error::System { source, .. } => vec![("reason", source.to_string())],
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

#[cfg(test)]
mod tests {
    use super::*;
    use puente_core::Lang;

    #[test]
    fn a_silent_server_is_told_with_its_port_and_what_to_open() {
        let silent = Error::NoHandshake {
            endpoint: "vpn.example.com:51820".to_owned(),
            seconds: 10,
            detail: "nothing came back".to_owned(),
        };
        let error = puente_core::Error::from(silent);
        for lang in [Lang::Es, Lang::En] {
            let view = error.view(lang);
            assert!(view.message.contains("vpn.example.com:51820"), "{view:?}");
            assert!(view.hint.contains("UDP"), "{view:?}");
        }
    }
}
