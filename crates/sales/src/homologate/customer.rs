//! Whom an invoice is for.

use super::{cities, contact};
use crate::draft::Customer;
use crate::model::{Identity, Person, Sale};
use crate::reason::Reason;
use crate::rules::{MappingKind, Mappings, Rules};
use puente_core::{CheckDigit, TaxId, TaxIdKind};

/// The identification that Colombia's point-of-sale invoices give to buyers who show no document.
const FINAL_CONSUMER: &str = "222222222222";

/// Kinds of document by the channel's name, and DIAN's code (SIIGO's API reference, "customers").
const ID_TYPES: [(&str, &str); 15] = [
    ("CC", "13"),
    ("NIT", "31"),
    ("CE", "22"),
    ("TI", "12"),
    ("RC", "11"),
    ("TE", "21"),
    ("PA", "41"),
    ("PAS", "41"),
    ("PASAPORTE", "41"),
    ("PASSPORT", "41"),
    ("PEP", "47"),
    ("PPT", "48"),
    ("NUIP", "91"),
    ("DE", "42"),
    ("NITE", "50"),
];

/// The usual code of a kind of document.
pub fn usual_id_type(name: &str) -> Option<&'static str> {
    ID_TYPES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name.trim()))
        .map(|(_, code)| *code)
}

pub(super) fn of(
    sale: &Sale,
    mappings: &Mappings,
    rules: &Rules,
    reasons: &mut Vec<Reason>,
) -> Option<Customer> {
    let nobody = Person::default();
    let person = match &sale.buyer.identity {
        Identity::Given(person) => person.as_ref(),
        Identity::Missing if rules.final_consumer => &nobody,
        Identity::Forbidden if rules.final_consumer => &nobody,
        Identity::Forbidden => return refuse(reasons, Reason::IdentityForbidden),
        Identity::Processing => return refuse(reasons, Reason::IdentityProcessing),
        Identity::Missing => return refuse(reasons, Reason::MissingTaxId),
    };
    let before = reasons.len();
    let document = document(person, mappings, rules, reasons);
    let city = city(person, mappings, rules, reasons);
    let reach = contact::of(
        &person.address,
        &person.phone,
        &person.email,
        rules,
        reasons,
    );
    let (document, city) = (document?, city?);
    let name = name(person, &document, reasons)?;
    if reasons.len() > before {
        return None;
    }
    Some(Customer {
        company: document.company,
        name,
        id_type: document.id_type,
        identification: document.number,
        check_digit: document.check_digit,
        address: reach.address,
        state_code: city.get(..2).unwrap_or_default().to_owned(),
        city_code: city,
        phone: reach.phone,
        email: reach.email,
    })
}

fn refuse<T>(reasons: &mut Vec<Reason>, reason: Reason) -> Option<T> {
    reasons.push(reason);
    None
}

struct Document {
    company: bool,
    id_type: String,
    number: String,
    check_digit: Option<String>,
}

fn document(
    person: &Person,
    mappings: &Mappings,
    rules: &Rules,
    reasons: &mut Vec<Reason>,
) -> Option<Document> {
    if person.id_number.trim().is_empty() {
        if rules.final_consumer {
            return Some(Document {
                company: false,
                id_type: "13".to_owned(),
                number: FINAL_CONSUMER.to_owned(),
                check_digit: None,
            });
        }
        return refuse(reasons, Reason::MissingTaxId);
    }
    let mapped = mappings
        .get(MappingKind::IdType, &person.id_type)
        .or_else(|| usual_id_type(&person.id_type));
    let Some(id_type) = mapped else {
        let id_type = person.id_type.clone();
        return refuse(reasons, Reason::UnmappedIdType { id_type });
    };
    let read = match id_type {
        "31" => nit(&person.id_number),
        _ => plain_number(id_type, &person.id_number).map(|number| (number, None)),
    };
    let Some((number, check_digit)) = read else {
        return refuse(
            reasons,
            Reason::BadTaxId {
                id_type: person.id_type.clone(),
                number: person.id_number.clone(),
            },
        );
    };
    let company = person
        .company
        .unwrap_or_else(|| id_type == "31" && person.last_name.trim().is_empty());
    Some(Document {
        company,
        id_type: id_type.to_owned(),
        number,
        check_digit,
    })
}

/// A NIT without its check digit, and the digit that belongs to it.
fn nit(written: &str) -> Option<(String, Option<String>)> {
    let id = TaxId::parse(TaxIdKind::Nit, written).ok()?;
    let body = match id.check() {
        CheckDigit::Valid => id.as_str().get(..id.as_str().len() - 1)?.to_owned(),
        CheckDigit::Absent => id.as_str().to_owned(),
        CheckDigit::Wrong => return None,
    };
    let digit = TaxIdKind::Nit.check_digit(&body).map(String::from);
    (3..=13).contains(&body.len()).then_some((body, digit))
}

/// Documents 11, 13 and 31 are 3 to 13 digits, the others up to 20 letters and digits (SIIGO's API
/// reference, "customers").
fn plain_number(id_type: &str, written: &str) -> Option<String> {
    let number: String = written
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '.' | ',' | '-'))
        .collect();
    let fits = match id_type {
        "13" | "11" => {
            (3..=13).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
        }
        _ => (1..=20).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric()),
    };
    let zeros = number.bytes().all(|byte| byte == b'0');
    (fits && !zeros).then_some(number)
}

/// First and last names, or a company's: the legal name is never cut.
fn name(person: &Person, document: &Document, reasons: &mut Vec<Reason>) -> Option<Vec<String>> {
    let name = name_parts(person, document);
    if name.iter().any(String::is_empty) {
        return refuse(
            reasons,
            Reason::MissingContact {
                field: "name".to_owned(),
            },
        );
    }
    if name.iter().any(|part| part.chars().count() > contact::NAME) {
        return refuse(
            reasons,
            Reason::TooLong {
                field: "name".to_owned(),
                limit: contact::NAME,
            },
        );
    }
    Some(name)
}

fn name_parts(person: &Person, document: &Document) -> Vec<String> {
    if document.number == FINAL_CONSUMER {
        return vec!["Consumidor".to_owned(), "Final".to_owned()];
    }
    let all = usize::MAX;
    let (first, last) = (clean(&person.name, all), clean(&person.last_name, all));
    if document.company {
        return vec![format!("{first} {last}").trim().to_owned()];
    }
    if !last.is_empty() {
        return vec![first, last];
    }
    // Four words are two names and two surnames, three one and two.
    let words: Vec<&str> = first.split_whitespace().collect();
    match words.len() {
        0 | 1 => vec![first.clone(), first],
        count => {
            let at = count / 2;
            vec![words[..at].join(" "), words[at..].join(" ")]
        }
    }
}

fn city(
    person: &Person,
    mappings: &Mappings,
    rules: &Rules,
    reasons: &mut Vec<Reason>,
) -> Option<String> {
    let key = cities::key(&person.state, &person.city);
    let found = mappings
        .get(MappingKind::City, &key)
        .or_else(|| cities::find(&person.state, &person.city));
    if let Some(code) = found.filter(|code| cities::exists(code)) {
        return Some(code.to_owned());
    }
    if person.city.trim().is_empty() && cities::exists(&rules.city) {
        return Some(rules.city.clone());
    }
    refuse(
        reasons,
        Reason::UnknownCity {
            key,
            city: person.city.clone(),
            state: match person.state_name.is_empty() {
                true => person.state.clone(),
                false => person.state_name.clone(),
            },
        },
    )
}

/// Without control characters and single quotes, which SIIGO refuses, and no longer than `limit`.
pub(super) fn clean(text: &str, limit: usize) -> String {
    let kept: String = text
        .chars()
        .map(|c| if c.is_control() || c == '\'' { ' ' } else { c })
        .take(limit)
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nit_loses_its_check_digit_and_one_that_is_wrong_is_refused() {
        assert_eq!(
            nit("900.156.264-2"),
            Some(("900156264".into(), Some("2".into())))
        );
        assert_eq!(
            nit("9001562642"),
            Some(("900156264".into(), Some("2".into())))
        );
        assert_eq!(
            nit("900156264"),
            Some(("900156264".into(), Some("2".into())))
        );
        assert_eq!(nit("900156264-3"), None);
        // A person's cédula as NIT has none written.
        assert_eq!(
            nit("1020304050").map(|(body, _)| body),
            Some("1020304050".into())
        );
    }

    #[test]
    fn names_of_people_are_two_and_those_of_companies_one() {
        let document = |company| Document {
            company,
            id_type: "13".into(),
            number: "1".into(),
            check_digit: None,
        };
        let person = |name: &str, last: &str| Person {
            name: name.into(),
            last_name: last.into(),
            ..Person::default()
        };
        let of = |name: &str, last: &str, company| {
            let mut reasons = Vec::new();
            let name = super::name(&person(name, last), &document(company), &mut reasons);
            name.ok_or(reasons)
        };
        let two = |first: &str, last: &str| Ok(vec![first.to_owned(), last.to_owned()]);
        assert_eq!(of("Ana María", "Ruiz", false), two("Ana María", "Ruiz"));
        assert_eq!(
            of("Ana María Ruiz Paz", "", false),
            two("Ana María", "Ruiz Paz")
        );
        assert_eq!(of("Ana", "", false), two("Ana", "Ana"));
        assert_eq!(
            of("D'Casa\nS.A.S.", "", true),
            Ok(vec!["D Casa S.A.S.".to_owned()])
        );
        let field = "name".to_owned();
        let missing = Reason::MissingContact {
            field: field.clone(),
        };
        assert_eq!(of(" \t", "", true), Err(vec![missing]));
        let long = Reason::TooLong { field, limit: 100 };
        assert_eq!(of(&"ñ".repeat(101), "Ruiz", false), Err(vec![long]));
        assert!(of(&"ñ".repeat(100), "Ruiz", false).is_ok());
    }

    #[test]
    fn documents_of_zeros_or_letters_are_refused() {
        assert_eq!(plain_number("13", "1.020.304"), Some("1020304".into()));
        assert_eq!(plain_number("13", "000000"), None);
        assert_eq!(plain_number("13", "12a4"), None);
        assert_eq!(plain_number("41", "AV 123456"), Some("AV123456".into()));
    }
}
