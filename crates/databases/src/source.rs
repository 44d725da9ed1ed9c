//! The one trait that source databases are behind.

use crate::{
    ChangeMethod, ChangesBy, Chunk, Flow, Group, GroupRequest, LiveSchema, Mark, RangeSums,
    RangesRequest, Result, Scan, ServerInfo, Totals, TotalsRequest,
};
use puente_core::{Cancel, Coded, Secret};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A connection to one database. Reading only, never waiting for a lock, one attachment.
///
/// Outside [`SourceDb::snapshot`] every statement is a transaction of its own that sees what is
/// committed when it begins. A statement that is ended early (by [`Flow::Stop`], an error of the
/// receiver or a cancel) costs the connection; the next call makes a new one.
pub trait SourceDb: Send {
    /// What the server says about itself and the database.
    ///
    /// # Errors
    /// Those of the connection.
    fn info(&mut self) -> Result<ServerInfo>;

    /// Tables and views with their columns. Kept after the first call.
    ///
    /// # Errors
    /// Those of the connection.
    fn schema(&mut self) -> Result<LiveSchema>;

    /// How rows that changed are found: as [`ConnectOptions::changes`] wants it.
    ///
    /// # Errors
    /// Those of the connection; [`crate::Error::ChangesUnavailable`] when the database lacks what is
    /// wanted.
    fn changes_by(&mut self) -> Result<ChangesBy>;

    /// Where the database is now, for finding later what changed since. To be read before the rows
    /// are. `None` when changed rows are not told by the server: [`ChangesBy::Overlap`].
    ///
    /// # Errors
    /// As [`SourceDb::changes_by`].
    fn mark(&mut self) -> Result<Option<Mark>>;

    /// Smallest and greatest value of a whole-number column; `None` without rows. Quick on the
    /// first column of an index, a scan of the table otherwise.
    ///
    /// # Errors
    /// Those of the connection; [`crate::Error::Missing`].
    fn key_bounds(&mut self, table: &str, column: &str) -> Result<Option<(i64, i64)>>;

    /// Hands the rows to `sink`, chunk by chunk, and says how many there were. The chunk is used
    /// again for the next rows.
    ///
    /// # Errors
    /// Those of the connection; [`crate::Error::Missing`], [`crate::Error::InvalidText`],
    /// [`crate::Error::NumberOverflow`]; what `sink` answers.
    fn stream(&mut self, scan: &Scan, sink: &mut dyn FnMut(&Chunk) -> Result<Flow>) -> Result<u64>;

    /// Counts and sums, and on request the keys of changed rows, in one pass of the server.
    ///
    /// # Errors
    /// Those of the connection; [`crate::Error::Missing`], [`crate::Error::NumberOverflow`],
    /// [`crate::Error::Restored`], [`crate::Error::ChangesForgotten`].
    fn totals(&mut self, request: &TotalsRequest) -> Result<Totals>;

    /// Counts and sums range by range, [`RangesRequest::count`] of them, in their order.
    ///
    /// # Errors
    /// As [`SourceDb::totals`].
    fn ranges(&mut self, request: &RangesRequest) -> Result<Vec<RangeSums>>;

    /// Lines joined to their documents by the server, grouped by document type and month.
    ///
    /// # Errors
    /// As [`SourceDb::totals`].
    fn grouped(&mut self, request: &GroupRequest) -> Result<Vec<Group>>;

    /// Runs `work` inside one transaction that sees the database as it is at its beginning. After
    /// `limit` the transaction is ended from outside and `work` fails with
    /// [`crate::Error::Timeout`], so that the server's garbage is not held for long.
    ///
    /// # Errors
    /// What `work` answers; those of the connection.
    fn snapshot(
        &mut self,
        limit: Duration,
        work: &mut dyn FnMut(&mut dyn SourceDb) -> Result<()>,
    ) -> Result<()>;

    /// Texts so far in which bytes were replaced; see [`InvalidText::Replace`].
    fn replaced_texts(&self) -> u64;
}

/// Connects.
///
/// # Errors
/// Every way in which a connection fails has its own variant of [`crate::Error`].
pub fn connect(
    options: &ConnectOptions,
    cancel: &Cancel,
    log: Arc<dyn StatementLog>,
) -> Result<Box<dyn SourceDb>> {
    match options.engine {
        Engine::Firebird => crate::firebird::connect(options, cancel, log),
        Engine::SqlServer => crate::sqlserver::connect(options, cancel, log),
    }
}

/// Kinds of database servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// Firebird 2.5 to 5.0.
    Firebird,
    /// SQL Server 2008 to 2022.
    SqlServer,
}

/// How a connection to SQL Server is encrypted. Never less than what is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "SqlEncryption")]
pub enum Encryption {
    /// Everything (TDS 7, TLS 1.2).
    #[default]
    Required,
    /// Everything, from the first byte on (TDS 8, TLS 1.3; SQL Server 2022).
    Strict,
    /// The login only; rows travel in the clear, unless the server demands more.
    LoginOnly,
    /// Nothing: the password travels in the clear as well.
    Off,
}

impl Encryption {
    /// The one of that stable name: `login_only`.
    pub fn parse(name: &str) -> Option<Encryption> {
        Some(match name {
            "required" => Encryption::Required,
            "strict" => Encryption::Strict,
            "login_only" => Encryption::LoginOnly,
            "off" => Encryption::Off,
            _ => return None,
        })
    }
}

/// What only SQL Server has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlServerOptions {
    /// How the connection is encrypted.
    pub encryption: Encryption,
    /// A named instance, whose port SQL Browser tells. Only asked when the port is 0.
    pub instance: Option<String>,
    /// UDP port of SQL Browser.
    pub browser_port: u16,
    /// File (PEM) of authorities that are trusted besides those of the system.
    pub authority: Option<PathBuf>,
    /// The name that the certificate is to be for, where it is not the host's: behind a VPN.
    pub certificate_host: Option<String>,
    /// SHA-256 of the one certificate that is trusted, in hexadecimal.
    pub pin: Option<String>,
    /// Log in as the Windows user of this process. On Windows only.
    pub integrated: bool,
    /// Tables of which changes will be asked; those that the database lacks are passed over.
    pub watched: Vec<String>,
}

impl Default for SqlServerOptions {
    fn default() -> Self {
        SqlServerOptions {
            encryption: Encryption::default(),
            instance: None,
            browser_port: 1434,
            authority: None,
            certificate_host: None,
            pin: None,
            integrated: false,
            watched: Vec::new(),
        }
    }
}

/// How to reach a database.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    /// Kind of server.
    pub engine: Engine,
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// The way there, when it is not the network's own.
    pub via: Option<Via>,
    /// Path as the server sees it, or alias; with SQL Server its name.
    pub database: String,
    /// User.
    pub user: String,
    /// Its password.
    pub password: Secret,
    /// Role to take on.
    pub role: Option<String>,
    /// Charset of texts that the database keeps without one (`NONE`): `WIN1252`, `ISO8859_1`, `UTF8`.
    pub charset: String,
    /// What to do with bytes that the charset doesn't have.
    pub invalid_text: InvalidText,
    /// SQL dialect of statements; `None` takes the database's.
    pub dialect: Option<u8>,
    /// Limits of waiting.
    pub timeouts: Timeouts,
    /// Which client speaks to the server.
    pub driver: Driver,
    /// How rows that changed are to be found.
    pub changes: ChangeMethod,
    /// What only SQL Server has.
    pub sql_server: SqlServerOptions,
}

/// A way to a server other than its own address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    /// Where the connection is made.
    pub address: SocketAddr,
    /// What people call it: `VPN oficina`. It stands beside the host in what goes wrong.
    pub name: String,
}

impl ConnectOptions {
    /// The host as errors name it: with the way there, and never as that way's own address.
    pub(crate) fn named_host(&self) -> String {
        match &self.via {
            Some(via) => format!("{} ({})", self.host, via.name),
            None => self.host.clone(),
        }
    }

    /// A database on a SQL Server, everything else at its default.
    pub fn sql_server(
        host: impl Into<String>,
        port: u16,
        database: impl Into<String>,
        user: impl Into<String>,
        password: Secret,
    ) -> Self {
        ConnectOptions {
            engine: Engine::SqlServer,
            ..ConnectOptions::firebird(host, port, database, user, password)
        }
    }

    /// A database on a Firebird server, everything else at its default.
    pub fn firebird(
        host: impl Into<String>,
        port: u16,
        database: impl Into<String>,
        user: impl Into<String>,
        password: Secret,
    ) -> Self {
        ConnectOptions {
            engine: Engine::Firebird,
            host: host.into(),
            port,
            via: None,
            database: database.into(),
            user: user.into(),
            password,
            role: None,
            charset: "WIN1252".to_owned(),
            invalid_text: InvalidText::Refuse,
            dialect: None,
            timeouts: Timeouts::default(),
            driver: Driver::Auto,
            changes: ChangeMethod::Auto,
            sql_server: SqlServerOptions::default(),
        }
    }
}

/// Limits of waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeouts {
    /// For reaching the server (all its addresses together) and for its first answer.
    pub connect: Duration,
    /// For any answer while the server owes one. A server that is gone is found sooner, by
    /// keep-alive.
    pub answer: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(300),
        }
    }
}

/// What to do with a text whose bytes are not of its charset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvalidText {
    /// Fail and say where it is.
    #[default]
    Refuse,
    /// Put U+FFFD in their place and count the text.
    Replace,
}

/// Which client speaks to the server.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Driver {
    /// The built-in one; the client library when the server asks for what the built-in one lacks and
    /// the library is found.
    #[default]
    Auto,
    /// Only the built-in one.
    Pure,
    /// The server maker's client library.
    ClientLibrary {
        /// Where it is; `None` looks in the usual places.
        path: Option<PathBuf>,
    },
}

/// Is told every statement that is sent to a server.
pub trait StatementLog: Send + Sync {
    /// A statement has ended.
    fn ended(&self, statement: &StatementRecord<'_>);
}

/// A statement that was sent.
#[derive(Debug, Clone, Copy)]
pub struct StatementRecord<'a> {
    /// Database as given in the options.
    pub database: &'a str,
    /// The whole text. Its values are whole numbers and dates, never a person's text.
    pub text: &'a str,
    /// From sending to the last row.
    pub duration: Duration,
    /// Rows that came.
    pub rows: u64,
    /// Bytes that came, as they were on the wire.
    pub bytes: u64,
    /// Stable name of the error that ended it.
    pub error: Option<&'static str>,
}

/// Tells the log of a statement: `done` says how many rows came, or why none did.
pub(crate) fn tell(
    log: &dyn StatementLog,
    database: &str,
    text: &str,
    duration: Duration,
    bytes: u64,
    done: &Result<u64>,
) {
    log.ended(&StatementRecord {
        database,
        text,
        duration,
        rows: done.as_ref().copied().unwrap_or(0),
        bytes,
        error: done.as_ref().err().map(|error| error.code().as_str()),
    });
}

/// Nobody wants to know.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoStatementLog;

impl StatementLog for NoStatementLog {
    fn ended(&self, _: &StatementRecord<'_>) {}
}

impl<F: Fn(&StatementRecord<'_>) + Send + Sync> StatementLog for F {
    fn ended(&self, statement: &StatementRecord<'_>) {
        self(statement);
    }
}
