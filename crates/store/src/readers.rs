//! Reader connections: they see the last commit and never wait for the writer.

use crate::connection::{self, Role, STEPS, until_free};
use crate::{Error, Options};
use puente_core::Cancel;
use rusqlite::Connection;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// Idle connections. One that is missing is opened, so that a read inside a read, or a crowd, never
/// waits for a connection.
pub(crate) struct Readers {
    path: Arc<Path>,
    options: Options,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) fn new(path: Arc<Path>, options: Options) -> Readers {
        Readers {
            path,
            options,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// A connection on one moment of the database: everything read with it agrees.
    pub(crate) fn snapshot(&self) -> Result<Snapshot<'_>, Error> {
        let idle = self.lock().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connection::open(&self.path, Role::Reader, &self.options)?,
        };
        // The first read takes the moment; while it can still meet a lock (a log being recovered, the
        // last process leaving), nothing of the caller's has run and it can be tried again.
        until_free(self.options.patience, || {
            if connection.is_autocommit() {
                connection.prepare_cached("BEGIN")?.execute([])?;
            }
            connection
                .prepare_cached("SELECT 1 FROM sqlite_schema LIMIT 1")?
                .exists([])
        })?;
        Ok(Snapshot {
            readers: self,
            connection: Some(connection),
            watched: false,
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_back(&self, connection: Connection) {
        let ended = connection
            .prepare_cached("ROLLBACK")
            .and_then(|mut end| end.execute([]));
        if ended.is_ok() && connection.is_autocommit() {
            let mut idle = self.lock();
            if idle.len() < self.options.readers {
                idle.push(connection);
            }
        }
    }
}

/// A connection on loan.
pub(crate) struct Snapshot<'r> {
    readers: &'r Readers,
    connection: Option<Connection>,
    watched: bool,
}

impl Snapshot<'_> {
    pub(crate) fn connection(&self) -> Result<&Connection, Error> {
        self.connection
            .as_ref()
            .ok_or(Error::Misused("the connection was given back"))
    }

    /// Ends the statements of this loan, the running one and those to come, once cancelled.
    pub(crate) fn end_with(&mut self, cancel: &Cancel) -> Result<(), Error> {
        let cancel = cancel.clone();
        if let Some(connection) = self.connection.as_mut() {
            self.watched = true;
            connection.progress_handler(STEPS, Some(move || cancel.is_cancelled()))?;
        }
        Ok(())
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            let none: Option<fn() -> bool> = None;
            if self.watched && connection.progress_handler(0, none).is_err() {
                return;
            }
            self.readers.give_back(connection);
        }
    }
}
