//! What changed at the source arrives, and nothing that was there is lost.

use crate::lab::{Lab, input};
use puente_erp::extract::Mode;
use puente_erp::handlers::ExtractInput;
use puente_sandbox::{SampleOptions, SampleSize};
use puente_warehouse::{State, Stream};

fn extracted(options: SampleOptions) -> Lab {
    let lab = Lab::one(options);
    lab.office.discover();
    lab.extract(lab.sample());
    lab
}

#[test]
fn inserts_updates_voids_moved_dates_and_deletions_all_arrive() {
    let lab = extracted(SampleOptions {
        size: SampleSize::Small,
        ..SampleOptions::default()
    });
    for seed in 0..3 {
        let written = lab.sample().write_more(300, seed).unwrap();
        let report = lab.extract(lab.sample());
        assert_eq!(report.mode, Mode::Incremental);
        assert!(
            !written.deleted_lines.is_empty() && report.removed > 0,
            "{report:?}"
        );
        lab.assert_equal();
    }
}

#[test]
fn a_run_without_changes_reads_no_line() {
    let lab = extracted(SampleOptions::default());
    let report = lab.extract(lab.sample());
    assert_eq!((report.inserted, report.updated, report.removed), (0, 0, 0));
    let places = lab.sample().expected.places;
    assert_eq!(
        report.rows_read, places,
        "only the warehouses, which are always read"
    );
}

#[test]
fn a_row_that_commits_after_one_with_a_higher_key_is_not_lost() {
    let lab = extracted(SampleOptions::default());
    let mut slow = lab.sample().session().unwrap();
    let insert = |id: i64| {
        format!(
            "insert into DEKARDEX (DEKARDEXID, KARDEXID, MATID, BODID, CANMAT, PRECIOVTA, PARCVTA) \
             select {id}, min(KARDEXID), 1, 1, 2, 10, 20 from KARDEX;"
        )
    };
    slow.run(&insert(9_000_001)).unwrap();
    lab.sample()
        .run(&format!("{}\ncommit;\n", insert(9_000_002)))
        .unwrap();
    assert_eq!(
        lab.extract(lab.sample()).inserted,
        1,
        "the open one is not visible yet"
    );
    slow.run("commit;").unwrap();
    assert_eq!(
        lab.extract(lab.sample()).inserted,
        1,
        "a watermark on the key would lose it"
    );
    lab.assert_equal();
}

#[test]
fn a_void_that_commits_as_the_snapshot_begins_is_found_by_the_next_run() {
    let lab = extracted(SampleOptions::default());
    let mut slow = lab.sample().session().unwrap();
    // A void changes neither counts nor sums: if the mark missed it, only the deep proof would tell.
    slow.run("update KARDEX set FECANULADO = '2026-06-01' where FECANULADO is null;")
        .unwrap();
    lab.extract_while(lab.sample(), &mut || {
        slow.run("commit;").unwrap();
        // The server counts its oldest active transaction anew when another one begins.
        lab.sample()
            .run("update BODEGA set NOMBRE = NOMBRE;\ncommit;\n")
            .unwrap();
    });
    lab.extract(lab.sample());
    lab.assert_equal();
}

#[test]
fn deletions_all_over_a_table_are_found_by_reading_little_of_it() {
    let lab = extracted(SampleOptions {
        size: SampleSize::Custom(60_000),
        ..SampleOptions::default()
    });
    lab.sample()
        .run("delete from DEKARDEX where mod(DEKARDEXID, 6007) = 5;\ncommit;\n")
        .unwrap();
    let report = lab.extract(lab.sample());
    assert_eq!((report.mode, report.inserted), (Mode::Incremental, 0));
    assert!(report.removed >= 9, "{report:?}");
    assert!(
        report.rows_read < 12_000,
        "only the ranges that hold a deletion are read again: {report:?}"
    );
    lab.assert_equal();
    // Documents with all their lines, the first and the last rows of the tables among them.
    lab.sample()
        .run(
            "delete from DEKARDEX where KARDEXID in (select KARDEXID from KARDEX where mod(KARDEXID, 2003) = 1);
             delete from KARDEX where mod(KARDEXID, 2003) = 1;
             delete from DEKARDEX where DEKARDEXID = (select max(DEKARDEXID) from DEKARDEX);
             delete from DEKARDEX where DEKARDEXID = (select min(DEKARDEXID) from DEKARDEX);
             commit;\n",
        )
        .unwrap();
    lab.extract(lab.sample());
    lab.assert_equal();
}

#[test]
fn a_restored_database_is_recognised_and_read_again_whole() {
    let lab = extracted(SampleOptions::default());
    let written = lab.sample().write_more(30, 5).unwrap();
    assert!(written.rows() > 0);
    lab.sample().restore_in_place().unwrap();
    let report = lab.extract(lab.sample());
    assert_eq!(
        report.mode,
        Mode::Full,
        "record versions of a restored file mean nothing"
    );
    lab.assert_equal();
}

#[test]
fn a_document_that_loses_its_header_counts_for_nothing_and_its_lines_stay() {
    let lab = extracted(SampleOptions::default());
    lab.sample()
        .run("delete from KARDEX where KARDEXID = (select max(KARDEXID) from DEKARDEX);\ncommit;\n")
        .unwrap();
    lab.extract(lab.sample());
    lab.assert_equal();
}

#[test]
fn an_audit_finds_what_the_totals_alone_would_not() {
    let lab = extracted(SampleOptions::default());
    let company = lab.company(lab.sample()).id;
    let report = lab
        .office
        .extract(ExtractInput {
            audit: true,
            ..input(company)
        })
        .unwrap();
    assert_eq!((report.inserted, report.updated, report.removed), (0, 0, 0));
    lab.assert_equal();
}

#[test]
fn a_row_that_vanished_here_is_found_missing_and_brought_back() {
    let lab = extracted(SampleOptions::default());
    let company = lab.company(lab.sample()).id;
    let warehouse = &lab.office.room.warehouse;
    let load = warehouse.current(company).unwrap().unwrap();
    let keys = warehouse
        .line_keys(load.id, Stream::Line, i64::MIN, i64::MAX)
        .unwrap();
    let gone = puente_warehouse::Changes {
        gone_movements: vec![(Stream::Line, keys[5]), (Stream::Line, keys[50])],
        ..Default::default()
    };
    warehouse
        .apply(load.id, gone, load.mark.clone().unwrap())
        .unwrap();
    let report = lab.extract(lab.sample());
    assert_eq!(report.inserted + report.updated, 2, "{report:?}");
    lab.assert_equal();
    let stored = lab.stored(company, Stream::Line);
    assert!(stored.keys().all(|(_, _, state)| *state != State::Gone));
}
