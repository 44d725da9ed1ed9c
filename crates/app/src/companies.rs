//! Companies: discover, list, look at one.

use crate::{App, Result};
use puente_erp::companies::{self, Company, Selection};
use puente_erp::extract::{History, history};
use puente_erp::handlers::{DISCOVER, DiscoverInput};
use puente_erp::proof::{self, Proof};
use puente_erp::servers;
use puente_jobs::{Job, NewJob};
use puente_warehouse::CompanyCount;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Which companies to list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Search {
    /// A part of name, NIT, year or server, whatever the case; empty for all.
    pub text: String,
}

/// Names a company: `NIT` or `NIT:YEAR`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// As typed.
    pub company: String,
}

/// Several companies.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Selected {
    /// `NIT` or `NIT:YEAR` each; none for all active ones.
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
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Discover {
    /// Names; none for all.
    pub servers: Vec<String>,
}

/// A company with what is known of its movements.
#[derive(Debug, Clone, Serialize)]
pub struct CompanyRow {
    /// The company.
    #[serde(flatten)]
    pub company: Company,
    /// What its current load holds.
    pub count: Option<CompanyCount>,
    /// The last run.
    pub last: Option<History>,
    /// Whether the last proof holds.
    pub proven: Option<bool>,
}

/// Everything about a company.
#[derive(Debug, Clone, Serialize)]
pub struct CompanyPage {
    /// The company and its last run.
    #[serde(flatten)]
    pub row: CompanyRow,
    /// Runs, newest first.
    pub history: Vec<History>,
    /// The last proof.
    pub proof: Option<Proof>,
}

/// Lists companies, by name and year.
///
/// # Errors
/// Those of the store.
pub fn list(app: &App, request: Search) -> Result<Vec<CompanyRow>> {
    let wanted = request.text.trim().to_lowercase();
    let counts = app.room.warehouse.counts()?;
    companies::list(&app.room.state)?
        .into_iter()
        .filter(|company| wanted.is_empty() || described(company).contains(&wanted))
        .map(|company| row(app, company, &counts))
        .collect()
}

/// Shows companies with everything about them: all years of a NIT, or one.
///
/// # Errors
/// That it doesn't exist; those of the store.
pub fn show(app: &App, request: Named) -> Result<Vec<CompanyPage>> {
    let counts = app.room.warehouse.counts()?;
    Selected {
        companies: vec![request.company],
    }
    .find(app)?
    .into_iter()
    .map(|company| {
        let history = history(&app.room.state, company.id, 20)?;
        let proof = proof::latest(&app.room.state, company.id)?;
        Ok(CompanyPage {
            row: row(app, company, &counts)?,
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
pub fn discover(app: &App, request: Discover) -> Result<Vec<Job>> {
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
            crate::jobs::ask(app, NewJob::new(DISCOVER, input).once())
        })
        .collect()
}

pub(crate) fn row(app: &App, company: Company, counts: &[CompanyCount]) -> Result<CompanyRow> {
    let count = counts
        .iter()
        .find(|count| count.company_id == company.id)
        .cloned();
    let last = history(&app.room.state, company.id, 1)?.pop();
    let proven = proof::latest(&app.room.state, company.id)?.map(|proof| proof.holds());
    Ok(CompanyRow {
        company,
        count,
        last,
        proven,
    })
}

fn described(company: &Company) -> String {
    let (nit, year) = (&company.nit, company.fiscal_year);
    format!(
        "{} {nit} {} {year} {}",
        company.name, company.nit_written, company.server
    )
    .to_lowercase()
}
