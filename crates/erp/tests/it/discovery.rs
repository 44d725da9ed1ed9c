//! Which companies a server has.

use crate::lab::{Lab, Office};
use puente_erp::companies::{self, State};
use puente_erp::discover::Reason;
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
