//! What an office wants to know when it opens Puente: what is still to be set up, what needs a person,
//! how the last synchronisation went.

mod last_sync;
mod matters;

pub use last_sync::SyncState;
pub use matters::{Matter, MatterKind, Tab};

use crate::companies::Known;
use crate::schedules::{self, Work};
use crate::{App, Nothing, Result, backup};
use chrono::{DateTime, Utc};
use last_sync::last_sync;
use matters::{of_backups, of_jobs, of_proofs, of_server};
use puente_erp::companies::{self, Company, State};
use puente_erp::servers::{self, Server};
use puente_jobs::{Filter, State as JobState};
use serde::Serialize;
use ts_rs::TS;

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
    use chrono::TimeDelta;
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
