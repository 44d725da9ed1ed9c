//! What sales earned, by sale, product, channel and month; losses first.

use super::table::{SalesFilter, to_filter};
use super::{plain, room};
use crate::{App, Result};
use puente_sales::Room;
use puente_sales::judge::Measure;
use puente_sales::margin::{self, CostKind};
use puente_sales::model::Status;
use puente_sales::{accounts, list, sales};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use ts_rs::TS;

/// By what earnings are gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "MarginBy")]
pub enum By {
    /// Each sale.
    Sale,
    /// The seller's code.
    Product,
    /// The channel account.
    Channel,
    /// The month of the sale, in the office's time zone.
    #[default]
    Month,
}

/// Which earnings.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(rename = "MarginOf", optional_fields = nullable)]
pub struct Of {
    /// By what.
    #[ts(as = "Option<By>", optional)]
    pub by: By,
    /// Of which sales; those that are cancelled or not paid are left out.
    #[ts(as = "Option<SalesFilter>", optional)]
    pub filter: SalesFilter,
    /// In which currency, for amounts of two are never added; that of the most sales when left out.
    pub currency: Option<String>,
    /// At most so many rows, the smallest margins first; 100 when left out, 10000 at most.
    pub limit: Option<usize>,
}

/// What a group of sales earned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct MarginRow {
    /// The sale, the code, the account, or the month.
    pub key: String,
    /// What it is called.
    pub label: String,
    /// Sales in it.
    pub sales: u64,
    /// Units in it.
    pub units: String,
    /// Prices times quantities.
    pub revenue: String,
    /// What it cost.
    pub cost: String,
    /// What is left.
    pub margin: String,
    /// Of a hundred of revenue, with one decimal; none without revenue.
    pub percent: Option<String>,
    /// Whether any amount in it is estimated.
    pub estimated: bool,
}

/// What sales earned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct MarginSummary {
    /// The groups; months in their order, others with the smallest margin first.
    pub rows: Vec<MarginRow>,
    /// All of them together.
    pub total: MarginRow,
    /// What was lost where, by kind of cost.
    pub costs: Vec<MarginCost>,
    /// How many groups there are.
    pub groups: u64,
    /// The currency of all amounts; empty without sales.
    pub currency: String,
    /// Every currency in which the filter lets sales through, that of the most sales first.
    pub currencies: Vec<String>,
}

/// What a kind of cost comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct MarginCost {
    /// Which.
    pub kind: CostKind,
    /// How much.
    pub amount: String,
}

#[derive(Default, Clone)]
struct Sum {
    label: String,
    sales: u64,
    units: Decimal,
    revenue: Decimal,
    margin: Decimal,
    estimated: bool,
}

/// Gathers earnings.
///
/// # Errors
/// Those of the store.
pub fn summary(app: &App, request: Of) -> Result<MarginSummary> {
    gathered(room(app), &request)
}

/// As [`summary`], with every group.
pub(crate) fn all(app: &App, request: &Of) -> Result<MarginSummary> {
    gathered_up_to(room(app), request, usize::MAX)
}

pub(crate) fn gathered(room: &Room, request: &Of) -> Result<MarginSummary> {
    gathered_up_to(room, request, request.limit.unwrap_or(100).min(10_000))
}

fn gathered_up_to(room: &Room, request: &Of, limit: usize) -> Result<MarginSummary> {
    let filter = to_filter(&request.filter)?;
    let currencies = currencies(room, &filter)?;
    let currency = match (&request.currency, currencies.first()) {
        (Some(wanted), _) => wanted.clone(),
        (None, Some(first)) => first.clone(),
        (None, None) => String::new(),
    };
    let ids = list::ids(&room.state, &filter)?;
    let mut measures: HashMap<i64, Measure> = HashMap::new();
    for channel in accounts::channels(&room.state)? {
        measures.insert(channel.id, Measure::of(room, channel.id)?);
    }
    let zone = room.zone();
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    let mut total = Sum::default();
    let mut costs: BTreeMap<CostKind, Decimal> = BTreeMap::new();
    sales::each(&room.state, &ids, |row, sale| {
        let Some(measure) = measures.get(&row.channel_id) else {
            return Ok(());
        };
        if sale.status != Status::Paid || row.currency != currency {
            return Ok(());
        }
        let draft = measure.draft(&sale).ok();
        let earned = measure.earnings(&sale, draft.as_ref(), row.state.may_be_invoiced());
        for line in &earned.costs {
            *costs.entry(line.kind).or_default() += line.amount;
        }
        let mut add = |key: String, label: &str, units, revenue, margin| {
            let sum = sums.entry(key).or_default();
            label.clone_into(&mut sum.label);
            sum.sales += 1;
            sum.units += units;
            sum.revenue += revenue;
            sum.margin += margin;
            sum.estimated |= earned.estimated;
        };
        let (units, revenue, margin) = (sale.units(), earned.revenue, earned.margin);
        match request.by {
            By::Sale => add(row.key.clone(), &row.buyer, units, revenue, margin),
            By::Channel => {
                let name = &measure.channel.name;
                add(name.clone(), name, units, revenue, margin);
            }
            By::Month => {
                let month = row.sold_at.with_timezone(&zone).format("%Y-%m").to_string();
                add(month.clone(), &month, units, revenue, margin);
            }
            By::Product => {
                let parts = margin::by_line(&sale, &earned, &measure.costs);
                for (line, part) in sale.lines.iter().zip(parts) {
                    let sku = if line.sku.is_empty() {
                        &line.item
                    } else {
                        &line.sku
                    };
                    let price = line.unit_price * line.quantity;
                    add(sku.clone(), &line.title, line.quantity, price, part);
                }
            }
        }
        total.sales += 1;
        total.units += units;
        total.revenue += revenue;
        total.margin += margin;
        total.estimated |= earned.estimated;
        Ok(())
    })?;
    let groups = sums.len() as u64;
    let mut all: Vec<(String, Sum)> = sums.into_iter().collect();
    if request.by != By::Month {
        all.sort_by(|a, b| a.1.margin.cmp(&b.1.margin).then_with(|| a.0.cmp(&b.0)));
    }
    all.truncate(limit);
    Ok(MarginSummary {
        rows: all.into_iter().map(|(key, sum)| row_of(key, sum)).collect(),
        total: row_of(String::new(), total),
        costs: costs
            .into_iter()
            .map(|(kind, amount)| MarginCost {
                kind,
                amount: plain(amount),
            })
            .collect(),
        groups,
        currency,
        currencies,
    })
}

fn currencies(room: &Room, filter: &list::Filter) -> Result<Vec<String>> {
    let mut found: Vec<(String, u64)> = list::totals(&room.state, filter)?
        .sums
        .into_iter()
        .map(|(currency, sums)| (currency, sums.sales))
        .collect();
    found.sort_by_key(|(_, sales)| std::cmp::Reverse(*sales));
    Ok(found.into_iter().map(|(currency, _)| currency).collect())
}

fn row_of(key: String, sum: Sum) -> MarginRow {
    let percent = (!sum.revenue.is_zero()).then(|| {
        let part = sum.margin * Decimal::ONE_HUNDRED / sum.revenue;
        part.round_dp(1).to_string()
    });
    MarginRow {
        key,
        label: sum.label,
        sales: sum.sales,
        units: sum.units.normalize().to_string(),
        revenue: plain(sum.revenue),
        cost: plain(sum.revenue - sum.margin),
        margin: plain(sum.margin),
        percent,
        estimated: sum.estimated,
    }
}
