//! Changes of a SQL Server, found in each of the ways that a profile can ask for, when transactions commit
//! in another order than they began. The server is the stand-in; a real one was not there.

use crate::lab::{Office, assert_told, input};
use crate::sqlserver::Lab;
use chrono::{DateTime, TimeDelta, Utc};
use puente_core::{Code, ManualClock};
use puente_databases::{ChangesBy, Profile};
use puente_erp::extract::{Mode, Why};
use puente_erp::handlers::ExtractReport;
use puente_sandbox::{TdsDatabaseOptions, TdsFault, TdsTracking};
use std::sync::Arc;

/// What a profile asks for, what the database has, and what comes of it.
const WAYS: [(&str, TdsTracking, ChangesBy); 6] = [
    ("auto", TdsTracking::ChangeTracking, ChangesBy::Tracking),
    ("auto", TdsTracking::RowVersion, ChangesBy::RowVersion),
    ("auto", TdsTracking::None, ChangesBy::Overlap),
    ("tracking", TdsTracking::ChangeTracking, ChangesBy::Tracking),
    (
        "row_version",
        TdsTracking::RowVersion,
        ChangesBy::RowVersion,
    ),
    ("overlap", TdsTracking::ChangeTracking, ChangesBy::Overlap),
];

struct Stage {
    lab: Lab,
    clock: Arc<ManualClock>,
}

impl Stage {
    fn new(wanted: &str, tracking: TdsTracking, snapshots: bool) -> Stage {
        let july: DateTime<Utc> = "2026-07-20T15:00:00Z".parse().unwrap();
        let clock = Arc::new(ManualClock::at(july));
        let database = TdsDatabaseOptions {
            tracking,
            snapshots,
            ..TdsDatabaseOptions::default()
        };
        let lab = Lab::one_over(database, Office::over(Arc::clone(&clock) as _));
        let stage = Stage { lab, clock };
        stage.ask_for(wanted);
        stage
    }

    /// The office's own profile, which goes before the shipped one.
    fn ask_for(&self, wanted: &str) {
        let shipped = Profile::builtin_text("sqlserver").unwrap();
        let asked = format!("\nchanges = \"{wanted}\"\n");
        let text = shipped.replace("\nchanges = \"auto\"\n", &asked);
        assert!(text.contains(&asked));
        let profiles = &self.lab.office.room.profiles;
        std::fs::create_dir_all(profiles).unwrap();
        std::fs::write(profiles.join("sqlserver.toml"), text).unwrap();
    }

    fn extract(&self) -> ExtractReport {
        self.lab.extract(&self.lab.erp.companies[0])
    }

    fn assert_equal(&self) {
        self.lab.assert_equal(&self.lab.erp.companies[0]);
    }

    fn run(&self, statements: &str) {
        let sqlite = self.lab.erp.companies[0].database.sqlite().unwrap();
        sqlite.execute_batch(statements).unwrap();
    }
}

/// What a clerk does: a document with a line in an old month and one in an open month, another quantity, a
/// line deleted, and a void, which moves neither a count nor a sum. `nth` keeps clerks apart.
fn clerk(nth: i64) -> String {
    let (document, line) = (700_000 + nth * 10, 7_000_000 + nth * 10);
    let open = "FECHA >= '2026-06-15' AND FECHA < '2026-07-15'";
    format!(
        "INSERT INTO KARDEX (KARDEXID,CODCOMP,CODPREFIJO,NUMERO,FECHA,FECASENTAD,CLIENTE,TOTAL)
           VALUES ({document},'FV','FE','L{nth}','2026-01-15 00:00:00','2026-01-15 00:00:00',1,50000),
                  ({document}+1,'FV','FE','M{nth}','2026-07-01 00:00:00','2026-07-01 00:00:00',1,70000);
         INSERT INTO DEKARDEX (DEKARDEXID,KARDEXID,MATID,BODID,CANMAT,PRECIOVTA,PARCVTA,PARCOSTO)
           VALUES ({line},{document},1,1,1000000,50000,50000,20000),
                  ({line}+1,{document}+1,1,1,2000000,35000,70000,30000);
         UPDATE DEKARDEX SET CANMAT = CANMAT + 1500000
           WHERE DEKARDEXID = (SELECT DEKARDEXID FROM DEKARDEX ORDER BY DEKARDEXID LIMIT 1 OFFSET 10 + {nth});
         DELETE FROM DEKARDEX
           WHERE DEKARDEXID = (SELECT DEKARDEXID FROM DEKARDEX ORDER BY DEKARDEXID LIMIT 1 OFFSET 30 + {nth});
         UPDATE KARDEX SET FECANULADO = FECHA WHERE KARDEXID = (SELECT KARDEXID FROM KARDEX
           WHERE {open} AND FECASENTAD IS NOT NULL AND FECANULADO IS NULL AND KARDEXID < 700000
           ORDER BY KARDEXID LIMIT 1 OFFSET {nth});"
    )
}

#[test]
fn a_transaction_that_commits_after_a_later_one_was_read_is_not_lost() {
    for (wanted, tracking, found) in WAYS {
        let stage = Stage::new(wanted, tracking, true);
        let first = stage.extract();
        let told = (first.mode, first.notes.changes, first.notes.reread);
        assert_eq!(
            told,
            (Mode::Full, Some(found), Some(Why::First)),
            "{wanted}"
        );
        let database = &stage.lab.erp.companies[0].database;
        let early = database.begin_late(&clerk(1)).unwrap();
        stage.run(&clerk(2));
        let between = stage.extract();
        let told = (between.mode, between.notes.changes, between.notes.reread);
        assert_eq!(told, (Mode::Incremental, Some(found), None), "{wanted}");
        stage.assert_equal();
        early.commit().unwrap();
        stage.run(&clerk(3));
        let after = stage.extract();
        assert_eq!(after.mode, Mode::Incremental, "{wanted}");
        assert!(
            after.inserted >= 4 && after.removed >= 2,
            "{wanted}: {after:?}"
        );
        stage.assert_equal();
        let idle = stage.extract();
        let counts = (idle.inserted, idle.updated, idle.removed);
        assert_eq!(counts, (0, 0, 0), "{wanted}");
    }
}

#[test]
fn what_began_before_the_mark_was_read_and_commits_during_a_later_run_is_found_by_the_one_after() {
    for (wanted, tracking, _) in WAYS {
        let stage = Stage::new(wanted, tracking, true);
        stage.extract();
        let database = &stage.lab.erp.companies[0].database;
        let (one, other) = (
            database.begin_late(&clerk(1)).unwrap(),
            database.begin_late(&clerk(2)).unwrap(),
        );
        // The second to begin commits first; the mark stays before the first through two runs.
        stage.extract();
        other.commit().unwrap();
        stage.extract();
        stage.assert_equal();
        one.commit().unwrap();
        stage.extract();
        stage.assert_equal();
    }
}

#[test]
fn without_row_versioning_an_open_transaction_is_waited_for_shortly_and_nothing_is_lost() {
    for (wanted, tracking, _) in WAYS {
        let stage = Stage::new(wanted, tracking, false);
        stage.extract();
        let database = &stage.lab.erp.companies[0].database;
        let early = database.begin_late(&clerk(1)).unwrap();
        let company = stage.lab.company(&stage.lab.erp.companies[0]).id;
        let met = stage.lab.office.extract(input(company)).unwrap_err();
        assert_eq!(met.code, Code::DbLockConflict, "{wanted}: {met}");
        assert!(met.code.is_retryable());
        early.commit().unwrap();
        assert_eq!(stage.extract().mode, Mode::Incremental, "{wanted}");
        stage.assert_equal();
    }
}

#[test]
fn a_void_in_an_old_month_waits_for_the_comparison_of_the_day_where_nothing_tells_it() {
    let stage = Stage::new("overlap", TdsTracking::RowVersion, true);
    stage.extract();
    // The newest key is far from those of the old month.
    stage.run(&clerk(1));
    stage.extract();
    stage.run(
        "UPDATE KARDEX SET FECANULADO = FECHA WHERE KARDEXID = (SELECT KARDEXID FROM KARDEX
           WHERE FECHA >= '2026-01-01' AND FECHA < '2026-03-01' AND FECASENTAD IS NOT NULL AND FECANULADO IS NULL LIMIT 1);",
    );
    stage.clock.advance(TimeDelta::hours(23));
    assert_eq!(
        stage.extract().updated,
        0,
        "neither a count nor a sum moved"
    );
    stage.clock.advance(TimeDelta::hours(1));
    let compared = stage.extract();
    assert_eq!(compared.mode, Mode::Incremental);
    assert!(compared.updated > 0, "{compared:?}");
    stage.assert_equal();
}

#[test]
fn tracking_that_was_cleaned_up_past_the_last_run_leads_to_a_full_reading_that_says_so() {
    let stage = Stage::new("tracking", TdsTracking::ChangeTracking, true);
    stage.extract();
    stage.run(&clerk(1));
    let database = &stage.lab.erp.companies[0].database;
    database.clean_up_changes().unwrap();
    stage.run(&clerk(2));
    let again = stage.extract();
    let told = (again.mode, again.notes.reread);
    assert_eq!(told, (Mode::Full, Some(Why::Forgotten)));
    stage.assert_equal();
    // Cleaned up to where the last run stood: nothing was lost.
    database.clean_up_changes().unwrap();
    stage.run(&clerk(3));
    assert_eq!(stage.extract().mode, Mode::Incremental);
    stage.assert_equal();
}

#[test]
fn a_first_load_that_was_interrupted_for_longer_than_tracking_keeps_begins_anew() {
    let stage = Stage::new("auto", TdsTracking::ChangeTracking, true);
    let company = stage.lab.company(&stage.lab.erp.companies[0]).id;
    // Documents are in; the connection breaks among the lines.
    let broken = TdsFault::DropAfterRow(100);
    stage
        .lab
        .server
        .fault("FROM [dbo].[DEKARDEX] WHERE", 1, broken);
    let cut = stage.lab.office.extract(input(company)).unwrap_err();
    assert_eq!(cut.code, Code::DbConnectionLost, "{cut}");
    stage.run(&clerk(1));
    stage.lab.erp.companies[0]
        .database
        .clean_up_changes()
        .unwrap();
    let forgotten = stage.lab.office.extract(input(company)).unwrap_err();
    assert_told(&forgotten, Code::DbChangesForgotten);
    assert!(forgotten.code.is_retryable());
    assert_eq!(stage.extract().mode, Mode::Full);
    stage.assert_equal();
}

#[test]
fn a_way_that_the_database_does_not_offer_is_refused_and_names_the_tables() {
    for (wanted, tracking) in [
        ("tracking", TdsTracking::RowVersion),
        ("tracking", TdsTracking::None),
        ("row_version", TdsTracking::ChangeTracking),
        ("row_version", TdsTracking::None),
    ] {
        let stage = Stage::new(wanted, tracking, true);
        let company = stage.lab.company(&stage.lab.erp.companies[0]).id;
        let refused = stage.lab.office.extract(input(company)).unwrap_err();
        assert_told(&refused, Code::DbChangesUnavailable);
        let lacking = refused.values.get("lacking").cloned().unwrap();
        assert_eq!(lacking, "DEKARDEX, DETRASLA, KARDEX, TRASLA", "{wanted}");
        stage.ask_for("auto");
        stage.extract();
        stage.assert_equal();
    }
}

#[test]
fn another_way_goes_on_from_the_same_mark_or_reads_everything_and_says_so() {
    let stage = Stage::new("auto", TdsTracking::RowVersion, true);
    stage.extract();
    stage.run(&clerk(1));
    stage.ask_for("row_version");
    let same = stage.extract();
    assert_eq!((same.mode, same.notes.reread), (Mode::Incremental, None));
    stage.run(&clerk(2));
    stage.ask_for("overlap");
    let other = stage.extract();
    let told = (other.mode, other.notes.reread, other.notes.changes);
    assert_eq!(
        told,
        (Mode::Full, Some(Why::Method), Some(ChangesBy::Overlap))
    );
    stage.assert_equal();
}
