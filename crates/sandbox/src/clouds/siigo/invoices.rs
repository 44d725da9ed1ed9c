//! `/v1/invoices`.

use super::company::{Company, KeyUse};
use super::draft::{self, Buyer, Draft, Ground, conflict};
use super::invoice::{Invoice, Stamp};
use super::paging::{Between, Page, only};
use super::refusal::{Refusal, Trouble, number};
use super::{Switches, customers};
use crate::clouds::call::{Call, Reply};
use crate::clouds::journal::{EffectKind, InvoiceEffect};
use base64::Engine as _;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

pub(crate) fn answer(
    company: &mut Company,
    call: &Call,
    rest: &[&str],
    switches: &Switches,
    now: DateTime<Utc>,
    effects: &mut Vec<EffectKind>,
) -> Result<Reply, Refusal> {
    let after = TimeDelta::seconds(switches.dian_seconds);
    match (call.method.as_str(), rest) {
        ("POST", []) => create(company, call, switches, now, effects),
        ("GET", []) => {
            for invoice in &mut company.invoices {
                invoice.ripen(now, &switches.dian, after);
            }
            list(company, call)
        }
        (method, [id, more @ ..]) => {
            if let Some(invoice) = company.invoice_mut(id) {
                invoice.ripen(now, &switches.dian, after);
            }
            match (method, more) {
                ("GET", []) => Ok(Reply::json(200, &found(company, id)?.show())),
                ("GET", ["stamp", "errors"]) => stamp_errors(company, id),
                ("GET", ["pdf"]) => file(company, id, "pdf"),
                ("GET", ["xml"]) => file(company, id, "xml"),
                ("POST", ["mail"]) => mail(company, call, id),
                ("POST", ["annul"]) => remove(company, id, "annulled", now, effects),
                ("DELETE", []) => remove(company, id, "deleted", now, effects),
                _ => Err(Refusal::unknown(format!("{method} {}", call.path))),
            }
        }
        _ => Err(Refusal::unknown(format!("{} {}", call.method, call.path))),
    }
}

fn found<'a>(company: &'a Company, id: &str) -> Result<&'a Invoice, Refusal> {
    company
        .invoice(id)
        .filter(|invoice| !invoice.deleted)
        .ok_or_else(|| Refusal::not_found("invoice"))
}

fn create(
    company: &mut Company,
    call: &Call,
    switches: &Switches,
    now: DateTime<Utc>,
    effects: &mut Vec<EffectKind>,
) -> Result<Reply, Refusal> {
    let body = super::body(call)?;
    let key = call.header("idempotency-key").map(str::to_owned);
    if let Some(reply) = replay(company, key.as_deref(), &body, effects)? {
        return Ok(reply);
    }
    let is_twin = |invoice: &&Invoice| {
        switches
            .twins_within_seconds
            .is_some_and(|seconds| now - invoice.created < TimeDelta::seconds(seconds))
    };
    if key.is_none()
        && company
            .invoices
            .iter()
            .rev()
            .take_while(is_twin)
            .any(|invoice| is_same_sale(invoice, &body))
    {
        return Err(conflict(
            "duplicated_document",
            "The document was sent already",
        ));
    }
    let ground = Ground {
        today: super::today(now),
        halves: switches.halves,
        commas: switches.commas,
    };
    let draft = draft::check(company, &body, ground)?;
    let effect = make(company, draft, key, body, now, effects);
    company.keep_invoice(now, &effect);
    let shown = company.invoice(&effect.id).map(Invoice::show);
    effects.push(EffectKind::Invoice(Box::new(effect)));
    Ok(Reply::json(201, &shown.unwrap_or(Value::Null)))
}

/// Whether a request says the same as the one that an invoice was made of.
fn is_same_sale(invoice: &Invoice, body: &Value) -> bool {
    let items = |value: &Value| -> Vec<Value> {
        value["items"]
            .as_array()
            .map(|items| {
                items
                    .iter()
                    .map(|item| json!([item["code"], item["quantity"]]))
                    .collect()
            })
            .unwrap_or_default()
    };
    invoice.document["customer"]["identification"] == body["customer"]["identification"]
        && items(&invoice.document) == items(body)
}

/// What a key that was used before gets, whatever the body is now.
fn replay(
    company: &Company,
    key: Option<&str>,
    body: &Value,
    effects: &mut Vec<EffectKind>,
) -> Result<Option<Reply>, Refusal> {
    let Some(key) = key else { return Ok(None) };
    match company.keys.get(key) {
        None => Ok(None),
        Some(KeyUse::Burned) => Err(Refusal::one(
            500,
            Trouble::new("unhandled_error", "An unexpected error occurred"),
        )),
        Some(KeyUse::Made { id, body: first }) => {
            effects.push(EffectKind::Replayed {
                company: company.login.username.clone(),
                key: key.to_owned(),
                id: id.clone(),
                other_body: first != body,
            });
            Ok(company
                .invoice(id)
                .map(|invoice| Reply::json(201, &invoice.show())))
        }
    }
}

fn make(
    company: &mut Company,
    draft: Draft,
    key: Option<String>,
    request: Value,
    now: DateTime<Utc>,
    effects: &mut Vec<EffectKind>,
) -> InvoiceEffect {
    let (identification, branch) = match draft.buyer {
        Buyer::Known(identification, branch) => (identification, branch),
        Buyer::New(sent) => {
            let key = (sent.identification.clone(), sent.branch);
            customers::put(company, *sent, now, effects);
            key
        }
    };
    let customer_id = company
        .customers
        .get(&(identification.clone(), branch))
        .map(|customer| customer.id.clone());
    let id = company.guid();
    let count = draft.number.unwrap_or(draft.document.consecutive);
    let name = format!("FV-{}-{count}", draft.document.code);
    let items: Vec<Value> = draft
        .lines
        .iter()
        .map(|line| line.show(&company.guid()))
        .collect();
    let payments: Vec<Value> = draft
        .payments
        .iter()
        .map(|payment| {
            let kind = company.catalogs.payments.get(&payment.id);
            let mut shown = json!({"id": payment.id, "name": kind.map(|kind| kind.name),
                                   "value": number(payment.value)});
            if let Some(due) = payment.due {
                shown["due_date"] = due.to_string().into();
            }
            shown
        })
        .collect();
    let on_credit = draft.payments.iter().any(|payment| payment.due.is_some());
    let mut document = json!({
        "id": id, "document": {"id": draft.document.id}, "number": count, "name": name,
        "date": draft.date.to_string(),
        "customer": {"id": customer_id, "identification": identification,
                     "branch_office": branch},
        "seller": draft.seller, "total": number(draft.total),
        "balance": if on_credit { number(draft.total) } else { 0.into() },
        "items": items, "payments": payments,
        "mail": {"status": if draft.mail { "sent" } else { "not_sent" },
                 "observations": ""},
    });
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            document[name] = value;
        }
    };
    put(
        "prefix",
        (!draft.document.prefix.is_empty()).then(|| draft.document.prefix.into()),
    );
    put("cost_center", draft.cost_center.map(Value::from));
    put("currency", draft.currency);
    put("observations", draft.observations.clone().map(Value::from));
    put(
        "additional_fields",
        draft
            .purchase_order
            .map(|order| json!({"purchase_order": order})),
    );
    InvoiceEffect {
        company: company.login.username.clone(),
        id,
        name,
        key,
        customer: identification,
        total: draft.total,
        observations: draft.observations,
        document,
        request,
    }
}

const FILTERS: [&str; 12] = [
    "page",
    "page_size",
    "created_start",
    "created_end",
    "updated_start",
    "updated_end",
    "date_start",
    "date_end",
    "name",
    "customer_identification",
    "customer_branch_office",
    "document_id",
];

fn list(company: &Company, call: &Call) -> Result<Reply, Refusal> {
    only(call, &FILTERS)?;
    let page = Page::of(call, 1)?;
    let created = Between::of(call, "created")?;
    let updated = Between::of(call, "updated")?;
    let date = Between::of(call, "date")?;
    let is = |name: &str, value: &str| call.query(name).is_none_or(|asked| asked == value);
    let rows: Vec<&Invoice> = company
        .invoices
        .iter()
        .rev()
        .filter(|one| !one.deleted)
        .filter(|one| created.has(one.created) && updated.has(one.updated))
        .filter(|one| date.has_day(one.date))
        .filter(|one| is("name", &one.name))
        .filter(|one| is("customer_identification", &one.customer))
        .filter(|one| is("customer_branch_office", &one.branch.to_string()))
        .filter(|one| is("document_id", &one.document_id.to_string()))
        .collect();
    Ok(page.show(call, &rows, "__links", |one| one.show()))
}

fn stamp_errors(company: &Company, id: &str) -> Result<Reply, Refusal> {
    let invoice = found(company, id)?;
    let errors: Vec<Value> = match &invoice.stamp {
        Stamp::Rejected(reasons) => reasons
            .iter()
            .map(|reason| json!({"message": reason}))
            .collect(),
        Stamp::None | Stamp::Draft | Stamp::Accepted => Vec::new(),
    };
    Ok(Reply::json(200, &json!({"id": id, "errors": errors})))
}

fn file(company: &Company, id: &str, kind: &str) -> Result<Reply, Refusal> {
    let invoice = found(company, id)?;
    let is_accepted = invoice.stamp == Stamp::Accepted;
    if kind == "xml" && !is_accepted {
        return Err(Refusal::one(
            400,
            Trouble::new(
                "invalid_document",
                "The document was not accepted by the DIAN",
            ),
        ));
    }
    let content = if kind == "pdf" {
        pdf(&format!(
            "{} {} {}",
            invoice.name, invoice.customer, invoice.total
        ))
    } else {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Invoice><ID>{}</ID><UUID>{}</UUID><PayableAmount currencyID=\"COP\">{}</PayableAmount></Invoice>",
            invoice.name,
            invoice.cufe(),
            invoice.total
        )
    };
    let mut body = json!({
        "id": id, "base64": base64::engine::general_purpose::STANDARD.encode(content),
    });
    if is_accepted {
        body["cufe"] = invoice.cufe().into();
    }
    Ok(Reply::json(200, &body))
}

/// The smallest file that readers open: one page with one line.
fn pdf(line: &str) -> String {
    let clean: String = line
        .chars()
        .filter(|letter| letter.is_ascii() && !['(', ')', '\\'].contains(letter))
        .collect();
    let text = format!("BT /F1 12 Tf 40 760 Td ({clean}) Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>stream\n{text}\nendstream", text.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut table = String::new();
    for (place, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", place + 1));
    }
    let start = file.len();
    file.push_str(&format!(
        "xref\n0 6\n0000000000 65535 f \n{table}trailer<</Size 6/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    ));
    file
}

fn mail(company: &Company, call: &Call, id: &str) -> Result<Reply, Refusal> {
    found(company, id)?;
    let body = super::body(call)?;
    let to = body["mail_to"].as_str().unwrap_or_default();
    let copies: Vec<&str> = body["copy_to"]
        .as_str()
        .map(|text| text.split(';').map(str::trim).collect())
        .unwrap_or_default();
    if copies.len() > 5
        || !copies
            .iter()
            .chain([&to])
            .all(|one| customers::is_email(one))
    {
        return Err(Refusal::one(
            400,
            Trouble::new("invalid_email", "An address is not valid").at("mail_to"),
        ));
    }
    Ok(Reply::json(
        200,
        &json!({"status": "sent", "observations": ""}),
    ))
}

fn remove(
    company: &mut Company,
    id: &str,
    how: &str,
    now: DateTime<Utc>,
    effects: &mut Vec<EffectKind>,
) -> Result<Reply, Refusal> {
    let name = company.login.username.clone();
    let invoice = company
        .invoice_mut(id)
        .filter(|invoice| !invoice.deleted)
        .ok_or_else(|| Refusal::not_found("invoice"))?;
    if !invoice.is_free() {
        return Err(Refusal::one(
            400,
            Trouble::new(
                if how == "deleted" {
                    "delete_not_allowed"
                } else {
                    "update_not_allowed"
                },
                "The document is with the DIAN, or other documents refer to it",
            ),
        ));
    }
    mark_removed(invoice, how, now);
    effects.push(EffectKind::InvoiceRemoved {
        company: name,
        id: id.to_owned(),
        how: how.to_owned(),
    });
    let flag = if how == "deleted" { "deleted" } else { "Annul" };
    let mut body = json!({"id": id});
    body[flag] = true.into();
    Ok(Reply::json(200, &body))
}

/// Takes an invoice out of the books, now or as it was before a restart.
pub(crate) fn mark_removed(invoice: &mut Invoice, how: &str, at: DateTime<Utc>) {
    match how {
        "deleted" => invoice.deleted = true,
        _ => invoice.annulled = true,
    }
    invoice.updated = at;
}
