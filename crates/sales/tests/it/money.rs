//! A sale whose money does not add up waits, and a person may let it go.

use crate::office::{Office, assert_once, clouds};
use puente_sales::list::{self, Filter};
use puente_sales::{Reason, State, accept, sales};

fn waiting(office: &Office, reason: &str) -> Vec<i64> {
    let filter = Filter {
        states: vec![State::Pending],
        reasons: vec![reason.to_owned()],
        ..Filter::default()
    };
    list::ids(&office.room.state, &filter).unwrap()
}

#[test]
fn a_surplus_waits_until_a_person_accepts_it_and_is_invoiced_at_its_price() {
    let clouds = clouds(120, 7, true);
    let office = Office::new(&clouds);
    office.sync();
    let waiting = waiting(&office, "total_differs");
    assert!(!waiting.is_empty(), "{:?}", office.totals());
    let state = &office.room.state;
    for id in &waiting {
        let row = sales::get(state, *id).unwrap();
        let [Reason::TotalDiffers { total, paid, .. }] = row.reasons.as_slice() else {
            panic!("{:?}", row.reasons);
        };
        let sale = sales::body(state, *id).unwrap();
        assert!(paid > total, "{total} {paid}");
        assert!(
            sale.payments
                .iter()
                .any(|one| !(one.overpaid + one.taxes).is_zero())
        );
    }
    let first = waiting[0];
    assert!(
        accept::accept(&office.room, first, " ").is_err(),
        "no explanation"
    );
    let reasons = sales::get(state, first).unwrap().reasons;
    let [Reason::TotalDiffers { total, .. }] = reasons.as_slice() else {
        panic!("{reasons:?}");
    };
    accept::accept(&office.room, first, "el excedente se devolvió aparte").unwrap();
    assert_eq!(sales::get(state, first).unwrap().state, State::Ready);
    let again = accept::accept(&office.room, first, "otra vez");
    assert!(again.is_err(), "nothing stands in its way any more");
    let events = sales::events(state, first).unwrap();
    let told = events.iter().find(|one| one.kind == "difference_accepted");
    assert_eq!(
        told.unwrap().detail["note"],
        "el excedente se devolvió aparte"
    );
    office.send(&[first]);
    assert_once(&clouds, 1);
    let row = sales::get(state, first).unwrap();
    assert_eq!(row.total_e4.map(sales::from_e4), Some(*total));
    assert!(matches!(row.state, State::Invoiced | State::Stamped));
    // Others are as before.
    office.set_rules(|_| {});
    assert_eq!(
        self::waiting(&office, "total_differs").len(),
        waiting.len() - 1
    );
}

#[test]
fn amounts_of_two_currencies_are_never_added() {
    let clouds = clouds(40, 7, false);
    let office = Office::new(&clouds);
    office.sync();
    let before = office.totals();
    let one = before.sums["COP"];
    assert_eq!((before.sums.len(), one.sales), (1, before.sales));
    let (id, paid) = office
        .room
        .state
        .write(|tx| {
            let found: (i64, i64) =
                tx.query_row("SELECT id, paid_e4 FROM sale LIMIT 1", [], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
            tx.execute("UPDATE sale SET currency = 'ARS' WHERE id = ?1", [found.0])?;
            Ok::<_, puente_store::Error>(found)
        })
        .unwrap();
    let after = office.totals();
    assert_eq!(after.sales, before.sales);
    assert_eq!(after.states, before.states);
    assert_eq!(after.sums["ARS"].sales, 1);
    assert_eq!(after.sums["ARS"].paid_e4, i128::from(paid));
    let left = after.sums["COP"];
    assert_eq!(left.paid_e4 + i128::from(paid), one.paid_e4);
    assert_eq!(left.sales + 1, one.sales, "sale {id}");
}
