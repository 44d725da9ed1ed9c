//! One SQLite file: one writer thread, many readers.

use crate::ballast::Ballast;
use crate::open::{self, Opened};
use crate::readers::Readers;
use crate::watch::Watch;
use crate::writer::{Pending, Writer};
use crate::{Error, Options, connection, quarantine};
use puente_core::{Cancel, Clock};
use rusqlite::{Connection, Transaction};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// An open database file. Clones are one and the same; the file is closed with the last of them.
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    path: Arc<Path>,
    options: Options,
    clock: Arc<dyn Clock>,
    opened: Opened,
    readers: Readers,
    writer: Writer,
    ballast: Ballast,
}

impl Database {
    /// Opens the file, or makes it: checks that it is ours and whole, and moves its schema on. Several
    /// processes may have the same file open.
    ///
    /// # Errors
    /// [`Error::Newer`], [`Error::Foreign`], [`Error::Corrupt`], [`Error::Migration`], and those of
    /// the disk.
    pub fn open(path: &Path, options: Options, clock: Arc<dyn Clock>) -> Result<Database, Error> {
        let path: Arc<Path> = std::path::absolute(path)
            .map_err(|e| Error::io(path, e))?
            .as_path()
            .into();
        let (connection, opened) = open::open(&path, &options, clock.now())?;
        let ballast = Ballast::beside(&path, options.reserve);
        let writer = Writer::start(connection, Arc::clone(&path), &options)?;
        let readers = Readers::new(Arc::clone(&path), options.clone());
        Ok(Database(Arc::new(Inner {
            path,
            options,
            clock,
            opened,
            readers,
            writer,
            ballast,
        })))
    }

    /// Runs `work` on the writer thread, and returns after the commit that contains it is on the disk
    /// (as far as [`Durability`](crate::Durability) promises). Writes that wait at the same time
    /// share one commit; each is in a savepoint of its own, so that an `Err` or a panic of `work`
    /// undoes only that work.
    ///
    /// Keep it short: other writers wait. Foreign keys must not be deferred, because they would be
    /// checked at the commit, which others share.
    ///
    /// # Errors
    /// Those of `work`, and those of the commit through `From<Error>`. Asked from inside another
    /// write, [`Error::Misused`].
    pub fn write<T, E>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.0.writer.write(work)
    }

    /// Gives up the room that [`Options::reserve`] keeps aside: for a write that must not wait until
    /// someone makes room, tried again at once after this. Whether there was any.
    pub fn give_up_reserve(&self) -> bool {
        self.0.ballast.give_up()
    }

    /// Keeps that room aside again, if it was given up and there is any.
    pub fn keep_reserve(&self) {
        self.0.ballast.lay();
    }

    /// Runs `work` on a reader connection, on this thread. Everything that it reads is of one moment;
    /// it waits for no writer, and no writer waits for it.
    ///
    /// # Errors
    /// Those of `work`, and those of the connection through `From<Error>`.
    pub fn read<T, E>(&self, work: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        let watch = Watch::over(&self.0.path);
        let snapshot = self.0.readers.snapshot()?;
        let result = work(snapshot.connection()?);
        if watch.saw_damage() {
            quarantine::suspect(&self.0.path);
        }
        result
    }

    /// Like [`Database::read`], and a statement that is running when `cancel` is cancelled ends with
    /// [`Error::Cancelled`].
    ///
    /// # Errors
    /// Those of [`Database::read`], and [`Error::Cancelled`].
    pub fn read_until<T, E>(
        &self,
        cancel: &Cancel,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<Error>,
    {
        let watch = Watch::over(&self.0.path);
        let mut snapshot = self.0.readers.snapshot()?;
        snapshot.end_with(cancel)?;
        cancel.check().map_err(Error::from)?;
        let result = work(snapshot.connection()?);
        if watch.saw_damage() {
            quarantine::suspect(&self.0.path);
        }
        result
    }

    /// Runs `work` on the writer thread with no transaction open.
    pub(crate) fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<Pending<T>, Error> {
        self.0.writer.alone(work)
    }

    /// Copies into the file what the log holds, as far as nobody reads older pages: for whoever has
    /// time now. A later commit, or the close, does it otherwise, so that a failure is only noted.
    /// Writers wait meanwhile.
    pub fn checkpoint(&self) {
        let copy = |connection: &mut Connection| {
            Ok(connection::number(connection, "wal_checkpoint(PASSIVE)").map(drop)?)
        };
        if let Err(error) = self.alone(copy).and_then(Pending::wait) {
            tracing::debug!(%error, "the log was not copied into the file");
        }
    }

    /// The file, as an absolute path.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// What happened while it was opened.
    pub fn opened(&self) -> &Opened {
        &self.0.opened
    }

    /// How it was opened.
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// The clock that it was opened with.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Database").field(&self.0.path).finish()
    }
}
