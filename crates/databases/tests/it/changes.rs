//! What changed since a mark is found, and a restore is noticed.

use crate::support::{World, rows, try_rows};
use puente_core::{Cancel, Code, Coded};
use puente_databases::{
    ChangeMethod, Changed, ChangedKeys, ChangesBy, Condition, Kind, Mark, NoStatementLog, Scan,
    SumColumn, TotalsRequest, connect,
};
use puente_sandbox::Dialect;
use std::sync::Arc;

const TABLE: &str = "create table T (K integer not null primary key, A numeric(18,4)); commit;
    set term ^; execute block as declare i integer = 1; begin while (i <= 20000) do begin
    insert into T values (:i, 1); i = i + 1; end end^ commit^";

fn since(mark: &Mark, limit: usize) -> TotalsRequest {
    let mut request = TotalsRequest::of("T");
    request.sums = vec![SumColumn::of("A", 4)];
    request.changed = Some(ChangedKeys {
        key: "K".into(),
        since: mark.clone(),
        limit,
    });
    request
}

#[test]
fn inserted_and_updated_rows_are_found_also_those_of_a_transaction_that_was_open_at_the_mark() {
    let world = World::new();
    world.run(TABLE);
    let mut database = world.open();
    // It has written when the mark is read, and commits later.
    let mut late = world
        .access()
        .session(&world.database, Dialect::Three)
        .unwrap();
    late.run("update T set A = 2 where K = 7;").unwrap();
    let mark = database.mark().unwrap().unwrap();
    let stored = serde_json::to_string(&mark).unwrap();
    let mark: Mark = serde_json::from_str(&stored).unwrap();
    world.run(
        "update T set A = 2 where K between 100 and 109; delete from T where K = 5;
               insert into T values (20001, 3); commit;",
    );
    late.run("commit;").unwrap();
    let totals = database.totals(&since(&mark, 1000)).unwrap();
    assert_eq!((totals.rows, totals.sums), (20_000, vec![200_130_000]));
    let Some(Changed::Keys(mut keys)) = totals.changed else {
        panic!("{:?}", totals.changed)
    };
    keys.sort_unstable();
    let expected: Vec<i64> = [7].into_iter().chain(100..110).chain([20_001]).collect();
    assert_eq!(keys, expected);
    let scan = Scan::of("T")
        .column("K", Kind::Int)
        .only(Condition::ChangedSince(mark));
    assert_eq!(rows(&mut *database, &scan).len(), 12);
}

#[test]
fn more_keys_than_one_row_holds_are_all_listed_and_more_than_wanted_are_counted() {
    let world = World::new();
    world.run(TABLE);
    let mut database = world.open();
    let mark = database.mark().unwrap().unwrap();
    assert_eq!(
        database.totals(&since(&mark, 10)).unwrap().changed,
        Some(Changed::Keys(Vec::new())),
        "nothing has changed yet"
    );
    world.run("update T set A = 2 where K > 10000; commit;");
    match database.totals(&since(&mark, 10_000)).unwrap().changed {
        Some(Changed::Keys(mut keys)) => {
            keys.sort_unstable();
            assert!(keys.into_iter().eq(10_001..=20_000));
        }
        other => panic!("{other:?}"),
    }
    let many = database.totals(&since(&mark, 9_999)).unwrap().changed;
    assert_eq!(many, Some(Changed::TooMany(10_000)));
}

#[test]
fn a_restored_database_refuses_marks_of_the_one_before() {
    let world = World::new();
    world.run(TABLE);
    let mark = world.open().mark().unwrap().unwrap();
    world.access().restore_in_place(&world.database).unwrap();
    let mut database = world.open();
    let now = database.mark().unwrap().unwrap();
    assert!(!now.same_database(&mark));
    let error = database.totals(&since(&mark, 10)).unwrap_err();
    assert_eq!(error.code(), Code::DbRestored);
    let scan = Scan::of("T")
        .column("K", Kind::Int)
        .only(Condition::ChangedSince(mark));
    assert_eq!(
        try_rows(&mut *database, &scan).unwrap_err().code(),
        Code::DbRestored
    );
}

#[test]
fn an_older_copy_of_the_file_refuses_marks_of_its_future() {
    let mut world = World::new();
    world.run(TABLE);
    world.server.stop();
    let copy = world.folder.path().join("copy.fdb");
    std::fs::copy(&world.database, &copy).unwrap();
    world.server.restart().unwrap();
    for _ in 0..3 {
        world.run("update T set A = A + 1 where K = 1; commit;");
    }
    let mark = world.open().mark().unwrap().unwrap();
    world.server.stop();
    std::fs::copy(&copy, &world.database).unwrap();
    world.server.restart().unwrap();
    let mut database = world.open();
    assert!(
        database.mark().unwrap().unwrap().same_database(&mark),
        "a copy looks the same"
    );
    let outcome = database.totals(&since(&mark, 10));
    assert_eq!(
        outcome.unwrap_err().code(),
        Code::DbRestored,
        "but its transactions tell"
    );
}

#[test]
fn record_versions_are_found_where_a_profile_wants_them_and_change_tracking_is_refused() {
    let world = World::new();
    world.run(TABLE);
    let by = |wanted| {
        let mut options = world.options();
        options.changes = wanted;
        let mut database = connect(&options, &Cancel::new(), Arc::new(NoStatementLog)).unwrap();
        database.changes_by().map_err(|error| error.code())
    };
    assert_eq!(by(ChangeMethod::Auto), Ok(ChangesBy::RowVersion));
    assert_eq!(by(ChangeMethod::RowVersion), Ok(ChangesBy::RowVersion));
    assert_eq!(by(ChangeMethod::Overlap), Ok(ChangesBy::Overlap));
    assert_eq!(by(ChangeMethod::Tracking), Err(Code::DbChangesUnavailable));
}
