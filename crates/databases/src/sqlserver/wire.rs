//! One connection: the driver, the tunnel that it speaks through, and its transaction.

use super::browser;
use super::errors::{During, explain};
use super::tunnel::{Ended, Protection, Shared, Tunnel};
use crate::firebird::Target;
use crate::{ConnectOptions, Error, InvalidText, Result, Value};
use puente_core::Cancel;
use puente_core::cancel::CancelGuard;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tiberius::{AuthMethod, Client, Config, QueryItem, Row, ToSql};

/// Nothing is waited for longer than this on the ERP's locks, and in a deadlock it is Puente who gives
/// way.
const MANNERS: &str = "SET LOCK_TIMEOUT 5000;SET DEADLOCK_PRIORITY LOW;";

/// Whoever takes the rows wants no more.
#[derive(Debug)]
pub(super) struct Stopped;

fn to_sql(value: &Value) -> &dyn ToSql {
    match value {
        Value::Int(number) => number,
        Value::Text(text) => text,
    }
}

/// A connection to a database.
pub(super) struct Wire {
    client: Client<Tunnel>,
    shared: Arc<Shared>,
    target: Target,
    pub protection: Protection,
    is_healthy: bool,
    /// Ends the thread that watches the limit of a snapshot.
    limit: Option<Sender<()>>,
    _on_cancel: CancelGuard,
}

/// Runs a future whose every wait is a blocking read or write of the tunnel.
fn run<T>(future: impl Future<Output = T>) -> Result<T> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    // A few turns may be the driver giving way to others; there is nobody to give way to.
    for _ in 0..10_000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return Ok(value);
        }
    }
    Err(Error::Internal("the driver waits for nothing".to_owned()))
}

impl Wire {
    /// Connects, logs in, and minds its manners.
    pub(super) fn open(options: &ConnectOptions, cancel: &Cancel) -> Result<Wire> {
        let set = &options.sql_server;
        let mut target = Target::of(options);
        if let (Some(instance), 0) = (&set.instance, options.port) {
            let limit = target.connect;
            target.port =
                browser::port_of(&options.host, set.browser_port, instance, limit, cancel)?;
        }
        let auth = authentication(options)?;
        let (tunnel, shared, protection) = Tunnel::open(&target, set, cancel)?;
        let closer = Arc::clone(&shared);
        let on_cancel = cancel.on_cancel(move || closer.end(Ended::Cancelled));
        let mut config = Config::new();
        config.host(&options.host);
        config.port(target.port);
        config.database(&options.database);
        config.application_name("Puente");
        config.authentication(auth);
        config.packet_size(32_767);
        config.lossy_utf16_decoding(options.invalid_text == InvalidText::Replace);
        // The limits are the socket's: a byte within so many seconds, for as long as an answer takes.
        config.handshake_timeout(None);
        config.command_timeout(None);
        let during = During::Connect {
            user: &options.user,
            database: &options.database,
        };
        let client = run(Client::connect(config, tunnel))?
            .map_err(|error| explain(&error, shared.ended(), &target, during))?;
        Tunnel::wait_longer(&shared, target.answer)
            .map_err(|error| Error::Internal(error.to_string()))?;
        let mut wire = Wire {
            client,
            shared,
            target,
            protection,
            is_healthy: true,
            limit: None,
            _on_cancel: on_cancel,
        };
        wire.order(MANNERS)?;
        Ok(wire)
    }

    /// Whether it can be used again.
    pub(super) fn is_healthy(&self) -> bool {
        self.is_healthy && self.shared.ended().is_none()
    }

    /// Bytes that came so far.
    pub(super) fn received(&self) -> u64 {
        self.shared.received()
    }

    /// For ending it from another thread.
    pub(super) fn closer(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    /// A statement without rows.
    pub(super) fn order(&mut self, text: &str) -> Result<()> {
        self.rows(text, "", &mut |_| Ok(()))
    }

    /// Runs a statement and hands over its rows.
    pub(super) fn rows(
        &mut self,
        text: &str,
        table: &str,
        take: &mut dyn FnMut(Row) -> std::result::Result<(), Stopped>,
    ) -> Result<()> {
        self.ask(text, &[], table, take)
    }

    /// As [`Wire::rows`], with the values of `@P1`, `@P2`...
    pub(super) fn ask(
        &mut self,
        text: &str,
        values: &[Value],
        table: &str,
        take: &mut dyn FnMut(Row) -> std::result::Result<(), Stopped>,
    ) -> Result<()> {
        let mut stopped = false;
        let client = &mut self.client;
        let given: Vec<&dyn ToSql> = values.iter().map(to_sql).collect();
        let done = run(async {
            use futures_util::TryStreamExt as _;
            let mut stream = match given.is_empty() {
                true => client.simple_query(text).await?,
                false => client.query(text, &given).await?,
            };
            while let Some(item) = stream.try_next().await? {
                if let QueryItem::Row(row) = item
                    && take(row).is_err()
                {
                    stopped = true;
                    break;
                }
            }
            Ok::<(), tiberius::error::Error>(())
        })?;
        if stopped {
            self.is_healthy = false;
            self.shared.close();
            return Ok(());
        }
        done.map_err(|error| self.failed(&error, text, table))
    }

    /// Runs a statement that writes, and says how many rows it wrote.
    pub(super) fn write(&mut self, text: &str, values: &[Value], table: &str) -> Result<u64> {
        let given: Vec<&dyn ToSql> = values.iter().map(to_sql).collect();
        let client = &mut self.client;
        run(async { client.execute(text, &given).await })?
            .map(|done| done.rows_affected().iter().sum())
            .map_err(|error| self.failed(&error, text, table))
    }

    fn failed(&mut self, error: &tiberius::error::Error, text: &str, table: &str) -> Error {
        if !matches!(error, tiberius::error::Error::Server(_)) {
            self.is_healthy = false;
            self.shared.close();
        }
        let during = During::Statement { text, table };
        explain(error, self.shared.ended(), &self.target, during)
    }

    /// From here on every statement sees the database as it is at the first of them. After `limit`
    /// the connection is closed from outside.
    pub(super) fn begin_snapshot(&mut self, isolated: bool, limit: Duration) -> Result<()> {
        if isolated {
            self.order("BEGIN TRANSACTION")?;
        }
        let (ended, watched) = mpsc::channel::<()>();
        let closer = self.closer();
        std::thread::Builder::new()
            .name("snapshot".to_owned())
            .spawn(move || {
                if watched.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
                    closer.end(Ended::Limit(limit.as_secs()));
                }
            })
            .map_err(|error| Error::Internal(format!("no thread: {error}")))?;
        self.limit = Some(ended);
        Ok(())
    }

    /// Back to statements of their own.
    pub(super) fn end_snapshot(&mut self, isolated: bool) -> Result<()> {
        self.limit = None;
        if isolated {
            self.order("IF @@TRANCOUNT > 0 COMMIT TRANSACTION")?;
        }
        Ok(())
    }
}

#[cfg(windows)]
fn authentication(options: &ConnectOptions) -> Result<AuthMethod> {
    if options.sql_server.integrated {
        return Ok(AuthMethod::Integrated);
    }
    Ok(AuthMethod::sql_server(
        &options.user,
        options.password.expose(),
    ))
}

#[cfg(not(windows))]
fn authentication(options: &ConnectOptions) -> Result<AuthMethod> {
    if options.sql_server.integrated {
        let detail = "integrated security is there on Windows only".to_owned();
        return Err(Error::AuthUnsupported { detail });
    }
    Ok(AuthMethod::sql_server(
        &options.user,
        options.password.expose(),
    ))
}
