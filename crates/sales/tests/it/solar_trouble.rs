//! What goes wrong between a local database and Solar, and what it says then.

use crate::solar::{Local, PASSWORD, Shop, assert_told, room_in};
use crate::solar_kill::TELL;
use puente_core::{Cancel, Code, Coded, Secret};
use puente_jobs::State as JobState;
use puente_sales::handlers::SEND;
use puente_sales::{State, accounts, marks, sales};
use puente_sandbox::clouds::{Cloud, Does, Fault};
use puente_sandbox::{CounterOptions, TdsFault};
use puente_store::secrets::Secrets;
use serde_json::json;
use std::collections::BTreeMap;

#[test]
fn one_document_that_cant_be_told_hinders_no_other() {
    let shop = Shop::new(CounterOptions {
        troubles: true,
        ..CounterOptions::of(21, 12)
    });
    let done = shop.deliver();
    assert_eq!(done.sent, 12, "{done:?}");
    assert_told(&shop);
    let mut found = BTreeMap::new();
    for id in shop.of(State::Pending) {
        let row = sales::get(&shop.room.state, id).unwrap();
        let number = row.key.split(' ').next_back().unwrap().to_owned();
        found.insert(number, serde_json::to_value(&row.reasons[0]).unwrap());
    }
    for trouble in &shop.counter.troubles {
        let reason = &found[&trouble.number];
        let (name, field) = match trouble.name {
            "no_lines" => ("empty", ""),
            "payment" => ("document", "total"),
            "copies" => ("document", "copies"),
            "kind" => ("document", "kind"),
            "number" => ("document", "number"),
            "overflow" | "taxes" => ("document", "value"),
            other => panic!("{other}"),
        };
        assert_eq!(reason["reason"], name, "{}: {reason}", trouble.name);
        if !field.is_empty() {
            assert_eq!(reason["field"], field, "{}: {reason}", trouble.name);
        }
    }
    assert_eq!(
        found.len(),
        shop.counter.troubles.len(),
        "receipts are not read"
    );
}

#[test]
fn a_document_that_solar_refuses_says_why_and_can_be_sent_again() {
    let shop = Shop::new(CounterOptions::of(2, 24));
    shop.clouds.solar(|switches| switches.positive_only = true);
    let done = shop.deliver();
    let refused = shop.of(State::Refused);
    assert!(
        !refused.is_empty() && done.refused == refused.len() as u64,
        "{done:?}"
    );
    assert_eq!(done.sent + done.refused, 24);
    let row = sales::get(&shop.room.state, refused[0]).unwrap();
    let reason = serde_json::to_value(&row.reasons[0]).unwrap();
    assert!(reason["message"].as_str().unwrap().contains("IMPORTENETO"));
    shop.clouds.solar(|switches| switches.positive_only = false);
    let input = json!({ "ledger_id": shop.ledger, "sales": refused });
    let id = shop
        .jobs
        .enqueue(puente_jobs::NewJob::new(SEND, input))
        .unwrap();
    shop.jobs.run_due(1).unwrap();
    assert_eq!(shop.jobs.get(id).unwrap().state, JobState::Done);
    assert_told(&shop);
}

#[test]
fn a_login_without_the_right_to_update_says_so_and_the_marks_live_here() {
    let shop = Shop::with(CounterOptions::of(4, 7), "lector", false);
    let done = shop.deliver();
    assert_eq!((done.sent, done.marked, done.marked_here), (7, 0, 7));
    let channel = accounts::channel(&shop.room.state, shop.channel).unwrap();
    let error = channel.last_error.expect("the channel says why");
    assert_eq!(error.code, Code::DbPermissionDenied);
    assert!(shop.counter.told().unwrap().is_empty());
    // They are not sent again though they wait in the source, and are marked once the right is there.
    let again = shop.deliver();
    assert_eq!((again.read, again.sent), (0, 0));
    assert!(shop.registered().values().all(|times| *times == 1));
    let local = Local::of(shop.server.port(), "puente");
    let room = shop.room.clone().with_sources(std::sync::Arc::new(local));
    let marked =
        marks::settle(&room, shop.ledger, &Cancel::new(), &puente_core::NoProgress).unwrap();
    assert_eq!(marked.count.source, 7);
    assert_told(&shop);
}

#[test]
fn a_source_that_is_only_read_is_never_written() {
    let shop = Shop::with(CounterOptions::of(6, 5), "puente", true);
    let done = shop.deliver();
    assert_eq!((done.sent, done.marked, done.marked_here), (5, 0, 5));
    assert_eq!(shop.deliver().sent, 0);
    let written = |text: &String| text.trim_start().starts_with("UPDATE");
    assert!(!shop.server.statements().iter().any(written));
}

#[test]
fn a_deadlock_and_a_lock_are_tried_again_and_a_cut_is_settled_the_next_time() {
    for fault in [
        TdsFault::Deadlock,
        TdsFault::LockTimeout,
        TdsFault::DropBefore,
        TdsFault::DropAfter,
    ] {
        for at in ["UPDATE [dbo].[EB_T", "COMMIT TRANSACTION"] {
            let shop = Shop::new(CounterOptions::of(8, 4));
            shop.server.fault(at, 1, fault.clone());
            shop.attempt();
            shop.attempt();
            assert_told(&shop);
        }
    }
}

#[test]
fn a_result_that_is_cut_leaves_nothing_half_read() {
    let shop = Shop::new(CounterOptions::of(8, 30));
    shop.server
        .fault("FROM [dbo].[CTA03]", 1, TdsFault::DropAfterRow(9));
    let job = shop.attempt();
    assert_ne!(job.state, JobState::Done);
    assert!(shop.registered().is_empty());
    shop.deliver();
    assert_told(&shop);
}

#[test]
fn a_document_that_somebody_else_told_of_is_not_sent() {
    let shop = Shop::new(CounterOptions::of(13, 5));
    let input = json!({ "channel_id": shop.channel });
    shop.jobs
        .enqueue(puente_jobs::NewJob::new(
            puente_sales::handlers::SYNC,
            input,
        ))
        .unwrap();
    shop.jobs.run_due(1).unwrap();
    assert_eq!(shop.of(State::Ready).len(), 5);
    let sqlite = shop.counter.database.sqlite().unwrap();
    sqlite
        .execute(
            "UPDATE EB_T_HistorialSincVentas_Solar SET ESTADO_SYNC = 1 WHERE N_COMP = ?1",
            [&shop.counter.documents[2]],
        )
        .unwrap();
    let done = shop.deliver();
    assert_eq!(done.sent, 4);
    assert_eq!(shop.of(State::Voided).len(), 1);
}

#[test]
fn a_profile_that_doesnt_fit_says_what_is_missing_before_anything_runs() {
    let shop = Shop::new(CounterOptions::of(1, 2));
    let text = puente_sales::channels::database::SalesProfile::builtin_text("solar").unwrap();
    let local = Local {
        profile: Some(text.replace("COD_ARTICU", "ARTICULO; DROP TABLE CTA03 --")),
        ..Local::of(shop.server.port(), "puente")
    };
    let room = shop.room.clone().with_sources(std::sync::Arc::new(local));
    let account = accounts::channel(&room.state, shop.channel).unwrap();
    let error = room
        .database(&account)
        .unwrap()
        .look(&Cancel::new())
        .unwrap_err();
    assert_eq!(error.code(), Code::SchemaMismatch);
    assert!(
        error.to_string().contains("CTA03.ARTICULO; DROP TABLE"),
        "{error}"
    );
    let asked = shop.server.statements();
    assert!(!asked.iter().any(|text| text.contains("DROP TABLE")));
}

#[test]
fn solar_without_a_known_authority_or_with_a_wrong_password_is_told_nothing() {
    let shop = Shop::new(CounterOptions::of(1, 2));
    let local = Local::of(shop.server.port(), "puente");
    let other = shop.path().join("other");
    std::fs::create_dir_all(&other).unwrap();
    let room = room_in(&other, Secrets::memory(), local);
    let account = accounts::ledger(&shop.room.state, shop.ledger).unwrap();
    let error = room
        .ledger_with(&account, Secret::new(PASSWORD.to_owned()))
        .unwrap()
        .verify(&Cancel::new())
        .unwrap_err();
    assert_eq!(error.code(), Code::NetTlsRefused, "{error}");
    let error = shop
        .room
        .ledger_with(&account, Secret::new("otra".to_owned()))
        .unwrap()
        .verify(&Cancel::new())
        .unwrap_err();
    assert_eq!(error.code(), Code::CloudLoginRefused);
    assert!(shop.registered().is_empty());
}

#[test]
fn a_way_that_is_closed_is_given_up_after_three_and_the_rest_waits() {
    let shop = Shop::new(CounterOptions::of(1, 9));
    let busy = Fault::on(Cloud::Solar, "POST", TELL, Does::Status(429));
    shop.clouds.fault(busy.for_ever());
    let job = shop.attempt();
    assert_eq!(job.error.map(|error| error.code), Some(Code::CloudBusy));
    assert!(job.run_at.is_some(), "the queue tries again by itself");
    assert_eq!(shop.of(State::Ready).len(), 9);
    shop.clouds.heal();
    shop.deliver();
    assert_told(&shop);
}
