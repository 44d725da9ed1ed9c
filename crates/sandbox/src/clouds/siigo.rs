//! SIIGO Nube, as strict as it is documented and measured. What the facts say nothing about is
//! refused.

mod catalogs;
mod company;
mod credit_notes;
mod customers;
mod draft;
mod invoice;
mod invoices;
mod lines;
mod paging;
mod products;
mod refusal;

mod total;

pub use company::SiigoLogin;
pub use invoice::Dian;
pub use refusal::Casing;
pub use total::Halves;

use super::call::{Call, Reply};
use super::journal::{Effect, EffectKind};
pub(crate) use catalogs::Catalogs;
use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};
pub(crate) use company::{Company, KeyUse, Product, guid};
pub(crate) use customers::restore as restore_customer;
pub(crate) use refusal::{Refusal, Trouble, number};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;

/// What SIIGO does until it is told otherwise.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Switches {
    /// How error bodies are written.
    pub casing: Casing,
    /// Where exact halves are rounded to.
    pub halves: Halves,
    /// Whether the total in a message has commas between thousands.
    pub commas: bool,
    /// What the DIAN says.
    pub dian: Dian,
    /// Seconds until it says it.
    pub dian_seconds: i64,
    /// Whether 429 says `Retry-After`.
    pub retry_after: bool,
    /// Whether a sale without a key that equals one of the last so many seconds is refused with
    /// `duplicated_document`.
    pub twins_within_seconds: Option<i64>,
    /// From how many requests on a user is blocked when over 80 % of them are errors.
    pub block_from: Option<usize>,
}

impl Default for Switches {
    fn default() -> Self {
        Switches {
            casing: Casing::Pascal,
            halves: Halves::Up,
            commas: false,
            dian: Dian::Accepts,
            dian_seconds: 2,
            retry_after: false,
            twins_within_seconds: None,
            block_from: None,
        }
    }
}

/// All companies.
#[derive(Debug)]
pub(crate) struct Siigo {
    pub(crate) companies: Vec<Company>,
    pub(crate) switches: Switches,
    /// Token -> company and end.
    tokens: HashMap<String, (usize, DateTime<Utc>)>,
    issued: u64,
    refused: u64,
}

/// The day in Colombia, which has no summer time.
pub(crate) fn today(now: DateTime<Utc>) -> NaiveDate {
    let bogota = FixedOffset::west_opt(5 * 3600);
    bogota.map_or_else(
        || now.date_naive(),
        |zone| now.with_timezone(&zone).date_naive(),
    )
}

/// A moment as SIIGO writes it.
pub(crate) fn stamp_time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// The JSON body of a write.
pub(crate) fn body(call: &Call) -> Result<Value, Refusal> {
    if !call.has_json() {
        return Err(Refusal::one(
            415,
            Trouble::new("invalid_type", "The content type is not application/json"),
        ));
    }
    call.json().ok_or_else(|| {
        Refusal::one(
            400,
            Trouble::new("invalid_document", "The body is not valid JSON"),
        )
    })
}

/// A token lasts a day and can't be renewed.
const TOKEN_SECONDS: i64 = 86_400;

impl Siigo {
    pub(crate) fn new(companies: Vec<Company>) -> Self {
        Siigo {
            companies,
            switches: Switches::default(),
            tokens: HashMap::new(),
            issued: 0,
            refused: 0,
        }
    }

    /// Answers a request, and notes what happened because of it.
    pub(crate) fn answer(
        &mut self,
        call: &Call,
        now: DateTime<Utc>,
        effects: &mut Vec<EffectKind>,
    ) -> Reply {
        let answer = match call.segments().as_slice() {
            ["auth"] => self.authenticate(call, now, effects),
            ["v1", resource, rest @ ..] => self.enter(call, now).and_then(|place| {
                let switches = self.switches.clone();
                let company = self
                    .companies
                    .get_mut(place)
                    .ok_or_else(|| Refusal::unknown("this company"))?;
                let answer = route(company, call, resource, rest, &switches, now, effects);
                company.told(now, answer.is_err());
                answer
            }),
            _ => Err(Refusal::unknown(&call.path)),
        };
        answer.unwrap_or_else(|refusal| self.refuse(&refusal))
    }

    /// The error body of a status that has no other reason.
    pub(crate) fn fail(&mut self, status: u16) -> Reply {
        let (code, message) = match status {
            401 => ("unauthorized", "The token is invalid or has expired"),
            408 | 504 => ("request_timeout", "The request took too long"),
            429 => (
                "requests_limit",
                "The limit of requests was exceeded. Try again in 7 seconds",
            ),
            503 => ("service_unavailable", "The service is not available"),
            _ => ("unhandled_error", "An unexpected error occurred"),
        };
        self.refuse(&Refusal::one(status, Trouble::new(code, message)))
    }

    /// An error that uses an idempotency key up.
    pub(crate) fn burn(&mut self, call: &Call, now: DateTime<Utc>) -> Reply {
        let place = call
            .bearer()
            .and_then(|token| self.tokens.get(token))
            .filter(|(_, until)| *until > now)
            .map(|(place, _)| *place);
        if let (Some(place), Some(key)) = (place, call.header("idempotency-key"))
            && let Some(company) = self.companies.get_mut(place)
        {
            company.keys.entry(key.to_owned()).or_insert(KeyUse::Burned);
        }
        self.fail(500)
    }

    /// Makes every token invalid.
    pub(crate) fn forget_tokens(&mut self) {
        self.tokens.clear();
    }

    fn refuse(&mut self, refusal: &Refusal) -> Reply {
        self.refused += 1;
        let lower = match self.switches.casing {
            Casing::Pascal => false,
            Casing::Lower => true,
            Casing::Alternating => self.refused.is_multiple_of(2),
        };
        refusal.reply(lower)
    }

    fn authenticate(
        &mut self,
        call: &Call,
        now: DateTime<Utc>,
        effects: &mut Vec<EffectKind>,
    ) -> Result<Reply, Refusal> {
        if call.method != "POST" {
            return Err(Refusal::unknown(format!("{} /auth", call.method)));
        }
        // The header is documented for this one too; measured, it is not needed here.
        if call.header("partner-id").is_some() {
            partner(call)?;
        }
        let body = body(call)?;
        for field in ["username", "access_key"] {
            if body[field].as_str().is_none_or(str::is_empty) {
                return Err(Refusal::one(
                    400,
                    Trouble::new(
                        "parameter_required",
                        format!("The field {field} is required"),
                    )
                    .at(field),
                ));
            }
        }
        let place = self.companies.iter().position(|company| {
            body["username"] == company.login.username.as_str()
                && body["access_key"] == company.login.access_key.as_str()
        });
        let Some((place, company)) =
            place.and_then(|place| Some((place, self.companies.get_mut(place)?)))
        else {
            return Err(Refusal::one(
                401,
                Trouble::new("unauthorized", "The user or the access key is not valid"),
            ));
        };
        quota(company, now, self.switches.retry_after)?;
        self.issued += 1;
        let token = format!(
            "eyJ{}",
            guid(&company.login.username, u64::MAX - self.issued).replace('-', "")
        ) + &now.timestamp_micros().to_string();
        let until = now + TimeDelta::seconds(TOKEN_SECONDS);
        effects.push(EffectKind::SiigoToken {
            company: company.login.username.clone(),
            token: token.clone(),
            until,
        });
        self.tokens.insert(token.clone(), (place, until));
        Ok(Reply::json(
            200,
            &serde_json::json!({"access_token": token, "expires_in": TOKEN_SECONDS,
                                "token_type": "Bearer", "scope": "SiigoAPI"}),
        ))
    }

    /// Headers, token and quota. Gives the place of the company.
    fn enter(&mut self, call: &Call, now: DateTime<Utc>) -> Result<usize, Refusal> {
        let unauthorized = || {
            Refusal::one(
                401,
                Trouble::new("unauthorized", "The token is invalid or has expired"),
            )
        };
        let (place, until) = call
            .bearer()
            .and_then(|token| self.tokens.get(token))
            .copied()
            .ok_or_else(unauthorized)?;
        if until <= now {
            return Err(unauthorized());
        }
        let retry_after = self.switches.retry_after;
        let block_from = self.switches.block_from;
        let company = self.companies.get_mut(place).ok_or_else(unauthorized)?;
        if block_from.is_some_and(|least| company.is_blocked(now, least)) {
            return Err(Refusal::one(
                403,
                Trouble::new("unauthorized", "The API user is blocked for a time"),
            ));
        }
        let fine = quota(company, now, retry_after)
            .and_then(|()| partner(call))
            .and_then(|()| key(call));
        if fine.is_err() {
            company.told(now, true);
        }
        fine.map(|()| place)
    }

    /// Puts back what a journal says.
    pub(crate) fn restore(&mut self, effect: &Effect) {
        let at = effect.at;
        let mut in_company = |name: &str, put: &mut dyn FnMut(&mut Company)| {
            if let Some(company) = self
                .companies
                .iter_mut()
                .find(|company| company.login.username == name)
            {
                put(company);
            }
        };
        match &effect.kind {
            EffectKind::Invoice(invoice) => {
                in_company(&invoice.company, &mut |company| {
                    company.keep_invoice(at, invoice)
                });
            }
            EffectKind::InvoiceRemoved { company, id, how } => in_company(company, &mut |books| {
                if let Some(invoice) = books.invoice_mut(id) {
                    invoices::mark_removed(invoice, how, at);
                }
            }),
            EffectKind::CreditNote {
                company,
                key,
                document,
            } => in_company(company, &mut |books| {
                credit_notes::keep(books, key.as_deref(), document, &Value::Null);
            }),
            EffectKind::Customer {
                company, document, ..
            } => in_company(company, &mut |books| {
                customers::restore(books, at, document);
            }),
            EffectKind::Product {
                company, document, ..
            } => in_company(company, &mut |books| products::restore(books, at, document)),
            EffectKind::SiigoToken {
                company,
                token,
                until,
            } => {
                let place = self
                    .companies
                    .iter()
                    .position(|one| one.login.username == *company);
                if let Some(place) = place {
                    self.tokens.insert(token.clone(), (place, *until));
                }
            }
            EffectKind::Replayed { .. }
            | EffectKind::MeliTokens { .. }
            | EffectKind::RefreshUsedAgain { .. }
            | EffectKind::SolarDocument { .. } => {}
        }
    }
}

fn quota(company: &mut Company, now: DateTime<Utc>, says_when: bool) -> Result<(), Refusal> {
    company.hear(now).map_err(|seconds| Refusal {
        retry_after: says_when.then_some(seconds),
        ..Refusal::one(
            429,
            Trouble::new(
                "requests_limit",
                format!("The limit of requests was exceeded. Try again in {seconds} seconds"),
            ),
        )
    })
}

/// `Partner-Id`: 3 to 100 letters and digits.
fn partner(call: &Call) -> Result<(), Refusal> {
    match call.header("partner-id") {
        None => Err(Refusal::one(
            400,
            Trouble::new("header_required", "The header Partner-Id is required").at("Partner-Id"),
        )),
        Some(value) if (3..=100).contains(&value.len()) && is_plain(value) => Ok(()),
        Some(_) => Err(Refusal::one(
            400,
            Trouble::new("invalid_partner_id", "The header Partner-Id is not valid")
                .at("Partner-Id"),
        )),
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// `Idempotency-Key`: up to 30 letters and digits, and only where it means something.
fn key(call: &Call) -> Result<(), Refusal> {
    let Some(key) = call.header("idempotency-key") else {
        return Ok(());
    };
    let means_something = call.method == "POST"
        && matches!(
            call.segments().as_slice(),
            ["v1", "invoices" | "credit-notes" | "journals" | "vouchers"]
        );
    if means_something && key.len() <= 30 && is_plain(key) {
        return Ok(());
    }
    Err(Refusal::one(
        400,
        Trouble::new(
            "invalid_idempotency_key",
            if means_something {
                "The header Idempotency-Key must have up to 32 letters and digits"
            } else {
                "The header Idempotency-Key does not belong to this request"
            },
        )
        .at("Idempotency-Key"),
    ))
}

fn route(
    company: &mut Company,
    call: &Call,
    resource: &str,
    rest: &[&str],
    switches: &Switches,
    now: DateTime<Utc>,
    effects: &mut Vec<EffectKind>,
) -> Result<Reply, Refusal> {
    match (resource, rest) {
        ("invoices", _) => invoices::answer(company, call, rest, switches, now, effects),
        ("customers", _) => customers::answer(company, call, rest, now, effects),
        ("products", _) => products::answer(company, call, rest, now, effects),
        ("credit-notes", _) => credit_notes::answer(company, call, rest, now, effects),
        ("users", []) if call.method == "GET" => {
            let page = paging::Page::of(call, 1)?;
            Ok(page.show(call, &company.catalogs.users(), "_links", Value::clone))
        }
        (name, []) if call.method == "GET" => company
            .catalogs
            .show(name, call)
            .unwrap_or_else(|| Err(Refusal::unknown(&call.path))),
        _ => Err(Refusal::unknown(format!("{} {}", call.method, call.path))),
    }
}
