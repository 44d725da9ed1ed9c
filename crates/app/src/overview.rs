//! What an office wants to know when it opens Puente: what is still to be set up, what needs a person,
//! how the last synchronisation went.

use crate::companies::Known;
use crate::jobs::{self, JobRow};
use crate::schedules::{self, Work};
use crate::sync::SYNC_ALL;
use crate::{App, Nothing, Result, backup};
use chrono::{DateTime, TimeDelta, Utc};
use puente_core::{Code, Error, ErrorView};
use puente_erp::companies::{self, Company, State};
use puente_erp::handlers::SyncReport;
use puente_erp::servers::{self, Server};
use puente_jobs::{Filter, Job, JobId, State as JobState};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashSet;
use ts_rs::TS;

/// How long a failed job asks for attention.
const ATTENTION: TimeDelta = TimeDelta::days(7);
/// How old the newest backup may be.
const OLD_BACKUP: TimeDelta = TimeDelta::days(7);
/// Companies that are shown.
const SHOWN: usize = 12;
/// Matters that are shown; the numbers count them all.
const MATTERS: usize = 50;

/// The picture.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Overview {
    /// What an office sets up, in its order.
    pub steps: Vec<Step>,
    /// What needs a person, the gravest first, at most fifty.
    pub attention: Vec<Matter>,
    /// The last synchronisation of everything.
    pub sync: Option<SyncState>,
    /// The companies that were extracted last.
    pub companies: Vec<LastRun>,
    /// Numbers, for the rail.
    pub counts: Counts,
}

/// A step of setting up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "SetUpStep")]
pub struct Step {
    /// Which one.
    pub step: StepName,
    /// Whether it is done.
    pub done: bool,
    /// Whether it is the one to do now.
    pub next: bool,
}

/// The steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "SetUpStepName")]
pub enum StepName {
    /// A server is registered.
    Server,
    /// It answered.
    Tested,
    /// Its companies were discovered.
    Companies,
    /// A company was extracted.
    Extracted,
    /// A schedule keeps everything up to date.
    Schedule,
    /// There is a backup.
    Backup,
}

/// Where a matter is put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Tab {
    /// Companies.
    Companies,
    /// Servers.
    Servers,
    /// Jobs.
    Activity,
    /// Settings.
    Settings,
}

/// What is the matter. The gravest come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MatterKind {
    /// What is here is not what the source holds.
    ProofBroken,
    /// A job may or may not have reached an outside authority.
    JobUncertain,
    /// A server did not answer the last time.
    ServerFailed,
    /// A job ended badly, and no later one did better.
    JobFailed,
    /// There is no backup.
    BackupMissing,
    /// The newest backup is old.
    BackupOld,
    /// A server still has the password of the factory.
    DefaultPassword,
    /// The connection to a server is not encrypted.
    Unencrypted,
    /// The login on a server may do anything.
    Superuser,
}

/// Something that needs a person.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Matter {
    /// What is the matter.
    pub kind: MatterKind,
    /// Where it is put right.
    pub tab: Tab,
    /// Of what: a company, a server; empty where there is but one.
    pub subject: String,
    /// That company.
    pub company_id: Option<i64>,
    /// That server.
    pub server_id: Option<i64>,
    /// That job.
    pub job_id: Option<i64>,
    /// Since when, where that is known.
    pub since: Option<DateTime<Utc>>,
    /// What happened and what to do, where there was an error.
    pub error: Option<ErrorView>,
}

/// How a synchronisation of everything goes, or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SyncState {
    /// Its first job.
    pub job_id: i64,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When the last of its jobs ended; none while one goes on.
    pub finished_at: Option<DateTime<Utc>>,
    /// Jobs that it is made of, as far as they are known by now.
    pub jobs: usize,
    /// Of those: ended well.
    pub done: usize,
    /// Ended badly, or cancelled.
    pub failed: usize,
    /// Running or waiting.
    pub left: usize,
    /// Companies that are up to date.
    pub companies: usize,
    /// Movements that were new, different or deleted.
    pub changes: u64,
}

/// The last run of a company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct LastRun {
    /// The company-year.
    pub company_id: i64,
    /// Its name.
    pub name: String,
    /// Its NIT.
    pub nit: String,
    /// Its year.
    pub fiscal_year: i32,
    /// When the last run ended.
    pub finished_at: DateTime<Utc>,
    /// Movements that were new, different or deleted.
    pub changes: u64,
    /// Movements held.
    pub movements: i64,
    /// Whether the last proof holds.
    pub proven: Option<bool>,
}

/// Numbers, for the rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, TS)]
#[ts(rename = "OverviewCounts")]
pub struct Counts {
    /// Registered servers.
    pub servers: usize,
    /// Active companies.
    pub companies: usize,
    /// Movements held.
    pub movements: i64,
    /// Jobs that run.
    pub running: usize,
    /// Jobs that wait.
    pub waiting: usize,
    /// Matters of each tab.
    pub attention_companies: usize,
    /// See [`Counts::attention_companies`].
    pub attention_servers: usize,
    /// See [`Counts::attention_companies`].
    pub attention_activity: usize,
    /// See [`Counts::attention_companies`].
    pub attention_settings: usize,
}

/// The whole picture.
///
/// # Errors
/// Those of the store.
pub fn overview(app: &App, _: Nothing) -> Result<Overview> {
    let servers = servers::list(&app.room.state)?;
    let companies = companies::list(&app.room.state)?;
    let known = Known::of(app)?;
    let backups = backup::list(app, Nothing {})?;
    let mut matters = Vec::new();
    matters.extend(of_proofs(&companies, &known));
    matters.extend(servers.iter().flat_map(|server| of_server(app, server)));
    matters.extend(of_jobs(app)?);
    matters.extend(of_backups(app, &servers, backups.first()));
    matters.sort_by_key(|matter| (matter.kind, std::cmp::Reverse(matter.since)));
    let active = app.jobs.list(&Filter {
        states: vec![JobState::Running, JobState::Queued, JobState::Paused],
        limit: u32::MAX,
        ..Filter::default()
    })?;
    let running = active
        .iter()
        .filter(|job| job.state == JobState::Running)
        .count();
    let of_tab = |tab| matters.iter().filter(|matter| matter.tab == tab).count();
    let counts = Counts {
        servers: servers.len(),
        companies: companies
            .iter()
            .filter(|company| company.state == State::Active)
            .count(),
        movements: known.movements(),
        running,
        waiting: active.len() - running,
        attention_companies: of_tab(Tab::Companies),
        attention_servers: of_tab(Tab::Servers),
        attention_activity: of_tab(Tab::Activity),
        attention_settings: of_tab(Tab::Settings),
    };
    matters.truncate(MATTERS);
    Ok(Overview {
        steps: steps(app, &servers, &companies, &known, !backups.is_empty())?,
        attention: matters,
        sync: last_sync(app)?,
        companies: last_runs(companies, &known),
        counts,
    })
}

fn steps(
    app: &App,
    servers: &[Server],
    companies: &[Company],
    known: &Known,
    has_backup: bool,
) -> Result<Vec<Step>> {
    let well = |server: &Server| server.checked_at.is_some() && server.last_error.is_none();
    let scheduled = schedules::list(app, Nothing {})?
        .rows
        .iter()
        .any(|row| row.work == Work::Sync && row.enabled);
    let done = [
        (StepName::Server, !servers.is_empty()),
        (StepName::Tested, servers.iter().any(well)),
        (StepName::Companies, !companies.is_empty()),
        (StepName::Extracted, known.any_held()),
        (StepName::Schedule, scheduled),
        (StepName::Backup, has_backup),
    ];
    let next = done.iter().position(|(_, done)| !done);
    Ok(done
        .into_iter()
        .enumerate()
        .map(|(at, (step, done))| Step {
            step,
            done,
            next: next == Some(at),
        })
        .collect())
}

fn matter(kind: MatterKind, tab: Tab, subject: String) -> Matter {
    Matter {
        kind,
        tab,
        subject,
        company_id: None,
        server_id: None,
        job_id: None,
        since: None,
        error: None,
    }
}

fn of_proofs(companies: &[Company], known: &Known) -> Vec<Matter> {
    companies
        .iter()
        .filter(|company| known.proven(company.id) == Some(false))
        .map(|company| Matter {
            company_id: Some(company.id),
            ..matter(MatterKind::ProofBroken, Tab::Companies, company.label())
        })
        .collect()
}

fn of_server(app: &App, server: &Server) -> Vec<Matter> {
    let about = |kind| Matter {
        server_id: Some(server.id),
        since: server.checked_at,
        ..matter(kind, Tab::Servers, server.name.clone())
    };
    let failed = server.last_error.as_ref().map(|error| Matter {
        error: Some(error.view(app.lang())),
        ..about(MatterKind::ServerFailed)
    });
    let warned = server.warnings.iter().filter_map(|warning| {
        Some(about(match warning.as_str() {
            "default_password" => MatterKind::DefaultPassword,
            "unencrypted" => MatterKind::Unencrypted,
            "superuser" => MatterKind::Superuser,
            _ => return None,
        }))
    });
    failed.into_iter().chain(warned).collect()
}

/// Jobs that ended badly, unless a later one of the same kind and input did better.
fn of_jobs(app: &App) -> Result<Vec<Matter>> {
    let since = app.room.clock.now() - ATTENTION;
    let settled = app.jobs.list(&Filter {
        states: vec![JobState::Done, JobState::Failed, JobState::Uncertain],
        limit: 2_000,
        ..Filter::default()
    })?;
    let mut seen: HashSet<(String, String)> = HashSet::new();
    let mut matters = Vec::new();
    for job in settled {
        let key = (job.kind.clone(), subject_key(&job.input));
        let newest = seen.insert(key);
        let kind = match job.state {
            JobState::Uncertain => MatterKind::JobUncertain,
            JobState::Failed if newest && job.changed_at >= since => MatterKind::JobFailed,
            JobState::Failed
            | JobState::Done
            | JobState::Queued
            | JobState::Paused
            | JobState::Running
            | JobState::Cancelled => continue,
        };
        let row: JobRow = jobs::row(app, job);
        matters.push(Matter {
            company_id: row.company_id,
            server_id: row.server_id,
            job_id: Some(row.id),
            since: Some(row.changed_at),
            error: row.error,
            ..matter(kind, Tab::Activity, row.subject)
        });
    }
    Ok(matters)
}

/// What a job is about: its other options don't matter, a forced extraction makes up for a plain one.
fn subject_key(input: &Value) -> String {
    let part = |name: &str| input.get(name).map(Value::to_string).unwrap_or_default();
    format!("{}/{}", part("company_id"), part("server_id"))
}

fn of_backups(app: &App, servers: &[Server], newest: Option<&backup::BackupRow>) -> Option<Matter> {
    let about = |kind| matter(kind, Tab::Settings, String::new());
    match newest {
        // Before anything is registered there is nothing to lose.
        None if servers.is_empty() => None,
        None => {
            let error = Error::new(Code::BackupMissing).with("path", app.dir.backups().display());
            Some(Matter {
                error: Some(error.view(app.lang())),
                ..about(MatterKind::BackupMissing)
            })
        }
        Some(backup) if app.room.clock.now() - backup.at > OLD_BACKUP => Some(Matter {
            since: Some(backup.at),
            ..about(MatterKind::BackupOld)
        }),
        Some(_) => None,
    }
}

/// Follows the last synchronisation from its first job through those that followed from it.
fn last_sync(app: &App) -> Result<Option<SyncState>> {
    let newest = Filter {
        kinds: vec![SYNC_ALL.to_owned()],
        limit: 1,
        ..Filter::default()
    };
    let Some(first) = app.jobs.list(&newest)?.pop() else {
        return Ok(None);
    };
    let mut state = SyncState {
        job_id: first.id.0,
        started_at: first.started_at.unwrap_or(first.created_at),
        finished_at: None,
        jobs: 0,
        done: 0,
        failed: 0,
        left: 0,
        companies: 0,
        changes: 0,
    };
    let mut last = first.changed_at;
    let mut to_count = vec![first];
    while let Some(job) = to_count.pop() {
        last = last.max(job.changed_at);
        state.count(&job);
        for id in followed_by(&job) {
            // One that was pruned by now was long ago.
            if let Ok(next) = app.jobs.get(JobId(id)) {
                to_count.push(next);
            }
        }
    }
    state.finished_at = (state.left == 0).then_some(last);
    Ok(Some(state))
}

impl SyncState {
    fn count(&mut self, job: &Job) {
        self.jobs += 1;
        match job.state {
            JobState::Done => self.done += 1,
            JobState::Failed | JobState::Cancelled | JobState::Uncertain => self.failed += 1,
            JobState::Queued | JobState::Paused | JobState::Running => self.left += 1,
        }
        let count = |name: &str| job.result.as_ref()?.get(name)?.as_u64();
        if let Some(inserted) = count("inserted") {
            let rest = count("updated").unwrap_or(0) + count("removed").unwrap_or(0);
            self.companies += 1;
            self.changes += inserted + rest;
        }
    }
}

/// The jobs that a job of a synchronisation queued.
fn followed_by(job: &Job) -> Vec<i64> {
    let Some(result) = job.result.clone() else {
        return Vec::new();
    };
    if job.kind == SYNC_ALL {
        return serde_json::from_value::<puente_jobs::Queued>(result)
            .map(|queued| queued.jobs)
            .unwrap_or_default();
    }
    serde_json::from_value::<SyncReport>(result)
        .map(|report| report.queued)
        .unwrap_or_default()
}

fn last_runs(companies: Vec<Company>, known: &Known) -> Vec<LastRun> {
    let mut runs: Vec<LastRun> = companies
        .into_iter()
        .filter_map(|company| {
            let row = known.row(company);
            let last = row.last?;
            Some(LastRun {
                company_id: row.company.id,
                name: row.company.name,
                nit: row.company.nit,
                fiscal_year: row.company.fiscal_year,
                finished_at: last.finished_at,
                changes: last.inserted + last.updated + last.removed,
                movements: row.held.map_or(0, |held| held.movements),
                proven: row.proven,
            })
        })
        .collect();
    runs.sort_by_key(|run| std::cmp::Reverse(run.finished_at));
    runs.truncate(SHOWN);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;
    use crate::sync;
    use serde_json::json;

    fn next(overview: &Overview) -> Option<StepName> {
        let step = overview.steps.iter().find(|step| step.next)?;
        Some(step.step)
    }

    fn kinds(overview: &Overview) -> Vec<MatterKind> {
        overview
            .attention
            .iter()
            .map(|matter| matter.kind)
            .collect()
    }

    #[test]
    fn a_new_office_is_led_from_step_to_step() {
        let desk = Desk::new();
        let look = |desk: &Desk| overview(&desk.app, Nothing {}).unwrap();
        assert_eq!(next(&look(&desk)), Some(StepName::Server));
        assert!(look(&desk).attention.is_empty(), "nothing to lose yet");
        let desk = Desk::with_files();
        assert_eq!(next(&look(&desk)), Some(StepName::Companies));
        assert_eq!(kinds(&look(&desk)), [MatterKind::BackupMissing]);
        sync::all(&desk.app, Nothing {}).unwrap();
        desk.run();
        assert_eq!(next(&look(&desk)), Some(StepName::Schedule));
        for proposed in schedules::list(&desk.app, Nothing {}).unwrap().proposed {
            schedules::set(&desk.app, proposed).unwrap();
        }
        assert_eq!(next(&look(&desk)), Some(StepName::Backup));
        backup::create(&desk.app, Nothing {}).unwrap();
        desk.run();
        assert_eq!(next(&look(&desk)), None);
    }

    #[test]
    fn a_synchronisation_is_followed_to_its_end() {
        let desk = Desk::with_files();
        assert_eq!(overview(&desk.app, Nothing {}).unwrap().sync, None);
        sync::all(&desk.app, Nothing {}).unwrap();
        let begun = overview(&desk.app, Nothing {}).unwrap();
        let sync = begun.sync.unwrap();
        assert_eq!((sync.jobs, sync.left, sync.finished_at), (1, 1, None));
        assert_eq!(begun.counts.waiting, 1);
        desk.run();
        let ended = overview(&desk.app, Nothing {}).unwrap();
        let sync = ended.sync.unwrap();
        // One company of the sample names a file that isn't there. Beside those of the companies there
        // are the first job and that of the server.
        let listed = ended.counts.companies;
        assert_eq!((sync.jobs, sync.left), (listed + 2, 0));
        assert_eq!((sync.done, sync.failed), (listed + 1, 1));
        assert_eq!(sync.companies, listed - 1);
        assert!(sync.changes > 0 && sync.finished_at.is_some());
        assert_eq!(ended.companies.len(), listed - 1);
        let failed = ended
            .attention
            .iter()
            .find(|matter| matter.kind == MatterKind::JobFailed)
            .unwrap();
        assert!(failed.subject.contains("PEÑA") && failed.company_id.is_some());
        assert!(!failed.error.as_ref().unwrap().hint.is_empty());
    }

    #[test]
    fn a_failure_that_a_later_run_made_good_asks_for_nothing() {
        let desk = Desk::with_files();
        let id = puente_erp::servers::list(&desk.app.room.state).unwrap()[0].id;
        let kind = puente_erp::handlers::DISCOVER;
        let master = desk.folder.path().join("files");
        let away = desk.folder.path().join("away");
        std::fs::rename(&master, &away).unwrap();
        let discover = || {
            let input = json!({ "server_id": id });
            desk.app
                .jobs
                .enqueue(puente_jobs::NewJob::new(kind, input).once())
                .unwrap();
            desk.run();
        };
        discover();
        let ill = overview(&desk.app, Nothing {}).unwrap();
        assert!(kinds(&ill).contains(&MatterKind::JobFailed), "{ill:?}");
        assert!(kinds(&ill).contains(&MatterKind::ServerFailed));
        assert_eq!(ill.counts.attention_servers, 1);
        std::fs::rename(&away, &master).unwrap();
        discover();
        let well = overview(&desk.app, Nothing {}).unwrap();
        assert_eq!(kinds(&well), [MatterKind::BackupMissing]);
    }

    #[test]
    fn what_a_test_found_and_an_old_backup_stay_in_view() {
        let desk = Desk::with_files();
        let id = puente_erp::servers::list(&desk.app.room.state).unwrap()[0].id;
        let warnings = ["superuser", "default_password", "of_the_future"].map(str::to_owned);
        puente_erp::servers::set_warnings(&desk.app.room.state, id, &warnings).unwrap();
        backup::create(&desk.app, Nothing {}).unwrap();
        desk.run();
        desk.clock.advance(TimeDelta::days(8));
        let found = overview(&desk.app, Nothing {}).unwrap();
        assert_eq!(
            kinds(&found),
            [
                MatterKind::BackupOld,
                MatterKind::DefaultPassword,
                MatterKind::Superuser
            ]
        );
    }
}
