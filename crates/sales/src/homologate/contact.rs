//! How a customer can be reached, as SIIGO takes it.
//!
//! What stands in the legal data of a buyer is never cut: an address or a name that is too long is told.
//! SIIGO's reference gives the length of telephones; the others are those of its forms.

use super::customer::clean;
use crate::reason::Reason;
use crate::rules::Rules;

/// Digits of a telephone (SIIGO's API reference, "customers").
const PHONE: usize = 10;
/// Letters of each part of a name, of a street, and of an e-mail.
pub(super) const NAME: usize = 100;
const ADDRESS: usize = 256;
const EMAIL: usize = 100;

/// A telephone as SIIGO takes it: up to ten digits, without Colombia's own prefix. Empty where there are no
/// digits at all (the channel masks it); none where it has too many.
pub fn phone(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    let national = digits
        .strip_prefix("57")
        .filter(|rest| rest.len() == PHONE)
        .unwrap_or(digits);
    (national.len() <= PHONE).then(|| national.to_owned())
}

/// An e-mail address as SIIGO takes it. Empty where it is empty; none where it can't be one.
pub fn email(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() {
        return Some(String::new());
    }
    let (name, domain) = text.split_once('@')?;
    let parts = domain.split('.');
    let fits = text.is_ascii()
        && text.len() <= EMAIL
        && !name.is_empty()
        && domain.contains('.')
        && parts.clone().all(|part| !part.is_empty())
        && !domain.contains('@')
        && !text.contains(|c: char| {
            c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '<' | '>' | '\'' | '"')
        });
    fits.then(|| text.to_owned())
}

/// Where a customer is and how to reach them.
pub(super) struct Contact {
    pub(super) address: String,
    pub(super) phone: String,
    pub(super) email: String,
}

/// The channel's value, else the office's, of each of the three.
pub(super) fn of(
    address: &str,
    telephone: &str,
    mail: &str,
    rules: &Rules,
    reasons: &mut Vec<Reason>,
) -> Contact {
    let mut choose = |field: &str, own: &str, usual: &str, read: &dyn Fn(&str) -> Read| {
        for value in [own, usual] {
            match read(value) {
                Read::Fits(value) if value.is_empty() => {}
                Read::Fits(value) => return value,
                Read::Wrong => {
                    reasons.push(Reason::BadContact {
                        field: field.to_owned(),
                        value: value.trim().to_owned(),
                    });
                    return String::new();
                }
                Read::TooLong(limit) => {
                    reasons.push(Reason::TooLong {
                        field: field.to_owned(),
                        limit,
                    });
                    return String::new();
                }
            }
        }
        reasons.push(Reason::MissingContact {
            field: field.to_owned(),
        });
        String::new()
    };
    let or_wrong = |value: Option<String>| value.map_or(Read::Wrong, Read::Fits);
    Contact {
        address: choose("address", address, &rules.address, &|text| {
            let text = clean(text, usize::MAX);
            match text.chars().count() > ADDRESS {
                true => Read::TooLong(ADDRESS),
                false => Read::Fits(text),
            }
        }),
        phone: choose("phone", telephone, &rules.phone, &|text| {
            or_wrong(phone(text))
        }),
        email: choose(
            "email",
            mail,
            &rules.email,
            &|text| match text.trim().chars().count() > EMAIL {
                true => Read::TooLong(EMAIL),
                false => or_wrong(email(text)),
            },
        ),
    }
}

enum Read {
    Fits(String),
    Wrong,
    TooLong(usize),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephones_lose_colombias_prefix_and_nothing_else() {
        for (text, fits) in [
            ("+57 (300) 123-4567", Some("3001234567")),
            ("0057 6015550100", Some("6015550100")),
            ("5550100", Some("5550100")),
            ("5712345678", Some("5712345678")),
            ("XXXXXXX", Some("")),
            ("", Some("")),
            ("+1 305 555 01 00", None),
            ("30012345678", None),
        ] {
            assert_eq!(phone(text).as_deref(), fits, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_an_address_is_none() {
        for (text, fits) in [
            (" ana@correo.example ", Some("ana@correo.example")),
            ("", Some("")),
            ("ana@correo", None),
            ("ana@.example", None),
            ("ana@correo..example", None),
            ("@correo.example", None),
            ("a@b@c.example", None),
            ("ana ruiz@correo.example", None),
            ("añá@correo.example", None),
        ] {
            assert_eq!(email(text).as_deref(), fits, "{text}");
        }
    }

    fn of(address: &str, telephone: &str, mail: &str, rules: &Rules) -> (Contact, Vec<Reason>) {
        let mut reasons = Vec::new();
        let contact = super::of(address, telephone, mail, rules, &mut reasons);
        (contact, reasons)
    }

    #[test]
    fn the_offices_value_stands_in_and_is_looked_at_as_closely() {
        let rules = Rules {
            phone: "+57 601 555 0100".into(),
            email: "ventas@oficina.example".into(),
            ..Rules::default()
        };
        let (contact, reasons) = of("Calle 1", "XXXX", "", &rules);
        assert_eq!(contact.phone, "6015550100");
        assert_eq!(contact.email, "ventas@oficina.example");
        assert!(reasons.is_empty());
        let wrong = Rules {
            phone: "123456789012".into(),
            email: "nadie".into(),
            ..Rules::default()
        };
        let (_, reasons) = of(&"á".repeat(257), "", "", &wrong);
        let names: Vec<&str> = reasons.iter().map(Reason::name).collect();
        assert_eq!(names, ["too_long", "bad_contact", "bad_contact"]);
        let (contact, reasons) = of(&"á".repeat(256), "1", &"a".repeat(101), &rules);
        assert_eq!(contact.address.chars().count(), 256);
        let names: Vec<&str> = reasons.iter().map(Reason::name).collect();
        assert_eq!(names, ["too_long"]);
    }
}
