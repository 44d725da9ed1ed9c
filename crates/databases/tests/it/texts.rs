//! Texts come as they were meant, whatever the database calls their bytes.

use crate::support::{World, open, rows, try_rows};
use puente_databases::{Condition, Error, InvalidText, Kind, Scan};
use puente_sandbox::{Dialect, ServerOptions};

const WORDS: &str = "PEÑA & CÍA Ø3.5 €";

fn world(dialect: Dialect, charset: &str) -> World {
    let world = World::with(ServerOptions::default(), dialect, charset);
    world
        .run("create table T (K integer not null primary key, C char(40), V varchar(40)); commit;");
    world
}

fn insert(world: &World, bytes: &[u8]) {
    let mut script = b"insert into T values (1, '".to_vec();
    script.extend(bytes);
    script.extend(b"', '");
    script.extend(bytes);
    script.extend(b"'); commit;");
    world.run(script);
}

#[test]
fn spanish_words_come_whole_from_every_charset_and_dialect() {
    let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(WORDS);
    let latin: Vec<u8> = WORDS.replace('€', "").chars().map(|c| c as u8).collect();
    for dialect in [Dialect::One, Dialect::Three] {
        for (charset, bytes, expected) in [
            ("NONE", windows.to_vec(), WORDS.to_owned()),
            ("WIN1252", windows.to_vec(), WORDS.to_owned()),
            (
                "ISO8859_1",
                latin.clone(),
                WORDS.replace('€', "").trim_end().to_owned(),
            ),
            ("UTF8", WORDS.as_bytes().to_vec(), WORDS.to_owned()),
        ] {
            let world = world(dialect, charset);
            insert(&world, &bytes);
            let mut database = world.open();
            assert_eq!(database.info().unwrap().charset, charset);
            let scan = Scan::of("T")
                .column("C", Kind::Text)
                .column("V", Kind::Text);
            let found = rows(&mut *database, &scan).remove(0);
            let (fixed, varying) = found.split_once('|').unwrap();
            assert_eq!(fixed, expected, "{charset} {dialect:?}");
            assert_eq!(varying.trim_end(), expected, "{charset} {dialect:?}");
        }
    }
}

#[test]
fn bytes_that_the_charset_does_not_have_are_refused_with_their_place_or_replaced_and_counted() {
    let world = world(Dialect::Three, "NONE");
    insert(&world, b"A\x81B");
    let scan = Scan::of("T").column("K", Kind::Int).column("V", Kind::Text);
    match try_rows(&mut *world.open(), &scan) {
        Err(Error::InvalidText {
            table,
            column,
            charset,
        }) => {
            assert_eq!((&*table, &*column, &*charset), ("T", "V", "WIN1252"));
        }
        other => panic!("{other:?}"),
    }
    let mut options = world.options();
    options.invalid_text = InvalidText::Replace;
    let mut database = open(&options);
    assert_eq!(rows(&mut *database, &scan), ["1|A\u{FFFD}B"]);
    assert_eq!(database.replaced_texts(), 1);
    options.charset = "ISO8859_1".to_owned();
    assert_eq!(rows(&mut *open(&options), &scan), ["1|A\u{81}B"]);
}

#[test]
fn a_connection_goes_on_after_a_text_was_refused() {
    let world = world(Dialect::Three, "NONE");
    insert(&world, b"A\x81B");
    let mut database = world.open();
    let texts = Scan::of("T").column("V", Kind::Text);
    assert!(try_rows(&mut *database, &texts).is_err());
    assert_eq!(
        rows(&mut *database, &Scan::of("T").column("K", Kind::Int)),
        ["1"]
    );
}

#[test]
fn a_charset_without_a_table_here_is_read_with_the_servers() {
    let world = World::new();
    world.run("create table T (V varchar(40) character set DOS850); commit;");
    world.run(b"set names DOS850; insert into T values ('PE\xA5A'); commit;");
    let found = rows(&mut *world.open(), &Scan::of("T").column("V", Kind::Text));
    assert_eq!(found, ["PEÑA"]);
}

#[test]
fn a_long_text_in_a_charset_without_a_table_here_is_whole_or_refused() {
    let world = World::new();
    world.run(
        "create table T (K integer not null primary key, V varchar(32000) character set DOS850,
         C char(9000) character set DOS850); commit;
         insert into T values (1, lpad('', 8190, 'x'), 'c');
         insert into T values (2, lpad('', 8191, 'x'), lpad('', 8190, 'c'));
         insert into T values (3, lpad('', 32000, 'x'), lpad('', 9000, 'c'));
         insert into T values (4, null, 'c' || lpad('', 8500, ' ') || 'd');
         commit;",
    );
    world.run(
        b"set names DOS850; insert into T values (5, 'PE\xA5A' || lpad('', 8000, '\xA5'), '\xA5'); commit;",
    );
    let read = |column: &str, key: i64| {
        let only = Condition::KeyRange {
            column: "K".into(),
            after: key - 1,
            through: key,
        };
        let scan = Scan::of("T").column(column, Kind::Text).only(only);
        try_rows(&mut *world.open(), &scan)
    };
    for (column, key, text) in [
        ("V", 1, "x".repeat(8190)),
        ("C", 1, "c".to_owned()),
        ("C", 2, "c".repeat(8190)),
        ("V", 5, format!("PEÑA{}", "Ñ".repeat(8000))),
        ("C", 5, "Ñ".to_owned()),
    ] {
        assert_eq!(read(column, key).unwrap(), [text], "{column} of {key}");
    }
    for (long, key) in [("V", 2), ("V", 3), ("C", 3), ("C", 4)] {
        match read(long, key) {
            Err(Error::ValueTooLarge { table, column, .. }) => {
                assert_eq!((&*table, &*column), ("T", long));
            }
            other => panic!("{long} of {key}: {other:?}"),
        }
    }
}

#[test]
fn long_texts_come_up_to_a_limit_and_are_refused_beyond() {
    let world = World::new();
    world.run(
        "create table T (K integer not null primary key, B blob sub_type 1, X blob sub_type 0); commit;
         insert into T values (1, 'short', null);
         insert into T values (2, lpad('', 8191, 'x'), null);
         insert into T values (3, null, null);
         commit;",
    );
    let scan = Scan::of("T").column("K", Kind::Int).column("B", Kind::Text);
    let mut database = world.open();
    let found = rows(&mut *database, &scan);
    assert_eq!(
        (&*found[0], found[1].len(), &*found[2]),
        ("1|short", 8193, "3|-")
    );
    // A hundred megabytes, made on the server.
    world.run(
        "set term ^; execute block as declare b blob sub_type 1; declare i integer = 0; begin
         b = lpad('', 32000, 'y'); while (i < 11) do begin b = b || b; i = i + 1; end
         insert into T values (4, :b, null); end^ commit^",
    );
    match try_rows(&mut *database, &scan) {
        Err(Error::ValueTooLarge { table, column, .. }) => {
            assert_eq!((&*table, &*column), ("T", "B"))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn numbers_and_dates_come_as_texts_when_asked() {
    let world = World::new();
    world.run(
        "create table T (I integer, N numeric(9,2), D date, O boolean, M time); commit;
         insert into T values (2026, 1.5, '2026-12-31', true, '10:15:00'); commit;",
    );
    let mut scan = Scan::of("T");
    for name in ["I", "N", "D", "O", "M"] {
        scan = scan.column(name, Kind::Text);
    }
    assert_eq!(
        rows(&mut *world.open(), &scan),
        ["2026|1.50|2026-12-31|TRUE|10:15:00.0000"]
    );
}
