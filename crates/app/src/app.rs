//! What everything stands on, opened once for each process.

use crate::Result;
use crate::config::{self, Config, SecretsIn};
use crate::handlers;
use crate::logs::{self, Logs};
use crate::maintenance;
use crate::paths::DataDir;
use puente_core::{Clock, Code, Error, Secret, SystemClock};
use puente_erp::Room;
use puente_jobs::Jobs;
use puente_store::secrets::Secrets;
use puente_store::{Database, state_options};
use puente_warehouse::Warehouse;
use std::path::PathBuf;
use std::sync::Arc;

/// How to open Puente's data.
pub struct AppOptions {
    /// The data folder; [`DataDir::of_this_user`] for the usual one.
    pub data_dir: PathBuf,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Keeps secrets elsewhere than the settings say: for the demo and for tests.
    pub secrets: Option<Secrets>,
    /// Opens the file of secrets, where the office chose one.
    pub passphrase: Option<Secret>,
}

impl AppOptions {
    /// The usual way, over that folder.
    pub fn new(data_dir: PathBuf) -> Self {
        AppOptions {
            data_dir,
            clock: Arc::new(SystemClock),
            secrets: None,
            passphrase: None,
        }
    }
}

/// Puente, opened: state, warehouse, secrets and the queue. Clones are one and the same.
#[derive(Clone)]
pub struct App {
    /// The data folder.
    pub dir: DataDir,
    /// Settings.
    pub config: Config,
    /// What happened while opening that a person should know, in English, for logs and `doctor`.
    pub notes: Arc<Vec<String>>,
    /// State, warehouse, secrets and time.
    pub room: Room,
    /// The queue.
    pub jobs: Jobs,
    _logs: Arc<Logs>,
}

impl App {
    /// Opens the data folder, settles what a killed process left running, and has tidying up
    /// scheduled; jobs run when a host starts them.
    ///
    /// # Errors
    /// [`Code::DataFolderReadOnly`], [`Code::DiskFull`], [`Code::StoreNewer`],
    /// [`Code::StoreCorrupt`] (with the last good backup among its values), those of the keyring.
    pub fn open(options: AppOptions) -> Result<App> {
        let dir = DataDir::open(&options.data_dir)?;
        let now = options.clock.now();
        let read = config::read(&dir, now)?;
        let logs = logs::start(&dir, &read.config.log)?;
        let mut notes = Vec::new();
        if let Some((aside, why)) = &read.set_aside {
            notes.push(format!(
                "config.toml was set aside as {}: {why}",
                aside.display()
            ));
        }
        let state = Database::open(&dir.state(), state_options(), Arc::clone(&options.clock))?;
        let warehouse = Warehouse::open(&dir.warehouse(), Arc::clone(&options.clock))?;
        let secrets = match options.secrets {
            Some(secrets) => secrets,
            None => open_secrets(&dir, &read.config, options.passphrase)?,
        };
        let room = Room {
            state,
            warehouse,
            secrets,
            clock: options.clock,
            profiles: dir.profiles(),
        };
        let handlers = handlers::all(&room, &dir, &read.config);
        let jobs = Jobs::open(room.state.clone(), Arc::clone(&room.clock), handlers)?;
        let recovered = jobs.recover()?;
        // Nobody has to wait for tidying up: on a full disk, say, there are other worries.
        if let Err(error) = maintenance::schedule(&jobs) {
            tracing::warn!(%error, "tidying up is not scheduled");
        }
        tracing::info!(version = env!("CARGO_PKG_VERSION"), ?recovered, "opened");
        notes.iter().for_each(|note| tracing::warn!("{note}"));
        Ok(App {
            dir,
            config: read.config,
            notes: Arc::new(notes),
            room,
            jobs,
            _logs: Arc::new(logs),
        })
    }

    /// Adds to the audit trail what a person did. Never a secret.
    pub(crate) fn audit(
        &self,
        action: &str,
        subject: &str,
        detail: serde_json::Value,
    ) -> Result<()> {
        self.jobs.audit("local", action, subject, detail)?;
        Ok(())
    }
}

fn open_secrets(dir: &DataDir, config: &Config, passphrase: Option<Secret>) -> Result<Secrets> {
    match config.secrets {
        SecretsIn::Keyring => Ok(Secrets::keyring(puente_store::secrets::SERVICE)?),
        SecretsIn::File => {
            let passphrase = passphrase.ok_or_else(|| {
                Error::new(Code::SecretFileUnreadable).with("path", dir.secrets().display())
            })?;
            Ok(Secrets::file(&dir.secrets(), passphrase)?)
        }
    }
}
