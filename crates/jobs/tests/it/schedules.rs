//! Jobs that come again and again.

use crate::desk::{Desk, echo};
use chrono::{DateTime, TimeDelta, Utc};
use puente_core::{Clock, Code, Coded};
use puente_jobs::{Error, Filter, Jobs, NewSchedule, State};
use serde_json::json;

fn nightly() -> NewSchedule {
    NewSchedule {
        name: "nightly".to_owned(),
        kind: "extract".to_owned(),
        input: json!({"all": true}),
        cron: "0 3 * * *".to_owned(),
        zone: "America/Bogota".to_owned(),
        catch_up: false,
        enabled: true,
    }
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn set(desk: &Desk, time: &str) {
    desk.clock.advance(utc(time) - desk.clock.now());
}

fn runs(jobs: &Jobs) -> usize {
    let of = Filter {
        schedule: Some("nightly".to_owned()),
        ..Filter::default()
    };
    jobs.list(&of).unwrap().len()
}

#[test]
fn a_schedule_enqueues_one_job_at_its_hour_in_the_offices_zone() {
    let desk = Desk::new();
    let jobs = desk.jobs([echo("extract")]);
    let put = jobs.put_schedule(nightly()).unwrap();
    assert_eq!(
        put.next_run,
        Some(utc("2026-11-21T08:00:00Z")),
        "3:00 in Bogota"
    );
    jobs.run_due(1).unwrap();
    assert_eq!(runs(&jobs), 0);
    set(&desk, "2026-11-21T08:00:05Z");
    jobs.run_due(1).unwrap();
    jobs.run_due(1).unwrap();
    assert_eq!(
        runs(&jobs),
        1,
        "one job for one tick, however often one looks"
    );
    let schedule = &jobs.schedules().unwrap()[0];
    assert_eq!(schedule.last_run, Some(utc("2026-11-21T08:00:00Z")));
    assert_eq!(schedule.next_run, Some(utc("2026-11-22T08:00:00Z")));
    let job = jobs.get(schedule.last_job.unwrap()).unwrap();
    assert_eq!(
        (job.state, job.result),
        (State::Done, Some(json!({"all": true})))
    );
}

#[test]
fn missed_ticks_are_skipped() {
    let desk = Desk::new();
    let jobs = desk.jobs([echo("extract")]);
    jobs.put_schedule(nightly()).unwrap();
    set(&desk, "2026-11-25T15:00:00Z");
    jobs.run_due(1).unwrap();
    assert_eq!(runs(&jobs), 0);
    assert_eq!(
        jobs.schedules().unwrap()[0].next_run,
        Some(utc("2026-11-26T08:00:00Z"))
    );
}

#[test]
fn missed_ticks_are_made_up_for_once_if_the_schedule_says_so() {
    let desk = Desk::new();
    desk.jobs([])
        .put_schedule(NewSchedule {
            catch_up: true,
            ..nightly()
        })
        .unwrap();
    set(&desk, "2026-11-25T15:00:00Z");
    let jobs = desk.jobs([echo("extract")]);
    jobs.put_schedule(NewSchedule {
        catch_up: true,
        ..nightly()
    })
    .unwrap();
    jobs.run_due(1).unwrap();
    jobs.run_due(1).unwrap();
    assert_eq!(
        runs(&jobs),
        1,
        "once for four nights, although the program put it in place anew"
    );
}

#[test]
fn a_tick_is_skipped_while_the_job_before_has_not_ended() {
    let desk = Desk::new();
    let jobs = desk.jobs([echo("something.else")]);
    jobs.put_schedule(nightly()).unwrap();
    for day in ["2026-11-21T08:00:00Z", "2026-11-22T08:00:00Z"] {
        set(&desk, day);
        jobs.run_due(1).unwrap();
    }
    assert_eq!(
        runs(&jobs),
        1,
        "nobody here runs that kind, so the first one still waits"
    );
    assert_eq!(
        jobs.schedules().unwrap()[0].next_run,
        Some(utc("2026-11-23T08:00:00Z"))
    );
}

#[test]
fn several_processes_make_one_job_of_one_tick() {
    let desk = Desk::new();
    let all: Vec<Jobs> = (0..4).map(|_| desk.jobs([echo("extract")])).collect();
    all[0].put_schedule(nightly()).unwrap();
    for jobs in &all {
        jobs.start(1).unwrap();
    }
    let events = all[0].subscribe().unwrap();
    set(&desk, "2026-11-21T08:00:00Z");
    let done = |event| match event {
        puente_jobs::Event::JobChanged { job } => job.state == State::Done,
        puente_jobs::Event::Progress { .. }
        | puente_jobs::Event::Beside { .. }
        | puente_jobs::Event::Missed => false,
    };
    assert!(events.iter().any(done));
    for jobs in &all {
        assert_eq!(runs(jobs), 1);
        assert!(jobs.stop().is_empty());
    }
}

#[test]
fn a_schedule_that_is_switched_off_does_not_tick_and_one_switched_on_does_not_look_back() {
    let desk = Desk::new();
    let jobs = desk.jobs([echo("extract")]);
    jobs.put_schedule(NewSchedule {
        catch_up: true,
        ..nightly()
    })
    .unwrap();
    assert_eq!(
        jobs.enable_schedule("nightly", false).unwrap().next_run,
        None
    );
    set(&desk, "2026-11-25T15:00:00Z");
    jobs.run_due(1).unwrap();
    let on = jobs.enable_schedule("nightly", true).unwrap();
    jobs.run_due(1).unwrap();
    assert_eq!(
        (runs(&jobs), on.next_run),
        (0, Some(utc("2026-11-26T08:00:00Z")))
    );
    jobs.remove_schedule("nightly").unwrap();
    assert!(matches!(
        jobs.remove_schedule("nightly"),
        Err(Error::NoSchedule(_))
    ));
}

#[test]
fn another_pattern_has_another_next_tick() {
    let desk = Desk::new();
    let jobs = desk.jobs([]);
    jobs.put_schedule(nightly()).unwrap();
    let noon = jobs.put_schedule(NewSchedule {
        cron: "0 12 * * *".to_owned(),
        ..nightly()
    });
    assert_eq!(noon.unwrap().next_run, Some(utc("2026-11-20T17:00:00Z")));
    let wrong = jobs.put_schedule(NewSchedule {
        cron: "0 0 30 2 *".to_owned(),
        ..nightly()
    });
    assert_eq!(wrong.unwrap_err().code(), Code::ScheduleInvalid);
    assert_eq!(
        jobs.schedules().unwrap()[0].cron,
        "0 12 * * *",
        "the one before stays"
    );
}

#[test]
fn a_clock_that_had_been_years_ahead_does_not_silence_a_schedule() {
    let desk = Desk::new();
    let jobs = desk.jobs([echo("extract")]);
    jobs.put_schedule(nightly()).unwrap();
    desk.clock.advance(TimeDelta::days(2000));
    jobs.run_due(1).unwrap();
    set(&desk, "2026-11-20T12:00:00Z");
    jobs.run_due(1).unwrap();
    assert_eq!(
        jobs.schedules().unwrap()[0].next_run,
        Some(utc("2026-11-21T08:00:00Z"))
    );
}
