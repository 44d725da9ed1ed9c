//! One company of SIIGO: who may enter, what it has set up, what stands in its books.

use super::catalogs::Catalogs;
use super::invoice::Invoice;
use crate::clouds::journal::InvoiceEffect;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// What an administrator copies out of SIIGO: the API user and its access key.
#[derive(Debug, Clone, Serialize)]
pub struct SiigoLogin {
    /// The company's name.
    pub company: String,
    /// Its NIT with check digit.
    pub nit: String,
    /// The API user.
    pub username: String,
    /// Its access key.
    pub access_key: String,
    /// Requests that it may send in a minute; `None` is as many as it likes.
    pub per_minute: Option<u32>,
}

/// More ids than one request uses, so that ids go on after those of before a restart.
pub(crate) const RESTORED: u64 = 1_000;

/// What a key was used for.
#[derive(Debug, Clone)]
pub(crate) enum KeyUse {
    /// The document with this id; `body` is what was sent.
    Made { id: String, body: Value },
    /// An error used it up.
    Burned,
}

#[derive(Debug)]
pub(crate) struct Customer {
    pub(crate) id: String,
    pub(crate) active: bool,
    pub(crate) created: DateTime<Utc>,
    pub(crate) updated: DateTime<Utc>,
    /// As SIIGO shows it.
    pub(crate) document: Value,
}

#[derive(Debug, Clone)]
pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) group: i64,
    pub(crate) kind: String,
    pub(crate) classification: String,
    pub(crate) tax_included: bool,
    pub(crate) taxes: Vec<i64>,
    pub(crate) price: Option<Decimal>,
    pub(crate) stock_control: bool,
    pub(crate) active: bool,
    pub(crate) stock: Decimal,
    pub(crate) barcode: Option<String>,
    pub(crate) created: DateTime<Utc>,
    pub(crate) updated: DateTime<Utc>,
}

#[derive(Debug)]
pub(crate) struct Company {
    pub(crate) login: SiigoLogin,
    pub(crate) catalogs: Catalogs,
    pub(crate) products: BTreeMap<String, Product>,
    /// By identification and branch office.
    pub(crate) customers: BTreeMap<(String, i64), Customer>,
    /// In the order of their creation.
    pub(crate) invoices: Vec<Invoice>,
    pub(crate) by_id: HashMap<String, usize>,
    pub(crate) keys: HashMap<String, KeyUse>,
    pub(crate) credit_notes: Vec<(String, Value)>,
    /// Documents up to this day can't be made any more.
    pub(crate) closed_until: Option<NaiveDate>,
    /// When the company was heard within the last minute.
    pub(crate) heard: VecDeque<DateTime<Utc>>,
    /// Answers of the last seven days: when, and whether an error.
    pub(crate) outcomes: VecDeque<(DateTime<Utc>, bool)>,
    pub(crate) errors: usize,
    pub(crate) next_id: u64,
}

impl Company {
    /// Counts a request against the quota. `Err` is how many seconds to wait.
    pub(crate) fn hear(&mut self, now: DateTime<Utc>) -> Result<(), i64> {
        let minute = TimeDelta::seconds(60);
        while self.heard.front().is_some_and(|at| now - *at >= minute) {
            self.heard.pop_front();
        }
        if let (Some(most), Some(first)) = (self.login.per_minute, self.heard.front())
            && self.heard.len() >= usize::try_from(most).unwrap_or(usize::MAX)
        {
            return Err((minute - (now - *first)).num_seconds().max(0) + 1);
        }
        self.heard.push_back(now);
        Ok(())
    }

    /// Counts an answer for the rule that blocks users most of whose requests are errors.
    pub(crate) fn told(&mut self, now: DateTime<Utc>, is_error: bool) {
        self.forget_old(now);
        self.outcomes.push_back((now, is_error));
        self.errors += usize::from(is_error);
    }

    fn forget_old(&mut self, now: DateTime<Utc>) {
        let week = TimeDelta::days(7);
        while let Some((at, was_error)) = self.outcomes.front().copied() {
            if now - at < week {
                break;
            }
            self.errors -= usize::from(was_error);
            self.outcomes.pop_front();
        }
    }

    /// Whether over 80 % of at least `least` requests of seven days were errors.
    pub(crate) fn is_blocked(&mut self, now: DateTime<Utc>, least: usize) -> bool {
        self.forget_old(now);
        self.outcomes.len() >= least && self.errors * 100 > self.outcomes.len() * 80
    }

    /// An id that no other thing of the company has.
    pub(crate) fn guid(&mut self) -> String {
        self.next_id += 1;
        guid(&self.login.username, self.next_id)
    }

    pub(crate) fn invoice(&self, id: &str) -> Option<&Invoice> {
        self.invoices.get(*self.by_id.get(id)?)
    }

    pub(crate) fn invoice_mut(&mut self, id: &str) -> Option<&mut Invoice> {
        self.invoices.get_mut(*self.by_id.get(id)?)
    }

    /// Puts an invoice into the books, as it was made now or before a restart.
    pub(crate) fn keep_invoice(&mut self, at: DateTime<Utc>, effect: &InvoiceEffect) {
        let invoice = Invoice::from_effect(at, effect);
        if let Some(document) = self.catalogs.documents.get_mut(&invoice.document_id) {
            document.consecutive = document.consecutive.max(invoice.number + 1);
        }
        if let Some(key) = &effect.key {
            let made = KeyUse::Made {
                id: effect.id.clone(),
                body: effect.request.clone(),
            };
            self.keys.insert(key.clone(), made);
        }
        self.by_id.insert(effect.id.clone(), self.invoices.len());
        self.invoices.push(invoice);
        self.next_id += RESTORED;
    }
}

/// A GUID that follows from its words.
pub(crate) fn guid(space: &str, number: u64) -> String {
    use sha2::{Digest as _, Sha256};
    use std::fmt::Write as _;
    let digest = Sha256::digest(format!("{space}/{number}"));
    let mut hex = digest.iter().take(16).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    for place in [20, 16, 12, 8] {
        hex.insert(place, '-');
    }
    hex
}
