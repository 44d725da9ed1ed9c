//! Which companies a server has.

use crate::lab::{Lab, Office};
use puente_erp::companies::{self, State};
use puente_erp::discover::{Reason, Report};
use puente_sandbox::SampleOptions;

#[test]
fn every_good_company_is_found_once_and_every_bad_row_is_reported() {
    let lab = Lab::new(SampleOptions::default());
    let report = lab.office.discover();
    assert_eq!(
        report.added, 7,
        "3 companies in 2 years, and one whose file is missing"
    );
    let found = companies::list(&lab.office.room.state).unwrap();
    let first = found
        .iter()
        .find(|company| company.nit == "9001234568")
        .unwrap();
    assert_eq!(first.name, "DISTRIBUIDORA MUÑOZ & CÍA S.A.S.");
    assert!(
        report
            .skipped
            .iter()
            .any(|s| matches!(s.reason, Reason::BadNit { .. }))
    );
    assert!(
        report
            .skipped
            .iter()
            .any(|s| matches!(s.reason, Reason::ListedTwice { .. }))
    );
}

#[test]
fn a_company_without_a_nit_is_told_and_found_once_it_has_one() {
    let lab = Lab::one(SampleOptions::default());
    let report = lab.office.discover();
    let empty = Reason::BadNit {
        reason: "empty".to_owned(),
    };
    let without = |report: &Report| -> Vec<String> {
        let rows = report.skipped.iter();
        let rows = rows.filter(|skipped| skipped.reason == empty);
        rows.map(|skipped| skipped.name.clone()).collect()
    };
    assert_eq!(without(&report), ["PLANTILLA"]);
    let taken = report.added + report.skipped.len() as u64;
    assert_eq!(report.listed, taken, "every row is taken or told");
    let master = lab.erp.access().address(&lab.erp.master);
    let run = |script: &str| {
        let isql = lab.erp.access().isql();
        isql.run(Some(&master), script.as_bytes()).unwrap();
    };
    run("update EMPRESAS set NIT = '  ' where CODIGO = '99';\ncommit;\n");
    assert_eq!(without(&lab.office.discover()), ["PLANTILLA"]);
    run("update EMPRESAS set NIT = '900555666-3' where CODIGO = '99';\ncommit;\n");
    let mended = lab.office.discover();
    assert_eq!((without(&mended).len(), mended.added), (0, 1));
}

#[test]
fn discovering_again_changes_nothing_and_what_is_not_listed_any_more_is_marked() {
    let lab = Lab::new(SampleOptions {
        companies: 1,
        ..SampleOptions::default()
    });
    let first = lab.office.discover();
    let second = lab.office.discover();
    assert_eq!(
        (second.added, second.unchanged, second.gone),
        (0, first.added, 0)
    );
    let isql = lab.erp.access().isql();
    let master = lab.erp.access().address(&lab.erp.master);
    isql.run(
        Some(&master),
        b"delete from EMPRESAS where ANOFIS = '2025';\ncommit;\n",
    )
    .unwrap();
    let third = lab.office.discover();
    assert_eq!(third.gone, 1);
    let gone = companies::list(&lab.office.room.state).unwrap();
    let gone: Vec<_> = gone
        .iter()
        .filter(|company| company.state == State::Gone)
        .collect();
    assert_eq!(
        gone.iter()
            .map(|company| company.fiscal_year)
            .collect::<Vec<_>>(),
        [2025]
    );
}

#[test]
fn a_company_that_another_server_has_already_is_left_out_and_said() {
    let lab = Lab::one(SampleOptions::default());
    let office: &Office = &lab.office;
    office.discover();
    let password = lab.server.password().clone();
    let copy = office.register(
        "copy",
        lab.server.port(),
        lab.server.user(),
        &password,
        &lab.erp.master,
    );
    let report = office.discover_on(copy);
    assert_eq!(report.added, 0);
    let other = Reason::OnAnotherServer {
        server: "lab".to_owned(),
    };
    assert!(
        report.skipped.iter().any(|skipped| skipped.reason == other),
        "{report:?}"
    );
}
