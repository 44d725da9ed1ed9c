//! What listeners hear.

use crate::desk::{Desk, Kind, LONG, echo, job};
use puente_core::{Progress, ProgressSink};
use puente_jobs::{Event, JobId, State};
use serde_json::Value;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

/// What is heard of a job until it is settled.
fn heard(events: &Receiver<Event>, id: JobId) -> Vec<Event> {
    let mut heard = Vec::new();
    loop {
        let event = events.recv_timeout(LONG).expect("the job comes to an end");
        let end =
            matches!(&event, Event::JobChanged { job } if job.id == id && job.state.is_settled());
        heard.push(event);
        if end {
            return heard;
        }
    }
}

fn states(events: &[Event]) -> Vec<State> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::JobChanged { job } => Some(job.state),
            Event::Progress { .. } | Event::Beside { .. } | Event::Missed => None,
        })
        .collect()
}

fn last_progress(events: &[Event]) -> Option<Progress> {
    events.iter().rev().find_map(|event| match event {
        Event::Progress { progress, .. } => Some(progress.clone()),
        Event::JobChanged { .. } | Event::Beside { .. } | Event::Missed => None,
    })
}

#[test]
fn a_listener_hears_each_state_in_its_order() {
    let desk = Desk::new();
    let jobs = desk.jobs([echo("echo")]);
    let events = jobs.subscribe().unwrap();
    let id = jobs.enqueue(job("echo")).unwrap();
    jobs.run_due(1).unwrap();
    assert_eq!(
        states(&heard(&events, id)),
        [State::Queued, State::Running, State::Done]
    );
}

#[test]
fn progress_is_thinned_out_and_the_last_one_is_always_heard() {
    let desk = Desk::new();
    let jobs = desk.jobs([Kind::new("count", |job, _| {
        let sink: &dyn ProgressSink = job;
        let start = Instant::now();
        let mut done = 0;
        while start.elapsed() < Duration::from_millis(700) {
            done += 1;
            sink.report(Progress::stage("rows").of(done, None));
        }
        Ok(done.into())
    })]);
    let events = jobs.subscribe().unwrap();
    let start = Instant::now();
    let id = jobs.enqueue(job("count")).unwrap();
    jobs.run_due(1).unwrap();
    let heard = heard(&events, id);
    let told = heard
        .iter()
        .filter(|event| matches!(event, Event::Progress { .. }))
        .count();
    let most = start.elapsed().as_millis() / 100 + 2;
    assert!(
        told >= 2 && told as u128 <= most,
        "{told} events in {most} tenths of a second"
    );
    let result = jobs.get(id).unwrap().result.unwrap();
    assert_eq!(
        last_progress(&heard).unwrap().done,
        result.as_u64().unwrap()
    );
    assert_eq!(
        jobs.get(id).unwrap().progress.unwrap().done,
        result.as_u64().unwrap()
    );
}

#[test]
fn a_window_that_is_opened_in_the_middle_finds_the_progress_in_the_row() {
    let desk = Desk::new();
    let (go, gone) = mpsc::channel::<()>();
    let gone = std::sync::Mutex::new(gone);
    let jobs = desk.jobs([Kind::new("count", move |job, _| {
        job.progress(Progress::stage("rows").of(7, Some(9)));
        gone.lock().unwrap().recv_timeout(LONG).unwrap();
        Ok(Value::Null)
    })]);
    jobs.start(1).unwrap();
    let window = desk.jobs([]);
    let events = window.subscribe().unwrap();
    let id = jobs.enqueue(job("count")).unwrap();
    // The other process hears of it through the file.
    let seen = events.iter().find_map(|event| match event {
        Event::Progress {
            id: of, progress, ..
        } if of == id => Some(progress),
        Event::JobChanged { job } if job.id == id => job.progress,
        Event::JobChanged { .. }
        | Event::Progress { .. }
        | Event::Beside { .. }
        | Event::Missed => None,
    });
    assert_eq!(seen, Some(Progress::stage("rows").of(7, Some(9))));
    assert_eq!(desk.jobs([]).get(id).unwrap().progress, seen);
    go.send(()).unwrap();
    assert_eq!(states(&heard(&events, id)).last(), Some(&State::Done));
}
