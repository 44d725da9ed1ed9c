//! A process is killed at every point between reading a document and keeping its mark. After a restart each
//! document is in Solar once, and marked in its source.

use crate::office::jobs_of;
use crate::solar::{Local, Shop, assert_told, room_in};
use puente_core::{Clock, Secret, SystemClock};
use puente_jobs::NewJob;
use puente_sales::accounts;
use puente_sales::handlers::DELIVER;
use puente_sandbox::CounterOptions;
use puente_sandbox::clouds::{Cloud, Does, Fault};
use puente_store::secrets::Secrets;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Every point on that way, and whether an answer has to be lost for it to be reached.
const POINTS: [(&str, bool); 13] = [
    ("read.after", false),
    ("stored.after", false),
    ("intent.before", false),
    ("intent.after", false),
    ("send.before", false),
    ("send.after", false),
    ("store.before", false),
    ("store.after", false),
    ("unanswered.after", true),
    ("settle.after", true),
    ("mark.before", false),
    ("mark.inside", false),
    ("mark.after", false),
];
pub const TELL: &str = "/SolutionsRE_BackEnd/api/monitoring/informarVentas";

#[derive(Clone, Serialize, Deserialize)]
struct Brief {
    folder: PathBuf,
    port: u16,
    ledger: i64,
    password: String,
    point: String,
    /// At which time of reaching it.
    at: u64,
    /// SIGKILL instead of an abort.
    sigkill: bool,
}

#[test]
fn a_kill_at_any_point_leaves_each_document_told_once_and_marked() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let runs: u64 = number("PUENTE_PROOF_RUNS").unwrap_or(1);
    let seed: u64 =
        number("PUENTE_PROOF_SEED").unwrap_or_else(|| SystemClock.now().timestamp().unsigned_abs());
    println!("PUENTE_PROOF_SEED={seed} PUENTE_PROOF_RUNS={runs}");
    let only = std::env::var("PUENTE_PROOF_POINT").ok();
    let (mut all, mut reached) = (0, 0);
    for (place, (point, loses)) in POINTS.into_iter().enumerate() {
        if only.as_deref().is_some_and(|only| only != point) {
            continue;
        }
        for run in 0..runs {
            let dice = crate::kill::mix(seed, place as u64, run);
            all += 1;
            reached += u64::from(one_run(point, loses, dice));
        }
        if runs > 1 {
            println!("{point}: {runs} runs, each document told once and marked");
        }
    }
    println!("{all} runs, killed in {reached}");
    assert!(reached * 10 >= all * 8, "killed in {reached} of {all} runs");
}

/// Whether the kill came about.
fn one_run(point: &str, loses: bool, dice: u64) -> bool {
    let documents = 3 + u32::try_from(dice % 4).unwrap();
    let shop = Shop::new(CounterOptions::of(dice, documents));
    if loses {
        let does = [
            Does::AcceptThenReset,
            Does::AcceptThenCut,
            Does::AcceptThenHtml,
        ];
        let one = does[usize::try_from(dice >> 8).unwrap_or(0) % does.len()].clone();
        shop.clouds
            .fault(Fault::on(Cloud::Solar, "POST", TELL, one).times(2));
    }
    let once = point.starts_with("mark.") || point.starts_with("stored") || point == "read.after";
    let brief = Brief {
        folder: shop.path(),
        port: shop.server.port(),
        ledger: shop.ledger,
        password: shop.clouds.solar_login().password,
        point: point.to_owned(),
        at: if once { 1 } else { 1 + dice % 2 },
        sigkill: dice.is_multiple_of(2),
    };
    let Shop {
        clouds,
        server,
        counter,
        room,
        jobs,
        ledger,
        channel,
        folder,
    } = shop;
    // The data is open in one process at a time here: the queue's own locks are another test's matter.
    drop((room, jobs));
    let killed = !child(&brief).success();
    clouds.heal();
    let calm = Brief {
        point: String::new(),
        ..brief.clone()
    };
    assert!(
        child(&calm).success(),
        "the restart failed at {point} {dice}"
    );
    let room = room_of(&brief);
    let shop = Shop {
        jobs: jobs_of(&room),
        clouds,
        server,
        counter,
        room,
        ledger,
        channel,
        folder,
    };
    shop.deliver();
    assert_told(&shop);
    let marks = puente_sales::marks::counts(&shop.room.state, shop.channel).unwrap();
    assert_eq!(marks, (u64::from(documents), 0), "{point} {dice}");
    killed
}

fn room_of(brief: &Brief) -> puente_sales::Room {
    let secrets = Secrets::memory();
    let key = Secret::from(brief.password.as_str());
    secrets
        .set(&accounts::ledger_secret(brief.ledger), &key)
        .unwrap();
    let local = Local {
        port: brief.port,
        user: "puente".into(),
        profile: None,
    };
    room_in(&brief.folder, secrets, local)
}

fn child(brief: &Brief) -> ExitStatus {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "solar_kill::the_process_that_is_killed",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env("PUENTE_PROOF_BRIEF", serde_json::to_string(brief).unwrap())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap()
}

/// Delivers, and dies where it was told to. Run by the test above in a process of its own.
#[test]
#[ignore = "a part of another test"]
fn the_process_that_is_killed() {
    let Ok(brief) = std::env::var("PUENTE_PROOF_BRIEF") else {
        return;
    };
    let brief: Brief = serde_json::from_str(&brief).unwrap();
    let (point, at, sigkill) = (brief.point.clone(), brief.at, brief.sigkill);
    let reached = AtomicU64::new(0);
    let room = room_of(&brief).with_points(Arc::new(move |name| {
        if name == point && reached.fetch_add(1, Ordering::SeqCst) + 1 == at {
            if sigkill {
                let pid = std::process::id().to_string();
                Command::new("kill").args(["-9", &pid]).status().unwrap();
            }
            std::process::abort();
        }
    }));
    let jobs = jobs_of(&room);
    let input = json!({ "ledger_id": brief.ledger });
    jobs.enqueue(NewJob::new(DELIVER, input).once()).unwrap();
    jobs.run_due(1).unwrap();
}
