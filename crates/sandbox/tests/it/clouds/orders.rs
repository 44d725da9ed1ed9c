//! MercadoLibre: orders, packs, shipments, fiscal data and fees.

use super::client::{Http, clouds, pass};
use super::mercadolibre::enter;
use puente_sandbox::clouds::{Cloud, Clouds, Does, Fault, OrderChange, Purchase, Trouble};
use serde_json::Value;
use std::collections::BTreeSet;

const SELLER: i64 = 187_340_021;

fn of(clouds: &Clouds, trouble: Trouble) -> Purchase {
    clouds
        .purchases()
        .iter()
        .find(|one| one.trouble == Some(trouble) && one.account == SELLER)
        .unwrap_or_else(|| panic!("no {trouble:?}"))
        .clone()
}

fn order(client: &Http, id: i64) -> Value {
    client.get(&format!("/orders/{id}")).json()
}

fn search(client: &Http, rest: &str) -> Value {
    let answer = client.get(&format!("/orders/search?seller={SELLER}{rest}"));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn ids(body: &Value) -> Vec<i64> {
    let results = body["results"].as_array().unwrap();
    results
        .iter()
        .map(|one| one["id"].as_i64().unwrap())
        .collect()
}

/// All orders of a search, page by page.
fn all(client: &Http, rest: &str) -> Vec<i64> {
    let mut found = Vec::new();
    loop {
        let body = search(
            client,
            &format!("{rest}&sort=date_asc&offset={}", found.len()),
        );
        let page = ids(&body);
        found.extend(&page);
        if page.is_empty() || found.len() as u64 >= body["paging"]["total"].as_u64().unwrap() {
            return found;
        }
    }
}

fn amount(value: &Value) -> rust_decimal::Decimal {
    value.to_string().parse().unwrap()
}

#[test]
fn a_search_gives_everything_but_the_cancelled_in_pages_of_fifty() {
    let clouds = clouds();
    let (client, _) = enter(&clouds, "LOSANDES_CO");
    let living = all(&client, "");
    let cancelled = all(&client, "&order.status=cancelled");
    let unique: BTreeSet<i64> = living.iter().chain(&cancelled).copied().collect();
    let known: BTreeSet<i64> = clouds
        .purchases()
        .iter()
        .filter(|one| one.account == SELLER)
        .flat_map(|one| one.orders.clone())
        .collect();
    assert_eq!(unique, known);
    assert!(!cancelled.is_empty() && living.len() > 200);
    assert_eq!(search(&client, "")["paging"]["limit"], 50);
    for (rest, status) in [
        ("&limit=51", 400),
        ("&offset=9951", 400),
        ("&offset=9950", 200),
        ("&scroll_id=a&offset=0", 400),
        ("&sort=price", 400),
        ("&order.date_created.from=yesterday", 400),
    ] {
        let answer = client.get(&format!("/orders/search?seller={SELLER}{rest}"));
        assert_eq!(answer.status, status, "{rest}");
    }
    assert_eq!(client.get("/orders/search?seller=402118776").status, 403);
}

#[test]
fn only_the_hour_of_a_date_counts() {
    let clouds = clouds();
    let (client, _) = enter(&clouds, "LOSANDES_CO");
    let id = of(&clouds, Trouble::ManyUnits).orders[0];
    // 11:30 in Bogotá, 12:30 as MercadoLibre writes it.
    pass(&clouds, 90 * 60);
    assert!(clouds.change_order(id, &OrderChange::Touch));
    let found = |from: &str, to: &str| {
        let day = "2026-11-24T";
        let rest = format!(
            "&order.date_last_updated.from={day}{from}-04:00&order.date_last_updated.to={day}{to}-04:00"
        );
        ids(&search(&client, &rest)).contains(&id)
    };
    assert!(
        found("12:31:00.000", "13:00:00.000"),
        "the minutes of from are dropped"
    );
    assert!(!found("12:00:00.000", "12:59:59.000"), "and those of to");
    assert!(!found("13:00:00.000", "14:00:00.000"));
    let ignored = "&order.last_updated.from=2030-01-01T00:00:00.000-04:00";
    assert_eq!(
        search(&client, ignored)["paging"],
        search(&client, "")["paging"]
    );
}

#[test]
fn orders_older_than_twelve_months_are_gone() {
    let clouds = clouds();
    pass(&clouds, 366 * 86_400);
    let (client, _) = enter(&clouds, "LOSANDES_CO");
    assert_eq!(search(&client, "")["paging"]["total"], 0);
}

#[test]
fn an_order_that_changes_between_pages_makes_a_naive_reader_miss_another() {
    let clouds = clouds();
    let (client, _) = enter(&clouds, "LOSANDES_CO");
    let window = "&order.date_last_updated.to=2026-11-24T08:00:00.000-04:00";
    let before: BTreeSet<i64> = all(&client, window).into_iter().collect();
    clouds.fault(Fault::on(
        Cloud::MercadoLibre,
        "GET",
        "/orders/search",
        Does::TouchAfter,
    ));
    let naive: BTreeSet<i64> = all(&client, window).into_iter().collect();
    let missed: Vec<i64> = before.difference(&naive).copied().collect();
    assert_eq!(missed.len(), 1);
    let later = "&order.date_last_updated.from=2026-11-24T08:00:00.000-04:00";
    assert!(!all(&client, later).contains(&missed[0]));
    assert!(
        all(&client, window).contains(&missed[0]),
        "a second walk finds it"
    );
}

#[test]
fn a_pack_of_two_has_one_shipment_and_a_fee_for_each_unit() {
    let clouds = clouds();
    let (client, _) = enter(&clouds, "LOSANDES_CO");
    let pack = of(&clouds, Trouble::PackOfTwo);
    let body = client.get(&format!("/packs/{}", pack.pack.unwrap())).json();
    let inside: Vec<i64> = body["orders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_i64().unwrap())
        .collect();
    assert_eq!(inside, pack.orders);
    for id in &pack.orders {
        let order = order(&client, *id);
        assert_eq!(order["shipping"]["id"], body["shipment"]["id"]);
        assert_eq!(order["order_items"].as_array().unwrap().len(), 1);
    }
    let many = order(&client, of(&clouds, Trouble::ManyUnits).orders[0]);
    let line = &many["order_items"][0];
    assert!(line["quantity"].as_i64().unwrap() > 1);
    let one = amount(&line["unit_price"]) * "0.165".parse::<rust_decimal::Decimal>().unwrap();
    assert_eq!(amount(&line["sale_fee"]), one.round_dp(2));
    assert_eq!(client.get("/packs/1").status, 404);
}

#[test]
fn shipments_want_their_header_and_have_two_senders_at_times() {
    let clouds = clouds();
    let (client, _) = enter(&clouds, "LOSANDES_CO");
    let id = of(&clouds, Trouble::TwoSenders).orders[0];
    let shipment = order(&client, id)["shipping"]["id"].clone();
    let path = format!("/shipments/{shipment}");
    assert_eq!(client.get(&path).status, 400);
    let new = client.with("x-format-new", "true");
    assert_eq!(new.get(&path).json()["logistic"]["mode"], "me2");
    let costs = new.get(&format!("{path}/costs")).json();
    let senders = costs["senders"].as_array().unwrap();
    assert_eq!(senders.len(), 2);
    assert!(senders.iter().any(|sender| sender["user_id"] == SELLER));
    let sum = senders
        .iter()
        .map(|sender| amount(&sender["cost"]))
        .sum::<rust_decimal::Decimal>();
    assert_eq!(sum, amount(&costs["gross_amount"]));
    let list = client
        .with("X-New-Domain", "true")
        .get(&format!("/orders/{id}/shipments"))
        .json();
    assert_eq!(
        (&list[0]["type"], &list[0]["id"]),
        (&"forward".into(), &shipment)
    );
    let none = of(&clouds, Trouble::NoShipment).orders[0];
    let answer = client
        .with("X-New-Domain", "true")
        .get(&format!("/orders/{none}/shipments"));
    assert_eq!(answer.status, 204);
}

#[test]
fn fiscal_data_want_permission_and_version() {
    let clouds = clouds();
    let (client, _) = enter(&clouds, "LOSANDES_CO");
    let path = |trouble| {
        let order = order(&client, of(&clouds, trouble).orders[0]);
        let id = order["buyer"]["billing_info"]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        format!("/orders/billing-info/MCO/{id}")
    };
    let company = path(Trouble::CompanyBuyer);
    assert_eq!(client.get(&company).status, 400);
    let client2 = client.with("x-version", "2");
    let info = client2.get(&company).json()["buyer"]["billing_info"].clone();
    assert_eq!(info["identification"]["type"], "NIT");
    assert_eq!(
        (&info["attributes"]["cust_type"], &info["last_name"]),
        (&"BU".into(), &"".into())
    );
    let without = client2.get(&path(Trouble::NoTaxId)).json();
    assert!(without["buyer"]["billing_info"]["identification"].is_null());
    let waiting = client2.get(&path(Trouble::BillingInProcess)).json();
    assert_eq!(waiting["status"], "PROCESSING");
    clouds.mercadolibre(|switches| switches.billing = false);
    let refused = client2.get(&company);
    assert_eq!(refused.status, 403);
    assert_eq!(
        refused.json()["code"],
        "PA_UNAUTHORIZED_RESULT_FROM_POLICIES"
    );
    clouds.mercadolibre(|switches| switches.billing = true);
    assert_eq!(client2.get(&company).status, 200, "without a new consent");
}

#[test]
fn a_discount_is_in_the_price_and_most_orders_have_none() {
    let clouds = clouds();
    let (client, _) = enter(&clouds, "LOSANDES_CO");
    let id = of(&clouds, Trouble::SellerDiscount).orders[0];
    let line = order(&client, id)["order_items"][0].clone();
    let off = client.get(&format!("/orders/{id}/discounts")).json();
    let seller = amount(&off["details"][0]["items"][0]["amounts"]["seller"]);
    assert_eq!(
        amount(&line["gross_price"]) - amount(&line["unit_price"]),
        seller
    );
    let none = of(&clouds, Trouble::ManyUnits).orders[0];
    let answer = client.get(&format!("/orders/{none}/discounts"));
    assert_eq!(
        (answer.status, answer.json()["error"].clone()),
        (404, "discount_not_found".into())
    );
}

#[test]
fn a_part_of_an_order_may_be_missing() {
    let clouds = clouds();
    let (client, _) = enter(&clouds, "LOSANDES_CO");
    let path = format!("/orders/{}", of(&clouds, Trouble::Partial).orders[0]);
    for _ in 0..2 {
        let answer = client.get(&path);
        assert_eq!(answer.status, 206);
        assert_eq!(answer.header("x-content-missing"), Some("buyer,payments"));
        assert!(answer.json().get("payments").is_none());
    }
    assert_eq!(client.get(&path).status, 200);
    clouds.fault(Fault::on(
        Cloud::MercadoLibre,
        "GET",
        "/orders/*",
        Does::Partial(vec!["feedback".into()]),
    ));
    let answer = client.get(&path);
    assert_eq!(
        (answer.status, answer.json()["status"].clone()),
        (206, "paid".into())
    );
}

#[test]
fn orders_change_after_the_shop_was_made() {
    let clouds = clouds();
    let (client, _) = enter(&clouds, "LOSANDES_CO");
    let late = of(&clouds, Trouble::CancelledLate).orders[0];
    let paid = of(&clouds, Trouble::PaidLate).orders[0];
    assert_eq!(order(&client, late)["status"], "paid");
    assert_eq!(order(&client, paid)["status"], "payment_in_process");
    pass(&clouds, 6 * 3600 - 1);
    let (client, _) = enter(&clouds, "LOSANDES_CO");
    pass(&clouds, 1);
    let body = order(&client, late);
    assert_eq!(
        (&body["status"], &body["payments"][0]["status"]),
        (&"cancelled".into(), &"refunded".into())
    );
    assert_eq!(order(&client, paid)["status"], "paid");
}

#[test]
fn an_account_sees_only_its_own() {
    let clouds = clouds();
    let (client, _) = enter(&clouds, "LOSANDES_MX");
    let id = of(&clouds, Trouble::ManyUnits).orders[0];
    assert_eq!(client.get(&format!("/orders/{id}")).status, 403);
    assert_eq!(client.get("/orders/1").status, 404);
    let body = client.get("/orders/search?seller=598002413").json();
    assert_eq!(body["results"][0]["currency_id"], "MXN");
}

#[test]
fn fees_are_estimated_before_and_billed_after() {
    let clouds = clouds();
    let (client, _) = enter(&clouds, "LOSANDES_CO");
    let fee = client
        .get("/sites/MCO/listing_prices?price=100000&category_id=MCO1071")
        .json();
    assert_eq!(fee["sale_fee_amount"], 16_500);
    let id = of(&clouds, Trouble::ManyUnits).orders[0];
    let order = order(&client, id);
    let line = &order["order_items"][0];
    let rows = client
        .get(&format!(
            "/billing/integration/group/ML/order/details?order_ids={id}"
        ))
        .json();
    assert_eq!(
        amount(&rows["results"][0]["charge_info"]["detail_amount"]),
        amount(&line["sale_fee"]) * amount(&line["quantity"])
    );
    let path = "/billing/integration/periods/key/2026-11-01/group/ML/details?limit=20";
    assert_eq!(
        client.get(path).status,
        400,
        "the type of the document is needed"
    );
    let mut seen = 0;
    let mut from = 0;
    loop {
        let body = client
            .get(&format!("{path}&document_type=BILL&from_id={from}"))
            .json();
        let rows = body["results"].as_array().unwrap().len();
        seen += rows;
        let Some(last) = body["last_id"].as_i64() else {
            break;
        };
        from = last;
    }
    assert!(seen > 20);
}
