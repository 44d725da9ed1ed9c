//! Threads that run jobs. Nothing that a job does ends them.

use crate::handler::{Registered, panic_message};
use crate::log::{self, LogLine};
use crate::moves;
use crate::outcome::{Asked, Ended, Facts};
use crate::queue::{Active, Attempt, Queue, lock};
use crate::{Error, Interrupted, Job, JobId, Level, RetryPolicy, Running};
use puente_core::{Code, Coded};
use rusqlite::Transaction;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What a worker does when it finds nothing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhenIdle {
    /// Waits for more.
    Wait,
    /// Ends, once nothing runs here that might lead to more.
    End,
}

/// A worker looks by itself after this time, should every ring have been missed.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// How long a stop lets those jobs go on that can't be resumed.
const LET_FINISH: Duration = Duration::from_secs(3);
/// How long a stop takes at most.
const STOP: Duration = Duration::from_millis(4800);
/// Waits between attempts at a database that doesn't answer.
const AGAIN: RetryPolicy = RetryPolicy {
    max_attempts: u32::MAX,
    base: Duration::from_millis(100),
    cap: Duration::from_secs(5),
};

/// Counts workers of an instance.
#[derive(Debug, Default)]
pub(crate) struct Headcount(AtomicUsize);

impl Headcount {
    fn is_zero(&self) -> bool {
        self.0.load(Ordering::SeqCst) == 0
    }

    fn count_in(&self) -> Counted<'_> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Counted(self)
    }
}

struct Counted<'a>(&'a Headcount);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A worker's thread is there.
struct Present(Arc<Queue>);

impl Present {
    fn new(queue: Arc<Queue>) -> Present {
        queue.workers.0.fetch_add(1, Ordering::SeqCst);
        Present(queue)
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        self.0.workers.0.fetch_sub(1, Ordering::SeqCst);
        self.0.changes.ring();
        self.0.work.ring();
    }
}

/// What a worker that does not wait gives when it ends.
#[derive(Default)]
pub(crate) struct Ran {
    pub jobs: Vec<JobId>,
    /// Why it could not go on.
    pub error: Option<Error>,
}

/// Starts a worker. It ends with the queue's `quit`, or as `idle` says; and gives what it ran.
pub(crate) fn spawn(
    queue: &Arc<Queue>,
    idle: WhenIdle,
) -> Result<std::thread::JoinHandle<Ran>, Error> {
    let present = Present::new(Arc::clone(queue));
    std::thread::Builder::new()
        .name("job-worker".to_owned())
        .spawn(move || work(&present.0, idle))
        .map_err(|error| Error::Thread(Arc::new(error)))
}

fn work(queue: &Arc<Queue>, idle: WhenIdle) -> Ran {
    let mut ran = Ran::default();
    let mut failures = 0;
    while !queue.quit.is_cancelled() {
        let seen = queue.work.rings();
        let turn = catch_unwind(AssertUnwindSafe(|| {
            let claimed = {
                let _claiming = queue.claiming.count_in();
                queue.claim()
            };
            Ok(claimed
                .map_err(Stuck::of)?
                .map(|attempt| run(queue, attempt)))
        }));
        match turn.unwrap_or_else(|panic| Err(Stuck::Other(panic_message(&*panic)))) {
            Ok(Some(id)) if idle == WhenIdle::End => ran.jobs.push(id),
            Ok(Some(_)) => {}
            Ok(None) if idle == WhenIdle::End && nothing_may_come(queue) => break,
            Ok(None) => queue.work.wait(seen, LOOK_AGAIN),
            // The person who waits for this must be told, and make room.
            Err(Stuck::Full(error)) if idle == WhenIdle::End => {
                ran.error = Some(error);
                break;
            }
            Err(error) => {
                failures += 1;
                let error = error.to_string();
                tracing::error!(error, failures, "a worker can't get at the queue");
                if queue
                    .quit
                    .sleep(AGAIN.delay(failures, rand::random()))
                    .is_err()
                {
                    break;
                }
                continue;
            }
        }
        failures = 0;
    }
    ran
}

/// Why a worker can't get at the queue.
enum Stuck {
    Full(Error),
    Other(String),
}

impl Stuck {
    fn of(error: Error) -> Stuck {
        if error.code() == Code::DiskFull {
            return Stuck::Full(error);
        }
        Stuck::Other(error.to_string())
    }
}

impl std::fmt::Display for Stuck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Stuck::Full(error) => error.fmt(f),
            Stuck::Other(text) => f.write_str(text),
        }
    }
}

/// Whether no job runs here that might lead to others, nor is about to.
fn nothing_may_come(queue: &Queue) -> bool {
    queue.claiming.is_zero() && lock(&queue.active).is_empty()
}

fn run(queue: &Arc<Queue>, attempt: Attempt) -> JobId {
    // Room for writing down how it ends, should it fill the disk.
    queue.db.keep_reserve();
    let Attempt {
        active,
        checkpoint,
        defect,
    } = attempt;
    let id = active.job.id;
    let _leaving = Leaving { queue, id };
    // The claim was made for a kind of this registry.
    let Some(registered) = queue.registry.get(active.job.kind.as_str()) else {
        return id;
    };
    let ended = match defect {
        Some(message) => Ended::Panicked(message),
        None => call(queue, &active, checkpoint, registered),
    };
    settle(queue, &active, &ended, registered);
    id
}

/// A job does not count as running here any more, whatever happened to its worker.
struct Leaving<'a> {
    queue: &'a Queue,
    id: JobId,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        if lock(&self.queue.active).remove(&self.id).is_some() {
            self.queue.work.ring();
            self.queue.changes.ring();
        }
    }
}

fn call(
    queue: &Arc<Queue>,
    active: &Arc<Active>,
    checkpoint: Option<serde_json::Value>,
    registered: &Registered,
) -> Ended {
    let running = Running {
        id: active.job.id,
        attempt: active.job.attempts,
        cancel: active.cancel.clone(),
        queue: Arc::clone(queue),
        active: Arc::clone(active),
        checkpoint,
    };
    let input = active.job.input.clone();
    catch_unwind(AssertUnwindSafe(|| registered.handler.run(&running, input))).map_or_else(
        |panic| Ended::Panicked(panic_message(&*panic)),
        Ended::Returned,
    )
}

/// Writes what became of the job, however long the database takes to let it.
fn settle(queue: &Queue, active: &Arc<Active>, ended: &Ended, registered: &Registered) {
    let id = active.job.id;
    let (progress, told, lines, postponed) = {
        let mut tape = lock(&active.tape);
        (
            tape.progress.take(),
            tape.told,
            tape.lines.take(),
            tape.postponed,
        )
    };
    if let Some(progress) = progress.clone().filter(|_| !told) {
        queue.hub.progressed(id, &active.job.kind, progress);
    }
    let mut failures = 0;
    let job = loop {
        let facts = Facts {
            job: id,
            asked: active.asked(),
            attempt: active.job.attempts,
            retry: registered.retry,
            on_interrupt: registered.on_interrupt,
            postponed,
            now: queue.clock.now(),
            luck: rand::random(),
        };
        let (ended, progress, lines) = (ended.clone(), progress.clone(), lines.clone());
        let written = queue.write(move |tx, hand| {
            let (job, aside) = moves::settle(tx, hand, ended, facts, progress)?;
            write_end(tx, &job, aside, lines)?;
            Ok(job)
        });
        match written {
            Ok(job) => break Some(job),
            Err(error @ (Error::NotOurs(_) | Error::NoJob(_))) => {
                tracing::error!(job = id.0, %error, "the end of a job is not written");
                break None;
            }
            // What filled the disk was most likely this job itself.
            Err(error) if error.code() == Code::DiskFull && queue.db.give_up_reserve() => {}
            Err(error) => {
                failures += 1;
                tracing::error!(job = id.0, %error, failures, "the end of a job can't be written yet");
                let wait = AGAIN.delay(failures, rand::random());
                if queue.quit.sleep(wait).is_err() && failures > 3 {
                    break None;
                }
            }
        }
    };
    if let Some(job) = job {
        tracing::info!(job = id.0, kind = job.kind, state = %job.state, "a job ended");
        lock(&queue.active).remove(&id);
        queue.tell(&job);
    }
}

/// Writes the last lines of an attempt's log: those of the handler, and how it ended if not well.
fn write_end(
    tx: &Transaction<'_>,
    job: &Job,
    aside: Option<puente_core::Error>,
    mut lines: Vec<LogLine>,
) -> Result<(), Error> {
    if let Some(error) = aside {
        let text = format!("cancelled, and ended in {error}");
        lines.push(LogLine::new(job.changed_at, Level::Info, &text));
    }
    if let Some(error) = &job.error {
        let text = match job.run_at {
            Some(at) => format!("attempt {}: {error}; the next one at {at}", job.attempts),
            None => format!("attempt {}: {error}", job.attempts),
        };
        lines.push(LogLine::new(job.changed_at, Level::Error, &text));
    }
    log::append(tx, job.id, &lines)
}

/// Ends the workers: jobs that can be resumed are asked to end at once, others only after three
/// seconds in which they may finish. Gives those that had not ended after five; should the process
/// end now, they are interrupted jobs.
pub(crate) fn stop(queue: &Queue) -> Vec<JobId> {
    let start = Instant::now();
    queue.quit.cancel();
    queue.work.ring();
    let resumable = |active: &Active| {
        let registered = queue.registry.get(active.job.kind.as_str());
        registered.is_none_or(|known| known.on_interrupt == Interrupted::Resume)
    };
    queue
        .active()
        .iter()
        .filter(|active| resumable(active))
        .for_each(|a| a.ask(Asked::Stop));
    if !wait_for_rest(queue, start + LET_FINISH) {
        queue
            .active()
            .iter()
            .for_each(|active| active.ask(Asked::Stop));
        wait_for_rest(queue, start + STOP);
    }
    let mut left: Vec<JobId> = lock(&queue.active).keys().copied().collect();
    left.sort_unstable();
    left
}

fn wait_for_rest(queue: &Queue, until: Instant) -> bool {
    loop {
        let seen = queue.changes.rings();
        if queue.workers.is_zero() && lock(&queue.active).is_empty() {
            return true;
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        queue.changes.wait(seen, left);
    }
}
