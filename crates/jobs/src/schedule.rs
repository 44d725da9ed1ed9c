//! The `schedule` table: jobs that come again and again.

use crate::cadence::{Cadence, Look};
use crate::job::json;
use crate::moves::{Hand, insert};
use crate::{Error, Job, JobId, NewJob};
use chrono::{DateTime, Utc};
use puente_store::time::{from_text, to_text};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params, params};
use serde::Serialize;
use serde_json::Value;

/// A schedule to be put in place.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSchedule {
    /// Its name; one of that name is replaced.
    pub name: String,
    /// The kind of its jobs.
    pub kind: String,
    /// What their handler gets.
    pub input: Value,
    /// Five fields: minute, hour, day, month, day of the week.
    pub cron: String,
    /// The IANA name of the zone in which the fields are read: `America/Bogota`.
    pub zone: String,
    /// A tick that was missed by more than ten minutes is made up for, once. Otherwise it is skipped.
    pub catch_up: bool,
    /// Whether it ticks at all.
    pub enabled: bool,
}

/// A schedule as it stands in its row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// The kind of its jobs.
    pub kind: String,
    /// What their handler gets.
    pub input: Value,
    /// Five fields: minute, hour, day, month, day of the week.
    pub cron: String,
    /// The IANA name of its zone.
    pub zone: String,
    /// Whether a missed tick is made up for.
    pub catch_up: bool,
    /// Whether it ticks at all.
    pub enabled: bool,
    /// The next tick. `None` while it is not enabled.
    pub next_run: Option<DateTime<Utc>>,
    /// The last tick that enqueued a job.
    pub last_run: Option<DateTime<Utc>>,
    /// That job, unless it has been deleted since.
    pub last_job: Option<JobId>,
}

/// Adds or replaces a schedule. One that ticks as before keeps its next tick, so that a program which
/// puts its schedules in place at every start misses none.
pub(crate) fn put(
    tx: &Transaction<'_>,
    now: DateTime<Utc>,
    new: &NewSchedule,
) -> Result<Schedule, Error> {
    let cadence = Cadence::parse(&new.cron, &new.zone)?;
    let fresh = cadence.next_after(now)?;
    let before = find(tx, &new.name)?
        .filter(|(old, _)| old.cron == new.cron && old.zone == new.zone)
        .and_then(|(old, computed)| old.next_run.map(|next| (next, computed)));
    let (next, computed) = before.unwrap_or((fresh, now));
    tx.prepare_cached(
        "INSERT INTO schedule (name, kind, input, cron, zone, catch_up, enabled, next_run, computed_at)
         VALUES (:name, :kind, :input, :cron, :zone, :catch_up, :enabled, :next, :computed)
         ON CONFLICT (name) DO UPDATE SET
             kind = excluded.kind, input = excluded.input, cron = excluded.cron,
             zone = excluded.zone, catch_up = excluded.catch_up, enabled = excluded.enabled,
             next_run = excluded.next_run, computed_at = excluded.computed_at",
    )?
    .execute(named_params! {
        ":name": new.name,
        ":kind": new.kind,
        ":input": json("input", &new.input)?,
        ":cron": new.cron,
        ":zone": new.zone,
        ":catch_up": new.catch_up,
        ":enabled": new.enabled,
        ":next": new.enabled.then(|| to_text(next)),
        ":computed": to_text(computed),
    })?;
    get(tx, &new.name)
}

/// Lets a schedule tick from now on, or not.
pub(crate) fn enable(
    tx: &Transaction<'_>,
    now: DateTime<Utc>,
    name: &str,
    enabled: bool,
) -> Result<Schedule, Error> {
    let schedule = get(tx, name)?;
    if schedule.enabled == enabled {
        return Ok(schedule);
    }
    let next = Cadence::parse(&schedule.cron, &schedule.zone)?.next_after(now)?;
    tx.prepare_cached(
        "UPDATE schedule SET enabled = ?2, next_run = ?3, computed_at = ?4 WHERE name = ?1",
    )?
    .execute(params![
        name,
        enabled,
        enabled.then(|| to_text(next)),
        to_text(now)
    ])?;
    get(tx, name)
}

/// Removes a schedule. Its jobs stay.
pub(crate) fn remove(tx: &Transaction<'_>, name: &str) -> Result<(), Error> {
    match tx
        .prepare_cached("DELETE FROM schedule WHERE name = ?1")?
        .execute([name])?
    {
        0 => Err(Error::NoSchedule(name.to_owned())),
        _ => Ok(()),
    }
}

/// All schedules, by name.
pub(crate) fn list(connection: &Connection) -> Result<Vec<Schedule>, Error> {
    let mut statement = connection.prepare_cached("SELECT * FROM schedule ORDER BY name")?;
    let mut rows = statement.query([])?;
    let mut schedules = Vec::new();
    while let Some(row) = rows.next()? {
        schedules.push(read(row)?.0);
    }
    Ok(schedules)
}

/// One schedule.
pub(crate) fn get(connection: &Connection, name: &str) -> Result<Schedule, Error> {
    match find(connection, name)? {
        Some((schedule, _)) => Ok(schedule),
        None => Err(Error::NoSchedule(name.to_owned())),
    }
}

/// Whether [`tick`] would do something.
pub(crate) fn is_due(connection: &Connection, now: DateTime<Utc>) -> Result<bool, Error> {
    let of_interest = of_interest(connection, now)?;
    Ok(of_interest
        .iter()
        .any(|(schedule, computed)| !matches!(look(schedule, *computed, now), Ok(Look::Wait))))
}

/// Enqueues a job for each tick that is there, once however many processes look, and skips the tick
/// while the job of the one before it has not ended.
pub(crate) fn tick(tx: &Transaction<'_>, hand: &Hand) -> Result<Vec<Job>, Error> {
    let mut enqueued = Vec::new();
    for (schedule, computed) in of_interest(tx, hand.now)? {
        match look(&schedule, computed, hand.now) {
            Ok(Look::Wait) => {}
            Ok(Look::Moved(next)) => set_next(tx, hand.now, &schedule.name, next)?,
            Ok(Look::Tick { missed, next }) => {
                set_next(tx, hand.now, &schedule.name, next)?;
                if !missed || schedule.catch_up {
                    enqueued.extend(enqueue(tx, hand, &schedule)?);
                }
            }
            Err(error) => {
                tracing::error!(schedule = schedule.name, %error, "a schedule is switched off");
                tx.prepare_cached(
                    "UPDATE schedule SET enabled = 0, next_run = NULL WHERE name = ?1",
                )?
                .execute([&schedule.name])?;
            }
        }
    }
    Ok(enqueued)
}

fn enqueue(tx: &Transaction<'_>, hand: &Hand, schedule: &Schedule) -> Result<Option<Job>, Error> {
    let new = NewJob::new(&schedule.kind, schedule.input.clone())
        .once_by(format!("schedule:{}", schedule.name));
    let (job, is_new) = insert(tx, hand, &new, Some(&schedule.name))?;
    if !is_new {
        tracing::info!(
            schedule = schedule.name,
            job = job.id.0,
            "the job before has not ended"
        );
        return Ok(None);
    }
    tx.prepare_cached("UPDATE schedule SET last_run = ?2, last_job = ?3 WHERE name = ?1")?
        .execute(params![
            schedule.name,
            schedule.next_run.map(to_text),
            job.id.0
        ])?;
    Ok(Some(job))
}

fn set_next(
    tx: &Transaction<'_>,
    now: DateTime<Utc>,
    name: &str,
    next: DateTime<Utc>,
) -> Result<(), Error> {
    tx.prepare_cached("UPDATE schedule SET next_run = ?2, computed_at = ?3 WHERE name = ?1")?
        .execute(params![name, to_text(next), to_text(now)])?;
    Ok(())
}

fn look(schedule: &Schedule, computed: DateTime<Utc>, now: DateTime<Utc>) -> Result<Look, Error> {
    let Some(next) = schedule.next_run else {
        return Ok(Look::Wait);
    };
    Cadence::parse(&schedule.cron, &schedule.zone)?.look(next, computed, now)
}

/// The schedules whose tick is there, or whose clock was set back; with the time of the last look.
fn of_interest(
    connection: &Connection,
    now: DateTime<Utc>,
) -> Result<Vec<(Schedule, DateTime<Utc>)>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM schedule WHERE enabled = 1 AND (next_run <= ?1 OR computed_at > ?1)
         ORDER BY next_run, name",
    )?;
    let mut rows = statement.query([to_text(now)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn find(connection: &Connection, name: &str) -> Result<Option<(Schedule, DateTime<Utc>)>, Error> {
    let mut statement = connection.prepare_cached("SELECT * FROM schedule WHERE name = ?1")?;
    let found = statement
        .query_row([name], |row| Ok(read(row)))
        .optional()?;
    found.transpose()
}

fn read(row: &Row<'_>) -> Result<(Schedule, DateTime<Utc>), Error> {
    let moment = |column| -> Result<Option<DateTime<Utc>>, Error> {
        let text: Option<String> = row.get(column)?;
        Ok(text.as_deref().map(from_text).transpose()?)
    };
    let input: String = row.get("input")?;
    let schedule = Schedule {
        name: row.get("name")?,
        kind: row.get("kind")?,
        input: serde_json::from_str(&input).map_err(|error| Error::Unreadable {
            column: "input",
            reason: error.to_string(),
        })?,
        cron: row.get("cron")?,
        zone: row.get("zone")?,
        catch_up: row.get("catch_up")?,
        enabled: row.get("enabled")?,
        next_run: moment("next_run")?,
        last_run: moment("last_run")?,
        last_job: row.get::<_, Option<i64>>("last_job")?.map(JobId),
    };
    Ok((schedule, from_text(&row.get::<_, String>("computed_at")?)?))
}
