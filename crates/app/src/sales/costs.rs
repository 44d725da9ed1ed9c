//! Costs that the office knows.

use super::{channels, plain, room, typed};
use crate::jobs::JobRow;
use crate::{App, Nothing, Result};
use puente_sales::accounts;
use puente_sales::costs::{self, CostRule};
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

/// All costs that the office knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "SalesCosts")]
pub struct CostsView {
    /// By rule.
    pub rules: Vec<CostRule>,
    /// Of units, by the seller's code.
    pub products: Vec<ProductCost>,
}

/// What a unit costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ProductCost {
    /// The seller's code, in lower case.
    pub sku: String,
    /// Of one.
    pub cost: String,
    /// `csv` or `erp`.
    pub source: String,
}

/// Replaces all rules.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "SalesCostsSet")]
pub struct Set {
    /// The rules.
    pub rules: Vec<CostRule>,
}

/// Costs of units as CSV: `sku,cost`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "ProductCostsCsv")]
pub struct ProductsCsv {
    /// The whole file; amounts with a point or a comma before their decimals, without thousands.
    pub csv: String,
}

/// What was taken in.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "SalesCostsChanged")]
pub struct Changed {
    /// Costs of units.
    pub products: u64,
    /// The jobs that work the margins out anew.
    pub jobs: Vec<JobRow>,
}

/// All of them.
///
/// # Errors
/// Those of the store.
pub fn list(app: &App, _: Nothing) -> Result<CostsView> {
    let all = costs::all(&room(app).state)?;
    let mut products: Vec<ProductCost> = all
        .products
        .into_iter()
        .map(|(sku, (cost, source))| ProductCost {
            sku,
            cost: plain(cost),
            source,
        })
        .collect();
    products.sort_by(|a, b| a.sku.cmp(&b.sku));
    Ok(CostsView {
        rules: all.rules,
        products,
    })
}

/// Replaces all rules, and works the margins out anew.
///
/// # Errors
/// That a rule doesn't fit.
pub fn set(app: &App, request: Set) -> Result<Changed> {
    let count = request.rules.len();
    costs::set_rules(&room(app).state, request.rules)?;
    app.audit("costs.set", "sales", json!({ "rules": count }))?;
    again(app, 0)
}

/// Takes in what units cost.
///
/// # Errors
/// That a row can't be read: nothing is taken in then.
pub fn import(app: &App, request: ProductsCsv) -> Result<Changed> {
    let found = typed::rows(&request.csv)?.amounts(0, 1)?;
    let room = room(app);
    let products = costs::set_products(&room.state, found, "csv", room.clock.now())?;
    app.audit("costs.import", "sales", json!({ "products": products }))?;
    again(app, products)
}

fn again(app: &App, products: u64) -> Result<Changed> {
    let jobs = accounts::channels(&room(app).state)?
        .into_iter()
        .map(|channel| channels::homologate(app, channel.id))
        .collect::<Result<_>>()?;
    Ok(Changed { products, jobs })
}
