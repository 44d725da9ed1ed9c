//! The durable queue of long work: schedules, exclusive resources, progress, cancel, retry, resume and the audit trail.
//!
//! A job is a row before it is a task. Every process that has the database open may enqueue, cancel
//! and look on; those with workers run what they know how to run. Whether the process that runs a job
//! still lives is a question to the operating system (a file lock), so a killed one is noticed
//! without heartbeats, and its jobs are settled by [`Jobs::recover`].

pub mod audit;
mod cadence;
mod error;
mod events;
mod handler;
mod instance;
mod job;
mod jobs;
mod keeper;
mod log;
mod moves;
mod outcome;
mod queue;
mod retention;
mod retry;
mod running;
mod schedule;
mod state;
mod workers;

pub use audit::AuditEntry;
pub use cadence::Cadence;
pub use error::Error;
pub use events::Event;
pub use handler::{Handler, Interrupted, JobKind};
pub use job::{Filter, Job, JobId, NewJob, Queued};
pub use jobs::Jobs;
pub use log::{Level, LogLine, MAX_LINE, MAX_LINES};
pub use queue::Recovered;
pub use retention::Retention;
pub use retry::RetryPolicy;
pub use running::Running;
pub use schedule::{NewSchedule, Schedule};
pub use state::State;
