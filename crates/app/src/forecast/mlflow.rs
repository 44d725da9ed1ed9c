//! Telling an office's MLflow of each training.

use super::registry;
use crate::jobs::{self, JobRow};
use crate::paths::DataDir;
use crate::settings::{self, Mlflow, MlflowLogin};
use crate::{App, Nothing, Result};
use chrono::{DateTime, TimeDelta, Utc};
use puente_core::{Cancel, Code, Error, ErrorView, Lang, Secret};
use puente_erp::Room;
use puente_forecast::mlflow::{
    EXPERIMENT, Error as Trouble, Login, Queue, Record, Sample, Sending, Server, State, Tracking,
    check_url, send,
};
use puente_forecast::registry::Registry;
use puente_jobs::{Interrupted, JobKind, Level, NewJob, Running};
use puente_net::Network;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use ts_rs::TS;

/// The kind of job that tells MLflow of a training.
pub const TELL: &str = "forecast.mlflow";
/// Trainings that a status lists.
const SHOWN: usize = 100;
/// The wait after the first attempt that a server was away for; it doubles.
const FIRST_WAIT: i64 = 30;
/// No wait is longer: seconds.
const LONGEST_WAIT: i64 = 3_600;

/// What is kept of an office's way out and of its login.
pub(crate) type Ways = Arc<dyn Fn() -> Result<Option<(Server, Network)>> + Send + Sync>;

/// The way to the server that the settings name; none when they name none.
pub(crate) fn ways(room: &Room, config: &crate::config::Config) -> Ways {
    let (state, secrets, config) = (room.state.clone(), room.secrets.clone(), config.clone());
    Arc::new(move || {
        let chosen = settings::read(&state, &config)?.mlflow;
        if chosen.url.is_empty() {
            return Ok(None);
        }
        let secret = match chosen.login {
            MlflowLogin::None => None,
            MlflowLogin::Basic | MlflowLogin::Token => secrets.find(settings::MLFLOW_SECRET)?,
        };
        let network = settings::network_from(&state, &config, &secrets)?;
        Ok(Some((server_of(&chosen, secret)?, network)))
    })
}

fn server_of(chosen: &Mlflow, secret: Option<Secret>) -> Result<Server> {
    let secret = || secret.clone().unwrap_or_else(|| Secret::from(""));
    Ok(Server {
        url: check_url(&chosen.url)?,
        login: match chosen.login {
            MlflowLogin::None => Login::None,
            MlflowLogin::Basic => Login::Basic {
                user: chosen.user.clone(),
                password: secret(),
            },
            MlflowLogin::Token => Login::Token(secret()),
        },
    })
}

/// What MLflow knows of a training.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "MlflowRun")]
pub struct RunView {
    /// The modelo_id.
    pub model: String,
    /// Whose.
    pub nit: String,
    /// Where it stands.
    pub state: State,
    /// The page of its run.
    pub link: Option<String>,
    /// Attempts so far.
    pub attempts: u32,
    /// Whether the server keeps no files behind itself, so that none were sent.
    pub without_files: bool,
    /// Why the last attempt failed, and what to do.
    pub error: Option<ErrorView>,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
}

impl RunView {
    pub(super) fn of(sending: Sending, lang: Lang) -> RunView {
        RunView {
            link: sending.link(),
            model: sending.model,
            nit: sending.nit,
            state: sending.state,
            attempts: sending.attempts,
            without_files: sending.without_files,
            error: sending.error.map(|error| error.view(lang)),
            changed_at: sending.changed_at,
        }
    }
}

/// How the telling stands.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "MlflowStatus")]
pub struct Status {
    /// Whether the settings name a server.
    pub configured: bool,
    /// Its experiment.
    pub experiment: String,
    /// Trainings that it is to be told of.
    pub waiting: usize,
    /// Trainings that it knows.
    pub sent: usize,
    /// Trainings that it refused.
    pub failed: usize,
    /// The newest of them.
    pub runs: Vec<RunView>,
}

/// A server to be tried.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(rename = "MlflowTry", optional_fields = nullable)]
pub struct Try {
    /// As the settings would have it; left out, as they have it.
    pub mlflow: Option<Mlflow>,
    /// Password or token; left out, the one that is kept.
    #[ts(as = "Option<String>", optional = nullable)]
    #[serde(deserialize_with = "crate::servers::password")]
    pub secret: Option<Secret>,
}

/// What trying a server found.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "MlflowTried")]
pub struct Tried {
    /// Its address.
    pub url: String,
    /// Whether the experiment is there already; it is made with the first training.
    pub has_experiment: bool,
    /// How long it took.
    pub milliseconds: u64,
}

/// How the telling stands.
///
/// # Errors
/// Those of the store.
pub fn status(app: &App, _: Nothing) -> Result<Status> {
    let all = queue(app).list()?;
    let count = |wanted: State| all.iter().filter(|one| one.state == wanted).count();
    let lang = app.lang();
    let chosen = settings::read(&app.room.state, &app.config)?.mlflow;
    Ok(Status {
        configured: !chosen.url.is_empty(),
        experiment: EXPERIMENT.to_owned(),
        waiting: count(State::Waiting),
        sent: count(State::Sent),
        failed: count(State::Failed),
        runs: all
            .into_iter()
            .take(SHOWN)
            .map(|sending| RunView::of(sending, lang))
            .collect(),
    })
}

/// Tries a server before it is kept.
///
/// # Errors
/// That a value doesn't fit; those of the way there and of the server.
pub fn try_out(app: &App, request: Try) -> Result<Tried> {
    let kept = settings::read(&app.room.state, &app.config)?.mlflow;
    let chosen = request.mlflow.unwrap_or(kept);
    let secret = match request.secret {
        Some(secret) => Some(secret),
        None => app.room.secrets.find(settings::MLFLOW_SECRET)?,
    };
    let server = server_of(&chosen, secret)?;
    let web = settings::network(app)?.web()?;
    let begun = Instant::now();
    let cancel = Cancel::new();
    let tracking = Tracking::new(&server, &web, &cancel).with_patience(Duration::from_secs(10));
    let has_experiment = tracking.experiment().map_err(Error::from)?.is_some();
    app.audit("mlflow.test", "mlflow", json!({ "url": server.url }))?;
    Ok(Tried {
        url: server.url,
        has_experiment,
        milliseconds: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

/// Has the server told of everything that waits or was refused.
///
/// # Errors
/// That the settings name no server; those of the store.
pub fn send_again(app: &App, _: Nothing) -> Result<Vec<JobRow>> {
    if settings::read(&app.room.state, &app.config)?
        .mlflow
        .url
        .is_empty()
    {
        return Err(Error::invalid("mlflow", "url"));
    }
    let queue = queue(app);
    queue.again(app.room.clock.now())?;
    queue
        .waiting()?
        .into_iter()
        .map(|sending| jobs::ask(app, job_of(&sending.model, &sending.nit)))
        .collect()
}

/// What MLflow knows of the models of a NIT.
pub(super) fn of_models(app: &App) -> Result<Vec<Sending>> {
    Ok(queue(app).list()?)
}

/// What is to be forgotten with a model: its run stays where it is.
pub(super) fn forget(app: &App, model: &str) -> Result<()> {
    queue(app).forget(Some(model))?;
    Ok(())
}

/// After the settings changed: another server, or none.
pub(crate) fn settings_changed(app: &App) -> Result<()> {
    let chosen = settings::read(&app.room.state, &app.config)?.mlflow;
    if chosen.url.is_empty() {
        queue(app).forget(None)?;
    } else {
        send_again(app, Nothing {})?;
    }
    Ok(())
}

fn queue(app: &App) -> Queue {
    Queue::new(app.room.state.clone())
}

fn job_of(model: &str, nit: &str) -> NewJob {
    NewJob::new(TELL, json!({ "model": model, "nit": nit })).once()
}

/// Writes down that a training is to be told, and has it done. Whatever goes wrong with that is no error of the
/// training.
pub(super) fn announce(room: &Room, ways: &Ways, job: &Running, model: &str, nit: &str) {
    let announced = (|| -> Result<()> {
        if ways()?.is_none() {
            return Ok(());
        }
        Queue::new(room.state.clone()).add(model, nit, room.clock.now())?;
        job.enqueue(job_of(model, nit))?;
        Ok(())
    })();
    if let Err(error) = announced {
        let text = format!("MLflow will not be told of {model}: {error}");
        tracing::warn!("{text}");
        job.log(Level::Warn, &text);
    }
}

/// Tells MLflow of one training.
pub(crate) struct Telling {
    room: Room,
    registry: Registry,
    queue: Queue,
    ways: Ways,
}

/// What is to be told.
#[derive(Debug, Deserialize)]
pub(crate) struct Told {
    model: String,
    nit: String,
}

impl Telling {
    pub(crate) fn new(room: &Room, dir: &DataDir, ways: &Ways) -> Telling {
        Telling {
            room: room.clone(),
            registry: registry(&room.state, dir),
            queue: Queue::new(room.state.clone()),
            ways: Arc::clone(ways),
        }
    }

    fn tell(&self, job: &Running, sending: Sending) -> Result<bool> {
        let Some((server, network)) = (self.ways)()? else {
            return Ok(false);
        };
        let record = match self.record(&sending) {
            Ok(Some(record)) => record,
            Ok(None) => {
                self.queue.forget(Some(&sending.model))?;
                return Ok(false);
            }
            Err(error) => return Err(self.failed(job, &sending.model, Trouble::Own(error))),
        };
        let web = network.web()?;
        let tracking = Tracking::new(&server, &web, &job.cancel);
        let now = self.room.clock.now();
        let model = sending.model.clone();
        let sent = send(&self.queue, sending, &record, &tracking, &server.url, now)
            .map_err(|error| self.failed(job, &model, error))?;
        if sent.found {
            job.log(Level::Info, "the run was there already");
        }
        if sent.sending.without_files {
            let text = "the server keeps its files elsewhere: parameters and metrics only";
            job.log(Level::Warn, text);
        }
        Ok(true)
    }

    /// None when the model was deleted meanwhile.
    fn record(&self, sending: &Sending) -> puente_forecast::Result<Option<Record>> {
        let model = match self.registry.get(&sending.model) {
            Err(puente_forecast::Error::NoModel(_)) => return Ok(None),
            other => other?,
        };
        let sample = Sample::of(&model.nit, &self.registry.articles(&model)?);
        let booster = self.registry.booster_text(&model)?;
        Ok(Some(Record::of(&model, sample, booster)))
    }

    /// Writes down why it failed. What may pass is tried again later, for as long as it takes.
    fn failed(&self, job: &Running, model: &str, error: Trouble) -> Error {
        let may_pass = error.may_pass();
        let error = Error::from(error);
        if error.code == Code::Cancelled {
            return error;
        }
        let now = self.room.clock.now();
        let written = self.queue.find(model).and_then(|found| match found {
            None => Ok(1),
            Some(mut sending) => {
                sending.error = Some(error.clone());
                if !may_pass {
                    sending.state = State::Failed;
                }
                self.queue.save(&sending, now)?;
                Ok(sending.attempts)
            }
        });
        if may_pass {
            let attempts = written.unwrap_or(1).clamp(1, 10);
            let seconds = (FIRST_WAIT << (attempts - 1)).min(LONGEST_WAIT);
            job.retry_at(now + TimeDelta::seconds(seconds));
        }
        error
    }
}

/// Result of [`TELL`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sent {
    /// Whether MLflow was told; false where nothing waited any more.
    sent: bool,
}

impl JobKind for Telling {
    const NAME: &'static str = TELL;
    // The run is looked for before one is made.
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    type Input = Told;
    type Output = Sent;

    fn holds(_: &Self::Input) -> Vec<String> {
        vec!["mlflow".to_owned()]
    }

    fn work(&self, job: &Running, told: Self::Input) -> Result<Self::Output> {
        job.progress(puente_core::Progress::stage("send").about(told.nit));
        let sent = match self.queue.find(&told.model)? {
            Some(sending) if sending.state == State::Waiting => self.tell(job, sending)?,
            Some(_) | None => false,
        };
        Ok(Sent { sent })
    }
}

/// What MLflow is told of the models that a NIT has, for the table of models.
pub(super) fn add_runs(app: &App, rows: &mut [super::ModelRow]) -> Result<()> {
    let known = of_models(app)?;
    let lang = app.lang();
    for row in rows {
        let sending = known.iter().find(|sending| sending.model == row.id);
        row.mlflow = sending.cloned().map(|sending| RunView::of(sending, lang));
    }
    Ok(())
}
