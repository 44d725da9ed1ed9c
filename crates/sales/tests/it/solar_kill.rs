//! A process is killed at every point between reading a document and keeping its mark. After a restart each
//! document is in Solar once, and marked in its source.

use crate::killing::{self, Death};
use crate::office::jobs_of;
use crate::solar::{Local, Shop, assert_told, room_in};
use puente_core::Secret;
use puente_jobs::NewJob;
use puente_sales::accounts;
use puente_sales::handlers::DELIVER;
use puente_sandbox::CounterOptions;
use puente_sandbox::clouds::{Cloud, Does, Fault};
use puente_store::secrets::Secrets;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::PathBuf;

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
    death: Death,
}

const CHILD: &str = "solar_kill::the_process_that_is_killed";

#[test]
fn a_kill_at_any_point_leaves_each_document_told_once_and_marked() {
    killing::at_every_point(&POINTS, one_run);
}

/// Whether the kill came about.
fn one_run(point: &str, loses: bool, dice: u64) -> bool {
    // Some leave together, and others after them.
    let documents = 5 + u32::try_from(dice % 4).unwrap();
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
    let times = match point {
        "send.before" | "send.after" => 5,
        "intent.before" | "intent.after" | "store.before" | "store.after" | "settle.after" => 2,
        _ => 1,
    };
    let brief = Brief {
        folder: shop.path(),
        port: shop.server.port(),
        ledger: shop.ledger,
        password: shop.clouds.solar_login().password,
        death: Death::at(point, 1 + (dice >> 4) % times, dice),
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
    let killed = !killing::child(CHILD, &brief);
    clouds.heal();
    let calm = Brief {
        death: Death::default(),
        ..brief.clone()
    };
    assert!(
        killing::child(CHILD, &calm),
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
    let local = Local::of(brief.port, "puente");
    room_in(&brief.folder, secrets, local)
}

/// Delivers, and dies where it was told to. Run by the test above in a process of its own.
#[test]
#[ignore = "a part of another test"]
fn the_process_that_is_killed() {
    let Some(brief) = killing::brief::<Brief>() else {
        return;
    };
    let room = room_of(&brief).with_points(brief.death.clone().points());
    let jobs = jobs_of(&room);
    let input = json!({ "ledger_id": brief.ledger });
    jobs.enqueue(NewJob::new(DELIVER, input).once()).unwrap();
    jobs.run_due(1).unwrap();
}
