//! What can go wrong with jobs and schedules.

use crate::{JobId, State};
use puente_core::{Code, Coded};
use std::io;
use std::sync::Arc;

/// Every error of the queue itself. What a job's own work ended with is in its row.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The local database.
    #[error(transparent)]
    Store(#[from] puente_store::Error),
    /// There is no such job.
    #[error("there is no job {0}")]
    NoJob(JobId),
    /// There is no such schedule.
    #[error("there is no schedule {0:?}")]
    NoSchedule(String),
    /// The job's state doesn't allow what was asked.
    #[error("job {job} is {state}")]
    WrongState {
        /// The job.
        job: JobId,
        /// Its state.
        state: State,
    },
    /// Another job of the same kind and key is waiting or running.
    #[error("job {0} does the same and has not ended")]
    Duplicate(JobId),
    /// The job belongs to another process by now.
    #[error("job {0} is not run here any more")]
    NotOurs(JobId),
    /// A cron pattern is not well formed, or never comes.
    #[error("{cron:?} is not a schedule: {reason}")]
    Cron {
        /// The pattern.
        cron: String,
        /// What is wrong.
        reason: String,
    },
    /// The time zone is unknown.
    #[error("{zone:?} is not the name of a time zone")]
    Zone {
        /// Its name.
        zone: String,
    },
    /// Two handlers want the same kind: a defect.
    #[error("two handlers for {0}")]
    TwoHandlers(String),
    /// A row holds what this program can't read.
    #[error("{column} can't be read: {reason}")]
    Unreadable {
        /// The column.
        column: &'static str,
        /// Why.
        reason: String,
    },
    /// The system gives no thread.
    #[error("no thread could be started")]
    Thread(#[source] Arc<io::Error>),
    /// The workers were stopped.
    #[error("the queue of this process was stopped")]
    Stopped,
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Error::Store(error.into())
    }
}

impl Coded for Error {
    fn code(&self) -> Code {
        match self {
            Error::Store(error) => error.code(),
            Error::NoJob(_) | Error::NoSchedule(_) => Code::NotFound,
            Error::WrongState { .. } => Code::JobWrongState,
            Error::Duplicate(_) => Code::AlreadyExists,
            Error::NotOurs(_) => Code::JobInterrupted,
            Error::Cron { .. } => Code::ScheduleInvalid,
            Error::Zone { .. } => Code::InvalidInput,
            Error::TwoHandlers(_) | Error::Unreadable { .. } | Error::Thread(_) => Code::Internal,
            Error::Stopped => Code::Cancelled,
        }
    }

    fn values(&self) -> Vec<(&'static str, String)> {
        match self {
            Error::Store(error) => error.values(),
            Error::NoJob(job) | Error::Duplicate(job) => {
                vec![("what", "job".to_owned()), ("name", job.to_string())]
            }
            Error::NoSchedule(name) => {
                vec![("what", "schedule".to_owned()), ("name", name.clone())]
            }
            Error::WrongState { job, state } => {
                vec![("job", job.to_string()), ("state", state.to_string())]
            }
            Error::NotOurs(job) => vec![("job", job.to_string())],
            Error::Cron { cron, .. } => vec![("cron", cron.clone())],
            Error::Zone { .. } => {
                vec![("field", "zone".to_owned()), ("reason", self.to_string())]
            }
            Error::TwoHandlers(_)
            | Error::Unreadable { .. }
            | Error::Thread(_)
            | Error::Stopped => Vec::new(),
        }
    }

    fn is_permanent(&self) -> bool {
        match self {
            Error::Store(error) => error.is_permanent(),
            Error::NotOurs(_) => true,
            Error::NoJob(_)
            | Error::NoSchedule(_)
            | Error::WrongState { .. }
            | Error::Duplicate(_)
            | Error::Cron { .. }
            | Error::Zone { .. }
            | Error::TwoHandlers(_)
            | Error::Unreadable { .. }
            | Error::Thread(_)
            | Error::Stopped => !self.code().is_retryable(),
        }
    }
}

impl From<Error> for puente_core::Error {
    fn from(error: Error) -> Self {
        puente_core::error::travel(&error)
    }
}
