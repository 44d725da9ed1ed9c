//! The data that an interface shows, whatever becomes of it: open, being opened, or not to be opened
//! and why.

use crate::demo;
use crate::events::Hub;
use crate::opening::{
    Look, Open, lang_before, open_chosen, open_demo, open_office, problem, set, start_choice,
};
use puente_app::backup::{self, BackupRow};
use puente_app::commands::{self, COMMANDS};
use puente_app::config::{self, SecretsIn};
use puente_app::events::Event;
use puente_app::paths::DataDir;
use puente_app::settings::{Change, Start};
use puente_app::{App, Nothing};
use puente_core::error::ErrorView;
use puente_core::{Clock, Code, Error, Lang, Secret, SystemClock};
use puente_store::secrets::Secrets;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};

/// Whose data it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// The office's own.
    Office,
    /// A sample, in a folder of its own.
    Demo,
}

/// How to open.
#[derive(Clone)]
pub struct Options {
    /// The office's data folder.
    pub data_dir: PathBuf,
    /// What to open, whatever the settings say.
    pub profile: Option<Profile>,
    /// No job is begun.
    pub safe_mode: bool,
    /// Keeps the office's secrets elsewhere than the settings say: for tests.
    pub secrets: Option<Secrets>,
    /// Opens the file of secrets, where the office chose one.
    pub passphrase: Option<Secret>,
    /// The language, whatever the settings say.
    pub lang: Option<Lang>,
}

impl Options {
    /// The usual way, over that folder.
    pub fn new(data_dir: PathBuf) -> Self {
        Options {
            data_dir,
            profile: None,
            safe_mode: false,
            secrets: None,
            passphrase: None,
            lang: None,
        }
    }
}

/// Why the data is not open, and what can be done about it.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// What was to be opened.
    pub profile: Profile,
    /// What happened.
    pub error: ErrorView,
    /// Backups that this program can read, newest first, where going back to one mends it.
    pub backups: Vec<BackupRow>,
    /// Whether a passphrase would open it: no keyring answers, or the file of secrets is closed.
    pub passphrase: bool,
}

/// How things stand, before anything is asked of the data.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// Of this program.
    pub version: &'static str,
    /// The language in which hosts speak.
    pub lang: Lang,
    /// What is open, if anything is.
    pub profile: Option<Profile>,
    /// Whether no job is begun.
    pub safe_mode: bool,
    /// Why nothing is open.
    pub problem: Option<Problem>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Passphrase {
    passphrase: String,
}

/// The data of one interface. Clones are one and the same.
#[derive(Clone)]
pub struct Session(Arc<Shared>);

struct Shared {
    options: Mutex<Options>,
    desk: Mutex<Desk>,
    settled: Condvar,
    door: Mutex<()>,
    hub: Hub,
}

enum Desk {
    Opening,
    Open(Box<Open>),
    Shut(Box<(Error, Problem)>),
}

impl Session {
    /// A session that opens nothing yet: calls wait for [`Session::open`].
    pub fn new(options: Options) -> Session {
        Session(Arc::new(Shared {
            options: Mutex::new(options),
            desk: Mutex::new(Desk::Opening),
            settled: Condvar::new(),
            door: Mutex::default(),
            hub: Hub::default(),
        }))
    }

    /// Opens what the options and the settings ask for, and starts the workers.
    ///
    /// # Errors
    /// Why it could not be opened; [`Session::problem`] knows from then on.
    pub fn open(&self) -> Result<(), Error> {
        let _alone = self.alone();
        self.open_asked()
    }

    fn open_asked(&self) -> Result<(), Error> {
        let options = self.options().clone();
        let (asked, opened) = match options.profile {
            Some(Profile::Demo) => (Profile::Demo, open_demo(&options)),
            Some(Profile::Office) => (Profile::Office, open_office(&options)),
            None => open_chosen(&options),
        };
        self.settle(asked, opened)
    }

    /// Opens anew: after a choice of the first start, which stands in the settings of what is open.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn restart(&self) -> Result<(), Error> {
        let _alone = self.alone();
        let Desk::Open(before) = self.take() else {
            return self.open_asked();
        };
        before.app.stop();
        let (choice, look) = (start_choice(&before.app), Look::of(&before.app));
        let next = choice.unwrap_or(before.profile);
        let chose_office = before.profile == Profile::Demo && next == Profile::Office;
        drop(before);
        let options = self.options().clone();
        let opened = match next {
            Profile::Demo => open_demo(&options).inspect(|open| look.give(&open.app)),
            Profile::Office => open_office(&options),
        };
        if let (true, Ok(open)) = (chose_office, &opened) {
            set(&open.app, Start::Office, Change::default());
        }
        self.settle(next, opened)
    }

    /// Runs a command on JSON. Waits while the data is being opened.
    ///
    /// # Errors
    /// Those of the command; while nothing is open, why.
    pub fn call(&self, name: &str, request: Value) -> Result<Value, Error> {
        let app = self.app()?;
        let answer = commands::call(&app, name, request);
        drop(app);
        let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
            return answer;
        };
        if !command.changes.is_empty() {
            self.0.hub.tell(&Event::Stale {
                tags: command.changes.to_vec(),
            });
        }
        if command.reopens {
            // Whatever came of it: a command that failed may have ended the workers before.
            self.reopen()?;
        }
        answer
    }

    /// The open data. Waits while it is being opened.
    ///
    /// # Errors
    /// Why it is not open.
    pub fn app(&self) -> Result<App, Error> {
        let desk = self
            .0
            .settled
            .wait_while(self.desk(), |desk| matches!(desk, Desk::Opening))
            .unwrap_or_else(PoisonError::into_inner);
        match &*desk {
            Desk::Open(open) => Ok(open.app.clone()),
            Desk::Shut(shut) => Err(shut.0.clone()),
            Desk::Opening => Err(Error::new(Code::Internal)),
        }
    }

    /// What is open, if anything is.
    pub fn profile(&self) -> Option<Profile> {
        match &*self.desk() {
            Desk::Open(open) => Some(open.profile),
            Desk::Opening | Desk::Shut(_) => None,
        }
    }

    /// Why nothing is open.
    pub fn problem(&self) -> Option<Problem> {
        match &*self.desk() {
            Desk::Shut(shut) => Some(shut.1.clone()),
            Desk::Opening | Desk::Open(_) => None,
        }
    }

    /// Whether no job is begun.
    pub fn is_safe_mode(&self) -> bool {
        self.options().safe_mode
    }

    /// The office's data folder.
    pub fn data_dir(&self) -> PathBuf {
        self.options().data_dir.clone()
    }

    /// The language in which hosts speak.
    pub fn lang(&self) -> Lang {
        match &*self.desk() {
            Desk::Open(open) => open.app.lang(),
            Desk::Opening | Desk::Shut(_) => lang_before(&self.options()),
        }
    }

    /// Tells every event from now on, until `listener` says `false`. It must not block.
    pub fn listen(&self, listener: impl FnMut(&Event) -> bool + Send + 'static) {
        self.0.hub.listen(Box::new(listener));
    }

    /// Goes back to a backup while nothing is open, and opens it. The file that could not be opened is
    /// set aside.
    ///
    /// # Errors
    /// Those of the restore, with nothing changed; those of opening.
    pub fn restore(&self, name: &str) -> Result<(), Error> {
        let dir = DataDir::open(&self.data_dir())?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        backup::restore(&dir, clock, name)?;
        self.open()
    }

    /// Opens with a passphrase: from then on the office's secrets are in a file under it, where no
    /// keyring answers. Never in plain text.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn open_with(&self, passphrase: Secret) -> Result<(), Error> {
        let dir = DataDir::open(&self.data_dir())?;
        let read = config::read(&dir, SystemClock.now())?;
        if read.config.secrets != SecretsIn::File {
            let config = config::Config {
                secrets: SecretsIn::File,
                ..read.config
            };
            let text =
                toml::to_string(&config).map_err(|error| Error::invalid("config.toml", error))?;
            std::fs::write(dir.config(), text).map_err(|error| dir.explain(&error))?;
        }
        self.options().passphrase = Some(passphrase);
        self.open()
    }

    /// What every host can do beside commands, by name: `status`, `restart`, and what mends a problem.
    ///
    /// # Errors
    /// That there is nothing of that name, that the request doesn't fit, and those of the work.
    pub fn host(&self, name: &str, request: Value) -> Result<Value, Error> {
        match name {
            "status" => serde_json::to_value(self.status())
                .map_err(|error| Error::invalid("response", error)),
            "restart" => self.restart().map(|()| Value::Null),
            "problem.retry" => self.open().map(|()| Value::Null),
            "problem.restore" => {
                let backup::Named { name } = read(request)?;
                self.restore(&name).map(|()| Value::Null)
            }
            "problem.passphrase" => {
                let Passphrase { passphrase } = read(request)?;
                self.open_with(Secret::from(passphrase))
                    .map(|()| Value::Null)
            }
            "problem.demo" => self.open_profile(Profile::Demo).map(|()| Value::Null),
            "problem.office" => self.open_profile(Profile::Office).map(|()| Value::Null),
            other => Err(Error::not_found("command", other)),
        }
    }

    /// How things stand. Waits while the data is being opened.
    pub fn status(&self) -> Status {
        // Why it is not open stands among what is answered.
        drop(self.app());
        Status {
            version: env!("CARGO_PKG_VERSION"),
            lang: self.lang(),
            profile: self.profile(),
            safe_mode: self.is_safe_mode(),
            problem: self.problem(),
        }
    }

    /// Ends the workers within five seconds and lets the data go. Calls fail from then on.
    pub fn stop(&self) {
        let _alone = self.alone();
        if let Desk::Open(open) = self.take() {
            open.app.stop();
        }
        let error = Error::new(Code::Cancelled);
        let problem = problem(&self.options(), Profile::Office, &error);
        *self.desk() = Desk::Shut(Box::new((error, problem)));
        self.0.settled.notify_all();
    }

    /// Opens the same data anew, on which other handles may still be held.
    fn reopen(&self) -> Result<(), Error> {
        let _alone = self.alone();
        let Desk::Open(before) = self.take() else {
            return self.open_asked();
        };
        before.app.stop();
        let Open { app, profile, demo } = *before;
        let options = self.options().clone();
        let opened = match profile {
            Profile::Office => {
                drop(app);
                open_office(&options)
            }
            Profile::Demo => match demo {
                Some(demo) => demo::reopen(app, &demo, options.lang).map(|app| Open {
                    app,
                    profile,
                    demo: Some(demo),
                }),
                None => open_demo(&options),
            },
        };
        self.settle(profile, opened)
    }

    /// Opens that one, whatever the settings say; from then on they say the same.
    fn open_profile(&self, profile: Profile) -> Result<(), Error> {
        let _alone = self.alone();
        let options = self.options().clone();
        let (opened, start) = match profile {
            Profile::Office => (open_office(&options), Start::Office),
            Profile::Demo => (open_demo(&options), Start::Demo),
        };
        if let Ok(open) = &opened {
            set(&open.app, start, Change::default());
        }
        self.settle(profile, opened)
    }

    /// One opens or closes at a time.
    fn alone(&self) -> MutexGuard<'_, ()> {
        self.0.door.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is open; from then on callers wait.
    fn take(&self) -> Desk {
        std::mem::replace(&mut *self.desk(), Desk::Opening)
    }

    fn settle(&self, asked: Profile, opened: Result<Open, Error>) -> Result<(), Error> {
        let settled = opened.and_then(|open| {
            self.begin(&open)?;
            Ok(open)
        });
        let (desk, answer) = match settled {
            Ok(open) => (Desk::Open(Box::new(open)), Ok(())),
            Err(error) => {
                tracing::error!(%error, "the data could not be opened");
                let problem = problem(&self.options(), asked, &error);
                (Desk::Shut(Box::new((error.clone(), problem))), Err(error))
            }
        };
        *self.desk() = desk;
        self.0.settled.notify_all();
        self.0.hub.tell(&Event::Missed);
        answer
    }

    /// Starts the workers, and passes on what happens to jobs for as long as this data is open.
    fn begin(&self, open: &Open) -> Result<(), Error> {
        let events = open.app.events()?;
        let shared: Weak<Shared> = Arc::downgrade(&self.0);
        std::thread::Builder::new()
            .name("events".to_owned())
            .spawn(move || {
                for event in events {
                    let Some(shared) = shared.upgrade() else {
                        return;
                    };
                    shared.hub.tell(&event);
                }
            })
            .map_err(|error| Error::new(Code::Internal).because(&error))?;
        if self.is_safe_mode() {
            return Ok(());
        }
        open.app.start()?;
        if open.profile == Profile::Demo {
            fill(&open.app)?;
        }
        Ok(())
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn options(&self) -> MutexGuard<'_, Options> {
        self.0
            .options
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Session").field(&self.profile()).finish()
    }
}

fn read<T: serde::de::DeserializeOwned>(request: Value) -> Result<T, Error> {
    serde_json::from_value(request).map_err(|error| Error::invalid("request", error))
}

/// Brings the sample's movements, so that there is something to see.
fn fill(app: &App) -> Result<(), Error> {
    puente_app::sync::all(app, Nothing {}).map(drop)
}
