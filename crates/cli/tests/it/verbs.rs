//! Each verb, its JSON, its exit code and its words.

use crate::desk::{Desk, said};
use puente_sandbox::{SampleOptions, SampleSize};

fn tiny() -> SampleOptions {
    SampleOptions {
        size: SampleSize::Tiny,
        ..SampleOptions::default()
    }
}

#[test]
fn a_day_of_a_technician_from_registering_to_the_proof() {
    let desk = Desk::registered(tiny());
    let tested = desk.json(&["servers", "test", "oficina"]);
    assert_eq!(tested["info"]["engine"], "Firebird");
    let companies = desk.json(&["companies", "list"]);
    assert_eq!(companies.as_array().unwrap().len(), 7);
    let words = desk.on_good(&["movements", "extract"]);
    let line: Vec<&str> = words.iter().map(String::as_str).collect();
    let extracted = desk.puente(&line);
    assert!(extracted.status.success(), "{}", said(&extracted));
    let all = desk.puente(&["movements", "extract", "--all"]);
    assert_eq!(all.status.code(), Some(1), "one file is missing");
    assert!(said(&all).contains("NO_ESTA.GDB"), "{}", said(&all));
    let expected: u64 = desk
        .erp
        .companies
        .iter()
        .map(|c| c.expected.movements())
        .sum();
    let summary = desk.json(&["movements", "summary"]);
    assert_eq!(summary["movements"], expected);
    assert!(!summary["top"].as_array().unwrap().is_empty());
    let shown = desk.puente(&["movements", "summary"]);
    assert!(
        said(&shown).contains("¿Cuánto se vendió por mes?"),
        "{}",
        said(&shown)
    );
    let words = desk.on_good(&["movements", "proof", "--deep"]);
    let line: Vec<&str> = words.iter().map(String::as_str).collect();
    let deep = desk.puente(&line);
    assert!(deep.status.success(), "{}", said(&deep));
    for (file, format) in [("a.csv", "csv"), ("b.xlsx", "xlsx")] {
        let path = desk.data.path().join(file).display().to_string();
        let exported = desk.json(&["movements", "export", "--all", "--output", &path]);
        assert_eq!(exported["rows"], expected, "{format}");
        let again = desk.puente(&["movements", "export", "--all", "--output", &path]);
        assert_eq!(
            again.status.code(),
            Some(3),
            "a file that is there is not replaced unasked"
        );
    }
    let csv = std::fs::read_to_string(desk.data.path().join("a.csv")).unwrap();
    assert_eq!(csv.lines().count() as u64, expected + 1);
    let path = desk.data.path().join("sales.csv").display().to_string();
    let line = "movements export --company 9001234568:2026 --type FV --state posted --from 2026-03-01 \
                --sort total --descending --output";
    let words: Vec<&str> = line.split_whitespace().chain([path.as_str()]).collect();
    let exported = desk.json(&words);
    let sales = std::fs::read_to_string(&path).unwrap();
    assert_eq!(exported["rows"], sales.lines().count() as u64 - 1);
    assert!(sales.lines().skip(1).all(|line| line.contains(";FV;")));
    let wrong = desk.puente(&[
        "movements",
        "export",
        "--all",
        "--sort",
        "colour",
        "--output",
        "c.csv",
    ]);
    assert_eq!(wrong.status.code(), Some(3), "{}", said(&wrong));
    assert!(csv.starts_with('\u{feff}') && csv.contains(";asentado;"));
}

#[test]
fn a_selection_takes_a_nit_in_any_spelling_with_or_without_a_year() {
    let desk = Desk::registered(tiny());
    let one = desk.json(&["movements", "extract", "--company", "900.123.456-8:2026"]);
    assert_eq!(one.as_array().unwrap().len(), 1);
    let both = desk.json(&["movements", "extract", "--company", "9001234568"]);
    assert_eq!(both.as_array().unwrap().len(), 2);
    let none = desk.puente(&["movements", "extract", "--company", "800000001-1"]);
    assert_eq!(none.status.code(), Some(3), "{}", said(&none));
}

#[test]
fn backups_are_made_listed_verified_and_restored() {
    let desk = Desk::registered(tiny());
    assert!(desk.puente(&["backup", "create"]).status.success());
    let backups = desk.json(&["backup", "list"]);
    let name = backups[0]["name"].as_str().unwrap().to_owned();
    assert!(desk.puente(&["backup", "verify", &name]).status.success());
    assert!(
        desk.puente(&["servers", "remove", "oficina", "--yes"])
            .status
            .success()
    );
    assert_eq!(desk.json(&["servers", "list"]).as_array().unwrap().len(), 0);
    let unasked = desk.puente(&["backup", "restore", &name]);
    assert_eq!(
        unasked.status.code(),
        Some(3),
        "without a terminal --yes is needed"
    );
    assert!(
        desk.puente(&["backup", "restore", &name, "--yes"])
            .status
            .success()
    );
    assert_eq!(desk.json(&["servers", "list"])[0]["name"], "oficina");
}

#[test]
fn a_damaged_state_is_set_aside_and_the_last_backup_brings_it_back() {
    let desk = Desk::registered(tiny());
    assert!(desk.puente(&["backup", "create"]).status.success());
    let name = desk.json(&["backup", "list"])[0]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    let state = desk.data.path().join("puente.db");
    let mut bytes = std::fs::read(&state).unwrap();
    bytes[..4096].fill(7);
    std::fs::write(&state, bytes).unwrap();
    for _ in 0..2 {
        let refused = desk.puente(&["servers", "list", "--json"]);
        let answer = said(&refused);
        assert_eq!(refused.status.code(), Some(1), "{answer}");
        assert!(answer.contains("STORE_CORRUPT"), "{answer}");
    }
    let restored = desk.puente(&["backup", "restore", &name, "--yes"]);
    assert!(restored.status.success(), "{}", said(&restored));
    assert_eq!(desk.json(&["servers", "list"])[0]["name"], "oficina");
}

#[test]
fn errors_speak_both_languages_and_say_what_to_do() {
    let desk = Desk::registered(tiny());
    let spanish = desk.puente(&["servers", "test", "ninguno"]);
    assert_eq!(spanish.status.code(), Some(3));
    let english = desk.puente(&["servers", "test", "ninguno", "--lang", "en"]);
    assert_ne!(said(&spanish), said(&english));
    assert!(said(&english).contains("→"), "{}", said(&english));
    let json = desk.json(&["servers", "test", "ninguno"]);
    assert_eq!(json["error"]["code"], "NOT_FOUND");
    let help = desk.puente(&["servers", "add", "--help", "--lang", "en"]);
    assert!(
        said(&help).contains("Registers a server"),
        "{}",
        said(&help)
    );
}

#[test]
fn the_doctor_finds_an_installation_well_and_a_dead_server_not() {
    let mut desk = Desk::registered(tiny());
    assert!(desk.puente(&["backup", "create"]).status.success());
    let well = desk.puente(&["doctor"]);
    assert!(well.status.success(), "{}", said(&well));
    desk.server.kill();
    let test = desk.puente(&["servers", "test", "oficina"]);
    assert_eq!(test.status.code(), Some(4), "{}", said(&test));
    let ill = desk.puente(&["doctor"]);
    assert!(said(&ill).contains("✗"), "{}", said(&ill));
}
