//! What is different in Firebird 4. Only where one is unpacked (`scripts/firebird4.sh`).

use crate::support::{open, options, refused, rows, try_open};
use puente_core::{Code, Coded};
use puente_databases::{
    Changed, ChangedKeys, Condition, Driver, Flow, GroupRequest, Kind, Scan, ServerInfo, SumColumn,
    TotalsRequest,
};
use puente_sandbox::{
    Dialect, Firebird4, FirebirdServer, ServerOptions, WireCrypt, WireCryptPlugin,
};
use std::path::PathBuf;

struct World {
    server: FirebirdServer,
    database: PathBuf,
    _folder: tempfile::TempDir,
}

/// `None`, with a word about it, where there is no Firebird 4.
fn world(options: ServerOptions, script: &str) -> Option<World> {
    let installation = match Firebird4::find() {
        Ok(installation) => installation,
        Err(error) => {
            eprintln!("skipped: {error}");
            return None;
        }
    };
    let folder = tempfile::tempdir().unwrap();
    let server =
        FirebirdServer::start_with(&installation, &folder.path().join("server"), options).unwrap();
    let database = folder.path().join("one.fdb");
    server
        .access()
        .create_database(&database, Dialect::Three, "UTF8")
        .unwrap();
    server
        .isql()
        .run(Some(&server.address(&database)), script.as_bytes())
        .unwrap();
    Some(World {
        server,
        database,
        _folder: folder,
    })
}

#[test]
fn its_new_types_come_exactly() {
    let script = "create table T (K integer not null primary key, W numeric(38,4), I int128,
          F decfloat(34), Z timestamp with time zone, G time with time zone); commit;
        insert into T values (1, 12345678901234.5678, 42, 1.25E2, '2026-01-31 10:15:00 UTC', null);
        insert into T values (2, -0.00005, -42, -0.5, null, null); commit;";
    let Some(world) = world(ServerOptions::default(), script) else {
        return;
    };
    let mut database = open(&options(&world.server, &world.database));
    let scan = Scan::of("T")
        .column("K", Kind::Int)
        .column("W", Kind::Decimal { scale: 4 })
        .column("I", Kind::Int)
        .column("F", Kind::Decimal { scale: 2 });
    assert_eq!(
        rows(&mut *database, &scan),
        ["1|123456789012345678|42|12500", "2|-1|-42|-50"]
    );
    let zoned = Scan::of("T")
        .column("Z", Kind::Text)
        .column("G", Kind::Text);
    assert!(rows(&mut *database, &zoned)[1].starts_with("2026-01-31 10:15:00.0000 "));
    let mut request = TotalsRequest::of("T");
    request.sums = vec![SumColumn::of("W", 4), SumColumn::of("I", 0)];
    assert_eq!(
        database.totals(&request).unwrap().sums,
        [123_456_789_012_345_677, 0]
    );
}

#[test]
fn changes_are_found_and_sums_have_room() {
    let script = "create table T (K integer not null primary key, A numeric(18,4)); commit;
        insert into T values (1, 922337203685477.5807);
        insert into T values (2, 922337203685477.5807); commit;";
    let Some(world) = world(ServerOptions::default(), script) else {
        return;
    };
    let mut database = open(&options(&world.server, &world.database));
    let mark = database.mark().unwrap().unwrap();
    let update = b"update T set A = 922337203685477.5806 where K = 2; commit;";
    world
        .server
        .isql()
        .run(Some(&world.server.address(&world.database)), update)
        .unwrap();
    let mut request = TotalsRequest::of("T");
    request.sums = vec![SumColumn::of("A", 4)];
    request.changed = Some(ChangedKeys {
        key: "K".into(),
        since: mark,
        limit: 10,
    });
    let totals = database.totals(&request).unwrap();
    assert_eq!(totals.sums, [i128::from(i64::MAX) * 2 - 1]);
    assert_eq!(totals.changed, Some(Changed::Keys(vec![2])));
    assert_eq!(database.key_bounds("T", "K").unwrap(), Some((1, 2)));
    let itself = GroupRequest {
        lines: "T".into(),
        line_document: "K".into(),
        documents: "T".into(),
        document_key: "K".into(),
        document_type: None,
        date: None,
        presence: vec!["A".into()],
        sums: vec![SumColumn::of("A", 4)],
        line_filter: Vec::new(),
        document_filter: Vec::new(),
    };
    let groups = database.grouped(&itself).unwrap();
    assert_eq!(
        (groups[0].rows, groups[0].sums[0]),
        (2, i128::from(i64::MAX) * 2 - 1)
    );
}

#[test]
fn a_cursor_is_open_no_longer_than_the_reading_even_when_the_receiver_is_slow() {
    let script = "create table T (K integer not null primary key, A integer); commit;
        set term ^; execute block as declare i integer = 1; begin while (i <= 20000) do begin
        insert into T values (:i, 1); i = i + 1; end end^ commit^";
    let Some(world) = world(ServerOptions::default(), script) else {
        return;
    };
    let mut database = open(&options(&world.server, &world.database));
    let mut watcher = open(&options(&world.server, &world.database));
    let gap = |info: &ServerInfo| info.counters["next"] - info.counters["oldest_snapshot"];
    let mut writer = world
        .server
        .access()
        .session(&world.database, Dialect::Three)
        .unwrap();
    let mut first = true;
    let mut after = i64::MAX;
    let page = Condition::KeyRange {
        column: "K".into(),
        after: 0,
        through: 20_000,
    };
    let scan = Scan::of("T")
        .column("K", Kind::Int)
        .column("A", Kind::Int)
        .only(page);
    let mut round = 0;
    database
        .stream(&scan, &mut |_| {
            if std::mem::take(&mut first) {
                // The first chunk is held for as long as it takes the server to let go.
                while after > 20 && round < 2000 {
                    writer
                        .run(&format!("update T set A = {round} where K = 1; commit;"))
                        .unwrap();
                    round += 1;
                    after = gap(&watcher.info().unwrap());
                }
            }
            Ok(Flow::Continue)
        })
        .unwrap();
    assert!(
        after <= 20,
        "{after} transactions are held back while the receiver is slow"
    );
}

#[test]
fn encryption_is_named_and_one_that_is_not_spoken_is_told() {
    let required = ServerOptions {
        wire_crypt: WireCrypt::Required,
        ..ServerOptions::default()
    };
    let Some(world) = world(required.clone(), "select 1 from RDB$DATABASE;") else {
        return;
    };
    let info = open(&options(&world.server, &world.database))
        .info()
        .unwrap();
    assert_eq!(
        (info.encrypted, info.encryption.as_deref()),
        (Some(true), Some("Arc4"))
    );
    assert!(info.version.starts_with("4."), "{}", info.version);
    let chacha = ServerOptions {
        wire_crypt_plugin: WireCryptPlugin::ChaChaOnly,
        ..required
    };
    let Some(world) = self::world(chacha, "select 1 from RDB$DATABASE;") else {
        return;
    };
    let mut options = options(&world.server, &world.database);
    let error = refused(&options);
    assert_eq!(error.code(), Code::DbEncryptionUnsupported, "{error}");
    // The client library that Debian 12 has is of Firebird 3 and does not speak it either.
    options.driver = Driver::Auto;
    match try_open(&options) {
        Err(error) => assert_eq!(error.code(), Code::DbEncryptionUnsupported, "{error}"),
        Ok(mut database) => assert_ne!(database.info().unwrap().driver, "pure"),
    }
}

#[test]
fn the_client_library_of_firebird_4_speaks_what_the_built_in_client_does_not() {
    let Ok(installation) = Firebird4::find() else {
        eprintln!("skipped: there is no Firebird 4");
        return;
    };
    let program = std::env::current_exe().unwrap();
    let output = installation
        .under_its_libraries(&program)
        .args([
            "firebird4::with_its_client_library",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let also = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{also}"
    );
}

#[test]
#[ignore = "a part of the test above, run by it with the C library that it needs"]
fn with_its_client_library() {
    let chacha = ServerOptions {
        wire_crypt: WireCrypt::Required,
        wire_crypt_plugin: WireCryptPlugin::ChaChaOnly,
        ..ServerOptions::default()
    };
    let script = "create table T (K integer not null primary key); commit;
        insert into T values (7); commit;";
    let world = world(chacha, script).unwrap();
    let library = world.server.installation().client_library().unwrap();
    let mut options = options(&world.server, &world.database);
    assert_eq!(refused(&options).code(), Code::DbEncryptionUnsupported);
    options.driver = Driver::ClientLibrary {
        path: Some(library.to_owned()),
    };
    let mut database = open(&options);
    let info = database.info().unwrap();
    assert_eq!(info.encrypted, Some(true));
    assert!(info.encryption.unwrap().starts_with("ChaCha"));
    let keys = rows(&mut *database, &Scan::of("T").column("K", Kind::Int));
    assert_eq!(keys, ["7"]);
}
