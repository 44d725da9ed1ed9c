//! Solar: tokens and documents, over TLS.

use super::call::{Call, Reply};
use super::journal::{Effect, EffectKind};
use super::siigo::guid;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// What Solar does until it is told otherwise.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct SolarSwitches {
    /// Whether the answer with the token begins with a byte order mark.
    pub bom: bool,
    /// Minutes that a token lasts. How many it really does is not known.
    pub token_minutes: i64,
    /// Whether a net amount of nothing or less is refused, as it once was.
    pub positive_only: bool,
}

impl Default for SolarSwitches {
    fn default() -> Self {
        SolarSwitches {
            bom: true,
            token_minutes: 30,
            positive_only: false,
        }
    }
}

/// Who may enter.
#[derive(Debug, Clone, Serialize)]
pub struct SolarLogin {
    /// `usuario`.
    pub user: String,
    /// `clave`.
    pub password: String,
    /// `IdCliente`: six digits.
    pub client: String,
}

#[derive(Debug)]
pub(crate) struct Solar {
    pub(crate) login: SolarLogin,
    pub(crate) switches: SolarSwitches,
    tokens: HashMap<String, DateTime<Utc>>,
    documents: BTreeSet<String>,
    issued: u64,
}

/// Where its two resources are.
pub(crate) const BASE: &str = "/SolutionsRE_BackEnd/api";

impl Solar {
    pub(crate) fn new(login: SolarLogin) -> Self {
        Solar {
            login,
            switches: SolarSwitches::default(),
            tokens: HashMap::new(),
            documents: BTreeSet::new(),
            issued: 0,
        }
    }

    pub(crate) fn restore(&mut self, effect: &Effect) {
        if let EffectKind::SolarDocument { number, .. } = &effect.kind {
            self.documents.insert(number.clone());
        }
    }

    pub(crate) fn forget_tokens(&mut self) {
        self.tokens.clear();
    }

    pub(crate) fn answer(
        &mut self,
        call: &Call,
        now: DateTime<Utc>,
        effects: &mut Vec<EffectKind>,
    ) -> Reply {
        match (call.method.as_str(), call.path.strip_prefix(BASE)) {
            ("POST", Some("/autenticacion/obtenerTokenAcceso")) => self.token(call, now),
            ("POST", Some("/monitoring/informarVentas")) => self.report(call, now, effects),
            _ => Solar::fail(404),
        }
    }

    pub(crate) fn fail(status: u16) -> Reply {
        Reply::json(status, &messages(&["ERROR DEL SERVICIO".to_owned()]))
    }

    fn token(&mut self, call: &Call, now: DateTime<Utc>) -> Reply {
        let body = call.json().filter(|_| call.has_json());
        let Some(body) = body else {
            return Solar::fail(400);
        };
        if body["usuario"] != self.login.user.as_str()
            || body["clave"] != self.login.password.as_str()
        {
            return Reply::json(401, &messages(&["USUARIO O CLAVE INCORRECTOS".to_owned()]));
        }
        self.issued += 1;
        let token = format!(
            "ey{}",
            guid(&self.login.password, self.issued).replace('-', "")
        ) + &now.timestamp_micros().to_string();
        self.tokens.insert(
            token.clone(),
            now + TimeDelta::minutes(self.switches.token_minutes),
        );
        let mut reply = Reply::json(200, &json!({"token": token}));
        if self.switches.bom {
            reply.body.splice(0..0, "\u{feff}".bytes());
        }
        reply
    }

    fn report(&mut self, call: &Call, now: DateTime<Utc>, effects: &mut Vec<EffectKind>) -> Reply {
        let is_known = call
            .header("authorization")
            .and_then(|value| value.strip_prefix("Bearer "))
            .and_then(|token| self.tokens.get(token))
            .is_some_and(|until| *until > now);
        if !is_known {
            return Reply::json(401, &messages(&["TOKEN INVALIDO O VENCIDO".to_owned()]));
        }
        let Some(body) = call.json().filter(|_| call.has_json()) else {
            return Solar::fail(400);
        };
        let mut wrong = Vec::new();
        if body["IdCliente"] != self.login.client.as_str() {
            wrong.push("EL CLIENTE NO EXISTE".to_owned());
        }
        let documents = body["Comprobantes"].as_array().cloned().unwrap_or_default();
        if documents.is_empty() {
            wrong.push("DEBE INFORMAR AL MENOS UN COMPROBANTE".to_owned());
        }
        let mut numbers = Vec::new();
        for document in &documents {
            check(document, self.switches.positive_only, &mut wrong);
            let number = number_of(document);
            if self.documents.contains(&number) || numbers.contains(&number) {
                wrong.push(format!(
                    "EL COMPROBANTE {} YA ESTA REGISTRADO",
                    echo(document)
                ));
            }
            numbers.push(number);
        }
        // One bad document fails the whole batch.
        if !wrong.is_empty() {
            return Reply::json(422, &messages(&wrong));
        }
        for (number, document) in numbers.into_iter().zip(documents) {
            effects.push(EffectKind::SolarDocument {
                client: self.login.client.clone(),
                number: number.clone(),
                document,
            });
            self.documents.insert(number);
        }
        Reply::json(201, &messages(&["COMPROBANTES REGISTRADOS".to_owned()]))
    }
}

fn messages(texts: &[String]) -> Value {
    let texts: Vec<Value> = texts.iter().map(|text| json!({"mensaje": text})).collect();
    json!({"Mensajes": texts})
}

fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value[field].as_str().filter(|text| !text.is_empty())
}

fn number_of(document: &Value) -> String {
    ["IdComprobante", "PtoVenta", "NroComprobante"]
        .map(|field| text(document, field).unwrap_or_default())
        .join(" ")
}

/// As the server writes a document's number: with the letter, and without the leading digits.
fn echo(document: &Value) -> String {
    let kind = match text(document, "IdComprobante") {
        Some("001") => "FACA",
        Some("006") => "FACB",
        Some("003") => "NCA",
        Some("008") => "NCB",
        _ => "COMP",
    };
    let number = text(document, "NroComprobante").unwrap_or_default();
    let short: String = number.chars().skip(4).collect();
    format!(
        "{kind} {}-{short}",
        text(document, "PtoVenta").unwrap_or_default()
    )
}

fn amount(value: &Value, field: &str) -> Option<Decimal> {
    text(value, field)?.parse().ok()
}

/// Every value is a text; dates are dd-mm-yyyy.
fn check(document: &Value, positive_only: bool, wrong: &mut Vec<String>) {
    let mut need = |is_fine: bool, what: &str| {
        if !is_fine {
            wrong.push(format!("{what} INVALIDO"));
        }
    };
    let date = text(document, "Fecha").filter(|text| text.len() == 10);
    need(
        date.is_some_and(|text| NaiveDate::parse_from_str(text, "%d-%m-%Y").is_ok()),
        "FECHA",
    );
    let hour = text(document, "Hora");
    need(
        hour.is_some_and(|text| NaiveTime::parse_from_str(text, "%H:%M:%S").is_ok()),
        "HORA",
    );
    let kind = text(document, "IdComprobante");
    need(
        kind.is_some_and(|kind| ["001", "003", "006", "008"].contains(&kind)),
        "IDCOMPROBANTE",
    );
    let digits = |field: &str, count: usize| {
        text(document, field)
            .is_some_and(|text| text.len() == count && text.bytes().all(|b| b.is_ascii_digit()))
    };
    need(digits("PtoVenta", 4), "PTOVENTA");
    need(digits("NroComprobante", 12), "NROCOMPROBANTE");
    let lines = document["Detalles"].as_array().cloned().unwrap_or_default();
    let payments = document["Pagos"].as_array().cloned().unwrap_or_default();
    need(!lines.is_empty(), "DETALLES");
    need(payments.len() == 1, "PAGOS");
    let mut total = Decimal::ZERO;
    for line in &lines {
        need(text(line, "DescripcionItem").is_some(), "DESCRIPCIONITEM");
        need(amount(line, "Cantidad").is_some(), "CANTIDAD");
        for field in ["Alicuota", "Rubro"] {
            need(
                line[field].is_null() || amount(line, field).is_some(),
                field,
            );
        }
        let (net, taxes) = (
            amount(line, "ImporteNeto"),
            amount(line, "ImporteImpuestos"),
        );
        need(taxes.is_some(), "IMPORTEIMPUESTOS");
        need(
            net.is_some_and(|net| !positive_only || net > Decimal::ZERO),
            "IMPORTENETO",
        );
        total += net.unwrap_or_default() + taxes.unwrap_or_default();
    }
    for payment in &payments {
        need(text(payment, "MedioPago").is_some(), "MEDIOPAGO");
        need(amount(payment, "Importe") == Some(total), "IMPORTE");
    }
}
