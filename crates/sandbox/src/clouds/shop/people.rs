//! Who buys: names, identifications and addresses.

use super::Trouble;
use crate::clouds::mercadolibre::Site;
use crate::clouds::mercadolibre::model::{Billing, Books};
use crate::clouds::siigo::{Company, restore_customer};
use crate::sample::dice::Dice;
use chrono::{DateTime, TimeDelta, Utc};
use puente_core::TaxIdKind;
use serde_json::json;

const FIRST: [&str; 20] = [
    "María",
    "José",
    "Luz Dary",
    "Andrés",
    "Sofía",
    "Camilo",
    "Valentina",
    "Julián",
    "Ángela",
    "Óscar",
    "Paola",
    "Íngrid",
    "Ramón",
    "Zoraida",
    "Fabián",
    "Begoña",
    "Iván",
    "Nidia",
    "Tomás",
    "Yurany",
];
const LAST: [&str; 20] = [
    "Muñoz",
    "Gómez Peña",
    "Rodríguez",
    "Ibáñez",
    "Castaño",
    "Agüero",
    "Londoño",
    "Cañas",
    "Zúñiga",
    "Núñez Ríos",
    "Vélez",
    "Bolaños",
    "Quiñones",
    "Ordóñez",
    "Peñaranda",
    "Yáñez",
    "Acuña",
    "Rincón",
    "Sepúlveda",
    "D’Costa",
];
const COMPANIES: [&str; 6] = [
    "Inversiones El Cóndor S.A.S.",
    "Ferretería La Ñapa Ltda.",
    "Papelería Ángel & Hijos S.A.S.",
    "Distribuidora Caribe S.A.",
    "Clínica Dental Sonríe S.A.S.",
    "Restaurante Doña Inés E.U.",
];

/// State code and name, the city as most write it, and DANE's code of the city.
pub(crate) const CITIES: [(&str, &str, &str, &str); 22] = [
    ("CO-DC", "Bogotá D.C.", "Bogotá D.C.", "11001"),
    ("CO-ANT", "Antioquia", "Medellín", "05001"),
    ("CO-VAC", "Valle Del Cauca", "Cali", "76001"),
    ("CO-ATL", "Atlántico", "Barranquilla", "08001"),
    ("CO-BOL", "Bolívar", "Cartagena De Indias", "13001"),
    ("CO-SAN", "Santander", "Bucaramanga", "68001"),
    ("CO-NSA", "Norte De Santander", "Cúcuta", "54001"),
    ("CO-RIS", "Risaralda", "Pereira", "66001"),
    ("CO-CAL", "Caldas", "Manizales", "17001"),
    ("CO-QUI", "Quindío", "Armenia", "63001"),
    ("CO-TOL", "Tolima", "Ibagué", "73001"),
    ("CO-HUI", "Huila", "Neiva", "41001"),
    ("CO-NAR", "Nariño", "Pasto", "52001"),
    ("CO-CAU", "Cauca", "Popayán", "19001"),
    ("CO-BOY", "Boyacá", "Tunja", "15001"),
    ("CO-MET", "Meta", "Villavicencio", "50001"),
    ("CO-COR", "Córdoba", "Montería", "23001"),
    ("CO-SUC", "Sucre", "Sincelejo", "70001"),
    ("CO-CES", "Cesar", "Valledupar", "20001"),
    ("CO-MAG", "Magdalena", "Santa Marta", "47001"),
    ("CO-ANT", "Antioquia", "Envigado", "05266"),
    ("CO-CUN", "Cundinamarca", "Soacha", "25754"),
];

const ODD_CITIES: [(&str, &str, &str); 4] = [
    ("CO-DC", "Bogotá D.C.", "BOGOTA, D.C."),
    ("CO-ANT", "Antioquia", "medellin"),
    ("CO-NSA", "Norte De Santander", "San José de Cúcuta"),
    ("CO-VAC", "Valle Del Cauca", "Santiago de Cali "),
];
const UNKNOWN_CITIES: [(&str, &str, &str); 3] = [
    ("CO-CUN", "Cundinamarca", "Vereda El Rosal, km 4"),
    ("CO-ANT", "Antioquia", "Springfield"),
    ("CO-DC", "Bogotá D.C.", ""),
];

/// A buyer's fiscal data.
pub(crate) fn billing(
    dice: &mut Dice,
    id: i64,
    buyer: i64,
    seller: i64,
    site: Site,
    trouble: Option<Trouble>,
) -> Billing {
    let pick =
        |dice: &mut Dice, list: &[&'static str]| dice.pick(list).copied().unwrap_or_default();
    let is_company = trouble == Some(Trouble::CompanyBuyer) || dice.percent(6);
    let (mut name, mut last) = if is_company {
        (pick(dice, &COMPANIES).to_owned(), String::new())
    } else {
        (pick(dice, &FIRST).to_owned(), pick(dice, &LAST).to_owned())
    };
    if trouble == Some(Trouble::OddLetters) {
        name = format!("{name} 🎁");
        last = format!("{last} 'La Ñata'");
    }
    let city = dice.favourite(CITIES.len());
    let (state, state_name, mut city) = CITIES
        .get(city)
        .map(|(state, name, city, _)| (*state, *name, (*city).to_owned()))
        .unwrap_or_default();
    let (mut state, mut state_name) = (state, state_name);
    let other = match trouble {
        Some(Trouble::OddCity) => dice.pick(&ODD_CITIES).copied(),
        Some(Trouble::UnknownCity) => dice.pick(&UNKNOWN_CITIES).copied(),
        _ => None,
    };
    if let Some((code, region, name)) = other {
        (state, state_name, city) = (code, region, name.to_owned());
    }
    let (kind, number) = identification(dice, site, is_company, trouble);
    Billing {
        id,
        site,
        buyer,
        seller,
        kind,
        number,
        name,
        last,
        is_company,
        street: format!("Calle {}", dice.between(1, 170)),
        street_number: format!("{}-{:02}", dice.between(1, 99), dice.between(1, 99)),
        city,
        state,
        state_name,
        is_processing: trouble == Some(Trouble::BillingInProcess),
    }
}

fn identification(
    dice: &mut Dice,
    site: Site,
    is_company: bool,
    trouble: Option<Trouble>,
) -> (Option<&'static str>, Option<String>) {
    if trouble == Some(Trouble::NoTaxId) {
        return (None, None);
    }
    let digits = |dice: &mut Dice, low: i64, high: i64| dice.between(low, high).to_string();
    if trouble == Some(Trouble::ForeignDocument) {
        return if dice.percent(50) {
            (Some("CE"), Some(digits(dice, 100_000, 999_999)))
        } else {
            (
                Some("PAS"),
                Some(format!("AV{}", digits(dice, 100_000, 999_999))),
            )
        };
    }
    match (site, is_company) {
        (Site::Mco, true) => {
            let body = digits(dice, 800_000_000, 901_999_999);
            let check = TaxIdKind::Nit.check_digit(&body).unwrap_or('0');
            (Some("NIT"), Some(format!("{body}{check}")))
        }
        (Site::Mco, false) => (Some("CC"), Some(digits(dice, 10_000_000, 1_199_999_999))),
        (Site::Mlc, _) => {
            let body = digits(dice, 6_000_000, 25_999_999);
            let check = TaxIdKind::Rut.check_digit(&body).unwrap_or('0');
            (Some("RUT"), Some(format!("{body}-{check}")))
        }
        (Site::Mlm, _) => (
            Some("RFC"),
            Some(format!("GOMA{}AB1", digits(dice, 700_101, 991_231))),
        ),
        (Site::Mla, _) => (Some("DNI"), Some(digits(dice, 10_000_000, 45_999_999))),
    }
}

/// Puts some of the Colombian buyers into a company's customers: one in six, and all who are to be
/// inactive there.
pub(crate) fn customers(company: &mut Company, books: &Books, at: DateTime<Utc>) {
    let mut ids: Vec<&Billing> = books
        .billing
        .values()
        .filter(|one| one.site == Site::Mco && one.kind == Some("CC"))
        .filter(|one| one.id % 6 == 0 || one.street_number == super::sales::INACTIVE)
        .collect();
    ids.sort_by_key(|one| one.id);
    for one in ids {
        let Some(number) = &one.number else { continue };
        let city = CITIES
            .iter()
            .find(|(_, _, name, _)| *name == one.city)
            .map_or("11001", |(_, _, _, code)| code);
        let id = company.guid();
        let document = json!({
            "id": id, "type": "Customer", "person_type": "Person",
            "id_type": {"code": "13", "name": "Cédula de ciudadanía"},
            "identification": number, "check_digit": null, "name": [one.name, one.last],
            "commercial_name": null, "branch_office": 0,
            "active": one.street_number != super::sales::INACTIVE, "vat_responsible": false,
            "fiscal_responsibilities": [{"code": "R-99-PN", "name": "No responsable"}],
            "address": {"address": one.street, "city": {
                "country_code": "Co", "country_name": "Colombia", "state_code": city.get(..2),
                "city_code": city, "city_name": one.city}, "postal_code": null},
            "phones": [{"indicative": "57", "number": "6015550101", "extension": null}],
            "contacts": [{"first_name": one.name, "last_name": one.last,
                          "email": "cliente@correo.example"}],
            "comments": null,
            "metadata": {"created": "2026-01-15T10:00:00.000Z", "last_updated": null},
        });
        restore_customer(company, at - TimeDelta::days(120), &document);
    }
}
