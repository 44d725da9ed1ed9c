//! A document as Solar wants it: every value is a text.

use super::client::{Solar, Untold, messages, said};
use super::{NAME, Settings};
use crate::draft::{Draft, DraftLine, Report};
use crate::ledger::{Answer, Issued, Refusal, Silence};
use crate::read::Json;
use crate::{Error, Result};
use chrono::NaiveDate;
use puente_core::Cancel;
use puente_net::{Lost, Reply};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// How Solar says that it has a document.
const ALREADY: &str = "YA ESTA REGISTRADO";

/// What tells a document of a client from all others.
pub(super) fn identity(report: &Report) -> String {
    format!("{} {} {}", report.code, report.point, report.number)
}

/// Exactly what is sent for a draft.
///
/// # Errors
/// [`Error::Invalid`] for a draft that is no report of a document.
pub fn compose(draft: &Draft, settings: &Settings) -> Result<Value> {
    let report = draft
        .report
        .as_ref()
        .ok_or_else(|| Error::invalid("document", "none"))?;
    let lines: Vec<Value> = draft.lines.iter().map(line).collect();
    Ok(json!({
        "IdCliente": settings.client,
        "Comprobantes": [{
            "Fecha": draft.date.format("%d-%m-%Y").to_string(),
            "Hora": report.hour,
            "IdComprobante": report.code,
            "PtoVenta": report.point,
            "NroComprobante": report.number,
            "Detalles": lines,
            "Pagos": [{ "MedioPago": report.method, "Importe": money(draft.total) }],
        }],
    }))
}

fn line(line: &DraftLine) -> Value {
    let mut value = json!({
        "DescripcionItem": line.description,
        "Cantidad": line.quantity.normalize().to_string(),
        "ImporteNeto": money(line.base),
        "ImporteImpuestos": money(line.tax),
    });
    // Both came later, and may be left out.
    if line.tax_id.is_some() {
        value["Alicuota"] = json!(line.tax_rate.normalize().to_string());
    }
    if !line.group.is_empty() {
        value["Rubro"] = json!(line.group);
    }
    value
}

/// Two decimals, always.
fn money(amount: Decimal) -> String {
    let mut amount = amount;
    amount.rescale(2);
    amount.to_string()
}

/// Sends a document.
pub(super) fn send(solar: &Solar, body: &str, cancel: &Cancel) -> Answer {
    match solar.tell("/monitoring/informarVentas", body, cancel) {
        Ok(reply) => answer(&reply, body),
        Err(Untold::Before(Error::Login { said, .. })) => Answer::Stop(refusal(401, said)),
        Err(Untold::Before(error)) => Answer::NotNow {
            why: error.into(),
            wait: None,
        },
        Err(Untold::Lost(lost @ Lost::Unsent(_))) => Answer::NotNow {
            why: Error::from(lost).into(),
            wait: None,
        },
        Err(Untold::Lost(lost @ (Lost::Unanswered(_) | Lost::Cancelled))) => {
            Answer::Unknown(Error::from(lost).into())
        }
    }
}

fn answer(reply: &Reply, body: &str) -> Answer {
    let told = messages(reply);
    let issued = || issued(body).map(Box::new);
    let already = |text: &String| text.to_uppercase().contains(ALREADY);
    match (reply.status, issued()) {
        // Any other good status is not Solar's.
        (201, Some(issued)) => Answer::Accepted(issued),
        // The request has one document: whatever else it says, this is said of it.
        (400..500, Some(issued)) if told.iter().any(already) => Answer::There(issued),
        (400 | 422, _) if !told.is_empty() => Answer::Refused(
            told.into_iter()
                .map(|text| refusal(reply.status, text))
                .collect(),
        ),
        (401 | 403, _) => Answer::Stop(refusal(reply.status, said(reply))),
        (429, _) => Answer::NotNow {
            why: Silence::of(NAME, 429, said(reply)),
            wait: reply
                .header("retry-after")
                .and_then(|text| text.trim().parse().ok()),
        },
        (status, _) => Answer::Unknown(Silence::of(NAME, status, said(reply))),
    }
}

fn refusal(status: u16, message: String) -> Refusal {
    Refusal {
        code: format!("solar_{status}"),
        field: String::new(),
        message,
    }
}

/// The document of a body, as it is in Solar once it is there.
fn issued(body: &str) -> Option<Issued> {
    let body: Value = serde_json::from_str(body).ok()?;
    let document = body.list("Comprobantes").first()?;
    let part = |name: &str| document.text(name);
    let report = Report {
        code: part("IdComprobante"),
        point: part("PtoVenta"),
        number: part("NroComprobante"),
        hour: part("Hora"),
        method: String::new(),
    };
    let total = document.list("Pagos").first()?.decimal("Importe")?;
    Some(Issued {
        id: identity(&report),
        number: format!("{}-{}-{}", report.code, report.point, report.number),
        date: NaiveDate::parse_from_str(&part("Fecha"), "%d-%m-%Y").ok()?,
        customer: String::new(),
        total,
        observations: identity(&report),
        stamp: String::new(),
        cufe: String::new(),
        public_url: String::new(),
        annulled: false,
    })
}
