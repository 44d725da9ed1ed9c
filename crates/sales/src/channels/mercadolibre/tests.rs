//! Whatever an order of MercadoLibre says was paid, a draft of it comes to that.

use super::read;
use crate::homologate::tests::{catalogue, rules};
use crate::model::{Identity, Person, Sale};
use crate::reason::Reason;
use crate::rules::{Mappings, Rules};
use crate::{homologate, read::Json};
use chrono::NaiveDate;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 25).unwrap()
}

/// An amount of JSON, exactly as it is written.
fn pesos(amount: Decimal) -> Value {
    serde_json::from_str(&amount.to_string()).unwrap()
}

fn identity() -> Identity {
    Identity::Given(Box::new(Person {
        company: Some(false),
        id_type: "CC".into(),
        id_number: "1020304050".into(),
        name: "Ana".into(),
        last_name: "Ruiz".into(),
        address: "Calle 1".into(),
        city: "Bogotá".into(),
        state: "CO-DC".into(),
        ..Person::default()
    }))
}

/// What stands in the payments of an order, in pesos.
#[derive(Debug, Clone, Copy, Default)]
struct Money {
    price: i64,
    quantity: i64,
    amount_off: i64,
    shipping: i64,
    taxes: i64,
    overpaid: i64,
    coupon: i64,
    declared_off: i64,
    shipping_declared: bool,
    coupon_declared: bool,
}

impl Money {
    fn amount(self) -> i64 {
        self.price * self.quantity + self.amount_off
    }

    fn order(self, id: i64) -> Value {
        let paid = self.amount() + self.taxes + self.overpaid;
        let mut declared = paid + self.declared_off;
        if self.shipping_declared {
            declared += self.shipping;
        }
        if self.coupon_declared {
            declared -= self.coupon;
        }
        let p = |amount: i64| pesos(Decimal::from(amount));
        json!({
            "id": id, "date_created": "2026-11-20T10:00:00.000-04:00", "pack_id": 77,
            "last_updated": "2026-11-20T10:00:00.000-04:00", "status": "paid",
            "total_amount": p(self.price * self.quantity), "paid_amount": p(declared),
            "currency_id": "COP",
            "order_items": [{
                "item": {"id": "MCO1", "title": "Algo", "seller_sku": "A-19"},
                "quantity": self.quantity, "unit_price": p(self.price), "sale_fee": 100,
            }],
            "payments": [{
                "id": id * 10, "status": "approved", "payment_method_id": "visa",
                "transaction_amount": p(self.amount()), "transaction_amount_refunded": 0,
                "shipping_cost": p(self.shipping), "taxes_amount": p(self.taxes),
                "overpaid_amount": p(self.overpaid), "coupon_amount": p(self.coupon),
                "total_paid_amount": p(paid + self.shipping - self.coupon),
            }],
            "shipping": {"id": 5}, "buyer": {"id": 9, "nickname": "N"},
        })
    }
}

fn sale_of(orders: &[Value]) -> Sale {
    let read: Vec<_> = orders.iter().map(|one| read::order(one).unwrap()).collect();
    read::sale(&read, identity(), None).unwrap()
}

/// What was paid by the raw words of the orders: the buyer's total, and what the channel gave to it.
fn paid(orders: &[Value], with_shipping: bool) -> Decimal {
    let payments = orders.iter().flat_map(|order| order.list("payments"));
    payments
        .map(|payment| {
            let of = |name: &str| payment.decimal(name).unwrap();
            let shipping = if with_shipping {
                Decimal::ZERO
            } else {
                of("shipping_cost")
            };
            of("total_paid_amount") + of("coupon_amount") - shipping
        })
        .sum()
}

fn money() -> impl Strategy<Value = Money> {
    let mostly_none = || prop_oneof![3 => Just(0_i64), 1 => 1_i64..200_000];
    let off = || prop_oneof![4 => Just(0_i64), 1 => -50_000_i64..50_000];
    (
        (1_000_i64..5_000_000, 1_i64..20, off(), off()),
        (mostly_none(), mostly_none(), mostly_none(), mostly_none()),
        any::<(bool, bool)>(),
    )
        .prop_map(|(goods, rest, declared)| Money {
            price: goods.0,
            quantity: goods.1,
            amount_off: goods.2.max(-goods.0 / 2),
            declared_off: goods.3,
            shipping: rest.0,
            taxes: rest.1,
            overpaid: rest.2,
            coupon: rest.3,
            shipping_declared: declared.0,
            coupon_declared: declared.1,
        })
}

fn with_shipping(yes: bool) -> Rules {
    Rules {
        shipping_product: if yes { "ENVIO".into() } else { String::new() },
        ..rules()
    }
}

proptest! {
    #[test]
    fn every_ready_draft_comes_to_what_was_paid_whatever_the_orders(
        mut all in proptest::collection::vec(money(), 1..4), shipped: bool,
    ) {
        // What an order's own sum has in it is the same for all of them.
        let first = all[0];
        for one in &mut all {
            one.shipping_declared = first.shipping_declared;
            one.coupon_declared = first.coupon_declared;
        }
        let orders: Vec<Value> = (1..).zip(&all).map(|(id, one)| one.order(id)).collect();
        let sale = sale_of(&orders);
        let rules = with_shipping(shipped);
        let paid = paid(&orders, shipped);
        let even = all.iter().all(|one| one.amount_off + one.taxes + one.overpaid == 0);
        match homologate(&sale, &Mappings::default(), &catalogue(), &rules, day()) {
            Ok(draft) => {
                prop_assert!((draft.total - paid).abs() <= rules.tolerance, "{} {paid}", draft.total);
                let payments: Decimal = draft.payments.iter().map(|payment| payment.value).sum();
                prop_assert_eq!(payments, draft.total);
            }
            Err(reasons) => {
                prop_assert!(!reasons.is_empty());
                let strange = all.iter().any(|one| one.declared_off != 0);
                prop_assert!(!even || strange, "{reasons:?}");
            }
        }
    }
}

fn names(money: Money) -> Vec<&'static str> {
    let sale = sale_of(&[money.order(1)]);
    match homologate(&sale, &Mappings::default(), &catalogue(), &rules(), day()) {
        Ok(_) => Vec::new(),
        Err(reasons) => reasons.iter().map(Reason::name).collect(),
    }
}

#[test]
fn a_coupon_of_the_channel_changes_nothing_and_a_surplus_and_taxes_beside_the_price_do() {
    let plain = Money {
        price: 50_000,
        quantity: 2,
        shipping_declared: true,
        ..Money::default()
    };
    assert!(names(plain).is_empty());
    let coupon = Money {
        coupon: 5_000,
        coupon_declared: true,
        ..plain
    };
    assert!(names(coupon).is_empty());
    let overpaid = Money {
        overpaid: 1_500,
        ..plain
    };
    assert_eq!(names(overpaid), ["total_differs"]);
    let taxes = Money {
        taxes: 2_000,
        ..plain
    };
    assert_eq!(names(taxes), ["total_differs"]);
    let strange = Money {
        declared_off: 9_000,
        ..plain
    };
    assert_eq!(names(strange), ["payments_differ"]);
}

#[test]
fn taxes_beside_prices_without_tax_are_the_tax_of_the_invoice() {
    let money = Money {
        price: 100_000,
        quantity: 1,
        taxes: 19_000,
        ..Money::default()
    };
    let rules = Rules {
        prices_with_tax: false,
        ..rules()
    };
    let sale = sale_of(&[money.order(1)]);
    let draft = homologate(&sale, &Mappings::default(), &catalogue(), &rules, day()).unwrap();
    assert_eq!(draft.total, Decimal::from(119_000));
}
