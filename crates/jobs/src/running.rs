//! What a handler has in hand while its job runs.

use crate::moves::{self, insert};
use crate::queue::{Active, Queue, lock};
use crate::{Error, JobId, Level, NewJob, Retention, log};
use chrono::{DateTime, Utc};
use puente_core::{Cancel, Progress, ProgressSink};
use serde_json::Value;
use std::sync::Arc;

/// A running job, as its handler sees it. Clones are one and the same, for the handler's own threads.
#[derive(Clone)]
pub struct Running {
    /// The job.
    pub id: JobId,
    /// This attempt's number, from 1.
    pub attempt: u32,
    /// Cancelled when the job is to end soon: a person cancelled it, or the program stops.
    pub cancel: Cancel,
    pub(crate) queue: Arc<Queue>,
    pub(crate) active: Arc<Active>,
    pub(crate) checkpoint: Option<Value>,
}

impl Running {
    /// Says how far the work is. As often as one likes: listeners hear at most ten a second, and the
    /// row is written twice a second, because each write waits for the disk; the last one always
    /// gets there.
    pub fn progress(&self, progress: Progress) {
        self.active.report(progress);
    }

    /// Adds a line to the job's log, in English, without secrets. The newest
    /// [`MAX_LINES`](crate::MAX_LINES) stay. Warnings and errors are on the disk when this returns;
    /// what matters less may be lost in a kill within half a second.
    pub fn log(&self, level: Level, text: &str) {
        self.active.line(self.queue.clock.now(), level, text);
        if level >= Level::Warn
            && let Err(error) = self.queue.write_lines(&self.active)
        {
            tracing::warn!(job = self.id.0, %error, "lines of a job wait to be written");
        }
    }

    /// Keeps what the work needs to go on after a kill: [`Running::resume_state`] of the next attempt.
    /// On the disk when this returns.
    ///
    /// # Errors
    /// [`Error::NotOurs`] when the job does not run here any more, and those of the database.
    pub fn checkpoint(&self, state: Value) -> Result<(), Error> {
        let id = self.id;
        self.queue
            .write(move |tx, hand| moves::checkpoint(tx, hand, id, &state))
    }

    /// The last checkpoint of the attempts before this one.
    pub fn resume_state(&self) -> Option<&Value> {
        self.checkpoint.as_ref()
    }

    /// If this attempt now ends in a retryable error, the next one is at `time`, and this one is not
    /// counted: for quiet hours, and for servers that say when to come back.
    pub fn retry_at(&self, time: DateTime<Utc>) {
        lock(&self.active.tape).postponed = Some(time);
    }

    /// Enqueues a job that follows from this one.
    ///
    /// # Errors
    /// Those of the database.
    pub fn enqueue(&self, new: NewJob) -> Result<JobId, Error> {
        self.queue.enqueue(new)
    }

    /// Deletes settled jobs that were kept long enough, as [`Jobs::prune`](crate::Jobs::prune).
    ///
    /// # Errors
    /// Those of the database.
    pub fn prune(&self, retention: Retention) -> Result<usize, Error> {
        self.queue.prune(retention)
    }
}

impl ProgressSink for Running {
    fn report(&self, progress: Progress) {
        self.progress(progress);
    }
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running")
            .field("id", &self.id)
            .field("attempt", &self.attempt)
            .field("cancel", &self.cancel)
            .finish_non_exhaustive()
    }
}

impl Queue {
    pub(crate) fn enqueue(&self, new: NewJob) -> Result<JobId, Error> {
        let (job, is_new) = self.write(move |tx, hand| insert(tx, hand, &new, None))?;
        if is_new {
            self.tell(&job);
        }
        Ok(job.id)
    }

    /// Writes the lines that a running job said.
    pub(crate) fn write_lines(&self, active: &Active) -> Result<(), Error> {
        let lines = lock(&active.tape).lines.take();
        if lines.is_empty() {
            return Ok(());
        }
        let (id, kept) = (active.job.id, lines.clone());
        let written = self.write(move |tx, _| log::append(tx, id, &lines));
        if written.is_err() {
            lock(&active.tape).lines.put_back(kept);
        }
        written
    }
}
