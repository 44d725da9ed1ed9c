//! The queue as the rest of Puente sees it.

use crate::events::{Bell, Event, Hub};
use crate::handler::{Handler, Registered, Registry};
use crate::instance::Instance;
use crate::job::Filter;
use crate::outcome::Asked;
use crate::queue::{Queue, Recovered, lock};
use crate::workers::{self, Headcount, WhenIdle};
use crate::{
    AuditEntry, Error, Job, JobId, LogLine, NewJob, NewSchedule, Retention, Schedule, audit, job,
    keeper, log, moves, schedule,
};
use puente_core::{Cancel, Clock};
use puente_store::Database;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Between two looks at a job that another process may settle.
const LOOK: Duration = Duration::from_millis(250);
/// Between two looks at a job that runs here, should its ring be missed.
const LOOK_HERE: Duration = Duration::from_secs(30);

/// The durable queue, its schedules and the audit trail, over `puente.db`. Several processes may have
/// the same file open. Clones are one and the same; the workers end with the last of them.
#[derive(Clone)]
pub struct Jobs(Arc<Handle>);

struct Handle(Arc<Queue>);

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.quit.cancel();
        self.0.work.ring();
        self.0
            .active()
            .iter()
            .for_each(|active| active.ask(Asked::Stop));
    }
}

impl Jobs {
    /// Opens the queue of `db`, for the kinds that `handlers` know. Nothing is run before
    /// [`Jobs::start`] or [`Jobs::run_due`].
    ///
    /// # Errors
    /// [`Error::Store`] also when the folder `run` beside the database can't be written;
    /// [`Error::TwoHandlers`].
    pub fn open(
        db: Database,
        clock: Arc<dyn Clock>,
        handlers: Vec<Arc<dyn Handler>>,
    ) -> Result<Jobs, Error> {
        let mut registry = Registry::new();
        for handler in handlers {
            let kind = handler.kind();
            if registry.insert(kind, Registered::new(handler)).is_some() {
                return Err(Error::TwoHandlers(kind.to_owned()));
            }
        }
        let folder = db.path().with_file_name("run");
        Ok(Jobs(Arc::new(Handle(Arc::new(Queue {
            first_revision: db.read(job::last_revision)?,
            instance: Instance::begin(folder)?,
            db,
            clock,
            registry: Arc::new(registry),
            hub: Hub::default(),
            work: Bell::default(),
            changes: Bell::default(),
            quit: Cancel::new(),
            works: AtomicBool::new(false),
            workers: Headcount::default(),
            claiming: Headcount::default(),
            active: Mutex::new(HashMap::new()),
            keeper: Mutex::new(None),
        })))))
    }

    /// Adds a job; or, when it has a key and one with that key waits or runs, gives that one.
    ///
    /// # Errors
    /// Those of the database.
    pub fn enqueue(&self, new: NewJob) -> Result<JobId, Error> {
        self.queue().enqueue(new)
    }

    /// A page of jobs, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn list(&self, filter: &Filter) -> Result<Vec<Job>, Error> {
        self.queue()
            .db
            .read(|connection| job::list(connection, filter))
    }

    /// A page of jobs, newest first, and how many fit on all pages together.
    ///
    /// # Errors
    /// Those of the database.
    pub fn page(&self, filter: &Filter) -> Result<(Vec<Job>, i64), Error> {
        self.queue().db.read(|connection| {
            let jobs = job::list(connection, filter)?;
            Ok((jobs, job::count(connection, filter)?))
        })
    }

    /// One job.
    ///
    /// # Errors
    /// [`Error::NoJob`], and those of the database.
    pub fn get(&self, id: JobId) -> Result<Job, Error> {
        self.queue()
            .db
            .read(|connection| job::load(connection, id))
            .map(|record| record.job)
    }

    /// What a job that has not come to its end last kept of its work; none where it kept nothing.
    ///
    /// # Errors
    /// [`Error::NoJob`], and those of the database.
    pub fn kept(&self, id: JobId) -> Result<Option<Value>, Error> {
        self.queue()
            .db
            .read(|connection| job::load(connection, id))
            .map(|record| record.checkpoint)
    }

    /// The log of a job, oldest line first.
    ///
    /// # Errors
    /// [`Error::NoJob`], and those of the database.
    pub fn log(&self, id: JobId) -> Result<Vec<LogLine>, Error> {
        self.queue().db.read(|connection| {
            job::load(connection, id)?;
            log::lines(connection, id)
        })
    }

    /// Cancels a job that waits, and asks a running one to end, in whatever process it runs. The job
    /// as it stands then: a running one may take up to a second to end.
    ///
    /// # Errors
    /// [`Error::NoJob`]; [`Error::WrongState`] when it is settled; and those of the database.
    pub fn cancel(&self, id: JobId) -> Result<Job, Error> {
        let queue = self.queue();
        let job = queue.change(move |tx, hand| moves::cancel(tx, hand, id))?;
        if !job.cancel_requested {
            return Ok(job);
        }
        let here = lock(&queue.active).get(&id).cloned();
        match here {
            Some(active) => active.ask(Asked::Cancel),
            // Its process may be gone.
            None => drop(queue.recover()?),
        }
        self.get(id)
    }

    /// Puts a failed or cancelled job back into the queue, with its last checkpoint; or ends the wait
    /// of one that waits for its next attempt.
    ///
    /// # Errors
    /// [`Error::NoJob`]; [`Error::WrongState`]; [`Error::Duplicate`] when another one with its key
    /// waits or runs; and those of the database.
    pub fn retry(&self, id: JobId) -> Result<Job, Error> {
        self.queue()
            .change(move |tx, hand| moves::retry(tx, hand, id))
    }

    /// Settles an uncertain job by what the outside authority answered.
    ///
    /// # Errors
    /// [`Error::NoJob`]; [`Error::WrongState`] when it is not uncertain; those of the database.
    pub fn settle(
        &self,
        id: JobId,
        answer: Result<Value, puente_core::Error>,
    ) -> Result<Job, Error> {
        self.queue()
            .change(move |tx, hand| moves::decide(tx, hand, id, answer))
    }

    /// Waits until a job is settled, in whatever process. A job that nobody runs is waited for for
    /// ever, or until [`Jobs::stop`].
    ///
    /// # Errors
    /// [`Error::NoJob`]; [`Error::Stopped`] after [`Jobs::stop`], unless the job runs here still; and
    /// those of the database.
    pub fn wait(&self, id: JobId) -> Result<Job, Error> {
        let queue = self.queue();
        loop {
            let seen = queue.changes.rings();
            let job = self.get(id)?;
            if job.state.is_settled() {
                return Ok(job);
            }
            let here = lock(&queue.active).contains_key(&id);
            queue
                .changes
                .wait(seen, if here { LOOK_HERE } else { LOOK });
        }
    }

    /// Settles what processes that have ended left running, of the kinds known here. Also done by
    /// [`Jobs::start`] and [`Jobs::run_due`], and from time to time while workers run.
    ///
    /// # Errors
    /// Those of the database.
    pub fn recover(&self) -> Result<Recovered, Error> {
        self.queue().recover()
    }

    /// Runs what is due, what becomes due by it, and what schedules ask for now, on `workers` threads
    /// (at least one). Returns when nothing is due that this process could run. Gives the jobs whose
    /// attempts it ran, in the order of their numbers.
    ///
    /// # Errors
    /// [`Error::Stopped`] after [`Jobs::stop`], [`Error::Thread`], and those of the database: on a
    /// full disk what waits is left waiting.
    pub fn run_due(&self, workers: usize) -> Result<Vec<JobId>, Error> {
        let queue = self.begin_work()?;
        let mut threads = Vec::new();
        for _ in 0..workers.max(1) {
            threads.push(workers::spawn(queue, WhenIdle::End)?);
        }
        let mut ran = Vec::new();
        let mut failed = None;
        for thread in threads {
            let mut one = thread.join().unwrap_or_default();
            ran.append(&mut one.jobs);
            failed = failed.or(one.error);
        }
        if let Some(error) = failed {
            return Err(error);
        }
        ran.sort_unstable();
        ran.dedup();
        Ok(ran)
    }

    /// Starts `workers` threads that run jobs as they become due, until [`Jobs::stop`].
    ///
    /// # Errors
    /// [`Error::Stopped`] after [`Jobs::stop`], [`Error::Thread`], and those of the database.
    pub fn start(&self, workers: usize) -> Result<(), Error> {
        let queue = self.begin_work()?;
        for _ in 0..workers {
            workers::spawn(queue, WhenIdle::Wait)?;
        }
        Ok(())
    }

    /// Ends the workers within five seconds, for good. Jobs that can be resumed end at once and wait
    /// for the next start; others have three seconds to finish. Gives those that did not end in time:
    /// when the process ends now, they are interrupted jobs.
    pub fn stop(&self) -> Vec<JobId> {
        workers::stop(self.queue())
    }

    /// Everything that happens to jobs from now on, in this process and in others. A listener that
    /// falls far behind gets [`Event::Missed`].
    ///
    /// # Errors
    /// [`Error::Thread`].
    pub fn subscribe(&self) -> Result<Receiver<Event>, Error> {
        let receiver = self.queue().hub.subscribe();
        keeper::start(self.queue())?;
        Ok(receiver)
    }

    /// Tells those who listen to jobs that something else changed. It does not keep the queue alive.
    pub fn teller(&self) -> impl Fn(&'static str) + Send + Sync + 'static {
        let queue = Arc::downgrade(self.queue());
        move |what| {
            if let Some(queue) = queue.upgrade() {
                queue.hub.beside(what);
            }
        }
    }

    /// Adds or replaces a schedule. One that ticks as before keeps its next tick.
    ///
    /// # Errors
    /// [`Error::Cron`], [`Error::Zone`], and those of the database.
    pub fn put_schedule(&self, new: NewSchedule) -> Result<Schedule, Error> {
        self.queue()
            .write(move |tx, hand| schedule::put(tx, hand.now, &new))
    }

    /// Lets a schedule tick from now on, or not.
    ///
    /// # Errors
    /// [`Error::NoSchedule`], and those of the database.
    pub fn enable_schedule(&self, name: &str, enabled: bool) -> Result<Schedule, Error> {
        let name = name.to_owned();
        self.queue()
            .write(move |tx, hand| schedule::enable(tx, hand.now, &name, enabled))
    }

    /// Removes a schedule. Its jobs stay.
    ///
    /// # Errors
    /// [`Error::NoSchedule`], and those of the database.
    pub fn remove_schedule(&self, name: &str) -> Result<(), Error> {
        let name = name.to_owned();
        self.queue().write(move |tx, _| schedule::remove(tx, &name))
    }

    /// All schedules, by name.
    ///
    /// # Errors
    /// Those of the database.
    pub fn schedules(&self) -> Result<Vec<Schedule>, Error> {
        self.queue().db.read(schedule::list)
    }

    /// Deletes settled jobs that were kept long enough, with their logs. Gives how many.
    ///
    /// # Errors
    /// Those of the database.
    pub fn prune(&self, retention: Retention) -> Result<usize, Error> {
        self.queue().prune(retention)
    }

    /// Adds an entry to the audit trail. To make it a part of the write that it is about, use
    /// [`audit::append`].
    ///
    /// # Errors
    /// Those of the database.
    pub fn audit(
        &self,
        actor: &str,
        action: &str,
        subject: &str,
        detail: Value,
    ) -> Result<i64, Error> {
        let [actor, action, subject] = [actor, action, subject].map(str::to_owned);
        self.queue()
            .write(move |tx, hand| audit::append(tx, hand.now, &actor, &action, &subject, &detail))
    }

    /// A page of the audit trail, newest first: about `subject`, and before entry `before`, if given.
    ///
    /// # Errors
    /// Those of the database.
    pub fn audit_trail(
        &self,
        subject: Option<&str>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, Error> {
        self.queue()
            .db
            .read(|connection| audit::list(connection, subject, before, (0, limit)))
    }

    /// A page of the audit trail, newest first, after `offset` entries, and how many there are in all.
    ///
    /// # Errors
    /// Those of the database.
    pub fn audit_page(
        &self,
        subject: Option<&str>,
        offset: u32,
        limit: u32,
    ) -> Result<(Vec<AuditEntry>, i64), Error> {
        self.queue().db.read(|connection| {
            let entries = audit::list(connection, subject, None, (offset, limit))?;
            Ok((entries, audit::count(connection, subject)?))
        })
    }

    fn begin_work(&self) -> Result<&Arc<Queue>, Error> {
        let queue = self.queue();
        if queue.quit.is_cancelled() {
            return Err(Error::Stopped);
        }
        queue.recover()?;
        queue.rebase_waits()?;
        queue.tick_schedules()?;
        queue.works.store(true, Ordering::SeqCst);
        keeper::start(queue)?;
        Ok(queue)
    }

    fn queue(&self) -> &Arc<Queue> {
        &self.0.0
    }
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Jobs")
            .field(&self.queue().instance.name)
            .finish()
    }
}
