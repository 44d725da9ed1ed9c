//! Work on everything at once: bring all companies up to date, prove them all, tidy up.

use crate::jobs::{self, JobRow};
use crate::{App, Nothing, Result};
use puente_core::Progress;
use puente_erp::Room;
use puente_erp::companies::{self, State};
use puente_erp::handlers::{self, DiscoverInput, ProveInput};
use puente_erp::servers;
use puente_jobs::{Interrupted, JobKind, NewJob, Queued, Retention, RetryPolicy, Running};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

/// The kind of job that brings everything up to date: one job for each server follows from it, and
/// from those one for each company.
pub const SYNC_ALL: &str = "sync.all";
/// The kind of job that asks for the deep proof of every company.
pub const PROVE_ALL: &str = "movements.prove_all";
/// The kind of job that drops old jobs, and what nobody sees any more in the warehouse.
pub const TIDY: &str = "tidy";

/// What was tidied up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Tidied {
    /// Old jobs that were dropped.
    pub jobs: usize,
    /// Rows of the warehouse that nobody saw any more.
    pub rows: u64,
    /// Bytes given back to the disk.
    pub bytes: u64,
}

/// Queues the whole: what every server lists is discovered, and every active company extracted.
///
/// # Errors
/// Those of the store.
pub fn all(app: &App, _: Nothing) -> Result<Vec<JobRow>> {
    let id = app.jobs.enqueue(NewJob::new(SYNC_ALL, json!({})).once())?;
    Ok(vec![jobs::row(app, app.jobs.get(id)?)])
}

/// Queues a tidying up, unless one waits already.
pub(crate) fn enqueue_tidy(app: &App) -> Result<()> {
    app.jobs.enqueue(NewJob::new(TIDY, json!({})).once())?;
    Ok(())
}

pub(crate) struct SyncAll(pub Room);
pub(crate) struct ProveAll(pub Room);
pub(crate) struct Tidy(pub Room);

impl JobKind for SyncAll {
    const NAME: &'static str = SYNC_ALL;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    const RETRY: RetryPolicy = RetryPolicy::PATIENT;
    type Input = IgnoredAny;
    type Output = Queued;

    fn work(&self, job: &Running, _: Self::Input) -> Result<Self::Output> {
        let ids = servers::list(&self.0.state)?
            .into_iter()
            // One that serves sales alone has nothing to discover.
            .filter(|server| !server.sells_only())
            .map(|server| {
                let input = json!(DiscoverInput {
                    server_id: server.id
                });
                Ok(job.enqueue(NewJob::new(handlers::SYNC, input).once())?.0)
            })
            .collect::<Result<_>>()?;
        Ok(Queued { jobs: ids })
    }
}

impl JobKind for ProveAll {
    const NAME: &'static str = PROVE_ALL;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    const RETRY: RetryPolicy = RetryPolicy::PATIENT;
    type Input = IgnoredAny;
    type Output = Queued;

    fn work(&self, job: &Running, _: Self::Input) -> Result<Self::Output> {
        let held = self.0.warehouse.counts()?;
        let ids = companies::list(&self.0.state)?
            .into_iter()
            .filter(|company| company.state == State::Active)
            .filter(|company| held.iter().any(|count| count.company_id == company.id))
            .map(|company| {
                let input = json!(ProveInput {
                    company_id: company.id
                });
                Ok(job.enqueue(NewJob::new(handlers::PROVE, input).once())?.0)
            })
            .collect::<Result<_>>()?;
        Ok(Queued { jobs: ids })
    }
}

impl JobKind for Tidy {
    const NAME: &'static str = TIDY;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    const RETRY: RetryPolicy = RetryPolicy::PATIENT;
    type Input = IgnoredAny;
    type Output = Tidied;

    fn holds(_: &Self::Input) -> Vec<String> {
        vec!["tidy".to_owned()]
    }

    fn work(&self, job: &Running, _: Self::Input) -> Result<Self::Output> {
        job.progress(Progress::stage("tidy"));
        let pruned = job.prune(Retention::default())?;
        let swept = self.0.warehouse.sweep(&job.cancel)?;
        Ok(Tidied {
            jobs: pruned,
            rows: swept.rows,
            bytes: swept.bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;
    use puente_jobs::State;

    #[test]
    fn one_press_discovers_every_server_and_extracts_every_company() {
        let desk = Desk::with_files();
        let started = all(&desk.app, Nothing {}).unwrap();
        assert_eq!(started[0].kind, SYNC_ALL);
        desk.run();
        let done = jobs::list(&desk.app, jobs::List::default()).unwrap();
        let of = |kind: &str| done.iter().filter(|job| job.kind == kind).count();
        let rows = crate::movements::status(&desk.app, Nothing {}).unwrap();
        assert!(!rows.is_empty());
        assert_eq!((of(SYNC_ALL), of(handlers::SYNC)), (1, 1));
        assert_eq!(of(handlers::EXTRACT), rows.len());
        // One of the listed files is not there, which must not stop the others.
        let failed: Vec<_> = done.iter().filter(|job| job.state != State::Done).collect();
        assert_eq!(failed.len(), 1, "{failed:?}");
        let code = failed[0].error.as_ref().map(|error| error.code);
        assert_eq!(code, Some(puente_core::Code::FileUnreadable));
        for row in rows {
            let is_lost = failed[0].company_id == Some(row.company.id);
            assert_eq!(
                (row.held.is_some(), row.proven == Some(true)),
                (!is_lost, !is_lost)
            );
        }
    }

    #[test]
    fn what_waits_already_is_not_queued_twice() {
        let desk = Desk::with_files();
        let first = all(&desk.app, Nothing {}).unwrap();
        assert_eq!(all(&desk.app, Nothing {}).unwrap()[0].id, first[0].id);
    }

    #[test]
    fn removing_a_server_leaves_the_deleting_of_its_rows_to_a_job() {
        let desk = Desk::with_files();
        all(&desk.app, Nothing {}).unwrap();
        desk.run();
        let server = "archivos".to_owned();
        crate::servers::remove(&desk.app, crate::servers::Named { server }).unwrap();
        desk.run();
        let tidied = jobs::list(&desk.app, jobs::List::default())
            .unwrap()
            .remove(0);
        assert_eq!(tidied.kind, TIDY);
        let Some(jobs::JobResult::Tidied(tidied)) = tidied.result else {
            panic!("{tidied:?}")
        };
        assert!(tidied.rows > 0);
    }
}
