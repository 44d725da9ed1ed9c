//! The proof of completeness: what the source holds against what the warehouse holds.
//!
//! Two levels. *Totals*, after every run: for each table the server counts and sums its rows in one
//! pass (about 1 s for a million lines), and what was read is compared with what was stored by
//! document type and month. *Deep*, at night or on demand: the server itself joins and groups by
//! document type and month, which costs it about five times as much. `docs/adr/0004` tells why.

use crate::companies::CompanyId;
use crate::{Error, Result};
use chrono::{DateTime, Utc};
use puente_store::{Database, time};
use puente_warehouse::{State, Stream};
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// How much the server was asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "lowercase")]
#[ts(rename = "ProofLevel")]
pub enum Level {
    /// Counts and sums of whole tables by the server.
    Totals,
    /// Grouped by document type and month by the server.
    Deep,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Level::Totals => "totals",
            Level::Deep => "deep",
        }
    }
}

/// Counts and exact sums of some rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Figures {
    /// Rows.
    pub rows: u64,
    /// Sum of quantities × 10^6.
    #[serde(with = "exact")]
    pub quantity_e6: i128,
    /// Sum of totals, money × 10^4.
    #[serde(with = "exact")]
    pub total_e4: i128,
    /// Sum of costs, money × 10^4.
    #[serde(with = "exact")]
    pub cost_e4: i128,
}

impl Figures {
    /// Adds one row.
    pub fn add(&mut self, quantity_e6: i64, total_e4: i64, cost_e4: i64) {
        self.rows += 1;
        self.quantity_e6 += i128::from(quantity_e6);
        self.total_e4 += i128::from(total_e4);
        self.cost_e4 += i128::from(cost_e4);
    }

    /// Adds other figures.
    pub fn merge(&mut self, other: &Figures) {
        self.rows += other.rows;
        self.quantity_e6 += other.quantity_e6;
        self.total_e4 += other.total_e4;
        self.cost_e4 += other.cost_e4;
    }
}

/// A whole table, as the server counts it and as the warehouse does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableProof {
    /// `documents`, `lines` or `transfers`.
    pub table: String,
    /// By the server, in one statement.
    pub source: Figures,
    /// By the warehouse.
    pub warehouse: Figures,
}

/// Lines of one document type, month and state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupProof {
    /// Lines or transfers.
    pub stream: Stream,
    /// Code of the ERP, verbatim; empty for lines without a document.
    pub doc_type: String,
    /// Year × 100 + month; 0 without a date.
    pub month: i32,
    /// What the documents count for.
    pub state: State,
    /// As read (totals) or as grouped by the server (deep).
    pub source: Figures,
    /// As stored.
    pub warehouse: Figures,
}

/// The proof of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// How much the server was asked.
    pub level: Level,
    /// When.
    pub taken_at: DateTime<Utc>,
    /// Whole tables.
    pub tables: Vec<TableProof>,
    /// By document type, month and state.
    pub groups: Vec<GroupProof>,
}

/// The table of documents in [`Proof::tables`].
pub const DOCUMENTS: &str = "documents";

/// What groups are kept by.
pub type GroupKey = (Stream, String, i32, State);

impl Proof {
    /// Whether nothing differs.
    pub fn holds(&self) -> bool {
        self.tables
            .iter()
            .all(|table| table.source == table.warehouse)
            && self
                .groups
                .iter()
                .all(|group| group.source == group.warehouse)
    }

    /// Whether the proof has that table and it differs.
    pub fn table_differs(&self, name: &str) -> bool {
        self.tables
            .iter()
            .any(|table| table.table == name && table.source != table.warehouse)
    }

    /// What differs, readable, at most the first five.
    pub fn differences(&self) -> String {
        let tables = self
            .tables
            .iter()
            .filter(|table| table.source != table.warehouse)
            .map(|table| {
                format!(
                    "{}: {}",
                    table.table,
                    versus(&table.source, &table.warehouse)
                )
            });
        let groups = self
            .groups
            .iter()
            .filter(|group| group.source != group.warehouse)
            .map(|group| {
                let figures = versus(&group.source, &group.warehouse);
                format!("{} {}: {figures}", group.doc_type, group.month)
            });
        tables.chain(groups).take(5).collect::<Vec<_>>().join("; ")
    }
}

fn versus(source: &Figures, warehouse: &Figures) -> String {
    format!(
        "{} / {} rows, {} / {} total_e4, {} / {} quantity_e6",
        source.rows,
        warehouse.rows,
        source.total_e4,
        warehouse.total_e4,
        source.quantity_e6,
        warehouse.quantity_e6
    )
}

/// Pairs two groupings; a group that only one of them has is compared with nothing.
pub fn pair(
    source: &BTreeMap<GroupKey, Figures>,
    warehouse: &BTreeMap<GroupKey, Figures>,
) -> Vec<GroupProof> {
    let mut keys: Vec<&GroupKey> = source.keys().chain(warehouse.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter()
        .map(|key| GroupProof {
            stream: key.0,
            doc_type: key.1.clone(),
            month: key.2,
            state: key.3,
            source: source.get(key).copied().unwrap_or_default(),
            warehouse: warehouse.get(key).copied().unwrap_or_default(),
        })
        .collect()
}

/// Keeps a proof, whether it holds or not.
///
/// # Errors
/// Those of the store.
pub fn keep(db: &Database, company: CompanyId, proof: &Proof) -> Result<()> {
    let (level, holds) = (proof.level.as_str(), proof.holds());
    let (at, body) = (
        time::to_text(proof.taken_at),
        crate::servers::to_json(proof),
    );
    db.write(move |tx| {
        tx.prepare_cached(
            "INSERT INTO proof (company_id, taken_at, level, holds, body) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![company, at, level, holds, body])?;
        // The newest twenty of each company tell enough of its history.
        tx.prepare_cached(
            "DELETE FROM proof WHERE company_id = ?1 AND id NOT IN \
             (SELECT id FROM proof WHERE company_id = ?1 ORDER BY id DESC LIMIT 20)",
        )?
        .execute([company])?;
        Ok(())
    })
}

/// The newest proof of a company.
///
/// # Errors
/// Those of the store.
pub fn latest(db: &Database, company: CompanyId) -> Result<Option<Proof>> {
    let body: Option<String> = db.read(|conn| {
        conn.prepare_cached(
            "SELECT body FROM proof WHERE company_id = ?1 ORDER BY id DESC LIMIT 1",
        )?
        .query_row([company], |row| row.get(0))
        .optional()
        .map_err(Error::from)
    })?;
    Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
}

/// Whether the newest proof of each company holds.
///
/// # Errors
/// Those of the store.
pub fn latest_verdicts(db: &Database) -> Result<HashMap<CompanyId, bool>> {
    db.read(|conn| {
        let mut statement = conn.prepare_cached(
            "SELECT company_id, holds FROM proof
             WHERE id IN (SELECT max(id) FROM proof GROUP BY company_id)",
        )?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<_>>().map_err(Error::from)
    })
}

/// 128-bit sums travel as text: JSON readers turn large numbers into floats.
mod exact {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(value: &i128, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i128, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(rows: u64, total_e4: i128) -> Figures {
        Figures {
            rows,
            total_e4,
            ..Figures::default()
        }
    }

    #[test]
    fn a_group_that_only_one_side_has_breaks_the_proof() {
        let key = (Stream::Line, "FV".to_owned(), 202_601, State::Posted);
        let source = BTreeMap::from([(key, figures(2, 5))]);
        let proof = Proof {
            level: Level::Deep,
            taken_at: DateTime::default(),
            tables: Vec::new(),
            groups: pair(&source, &BTreeMap::new()),
        };
        assert!(!proof.holds());
        assert!(proof.differences().starts_with("FV 202601: 2 / 0 rows"));
    }

    #[test]
    fn sums_beyond_53_bits_survive_json() {
        let table = TableProof {
            table: "lines".to_owned(),
            source: figures(1, i128::from(i64::MAX) * 7),
            warehouse: Figures::default(),
        };
        let json = serde_json::to_string(&table).unwrap();
        assert_eq!(serde_json::from_str::<TableProof>(&json).unwrap(), table);
    }
}
