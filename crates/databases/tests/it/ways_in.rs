//! Encryption, ways to log in, and the client library where the built-in client can't.

use crate::support::{World, open, options, refused, rows, try_open, try_rows};
use puente_core::{Code, Coded};
use puente_databases::{Driver, Error, Flow, Kind, Scan, SumColumn, TotalsRequest};
use puente_sandbox::{Auth, Dialect, FaultProxy, ServerOptions, WireCrypt};
use std::time::Duration;

const TABLE: &[u8] =
    b"create table T (K integer not null primary key, A numeric(18,4), V varchar(40),
    C char(10), D timestamp); commit;
    insert into T values (1, 12345678901234.5678, 'PE\xD1A \x80', 'X', '2026-01-31 10:15:00');
    insert into T values (2, null, null, null, null); commit;";

fn world(options: ServerOptions) -> World {
    let world = World::with(options, Dialect::Three, "NONE");
    world.run(TABLE);
    world
}

fn everything() -> Scan {
    Scan::of("T")
        .column("K", Kind::Int)
        .column("A", Kind::Decimal { scale: 4 })
        .column("V", Kind::Text)
        .column("C", Kind::Text)
        .column("D", Kind::Date)
}

const EXPECTED: [&str; 2] = ["1|123456789012345678|PEÑA €|X|20484", "2|-|-|-|-"];

#[test]
fn it_gets_in_with_and_without_encryption() {
    for (wire_crypt, encrypted) in [
        (WireCrypt::Required, true),
        (WireCrypt::Enabled, true),
        (WireCrypt::Disabled, false),
    ] {
        for auth in [Auth::Srp, Auth::Srp256] {
            let world = world(ServerOptions {
                wire_crypt,
                auth,
                ..ServerOptions::default()
            });
            let mut database = world.open();
            assert_eq!(
                database.info().unwrap().encrypted,
                Some(encrypted),
                "{wire_crypt:?}"
            );
            assert_eq!(rows(&mut *database, &everything()), EXPECTED);
        }
    }
}

#[test]
fn the_client_library_takes_over_where_the_built_in_client_is_refused() {
    let legacy = ServerOptions {
        auth: Auth::LegacyOnly,
        wire_crypt: WireCrypt::Disabled,
        ..ServerOptions::default()
    };
    let world = world(legacy);
    let error = refused(&world.options());
    assert_eq!(error.code(), Code::DbAuthUnsupported, "{error}");
    let mut options = world.options();
    options.driver = Driver::Auto;
    let mut database = open(&options);
    let info = database.info().unwrap();
    assert_ne!(info.driver, "pure");
    assert_eq!(rows(&mut *database, &everything()), EXPECTED);
    let mut request = TotalsRequest::of("T");
    request.sums = vec![SumColumn::of("A", 4)];
    assert_eq!(
        database.totals(&request).unwrap().sums,
        [123_456_789_012_345_678]
    );
}

#[test]
fn a_named_client_library_is_used_and_a_missing_one_is_told() {
    let world = world(ServerOptions::default());
    let mut options = world.options();
    let library = world
        .server
        .installation()
        .client_library()
        .unwrap()
        .to_owned();
    options.driver = Driver::ClientLibrary {
        path: Some(library.clone()),
    };
    let mut database = open(&options);
    assert_eq!(
        database.info().unwrap().driver,
        library.display().to_string()
    );
    assert_eq!(rows(&mut *database, &everything()), EXPECTED);
    assert_eq!(database.schema().unwrap().tables.len(), 1);
    options.driver = Driver::ClientLibrary {
        path: Some("no-such-library.so".into()),
    };
    let error = refused(&options);
    let named = matches!(&error, Error::ClientLibraryMissing { library, .. } if library == "no-such-library.so");
    assert!(named, "{error}");
}

#[test]
fn the_client_library_can_be_stopped_and_tells_a_lost_connection_too() {
    let world = world(ServerOptions::default());
    world.run(
        "set term ^; execute block as declare i integer = 3; begin while (i <= 20000) do begin
         insert into T values (:i, 1, lpad('', 40, 'x'), null, null); i = i + 1; end end^ commit^",
    );
    let proxy = FaultProxy::start(world.server.port()).unwrap();
    let mut options = world.options();
    options.port = proxy.port();
    options.driver = Driver::ClientLibrary { path: None };
    options.timeouts.answer = Duration::from_secs(1);
    let mut database = open(&options);
    database.schema().unwrap();
    let scan = Scan {
        chunk_rows: 10,
        ..everything()
    };
    proxy.drop_after(100_000);
    let error = try_rows(&mut *database, &scan).unwrap_err();
    assert_eq!(error.code(), Code::DbConnectionLost, "{error}");
    assert_eq!(database.stream(&scan, &mut |_| Ok(Flow::Stop)).unwrap(), 10);
    assert_eq!(rows(&mut *database, &scan).len(), 20_000);
    proxy.stall_after(100_000);
    let error = try_rows(&mut *database, &scan).unwrap_err();
    assert_eq!(error.code(), Code::DbTimeout, "{error}");
}

#[test]
fn a_wrong_password_is_told_by_the_client_library_too() {
    let world = world(ServerOptions::default());
    let mut options = world.options();
    options.driver = Driver::ClientLibrary { path: None };
    options.password = "wrong".into();
    assert_eq!(refused(&options).code(), Code::DbWrongPassword);
}

#[test]
fn a_database_in_a_folder_with_accents_is_found_and_where_the_library_can_not_name_it_that_is_told()
{
    let server = world(ServerOptions::default());
    let folder = server.folder.path().join("Año 2026 – Contaduría");
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("PEÑA & CÍA.GDB");
    std::fs::rename(&server.database, &path).unwrap();
    let mut options = options(&server.server, &path);
    let mut database = open(&options);
    assert_eq!(rows(&mut *database, &everything()), EXPECTED);
    assert!(database.mark().unwrap().is_some());
    drop(database);
    // The client library translates the path by the locale of the process, which a program of Rust
    // leaves at C: an alias is the way out.
    options.driver = Driver::ClientLibrary { path: None };
    match try_open(&options) {
        Ok(mut database) => assert_eq!(rows(&mut *database, &everything()), EXPECTED),
        Err(error) => assert_eq!(error.code(), Code::DbNotFound, "{error}"),
    }
    options.driver = Driver::Pure;
    let missing = folder.join("ÑANDÚ.GDB").display().to_string();
    options.database.clone_from(&missing);
    let error = refused(&options);
    let named = matches!(&error, Error::DatabaseNotFound { path, .. } if *path == missing);
    assert!(named, "{error}");
}
