//! When the ledger's catalogue changes, what no longer fits is told and nothing goes out by it.

use crate::office::{Office, clouds};
use puente_sales::handlers::CATALOGUE;
use puente_sales::misfits::{self, Place, Problem};
use puente_sales::{State, accounts, catalogues};
use serde_json::json;

#[test]
fn what_the_ledger_retires_is_told_with_the_sales_that_wait_and_stale_drafts_are_judged_again() {
    let clouds = clouds(8, 3, false);
    let office = Office::new(&clouds);
    office.sync();
    let ready = office.count(State::Ready);
    assert!(ready > 0);
    assert!(misfits::all(&office.room).unwrap().is_empty());
    let channel = accounts::channel(&office.room.state, office.channel).unwrap();
    let payment = channel.rules.payment.unwrap();
    assert!(clouds.retire(&clouds.siigo_logins()[0].username, payment));
    office.run(CATALOGUE, json!({ "ledger_id": office.ledger }));
    assert_eq!(office.count(State::Ready), 0, "{:?}", office.totals());
    let found = misfits::all(&office.room).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    let one = &found[0];
    assert_eq!((one.place, one.problem), (Place::Rule, Problem::Inactive));
    assert_eq!((one.field.as_str(), one.sales), ("payment", ready));
    assert!(!one.name.is_empty());
    // Looking at it does not mend it.
    catalogues::see(&office.room.state, office.ledger).unwrap();
    assert_eq!(misfits::all(&office.room).unwrap().len(), 1);
    office.set_rules(|_| {});
    assert!(misfits::all(&office.room).unwrap().is_empty());
    assert_eq!(office.count(State::Ready), ready);
}
