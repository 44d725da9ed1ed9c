//! The thread that keeps an instance in step with the rest: passes progress on, notices what other
//! processes did, and watches the clock.

use crate::handler::panic_message;
use crate::job::{self, changed_by_others};
use crate::outcome::Asked;
use crate::queue::{Active, Queue, lock};
use crate::{Error, JobId, log, moves};
use chrono::{DateTime, Utc};
use puente_core::{Cancel, Progress};
use puente_store::time::to_text;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Between two events of progress of one job.
const TELL: Duration = Duration::from_millis(100);
/// Between two looks at what other processes did. A cancel from another process is seen within it.
const LOOK: Duration = Duration::from_millis(250);
/// Between two writes of progress and log lines: each waits for the disk.
const SAVE: Duration = Duration::from_millis(500);
/// Between two looks for processes that have ended.
const RECOVER: Duration = Duration::from_secs(5);

struct Keeper {
    queue: Weak<Queue>,
    end: Cancel,
    revision: i64,
    seen_until: DateTime<Utc>,
    looked: Instant,
    saved: Instant,
    recovered: Instant,
    failing: bool,
}

/// Starts the keeper, unless it runs.
pub(crate) fn start(queue: &Arc<Queue>) -> Result<(), Error> {
    let mut slot = lock(&queue.keeper);
    if slot.is_some() {
        return Ok(());
    }
    let (end, now) = (Cancel::new(), Instant::now());
    let keeper = Keeper {
        queue: Arc::downgrade(queue),
        end: end.clone(),
        revision: queue.first_revision,
        seen_until: queue.clock.now(),
        looked: now,
        saved: now,
        recovered: now,
        failing: false,
    };
    std::thread::Builder::new()
        .name("job-keeper".to_owned())
        .spawn(move || keeper.keep())
        .map_err(|error| Error::Thread(Arc::new(error)))?;
    *slot = Some(end);
    Ok(())
}

impl Keeper {
    fn keep(mut self) {
        loop {
            let Some(queue) = self.queue.upgrade() else {
                return;
            };
            let turn = catch_unwind(AssertUnwindSafe(|| self.turn(&queue)));
            let result = turn.unwrap_or_else(|panic| Err(Failure(panic_message(&*panic))));
            self.note(result.err());
            let idle = lock(&queue.active).is_empty();
            drop(queue);
            if self.end.sleep(if idle { LOOK } else { TELL }).is_err() {
                return;
            }
        }
    }

    /// Says once that it fails, and once that it doesn't any more.
    fn note(&mut self, failure: Option<Failure>) {
        match failure {
            Some(Failure(error)) if !self.failing => {
                tracing::error!(error, "the queue can't be looked after");
                self.failing = true;
            }
            None if self.failing => {
                tracing::info!("the queue is looked after again");
                self.failing = false;
            }
            Some(_) | None => {}
        }
    }

    fn turn(&mut self, queue: &Arc<Queue>) -> Result<(), Failure> {
        tell_progress(queue);
        if passed(&mut self.looked, LOOK) {
            self.look(queue)?;
        }
        if passed(&mut self.saved, SAVE) {
            save(queue)?;
        }
        if passed(&mut self.recovered, RECOVER) && works(queue) {
            queue.recover()?;
        }
        Ok(())
    }

    fn look(&mut self, queue: &Queue) -> Result<(), Failure> {
        pass_on_cancels(queue)?;
        let (revision, instance) = (self.revision, &queue.instance.name);
        let (jobs, revision) = queue
            .db
            .read(|c| changed_by_others(c, instance, revision))?;
        for job in &jobs {
            queue.hub.changed_elsewhere(job);
        }
        self.revision = revision;
        if !jobs.is_empty() {
            queue.changes.ring();
            queue.work.ring();
        }
        if works(queue) {
            queue.rebase_waits()?;
            queue.tick_schedules()?;
            self.watch_clock(queue)?;
        }
        Ok(())
    }

    /// Wakes the workers when the time of a job that was put off has come.
    fn watch_clock(&mut self, queue: &Queue) -> Result<(), Failure> {
        let now = queue.clock.now();
        let (from, to) = (to_text(self.seen_until.min(now)), to_text(now));
        let come = queue.db.read(|connection| {
            let sql = "SELECT 1 FROM job WHERE state IN ('queued', 'paused')
                       AND run_at > ?1 AND run_at <= ?2";
            Ok::<_, Error>(connection.prepare_cached(sql)?.exists([from, to])?)
        })?;
        self.seen_until = now;
        if come {
            queue.work.ring();
        }
        Ok(())
    }
}

/// Why a turn was cut short.
struct Failure(String);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure(puente_core::error::chain(&error))
    }
}

/// Whether this process runs jobs, or only looks on.
fn works(queue: &Queue) -> bool {
    queue.works.load(Ordering::SeqCst) && !queue.quit.is_cancelled()
}

fn passed(since: &mut Instant, time: Duration) -> bool {
    let passed = since.elapsed() >= time;
    if passed {
        *since = Instant::now();
    }
    passed
}

fn tell_progress(queue: &Queue) {
    for active in queue.active() {
        // Told with the tape in hand: whoever settles the job takes the tape first, so nothing is told
        // of a job after its end.
        let mut tape = lock(&active.tape);
        if let Some(progress) = tape.progress.clone().filter(|_| !tape.told) {
            queue
                .hub
                .progressed(active.job.id, &active.job.kind, progress);
            tape.told = true;
        }
    }
}

/// Ends the jobs here that another process asked to cancel.
fn pass_on_cancels(queue: &Queue) -> Result<(), Error> {
    let active = queue.active();
    if active.is_empty() {
        return Ok(());
    }
    let asked: Vec<JobId> = queue.db.read(|connection| {
        let sql = "SELECT id FROM job
                   WHERE state = 'running' AND owner = ?1 AND cancel_requested = 1";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([&*queue.instance.name], |row| row.get(0).map(JobId))?;
        Ok::<_, Error>(rows.collect::<Result<_, _>>()?)
    })?;
    for active in active
        .iter()
        .filter(|active| asked.contains(&active.job.id))
    {
        if active.asked() != Asked::Cancel {
            active.ask(Asked::Cancel);
            let job = queue
                .db
                .read(|connection| job::load(connection, active.job.id))?
                .job;
            queue.hub.changed_elsewhere(&job);
        }
    }
    Ok(())
}

/// Writes the progress and the lines of all running jobs in one commit.
fn save(queue: &Queue) -> Result<(), Error> {
    let unsaved: Vec<(Arc<Active>, Option<Progress>, Vec<log::LogLine>)> = queue
        .active()
        .into_iter()
        .filter_map(|active| {
            let (progress, lines) = {
                let mut tape = lock(&active.tape);
                let progress = if tape.saved {
                    None
                } else {
                    tape.progress.clone()
                };
                tape.saved = true;
                (progress, tape.lines.take())
            };
            (progress.is_some() || !lines.is_empty()).then_some((active, progress, lines))
        })
        .collect();
    if unsaved.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = unsaved
        .iter()
        .map(|(active, p, l)| (active.job.id, p.clone(), l.clone()))
        .collect();
    let written = queue.write(move |tx, hand| {
        for (id, progress, lines) in &rows {
            if let Some(progress) = progress {
                moves::save_progress(tx, hand, *id, progress)?;
            }
            log::append(tx, *id, lines)?;
        }
        Ok(())
    });
    if written.is_err() {
        for (active, progress, lines) in unsaved {
            let mut tape = lock(&active.tape);
            tape.saved &= progress.is_none();
            tape.lines.put_back(lines);
        }
    }
    written
}
