//! Each way in which it can fail has a name of its own.

use crate::support::{World, open, options, refused, try_open, try_rows};
use puente_core::{Cancel, Code, Coded, Secret};
use puente_databases::{
    ConnectOptions, Error, Flow, Kind, NoStatementLog, Scan, TotalsRequest, connect,
};
use puente_sandbox::{Dialect, FaultProxy};
use std::io::Write;
use std::net::TcpListener;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

fn nowhere(port: u16) -> ConnectOptions {
    let mut options = ConnectOptions::firebird(
        "127.0.0.1",
        port,
        "/x.fdb",
        "SYSDBA",
        Secret::from("secret"),
    );
    options.timeouts.connect = Duration::from_secs(1);
    options
}

/// Something that takes connections and does `then` with each.
fn something(then: impl Fn(std::net::TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().flatten().for_each(then));
    port
}

#[test]
fn a_name_that_does_not_resolve_is_a_host_that_can_not_be_reached() {
    let mut options = nowhere(3050);
    options.host = "no-such-host.invalid".to_owned();
    options.timeouts.connect = Duration::from_secs(20);
    let error = refused(&options);
    assert!(matches!(error, Error::HostUnreachable { .. }), "{error}");
    assert_eq!(error.code(), Code::DbHostUnreachable);
}

#[test]
fn a_closed_port_is_told_from_a_machine_that_is_away() {
    let port = {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.local_addr().unwrap().port()
    };
    assert_eq!(refused(&nowhere(port)).code(), Code::DbPortClosed);
}

#[test]
fn a_machine_that_takes_the_connection_and_never_answers_is_a_timeout() {
    let (keep, _kept) = mpsc::channel();
    let port = something(move |stream| keep.send(stream).unwrap());
    let started = Instant::now();
    let error = refused(&nowhere(port));
    assert!(
        matches!(error, Error::Timeout { seconds: 1, .. }),
        "{error}"
    );
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn something_that_is_no_firebird_is_said_to_be_none() {
    let page = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    for answer in [
        &page[..],
        b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n",
        b"",
        &[0; 64],
        &[0xFF; 64],
    ] {
        let port = something(move |mut stream| {
            let _ = stream.write_all(answer);
        });
        let error = refused(&nowhere(port));
        assert_eq!(error.code(), Code::DbNotAServer, "{answer:?}: {error}");
    }
}

#[test]
fn a_server_that_answers_with_rubbish_never_makes_it_panic_or_wait() {
    let mut seed = 1_u64;
    for length in [4, 5, 11, 48, 400] {
        let rubbish: Vec<u8> = (0..length)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (seed >> 33) as u8
            })
            .collect();
        // As if it accepted: the reader believes the first word.
        for operation in [3_u32, 9, 94, 98] {
            let mut answer = operation.to_be_bytes().to_vec();
            answer.extend(&rubbish);
            let port = something(move |mut stream| {
                let _ = stream.write_all(&answer);
            });
            let started = Instant::now();
            drop(refused(&nowhere(port)));
            assert!(
                started.elapsed() < Duration::from_secs(3),
                "operation {operation}"
            );
        }
    }
}

#[test]
fn a_wrong_password_and_an_unknown_user_are_told() {
    let world = World::new();
    let mut wrong = world.options();
    wrong.password = Secret::from("wrong");
    let error = refused(&wrong);
    assert!(
        matches!(&error, Error::WrongPassword { user } if user == "SYSDBA"),
        "{error}"
    );
    let mut unknown = world.options();
    unknown.user = "NADIE".to_owned();
    assert_eq!(refused(&unknown).code(), Code::DbWrongPassword);
}

#[test]
fn no_secret_is_in_an_error() {
    let world = World::new();
    let mut wrong = world.options();
    wrong.password = Secret::from("canary-5d2f");
    let error: puente_core::Error = refused(&wrong).into();
    let shown = format!("{error} {error:?} {wrong:?}");
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn a_database_that_is_missing_or_none_is_told() {
    let world = World::new();
    let missing = world.folder.path().join("nada.fdb");
    let error = refused(&options(&world.server, &missing));
    assert_eq!(error.code(), Code::DbNotFound, "{error}");
    for (name, bytes) in [
        ("text.fdb", b"this is no database\n".repeat(2000)),
        ("short.fdb", b"x".to_vec()),
        ("empty.fdb", Vec::new()),
        ("zeros.fdb", vec![0; 32768]),
    ] {
        let path = world.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let error = refused(&options(&world.server, &path));
        assert_eq!(error.code(), Code::DbNotADatabase, "{name}: {error}");
    }
}

#[test]
fn a_database_of_another_version_is_told() {
    let world = World::new();
    let path = world.folder.path().join("old.fdb");
    let mut bytes = std::fs::read(&world.database).unwrap();
    // The structure's version stands 18 bytes into the header page: 12 with the flag of Firebird.
    assert_eq!(u16::from_le_bytes([bytes[18], bytes[19]]), 0x8000 | 12);
    bytes[18..20].copy_from_slice(&(0x8000_u16 | 11).to_le_bytes());
    std::fs::write(&path, bytes).unwrap();
    let error = refused(&options(&world.server, &path));
    assert_eq!(error.code(), Code::DbVersionUnsupported, "{error}");
}

#[test]
fn a_table_that_one_may_not_read_is_named() {
    let world = World::new();
    world.run("create table T (K integer); create table FREE (K integer); commit;");
    world
        .server
        .add_user("LECTOR", &Secret::from("lector-9"))
        .unwrap();
    world.run("grant select on FREE to user LECTOR; commit;");
    let mut options = world.options();
    options.user = "lector".to_owned();
    options.password = Secret::from("lector-9");
    let mut database = open(&options);
    assert!(!database.info().unwrap().is_superuser);
    assert!(try_rows(&mut *database, &Scan::of("FREE").column("K", Kind::Int)).is_ok());
    match try_rows(&mut *database, &Scan::of("T").column("K", Kind::Int)) {
        Err(Error::PermissionDenied { object, .. }) => assert_eq!(object, "T"),
        other => panic!("{other:?}"),
    }
    assert!(
        database.mark().unwrap().is_some(),
        "and it goes on after that"
    );
}

const MANY: &str = "create table T (K integer not null primary key, V varchar(200)); commit;
    set term ^; execute block as declare i integer = 1; begin while (i <= 20000) do begin
    insert into T values (:i, lpad('', 200, 'x')); i = i + 1; end end^ commit^";

fn behind(world: &World) -> (FaultProxy, ConnectOptions) {
    let proxy = FaultProxy::start(world.server.port()).unwrap();
    let mut options = world.options();
    options.port = proxy.port();
    options.timeouts.answer = Duration::from_secs(1);
    (proxy, options)
}

fn all() -> Scan {
    Scan::of("T").column("K", Kind::Int).column("V", Kind::Text)
}

#[test]
fn a_connection_that_breaks_between_two_rows_is_lost_and_made_again_by_the_next_call() {
    let world = World::new();
    world.run(MANY);
    for reset in [false, true] {
        let (proxy, options) = behind(&world);
        let mut database = open(&options);
        database.schema().unwrap();
        if reset {
            proxy.reset_after(1_000_000);
        } else {
            proxy.drop_after(1_000_000);
        }
        let error = try_rows(&mut *database, &all()).unwrap_err();
        assert_eq!(error.code(), Code::DbConnectionLost, "{error}");
        assert!(error.code().is_retryable());
        assert_eq!(try_rows(&mut *database, &all()).unwrap().len(), 20_000);
    }
}

#[test]
fn a_server_that_falls_silent_between_two_rows_is_a_timeout() {
    let world = World::new();
    world.run(MANY);
    let (proxy, options) = behind(&world);
    let mut database = open(&options);
    database.schema().unwrap();
    proxy.stall_after(1_000_000);
    let started = Instant::now();
    let error = try_rows(&mut *database, &all()).unwrap_err();
    assert!(
        matches!(error, Error::Timeout { seconds: 1, .. }),
        "{error}"
    );
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn a_server_that_is_killed_is_a_lost_connection() {
    let mut world = World::new();
    world.run(MANY);
    let mut database = world.open();
    database.schema().unwrap();
    let scan = Scan {
        chunk_rows: 10,
        ..all()
    };
    let mut seen = 0;
    let error = database
        .stream(&scan, &mut |chunk| {
            if seen == 0 {
                world.server.kill();
            }
            seen += chunk.rows;
            Ok(Flow::Continue)
        })
        .unwrap_err();
    assert_eq!(error.code(), Code::DbConnectionLost, "{error}");
}

/// Cancels once `started` says so, and gives how long the work took to end after that.
fn cancelled_after(
    started: mpsc::Receiver<()>,
    work: impl FnOnce(&Cancel) -> Error,
) -> (Error, Duration) {
    let cancel = Cancel::new();
    let canceller = {
        let cancel = cancel.clone();
        std::thread::spawn(move || {
            started.recv().unwrap();
            let now = Instant::now();
            cancel.cancel();
            now
        })
    };
    let error = work(&cancel);
    (error, canceller.join().unwrap().elapsed())
}

#[test]
fn cancelling_ends_a_connection_that_waits_for_a_dead_host() {
    let (tell, told) = mpsc::channel();
    let (keep, _kept) = mpsc::channel();
    let port = something(move |stream| {
        keep.send(stream).unwrap();
        tell.send(()).unwrap();
    });
    let mut options = nowhere(port);
    options.timeouts.connect = Duration::from_secs(60);
    let (error, took) = cancelled_after(told, |cancel| {
        match connect(&options, cancel, Arc::new(NoStatementLog)) {
            Err(error) => error,
            Ok(_) => panic!("it connected"),
        }
    });
    assert_eq!(error.code(), Code::Cancelled, "{error}");
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[test]
fn cancelling_ends_a_statement_that_the_server_takes_long_for() {
    let world = World::new();
    // A view that takes minutes to count.
    world.run(
        "create table T (K integer not null primary key); commit;
         set term ^; execute block as declare i integer = 1; begin while (i <= 3000) do begin
         insert into T values (:i); i = i + 1; end end^ commit^
         create view V (K) as select A.K from T A cross join T B cross join T C^ commit^",
    );
    let (tell, told) = mpsc::channel();
    let (error, took) = cancelled_after(told, |cancel| {
        let mut database = connect(&world.options(), cancel, Arc::new(NoStatementLog)).unwrap();
        database.schema().unwrap();
        tell.send(()).unwrap();
        database.totals(&TotalsRequest::of("V")).unwrap_err()
    });
    assert_eq!(error.code(), Code::Cancelled, "{error}");
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[test]
fn after_a_cancel_nothing_more_is_sent() {
    let world = World::new();
    let cancel = Cancel::new();
    let mut database = connect(&world.options(), &cancel, Arc::new(NoStatementLog)).unwrap();
    cancel.cancel();
    assert_eq!(database.info().unwrap_err().code(), Code::Cancelled);
    assert_eq!(
        try_open(&world.options()).unwrap().info().unwrap().engine,
        "Firebird"
    );
}

#[test]
fn a_table_that_someone_holds_for_writing_is_read_as_it_was_and_at_once() {
    let world = World::new();
    world.run("create table T (K integer); commit; insert into T values (1); commit;");
    let mut holder = world
        .access()
        .session(&world.database, Dialect::Three)
        .unwrap();
    holder
        .run("commit; set transaction read write isolation level snapshot table stability;")
        .unwrap();
    holder.run("update T set K = 2;").unwrap();
    let started = Instant::now();
    let found = try_rows(&mut *world.open(), &Scan::of("T").column("K", Kind::Int)).unwrap();
    assert_eq!(found, ["1"]);
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
}
