//! Every change of a job's row. Each is a part of one write, checks the state it starts from, and
//! gives the row as it stands afterwards.

use crate::handler::Registry;
use crate::job::{Record, active_with_key, json, load};
use crate::outcome::{self, Asked, Ended, Facts, Settlement};
use crate::{Error, Job, JobId, NewJob, State, retry};
use chrono::{DateTime, Utc};
use puente_core::Progress;
use puente_store::time::to_text;
use rusqlite::{Transaction, named_params, params};
use serde_json::Value;
use std::sync::Arc;

/// Who changes the row, and when.
#[derive(Debug, Clone)]
pub(crate) struct Hand {
    pub instance: Arc<str>,
    pub now: DateTime<Utc>,
}

/// A job that this instance runs now.
#[derive(Debug, Clone)]
pub(crate) struct Claimed {
    pub job: Job,
    pub checkpoint: Option<Value>,
}

/// Adds a job, or gives the one with its key that has not ended (`false`).
pub(crate) fn insert(
    tx: &Transaction<'_>,
    hand: &Hand,
    new: &NewJob,
    schedule: Option<&str>,
) -> Result<(Job, bool), Error> {
    if let Some(key) = &new.dedupe_key
        && let Some(id) = active_with_key(tx, &new.kind, key)?
    {
        return Ok((load(tx, id)?.job, false));
    }
    tx.prepare_cached(
        "INSERT INTO job (kind, input, dedupe_key, schedule, state, run_at, created_at, changed_at,
                          revision, revised_by)
         VALUES (:kind, :input, :key, :schedule, 'queued', :run_at, :now, :now, :revision, :by)",
    )?
    .execute(named_params! {
        ":kind": new.kind,
        ":input": json("input", &new.input)?,
        ":key": new.dedupe_key,
        ":schedule": schedule,
        ":run_at": new.run_at.map(to_text),
        ":now": to_text(hand.now),
        ":revision": next_revision(tx)?,
        ":by": &*hand.instance,
    })?;
    Ok((load(tx, JobId(tx.last_insert_rowid()))?.job, true))
}

/// Begins an attempt, unless another process was quicker with the job or with one of its resources.
pub(crate) fn claim(
    tx: &Transaction<'_>,
    hand: &Hand,
    id: JobId,
    resources: &[String],
) -> Result<Option<Claimed>, Error> {
    let mut record = match load(tx, id) {
        Err(Error::NoJob(_)) => return Ok(None),
        record => record?,
    };
    let due = record.job.run_at.is_none_or(|run_at| run_at <= hand.now);
    if !record.job.state.is_waiting() || !due || !take(tx, id, resources)? {
        return Ok(None);
    }
    record.turn(State::Running, hand)?;
    record.job.attempts += 1;
    record.job.run_at = None;
    record.job.started_at = Some(hand.now);
    record.job.cancel_requested = false;
    record.job.error = None;
    record.owner = Some(hand.instance.to_string());
    let checkpoint = record.checkpoint.clone();
    Ok(Some(Claimed {
        job: save(tx, hand, record)?,
        checkpoint,
    }))
}

/// Settles the run of a job by this instance. Also gives the error that a cancelled run ended in.
pub(crate) fn settle(
    tx: &Transaction<'_>,
    hand: &Hand,
    ended: Ended,
    mut facts: Facts,
    progress: Option<Progress>,
) -> Result<(Job, Option<puente_core::Error>), Error> {
    let mut record = ours(tx, hand, facts.job)?;
    if record.job.cancel_requested {
        facts.asked = Asked::Cancel;
    }
    if progress.is_some() {
        record.job.progress = progress;
    }
    let settlement = outcome::settle(ended, facts);
    let aside = match &settlement {
        Settlement::Cancelled(error) => error.clone(),
        Settlement::Done(_)
        | Settlement::Failed(_)
        | Settlement::Uncertain(_)
        | Settlement::Paused { .. }
        | Settlement::Requeued => None,
    };
    record.apply(settlement, hand)?;
    Ok((save(tx, hand, record)?, aside))
}

/// Settles what a dead instance left running, of the kinds that this process knows.
pub(crate) fn settle_orphans(
    tx: &Transaction<'_>,
    hand: &Hand,
    dead: &str,
    registry: &Registry,
) -> Result<Vec<Job>, Error> {
    let orphans: Vec<JobId> = tx
        .prepare_cached("SELECT id FROM job WHERE state = 'running' AND owner = ?1 ORDER BY id")?
        .query_map([dead], |row| row.get(0).map(JobId))?
        .collect::<Result<_, _>>()?;
    let mut settled = Vec::new();
    for id in orphans {
        let mut record = load(tx, id)?;
        let Some(registered) = registry.get(record.job.kind.as_str()) else {
            continue;
        };
        record.interruptions += 1;
        let settlement = outcome::orphaned(
            id,
            registered.on_interrupt,
            record.job.cancel_requested,
            record.interruptions,
        );
        record.apply(settlement, hand)?;
        settled.push(save(tx, hand, record)?);
    }
    Ok(settled)
}

/// Cancels a waiting job, or asks the process that runs it to.
pub(crate) fn cancel(tx: &Transaction<'_>, hand: &Hand, id: JobId) -> Result<Job, Error> {
    let mut record = load(tx, id)?;
    match record.job.state {
        State::Queued | State::Paused => record.apply(Settlement::Cancelled(None), hand)?,
        State::Running if record.job.cancel_requested => return Ok(record.job),
        State::Running => record.job.cancel_requested = true,
        state @ (State::Done | State::Failed | State::Cancelled | State::Uncertain) => {
            return Err(Error::WrongState { job: id, state });
        }
    }
    save(tx, hand, record)
}

/// Puts a failed or cancelled job back, or ends the wait of a paused one.
pub(crate) fn retry(tx: &Transaction<'_>, hand: &Hand, id: JobId) -> Result<Job, Error> {
    let mut record = load(tx, id)?;
    // A running job may become a queued one too, but not because someone asks.
    if record.job.state == State::Running {
        return Err(Error::WrongState {
            job: id,
            state: State::Running,
        });
    }
    record.turn(State::Queued, hand)?;
    if let Some(key) = &record.dedupe_key
        && let Some(other) = active_with_key(tx, &record.job.kind, key)?
        && other != id
    {
        return Err(Error::Duplicate(other));
    }
    record.interruptions = 0;
    let job = &mut record.job;
    job.attempts = 0;
    job.run_at = None;
    job.started_at = None;
    job.finished_at = None;
    job.progress = None;
    job.error = None;
    save(tx, hand, record)
}

/// Settles an uncertain job by what the authority answered.
pub(crate) fn decide(
    tx: &Transaction<'_>,
    hand: &Hand,
    id: JobId,
    answer: Result<Value, puente_core::Error>,
) -> Result<Job, Error> {
    let mut record = load(tx, id)?;
    let settlement = answer.map_or_else(Settlement::Failed, Settlement::Done);
    if record.job.state != State::Uncertain {
        return Err(Error::WrongState {
            job: id,
            state: record.job.state,
        });
    }
    record.apply(settlement, hand)?;
    save(tx, hand, record)
}

/// Keeps what a running job needs to go on after a kill.
pub(crate) fn checkpoint(
    tx: &Transaction<'_>,
    hand: &Hand,
    id: JobId,
    checkpoint: &Value,
) -> Result<(), Error> {
    ours(tx, hand, id)?;
    tx.prepare_cached("UPDATE job SET checkpoint = ?2, interruptions = 0 WHERE id = ?1")?
        .execute(params![id.0, json("checkpoint", checkpoint)?])?;
    Ok(())
}

/// Keeps the progress of a running job, if it still runs here.
pub(crate) fn save_progress(
    tx: &Transaction<'_>,
    hand: &Hand,
    id: JobId,
    progress: &Progress,
) -> Result<(), Error> {
    let revision = next_revision(tx)?;
    tx.prepare_cached(
        "UPDATE job SET progress = ?2, revision = ?3, revised_by = ?4
             WHERE id = ?1 AND state = 'running' AND owner = ?4",
    )?
    .execute(params![
        id.0,
        json("progress", progress)?,
        revision,
        &*hand.instance
    ])?;
    Ok(())
}

/// Lets the waits for another attempt begin anew that a clock set back would make longer.
pub(crate) fn rebase_waits(tx: &Transaction<'_>, hand: &Hand) -> Result<Vec<Job>, Error> {
    let waits: Vec<JobId> = tx
        .prepare_cached("SELECT id FROM job WHERE state = 'paused' AND changed_at > ?1")?
        .query_map([to_text(hand.now)], |row| row.get(0).map(JobId))?
        .collect::<Result<_, _>>()?;
    let mut moved = Vec::new();
    for id in waits {
        let mut record = load(tx, id)?;
        let Some(until) = record.job.run_at else {
            continue;
        };
        let Some(run_at) = retry::rebase(record.job.changed_at, until, hand.now) else {
            continue;
        };
        record.job.run_at = Some(run_at);
        record.job.changed_at = hand.now;
        moved.push(save(tx, hand, record)?);
    }
    Ok(moved)
}

/// The row of a job that this instance runs.
fn ours(tx: &Transaction<'_>, hand: &Hand, id: JobId) -> Result<Record, Error> {
    let record = load(tx, id)?;
    if record.owner.as_deref() == Some(&*hand.instance) {
        Ok(record)
    } else {
        Err(Error::NotOurs(id))
    }
}

/// Takes the resources for a job, all or none.
fn take(tx: &Transaction<'_>, id: JobId, resources: &[String]) -> Result<bool, Error> {
    let mut held = tx.prepare_cached("SELECT 1 FROM job_resource WHERE resource = ?1")?;
    for resource in resources {
        if held.exists([resource])? {
            return Ok(false);
        }
    }
    let mut hold =
        tx.prepare_cached("INSERT INTO job_resource (resource, job_id) VALUES (?1, ?2)")?;
    for resource in resources {
        hold.execute(params![resource, id.0])?;
    }
    Ok(true)
}

impl Record {
    fn turn(&mut self, next: State, hand: &Hand) -> Result<(), Error> {
        if !self.job.state.may_become(next) {
            return Err(Error::WrongState {
                job: self.job.id,
                state: self.job.state,
            });
        }
        self.job.state = next;
        self.job.changed_at = hand.now;
        Ok(())
    }

    fn apply(&mut self, settlement: Settlement, hand: &Hand) -> Result<(), Error> {
        let (next, error) = match settlement {
            Settlement::Done(result) => {
                self.job.result = Some(result);
                self.checkpoint = None;
                (State::Done, None)
            }
            Settlement::Failed(error) => (State::Failed, Some(error)),
            Settlement::Cancelled(_) => (State::Cancelled, None),
            Settlement::Uncertain(error) => (State::Uncertain, Some(error)),
            Settlement::Paused {
                error,
                run_at,
                counted,
            } => {
                self.job.run_at = Some(run_at);
                self.job.attempts -= u32::from(!counted && self.job.attempts > 0);
                (State::Paused, Some(error))
            }
            Settlement::Requeued => {
                self.job.attempts = self.job.attempts.saturating_sub(1);
                (State::Queued, None)
            }
        };
        self.turn(next, hand)?;
        self.job.error = error;
        self.job.cancel_requested = false;
        self.job.finished_at = next.is_settled().then_some(hand.now);
        if next.is_settled() {
            self.job.run_at = None;
        }
        self.owner = None;
        Ok(())
    }
}

fn save(tx: &Transaction<'_>, hand: &Hand, mut record: Record) -> Result<Job, Error> {
    record.job.revision = next_revision(tx)?;
    let job = &record.job;
    let optional =
        |column, value: &Option<Value>| value.as_ref().map(|v| json(column, v)).transpose();
    tx.prepare_cached(
        "UPDATE job SET state = :state, attempts = :attempts, interruptions = :interruptions,
             run_at = :run_at, owner = :owner, cancel_requested = :cancel, progress = :progress,
             checkpoint = :checkpoint, result = :result, error = :error, changed_at = :changed_at,
             started_at = :started_at, finished_at = :finished_at, revision = :revision,
             revised_by = :by
         WHERE id = :id",
    )?
    .execute(named_params! {
        ":id": job.id.0,
        ":state": job.state.as_str(),
        ":attempts": job.attempts,
        ":interruptions": record.interruptions,
        ":run_at": job.run_at.map(to_text),
        ":owner": record.owner,
        ":cancel": job.cancel_requested,
        ":progress": job.progress.as_ref().map(|p| json("progress", p)).transpose()?,
        ":checkpoint": optional("checkpoint", &record.checkpoint)?,
        ":result": optional("result", &job.result)?,
        ":error": job.error.as_ref().map(|e| json("error", e)).transpose()?,
        ":changed_at": to_text(job.changed_at),
        ":started_at": job.started_at.map(to_text),
        ":finished_at": job.finished_at.map(to_text),
        ":revision": job.revision,
        ":by": &*hand.instance,
    })?;
    Ok(record.job)
}

fn next_revision(tx: &Transaction<'_>) -> Result<i64, Error> {
    let sql = "UPDATE job_revision_counter SET value = value + 1 RETURNING value";
    Ok(tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

#[cfg(test)]
mod tests;
