//! The shipped profile against a database as the ERP has it.

use crate::support::{open, options, rows, try_rows};
use puente_databases::profile::Item;
use puente_databases::{Engine, Error, Kind, Profile, Scan};
use puente_sandbox::{FirebirdServer, SampleErp, SampleOptions, ServerOptions};

fn sample() -> (tempfile::TempDir, FirebirdServer, SampleErp) {
    let folder = tempfile::tempdir().unwrap();
    let server =
        FirebirdServer::start(&folder.path().join("server"), ServerOptions::default()).unwrap();
    let wanted = SampleOptions {
        companies: 1,
        years: vec![2026],
        ..SampleOptions::default()
    };
    let erp = SampleErp::create(&server, &folder.path().join("erp"), wanted).unwrap();
    (folder, server, erp)
}

fn item(table: &str, column: Option<&str>) -> Item {
    Item {
        table: table.to_owned(),
        column: column.map(str::to_owned),
    }
}

#[test]
fn the_shipped_profile_fits_the_sample_and_says_what_it_does_not_know() {
    let (_folder, server, erp) = sample();
    let profile = Profile::builtin("tns").unwrap();
    let master = open(&options(&server, &erp.master)).schema().unwrap();
    assert!(profile.fitted_to_master(&master).unwrap().is_usable());
    erp.companies[0]
        .run(
            "alter table DEKARDEX add SN_COLOR varchar(10); alter table KARDEX drop TOTAL; commit;",
        )
        .unwrap();
    let company = open(&options(&server, &erp.companies[0].path))
        .schema()
        .unwrap();
    let (fitted, report) = profile.fitted_to_company(&company).unwrap();
    assert!(
        report.new.contains(&item("DEKARDEX", Some("SN_COLOR"))),
        "{:?}",
        report.new
    );
    assert_eq!(report.left_out, [item("KARDEX", Some("TOTAL"))]);
    assert_eq!((fitted.documents.total, report.skipped), (None, Vec::new()));
    assert!(report.confirmed.contains(&item("DETRASLA", Some("CANMAT"))));
}

#[test]
fn what_is_needed_and_missing_is_listed_and_what_is_optional_is_skipped() {
    let (_folder, server, erp) = sample();
    let profile = Profile::builtin("tns").unwrap();
    erp.companies[0]
        .run("drop table DETRASLA; alter table TERCEROS drop NOMBRE; commit;")
        .unwrap();
    let schema = open(&options(&server, &erp.companies[0].path))
        .schema()
        .unwrap();
    let (fitted, report) = profile.fitted_to_company(&schema).unwrap();
    assert_eq!(report.skipped, ["parties", "transfers"]);
    assert!(fitted.parties.is_none() && fitted.transfers.is_none());
    assert_eq!(
        report.left_out,
        [item("TERCEROS", Some("NOMBRE")), item("DETRASLA", None)]
    );
    erp.companies[0]
        .run(
            "alter table DEKARDEX drop CANMAT; alter table KARDEX drop FECANULADO;
              alter table KARDEX add FECANULADO varchar(10); commit;",
        )
        .unwrap();
    let schema = open(&options(&server, &erp.companies[0].path))
        .schema()
        .unwrap();
    match profile.fitted_to_company(&schema) {
        Err(Error::Missing {
            missing,
            profile: Some(name),
        }) => {
            assert_eq!(name, "tns");
            assert_eq!(
                missing,
                ["DEKARDEX.CANMAT", "KARDEX.FECANULADO (VARCHAR(10))"]
            );
        }
        other => panic!("{other:?}"),
    }
    match profile.fitted_to_master(&schema) {
        Err(Error::Missing { missing, .. }) => assert_eq!(missing, ["EMPRESAS"]),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_grants_are_enough_to_read_everything_and_for_nothing_else() {
    let (_folder, server, erp) = sample();
    let profile = Profile::builtin("tns").unwrap();
    server.add_user("LECTOR", &"lector-9".into()).unwrap();
    let grants = profile.grants(Engine::Firebird, "lector").unwrap();
    erp.companies[0]
        .run(&format!("{} commit;", grants.company.join("\n")))
        .unwrap();
    let mut login = options(&server, &erp.companies[0].path);
    login.user = "LECTOR".to_owned();
    login.password = "lector-9".into();
    let mut database = open(&login);
    for table in profile.company_tables() {
        assert!(
            database
                .totals(&puente_databases::TotalsRequest::of(table))
                .is_ok(),
            "{table}"
        );
    }
    let other = Scan::of("MATERIALSUC").column("MATID", Kind::Int);
    let refused = try_rows(&mut *database, &other);
    assert!(
        matches!(refused, Err(Error::PermissionDenied { .. })),
        "{refused:?}"
    );
    for hostile in [
        "x; drop table T",
        "\"x\"",
        "",
        "PUBLIC TO X",
        &"A".repeat(64),
    ] {
        for engine in [Engine::Firebird, Engine::SqlServer] {
            assert!(profile.grants(engine, hostile).is_err(), "{hostile}");
        }
    }
}

#[test]
fn the_companies_are_read_as_the_profile_says() {
    let (_folder, server, erp) = sample();
    let companies = Profile::builtin("tns").unwrap().companies;
    let mut master = open(&options(&server, &erp.master));
    let scan = Scan::of(&companies.table)
        .column(&companies.name.name, Kind::Text)
        .column(&companies.year.name, Kind::Text);
    let found = rows(&mut *master, &scan);
    let expected = format!("{}|{}", erp.companies[0].name, erp.companies[0].year);
    assert!(found.contains(&expected), "{found:?}");
}
