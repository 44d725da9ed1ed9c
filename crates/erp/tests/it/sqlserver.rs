//! The same walk on SQL Server, as a stand-in plays it: discovery, extraction, changes, proof.

use crate::lab::{Groups, Office, groups, input};
use puente_core::{Code, Secret};
use puente_databases::Encryption;
use puente_erp::companies::{self, Company};
use puente_erp::discover::Reason;
use puente_erp::extract::Mode;
use puente_erp::handlers::{ExtractReport, PROVE, ProveInput};
use puente_erp::proof;
use puente_erp::servers::{Kind, NewServer, Options, SqlServer};
use puente_jobs::{NewJob, State as JobState};
use puente_sandbox::{
    SampleOptions, SampleSize, SampleSqlCompany, SampleSqlErp, TdsDatabaseOptions, TdsEncryption,
    TdsFault, TdsLogin, TdsOptions, TdsServer, TdsTracking,
};
use puente_warehouse::{MovementFilter, Stream};
use serde_json::json;
use std::ops::ControlFlow;
use tempfile::TempDir;

pub struct Lab {
    pub server: TdsServer,
    pub erp: SampleSqlErp,
    pub office: Office,
    _files: TempDir,
}

impl Lab {
    fn new(sample: &SampleOptions, database: TdsDatabaseOptions) -> Lab {
        Lab::over(sample, database, Office::new())
    }

    fn over(sample: &SampleOptions, database: TdsDatabaseOptions, office: Office) -> Lab {
        let files = tempfile::tempdir().unwrap();
        let password = Secret::new("Clave-1".to_owned());
        let server = TdsServer::start(
            &files.path().join("server"),
            TdsOptions::with(TdsLogin::reader("lector", password.clone())),
        )
        .unwrap();
        let erp = SampleSqlErp::create(&server, sample, database).unwrap();
        let authority = files.path().join("ca.pem");
        std::fs::write(&authority, server.authority_pem()).unwrap();
        let new = NewServer {
            name: "ventas".to_owned(),
            kind: Kind::SqlServer,
            host: "localhost".to_owned(),
            port: server.port(),
            user: "lector".to_owned(),
            master: erp.master.clone(),
            profile: "sqlserver".to_owned(),
            options: Options {
                connect_seconds: 5,
                answer_seconds: 30,
                sql_server: SqlServer {
                    encryption: Encryption::Required,
                    authority: Some(authority),
                    ..SqlServer::default()
                },
                ..Options::default()
            },
        };
        office.register_with(new, &password);
        Lab {
            server,
            erp,
            office,
            _files: files,
        }
    }

    fn one(database: TdsDatabaseOptions) -> Lab {
        Lab::one_over(database, Office::new())
    }

    /// One company in one year, discovered by that office.
    pub fn one_over(database: TdsDatabaseOptions, office: Office) -> Lab {
        let sample = SampleOptions {
            companies: 1,
            years: vec![2026],
            ..SampleOptions::default()
        };
        let lab = Lab::over(&sample, database, office);
        lab.office.discover();
        lab
    }

    pub fn company(&self, sample: &SampleSqlCompany) -> Company {
        companies::list(&self.office.room.state)
            .unwrap()
            .into_iter()
            .find(|company| company.location == sample.database.name())
            .expect("the company was discovered")
    }

    pub fn extract(&self, sample: &SampleSqlCompany) -> ExtractReport {
        let extracted = self.office.extract(input(self.company(sample).id));
        extracted.unwrap_or_else(|error| panic!("{error}: {:?}", self.server.statements().last()))
    }

    fn stored(&self, sample: &SampleSqlCompany, stream: Stream) -> Groups {
        self.office.stored(self.company(sample).id, stream)
    }

    pub fn assert_equal(&self, sample: &SampleSqlCompany) {
        let asked = sample.ask().unwrap();
        for stream in [Stream::Line, Stream::Transfer] {
            assert_eq!(
                self.stored(sample, stream),
                groups(&asked, stream),
                "{}",
                sample.name
            );
        }
    }
}

fn ways() -> Vec<TdsDatabaseOptions> {
    let mut ways = Vec::new();
    for tracking in [
        TdsTracking::ChangeTracking,
        TdsTracking::RowVersion,
        TdsTracking::None,
    ] {
        for snapshots in [true, false] {
            ways.push(TdsDatabaseOptions {
                tracking,
                snapshots,
                ..TdsDatabaseOptions::default()
            });
        }
    }
    ways
}

#[test]
fn every_good_company_is_found_and_arrives_with_exact_sums() {
    let sample = SampleOptions {
        size: SampleSize::Small,
        ..SampleOptions::default()
    };
    let lab = Lab::new(&sample, TdsDatabaseOptions::default());
    let report = lab.office.discover();
    assert_eq!(
        report.added, 7,
        "3 companies in 2 years, and one that is missing"
    );
    let twice = |reason: &Reason| matches!(reason, Reason::ListedTwice { .. });
    assert!(report.skipped.iter().any(|skipped| twice(&skipped.reason)));
    for sample in &lab.erp.companies {
        let report = lab.extract(sample);
        assert_eq!(report.mode, Mode::Full);
        assert_eq!(report.inserted, sample.expected.movements());
        lab.assert_equal(sample);
        let proof = proof::latest(&lab.office.room.state, lab.company(sample).id)
            .unwrap()
            .unwrap();
        assert!(proof.holds() && proof.tables.len() == 3, "{proof:?}");
    }
    let mut names = Vec::new();
    let filter = MovementFilter::default();
    let warehouse = &lab.office.room.warehouse;
    warehouse
        .export(&filter, &mut |row| {
            names.push(row.article.clone());
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(names.iter().any(|name| name.contains(['Ñ', 'Ó', 'Ø', '€'])));
}

#[test]
fn changes_arrive_however_the_database_tells_them() {
    for way in ways() {
        let lab = Lab::one(way);
        let sample = &lab.erp.companies[0];
        lab.extract(sample);
        lab.assert_equal(sample);
        for round in 0..3 {
            sample.write_more(30, round).unwrap();
            let report = lab.office.extract(input(lab.company(sample).id));
            // Without marks what changed in a closed month shows in the totals first.
            let report = report.or_else(|error| {
                assert_eq!(error.code, Code::ProofMismatch, "{way:?}: {error}");
                lab.office.extract(input(lab.company(sample).id))
            });
            assert_eq!(report.unwrap().mode, Mode::Incremental, "{way:?}");
            lab.assert_equal(sample);
        }
        let idle = lab.extract(sample);
        assert_eq!(
            (idle.inserted, idle.updated, idle.removed),
            (0, 0, 0),
            "{way:?}"
        );
    }
}

#[test]
fn the_deep_proof_holds_and_finds_what_was_tampered_with() {
    let lab = Lab::one(TdsDatabaseOptions::default());
    let sample = &lab.erp.companies[0];
    lab.extract(sample);
    let company_id = lab.company(sample).id;
    let prove = || {
        let job = NewJob::new(PROVE, json!(ProveInput { company_id }));
        let id = lab.office.jobs.enqueue(job).unwrap();
        lab.office.jobs.run_due(1).unwrap();
        lab.office.jobs.get(id).unwrap()
    };
    assert_eq!(prove().state, JobState::Done);
    sample
        .database
        .sqlite()
        .unwrap()
        .execute_batch("UPDATE DEKARDEX SET PARCVTA = PARCVTA + 1 WHERE DEKARDEXID = 5")
        .unwrap();
    assert_eq!(prove().error.unwrap().code, Code::ProofMismatch);
}

#[test]
fn what_is_cut_off_goes_on_where_it_was() {
    let lab = Lab::one(TdsDatabaseOptions::default());
    let sample = &lab.erp.companies[0];
    let company = lab.company(sample).id;
    for (contains, fault) in [
        ("[DEKARDEX]", TdsFault::DropAfterRow(100)),
        ("[KARDEX]", TdsFault::DropAfterRow(3)),
        ("BEGIN TRANSACTION", TdsFault::DropBefore),
        ("COMMIT", TdsFault::DropAfter),
        ("[MATERIAL]", TdsFault::LockTimeout),
    ] {
        lab.server.fault(contains, 1, fault.clone());
        if let Err(error) = lab.office.extract(input(company)) {
            assert!(error.code.is_retryable(), "{fault:?}: {error}");
        }
    }
    lab.extract(sample);
    lab.assert_equal(sample);
    let denied = lab.server.statements();
    assert!(
        denied
            .iter()
            .all(|text| !text.to_uppercase().contains("NOLOCK"))
    );
}

#[test]
fn a_company_whose_database_is_gone_is_named() {
    let lab = Lab::one(TdsDatabaseOptions::default());
    let sample = &lab.erp.companies[0];
    lab.server.forget(sample.database.name());
    let error = lab
        .office
        .extract(input(lab.company(sample).id))
        .unwrap_err();
    crate::lab::assert_told(&error, Code::CompanyFileMissing);
}

#[test]
fn what_is_wrong_with_the_encryption_is_told_in_both_languages() {
    let lab = Lab::one(TdsDatabaseOptions::default());
    let server = puente_erp::servers::list(&lab.office.room.state)
        .unwrap()
        .remove(0);
    let connect = |set: &dyn Fn(&mut SqlServer)| {
        let mut server = server.clone();
        set(&mut server.options.sql_server);
        let log = std::sync::Arc::default();
        let room = &lab.office.room;
        let opened = room.connect(&server, &server.master, &puente_core::Cancel::new(), log);
        opened.map(|_| ()).map_err(puente_core::Error::from)
    };
    let untrusted = connect(&|sql| sql.authority = None).unwrap_err();
    crate::lab::assert_told(&untrusted, Code::DbCertificateUntrusted);
    let print = untrusted.values.get("sha256").cloned().unwrap();
    connect(&|sql| {
        sql.authority = None;
        sql.certificate = Some(print.clone());
    })
    .unwrap();
    connect(&|sql| sql.encryption = Encryption::Off).unwrap();
    let plain = TdsServer::start(
        &lab._files.path().join("plain"),
        TdsOptions {
            encryption: TdsEncryption::None,
            ..TdsOptions::with(TdsLogin::reader(
                "lector",
                Secret::new("Clave-1".to_owned()),
            ))
        },
    )
    .unwrap();
    let mut other = server.clone();
    other.port = plain.port();
    let opened = lab.office.room.connect(
        &other,
        "master",
        &puente_core::Cancel::new(),
        std::sync::Arc::default(),
    );
    let refused = puente_core::Error::from(opened.map(|_| ()).unwrap_err());
    crate::lab::assert_told(&refused, Code::DbTlsRefused);
}
