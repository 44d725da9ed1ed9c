//! What a sale earned: its price less everything that it cost, each amount with where it comes from.

use crate::accounts::ChannelId;
use crate::costs::{Costs, RuleKind};
use crate::homologate::sku_of;
use crate::model::Sale;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// What an amount is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CostKind {
    /// What the channel keeps: its fee of a unit times the units.
    SaleFee,
    /// What the seller pays for the shipping, once for the whole pack.
    Freight,
    /// Taxes that the channel kept back.
    Withheld,
    /// The tax that is in the price and belongs to the state.
    SalesTax,
    /// What the goods cost.
    Product,
    /// The office's own, by rule.
    Own,
}

/// How sure an amount is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// As the order or the shipment says it: the channel's bill may differ.
    Estimated,
    /// As it was billed or invoiced.
    Billed,
    /// As the office says it.
    Stated,
}

/// One amount that a sale cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CostLine {
    /// What for.
    pub kind: CostKind,
    /// How much.
    #[ts(type = "string")]
    pub amount: Decimal,
    /// Where it comes from: `order`, `shipment`, `payment`, `bill`, `invoice`, `draft`, `csv`, `erp`, or the name of a rule.
    pub source: String,
    /// How sure it is.
    pub certainty: Certainty,
}

/// What a sale earned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Earnings {
    /// Prices times quantities.
    #[ts(type = "string")]
    pub revenue: Decimal,
    /// What it cost.
    pub costs: Vec<CostLine>,
    /// What is left.
    #[ts(type = "string")]
    pub margin: Decimal,
    /// Whether any amount is estimated.
    pub estimated: bool,
    /// Whether what the seller pays for the shipping is known: the channel has not said, or the seller
    /// delivers and no rule says what that costs.
    pub freight_known: bool,
    /// Seller's codes whose cost nobody said: the margin is without it.
    pub without_cost: Vec<String>,
}

/// The tax that is in the price, and whether an invoice says so already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SalesTax {
    /// How much.
    pub amount: Decimal,
    /// Whether it is invoiced.
    pub invoiced: bool,
}

/// Works it out. Pure. `billed` is what the channel billed for selling it, and replaces the estimate.
pub fn of(
    sale: &Sale,
    channel: ChannelId,
    tax: Option<SalesTax>,
    costs: &Costs,
    billed: Option<Decimal>,
) -> Earnings {
    let revenue = sale.items_total();
    let mut lines = Vec::new();
    let mut add = |kind, amount: Decimal, source: &str, certainty| {
        if !amount.is_zero() {
            lines.push(CostLine {
                kind,
                amount,
                source: source.to_owned(),
                certainty,
            });
        }
    };
    match billed {
        Some(fee) => add(CostKind::SaleFee, fee, "bill", Certainty::Billed),
        None => {
            let fee = estimated_fee(sale);
            add(CostKind::SaleFee, fee, "order", Certainty::Estimated);
        }
    }
    let freight = sale
        .shipment
        .as_ref()
        .and_then(|shipment| shipment.seller_cost);
    add(
        CostKind::Freight,
        freight.unwrap_or_default(),
        "shipment",
        Certainty::Estimated,
    );
    add(
        CostKind::Withheld,
        sale.withheld,
        "payment",
        Certainty::Estimated,
    );
    if let Some(tax) = tax {
        let (source, certainty) = match tax.invoiced {
            true => ("invoice", Certainty::Billed),
            false => ("draft", Certainty::Estimated),
        };
        add(CostKind::SalesTax, tax.amount, source, certainty);
    }
    let mut by_source: BTreeMap<&str, Decimal> = BTreeMap::new();
    let mut without_cost = Vec::new();
    for line in &sale.lines {
        let sku = sku_of(line);
        match costs.unit(sku, sale.sold_at) {
            Some((cost, source)) => *by_source.entry(source).or_default() += cost * line.quantity,
            None => without_cost.push(sku.to_owned()),
        }
    }
    for (source, amount) in by_source {
        add(CostKind::Product, amount, source, Certainty::Stated);
    }
    for rule in &costs.rules {
        if rule.channel_id.is_some_and(|only| only != channel) {
            continue;
        }
        let amount = match rule.kind {
            RuleKind::PerSale => rule.amount,
            RuleKind::PerUnit => rule.amount * sale.units(),
            RuleKind::Percent => cents(revenue * rule.amount / Decimal::ONE_HUNDRED),
        };
        add(CostKind::Own, amount, &rule.name, Certainty::Stated);
    }
    let cost: Decimal = lines.iter().map(|line| line.amount).sum();
    let freight_known = sale.shipment.as_ref().is_none_or(|shipment| {
        shipment.seller_cost.is_some() && shipment.logistic != "self_service"
    });
    without_cost.sort_unstable();
    without_cost.dedup();
    Earnings {
        revenue,
        margin: revenue - cost,
        estimated: lines
            .iter()
            .any(|line| line.certainty == Certainty::Estimated)
            || !without_cost.is_empty()
            || !freight_known,
        freight_known,
        costs: lines,
        without_cost,
    }
}

/// What the channel says with each order that it will keep: its fee of a unit times the units.
fn estimated_fee(sale: &Sale) -> Decimal {
    let of_line = |line: &crate::model::Line| line.unit_fee * line.quantity;
    sale.lines.iter().map(of_line).sum()
}

fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// The part of a sale's margin that each line has: what belongs to the whole sale goes by the price.
pub fn by_line(sale: &Sale, earnings: &Earnings, costs: &Costs) -> Vec<Decimal> {
    let own = |kind: CostKind| matches!(kind, CostKind::SaleFee | CostKind::Product);
    let sum = |wanted: &dyn Fn(CostKind) -> bool| -> Decimal {
        let lines = earnings.costs.iter().filter(|line| wanted(line.kind));
        lines.map(|line| line.amount).sum()
    };
    // What the bill differs from the estimate belongs to the sale as a whole.
    let billed = sum(&|kind| kind == CostKind::SaleFee) - estimated_fee(sale);
    let shared = sum(&|kind| !own(kind)) + billed;
    let mut left = shared;
    let last = sale.lines.len().saturating_sub(1);
    sale.lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let price = line.unit_price * line.quantity;
            // The last line takes what rounding left, so that the parts are the whole.
            let part = match at == last {
                true => left,
                false if earnings.revenue.is_zero() => Decimal::ZERO,
                false => cents(shared * price / earnings.revenue),
            };
            left -= part;
            let cost = costs
                .unit(sku_of(line), sale.sold_at)
                .map_or(Decimal::ZERO, |(cost, _)| cost * line.quantity);
            price - line.unit_fee * line.quantity - cost - part
        })
        .collect()
}
