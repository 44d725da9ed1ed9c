//! How the last synchronisation of everything went.

use crate::sync::SYNC_ALL;
use crate::{App, Result};
use chrono::{DateTime, Utc};
use puente_erp::handlers::SyncReport;
use puente_jobs::{Filter, Job, JobId, Queued, State as JobState};
use serde::Serialize;
use ts_rs::TS;

/// How a synchronisation of everything goes, or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SyncState {
    /// Its first job.
    pub job_id: i64,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When the last of its jobs ended; none while one goes on.
    pub finished_at: Option<DateTime<Utc>>,
    /// Jobs that it is made of, as far as they are known by now.
    pub jobs: usize,
    /// Of those: ended well.
    pub done: usize,
    /// Ended badly, or cancelled.
    pub failed: usize,
    /// Running or waiting.
    pub left: usize,
    /// Companies that are up to date.
    pub companies: usize,
    /// Movements that were new, different or deleted.
    pub changes: u64,
}

/// Follows the last synchronisation from its first job through those that followed from it.
pub(super) fn last_sync(app: &App) -> Result<Option<SyncState>> {
    let newest = Filter {
        kinds: vec![SYNC_ALL.to_owned()],
        limit: 1,
        ..Filter::default()
    };
    let Some(first) = app.jobs.list(&newest)?.pop() else {
        return Ok(None);
    };
    let mut state = SyncState {
        job_id: first.id.0,
        started_at: first.started_at.unwrap_or(first.created_at),
        finished_at: None,
        jobs: 0,
        done: 0,
        failed: 0,
        left: 0,
        companies: 0,
        changes: 0,
    };
    let mut last = first.changed_at;
    let mut to_count = vec![first];
    while let Some(job) = to_count.pop() {
        last = last.max(job.changed_at);
        state.count(&job);
        for id in followed_by(&job) {
            // One that was pruned by now was long ago.
            if let Ok(next) = app.jobs.get(JobId(id)) {
                to_count.push(next);
            }
        }
    }
    state.finished_at = (state.left == 0).then_some(last);
    Ok(Some(state))
}

impl SyncState {
    fn count(&mut self, job: &Job) {
        self.jobs += 1;
        match job.state {
            JobState::Done => self.done += 1,
            JobState::Failed | JobState::Cancelled | JobState::Uncertain => self.failed += 1,
            JobState::Queued | JobState::Paused | JobState::Running => self.left += 1,
        }
        let count = |name: &str| job.result.as_ref()?.get(name)?.as_u64();
        if let Some(inserted) = count("inserted") {
            let rest = count("updated").unwrap_or(0) + count("removed").unwrap_or(0);
            self.companies += 1;
            self.changes += inserted + rest;
        }
    }
}

/// The jobs that a job of a synchronisation queued.
fn followed_by(job: &Job) -> Vec<i64> {
    let Some(result) = job.result.clone() else {
        return Vec::new();
    };
    if job.kind == SYNC_ALL {
        return serde_json::from_value::<Queued>(result)
            .map(|queued| queued.jobs)
            .unwrap_or_default();
    }
    serde_json::from_value::<SyncReport>(result)
        .map(|report| report.queued)
        .unwrap_or_default()
}
