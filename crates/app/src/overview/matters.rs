//! What needs a person.

use crate::companies::Known;
use crate::jobs::{self, JobRow};
use crate::{App, Result, backup};
use chrono::{DateTime, TimeDelta, Utc};
use puente_core::{Code, Error, ErrorView};
use puente_erp::companies::Company;
use puente_erp::servers::Server;
use puente_jobs::{Filter, State as JobState};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashSet;
use ts_rs::TS;

/// How long a failed job asks for attention.
const ATTENTION: TimeDelta = TimeDelta::days(7);
/// How old the newest backup may be.
const OLD_BACKUP: TimeDelta = TimeDelta::days(7);

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

pub(super) fn of_proofs(companies: &[Company], known: &Known) -> Vec<Matter> {
    companies
        .iter()
        .filter(|company| known.proven(company.id) == Some(false))
        .map(|company| Matter {
            company_id: Some(company.id),
            ..matter(MatterKind::ProofBroken, Tab::Companies, company.label())
        })
        .collect()
}

pub(super) fn of_server(app: &App, server: &Server) -> Vec<Matter> {
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
pub(super) fn of_jobs(app: &App) -> Result<Vec<Matter>> {
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

pub(super) fn of_backups(
    app: &App,
    servers: &[Server],
    newest: Option<&backup::BackupRow>,
) -> Option<Matter> {
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
