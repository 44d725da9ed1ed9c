//! Firebird behind [`crate::SourceDb`].

mod catalog;
mod decode;
mod errors;
mod library;
mod pump;
mod records;
mod relay;
mod sql;
mod summary;
mod sums;
mod wire;

pub(crate) use relay::{Target, dial, prepare};

use crate::charset::Charset;
use crate::{
    ChangeMethod, ChangesBy, Chunk, Condition, ConnectOptions, Error, Flow, Group, GroupRequest,
    LiveSchema, LiveTable, Mark, RangeSums, RangesRequest, Result, Scan, ServerInfo, SourceDb,
    StatementLog, Totals, TotalsRequest, source,
};
use catalog::Facts;
use puente_core::Cancel;
use rsfbclient::RawValue;
use sql::Ways;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wire::{Stopped, Wire};

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

fn open(options: &ConnectOptions, cancel: &Cancel, log: Arc<dyn StatementLog>) -> Result<Firebird> {
    let Some(charset) = Charset::parse(&options.charset) else {
        let reason = format!("charset {:?} is not known", options.charset);
        return Err(puente_core::Error::invalid("charset", reason).into());
    };
    let mut database = Firebird {
        options: options.clone(),
        cancel: cancel.clone(),
        log,
        charset,
        wire: None,
        facts: None,
        schema: None,
        written: HashSet::new(),
        in_snapshot: false,
        replaced: 0,
    };
    database.facts()?;
    Ok(database)
}

/// A database of Firebird.
struct Firebird {
    options: ConnectOptions,
    cancel: Cancel,
    log: Arc<dyn StatementLog>,
    charset: Charset,
    /// `None` until the first statement, and after a connection that can't be used again.
    wire: Option<Wire>,
    facts: Option<Arc<Facts>>,
    schema: Option<Arc<LiveSchema>>,
    /// Tables so full of large decimals that they are read as text at once.
    written: HashSet<String>,
    in_snapshot: bool,
    replaced: u64,
}

impl SourceDb for Firebird {
    fn info(&mut self) -> Result<ServerInfo> {
        // Counters move, so that this is asked anew.
        self.facts = None;
        Ok(self.facts()?.info.clone())
    }

    fn schema(&mut self) -> Result<LiveSchema> {
        Ok(LiveSchema::clone(&*self.live()?))
    }

    fn changes_by(&mut self) -> Result<ChangesBy> {
        let facts = self.facts()?;
        let wanted = self.options.changes;
        match (wanted, facts.has_record_versions()) {
            (ChangeMethod::Overlap, _) | (ChangeMethod::Auto, false) => Ok(ChangesBy::Overlap),
            (ChangeMethod::Auto | ChangeMethod::RowVersion, true) => Ok(ChangesBy::RowVersion),
            (ChangeMethod::Tracking, _) | (ChangeMethod::RowVersion, false) => {
                Err(Error::ChangesUnavailable {
                    method: wanted.as_str(),
                    lacking: format!("Firebird {}", facts.info.version),
                })
            }
        }
    }

    fn mark(&mut self) -> Result<Option<Mark>> {
        if self.changes_by()? == ChangesBy::Overlap {
            return Ok(None);
        }
        let facts = self.facts()?;
        let (mark, _) = self.with_wire(|wire| catalog::mark(wire, facts.major))?;
        Ok(Some(mark))
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
        self.facts()?;
        self.live()?;
        self.with_wire(|wire| wire.begin_snapshot(limit))?;
        self.in_snapshot = true;
        let worked = work(self);
        self.in_snapshot = false;
        let ended = match &mut self.wire {
            Some(wire) if wire.is_healthy() => wire.end_snapshot(),
            Some(_) | None => Ok(()),
        };
        worked.and(ended)
    }

    fn replaced_texts(&self) -> u64 {
        self.replaced
    }
}

impl Firebird {
    /// Runs `work` on the attachment, which is made first if there is none that can be used.
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
            (self.wire, self.facts, self.schema) = (None, None, None);
            self.wire = Some(Wire::open(&self.options, &self.cancel)?);
        }
        match &mut self.wire {
            Some(wire) => work(wire),
            None => Err(Error::Internal("no attachment".to_owned())),
        }
    }

    fn facts(&mut self) -> Result<Arc<Facts>> {
        if let Some(facts) = &self.facts {
            return Ok(Arc::clone(facts));
        }
        let facts = Arc::new(self.with_wire(catalog::facts)?);
        self.facts = Some(Arc::clone(&facts));
        Ok(facts)
    }

    fn live(&mut self) -> Result<Arc<LiveSchema>> {
        if let Some(schema) = &self.schema {
            return Ok(Arc::clone(schema));
        }
        let schema = Arc::new(catalog::schema(&mut |text| {
            self.all(text, "RDB$RELATIONS")
        })?);
        self.schema = Some(Arc::clone(&schema));
        Ok(schema)
    }

    fn table(&mut self, name: &str) -> Result<LiveTable> {
        let schema = self.live()?;
        schema.table(name).cloned().ok_or_else(|| Error::Missing {
            missing: vec![name.to_owned()],
            profile: None,
        })
    }

    fn ways(&mut self) -> Result<Ways> {
        let database_dialect = self.facts()?.info.dialect;
        let statement_dialect = if self.options.dialect == Some(1) {
            1
        } else {
            3
        };
        Ok(Ways {
            database_dialect,
            statement_dialect,
            charset: self.charset,
        })
    }

    /// Refuses a mark of another copy of the database, or of a later time than this copy has seen.
    fn check_marks<'a>(&mut self, marks: impl Iterator<Item = &'a Mark>) -> Result<()> {
        for given in marks {
            let facts = self.facts()?;
            let (now, next) = self.with_wire(|wire| catalog::mark(wire, facts.major))?;
            if !now.same_database(given) || given.transaction() > next {
                return Err(Error::Restored {
                    path: self.options.database.clone(),
                });
            }
        }
        Ok(())
    }

    /// All rows of a small answer, logged.
    fn all(&mut self, text: &str, table: &str) -> Result<Vec<Vec<RawValue>>> {
        let mut rows = Vec::new();
        self.logged(text, |wire| {
            wire.rows(text, table, &mut |row| {
                rows.push(row.to_vec());
                Ok::<(), Stopped>(())
            })?;
            Ok(rows.len() as u64)
        })?;
        Ok(rows)
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
