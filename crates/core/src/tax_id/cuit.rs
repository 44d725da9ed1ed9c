//! CUIT, Argentina: eleven digits (two of kind, eight of number, one check digit) by modulo 11 with
//! the weights 5 4 3 2 7 6 5 4 3 2. A body whose rest is 10 is never assigned: the authority gives
//! such a holder another prefix.

use super::{CheckDigit, Reason, compare, significant, values};

const WEIGHTS: [u32; 10] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
const LENGTH: usize = 11;

pub(super) fn check_digit(body: &str) -> Option<char> {
    let digits = values(body).filter(|digits| digits.len() == WEIGHTS.len())?;
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit * weight)
        .sum();
    match 11 - sum % 11 {
        11 => Some('0'),
        10 => None,
        digit => char::from_digit(digit, 10),
    }
}

pub(super) fn read(text: &str) -> Result<(String, CheckDigit), Reason> {
    let digits = significant(text)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Reason::BadCharacters);
    }
    match digits.len() {
        0..LENGTH => return Err(Reason::TooShort),
        LENGTH => {}
        _ => return Err(Reason::TooLong),
    }
    if digits.bytes().all(|byte| byte == b'0') {
        return Err(Reason::AllZeros);
    }
    let (body, digit) = digits.split_at(LENGTH - 1);
    let check = digit
        .chars()
        .next()
        .map_or(CheckDigit::Wrong, |digit| compare(check_digit(body), digit));
    Ok((digits, check))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tax_id::{TaxId, TaxIdKind};

    #[test]
    fn published_cuits_have_the_check_digit_that_the_rule_gives() {
        for (body, digit) in [
            ("3369345023", '9'), // AFIP
            ("3050001091", '2'), // Banco de la Nación Argentina
            ("3054668997", '9'), // YPF
            ("2012345678", '6'),
        ] {
            assert_eq!(check_digit(body), Some(digit), "{body}");
        }
    }

    #[test]
    fn however_it_is_written_it_is_the_same_cuit() {
        for text in [
            "33-69345023-9",
            "33.69345023.9",
            "33693450239",
            " 33 69345023 9 ",
        ] {
            let id = TaxId::parse(TaxIdKind::Cuit, text).unwrap();
            assert_eq!(
                (id.as_str(), id.check()),
                ("33693450239", CheckDigit::Valid),
                "{text:?}"
            );
            assert_eq!(
                (id.to_string().as_str(), id.body()),
                ("33-69345023-9", "3369345023")
            );
        }
    }

    #[test]
    fn what_is_no_cuit_is_refused_with_the_reason() {
        assert_eq!(read("33-6934502-9"), Err(Reason::TooShort));
        assert_eq!(read("33-693450230-9"), Err(Reason::TooLong));
        assert_eq!(read("33-69345O23-9"), Err(Reason::BadCharacters));
        assert_eq!(read("00-00000000-0"), Err(Reason::AllZeros));
    }

    #[test]
    fn a_body_that_is_never_assigned_has_no_right_check_digit() {
        let body = (0..100).map(|n| format!("20000000{n:02}"));
        let unassigned = body
            .filter(|body| check_digit(body).is_none())
            .collect::<Vec<_>>();
        assert!(!unassigned.is_empty());
        for body in unassigned {
            assert_eq!(read(&format!("{body}0")).unwrap().1, CheckDigit::Wrong);
        }
    }
}
