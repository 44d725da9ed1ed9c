//! Ledgers: one folder each, and here which is which.

pub mod siigo;
pub mod solar;

use crate::Result;
use crate::accounts;
use crate::catalogue::Catalogue;
use crate::draft::Draft;
use crate::homologate::{self, Requirement};
use crate::kinds::LedgerKind;
use crate::model::Sale;
use crate::reason::Reason;
use crate::rules::{Mappings, Rules};
use chrono::NaiveDate;
use serde_json::Value;

/// What a ledger is sent of a sale: an invoice to be made, or a document to be reported.
///
/// # Errors
/// Every reason why it can't be sent.
pub fn draft(
    ledger: Option<&accounts::Ledger>,
    sale: &Sale,
    mappings: &Mappings,
    catalogue: &Catalogue,
    rules: &Rules,
    today: NaiveDate,
) -> std::result::Result<Draft, Vec<Reason>> {
    match ledger {
        Some(ledger) if ledger.kind == LedgerKind::Solar => {
            solar::draft(sale, mappings, rules, &solar::Settings::of(ledger))
        }
        Some(_) | None => homologate::homologate(sale, mappings, catalogue, rules, today),
    }
}

/// Exactly what would be sent for a draft.
///
/// # Errors
/// [`crate::Error::Invalid`] for a number that can't be written exactly.
pub fn compose(ledger: &accounts::Ledger, draft: &Draft, marker: &str) -> Result<Value> {
    match ledger.kind {
        LedgerKind::Siigo => siigo::compose(draft, marker),
        LedgerKind::Solar => solar::compose(draft, &solar::Settings::of(ledger)),
    }
}

/// What an office has to choose before its sales can go to that ledger.
pub fn requirements(
    ledger: Option<&accounts::Ledger>,
    catalogue: &Catalogue,
    rules: &Rules,
) -> Vec<Requirement> {
    match ledger {
        Some(ledger) if ledger.kind == LedgerKind::Solar => Vec::new(),
        Some(_) | None => homologate::requirements(catalogue, rules),
    }
}
