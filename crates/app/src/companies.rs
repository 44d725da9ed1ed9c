//! Companies: discover, list, look at one.

use crate::amounts::month_text;
use crate::jobs::{self, JobRow};
use crate::movements::ProofView;
use crate::{App, Result};
use puente_erp::companies::{self, Company, CompanyId, Selection};
use puente_erp::extract::{History, history, latest_runs};
use puente_erp::handlers::{DISCOVER, DiscoverInput};
use puente_erp::proof;
use puente_erp::servers;
use puente_jobs::NewJob;
use puente_warehouse::CompanyCount;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;
use ts_rs::TS;

/// Which companies to list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(rename = "CompanySearch")]
pub struct Search {
    /// A part of name, NIT, year or server, whatever the case; empty for all.
    #[ts(as = "Option<String>", optional)]
    pub text: String,
}

/// Names a company: `NIT` or `NIT:YEAR`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "CompanyNamed")]
pub struct Named {
    /// As typed.
    pub company: String,
}

/// Several companies.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(rename = "CompaniesSelected")]
pub struct Selected {
    /// `NIT` or `NIT:YEAR` each; none for all active ones.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub companies: Vec<String>,
}

impl Selected {
    /// The companies that are meant.
    ///
    /// # Errors
    /// That one can't be read or doesn't exist.
    pub fn find(&self, app: &App) -> Result<Vec<Company>> {
        Ok(companies::select(
            &app.room.state,
            &Selection::parse(&self.companies)?,
        )?)
    }
}

/// Which servers to ask.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(rename = "CompaniesDiscover")]
pub struct Discover {
    /// Names; none for all.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub servers: Vec<String>,
}

/// A company with what is known of its movements.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CompanyRow {
    /// The company.
    #[serde(flatten)]
    pub company: Company,
    /// What its current load holds.
    pub held: Option<Held>,
    /// The last run.
    pub last: Option<History>,
    /// Whether the last proof holds.
    pub proven: Option<bool>,
}

/// What the current load of a company holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Held {
    /// Movements that are not gone.
    pub movements: i64,
    /// Of those, the posted ones.
    pub posted: i64,
    /// First month with a date, `2026-01`.
    pub first_month: Option<String>,
    /// Last month with a date.
    pub last_month: Option<String>,
}

/// Everything about a company.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CompanyPage {
    /// The company and its last run.
    #[serde(flatten)]
    pub row: CompanyRow,
    /// Runs, newest first.
    pub history: Vec<History>,
    /// The last proof.
    pub proof: Option<ProofView>,
}

/// Lists companies, by name and year.
///
/// # Errors
/// Those of the store.
pub fn list(app: &App, request: Search) -> Result<Vec<CompanyRow>> {
    let wanted = request.text.trim().to_lowercase();
    let known = Known::of(app)?;
    Ok(companies::list(&app.room.state)?
        .into_iter()
        .filter(|company| wanted.is_empty() || described(company).contains(&wanted))
        .map(|company| known.row(company))
        .collect())
}

/// Shows companies with everything about them: all years of a NIT, or one.
///
/// # Errors
/// That it doesn't exist; those of the store.
pub fn show(app: &App, request: Named) -> Result<Vec<CompanyPage>> {
    let known = Known::of(app)?;
    Selected {
        companies: vec![request.company],
    }
    .find(app)?
    .into_iter()
    .map(|company| {
        let history = history(&app.room.state, company.id, 20)?;
        let proof = proof::latest(&app.room.state, company.id)?.map(ProofView::of);
        Ok(CompanyPage {
            row: known.row(company),
            history,
            proof,
        })
    })
    .collect()
}

/// Queues the discovery of servers, one job each.
///
/// # Errors
/// That a server doesn't exist; those of the store.
pub fn discover(app: &App, request: Discover) -> Result<Vec<JobRow>> {
    let all = match request.servers.as_slice() {
        [] => servers::list(&app.room.state)?,
        names => names
            .iter()
            .map(|name| servers::find(&app.room.state, name))
            .collect::<puente_erp::Result<_>>()?,
    };
    all.iter()
        .map(|server| {
            let input = json!(DiscoverInput {
                server_id: server.id
            });
            jobs::ask(app, NewJob::new(DISCOVER, input).once())
        })
        .collect()
}

/// What is known of companies, read once for a whole list.
pub(crate) struct Known {
    counts: HashMap<CompanyId, CompanyCount>,
    runs: HashMap<CompanyId, History>,
    proven: HashMap<CompanyId, bool>,
}

impl Known {
    pub fn of(app: &App) -> Result<Known> {
        let counts = app.room.warehouse.counts()?.into_iter();
        Ok(Known {
            counts: counts.map(|count| (count.company_id, count)).collect(),
            runs: latest_runs(&app.room.state)?,
            proven: proof::latest_verdicts(&app.room.state)?,
        })
    }

    pub fn any_held(&self) -> bool {
        !self.counts.is_empty()
    }

    pub fn movements(&self) -> i64 {
        self.counts.values().map(|count| count.movements).sum()
    }

    pub fn proven(&self, company: CompanyId) -> Option<bool> {
        self.proven.get(&company).copied()
    }

    pub fn row(&self, company: Company) -> CompanyRow {
        CompanyRow {
            held: self.counts.get(&company.id).map(|count| Held {
                movements: count.movements,
                posted: count.posted,
                first_month: count.first_month.map(month_text),
                last_month: count.last_month.map(month_text),
            }),
            last: self.runs.get(&company.id).cloned(),
            proven: self.proven.get(&company.id).copied(),
            company,
        }
    }
}

fn described(company: &Company) -> String {
    let (nit, year) = (&company.nit, company.fiscal_year);
    format!(
        "{} {nit} {} {year} {}",
        company.name, company.nit_written, company.server
    )
    .to_lowercase()
}
