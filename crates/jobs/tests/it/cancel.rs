//! Cancel: prompt, neutral, and from anywhere.

use crate::desk::{Desk, Kind, LONG, echo, job, patient};
use puente_core::{Code, Error as Failure};
use puente_jobs::{Error, Event, Interrupted, State};
use serde_json::Value;
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Far more than a cancel takes, and far less than the work would.
const PROMPT: Duration = Duration::from_secs(10);

#[test]
fn a_waiting_job_is_cancelled_at_once_and_never_runs() {
    let desk = Desk::new();
    let jobs = desk.jobs([echo("echo")]);
    let id = jobs.enqueue(job("echo")).unwrap();
    assert_eq!(jobs.cancel(id).unwrap().state, State::Cancelled);
    assert!(jobs.run_due(1).unwrap().is_empty());
    let refused = jobs.cancel(id).unwrap_err();
    assert!(matches!(
        refused,
        Error::WrongState {
            state: State::Cancelled,
            ..
        }
    ));
}

#[test]
fn a_job_that_hangs_in_a_call_is_ended_by_its_hook() {
    let desk = Desk::new();
    let (hangs, hanging) = mpsc::channel();
    let jobs = desk.jobs([Kind::new("hang", move |job, _| {
        let (close, closed) = mpsc::channel::<()>();
        let _hook = job.cancel.on_cancel(move || drop(close));
        hangs.send(()).unwrap();
        closed.recv_timeout(LONG).unwrap_err();
        Err(Failure::new(Code::DbConnectionLost))
    })]);
    jobs.start(1).unwrap();
    let id = jobs.enqueue(job("hang")).unwrap();
    hanging.recv_timeout(LONG).unwrap();
    let asked = Instant::now();
    jobs.cancel(id).unwrap();
    let cancelled = jobs.wait(id).unwrap();
    assert!(asked.elapsed() < PROMPT);
    assert_eq!((cancelled.state, cancelled.error), (State::Cancelled, None));
    let log = jobs.log(id).unwrap();
    assert!(
        log[0].text.contains("DB_CONNECTION_LOST"),
        "what the run ended in is kept: {log:?}"
    );
}

#[test]
fn a_job_that_another_process_runs_is_cancelled_through_its_row() {
    let desk = Desk::new();
    let (runner, onlooker) = (desk.jobs([patient("wait")]), desk.jobs([]));
    let events = runner.subscribe().unwrap();
    runner.start(1).unwrap();
    let id = onlooker.enqueue(job("wait")).unwrap();
    let running = |event: &Event| matches!(event, Event::JobChanged { job } if job.id == id && job.state == State::Running);
    assert!(events.iter().any(|event| running(&event)));
    let asked = Instant::now();
    assert!(onlooker.cancel(id).unwrap().cancel_requested);
    assert_eq!(onlooker.wait(id).unwrap().state, State::Cancelled);
    assert!(asked.elapsed() < PROMPT);
}

#[test]
fn a_cancel_is_asked_for_as_often_as_one_likes() {
    let desk = Desk::new();
    let (begun, begins) = mpsc::channel();
    let (go, gone) = mpsc::channel::<()>();
    let gone = std::sync::Mutex::new(gone);
    let jobs = desk.jobs([Kind::new("deaf", move |_, _| {
        begun.send(()).unwrap();
        gone.lock().unwrap().recv_timeout(LONG).unwrap();
        Ok(Value::Null)
    })
    .interrupted(Interrupted::Fail)]);
    jobs.start(1).unwrap();
    let id = jobs.enqueue(job("deaf")).unwrap();
    begins.recv_timeout(LONG).unwrap();
    for _ in 0..3 {
        let asked = jobs.cancel(id).unwrap();
        assert_eq!(
            (asked.state, asked.cancel_requested),
            (State::Running, true)
        );
    }
    go.send(()).unwrap();
    assert_eq!(jobs.wait(id).unwrap().state, State::Done, "it was quicker");
}

#[test]
fn a_cancelled_job_can_be_taken_up_again() {
    let desk = Desk::new();
    let jobs = desk.jobs([echo("echo")]);
    let id = jobs.enqueue(job("echo")).unwrap();
    jobs.cancel(id).unwrap();
    jobs.retry(id).unwrap();
    jobs.run_due(1).unwrap();
    assert_eq!(jobs.get(id).unwrap().state, State::Done);
}
