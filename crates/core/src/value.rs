//! What can be wrong with a value: the one error type of this crate's own readers.

use crate::error::{Code, Coded, Error, travel};
use crate::money::Currency;
use crate::tax_id::TaxIdKind;
use std::fmt;

/// A text or number that is not the value it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Not a plain decimal number (`-1234.56`).
    #[error("{text:?} is not a number")]
    NotANumber {
        /// What was read, shortened.
        text: String,
    },
    /// Exact only with more decimals than there is room for. Nothing is ever rounded silently.
    #[error("{text} has more than {scale} decimals")]
    TooManyDecimals {
        /// The number.
        text: String,
        /// Decimals that there is room for.
        scale: u32,
    },
    /// Outside what an `i64` holds at that scale, or a `Decimal` at all.
    #[error("{text} is too large for {scale} decimals")]
    TooLarge {
        /// The number.
        text: String,
        /// Decimals kept.
        scale: u32,
    },
    /// Not a currency of [`Currency`].
    #[error("{text:?} is not a known ISO 4217 currency")]
    UnknownCurrency {
        /// What was read, shortened.
        text: String,
    },
    /// Amounts of two currencies were to be put together.
    #[error("{left} and {right} are different currencies")]
    CurrenciesDiffer {
        /// Of the first amount.
        left: Currency,
        /// Of the second.
        right: Currency,
    },
    /// Not a tax id.
    #[error("{text:?} is not a {kind}: {reason}")]
    TaxId {
        /// Which one was expected.
        kind: TaxIdKind,
        /// What was read, shortened.
        text: String,
        /// Why.
        reason: Reason,
    },
    /// Not a date, month, year or range that makes sense.
    #[error("{text:?} is not a usable period: {reason}")]
    Period {
        /// What was read, shortened.
        text: String,
        /// Why.
        reason: Reason,
    },
    /// Not an id.
    #[error("{text:?} is not an id")]
    Id {
        /// What was read, shortened.
        text: String,
    },
}

/// Why a value was refused, as the key of a text in `texts/words.{es,en}.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Nothing was written.
    Empty,
    /// Characters that never stand in such a value.
    BadCharacters,
    /// Fewer characters than any such value has.
    TooShort,
    /// More characters than any such value has.
    TooLong,
    /// Zeros only.
    AllZeros,
    /// The letters or digits are not in the order that such a value has.
    BadShape,
    /// The date inside an RFC does not exist.
    BadDate,
    /// Not written as a date, month or year is.
    NotADate,
    /// Before 1990 or after 2100.
    YearOutOfRange,
    /// The end is before the beginning.
    Reversed,
}

impl Reason {
    /// Every reason.
    pub const ALL: &'static [Reason] = &[
        Reason::Empty,
        Reason::BadCharacters,
        Reason::TooShort,
        Reason::TooLong,
        Reason::AllZeros,
        Reason::BadShape,
        Reason::BadDate,
        Reason::NotADate,
        Reason::YearOutOfRange,
        Reason::Reversed,
    ];

    /// The key of its text.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Empty => "empty",
            Reason::BadCharacters => "bad_characters",
            Reason::TooShort => "too_short",
            Reason::TooLong => "too_long",
            Reason::AllZeros => "all_zeros",
            Reason::BadShape => "bad_shape",
            Reason::BadDate => "bad_date",
            Reason::NotADate => "not_a_date",
            Reason::YearOutOfRange => "year_out_of_range",
            Reason::Reversed => "reversed",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Coded for ValueError {
    fn code(&self) -> Code {
        match self {
            ValueError::NotANumber { .. }
            | ValueError::TooManyDecimals { .. }
            | ValueError::TooLarge { .. }
            | ValueError::UnknownCurrency { .. }
            | ValueError::CurrenciesDiffer { .. }
            | ValueError::Id { .. } => Code::InvalidInput,
            ValueError::TaxId { .. } => Code::TaxIdInvalid,
            ValueError::Period { .. } => Code::PeriodInvalid,
        }
    }

    fn values(&self) -> Vec<(&'static str, String)> {
        let field = |name: &str, reason: &str| {
            vec![("field", name.to_owned()), ("reason", reason.to_owned())]
        };
        match self {
            ValueError::NotANumber { .. } => field("number", "not_a_number"),
            ValueError::TooManyDecimals { .. } => field("number", "too_many_decimals"),
            ValueError::TooLarge { .. } => field("number", "too_large"),
            ValueError::UnknownCurrency { .. } => field("currency", "unknown_currency"),
            ValueError::CurrenciesDiffer { .. } => field("currency", "currencies_differ"),
            ValueError::Id { .. } => field("id", "not_an_id"),
            ValueError::TaxId { text, reason, .. } | ValueError::Period { text, reason } => {
                vec![("value", text.clone()), ("reason", reason.to_string())]
            }
        }
    }
}

impl From<ValueError> for Error {
    fn from(error: ValueError) -> Self {
        travel(&error)
    }
}

/// At most 40 characters of what was read: the value may be a whole file by mistake.
pub(crate) fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;

    #[test]
    fn the_reason_is_told_in_the_readers_language_and_a_long_value_is_cut() {
        let error = ValueError::Period {
            text: shorten(&"9".repeat(900)),
            reason: Reason::Empty,
        };
        let view = Error::from(error).view(Lang::Es);
        assert_eq!(view.code, Code::PeriodInvalid);
        assert!(
            view.message.contains("vací") && view.message.contains('…'),
            "{}",
            view.message
        );
        assert!(view.message.len() < 200);
    }
}
