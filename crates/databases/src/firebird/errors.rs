//! From the words of the driver and the server to the one list of errors.
//!
//! The driver gives texts (its copy of the server's messages, always English) and an SQL code, so
//! this is the one place that looks at texts.

use super::relay::{Ended, Target};
use crate::Error;
use rsfbclient::FbError;

/// What a server says when it ends a connection by itself, and the client library when it is lost.
const HUNG_UP: [&str; 4] = [
    "connection shutdown",
    "killed by database administrator",
    "data to the connection",
    "network request to host",
];
const READING: &str = "data from the connection";

/// Whether the connection is over, by the words of whoever noticed.
pub(super) fn hung_up(error: &FbError) -> bool {
    match error {
        FbError::Sql { msg, .. } => {
            msg.contains(READING) || HUNG_UP.iter().any(|words| msg.contains(words))
        }
        FbError::Io(_) => true,
        FbError::Other(_) => false,
    }
}

/// What the driver says when the server did not take the proof of the password and offers its next
/// way to log in.
pub(super) const NEXT_WAY: &str = "(ContAuth)";

/// What was being done when it failed.
#[derive(Debug, Clone, Copy)]
pub(super) enum During<'a> {
    /// Logging in.
    Connect {
        /// As given.
        user: &'a str,
        /// As given.
        path: &'a str,
    },
    /// A statement on a table.
    Statement {
        /// Its text.
        text: &'a str,
        /// The table that it is about.
        table: &'a str,
    },
}

/// Explains a failure of the driver. `ended` says why the connection is over, when it is.
pub(super) fn explain(
    error: FbError,
    ended: Option<Ended>,
    target: &Target,
    during: During<'_>,
) -> Error {
    // What the server said counts even when it hung up afterwards.
    let said = match &error {
        FbError::Sql { .. } if hung_up(&error) => None,
        FbError::Sql { msg, code } => from_server(msg, *code, during),
        FbError::Io(_) | FbError::Other(_) => None,
    };
    if let Some(Ended::Cancelled) = ended {
        return Error::Cancelled;
    }
    if let Some(said) = said {
        return said;
    }
    let (host, port) = (target.host.clone(), target.port);
    let detail = one_line(&error.to_string());
    let connecting = matches!(during, During::Connect { .. });
    if let During::Connect { user, .. } = during
        && detail.contains(NEXT_WAY)
    {
        let user = user.to_owned();
        return Error::WrongPassword { user };
    }
    if connecting && is_no_server(ended.as_ref(), &error, &detail) {
        return Error::NotAServer {
            host,
            port,
            kind: "Firebird",
            detail,
        };
    }
    match (ended, during) {
        (Some(Ended::Silent(seconds) | Ended::Limit(seconds)), _) => Error::Timeout {
            host,
            port,
            seconds,
        },
        // It took the log-in (a greeting, a proof) and hung up on the encryption that was offered.
        (Some(Ended::Closed { asked: 3..=4, .. }), During::Connect { .. }) => {
            Error::EncryptionUnsupported { detail }
        }
        (None, During::Statement { text, .. }) if !hung_up(&error) => Error::StatementFailed {
            statement: short(text),
            detail,
        },
        (_, _) => Error::ConnectionLost { host, port, detail },
    }
}

/// Whether what answers there is something else.
fn is_no_server(ended: Option<&Ended>, error: &FbError, detail: &str) -> bool {
    match ended {
        Some(Ended::Silent(_) | Ended::Limit(_)) => false,
        Some(Ended::Closed {
            answered: false, ..
        }) => true,
        Some(Ended::Closed { .. } | Ended::Broken(_) | Ended::Dropped | Ended::Cancelled) => {
            is_babble(detail)
        }
        None => !hung_up(error),
    }
}

/// An answer that is no Firebird.
fn is_babble(detail: &str) -> bool {
    detail.contains("Connection rejected with code")
        || detail.contains("No discriminant")
        || detail.contains("Invalid / Unknown status vector item")
        || detail.contains("panicked")
}

fn from_server(message: &str, code: i32, during: During<'_>) -> Option<Error> {
    let detail = one_line(message);
    let has = |text: &str| detail.contains(text);
    if has("user name and password are not defined") {
        let user = match during {
            During::Connect { user, .. } => user.to_owned(),
            During::Statement { .. } => String::new(),
        };
        return Some(Error::WrongPassword { user });
    }
    if has("Error occurred during login") {
        return Some(Error::AuthUnsupported { detail });
    }
    if has("ncompatible wire encryption")
        || has("wire crypt plugin")
        || has("wire encryption is required")
    {
        return Some(Error::EncryptionUnsupported { detail });
    }
    if let Some(error) = about_the_file(&detail, during) {
        return Some(error);
    }
    if has("lock conflict")
        || has("deadlock")
        || has("lock time-out")
        || has("is in use")
        || has("shutdown")
    {
        return Some(Error::LockConflict {
            object: object(&detail, during),
            detail,
        });
    }
    if has("no permission for") {
        return Some(Error::PermissionDenied {
            object: object(&detail, during),
            detail,
        });
    }
    about_the_statement(detail, code, during)
}

fn about_the_file(detail: &str, during: During<'_>) -> Option<Error> {
    let During::Connect { path, .. } = during else {
        return None;
    };
    let (path, text) = (path.to_owned(), detail.to_owned());
    let has = |text: &str| detail.contains(text);
    if has("unsupported on-disk structure") {
        return Some(Error::VersionUnsupported { path, detail: text });
    }
    let unreadable = has("I/O error") && !has("open") && !has("No such file");
    if has("is not a valid database") || has("bad checksum") || unreadable {
        return Some(Error::NotADatabase { path, detail: text });
    }
    // The client library reads a path in the charset of the system's locale, and may have none for it.
    let unspeakable = has("Invalid connection string") || has("Cannot transliterate");
    if has("I/O error") || has("unavailable database") || has("No such file") || unspeakable {
        return Some(Error::DatabaseNotFound { path, detail: text });
    }
    None
}

fn about_the_statement(detail: String, code: i32, during: During<'_>) -> Option<Error> {
    let During::Statement { text, table } = during else {
        return None;
    };
    let has = |text: &str| detail.contains(text);
    if has("Table unknown") || has("Column unknown") || has("is not defined") {
        let named = object(&detail, during);
        return Some(Error::Missing {
            missing: vec![named],
            profile: None,
        });
    }
    if has("verflow") || has("out of range") || code == -802 && !has("transliterate") {
        return Some(Error::NumberOverflow {
            table: table.to_owned(),
            column: "SUM".to_owned(),
            value: "> 64 bit".to_owned(),
        });
    }
    Some(Error::StatementFailed {
        statement: short(text),
        detail,
    })
}

/// The thing that the server's words are about: what they name, or else the statement's table.
fn object(detail: &str, during: During<'_>) -> String {
    let named = [
        "TABLE ",
        "VIEW ",
        "relation (\"",
        "Table unknown ",
        "Column unknown ",
    ]
    .iter()
    .find_map(|before| detail.split_once(before))
    .map(|(_, after)| {
        after
            .chars()
            .skip_while(|c| !c.is_alphanumeric())
            .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '.'))
            .collect::<String>()
    })
    .filter(|name| !name.is_empty());
    named.unwrap_or_else(|| match during {
        During::Connect { path, .. } => path.to_owned(),
        During::Statement { table, .. } => table.to_owned(),
    })
}

fn one_line(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(600)
        .collect()
}

fn short(text: &str) -> String {
    text.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use puente_core::{Code, Coded};
    use std::time::Duration;

    fn code(error: FbError, ended: Option<Ended>, during: During<'_>) -> Code {
        let target = Target {
            host: "erp".to_owned(),
            port: 3050,
            address: None,
            connect: Duration::from_secs(1),
            answer: Duration::from_secs(1),
        };
        explain(error, ended, &target, during).code()
    }

    fn sql(msg: &str) -> FbError {
        FbError::Sql {
            msg: msg.to_owned(),
            code: -902,
        }
    }

    const CONNECT: During<'_> = During::Connect {
        user: "LECTOR",
        path: "C:\\TNS\\A.GDB",
    };
    const READ: During<'_> = During::Statement {
        text: "SELECT 1",
        table: "KARDEX",
    };

    #[test]
    fn the_servers_words_have_their_codes() {
        for (during, words, expected) in [
            (
                CONNECT,
                "Your user name and password are not defined. Ask your database administrator",
                Code::DbWrongPassword,
            ),
            (
                CONNECT,
                "Error occurred during login, please check server firebird.log",
                Code::DbAuthUnsupported,
            ),
            (
                CONNECT,
                "Incompatible wire encryption levels requested on client and server",
                Code::DbEncryptionUnsupported,
            ),
            (
                CONNECT,
                "unsupported on-disk structure for file x; found 11.2, support 12.0",
                Code::DbVersionUnsupported,
            ),
            (
                CONNECT,
                "file x is not a valid database",
                Code::DbNotADatabase,
            ),
            (
                CONNECT,
                "I/O error during \"open\" operation for file \"x\"\nError while trying to open file\nNo such file",
                Code::DbNotFound,
            ),
            (
                CONNECT,
                "I/O error during \"CreateFile (open)\" operation for file \"x\"",
                Code::DbNotFound,
            ),
            (
                CONNECT,
                "Client attempted to attach unencrypted but wire encryption is required",
                Code::DbEncryptionUnsupported,
            ),
            (
                CONNECT,
                "Invalid connection string\nCannot transliterate character between character sets",
                Code::DbNotFound,
            ),
            (CONNECT, "database x shutdown", Code::DbLockConflict),
            (
                READ,
                "no permission for SELECT access to TABLE KARDEX",
                Code::DbPermissionDenied,
            ),
            (
                READ,
                "lock conflict on no wait transaction",
                Code::DbLockConflict,
            ),
            (
                READ,
                "Dynamic SQL Error\nSQL error code = -204\nTable unknown\nX",
                Code::SchemaMismatch,
            ),
            (
                READ,
                "Integer overflow.  The result of an integer operation",
                Code::DbNumberOverflow,
            ),
            (
                READ,
                "arithmetic exception, numeric overflow, or string truncation\nnumeric value is out of range",
                Code::DbNumberOverflow,
            ),
            (
                READ,
                "connection shutdown\nKilled by database administrator.",
                Code::DbConnectionLost,
            ),
            (
                READ,
                "Dynamic SQL Error\nToken unknown",
                Code::DbStatementFailed,
            ),
        ] {
            assert_eq!(code(sql(words), None, during), expected, "{words}");
        }
    }

    #[test]
    fn what_the_relay_saw_explains_what_the_driver_can_not() {
        let closed = || FbError::Other("Connection closed by the server".to_owned());
        let ended = |asked, answered| Some(Ended::Closed { asked, answered });
        assert_eq!(code(closed(), ended(1, false), CONNECT), Code::DbNotAServer);
        assert_eq!(
            code(closed(), ended(1, true), CONNECT),
            Code::DbConnectionLost
        );
        assert_eq!(
            code(closed(), ended(3, true), CONNECT),
            Code::DbEncryptionUnsupported
        );
        assert_eq!(code(closed(), ended(9, true), READ), Code::DbConnectionLost);
        assert_eq!(
            code(closed(), Some(Ended::Silent(5)), READ),
            Code::DbTimeout
        );
        assert_eq!(
            code(closed(), Some(Ended::Cancelled), READ),
            Code::Cancelled
        );
        assert_eq!(
            code(sql("lock conflict"), Some(Ended::Cancelled), READ),
            Code::Cancelled
        );
        let babble = FbError::Other("Connection rejected with code 1213486160".to_owned());
        assert_eq!(code(babble, None, CONNECT), Code::DbNotAServer);
    }

    #[test]
    fn the_table_in_the_servers_words_is_named_before_that_of_the_statement() {
        let named = |words| object(words, READ);
        assert_eq!(
            named("no permission for SELECT access to TABLE MATERIAL"),
            "MATERIAL"
        );
        assert_eq!(
            named("Acquire lock for relation (\"BODEGA\") failed"),
            "BODEGA"
        );
        assert_eq!(named("lock conflict on no wait transaction"), "KARDEX");
    }
}
