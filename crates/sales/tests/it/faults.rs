//! Whatever the ledger does on the way, a sale has one invoice, or none and a reason.

use crate::office::{Office, assert_once, clouds};
use puente_core::Cancel;
use puente_sales::outbox::{self, Decision, SendState};
use puente_sales::{State, outbox::decide};
use puente_sandbox::clouds::{Casing, Cloud, Does, Fault};

fn invoiced(office: &Office) -> u64 {
    office.count(State::Invoiced) + office.count(State::Stamped)
}

#[test]
fn every_way_to_lose_an_answer_ends_in_one_invoice() {
    for does in [
        Does::AcceptThenHang,
        Does::AcceptThenReset,
        Does::AcceptThenCut,
        Does::AcceptThenStatus(500),
        Does::AcceptThenStatus(503),
        Does::AcceptThenHtml,
        Does::Hang,
        Does::Reset,
        Does::Status(500),
        Does::Status(503),
        Does::Html,
        Does::Empty,
    ] {
        let clouds = clouds(6, 3, false);
        let office = Office::new(&clouds);
        office.sync();
        let ready = office.ready();
        clouds.fault(Fault::on(
            Cloud::Siigo,
            "POST",
            "/v1/invoices",
            does.clone(),
        ));
        office.send(&ready);
        assert_eq!(office.count(State::Uncertain), 0, "{does:?}");
        let left = office.ready();
        office.send(&left);
        assert_eq!(invoiced(&office), ready.len() as u64, "{does:?}");
        assert_once(&clouds, ready.len());
    }
}

#[test]
fn an_answer_that_is_lost_three_times_is_found_by_its_mark() {
    let clouds = clouds(6, 3, false);
    let office = Office::new(&clouds);
    office.sync();
    let ready = office.ready();
    let does = Does::AcceptThenStatus(502);
    clouds.fault(Fault::on(Cloud::Siigo, "POST", "/v1/invoices", does).times(3));
    office.send(&ready);
    assert_eq!(invoiced(&office), ready.len() as u64);
    assert_once(&clouds, ready.len());
}

#[test]
fn a_burnt_key_waits_for_a_person_and_a_new_key_makes_one_invoice() {
    let clouds = clouds(6, 3, false);
    let office = Office::new(&clouds);
    office.sync();
    let ready = office.ready();
    clouds.fault(Fault::on(
        Cloud::Siigo,
        "POST",
        "/v1/invoices",
        Does::BurnKey,
    ));
    office.send(&ready);
    assert_eq!(office.count(State::Uncertain), 1);
    let first = ready[0];
    let send = outbox::of_sale(&office.room.state, first)
        .unwrap()
        .remove(0);
    assert_eq!(send.state, SendState::Uncertain);
    let ledger = office.room.ledger(office.ledger).unwrap();
    let again = |room: &puente_sales::Room| {
        decide(
            room,
            ledger.as_ref(),
            first,
            &Decision::Again,
            &Cancel::new(),
        )
    };
    assert!(again(&office.room).is_err(), "it may still be under way");
    // Two minutes and more have passed since it left.
    office
        .room
        .state
        .write(move |tx| {
            tx.execute(
                "UPDATE sale_send SET sent_at = '2026-01-01T00:00:00.000Z' WHERE id = ?1",
                [send.id],
            )?;
            Ok::<_, puente_store::Error>(())
        })
        .unwrap();
    again(&office.room).unwrap();
    office.send(&[first]);
    assert_eq!(invoiced(&office), ready.len() as u64);
    assert_once(&clouds, ready.len());
}

#[test]
fn a_storm_of_errors_loses_nothing_and_makes_nothing_twice() {
    let clouds = clouds(10, 5, false);
    let office = Office::new(&clouds);
    for (method, path, does) in [
        ("POST", "/v1/invoices", Does::AcceptThenReset),
        ("POST", "/v1/invoices", Does::Status(500)),
        ("GET", "/v1/invoices", Does::Status(503)),
        ("GET", "/v1/customers", Does::Html),
    ] {
        let fault = Fault::on(Cloud::Siigo, method, path, does);
        clouds.fault(fault.for_ever().percent(30));
    }
    let burst = Fault::on(Cloud::MercadoLibre, "GET", "/orders/**", Does::Status(429));
    clouds.fault(burst.times(3));
    office.sync();
    let all = office.totals().sales;
    office.send(&office.ready());
    clouds.heal();
    office.follow();
    office.send(&office.ready());
    assert_eq!(invoiced(&office), all, "{:?}", office.totals());
    assert_once(&clouds, usize::try_from(all).unwrap());
}

#[test]
fn refusals_are_reasons_in_either_case_of_their_names() {
    for casing in [Casing::Pascal, Casing::Lower] {
        let clouds = clouds(6, 3, false);
        let office = Office::new(&clouds);
        office.sync();
        clouds.siigo(|switches| switches.casing = casing);
        let login = &clouds.siigo_logins()[0];
        let far = chrono::NaiveDate::from_ymd_opt(2099, 1, 1).unwrap();
        clouds.close_period(&login.username, Some(far));
        let ready = office.ready();
        office.send(&ready);
        assert_eq!(office.count(State::Refused), ready.len() as u64);
        clouds.close_period(&login.username, None);
        office.send(&ready);
        assert_once(&clouds, ready.len());
    }
}

#[test]
fn a_token_that_has_ended_is_renewed_once_and_nothing_is_sent_twice() {
    let clouds = clouds(6, 3, false);
    let office = Office::new(&clouds);
    office.sync();
    clouds.forget_tokens();
    let ready = office.ready();
    office.send(&ready);
    assert_once(&clouds, ready.len());
}

#[test]
fn an_order_cancelled_after_its_invoice_asks_for_a_credit_note_once() {
    let clouds = clouds(6, 3, false);
    let office = Office::new(&clouds);
    office.sync();
    let ready = office.ready();
    office.send(&ready);
    let sale = puente_sales::sales::body(&office.room.state, ready[0]).unwrap();
    for order in &sale.orders {
        let id = order.id.parse().unwrap();
        assert!(clouds.change_order(id, &puente_sandbox::clouds::OrderChange::Cancel));
    }
    office.sync();
    office.sync();
    let tasks = puente_sales::tasks::list(&office.room.state, None).unwrap();
    assert_eq!(tasks.len(), 1);
    let now = office.room.clock.now();
    puente_sales::tasks::done(&office.room.state, tasks[0].id, "NC-1".into(), now).unwrap();
    assert_eq!(office.count(State::Voided), 1);
    office.send(&[ready[0]]);
    assert_once(&clouds, ready.len());
}
