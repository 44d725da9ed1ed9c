//! Several processes on one file.

use crate::support::{add, child, notes, open};
use puente_store::Error;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::Stdio;

const FILE: &str = "PUENTE_TEST_FILE";
const NAME: &str = "PUENTE_TEST_NAME";
const PROCESSES: usize = 4;
const THREADS: usize = 3;
const WRITES: usize = 60;

#[test]
fn processes_that_create_read_and_write_one_file_at_once_never_see_a_lock() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("puente.db");
    let children: Vec<_> = (0..PROCESSES)
        .map(|n| {
            child("processes::a_neighbour_hammers_the_file", &[])
                .env(FILE, &path)
                .env(NAME, n.to_string())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{said}"
        );
    }
    assert_eq!(notes(&open(&path)).len(), PROCESSES * THREADS * WRITES);
}

#[test]
#[ignore = "a part of the test above, run by it in processes of their own"]
fn a_neighbour_hammers_the_file() {
    let (Some(path), Ok(name)) = (
        std::env::var_os(FILE).map(PathBuf::from),
        std::env::var(NAME),
    ) else {
        return;
    };
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (path, name) = (&path, &name);
            scope.spawn(move || {
                for n in 0..WRITES {
                    // Opened anew from time to time: that, and leaving, take other locks than writing.
                    let db = open(path);
                    for m in 0..10 {
                        if (n + m) % 10 == 0 {
                            add(&db, format!("{name} {thread} {n}")).unwrap();
                        }
                        db.read(|c| {
                            let sql = "SELECT count(*) FROM note";
                            Ok::<i64, Error>(c.query_row(sql, [], |row| row.get(0))?)
                        })
                        .unwrap();
                    }
                }
            });
        }
    });
}

#[test]
fn what_was_answered_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("puente.db");
    for (round, answers) in [1, 7, 40, 150].into_iter().enumerate() {
        let mut victim = child("processes::a_victim_writes_and_says_so", &[])
            .env(FILE, &path)
            .env(NAME, format!("round {round}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = BufReader::new(victim.stdout.take().unwrap())
            .lines()
            .map(Result::unwrap);
        let mut said = said.filter_map(|line| line.strip_prefix(WRITTEN).map(str::to_owned));
        let mut written: Vec<String> = said.by_ref().take(answers).collect();
        victim.kill().unwrap();
        victim.wait().unwrap();
        written.extend(said);
        assert!(written.len() >= answers, "the victim ended by itself");
        let kept = notes(&open(&path));
        let lost: Vec<_> = written.iter().filter(|text| !kept.contains(text)).collect();
        assert!(lost.is_empty(), "answered and lost: {lost:?}");
    }
}

const WRITTEN: &str = "written: ";

#[test]
#[ignore = "a part of the test above, run by it in a process of its own"]
fn a_victim_writes_and_says_so() {
    let (Some(path), Ok(name)) = (
        std::env::var_os(FILE).map(PathBuf::from),
        std::env::var(NAME),
    ) else {
        return;
    };
    let db = open(&path);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (db, name) = (&db, &name);
            scope.spawn(move || {
                for n in 0.. {
                    let text = format!("{name} {thread} {n}");
                    add(db, text.as_str()).unwrap();
                    // A line of its own, also when the test harness has begun one.
                    writeln!(std::io::stdout().lock(), "\n{WRITTEN}{text}").unwrap();
                }
            });
        }
    });
}

#[test]
fn a_lock_that_is_held_beyond_patience_is_an_error_that_may_be_retried() {
    use crate::support::{clock, options};
    use puente_core::Coded;
    use puente_store::{Database, Options, rusqlite};
    use std::time::Duration;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("puente.db");
    let options = Options {
        patience: Duration::from_millis(50),
        ..options()
    };
    let db = Database::open(&path, options, clock()).unwrap();
    let neighbour = rusqlite::Connection::open(&path).unwrap();
    neighbour.execute_batch("BEGIN IMMEDIATE").unwrap();

    let error = add(&db, "waits").unwrap_err();
    assert!(
        matches!(error, Error::Busy { .. }) && !error.is_permanent(),
        "{error:?}"
    );

    neighbour.execute_batch("ROLLBACK").unwrap();
    add(&db, "goes on").unwrap();
    assert_eq!(notes(&db), ["goes on"]);
}
