//! Scans: filters, chunks, stopping, and what the server says about itself.

use crate::support::{World, open, rows, texts, try_rows};
use chrono::NaiveDate;
use puente_core::Cancel;
use puente_databases::{
    Condition, Error, Flow, Group, GroupRequest, Kind, LiveKind, Scan, StatementRecord, SumColumn,
    TotalsRequest, connect,
};
use std::sync::{Arc, Mutex};

const TABLE: &str = "
    create table T (K integer not null primary key, D timestamp, E date, N varchar(10), B boolean);
    commit;
    set term ^; execute block as declare i integer = 1; begin while (i <= 2500) do begin
    insert into T values (:i, dateadd(:i hour to timestamp '2026-01-01 00:30:00'),
      dateadd(:i day to date '2026-01-01'), iif(mod(:i, 10) = 0, null, 'n' || :i), mod(:i, 2) = 0);
    i = i + 1; end end^ commit^";

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn keys() -> Scan {
    Scan::of("T").column("K", Kind::Int)
}

#[test]
fn filters_hold_together_and_lists_of_keys_may_be_long() {
    let world = World::new();
    world.run(TABLE);
    let mut database = world.open();
    let mut count = |scan: Scan| try_rows(&mut *database, &scan).unwrap().len();
    let range = |after, through| Condition::KeyRange {
        column: "K".into(),
        after,
        through,
    };
    assert_eq!(count(keys().only(range(10, 20))), 10);
    assert_eq!(
        count(
            keys()
                .only(range(10, 20))
                .only(Condition::NotNull("N".into()))
        ),
        9
    );
    let dates = |column: &str, from, before| Condition::DateRange {
        column: column.into(),
        from,
        before,
    };
    let february = dates("D", day(2026, 2, 1), day(2026, 3, 1));
    assert_eq!(count(keys().only(february)), 28 * 24);
    assert_eq!(
        count(keys().only(dates("E", day(2026, 2, 1), day(2026, 3, 1)))),
        28
    );
    assert_eq!(
        count(keys().only(dates("E", NaiveDate::MIN, NaiveDate::MAX))),
        2500
    );
    let list = |keys: Vec<i64>| Condition::KeyIn {
        column: "K".into(),
        keys,
    };
    assert_eq!(count(keys().only(list(vec![]))), 0);
    assert_eq!(
        count(keys().only(list(vec![7, 7, 9, -1]))),
        2,
        "a key twice is one key"
    );
    assert_eq!(count(keys().only(list((-3000..9000).collect()))), 2500);
    let mut request = TotalsRequest::of("T");
    request.filter = vec![list((1..=2200).collect()), Condition::NotNull("N".into())];
    request.bounds = Some("K".to_owned());
    request.sums = vec![SumColumn::of("K", 0)];
    let totals = database.totals(&request).unwrap();
    assert_eq!((totals.rows, totals.bounds), (1980, Some((1, 2199))));
    assert_eq!(totals.sums, [2200 * 2201 / 2 - 10 * 220 * 221 / 2]);
}

#[test]
fn dates_and_times_are_days_and_microseconds_since_1970() {
    let world = World::new();
    world.run(
        "create table T (D timestamp, E date); commit;
         insert into T values ('1970-01-01 00:00:00', '1970-01-01');
         insert into T values ('1969-12-31 23:59:59.9999', '0001-01-01');
         insert into T values (null, '9999-12-31'); commit;",
    );
    let scan = Scan::of("T")
        .column("D", Kind::Timestamp)
        .column("D", Kind::Date)
        .column("E", Kind::Date);
    let expected = ["-100|-1|-719162", "-|-|2932896", "0|0|0"];
    assert_eq!(rows(&mut *world.open(), &scan), expected);
}

#[test]
fn chunks_are_full_but_the_last_and_stopping_leaves_a_connection_that_works() {
    let world = World::new();
    world.run(TABLE);
    let mut database = world.open();
    let scan = Scan {
        chunk_rows: 1000,
        ..keys()
    };
    let mut sizes = Vec::new();
    let count = database.stream(&scan, &mut |chunk| {
        sizes.push(chunk.rows);
        Ok(Flow::Continue)
    });
    assert_eq!((count.unwrap(), &*sizes), (2500, &[1000, 1000, 500][..]));
    let stopped = database.stream(
        &Scan {
            chunk_rows: 7,
            ..keys()
        },
        &mut |_| Ok(Flow::Stop),
    );
    assert_eq!(stopped.unwrap(), 7);
    let failed = database.stream(
        &Scan {
            chunk_rows: 7,
            ..keys()
        },
        &mut |_| {
            Err(Error::Receiver(puente_core::Error::new(
                puente_core::Code::DiskFull,
            )))
        },
    );
    match failed {
        Err(Error::Receiver(error)) => assert_eq!(error.code, puente_core::Code::DiskFull),
        other => panic!("{other:?}"),
    }
    assert_eq!(rows(&mut *database, &keys()).len(), 2500);
}

#[test]
fn a_slow_receiver_gets_every_row_and_is_no_silence_of_the_server() {
    let world = World::new();
    world.run(TABLE);
    let mut options = world.options();
    options.timeouts.answer = std::time::Duration::from_secs(1);
    let mut database = open(&options);
    let (wake, woken) = std::sync::mpsc::channel::<()>();
    let mut seen = 0;
    let scan = Scan {
        chunk_rows: 10,
        ..keys()
    };
    database
        .stream(&scan, &mut |chunk| {
            if seen == 0 {
                // Longer than the server may be silent, with more rows than wait in between.
                let _ = woken.recv_timeout(std::time::Duration::from_millis(2500));
            }
            seen += texts(chunk).len();
            Ok(Flow::Continue)
        })
        .unwrap();
    drop(wake);
    assert_eq!(seen, 2500);
}

#[test]
fn the_schema_names_tables_views_types_and_keys() {
    let world = World::new();
    world.run(
        "create table A (ID bigint not null, PART smallint not null, N numeric(18,4), M decimal(9,2),
           I numeric(18,0), F float, D double precision, C char(2) character set WIN1252, V varchar(40)
           character set UTF8, T time, S timestamp, O boolean, B blob sub_type 1,
           primary key (ID, PART));
         create index A_S on A (S); create descending index A_V on A (V);
         create index A_OFF on A (O); alter index A_OFF inactive;
         create view W (ID, TWICE) as select ID, N * 2 from A; commit;",
    );
    let schema = world.open().schema().unwrap();
    assert_eq!(schema.tables.keys().collect::<Vec<_>>(), ["A", "W"]);
    let table = schema.table("A").unwrap();
    assert_eq!(table.primary_key, ["ID", "PART"]);
    assert_eq!(
        table.indexed,
        ["S", "ID"],
        "only what an active ascending index begins with"
    );
    let kinds: Vec<_> = table
        .columns
        .iter()
        .map(|column| (&*column.name, column.kind))
        .collect();
    let decimal = |scale| LiveKind::Decimal { scale };
    assert_eq!(
        kinds,
        [
            ("ID", LiveKind::Int),
            ("PART", LiveKind::Int),
            ("N", decimal(4)),
            ("M", decimal(2)),
            ("I", LiveKind::Int),
            ("F", LiveKind::Float),
            ("D", LiveKind::Float),
            ("C", LiveKind::Char),
            ("V", LiveKind::Varchar),
            ("T", LiveKind::Time),
            ("S", LiveKind::Timestamp),
            ("O", LiveKind::Bool),
            ("B", LiveKind::Blob),
        ]
    );
    let column = |name| table.column(name).unwrap();
    assert_eq!(column("N").declared, "NUMERIC(18,4)");
    assert_eq!(column("M").declared, "DECIMAL(9,2)");
    assert_eq!(column("V").declared, "VARCHAR(40)");
    assert_eq!(column("V").charset.as_deref(), Some("UTF8"));
    assert!(!column("ID").nullable && column("N").nullable);
    assert!(schema.table("W").unwrap().is_view);
}

#[test]
fn the_server_says_what_it_is() {
    let world = World::new();
    let info = world.open().info().unwrap();
    assert_eq!(
        (&*info.engine, info.dialect, info.page_size),
        ("Firebird", 3, 8192)
    );
    assert!(
        world.server.version().starts_with(&info.version),
        "{}",
        info.version
    );
    assert_eq!(info.file_version, "12.0");
    assert_eq!((&*info.user, info.is_superuser), ("SYSDBA", true));
    assert_eq!(
        (info.encrypted, info.database_read_only),
        (Some(true), false)
    );
    assert_eq!(info.driver, "pure");
    for counter in [
        "oldest_interesting",
        "oldest_active",
        "oldest_snapshot",
        "next",
    ] {
        assert!(info.counters[counter] > 0, "{counter}");
    }
    assert!(info.created_at.starts_with("20"), "{}", info.created_at);
}

#[test]
fn what_the_database_lacks_is_named_all_at_once() {
    let world = World::new();
    world.run(TABLE);
    let mut database = world.open();
    let mut lacking = |scan: Scan| match try_rows(&mut *database, &scan) {
        Err(Error::Missing { missing, .. }) => missing,
        other => panic!("{other:?}"),
    };
    assert_eq!(lacking(Scan::of("NADA").column("K", Kind::Int)), ["NADA"]);
    let two = keys().column("X", Kind::Int).column("Y", Kind::Text);
    assert_eq!(lacking(two), ["T.X", "T.Y"]);
    assert_eq!(
        lacking(keys().only(Condition::NotNull("Z".into()))),
        ["T.Z"]
    );
    assert_eq!(
        lacking(Scan::of("T").column("N", Kind::Date)),
        ["T.N (VARCHAR(10))"]
    );
    let hostile = keys().only(Condition::NotNull("K\" IS NULL OR 1=1 --".into()));
    assert_eq!(
        lacking(hostile).len(),
        1,
        "a name that is not in the schema is never sent"
    );
}

#[test]
fn lines_are_grouped_by_their_document_also_those_that_have_none() {
    let world = World::new();
    world.run(
        "create table K (KID integer not null primary key, TIPO char(2), F timestamp, A timestamp);
         create table L (LID integer not null primary key, KID integer, Q double precision,
           V numeric(18,4));
         commit;
         insert into K values (1, 'FV', '2026-01-31', '2026-02-01');
         insert into K values (2, 'FV', '2026-01-01', null);
         insert into K values (3, 'X', null, null);
         insert into L values (1, 1, 1.5, 10.5); insert into L values (2, 1, 2, 0.0001);
         insert into L values (3, 2, 3, 1); insert into L values (4, 3, 4, 1);
         insert into L values (5, 99, 5, 1); insert into L values (6, null, 6, null);
         commit;",
    );
    let request = GroupRequest {
        lines: "L".into(),
        line_document: "KID".into(),
        documents: "K".into(),
        document_key: "KID".into(),
        document_type: Some("TIPO".into()),
        date: Some("F".into()),
        presence: vec!["A".into()],
        sums: vec![SumColumn::of("Q", 6), SumColumn::of("V", 4)],
        line_filter: Vec::new(),
        document_filter: Vec::new(),
    };
    let group = |kind: Option<&str>, month, posted, rows, q: i128, v: i128| Group {
        document_type: kind.map(str::to_owned),
        month,
        present: vec![posted],
        rows,
        sums: vec![q * 100_000, v],
    };
    let mut database = world.open();
    let mut groups = database.grouped(&request).unwrap();
    groups.sort_by_key(|group| (group.document_type.clone(), group.present.clone()));
    assert_eq!(
        groups,
        [
            group(None, 0, false, 2, 110, 10_000),
            group(Some("FV"), 202_601, false, 1, 30, 10_000),
            group(Some("FV"), 202_601, true, 2, 35, 105_001),
            group(Some("X"), 0, false, 1, 40, 10_000),
        ]
    );
    let mut narrow = request.clone();
    narrow.document_type = None;
    narrow.presence.clear();
    narrow.line_filter = vec![Condition::KeyRange {
        column: "LID".into(),
        after: 1,
        through: 3,
    }];
    narrow.document_filter = vec![Condition::NotNull("F".into())];
    let groups = database.grouped(&narrow).unwrap();
    assert_eq!(
        groups
            .iter()
            .map(|group| (group.month, group.rows))
            .collect::<Vec<_>>(),
        [(202_601, 2)]
    );
}

#[test]
fn every_statement_is_told_with_its_rows() {
    let world = World::new();
    world.run(TABLE);
    let told = Arc::new(Mutex::new(Vec::new()));
    let log = {
        let told = Arc::clone(&told);
        move |record: &StatementRecord<'_>| {
            let entry = (
                record.text.to_owned(),
                record.rows,
                record.bytes,
                record.error,
            );
            told.lock().unwrap().push(entry);
        }
    };
    let mut database = connect(&world.options(), &Cancel::new(), Arc::new(log)).unwrap();
    database.schema().unwrap();
    told.lock().unwrap().clear();
    let range = Condition::KeyRange {
        column: "K".into(),
        after: 0,
        through: 100,
    };
    rows(&mut *database, &keys().only(range));
    let told = told.lock().unwrap();
    let (text, count, bytes, error) = told.last().unwrap();
    assert_eq!(
        text,
        "SELECT \"K\" FROM \"T\" WHERE \"K\" > 0 AND \"K\" <= 100"
    );
    assert!(
        *count == 100 && *bytes > 800 && error.is_none(),
        "{count} rows, {bytes} bytes"
    );
}
