//! What can go wrong between Puente and a source of data.

use puente_core::{Cancelled, Code, Coded};

/// Short for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of a source database, a profile or a source file.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Someone asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// The name can't be resolved, or no route leads there.
    #[error("{host}:{port} can't be reached: {detail}")]
    HostUnreachable {
        /// As given.
        host: String,
        /// TCP port.
        port: u16,
        /// The system's words.
        detail: String,
    },
    /// The machine answers and refuses the port.
    #[error("{host}:{port} refuses connections")]
    PortClosed {
        /// As given.
        host: String,
        /// TCP port.
        port: u16,
    },
    /// No answer within the time.
    #[error("{host}:{port} gave no answer within {seconds} s")]
    Timeout {
        /// As given.
        host: String,
        /// TCP port.
        port: u16,
        /// The limit that passed.
        seconds: u64,
    },
    /// The connection broke while in use.
    #[error("the connection to {host}:{port} was lost: {detail}")]
    ConnectionLost {
        /// As given.
        host: String,
        /// TCP port.
        port: u16,
        /// What the driver or the system said.
        detail: String,
    },
    /// What answers there speaks another protocol.
    #[error("what answers on {host}:{port} is not a {kind} server: {detail}")]
    NotAServer {
        /// As given.
        host: String,
        /// TCP port.
        port: u16,
        /// The kind that was expected.
        kind: &'static str,
        /// What the driver said.
        detail: String,
    },
    /// User or password are wrong.
    #[error("user {user} or its password is not accepted")]
    WrongPassword {
        /// As given.
        user: String,
    },
    /// The server offers only ways to log in that this driver doesn't have.
    #[error("no way to log in that both sides have: {detail}")]
    AuthUnsupported {
        /// What the driver said.
        detail: String,
    },
    /// The server demands an encryption that this driver doesn't have.
    #[error("no encryption that both sides have: {detail}")]
    EncryptionUnsupported {
        /// What the driver said.
        detail: String,
    },
    /// The encryption that was chosen can't be had.
    #[error("no encrypted connection to {host}: {reason}")]
    TlsRefused {
        /// As given.
        host: String,
        /// Why.
        reason: String,
    },
    /// Nobody that this machine trusts vouches for the server's certificate.
    #[error(
        "the certificate of {} is not trusted ({}): {}, by {}, {}",
        .0.host, .0.reason, .0.subject, .0.issuer, .0.sha256
    )]
    CertificateUntrusted(Box<Untrusted>),
    /// Nobody tells the port of a named instance.
    #[error("the port of instance {instance} on {host} is not known: {detail}")]
    InstanceNotFound {
        /// As given.
        host: String,
        /// As given.
        instance: String,
        /// Why.
        detail: String,
    },
    /// The server has no such database.
    #[error("the server has no database {path}: {detail}")]
    DatabaseNotFound {
        /// Path or alias, as given.
        path: String,
        /// The server's words.
        detail: String,
    },
    /// The file is not a database.
    #[error("{path} is not a database: {detail}")]
    NotADatabase {
        /// Path or alias, as given.
        path: String,
        /// The server's words.
        detail: String,
    },
    /// The database was made by another version of the server.
    #[error("{path} was made by another version of the server: {detail}")]
    VersionUnsupported {
        /// Path or alias, as given.
        path: String,
        /// The server's words.
        detail: String,
    },
    /// The login may not read something.
    #[error("no permission to read {object}: {detail}")]
    PermissionDenied {
        /// Table or view.
        object: String,
        /// The server's words.
        detail: String,
    },
    /// A lock was met, and Puente never waits for one. Reading what is committed, with record
    /// versions, meets none that a writer holds, not even of whole tables: what is left is a database
    /// that its administrator took out of use, and metadata that changes at that moment.
    #[error("{object} is locked: {detail}")]
    LockConflict {
        /// Table or view.
        object: String,
        /// The server's words.
        detail: String,
    },
    /// The live database lacks a table or a column.
    #[error("the database has no {}", missing.join(", "))]
    Missing {
        /// `TABLE` or `TABLE.COLUMN`, each.
        missing: Vec<String>,
        /// Name of the profile that needs them, when one does.
        profile: Option<String>,
    },
    /// The server refused a statement for another reason.
    #[error("the server refused {statement}: {detail}")]
    StatementFailed {
        /// The statement, shortened.
        statement: String,
        /// The server's words.
        detail: String,
    },
    /// The database is not the one that the change mark was read from (restored from a backup).
    #[error("{path} was replaced or restored since the mark was read")]
    Restored {
        /// Path or alias.
        path: String,
    },
    /// The database no longer knows what changed since the mark was read: its change tracking was
    /// cleaned up, turned off, or turned on later.
    #[error("what changed in {table} since the mark was read is no longer known")]
    ChangesForgotten {
        /// Table.
        table: String,
    },
    /// The profile wants changes to be found in a way that the database doesn't offer.
    #[error("changes can't be found by {method}: not there for {lacking}")]
    ChangesUnavailable {
        /// The way, as in a profile.
        method: &'static str,
        /// The tables that lack it, or what the server is.
        lacking: String,
    },
    /// The client library of the fallback is not on this machine.
    #[error("the client library {library} can't be loaded: {detail}")]
    ClientLibraryMissing {
        /// Its name or path.
        library: String,
        /// The system's words.
        detail: String,
    },
    /// A text holds bytes that its charset doesn't have.
    #[error("{table}.{column} holds bytes that {charset} doesn't have")]
    InvalidText {
        /// Table or file.
        table: String,
        /// Column.
        column: String,
        /// The charset that was assumed.
        charset: String,
    },
    /// A number doesn't fit exactly.
    #[error("{table}.{column} holds {value}, which doesn't fit")]
    NumberOverflow {
        /// Table or file.
        table: String,
        /// Column.
        column: String,
        /// The value, as text.
        value: String,
    },
    /// A value is larger than what is sensible.
    #[error("{table}.{column} holds a value over {limit}")]
    ValueTooLarge {
        /// Table or file.
        table: String,
        /// Column.
        column: String,
        /// The limit, with its unit.
        limit: String,
    },
    /// A profile or a column mapping is not well formed.
    #[error("profile {profile}: {reason}")]
    ProfileInvalid {
        /// Its name, as far as known.
        profile: String,
        /// Why.
        reason: String,
    },
    /// A source file can't be read.
    #[error("{path}, line {line}: {reason}")]
    FileUnreadable {
        /// Its path.
        path: String,
        /// 1 for the first line; 0 when it is about the whole file.
        line: u64,
        /// Why.
        reason: String,
    },
    /// What the receiver of the rows answered.
    #[error(transparent)]
    Receiver(puente_core::Error),
    /// A defect of Puente itself.
    #[error("internal: {0}")]
    Internal(String),
}

/// A certificate that was refused, for a person to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untrusted {
    /// The server, as given.
    pub host: String,
    /// A stable word: `self_signed`, `unknown_issuer`, `expired`, `not_yet_valid`, `wrong_name`,
    /// `revoked`, `changed`, `not_valid`.
    pub reason: &'static str,
    /// Whom it is for.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// Its last day.
    pub until: String,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

impl Coded for Error {
    fn code(&self) -> Code {
        match self {
            Error::Cancelled => Code::Cancelled,
            Error::HostUnreachable { .. } => Code::DbHostUnreachable,
            Error::PortClosed { .. } => Code::DbPortClosed,
            Error::Timeout { .. } => Code::DbTimeout,
            Error::ConnectionLost { .. } => Code::DbConnectionLost,
            Error::NotAServer { .. } => Code::DbNotAServer,
            Error::WrongPassword { .. } => Code::DbWrongPassword,
            Error::AuthUnsupported { .. } => Code::DbAuthUnsupported,
            Error::EncryptionUnsupported { .. } => Code::DbEncryptionUnsupported,
            Error::TlsRefused { .. } => Code::DbTlsRefused,
            Error::CertificateUntrusted(_) => Code::DbCertificateUntrusted,
            Error::InstanceNotFound { .. } => Code::DbInstanceNotFound,
            Error::DatabaseNotFound { .. } => Code::DbNotFound,
            Error::NotADatabase { .. } => Code::DbNotADatabase,
            Error::VersionUnsupported { .. } => Code::DbVersionUnsupported,
            Error::PermissionDenied { .. } => Code::DbPermissionDenied,
            Error::LockConflict { .. } => Code::DbLockConflict,
            Error::Missing { .. } => Code::SchemaMismatch,
            Error::StatementFailed { .. } => Code::DbStatementFailed,
            Error::Restored { .. } => Code::DbRestored,
            Error::ChangesForgotten { .. } => Code::DbChangesForgotten,
            Error::ChangesUnavailable { .. } => Code::DbChangesUnavailable,
            Error::ClientLibraryMissing { .. } => Code::DbClientLibraryMissing,
            Error::InvalidText { .. } => Code::DbInvalidText,
            Error::NumberOverflow { .. } => Code::DbNumberOverflow,
            Error::ValueTooLarge { .. } => Code::DbValueTooLarge,
            Error::ProfileInvalid { .. } => Code::ProfileInvalid,
            Error::FileUnreadable { .. } => Code::FileUnreadable,
            Error::Receiver(error) => error.code,
            Error::Internal(_) => Code::Internal,
        }
    }

    fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Error::Cancelled
            | Error::AuthUnsupported { .. }
            | Error::EncryptionUnsupported { .. }
            | Error::Receiver(_)
            | Error::Internal(_) => Vec::new(),
            Error::HostUnreachable { host, port, .. }
            | Error::PortClosed { host, port }
            | Error::ConnectionLost { host, port, .. } => pairs([("host", host), ("port", port)]),
            Error::Timeout {
                host,
                port,
                seconds,
            } => pairs([("host", host), ("port", port), ("seconds", seconds)]),
            Error::NotAServer {
                host, port, kind, ..
            } => pairs([("host", host), ("port", port), ("kind", kind)]),
            Error::WrongPassword { user } => pairs([("user", user)]),
            Error::TlsRefused { host, reason } => pairs([("host", host), ("reason", reason)]),
            Error::CertificateUntrusted(untrusted) => pairs([
                ("host", &untrusted.host),
                ("reason", &untrusted.reason),
                ("subject", &untrusted.subject),
                ("issuer", &untrusted.issuer),
                ("until", &untrusted.until),
                ("sha256", &untrusted.sha256),
            ]),
            Error::InstanceNotFound { host, instance, .. } => {
                pairs([("host", host), ("instance", instance)])
            }
            Error::DatabaseNotFound { path, .. }
            | Error::NotADatabase { path, .. }
            | Error::VersionUnsupported { path, .. }
            | Error::Restored { path } => pairs([("path", path)]),
            Error::PermissionDenied { object, .. } | Error::LockConflict { object, .. } => {
                pairs([("object", object)])
            }
            Error::Missing { missing, profile } => {
                let missing = missing.join(", ");
                let profile = profile.as_deref().unwrap_or("-");
                pairs([("missing", &missing), ("profile", &profile)])
            }
            Error::ChangesForgotten { table } => pairs([("table", table)]),
            Error::ChangesUnavailable { method, lacking } => {
                pairs([("method", method), ("lacking", lacking)])
            }
            Error::StatementFailed { statement, .. } => pairs([("statement", statement)]),
            Error::ClientLibraryMissing { library, .. } => pairs([("library", library)]),
            Error::InvalidText {
                table,
                column,
                charset,
            } => pairs([("table", table), ("column", column), ("charset", charset)]),
            Error::NumberOverflow {
                table,
                column,
                value,
            } => pairs([("table", table), ("column", column), ("value", value)]),
            Error::ValueTooLarge {
                table,
                column,
                limit,
            } => pairs([("table", table), ("column", column), ("limit", limit)]),
            Error::ProfileInvalid { profile, reason } => {
                pairs([("profile", profile), ("reason", reason)])
            }
            Error::FileUnreadable { path, line, reason } => {
                pairs([("path", path), ("line", line), ("reason", reason)])
            }
        }
    }
}

fn pairs<const N: usize>(
    values: [(&'static str, &dyn std::fmt::Display); N],
) -> Vec<(&'static str, String)> {
    values
        .into_iter()
        .map(|(name, value)| (name, value.to_string()))
        .collect()
}

impl From<Error> for puente_core::Error {
    fn from(error: Error) -> Self {
        if let Error::Receiver(error) = error {
            return error;
        }
        puente_core::error::travel(&error)
    }
}

impl From<puente_core::Error> for Error {
    fn from(error: puente_core::Error) -> Self {
        Error::Receiver(error)
    }
}

impl From<Cancelled> for Error {
    fn from(_: Cancelled) -> Self {
        Error::Cancelled
    }
}
