//! Progress is told to a trait, never printed.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How far a long piece of work is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct Progress {
    /// What is being done now, as the key of a text (`documents`, `lines`, `proof`), never a sentence.
    pub stage: String,
    /// Units done, usually rows.
    pub done: u64,
    /// Units expected in all, when that is known.
    pub total: Option<u64>,
    /// What the stage speaks of (a company, a file), shown as it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// Further counts by name (`inserted`, `updated`), for the details view.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub counts: BTreeMap<String, u64>,
}

impl Progress {
    /// Progress of `stage` without a known total.
    pub fn stage(stage: impl Into<String>) -> Self {
        Progress {
            stage: stage.into(),
            ..Progress::default()
        }
    }

    /// Sets what is done and what is expected.
    pub fn of(mut self, done: u64, total: Option<u64>) -> Self {
        self.done = done;
        self.total = total;
        self
    }

    /// Sets what the stage speaks of.
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = subject.into();
        self
    }

    /// The part done, 0 to 1, when the total is known and not zero.
    #[allow(clippy::cast_precision_loss, reason = "a bar on a screen")]
    pub fn fraction(&self) -> Option<f64> {
        match self.total {
            Some(total) if total > 0 => Some((self.done as f64 / total as f64).min(1.0)),
            Some(_) | None => None,
        }
    }
}

/// Who wants to know. Engines may report as often as they like: the sink throttles.
pub trait ProgressSink: Send + Sync {
    /// Takes the newest state; the one before it is of no interest any more.
    fn report(&self, progress: Progress);
}

/// Nobody wants to know.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl ProgressSink for NoProgress {
    fn report(&self, _: Progress) {}
}

impl<F: Fn(Progress) + Send + Sync> ProgressSink for F {
    fn report(&self, progress: Progress) {
        self(progress);
    }
}
