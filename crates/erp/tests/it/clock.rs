//! A clock that is wrong, by hours or by years, between runs and in the middle of one.

use crate::lab::{Lab, Marks, Moment, Office, input};
use chrono::{DateTime, TimeDelta, Utc};
use puente_core::{Clock as _, ManualClock};
use puente_erp::extract::{End, Mode, Request};
use puente_erp::handlers::EXTRACT;
use puente_erp::proof;
use puente_jobs::{Filter, NewSchedule, State as JobState};
use puente_sandbox::SampleOptions;
use puente_warehouse::Stream;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Hours: back and forth by a little, by a day, by years.
const JUMPS: [i64; 6] = [-1, -24, 24 * 400, -24 * 4000, 24 * 9000, -24 * 5399];

fn lab_with_clock() -> (Lab, ManualClock) {
    let noon: DateTime<Utc> = "2026-06-15T12:00:00Z".parse().unwrap();
    let clock = ManualClock::at(noon);
    let mut lab = Lab::one(SampleOptions::default());
    lab.move_into(Office::over(Arc::new(clock.clone())));
    lab.office.discover();
    (lab, clock)
}

fn months(lab: &Lab) -> BTreeSet<i32> {
    let company = lab.company(lab.sample()).id;
    let stored = lab.stored(company, Stream::Line);
    stored.into_keys().map(|(_, month, _)| month).collect()
}

#[test]
fn a_clock_that_jumps_between_runs_loses_no_change_and_moves_no_month() {
    let (lab, clock) = lab_with_clock();
    lab.extract(lab.sample());
    let company = lab.company(lab.sample()).id;
    for (seed, jump) in (0..).zip(JUMPS) {
        clock.advance(TimeDelta::hours(jump));
        lab.sample().write_more(40, seed).unwrap();
        let report = lab.extract(lab.sample());
        assert_eq!(report.mode, Mode::Incremental, "after {jump} hours");
        lab.assert_equal();
        let proof = proof::latest(&lab.office.room.state, company)
            .unwrap()
            .unwrap();
        assert!(proof.holds(), "after {jump} hours: {proof:?}");
        assert_eq!(
            proof.taken_at,
            clock.now(),
            "the last proof is the one shown"
        );
    }
}

#[test]
fn a_clock_that_jumps_in_the_middle_of_a_run_changes_nothing_of_what_arrives() {
    let (lab, clock) = lab_with_clock();
    let company = lab.company(lab.sample());
    let force = Request {
        force: true,
        ..Request::default()
    };
    let mut jumps = JUMPS.iter().cycle();
    for request in [force, Request::default()] {
        for marks in [Marks::Given, Marks::Withheld] {
            lab.sample().write_more(20, 3).unwrap();
            let end = lab
                .office
                .extract_amid(&company, request, marks, &mut |_: Moment| {
                    clock.advance(TimeDelta::hours(*jumps.next().unwrap()));
                });
            assert!(matches!(end, Ok(End::Proven(_))), "{end:?}");
            lab.assert_equal();
        }
    }
    let asked: BTreeSet<i32> = lab
        .sample()
        .ask()
        .unwrap()
        .groups
        .iter()
        .map(|group| group.month)
        .collect();
    assert_eq!(months(&lab), asked);
}

#[test]
fn without_marks_a_clock_that_is_years_off_hides_no_change() {
    let (lab, clock) = lab_with_clock();
    let company = lab.company(lab.sample());
    let extract = || {
        let end =
            lab.office
                .extract_amid(&company, Request::default(), Marks::Withheld, &mut |_| ());
        match end {
            Ok(End::Proven(outcome)) => outcome,
            other => panic!("{other:?}"),
        }
    };
    extract();
    for years in [5, -12, 7] {
        clock.advance(TimeDelta::days(365 * years));
        lab.sample().write_more(40, 100).unwrap();
        let outcome = extract();
        assert_eq!(outcome.mode, Mode::Incremental);
        assert!(outcome.proof.holds());
        lab.assert_equal();
    }
}

#[test]
fn a_schedule_makes_up_once_for_years_that_a_wrong_clock_skipped_and_goes_on_when_it_is_set_back() {
    let (lab, clock) = lab_with_clock();
    let company = lab.company(lab.sample()).id;
    let jobs = &lab.office.jobs;
    let nightly = NewSchedule {
        name: "nightly".to_owned(),
        kind: EXTRACT.to_owned(),
        input: json!(input(company)),
        cron: "0 2 * * *".to_owned(),
        zone: "America/Bogota".to_owned(),
        catch_up: true,
        enabled: true,
    };
    jobs.put_schedule(nightly).unwrap();
    clock.advance(TimeDelta::days(365 * 3));
    assert_eq!(jobs.run_due(1).unwrap().len(), 1, "three years are one run");
    clock.advance(TimeDelta::days(-365 * 3));
    jobs.run_due(1).unwrap();
    let next = jobs.schedules().unwrap()[0].next_run.unwrap();
    assert!(
        next - clock.now() <= TimeDelta::hours(25),
        "it must not wait for three years: {next}"
    );
    clock.advance(TimeDelta::hours(25));
    assert_eq!(jobs.run_due(1).unwrap().len(), 1);
    let ended = jobs.list(&Filter::default()).unwrap();
    assert!(
        ended.iter().all(|job| job.state == JobState::Done),
        "{ended:?}"
    );
    lab.assert_equal();
}
