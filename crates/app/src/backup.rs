//! Backups of the state. The warehouse is not in them: it can be extracted again.

use crate::config::Config;
use crate::jobs::{self, JobRow};
use crate::paths::DataDir;
use crate::{App, Nothing, Result, settings};
use chrono::{DateTime, Utc};
use puente_core::{Cancel, Clock, Code, Error, NoProgress};
use puente_erp::Room;
use puente_jobs::{Interrupted, JobKind, NewJob, RetryPolicy, Running};
use puente_store::backup::{self, Kind, Retention};
use puente_store::{Database, quarantine, state_options};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::{Path, PathBuf};
use ts_rs::TS;

/// The kind of job that makes a backup and drops those that are not kept.
pub const CREATE: &str = "backup.create";

/// Names a backup by its file's name, as [`list`] gives it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "BackupNamed")]
pub struct Named {
    /// `puente-20261122T013400Z.db`.
    pub name: String,
}

/// Why a backup was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "BackupReason")]
pub enum Reason {
    /// By a person or a schedule.
    Regular,
    /// What was there before a restore.
    BeforeRestore,
    /// What was there before a newer version changed its format.
    BeforeMigration,
}

impl Reason {
    /// As on the wire: `before_restore`.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Regular => "regular",
            Reason::BeforeRestore => "before_restore",
            Reason::BeforeMigration => "before_migration",
        }
    }
}

/// A backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "Backup")]
pub struct BackupRow {
    /// Its file's name.
    pub name: String,
    /// Why it was made.
    pub reason: Reason,
    /// When.
    pub at: DateTime<Utc>,
    /// Its size.
    pub bytes: u64,
}

/// What a look through a backup found.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "BackupVerified")]
pub struct Verified {
    /// Its file's name.
    pub name: String,
    /// Format of its schema.
    pub version: u32,
}

/// What a restore did.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "BackupRestored")]
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
pub fn create(app: &App, _: Nothing) -> Result<Vec<JobRow>> {
    Ok(vec![jobs::ask(app, NewJob::new(CREATE, json!({})).once())?])
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
/// aside or is of a newer Puente, which is when it is needed most.
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
        Err(error) => {
            let code = puente_core::Coded::code(&error);
            if code == Code::StoreNewer {
                backup::verify(&path, &state_options(), &cancel)?;
                quarantine::set_newer_aside(&dir.state(), &state_options(), clock.as_ref())?;
            } else if code != Code::StoreCorrupt {
                return Err(error.into());
            }
            restore_in_place(dir, clock.as_ref(), name, &path)
        }
    }
}

fn restore_in_place(dir: &DataDir, clock: &dyn Clock, name: &str, path: &Path) -> Result<Restored> {
    let options = state_options();
    let cancel = Cancel::new();
    backup::restore_set_aside(&dir.state(), path, &options, clock, &cancel, &NoProgress)?;
    Ok(Restored {
        name: name.to_owned(),
        replaced: None,
    })
}

/// Goes back to a backup while Puente is open. Jobs end first, within five seconds, and none begins any
/// more: the host opens the data anew after this command, whatever came of it.
///
/// # Errors
/// As [`verify`], with nothing changed and jobs running on; those of the disk, with the state as it was.
pub fn restore_open(app: &App, request: Named) -> Result<Restored> {
    let path = path_of(&app.dir, &request.name)?;
    backup::verify(&path, &state_options(), &Cancel::new())?;
    app.stop();
    let done = backup::restore(&app.room.state, &path, &Cancel::new(), &NoProgress)?;
    let replaced = file_name(&done.replaced.path);
    let detail = json!({ "replaced": replaced });
    app.audit("backup.restore", &request.name, detail)?;
    Ok(Restored {
        name: request.name,
        replaced: Some(replaced),
    })
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
            Kind::Regular => Reason::Regular,
            Kind::BeforeRestore => Reason::BeforeRestore,
            Kind::BeforeMigration => Reason::BeforeMigration,
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
    config: Config,
}

impl BackUp {
    pub(crate) fn new(room: &Room, dir: &DataDir, config: &Config) -> Self {
        BackUp {
            state: room.state.clone(),
            dir: dir.clone(),
            config: config.clone(),
        }
    }
}

impl JobKind for BackUp {
    const NAME: &'static str = CREATE;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    const RETRY: RetryPolicy = RetryPolicy::PATIENT;
    type Input = IgnoredAny;
    type Output = BackupRow;

    fn holds(_: &Self::Input) -> Vec<String> {
        vec!["backups".to_owned()]
    }

    fn work(&self, job: &Running, _: Self::Input) -> Result<Self::Output> {
        let made = backup::create(&self.state, &job.cancel, job)?;
        let kept = settings::read(&self.state, &self.config)?.backups;
        let retention = Retention {
            last: kept.last,
            daily: kept.days,
            monthly: kept.months,
        };
        backup::prune(&self.dir.state(), &self.dir.backups(), retention)?;
        Ok(row(&made))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;
    use crate::{AppOptions, schedules, sync};
    use puente_store::secrets::Secrets;

    #[test]
    fn an_open_office_goes_back_to_a_backup_and_is_opened_anew() {
        let desk = Desk::with_files();
        desk.app.start().unwrap();
        let made = create(&desk.app, Nothing {}).unwrap().remove(0);
        desk.app.jobs.wait(puente_jobs::JobId(made.id)).unwrap();
        let server = "archivos".to_owned();
        crate::servers::remove(&desk.app, crate::servers::Named { server }).unwrap();
        let name = list(&desk.app, Nothing {}).unwrap().remove(0).name;
        let restored = restore_open(&desk.app, Named { name }).unwrap();
        assert!(restored.replaced.is_some());
        drop(desk.app);
        let app = App::open(AppOptions {
            secrets: Some(Secrets::memory()),
            ..AppOptions::new(desk.folder.path().join("data"))
        })
        .unwrap();
        assert_eq!(crate::servers::list(&app, Nothing {}).unwrap().len(), 1);
        app.start().unwrap();
        let id = puente_jobs::JobId(sync::all(&app, Nothing {}).unwrap()[0].id);
        assert_eq!(app.jobs.wait(id).unwrap().state, puente_jobs::State::Done);
        assert_eq!(schedules::list(&app, Nothing {}).unwrap().rows.len(), 2);
        app.stop();
    }

    #[test]
    fn what_is_no_backup_is_refused_and_jobs_run_on() {
        let desk = Desk::new();
        for (name, code) in [
            ("puente-20200101T000000Z.db", Code::BackupMissing),
            ("../puente.db", Code::InvalidInput),
        ] {
            let request = Named {
                name: name.to_owned(),
            };
            assert_eq!(restore_open(&desk.app, request).unwrap_err().code, code);
        }
        create(&desk.app, Nothing {}).unwrap();
        desk.run();
        assert_eq!(list(&desk.app, Nothing {}).unwrap().len(), 1);
    }

    #[test]
    fn backups_are_kept_as_the_settings_say_from_the_next_one_on() {
        let desk = Desk::new();
        let kept = json!({ "backups": { "last": 2, "days": 0, "months": 0 } });
        settings::set(&desk.app, serde_json::from_value(kept).unwrap()).unwrap();
        for _ in 0..4 {
            create(&desk.app, Nothing {}).unwrap();
            desk.run();
            desk.clock.advance(chrono::TimeDelta::hours(1));
        }
        assert_eq!(list(&desk.app, Nothing {}).unwrap().len(), 2);
    }
}
