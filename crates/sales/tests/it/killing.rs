//! What proofs of kills share: the dice, the process that dies, and where it does.

use puente_core::{Clock, SystemClock};
use puente_sales::Points;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Runs beside each other: most of their time is waiting.
const AT_ONCE: u64 = 6;
const BRIEF: &str = "PUENTE_PROOF_BRIEF";

/// Where a process dies, and how.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Death {
    /// Nowhere when it is empty.
    point: String,
    /// At which time of reaching it.
    at: u64,
    /// SIGKILL instead of an abort.
    sigkill: bool,
}

impl Death {
    pub fn at(point: &str, at: u64, dice: u64) -> Death {
        Death {
            point: point.to_owned(),
            at,
            sigkill: dice.is_multiple_of(2),
        }
    }

    /// Ends this process there.
    pub fn points(self) -> Points {
        let reached = AtomicU64::new(0);
        Arc::new(move |name| {
            if name == self.point && reached.fetch_add(1, Ordering::SeqCst) + 1 == self.at {
                if self.sigkill {
                    let pid = std::process::id().to_string();
                    Command::new("kill").args(["-9", &pid]).status().unwrap();
                }
                std::process::abort();
            }
        })
    }
}

/// Runs that test of this program in a process of its own. Whether it came to its end.
pub fn child(test: &str, brief: &impl Serialize) -> bool {
    Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--ignored", "--nocapture"])
        .env(BRIEF, serde_json::to_string(brief).unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap()
        .success()
}

/// What the process was started with; none where nobody started it.
pub fn brief<T: DeserializeOwned>() -> Option<T> {
    let text = std::env::var(BRIEF).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

/// Throws the dice for every point, as often as the environment says. `one_run` says whether the kill
/// came about.
pub fn at_every_point<T: Copy + Sync>(
    points: &[(&str, T)],
    one_run: impl Fn(&str, T, u64) -> bool + Sync,
) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let runs: u64 = number("PUENTE_PROOF_RUNS").unwrap_or(1);
    let seed: u64 =
        number("PUENTE_PROOF_SEED").unwrap_or_else(|| SystemClock.now().timestamp().unsigned_abs());
    println!("PUENTE_PROOF_SEED={seed} PUENTE_PROOF_RUNS={runs}");
    let only = std::env::var("PUENTE_PROOF_POINT").ok();
    let (mut all, mut reached) = (0, 0);
    for (place, (point, trouble)) in points.iter().enumerate() {
        if only.as_deref().is_some_and(|only| only != *point) {
            continue;
        }
        let (next, killed) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..AT_ONCE.min(runs) {
                scope.spawn(|| {
                    while let run = next.fetch_add(1, Ordering::SeqCst)
                        && run < runs
                    {
                        // A kill that did not come about proves nothing: the dice are thrown again, and of
                        // three that follow each other one asks for the first time of reaching the point.
                        let dice = mix(seed, place as u64, run);
                        let came =
                            (0..3).any(|more| one_run(point, *trouble, dice.wrapping_add(more)));
                        killed.fetch_add(u64::from(came), Ordering::SeqCst);
                    }
                });
            }
        });
        let killed = killed.into_inner();
        all += runs;
        reached += killed;
        if runs > 1 {
            println!("{point}: killed in {killed} of {runs} runs, and right in all");
        }
    }
    println!("{all} runs, killed in {reached}");
    assert!(reached * 10 >= all * 8, "killed in {reached} of {all} runs");
}

/// A number of chance that is the same for the same seed, point and run.
fn mix(seed: u64, point: u64, run: u64) -> u64 {
    let mut x = seed ^ (point << 40) ^ (run << 8) ^ 0x9E37_79B9_7F4A_7C15;
    for _ in 0..3 {
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^= x >> 31;
    }
    x
}
