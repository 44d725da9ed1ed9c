//! What a kind of job does, and how it is to be treated.

use crate::{RetryPolicy, Running};
use puente_core::Error;
use serde::Serialize;
use serde::de::{Deserialize, DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// One kind of job: what it is called, what it is told, what it gives, and how it is to be treated.
pub trait JobKind: Send + Sync + 'static {
    /// As [`Handler::kind`].
    const NAME: &'static str;
    /// As [`Handler::on_interrupt`].
    const ON_INTERRUPT: Interrupted;
    /// As [`Handler::retry`].
    const RETRY: RetryPolicy = RetryPolicy::NEVER;
    /// What the job's row says is to be done; [`serde::de::IgnoredAny`] where there is nothing to say.
    type Input: DeserializeOwned;
    /// What the row keeps of what was done.
    type Output: Serialize;

    /// As [`Handler::resources`].
    fn holds(input: &Self::Input) -> Vec<String> {
        let _ = input;
        Vec::new()
    }

    /// As [`Handler::run`].
    ///
    /// # Errors
    /// As there.
    fn work(&self, job: &Running, input: Self::Input) -> Result<Self::Output, Error>;
}

impl<K: JobKind> Handler for K {
    fn kind(&self) -> &'static str {
        K::NAME
    }

    fn resources(&self, input: &Value) -> Vec<String> {
        // An input that can't be read fails the job when it runs; until then it holds nothing.
        K::Input::deserialize(input).map_or_else(|_| Vec::new(), |input| K::holds(&input))
    }

    fn on_interrupt(&self) -> Interrupted {
        K::ON_INTERRUPT
    }

    fn retry(&self) -> RetryPolicy {
        K::RETRY
    }

    fn run(&self, job: &Running, input: Value) -> Result<Value, Error> {
        let input =
            serde_json::from_value(input).map_err(|error| Error::invalid("input", error))?;
        serde_json::to_value(self.work(job, input)?)
            .map_err(|error| Error::invalid("response", error))
    }
}

/// A job's work as the queue sees it, whatever its kind.
pub trait Handler: Send + Sync + 'static {
    /// Its name, as it stands in rows and schedules: `companies.discover`. Never changes.
    fn kind(&self) -> &'static str;

    /// What only one running job may hold at a time, over all processes: `company:12`, `server:3`.
    /// Asked with the lock of the queue in mind: quick, and without IO.
    fn resources(&self, input: &Value) -> Vec<String> {
        let _ = input;
        Vec::new()
    }

    /// What becomes of a job whose process ended in the middle of it.
    fn on_interrupt(&self) -> Interrupted;

    /// How often and how soon a failed attempt is made again, if its error may pass.
    fn retry(&self) -> RetryPolicy {
        RetryPolicy::NEVER
    }

    /// Does the work. Runs on a thread of its own and may block, but ends soon after `job.cancel`
    /// says so.
    ///
    /// # Errors
    /// A retryable error is tried again as [`Handler::retry`] says, any other one settles the job as
    /// failed. After a cancel any error settles it as cancelled. A panic is a failure with the code
    /// `INTERNAL`.
    fn run(&self, job: &Running, input: Value) -> Result<Value, Error>;
}

/// What becomes of a job that was interrupted: its process was killed, or was stopped in the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interrupted {
    /// It goes on from its last checkpoint.
    Resume,
    /// It failed, and a person may retry it.
    Fail,
    /// It may have reached an outside authority: it becomes uncertain and is never sent again.
    Uncertain,
}

/// A handler with the answers that don't depend on the job, asked once.
#[derive(Clone)]
pub(crate) struct Registered {
    pub handler: Arc<dyn Handler>,
    pub on_interrupt: Interrupted,
    pub retry: RetryPolicy,
}

pub(crate) type Registry = BTreeMap<&'static str, Registered>;

impl Registered {
    pub(crate) fn new(handler: Arc<dyn Handler>) -> Registered {
        let (on_interrupt, retry) = (handler.on_interrupt(), handler.retry());
        Registered {
            handler,
            on_interrupt,
            retry,
        }
    }

    /// The resources of a job, without doubles; or the message of the handler's panic.
    pub(crate) fn resources(&self, input: &Value) -> Result<Vec<String>, String> {
        let asked = catch_unwind(AssertUnwindSafe(|| self.handler.resources(input)));
        let mut resources = asked.map_err(|panic| panic_message(&*panic))?;
        resources.sort_unstable();
        resources.dedup();
        Ok(resources)
    }
}

/// The message of a panic, cut to a length that fits a row.
pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let message = match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => *text,
        (None, Some(text)) => text.as_str(),
        (None, None) => "no message",
    };
    message.chars().take(500).collect()
}
