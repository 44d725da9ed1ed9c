//! RUT, Chile: up to nine digits and a *dígito verificador*, 0 to 9 or K, by modulo 11 with the
//! weights 2 to 7. The normalised form is that of the SII's XML: `76192083-9`.

use super::{CheckDigit, Reason, compare, significant, values, without_leading_zeros};

const SHORTEST: usize = 5;
const LONGEST: usize = 9;

pub(super) fn check_digit(body: &str) -> Option<char> {
    let digits = values(body).filter(|digits| digits.len() <= LONGEST)?;
    let sum: u32 = digits
        .iter()
        .rev()
        .zip((2..=7).cycle())
        .map(|(digit, weight)| digit * weight)
        .sum();
    match 11 - sum % 11 {
        11 => Some('0'),
        10 => Some('K'),
        digit => char::from_digit(digit, 10),
    }
}

pub(super) fn read(text: &str) -> Result<(String, CheckDigit), Reason> {
    let kept = significant(text)?;
    let (last, digit) = kept.char_indices().next_back().ok_or(Reason::Empty)?;
    let body = &kept[..last];
    let is_digit = |c: char| c.is_ascii_digit();
    if !body.chars().all(is_digit) || !(is_digit(digit) || digit == 'K') {
        return Err(Reason::BadCharacters);
    }
    let body = without_leading_zeros(body)?;
    match body.len() {
        0..SHORTEST => Err(Reason::TooShort),
        SHORTEST..=LONGEST => Ok((format!("{body}-{digit}"), compare(check_digit(body), digit))),
        _ => Err(Reason::TooLong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tax_id::{TaxId, TaxIdKind};

    #[test]
    fn published_ruts_have_the_check_digit_that_the_rule_gives() {
        for (body, digit) in [
            ("60803000", 'K'), // SII
            ("97004000", '5'), // Banco de Chile
            ("76192083", '9'),
            ("76086428", '5'),
            ("30686957", '4'),
            ("12345678", '5'),
        ] {
            assert_eq!(check_digit(body), Some(digit), "{body}");
        }
    }

    #[test]
    fn however_it_is_written_it_is_the_same_rut() {
        for text in ["60.803.000-K", "60803000-k", "60803000K", " 060803000 - K "] {
            let id = TaxId::parse(TaxIdKind::Rut, text).unwrap();
            assert_eq!(
                (id.as_str(), id.check()),
                ("60803000-K", CheckDigit::Valid),
                "{text:?}"
            );
            assert_eq!(
                (id.to_string().as_str(), id.body()),
                ("60.803.000-K", "60803000")
            );
        }
    }

    #[test]
    fn what_is_no_rut_is_refused_with_the_reason() {
        assert_eq!(read("K60803000"), Err(Reason::BadCharacters));
        assert_eq!(read("00000000-0"), Err(Reason::AllZeros));
        assert_eq!(read("1.234-5"), Err(Reason::TooShort));
        assert_eq!(read("1.234.567.890-1"), Err(Reason::TooLong));
        assert_eq!(read("..."), Err(Reason::Empty));
    }
}
