//! A private server with one database, and how to read from it.

use puente_core::Cancel;
use puente_databases::{
    Chunk, Column, ConnectOptions, Driver, Error, Flow, NoStatementLog, Result, Scan, SourceDb,
    Timeouts, connect,
};
use puente_sandbox::{Access, Dialect, FirebirdServer, ServerOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

pub struct World {
    pub server: FirebirdServer,
    pub database: PathBuf,
    pub dialect: Dialect,
    pub folder: TempDir,
}

impl World {
    /// A server and an empty database of dialect 3 and charset NONE.
    pub fn new() -> World {
        World::with(ServerOptions::default(), Dialect::Three, "NONE")
    }

    pub fn with(options: ServerOptions, dialect: Dialect, charset: &str) -> World {
        let folder = tempfile::tempdir().unwrap();
        let server = FirebirdServer::start(&folder.path().join("server"), options).unwrap();
        let database = folder.path().join("one.fdb");
        server
            .access()
            .create_database(&database, dialect, charset)
            .unwrap();
        World {
            server,
            database,
            dialect,
            folder,
        }
    }

    pub fn access(&self) -> &Access {
        self.server.access()
    }

    /// Runs a script as the administrator; texts are the bytes they are.
    pub fn run(&self, script: impl AsRef<[u8]>) -> Vec<u8> {
        let isql = self.server.isql().dialect(self.dialect);
        isql.run(Some(&self.server.address(&self.database)), script.as_ref())
            .unwrap()
    }

    /// One text column of a query.
    pub fn column(&self, query: &str) -> Vec<String> {
        let isql = self.server.isql().dialect(self.dialect);
        isql.column(&self.server.address(&self.database), query)
            .unwrap()
    }

    pub fn options(&self) -> ConnectOptions {
        options(&self.server, &self.database)
    }

    pub fn open(&self) -> Box<dyn SourceDb> {
        open(&self.options())
    }
}

pub fn options(server: &FirebirdServer, database: &Path) -> ConnectOptions {
    let mut options = ConnectOptions::firebird(
        server.host(),
        server.port(),
        database.display().to_string(),
        server.user(),
        server.password().clone(),
    );
    options.driver = Driver::Pure;
    options.timeouts = Timeouts {
        connect: Duration::from_secs(5),
        answer: Duration::from_secs(30),
    };
    options
}

pub fn open(options: &ConnectOptions) -> Box<dyn SourceDb> {
    try_open(options).unwrap()
}

pub fn try_open(options: &ConnectOptions) -> Result<Box<dyn SourceDb>> {
    connect(options, &Cancel::new(), Arc::new(NoStatementLog))
}

/// The error of a connection that must not succeed.
pub fn refused(options: &ConnectOptions) -> Error {
    match try_open(options) {
        Ok(_) => panic!("it connected"),
        Err(error) => error,
    }
}

/// All rows as texts, sorted; NULL is `-`.
pub fn rows(database: &mut dyn SourceDb, scan: &Scan) -> Vec<String> {
    try_rows(database, scan).unwrap()
}

pub fn try_rows(database: &mut dyn SourceDb, scan: &Scan) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let count = database.stream(scan, &mut |chunk| {
        lines.extend(texts(chunk));
        Ok(Flow::Continue)
    })?;
    assert_eq!(
        count,
        lines.len() as u64,
        "what it counts is what it hands over"
    );
    lines.sort();
    Ok(lines)
}

pub fn texts(chunk: &Chunk) -> Vec<String> {
    assert!(
        chunk
            .columns
            .iter()
            .all(|column| column.len() == chunk.rows)
    );
    let value = |column: &Column, row: usize| match column.text(row) {
        Some(text) => text.to_owned(),
        None => column
            .number(row)
            .map_or("-".to_owned(), |number| number.to_string()),
    };
    let line = |row| {
        chunk
            .columns
            .iter()
            .map(|column| value(column, row))
            .collect::<Vec<_>>()
    };
    (0..chunk.rows).map(|row| line(row).join("|")).collect()
}
