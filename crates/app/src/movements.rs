//! Movements: extract, summarise, prove, export.

mod export;
mod proofs;
mod summary;

pub use crate::export::Format;
pub use proofs::{FiguresView, ProofLine, ProofOf, ProofView, proof};
pub use summary::{MonthRow, Summary, SummaryOf, TopArticle, TypeRow, summary};

use crate::companies::{CompanyRow, Known, Selected};
use crate::jobs::{self, JobRow};
use crate::table::Filter;
use crate::{App, Nothing, Result};
use chrono::NaiveDate;
use puente_databases::profile::DocumentMeaning;
use puente_erp::companies::{self, Company};
use puente_erp::handlers::{EXTRACT, ExtractInput, PROVE, ProveInput, coverage};
use puente_erp::servers;
use puente_jobs::NewJob;
use puente_warehouse::Sort;
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
    let what = export::What {
        companies: &companies,
        filter: &filter,
        sort,
    };
    let rows = export::write(
        app,
        &what,
        &request.output,
        request.format,
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
