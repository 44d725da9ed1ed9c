//! RFC, Mexico: three letters (a company) or four (a person), a date as yymmdd, and the three places
//! of the *homoclave*, the last of which is a check digit (0 to 9 or A) by modulo 11 over the values
//! of the SAT's table.

use super::{CheckDigit, Reason, compare, significant};
use chrono::NaiveDate;

/// The place of a character is its value; the blank stands before a company's three letters.
const TABLE: &str = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ";
const COMPANY: usize = 12;
const PERSON: usize = 13;
/// The general public and buyers abroad: named by the SAT, outside the rule of the check digit.
const GENERIC: [&str; 2] = ["XAXX010101000", "XEXX010101000"];

pub(super) fn check_digit(body: &str) -> Option<char> {
    if let Some(generic) = GENERIC.iter().find(|generic| generic[..COMPANY] == *body) {
        return generic.chars().next_back();
    }
    let letters: Vec<char> = body.chars().collect();
    let blank = match letters.len() + 1 {
        COMPANY => Some(' '),
        PERSON => None,
        _ => return None,
    };
    let mut sum = 0;
    for (letter, weight) in blank.into_iter().chain(letters).zip((2..=13).rev()) {
        sum += TABLE.chars().position(|known| known == letter)? * weight;
    }
    match sum % 11 {
        0 => Some('0'),
        1 => Some('A'),
        rest => char::from_digit(u32::try_from(11 - rest).ok()?, 10),
    }
}

pub(super) fn read(text: &str) -> Result<(String, CheckDigit), Reason> {
    let rfc = significant(text)?;
    let letters: Vec<char> = rfc.chars().collect();
    if !letters.iter().all(|c| TABLE.contains(*c)) {
        return Err(Reason::BadCharacters);
    }
    let name = match letters.len() {
        0..COMPANY => return Err(Reason::TooShort),
        COMPANY => 3,
        PERSON => 4,
        _ => return Err(Reason::TooLong),
    };
    let (name, rest) = letters.split_at(name);
    let (date, homoclave) = rest.split_at(6);
    let is_name = |c: &char| c.is_ascii_uppercase() || matches!(c, 'Ñ' | '&');
    let ends_well = matches!(homoclave.last(), Some('0'..='9' | 'A'));
    let is_homoclave = homoclave.iter().all(char::is_ascii_alphanumeric) && ends_well;
    if !name.iter().all(is_name) || !date.iter().all(char::is_ascii_digit) || !is_homoclave {
        return Err(Reason::BadShape);
    }
    if !exists(date) {
        return Err(Reason::BadDate);
    }
    let (last, digit) = rfc.char_indices().next_back().ok_or(Reason::Empty)?;
    let check = compare(check_digit(&rfc[..last]), digit);
    Ok((rfc, check))
}

/// Whether yymmdd is a day of the last century or of this one.
fn exists(date: &[char]) -> bool {
    let pair = |at: usize| -> Option<u32> {
        Some(date.get(at)?.to_digit(10)? * 10 + date.get(at + 1)?.to_digit(10)?)
    };
    let (Some(year), Some(month), Some(day)) = (pair(0), pair(2), pair(4)) else {
        return false;
    };
    [1900, 2000].iter().any(|century| {
        i32::try_from(century + year)
            .is_ok_and(|year| NaiveDate::from_ymd_opt(year, month, day).is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tax_id::{TaxId, TaxIdKind};

    #[test]
    fn the_rfcs_that_the_sat_publishes_for_tests_verify() {
        for text in [
            "EKU9003173C9",
            "XIA190128J61",
            "URE180429TM6",
            "H&E951128469",
            "IIA040805DZ4",
            "KIJ0906199R1",
            "OÑO120726RX3",
            "SAT970701NN3",
            "GODE561231GR8",
            "CACX7605101P8",
            "WERX631016S30",
            "JUFA7608212V6",
            "MISC491214B86",
            "XOJI740919U48",
            "XAXX010101000",
            "XEXX010101000",
        ] {
            let id = TaxId::parse(TaxIdKind::Rfc, text).unwrap();
            assert_eq!((id.as_str(), id.check()), (text, CheckDigit::Valid));
        }
    }

    #[test]
    fn however_it_is_written_it_is_the_same_rfc() {
        for text in ["oño-120726-rx3", "OÑO 120726 RX3", "OÑO.120726.RX3"] {
            assert_eq!(
                read(text),
                Ok(("OÑO120726RX3".to_owned(), CheckDigit::Valid))
            );
        }
    }

    #[test]
    fn what_is_no_rfc_is_refused_with_the_reason() {
        assert_eq!(read("EKU900317"), Err(Reason::TooShort));
        assert_eq!(read("GODEX561231GR8"), Err(Reason::TooLong));
        assert_eq!(read("EKU901317AB3"), Err(Reason::BadDate));
        assert_eq!(
            read("EKU010229AB3"),
            Err(Reason::BadDate),
            "no leap day in 1901 nor 2001"
        );
        assert_eq!(read("EK59003173C9"), Err(Reason::BadShape));
        assert_eq!(
            read("EKU9003173CZ"),
            Err(Reason::BadShape),
            "the last place is 0 to 9 or A"
        );
        assert_eq!(read("ÉKU9003173C9"), Err(Reason::BadCharacters));
    }
}
