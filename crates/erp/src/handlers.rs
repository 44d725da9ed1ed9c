//! The jobs of this crate.

use crate::companies::{self, Company, CompanyId};
use crate::discover::{self, Report};
use crate::extract::{self, End, Extraction, Limits, Mode, Notes, Request};
use crate::proof::{self, Proof};
use crate::quiet::Window;
use crate::room::{Room, Statements};
use crate::servers::{self, Server, ServerId};
use crate::{Error, Result};
use chrono::NaiveDate;
use puente_core::period::epoch_day;
use puente_core::{Cancel, Progress, ProgressSink};
use puente_databases::SourceDb;
use puente_jobs::{Handler, Interrupted, JobKind, Level, RetryPolicy, Running};
use puente_warehouse::Coverage;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The kind of job that lists a server's companies.
pub const DISCOVER: &str = "companies.discover";
/// The kind of job that brings a company's movements.
pub const EXTRACT: &str = "movements.extract";
/// The kind of job that takes the deep proof.
pub const PROVE: &str = "movements.prove";

/// The kind of job that lists a server's companies and queues the extraction of all that are active.
pub const SYNC: &str = "servers.sync";

/// Input of [`DISCOVER`] and [`SYNC`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscoverInput {
    /// The server.
    pub server_id: ServerId,
}

/// Input of [`EXTRACT`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractInput {
    /// The company-year.
    pub company_id: CompanyId,
    /// First day; with `to`, only documents of those days.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// Last day, included.
    #[serde(default)]
    pub to: Option<NaiveDate>,
    /// Read everything again.
    #[serde(default)]
    pub force: bool,
    /// Compare every page with the source.
    #[serde(default)]
    pub audit: bool,
}

/// Input of [`PROVE`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProveInput {
    /// The company-year.
    pub company_id: CompanyId,
}

/// Result of [`EXTRACT`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ExtractReport {
    /// How the run went about it.
    pub mode: Mode,
    /// Rows that the server sent.
    pub rows_read: u64,
    /// Movements that were new.
    pub inserted: u64,
    /// Movements that were different.
    pub updated: u64,
    /// Movements that were deleted at the source.
    pub removed: u64,
    /// What else is worth knowing.
    pub notes: Notes,
}

/// Result of [`SYNC`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct SyncReport {
    /// What the list gave.
    pub found: Report,
    /// The extractions that were queued, or were waiting already: numbers of jobs.
    pub queued: Vec<i64>,
}

/// The handlers, for the queue.
pub fn all(room: &Room) -> Vec<Arc<dyn Handler>> {
    vec![
        Arc::new(Discover(room.clone())),
        Arc::new(Sync(room.clone())),
        Arc::new(Extract(room.clone())),
        Arc::new(Prove(room.clone())),
    ]
}

/// Tells the queue how far a run is, and from time to time that it came further at all: a job that is
/// killed again and again without a checkpoint in its row would count as one that kills.
struct Pulse<'j> {
    job: &'j Running,
    next: Mutex<Option<Instant>>,
}

impl<'j> Pulse<'j> {
    fn of(job: &'j Running) -> Self {
        Pulse {
            job,
            next: Mutex::new(None),
        }
    }
}

impl ProgressSink for Pulse<'_> {
    fn report(&self, progress: Progress) {
        let now = Instant::now();
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if progress.done > 0 && next.is_none_or(|next| next <= now) {
            *next = Some(now + PULSE);
            let state = serde_json::json!({ "stage": progress.stage, "rows": progress.done });
            if let Err(error) = self.job.checkpoint(state) {
                tracing::warn!(job = self.job.id.0, %error, "a checkpoint was not kept");
            }
        }
        self.job.progress(progress);
    }
}

/// Between two checkpoints of a job's row. Where to go on stands in the warehouse, page by page.
const PULSE: Duration = Duration::from_secs(10);

struct Discover(Room);
struct Sync(Room);
struct Extract(Room);
struct Prove(Room);

impl JobKind for Discover {
    const NAME: &'static str = DISCOVER;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    const RETRY: RetryPolicy = RetryPolicy::PATIENT;
    type Input = DiscoverInput;
    type Output = Report;

    fn holds(input: &Self::Input) -> Vec<String> {
        vec![format!("server:{}", input.server_id)]
    }

    fn work(
        &self,
        job: &Running,
        input: Self::Input,
    ) -> std::result::Result<Self::Output, puente_core::Error> {
        let server = servers::get(&self.0.state, input.server_id)?;
        let found = discover_now(&self.0, &server, job);
        remember_contact(&self.0, server.id, &found)?;
        Ok(found?)
    }
}

impl JobKind for Sync {
    const NAME: &'static str = SYNC;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    const RETRY: RetryPolicy = RetryPolicy::PATIENT;
    type Input = DiscoverInput;
    type Output = SyncReport;

    fn holds(input: &Self::Input) -> Vec<String> {
        vec![format!("server:{}", input.server_id)]
    }

    fn work(
        &self,
        job: &Running,
        input: Self::Input,
    ) -> std::result::Result<Self::Output, puente_core::Error> {
        let room = &self.0;
        let server = servers::get(&room.state, input.server_id)?;
        let found = discover_now(room, &server, job);
        remember_contact(room, server.id, &found)?;
        let report = SyncReport {
            found: found?,
            queued: queue_extractions(room, server.id, job)?,
        };
        Ok(report)
    }
}

impl JobKind for Extract {
    const NAME: &'static str = EXTRACT;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    const RETRY: RetryPolicy = RetryPolicy::PATIENT;
    type Input = ExtractInput;
    type Output = ExtractReport;

    fn holds(input: &Self::Input) -> Vec<String> {
        vec![format!("company:{}", input.company_id)]
    }

    fn work(
        &self,
        job: &Running,
        input: Self::Input,
    ) -> std::result::Result<Self::Output, puente_core::Error> {
        let room = &self.0;
        let company = companies::get(&room.state, input.company_id)?;
        let server = servers::get(&room.state, company.server_id)?;
        let report = extract_now(room, &server, &company, &input, job);
        if let Err(Error::QuietHours { .. }) = &report
            && let Some(window) = window(&server)?
        {
            job.retry_at(window.ends_after(room.clock.now()));
        }
        remember_contact(room, server.id, &report)?;
        let report = report?;
        if report.mode == Mode::Full {
            sweep(room, job);
        }
        Ok(report)
    }
}

impl JobKind for Prove {
    const NAME: &'static str = PROVE;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    const RETRY: RetryPolicy = RetryPolicy::PATIENT;
    type Input = ProveInput;
    type Output = Proof;

    fn holds(input: &Self::Input) -> Vec<String> {
        vec![format!("company:{}", input.company_id)]
    }

    fn work(
        &self,
        job: &Running,
        input: Self::Input,
    ) -> std::result::Result<Self::Output, puente_core::Error> {
        let room = &self.0;
        let company = companies::get(&room.state, input.company_id)?;
        let server = servers::get(&room.state, company.server_id)?;
        let proof = prove_now(room, &server, &company, job)?;
        Ok(proof)
    }
}

fn discover_now(room: &Room, server: &Server, job: &Running) -> Result<Report> {
    job.progress(Progress::stage("companies").about(&*server.name));
    let listed = room.list_companies(server, None, &job.cancel)?;
    let plan = discover::plan(server.id, &listed, &companies::list(&room.state)?);
    let now = room.clock.now();
    companies::apply_discovery(&room.state, server.id, plan.found, plan.gone, now)?;
    for skipped in &plan.report.skipped {
        let reason = crate::servers::to_json(&skipped.reason);
        let (nit, year) = (&skipped.nit, &skipped.year);
        job.log(
            Level::Warn,
            &format!("left out: {} {nit} {year}: {reason}", skipped.name),
        );
    }
    Ok(plan.report)
}

/// One extraction for each active company of the server: the one that waits already, if one does.
fn queue_extractions(
    room: &Room,
    server: ServerId,
    job: &Running,
) -> std::result::Result<Vec<i64>, puente_core::Error> {
    companies::list(&room.state)?
        .into_iter()
        .filter(|company| company.server_id == server && company.state == companies::State::Active)
        .map(|company| {
            let input = serde_json::json!(ExtractInput {
                company_id: company.id,
                from: None,
                to: None,
                force: false,
                audit: false,
            });
            Ok(job
                .enqueue(puente_jobs::NewJob::new(EXTRACT, input).once())?
                .0)
        })
        .collect()
}

fn extract_now(
    room: &Room,
    server: &Server,
    company: &Company,
    input: &ExtractInput,
    job: &Running,
) -> Result<ExtractReport> {
    let coverage = coverage(input.from, input.to)?;
    if server.kind == servers::Kind::Files {
        return crate::files::extract(room, server, company, coverage, job);
    }
    let label = company.label();
    job.progress(Progress::stage("connect").about(&*label));
    let statements = Arc::new(Statements::default());
    let mut source = open_company(room, server, company, &job.cancel, Arc::clone(&statements))?;
    let started_at = room.clock.now();
    let counters_before = source.info()?.counters;
    let (layout, schema_notes) = room.layout(server, &source.schema()?)?;
    for note in &schema_notes {
        job.log(Level::Info, note);
    }
    let limits = Limits {
        rows_per_second: server.options.rows_per_second,
        quiet: window(server)?,
    };
    let pulse = Pulse::of(job);
    let mut extraction = Extraction {
        source: source.as_mut(),
        layout: &layout,
        warehouse: &room.warehouse,
        company: company.id,
        label: &label,
        clock: room.clock.as_ref(),
        cancel: &job.cancel,
        progress: &pulse,
        limits,
    };
    // A proof that failed asks to extract again: then every page is looked at, not only what changed.
    let failed = proof::latest(&room.state, company.id)?.is_some_and(|proof| !proof.holds());
    let request = Request {
        coverage,
        force: input.force,
        audit: input.audit || failed,
    };
    let end = extraction.run(request)?;
    let outcome = keep_end(room, company, end)?;
    let notes = Notes {
        schema: schema_notes,
        replaced_texts: source.replaced_texts(),
        counters_before,
        counters_after: source.info()?.counters,
        statements: statements.count(),
        changes: outcome.changes,
        reread: outcome.reread,
    };
    let times = (started_at, room.clock.now());
    let history = extract::History::of(
        company.id,
        job.id.to_string(),
        times,
        &outcome,
        notes.clone(),
    );
    extract::keep(&room.state, history)?;
    Ok(ExtractReport {
        mode: outcome.mode,
        rows_read: outcome.rows_read,
        inserted: outcome.applied.inserted,
        updated: outcome.applied.updated,
        removed: outcome.applied.gone,
        notes,
    })
}

/// Keeps the proof whatever it says; a difference is an error.
pub(crate) fn keep_end(room: &Room, company: &Company, end: End) -> Result<extract::Outcome> {
    match end {
        End::Proven(outcome) => {
            proof::keep(&room.state, company.id, &outcome.proof)?;
            Ok(outcome)
        }
        End::Unproven(unproven) => {
            proof::keep(&room.state, company.id, &unproven.proof)?;
            let differences = unproven.proof.differences();
            Err(Error::Proof {
                company: company.label(),
                differences,
            })
        }
    }
}

/// Deletes the rows that the new load replaced. What was extracted is safe: that it fails, or is
/// cancelled, is no failure of the job, and the next one goes on with it.
fn sweep(room: &Room, job: &Running) {
    job.progress(Progress::stage("sweep"));
    match room.warehouse.sweep(&job.cancel) {
        Ok(swept) if swept.rows > 0 => {
            let text = format!("{} replaced rows deleted", swept.rows);
            job.log(Level::Info, &text);
        }
        Ok(_) => {}
        Err(error) => job.log(Level::Warn, &format!("replaced rows are kept: {error}")),
    }
}

fn prove_now(room: &Room, server: &Server, company: &Company, job: &Running) -> Result<Proof> {
    let label = company.label();
    job.progress(Progress::stage("proof").about(&*label));
    let load = room
        .warehouse
        .current(company.id)?
        .ok_or_else(|| Error::NotFound {
            what: "extraction",
            name: company.label(),
        })?;
    let statements = Arc::new(Statements::default());
    let mut source = open_company(room, server, company, &job.cancel, statements)?;
    let (layout, _) = room.layout(server, &source.schema()?)?;
    let now = room.clock.now();
    let proof = extract::deep_proof(source.as_mut(), &layout, &room.warehouse, &load, now)?;
    proof::keep(&room.state, company.id, &proof)?;
    if !proof.holds() {
        let differences = proof.differences();
        return Err(Error::Proof {
            company: label,
            differences,
        });
    }
    Ok(proof)
}

/// A company's database; that its file is missing has an error of its own, which names the company.
fn open_company(
    room: &Room,
    server: &Server,
    company: &Company,
    cancel: &Cancel,
    statements: Arc<Statements>,
) -> Result<Box<dyn SourceDb>> {
    let opened = room.connect(server, &company.location, cancel, statements);
    if let Err(Error::Source(puente_databases::Error::DatabaseNotFound { path, .. })) = opened {
        return Err(Error::CompanyFile {
            company: company.label(),
            path,
        });
    }
    opened
}

/// The days that were asked for; one end alone is open to sensible years.
///
/// # Errors
/// [`puente_core::Code::PeriodInvalid`] when they are the wrong way round or out of all years.
pub fn coverage(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<Option<Coverage>> {
    if from.is_none() && to.is_none() {
        return Ok(None);
    }
    let first = NaiveDate::from_ymd_opt(1990, 1, 1).unwrap_or_default();
    let last = NaiveDate::from_ymd_opt(2100, 12, 31).unwrap_or_default();
    let (from, to) = (from.unwrap_or(first), to.unwrap_or(last));
    if from > to || from < first || to > last {
        let reason = if from > to {
            "reversed"
        } else {
            "year_out_of_range"
        };
        return Err(puente_core::Error::new(puente_core::Code::PeriodInvalid)
            .with("value", format!("{from} – {to}"))
            .with("reason", reason)
            .into());
    }
    Ok(Some(Coverage {
        from_day: epoch_day(from),
        to_day: epoch_day(to),
    }))
}

fn window(server: &Server) -> Result<Option<Window>> {
    server
        .options
        .quiet_hours
        .as_ref()
        .map(Window::parse)
        .transpose()
}

/// A cancel says nothing about the server, and neither does trouble of our own.
fn remember_contact<T>(room: &Room, server: ServerId, result: &Result<T>) -> Result<()> {
    let error = match result {
        Ok(_) => None,
        Err(Error::Source(error)) => Some(puente_core::error::travel(error)),
        Err(_) => return Ok(()),
    };
    servers::set_contact(&room.state, server, room.clock.now(), error)
}
