//! The writer thread. A lone durable commit waits for one flush of the disk (about 4 ms on the
//! reference machine); writes that wait at the same time share it.

use crate::connection::{begin_immediate, user_version};
use crate::watch::Watch;
use crate::{Error, Options, migrate, quarantine};
use rusqlite::{Connection, Transaction};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{JoinHandle, ThreadId};
use std::time::{Duration, Instant};

/// Writes that may wait before whoever brings another one is made to wait too.
const QUEUE: usize = 1024;
/// A group is closed after so many writes, or this long after it began: the first ones wait for it.
const GROUP: usize = 512;
const GROUP_TIME: Duration = Duration::from_millis(50);
/// The longest wait for writers that the last groups had and that are not back yet.
const LINGER: Duration = Duration::from_millis(1);

/// The way to the thread. Dropping it lets the thread finish what waits, and joins it.
pub(crate) struct Writer {
    queue: Option<SyncSender<Message>>,
    thread: Option<JoinHandle<()>>,
    id: ThreadId,
}

enum Message {
    Write(Box<dyn Work>),
    Alone(Box<dyn FnOnce(&mut Connection) + Send>),
}

/// One write on its way through a group.
trait Work: Send {
    /// Does it. `false`: it must be undone.
    fn run(&mut self, tx: &Transaction<'_>) -> bool;
    /// Tells the waiter, once the fate of the group is known.
    fn settle(self: Box<Self>, group: Result<(), &Error>);
}

impl Writer {
    pub(crate) fn start(
        connection: Connection,
        path: Arc<Path>,
        options: &Options,
    ) -> Result<Writer, Error> {
        let (queue, messages) = sync_channel(QUEUE);
        let mut thread = Thread {
            patience: options.patience,
            known: options.known_version(),
            path: Arc::clone(&path),
            pace: Pace::default(),
        };
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || thread.serve(connection, &messages))
            .map_err(|e| Error::io(&path, e))?;
        Ok(Writer {
            queue: Some(queue),
            id: thread.thread().id(),
            thread: Some(thread),
        })
    }

    /// Runs `work` in the next group and waits for its commit.
    pub(crate) fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (answer, answered) = sync_channel(1);
        let write = Write {
            work: Some(work),
            outcome: None,
            answer,
        };
        self.send(Message::Write(Box::new(write)))?;
        answered.recv().unwrap_or_else(|_| Err(ENDED.into()))
    }

    /// Runs `work` on the connection with no transaction open.
    pub(crate) fn alone<T, F>(&self, work: F) -> Result<Pending<T>, Error>
    where
        F: FnOnce(&mut Connection) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let (answer, answered) = sync_channel(1);
        self.send(Message::Alone(Box::new(move |connection| {
            let result = catch_unwind(AssertUnwindSafe(|| work(connection)))
                .unwrap_or_else(|panic| Err(panicked(&*panic)));
            drop(answer.send(result));
        })))?;
        Ok(Pending(answered))
    }

    fn send(&self, message: Message) -> Result<(), Error> {
        if std::thread::current().id() == self.id {
            return Err(Error::Misused("a write was asked for inside a write"));
        }
        let queue = self.queue.as_ref().ok_or(ENDED)?;
        queue.send(message).map_err(|_| ENDED)
    }
}

/// The answer of work that runs alone.
pub(crate) struct Pending<T>(Receiver<Result<T, Error>>);

impl<T> Pending<T> {
    pub(crate) fn wait(self) -> Result<T, Error> {
        self.0.recv().unwrap_or(Err(ENDED))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        // The last handle may have been owned by a write closure, and then this is the thread itself.
        if std::thread::current().id() != self.id
            && let Some(thread) = self.thread.take()
        {
            drop(thread.join());
        }
    }
}

const ENDED: Error = Error::Misused("the writer has ended");

struct Write<T, E, F> {
    work: Option<F>,
    outcome: Option<Result<T, E>>,
    answer: SyncSender<Result<T, E>>,
}

impl<T, E, F> Work for Write<T, E, F>
where
    F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, tx: &Transaction<'_>) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| work(tx)))
            .unwrap_or_else(|panic| Err(panicked(&*panic).into()));
        self.outcome.insert(outcome).is_ok()
    }

    fn settle(self: Box<Self>, group: Result<(), &Error>) {
        let result = match (self.outcome, group) {
            (Some(Ok(value)), Ok(())) => Ok(value),
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(_)) | None, Err(error)) => Err(error.clone().into()),
            (None, Ok(())) => Err(ENDED.into()),
        };
        // The waiter may have been ended in the meantime; what is committed stays committed.
        drop(self.answer.send(result));
    }
}

fn panicked(panic: &(dyn Any + Send)) -> Error {
    let message = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    Error::Panicked { message }
}

/// What to expect of the next group.
#[derive(Default)]
struct Pace {
    /// Writers that are likely on their way back.
    writers: usize,
    /// What the last commit took.
    commit: Duration,
}

impl Pace {
    fn learn(&mut self, writes: usize, commit: Duration) {
        // Falls by one a group: a writer that came late once is still waited for the next time.
        self.writers = writes.max(self.writers.saturating_sub(1));
        self.commit = commit;
    }
}

struct Thread {
    patience: Duration,
    known: u32,
    path: Arc<Path>,
    pace: Pace,
}

impl Thread {
    fn serve(&mut self, mut connection: Connection, messages: &Receiver<Message>) {
        let mut next = None;
        while let Some(message) = next.take().or_else(|| messages.recv().ok()) {
            let path = Arc::clone(&self.path);
            let watch = Watch::over(&path);
            match message {
                Message::Write(first) => next = self.group(&connection, first, messages, &watch),
                Message::Alone(work) => work(&mut connection),
            }
            if watch.saw_damage() {
                quarantine::suspect(&path);
            }
        }
    }

    /// Runs one group to its end. Returns a message that can't be part of a group, if one came.
    fn group(
        &mut self,
        connection: &Connection,
        first: Box<dyn Work>,
        messages: &Receiver<Message>,
        watch: &Watch,
    ) -> Option<Message> {
        let tx = match self.begin(connection) {
            Ok(tx) => tx,
            Err(error) => {
                first.settle(Err(&error));
                return None;
            }
        };
        let began = Instant::now();
        let mut works = Vec::new();
        let mut next = Some(first);
        let mut stranger = None;
        let mut broken = None;
        while let Some(mut work) = next.take() {
            let result = run_one(&tx, &mut *work, watch);
            works.push(work);
            if let Err(error) = result {
                broken = Some(error);
                break;
            }
            match self.another(messages, works.len(), began) {
                Some(Message::Write(work)) => next = Some(work),
                Some(alone @ Message::Alone(_)) => stranger = Some(alone),
                None => {}
            }
        }
        let committing = Instant::now();
        let result = match broken {
            Some(error) => {
                drop(tx);
                Err(error)
            }
            None => tx.commit().map_err(Error::from),
        };
        self.pace.learn(works.len(), committing.elapsed());
        for work in works {
            work.settle(result.as_ref().copied());
        }
        stranger
    }

    fn begin<'c>(&self, connection: &'c Connection) -> Result<Transaction<'c>, Error> {
        let tx = begin_immediate(connection, self.patience)?;
        // Another process may have moved the schema on since this one opened the file.
        migrate::refuse_newer(user_version(&tx)?, &self.path, self.known)?;
        Ok(tx)
    }

    /// The next message for this group. Writers that the last groups had are likely on their way back:
    /// a short wait for them fills the group, where leaving at once would split them into two.
    fn another(
        &self,
        messages: &Receiver<Message>,
        writes: usize,
        began: Instant,
    ) -> Option<Message> {
        let age = began.elapsed();
        if writes >= GROUP || age >= GROUP_TIME {
            return None;
        }
        let linger = LINGER.min(self.pace.commit / 2);
        if writes < self.pace.writers && age < linger {
            return messages.recv_timeout(linger - age).ok();
        }
        messages.try_recv().ok()
    }
}

/// Runs one write in a savepoint of its own.
///
/// # Errors
/// When the transaction of the whole group is lost: SQLite undoes all of it on some errors (a full
/// disk among them), and a closure may have ended it.
fn run_one(tx: &Transaction<'_>, work: &mut dyn Work, watch: &Watch) -> Result<(), Error> {
    watch.forget();
    tx.prepare_cached("SAVEPOINT one")?.execute([])?;
    let keep = work.run(tx);
    if tx.is_autocommit() {
        return Err(watch
            .last()
            .unwrap_or(Error::Misused("a write ended the transaction of its group")));
    }
    if !keep {
        tx.prepare_cached("ROLLBACK TO one")?.execute([])?;
    }
    tx.prepare_cached("RELEASE one")?.execute([])?;
    Ok(())
}
