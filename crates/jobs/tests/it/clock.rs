//! The clock of an office PC may be wrong, and be set right in the middle of things.

use crate::desk::{Desk, Kind, echo, job};
use chrono::TimeDelta;
use puente_core::{Clock, Code, Error as Failure};
use puente_jobs::{RetryPolicy, State};
use std::time::Duration;

#[test]
fn a_clock_set_back_keeps_no_job_from_running() {
    let desk = Desk::new();
    let jobs = desk.jobs([echo("echo")]);
    let id = jobs.enqueue(job("echo")).unwrap();
    desk.clock.advance(TimeDelta::days(-4000));
    assert_eq!(jobs.run_due(1).unwrap(), [id]);
    let another = jobs.enqueue(job("echo")).unwrap();
    desk.clock.advance(TimeDelta::days(-1));
    assert_eq!(jobs.run_due(1).unwrap(), [another]);
}

#[test]
fn a_clock_set_back_makes_no_wait_longer() {
    let desk = Desk::new();
    let retry = RetryPolicy {
        max_attempts: 2,
        base: Duration::from_secs(30),
        cap: Duration::from_secs(30),
    };
    let jobs =
        desk.jobs([Kind::new("fetch", |_, _| Err(Failure::new(Code::DbTimeout))).retried(retry)]);
    let id = jobs.enqueue(job("fetch")).unwrap();
    jobs.run_due(1).unwrap();
    desk.clock.advance(TimeDelta::days(-365));
    assert!(jobs.run_due(1).unwrap().is_empty(), "the wait begins anew");
    let wait = jobs.get(id).unwrap().run_at.unwrap() - desk.clock.now();
    assert!(wait <= TimeDelta::seconds(30), "{wait}");
    desk.clock.advance(TimeDelta::seconds(30));
    assert_eq!(jobs.run_due(1).unwrap(), [id]);
}

#[test]
fn workers_in_the_background_see_that_a_time_has_come() {
    let desk = Desk::new();
    let jobs = desk.jobs([echo("echo")]);
    jobs.start(1).unwrap();
    let at = desk.clock.now() + TimeDelta::hours(8);
    let id = jobs.enqueue(job("echo").not_before(at)).unwrap();
    let first = jobs.enqueue(job("echo")).unwrap();
    assert_eq!(jobs.wait(first).unwrap().state, State::Done);
    assert_eq!(jobs.get(id).unwrap().state, State::Queued);
    desk.clock.advance(TimeDelta::hours(8));
    assert_eq!(jobs.wait(id).unwrap().state, State::Done);
}
