//! Several processes over one data folder at once, as when schedules and people meet.

use crate::desk::{Desk, said};
use puente_sandbox::{SampleOptions, SampleSize};
use std::process::Output;
use std::sync::Barrier;

/// Words that no person may ever read, and codes that stand for them.
const FORBIDDEN: [&str; 5] = [
    "locked",
    "busy",
    "STORE_FAILED",
    "JOB_INTERRUPTED",
    "INTERNAL",
];

#[test]
fn discoveries_extractions_backups_and_reads_at_once_lock_nobody_out() {
    let desk = Desk::registered(SampleOptions {
        size: SampleSize::Small,
        companies: 2,
        years: vec![2026],
        ..SampleOptions::default()
    });
    let companies: Vec<String> = desk
        .erp
        .companies
        .iter()
        .map(|company| format!("{}:{}", company.nit, company.year))
        .collect();
    let extract = |at: usize| {
        let line = [
            "movements",
            "extract",
            "--force",
            "--company",
            &companies[at],
        ];
        line.map(str::to_owned).to_vec()
    };
    let words = |line: &[&str]| {
        line.iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let parties: Vec<(usize, Vec<Vec<String>>)> = vec![
        (3, vec![words(&["companies", "discover"])]),
        (2, vec![extract(0)]),
        (2, vec![extract(1)]),
        (3, vec![words(&["backup", "create"])]),
        (
            4,
            vec![
                words(&["movements", "summary"]),
                words(&["companies", "list"]),
                words(&["jobs", "list"]),
            ],
        ),
    ];
    let start = Barrier::new(parties.len());
    let outputs: Vec<(String, Output)> = std::thread::scope(|scope| {
        let threads: Vec<_> = parties
            .iter()
            .map(|(rounds, lines)| {
                let (desk, start) = (&desk, &start);
                scope.spawn(move || {
                    start.wait();
                    let mut outputs = Vec::new();
                    for line in std::iter::repeat_n(lines, *rounds).flatten() {
                        let line: Vec<&str> = line.iter().map(String::as_str).collect();
                        outputs.push((line.join(" "), desk.puente(&line)));
                    }
                    outputs
                })
            })
            .collect();
        let joined = threads.into_iter().map(|thread| thread.join().unwrap());
        joined.flatten().collect()
    });
    assert_eq!(outputs.len(), 3 + 2 + 2 + 3 + 12);
    for (line, output) in &outputs {
        let answer = said(output);
        assert!(output.status.success(), "{line}: {answer}");
        for word in FORBIDDEN {
            assert!(!answer.contains(word), "{line}: {answer}");
        }
    }
    assert_logs_say_none(&desk);
    let mut deep = vec!["movements", "proof", "--deep"];
    deep.extend(companies.iter().flat_map(|company| ["--company", company]));
    let proven = desk.puente(&deep);
    assert!(proven.status.success(), "{}", said(&proven));
    let backups = desk.json(&["backup", "list"]);
    for backup in backups.as_array().unwrap() {
        let name = backup["name"].as_str().unwrap();
        let verified = desk.puente(&["backup", "verify", name]);
        assert!(verified.status.success(), "{name}: {}", said(&verified));
    }
    let newest = backups[0]["name"].as_str().unwrap();
    let restored = desk.puente(&["backup", "restore", newest, "--yes"]);
    assert!(restored.status.success(), "{}", said(&restored));
    assert_eq!(integrity(&desk), "ok");
    assert_eq!(desk.json(&["servers", "list"])[0]["name"], "oficina");
}

fn integrity(desk: &Desk) -> String {
    let path = desk.data.path().join("puente.db");
    let database = puente_store::rusqlite::Connection::open(path).unwrap();
    database
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap()
}

fn assert_logs_say_none(desk: &Desk) {
    for entry in std::fs::read_dir(desk.data.path().join("logs")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let line = text
            .lines()
            .find(|line| line.contains("database is locked"));
        assert_eq!(line, None);
    }
}
