//! What can go wrong on the way to a host.

use puente_core::{Code, Coded};

/// Why a certificate is not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody known issued it.
    UnknownIssuer,
    /// Its time is over.
    Expired,
    /// Its time has not come: or this machine's clock is wrong.
    NotYetValid,
    /// It is of another host.
    WrongName,
    /// Its issuer took it back.
    Revoked,
    /// Anything else that is wrong with it.
    NotValid,
}

impl Refusal {
    /// The key of its word in the catalogue of errors.
    pub fn as_str(self) -> &'static str {
        match self {
            Refusal::UnknownIssuer => "unknown_issuer",
            Refusal::Expired => "expired",
            Refusal::NotYetValid => "not_yet_valid",
            Refusal::WrongName => "wrong_name",
            Refusal::Revoked => "revoked",
            Refusal::NotValid => "not_valid",
        }
    }
}

/// Every error of this crate. None carries a user, a password or a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A value of the settings or of a request doesn't fit.
    #[error("{field} doesn't fit: {reason}")]
    Invalid {
        /// `url`, `proxy` or `extra_ca`.
        field: &'static str,
        /// The key of a word, or the value.
        reason: String,
    },
    /// No way leads there.
    #[error("{host} can't be reached: {detail}")]
    Unreachable {
        /// Host and port.
        host: String,
        /// What was said on the way.
        detail: String,
    },
    /// No answer within the time.
    #[error("{host} did not answer within {seconds} s")]
    Timeout {
        /// Host and port.
        host: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The certificate is not trusted.
    #[error("the certificate of {host}, issued by {issuer}, is not trusted: {detail}")]
    Untrusted {
        /// Host and port.
        host: String,
        /// Why.
        refusal: Refusal,
        /// Who issued it.
        issuer: String,
        /// What the verification said.
        detail: String,
    },
    /// The server speaks no TLS that still protects.
    #[error("{host} offers no TLS 1.2 or later: {detail}")]
    OldTls {
        /// Host and port.
        host: String,
        /// What was said on the way.
        detail: String,
    },
    /// The proxy doesn't let it through.
    #[error("the proxy {proxy} refuses: {detail}")]
    Proxy {
        /// Its address.
        proxy: String,
        /// What it said.
        detail: String,
    },
    /// The connection broke, or speaks no HTTP.
    #[error("the connection to {host} failed: {detail}")]
    Failed {
        /// Host and port.
        host: String,
        /// What happened.
        detail: String,
    },
    /// Something else than SSH answers.
    #[error("{host} speaks no SSH")]
    NotSsh {
        /// Host and port.
        host: String,
    },
    /// Nobody has confirmed the server's host key.
    #[error("the host key of {host} is not confirmed: {fingerprint}")]
    HostUnknown {
        /// Host and port.
        host: String,
        /// `SHA256:…`.
        fingerprint: String,
    },
    /// The server shows another host key than the confirmed one.
    #[error("the host key of {host} changed from {known} to {found}")]
    HostChanged {
        /// Host and port.
        host: String,
        /// The confirmed one.
        known: String,
        /// The one it shows.
        found: String,
    },
    /// The server lets the user not in.
    #[error("{user} is not let in; left: {methods}")]
    AuthRefused {
        /// Login.
        user: String,
        /// The ways that it would still take.
        methods: String,
    },
    /// The agent of this PC can't be used.
    #[error("the agent can't be used: {reason}: {detail}")]
    AgentUnusable {
        /// The key of a word.
        reason: &'static str,
        /// What was said.
        detail: String,
    },
    /// A private key can't be used.
    #[error("the key {path} can't be used: {reason}")]
    KeyUnusable {
        /// The file.
        path: String,
        /// The key of a word, or what was said.
        reason: String,
    },
    /// The work was asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// The TLS library refuses to be set up.
    #[error("no TLS: {0}")]
    Tls(String),
}

impl Error {
    pub(crate) fn invalid(field: &'static str, reason: impl ToString) -> Error {
        Error::Invalid {
            field,
            reason: reason.to_string(),
        }
    }
}

impl Coded for Error {
    fn code(&self) -> Code {
        match self {
            Error::Invalid { .. } => Code::InvalidInput,
            Error::Unreachable { .. } => Code::NetUnreachable,
            Error::Timeout { .. } => Code::NetTimeout,
            Error::Untrusted { .. } => Code::NetTlsRefused,
            Error::OldTls { .. } => Code::NetTlsOld,
            Error::Proxy { .. } => Code::NetProxyRefused,
            Error::Failed { .. } => Code::NetFailed,
            Error::NotSsh { .. } => Code::SshNotSsh,
            Error::HostUnknown { .. } => Code::SshHostUnknown,
            Error::HostChanged { .. } => Code::SshHostChanged,
            Error::AuthRefused { .. } => Code::SshAuthRefused,
            Error::AgentUnusable { .. } => Code::SshAgentUnusable,
            Error::KeyUnusable { .. } => Code::SshKeyUnusable,
            Error::Cancelled => Code::Cancelled,
            Error::Tls(_) => Code::Internal,
        }
    }

    fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Error::Invalid { field, reason } => {
                vec![("field", (*field).to_owned()), ("reason", reason.clone())]
            }
            Error::Unreachable { host, .. }
            | Error::OldTls { host, .. }
            | Error::Failed { host, .. } => {
                vec![("host", host.clone())]
            }
            Error::Timeout { host, seconds } => {
                vec![("host", host.clone()), ("seconds", seconds.to_string())]
            }
            Error::Untrusted {
                host,
                refusal,
                issuer,
                ..
            } => vec![
                ("host", host.clone()),
                ("reason", refusal.as_str().to_owned()),
                ("issuer", issuer.clone()),
            ],
            Error::Proxy { proxy, .. } => vec![("proxy", proxy.clone())],
            Error::NotSsh { host } => vec![("host", host.clone())],
            Error::HostUnknown { host, fingerprint } => {
                vec![("host", host.clone()), ("fingerprint", fingerprint.clone())]
            }
            Error::HostChanged { host, known, found } => vec![
                ("host", host.clone()),
                ("known", known.clone()),
                ("found", found.clone()),
            ],
            Error::AuthRefused { user, methods } => {
                vec![("user", user.clone()), ("methods", methods.clone())]
            }
            Error::AgentUnusable { reason, .. } => vec![("reason", (*reason).to_owned())],
            Error::KeyUnusable { path, reason } => {
                vec![("path", path.clone()), ("reason", reason.clone())]
            }
            Error::Cancelled | Error::Tls(_) => Vec::new(),
        }
    }
}

impl From<Error> for puente_core::Error {
    fn from(error: Error) -> Self {
        puente_core::error::travel(&error)
    }
}
