//! `/v1/customers`.

use super::company::{Company, Customer, RESTORED};
use super::paging::{Between, Page, only};
use super::refusal::{Reader, Refusal, Trouble};
use crate::clouds::call::{Call, Reply};
use crate::clouds::journal::EffectKind;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

/// The types of identification, with their names.
const ID_TYPES: [(&str, &str); 15] = [
    ("13", "Cédula de ciudadanía"),
    ("31", "NIT"),
    ("22", "Cédula de extranjería"),
    ("42", "Documento de identificación extranjero"),
    ("50", "NIT de otro país"),
    ("41", "Pasaporte"),
    ("47", "PEP"),
    ("48", "PPT"),
    ("91", "NUIP"),
    ("11", "Registro civil"),
    ("12", "Tarjeta de identidad"),
    ("21", "Tarjeta de extranjería"),
    ("43", "Sin identificación del exterior"),
    ("89", "Salvoconducto de permanencia"),
    ("R-00-PN", "No obligado a registrarse en el RUT PN"),
];

/// Departments by their DANE code.
const STATES: [(&str, &str); 33] = [
    ("05", "Antioquia"),
    ("08", "Atlántico"),
    ("11", "Bogotá D.C."),
    ("13", "Bolívar"),
    ("15", "Boyacá"),
    ("17", "Caldas"),
    ("18", "Caquetá"),
    ("19", "Cauca"),
    ("20", "Cesar"),
    ("23", "Córdoba"),
    ("25", "Cundinamarca"),
    ("27", "Chocó"),
    ("41", "Huila"),
    ("44", "La Guajira"),
    ("47", "Magdalena"),
    ("50", "Meta"),
    ("52", "Nariño"),
    ("54", "Norte de Santander"),
    ("63", "Quindío"),
    ("66", "Risaralda"),
    ("68", "Santander"),
    ("70", "Sucre"),
    ("73", "Tolima"),
    ("76", "Valle del Cauca"),
    ("81", "Arauca"),
    ("85", "Casanare"),
    ("86", "Putumayo"),
    ("88", "San Andrés y Providencia"),
    ("91", "Amazonas"),
    ("94", "Guainía"),
    ("95", "Guaviare"),
    ("97", "Vaupés"),
    ("99", "Vichada"),
];

const FIELDS: [&str; 18] = [
    "type",
    "person_type",
    "id_type",
    "identification",
    "check_digit",
    "name",
    "commercial_name",
    "branch_office",
    "active",
    "vat_responsible",
    "fiscal_responsibilities",
    "address",
    "phones",
    "contacts",
    "comments",
    "related_users",
    "custom_fields",
    "id",
];

/// A customer as it was sent and found good.
pub(crate) struct Sent {
    pub(crate) identification: String,
    pub(crate) branch: i64,
    pub(crate) active: bool,
    pub(crate) document: Map<String, Value>,
}

pub(crate) fn answer(
    company: &mut Company,
    call: &Call,
    rest: &[&str],
    now: DateTime<Utc>,
    effects: &mut Vec<EffectKind>,
) -> Result<Reply, Refusal> {
    match (call.method.as_str(), rest) {
        ("GET", []) => list(company, call),
        ("GET", [id]) => find(company, id)
            .map(|(_, customer)| Reply::json(200, &customer.document))
            .ok_or_else(|| Refusal::not_found("customer")),
        ("POST", []) => {
            let body = super::body(call)?;
            let sent = read(&body)?;
            let key = (sent.identification.clone(), sent.branch);
            if company.customers.contains_key(&key) {
                return Err(Refusal::one(
                    400,
                    Trouble::new("already_exists", "The customer already exists")
                        .at("identification"),
                ));
            }
            Ok(Reply::json(201, &put(company, sent, now, effects)))
        }
        ("PUT", [id]) => {
            let body = super::body(call)?;
            let sent = read(&body)?;
            let Some((key, _)) = find(company, id) else {
                return Err(Refusal::not_found("customer"));
            };
            if key != (sent.identification.clone(), sent.branch) {
                return Err(Refusal::one(
                    400,
                    Trouble::new("non_editable", "The identification can't be changed")
                        .at("identification"),
                ));
            }
            Ok(Reply::json(200, &put(company, sent, now, effects)))
        }
        ("DELETE", [_]) => Err(Refusal::one(
            403,
            Trouble::new(
                "disabled_functionality",
                "This functionality is disabled for the company",
            ),
        )),
        _ => Err(Refusal::unknown(format!("{} {}", call.method, call.path))),
    }
}

fn find<'a>(company: &'a Company, id: &str) -> Option<((String, i64), &'a Customer)> {
    company
        .customers
        .iter()
        .find(|(_, customer)| customer.id == id)
        .map(|(key, customer)| (key.clone(), customer))
}

fn list(company: &Company, call: &Call) -> Result<Reply, Refusal> {
    only(
        call,
        &[
            "page",
            "page_size",
            "identification",
            "branch_office",
            "created_start",
            "created_end",
            "updated_start",
            "updated_end",
        ],
    )?;
    // Measured: sizes under ten are answered with ten.
    let page = Page::of(call, 10)?;
    let created = Between::of(call, "created")?;
    let updated = Between::of(call, "updated")?;
    let branch = call
        .query("branch_office")
        .and_then(|text| text.parse::<i64>().ok());
    let mut rows: Vec<&Customer> = match call.query("identification") {
        Some(identification) => company
            .customers
            .range((identification.to_owned(), i64::MIN)..=(identification.to_owned(), i64::MAX))
            .filter(|((_, office), _)| branch.is_none_or(|branch| branch == *office))
            .map(|(_, customer)| customer)
            .collect(),
        None => company
            .customers
            .iter()
            .filter(|((_, office), _)| branch.is_none_or(|branch| branch == *office))
            .map(|(_, customer)| customer)
            .collect(),
    };
    rows.retain(|one| created.has(one.created) && updated.has(one.updated));
    rows.sort_by_key(|one| std::cmp::Reverse(one.created));
    Ok(page.show(call, &rows, "_links", |one| one.document.clone()))
}

/// Keeps a customer and gives what is shown of it.
pub(crate) fn put(
    company: &mut Company,
    sent: Sent,
    now: DateTime<Utc>,
    effects: &mut Vec<EffectKind>,
) -> Value {
    let key = (sent.identification, sent.branch);
    let old = company
        .customers
        .get(&key)
        .map(|old| (old.id.clone(), old.created));
    let created = old.is_none();
    let (id, since) = old.unwrap_or_else(|| (company.guid(), now));
    let mut document = sent.document;
    document.insert("id".into(), id.clone().into());
    document.insert(
        "metadata".into(),
        json!({"created": super::stamp_time(since),
               "last_updated": if created { Value::Null } else { super::stamp_time(now).into() }}),
    );
    let document = Value::Object(document);
    effects.push(EffectKind::Customer {
        company: company.login.username.clone(),
        created,
        document: document.clone(),
    });
    company.customers.insert(
        key,
        Customer {
            id,
            active: sent.active,
            created: since,
            updated: now,
            document: document.clone(),
        },
    );
    document
}

/// Keeps a customer of before a restart.
pub(crate) fn restore(company: &mut Company, at: DateTime<Utc>, document: &Value) {
    let text = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
    let key = (
        text("identification"),
        document["branch_office"].as_i64().unwrap_or(0),
    );
    let created = company.customers.get(&key).map_or(at, |old| old.created);
    company.next_id += RESTORED;
    company.customers.insert(
        key,
        Customer {
            id: text("id"),
            active: document["active"].as_bool().unwrap_or(true),
            created,
            updated: at,
            document: document.clone(),
        },
    );
}

/// Checks a customer that was sent by itself.
fn read(body: &Value) -> Result<Sent, Refusal> {
    let mut troubles = Vec::new();
    let sent = Reader::new(body, "", &mut troubles)
        .as_mut()
        .and_then(check);
    match sent {
        Some(sent) if troubles.is_empty() => Ok(sent),
        _ => Err(Refusal {
            status: 400,
            troubles,
            retry_after: None,
        }),
    }
}

/// Checks a customer, by itself or inside an invoice.
pub(crate) fn check(reader: &mut Reader<'_>) -> Option<Sent> {
    reader.only(&FIELDS);
    let person = reader.required_text("person_type", 10);
    if person.is_some_and(|person| !["Person", "Company"].contains(&person)) {
        reader.wrong("invalid_type", "person_type", "Person or Company");
    }
    let id_type = reader.required_text("id_type", 10);
    let identification = reader.required_text("identification", 20);
    let kind = check_identification(reader, id_type, identification);
    let name = check_name(reader, person);
    let branch = reader.whole("branch_office").unwrap_or(0);
    if !(0..=999).contains(&branch) {
        reader.wrong("invalid_range", "branch_office", "0 to 999");
    }
    let active = reader.boolean("active").unwrap_or(true);
    let digit = reader.text("check_digit", 1);
    let commercial = reader.text("commercial_name", 100);
    let comments = reader.text("comments", 4000);
    let responsible = reader.boolean("vat_responsible").unwrap_or(false);
    let fiscal = check_fiscal(reader);
    reader.required("address");
    let address = reader.inside("address", check_address);
    let phones = check_phones(reader);
    let contacts = check_contacts(reader);
    if !reader.is_fine() {
        return None;
    }
    let (code, kind) = kind?;
    let identification = identification?.to_owned();
    let document = json!({
        "type": "Customer", "person_type": person?,
        "id_type": {"code": code, "name": kind}, "identification": identification,
        "check_digit": digit, "name": name?, "commercial_name": commercial,
        "branch_office": branch, "active": active, "vat_responsible": responsible,
        "fiscal_responsibilities": fiscal, "address": address?, "phones": phones?,
        "contacts": contacts?, "comments": comments,
    });
    Some(Sent {
        identification,
        branch,
        active,
        document: document.as_object().cloned()?,
    })
}

fn check_identification(
    reader: &mut Reader<'_>,
    id_type: Option<&str>,
    identification: Option<&str>,
) -> Option<(&'static str, &'static str)> {
    let (id_type, text) = (id_type?, identification?);
    let Some(kind) = ID_TYPES.iter().find(|(code, _)| *code == id_type) else {
        reader.wrong("invalid_reference", "id_type", "This type does not exist");
        return None;
    };
    let fits = if ["13", "31", "11"].contains(&id_type) {
        (3..=13).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    } else {
        (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if !fits {
        reader.wrong(
            "invalid_identification",
            "identification",
            "The identification does not fit its type",
        );
    }
    Some(*kind)
}

fn check_name(reader: &mut Reader<'_>, person: Option<&str>) -> Option<Value> {
    reader.required("name");
    let names = reader.list("name")?;
    let want = match person? {
        "Person" => 2,
        "Company" => 1,
        _ => return None,
    };
    let good = names.len() == want
        && names.iter().all(|name| {
            name.as_str()
                .is_some_and(|name| !name.trim().is_empty() && name.chars().count() <= 100)
        });
    if !good {
        reader.wrong(
            "invalid_name",
            "name",
            format!("The name must have {want} parts, none of them empty"),
        );
        return None;
    }
    Some(Value::Array(names.to_vec()))
}

fn check_fiscal(reader: &mut Reader<'_>) -> Value {
    let known = ["R-99-PN", "O-13", "O-15", "O-23", "O-47"];
    let codes = reader.each("fiscal_responsibilities", |one| {
        one.only(&["code", "name"]);
        let code = one.required_text("code", 10)?;
        if !known.contains(&code) {
            one.wrong(
                "invalid_reference",
                "code",
                "This responsibility does not exist",
            );
        }
        Some(json!({"code": code, "name": code}))
    });
    match codes {
        Some(codes) if !codes.is_empty() => Value::Array(codes),
        _ => json!([{"code": "R-99-PN", "name": "No responsable"}]),
    }
}

fn check_address(reader: &mut Reader<'_>) -> Option<Value> {
    reader.only(&["address", "city", "postal_code"]);
    let street = reader.required_text("address", 256);
    let postal = reader.text("postal_code", 10);
    reader.required("city");
    let city = reader.inside("city", |city| {
        city.only(&["country_code", "state_code", "city_code"]);
        let country = city.required_text("country_code", 3);
        let state = city.required_text("state_code", 5);
        let code = city.required_text("city_code", 10);
        let (country, state, code) = (country?, state?, code?);
        if !country.eq_ignore_ascii_case("co") {
            return Some(json!({"country_code": country, "state_code": state, "city_code": code}));
        }
        let Some((_, name)) = STATES.iter().find(|(known, _)| *known == state) else {
            city.wrong(
                "invalid_reference",
                "state_code",
                "This department does not exist",
            );
            return None;
        };
        let is_city = code.len() == 5
            && code.starts_with(state)
            && code.bytes().all(|byte| byte.is_ascii_digit())
            && !code.ends_with("000");
        if !is_city {
            city.wrong("invalid_reference", "city_code", "This city does not exist");
            return None;
        }
        Some(
            json!({"country_code": "Co", "country_name": "Colombia", "state_code": state,
                    "state_name": name, "city_code": code, "city_name": code}),
        )
    });
    Some(json!({"address": street?, "city": city?, "postal_code": postal}))
}

fn check_phones(reader: &mut Reader<'_>) -> Option<Value> {
    reader.some("phones");
    let phones = reader.each("phones", |phone| {
        phone.only(&["indicative", "number", "extension"]);
        let number = phone.required_text("number", 10)?;
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            phone.wrong("invalid_value", "number", "Digits only");
        }
        let indicative = phone.text("indicative", 10);
        let extension = phone.text("extension", 10);
        Some(json!({"indicative": indicative, "number": number, "extension": extension}))
    })?;
    Some(Value::Array(phones))
}

fn check_contacts(reader: &mut Reader<'_>) -> Option<Value> {
    reader.some("contacts");
    let contacts = reader.each("contacts", |contact| {
        contact.only(&["first_name", "last_name", "email", "phone"]);
        let first = contact.required_text("first_name", 50);
        let last = contact.text("last_name", 50);
        let email = contact.text("email", 100);
        if email.is_some_and(|email| !is_email(email)) {
            contact.wrong("invalid_email", "email", "This is not an e-mail address");
        }
        Some(json!({"first_name": first?, "last_name": last, "email": email}))
    })?;
    Some(Value::Array(contacts))
}

pub(crate) fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else {
        return false;
    };
    !name.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && text.is_ascii()
        && !text.contains([' ', ',', ';'])
}
