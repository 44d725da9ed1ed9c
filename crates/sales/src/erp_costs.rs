//! Tables `cost_source` and `erp_cost`: what goods cost by the ERP's own books.
//!
//! The cost of one is what the posted lines of an article cost in a month, divided by how many they moved:
//! the average of that month. A sale takes that of its own month or else of the last one before; where
//! there is none before, that of the first one after.

use crate::accounts::ChannelId;
use crate::homologate::sku_of;
use crate::rules::{MappingKind, Mappings};
use crate::sales::{self, e4, from_e4};
use crate::{Result, Room, list};
use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;
use puente_store::{Database, time};
use rusqlite::{OptionalExtension, params};
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The kind of job that takes costs from the ERP's warehouse. Its handler stands where the warehouse is.
pub const ERP_COSTS: &str = "sales.costs";

/// Year × 100 + month, as a calendar in that zone has it.
fn month_of(at: DateTime<Utc>, zone: Tz) -> i32 {
    let day = at.with_timezone(&zone);
    day.year() * 100 + i32::try_from(day.month()).unwrap_or(1)
}

/// Whose warehouse tells the costs of a channel account, and when they were last taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostSource {
    /// The channel account.
    pub channel_id: ChannelId,
    /// All companies of this NIT.
    pub nit: String,
    /// None when they never were.
    pub taken_at: Option<DateTime<Utc>>,
}

/// All sources, by channel account.
///
/// # Errors
/// Those of the store.
pub fn sources(db: &Database) -> Result<Vec<CostSource>> {
    db.read(|conn| {
        let mut statement = conn.prepare_cached(
            "SELECT channel_id, nit, taken_at FROM cost_source ORDER BY channel_id",
        )?;
        let rows = statement.query_map([], |row| {
            let taken: Option<String> = row.get(2)?;
            Ok(CostSource {
                channel_id: row.get(0)?,
                nit: row.get(1)?,
                taken_at: taken.and_then(|text| time::from_text(&text).ok()),
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    })
}

/// Sets whose warehouse tells the costs of a channel account; none forgets them.
///
/// # Errors
/// Those of the store.
pub fn set_source(db: &Database, channel: ChannelId, nit: Option<String>) -> Result<()> {
    db.write(move |tx| {
        let before: Option<String> = tx
            .prepare_cached("SELECT nit FROM cost_source WHERE channel_id = ?1")?
            .query_row([channel], |row| row.get(0))
            .optional()?;
        if before == nit {
            return Ok(());
        }
        tx.execute("DELETE FROM erp_cost WHERE channel_id = ?1", [channel])?;
        tx.execute("DELETE FROM cost_source WHERE channel_id = ?1", [channel])?;
        if let Some(nit) = nit {
            tx.execute(
                "INSERT INTO cost_source (channel_id, nit) VALUES (?1, ?2)",
                params![channel, nit],
            )?;
        }
        Ok(())
    })
}

/// The codes under which goods of a channel account's sales may stand in the ERP, in lower case: the seller's
/// own, and what they are mapped to.
///
/// # Errors
/// Those of the store.
pub fn codes(room: &Room, channel: ChannelId, mappings: &Mappings) -> Result<BTreeSet<String>> {
    let filter = list::Filter {
        channels: vec![channel],
        ..list::Filter::default()
    };
    let ids = list::ids(&room.state, &filter)?;
    let mut found = BTreeSet::new();
    sales::each(&room.state, &ids, |_, sale| {
        for line in &sale.lines {
            let sku = sku_of(line);
            if !sku.is_empty() {
                found.insert(sku.to_lowercase());
                if let Some(target) = mappings.get(MappingKind::Product, sku) {
                    found.insert(target.to_lowercase());
                }
            }
        }
        Ok(())
    })?;
    Ok(found)
}

/// What lines of an article in a month moved and cost, over all kinds of documents.
#[derive(Debug, Clone, Copy, Default)]
pub struct Moved {
    /// Units × 10^6, without their sign.
    pub quantity_e6: i128,
    /// Money × 10^4, without its sign.
    pub cost_e4: i128,
}

/// Replaces what goods of a channel account cost: by code in lower case and month. Gives how many articles
/// have a cost.
///
/// # Errors
/// Those of the store.
pub fn keep(
    db: &Database,
    channel: ChannelId,
    moved: BTreeMap<(String, i32), Moved>,
    now: DateTime<Utc>,
) -> Result<u64> {
    db.write(move |tx| {
        tx.execute("DELETE FROM erp_cost WHERE channel_id = ?1", [channel])?;
        let mut articles = BTreeSet::new();
        let mut before: Option<(&str, i64)> = None;
        for ((code, month), moved) in &moved {
            let Some(cost) = unit(*moved).map(e4) else {
                continue;
            };
            if before != Some((code, cost)) {
                tx.prepare_cached("INSERT INTO erp_cost (channel_id, code, month, cost_e4) VALUES (?1, ?2, ?3, ?4)")?
                    .execute(params![channel, code, month, cost])?;
            }
            before = Some((code, cost));
            articles.insert(code);
        }
        tx.execute(
            "UPDATE cost_source SET taken_at = ?2 WHERE channel_id = ?1",
            params![channel, time::to_text(now)],
        )?;
        Ok(articles.len() as u64)
    })
}

/// The cost of one, with four decimals; none where nothing moved or nothing cost.
fn unit(moved: Moved) -> Option<Decimal> {
    if moved.quantity_e6 == 0 || moved.cost_e4 == 0 {
        return None;
    }
    let cost = Decimal::try_from_i128_with_scale(moved.cost_e4, 4).ok()?;
    let quantity = Decimal::try_from_i128_with_scale(moved.quantity_e6, 6).ok()?;
    let unit = cost.checked_div(quantity)?;
    Some(unit.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero))
}

/// What goods of one channel account cost by the ERP.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ErpCosts {
    /// By code in lower case, the months upwards.
    months: HashMap<String, Vec<(i32, Decimal)>>,
    /// What the seller's codes are mapped to, where the ERP doesn't know them, both in lower case.
    targets: HashMap<String, String>,
    /// Whose calendar says in which month something was sold.
    zone: Tz,
}

impl ErpCosts {
    /// Those of a channel account.
    ///
    /// # Errors
    /// Those of the store.
    pub fn of(room: &Room, channel: ChannelId, mappings: &Mappings) -> Result<ErpCosts> {
        let months = room.state.read(|conn| {
            let mut statement = conn.prepare_cached(
                "SELECT code, month, cost_e4 FROM erp_cost WHERE channel_id = ?1 ORDER BY code, month",
            )?;
            let mut rows = statement.query([channel])?;
            let mut found: HashMap<String, Vec<(i32, Decimal)>> = HashMap::new();
            while let Some(row) = rows.next()? {
                let code: String = row.get(0)?;
                let cost = (row.get(1)?, from_e4(row.get(2)?));
                found.entry(code).or_default().push(cost);
            }
            Ok::<_, puente_store::Error>(found)
        })?;
        let mut targets = HashMap::new();
        if !months.is_empty() {
            for (source, target) in mappings.of(MappingKind::Product) {
                targets.insert(source.to_lowercase(), target.to_lowercase());
            }
        }
        Ok(ErpCosts {
            months,
            targets,
            zone: room.zone(),
        })
    }

    /// The cost of one of what the seller calls `sku`, sold at that time.
    pub fn unit(&self, sku: &str, sold_at: DateTime<Utc>) -> Option<Decimal> {
        let sku = sku.to_lowercase();
        let known = self.months.get(&sku).or_else(|| {
            let target = self.targets.get(&sku)?;
            self.months.get(target)
        })?;
        let month = month_of(sold_at, self.zone);
        let before = known.iter().rev().find(|(of, _)| *of <= month);
        before.or_else(|| known.first()).map(|(_, cost)| *cost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sale_takes_the_cost_of_its_month_or_the_last_before_or_the_first_after() {
        let d = |text: &str| text.parse::<Decimal>().unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let in_zone = |zone| ErpCosts {
            zone,
            months: HashMap::from([(
                "tor-1".to_owned(),
                vec![(202_601, d("10")), (202_603, d("12.5"))],
            )]),
            targets: HashMap::from([("ml-9".to_owned(), "tor-1".to_owned())]),
        };
        let costs = in_zone(Tz::America__Bogota);
        let unit = |sku: &str, when: &str| costs.unit(sku, at(when));
        assert_eq!(unit("TOR-1", "2025-12-05T12:00:00Z"), Some(d("10")));
        assert_eq!(unit("TOR-1", "2026-02-05T12:00:00Z"), Some(d("10")));
        assert_eq!(unit("ML-9", "2026-03-31T12:00:00Z"), Some(d("12.5")));
        // Still February in Colombia, and March in Chile.
        assert_eq!(unit("ML-9", "2026-03-01T03:00:00Z"), Some(d("10")));
        let chile = in_zone(Tz::America__Santiago);
        assert_eq!(
            chile.unit("ML-9", at("2026-03-01T03:00:00Z")),
            Some(d("12.5"))
        );
        assert_eq!(unit("OTHER", "2026-03-01T03:00:00Z"), None);
    }

    #[test]
    fn the_cost_of_one_is_exact_to_four_decimals_and_nothing_has_none() {
        let moved = |quantity: i128, cost: i128| Moved {
            quantity_e6: quantity,
            cost_e4: cost,
        };
        assert_eq!(
            unit(moved(3_000_000, 100_000)),
            "3.3333".parse::<Decimal>().ok()
        );
        assert_eq!(unit(moved(0, 100_000)), None);
        assert_eq!(unit(moved(1_000_000, 0)), None);
    }
}
