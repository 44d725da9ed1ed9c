//! Broken connections, killed servers, full disks and cancels lose nothing.

use crate::lab::{Lab, Office, input};
use puente_core::Code;
use puente_erp::handlers::EXTRACT;
use puente_jobs::{NewJob, State};
use puente_sandbox::{FaultProxy, SampleOptions, SampleSize};
use serde_json::json;
use std::time::{Duration, Instant};

/// A lab whose office reaches the server through a proxy that can be told to misbehave.
fn behind_proxy(options: SampleOptions) -> (Lab, FaultProxy) {
    let mut lab = Lab::one(options);
    let proxy = FaultProxy::start(lab.server.port()).unwrap();
    lab.office = Office::new();
    let password = lab.server.password().clone();
    lab.office.register(
        "lab",
        proxy.port(),
        lab.server.user(),
        &password,
        &lab.erp.master,
    );
    lab.office.discover();
    (lab, proxy)
}

#[test]
fn a_connection_that_breaks_anywhere_is_resumed_and_ends_with_exactly_the_source() {
    let options = SampleOptions {
        size: SampleSize::Small,
        ..SampleOptions::default()
    };
    let (lab, proxy) = behind_proxy(options);
    let company = lab.company(lab.sample()).id;
    let mut broken = 0;
    for bytes in [2_000, 20_000, 60_000, 120_000, 200_000, 300_000] {
        proxy.drop_after(bytes);
        match lab.office.extract(input(company)) {
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error.code, Code::DbConnectionLost, "{error}");
                assert!(error.retryable);
                broken += 1;
            }
        }
    }
    assert!(
        broken >= 2,
        "the connection must have broken for this to prove anything"
    );
    proxy.heal();
    lab.office.extract(input(company)).unwrap();
    lab.assert_equal();
}

#[test]
fn a_server_that_is_killed_and_comes_back_is_read_to_the_end() {
    let mut lab = Lab::one(SampleOptions {
        size: SampleSize::Small,
        ..SampleOptions::default()
    });
    lab.office.discover();
    let company = lab.company(lab.sample()).id;
    lab.server.kill();
    let error = lab.office.extract(input(company)).unwrap_err();
    assert!(error.retryable, "{error}");
    lab.server.restart().unwrap();
    // The port is the same, so the registered server needs no change.
    lab.office.extract(input(company)).unwrap();
    lab.assert_equal();
}

#[test]
fn a_job_is_cancelled_within_two_seconds_even_when_the_server_has_fallen_silent() {
    let (lab, proxy) = behind_proxy(SampleOptions::default());
    let company = lab.company(lab.sample()).id;
    proxy.stall();
    let jobs = lab.office.jobs.clone();
    let id = jobs
        .enqueue(NewJob::new(EXTRACT, json!(input(company))))
        .unwrap();
    let events = jobs.subscribe().unwrap();
    let runner = std::thread::spawn({
        let jobs = jobs.clone();
        move || jobs.run_due(1).unwrap()
    });
    // The job is under way once it has said anything.
    while jobs.get(id).unwrap().state != State::Running {
        events.recv_timeout(Duration::from_secs(10)).unwrap();
    }
    let asked = Instant::now();
    jobs.cancel(id).unwrap();
    runner.join().unwrap();
    assert!(
        asked.elapsed() < Duration::from_secs(2),
        "{:?}",
        asked.elapsed()
    );
    assert_eq!(jobs.get(id).unwrap().state, State::Cancelled);
    proxy.heal();
    lab.office.extract(input(company)).unwrap();
    lab.assert_equal();
}
