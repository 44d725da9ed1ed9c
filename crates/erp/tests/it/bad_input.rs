//! Each wrong thing has its code, and nothing is lost.

use crate::lab::{Lab, Office, assert_told, input, new_server};
use puente_core::{Code, Error, Secret};
use puente_erp::handlers::{DISCOVER, DiscoverInput, ExtractInput};
use puente_erp::servers::{self, NewServer, Options};
use puente_jobs::NewJob;
use puente_sandbox::SampleOptions;
use puente_warehouse::Stream;
use serde_json::json;
use socket2::{Domain, Socket, Type};
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

fn discover(office: &Office, server: i64) -> Code {
    let error = discovery_error(office, server);
    assert_told(&error, error.code);
    error.code
}

fn discovery_error(office: &Office, server: i64) -> Error {
    let input = json!(DiscoverInput { server_id: server });
    let id = office.jobs.enqueue(NewJob::new(DISCOVER, input)).unwrap();
    office.jobs.run_due(1).unwrap();
    office
        .jobs
        .get(id)
        .unwrap()
        .error
        .expect("it can't have gone well")
}

/// Something is wrong with the data: the run fails and says what; what was extracted stays shown; once
/// it is mended, everything arrives.
fn refused_until_mended(breaks: &str, mends: &str, code: Code) -> Error {
    let lab = Lab::one(SampleOptions::default());
    lab.office.discover();
    lab.extract(lab.sample());
    let company = lab.company(lab.sample()).id;
    let before = lab.stored(company, Stream::Line);
    lab.sample().run(breaks).unwrap();
    let error = lab.office.extract(input(company)).unwrap_err();
    assert_told(&error, code);
    assert_eq!(lab.stored(company, Stream::Line), before, "nothing is lost");
    lab.sample().run(mends).unwrap();
    lab.extract(lab.sample());
    lab.assert_equal();
    error
}

#[test]
fn bytes_that_the_charset_does_not_have_are_refused_and_named() {
    let error = refused_until_mended(
        "update MATERIAL set DESCRIP = 'A' || ascii_char(129) where MATID = 1;\ncommit;\n",
        "update MATERIAL set DESCRIP = 'A' where MATID = 1;\ncommit;\n",
        Code::DbInvalidText,
    );
    assert_eq!(error.values["table"], "MATERIAL");
    assert_eq!(error.values["column"], "DESCRIP");
}

#[test]
fn a_number_that_does_not_fit_is_refused_and_named() {
    let error = refused_until_mended(
        "update DEKARDEX set CANMAT = 99999999999999 where DEKARDEXID = 1;\ncommit;\n",
        "update DEKARDEX set CANMAT = 2.5 where DEKARDEXID = 1;\ncommit;\n",
        Code::DbNumberOverflow,
    );
    assert_eq!(error.values["table"], "DEKARDEX");
}

#[test]
fn a_database_that_its_administrator_took_out_of_use_is_not_waited_for() {
    let lab = Lab::one(SampleOptions::default());
    lab.office.discover();
    lab.extract(lab.sample());
    let company = lab.company(lab.sample()).id;
    let path = lab.sample().path.clone();
    lab.erp.access().shut(&path).unwrap();
    let started = Instant::now();
    let error = lab.office.extract(input(company)).unwrap_err();
    assert_told(&error, Code::DbLockConflict);
    assert!(error.retryable && started.elapsed() < Duration::from_secs(5));
    lab.erp.access().open_again(&path).unwrap();
    lab.extract(lab.sample());
    lab.assert_equal();
}

#[test]
fn days_at_the_ends_of_the_calendar_are_days_like_others() {
    let lab = Lab::one(SampleOptions::default());
    lab.office.discover();
    lab.sample()
        .run(
            "update KARDEX set FECHA = '0001-01-01' where KARDEXID = 1;
             update KARDEX set FECHA = '9999-12-31 23:59:59' where KARDEXID = 2;
             update KARDEX set FECHA = '1899-12-30' where KARDEXID = 3;\ncommit;\n",
        )
        .unwrap();
    lab.extract(lab.sample());
    lab.assert_equal();
    let stored = lab.stored(lab.company(lab.sample()).id, Stream::Line);
    let months: Vec<i32> = stored.into_keys().map(|(_, month, _)| month).collect();
    assert!(months.contains(&101) && months.contains(&999_912) && months.contains(&189_912));
}

#[test]
fn a_range_of_days_that_is_none_is_refused() {
    let lab = Lab::one(SampleOptions::default());
    lab.office.discover();
    let company = lab.company(lab.sample()).id;
    for (from, to) in [
        ("2026-05-01", "2026-04-30"),
        ("0026-01-01", "2026-04-30"),
        ("2026-01-01", "9999-04-30"),
    ] {
        let error = lab
            .office
            .extract(ExtractInput {
                from: Some(from.parse().unwrap()),
                to: Some(to.parse().unwrap()),
                ..input(company)
            })
            .unwrap_err();
        assert_told(&error, Code::PeriodInvalid);
        assert!(error.values["value"].contains(from), "{error}");
    }
}

#[test]
fn a_list_of_companies_that_looks_different_is_said_column_by_column() {
    let lab = Lab::one(SampleOptions::default());
    let isql = lab.erp.access().isql();
    let master = lab.erp.access().address(&lab.erp.master);
    let run = |script: &[u8]| isql.run(Some(&master), script).unwrap();
    lab.office.discover();
    run(b"alter table EMPRESAS alter ARCHIVO to RUTA;\ncommit;\n");
    let server = servers::list(&lab.office.room.state).unwrap()[0].id;
    let error = discovery_error(&lab.office, server);
    assert_told(&error, Code::MasterTableMissing);
    assert_eq!(error.values["missing"], "EMPRESAS.ARCHIVO");
    let known = puente_erp::companies::list(&lab.office.room.state).unwrap();
    let active = |company: &puente_erp::companies::Company| {
        company.state == puente_erp::companies::State::Active
    };
    assert!(known.iter().all(active), "nobody is gone because of that");
    run(b"alter table EMPRESAS alter RUTA to ARCHIVO;\nalter table EMPRESAS add SN_NUEVA integer;\ncommit;\n");
    lab.office.discover();
    lab.extract(lab.sample());
    lab.assert_equal();
}

#[test]
fn a_server_out_of_reach_by_name_by_silence_or_by_kind_has_its_code() {
    let lab = Lab::one(SampleOptions::default());
    let secret = Secret::from("x");
    let office = Office::new();
    let port = lab.server.port();
    let named = |name: &str, host: &str, port: u16| {
        let server = NewServer {
            host: host.to_owned(),
            options: Options {
                connect_seconds: 1,
                answer_seconds: 1,
                ..Options::default()
            },
            ..new_server(name, port, "SYSDBA", &lab.erp.master)
        };
        office.register_with(server, &secret)
    };
    let nowhere = named("nowhere", "no-such-host.invalid", port);
    assert_eq!(discover(&office, nowhere), Code::DbHostUnreachable);
    // A VPN that died: nothing takes the connection, and nothing refuses it.
    let (hole, _full) = black_hole();
    let started = Instant::now();
    let dead = named("dead vpn", "127.0.0.1", hole);
    assert_eq!(discover(&office, dead), Code::DbTimeout);
    assert!(started.elapsed() < Duration::from_secs(5));
    let web = TcpListener::bind("127.0.0.1:0").unwrap();
    let page = web.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in web.incoming().flatten() {
            drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
        }
    });
    let other = named("web", "127.0.0.1", page);
    assert_eq!(discover(&office, other), Code::DbNotAServer);
}

/// A port whose queue of connections is full: the system drops the next one's packets without a word.
fn black_hole() -> (u16, Vec<TcpStream>) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    socket.bind(&any.into()).unwrap();
    socket.listen(0).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let mut kept: Vec<TcpStream> = vec![socket.into()];
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
        kept.push(stream);
    }
    (address.port(), kept)
}

#[test]
fn a_master_that_is_no_database_or_of_another_version_has_its_code() {
    let lab = Lab::one(SampleOptions::default());
    let office = Office::new();
    let folder = lab.erp.master.parent().unwrap().to_owned();
    let password = lab.server.password().clone();
    let at = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        let (port, user) = (lab.server.port(), lab.server.user());
        office.register(name, port, user, &password, &path)
    };
    let text = at("letter.gdb", &b"this is no database\n".repeat(2000));
    assert_eq!(discover(&office, text), Code::DbNotADatabase);
    // Of Firebird 2.5: its structure's version stands 18 bytes into the file.
    let mut old = std::fs::read(&lab.sample().path).unwrap();
    old[18..20].copy_from_slice(&(0x8000_u16 | 11).to_le_bytes());
    let old = at("old.gdb", &old);
    assert_eq!(discover(&office, old), Code::DbVersionUnsupported);
}

#[test]
fn a_closed_port_a_wrong_password_and_a_missing_master_each_have_their_code() {
    let lab = Lab::one(SampleOptions::default());
    let (port, user) = (lab.server.port(), lab.server.user());
    let password = lab.server.password().clone();
    let office = Office::new();
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let closed = office.register("closed", free, user, &password, &lab.erp.master);
    assert_eq!(discover(&office, closed), Code::DbPortClosed);
    let wrong = Secret::from("not the password");
    let refused = office.register("refused", port, user, &wrong, &lab.erp.master);
    assert_eq!(discover(&office, refused), Code::DbWrongPassword);
    let missing = office.register("missing", port, user, &password, Path::new("/no/such.gdb"));
    assert_eq!(discover(&office, missing), Code::DbNotFound);
    let company = lab.erp.companies[0].path.clone();
    let not_master = office.register("not master", port, user, &password, &company);
    assert_eq!(discover(&office, not_master), Code::MasterTableMissing);
    let error = servers::find(&office.room.state, "refused")
        .unwrap()
        .last_error
        .unwrap();
    assert_eq!(
        error.code,
        Code::DbWrongPassword,
        "the server's row remembers why"
    );
}

#[test]
fn a_company_whose_file_is_gone_is_named_and_what_was_extracted_stays() {
    let lab = Lab::one(SampleOptions::default());
    lab.office.discover();
    lab.extract(lab.sample());
    let company = lab.company(lab.sample()).id;
    let path = lab.sample().path.clone();
    let away = path.with_extension("AWAY");
    std::fs::rename(&path, &away).unwrap();
    let error = lab.office.extract(input(company)).unwrap_err();
    assert_told(&error, Code::CompanyFileMissing);
    assert!(error.values["company"].contains("9001234568:2026"));
    std::fs::rename(&away, &path).unwrap();
    lab.extract(lab.sample());
    lab.assert_equal();
}

#[test]
fn a_missing_column_is_said_before_anything_is_read_and_a_new_one_is_only_reported() {
    let lab = Lab::one(SampleOptions::default());
    lab.office.discover();
    let company = lab.company(lab.sample()).id;
    lab.sample()
        .run("alter table DEKARDEX add SN_NUEVA integer;\ncommit;\n")
        .unwrap();
    let report = lab.office.extract(input(company)).unwrap();
    assert!(
        report
            .notes
            .schema
            .iter()
            .any(|note| note.contains("DEKARDEX.SN_NUEVA"))
    );
    lab.sample()
        .run("alter table DEKARDEX alter CANMAT to CANTIDAD;\ncommit;\n")
        .unwrap();
    let error = lab.office.extract(input(company)).unwrap_err();
    assert_told(&error, Code::SchemaMismatch);
    assert!(error.to_string().contains("DEKARDEX.CANMAT"), "{error}");
}

#[test]
fn no_secret_stands_in_a_row_a_log_or_an_error() {
    let lab = Lab::one(SampleOptions::default());
    let canary = Secret::from("canary-7f3a9c");
    let office = Office::new();
    let server = office.register("x", lab.server.port(), "SYSDBA", &canary, &lab.erp.master);
    assert_eq!(discover(&office, server), Code::DbWrongPassword);
    for entry in std::fs::read_dir(&office.folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes
                .windows(13)
                .any(|window| window == canary.expose().as_bytes());
            assert!(!found, "{}", path.display());
        }
    }
}
