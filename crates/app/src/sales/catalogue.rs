//! What a ledger expects, as it was last fetched.

use super::ledgers::Named;
use super::room;
use crate::{App, Result};
use chrono::{DateTime, Utc};
use puente_sales::catalogue::{self, DocumentType, PaymentType, Product, Tax};
use puente_sales::{accounts, catalogues};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// All of it but the products, which may be tens of thousands.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "SalesCatalogue")]
pub struct CatalogueView {
    /// When it was fetched; none when it never was.
    pub fetched_at: Option<DateTime<Utc>>,
    /// Types of document.
    pub document_types: Vec<DocumentType>,
    /// Ways to be paid.
    pub payment_types: Vec<PaymentType>,
    /// Taxes.
    pub taxes: Vec<Tax>,
    /// Who sells.
    #[ts(as = "Vec<CatalogueEntry>")]
    pub sellers: Vec<catalogue::Named>,
    /// What goods leave.
    #[ts(as = "Vec<CatalogueEntry>")]
    pub warehouses: Vec<catalogue::Named>,
    /// Cost centres.
    #[ts(as = "Vec<CatalogueEntry>")]
    pub cost_centers: Vec<catalogue::Named>,
    /// How many products there are.
    pub products: u64,
}

/// A seller, a warehouse or a cost centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct CatalogueEntry {
    /// The ledger's number of it.
    pub id: i64,
    /// Its code; empty where it has none.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// Whether it may be used.
    pub active: bool,
}

/// Looks for products.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "ProductSearch", optional_fields = nullable)]
pub struct ProductSearch {
    /// Name or number of the ledger.
    pub ledger: String,
    /// Words that its code or name holds.
    #[serde(default)]
    #[ts(as = "Option<String>", optional)]
    pub text: String,
    /// At most so many; 50 when left out, 500 at most.
    pub limit: Option<usize>,
}

/// What a ledger expects.
///
/// # Errors
/// That it doesn't exist.
pub fn show(app: &App, request: Named) -> Result<CatalogueView> {
    let ledger = accounts::find_ledger(&room(app).state, &request.ledger)?;
    let all = catalogues::of(&room(app).state, ledger.id)?;
    Ok(CatalogueView {
        fetched_at: all.fetched_at,
        document_types: all.document_types,
        payment_types: all.payment_types,
        taxes: all.taxes,
        sellers: all.sellers,
        warehouses: all.warehouses,
        cost_centers: all.cost_centers,
        products: all.products.len() as u64,
    })
}

/// Products of a ledger by their words.
///
/// # Errors
/// That it doesn't exist.
pub fn products(app: &App, request: ProductSearch) -> Result<Vec<Product>> {
    let ledger = accounts::find_ledger(&room(app).state, &request.ledger)?;
    let all = catalogues::of(&room(app).state, ledger.id)?;
    let text = request.text.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let fits = |product: &Product| {
        let of = format!("{} {}", product.code, product.name).to_lowercase();
        words.iter().all(|word| of.contains(word))
    };
    let limit = request.limit.unwrap_or(50).min(500);
    Ok(all.products.into_iter().filter(fits).take(limit).collect())
}
