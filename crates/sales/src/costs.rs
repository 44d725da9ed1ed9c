//! Tables `cost_rule` and `product_cost`: what the office knows of its own costs.

use crate::accounts::ChannelId;
use crate::erp_costs::ErpCosts;
use crate::sales::{e4, from_e4};
use crate::{Error, Result};
use chrono::{DateTime, Utc};
use puente_store::{Database, time};
use rusqlite::params;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use ts_rs::TS;

/// By what a cost grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "CostRuleKind")]
pub enum RuleKind {
    /// An amount for each sale: a box.
    PerSale,
    /// An amount for each unit: a label.
    PerUnit,
    /// Parts in a hundred of the price: an advertisement.
    Percent,
}

impl RuleKind {
    fn as_str(self) -> &'static str {
        match self {
            RuleKind::PerSale => "per_sale",
            RuleKind::PerUnit => "per_unit",
            RuleKind::Percent => "percent",
        }
    }
}

/// A cost of the office's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(optional_fields = nullable)]
pub struct CostRule {
    /// What it is called, unique.
    pub name: String,
    /// Only of this channel account.
    pub channel_id: Option<ChannelId>,
    /// By what it grows.
    pub kind: RuleKind,
    /// How much, zero or more.
    #[ts(type = "string")]
    pub amount: Decimal,
}

/// All costs that the office knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Costs {
    /// By rule.
    pub rules: Vec<CostRule>,
    /// Of a unit, by the seller's code in lower case, with where it came from.
    pub products: HashMap<String, (Decimal, String)>,
    /// Of a unit, by the ERP's warehouse.
    pub erp: ErpCosts,
}

impl Costs {
    /// What one of what the seller calls `sku` cost when it was sold, and where that comes from. What the
    /// office says itself goes before what the ERP knows.
    pub fn unit(&self, sku: &str, sold_at: DateTime<Utc>) -> Option<(Decimal, &str)> {
        let stated = self.products.get(&sku.to_lowercase());
        let stated = stated.map(|(cost, source)| (*cost, source.as_str()));
        stated.or_else(|| Some((self.erp.unit(sku, sold_at)?, "erp")))
    }
}

/// All of them, without what the ERP knows.
///
/// # Errors
/// Those of the store.
pub fn all(db: &Database) -> Result<Costs> {
    let rules = rules(db)?;
    let products = db.read(|conn| {
        let mut statement = conn.prepare_cached("SELECT sku, cost_e4, source FROM product_cost")?;
        let rows = statement.query_map([], |row| {
            let sku: String = row.get(0)?;
            Ok((sku.to_lowercase(), (from_e4(row.get(1)?), row.get(2)?)))
        })?;
        rows.collect::<rusqlite::Result<HashMap<_, _>>>()
            .map_err(puente_store::Error::from)
    })?;
    Ok(Costs {
        rules,
        products,
        erp: ErpCosts::default(),
    })
}

/// The rules, by name.
///
/// # Errors
/// Those of the store.
pub fn rules(db: &Database) -> Result<Vec<CostRule>> {
    db.read(|conn| {
        let mut statement = conn.prepare_cached(
            "SELECT name, channel_id, kind, amount_e4 FROM cost_rule ORDER BY name",
        )?;
        let rows = statement.query_map([], |row| {
            let kind: String = row.get(2)?;
            Ok(CostRule {
                name: row.get(0)?,
                channel_id: row.get(1)?,
                kind: match kind.as_str() {
                    "per_unit" => RuleKind::PerUnit,
                    "percent" => RuleKind::Percent,
                    _ => RuleKind::PerSale,
                },
                amount: from_e4(row.get(3)?),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    })
}

/// Replaces all rules.
///
/// # Errors
/// [`Error::Invalid`], [`Error::Exists`] for a name that stands twice.
pub fn set_rules(db: &Database, rules: Vec<CostRule>) -> Result<()> {
    for rule in &rules {
        if rule.name.trim().is_empty() || rule.name.chars().count() > 80 {
            return Err(Error::invalid("name", "1..80"));
        }
        let most = Decimal::from(1_000_000_000);
        if rule.amount < Decimal::ZERO || rule.amount > most || rule.amount.normalize().scale() > 4
        {
            return Err(Error::invalid("amount", rule.amount.to_string()));
        }
    }
    db.write(move |tx| {
        tx.execute("DELETE FROM cost_rule", [])?;
        for rule in &rules {
            let name = rule.name.trim();
            if tx
                .prepare_cached("SELECT 1 FROM cost_rule WHERE name = ?1")?
                .exists([name])?
            {
                return Err(Error::Exists {
                    what: "cost_rule",
                    name: name.to_owned(),
                });
            }
            tx.prepare_cached(
                "INSERT INTO cost_rule (name, channel_id, kind, amount_e4) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                name,
                rule.channel_id,
                rule.kind.as_str(),
                e4(rule.amount)
            ])?;
        }
        Ok(())
    })
}

/// Keeps what units cost, by the seller's code. Others stay as they are. `source` is `csv` or `erp`.
///
/// # Errors
/// [`Error::Invalid`] for an amount below zero; those of the store.
pub fn set_products(
    db: &Database,
    costs: Vec<(String, Decimal)>,
    source: &'static str,
    now: DateTime<Utc>,
) -> Result<u64> {
    if let Some((sku, cost)) = costs.iter().find(|(_, cost)| *cost < Decimal::ZERO) {
        return Err(Error::invalid("cost", format!("{sku}: {cost}")));
    }
    db.write(move |tx| {
        for (sku, cost) in &costs {
            tx.prepare_cached(
                "INSERT INTO product_cost (sku, cost_e4, source, updated_at) \
                 VALUES (?1, ?2, ?3, ?4) ON CONFLICT (sku) DO UPDATE SET \
                 cost_e4 = excluded.cost_e4, source = excluded.source, \
                 updated_at = excluded.updated_at",
            )?
            .execute(params![sku.trim(), e4(*cost), source, time::to_text(now)])?;
        }
        Ok(costs.len() as u64)
    })
}
