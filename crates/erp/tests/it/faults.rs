//! Broken connections, killed servers, full disks and cancels lose nothing.

use crate::lab::{Lab, Marks, Moment, assert_told, dice, input};
use puente_core::{Code, Coded};
use puente_erp::extract::Request;
use puente_erp::handlers::{EXTRACT, ExtractInput};
use puente_jobs::{NewJob, State};
use puente_sandbox::{FaultProxy, SampleOptions, SampleSize};
use rand::RngExt as _;
use serde_json::json;
use std::time::{Duration, Instant};

/// More than one page of lines.
fn large() -> SampleOptions {
    SampleOptions {
        size: SampleSize::Custom(70_000),
        ..SampleOptions::default()
    }
}

fn forced(lab: &Lab) -> ExtractInput {
    ExtractInput {
        force: true,
        ..input(lab.company(lab.sample()).id)
    }
}

/// How much an undisturbed run brings; the run is made.
fn bytes_of_a_run(lab: &Lab, proxy: &FaultProxy) -> u64 {
    let before = proxy.bytes_to_client();
    lab.extract(lab.sample());
    proxy.bytes_to_client() - before
}

#[test]
fn a_connection_that_breaks_anywhere_is_resumed_and_ends_with_exactly_the_source() {
    let options = SampleOptions {
        size: SampleSize::Small,
        ..SampleOptions::default()
    };
    let (lab, proxy) = Lab::behind_proxy(options, 30);
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
fn a_connection_that_is_cut_at_any_byte_is_resumed_and_ends_with_exactly_the_source() {
    let (mut dice, seed) = dice();
    let (lab, proxy) = Lab::behind_proxy(large(), 30);
    let whole = bytes_of_a_run(&lab, &proxy);
    let mut broken = 0;
    for round in 0..8 {
        let at = dice.random_range(1..whole);
        if round % 2 == 0 {
            proxy.drop_after(at);
        } else {
            proxy.reset_after(at);
        }
        if let Err(error) = lab.office.extract(forced(&lab)) {
            assert_told(&error, Code::DbConnectionLost);
            broken += 1;
        }
    }
    assert!(broken > 0, "PUENTE_SEED={seed}: nothing broke");
    proxy.heal();
    lab.office.extract(forced(&lab)).unwrap();
    lab.assert_equal();
}

#[test]
fn a_server_that_falls_silent_in_the_middle_of_a_page_is_given_up_in_time_and_read_on_later() {
    let (mut dice, seed) = dice();
    let (lab, proxy) = Lab::behind_proxy(large(), 1);
    let whole = bytes_of_a_run(&lab, &proxy);
    let mut silent = 0;
    for _ in 0..3 {
        proxy.stall_after(dice.random_range(whole / 10..whole));
        let result = lab.office.extract(forced(&lab));
        let Some(since) = proxy.silent_since() else {
            // What was kept of the run before left less to read than that.
            result.unwrap();
            continue;
        };
        let took = since.elapsed();
        assert_told(&result.unwrap_err(), Code::DbTimeout);
        assert!(
            took < Duration::from_secs(3),
            "PUENTE_SEED={seed}: {took:?}"
        );
        silent += 1;
        proxy.heal();
    }
    assert!(silent > 0, "PUENTE_SEED={seed}: it never fell silent");
    proxy.heal();
    lab.office.extract(forced(&lab)).unwrap();
    lab.assert_equal();
}

#[test]
fn a_job_that_waits_in_the_middle_of_a_page_for_a_dead_server_is_cancelled_and_can_go_on() {
    let (mut dice, seed) = dice();
    let (lab, proxy) = Lab::behind_proxy(large(), 600);
    let whole = bytes_of_a_run(&lab, &proxy);
    proxy.stall_after(dice.random_range(whole / 10..whole * 9 / 10));
    let jobs = lab.office.jobs.clone();
    let id = jobs
        .enqueue(NewJob::new(EXTRACT, json!(forced(&lab))))
        .unwrap();
    let runner = std::thread::spawn({
        let jobs = jobs.clone();
        move || jobs.run_due(1).unwrap()
    });
    let silent = proxy.wait_until_silent(Duration::from_secs(60));
    assert!(silent.is_some(), "PUENTE_SEED={seed}: it never fell silent");
    let asked = Instant::now();
    jobs.cancel(id).unwrap();
    runner.join().unwrap();
    let took = asked.elapsed();
    assert!(
        took < Duration::from_secs(2),
        "PUENTE_SEED={seed}: {took:?}"
    );
    assert_eq!(jobs.get(id).unwrap().state, State::Cancelled);
    proxy.heal();
    lab.office.extract(forced(&lab)).unwrap();
    lab.assert_equal();
}

#[test]
fn a_server_that_is_killed_at_any_moment_and_started_again_is_read_to_the_end() {
    let (mut dice, seed) = dice();
    let mut lab = Lab::one(large());
    lab.office.discover();
    let company = lab.company(lab.sample());
    let Lab { server, office, .. } = &mut lab;
    let force = Request {
        force: true,
        ..Request::default()
    };
    let mut chunks = 0;
    office
        .extract_amid(&company, force, Marks::Given, &mut |_| chunks += 1)
        .unwrap();
    let mut killed = 0;
    for _ in 0..6 {
        let at = dice.random_range(0..chunks);
        let ended = office.extract_amid(&company, force, Marks::Given, &mut |moment| {
            if moment == Moment::Chunk(at) {
                server.kill();
            }
        });
        if let Err(error) = ended {
            // Between two statements it is a new connection that finds no one.
            let code = error.code();
            let expected = [Code::DbConnectionLost, Code::DbPortClosed].contains(&code);
            assert!(expected, "PUENTE_SEED={seed}: {error}");
            assert!(code.is_retryable());
            killed += 1;
        }
        server.restart().unwrap();
    }
    assert!(killed > 0, "PUENTE_SEED={seed}: no run was hit");
    lab.office.extract(forced(&lab)).unwrap();
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
    let (lab, proxy) = Lab::behind_proxy(SampleOptions::default(), 30);
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
