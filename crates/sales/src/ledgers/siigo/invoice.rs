//! Invoices: composed, sent once, searched for, and followed to the tax authority.

use super::client::{NAME, Siigo, Unmade};
use super::errors::{self, Kind};
use crate::draft::{Draft, DraftLine};
use crate::ledger::{Answer, FileKind, Issued, Refusal, Silence};
use crate::read::{self, Json, number};
use crate::{Error, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use puente_core::Cancel;
use puente_net::Lost;
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// Invoices asked for at a time.
const PAGE: i64 = 100;
/// Pages of one customer's invoices that are looked through.
const MOST_PAGES: i64 = 50;

/// Exactly what is sent for a draft. Pure.
///
/// # Errors
/// [`Error::Invalid`] for a number that can't be written exactly.
pub fn compose(draft: &Draft, marker: &str) -> Result<Value> {
    let mut body = json!({
        "document": { "id": draft.document_type },
        "date": draft.date,
        "customer": { "identification": draft.customer.identification, "branch_office": 0 },
        "seller": draft.seller,
        "observations": format!("{marker} {}", draft.observations),
        "items": draft.lines.iter().map(item).collect::<Result<Vec<_>>>()?,
        "stamp": { "send": draft.stamp },
        "mail": { "send": draft.mail },
    });
    if let Some(center) = draft.cost_center {
        body["cost_center"] = center.into();
    }
    let mut payments = Vec::with_capacity(draft.payments.len());
    for payment in &draft.payments {
        let mut one = json!({ "id": payment.id, "value": number("payment", payment.value)? });
        if let Some(day) = payment.due_date {
            one["due_date"] = json!(day);
        }
        payments.push(one);
    }
    body["payments"] = payments.into();
    Ok(body)
}

fn item(line: &DraftLine) -> Result<Value> {
    let price = if line.with_tax {
        "taxed_price"
    } else {
        "price"
    };
    let mut item = json!({
        "code": line.code,
        "quantity": number("quantity", line.quantity)?,
    });
    // Left out, SIIGO writes the product's own.
    if !line.description.is_empty() {
        item["description"] = json!(line.description);
    }
    item[price] = number("price", line.price)?.into();
    if let Some(id) = line.tax_id {
        item["taxes"] = json!([{ "id": id }]);
    }
    if let Some(id) = line.warehouse {
        item["warehouse"] = id.into();
    }
    Ok(item)
}

pub(super) fn send(siigo: &Siigo, key: &str, body: &str, cancel: &Cancel) -> Answer {
    let reply = match siigo.make("/v1/invoices", Some(key), body, cancel) {
        Ok(reply) => reply,
        Err(Unmade::Before(error)) => return not_sent(error),
        Err(Unmade::Lost(lost @ Lost::Unsent(_))) => return not_sent(lost.into()),
        Err(Unmade::Lost(lost @ (Lost::Unanswered(_) | Lost::Cancelled))) => {
            return Answer::Unknown(Error::from(lost).into());
        }
    };
    match errors::kind(&reply) {
        Kind::Good => match serde_json::from_str(&reply.text())
            .ok()
            .as_ref()
            .and_then(issued)
        {
            Some(found) => Answer::Accepted(Box::new(found)),
            None => Answer::Unknown(Silence::of(NAME, reply.status, read::beginning(&reply))),
        },
        Kind::Refused => Answer::Refused(errors::refusals_of(&reply)),
        Kind::Stop => Answer::Stop(first(errors::refusals_of(&reply))),
        Kind::Busy => Answer::NotNow {
            why: Silence::of(NAME, reply.status, errors::said(&reply)),
            wait: errors::wait(&reply, siigo.clock()),
        },
        Kind::Exists | Kind::Unknown => {
            Answer::Unknown(Silence::of(NAME, reply.status, errors::said(&reply)))
        }
    }
}

fn first(refusals: Vec<Refusal>) -> Refusal {
    refusals.into_iter().next().unwrap_or(Refusal {
        code: "unauthorized".to_owned(),
        field: String::new(),
        message: String::new(),
    })
}

/// Nothing left this machine.
fn not_sent(error: Error) -> Answer {
    if let Error::Login { said, .. } = error {
        return Answer::Stop(Refusal {
            code: "unauthorized".to_owned(),
            field: String::new(),
            message: said,
        });
    }
    let wait = if let Error::Busy { wait, .. } = error {
        wait
    } else {
        None
    };
    Answer::NotNow {
        why: error.into(),
        wait,
    }
}

pub(super) fn search(
    siigo: &Siigo,
    customer: &str,
    since: NaiveDate,
    marker: &str,
    cancel: &Cancel,
) -> Result<Vec<Issued>> {
    let filters = [
        ("customer_identification", customer.to_owned()),
        ("created_start", since.to_string()),
    ];
    let mut found = listed(siigo, &filters, cancel)?;
    found.retain(|invoice| invoice.observations.contains(marker));
    Ok(found)
}

pub(super) fn named(siigo: &Siigo, name: &str, cancel: &Cancel) -> Result<Option<Issued>> {
    let mut found = listed(siigo, &[("name", name.to_owned())], cancel)?;
    found.retain(|invoice| invoice.number.eq_ignore_ascii_case(name.trim()));
    Ok(found.into_iter().next())
}

fn listed(siigo: &Siigo, filters: &[(&str, String)], cancel: &Cancel) -> Result<Vec<Issued>> {
    let mut all = Vec::new();
    let mut seen = 0;
    for page in 1..=MOST_PAGES {
        let mut query = filters.to_vec();
        query.push(("page", page.to_string()));
        query.push(("page_size", PAGE.to_string()));
        let Some(answer) = siigo.find("/v1/invoices", &query, cancel)? else {
            break;
        };
        let results = answer.list("results");
        seen += i64::try_from(results.len()).unwrap_or(i64::MAX);
        all.extend(results.iter().filter_map(issued));
        let total = answer.field("pagination").number("total_results");
        if results.is_empty() || total.is_some_and(|total| seen >= total) {
            break;
        }
    }
    Ok(all)
}

pub(super) fn get(siigo: &Siigo, id: &str, cancel: &Cancel) -> Result<Option<Issued>> {
    let found = siigo.find(&format!("/v1/invoices/{id}"), &[], cancel)?;
    match found {
        None => Ok(None),
        Some(value) => issued(&value)
            .map(Some)
            .ok_or_else(|| super::client::unreadable("an invoice without its id")),
    }
}

/// An invoice, if what was answered is one.
fn issued(value: &Value) -> Option<Issued> {
    let id = value.text("id");
    let date = read::day(&value.text("date"))?;
    if id.is_empty() {
        return None;
    }
    let mut number = value.text("name");
    if number.is_empty() {
        number = format!("{}{}", value.text("prefix"), value.text("number"));
    }
    // Measured: an invoice that never went to the tax authority has no `stamp` at all.
    let stamp = value.field("stamp");
    Some(Issued {
        id,
        number,
        date,
        customer: value.field("customer").text("identification"),
        total: value.decimal("total").unwrap_or(Decimal::ZERO),
        observations: value.text("observations"),
        stamp: stamp.text("status"),
        cufe: stamp.text("cufe"),
        public_url: value.text("public_url"),
        annulled: value.flag("annulled").unwrap_or(false),
    })
}

pub(super) fn stamp_errors(siigo: &Siigo, id: &str, cancel: &Cancel) -> Result<Vec<String>> {
    let path = format!("/v1/invoices/{id}/stamp/errors");
    let Some(answer) = siigo.find(&path, &[], cancel)? else {
        return Ok(Vec::new());
    };
    let errors = answer.list("errors").iter();
    Ok(errors.map(|error| error.text("message")).collect())
}

pub(super) fn file(
    siigo: &Siigo,
    id: &str,
    kind: FileKind,
    cancel: &Cancel,
) -> Result<Option<Vec<u8>>> {
    let kind = match kind {
        FileKind::Pdf => "pdf",
        FileKind::Xml => "xml",
    };
    let path = format!("/v1/invoices/{id}/{kind}");
    let Some(answer) = siigo.find(&path, &[], cancel)? else {
        return Ok(None);
    };
    let text = answer.text("base64");
    if text.is_empty() {
        return Ok(None);
    }
    STANDARD
        .decode(text.as_bytes())
        .map(Some)
        .map_err(|error| super::client::unreadable(&error.to_string()))
}
