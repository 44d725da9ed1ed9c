//! What the public face, the workers and the keeper of one instance share.

use crate::events::{Bell, Hub};
use crate::handler::Registry;
use crate::instance::{Instance, Life};
use crate::log::{LogLine, Unwritten};
use crate::moves::{self, Claimed, Hand};
use crate::outcome::Asked;
use crate::workers::Headcount;
use crate::{Error, Job, JobId, Level, State, job, schedule};
use chrono::{DateTime, Utc};
use puente_core::{Cancel, Clock, Progress};
use puente_store::Database;
use puente_store::time::to_text;
use rusqlite::{Connection, Transaction};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One instance of the queue.
pub(crate) struct Queue {
    pub db: Database,
    pub clock: Arc<dyn Clock>,
    pub registry: Arc<Registry>,
    pub instance: Instance,
    pub hub: Hub,
    /// Rings when a worker may find something to do.
    pub work: Bell,
    /// Rings when any job changed.
    pub changes: Bell,
    /// Cancelled when no further job is to be begun here.
    pub quit: Cancel,
    /// Whether this process runs jobs, or only looks on.
    pub works: AtomicBool,
    /// The workers that there are, and those of them that are about to begin a job.
    pub workers: Headcount,
    pub claiming: Headcount,
    /// The last change before this instance was opened.
    pub first_revision: i64,
    pub active: Mutex<HashMap<JobId, Arc<Active>>>,
    /// Ends the keeper with the last handle on the queue.
    pub keeper: Mutex<Option<Cancel>>,
}

/// A job that runs in this instance.
pub(crate) struct Active {
    pub job: Job,
    pub cancel: Cancel,
    pub asked: Mutex<Asked>,
    pub tape: Mutex<Tape>,
}

/// What a running job said and has not been passed on yet.
#[derive(Default)]
pub(crate) struct Tape {
    /// The last progress.
    pub progress: Option<Progress>,
    pub told: bool,
    pub saved: bool,
    pub lines: Unwritten,
    pub postponed: Option<DateTime<Utc>>,
}

/// What [`Jobs::recover`](crate::Jobs::recover) settled.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recovered {
    /// The jobs, each as it stands now: queued again, failed, cancelled or uncertain.
    pub jobs: Vec<Job>,
}

impl Recovered {
    /// How many of them stand in `state` now.
    pub fn count(&self, state: State) -> usize {
        self.jobs.iter().filter(|job| job.state == state).count()
    }
}

impl Queue {
    pub(crate) fn hand(&self) -> Hand {
        Hand {
            instance: Arc::clone(&self.instance.name),
            now: self.clock.now(),
        }
    }

    /// A write, with this instance's hand.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>, &Hand) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let hand = self.hand();
        self.db.write(move |tx| work(tx, &hand))
    }

    /// A write that changes one job, and tells so.
    pub(crate) fn change(
        &self,
        work: impl FnOnce(&Transaction<'_>, &Hand) -> Result<Job, Error> + Send + 'static,
    ) -> Result<Job, Error> {
        let job = self.write(work)?;
        self.tell(&job);
        Ok(job)
    }

    /// Tells listeners and waiters of a change that this instance made.
    pub(crate) fn tell(&self, job: &Job) {
        self.hub.changed(job);
        self.changes.ring();
        // A settled job lets go of its resources, and a queued one is there to be taken.
        if job.state != State::Running {
            self.work.ring();
        }
    }

    /// Begins an attempt at the oldest job that is due, is of a kind known here, and gets all of its
    /// resources.
    pub(crate) fn claim(&self) -> Result<Option<Attempt>, Error> {
        loop {
            if self.quit.is_cancelled() {
                return Ok(None);
            }
            let now = self.clock.now();
            let Some(pick) = self.db.read(|connection| self.pick(connection, now))? else {
                return Ok(None);
            };
            let (id, resources) = (pick.id, pick.resources);
            // A handler that can't say what it needs gets nothing, and is failed without being run.
            let (resources, defect) = match resources {
                Ok(resources) => (resources, None),
                Err(message) => (Vec::new(), Some(message)),
            };
            let claimed = self.write(move |tx, hand| moves::claim(tx, hand, id, &resources))?;
            if let Some(Claimed { job, checkpoint }) = claimed {
                let active = self.begin(job);
                return Ok(Some(Attempt {
                    active,
                    checkpoint,
                    defect,
                }));
            }
        }
    }

    /// The oldest job that could run now. What an older waiting job needs is not given to a younger
    /// one, so that none waits for ever for two resources at once.
    fn pick(&self, connection: &Connection, now: DateTime<Utc>) -> Result<Option<Pick>, Error> {
        let mut taken: HashSet<String> = connection
            .prepare_cached("SELECT resource FROM job_resource")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let kinds: Vec<&str> = self.registry.keys().copied().collect();
        let mut statement = connection.prepare_cached(
            "SELECT id, kind, input FROM job
             WHERE state IN ('queued', 'paused') AND (run_at IS NULL OR run_at <= ?1)
               AND kind IN (SELECT value FROM json_each(?2))
             ORDER BY id",
        )?;
        let mut rows = statement.query((to_text(now), job::json("kinds", &kinds)?))?;
        while let Some(row) = rows.next()? {
            let kind: String = row.get("kind")?;
            let input: String = row.get("input")?;
            let Some(registered) = self.registry.get(kind.as_str()) else {
                continue;
            };
            let resources = serde_json::from_str::<Value>(&input)
                .map_err(|error| error.to_string())
                .and_then(|input| registered.resources(&input));
            let blocked = resources
                .as_ref()
                .is_ok_and(|r| r.iter().any(|r| taken.contains(r)));
            if !blocked {
                return Ok(Some(Pick {
                    id: JobId(row.get("id")?),
                    resources,
                }));
            }
            taken.extend(resources.unwrap_or_default());
        }
        Ok(None)
    }

    fn begin(&self, job: Job) -> Arc<Active> {
        tracing::info!(
            job = job.id.0,
            kind = job.kind,
            attempt = job.attempts,
            "a job begins"
        );
        let active = Arc::new(Active {
            job: job.clone(),
            cancel: Cancel::new(),
            asked: Mutex::new(Asked::No),
            tape: Mutex::new(Tape::default()),
        });
        lock(&self.active).insert(job.id, Arc::clone(&active));
        self.tell(&job);
        // Whoever stopped the queue in between did not see this job.
        if self.quit.is_cancelled() {
            active.ask(Asked::Stop);
        }
        active
    }

    /// Settles what processes that have ended left running.
    pub(crate) fn recover(&self) -> Result<Recovered, Error> {
        let owners: Vec<String> = self.db.read(|connection| {
            let sql = "SELECT DISTINCT owner FROM job WHERE state = 'running' AND owner <> ?1";
            let mut statement = connection.prepare_cached(sql)?;
            let owners = statement.query_map([&*self.instance.name], |row| row.get(0))?;
            Ok::<_, Error>(owners.collect::<Result<_, _>>()?)
        })?;
        let mut recovered = Recovered::default();
        for owner in owners {
            // Its lock is held until the rows are settled, if it can be.
            let Life::Ended(_lock) = self.instance.life_of(&owner) else {
                continue;
            };
            let registry = Arc::clone(&self.registry);
            let jobs =
                self.write(move |tx, hand| moves::settle_orphans(tx, hand, &owner, &registry))?;
            for job in &jobs {
                tracing::warn!(job = job.id.0, kind = job.kind, state = %job.state, "an interrupted job");
                self.tell(job);
            }
            recovered.jobs.extend(jobs);
        }
        self.instance.sweep();
        Ok(recovered)
    }

    /// Enqueues what schedules ask for now.
    pub(crate) fn tick_schedules(&self) -> Result<(), Error> {
        let now = self.clock.now();
        if !self
            .db
            .read(|connection| schedule::is_due(connection, now))?
        {
            return Ok(());
        }
        for job in self.write(schedule::tick)? {
            self.tell(&job);
        }
        Ok(())
    }

    /// Begins waits anew that were begun in what is the future by now.
    pub(crate) fn rebase_waits(&self) -> Result<(), Error> {
        let now = to_text(self.clock.now());
        let set_back = self.db.read(|connection| {
            let sql = "SELECT 1 FROM job WHERE state = 'paused' AND changed_at > ?1";
            Ok::<_, Error>(connection.prepare_cached(sql)?.exists([now])?)
        })?;
        if set_back {
            for job in self.write(moves::rebase_waits)? {
                self.tell(&job);
            }
        }
        Ok(())
    }

    /// The jobs that run here.
    pub(crate) fn active(&self) -> Vec<Arc<Active>> {
        lock(&self.active).values().cloned().collect()
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        if let Some(keeper) = lock(&self.keeper).take() {
            keeper.cancel();
        }
    }
}

/// An attempt that was begun.
pub(crate) struct Attempt {
    pub active: Arc<Active>,
    pub checkpoint: Option<Value>,
    /// Why it can't even be run.
    pub defect: Option<String>,
}

struct Pick {
    id: JobId,
    resources: Result<Vec<String>, String>,
}

impl Active {
    /// Asks the run to end. A cancel outweighs a stop.
    pub(crate) fn ask(&self, asked: Asked) {
        {
            let mut before = lock(&self.asked);
            if *before != Asked::Cancel {
                *before = asked;
            }
        }
        self.cancel.cancel();
    }

    pub(crate) fn asked(&self) -> Asked {
        *lock(&self.asked)
    }

    pub(crate) fn report(&self, progress: Progress) {
        let mut tape = lock(&self.tape);
        tape.progress = Some(progress);
        tape.told = false;
        tape.saved = false;
    }

    pub(crate) fn line(&self, at: DateTime<Utc>, level: Level, text: &str) {
        lock(&self.tape).lines.push(LogLine::new(at, level, text));
    }
}

/// What a panic left behind a lock is whole: every critical section here is a few assignments.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
