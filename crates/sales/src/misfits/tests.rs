//! What was chosen and fits no more is told, and nothing else.

use super::*;
use crate::accounts::ChannelState;
use crate::homologate::tests::{catalogue, rules};
use rust_decimal::Decimal;

fn channel(rules: Rules) -> Channel {
    Channel {
        id: 1,
        name: "Tienda".into(),
        site: "MCO".into(),
        api_url: String::new(),
        auth_url: String::new(),
        client_id: String::new(),
        redirect_uri: String::new(),
        seller_id: String::new(),
        nickname: String::new(),
        ledger_id: Some(1),
        rules,
        state: ChannelState::Connected,
        checkpoint: None,
        kind: crate::kinds::ChannelKind::Mercadolibre,
        settings: serde_json::json!({}),
        synced_at: None,
        last_error: None,
    }
}

fn told(now: &Catalogue, mappings: &Mappings, waiting: &Waiting) -> Vec<String> {
    let rules = Rules {
        shipping_product: "ENVIO".into(),
        ..rules()
    };
    of(&channel(rules), mappings, now, &catalogue(), waiting)
        .into_iter()
        .map(|one| {
            let how = one.change.map_or_else(String::new, |change| {
                format!(" {}: {} -> {}", change.what, change.before, change.after)
            });
            let (place, problem) = (one.place, one.problem);
            let at = format!("{} {}", one.field, one.source);
            let at = at.trim();
            format!(
                "{place:?} {at} {} {problem:?} {}{how}",
                one.value, one.sales
            )
        })
        .collect()
}

#[test]
fn a_catalogue_that_did_not_change_has_no_misfits() {
    let mut mappings = Mappings::default();
    mappings.set(MappingKind::Product, "X", "A-19");
    mappings.set(MappingKind::Tax, "X", "none");
    assert!(told(&catalogue(), &mappings, &Waiting::default()).is_empty());
}

#[test]
fn what_is_gone_inactive_or_unfit_is_told_with_the_sales_that_wait() {
    let mut now = catalogue();
    now.document_types[0].automatic_number = false;
    now.sellers.clear();
    now.taxes[0].active = false;
    now.products.retain(|product| product.code != "B-5");
    now.index();
    let mut mappings = Mappings::default();
    mappings.set(MappingKind::Product, "X", "B-5");
    mappings.set(MappingKind::Payment, "visa", "99");
    let waiting = Waiting {
        not_there: [
            (("seller".to_owned(), "30".to_owned()), 9),
            (("product".to_owned(), "B-5".to_owned()), 4),
        ]
        .into(),
        manual_number: 9,
        ..Waiting::default()
    };
    assert_eq!(
        told(&now, &mappings, &waiting),
        [
            "Rule document_type 1 Unfit 9",
            "Rule seller 30 Gone 9",
            "Rule tax 20 Inactive 0",
            "Mapping product X B-5 Gone 4",
            "Mapping payment visa 99 Gone 0",
        ]
    );
}

#[test]
fn what_is_different_is_told_property_by_property() {
    let mut now = catalogue();
    now.payment_types[0].due_date = true;
    now.taxes[0].percentage = Decimal::from(16);
    now.taxes[0].name = "IVA 16".into();
    now.document_types[0].decimals = false;
    assert_eq!(
        told(&now, &Mappings::default(), &Waiting::default()),
        [
            "Rule document_type 1 Changed 0 decimals: true -> false",
            "Rule payment 10 Changed 0 due_date: false -> true",
            "Rule tax 20 Changed 0 name: IVA 19 -> IVA 16",
            "Rule tax 20 Changed 0 percentage: 19 -> 16",
            "Rule shipping_product ENVIO Changed 0 taxes: IVA 19 -> IVA 16",
        ]
    );
}

#[test]
fn codes_that_were_products_and_a_cost_centre_that_is_demanded_now_are_told_too() {
    let mut now = catalogue();
    now.products[0].active = false;
    now.products.remove(1);
    now.index();
    now.document_types[0].cost_center_mandatory = true;
    let waiting = Waiting {
        unmapped: [
            ("A-19".to_owned(), 3),
            ("b-5".to_owned(), 2),
            ("NUEVO".to_owned(), 7),
        ]
        .into(),
        not_there: [(("tax".to_owned(), "77".to_owned()), 5)].into(),
        no_center: 12,
        ..Waiting::default()
    };
    assert_eq!(
        told(&now, &Mappings::default(), &waiting),
        [
            "Rule cost_center  Missing 12",
            "Product product A-19 A-19 Inactive 3",
            "Product product b-5 B-5 Gone 2",
            "Product tax 77 Gone 5",
        ]
    );
}
