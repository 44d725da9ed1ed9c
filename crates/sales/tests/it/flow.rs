//! The whole way: orders read, homologated, sent, followed.

use crate::office::{Office, assert_once, clouds};
use puente_sales::State;

#[test]
fn every_ready_sale_of_a_troubled_shop_is_invoiced_once_and_the_others_say_why() {
    let clouds = clouds(120, 7, true);
    let office = Office::new(&clouds);
    office.sync();
    let before = office.totals();
    let ready = office.ready();
    assert!(ready.len() > 20, "{before:?}");
    for reason in [
        "missing_tax_id",
        "unmapped_product",
        "unknown_city",
        "refunded",
    ] {
        assert!(before.reasons.contains_key(reason), "{reason}: {before:?}");
    }
    office.send(&ready);
    let invoiced = office.count(State::Invoiced) + office.count(State::Stamped);
    assert_once(&clouds, usize::try_from(invoiced).unwrap());
    let open = office.count(State::Uncertain) + office.count(State::Sending);
    assert_eq!(
        open + office.count(State::Ready),
        0,
        "{:?}",
        office.totals()
    );
    office.sync();
    assert_eq!(office.totals().sales, before.sales, "nothing is read twice");
    office.follow();
}
