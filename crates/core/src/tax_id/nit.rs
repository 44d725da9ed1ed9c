//! NIT, Colombia: up to fifteen digits, the last of them (when written) the *dígito de
//! verificación* by the modulo 11 of DIAN's Orden Administrativa 4 of 1989.

use super::{CheckDigit, Reason, compare, is_separator, values, without_leading_zeros};

const WEIGHTS: [u32; 15] = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71];
const SHORTEST: usize = 5;
const LONGEST: usize = 15;

pub(super) fn check_digit(body: &str) -> Option<char> {
    let digits = values(body).filter(|digits| digits.len() <= WEIGHTS.len())?;
    let sum: u32 = digits
        .iter()
        .rev()
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit * weight)
        .sum();
    let rest = sum % 11;
    char::from_digit(if rest < 2 { rest } else { 11 - rest }, 10)
}

pub(super) fn read(text: &str) -> Result<(String, CheckDigit), Reason> {
    let groups: Vec<&str> = text
        .split(is_separator)
        .filter(|group| !group.is_empty())
        .collect();
    let joined = groups.concat();
    if joined.is_empty() {
        return Err(Reason::Empty);
    }
    if !joined.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Reason::BadCharacters);
    }
    let digits = without_leading_zeros(&joined)?;
    match digits.len() {
        0..SHORTEST => return Err(Reason::TooShort),
        SHORTEST..=LONGEST => {}
        _ => return Err(Reason::TooLong),
    }
    let set_apart = groups.len() > 1 && groups.last().is_some_and(|group| group.len() == 1);
    let is_company = digits.starts_with(['8', '9']);
    match (digits.len(), digits.split_at(digits.len() - 1)) {
        (_, (body, digit)) if set_apart => Ok((digits.to_owned(), verify(body, digit))),
        (10, (body, digit)) if is_company => Ok((digits.to_owned(), verify(body, digit))),
        (9, _) if is_company => {
            let digit = check_digit(digits).map(String::from).unwrap_or_default();
            Ok((digits.to_owned() + &digit, CheckDigit::Valid))
        }
        _ => Ok((digits.to_owned(), CheckDigit::Absent)),
    }
}

fn verify(body: &str, digit: &str) -> CheckDigit {
    digit
        .chars()
        .next()
        .map_or(CheckDigit::Wrong, |digit| compare(check_digit(body), digit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tax_id::{TaxId, TaxIdKind};
    use crate::value::ValueError;

    fn nit(text: &str) -> TaxId {
        TaxId::parse(TaxIdKind::Nit, text).unwrap()
    }

    #[test]
    fn published_nits_have_the_check_digit_that_the_rule_gives() {
        for (body, digit) in [
            ("800197268", '4'), // DIAN
            ("899999063", '3'), // Universidad Nacional
            ("899999068", '1'), // Ecopetrol
            ("830122566", '1'),
            ("860002964", '4'),
            ("860034313", '7'),
            ("890900608", '9'),
            ("890903938", '8'),
            ("900156264", '2'),
        ] {
            assert_eq!(check_digit(body), Some(digit), "{body}");
        }
    }

    #[test]
    fn however_it_is_written_it_is_the_same_nit() {
        for text in [
            "800197268-4",
            "800.197.268-4",
            " 800 197 268 4",
            "800,197,268–4",
            "8001972684",
            "800197268",
            "800.197.268",
            "0800197268-4",
        ] {
            let id = nit(text);
            assert_eq!(
                (id.as_str(), id.check()),
                ("8001972684", CheckDigit::Valid),
                "{text:?}"
            );
            assert_eq!(id.to_string(), "800.197.268-4");
        }
    }

    #[test]
    fn a_wrong_check_digit_is_kept_and_flagged() {
        let id = nit("900.123.456-7");
        assert_eq!((id.as_str(), id.check_digit_ok()), ("9001234567", false));
        assert_eq!(nit("900123456").as_str(), "9001234568", "the rule gives 8");
    }

    #[test]
    fn a_cedula_without_check_digit_is_left_as_it_is() {
        let id = nit("13.456.789");
        assert_eq!((id.as_str(), id.check()), ("13456789", CheckDigit::Absent));
        assert_eq!(
            (id.body(), id.to_string().as_str()),
            ("13456789", "13.456.789")
        );
        assert_eq!(nit("1090123456").check(), CheckDigit::Absent);
    }

    #[test]
    fn what_is_no_nit_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", Reason::Empty),
            (" - . ", Reason::Empty),
            ("ANULA", Reason::BadCharacters),
            ("900123456-K", Reason::BadCharacters),
            ("٩٠٠١٢٣٤٥٦", Reason::BadCharacters),
            ("000000000", Reason::AllZeros),
            ("1234", Reason::TooShort),
            ("00012-3", Reason::TooShort),
            ("1234567890123456", Reason::TooLong),
        ] {
            let refused = TaxId::parse(TaxIdKind::Nit, text);
            let expected = ValueError::TaxId {
                kind: TaxIdKind::Nit,
                text: text.to_owned(),
                reason,
            };
            assert_eq!(refused, Err(expected));
        }
    }
}
