//! What a server says when it refuses something.

/// An error of the server, in SQL Server's numbers and words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub number: i32,
    pub class: u8,
    pub message: String,
}

impl Refusal {
    pub(super) fn of(number: i32, class: u8, message: impl Into<String>) -> Self {
        Refusal {
            number,
            class,
            message: message.into(),
        }
    }

    pub(super) fn syntax(near: &str) -> Self {
        Refusal::of(102, 15, format!("Incorrect syntax near '{near}'."))
    }

    pub(super) fn column(name: &str) -> Self {
        Refusal::of(207, 16, format!("Invalid column name '{name}'."))
    }

    pub(super) fn object(name: &str) -> Self {
        Refusal::of(208, 16, format!("Invalid object name '{name}'."))
    }

    /// What this stand-in does not know, though a real server may.
    pub(super) fn unknown(what: impl std::fmt::Display) -> Self {
        let message =
            format!("'{what}' is not a recognized statement or function of this stand-in.");
        Refusal::of(195, 15, message)
    }

    pub(super) fn permission(action: &str, object: &str, database: &str) -> Self {
        Refusal::of(
            229,
            14,
            format!(
                "The {action} permission was denied on the object '{object}', database \
                 '{database}', schema 'dbo'."
            ),
        )
    }

    pub(super) fn deadlock() -> Self {
        Refusal::of(
            1205,
            13,
            "Transaction (Process ID 53) was deadlocked on lock resources with another process \
             and has been chosen as the deadlock victim. Rerun the transaction.",
        )
    }

    pub(super) fn lock_timeout() -> Self {
        Refusal::of(1222, 16, "Lock request time out period exceeded.")
    }

    pub(super) fn not_tracked(table: &str) -> Self {
        Refusal::of(
            22_105,
            16,
            format!("Change tracking is not enabled on table 'dbo.{table}'."),
        )
    }

    pub(super) fn overflow() -> Self {
        Refusal::of(
            8115,
            16,
            "Arithmetic overflow error converting numeric to data type numeric.",
        )
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Refusal::lock_timeout(),
            Some(ErrorCode::ConstraintViolation) => {
                Refusal::of(2627, 14, format!("Violation of constraint: {error}"))
            }
            _ => Refusal::of(50_000, 16, error.to_string()),
        }
    }
}
