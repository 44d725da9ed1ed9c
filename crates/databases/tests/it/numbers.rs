//! Numbers come exactly, and sums are those of what comes.

use crate::support::{World, rows, try_rows};
use puente_databases::{
    Condition, Error, Flow, Kind, RangesRequest, Scan, SourceDb, SumColumn, TotalsRequest,
};
use puente_sandbox::{Dialect, ServerOptions};

const MONEY: Kind = Kind::Decimal { scale: 4 };

fn totals(database: &mut dyn SourceDb, table: &str, sums: &[(&str, u8)]) -> (u64, Vec<i128>) {
    let mut request = TotalsRequest::of(table);
    request.sums = sums
        .iter()
        .map(|(name, scale)| SumColumn::of(*name, *scale))
        .collect();
    let totals = database.totals(&request).unwrap();
    (totals.rows, totals.sums)
}

#[test]
fn decimals_beyond_what_a_float_holds_come_exactly() {
    let world = World::new();
    world.run(
        "create table T (K integer not null primary key, A numeric(18,4), B numeric(18,4));
         commit;
         insert into T values (1, 1.5, 2.25);
         insert into T values (2, 12345678901234.5678, -1);
         insert into T values (3, 922337203685477.5807, 0.0001);
         insert into T values (4, -922337203685477.5808, null);
         insert into T values (5, null, 112589990684.2623);
         insert into T values (6, 112589990684.2624, 7);
         commit;",
    );
    let mut database = world.open();
    let expected = [
        "1|15000|22500",
        "2|123456789012345678|-10000",
        "3|9223372036854775807|1",
        "4|-9223372036854775808|-",
        "5|-|1125899906842623",
        "6|1125899906842624|70000",
    ];
    let scan = Scan::of("T")
        .column("K", Kind::Int)
        .column("A", MONEY)
        .column("B", MONEY);
    assert_eq!(rows(&mut *database, &scan), expected);
    let without_key = Scan::of("T").column("A", MONEY).column("B", MONEY);
    let mut keyless: Vec<_> = expected.iter().map(|line| line[2..].to_owned()).collect();
    keyless.sort();
    assert_eq!(
        rows(&mut *database, &without_key),
        keyless,
        "also without the key"
    );
    let page = scan.clone().only(Condition::KeyRange {
        column: "K".into(),
        after: 1,
        through: 3,
    });
    assert_eq!(rows(&mut *database, &page), expected[1..3]);
}

#[test]
fn a_page_of_large_decimals_only_comes_whole_and_once() {
    let world = World::new();
    world.run(
        "create table T (K integer not null primary key, A numeric(18,4)); commit;
         set term ^; execute block as declare i integer = 1; begin while (i <= 3000) do begin
         insert into T values (:i, 900000000000000 + :i); i = i + 1; end end^ commit^",
    );
    let mut database = world.open();
    let scan = Scan {
        chunk_rows: 100,
        ..Scan::of("T").column("K", Kind::Int).column("A", MONEY)
    };
    for round in 0..2 {
        let mut seen = Vec::new();
        database
            .stream(&scan, &mut |chunk| {
                for row in 0..chunk.rows {
                    let key = chunk.columns[0].number(row).unwrap();
                    let expected = (900_000_000_000_000 + key) * 10_000;
                    assert_eq!(chunk.columns[1].number(row), Some(expected));
                    seen.push(key);
                }
                Ok(Flow::Continue)
            })
            .unwrap();
        seen.sort_unstable();
        assert!(
            seen.iter().copied().eq(1..=3000),
            "round {round}: {} rows",
            seen.len()
        );
    }
}

#[test]
fn a_number_that_does_not_fit_is_refused_with_its_place() {
    let world = World::new();
    world.run(
        "create table T (K integer not null primary key, A numeric(18,2), F double precision,
           S varchar(40)); commit;
         insert into T values (1, 92233720368547758.07, 1e15, '12345678901234567890');
         insert into T values (2, 1.5, 2.5, 'doce');
         commit;",
    );
    let mut database = world.open();
    let mut of = |name: &str, kind: Kind, key: i64| {
        let one = Condition::KeyIn {
            column: "K".into(),
            keys: vec![key],
        };
        match try_rows(&mut *database, &Scan::of("T").column(name, kind).only(one)) {
            Err(Error::NumberOverflow { table, column, .. }) => {
                assert_eq!((&*table, &*column), ("T", name))
            }
            other => panic!("{name} {kind:?} of {key}: {other:?}"),
        }
    };
    of("A", MONEY, 1);
    of("F", MONEY, 1);
    of("S", Kind::Int, 1);
    of("S", Kind::Int, 2);
    of("A", Kind::Int, 2);
    of("F", Kind::Int, 2);
}

#[test]
fn binary_fractions_are_rounded_as_the_server_rounds_them_in_both_dialects() {
    for dialect in [Dialect::Three, Dialect::One] {
        let world = World::with(ServerOptions::default(), dialect, "NONE");
        // Values around halves, with all magnitudes and signs.
        world.run(
            "create table T (K integer not null primary key, F double precision, R float,
               N numeric(15,4)); commit;
             set term ^; execute block as declare i integer = 1; declare x double precision; begin
             while (i <= 4000) do begin
               x = (mod(i * 7919, 100003) - 50000) * 0.0005 + mod(i, 7) * 0.00000005;
               if (mod(i, 5) = 0) then x = x * 1000000;
               insert into T values (:i, :x, :x, :x); i = i + 1; end end^ commit^",
        );
        let mut database = world.open();
        for (column, scale) in [("F", 6), ("F", 2), ("F", 0), ("R", 3), ("N", 4), ("N", 2)] {
            if dialect == Dialect::One && column == "R" {
                // There its sums go by the part behind the point, with the nudge of doubles.
                continue;
            }
            let scan = Scan::of("T").column(column, Kind::Decimal { scale });
            let mut sum: i128 = 0;
            database
                .stream(&scan, &mut |chunk| {
                    sum += (0..chunk.rows)
                        .map(|row| i128::from(chunk.columns[0].number(row).unwrap()))
                        .sum::<i128>();
                    Ok(Flow::Continue)
                })
                .unwrap();
            let (count, sums) = totals(&mut *database, "T", &[(column, scale)]);
            assert_eq!(
                (count, sums),
                (4000, vec![sum]),
                "{dialect:?} {column} to {scale}"
            );
        }
    }
}

#[test]
fn sums_are_exact_also_when_they_do_not_fit_64_bits() {
    let world = World::new();
    world.run(
        "create table T (K integer not null primary key, A numeric(18,4), I bigint, Z numeric(9,2));
         commit;
         insert into T values (1, 900000000000000.0001, 9000000000000000000, null);
         insert into T values (2, 900000000000000.0002, 9000000000000000001, null);
         insert into T values (3, 0.9998, 7, null);
         insert into T values (4, -0.5, -8, null);
         commit;",
    );
    let mut database = world.open();
    let (count, sums) = totals(
        &mut *database,
        "T",
        &[("A", 4), ("I", 0), ("A", 2), ("Z", 4)],
    );
    assert_eq!(count, 4);
    assert_eq!(sums[0], 18_000_000_000_000_005_001);
    assert_eq!(sums[1], 18_000_000_000_000_000_000);
    // Each value is rounded: .0001, .0002, .9998, -.5 to .00, .00, 1.00, -.50.
    assert_eq!(sums[2], 180_000_000_000_000_050);
    assert_eq!(sums[3], 0, "a column of NULLs adds nothing");
}

#[test]
fn an_empty_table_has_zero_of_everything() {
    let world = World::new();
    world.run("create table T (K integer not null primary key, A numeric(18,4)); commit;");
    let mut database = world.open();
    assert_eq!(totals(&mut *database, "T", &[("A", 4)]), (0, vec![0]));
    assert_eq!(database.key_bounds("T", "K").unwrap(), None);
    let mut request = TotalsRequest::of("T");
    request.bounds = Some("K".to_owned());
    assert_eq!(database.totals(&request).unwrap().bounds, None);
    assert!(rows(&mut *database, &Scan::of("T").column("K", Kind::Int)).is_empty());
}

#[test]
fn the_bounds_of_a_key_are_found_wherever_they_lie() {
    for dialect in [Dialect::Three, Dialect::One] {
        let world = World::with(ServerOptions::default(), dialect, "NONE");
        world.run("create table T (K integer not null primary key, L integer); commit;");
        let mut database = world.open();
        for keys in [
            vec![0],
            vec![i64::from(i32::MAX)],
            vec![i64::from(i32::MIN)],
            vec![-7, -3],
            vec![-7, 0],
            vec![-7, 5, 900],
            vec![1, 2, 3, i64::from(i32::MAX) - 1],
        ] {
            let values = keys
                .iter()
                .map(|key| format!("insert into T values ({key}, {key});"));
            let script = format!("delete from T; {} commit;", values.collect::<String>());
            world.run(script);
            let expected = Some((keys[0], keys[keys.len() - 1]));
            assert_eq!(
                database.key_bounds("T", "K").unwrap(),
                expected,
                "{dialect:?}"
            );
            assert_eq!(
                database.key_bounds("T", "L").unwrap(),
                expected,
                "without an index"
            );
        }
    }
}

#[test]
fn ranges_of_any_width_add_up_to_what_a_row_by_row_count_gives_in_both_dialects() {
    for dialect in [Dialect::One, Dialect::Three] {
        let world = World::with(ServerOptions::default(), dialect, "NONE");
        world.run(
            "create table T (K integer not null primary key, A numeric(15,4), B numeric(9,2)); commit;
             set term ^; execute block as declare i integer = -40; begin while (i <= 3000) do begin
             if (mod(i, 7) <> 0) then insert into T values (:i, :i * 1.25, null);
             i = i + 1; end end^ commit^",
        );
        let mut database = world.open();
        let (after, through) = (-45, 2_990);
        for width in [1, 13, 256, 1_000, u64::MAX] {
            let request = RangesRequest {
                table: "T".to_owned(),
                key: "K".to_owned(),
                after,
                through,
                width,
                sums: vec![SumColumn::of("A", 4), SumColumn::of("B", 2)],
            };
            let found = database.ranges(&request).unwrap();
            let mut expected = vec![(0, 0); found.len()];
            for key in -40..=2_990_i64 {
                if key % 7 != 0 {
                    let nth = usize::try_from((key - after - 1).unsigned_abs() / width).unwrap();
                    expected[nth].0 += 1;
                    expected[nth].1 += i128::from(key) * 12_500;
                }
            }
            let found: Vec<(u64, i128)> = found
                .iter()
                .map(|range| (range.rows, range.sums[0]))
                .collect();
            assert_eq!(found, expected, "{dialect:?}, {width} keys wide");
        }
    }
}

#[test]
fn a_list_of_ranges_is_read_whole_however_long_it_is() {
    let world = World::new();
    world.run(
        "create table T (K integer not null primary key); commit;
         set term ^; execute block as declare i integer = 1; begin while (i <= 3000) do begin
         insert into T values (:i); i = i + 1; end end^ commit^",
    );
    let mut database = world.open();
    let ranges: Vec<(i64, i64)> = (0..170).map(|nth| (nth * 17, nth * 17 + 3)).collect();
    let read = |database: &mut dyn SourceDb, ranges: Vec<(i64, i64)>| {
        let column = "K".to_owned();
        let only = Condition::KeyRanges { column, ranges };
        rows(database, &Scan::of("T").column("K", Kind::Int).only(only)).len()
    };
    assert_eq!(read(&mut *database, ranges), 510);
    assert_eq!(read(&mut *database, Vec::new()), 0);
}
