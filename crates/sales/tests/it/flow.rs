//! The whole way: orders read, homologated, sent, followed.

use crate::office::{Office, assert_once, clouds};
use puente_sales::State;
use puente_sales::list::{self, Filter};
use puente_sales::sales;

#[test]
fn every_ready_sale_of_a_troubled_shop_is_invoiced_once_and_the_others_say_why() {
    let clouds = clouds(120, 7, true);
    let office = Office::new(&clouds);
    office.sync();
    let before = office.totals();
    println!("{before:?}");
    let ready = office.ready();
    assert!(ready.len() > 20, "{before:?}");
    let job = office.send(&ready);
    println!("{:?}", job.result);
    println!("{:?}", office.jobs.log(job.id).unwrap());
    let after = office.totals();
    println!("{after:?}");
    let filter = Filter {
        reasons: vec![
            "refused".into(),
            "total_differs".into(),
            "unmapped_product".into(),
        ],
        ..Filter::default()
    };
    for id in list::ids(&office.room.state, &filter).unwrap() {
        println!("{:?}", sales::get(&office.room.state, id).unwrap().reasons);
    }
    let invoiced = office.count(State::Invoiced) + office.count(State::Stamped);
    assert_once(&clouds, usize::try_from(invoiced).unwrap());
    assert_eq!(
        office.count(State::Uncertain) + office.count(State::Sending),
        0
    );
    office.sync();
    assert_eq!(office.totals().sales, before.sales, "nothing is read twice");
    office.follow();
}
