//! SQL Server behind [`crate::SourceDb`].

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "the driver's enums are not ours, and grow"
)]

mod browser;
mod catalog;
mod decode;
mod errors;
mod greeting;
mod pump;
mod records;
mod sql;
mod summary;
mod trust;
mod tunnel;
mod wire;

use crate::{
    ChangesBy, Chunk, Condition, ConnectOptions, Error, Flow, Group, GroupRequest, LiveSchema,
    Mark, RangeSums, RangesRequest, Result, Scan, ServerInfo, SourceDb, StatementLog, Totals,
    TotalsRequest, source,
};
use catalog::{Catalog, Facts, RealTable, whole, wide};
use puente_core::Cancel;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tiberius::Row;
use wire::Wire;

/// Attempts of a short statement that meets a lock or loses a deadlock.
const ATTEMPTS: u32 = 3;
/// Between two of them.
const PAUSE: Duration = Duration::from_millis(200);
/// The version of change tracking where there is none.
const NOT_TRACKED: i64 = -1;

/// Connects and asks the server what it is.
pub(crate) fn connect(
    options: &ConnectOptions,
    cancel: &Cancel,
    log: Arc<dyn StatementLog>,
) -> Result<Box<dyn SourceDb>> {
    Ok(Box::new(open(options, cancel, log)?))
}

/// As [`connect`], for records.
pub(crate) fn connect_records(
    options: &ConnectOptions,
    cancel: &Cancel,
    log: Arc<dyn StatementLog>,
) -> Result<Box<dyn crate::RecordDb>> {
    Ok(Box::new(open(options, cancel, log)?))
}

fn open(
    options: &ConnectOptions,
    cancel: &Cancel,
    log: Arc<dyn StatementLog>,
) -> Result<SqlServer> {
    let mut database = SqlServer {
        options: options.clone(),
        cancel: cancel.clone(),
        log,
        wire: None,
        facts: None,
        catalog: None,
        in_snapshot: false,
        replaced: 0,
    };
    database.facts()?;
    Ok(database)
}

/// A database of SQL Server.
struct SqlServer {
    options: ConnectOptions,
    cancel: Cancel,
    log: Arc<dyn StatementLog>,
    /// `None` until the first statement, and after a connection that can't be used again.
    wire: Option<Wire>,
    facts: Option<Arc<Facts>>,
    catalog: Option<Arc<Catalog>>,
    in_snapshot: bool,
    replaced: u64,
}

impl SourceDb for SqlServer {
    fn info(&mut self) -> Result<ServerInfo> {
        Ok(self.facts()?.info.clone())
    }

    fn schema(&mut self) -> Result<LiveSchema> {
        Ok(self.catalog()?.live.clone())
    }

    fn changes_by(&mut self) -> Result<ChangesBy> {
        let catalog = self.catalog()?;
        let wanted = self.options.changes;
        let found = catalog.changes_by(wanted, &self.options.sql_server.watched);
        found.map_err(|lacking| Error::ChangesUnavailable {
            method: wanted.as_str(),
            lacking: lacking.join(", "),
        })
    }

    fn mark(&mut self) -> Result<Option<Mark>> {
        if self.changes_by()? == ChangesBy::Overlap {
            return Ok(None);
        }
        self.now().map(Some)
    }

    fn key_bounds(&mut self, table: &str, column: &str) -> Result<Option<(i64, i64)>> {
        summary::key_bounds(self, table, column)
    }

    fn stream(&mut self, scan: &Scan, sink: &mut dyn FnMut(&Chunk) -> Result<Flow>) -> Result<u64> {
        pump::stream(self, scan, sink)
    }

    fn totals(&mut self, request: &TotalsRequest) -> Result<Totals> {
        summary::totals(self, request)
    }

    fn ranges(&mut self, request: &RangesRequest) -> Result<Vec<RangeSums>> {
        summary::ranges(self, request)
    }

    fn grouped(&mut self, request: &GroupRequest) -> Result<Vec<Group>> {
        summary::grouped(self, request)
    }

    fn snapshot(
        &mut self,
        limit: Duration,
        work: &mut dyn FnMut(&mut dyn SourceDb) -> Result<()>,
    ) -> Result<()> {
        if self.in_snapshot {
            return Err(Error::Internal("a snapshot inside a snapshot".to_owned()));
        }
        // Before, so that neither comes out of the limit.
        let isolated = self.facts()?.snapshots;
        self.catalog()?;
        self.with_wire(|wire| wire.begin_snapshot(isolated, limit))?;
        self.in_snapshot = true;
        let worked = work(self);
        self.in_snapshot = false;
        let ended = match &mut self.wire {
            Some(wire) if wire.is_healthy() => wire.end_snapshot(isolated),
            Some(_) | None => Ok(()),
        };
        worked.and(ended)
    }

    fn replaced_texts(&self) -> u64 {
        self.replaced
    }
}

impl SqlServer {
    /// Runs `work` on the connection, which is made first if there is none that can be used.
    fn with_wire<T>(&mut self, work: impl FnOnce(&mut Wire) -> Result<T>) -> Result<T> {
        self.cancel.check()?;
        if !self.wire.as_ref().is_some_and(Wire::is_healthy) {
            if self.in_snapshot {
                return Err(Error::ConnectionLost {
                    host: self.options.named_host(),
                    port: self.options.port,
                    detail: "inside a snapshot".to_owned(),
                });
            }
            // What was known may be of another copy of the database now.
            (self.wire, self.facts, self.catalog) = (None, None, None);
            let mut wire = Wire::open(&self.options, &self.cancel)?;
            let facts = catalog::facts(&mut wire, &self.options.database)?;
            // Neither takes locks that last: row versions where the database keeps them, else each
            // row's for as long as it is read.
            let level = if facts.snapshots {
                "SNAPSHOT"
            } else {
                "READ COMMITTED"
            };
            wire.order(&format!("SET TRANSACTION ISOLATION LEVEL {level}"))?;
            self.facts = Some(Arc::new(facts));
            self.wire = Some(wire);
        }
        match &mut self.wire {
            Some(wire) => work(wire),
            None => Err(Error::Internal("no connection".to_owned())),
        }
    }

    fn facts(&mut self) -> Result<Arc<Facts>> {
        self.with_wire(|_| Ok(()))?;
        let facts = self.facts.clone();
        facts.ok_or_else(|| Error::Internal("a connection without facts".to_owned()))
    }

    fn catalog(&mut self) -> Result<Arc<Catalog>> {
        if let Some(catalog) = &self.catalog {
            return Ok(Arc::clone(catalog));
        }
        let mut read = catalog::read(&mut |text| self.all(text, "sys.objects"))?;
        read.prefer(self.options.changes);
        let catalog = Arc::new(read);
        self.catalog = Some(Arc::clone(&catalog));
        Ok(catalog)
    }

    /// Where the database is now: the version of change tracking, and the oldest row version that is
    /// not committed yet.
    fn now(&mut self) -> Result<Mark> {
        let text =
            "SELECT CHANGE_TRACKING_CURRENT_VERSION(),CAST(MIN_ACTIVE_ROWVERSION() AS BIGINT)";
        let rows = self.all(text, "CHANGE_TRACKING")?;
        let row = rows
            .first()
            .ok_or_else(|| Error::Internal("a mark without a row".to_owned()))?;
        let facts = self.facts()?;
        let database = format!("{} {}", self.options.database, facts.info.created_at);
        // Before every version of a tracking that is turned on later.
        let tracked = wide(row, 0).map_or(NOT_TRACKED, |_| whole(row, 0));
        Ok(Mark::new(tracked, database).with_row_version(Some(whole(row, 1))))
    }

    /// Refuses a mark of another copy of the database, of a later time than this copy has seen, or
    /// from before what change tracking still keeps of a table.
    fn check_marks<'a>(
        &mut self,
        table: &str,
        marks: impl Iterator<Item = &'a Mark>,
    ) -> Result<()> {
        for given in marks {
            let now = self.now()?;
            let untracked = now.transaction() == NOT_TRACKED;
            if untracked && given.transaction() > NOT_TRACKED && !self.has_row_version(table)? {
                return Err(Error::ChangesForgotten {
                    table: table.to_owned(),
                });
            }
            let later = (!untracked && given.transaction() > now.transaction())
                || given.row_version() > now.row_version();
            if !now.same_database(given) || later {
                return Err(Error::Restored {
                    path: self.options.database.clone(),
                });
            }
            self.check_kept(table, given)?;
        }
        Ok(())
    }

    fn has_row_version(&mut self, table: &str) -> Result<bool> {
        let catalog = self.catalog()?;
        Ok(catalog.table(table)?.1.row_version.is_some())
    }

    /// Without a complaint the server answers from what is left after a cleaning.
    fn check_kept(&mut self, table: &str, mark: &Mark) -> Result<()> {
        let catalog = self.catalog()?;
        let (
            _,
            RealTable {
                tracked: true, id, ..
            },
        ) = catalog.table(table)?
        else {
            return Ok(());
        };
        let text = format!(
            "SELECT t.[min_valid_version] FROM [sys].[change_tracking_tables] t \
             WHERE t.[object_id]={id}"
        );
        let rows = self.all(&text, table)?;
        match rows.first() {
            Some(row) if whole(row, 0) <= mark.transaction() => Ok(()),
            Some(_) | None => Err(Error::ChangesForgotten {
                table: table.to_owned(),
            }),
        }
    }

    /// Again after reading: where statements are not of one moment, a cleaning may have come between.
    fn check_marks_after<'a>(
        &mut self,
        table: &str,
        marks: impl Iterator<Item = &'a Mark>,
    ) -> Result<()> {
        for mark in marks {
            self.check_kept(table, mark)?;
        }
        Ok(())
    }

    /// All rows of a small answer, logged. Outside a snapshot it is asked again when a lock was met.
    fn all(&mut self, text: &str, table: &str) -> Result<Vec<Row>> {
        let mut attempt = 1;
        loop {
            let mut rows = Vec::new();
            let done = self.logged(text, |wire| {
                wire.rows(text, table, &mut |row| {
                    rows.push(row);
                    Ok(())
                })?;
                Ok(rows.len() as u64)
            });
            match done {
                Err(error)
                    if errors::is_passing(&error) && !self.in_snapshot && attempt < ATTEMPTS =>
                {
                    attempt += 1;
                    self.cancel.sleep(PAUSE)?;
                }
                done => return done.map(|_| rows),
            }
        }
    }

    /// Runs one statement and tells the log. `run` says how many rows came.
    fn logged(&mut self, text: &str, run: impl FnOnce(&mut Wire) -> Result<u64>) -> Result<u64> {
        let log = Arc::clone(&self.log);
        let database = self.options.database.clone();
        self.with_wire(|wire| {
            let (started, before) = (Instant::now(), wire.received());
            let done = run(wire);
            let bytes = wire.received() - before;
            source::tell(&*log, &database, text, started.elapsed(), bytes, &done);
            done
        })
    }
}

/// The filter with its list of keys or ranges cut into lists that a server takes.
fn batches(filter: &[Condition]) -> Result<Vec<Vec<Condition>>> {
    crate::scan::batches(filter, sql::IN_LIST, sql::RANGES)
}
