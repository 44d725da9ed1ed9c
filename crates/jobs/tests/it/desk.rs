//! A data folder, a clock that is set by hand, and handlers made of closures.

use chrono::{DateTime, Utc};
use puente_core::{Clock, Code, Error, ManualClock};
use puente_jobs::{Handler, Interrupted, Job, Jobs, NewJob, RetryPolicy, Running};
use puente_store::{Database, state_options};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// Longer than anything here takes, on however slow a machine.
pub const LONG: Duration = Duration::from_secs(60);

pub struct Desk {
    folder: TempDir,
    pub clock: ManualClock,
}

impl Desk {
    pub fn new() -> Desk {
        let start = "2026-11-20T12:00:00Z".parse::<DateTime<Utc>>().unwrap();
        Desk {
            folder: tempfile::tempdir().unwrap(),
            clock: ManualClock::at(start),
        }
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("puente.db")
    }

    pub fn database(&self) -> Database {
        open(&self.file(), Arc::new(self.clock.clone()))
    }

    /// An instance of its own, as another process would be.
    pub fn jobs(&self, kinds: impl IntoIterator<Item = Kind>) -> Jobs {
        let kinds = kinds
            .into_iter()
            .map(|kind| Arc::new(kind) as Arc<dyn Handler>)
            .collect();
        Jobs::open(self.database(), Arc::new(self.clock.clone()), kinds).unwrap()
    }
}

pub fn open(file: &Path, clock: Arc<dyn Clock>) -> Database {
    Database::open(file, state_options(), clock).unwrap()
}

type Body = Box<dyn Fn(&Running, Value) -> Result<Value, Error> + Send + Sync>;

/// A handler made of a closure. Its input may name resources: `{"holds": ["a"]}`.
pub struct Kind {
    name: &'static str,
    on_interrupt: Interrupted,
    retry: RetryPolicy,
    body: Body,
}

impl Kind {
    pub fn new(
        name: &'static str,
        body: impl Fn(&Running, Value) -> Result<Value, Error> + Send + Sync + 'static,
    ) -> Kind {
        Kind {
            name,
            on_interrupt: Interrupted::Resume,
            retry: RetryPolicy::NEVER,
            body: Box::new(body),
        }
    }

    pub fn interrupted(mut self, on_interrupt: Interrupted) -> Kind {
        self.on_interrupt = on_interrupt;
        self
    }

    pub fn retried(mut self, retry: RetryPolicy) -> Kind {
        self.retry = retry;
        self
    }
}

impl Handler for Kind {
    fn kind(&self) -> &'static str {
        self.name
    }

    fn resources(&self, input: &Value) -> Vec<String> {
        assert!(input.get("trap").is_none(), "a defect in resources");
        let holds = input.get("holds").and_then(Value::as_array);
        holds
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    }

    fn on_interrupt(&self) -> Interrupted {
        self.on_interrupt
    }

    fn retry(&self) -> RetryPolicy {
        self.retry
    }

    fn run(&self, job: &Running, input: Value) -> Result<Value, Error> {
        (self.body)(job, input)
    }
}

/// Gives its input back.
pub fn echo(name: &'static str) -> Kind {
    Kind::new(name, |_, input| Ok(input))
}

/// Runs until it is asked to end.
pub fn patient(name: &'static str) -> Kind {
    Kind::new(name, |job, _| {
        job.cancel.sleep(LONG)?;
        Ok(Value::Null)
    })
}

pub fn job(kind: &str) -> NewJob {
    NewJob::new(kind, json!({}))
}

pub fn code(job: &Job) -> Option<Code> {
    job.error.as_ref().map(|error| error.code)
}
