//! Work that comes again and again, in words that people use: every so many hours, each day at a time.

use crate::jobs::{self, JobRow};
use crate::{App, Nothing, Result, settings};
use chrono::{DateTime, Utc};
use puente_core::Error;
use puente_jobs::{Cadence, NewJob, NewSchedule, Schedule};
use puente_sales::accounts::Channel;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

mod every;
mod work;

pub use every::Every;
pub use work::Work;

/// Remembers that the schedules of a new office were put in place, so that one that is removed stays
/// removed.
const PUT: &str = "once.schedules";
/// How many runs a look ahead gives.
const AHEAD: usize = 5;

/// A schedule.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "Schedule")]
pub struct ScheduleRow {
    /// Its name.
    pub name: String,
    /// What it does.
    pub work: Work,
    /// How often.
    pub cadence: Every,
    /// The same as a cron pattern.
    pub cron: String,
    /// The zone in which it is read.
    pub zone: String,
    /// Whether a run that was missed, because Puente was not open, is made up for.
    pub catch_up: bool,
    /// Whether it runs at all.
    pub enabled: bool,
    /// When it runs next.
    pub next_run: Option<DateTime<Utc>>,
    /// When it ran last.
    pub last_run: Option<DateTime<Utc>>,
    /// That job, as far as it is kept.
    pub last_job: Option<JobRow>,
}

/// All schedules, and those that are worth having.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Schedules {
    /// By name.
    pub rows: Vec<ScheduleRow>,
    /// What no schedule does yet: each can be set as it is.
    pub proposed: Vec<Set>,
}

/// A schedule to be put in place; one of that name is replaced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "ScheduleSet", optional_fields = nullable)]
pub struct Set {
    /// Its name.
    pub name: String,
    /// What it does.
    pub work: Work,
    /// How often.
    pub cadence: Every,
    /// IANA name of its zone; that of the settings when left out.
    #[serde(default)]
    pub zone: Option<String>,
    /// Whether a run that was missed is made up for: yes, when left out.
    #[serde(default)]
    pub catch_up: Option<bool>,
    /// Whether it runs at all: yes, when left out.
    #[serde(default)]
    pub enabled: Option<bool>,
}

/// Names a schedule.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "ScheduleNamed")]
pub struct Named {
    /// Its name.
    pub name: String,
}

/// A cadence to be looked at.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "SchedulePreview", optional_fields = nullable)]
pub struct Preview {
    /// How often.
    pub cadence: Every,
    /// IANA name of its zone; that of the settings when left out.
    #[serde(default)]
    pub zone: Option<String>,
}

/// When a cadence would run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "ScheduleRuns")]
pub struct Runs {
    /// As a cron pattern.
    pub cron: String,
    /// The next runs.
    pub next: Vec<DateTime<Utc>>,
}

/// All schedules.
///
/// # Errors
/// Those of the store.
pub fn list(app: &App, _: Nothing) -> Result<Schedules> {
    let rows: Vec<ScheduleRow> = app
        .jobs
        .schedules()?
        .into_iter()
        .map(|schedule| row(app, schedule))
        .collect();
    let channels = puente_sales::accounts::channels(&app.room.state)?;
    let delivers = channels.iter().any(Channel::is_delivered);
    let proposed = usual()
        .into_iter()
        .filter(|set| !channels.is_empty() || set.work != Work::Sales)
        .filter(|set| delivers || set.work != Work::Deliver)
        .filter(|set| !rows.iter().any(|row| row.work == set.work))
        .collect();
    Ok(Schedules { rows, proposed })
}

/// Puts a schedule in place.
///
/// # Errors
/// That a field doesn't fit; those of the store.
pub fn set(app: &App, request: Set) -> Result<ScheduleRow> {
    let schedule = app.jobs.put_schedule(to_new(app, request)?)?;
    app.audit(
        "schedule.set",
        &format!("schedule:{}", schedule.name),
        json!({ "kind": schedule.kind, "cron": schedule.cron, "zone": schedule.zone, "enabled": schedule.enabled }),
    )?;
    Ok(row(app, schedule))
}

/// Removes a schedule. Its jobs stay.
///
/// # Errors
/// That it doesn't exist; those of the store.
pub fn remove(app: &App, request: Named) -> Result<ScheduleRow> {
    let removed = row(app, find(app, &request.name)?);
    app.jobs.remove_schedule(&request.name)?;
    app.audit(
        "schedule.remove",
        &format!("schedule:{}", request.name),
        json!({ "cron": removed.cron }),
    )?;
    Ok(removed)
}

/// Queues a schedule's work now; it ticks on as before.
///
/// # Errors
/// That it doesn't exist; those of the store.
pub fn run(app: &App, request: Named) -> Result<Vec<JobRow>> {
    let schedule = find(app, &request.name)?;
    let new = NewJob::new(schedule.kind, schedule.input).once();
    let id = app.jobs.enqueue(new)?;
    app.audit(
        "schedule.run",
        &format!("schedule:{}", request.name),
        json!({ "job": id.0 }),
    )?;
    Ok(vec![jobs::row(app, app.jobs.get(id)?)])
}

/// When a cadence would run, for whoever is about to set it.
///
/// # Errors
/// That it doesn't fit.
pub fn preview(app: &App, request: Preview) -> Result<Runs> {
    let cron = request.cadence.cron()?;
    let cadence = Cadence::parse(&cron, &zone(app, request.zone))?;
    let mut time = app.room.clock.now();
    let mut next = Vec::with_capacity(AHEAD);
    for _ in 0..AHEAD {
        time = cadence.next_after(time)?;
        next.push(time);
    }
    Ok(Runs { cron, next })
}

/// Puts the schedules of a new office in place, once: backups and tidying are on from the start, and
/// what reads the ERP is proposed and left to a person.
///
/// # Errors
/// Those of the store.
pub(crate) fn put_defaults(app: &App) -> Result<()> {
    if !settings::once(&app.room.state, PUT)? {
        return Ok(());
    }
    for set in usual() {
        if matches!(set.work, Work::Backup | Work::Tidy) {
            app.jobs.put_schedule(to_new(app, set)?)?;
        }
    }
    Ok(())
}

/// Offices switch their machines off at night, so these run by day, or at the next start.
fn usual() -> Vec<Set> {
    let set = |name: &str, work, cadence| Set {
        name: name.to_owned(),
        work,
        cadence,
        zone: None,
        catch_up: Some(true),
        enabled: Some(true),
    };
    let day = |at: &str| Every::Day { at: at.to_owned() };
    let week = |day: &str, at: &str| Every::Week {
        days: vec![day.to_owned()],
        at: at.to_owned(),
    };
    vec![
        set("sync", Work::Sync, day("06:00")),
        set("backup", Work::Backup, day("12:30")),
        set("tidy", Work::Tidy, day("12:45")),
        set("prove", Work::Prove, week("sat", "13:00")),
        set(
            "sales",
            Work::Sales,
            Every::Hours {
                hours: 1,
                minute: 15,
            },
        ),
        set(
            "deliver",
            Work::Deliver,
            Every::Hours {
                hours: 1,
                minute: 45,
            },
        ),
    ]
}

fn to_new(app: &App, set: Set) -> Result<NewSchedule> {
    let name = set.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 80 {
        return Err(Error::invalid("name", "1..80"));
    }
    Ok(NewSchedule {
        name,
        kind: set.work.kind()?.to_owned(),
        input: json!({}),
        cron: set.cadence.cron()?,
        zone: zone(app, set.zone),
        catch_up: set.catch_up.unwrap_or(true),
        enabled: set.enabled.unwrap_or(true),
    })
}

/// The zone that is given, else the office's.
fn zone(app: &App, given: Option<String>) -> String {
    given
        .filter(|zone| !zone.is_empty())
        .unwrap_or_else(|| app.zone().name().to_owned())
}

fn find(app: &App, name: &str) -> Result<Schedule> {
    app.jobs
        .schedules()?
        .into_iter()
        .find(|schedule| schedule.name == name)
        .ok_or_else(|| Error::not_found("schedule", name))
}

fn row(app: &App, schedule: Schedule) -> ScheduleRow {
    let last_job = schedule.last_job.and_then(|id| app.jobs.get(id).ok());
    ScheduleRow {
        work: Work::of(&schedule.kind),
        cadence: Every::of(&schedule.cron),
        last_job: last_job.map(|job| jobs::row(app, job)),
        name: schedule.name,
        cron: schedule.cron,
        zone: schedule.zone,
        catch_up: schedule.catch_up,
        enabled: schedule.enabled,
        next_run: schedule.next_run,
        last_run: schedule.last_run,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::{Desk, at};
    use puente_core::Code;
    use puente_jobs::State;

    #[test]
    fn what_does_not_fit_is_refused() {
        let desk = Desk::new();
        let set_one = |value| set(&desk.app, serde_json::from_value(value).unwrap());
        let day = json!({ "every": "day", "at": "06:00" });
        for (request, code) in [
            (
                json!({ "name": " ", "work": "sync", "cadence": day }),
                Code::InvalidInput,
            ),
            (
                json!({ "name": "x", "work": "other", "cadence": day }),
                Code::InvalidInput,
            ),
            (
                json!({ "name": "x", "work": "sync", "cadence": day, "zone": "Macondo" }),
                Code::InvalidInput,
            ),
            (
                json!({ "name": "x", "work": "sync", "cadence": { "every": "cron", "cron": "0 0 30 2 *" } }),
                Code::ScheduleInvalid,
            ),
        ] {
            assert_eq!(set_one(request).unwrap_err().code, code);
        }
        assert!(list(&desk.app, Nothing {}).unwrap().rows.is_empty());
    }

    #[test]
    fn a_schedule_runs_in_the_zone_of_the_office_and_again_when_asked() {
        let desk = Desk::new();
        let zone = json!({ "zone": "America/Bogota" });
        settings::set(&desk.app, serde_json::from_value(zone).unwrap()).unwrap();
        let request = json!({ "name": "copia", "work": "backup", "cadence": { "every": "day", "at": "13:00" } });
        let row = set(&desk.app, serde_json::from_value(request).unwrap()).unwrap();
        assert_eq!(row.next_run, Some(at("2026-11-25T18:00:00Z")));
        desk.clock.advance(chrono::TimeDelta::minutes(61));
        desk.run();
        let row = list(&desk.app, Nothing {}).unwrap().rows.remove(0);
        assert_eq!(row.last_job.unwrap().state, State::Done);
        assert_eq!(row.next_run, Some(at("2026-11-26T18:00:00Z")));
        let name = "copia".to_owned();
        assert_eq!(
            run(&desk.app, Named { name: name.clone() }).unwrap().len(),
            1
        );
        remove(&desk.app, Named { name: name.clone() }).unwrap();
        assert_eq!(
            run(&desk.app, Named { name }).unwrap_err().code,
            Code::NotFound
        );
    }

    #[test]
    fn a_new_office_has_backups_from_the_start_and_what_is_removed_stays_removed() {
        let desk = Desk::new();
        put_defaults(&desk.app).unwrap();
        let found = list(&desk.app, Nothing {}).unwrap();
        let works: Vec<Work> = found.rows.iter().map(|row| row.work).collect();
        assert_eq!(works, [Work::Backup, Work::Tidy]);
        let proposed: Vec<Work> = found.proposed.iter().map(|set| set.work).collect();
        assert_eq!(proposed, [Work::Sync, Work::Prove]);
        for proposal in found.proposed {
            set(&desk.app, proposal).unwrap();
        }
        remove(
            &desk.app,
            Named {
                name: "backup".to_owned(),
            },
        )
        .unwrap();
        put_defaults(&desk.app).unwrap();
        assert_eq!(list(&desk.app, Nothing {}).unwrap().rows.len(), 3);
    }

    #[test]
    fn a_look_ahead_gives_the_next_runs() {
        let desk = Desk::new();
        let request =
            json!({ "cadence": { "every": "day", "at": "06:00" }, "zone": "America/Bogota" });
        let runs = preview(&desk.app, serde_json::from_value(request).unwrap()).unwrap();
        assert_eq!(runs.cron, "0 6 * * *");
        assert_eq!(runs.next.len(), AHEAD);
        assert_eq!(runs.next[0], at("2026-11-26T11:00:00Z"));
    }

    #[test]
    fn documents_of_local_databases_are_told_by_a_schedule_of_their_own() {
        let desk = Desk::new();
        let name = "deliver".to_owned();
        let every = Every::Hours {
            hours: 1,
            minute: 45,
        };
        let request = Set {
            name: name.clone(),
            work: Work::Deliver,
            cadence: every,
            zone: None,
            catch_up: None,
            enabled: None,
        };
        set(&desk.app, request).unwrap();
        let jobs = run(&desk.app, Named { name }).unwrap();
        assert_eq!(jobs[0].kind, "sales.deliver_all");
        let found = list(&desk.app, Nothing {}).unwrap();
        let offered = |set: &Set| set.work == Work::Deliver;
        assert!(!found.proposed.iter().any(offered), "nothing waits here");
    }

    #[test]
    fn an_office_that_sells_is_proposed_to_synchronise_its_sales_and_a_run_reads_every_channel() {
        let desk = Desk::new();
        let works = || -> Vec<Work> {
            let found = list(&desk.app, Nothing {}).unwrap();
            found.proposed.iter().map(|set| set.work).collect()
        };
        assert!(!works().contains(&Work::Sales));
        let request = crate::sales::channels::Connect {
            name: "Tienda".to_owned(),
            site: "MCO".to_owned(),
            client_id: "1".to_owned(),
            client_secret: Some(puente_core::Secret::from("s")),
            redirect_uri: "https://localhost:8443/puente".to_owned(),
            ledger: None,
            api_url: None,
            auth_url: None,
        };
        crate::sales::channels::begin(&desk.app, request).unwrap();
        assert!(works().contains(&Work::Sales));
        let found = list(&desk.app, Nothing {}).unwrap();
        let sales = found
            .proposed
            .into_iter()
            .find(|set| set.work == Work::Sales);
        set(&desk.app, sales.unwrap()).unwrap();
        let name = "sales".to_owned();
        let jobs = run(&desk.app, Named { name }).unwrap();
        assert_eq!(jobs[0].kind, "sales.sync_all");
        assert!(!works().contains(&Work::Sales));
    }
}
