//! What is kept: logs, the audit trail, and for how long.

use crate::desk::{Desk, Kind, echo, job};
use chrono::TimeDelta;
use puente_core::{Clock, Code, Error as Failure};
use puente_jobs::{Filter, JobId, Level, MAX_LINES, Retention, State, audit};
use rusqlite::Transaction;
use serde_json::{Value, json};

#[test]
fn the_log_of_a_job_keeps_its_newest_lines_in_order() {
    let desk = Desk::new();
    let jobs = desk.jobs([Kind::new("talk", |job, _| {
        for n in 0..MAX_LINES + 50 {
            job.log(
                if n % 400 == 0 {
                    Level::Warn
                } else {
                    Level::Info
                },
                &format!("line {n}"),
            );
        }
        Ok(Value::Null)
    })]);
    let id = jobs.enqueue(job("talk")).unwrap();
    jobs.run_due(1).unwrap();
    let log = jobs.log(id).unwrap();
    let texts: Vec<String> = log.iter().map(|line| line.text.clone()).collect();
    let newest: Vec<String> = (50..MAX_LINES + 50).map(|n| format!("line {n}")).collect();
    assert_eq!(texts, newest);
    assert_eq!((log[350].level, log[351].level), (Level::Warn, Level::Info));
}

#[test]
fn the_audit_trail_takes_entries_and_gives_nothing_up() {
    let desk = Desk::new();
    let jobs = desk.jobs([]);
    jobs.audit("ana", "server.add", "server:3", json!({"host": "erp"}))
        .unwrap();
    jobs.audit("luis", "server.edit", "server:3", json!({}))
        .unwrap();
    jobs.audit("ana", "backup.create", "backup", json!({}))
        .unwrap();
    let trail = jobs.audit_trail(Some("server:3"), None, 10).unwrap();
    let actions: Vec<&str> = trail.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["server.edit", "server.add"]);
    assert_eq!(trail[1].detail, json!({"host": "erp"}));
    let older = jobs.audit_trail(None, Some(trail[0].id), 1).unwrap();
    assert_eq!(older[0].action, "server.add");

    let database = desk.database();
    for statement in [
        "UPDATE audit SET actor = 'eva'",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit VALUES (1, 'x', 'eva', 'x', 'x', '{}')",
    ] {
        let refused: Result<(), puente_store::Error> =
            database.write(move |tx| Ok(tx.execute_batch(statement)?));
        assert!(
            refused.unwrap_err().to_string().contains("append-only"),
            "{statement}"
        );
    }
    assert_eq!(jobs.audit_trail(None, None, 10).unwrap().len(), 3);
}

#[test]
fn a_change_and_its_trace_are_one_write() {
    let desk = Desk::new();
    let now = desk.clock.now();
    let both = move |tx: &Transaction<'_>| -> Result<(), puente_jobs::Error> {
        audit::append(tx, now, "ana", "server.remove", "server:3", &json!({}))?;
        Err(puente_jobs::Error::NoSchedule(
            "the change fails".to_owned(),
        ))
    };
    desk.database().write(both).unwrap_err();
    assert!(
        desk.jobs([])
            .audit_trail(None, None, 10)
            .unwrap()
            .is_empty()
    );
}

#[test]
fn old_jobs_go_failures_later_and_the_newest_stay_however_old() {
    let desk = Desk::new();
    let jobs = desk.jobs([
        echo("good"),
        Kind::new("bad", |job, _| {
            job.log(Level::Error, "why");
            Err(Failure::new(Code::DbWrongPassword))
        }),
    ]);
    let enqueue = |kind| jobs.enqueue(job(kind)).unwrap();
    let (good, bad, waiting) = (enqueue("good"), enqueue("bad"), enqueue("unknown"));
    jobs.run_due(1).unwrap();
    let retention = Retention {
        finished_days: 30,
        failed_days: 180,
        keep: 0,
    };
    let left = || -> Vec<JobId> {
        jobs.list(&Filter::default())
            .unwrap()
            .into_iter()
            .map(|job| job.id)
            .collect()
    };
    desk.clock.advance(TimeDelta::days(31));
    assert_eq!(
        jobs.prune(Retention {
            keep: 3,
            ..retention
        })
        .unwrap(),
        0
    );
    assert_eq!(jobs.prune(retention).unwrap(), 1);
    assert_eq!(left(), [waiting, bad], "{good} is gone");
    desk.clock.advance(TimeDelta::days(150));
    assert_eq!(jobs.prune(retention).unwrap(), 1);
    assert_eq!(left(), [waiting], "what has not ended stays, {bad} is gone");
    let lines: i64 = desk
        .database()
        .read(|c| {
            Ok::<_, puente_store::Error>(
                c.query_row("SELECT count(*) FROM job_log", [], |r| r.get(0))?,
            )
        })
        .unwrap();
    assert_eq!(lines, 0, "and its log with it");
    assert!(
        jobs.enqueue(job("good")).unwrap() > waiting,
        "numbers are not given twice"
    );
}

#[test]
fn a_secret_in_the_hands_of_a_handler_leaves_no_trace() {
    const CANARY: &str = "canary-7f3a9c";
    let desk = Desk::new();
    let secret = puente_core::Secret::from(CANARY);
    let held = secret.clone();
    let jobs = desk.jobs([
        Kind::new("fail", move |job, _| {
            job.log(Level::Warn, &format!("logging in with {secret:?}"));
            Err(Failure::new(Code::DbWrongPassword).with("user", "PUENTE_RO"))
        }),
        Kind::new("panic", move |_, _| panic!("could not use {held:?}")),
    ]);
    for kind in ["fail", "panic"] {
        jobs.enqueue(NewInput::naming(kind)).unwrap();
    }
    jobs.run_due(1).unwrap();
    let all = jobs.list(&Filter::default()).unwrap();
    assert!(all.iter().all(|job| job.state == State::Failed));
    drop(jobs);
    let folder = desk.file();
    for entry in std::fs::read_dir(folder.parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes
                .windows(CANARY.len())
                .any(|part| part == CANARY.as_bytes());
            assert!(!found, "{}", path.display());
        }
    }
}

/// Rows hold the names of secrets.
struct NewInput;

impl NewInput {
    fn naming(kind: &str) -> puente_jobs::NewJob {
        puente_jobs::NewJob::new(kind, json!({"password": "server:3"}))
    }
}
