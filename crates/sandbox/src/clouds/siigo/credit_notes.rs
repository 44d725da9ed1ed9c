//! `/v1/credit-notes`, as far as an invoice is undone by them.

use super::company::{Company, KeyUse, RESTORED};
use super::paging::{Between, Page, only};
use super::refusal::{Reader, Refusal, Trouble, decimal};
use crate::clouds::call::{Call, Reply};
use crate::clouds::journal::EffectKind;
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

pub(crate) fn answer(
    company: &mut Company,
    call: &Call,
    rest: &[&str],
    now: DateTime<Utc>,
    effects: &mut Vec<EffectKind>,
) -> Result<Reply, Refusal> {
    match (call.method.as_str(), rest) {
        ("POST", []) => create(company, call, now, effects),
        ("GET", []) => {
            only(
                call,
                &[
                    "page",
                    "page_size",
                    "created_start",
                    "created_end",
                    "customer_identification",
                ],
            )?;
            let created = Between::of(call, "created")?;
            let rows: Vec<&Value> = company
                .credit_notes
                .iter()
                .rev()
                .map(|(_, note)| note)
                .filter(|note| {
                    note["metadata"]["created"]
                        .as_str()
                        .and_then(|text| text.parse::<DateTime<Utc>>().ok())
                        .is_none_or(|at| created.has(at))
                })
                .filter(|note| {
                    call.query("customer_identification").is_none_or(|asked| {
                        note["customer"]["identification"].as_str() == Some(asked)
                    })
                })
                .collect();
            Ok(Page::of(call, 1)?.show(call, &rows, "_links", |note| (*note).clone()))
        }
        ("GET", [id]) => company
            .credit_notes
            .iter()
            .find(|(known, _)| known == id)
            .map(|(_, note)| Reply::json(200, note))
            .ok_or_else(|| Refusal::not_found("credit note")),
        _ => Err(Refusal::unknown(format!("{} {}", call.method, call.path))),
    }
}

fn create(
    company: &mut Company,
    call: &Call,
    now: DateTime<Utc>,
    effects: &mut Vec<EffectKind>,
) -> Result<Reply, Refusal> {
    let body = super::body(call)?;
    let key = call.header("idempotency-key").map(str::to_owned);
    match key.as_ref().and_then(|key| company.keys.get(key)) {
        Some(KeyUse::Burned) => {
            return Err(Refusal::one(
                500,
                Trouble::new("unhandled_error", "An unexpected error occurred"),
            ));
        }
        Some(KeyUse::Made { id, .. }) => {
            let note = company.credit_notes.iter().find(|(known, _)| known == id);
            if let Some((_, note)) = note {
                return Ok(Reply::json(201, note));
            }
        }
        None => {}
    }
    let mut troubles = Vec::new();
    let document = Reader::new(&body, "", &mut troubles)
        .as_mut()
        .and_then(|reader| check(company, reader, super::today(now)));
    let Some(mut document) = document.filter(|_| troubles.is_empty()) else {
        return Err(Refusal {
            status: 400,
            troubles,
            retry_after: None,
        });
    };
    document["id"] = company.guid().into();
    let count = company.credit_notes.len() + 1;
    document["number"] = count.into();
    document["name"] = format!("NC-1-{count}").into();
    document["metadata"] = json!({"created": super::stamp_time(now), "last_updated": null});
    keep(company, key.as_deref(), &document, &body);
    effects.push(EffectKind::CreditNote {
        company: company.login.username.clone(),
        key,
        document: document.clone(),
    });
    Ok(Reply::json(201, &document))
}

/// Puts a credit note into the books, now or as it was before a restart.
pub(crate) fn keep(company: &mut Company, key: Option<&str>, document: &Value, body: &Value) {
    let id = document["id"].as_str().unwrap_or_default().to_owned();
    if let Some(key) = key {
        let made = KeyUse::Made {
            id: id.clone(),
            body: body.clone(),
        };
        company.keys.insert(key.to_owned(), made);
    }
    let invoice = document["invoice"]["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    if let Some(invoice) = company.invoice_mut(&invoice) {
        invoice.has_credit_note = true;
    }
    company.next_id += RESTORED;
    company.credit_notes.push((id, document.clone()));
}

fn check(company: &Company, reader: &mut Reader<'_>, today: NaiveDate) -> Option<Value> {
    reader.only(&[
        "document",
        "number",
        "date",
        "invoice",
        "reason",
        "items",
        "payments",
        "observations",
        "cost_center",
        "seller",
        "stamp",
        "mail",
    ]);
    reader.required("document");
    let document = reader.inside("document", |document| {
        document.only(&["id"]);
        document.required_whole("id")
    });
    let fits = |id: i64| {
        company
            .catalogs
            .documents
            .get(&id)
            .is_some_and(|document| document.kind == "NC" && document.active)
    };
    if document.is_some_and(|id| !fits(id)) {
        reader.wrong(
            "invalid_document",
            "document.id",
            "This is not a credit note's type",
        );
    }
    let date = reader.required_text("date", 10);
    if let Some(text) = date {
        match text.parse::<NaiveDate>() {
            Ok(date) if date != today => {
                reader.wrong(
                    "invalid_date",
                    "date",
                    "An electronic document is dated today",
                );
            }
            Ok(_) => {}
            Err(_) => reader.wrong("invalid_date", "date", "The date is not yyyy-MM-dd"),
        }
    }
    let invoice_id = reader.required_text("invoice", 36);
    let invoice = invoice_id
        .and_then(|id| company.invoice(id))
        .filter(|invoice| !invoice.deleted && !invoice.annulled);
    if invoice.is_none() && invoice_id.is_some() {
        reader.wrong(
            "invalid_reference",
            "invoice",
            "This invoice does not exist",
        );
    }
    let reason = reader.required_whole("reason");
    reader.required("items");
    let items = reader
        .list("items")
        .filter(|items| !items.is_empty())
        .map(<[Value]>::to_vec);
    if items.is_none() {
        reader.wrong("parameter_required", "items", "At least one item");
    }
    reader.required("payments");
    let payments = reader.list("payments").map(<[Value]>::to_vec);
    let paid: Decimal = payments
        .iter()
        .flatten()
        .filter_map(|payment| decimal(&payment["value"]))
        .sum();
    if let Some(invoice) = invoice
        && (paid.is_zero() || paid > invoice.total)
    {
        reader.wrong(
            "invalid_total_payments",
            "payments",
            format!("At most the invoice's total, {}", invoice.total.normalize()),
        );
    }
    let observations = reader.text("observations", 4000);
    reader.is_fine().then_some(())?;
    let invoice = invoice?;
    Some(json!({
        "document": {"id": document?}, "date": date?,
        "invoice": {"id": invoice.id, "name": invoice.name}, "reason": reason?,
        "customer": {"identification": invoice.customer, "branch_office": invoice.branch},
        "items": items?, "payments": payments?, "observations": observations,
        "total": super::refusal::number(paid),
    }))
}
