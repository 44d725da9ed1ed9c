//! From the server's numbers to the one list of errors.

use super::tunnel::Ended;
use crate::Error;
use crate::firebird::Target;
use tiberius::error::Error as Failure;

/// What was being done when it failed.
#[derive(Debug, Clone, Copy)]
pub(super) enum During<'a> {
    /// Logging in.
    Connect {
        /// As given.
        user: &'a str,
        /// As given.
        database: &'a str,
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
    error: &Failure,
    ended: Option<Ended>,
    target: &Target,
    during: During<'_>,
) -> Error {
    let (host, port) = (target.host.clone(), target.port);
    match ended {
        Some(Ended::Cancelled) => return Error::Cancelled,
        Some(Ended::Limit(seconds) | Ended::Silent(seconds)) => {
            return Error::Timeout {
                host,
                port,
                seconds,
            };
        }
        None => {}
    }
    let detail = one_line(&error.to_string());
    if let Failure::Server(said) = error {
        return by_number(said.code(), one_line(said.message()), during);
    }
    match (error, during) {
        (
            Failure::Encoding(_) | Failure::Utf16 | Failure::Utf8,
            During::Statement { table, .. },
        ) => Error::InvalidText {
            table: table.to_owned(),
            column: "?".to_owned(),
            charset: "?".to_owned(),
        },
        (_, _) => Error::ConnectionLost { host, port, detail },
    }
}

/// Numbers of `sys.messages`, which are the same in every language of the server.
fn by_number(number: u32, detail: String, during: During<'_>) -> Error {
    match (number, during) {
        // Wrong password, login without a right to log in, disabled, expired.
        (18_456 | 18_470 | 18_486 | 18_487 | 18_488, During::Connect { user, .. }) => {
            Error::WrongPassword {
                user: user.to_owned(),
            }
        }
        (18_452, During::Connect { .. }) => Error::AuthUnsupported { detail },
        (4060 | 4063 | 4064 | 911, During::Connect { database, .. }) => Error::DatabaseNotFound {
            path: database.to_owned(),
            detail,
        },
        (
            // No right to an object, to a column, to a database, to a statement.
            229 | 230 | 262 | 297 | 300 | 916 | 15_247,
            During::Statement { table, .. },
        ) => Error::PermissionDenied {
            object: quoted(&detail).unwrap_or(table).to_owned(),
            detail,
        },
        // Deadlock victim, lock time-out, snapshot conflict, database being changed.
        (1205 | 1222 | 3960 | 3961 | 952 | 927, During::Statement { table, .. }) => {
            Error::LockConflict {
                object: table.to_owned(),
                detail,
            }
        }
        (207 | 208 | 4104, During::Statement { .. }) => Error::Missing {
            missing: vec![quoted(&detail).unwrap_or("?").to_owned()],
            profile: None,
        },
        (8114 | 8115 | 220 | 232, During::Statement { table, .. }) => Error::NumberOverflow {
            table: table.to_owned(),
            column: "SUM".to_owned(),
            value: detail,
        },
        // The table is not tracked any more.
        (22_105, During::Statement { table, .. }) => Error::ChangesForgotten {
            table: table.to_owned(),
        },
        (_, During::Connect { .. }) => Error::StatementFailed {
            statement: "login".to_owned(),
            detail: format!("{number}: {detail}"),
        },
        (_, During::Statement { text, .. }) => Error::StatementFailed {
            statement: text.chars().take(300).collect(),
            detail: format!("{number}: {detail}"),
        },
    }
}

/// What the server's words have between the first quotation marks.
fn quoted(words: &str) -> Option<&str> {
    words
        .split(['\'', '"', '«', '»'])
        .nth(1)
        .filter(|name| !name.is_empty())
}

fn one_line(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(600)
        .collect()
}

/// Whether the same statement may succeed a moment later.
pub(super) fn is_passing(error: &Error) -> bool {
    matches!(error, Error::LockConflict { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use puente_core::{Code, Coded};

    #[test]
    fn the_servers_numbers_have_their_codes_in_whatever_language_it_speaks() {
        let connect = During::Connect {
            user: "lector",
            database: "EMP01",
        };
        let read = During::Statement {
            text: "SELECT 1",
            table: "KARDEX",
        };
        for (during, number, words, expected) in [
            (
                connect,
                18_456,
                "Error de inicio de sesión",
                Code::DbWrongPassword,
            ),
            (connect, 18_452, "untrusted domain", Code::DbAuthUnsupported),
            (connect, 4060, "No se puede abrir", Code::DbNotFound),
            (
                read,
                229,
                "denied on the object 'KARDEX'",
                Code::DbPermissionDenied,
            ),
            (read, 1205, "deadlocked", Code::DbLockConflict),
            (read, 1222, "Lock request", Code::DbLockConflict),
            (read, 208, "Invalid object name 'X'.", Code::SchemaMismatch),
            (read, 8115, "Arithmetic overflow", Code::DbNumberOverflow),
            (read, 102, "Incorrect syntax", Code::DbStatementFailed),
        ] {
            let error = by_number(number, words.to_owned(), during);
            assert_eq!(error.code(), expected, "{number}");
        }
        assert_eq!(quoted("Invalid column name 'NIT'."), Some("NIT"));
    }
}
