//! Movements: extract, summarise, prove, export.

use crate::companies::{CompanyRow, Selected, row};
use crate::export;
pub use crate::export::Format;
use crate::{App, Nothing, Result};
use chrono::NaiveDate;
use puente_core::Month;
use puente_databases::profile::DocumentMeaning;
use puente_erp::companies::{self, Company};
use puente_erp::handlers::{EXTRACT, ExtractInput, PROVE, ProveInput, coverage};
use puente_erp::proof::{self, Proof};
use puente_erp::servers;
use puente_jobs::{Job, NewJob};
use puente_warehouse::{ArticleTotal, MonthFilter, MovementFilter, Rank, State, Stream};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What to bring.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Extract {
    /// `NIT` or `NIT:YEAR` each; none for all active ones.
    pub companies: Vec<String>,
    /// First day; with `to`, only documents of those days.
    pub from: Option<NaiveDate>,
    /// Last day, included.
    pub to: Option<NaiveDate>,
    /// Read everything again.
    pub force: bool,
    /// Compare every page with the source.
    pub audit: bool,
}

/// What to summarise.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SummaryOf {
    /// `NIT` or `NIT:YEAR` each; none for all.
    pub companies: Vec<String>,
    /// First month.
    pub from: Option<Month>,
    /// Last month, included.
    pub to: Option<Month>,
    /// How many articles to rank.
    pub top: usize,
}

/// A month of posted documents. Money × 10^4, quantities × 10^6.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MonthRow {
    /// Year × 100 + month; 0 for documents without a date.
    pub month: i32,
    /// Movements of all kinds.
    pub movements: i64,
    /// Value of sales, before returns.
    pub sales_e4: i64,
    /// Value of sold goods that came back.
    pub returns_e4: i64,
    /// Quantity sold, without what came back.
    pub quantity_e6: i64,
    /// Value of purchases, without what went back.
    pub purchases_e4: i64,
}

/// Movements of one kind of documents, over all months.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TypeRow {
    /// The ERP's code.
    pub doc_type: String,
    /// What it means.
    pub meaning: DocumentMeaning,
    /// What its documents count for.
    pub state: State,
    /// Movements.
    pub movements: i64,
    /// Value.
    pub total_e4: i64,
}

/// What is in the warehouse.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Companies with movements.
    pub companies: Vec<Company>,
    /// Movements that are not gone.
    pub movements: i64,
    /// Of those, posted ones.
    pub posted: i64,
    /// By month, oldest first.
    pub months: Vec<MonthRow>,
    /// By kind and state.
    pub types: Vec<TypeRow>,
    /// Articles that sold most.
    pub top: Vec<ArticleTotal>,
    /// Where the data is.
    pub warehouse: PathBuf,
}

/// What to export.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// `NIT` or `NIT:YEAR` each; none for all.
    #[serde(default)]
    pub companies: Vec<String>,
    /// Where to.
    pub output: PathBuf,
    /// As what; by the file's extension when left out.
    #[serde(default)]
    pub format: Option<Format>,
    /// Replace a file that is there.
    #[serde(default)]
    pub overwrite: bool,
}

/// What was exported.
#[derive(Debug, Clone, Serialize)]
pub struct Exported {
    /// Where to.
    pub output: PathBuf,
    /// Movements.
    pub rows: u64,
}

/// A company with its last proof.
#[derive(Debug, Clone, Serialize)]
pub struct ProofOf {
    /// The company.
    pub company: Company,
    /// Its last proof; none before the first run.
    pub proof: Option<Proof>,
    /// Whether it holds.
    pub holds: Option<bool>,
}

/// Queues the extraction of companies, one job each.
///
/// # Errors
/// That a company doesn't exist, that the days don't fit; those of the store.
pub fn extract(app: &App, request: Extract) -> Result<Vec<Job>> {
    coverage(request.from, request.to)?;
    let found = Selected {
        companies: request.companies,
    }
    .find(app)?;
    let Extract {
        from,
        to,
        force,
        audit,
        ..
    } = request;
    queue(app, found, EXTRACT, |company| {
        json!(ExtractInput {
            company_id: company.id,
            from,
            to,
            force,
            audit
        })
    })
}

/// Queues the deep proof of companies, one job each.
///
/// # Errors
/// That a company doesn't exist; those of the store.
pub fn prove(app: &App, request: Selected) -> Result<Vec<Job>> {
    let found = request.find(app)?;
    queue(app, found, PROVE, |company| {
        json!(ProveInput {
            company_id: company.id
        })
    })
}

fn queue(
    app: &App,
    companies: Vec<Company>,
    kind: &str,
    input: impl Fn(&Company) -> serde_json::Value,
) -> Result<Vec<Job>> {
    companies
        .iter()
        .map(|company| crate::jobs::ask(app, NewJob::new(kind, input(company)).once()))
        .collect()
}

/// The last run of every company.
///
/// # Errors
/// Those of the store.
pub fn status(app: &App, _: Nothing) -> Result<Vec<CompanyRow>> {
    let counts = app.room.warehouse.counts()?;
    companies::list(&app.room.state)?
        .into_iter()
        .map(|company| row(app, company, &counts))
        .collect()
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
            let proof = proof::latest(&app.room.state, company.id)?;
            let holds = proof.as_ref().map(Proof::holds);
            Ok(ProofOf {
                company,
                proof,
                holds,
            })
        })
        .collect()
}

/// Months, kinds and best sellers.
///
/// # Errors
/// That a company doesn't exist; those of the store.
pub fn summary(app: &App, request: SummaryOf) -> Result<Summary> {
    let chosen = Selected {
        companies: request.companies.clone(),
    }
    .find(app)?;
    let ids: Vec<i64> = chosen.iter().map(|company| company.id).collect();
    let counts = app.room.warehouse.counts()?;
    let held: Vec<_> = counts
        .iter()
        .filter(|count| ids.contains(&count.company_id))
        .collect();
    let companies = chosen
        .into_iter()
        .filter(|c| held.iter().any(|count| count.company_id == c.id))
        .collect();
    let meanings = meanings(app)?;
    let months = MonthFilter {
        companies: ids,
        from_month: request.from.map(Month::number),
        to_month: request.to.map(Month::number),
        states: vec![State::Posted, State::Draft, State::Voided],
        ..MonthFilter::default()
    };
    let totals = app.room.warehouse.monthly(&months)?;
    let of = |code: &str| {
        meanings
            .get(code)
            .copied()
            .unwrap_or(DocumentMeaning::Other)
    };
    let sales: Vec<String> = totals
        .iter()
        .map(|total| total.doc_type.clone())
        .filter(|code| of(code) == DocumentMeaning::Sale)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let top = if sales.is_empty() || months.companies.is_empty() {
        Vec::new()
    } else {
        let filter = MonthFilter {
            doc_types: sales,
            stream: Some(Stream::Line),
            states: Vec::new(),
            ..months
        };
        app.room
            .warehouse
            .top_articles(&filter, Rank::Total, request.top)?
    };
    let mut by_month: BTreeMap<i32, MonthRow> = BTreeMap::new();
    let mut by_type: BTreeMap<(String, u8), TypeRow> = BTreeMap::new();
    for total in &totals {
        let meaning = of(&total.doc_type);
        let row = by_type
            .entry((total.doc_type.clone(), total.state as u8))
            .or_insert_with(|| TypeRow {
                doc_type: total.doc_type.clone(),
                meaning,
                state: total.state,
                movements: 0,
                total_e4: 0,
            });
        row.movements = row.movements.saturating_add(total.lines);
        row.total_e4 = row.total_e4.saturating_add(total.total_e4);
        if total.state == State::Posted {
            by_month
                .entry(total.month)
                .or_insert_with(|| MonthRow {
                    month: total.month,
                    ..MonthRow::default()
                })
                .add(total, meaning);
        }
    }
    Ok(Summary {
        companies,
        movements: held.iter().map(|count| count.movements).sum(),
        posted: held.iter().map(|count| count.posted).sum(),
        months: by_month.into_values().collect(),
        types: by_type.into_values().collect(),
        top,
        warehouse: app.dir.warehouse(),
    })
}

impl MonthRow {
    fn add(&mut self, total: &puente_warehouse::MonthTotal, meaning: DocumentMeaning) {
        let (value, quantity) = (total.total_e4, total.quantity_e6);
        self.movements = self.movements.saturating_add(total.lines);
        match meaning {
            DocumentMeaning::Sale => {
                self.sales_e4 = self.sales_e4.saturating_add(value);
                self.quantity_e6 = self.quantity_e6.saturating_add(quantity);
            }
            DocumentMeaning::SaleReturn => {
                self.returns_e4 = self.returns_e4.saturating_add(value);
                self.quantity_e6 = self.quantity_e6.saturating_sub(quantity);
            }
            DocumentMeaning::Purchase => {
                self.purchases_e4 = self.purchases_e4.saturating_add(value);
            }
            DocumentMeaning::PurchaseReturn => {
                self.purchases_e4 = self.purchases_e4.saturating_sub(value);
            }
            DocumentMeaning::RemissionIn
            | DocumentMeaning::RemissionOut
            | DocumentMeaning::Transfer
            | DocumentMeaning::Order
            | DocumentMeaning::Other => {}
        }
    }
}

/// Exports the movements of companies.
///
/// # Errors
/// That a company doesn't exist, that the file is there already, that it can't be written.
pub fn export(app: &App, request: Export) -> Result<Exported> {
    let companies = Selected {
        companies: request.companies,
    }
    .find(app)?;
    let filter = MovementFilter {
        companies: companies.iter().map(|company| company.id).collect(),
        states: vec![State::Posted, State::Draft, State::Voided],
        ..MovementFilter::default()
    };
    let format = Format::of(request.format, &request.output)?;
    let rows = export::write(
        app,
        &companies,
        &filter,
        &request.output,
        format,
        request.overwrite,
    )?;
    let detail = json!({ "rows": rows, "companies": companies.len() });
    app.audit(
        "movements.export",
        &request.output.display().to_string(),
        detail,
    )?;
    Ok(Exported {
        output: request.output,
        rows,
    })
}

/// What each code means, over the profiles of all servers.
fn meanings(app: &App) -> Result<BTreeMap<String, DocumentMeaning>> {
    let mut meanings = BTreeMap::new();
    let profiles: BTreeSet<String> = servers::list(&app.room.state)?
        .into_iter()
        .map(|server| server.profile)
        .collect();
    for name in profiles {
        let profile = app.room.profile(&name)?;
        if let Some(transfers) = &profile.transfers {
            meanings.insert(transfers.type_code.clone(), DocumentMeaning::Transfer);
        }
        meanings.extend(profile.document_types);
    }
    Ok(meanings)
}
