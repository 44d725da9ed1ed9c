//! A disk without room, wherever the tests run: SQLite's own limit of pages stands in for it.

use crate::support::{add, notes, open};
use puente_core::{Code, Coded};
use puente_store::{Database, Error};

fn limit_pages(db: &Database, pages: u32) {
    let limited: Result<(), Error> = db.write(move |tx| {
        tx.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
        Ok(())
    });
    limited.unwrap();
}

#[test]
fn a_full_disk_has_its_code_keeps_what_was_written_and_goes_on_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(&folder.path().join("puente.db"));
    add(&db, "before").unwrap();
    limit_pages(&db, 1);

    let error = add(&db, "x".repeat(1 << 20)).unwrap_err();
    assert_eq!(error.code(), Code::DiskFull);
    assert_eq!(error.values(), [("path", db.path().display().to_string())]);
    assert!(!error.is_permanent(), "room may be made while a job waits");

    limit_pages(&db, u32::MAX - 1);
    add(&db, "after").unwrap();
    assert_eq!(notes(&db), ["before", "after"]);
}

#[test]
fn a_work_that_fills_the_disk_takes_none_of_its_group_down_silently() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(&folder.path().join("puente.db"));
    limit_pages(&db, 12);
    let results: Vec<(usize, Result<(), Error>)> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..40)
            .map(|n| {
                let db = db.clone();
                let size = if n % 4 == 0 { 1 << 20 } else { 10 };
                scope.spawn(move || (n, add(&db, format!("{n} {}", "x".repeat(size)))))
            })
            .collect();
        writers
            .into_iter()
            .map(|writer| writer.join().unwrap())
            .collect()
    });
    let promised: Vec<usize> = results
        .iter()
        .filter(|(_, result)| result.is_ok())
        .map(|(n, _)| *n)
        .collect();
    let mut kept: Vec<usize> = notes(&db)
        .iter()
        .map(|text| text.split_once(' ').unwrap().0.parse().unwrap())
        .collect();
    kept.sort_unstable();
    assert_eq!(kept, promised, "what was promised and what is there differ");
    let refused = results
        .iter()
        .filter_map(|(_, result)| result.as_ref().err());
    assert!(refused.clone().count() >= 10);
    for error in refused {
        assert_eq!(error.code(), Code::DiskFull, "{error:?}");
    }
}
