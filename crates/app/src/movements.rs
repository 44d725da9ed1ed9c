//! Movements: extract, summarise, prove, export.

use crate::amounts::{Amount, Quantity, month_text};
use crate::companies::{CompanyRow, Known, Selected};
use crate::export;
pub use crate::export::Format;
use crate::jobs::{self, JobRow};
use crate::table::Filter;
use crate::{App, Nothing, Result};
use chrono::{DateTime, NaiveDate, Utc};
use puente_core::Month;
use puente_databases::profile::DocumentMeaning;
use puente_erp::companies::{self, Company};
use puente_erp::handlers::{EXTRACT, ExtractInput, PROVE, ProveInput, coverage};
use puente_erp::proof::{self, Figures, Level, Proof};
use puente_erp::servers;
use puente_jobs::NewJob;
use puente_warehouse::{ArticleTotal, MonthFilter, Rank, Sort, State, Stream};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use ts_rs::TS;

/// What to bring.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(rename = "MovementsExtract", optional_fields = nullable)]
pub struct Extract {
    /// `NIT` or `NIT:YEAR` each; none for all active ones.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub companies: Vec<String>,
    /// First day; with `to`, only documents of those days.
    pub from: Option<NaiveDate>,
    /// Last day, included.
    pub to: Option<NaiveDate>,
    /// Read everything again.
    #[ts(as = "Option<bool>", optional)]
    pub force: bool,
    /// Compare every page with the source.
    #[ts(as = "Option<bool>", optional)]
    pub audit: bool,
}

/// What to summarise.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(optional_fields = nullable)]
pub struct SummaryOf {
    /// `NIT` or `NIT:YEAR` each; none for all.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub companies: Vec<String>,
    /// First month.
    pub from: Option<Month>,
    /// Last month, included.
    pub to: Option<Month>,
    /// How many articles to rank.
    #[ts(as = "Option<usize>", optional)]
    pub top: usize,
}

/// A month of posted documents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct MonthRow {
    /// `2026-11`; empty for documents without a date.
    pub month: String,
    /// Movements of all kinds.
    pub movements: i64,
    /// Value of sales, before returns.
    pub sales: Amount,
    /// Value of sold goods that came back.
    pub returns: Amount,
    /// Sales without returns.
    pub net_sales: Amount,
    /// Quantity sold, without what came back.
    pub quantity: Quantity,
    /// Value of purchases, without what went back.
    pub purchases: Amount,
}

/// Movements of one kind of documents, over all months.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
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
    pub total: Amount,
}

/// An article over several companies and months.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TopArticle {
    /// Its code.
    pub code: String,
    /// Its description.
    pub description: String,
    /// In what it is counted.
    pub unit: String,
    /// Movements.
    pub movements: i64,
    /// How much of it.
    pub quantity: Quantity,
    /// Its value.
    pub total: Amount,
}

/// What is in the warehouse.
#[derive(Debug, Clone, Serialize, TS)]
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
    pub top: Vec<TopArticle>,
    /// Where the data is.
    pub warehouse: PathBuf,
}

/// What to export.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "MovementsExport", optional_fields = nullable)]
pub struct Export {
    /// Which movements, and in which order; of all companies when none is named.
    #[serde(flatten)]
    pub filter: Filter,
    /// Where to.
    pub output: PathBuf,
    /// As what; by the file's extension when left out.
    #[serde(default)]
    pub format: Option<Format>,
    /// Replace a file that is there.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub overwrite: bool,
}

/// What was exported.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "MovementsExported")]
pub struct Exported {
    /// Where to.
    pub output: PathBuf,
    /// Movements.
    pub rows: u64,
}

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

/// A company with its last proof.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "CompanyProof")]
pub struct ProofOf {
    /// The company.
    pub company: Company,
    /// Its last proof; none before the first run.
    pub proof: Option<ProofView>,
}

/// Queues the extraction of companies, one job each.
///
/// # Errors
/// That a company doesn't exist, that the days don't fit; those of the store.
pub fn extract(app: &App, request: Extract) -> Result<Vec<JobRow>> {
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
pub fn prove(app: &App, request: Selected) -> Result<Vec<JobRow>> {
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
) -> Result<Vec<JobRow>> {
    companies
        .iter()
        .map(|company| jobs::ask(app, NewJob::new(kind, input(company)).once()))
        .collect()
}

/// The last run of every company.
///
/// # Errors
/// Those of the store.
pub fn status(app: &App, _: Nothing) -> Result<Vec<CompanyRow>> {
    let known = Known::of(app)?;
    Ok(companies::list(&app.room.state)?
        .into_iter()
        .map(|company| known.row(company))
        .collect())
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
    let meanings = meanings(&app.room)?;
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
            .into_iter()
            .map(TopArticle::of)
            .collect()
    };
    // By its text, which is the same for all years that no office has: one row without a month.
    let mut by_month: BTreeMap<String, MonthRow> = BTreeMap::new();
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
                total: Amount::default(),
            });
        row.movements = row.movements.saturating_add(total.lines);
        row.total.add(total.total_e4);
        if total.state == State::Posted {
            let month = month_text(total.month);
            by_month
                .entry(month.clone())
                .or_insert_with(|| MonthRow {
                    month,
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
        let (value, quantity) = (i128::from(total.total_e4), i128::from(total.quantity_e6));
        self.movements = self.movements.saturating_add(total.lines);
        match meaning {
            DocumentMeaning::Sale => {
                self.sales.add(value);
                self.net_sales.add(value);
                self.quantity.add(quantity);
            }
            DocumentMeaning::SaleReturn => {
                self.returns.add(value);
                self.net_sales.add(-value);
                self.quantity.add(-quantity);
            }
            DocumentMeaning::Purchase => self.purchases.add(value),
            DocumentMeaning::PurchaseReturn => self.purchases.add(-value),
            DocumentMeaning::RemissionIn
            | DocumentMeaning::RemissionOut
            | DocumentMeaning::Transfer
            | DocumentMeaning::Order
            | DocumentMeaning::Other => {}
        }
    }
}

impl TopArticle {
    fn of(article: ArticleTotal) -> TopArticle {
        TopArticle {
            code: article.code,
            description: article.description,
            unit: article.unit,
            movements: article.lines,
            quantity: article.quantity_e6.into(),
            total: article.total_e4.into(),
        }
    }
}

/// Exports the movements of companies, in the order that was asked for.
///
/// # Errors
/// That a company doesn't exist, that the days are turned round, that the file is there already, that
/// it can't be written.
pub fn export(app: &App, request: Export) -> Result<Exported> {
    let (companies, filter) = request.filter.find(app)?;
    let sort = request.filter.sort.map(|key| Sort {
        key,
        descending: request.filter.descending,
    });
    let format = Format::of(request.format, &request.output)?;
    let what = export::What {
        companies: &companies,
        filter: &filter,
        sort,
    };
    let rows = export::write(app, &what, &request.output, format, request.overwrite)?;
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
pub(crate) fn meanings(room: &puente_erp::Room) -> Result<BTreeMap<String, DocumentMeaning>> {
    let mut meanings = BTreeMap::new();
    let profiles: BTreeSet<String> = servers::list(&room.state)?
        .into_iter()
        .map(|server| server.profile)
        .collect();
    for name in profiles {
        let profile = room.profile(&name)?;
        if let Some(transfers) = &profile.transfers {
            meanings.insert(transfers.type_code.clone(), DocumentMeaning::Transfer);
        }
        meanings.extend(profile.document_types);
    }
    Ok(meanings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;
    use puente_warehouse::{Batch, DocType, Movement, MovementBatch};

    #[test]
    fn movements_of_every_year_that_no_office_has_stand_in_one_row() {
        let desk = Desk::with_files();
        crate::sync::all(&desk.app, Nothing {}).unwrap();
        desk.run();
        let warehouse = &desk.app.room.warehouse;
        let company = companies::list(&desk.app.room.state).unwrap()[0].id;
        let load = warehouse.begin(company, None).unwrap();
        let mut movements = MovementBatch::with_capacity(Stream::Line, 3);
        // Without a date, in 1899 and in 2206.
        for (line_id, day) in [(1, None), (2, Some(-25_600)), (3, Some(86_400))] {
            movements.push(&Movement {
                line_id,
                doc_id: line_id,
                article_id: 1,
                place_id: None,
                to_place_id: None,
                day,
                doc_type: 0,
                state: State::Posted,
                quantity_e6: 1_000_000,
                price_e4: 10_000,
                total_e4: 10_000,
                cost_e4: 0,
            });
        }
        let batch = Batch {
            movements,
            doc_types: vec![DocType {
                id: 0,
                code: "FV".to_owned(),
            }],
            ..Batch::default()
        };
        warehouse.put(load, batch, json!({})).unwrap();
        warehouse.publish(load, json!({})).unwrap();
        let months = summary(&desk.app, SummaryOf::default()).unwrap().months;
        let without: Vec<_> = months.iter().filter(|row| row.month.is_empty()).collect();
        assert_eq!(without.len(), 1, "{months:?}");
        assert_eq!(without[0].movements, 3);
    }
}
