//! The queue, as hosts show it.

use crate::{App, Result};
use puente_core::Error;
use puente_jobs::{Filter, Job, JobId, LogLine, NewJob, State};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// How many jobs to list.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The newest so many.
    pub limit: u32,
}

/// Names a job.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct One {
    /// Its number.
    pub id: i64,
}

impl One {
    /// Reads a number as it was typed.
    ///
    /// # Errors
    /// That it is none.
    pub fn parse(text: &str) -> Result<One> {
        let id = text
            .trim_start_matches('#')
            .parse()
            .map_err(|_| Error::invalid("id", text))?;
        Ok(One { id })
    }
}

/// A job with its log.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    /// The job.
    #[serde(flatten)]
    pub job: Job,
    /// Its lines, oldest first.
    pub log: Vec<LogLine>,
}

/// Queues what a person asks for. When the same failed a moment ago and waits for its next attempt,
/// the wait is over: the person may have mended what it failed on.
pub(crate) fn ask(app: &App, new: NewJob) -> Result<Job> {
    let id = app.jobs.enqueue(new)?;
    let job = app.jobs.get(id)?;
    if job.state != State::Paused {
        return Ok(job);
    }
    match app.jobs.retry(id) {
        // Its time came while we looked.
        Err(puente_jobs::Error::WrongState { .. }) => Ok(app.jobs.get(id)?),
        other => Ok(other?),
    }
}

/// The newest jobs.
///
/// # Errors
/// Those of the store.
pub fn list(app: &App, request: List) -> Result<Vec<Job>> {
    Ok(app.jobs.list(&Filter {
        limit: request.limit,
        ..Filter::default()
    })?)
}

/// A job with its log.
///
/// # Errors
/// That it doesn't exist; those of the store.
pub fn show(app: &App, request: One) -> Result<Shown> {
    let id = JobId(request.id);
    Ok(Shown {
        job: app.jobs.get(id)?,
        log: app.jobs.log(id)?,
    })
}

/// Cancels a job, whichever process runs it.
///
/// # Errors
/// That it doesn't exist or has ended; those of the store.
pub fn cancel(app: &App, request: One) -> Result<Job> {
    let job = app.jobs.cancel(JobId(request.id))?;
    app.audit(
        "job.cancel",
        &format!("job:{}", job.id),
        json!({ "kind": job.kind }),
    )?;
    Ok(job)
}

/// Queues a failed or cancelled job again.
///
/// # Errors
/// That it doesn't exist or has not ended badly; those of the store.
pub fn retry(app: &App, request: One) -> Result<Job> {
    let job = app.jobs.retry(JobId(request.id))?;
    app.audit(
        "job.retry",
        &format!("job:{}", job.id),
        json!({ "kind": job.kind }),
    )?;
    Ok(job)
}
