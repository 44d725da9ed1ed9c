//! The ERP does not notice that it is read.

use crate::support::{World, rows, try_rows};
use puente_core::Code;
use puente_core::Coded;
use puente_databases::{Error, Flow, Kind, Scan, TotalsRequest};
use puente_sandbox::Dialect;
use std::time::{Duration, Instant};

const TABLE: &str = "create table T (K integer not null primary key, A integer); commit;
    set term ^; execute block as declare i integer = 1; begin while (i <= 5000) do begin
    insert into T values (:i, 1); i = i + 1; end end^ commit^";

fn scan() -> Scan {
    Scan {
        chunk_rows: 100,
        ..Scan::of("T").column("K", Kind::Int).column("A", Kind::Int)
    }
}

#[test]
fn an_open_update_is_not_waited_for_and_an_open_read_makes_nobody_wait() {
    let world = World::new();
    world.run(TABLE);
    let mut writer = world
        .access()
        .session(&world.database, Dialect::Three)
        .unwrap();
    writer.run("update T set A = 2;").unwrap();
    let mut database = world.open();
    let started = Instant::now();
    let found = rows(&mut *database, &scan());
    assert!(found.len() == 5000 && found.iter().all(|row| row.ends_with("|1")));
    writer.run("rollback;").unwrap();
    let mut first = true;
    database
        .stream(&scan(), &mut |_| {
            if std::mem::take(&mut first) {
                writer.run("update T set A = 3; commit;").unwrap();
            }
            Ok(Flow::Continue)
        })
        .unwrap();
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
    assert!(
        rows(&mut *database, &scan())
            .iter()
            .all(|row| row.ends_with("|3"))
    );
}

#[test]
fn the_transaction_reads_only_does_not_wait_and_holds_nothing_back() {
    let world = World::new();
    world.run(TABLE);
    // The server's own account of the transaction that asks.
    world.run(
        "create view MINE (K, A) as select MON$ISOLATION_MODE * 10 + MON$READ_ONLY, MON$LOCK_TIMEOUT
         from MON$TRANSACTIONS where MON$TRANSACTION_ID = CURRENT_TRANSACTION; commit;",
    );
    let mut database = world.open();
    let mine = Scan::of("MINE")
        .column("K", Kind::Int)
        .column("A", Kind::Int);
    // 2: read committed with record versions; 1: reads only; 0: does not wait.
    assert_eq!(rows(&mut *database, &mine), ["21|0"]);
    let gap = |info: &puente_databases::ServerInfo| {
        info.counters["next"] - info.counters["oldest_snapshot"]
    };
    let mut first = true;
    let mut during = 0;
    let mut watcher = world.open();
    database
        .stream(&scan(), &mut |_| {
            if std::mem::take(&mut first) {
                let mut writer = world
                    .access()
                    .session(&world.database, Dialect::Three)
                    .unwrap();
                for round in 0..200 {
                    writer
                        .run(&format!("update T set A = {round} where K = 1; commit;"))
                        .unwrap();
                }
                during = gap(&watcher.info().unwrap());
            }
            Ok(Flow::Continue)
        })
        .unwrap();
    assert!(
        during < 20,
        "the open cursor holds {during} transactions back"
    );
}

#[test]
fn a_snapshot_sees_one_instant_and_ends_in_time() {
    let world = World::new();
    world.run(TABLE);
    let mut database = world.open();
    let mut writer = world
        .access()
        .session(&world.database, Dialect::Three)
        .unwrap();
    let mut counts = Vec::new();
    database
        .snapshot(Duration::from_secs(60), &mut |inside| {
            counts.push(inside.totals(&TotalsRequest::of("T"))?.rows);
            writer.run("delete from T where K <= 10; commit;").unwrap();
            counts.push(inside.totals(&TotalsRequest::of("T"))?.rows);
            counts.push(try_rows(inside, &scan())?.len() as u64);
            Ok(())
        })
        .unwrap();
    counts.push(database.totals(&TotalsRequest::of("T")).unwrap().rows);
    assert_eq!(counts, [5000, 5000, 5000, 4990]);
    let started = Instant::now();
    let late = database.snapshot(Duration::from_secs(1), &mut |inside| {
        loop {
            inside.totals(&TotalsRequest::of("T"))?;
        }
    });
    assert_eq!(late.unwrap_err().code(), Code::DbTimeout);
    assert!(
        started.elapsed() < Duration::from_secs(4),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(
        database.totals(&TotalsRequest::of("T")).unwrap().rows,
        4990,
        "and it goes on"
    );
}

#[test]
fn a_snapshot_tells_what_its_work_answers() {
    let world = World::new();
    world.run(TABLE);
    let mut database = world.open();
    let failed = database.snapshot(Duration::from_secs(60), &mut |inside| {
        try_rows(inside, &Scan::of("NADA").column("K", Kind::Int)).map(drop)
    });
    assert!(matches!(failed, Err(Error::Missing { .. })), "{failed:?}");
    assert_eq!(rows(&mut *database, &scan()).len(), 5000);
}

#[test]
fn one_attachment_is_all_that_the_server_sees_and_none_is_left_behind() {
    let world = World::new();
    world.run(TABLE);
    let attachments = "select cast(count(*) as varchar(10)) from MON$ATTACHMENTS \
                       where MON$REMOTE_PROTOCOL is not null";
    let mut database = world.open();
    rows(&mut *database, &scan());
    let stopped = database.stream(&scan(), &mut |_| Ok(Flow::Stop)).unwrap();
    assert_eq!(stopped, 100);
    rows(&mut *database, &scan());
    // The one that asks, and ours; the one that was stopped may take the server a moment.
    let deadline = Instant::now() + Duration::from_secs(5);
    while world.column(attachments) != ["2"] {
        assert!(Instant::now() < deadline, "{:?}", world.column(attachments));
    }
    drop(database);
    while world.column(attachments) != ["1"] {
        assert!(Instant::now() < deadline, "{:?}", world.column(attachments));
    }
}
