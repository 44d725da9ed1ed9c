//! A sample that lives: changes at once, changes in the background, and transactions left open.

use super::changes::{BEGIN, Changes, Clerk, ROTA};
use super::{SampleCompany, SampleErp};
use crate::Error;
use crate::firebird::Session;
use puente_core::Cancel;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How many rows of each table a background writer knows of and changes; then it only adds.
const ROWS_KNOWN: u64 = 4_000;

/// The transaction numbers of a database, as `MON$DATABASE` has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransactionCounters {
    /// OIT, the oldest that did not commit.
    pub oldest: i64,
    /// OAT, the oldest that is open.
    pub oldest_active: i64,
    /// OST: what is newer than it can't be collected as garbage.
    pub oldest_snapshot: i64,
    /// The next one.
    pub next: i64,
}

/// How an open reader sees the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReaderKind {
    /// As it was when the reader began: holds garbage collection back.
    Snapshot,
    /// As it is: holds nothing back on Firebird 3.
    ReadCommitted,
}

impl SampleErp {
    /// Does `acts` things all over the companies, each company's in one transaction: new documents,
    /// corrections, voids, other dates, deletions, transfers, and a new article and a renamed place
    /// in each. Tells what changed, in the order of [`SampleErp::companies`].
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn write_more(&self, acts: u64, seed: u64) -> Result<Vec<Changes>, Error> {
        let companies = self.companies.len() as u64;
        (0..companies)
            .zip(&self.companies)
            .map(|(index, company)| {
                let share = acts / companies + u64::from(index < acts % companies);
                company.write_more(share, seed)
            })
            .collect()
    }
}

impl SampleCompany {
    /// Does `acts` things in one transaction (two, with the catalogue). See
    /// [`SampleErp::write_more`].
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn write_more(&self, acts: u64, seed: u64) -> Result<Changes, Error> {
        if acts == 0 {
            return Ok(Changes::default());
        }
        let mut clerk = Clerk::new(self, seed, acts)?;
        clerk.keep_catalog(|script| self.charset.encode(script))?;
        for (_, act) in (0..acts).zip(ROTA.iter().cycle()) {
            clerk.act(*act)?;
        }
        clerk.commit()
    }

    /// Writes in the background, one transaction for each act, `per_second` times a second or as
    /// fast as it can when that is 0, until the writer is stopped.
    ///
    /// # Errors
    /// [`Error::Script`] when the server does not let it in.
    pub fn writer(&self, per_second: u32, seed: u64) -> Result<Writer, Error> {
        let mut clerk = Clerk::new(self, seed, ROWS_KNOWN)?;
        let (stop, commits) = (Cancel::new(), Arc::new(AtomicU64::new(0)));
        let (stopped, counted) = (stop.clone(), commits.clone());
        let thread = std::thread::spawn(move || {
            let begin = Instant::now();
            let mut changes = Changes::default();
            for (turn, act) in (0_u32..).zip(ROTA.iter().cycle()) {
                if per_second > 0 {
                    let due = begin + Duration::from_secs(1) * turn / per_second;
                    let early = due.saturating_duration_since(Instant::now());
                    if stopped.sleep(early).is_err() {
                        break;
                    }
                }
                if stopped.is_cancelled() {
                    break;
                }
                clerk.act(*act)?;
                changes.extend(clerk.commit()?);
                counted.fetch_add(1, Ordering::Relaxed);
            }
            Ok(changes)
        });
        Ok(Writer {
            stop,
            commits,
            thread: Some(thread),
        })
    }

    /// Leaves a transaction open in which these lines have another quantity, as a clerk does who
    /// goes for lunch.
    ///
    /// # Errors
    /// [`Error::Script`], also when someone else holds one of them for 10 s.
    pub fn hold_open_update(&self, lines: &[i64]) -> Result<OpenTransaction, Error> {
        let list = lines
            .iter()
            .map(i64::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        self.hold(&format!(
            "update DEKARDEX set CANMAT = CANMAT + 1 where DEKARDEXID in ({list});"
        ))
    }

    /// Leaves a transaction open in which these statements were run.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn hold(&self, statements: &str) -> Result<OpenTransaction, Error> {
        let mut session = self.session()?;
        session.run_bytes(&self.charset.encode(&format!("{BEGIN}{statements}\n")))?;
        Ok(OpenTransaction { session })
    }

    /// Leaves a transaction open that has read and does nothing more.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn open_reader(&self, kind: ReaderKind) -> Result<OpenTransaction, Error> {
        let mut session = self.session()?;
        let isolation = match kind {
            ReaderKind::Snapshot => "snapshot",
            ReaderKind::ReadCommitted => "read committed record_version",
        };
        session.run(&format!(
            "set transaction read only {isolation};\nselect count(*) from BODEGA;\n"
        ))?;
        Ok(OpenTransaction { session })
    }

    /// The transaction numbers now. To ask takes a transaction itself.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn transactions(&self) -> Result<TransactionCounters, Error> {
        let query = "select MON$OLDEST_TRANSACTION || '|' || MON$OLDEST_ACTIVE || '|' || \
                     MON$OLDEST_SNAPSHOT || '|' || MON$NEXT_TRANSACTION from MON$DATABASE";
        let printed = self.column(query)?.concat();
        let numbers: Vec<i64> = printed
            .split('|')
            .filter_map(|part| part.parse().ok())
            .collect();
        let [oldest, oldest_active, oldest_snapshot, next] = numbers[..] else {
            return Err(Error::Answer { reason: printed });
        };
        Ok(TransactionCounters {
            oldest,
            oldest_active,
            oldest_snapshot,
            next,
        })
    }

    /// A connection of the caller's own to this database, as the administrator.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn session(&self) -> Result<Session, Error> {
        self.access.session(&self.path, self.dialect)
    }

    /// Backs the database up and puts the backup in its place: every row is then new to the
    /// server. Nobody may be connected.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn restore_in_place(&self) -> Result<(), Error> {
        self.access.restore_in_place(&self.path)
    }
}

/// A background writer. Dropping it stops it.
#[derive(Debug)]
pub struct Writer {
    stop: Cancel,
    commits: Arc<AtomicU64>,
    thread: Option<JoinHandle<Result<Changes, Error>>>,
}

impl Writer {
    /// Transactions that it has committed so far.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Whether it has ended, which before a stop means that it failed.
    pub fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Stops it after the transaction it is in. Tells what it changed.
    ///
    /// # Errors
    /// Why it had ended by itself: [`Error::Script`].
    pub fn stop(mut self) -> Result<Changes, Error> {
        self.stop.cancel();
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Ok(Changes::default()),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A transaction that stays open until it is ended. Dropping it rolls it back.
#[derive(Debug)]
pub struct OpenTransaction {
    session: Session,
}

impl OpenTransaction {
    /// Runs more in it.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn run(&mut self, statements: &str) -> Result<Vec<String>, Error> {
        self.session.run(statements)
    }

    /// Makes its changes last.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn commit(mut self) -> Result<(), Error> {
        self.session.run("commit;").map(drop)
    }

    /// Undoes its changes.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn roll_back(mut self) -> Result<(), Error> {
        self.session.run("rollback;").map(drop)
    }
}
