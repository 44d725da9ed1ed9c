//! One list of error codes, their texts in two languages, and how an error travels.
//!
//! Every crate keeps its own `thiserror` enum and implements [`Coded`] for it. Between rooms that do
//! not know each other's enums (jobs, commands, hosts) an [`Error`] travels: a code, the values of
//! its text, and the redacted chain of causes. Nobody ever matches on a text.

mod code;

pub use code::{Code, Severity};

use crate::{Cancelled, Lang, texts};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// An error of one crate that knows its code.
pub trait Coded: std::error::Error {
    /// Its code.
    fn code(&self) -> Code;

    /// The values that its text names, by the name in the text. Never a secret.
    fn values(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Whether trying again with nothing changed is of no use.
    fn is_permanent(&self) -> bool {
        !self.code().is_retryable()
    }
}

/// An error on its way to a person or a program: what rooms that do not know each other's enums pass
/// on, and what a failed job keeps in its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// What happened, by its stable name.
    pub code: Code,
    /// The values that the text names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
    /// The chain of causes, outermost first, in English, without secrets.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Whether the same attempt may succeed later.
    pub retryable: bool,
}

impl Error {
    /// An error with no values and no causes.
    pub fn new(code: Code) -> Self {
        Error {
            code,
            values: BTreeMap::new(),
            detail: String::new(),
            retryable: code.is_retryable(),
        }
    }

    /// Adds a value that the text names.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.values.insert(name.to_owned(), value.to_string());
        self
    }

    /// Adds the chain of causes.
    #[must_use]
    pub fn because(mut self, cause: &dyn std::error::Error) -> Self {
        self.detail = chain(cause);
        self
    }

    /// A value doesn't fit: `field` and the reason.
    pub fn invalid(field: &str, reason: impl fmt::Display) -> Self {
        Error::new(Code::InvalidInput)
            .with("field", field)
            .with("reason", reason)
    }

    /// What was named does not exist.
    pub fn not_found(what: &str, name: impl fmt::Display) -> Self {
        Error::new(Code::NotFound)
            .with("what", what)
            .with("name", name)
    }

    /// The error as it is shown, in `lang`.
    pub fn view(&self, lang: Lang) -> ErrorView {
        let text = texts::text(lang, self.code);
        ErrorView {
            code: self.code,
            message: texts::fill(lang, &text.message, &self.values),
            hint: texts::fill(lang, &text.hint, &self.values),
            detail: self.detail.clone(),
            retryable: self.retryable,
            severity: self.code.severity(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        for (name, value) in &self.values {
            write!(f, " {name}={value}")?;
        }
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl Coded for Error {
    fn code(&self) -> Code {
        self.code
    }
}

impl From<Cancelled> for Error {
    fn from(_: Cancelled) -> Self {
        Error::new(Code::Cancelled)
    }
}

/// Turns any coded error into one that travels. Crates write
/// `impl From<MyError> for puente_core::Error` with it.
pub fn travel(error: &dyn Coded) -> Error {
    let code = error.code();
    Error {
        code,
        values: error
            .values()
            .into_iter()
            .map(|(k, v)| (k.to_owned(), v))
            .collect(),
        detail: chain_of(error.to_string(), error.source()),
        retryable: !error.is_permanent(),
    }
}

/// An error on the wire: what hosts and the UI get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ts_rs::TS)]
pub struct ErrorView {
    /// Stable name.
    pub code: Code,
    /// What happened, in the reader's language.
    pub message: String,
    /// What to do about it, in the reader's language.
    pub hint: String,
    /// The chain of causes, for technicians. No secrets.
    pub detail: String,
    /// Whether the same attempt may succeed later.
    pub retryable: bool,
    /// How to show it.
    pub severity: Severity,
}

/// The causes of `error`, outermost first, joined by `: `; a cause whose text the one before it
/// already ends with is left out.
pub fn chain(error: &dyn std::error::Error) -> String {
    chain_of(error.to_string(), error.source())
}

fn chain_of(mut text: String, mut cause: Option<&(dyn std::error::Error + 'static)>) -> String {
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.ends_with(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_fills_in_the_values_and_survives_a_missing_one() {
        let error = Error::new(Code::DbPortClosed).with("host", "10.0.0.9");
        let message = error.view(Lang::En).message;
        assert!(
            message.contains("10.0.0.9") && message.contains('…'),
            "{message}"
        );
    }

    #[test]
    fn an_error_survives_its_row() {
        let error = Error::new(Code::DbTimeout)
            .with("host", "erp")
            .with("seconds", 5);
        let json = serde_json::to_string(&error).unwrap();
        assert_eq!(serde_json::from_str::<Error>(&json).unwrap(), error);
    }
}
