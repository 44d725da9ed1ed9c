//! Any sale becomes an invoice of what was paid, or says why not.

use super::*;
use crate::catalogue::{DiscountType, Named, PaymentType, Product, Tax};
use crate::model::{Buyer, Identity, Payment, Person};
use chrono::{TimeZone, Utc};
use proptest::prelude::*;

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 25).unwrap()
}

pub(crate) fn catalogue() -> Catalogue {
    let named = |id, name: &str| Named {
        id,
        code: String::new(),
        name: name.into(),
        active: true,
    };
    let payment = |id, name: &str, due_date| PaymentType {
        id,
        name: name.into(),
        kind: "Cartera".into(),
        active: true,
        due_date,
    };
    let tax = |id, percentage: &str| Tax {
        id,
        name: format!("IVA {percentage}"),
        kind: "IVA".into(),
        percentage: d(percentage),
        active: true,
    };
    let product = |code: &str, taxed, taxes| Product {
        code: code.into(),
        name: code.into(),
        active: true,
        taxed,
        taxes,
    };
    let mut catalogue = Catalogue {
        document_types: vec![DocumentType {
            id: 1,
            code: "1".into(),
            name: "FE".into(),
            active: true,
            automatic_number: true,
            next_number: None,
            decimals: true,
            discount_type: DiscountType::Percentage,
            cost_center: false,
            cost_center_mandatory: false,
            cost_center_default: None,
            electronic: true,
            electronic_type: "ElectronicInvoice".into(),
            prefix: "FE".into(),
        }],
        payment_types: vec![
            payment(10, "Mercado Pago", false),
            payment(11, "Crédito", true),
        ],
        taxes: vec![tax(20, "19"), tax(21, "5"), tax(22, "0")],
        sellers: vec![named(30, "Ana")],
        products: vec![
            product("A-19", Some(true), vec![20]),
            product("B-5", Some(true), vec![21]),
            product("C-0", Some(false), vec![]),
            product("ENVIO", Some(true), vec![20]),
        ],
        fetched_at: Some(Utc.timestamp_opt(0, 0).unwrap()),
        ..Catalogue::default()
    };
    catalogue.index();
    catalogue
}

pub(crate) fn rules() -> Rules {
    Rules {
        document_type: Some(1),
        seller: Some(30),
        payment: Some(10),
        tax: Some(20),
        email: "a@b.co".into(),
        phone: "6015550100".into(),
        ..Rules::default()
    }
}

pub(crate) fn sale(lines: &[(&str, &str, &str)]) -> Sale {
    let at = Utc.timestamp_opt(1_790_000_000, 0).unwrap();
    let lines: Vec<Line> = lines
        .iter()
        .map(|(sku, quantity, price)| Line {
            order: "2000".into(),
            sku: (*sku).into(),
            item: "MCO1".into(),
            title: "Algo d'aquí".into(),
            quantity: d(quantity),
            unit_price: d(price),
            unit_fee: d("100"),
            tax: None,
        })
        .collect();
    let total = lines
        .iter()
        .map(|line| line.unit_price * line.quantity)
        .sum();
    Sale {
        key: "2000".into(),
        orders: vec![Order {
            id: "2000".into(),
            status: Status::Paid,
        }],
        sold_at: at,
        updated_at: at,
        status: Status::Paid,
        currency: Currency::Cop,
        lines,
        payments: vec![Payment {
            id: "1".into(),
            method: "visa".into(),
            approved: true,
            amount: total,
            refunded: Decimal::ZERO,
            shipping: Decimal::ZERO,
            taxes: Decimal::ZERO,
            overpaid: Decimal::ZERO,
            coupon: Decimal::ZERO,
        }],
        shipment: None,
        buyer: Buyer {
            id: "9".into(),
            nickname: "N".into(),
            identity: Identity::Given(Box::new(Person {
                company: Some(false),
                id_type: "CC".into(),
                id_number: "1020304050".into(),
                name: "Ana".into(),
                last_name: "Ruiz".into(),
                address: "Calle 1".into(),
                city: "Bogotá".into(),
                state: "CO-DC".into(),
                state_name: "Bogotá D.C.".into(),
                country: "CO".into(),
                ..Person::default()
            })),
        },
        withheld: Decimal::ZERO,
        declared: None,
        missing: Vec::new(),
        document: None,
    }
}

fn draft_of(sale: &Sale, rules: &Rules) -> Result<Draft, Vec<Reason>> {
    homologate(sale, &Mappings::default(), &catalogue(), rules, day())
}

#[test]
fn a_plain_sale_is_invoiced_at_its_price_with_the_tax_inside() {
    let draft = draft_of(&sale(&[("a-19", "1", "10000")]), &rules()).unwrap();
    assert_eq!((draft.base, draft.tax), (d("8403.36"), d("1596.64")));
    assert_eq!((draft.total, draft.paid), (d("10000.00"), d("10000")));
    assert_eq!(draft.lines[0].code, "A-19");
    assert_eq!(draft.lines[0].description, "Algo d aquí");
    assert_eq!(draft.payments[0].value, draft.total);
    assert_eq!(draft.customer.city_code, "11001");
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let mut sale = sale(&[("X-1", "1", "100"), ("A-19", "1", "100")]);
    if let Identity::Given(person) = &mut sale.buyer.identity {
        person.city = "Springfield".into();
        person.id_number = "12".into();
    }
    let none = Rules {
        payment: None,
        email: String::new(),
        ..rules()
    };
    let reasons = draft_of(&sale, &none).unwrap_err();
    let names: Vec<&str> = reasons.iter().map(Reason::name).collect();
    assert_eq!(
        names,
        [
            "bad_tax_id",
            "unknown_city",
            "missing_contact",
            "unmapped_product",
            "unmapped_payment"
        ]
    );
}

#[test]
fn what_the_buyer_paid_for_shipping_is_a_line_where_the_office_wants_it() {
    let mut sale = sale(&[("A-19", "1", "10000")]);
    sale.payments[0].shipping = d("5000");
    let with = Rules {
        shipping_product: "ENVIO".into(),
        ..rules()
    };
    let draft = draft_of(&sale, &with).unwrap();
    assert_eq!((draft.total, draft.lines.len()), (d("15000.00"), 2));
    assert_eq!(draft_of(&sale, &rules()).unwrap().total, d("10000.00"));
}

#[test]
fn a_payment_that_is_due_on_a_day_stands_alone() {
    let mut sale = sale(&[("A-19", "1", "10000")]);
    sale.payments[0].amount = d("6000");
    sale.payments.push(Payment {
        id: "2".into(),
        method: "pse".into(),
        amount: d("4000"),
        ..sale.payments[0].clone()
    });
    let mut mappings = Mappings::default();
    mappings.set(MappingKind::Payment, "visa", "11");
    let rules = Rules {
        due_days: 30,
        ..rules()
    };
    let draft = homologate(&sale, &mappings, &catalogue(), &rules, day()).unwrap();
    assert_eq!(draft.payments.len(), 1);
    assert_eq!(draft.payments[0].value, d("10000.00"));
    assert_eq!(
        draft.payments[0].due_date,
        NaiveDate::from_ymd_opt(2026, 12, 25)
    );
}

#[test]
fn a_manual_number_a_foreign_currency_and_money_that_went_back_are_refused() {
    let mut odd = sale(&[("A-19", "1", "10000")]);
    odd.currency = Currency::Usd;
    odd.status = Status::Refunded;
    let mut catalogue = catalogue();
    catalogue.document_types[0].automatic_number = false;
    let reasons = homologate(&odd, &Mappings::default(), &catalogue, &rules(), day()).unwrap_err();
    let names: Vec<&str> = reasons.iter().map(Reason::name).collect();
    assert_eq!(names, ["refunded", "currency", "manual_number"]);
}

proptest! {
    #[test]
    fn the_invoice_is_what_was_paid_within_the_tolerance_or_there_is_a_reason(
        lines in proptest::collection::vec((0_usize..5, 1_i64..500, 1_i64..100_000_000), 0..12),
        paid_off in prop_oneof![Just(0_i64), -100_000_i64..100_000],
        parts in 1_usize..4,
        shipping in 0_i64..3_000_000,
        with_shipping: bool,
        with_tax: bool,
    ) {
        const SKUS: [&str; 5] = ["A-19", "B-5", "C-0", "GHOST", "a-19"];
        let texts: Vec<(String, String)> = lines
            .iter()
            .map(|(_, quantity, cents)| (quantity.to_string(), Decimal::new(*cents, 2).to_string()))
            .collect();
        let lines: Vec<(&str, &str, &str)> = lines
            .iter()
            .zip(&texts)
            .map(|((sku, _, _), (quantity, price))| (SKUS[*sku], quantity.as_str(), price.as_str()))
            .collect();
        let mut sale = sale(&lines);
        let whole = sale.payments[0].amount + Decimal::new(paid_off, 2);
        let part = (whole / Decimal::from(parts as u64)).round_dp(2);
        let first = sale.payments[0].clone();
        sale.payments = (0..parts)
            .map(|at| Payment {
                amount: if at == 0 { whole - part * Decimal::from(parts as u64 - 1) } else { part },
                shipping: if at == 0 { Decimal::new(shipping, 2) } else { Decimal::ZERO },
                method: format!("m{at}"),
                ..first.clone()
            })
            .collect();
        let rules = Rules {
            prices_with_tax: with_tax,
            shipping_product: if with_shipping { "ENVIO".into() } else { String::new() },
            ..rules()
        };
        let mut mappings = Mappings::default();
        mappings.set(MappingKind::Payment, "m1", "10");
        match homologate(&sale, &mappings, &catalogue(), &rules, day()) {
            Ok(draft) => {
                let paid = sale.paid() + if with_shipping { sale.shipping_paid() } else { Decimal::ZERO };
                prop_assert!((draft.total - paid).abs() <= rules.tolerance);
                let payments: Decimal = draft.payments.iter().map(|payment| payment.value).sum();
                prop_assert_eq!(payments, draft.total);
                let lines: Decimal = draft.lines.iter().map(|line| line.total).sum();
                prop_assert_eq!(lines, draft.total);
                prop_assert!(draft.payments.iter().all(|payment| payment.value.scale() <= 2));
            }
            Err(reasons) => prop_assert!(!reasons.is_empty()),
        }
    }
}
