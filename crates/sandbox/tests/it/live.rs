use crate::sample::{options, server};
use puente_sandbox::{
    Changes, Charset, Dialect, ReaderKind, SampleCompany, SampleErp, SampleOptions,
};
use std::time::{Duration, Instant};

fn count(company: &SampleCompany, table: &str, only: &str) -> usize {
    let query = format!("select count(*) from {table} where {only}");
    company.column(&query).unwrap().concat().parse().unwrap()
}

fn among(key: &str, ids: &[i64]) -> String {
    let list = ids
        .iter()
        .map(i64::to_string)
        .collect::<Vec<_>>()
        .join(", ");
    if list.is_empty() {
        "1 = 0".to_owned()
    } else {
        format!("{key} in ({list})")
    }
}

fn assert_done(company: &SampleCompany, changes: &Changes) {
    let exist = |table: &str, key: &str, ids: &[i64], also: &str| {
        assert_eq!(
            count(company, table, &format!("{} {also}", among(key, ids))),
            ids.len(),
            "{table}: {ids:?} {also}"
        );
    };
    exist("KARDEX", "KARDEXID", &changes.inserted_documents, "");
    exist(
        "KARDEX",
        "KARDEXID",
        &changes.voided_documents,
        "and FECANULADO is not null",
    );
    exist("KARDEX", "KARDEXID", &changes.redated_documents, "");
    exist("DEKARDEX", "DEKARDEXID", &changes.inserted_lines, "");
    exist("DEKARDEX", "DEKARDEXID", &changes.updated_lines, "");
    exist("TRASLA", "TRASLAID", &changes.inserted_transfers, "");
    exist(
        "DETRASLA",
        "DETRASLAID",
        &changes.inserted_transfer_lines,
        "",
    );
    exist("MATERIAL", "MATID", &changes.inserted_articles, "");
    exist(
        "BODEGA",
        "BODID",
        &changes.renamed_places,
        "and NOMBRE starting 'BODEGA N'",
    );
    assert_eq!(
        count(
            company,
            "DEKARDEX",
            &among("DEKARDEXID", &changes.deleted_lines)
        ),
        0
    );
}

#[test]
fn what_is_written_later_is_what_the_report_says() {
    let (folder, server) = server();
    let erp = SampleErp::create(&server, &folder.path().join("erp"), options()).unwrap();
    let all = erp.write_more(60, 7).unwrap();
    assert_eq!(all.len(), erp.companies.len());
    for (company, changes) in erp.companies.iter().zip(&all) {
        assert_done(company, changes);
        assert!(!changes.updated_lines.is_empty() && !changes.deleted_lines.is_empty());
        assert!(!changes.voided_documents.is_empty() && !changes.redated_documents.is_empty());
        let (before, after) = (&company.expected, company.ask().unwrap());
        let lines = before.lines + changes.inserted_lines.len() as u64;
        assert_eq!(after.lines, lines - changes.deleted_lines.len() as u64);
        assert_eq!(
            after.documents,
            before.documents + changes.inserted_documents.len() as u64
        );
        assert_eq!(after.articles, before.articles + 1);
        assert_eq!(
            after.transfers,
            before.transfers + changes.inserted_transfers.len() as u64
        );
        assert_ne!(after.groups, before.groups);
    }
    let again = SampleErp::create(&server, &folder.path().join("again"), options()).unwrap();
    assert_eq!(
        again.write_more(60, 7).unwrap(),
        all,
        "a seed writes the same for ever"
    );
}

#[test]
fn every_dialect_and_charset_takes_the_same_later_writes() {
    let (folder, server) = server();
    let kinds = [
        (Dialect::Three, Charset::Win1252),
        (Dialect::One, Charset::None),
        (Dialect::Three, Charset::Utf8),
        (Dialect::One, Charset::Iso8859_1),
    ];
    let results = kinds.map(|(dialect, charset)| {
        let one = SampleOptions {
            companies: 1,
            years: vec![2026],
            dialect,
            charset,
            ..options()
        };
        let at = folder.path().join(charset.name());
        let erp = SampleErp::create(&server, &at, one).unwrap();
        let changes = erp.write_more(25, 11).unwrap();
        (changes, erp.companies[0].ask().unwrap())
    });
    for result in &results {
        assert_eq!(result, &results[0]);
    }
}

#[test]
fn a_restored_database_has_the_same_rows_and_another_creation_date() {
    let (folder, server) = server();
    let one = SampleOptions {
        companies: 1,
        years: vec![2026],
        ..options()
    };
    let erp = SampleErp::create(&server, &folder.path().join("erp"), one).unwrap();
    let company = &erp.companies[0];
    let born = || {
        company
            .column("select MON$CREATION_DATE from MON$DATABASE")
            .unwrap()
    };
    let before = born();
    company.restore_in_place().unwrap();
    assert_eq!(company.ask().unwrap(), company.expected);
    assert_ne!(born(), before);
}

#[test]
fn a_background_writer_commits_at_its_rate_until_it_is_stopped() {
    let (folder, server) = server();
    let one = SampleOptions {
        companies: 1,
        years: vec![2026],
        ..options()
    };
    let erp = SampleErp::create(&server, &folder.path().join("erp"), one).unwrap();
    let company = &erp.companies[0];
    let begin = Instant::now();
    let writer = company.writer(100, 3).unwrap();
    while writer.commits() < 50 && begin.elapsed() < Duration::from_secs(60) {
        std::thread::yield_now();
    }
    let elapsed = begin.elapsed();
    let commits = writer.commits();
    let changes = writer.stop().unwrap();
    assert!(commits >= 50, "it wrote {commits} times in {elapsed:?}");
    assert!(
        elapsed >= Duration::from_millis(400),
        "it wrote faster than it should: {elapsed:?}"
    );
    assert_done(company, &changes);
    let settled = company.ask().unwrap();
    assert_eq!(
        company.ask().unwrap(),
        settled,
        "it wrote on after its stop"
    );
}

#[test]
fn an_update_that_is_held_open_is_seen_by_nobody_until_it_is_committed() {
    let (folder, server) = server();
    let one = SampleOptions {
        companies: 1,
        years: vec![2026],
        ..options()
    };
    let erp = SampleErp::create(&server, &folder.path().join("erp"), one).unwrap();
    let company = &erp.companies[0];
    let before = company.ask().unwrap();
    let held = company.hold_open_update(&[1, 2, 3]).unwrap();
    assert_eq!(company.ask().unwrap(), before);
    drop(held);
    let held = company.hold_open_update(&[1, 2, 3]).unwrap();
    assert_eq!(
        company.ask().unwrap(),
        before,
        "what was held before was rolled back"
    );
    held.commit().unwrap();
    assert_ne!(company.ask().unwrap(), before);
}

#[test]
fn a_snapshot_reader_holds_the_oldest_snapshot_back_and_a_read_committed_one_does_not() {
    let (folder, server) = server();
    let one = SampleOptions {
        companies: 1,
        years: vec![2026],
        ..options()
    };
    let erp = SampleErp::create(&server, &folder.path().join("erp"), one).unwrap();
    let company = &erp.companies[0];
    let gap_with = |kind| {
        let reader = company.open_reader(kind).unwrap();
        company.write_more(5, 1).unwrap();
        let mut clerk = company.session().unwrap();
        for n in 0..40 {
            clerk
                .run(&format!("update SUCURSAL set NOMBRE = 'N{n}';\ncommit;\n"))
                .unwrap();
        }
        let counters = company.transactions().unwrap();
        reader.roll_back().unwrap();
        counters.next - counters.oldest_snapshot
    };
    let (snapshot, committed) = (
        gap_with(ReaderKind::Snapshot),
        gap_with(ReaderKind::ReadCommitted),
    );
    assert!(snapshot >= 20, "a snapshot held only {snapshot} back");
    assert!(committed < 10, "read committed held {committed} back");
}
