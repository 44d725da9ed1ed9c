//! The table of loads: one row for each generation.

use crate::key::Slot;
use crate::{Coverage, Error, Load, LoadId, LoadState, Stream};
use chrono::{DateTime, Utc};
use puente_store::time;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde_json::Value;

/// The last packed keys of both streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marks {
    pub line: i64,
    pub transfer: i64,
}

impl Marks {
    pub fn of(self, stream: Stream) -> i64 {
        match stream {
            Stream::Line => self.line,
            Stream::Transfer => self.transfer,
        }
    }

    #[must_use]
    pub fn with(mut self, stream: Stream, key: i64) -> Self {
        match stream {
            Stream::Line => self.line = key,
            Stream::Transfer => self.transfer = key,
        }
        self
    }

    /// Moves on to `key` if that is further.
    #[must_use]
    pub fn reaching(self, stream: Stream, key: i64) -> Self {
        self.with(stream, self.of(stream).max(key))
    }
}

/// A load with what only the warehouse needs to know of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LoadRow {
    pub load: Load,
    pub slot: Slot,
    pub last: Marks,
    pub rolled: Marks,
    pub revision: i64,
}

impl LoadRow {
    pub fn id(&self) -> i64 {
        self.load.id.0
    }
}

const COLUMNS: &str = "id, company_id, state, coverage_from_day, coverage_to_day, checkpoint, mark,
    started_at, published_at, applied_at, documents, movements,
    slot, last_line, last_transfer, rolled_line, rolled_transfer, revision";

/// The load of that name.
///
/// # Errors
/// [`Error::NoLoad`].
pub(crate) fn get(db: &Connection, load: LoadId) -> Result<LoadRow, Error> {
    one(db, "WHERE id = ?1", [load.0])?.ok_or(Error::NoLoad(load))
}

/// The load of that name, if it is in one of those states.
///
/// # Errors
/// [`Error::NoLoad`] and [`Error::WrongState`].
pub(crate) fn get_in(
    db: &Connection,
    load: LoadId,
    states: &[LoadState],
) -> Result<LoadRow, Error> {
    let row = get(db, load)?;
    if states.contains(&row.load.state) {
        Ok(row)
    } else {
        Err(Error::WrongState {
            load,
            state: row.load.state,
        })
    }
}

/// The load of a company in that state. Building and current loads are single.
pub(crate) fn of_company(
    db: &Connection,
    company: i64,
    state: LoadState,
) -> Result<Option<LoadRow>, Error> {
    one(
        db,
        "WHERE company_id = ?1 AND state = ?2",
        params![company, state_text(state)],
    )
}

/// All loads, newest first.
pub(crate) fn all(db: &Connection) -> Result<Vec<LoadRow>, Error> {
    many(db, "ORDER BY id DESC", [])
}

/// Loads in that state, by company.
pub(crate) fn in_state(db: &Connection, state: LoadState) -> Result<Vec<LoadRow>, Error> {
    many(
        db,
        "WHERE state = ?1 ORDER BY company_id, id",
        [state_text(state)],
    )
}

/// The current loads of those companies, or of all when none is named; by company.
pub(crate) fn current_of(db: &Connection, companies: &[i64]) -> Result<Vec<LoadRow>, Error> {
    let mut loads = in_state(db, LoadState::Current)?;
    if !companies.is_empty() {
        loads.retain(|row| companies.contains(&row.load.company_id));
    }
    Ok(loads)
}

/// Newest first: its descriptions count.
pub(crate) fn by_age(mut loads: Vec<LoadRow>) -> Vec<LoadRow> {
    loads.sort_unstable_by_key(|row| std::cmp::Reverse(row.id()));
    loads
}

/// Adds a load in state building. Slots are taken upwards, where rows are appended to the tables
/// instead of squeezed in between; only when there is none left above, one below that is free.
pub(crate) fn insert(
    tx: &Transaction<'_>,
    company: i64,
    coverage: Option<Coverage>,
    now: DateTime<Utc>,
) -> Result<LoadId, Error> {
    let above: i64 = tx.query_row("SELECT coalesce(max(slot), 0) + 1 FROM load", [], |row| {
        row.get(0)
    })?;
    let slot = Slot(if above <= Slot::LAST {
        above
    } else {
        free_slot(tx)?
    });
    let (line, transfer) = (slot.before(Stream::Line), slot.before(Stream::Transfer));
    tx.prepare_cached(
        "INSERT INTO load (company_id, slot, state, coverage_from_day, coverage_to_day,
            started_at, last_line, last_transfer, rolled_line, rolled_transfer)
         VALUES (?1, ?2, 'building', ?3, ?4, ?5, ?6, ?7, ?6, ?7)",
    )?
    .execute(params![
        company,
        slot.0,
        coverage.map(|days| days.from_day),
        coverage.map(|days| days.to_day),
        time::to_text(now),
        line,
        transfer,
    ])?;
    Ok(LoadId(tx.last_insert_rowid()))
}

fn free_slot(tx: &Transaction<'_>) -> Result<i64, Error> {
    Ok(tx.query_row(
        "SELECT min(slot) FROM (SELECT 1 AS slot UNION ALL SELECT slot + 1 FROM load) AS free
         WHERE slot NOT IN (SELECT slot FROM load)",
        [],
        |row| row.get(0),
    )?)
}

/// What one change leaves in the row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    pub documents: i64,
    pub movements: i64,
    pub checkpoint: Option<String>,
    pub mark: Option<String>,
    pub applied_at: Option<DateTime<Utc>>,
}

/// Counts rows that came and moves the marks on.
pub(crate) fn advance(
    tx: &Transaction<'_>,
    row: &LoadRow,
    last: Marks,
    rolled: Marks,
    progress: &Progress,
) -> Result<(), Error> {
    tx.prepare_cached(
        "UPDATE load SET documents = documents + ?2, movements = movements + ?3,
            checkpoint = coalesce(?4, checkpoint), mark = coalesce(?5, mark),
            applied_at = coalesce(?6, applied_at),
            last_line = ?7, last_transfer = ?8, rolled_line = ?9, rolled_transfer = ?10,
            revision = revision + 1
         WHERE id = ?1",
    )?
    .execute(params![
        row.id(),
        progress.documents,
        progress.movements,
        progress.checkpoint,
        progress.mark,
        progress.applied_at.map(time::to_text),
        last.line,
        last.transfer,
        rolled.line,
        rolled.transfer,
    ])?;
    Ok(())
}

/// Makes a building load the current one of its company and retires the one before.
pub(crate) fn publish(
    tx: &Transaction<'_>,
    row: &LoadRow,
    mark: &Value,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE load SET state = 'retired' WHERE company_id = ?1 AND state = 'current'",
        [row.load.company_id],
    )?;
    tx.execute(
        "UPDATE load SET state = 'current', mark = ?2, published_at = ?3, checkpoint = NULL,
            revision = revision + 1
         WHERE id = ?1",
        params![row.id(), mark.to_string(), time::to_text(now)],
    )?;
    Ok(())
}

/// Retires the load of a company in that state, if there is one.
pub(crate) fn retire_of(tx: &Transaction<'_>, company: i64, state: LoadState) -> Result<(), Error> {
    tx.execute(
        "UPDATE load SET state = 'retired' WHERE company_id = ?1 AND state = ?2",
        params![company, state_text(state)],
    )?;
    Ok(())
}

/// Retires one load.
pub(crate) fn retire(tx: &Transaction<'_>, load: LoadId) -> Result<(), Error> {
    tx.execute("UPDATE load SET state = 'retired' WHERE id = ?1", [load.0])?;
    Ok(())
}

/// Deletes the row of a load that has no other rows any more. Its slot is free again.
pub(crate) fn delete(tx: &Transaction<'_>, load: LoadId) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM load WHERE id = ?1 AND state = 'retired'",
        [load.0],
    )?;
    Ok(())
}

fn one(
    db: &Connection,
    rest: &str,
    parameters: impl rusqlite::Params,
) -> Result<Option<LoadRow>, Error> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM load {rest}"))?
        .query_row(parameters, |row| Ok(parse(row)))
        .optional()?
        .transpose()
}

fn many(
    db: &Connection,
    rest: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<LoadRow>, Error> {
    let mut statement = db.prepare_cached(&format!("SELECT {COLUMNS} FROM load {rest}"))?;
    let rows = statement.query_map(parameters, |row| Ok(parse(row)))?;
    rows.map(|row| row?).collect()
}

fn parse(row: &Row<'_>) -> Result<LoadRow, Error> {
    let state: String = row.get(2)?;
    let coverage = match (row.get(3)?, row.get(4)?) {
        (Some(from_day), Some(to_day)) => Some(Coverage { from_day, to_day }),
        (_, _) => None,
    };
    let when = |text: Option<String>| text.map(|text| time::from_text(&text)).transpose();
    Ok(LoadRow {
        load: Load {
            id: LoadId(row.get(0)?),
            company_id: row.get(1)?,
            state: match state.as_str() {
                "building" => LoadState::Building,
                "current" => LoadState::Current,
                "retired" => LoadState::Retired,
                _ => return Err(Error::Damaged(format!("the state of load is {state:?}"))),
            },
            coverage,
            checkpoint: json(row.get(5)?)?,
            mark: json(row.get(6)?)?,
            started_at: time::from_text(&row.get::<_, String>(7)?)?,
            published_at: when(row.get(8)?)?,
            applied_at: when(row.get(9)?)?,
            documents: row.get(10)?,
            movements: row.get(11)?,
        },
        slot: Slot(row.get(12)?),
        last: Marks {
            line: row.get(13)?,
            transfer: row.get(14)?,
        },
        rolled: Marks {
            line: row.get(15)?,
            transfer: row.get(16)?,
        },
        revision: row.get(17)?,
    })
}

fn json(text: Option<String>) -> Result<Option<Value>, Error> {
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|error| Error::Damaged(error.to_string()))
}

fn state_text(state: LoadState) -> &'static str {
    match state {
        LoadState::Building => "building",
        LoadState::Current => "current",
        LoadState::Retired => "retired",
    }
}
