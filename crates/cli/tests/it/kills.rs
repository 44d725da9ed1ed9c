//! `kill -9` at random moments of an extraction: it resumes, and ends with exactly the source's rows.
//!
//! `PUENTE_KILLS` says how often (12 when it says nothing; `npm run proof:kills` asks for 200),
//! `PUENTE_SEED` repeats a run.

use crate::desk::{Desk, said};
use puente_sandbox::{SampleOptions, SampleSize};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

#[test]
fn a_killed_extraction_resumes_and_ends_with_exactly_the_rows_of_the_source() {
    let wanted: u32 = setting("PUENTE_KILLS").unwrap_or(12);
    let seed: u64 = setting("PUENTE_SEED").unwrap_or_else(rand::random);
    println!("kills: {wanted}, seed: {seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let desk = Desk::registered(SampleOptions {
        size: SampleSize::Custom(150_000),
        companies: 1,
        years: vec![2026],
        ..SampleOptions::default()
    });
    let one = "9001234568:2026";
    let extract = ["movements", "extract", "--company", one, "--force"];
    let started = Instant::now();
    assert!(desk.puente(&extract).status.success());
    let whole = started.elapsed();
    let mut killed = 0;
    while killed < wanted {
        let mut child = desk
            .command(&extract)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let wait = whole.mul_f64(dice.random_range(0.02..0.95));
        std::thread::sleep(wait.max(Duration::from_millis(5)));
        child.kill().unwrap();
        if !child.wait().unwrap().success() {
            killed += 1;
        }
    }
    let last = desk.puente(&extract);
    assert!(last.status.success(), "seed {seed}: {}", said(&last));
    let proof = desk.puente(&["movements", "proof", "--company", one, "--deep"]);
    assert!(proof.status.success(), "seed {seed}: {}", said(&proof));
    let sample = &desk.erp.companies[0];
    let summary = desk.json(&["movements", "summary", "--company", one]);
    assert_eq!(
        summary["movements"],
        sample.expected.movements(),
        "seed {seed}"
    );
}

fn setting<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}
