//! Everything that the server has arrives, exactly.

use crate::lab::{Lab, input};
use puente_databases::profile::PlaceRule;
use puente_erp::extract::Mode;
use puente_erp::{proof, rules};
use puente_sandbox::{Charset, Dialect, SampleOptions, SampleSize};
use puente_warehouse::{MovementFilter, State};
use std::ops::ControlFlow;

#[test]
fn all_companies_arrive_with_exact_sums_whatever_odd_rows_they_have() {
    let lab = Lab::new(SampleOptions {
        size: SampleSize::Small,
        ..SampleOptions::default()
    });
    lab.office.discover();
    for sample in &lab.erp.companies {
        let report = lab.extract(sample);
        assert_eq!(report.mode, Mode::Full);
        assert_eq!(report.inserted, sample.expected.movements());
        lab.assert_holds(sample, &sample.expected);
        let proof = proof::latest(&lab.office.room.state, lab.company(sample).id)
            .unwrap()
            .unwrap();
        assert!(
            proof.holds() && !proof.groups.is_empty() && proof.tables.len() == 3,
            "{proof:?}"
        );
    }
}

#[test]
fn names_arrive_with_their_accents_in_every_charset_and_dialect() {
    for (dialect, charset) in [
        (Dialect::One, Charset::None),
        (Dialect::Three, Charset::None),
        (Dialect::One, Charset::Iso8859_1),
        (Dialect::Three, Charset::Iso8859_1),
        (Dialect::One, Charset::Win1252),
        (Dialect::One, Charset::Utf8),
        (Dialect::Three, Charset::Utf8),
    ] {
        let lab = Lab::one(SampleOptions {
            dialect,
            charset,
            ..SampleOptions::default()
        });
        lab.office.discover();
        lab.extract(lab.sample());
        lab.assert_equal();
        let mut names = Vec::new();
        let filter = MovementFilter::default();
        lab.office
            .room
            .warehouse
            .export(&filter, &mut |row| {
                names.push((row.article_code.clone(), row.article.clone()));
                ControlFlow::Continue(())
            })
            .unwrap();
        for (_, code, name) in lab.sample().articles() {
            let wanted = name
                .as_deref()
                .unwrap_or("")
                .split_whitespace()
                .collect::<Vec<_>>();
            let found = names.iter().find(|(known, _)| *known == code.trim());
            if let Some((_, found)) = found {
                assert_eq!(
                    found.split_whitespace().collect::<Vec<_>>(),
                    wanted,
                    "{charset:?}"
                );
            }
        }
        assert!(
            names
                .iter()
                .any(|(_, name)| name.contains(['ñ', 'Ñ', 'ó', 'Ó', 'Ø']))
        );
    }
}

#[test]
fn a_forced_run_shows_the_old_rows_until_the_new_ones_are_complete() {
    let lab = Lab::one(SampleOptions::default());
    lab.office.discover();
    lab.extract(lab.sample());
    let company = lab.company(lab.sample()).id;
    let warehouse = &lab.office.room.warehouse;
    let before = warehouse.current(company).unwrap().unwrap().id;
    let forced = input(company);
    let report = lab
        .office
        .extract(puente_erp::handlers::ExtractInput {
            force: true,
            ..forced
        })
        .unwrap();
    assert_eq!(report.mode, Mode::Full);
    let after = warehouse.current(company).unwrap().unwrap().id;
    assert_ne!(before, after, "a forced run builds a new load");
    let left: Vec<_> = warehouse.loads().unwrap().iter().map(|l| l.id).collect();
    assert_eq!(left, [after], "what it replaced is swept away");
    lab.assert_equal();
}

#[test]
fn a_range_of_days_brings_those_days_and_a_wider_one_later_brings_the_rest() {
    let lab = Lab::one(SampleOptions::default());
    lab.office.discover();
    let company = lab.company(lab.sample()).id;
    let days = |from: &str, to: &str| puente_erp::handlers::ExtractInput {
        from: Some(from.parse().unwrap()),
        to: Some(to.parse().unwrap()),
        ..input(company)
    };
    lab.office
        .extract(days("2026-02-01", "2026-03-31"))
        .unwrap();
    let months = |lab: &Lab| {
        let stored = lab.stored(company, puente_warehouse::Stream::Line);
        stored
            .into_keys()
            .map(|(_, month, _)| month)
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(
        months(&lab).into_iter().collect::<Vec<_>>(),
        [202_602, 202_603]
    );
    lab.office
        .extract(days("2026-03-01", "2026-04-30"))
        .unwrap();
    assert_eq!(
        months(&lab).into_iter().collect::<Vec<_>>(),
        [202_602, 202_603, 202_604]
    );
    lab.office.extract(input(company)).unwrap();
    lab.assert_equal();
}

#[test]
fn the_rules_of_the_office_decide_what_a_warehouse_is_from_the_next_run_on() {
    let lab = Lab::one(SampleOptions::default());
    lab.office.discover();
    lab.extract(lab.sample());
    let rule: PlaceRule = rules::parse("%=es_equipo_poder").unwrap();
    rules::set(&lab.office.room.state, "tns", vec![rule]).unwrap();
    lab.extract(lab.sample());
    let mut flags = std::collections::BTreeSet::new();
    let filter = MovementFilter {
        states: vec![State::Posted, State::Draft, State::Voided],
        ..MovementFilter::default()
    };
    lab.office
        .room
        .warehouse
        .export(&filter, &mut |row| {
            flags.extend(row.flag.clone());
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(flags.into_iter().collect::<Vec<_>>(), ["es_equipo_poder"]);
}
