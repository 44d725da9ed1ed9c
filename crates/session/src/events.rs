//! The one stream of events, told to whoever listens.

use puente_app::commands::Tag;
use puente_core::Progress;
use puente_jobs::{Job, JobId};
use serde::Serialize;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Something that an interface may have to show.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The job came further. At most ten a second for each job, and the last one always.
    Progress {
        /// The job.
        job: JobId,
        /// Its kind.
        kind: String,
        /// How far it is.
        progress: Progress,
    },
    /// The job is new or stands elsewhere.
    JobChanged {
        /// The job as it stands now.
        job: Box<Job>,
    },
    /// What depends on these is to be read again.
    Stale {
        /// What changed.
        tags: Vec<Tag>,
    },
    /// Events were lost, or other data was opened: everything is to be read again.
    Missed,
}

/// Takes an event; `false` when it wants no more.
type Listener = Box<dyn FnMut(&Event) -> bool + Send>;

/// Whoever listens. It outlives the data: other data may be opened under the same interface.
#[derive(Default)]
pub(crate) struct Hub(Mutex<Vec<Listener>>);

impl Hub {
    pub(crate) fn listen(&self, listener: Listener) {
        self.lock().push(listener);
    }

    pub(crate) fn tell(&self, event: &Event) {
        self.lock().retain_mut(|listener| listener(event));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Listener>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
