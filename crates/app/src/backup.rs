//! Backups of the state. The warehouse is not in them: it can be extracted again.

use crate::config::Config;
use crate::paths::DataDir;
use crate::{App, Nothing, Result};
use chrono::{DateTime, Utc};
use puente_core::{Cancel, Clock, Code, Error, NoProgress};
use puente_erp::Room;
use puente_jobs::{Handler, Interrupted, Job, NewJob, RetryPolicy, Running};
use puente_store::backup::{self, Kind, Retention};
use puente_store::{Database, state_options};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The kind of job that makes a backup and drops those that are not kept.
pub const CREATE: &str = "backup.create";

/// Names a backup by its file's name, as [`list`] gives it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// `puente-20261122T013400Z.db`.
    pub name: String,
}

/// A backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackupRow {
    /// Its file's name.
    pub name: String,
    /// Why it was made: `regular`, `before_restore`, `before_migration`.
    pub reason: &'static str,
    /// When.
    pub at: DateTime<Utc>,
    /// Its size.
    pub bytes: u64,
}

/// What a look through a backup found.
#[derive(Debug, Clone, Serialize)]
pub struct Verified {
    /// Its file's name.
    pub name: String,
    /// Format of its schema.
    pub version: u32,
}

/// What a restore did.
#[derive(Debug, Clone, Serialize)]
pub struct Restored {
    /// The backup that was restored.
    pub name: String,
    /// The copy of what was there before; none when it was damaged and had been set aside.
    pub replaced: Option<String>,
}

/// Queues a backup.
///
/// # Errors
/// Those of the store.
pub fn create(app: &App, _: Nothing) -> Result<Vec<Job>> {
    let job = crate::jobs::ask(app, NewJob::new(CREATE, json!({})).once())?;
    Ok(vec![job])
}

/// The backups, newest first.
///
/// # Errors
/// Those of the file system.
pub fn list(app: &App, _: Nothing) -> Result<Vec<BackupRow>> {
    list_in(&app.dir)
}

/// Looks through a backup.
///
/// # Errors
/// [`Code::BackupMissing`], [`Code::BackupInvalid`], [`Code::StoreNewer`].
pub fn verify(app: &App, request: Named) -> Result<Verified> {
    let path = path_of(&app.dir, &request.name)?;
    let version = backup::verify(&path, &state_options(), &Cancel::new())?;
    Ok(Verified {
        name: request.name,
        version,
    })
}

/// Goes back to a backup. Works on a closed data folder, also on one whose state was damaged and set
/// aside, which is when it is needed most.
///
/// # Errors
/// As [`verify`]; nothing is changed then.
pub fn restore(dir: &DataDir, clock: std::sync::Arc<dyn Clock>, name: &str) -> Result<Restored> {
    let path = path_of(dir, name)?;
    let cancel = Cancel::new();
    match Database::open(&dir.state(), state_options(), std::sync::Arc::clone(&clock)) {
        Ok(state) => {
            let done = backup::restore(&state, &path, &cancel, &NoProgress)?;
            let replaced = Some(file_name(&done.replaced.path));
            Ok(Restored {
                name: name.to_owned(),
                replaced,
            })
        }
        Err(error) if puente_core::Coded::code(&error) == Code::StoreCorrupt => {
            let options = state_options();
            let state = dir.state();
            backup::restore_set_aside(
                &state,
                &path,
                &options,
                clock.as_ref(),
                &cancel,
                &NoProgress,
            )?;
            Ok(Restored {
                name: name.to_owned(),
                replaced: None,
            })
        }
        Err(error) => Err(error.into()),
    }
}

/// The backups of a data folder, newest first.
///
/// # Errors
/// Those of the file system.
pub fn list_in(dir: &DataDir) -> Result<Vec<BackupRow>> {
    let backups = backup::list(&dir.state(), &dir.backups())?;
    Ok(backups.iter().map(row).collect())
}

fn row(backup: &backup::Backup) -> BackupRow {
    BackupRow {
        name: file_name(&backup.path),
        reason: match backup.kind {
            Kind::Regular => "regular",
            Kind::BeforeRestore => "before_restore",
            Kind::BeforeMigration => "before_migration",
        },
        at: backup.at,
        bytes: backup.bytes,
    }
}

/// A backup is named by its file's name alone: a path would lead out of the folder.
fn path_of(dir: &DataDir, name: &str) -> Result<PathBuf> {
    if Path::new(name).file_name().and_then(|name| name.to_str()) != Some(name) {
        return Err(Error::invalid("name", name));
    }
    Ok(dir.backups().join(name))
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Makes a backup, then drops those that are not kept.
pub(crate) struct BackUp {
    state: Database,
    dir: DataDir,
    retention: Retention,
}

impl BackUp {
    pub(crate) fn new(room: &Room, dir: &DataDir, config: &Config) -> Self {
        let kept = &config.backups;
        let retention = Retention {
            last: kept.last,
            daily: kept.days,
            monthly: kept.months,
        };
        BackUp {
            state: room.state.clone(),
            dir: dir.clone(),
            retention,
        }
    }
}

impl Handler for BackUp {
    fn kind(&self) -> &'static str {
        CREATE
    }

    fn resources(&self, _: &Value) -> Vec<String> {
        vec!["backups".to_owned()]
    }

    fn on_interrupt(&self) -> Interrupted {
        Interrupted::Resume
    }

    fn retry(&self) -> RetryPolicy {
        RetryPolicy::PATIENT
    }

    fn run(&self, job: &Running, _: Value) -> Result<Value> {
        let made = backup::create(&self.state, &job.cancel, job)?;
        backup::prune(&self.dir.state(), &self.dir.backups(), self.retention)?;
        serde_json::to_value(row(&made)).map_err(|error| Error::invalid("backup", error))
    }
}
