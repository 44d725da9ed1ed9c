//! A server that goes away in the middle of a job.

use super::Pc;
use crate::desk::said;
use puente_sandbox::vpn::{ADMIN, TurnedClock};
use puente_sandbox::{SampleOptions, SampleSize};
use serde_json::Value;
use std::process::{Child, Output};
use std::time::Duration;

/// Lets a program's time go by eight times as fast until it ends.
fn hurried(clock: &TurnedClock, mut child: Child) -> Output {
    while child.try_wait().unwrap().is_none() {
        clock.passes(Duration::from_secs(4)).unwrap();
        std::thread::sleep(Duration::from_millis(500));
    }
    child.wait_with_output().unwrap()
}

impl Pc {
    fn hurry(&self, line: &[&str]) -> Output {
        let clock = self.bench.clock.as_ref().unwrap();
        hurried(clock, self.bench.start(line, ""))
    }

    /// The job as the queue has it.
    fn job(&self, id: &str) -> Value {
        self.bench.json(&["jobs", "show", id], "")
    }

    /// The time for the next attempt comes.
    fn is_due(&self) {
        // No pause between two attempts of these jobs is longer so early.
        let clock = self.bench.clock.as_ref().unwrap();
        clock.passes(Duration::from_secs(41)).unwrap();
    }
}

#[test]
fn a_job_whose_server_starts_anew_is_tried_again_until_it_ends_with_the_right_figures() {
    let mut pc = Pc::with(SampleOptions {
        size: SampleSize::Custom(8000),
        companies: 1,
        years: vec![2026],
        ..SampleOptions::default()
    });
    let create = pc.bench.with_key("create", "oficina", ADMIN);
    let create = [&create[..], &["--password-stdin"]].concat();
    pc.bench.json(&create, pc.bench.password());
    assert!(pc.add_server("oficina").status.success());
    pc.bench.json(&["companies", "discover"], "");
    pc.bench.clock = Some(TurnedClock::new(&pc.bench.lab).unwrap());
    let clock = pc.bench.clock.as_ref().unwrap();

    // Half of it has come when the server goes, and the office's host forgets the connection.
    pc.relay.hold_after(300_000);
    let extracting = pc
        .bench
        .start(&["movements", "extract", "--company", "9001234568"], "");
    pc.relay.wait_held();
    pc.bench.lab.stop_server().unwrap();
    pc.bench.lab.server.run("ip link set outer down").unwrap();
    pc.relay.cut();
    pc.bench.lab.server.run("ip link set outer up").unwrap();
    pc.bench.lab.start_server().unwrap();
    let broken = hurried(clock, extracting);
    let jobs: Value = serde_json::from_slice(&broken.stdout).unwrap();
    let id = jobs[0]["id"].to_string();
    let job = pc.job(&id);
    assert_eq!(job["state"], "paused", "{job}");
    assert_eq!(job["error"]["code"], "DB_CONNECTION_LOST", "{job}");

    // Away again when the next attempt comes: it waits for an answer in vain.
    pc.bench.lab.stop_server().unwrap();
    pc.is_due();
    pc.hurry(&["jobs", "run-due"]);
    let job = pc.job(&id);
    assert_eq!(job["error"]["code"], "VPN_NO_HANDSHAKE", "{job}");
    assert_eq!(job["attempts"], 2, "{job}");

    pc.bench.lab.start_server().unwrap();
    // What is there answers in its own time, which is not hurried.
    pc.is_due();
    pc.bench.puente(&["jobs", "run-due"], "");
    let job = pc.job(&id);
    assert_eq!(
        (&job["state"], &job["attempts"]),
        (&"done".into(), &3.into()),
        "{job}"
    );
    let proof = pc.bench.puente(
        &["movements", "proof", "--company", "9001234568", "--deep"],
        "",
    );
    assert!(proof.status.success(), "{}", said(&proof));
}
