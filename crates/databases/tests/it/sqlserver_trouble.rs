//! What goes wrong with a SQL Server while it is read or written, on the stand-in.

use crate::sqlserver::{Lab, filled, lab, login, open};
use puente_core::{Cancel, Code, Coded};
use puente_databases::{
    Becomes, Change, Error, Flow, Kind, Match, NoStatementLog, RecordDb, Scan, TotalsRequest,
    Value, connect, connect_records,
};
use puente_sandbox::{
    TdsDatabaseOptions, TdsEncryption, TdsFault, TdsLogin, TdsOptions, TdsTracking,
};
#[cfg(unix)]
use std::io::{BufRead, BufReader};
#[cfg(unix)]
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[test]
fn a_snapshot_sees_one_moment_and_ends_at_its_limit() {
    let lab = filled(TdsTracking::ChangeTracking, true);
    let mut source = lab.open();
    let count = TotalsRequest::of("D");
    source
        .snapshot(Duration::from_secs(20), &mut |db| {
            assert_eq!(db.totals(&count)?.rows, 9000);
            let sqlite = lab.database.sqlite().unwrap();
            sqlite
                .execute_batch("DELETE FROM D WHERE DID < 100")
                .unwrap();
            assert_eq!(db.totals(&count)?.rows, 9000, "as it was");
            Ok(())
        })
        .unwrap();
    assert_eq!(source.totals(&count).unwrap().rows, 8901);
    lab.server
        .fault("COUNT_BIG", 1, TdsFault::Slow(Duration::from_secs(20)));
    let begun = Instant::now();
    let ended = source.snapshot(Duration::from_millis(300), &mut |db| {
        db.totals(&count).map(|_| ())
    });
    assert_eq!(ended.unwrap_err().code(), Code::DbTimeout);
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(
        source.totals(&count).unwrap().rows,
        8901,
        "and goes on anew"
    );
}

#[test]
fn nothing_is_read_without_locks_and_nothing_waits_for_long() {
    let lab = filled(TdsTracking::ChangeTracking, false);
    let mut source = lab.open();
    source.totals(&TotalsRequest::of("D")).unwrap();
    let said = lab.server.statements().join("\n").to_uppercase();
    assert!(said.contains("SET LOCK_TIMEOUT 5000") && said.contains("SET DEADLOCK_PRIORITY LOW"));
    assert!(said.contains("READ COMMITTED") && !said.contains("SNAPSHOT ISOLATION LEVEL SNAPSHOT"));
    assert!(!said.contains("NOLOCK") && !said.contains("UNCOMMITTED"));
}

#[test]
fn a_cancel_ends_a_statement_that_takes_long() {
    let lab = filled(TdsTracking::ChangeTracking, true);
    let cancel = Cancel::new();
    let mut source = connect(&lab.options(), &cancel, Arc::new(NoStatementLog)).unwrap();
    source.schema().unwrap();
    lab.server
        .fault("[D]", 1, TdsFault::SlowRows(Duration::from_millis(50)));
    let (tell, told) = std::sync::mpsc::channel();
    let reading = std::thread::spawn(move || {
        let scan = Scan {
            chunk_rows: 1,
            ..Scan::of("D").column("DID", Kind::Int)
        };
        source.stream(&scan, &mut |_| {
            let _ = tell.send(());
            Ok(Flow::Continue)
        })
    });
    told.recv_timeout(Duration::from_secs(10)).unwrap();
    let begun = Instant::now();
    cancel.cancel();
    let ended = reading.join().unwrap();
    assert_eq!(ended.unwrap_err().code(), Code::Cancelled);
    assert!(
        begun.elapsed() < Duration::from_secs(1),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn faults_have_errors_of_their_own_and_what_passes_is_tried_again() {
    let lab = filled(TdsTracking::ChangeTracking, true);
    let mut source = lab.open();
    source.schema().unwrap();
    let count = TotalsRequest::of("D");
    lab.server.fault("COUNT_BIG", 2, TdsFault::Deadlock);
    assert_eq!(source.totals(&count).unwrap().rows, 9000, "the third time");
    lab.server.fault("COUNT_BIG", 3, TdsFault::LockTimeout);
    assert_eq!(
        source.totals(&count).unwrap_err().code(),
        Code::DbLockConflict
    );
    let scan = Scan::of("D").column("DID", Kind::Int);
    lab.server.fault("[D]", 1, TdsFault::DropAfterRow(5000));
    let cut = source.stream(&scan, &mut |_| Ok(Flow::Continue));
    assert_eq!(cut.unwrap_err().code(), Code::DbConnectionLost);
    assert_eq!(
        source.stream(&scan, &mut |_| Ok(Flow::Continue)).unwrap(),
        9000
    );
    let stopped = source.stream(&scan, &mut |_| Ok(Flow::Stop)).unwrap();
    assert!(stopped < 9000);
    assert_eq!(source.totals(&count).unwrap().rows, 9000);
    let gone = source.totals(&TotalsRequest::of("NO_ESTA"));
    assert_eq!(gone.unwrap_err().code(), Code::SchemaMismatch);
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let lab = filled(TdsTracking::ChangeTracking, true);
    let mut options = lab.options();
    options.timeouts.answer = Duration::from_secs(1);
    let mut source = open(&options).unwrap();
    source.schema().unwrap();
    lab.server
        .fault("COUNT_BIG", 1, TdsFault::Slow(Duration::from_secs(20)));
    let begun = Instant::now();
    let late = source.totals(&TotalsRequest::of("D"));
    // How long it was waited for is that of an answer, and not of a connection.
    assert!(
        matches!(late, Err(Error::Timeout { seconds: 1, .. })),
        "{late:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(3));
}

/// Somebody puts a program to sleep and wakes it, as a terminal does: a read that waits breaks off.
#[cfg(unix)]
#[test]
fn a_program_that_was_put_to_sleep_and_woken_reads_on() {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["sqlserver_trouble::the_program_that_is_put_to_sleep"])
        .args(["--exact", "--ignored", "--nocapture"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut says = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("asks") {
        line.clear();
        assert!(says.read_line(&mut line).unwrap() > 0, "it ended early");
    }
    let tell = |signal: &str| {
        let id = child.id().to_string();
        Command::new("kill").args([signal, &id]).status().unwrap();
    };
    // As often as fits into its waiting, at some of which it reads.
    for _ in 0..10 {
        tell("-STOP");
        tell("-CONT");
    }
    assert!(child.wait().unwrap().success());
}

#[cfg(unix)]
#[test]
#[ignore = "a part of another test"]
fn the_program_that_is_put_to_sleep() {
    let lab = filled(TdsTracking::ChangeTracking, true);
    let mut source = lab.open();
    source.schema().unwrap();
    lab.server
        .fault("COUNT_BIG", 1, TdsFault::Slow(Duration::from_secs(1)));
    println!("it asks");
    assert_eq!(source.totals(&TotalsRequest::of("D")).unwrap().rows, 9000);
}

#[test]
fn a_number_that_does_not_fit_is_named_with_its_column() {
    let lab = Lab::plain();
    lab.types();
    let mut source = lab.open();
    let mut read = |column: &str, kind| {
        let scan = Scan::of("TIPOS").column(column, kind);
        source.stream(&scan, &mut |_| Ok(Flow::Continue))
    };
    for (column, kind, value) in [
        // 20 digits before the point.
        (
            "ANCHO",
            Kind::Decimal { scale: 4 },
            "-12345678901234567890.123456",
        ),
        // Nine decimals more than 64 bits hold.
        ("LARGO", Kind::Decimal { scale: 9 }, "9007199254740993"),
        // A fraction where a whole number is wanted.
        ("EXACTO", Kind::Int, "12345678901234.5678"),
    ] {
        let error = read(column, kind).unwrap_err();
        assert_eq!(error.code(), Code::DbNumberOverflow, "{column}: {error}");
        let Error::NumberOverflow {
            column: named,
            value: told,
            ..
        } = &error
        else {
            panic!("{error}");
        };
        assert_eq!((&**named, &**told), (column, value));
    }
    assert_eq!(
        read("ANCHO", Kind::Text).unwrap(),
        3,
        "as a text it comes whole"
    );
}

fn writable(may_write: bool) -> Lab {
    let login = TdsLogin {
        may_write,
        ..login()
    };
    let options = TdsOptions {
        encryption: TdsEncryption::None,
        ..TdsOptions::with(login)
    };
    let lab = lab(options, TdsDatabaseOptions::default());
    lab.database
        .create_table("V", "ID int not null primary key, ESTADO varchar(10)")
        .unwrap();
    let sqlite = lab.database.sqlite().unwrap();
    sqlite
        .execute_batch("INSERT INTO V VALUES (1, 'P'), (2, 'P')")
        .unwrap();
    lab
}

fn records(lab: &Lab) -> Box<dyn RecordDb> {
    connect_records(&lab.options(), &Cancel::new(), Arc::new(NoStatementLog)).unwrap()
}

/// Of what is pending the first becomes told.
fn tell(db: &mut dyn RecordDb) -> Result<Vec<u64>, Error> {
    let matches = |column: &str, value| Match {
        column: column.to_owned(),
        values: vec![value],
    };
    let change = Change {
        table: "V".to_owned(),
        set: vec![(
            "ESTADO".to_owned(),
            Becomes::Value(Value::Text("T".to_owned())),
        )],
        rows: vec![vec![
            matches("ID", Value::Int(1)),
            matches("ESTADO", Value::Text("P".to_owned())),
        ]],
    };
    db.change(&change, &mut || Ok(()))
}

fn told(lab: &Lab) -> i64 {
    let count = "SELECT COUNT(*) FROM V WHERE ESTADO = 'T'";
    let sqlite = lab.database.sqlite().unwrap();
    sqlite.query_row(count, [], |row| row.get(0)).unwrap()
}

#[test]
fn what_goes_wrong_with_an_update_has_its_own_code_and_leaves_all_or_nothing() {
    // The statement that fails, how often, with what; what comes of it, and how many rows are told.
    let cases = [
        ("UPDATE", 2, TdsFault::Deadlock, Ok(1), 1),
        (
            "UPDATE",
            3,
            TdsFault::Deadlock,
            Err(Code::DbLockConflict),
            0,
        ),
        ("UPDATE", 2, TdsFault::LockTimeout, Ok(1), 1),
        (
            "UPDATE",
            3,
            TdsFault::LockTimeout,
            Err(Code::DbLockConflict),
            0,
        ),
        (
            "UPDATE",
            1,
            TdsFault::DropBefore,
            Err(Code::DbConnectionLost),
            0,
        ),
        (
            "UPDATE",
            1,
            TdsFault::DropAfter,
            Err(Code::DbConnectionLost),
            0,
        ),
        (
            "COMMIT TRANSACTION",
            1,
            TdsFault::DropBefore,
            Err(Code::DbConnectionLost),
            0,
        ),
        (
            "COMMIT TRANSACTION",
            1,
            TdsFault::DropAfter,
            Err(Code::DbConnectionLost),
            1,
        ),
    ];
    for (contains, times, fault, expected, rows) in cases {
        let lab = writable(true);
        let mut db = records(&lab);
        lab.server.fault(contains, times, fault.clone());
        let done = tell(db.as_mut()).map(|counts| counts[0]);
        assert_eq!(
            done.map_err(|error| error.code()),
            expected,
            "{contains} {fault:?}"
        );
        // The server undoes the transaction of whoever has gone a moment later.
        let end = Instant::now() + Duration::from_secs(5);
        while told(&lab) != rows && Instant::now() < end {
            std::thread::yield_now();
        }
        assert_eq!(told(&lab), rows, "{contains} {fault:?}");
    }
    let lab = writable(false);
    let denied = tell(records(&lab).as_mut()).unwrap_err();
    assert_eq!(denied.code(), Code::DbPermissionDenied, "{denied}");
    assert_eq!(told(&lab), 0);
}

#[test]
fn a_login_without_the_right_to_update_gets_the_least_that_it_needs_and_writes_nothing() {
    for (may_write, expected) in [
        (true, None),
        (
            false,
            Some("GRANT UPDATE ([ESTADO], [ID]) ON OBJECT::[dbo].[V] TO [lector];"),
        ),
    ] {
        let lab = writable(may_write);
        let mut db = records(&lab);
        let grant = db.lacking_grant("V", &["ESTADO", "ID"]).unwrap();
        assert_eq!(grant.as_deref(), expected);
        let missing = db.lacking_grant("V", &["NO_ESTA"]).unwrap_err();
        assert_eq!(missing.code(), Code::SchemaMismatch);
        let asked = lab.server.statements();
        assert!(!asked.iter().any(|text| text.starts_with("UPDATE")));
    }
}
