//! What the last proof of a company found, for people.

use crate::amounts::{Amount, Quantity, month_text};
use crate::companies::Selected;
use crate::{App, Result};
use chrono::{DateTime, Utc};
use puente_erp::companies::Company;
use puente_erp::proof::{self, Figures, Level, Proof};
use puente_warehouse::State;
use serde::Serialize;
use ts_rs::TS;

/// Counts and sums of some rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "ProofFigures")]
pub struct FiguresView {
    /// Rows.
    pub rows: u64,
    /// Sum of quantities.
    pub quantity: Quantity,
    /// Sum of totals.
    pub total: Amount,
    /// Sum of costs.
    pub cost: Amount,
}

/// One line of a proof: what the source holds, and what is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ProofLine {
    /// The whole table, `documents`, `lines` or `transfers`; empty where it is about one kind of documents.
    pub table: String,
    /// Code of the documents.
    pub doc_type: String,
    /// `2026-11`; empty without a date and for whole tables.
    pub month: String,
    /// What the documents count for; none for whole tables.
    pub state: Option<State>,
    /// At the source.
    pub source: FiguresView,
    /// In the warehouse.
    pub warehouse: FiguresView,
    /// Whether both are the same.
    pub equal: bool,
}

/// The proof of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "Proof")]
pub struct ProofView {
    /// How much the server was asked.
    pub level: Level,
    /// When.
    pub taken_at: DateTime<Utc>,
    /// Whether nothing differs.
    pub holds: bool,
    /// What differs, for technicians, at most the first five.
    pub differences: String,
    /// Whole tables.
    pub tables: Vec<ProofLine>,
    /// By document type, month and state.
    pub groups: Vec<ProofLine>,
}

/// A company with its last proof.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "CompanyProof")]
pub struct ProofOf {
    /// The company.
    pub company: Company,
    /// Its last proof; none before the first run.
    pub proof: Option<ProofView>,
}

/// The last proofs.
///
/// # Errors
/// That a company doesn't exist; those of the store.
pub fn proof(app: &App, request: Selected) -> Result<Vec<ProofOf>> {
    request
        .find(app)?
        .into_iter()
        .map(|company| {
            let proof = proof::latest(&app.room.state, company.id)?.map(ProofView::of);
            Ok(ProofOf { company, proof })
        })
        .collect()
}

impl ProofView {
    pub(crate) fn of(proof: Proof) -> ProofView {
        let line = |source: &Figures, warehouse: &Figures| ProofLine {
            table: String::new(),
            doc_type: String::new(),
            month: String::new(),
            state: None,
            source: FiguresView::of(source),
            warehouse: FiguresView::of(warehouse),
            equal: source == warehouse,
        };
        ProofView {
            holds: proof.holds(),
            differences: proof.differences(),
            level: proof.level,
            taken_at: proof.taken_at,
            tables: proof
                .tables
                .into_iter()
                .map(|table| ProofLine {
                    table: table.table,
                    ..line(&table.source, &table.warehouse)
                })
                .collect(),
            groups: proof
                .groups
                .into_iter()
                .map(|group| ProofLine {
                    doc_type: group.doc_type,
                    month: month_text(group.month),
                    state: Some(group.state),
                    ..line(&group.source, &group.warehouse)
                })
                .collect(),
        }
    }
}

impl FiguresView {
    fn of(figures: &Figures) -> FiguresView {
        FiguresView {
            rows: figures.rows,
            quantity: Quantity(figures.quantity_e6),
            total: Amount(figures.total_e4),
            cost: Amount(figures.cost_e4),
        }
    }
}
