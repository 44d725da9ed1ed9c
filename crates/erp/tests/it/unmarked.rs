//! A server that can't tell changed rows, as Firebird 2.5 can't: its marks are withheld here.

use crate::lab::{Lab, Marks, Office};
use chrono::{DateTime, Utc};
use puente_core::ManualClock;
use puente_erp::extract::{End, Mode, Outcome, Request};
use puente_sandbox::{SampleOptions, SampleSize};
use std::sync::Arc;

fn lab() -> Lab {
    let july: DateTime<Utc> = "2026-07-20T15:00:00Z".parse().unwrap();
    let mut lab = Lab::one(SampleOptions {
        size: SampleSize::Small,
        ..SampleOptions::default()
    });
    lab.move_into(Office::over(Arc::new(ManualClock::at(july))));
    lab.office.discover();
    extract(&lab, Request::default());
    lab
}

fn extract(lab: &Lab, request: Request) -> Outcome {
    let company = lab.company(lab.sample());
    let end = lab
        .office
        .extract_amid(&company, request, Marks::Withheld, &mut |_| ());
    match end {
        Ok(End::Proven(outcome)) => outcome,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_changed_in_open_months_is_read_again_and_only_that() {
    let lab = lab();
    let lines = lab.sample().expected.lines;
    lab.sample()
        .run(
            "update DEKARDEX set CANMAT = CANMAT + 1 where KARDEXID in \
             (select KARDEXID from KARDEX where FECHA between '2026-07-01' and '2026-07-10');
             update KARDEX set FECANULADO = '2026-07-18' where FECANULADO is null \
             and FECHA between '2026-07-11' and '2026-07-15';
             commit;",
        )
        .unwrap();
    let outcome = extract(&lab, Request::default());
    assert_eq!(outcome.mode, Mode::Incremental);
    assert!(outcome.applied.updated > 0, "{outcome:?}");
    assert!(
        outcome.rows_read < lines,
        "{} rows for two months of {lines} lines",
        outcome.rows_read
    );
    lab.assert_equal();
}

#[test]
fn what_changed_in_closed_months_shows_in_the_totals_and_is_found() {
    let lab = lab();
    lab.sample()
        .run(
            "update DEKARDEX set PARCVTA = PARCVTA + 1 where DEKARDEXID in \
             (select first 3 D.DEKARDEXID from DEKARDEX D join KARDEX K on K.KARDEXID = D.KARDEXID \
              where K.FECHA < '2026-02-01');
             delete from DEKARDEX where DEKARDEXID in \
             (select first 2 D.DEKARDEXID from DEKARDEX D join KARDEX K on K.KARDEXID = D.KARDEXID \
              where K.FECHA between '2026-02-01' and '2026-02-20');
             commit;",
        )
        .unwrap();
    let outcome = extract(&lab, Request::default());
    assert_eq!(outcome.mode, Mode::Incremental);
    assert!(
        outcome.proof.holds() && outcome.applied.gone >= 2,
        "{outcome:?}"
    );
    lab.assert_equal();
}

#[test]
fn everything_that_an_erp_does_arrives_round_after_round() {
    let lab = lab();
    for seed in 0..4 {
        let written = lab.sample().write_more(200, seed).unwrap();
        assert!(written.rows() > 0);
        let audited = Request {
            audit: true,
            ..Request::default()
        };
        assert!(extract(&lab, audited).proof.holds());
        lab.assert_equal();
    }
}

#[test]
fn a_void_in_a_closed_month_changes_no_sum_and_is_found_by_the_audit() {
    let lab = lab();
    lab.sample()
        .run(
            "update KARDEX set FECANULADO = '2026-07-18' where FECANULADO is null \
             and FECHA between '2026-01-10' and '2026-01-31';
             commit;",
        )
        .unwrap();
    let audited = Request {
        audit: true,
        ..Request::default()
    };
    let outcome = extract(&lab, audited);
    assert!(outcome.applied.updated > 0, "{outcome:?}");
    lab.assert_equal();
}

#[test]
fn a_void_in_a_closed_month_is_found_beside_a_deleted_line_elsewhere() {
    let lab = lab();
    // The documents' totals agree: only the missing line tells that anything happened.
    lab.sample()
        .run(
            "update KARDEX set FECANULADO = '2026-07-18' where FECANULADO is null \
             and FECHA between '2026-01-10' and '2026-01-31';
             delete from DEKARDEX where DEKARDEXID in \
             (select first 1 D.DEKARDEXID from DEKARDEX D join KARDEX K on K.KARDEXID = D.KARDEXID \
              where K.FECHA between '2026-03-01' and '2026-03-20');
             commit;",
        )
        .unwrap();
    let outcome = extract(&lab, Request::default());
    assert!(outcome.applied.gone == 1, "{outcome:?}");
    lab.assert_equal();
}
