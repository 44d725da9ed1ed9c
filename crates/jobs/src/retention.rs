//! How long settled jobs are kept.

use crate::Error;
use crate::queue::Queue;
use chrono::{DateTime, TimeDelta, Utc};
use puente_store::time::to_text;
use rusqlite::{Transaction, params};

/// How long settled jobs are kept. Uncertain ones are kept until someone settles them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Days that done and cancelled jobs are kept.
    pub finished_days: u32,
    /// Days that failed jobs are kept.
    pub failed_days: u32,
    /// The newest jobs that are kept however old they are, so that a clock that is years ahead for a
    /// moment doesn't empty the list.
    pub keep: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Retention {
            finished_days: 30,
            failed_days: 180,
            keep: 200,
        }
    }
}

/// Rows deleted in one write: other writers wait for it.
const STEP: u32 = 500;

impl Queue {
    /// Deletes all that has been kept long enough; gives how many.
    pub(crate) fn prune(&self, retention: Retention) -> Result<usize, Error> {
        let mut deleted = 0;
        loop {
            let step = self.write(move |tx, hand| prune(tx, hand.now, retention, STEP))?;
            if step == 0 {
                return Ok(deleted);
            }
            deleted += step;
        }
    }
}

/// Deletes up to `limit` of what has been kept long enough, oldest first; gives how many.
fn prune(
    tx: &Transaction<'_>,
    now: DateTime<Utc>,
    retention: Retention,
    limit: u32,
) -> Result<usize, Error> {
    let before = |days: u32| {
        let edge = now.checked_sub_signed(TimeDelta::days(days.into()));
        to_text(edge.unwrap_or(DateTime::<Utc>::MIN_UTC))
    };
    let deleted = tx
        .prepare_cached(
            "DELETE FROM job WHERE id IN (
                 SELECT id FROM job
                 WHERE ((state IN ('done', 'cancelled') AND finished_at < ?1)
                     OR (state = 'failed' AND finished_at < ?2))
                   AND id NOT IN (SELECT id FROM job ORDER BY id DESC LIMIT ?3)
                 ORDER BY id LIMIT ?4)",
        )?
        .execute(params![
            before(retention.finished_days),
            before(retention.failed_days),
            retention.keep,
            limit
        ])?;
    Ok(deleted)
}
