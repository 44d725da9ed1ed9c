//! The queue, as hosts show it.

use crate::backup::{self, BackupRow};
use crate::forecast::{RETRAIN, TRAIN, TrainReport};
use crate::movements::ProofView;
use crate::sales::known::Taken;
use crate::sync::{PROVE_ALL, SYNC_ALL, TIDY, Tidied};
use crate::{App, Result, settings};
use chrono::{DateTime, Utc};
use puente_core::{Error, ErrorView, Lang, Progress};
use puente_erp::discover::Report;
use puente_erp::handlers::{DISCOVER, EXTRACT, ExtractReport, PROVE, SYNC, SyncReport};
use puente_erp::{companies, servers};
use puente_jobs::{Filter, Job, JobId, LogLine, NewJob, Queued, State};
use puente_sales::accounts;
use puente_sales::bills::{BILLS, BillsRead};
use puente_sales::erp_costs::ERP_COSTS;
use puente_sales::handlers::{
    self as sales, CatalogueFetched, SaleDecided, SalesDelivered, SalesJudged, SalesRead, SalesSent,
};
use puente_sales::outbox::Followed;
use puente_store::Database;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ts_rs::TS;

/// Which jobs to list, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(rename = "JobSearch", optional_fields = nullable)]
pub struct List {
    /// In one of these states; none for all.
    #[ts(as = "Option<Vec<State>>", optional)]
    pub states: Vec<State>,
    /// Of one of these kinds; none for all.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub kinds: Vec<String>,
    /// Asked for by this schedule.
    pub schedule: Option<String>,
    /// Older than this job: the last one of the page before.
    pub before: Option<i64>,
    /// At most so many, 1000 at most; 100 when left out.
    pub limit: Option<u32>,
}

/// A part of the queue, newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(rename = "JobsPageOf", optional_fields = nullable)]
pub struct PageOf {
    /// In one of these states; none for all.
    #[ts(as = "Option<Vec<State>>", optional)]
    pub states: Vec<State>,
    /// About the companies of this NIT, or about none in particular.
    pub nit: Option<String>,
    /// Jobs before the first one that is wanted.
    #[ts(as = "Option<u32>", optional)]
    pub offset: u32,
    /// At most so many, 1000 at most; 100 when left out.
    pub limit: Option<u32>,
}

/// A part of the queue.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct JobsRows {
    /// Jobs before the first one.
    pub offset: u32,
    /// The jobs.
    pub rows: Vec<JobRow>,
    /// How many fit in all.
    pub total: i64,
}

/// Names a job.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "JobNamed")]
pub struct One {
    /// Its number.
    pub id: i64,
}

impl One {
    /// Reads a number as it was typed.
    ///
    /// # Errors
    /// That it is none.
    pub fn parse(text: &str) -> Result<One> {
        let id = text
            .trim_start_matches('#')
            .parse()
            .map_err(|_| Error::invalid("id", text))?;
        Ok(One { id })
    }
}

/// A job.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "Job")]
pub struct JobRow {
    /// Its number.
    pub id: i64,
    /// What it does: `sync.all`, `servers.sync`, `companies.discover`, `movements.extract`,
    /// `movements.prove`, `movements.prove_all`, `backup.create`, `tidy`, `vpn.peer`, `forecast.train`,
    /// `forecast.retrain`, `forecast.mlflow`, `sales.sync` and what else sales do.
    pub kind: String,
    /// What it does it to: a company, a server or a VPN as people call it; empty where there is but one.
    pub subject: String,
    /// The company, where it is about one.
    pub company_id: Option<i64>,
    /// The server, where it is about one.
    pub server_id: Option<i64>,
    /// The schedule that asked for it.
    pub schedule: Option<String>,
    /// Where it stands.
    pub state: State,
    /// Attempts begun.
    pub attempts: u32,
    /// Not before this time; none: at once.
    pub run_at: Option<DateTime<Utc>>,
    /// Someone asked the running job to stop.
    pub cancel_requested: bool,
    /// The last one known.
    pub progress: Option<Progress>,
    /// What it gave, once done.
    pub result: Option<JobResult>,
    /// Why it failed, waits for another attempt, or is uncertain.
    pub error: Option<ErrorView>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it came into its state.
    pub changed_at: DateTime<Utc>,
    /// When its last attempt began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was settled.
    pub finished_at: Option<DateTime<Utc>>,
    /// Of two pictures of a job, the one with more is newer.
    pub revision: i64,
}

/// What a job gave.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum JobResult {
    /// Companies of a server.
    Discovered(Report),
    /// Movements of a company.
    Extracted(ExtractReport),
    /// A proof.
    Proven(ProofView),
    /// A backup.
    BackedUp(BackupRow),
    /// Companies of a server, and the extractions that follow.
    Synced(SyncReport),
    /// Other jobs that do the work.
    Queued(Queued),
    /// Old rows that were dropped.
    Tidied(Tidied),
    /// Orders that were read.
    SalesRead(SalesRead),
    /// Sales that were homologated.
    SalesJudged(SalesJudged),
    /// What a ledger expects was fetched.
    CatalogueFetched(CatalogueFetched),
    /// Sales that were sent.
    SalesSent(SalesSent),
    /// Documents of local databases that were told and marked.
    SalesDelivered(SalesDelivered),
    /// Sales that were settled, and invoices that were followed.
    SalesFollowed(Followed),
    /// A sale in doubt, and what became of it.
    SaleDecided(SaleDecided),
    /// What a channel billed was read.
    BillsRead(BillsRead),
    /// Costs were taken from the ERP's warehouse.
    ErpCostsTaken(Taken),
    /// A model that was trained.
    Trained(TrainReport),
    /// Nothing that is shown, or written by another version.
    Other,
}

/// A job with its log.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "JobPage")]
pub struct Shown {
    /// The job.
    #[serde(flatten)]
    pub job: JobRow,
    /// Its lines, oldest first.
    pub log: Vec<LogLine>,
}

/// Queues what a person asks for. When the same failed a moment ago and waits for its next attempt,
/// the wait is over: the person may have mended what it failed on.
pub(crate) fn ask(app: &App, new: NewJob) -> Result<JobRow> {
    let id = app.jobs.enqueue(new)?;
    let mut job = app.jobs.get(id)?;
    if job.state == State::Paused {
        job = match app.jobs.retry(id) {
            // Its time came while we looked.
            Err(puente_jobs::Error::WrongState { .. }) => app.jobs.get(id)?,
            other => other?,
        };
    }
    Ok(row(app, job))
}

/// Jobs, newest first.
///
/// # Errors
/// Those of the store.
pub fn list(app: &App, request: List) -> Result<Vec<JobRow>> {
    let jobs = app.jobs.list(&Filter {
        states: request.states,
        kinds: request.kinds,
        schedule: request.schedule,
        before: request.before.map(JobId),
        limit: request.limit.unwrap_or(100).min(1000),
        ..Filter::default()
    })?;
    Ok(rows(app, jobs))
}

/// Any part of the queue, however long it is.
///
/// # Errors
/// Those of the store.
pub fn page(app: &App, request: PageOf) -> Result<JobsRows> {
    let about = match &request.nit {
        None => None,
        Some(nit) => {
            let all = companies::list(&app.room.state)?;
            let theirs = all.iter().filter(|company| company.nit == *nit);
            Some(("company_id", theirs.map(|company| company.id).collect()))
        }
    };
    let (jobs, total) = app.jobs.page(&Filter {
        states: request.states,
        about,
        offset: request.offset,
        limit: request.limit.unwrap_or(100).min(1000),
        ..Filter::default()
    })?;
    Ok(JobsRows {
        offset: request.offset,
        rows: rows(app, jobs),
        total,
    })
}

/// A job with its log.
///
/// # Errors
/// That it doesn't exist; those of the store.
pub fn show(app: &App, request: One) -> Result<Shown> {
    let id = JobId(request.id);
    Ok(Shown {
        job: row(app, app.jobs.get(id)?),
        log: app.jobs.log(id)?,
    })
}

/// Cancels a job, whichever process runs it.
///
/// # Errors
/// That it doesn't exist or has ended; those of the store.
pub fn cancel(app: &App, request: One) -> Result<JobRow> {
    let job = app.jobs.cancel(JobId(request.id))?;
    app.audit(
        "job.cancel",
        &format!("job:{}", job.id),
        json!({ "kind": job.kind }),
    )?;
    Ok(row(app, job))
}

/// Queues a failed or cancelled job again.
///
/// # Errors
/// That it doesn't exist or has not ended badly; those of the store.
pub fn retry(app: &App, request: One) -> Result<JobRow> {
    let job = app.jobs.retry(JobId(request.id))?;
    app.audit(
        "job.retry",
        &format!("job:{}", job.id),
        json!({ "kind": job.kind }),
    )?;
    Ok(row(app, job))
}

/// Jobs, as they are shown.
pub fn rows(app: &App, jobs: Vec<Job>) -> Vec<JobRow> {
    jobs.into_iter().map(|job| row(app, job)).collect()
}

/// A job, as it is shown.
pub fn row(app: &App, job: Job) -> JobRow {
    app.words().job(job)
}

/// What is needed to put a job into words. It keeps neither the queue nor its workers alive.
#[derive(Clone)]
pub(crate) struct Words {
    pub state: Database,
    /// The language that was asked for when the data was opened.
    pub asked: Option<Lang>,
    /// The one to fall back to.
    pub usual: Lang,
}

impl Words {
    /// The language in which answers speak: another window may have changed it a moment ago.
    pub fn lang(&self) -> Lang {
        self.asked
            .unwrap_or_else(|| settings::lang(&self.state).unwrap_or(self.usual))
    }

    pub fn job(&self, job: Job) -> JobRow {
        let (company_id, server_id) = (number(&job, "company_id"), number(&job, "server_id"));
        let subject = match (company_id, server_id) {
            (Some(id), _) => companies::get(&self.state, id).map(|company| company.label()),
            (None, Some(id)) => servers::get(&self.state, id).map(|server| server.name),
            (None, None) => Ok(self.other_subject(&job)),
        };
        JobRow {
            id: job.id.0,
            // What a job was about may be gone by now.
            subject: subject.unwrap_or_default(),
            company_id,
            server_id,
            schedule: job.schedule,
            state: job.state,
            attempts: job.attempts,
            run_at: job.run_at,
            cancel_requested: job.cancel_requested,
            progress: job.progress,
            result: job.result.map(|result| read_result(&job.kind, result)),
            error: job.error.map(|error| error.view(self.lang())),
            created_at: job.created_at,
            changed_at: job.changed_at,
            started_at: job.started_at,
            finished_at: job.finished_at,
            revision: job.revision,
            kind: job.kind,
        }
    }
}

impl Words {
    /// The VPN, the channel account, the ledger or the NIT that a job is about.
    fn other_subject(&self, job: &Job) -> String {
        let vpn = number(job, "vpn_id")
            .and_then(|id| puente_vpn::vpns::get(&self.state, id).ok())
            .map(|vpn| vpn.name);
        let setup = || {
            number(job, "setup_id")
                .and_then(|id| puente_vpn::bootstrap::rows::get(&self.state, id).ok())
                .map(|setup| setup.remote.host)
        };
        let channel = || {
            number(job, "channel_id")
                .and_then(|id| accounts::channel(&self.state, id).ok())
                .map(|channel| channel.name)
        };
        let ledger = || {
            number(job, "ledger_id")
                .and_then(|id| accounts::ledger(&self.state, id).ok())
                .map(|ledger| ledger.name)
        };
        let nit = || job.input.get("nit")?.as_str().map(str::to_owned);
        let known = vpn
            .or_else(setup)
            .or_else(channel)
            .or_else(ledger)
            .or_else(nit);
        known.unwrap_or_default()
    }
}

fn number(job: &Job, field: &str) -> Option<i64> {
    job.input.get(field).and_then(Value::as_i64)
}

fn read_result(kind: &str, result: Value) -> JobResult {
    match kind {
        DISCOVER => serde_json::from_value(result).map(JobResult::Discovered),
        EXTRACT => serde_json::from_value(result).map(JobResult::Extracted),
        PROVE => {
            serde_json::from_value(result).map(|proof| JobResult::Proven(ProofView::of(proof)))
        }
        SYNC => serde_json::from_value(result).map(JobResult::Synced),
        sales::SYNC => serde_json::from_value(result).map(JobResult::SalesRead),
        sales::HOMOLOGATE => serde_json::from_value(result).map(JobResult::SalesJudged),
        sales::CATALOGUE => serde_json::from_value(result).map(JobResult::CatalogueFetched),
        sales::SEND => serde_json::from_value(result).map(JobResult::SalesSent),
        sales::DELIVER => serde_json::from_value(result).map(JobResult::SalesDelivered),
        sales::FOLLOW => serde_json::from_value(result).map(JobResult::SalesFollowed),
        sales::DECIDE => serde_json::from_value(result).map(JobResult::SaleDecided),
        BILLS => serde_json::from_value(result).map(JobResult::BillsRead),
        ERP_COSTS => serde_json::from_value(result).map(JobResult::ErpCostsTaken),
        SYNC_ALL | PROVE_ALL | RETRAIN | sales::SYNC_ALL | sales::DELIVER_ALL => {
            serde_json::from_value(result).map(JobResult::Queued)
        }
        TRAIN => serde_json::from_value(result).map(JobResult::Trained),
        TIDY => serde_json::from_value(result).map(JobResult::Tidied),
        backup::CREATE => serde_json::from_value(result).map(JobResult::BackedUp),
        _ => Ok(JobResult::Other),
    }
    .unwrap_or(JobResult::Other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Nothing;
    use crate::desk::Desk;

    #[test]
    fn what_a_decision_and_the_readings_of_costs_gave_is_typed_and_another_version_s_is_other() {
        let read = |kind, result| serde_json::to_value(read_result(kind, result)).unwrap();
        assert_eq!(
            read(sales::DECIDE, json!({ "state": "invoiced" })),
            json!({ "of": "sale_decided", "state": "invoiced" })
        );
        assert_eq!(
            read(
                BILLS,
                json!({ "lines": 3, "partial": 1, "forbidden": false })
            ),
            json!({ "of": "bills_read", "lines": 3, "partial": 1, "forbidden": false })
        );
        assert_eq!(
            read(ERP_COSTS, json!({ "articles": 2, "codes": 5 })),
            json!({ "of": "erp_costs_taken", "articles": 2, "codes": 5 })
        );
        assert_eq!(read(sales::DECIDE, json!({})), json!({ "of": "other" }));
    }

    #[test]
    fn parts_of_the_queue_join_into_the_whole_of_each_taxpayer() {
        let desk = Desk::with_files();
        crate::sync::all(&desk.app, Nothing {}).unwrap();
        desk.run();
        let part = |nit: Option<&str>, offset, limit| {
            let request = PageOf {
                nit: nit.map(str::to_owned),
                offset,
                limit: Some(limit),
                ..PageOf::default()
            };
            page(&desk.app, request).unwrap()
        };
        let whole = part(None, 0, 1000);
        assert!(whole.rows.len() > 3 && usize::try_from(whole.total).unwrap() == whole.rows.len());
        let second = part(None, 2, 2);
        assert_eq!(
            (second.rows.as_slice(), second.total),
            (&whole.rows[2..4], whole.total)
        );
        let of_one = part(Some("9001234568"), 0, 1000);
        let wanted: Vec<i64> = whole
            .rows
            .iter()
            .filter(|job| job.company_id.is_none() || job.subject.starts_with("9001234568"))
            .map(|job| job.id)
            .collect();
        let found: Vec<i64> = of_one.rows.iter().map(|job| job.id).collect();
        assert_eq!(found, wanted);
        assert!(of_one.total < whole.total, "{}", of_one.total);
    }
}
