//! The `job` table: its row, and how it is read.

use crate::{Error, State};
use chrono::{DateTime, Utc};
use puente_core::{Code, Progress};
use puente_store::time;
use rusqlite::{Connection, OptionalExtension, Row, Rows, Statement, named_params};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use ts_rs::TS;

/// The number of a job. Never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub i64);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Result of a job that has others do the work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Queued {
    /// Their numbers.
    pub jobs: Vec<i64>,
}

/// A job to be enqueued.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// The kind, as its handler names it. This process need not know it.
    pub kind: String,
    /// What the handler gets. Names of secrets may stand in it, secrets never.
    pub input: Value,
    /// While a job of this kind and key waits or runs, enqueuing another one gives that one's id.
    pub dedupe_key: Option<String>,
    /// Not before this time. `None`: at once.
    pub run_at: Option<DateTime<Utc>>,
}

impl NewJob {
    /// A job for now, as often as it is enqueued.
    pub fn new(kind: impl Into<String>, input: Value) -> NewJob {
        NewJob {
            kind: kind.into(),
            input,
            dedupe_key: None,
            run_at: None,
        }
    }

    /// Only once while one with the same input waits or runs.
    #[must_use]
    pub fn once(self) -> NewJob {
        let key = canonical(&self.input);
        self.once_by(key)
    }

    /// Only once while one with the same key waits or runs.
    #[must_use]
    pub fn once_by(mut self, key: impl Into<String>) -> NewJob {
        self.dedupe_key = Some(key.into());
        self
    }

    /// Not before `time`.
    #[must_use]
    pub fn not_before(mut self, time: DateTime<Utc>) -> NewJob {
        self.run_at = Some(time);
        self
    }
}

/// A job as it stands in its row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// What its handler is called.
    pub kind: String,
    /// What its handler gets.
    pub input: Value,
    /// The schedule that asked for it.
    pub schedule: Option<String>,
    /// Where it stands.
    pub state: State,
    /// Attempts begun since it was enqueued or retried by a person, without those that a kill, a
    /// stop or the handler's own wish for a later time cut short.
    pub attempts: u32,
    /// Not before this time. `None`: at once.
    pub run_at: Option<DateTime<Utc>>,
    /// Someone asked the running job to stop.
    pub cancel_requested: bool,
    /// The last one known.
    pub progress: Option<Progress>,
    /// What the handler gave, once done.
    pub result: Option<Value>,
    /// Why it failed, waits for another attempt, or is uncertain.
    pub error: Option<puente_core::Error>,
    /// When it was enqueued.
    pub created_at: DateTime<Utc>,
    /// When it came into its state.
    pub changed_at: DateTime<Utc>,
    /// When its last attempt began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was settled.
    pub finished_at: Option<DateTime<Utc>>,
    /// Grows with every change of any job: of two pictures of a job, the one with more is newer.
    pub revision: i64,
}

/// Which jobs to list, newest first. Empty lists mean all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// In one of these states.
    pub states: Vec<State>,
    /// Of one of these kinds.
    pub kinds: Vec<String>,
    /// Asked for by this schedule.
    pub schedule: Option<String>,
    /// Those whose input has one of these numbers in this field, or no such field.
    pub about: Option<(&'static str, Vec<i64>)>,
    /// Older than this job: the last of the page before.
    pub before: Option<JobId>,
    /// After so many of those that fit.
    pub offset: u32,
    /// At most so many. 100 by default.
    pub limit: u32,
}

impl Default for Filter {
    fn default() -> Self {
        Filter {
            states: Vec::new(),
            kinds: Vec::new(),
            schedule: None,
            about: None,
            before: None,
            offset: 0,
            limit: 100,
        }
    }
}

/// The whole row: what the queue itself needs besides.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub job: Job,
    pub dedupe_key: Option<String>,
    pub interruptions: u32,
    pub owner: Option<String>,
    pub checkpoint: Option<Value>,
}

const COLUMNS: &str = "id, kind, input, schedule, state, attempts, run_at, cancel_requested, \
    progress, result, error, created_at, changed_at, started_at, finished_at, revision, \
    dedupe_key, interruptions, owner, checkpoint";

/// One job.
pub(crate) fn load(connection: &Connection, id: JobId) -> Result<Record, Error> {
    let sql = format!("SELECT {COLUMNS} FROM job WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([id.0])?;
    rows.next()?.map_or(Err(Error::NoJob(id)), read)
}

/// A page of jobs.
pub(crate) fn list(connection: &Connection, filter: &Filter) -> Result<Vec<Job>, Error> {
    let sql = format!("SELECT {COLUMNS} FROM job {FITS}");
    let mut statement = connection.prepare_cached(&sql)?;
    let part = (i64::from(filter.limit), filter.offset);
    let mut rows = query(&mut statement, filter, part)?;
    let mut jobs = Vec::new();
    while let Some(row) = rows.next()? {
        jobs.push(read(row)?.job);
    }
    Ok(jobs)
}

/// How many fit, on whatever page.
pub(crate) fn count(connection: &Connection, filter: &Filter) -> Result<i64, Error> {
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM job {FITS})");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = query(&mut statement, filter, (-1, 0))?;
    Ok(rows.next()?.map_or(Ok(0), |row| row.get(0))?)
}

const FITS: &str = "WHERE (:before IS NULL OR id < :before)
   AND (:states IS NULL OR state IN (SELECT value FROM json_each(:states)))
   AND (:kinds IS NULL OR kind IN (SELECT value FROM json_each(:kinds)))
   AND (:schedule IS NULL OR schedule = :schedule)
   AND (:field IS NULL OR input ->> :field IS NULL
        OR input ->> :field IN (SELECT value FROM json_each(:numbers)))
 ORDER BY id DESC LIMIT :limit OFFSET :offset";

fn query<'s>(
    statement: &'s mut Statement<'_>,
    filter: &Filter,
    (limit, offset): (i64, u32),
) -> Result<Rows<'s>, Error> {
    let (field, numbers) = match &filter.about {
        Some((field, numbers)) => (Some(*field), Some(json("filter", numbers)?)),
        None => (None, None),
    };
    Ok(statement.query(named_params! {
        ":before": filter.before.map(|id| id.0),
        ":states": json_list(&filter.states)?,
        ":kinds": json_list(&filter.kinds)?,
        ":schedule": filter.schedule,
        ":field": field,
        ":numbers": numbers,
        ":limit": limit,
        ":offset": offset,
    })?)
}

/// The changes after `revision` that other instances made, oldest first, and the last revision given.
pub(crate) fn changed_by_others(
    connection: &Connection,
    instance: &str,
    revision: i64,
) -> Result<(Vec<Job>, i64), Error> {
    let sql = format!(
        "SELECT {COLUMNS} FROM job WHERE revision > ?1 AND revised_by <> ?2 ORDER BY revision"
    );
    let last = last_revision(connection)?;
    if last <= revision {
        return Ok((Vec::new(), revision));
    }
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query((revision, instance))?;
    let mut jobs = Vec::new();
    while let Some(row) = rows.next()? {
        jobs.push(read(row)?.job);
    }
    Ok((jobs, last))
}

/// The last revision given.
pub(crate) fn last_revision(connection: &Connection) -> Result<i64, Error> {
    let sql = "SELECT value FROM job_revision_counter";
    Ok(connection
        .prepare_cached(sql)?
        .query_row([], |row| row.get(0))?)
}

/// The waiting or running job of that kind and key.
pub(crate) fn active_with_key(
    connection: &Connection,
    kind: &str,
    key: &str,
) -> Result<Option<JobId>, Error> {
    let sql = "SELECT id FROM job WHERE kind = ?1 AND dedupe_key = ?2
               AND state IN ('queued', 'paused', 'running')";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement
        .query_row((kind, key), |row| row.get(0).map(JobId))
        .optional()?)
}

/// `None` for an empty list, which asks for all.
fn json_list<T: Serialize>(list: &[T]) -> Result<Option<String>, Error> {
    if list.is_empty() {
        Ok(None)
    } else {
        json("filter", &list).map(Some)
    }
}

fn read(row: &Row<'_>) -> Result<Record, Error> {
    let state: String = row.get("state")?;
    let state = State::parse(&state).ok_or(Error::Unreadable {
        column: "state",
        reason: format!("{state:?}"),
    })?;
    let job = Job {
        id: JobId(row.get("id")?),
        kind: row.get("kind")?,
        input: value(row, "input")?.unwrap_or(Value::Null),
        schedule: row.get("schedule")?,
        state,
        attempts: row.get("attempts")?,
        run_at: moment(row, "run_at")?,
        cancel_requested: row.get("cancel_requested")?,
        progress: row
            .get::<_, Option<String>>("progress")?
            .and_then(|text| serde_json::from_str(&text).ok()),
        result: value(row, "result")?,
        error: row
            .get::<_, Option<String>>("error")?
            .map(|text| read_error(&text)),
        created_at: time::from_text(row.get_ref("created_at")?.as_str().unwrap_or_default())?,
        changed_at: time::from_text(row.get_ref("changed_at")?.as_str().unwrap_or_default())?,
        started_at: moment(row, "started_at")?,
        finished_at: moment(row, "finished_at")?,
        revision: row.get("revision")?,
    };
    Ok(Record {
        job,
        dedupe_key: row.get("dedupe_key")?,
        interruptions: row.get("interruptions")?,
        owner: row.get("owner")?,
        checkpoint: value(row, "checkpoint")?,
    })
}

/// An error whose code this program doesn't know (another version wrote it) is still shown.
fn read_error(text: &str) -> puente_core::Error {
    serde_json::from_str(text).unwrap_or_else(|_| {
        let mut error = puente_core::Error::new(Code::Internal);
        text.clone_into(&mut error.detail);
        error
    })
}

fn value(row: &Row<'_>, column: &'static str) -> Result<Option<Value>, Error> {
    let Some(text) = row.get::<_, Option<String>>(column)? else {
        return Ok(None);
    };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|error| Error::Unreadable {
            column,
            reason: error.to_string(),
        })
}

fn moment(row: &Row<'_>, column: &'static str) -> Result<Option<DateTime<Utc>>, Error> {
    let text: Option<String> = row.get(column)?;
    Ok(text.as_deref().map(time::from_text).transpose()?)
}

/// JSON for a column.
pub(crate) fn json<T: Serialize>(column: &'static str, value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Unreadable {
        column,
        reason: error.to_string(),
    })
}

/// The same text for the same value, in whatever order its keys were written.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            let fields: Vec<String> = keys
                .into_iter()
                .map(|key| format!("{}:{}", Value::from(key.as_str()), canonical(&map[key])))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(list) => {
            format!(
                "[{}]",
                list.iter().map(canonical).collect::<Vec<_>>().join(",")
            )
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_key_of_an_input_does_not_depend_on_the_order_of_its_fields() {
        let one: Value = serde_json::from_str(r#"{"b":[1,{"y":2,"x":"é\""}],"a":null}"#).unwrap();
        let other: Value = serde_json::from_str(r#"{"a":null,"b":[1,{"x":"é\"","y":2}]}"#).unwrap();
        assert_eq!(canonical(&one), canonical(&other));
        assert_ne!(canonical(&json!({"a": "1"})), canonical(&json!({"a": 1})));
        assert_eq!(
            serde_json::from_str::<Value>(&canonical(&one)).unwrap(),
            one
        );
    }

    #[test]
    fn an_error_with_a_code_of_another_version_is_shown_as_it_stands() {
        let error = read_error(r#"{"code":"FROM_THE_FUTURE","retryable":false}"#);
        assert_eq!(error.code, Code::Internal);
        assert!(error.detail.contains("FROM_THE_FUTURE"));
    }
}
