//! One attachment: the driver, the relay that it speaks through, and its transaction.

use super::errors::{During, NEXT_WAY, explain, hung_up};
use super::library;
use super::relay::{Closer, Relay, Target};
use crate::{ConnectOptions, Driver, Error, Result};
use bytes::Bytes;
use puente_core::Cancel;
use rsfbclient::managed::{DynLoad, NativeFbClient};
use rsfbclient::prelude::{
    TrDataAccessMode, TrIsolationLevel, TrLockResolution, TrRecordVersion, TransactionConfiguration,
};
use rsfbclient::{
    Charset, Column, Connection, Dialect, Execute, FbError, Queryable, RawValue, Row, RustFbClient,
    SqlType, charset,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// For all reading: sees only what is committed, never waits, and on servers before 4.0 holds no
/// garbage back, however long it stays open.
const READ: TransactionConfiguration = TransactionConfiguration {
    data_access: TrDataAccessMode::ReadOnly,
    isolation: TrIsolationLevel::ReadCommited(TrRecordVersion::RecordVersion),
    lock_resolution: TrLockResolution::NoWait,
};

/// For marks: never waits for whoever has the row.
const WRITE: TransactionConfiguration = TransactionConfiguration {
    data_access: TrDataAccessMode::ReadWrite,
    isolation: TrIsolationLevel::ReadCommited(TrRecordVersion::RecordVersion),
    lock_resolution: TrLockResolution::NoWait,
};

/// One instant of the whole database; holds garbage back while it is open.
const SNAPSHOT: TransactionConfiguration = TransactionConfiguration {
    data_access: TrDataAccessMode::ReadOnly,
    isolation: TrIsolationLevel::Concurrency,
    lock_resolution: TrLockResolution::NoWait,
};

/// Texts come as the bytes that are stored, each column in its own charset. What the driver decodes
/// by itself (only with the client library) goes through a charset in which no byte is lost.
const RAW: Charset = Charset {
    on_firebird: "NONE",
    on_rust: charset::ISO_8859_1.on_rust,
};

/// An attachment to a database.
pub(super) struct Wire {
    client: Client,
    relay: Relay,
    target: Target,
    /// `pure`, or where the client library is.
    pub driver: String,
    is_healthy: bool,
}

enum Client {
    Pure(Box<Connection<RustFbClient>>),
    Library(Box<Connection<NativeFbClient<DynLoad>>>),
    Gone,
}

impl Wire {
    /// Connects the way that the options say; with [`Driver::Auto`] by the client library when the
    /// built-in client can't.
    pub(super) fn open(options: &ConnectOptions, cancel: &Cancel) -> Result<Wire> {
        match &options.driver {
            Driver::Pure => open_pure(options, cancel).map_err(|refused| refused.error),
            Driver::ClientLibrary { path } => {
                let candidates = library::candidates(path.as_deref());
                open_any(options, cancel, &candidates).map_err(|refused| refused.error)
            }
            Driver::Auto => open_pure(options, cancel).or_else(|refused| {
                if !refused.asks_for_the_library(options) {
                    return Err(refused.error);
                }
                tracing::info!(refused = %refused.error, "trying the client library");
                let opened = open_any(options, cancel, &library::candidates(None));
                // Without a library, or when it is refused the same, the first answer counts.
                opened.map_err(|again| {
                    if again.says_more() {
                        again.error
                    } else {
                        refused.error
                    }
                })
            }),
        }
    }

    /// Sends a statement and hands every row to `visit`. After an error of the connection, or when
    /// `visit` ends it early, [`Wire::is_healthy`] is false.
    pub(super) fn rows(
        &mut self,
        text: &str,
        table: &str,
        visit: &mut dyn FnMut(&[RawValue]) -> Result<(), Stopped>,
    ) -> Result<()> {
        self.rows_of(text, &[], table, visit)
    }

    /// As [`Wire::rows`], with `values` for the question marks of the statement.
    pub(super) fn rows_of(
        &mut self,
        text: &str,
        values: &[SqlType],
        table: &str,
        visit: &mut dyn FnMut(&[RawValue]) -> Result<(), Stopped>,
    ) -> Result<()> {
        let closer = self.relay.closer();
        let mut stopped = false;
        closer.expect(true);
        let done = guarded(|| match &mut self.client {
            // Takes no values, and makes no text of what it reads.
            Client::Pure(connection) if values.is_empty() => connection.stream_raw(text, |row| {
                visit(row).map_err(|Stopped| {
                    stopped = true;
                    FbError::Other("stopped".to_owned())
                })
            }),
            Client::Pure(connection) => {
                stopped = each_row(connection.as_mut(), text, values, visit)?;
                Ok(())
            }
            Client::Library(connection) => {
                stopped = each_row(connection.as_mut(), text, values, visit)?;
                Ok(())
            }
            Client::Gone => Err(FbError::Other("not connected".to_owned())),
        });
        closer.expect(false);
        if stopped {
            // Rows that were not taken are on their way: the connection can't be used again.
            self.discard();
            return Ok(());
        }
        done.map_err(|error| self.explain(error, During::Statement { text, table }))
    }

    /// Begins a transaction that writes, and that waits for nobody.
    pub(super) fn begin_write(&mut self) -> Result<()> {
        self.transact("START TRANSACTION", |client| match client {
            Client::Pure(connection) => connection.begin_transaction_config(WRITE),
            Client::Library(connection) => connection.begin_transaction_config(WRITE),
            Client::Gone => Err(FbError::Other("not connected".to_owned())),
        })
    }

    /// Runs a statement that writes, and says how many rows it wrote.
    pub(super) fn write(&mut self, text: &str, values: &[SqlType], table: &str) -> Result<u64> {
        let closer = self.relay.closer();
        closer.expect(true);
        let done = guarded(|| match &mut self.client {
            Client::Pure(connection) => connection.execute(text, values.to_vec()),
            Client::Library(connection) => connection.execute(text, values.to_vec()),
            Client::Gone => Err(FbError::Other("not connected".to_owned())),
        });
        closer.expect(false);
        done.map(|rows| rows as u64)
            .map_err(|error| self.explain(error, During::Statement { text, table }))
    }

    /// Ends the transaction of [`Wire::begin_write`]: all of it, or nothing.
    pub(super) fn end_write(&mut self, keep: bool) -> Result<()> {
        let text = if keep { "COMMIT" } else { "ROLLBACK" };
        self.transact(text, |client| match (client, keep) {
            (Client::Pure(connection), true) => connection.commit(),
            (Client::Pure(connection), false) => connection.rollback(),
            (Client::Library(connection), true) => connection.commit(),
            (Client::Library(connection), false) => connection.rollback(),
            (Client::Gone, _) => Err(FbError::Other("not connected".to_owned())),
        })
    }

    /// Whether the connection can be used again.
    pub(super) fn is_healthy(&self) -> bool {
        self.is_healthy && self.relay.ended().is_none()
    }

    /// Ends the connection and tells when the driver waits for the server.
    pub(super) fn closer(&self) -> Closer {
        self.relay.closer()
    }

    /// Bytes from the server so far.
    pub(super) fn received(&self) -> u64 {
        self.relay.received()
    }

    /// Begins a transaction that sees one instant, and ends the connection after `limit`.
    pub(super) fn begin_snapshot(&mut self, limit: std::time::Duration) -> Result<()> {
        self.relay.set_limit(Some(limit));
        self.transact("START TRANSACTION", |client| match client {
            Client::Pure(connection) => connection.begin_transaction_config(SNAPSHOT),
            Client::Library(connection) => connection.begin_transaction_config(SNAPSHOT),
            Client::Gone => Err(FbError::Other("not connected".to_owned())),
        })
    }

    /// Ends the transaction of [`Wire::begin_snapshot`].
    pub(super) fn end_snapshot(&mut self) -> Result<()> {
        let ended = self.transact("COMMIT", |client| match client {
            Client::Pure(connection) => connection.commit(),
            Client::Library(connection) => connection.commit(),
            Client::Gone => Ok(()),
        });
        self.relay.set_limit(None);
        ended
    }

    fn transact(
        &mut self,
        text: &str,
        run: impl FnOnce(&mut Client) -> Result<(), FbError>,
    ) -> Result<()> {
        let closer = self.relay.closer();
        closer.expect(true);
        let done = guarded(|| run(&mut self.client));
        closer.expect(false);
        done.map_err(|error| self.explain(error, During::Statement { text, table: "" }))
    }

    fn explain(&mut self, error: FbError, during: During<'_>) -> Error {
        // What the server refuses leaves the connection as it was.
        let is_over = hung_up(&error) || !matches!(error, FbError::Sql { .. });
        if is_over {
            // The driver may see the end a moment before the relay has noted why.
            self.relay.settle();
        }
        let ended = self.relay.ended();
        if is_over {
            self.discard();
        }
        explain(error, ended, &self.target, during)
    }

    /// Closes the socket first, so that the driver's own goodbye can't wait for anything.
    fn discard(&mut self) {
        self.is_healthy = false;
        self.relay.closer().close();
        self.client.forget();
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.is_healthy() {
            // A goodbye that the server owes an answer to, for a moment.
            self.relay
                .set_limit(Some(std::time::Duration::from_secs(2)));
        } else {
            self.relay.closer().close();
        }
        self.client.forget();
    }
}

impl Client {
    fn forget(&mut self) {
        let client = std::mem::replace(self, Client::Gone);
        let _ = guarded(move || {
            drop(client);
            Ok(())
        });
    }
}

/// Whoever takes the rows has had enough.
#[derive(Debug)]
pub(super) struct Stopped;

fn open_pure(options: &ConnectOptions, cancel: &Cancel) -> Result<Wire, Refused> {
    open_with(options, cancel, "pure".to_owned(), |relay| {
        let mut builder = rsfbclient::builder_pure_rust();
        builder
            .host(relay.address().ip().to_string())
            .port(relay.address().port())
            .db_name(options.database.as_str())
            .user(options.user.as_str())
            .pass(options.password.expose().as_str())
            .charset(RAW)
            .dialect(dialect(options))
            .stmt_cache_size(1)
            .transaction(READ);
        if let Some(role) = &options.role {
            builder.role(role.as_str());
        }
        Ok(Client::Pure(Box::new(builder.connect()?)))
    })
}

fn open_any(
    options: &ConnectOptions,
    cancel: &Cancel,
    candidates: &[PathBuf],
) -> Result<Wire, Refused> {
    let mut missing = Error::ClientLibraryMissing {
        library: "fbclient".to_owned(),
        detail: "no place to look".to_owned(),
    };
    for candidate in candidates {
        match open_library(options, cancel, candidate) {
            Err(Refused {
                error: Error::ClientLibraryMissing { library, detail },
                ..
            }) => {
                missing = Error::ClientLibraryMissing { library, detail };
            }
            opened => return opened,
        }
    }
    Err(missing.into())
}

fn open_library(options: &ConnectOptions, cancel: &Cancel, path: &Path) -> Result<Wire, Refused> {
    let library = path.display().to_string();
    // The load is tried apart, because a library that isn't there is not an error of the server.
    let loaded = DynLoad {
        charset: RAW,
        lib_path: library.clone(),
    }
    .try_to_client();
    if let Err(error) = guarded(|| loaded.map(drop)) {
        let detail = error.to_string();
        return Err(Error::ClientLibraryMissing { library, detail }.into());
    }
    open_with(options, cancel, library.clone(), |relay| {
        let mut builder = rsfbclient::builder_native()
            .with_dyn_load(library)
            .with_remote();
        builder
            .host(relay.address().ip().to_string())
            .port(relay.address().port())
            .pass(options.password.expose().as_str())
            .db_name(options.database.as_str())
            .user(options.user.as_str())
            .charset(RAW)
            .dialect(dialect(options))
            .stmt_cache_size(1)
            .transaction(READ);
        if let Some(role) = &options.role {
            builder.role(role.as_str());
        }
        Ok(Client::Library(Box::new(builder.connect()?)))
    })
}

fn open_with(
    options: &ConnectOptions,
    cancel: &Cancel,
    driver: String,
    attach: impl FnOnce(&Relay) -> Result<Client, FbError>,
) -> Result<Wire, Refused> {
    let target = Target::of(options);
    let relay = Relay::dial(&target, cancel)?;
    let closer = relay.closer();
    closer.expect(true);
    let attached = guarded(|| attach(&relay));
    closer.expect(false);
    match attached {
        Ok(client) => {
            let Target { host, port, .. } = &target;
            tracing::debug!(host, port, database = options.database, driver, "attached");
            Ok(Wire {
                client,
                relay,
                target,
                driver,
                is_healthy: true,
            })
        }
        Err(error) => {
            relay.settle();
            let during = During::Connect {
                user: &options.user,
                path: &options.database,
            };
            let next_way = error.to_string().contains(NEXT_WAY);
            let error = explain(error, relay.ended(), &target, during);
            Err(Refused { error, next_way })
        }
    }
}

/// Why a connection was not made.
struct Refused {
    error: Error,
    /// The server offered another way to log in, which this client does not have.
    next_way: bool,
}

impl Refused {
    /// Whether the client library may succeed where the built-in client did not. The built-in one
    /// can't send a path with letters outside ASCII to a server on Windows.
    fn asks_for_the_library(&self, options: &ConnectOptions) -> bool {
        let other_ways = matches!(
            self.error,
            Error::AuthUnsupported { .. } | Error::EncryptionUnsupported { .. }
        );
        let other_path = matches!(self.error, Error::DatabaseNotFound { .. });
        self.next_way || other_ways || other_path && !options.database.is_ascii()
    }

    /// Whether the client library's answer tells more than that of the built-in client.
    fn says_more(&self) -> bool {
        !matches!(
            self.error,
            Error::ClientLibraryMissing { .. }
                | Error::AuthUnsupported { .. }
                | Error::EncryptionUnsupported { .. }
        )
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Refused {
            error,
            next_way: false,
        }
    }
}

fn dialect(options: &ConnectOptions) -> Dialect {
    if options.dialect == Some(1) {
        Dialect::D1
    } else {
        Dialect::D3
    }
}

/// Whether `visit` ended it early.
fn each_row(
    connection: &mut impl Queryable,
    text: &str,
    values: &[SqlType],
    visit: &mut dyn FnMut(&[RawValue]) -> Result<(), Stopped>,
) -> Result<bool, FbError> {
    for row in connection.query_iter::<_, Row>(text, values.to_vec())? {
        let row: Vec<RawValue> = row?.cols.into_iter().map(raw).collect();
        if visit(&row).is_err() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A value of the client library as the built-in client gives it.
fn raw(column: Column) -> RawValue {
    match column.value {
        SqlType::Text(text) => RawValue::Text(
            text.chars()
                .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
                .collect(),
        ),
        SqlType::Binary(bytes) => RawValue::Text(Bytes::from(bytes)),
        SqlType::Integer(value) => RawValue::Integer(value),
        SqlType::Int128(value) => RawValue::Int128(value),
        SqlType::Floating(value) => RawValue::Floating(value),
        SqlType::Timestamp(value) => RawValue::Timestamp(value),
        SqlType::Boolean(value) => RawValue::Boolean(value),
        SqlType::Null => RawValue::Null,
    }
}

/// The driver panics on some answers that no server gives; something else than a server may.
fn guarded<T>(run: impl FnOnce() -> Result<T, FbError>) -> Result<T, FbError> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        Err(FbError::Other(
            "the driver panicked on the answer".to_owned(),
        ))
    })
}
