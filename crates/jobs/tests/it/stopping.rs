//! The end of a program in which jobs run.

use crate::desk::{Desk, Kind, LONG, code, echo, job};
use puente_core::Code;
use puente_jobs::{Error, Interrupted, Jobs, State};
use serde_json::{Value, json};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

/// Runs until it is asked to end, and says when it began.
fn begins(name: &'static str, on_interrupt: Interrupted) -> (Kind, mpsc::Receiver<()>) {
    let (begun, begins) = mpsc::channel();
    let kind = Kind::new(name, move |job, _| {
        job.checkpoint(json!(3))?;
        begun.send(()).unwrap();
        job.cancel.sleep(LONG)?;
        Ok(Value::Null)
    });
    (kind.interrupted(on_interrupt), begins)
}

fn stop(jobs: &Jobs) -> Vec<puente_jobs::JobId> {
    let asked = Instant::now();
    let left = jobs.stop();
    assert!(
        asked.elapsed() < Duration::from_secs(10),
        "a stop takes five seconds at most"
    );
    left
}

#[test]
fn a_job_that_can_be_resumed_waits_for_the_next_start() {
    let desk = Desk::new();
    let (kind, begun) = begins("extract", Interrupted::Resume);
    let jobs = desk.jobs([kind]);
    jobs.start(2).unwrap();
    let id = jobs.enqueue(job("extract")).unwrap();
    begun.recv_timeout(LONG).unwrap();
    assert!(stop(&jobs).is_empty());
    let waiting = jobs.get(id).unwrap();
    assert_eq!((waiting.state, waiting.attempts), (State::Queued, 0));
    assert!(matches!(jobs.start(1), Err(Error::Stopped)));

    let resume = Kind::new("extract", |job, _| {
        Ok(job.resume_state().cloned().unwrap_or_default())
    });
    let next = desk.jobs([resume]);
    next.run_due(1).unwrap();
    assert_eq!(next.get(id).unwrap().result, Some(json!(3)));
}

#[test]
fn a_job_that_cannot_be_resumed_is_settled_as_a_kill_would() {
    let desk = Desk::new();
    let (backup, backing_up) = begins("backup", Interrupted::Fail);
    let (invoice, sending) = begins("invoice", Interrupted::Uncertain);
    let jobs = desk.jobs([backup, invoice]);
    jobs.start(2).unwrap();
    let ids = ["backup", "invoice"].map(|kind| jobs.enqueue(job(kind)).unwrap());
    backing_up.recv_timeout(LONG).unwrap();
    sending.recv_timeout(LONG).unwrap();
    assert!(stop(&jobs).is_empty());
    let [backup, invoice] = ids.map(|id| jobs.get(id).unwrap());
    assert_eq!(
        (backup.state, code(&backup)),
        (State::Failed, Some(Code::JobInterrupted))
    );
    assert_eq!(
        (invoice.state, code(&invoice)),
        (State::Uncertain, Some(Code::JobInterrupted))
    );
}

#[test]
fn a_job_that_does_not_listen_is_left_behind_and_holds_nobody_up() {
    let desk = Desk::new();
    let (begun, begins) = mpsc::channel();
    let (go, gone) = mpsc::channel::<()>();
    let gone = Mutex::new(gone);
    let jobs = desk.jobs([Kind::new("deaf", move |_, _| {
        begun.send(()).unwrap();
        gone.lock().unwrap().recv_timeout(LONG).unwrap();
        Ok(Value::Null)
    })]);
    jobs.start(1).unwrap();
    let id = jobs.enqueue(job("deaf")).unwrap();
    begins.recv_timeout(LONG).unwrap();
    assert_eq!(stop(&jobs), [id]);
    let other = desk.jobs([echo("deaf")]);
    assert!(
        other.recover().unwrap().jobs.is_empty(),
        "its process lives, and so does the job"
    );
    go.send(()).unwrap();
    assert_eq!(jobs.wait(id).unwrap().state, State::Done);
}

#[test]
fn the_workers_end_with_the_last_handle_on_the_queue() {
    let desk = Desk::new();
    let (kind, begun) = begins("extract", Interrupted::Resume);
    let jobs = desk.jobs([kind]);
    jobs.start(1).unwrap();
    let id = jobs.enqueue(job("extract")).unwrap();
    begun.recv_timeout(LONG).unwrap();
    drop(jobs);
    let other = desk.jobs([echo("extract")]);
    other.start(1).unwrap();
    assert_eq!(
        other.wait(id).unwrap().state,
        State::Done,
        "it was put back, and taken up here"
    );
}
