//! Tidying up: what nobody needs any more is deleted, in steps that nobody notices.

use crate::Result;
use puente_core::{Error, Progress};
use puente_erp::Room;
use puente_jobs::{
    Handler, Interrupted, Jobs, Level, NewJob, NewSchedule, Retention, RetryPolicy, Running,
};
use puente_warehouse::Warehouse;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ts_rs::TS;

/// The kind of job that deletes old jobs and replaced rows.
pub const TIDY: &str = "maintenance.tidy";
/// The name of its schedule, and of what only one of them may hold.
pub const SCHEDULE: &str = "maintenance";

/// Has it done every day, unless the office has set it otherwise: a schedule of that name is left
/// as it is. Before the office opens; a machine that is off then makes up for it.
///
/// # Errors
/// Those of the store.
pub(crate) fn schedule(jobs: &Jobs) -> Result<()> {
    let there = jobs.schedules()?;
    if there.iter().any(|schedule| schedule.name == SCHEDULE) {
        return Ok(());
    }
    jobs.put_schedule(NewSchedule {
        name: SCHEDULE.to_owned(),
        kind: TIDY.to_owned(),
        input: json!({}),
        cron: "15 5 * * *".to_owned(),
        zone: "America/Bogota".to_owned(),
        catch_up: true,
        enabled: true,
    })?;
    Ok(())
}

/// What was tidied up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Tidied {
    /// Old jobs that were deleted.
    pub jobs: usize,
    /// Loads whose last row is gone.
    pub loads: u64,
    /// Rows that nobody saw any more.
    pub rows: u64,
    /// Bytes given back to the disk.
    pub bytes: u64,
}

/// Has it done soon, unless it is about to be done anyway.
///
/// # Errors
/// Those of the store.
pub(crate) fn enqueue(jobs: &Jobs) -> Result<()> {
    jobs.enqueue(NewJob::new(TIDY, json!({})).once())?;
    Ok(())
}

/// Deletes settled jobs by their age, the audit trail kept whole; and rows that a later extraction
/// replaced.
pub(crate) struct Tidy(Warehouse);

impl Tidy {
    pub(crate) fn new(room: &Room) -> Self {
        Tidy(room.warehouse.clone())
    }
}

impl Handler for Tidy {
    fn kind(&self) -> &'static str {
        TIDY
    }

    fn resources(&self, _: &Value) -> Vec<String> {
        vec![SCHEDULE.to_owned()]
    }

    fn on_interrupt(&self) -> Interrupted {
        Interrupted::Resume
    }

    fn retry(&self) -> RetryPolicy {
        RetryPolicy::PATIENT
    }

    fn run(&self, job: &Running, _: Value) -> Result<Value> {
        job.progress(Progress::stage("sweep"));
        let jobs = job.prune(Retention::default())?;
        let swept = self.0.sweep(&job.cancel)?;
        job.cancel.check()?;
        job.log(
            Level::Info,
            &format!("{jobs} jobs and {} rows deleted", swept.rows),
        );
        let tidied = Tidied {
            jobs,
            loads: swept.loads,
            rows: swept.rows,
            bytes: swept.bytes,
        };
        serde_json::to_value(tidied).map_err(|error| Error::invalid("response", error))
    }
}
