//! Each wrong thing has its code, and nothing is lost.

use crate::lab::{Lab, Office, input};
use puente_core::{Code, Secret};
use puente_erp::handlers::{DISCOVER, DiscoverInput};
use puente_erp::servers;
use puente_jobs::NewJob;
use puente_sandbox::SampleOptions;
use serde_json::json;
use std::net::TcpListener;
use std::path::Path;

fn discover(office: &Office, server: i64) -> Code {
    let input = json!(DiscoverInput { server_id: server });
    let id = office.jobs.enqueue(NewJob::new(DISCOVER, input)).unwrap();
    office.jobs.run_due(1).unwrap();
    office
        .jobs
        .get(id)
        .unwrap()
        .error
        .expect("it can't have gone well")
        .code
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
    assert_eq!(error.code, Code::CompanyFileMissing);
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
    assert_eq!(error.code, Code::SchemaMismatch);
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
