//! Tax ids of the four countries: read as people write them, kept in the form that the tax
//! authority uses, with the check digit verified.
//!
//! A wrong check digit is kept and flagged, never refused: the ERP's list is full of them, and the
//! company is no less real.

mod cuit;
mod nit;
mod rfc;
mod rut;

use crate::value::{Reason, ValueError, shorten};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which tax id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaxIdKind {
    /// Número de identificación tributaria, Colombia.
    Nit,
    /// Rol único tributario, Chile.
    Rut,
    /// Clave única de identificación tributaria, Argentina.
    Cuit,
    /// Registro federal de contribuyentes, Mexico.
    Rfc,
}

impl TaxIdKind {
    /// The check digit that belongs to `body`, the rest of the id in normalised form. `None` when
    /// the body is not one, or (CUIT) is one that the authority never assigns.
    pub fn check_digit(self, body: &str) -> Option<char> {
        match self {
            TaxIdKind::Nit => nit::check_digit(body),
            TaxIdKind::Rut => rut::check_digit(body),
            TaxIdKind::Cuit => cuit::check_digit(body),
            TaxIdKind::Rfc => rfc::check_digit(body),
        }
    }
}

impl fmt::Display for TaxIdKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TaxIdKind::Nit => "NIT",
            TaxIdKind::Rut => "RUT",
            TaxIdKind::Cuit => "CUIT",
            TaxIdKind::Rfc => "RFC",
        })
    }
}

/// What is known of the check digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CheckDigit {
    /// It is the right one.
    Valid,
    /// It is another than the rule gives.
    Wrong,
    /// None was written, and the form does not tell whether one belongs there (a cédula as NIT).
    Absent,
}

/// A tax id in normalised form:
///
/// | kind | normalised | shown |
/// |---|---|---|
/// | NIT | `9001234567` | `900.123.456-7` |
/// | RUT | `76192083-9` | `76.192.083-9` |
/// | CUIT | `33693450239` | `33-69345023-9` |
/// | RFC | `EKU9003173C9` | `EKU9003173C9` |
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TaxId {
    kind: TaxIdKind,
    normalised: String,
    check: CheckDigit,
}

impl TaxId {
    /// Reads an id as people write it: dots, commas, blanks and hyphens are passed over, letters may
    /// be of either case, zeros in front of a NIT or RUT are dropped.
    ///
    /// A NIT of nine digits that begins with 8 or 9 and has no hyphen is that of a company without
    /// its check digit, and gets it.
    ///
    /// # Errors
    /// [`ValueError::TaxId`] with the reason. A wrong check digit is no error.
    pub fn parse(kind: TaxIdKind, text: &str) -> Result<TaxId, ValueError> {
        let read = match kind {
            TaxIdKind::Nit => nit::read(text),
            TaxIdKind::Rut => rut::read(text),
            TaxIdKind::Cuit => cuit::read(text),
            TaxIdKind::Rfc => rfc::read(text),
        };
        match read {
            Ok((normalised, check)) => Ok(TaxId {
                kind,
                normalised,
                check,
            }),
            Err(reason) => Err(ValueError::TaxId {
                kind,
                text: shorten(text),
                reason,
            }),
        }
    }

    /// Which tax id it is.
    pub fn kind(&self) -> TaxIdKind {
        self.kind
    }

    /// The normalised form, for storing and comparing. It need not be read again: `81234567-4`
    /// without its hyphen could be taken for a company's nine digits.
    pub fn as_str(&self) -> &str {
        &self.normalised
    }

    /// What is known of its check digit.
    pub fn check(&self) -> CheckDigit {
        self.check
    }

    /// Whether nothing speaks against the check digit: it is right, or none was written.
    pub fn check_digit_ok(&self) -> bool {
        self.check != CheckDigit::Wrong
    }

    /// The id without its check digit.
    pub fn body(&self) -> &str {
        let end = match (self.check, self.normalised.char_indices().next_back()) {
            (CheckDigit::Valid | CheckDigit::Wrong, Some((last, _))) => last,
            (CheckDigit::Absent, _) | (_, None) => self.normalised.len(),
        };
        self.normalised[..end].trim_end_matches('-')
    }
}

/// As the country prints it.
impl fmt::Display for TaxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (body, digit) = (
            self.body(),
            self.normalised.chars().next_back().unwrap_or_default(),
        );
        match (self.kind, self.check) {
            (TaxIdKind::Nit, CheckDigit::Absent) => f.write_str(&with_dots(body)),
            (TaxIdKind::Nit | TaxIdKind::Rut, _) => write!(f, "{}-{digit}", with_dots(body)),
            (TaxIdKind::Cuit, _) => write!(f, "{}-{}-{digit}", &body[..2], &body[2..]),
            (TaxIdKind::Rfc, _) => f.write_str(&self.normalised),
        }
    }
}

fn with_dots(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

/// What people put between the digits, the hyphens and dashes of office programs among it.
fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '.' | ',' | '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// The characters that count, in upper case.
fn significant(text: &str) -> Result<String, Reason> {
    let kept: String = text
        .chars()
        .filter(|c| !is_separator(*c))
        .flat_map(char::to_uppercase)
        .collect();
    if kept.is_empty() {
        Err(Reason::Empty)
    } else {
        Ok(kept)
    }
}

/// Zeros in front say nothing; only zeros is what people type to get past a field.
fn without_leading_zeros(digits: &str) -> Result<&str, Reason> {
    match digits.trim_start_matches('0') {
        "" => Err(Reason::AllZeros),
        rest => Ok(rest),
    }
}

/// The values of `digits`, or `None` when one is no ASCII digit or there are none.
fn values(digits: &str) -> Option<Vec<u32>> {
    let values: Option<Vec<u32>> = digits.chars().map(|c| c.to_digit(10)).collect();
    values.filter(|values| !values.is_empty())
}

fn compare(expected: Option<char>, written: char) -> CheckDigit {
    if expected == Some(written) {
        CheckDigit::Valid
    } else {
        CheckDigit::Wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [TaxIdKind; 4] = [
        TaxIdKind::Nit,
        TaxIdKind::Rut,
        TaxIdKind::Cuit,
        TaxIdKind::Rfc,
    ];

    /// A body of the kind, in normalised form.
    fn body(kind: TaxIdKind) -> &'static str {
        match kind {
            TaxIdKind::Nit => "[1-9][0-9]{8,9}|[1-7][0-9]{7}",
            TaxIdKind::Rut => "[1-9][0-9]{5,7}",
            TaxIdKind::Cuit => "(20|23|24|27|30|33|34)[0-9]{8}",
            TaxIdKind::Rfc => {
                "[A-ZÑ&]{3,4}[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[A-Z0-9]{2}"
            }
        }
    }

    fn id() -> impl Strategy<Value = (TaxIdKind, String, char)> {
        prop::sample::select(&KINDS[..])
            .prop_flat_map(|kind| (Just(kind), body(kind)))
            .prop_filter_map("a body that is never assigned", |(kind, body)| {
                let digit = kind.check_digit(&body)?;
                Some((kind, body, digit))
            })
    }

    proptest! {
        #[test]
        fn what_is_shown_and_what_is_stored_both_read_back_as_the_same_id(
            (kind, body, digit) in id()
        ) {
            let id = TaxId::parse(kind, &format!("{body}-{digit}"))?;
            prop_assert_eq!(id.check(), CheckDigit::Valid);
            prop_assert_eq!(id.body(), &body);
            prop_assert_eq!(&TaxId::parse(kind, &id.to_string())?, &id);
            let again = TaxId::parse(kind, id.as_str())?;
            prop_assert_eq!(again.as_str(), id.as_str());
        }

        #[test]
        fn any_other_check_digit_is_kept_and_flagged(
            (kind, body, digit) in id(), other in "[0-9]"
        ) {
            prop_assume!(other != digit.to_string());
            let id = TaxId::parse(kind, &format!("{body}-{other}"))?;
            prop_assert_eq!(id.check(), CheckDigit::Wrong);
            prop_assert!(id.as_str().ends_with(&other));
        }

        #[test]
        fn lower_case_and_blanks_around_change_nothing((kind, body, digit) in id()) {
            let written = format!("  {}-{digit}\t", body.to_lowercase());
            let plain = TaxId::parse(kind, &format!("{body}-{digit}"))?;
            prop_assert_eq!(TaxId::parse(kind, &written)?, plain);
        }

        #[test]
        fn no_text_at_all_makes_it_panic_and_what_is_accepted_is_clean(
            text in "\\PC{0,24}|[-0-9.Kk ÑñA-Z&]{0,18}", place in 0..4_usize
        ) {
            if let Ok(id) = TaxId::parse(KINDS[place], &text) {
                prop_assert!(!id.as_str().contains(['.', ' ', ',']));
                prop_assert!(!id.to_string().is_empty() && !id.body().is_empty());
            }
        }
    }
}
