//! What SIIGO's answers mean. Its errors come with their names in either case, and some come with 200.

use crate::ledger::Refusal;
use crate::read::{self, Json};
use puente_core::Clock;
use puente_net::Reply;
use rust_decimal::Decimal;
use serde_json::Value;

/// What an answer means for whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Done.
    Good,
    /// Not done, and never will be as it stands.
    Refused,
    /// The credentials, rights or headers are wrong.
    Stop,
    /// Not done: too many requests.
    Busy,
    /// It says that it is there already.
    Exists,
    /// It may be done or not.
    Unknown,
}

/// Errors that say nothing of what became of the request.
const UNKNOWN: [&str; 8] = [
    "unhandled_error",
    "request_timeout",
    "service_unavailable",
    "documents_service",
    "payment_types_service",
    "entry_service",
    "general_service",
    "internal_server_error",
];
/// Errors of the account and not of the document.
const STOP: [&str; 5] = [
    "header_required",
    "invalid_partner_id",
    "unauthorized",
    "disabled_functionality",
    "invalid_plan_type",
];

/// Every code that has a text of ours: the reference's list, and those met besides.
pub fn known_codes() -> &'static [&'static str] {
    &CODES
}

const CODES: [&str; 64] = [
    "already_exists",
    "blocked_transactions",
    "company_settings",
    "customer_settings",
    "date_settings",
    "delete_not_allowed",
    "disabled_functionality",
    "document_settings",
    "documents_service",
    "duplicated_document",
    "entry_service",
    "general_service",
    "header_required",
    "invalid_account",
    "invalid_amount",
    "invalid_array",
    "invalid_balance",
    "invalid_code",
    "invalid_cost_center",
    "invalid_currency",
    "invalid_date",
    "invalid_date_range",
    "invalid_description",
    "invalid_dian_resolution",
    "invalid_document",
    "invalid_email",
    "invalid_idempotency_key",
    "invalid_identification",
    "invalid_name",
    "invalid_partner_id",
    "invalid_payment",
    "invalid_plan_type",
    "invalid_range",
    "invalid_reference",
    "invalid_retentions",
    "invalid_total_payments",
    "invalid_type",
    "invalid_url",
    "invalid_value",
    "length_max",
    "length_min",
    "non_editable",
    "not_found",
    "parameter_empty",
    "parameter_inactive",
    "parameter_not_allowed",
    "parameter_required",
    "parameters_exclusive",
    "payment_types_service",
    "product_settings",
    "request_timeout",
    "requests_limit",
    "service_unavailable",
    "unauthorized",
    "unhandled_error",
    "update_not_allowed",
    "values_limit",
    "warehouse_settings",
    "customer_inactive",
    "no_answer",
    "other_invoice",
    "stamp_rejected",
    "http_400",
    "unreadable",
];

/// The errors of an answer's body, in either case.
pub(super) fn refusals(body: &Value) -> Vec<Refusal> {
    let either = |value: &Value, upper: &str| -> Value {
        match value.get(upper) {
            Some(found) => found.clone(),
            None => value.field(&upper.to_lowercase()).clone(),
        }
    };
    let text = |value: &Value, name: &str| match either(value, name) {
        Value::String(text) => text,
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            either(value, name).to_string()
        }
    };
    let list = either(body, "Errors");
    let found = list.as_array().map_or(&[][..], Vec::as_slice);
    found
        .iter()
        .map(|error| {
            let params = either(error, "Params");
            let first = params.as_array().and_then(|all| all.first());
            Refusal {
                code: text(error, "Code").replace("idempotency-key", "idempotency_key"),
                field: first.and_then(Value::as_str).unwrap_or_default().to_owned(),
                message: text(error, "Message"),
            }
        })
        .collect()
}

fn body(reply: &Reply) -> Option<Value> {
    serde_json::from_str(&reply.text()).ok()
}

/// The refusals of an answer; the status itself where the body names none.
pub(super) fn refusals_of(reply: &Reply) -> Vec<Refusal> {
    let found = body(reply).map(|body| refusals(&body)).unwrap_or_default();
    if found.is_empty() {
        return vec![Refusal {
            code: format!("http_{}", reply.status),
            field: String::new(),
            message: read::beginning(reply),
        }];
    }
    found
}

/// What an answer means.
pub(super) fn kind(reply: &Reply) -> Kind {
    let body = body(reply);
    let errors = body.as_ref().map(refusals).unwrap_or_default();
    let has = |codes: &[&str]| {
        errors
            .iter()
            .any(|error| codes.contains(&error.code.as_str()))
    };
    match reply.status {
        _ if reply.status == 429 || has(&["requests_limit"]) => Kind::Busy,
        _ if has(&UNKNOWN) => Kind::Unknown,
        _ if reply.status == 409 || has(&["duplicated_document"]) => Kind::Exists,
        // An error page with a good status comes from something on the way.
        200..300 if body.is_some() && errors.is_empty() => Kind::Good,
        200..300 => Kind::Unknown,
        401 | 403 => Kind::Stop,
        400 if has(&STOP) => Kind::Stop,
        400 | 404 | 405 | 413 | 415 | 422 if !errors.is_empty() => Kind::Refused,
        // Without SIIGO's own words nobody knows who answered.
        _ => Kind::Unknown,
    }
}

/// What an answer says, for people who look closer.
pub(super) fn said(reply: &Reply) -> String {
    let parts = refusals_of(reply)
        .into_iter()
        .map(|refusal| format!("{}: {}", refusal.code, refusal.message));
    parts.collect::<Vec<_>>().join("; ")
}

/// Seconds to wait, where the answer says so: in its header, or in words (`Try again in 12 seconds`).
pub(super) fn wait(reply: &Reply, clock: &dyn Clock) -> Option<u64> {
    read::retry_after(reply, clock).or_else(|| in_words(&reply.text()))
}

fn in_words(text: &str) -> Option<u64> {
    let text = text.to_ascii_lowercase();
    let rest = text.split("again in ").nth(1)?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let number: u64 = digits.parse().ok()?;
    let unit = rest[digits.len()..].trim_start();
    Some(match unit.starts_with("minute") {
        true => number.saturating_mul(60),
        false => number,
    })
}

/// The total that SIIGO worked out, from the message that refuses another one: `The total invoice
/// calculated is 10,000.50`.
pub fn calculated_total(message: &str) -> Option<Decimal> {
    let rest = message.split("calculated is").nth(1)?.trim_start();
    let written: String = rest
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
        .filter(|c| *c != ',')
        .collect();
    written.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn errors_are_read_in_either_case() {
        let upper = json!({"Status":400,"Errors":[{"Code":"parameter_required","Message":"m","Params":["code"],"Detail":null}]});
        let lower = json!({"status":400,"errors":[{"code":"parameter_required","message":"m","params":["code"]}]});
        assert_eq!(refusals(&upper), refusals(&lower));
        assert_eq!(refusals(&upper)[0].field, "code");
    }

    #[test]
    fn the_calculated_total_is_read_with_and_without_thousands() {
        let message = |total: &str| {
            format!(
                "The total payments must be equal to the total invoice. The total invoice calculated is {total}"
            )
        };
        for (text, total) in [
            ("10000", "10000"),
            ("1,234,567.89", "1234567.89"),
            ("10.5.", "10.5"),
        ] {
            assert_eq!(
                calculated_total(&message(text)),
                total.parse().ok(),
                "{text}"
            );
        }
        assert_eq!(calculated_total("something else"), None);
    }

    #[test]
    fn a_wait_is_read_in_words() {
        for (text, seconds) in [
            ("Rate limit is exceeded. Try again in 12 seconds.", Some(12)),
            ("try again in 1 minute", Some(60)),
            ("Try again in a while", None),
            ("", None),
        ] {
            assert_eq!(in_words(text), seconds, "{text}");
        }
    }

    #[test]
    fn every_code_is_listed_once() {
        let mut codes = CODES.to_vec();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), CODES.len());
    }
}
