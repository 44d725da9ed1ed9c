//! SIIGO Nube, Colombia, by its API (reference of 2026, and what was measured on live companies).

mod catalogue;
mod client;
mod customers;
mod errors;
mod invoice;

pub use client::{DEFAULT_PARTNER, DEFAULT_URL, PER_MINUTE, Siigo, Tokens, check_partner};
pub use errors::{calculated_total, known_codes};
pub use invoice::compose;

use crate::Result;
use crate::catalogue::Catalogue;
use crate::draft::{Customer, Draft};
use crate::ledger::{Answer, FileKind, Issued, Ledger, Refusal};
use chrono::NaiveDate;
use puente_core::{Cancel, ProgressSink};
use serde_json::Value;

impl Ledger for Siigo {
    fn name(&self) -> &'static str {
        client::NAME
    }

    fn verify(&self, cancel: &Cancel) -> Result<()> {
        self.sign_in_again(cancel)?;
        // The partner's name is looked at here for the first time.
        self.read("/v1/taxes", &[], cancel).map(drop)
    }

    fn catalogue(&self, cancel: &Cancel, progress: &dyn ProgressSink) -> Result<Catalogue> {
        catalogue::fetch(self, cancel, progress)
    }

    fn compose(&self, draft: &Draft, marker: &str) -> Result<Value> {
        invoice::compose(draft, marker)
    }

    fn ensure_customer(
        &self,
        customer: &Customer,
        cancel: &Cancel,
    ) -> Result<std::result::Result<(), Vec<Refusal>>> {
        customers::ensure(self, customer, cancel)
    }

    fn check_clock(&self) -> Result<()> {
        Siigo::check_clock(self)
    }

    fn send(&self, key: &str, body: &str, cancel: &Cancel) -> Answer {
        invoice::send(self, key, body, cancel)
    }

    fn search(
        &self,
        customer: &str,
        since: NaiveDate,
        marker: &str,
        cancel: &Cancel,
    ) -> Result<Vec<Issued>> {
        invoice::search(self, customer, since, marker, cancel)
    }

    fn issued(&self, id: &str, cancel: &Cancel) -> Result<Option<Issued>> {
        invoice::get(self, id, cancel)
    }

    fn issued_as(&self, number: &str, cancel: &Cancel) -> Result<Option<Issued>> {
        invoice::named(self, number, cancel)
    }

    fn stamp_errors(&self, id: &str, cancel: &Cancel) -> Result<Vec<String>> {
        invoice::stamp_errors(self, id, cancel)
    }

    fn file(&self, id: &str, kind: FileKind, cancel: &Cancel) -> Result<Option<Vec<u8>>> {
        invoice::file(self, id, kind, cancel)
    }
}
