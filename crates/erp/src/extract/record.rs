//! Table `extraction`: one row for each run that read a company to its end.

use super::{Mode, Outcome, Why};
use crate::companies::CompanyId;
use crate::{Error, Result};
use chrono::{DateTime, Utc};
use puente_databases::ChangesBy;
use puente_store::{Database, time};
use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// What else is worth knowing of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default)]
#[ts(rename = "RunNotes")]
pub struct Notes {
    /// Columns and tables that the profile names and the database lacks, or that are new; readable.
    pub schema: Vec<String>,
    /// Texts whose bytes had to be replaced.
    pub replaced_texts: u64,
    /// Transaction counters of the server before the run.
    pub counters_before: BTreeMap<String, i64>,
    /// And after it.
    pub counters_after: BTreeMap<String, i64>,
    /// Statements that were sent.
    pub statements: u64,
    /// How changed rows of the database are found; `None` where there is no database.
    pub changes: Option<ChangesBy>,
    /// Why everything was read, when it was.
    pub reread: Option<Why>,
}

/// A run, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[ts(rename = "Run")]
pub struct History {
    /// The company-year.
    pub company_id: CompanyId,
    /// The job that ran.
    pub job_id: String,
    /// How it went about it.
    pub mode: Mode,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: DateTime<Utc>,
    /// Rows that the server sent.
    pub rows_read: u64,
    /// Movements that were new.
    pub inserted: u64,
    /// Movements that were different.
    pub updated: u64,
    /// Movements that were deleted at the source.
    pub removed: u64,
    /// The rest.
    pub notes: Notes,
}

impl History {
    /// The row of a run that ended now.
    pub fn of(
        company_id: CompanyId,
        job_id: String,
        times: (DateTime<Utc>, DateTime<Utc>),
        outcome: &Outcome,
        notes: Notes,
    ) -> Self {
        History {
            company_id,
            job_id,
            mode: outcome.mode,
            started_at: times.0,
            finished_at: times.1,
            rows_read: outcome.rows_read,
            inserted: outcome.applied.inserted,
            updated: outcome.applied.updated,
            removed: outcome.applied.gone,
            notes,
        }
    }
}

/// Keeps a run.
///
/// # Errors
/// Those of the store.
pub fn keep(db: &Database, run: History) -> Result<()> {
    db.write(move |tx| {
        let mode = match run.mode {
            Mode::Full => "full",
            Mode::Incremental => "incremental",
        };
        tx.prepare_cached(
            "INSERT INTO extraction (company_id, job_id, mode, started_at, finished_at, rows_read, \
             inserted, updated, removed, notes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            run.company_id,
            run.job_id,
            mode,
            time::to_text(run.started_at),
            time::to_text(run.finished_at),
            number(run.rows_read),
            number(run.inserted),
            number(run.updated),
            number(run.removed),
            crate::servers::to_json(&run.notes),
        ])?;
        Ok(())
    })
}

const COLUMNS: &str = "company_id, job_id, mode, started_at, finished_at, rows_read, inserted, \
     updated, removed, notes";

/// The newest runs of a company, newest first.
///
/// # Errors
/// Those of the store.
pub fn history(db: &Database, company: CompanyId, limit: usize) -> Result<Vec<History>> {
    db.read(|conn| {
        let mut statement = conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM extraction WHERE company_id = ?1 ORDER BY id DESC LIMIT ?2"
        ))?;
        let rows = statement.query_map(params![company, number(limit as u64)], from_row)?;
        rows.collect::<rusqlite::Result<_>>().map_err(Error::from)
    })
}

/// The newest run of each company.
///
/// # Errors
/// Those of the store.
pub fn latest_runs(db: &Database) -> Result<HashMap<CompanyId, History>> {
    db.read(|conn| {
        let mut statement = conn.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM extraction
             WHERE id IN (SELECT max(id) FROM extraction GROUP BY company_id)"
        ))?;
        let rows = statement.query_map([], from_row)?;
        rows.map(|row| row.map(|run| (run.company_id, run)))
            .collect::<rusqlite::Result<_>>()
            .map_err(Error::from)
    })
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<History> {
    let at = |text: String| time::from_text(&text).unwrap_or_default();
    let count = |index| row.get::<_, i64>(index).map(i64::unsigned_abs);
    Ok(History {
        company_id: row.get(0)?,
        job_id: row.get(1)?,
        mode: match row.get_ref(2)?.as_str()? {
            "full" => Mode::Full,
            _ => Mode::Incremental,
        },
        started_at: at(row.get(3)?),
        finished_at: at(row.get(4)?),
        rows_read: count(5)?,
        inserted: count(6)?,
        updated: count(7)?,
        removed: count(8)?,
        notes: serde_json::from_str(row.get_ref(9)?.as_str()?).unwrap_or_default(),
    })
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
