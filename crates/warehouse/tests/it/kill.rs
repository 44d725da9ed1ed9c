//! A process that is killed while it fills a load, again and again.

use crate::support::{
    all_of, assert_rolled_up, dimensions, document, export, lines, movement, open,
};
use puente_warehouse::{Batch, Movement, Stream};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const FOLDER: &str = "PUENTE_WAREHOUSE_TEST_FOLDER";
const LINES: i64 = 30_000;
const STEP: i64 = 150;

#[test]
fn killed_at_any_moment_a_load_is_resumed_to_exactly_its_rows() {
    let dir = tempfile::tempdir().unwrap();
    let mut random = StdRng::seed_from_u64(20_261_122);
    let mut kills = 0;
    loop {
        let mut child = start(dir.path());
        let puts = random.random_range(1..25);
        let ended = !listen(&mut child, puts);
        if ended {
            assert!(child.wait().unwrap().success());
            break;
        }
        // Some more of its work, cut anywhere.
        for _ in 0..random.random_range(0..200_000_u32) {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    assert!(kills >= 5, "only {kills} kills");
    let warehouse = open(dir.path());
    let load = warehouse.resumable(7).unwrap().unwrap();
    assert_eq!(load.movements, LINES);
    warehouse.publish(load.id, json!(1)).unwrap();
    assert_rolled_up(&warehouse, load.id);
    let rows = export(&warehouse, &all_of(7));
    let keys: Vec<i64> = rows.iter().map(|row| row.line_id).collect();
    assert_eq!(keys, (1..=LINES).collect::<Vec<_>>());
    let totals = warehouse
        .totals(load.id, Stream::Line, i64::MIN, i64::MAX)
        .unwrap();
    let expected: i128 = (1..=LINES).map(|id| i128::from(line(id).total_e4)).sum();
    assert_eq!(
        (totals.total_e4, totals.quantity_e6),
        (expected, i128::from(LINES) * 1_000_000)
    );
}

/// Reads so many reports of the child. `false`: it ended before.
fn listen(child: &mut Child, reports: usize) -> bool {
    let out = child.stdout.as_mut().unwrap();
    let mut lines = BufReader::new(out).lines().map_while(Result::ok);
    (0..reports).all(|_| lines.by_ref().any(|line| line.contains("put ")))
}

fn start(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "kill::fill_and_report",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "the process that the test above starts and kills"]
fn fill_and_report() {
    let folder = std::env::var_os(FOLDER).unwrap();
    let warehouse = open(Path::new(&folder));
    let (load, mut through) = match warehouse.resumable(7).unwrap() {
        Some(load) => (
            load.id,
            load.checkpoint.map_or(-1, |at| at.as_i64().unwrap()),
        ),
        None => (warehouse.begin(7, None).unwrap(), -1),
    };
    if through < 0 {
        warehouse.put(load, dimensions(), json!(0)).unwrap();
        through = 0;
    }
    while through < LINES {
        let rows: Vec<Movement> = (through + 1..=through + STEP).map(line).collect();
        let documents = (through / 3..(through + STEP) / 3).map(document).collect();
        let batch = Batch {
            documents,
            movements: lines(&rows),
            ..Batch::default()
        };
        through += STEP;
        warehouse.put(load, batch, json!(through)).unwrap();
        println!("put {through}");
    }
}

fn line(id: i64) -> Movement {
    Movement {
        doc_id: id / 3,
        article_id: id % 97,
        day: Some(20_454 + i32::try_from(id / 100).unwrap()),
        total_e4: id * 10,
        ..movement(id)
    }
}
