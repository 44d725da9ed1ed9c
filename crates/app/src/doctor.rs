//! Looks over the installation: each check with what was found and, through its error, a way out.

use crate::{App, Nothing, Result};
use chrono::{DateTime, Utc};
use puente_core::{Code, Error, ErrorView, Lang};
use puente_erp::servers;
use serde::Serialize;
use ts_rs::TS;

/// What one check found.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// Stable name: `data_folder`, `state`, `warehouse`, `secrets`, `clock`, `settings`, `backup`,
    /// `server`.
    pub name: &'static str,
    /// What was looked at.
    pub subject: String,
    /// What is wrong; nothing when all is well.
    pub error: Option<Error>,
}

/// One check, as it is shown.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "DoctorCheck")]
pub struct Check {
    /// Stable name, as in [`Finding::name`].
    pub name: &'static str,
    /// What was looked at.
    pub subject: String,
    /// What is wrong; nothing when all is well.
    pub error: Option<ErrorView>,
}

impl Check {
    /// A finding in that language.
    pub fn of(finding: &Finding, lang: Lang) -> Check {
        Check {
            name: finding.name,
            subject: finding.subject.clone(),
            error: finding.error.as_ref().map(|error| error.view(lang)),
        }
    }
}

/// Runs every check; none stops the others.
///
/// # Errors
/// Those of the store, when it can't be read at all.
pub fn check(app: &App, _: Nothing) -> Result<Vec<Check>> {
    let found = findings(app)?;
    Ok(found.iter().map(|one| Check::of(one, app.lang())).collect())
}

/// What [`check`] shows, with errors that have not been put into words yet.
///
/// # Errors
/// As [`check`].
pub fn findings(app: &App) -> Result<Vec<Finding>> {
    let mut checks = vec![
        look("data_folder", app.dir.path().display(), data_folder(app)),
        look("state", app.dir.state().display(), integrity(app)),
        look("warehouse", app.dir.warehouse().display(), warehouse(app)),
        look(
            "secrets",
            format!("{:?}", app.config.secrets).to_lowercase(),
            secrets(app),
        ),
        look("clock", app.room.clock.now().to_rfc3339(), clock(app)),
        look("settings", app.dir.config().display(), settings(app)),
        look("backup", app.dir.backups().display(), backup(app)),
    ];
    for server in servers::list(&app.room.state)? {
        let error = server.last_error.clone();
        checks.push(Finding {
            name: "server",
            subject: server.name,
            error,
        });
    }
    Ok(checks)
}

fn look(name: &'static str, subject: impl ToString, found: Result<()>) -> Finding {
    Finding {
        name,
        subject: subject.to_string(),
        error: found.err(),
    }
}

fn data_folder(app: &App) -> Result<()> {
    crate::paths::DataDir::open(app.dir.path()).map(drop)
}

fn integrity(app: &App) -> Result<()> {
    let said: String = app.room.state.read(|conn| {
        conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
            .map_err(puente_store::Error::from)
    })?;
    if said == "ok" {
        return Ok(());
    }
    Err(Error::new(Code::StoreFailed)
        .with("path", app.dir.state().display())
        .with("reason", said))
}

fn warehouse(app: &App) -> Result<()> {
    app.room.warehouse.counts()?;
    Ok(())
}

fn secrets(app: &App) -> Result<()> {
    Ok(app.room.secrets.probe()?)
}

/// A clock before this program was written, or before what it has stored itself, is wrong.
fn clock(app: &App) -> Result<()> {
    let now = app.room.clock.now();
    let written: DateTime<Utc> = "2026-11-01T00:00:00Z".parse().unwrap_or_default();
    let newest: Option<String> = app.room.state.read(|conn| {
        conn.query_row("SELECT max(changed_at) FROM job", [], |row| row.get(0))
            .map_err(puente_store::Error::from)
    })?;
    let newest = newest.and_then(|text| puente_store::time::from_text(&text).ok());
    let reference = newest.map_or(written, |newest| newest.max(written));
    // Another process may be a moment ahead; a minute is nothing to worry about.
    if now + chrono::TimeDelta::minutes(1) >= reference {
        return Ok(());
    }
    Err(Error::new(Code::ClockWrong)
        .with("now", now)
        .with("reference", reference))
}

fn settings(app: &App) -> Result<()> {
    match app.notes.first() {
        None => Ok(()),
        Some(note) => Err(Error::invalid("config.toml", note)),
    }
}

/// Once something is registered, there should be a backup.
fn backup(app: &App) -> Result<()> {
    if servers::list(&app.room.state)?.is_empty()
        || !crate::backup::list(app, Nothing {})?.is_empty()
    {
        return Ok(());
    }
    Err(Error::new(Code::BackupMissing).with("path", app.dir.backups().display()))
}
