//! What everything stands on, opened once for each process.

use crate::Result;
use crate::config::{self, Config, SecretsIn};
use crate::events::Events;
use crate::handlers;
use crate::jobs::Words;
use crate::logs::{self, Logs};
use crate::paths::DataDir;
use crate::sales::example::{Example, SampleShop};
use crate::sales::known::TakeCosts;
use crate::sales::listening::Listeners;
use crate::table::Views;
use crate::vpn::ThroughVpn;
use crate::vpn::whole_pc::Keeper;
use crate::{schedules, settings};
use chrono_tz::Tz;
use puente_core::{Clock, Code, Error, Lang, Secret, SystemClock};
use puente_erp::Room;
use puente_jobs::Jobs;
use puente_store::secrets::Secrets;
use puente_store::{Database, state_options};
use puente_vpn::tunnels::Tunnels;
use puente_warehouse::Warehouse;
use std::path::PathBuf;
use std::sync::Arc;

/// Jobs at a time: one company's server seldom serves two well, two servers do.
pub const WORKERS: usize = 2;

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
    /// The language in which answers speak, whatever the settings say.
    pub lang: Option<Lang>,
    /// Stand-ins of the clouds: only with sample data, never with an office's own.
    pub example: Option<Arc<dyn SampleShop>>,
}

impl AppOptions {
    /// The usual way, over that folder.
    pub fn new(data_dir: PathBuf) -> Self {
        AppOptions {
            data_dir,
            clock: Arc::new(SystemClock),
            secrets: None,
            passphrase: None,
            lang: None,
            example: None,
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
    /// The VPNs that this process holds open.
    pub tunnels: Tunnels,
    /// Who puts the whole PC in a VPN.
    pub(crate) whole_pc: Keeper,
    /// What sales stand on.
    pub(crate) sales: puente_sales::Room,
    pub(crate) example: Option<Arc<dyn SampleShop>>,
    pub(crate) listeners: Listeners,
    pub(crate) views: Views,
    pub(crate) forecasts: crate::forecast::Open,
    lang: Option<Lang>,
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
        let tunnels = Tunnels::new(state.clone(), secrets.clone(), Arc::clone(&options.clock));
        let mut room = Room {
            state,
            warehouse,
            secrets,
            clock: options.clock,
            profiles: dir.profiles(),
            route: None,
        };
        let whole_pc = Keeper::new(&room, &dir);
        let through = ThroughVpn(tunnels.clone(), whole_pc.clone());
        room.route = Some(Arc::new(through));
        let sales = sales_room(&room, &dir, &read.config);
        let mut handlers = handlers::all(&room, &sales, (&tunnels, &whole_pc), &dir, &read.config);
        handlers.push(Arc::new(TakeCosts {
            room: sales.clone(),
            erp: room.clone(),
        }));
        handlers.push(Arc::new(Example {
            room: sales.clone(),
            shop: options.example.clone(),
        }));
        let jobs = Jobs::open(room.state.clone(), Arc::clone(&room.clock), handlers)?;
        let tell = jobs.teller();
        tunnels.watch(move || tell(crate::events::VPNS));
        let recovered = jobs.recover()?;
        tracing::info!(version = env!("CARGO_PKG_VERSION"), ?recovered, "opened");
        notes.iter().for_each(|note| tracing::warn!("{note}"));
        Ok(App {
            dir,
            config: read.config,
            notes: Arc::new(notes),
            room,
            jobs,
            tunnels,
            whole_pc,
            sales,
            example: options.example,
            listeners: Listeners::default(),
            views: Views::default(),
            forecasts: crate::forecast::Open::default(),
            lang: options.lang,
            _logs: Arc::new(logs),
        })
    }

    /// The language in which answers speak.
    pub fn lang(&self) -> Lang {
        self.words().lang()
    }

    /// The office's time zone.
    pub fn zone(&self) -> Tz {
        settings::zone(&self.room.state)
    }

    pub(crate) fn words(&self) -> Words {
        Words {
            state: self.room.state.clone(),
            asked: self.lang,
            usual: self.config.lang,
        }
    }

    /// Everything that happens from now on, as interfaces want to hear it.
    ///
    /// # Errors
    /// [`Code::Internal`] when the system gives no thread.
    pub fn events(&self) -> Result<Events> {
        Ok(Events::new(self.jobs.subscribe()?, self.words()))
    }

    /// What a host that stays open does once: puts the schedules of a new office in place, and begins
    /// to run jobs and schedules. Not in safe mode.
    ///
    /// # Errors
    /// Those of the store and of the queue.
    pub fn start(&self) -> Result<()> {
        schedules::put_defaults(self)?;
        self.jobs.start(WORKERS)?;
        Ok(())
    }

    /// Ends what [`App::start`] began, within five seconds, for good. What did not end in time goes on
    /// at the next start.
    pub fn stop(&self) {
        self.listeners.stop();
        let late = self.jobs.stop();
        if !late.is_empty() {
            tracing::warn!(jobs = ?late, "these did not end in time");
        }
        self.tunnels.stop();
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

fn sales_room(room: &Room, dir: &DataDir, config: &Config) -> puente_sales::Room {
    let (state, secrets, config) = (room.state.clone(), room.secrets.clone(), config.clone());
    let ways: puente_sales::Ways =
        Arc::new(move || settings::network_from(&state, &config, &secrets));
    let state = room.state.clone();
    puente_sales::Room::new(
        room.state.clone(),
        room.secrets.clone(),
        Arc::clone(&room.clock),
        dir.invoices(),
        ways,
    )
    .with_zone(Arc::new(move || settings::zone(&state)))
    .with_sources(Arc::new(crate::sales::local::Servers(room.clone())))
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
