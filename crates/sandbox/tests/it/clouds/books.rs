//! SIIGO: customers and products, and the rules that refuse them.

use super::client::{clouds, siigo};
use super::invoices::{customer, sale_with};
use serde_json::json;

#[test]
fn a_customer_that_breaks_a_rule_is_refused() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    let city = |state: &str, code: &str| {
        json!({"address": {"address": "x", "city": {
            "country_code": "Co", "state_code": state, "city_code": code}}})
    };
    let cases = [
        (json!({"person_type": "Human"}), "invalid_type"),
        (json!({"id_type": "99"}), "invalid_reference"),
        (json!({"identification": "12AB"}), "invalid_identification"),
        (json!({"identification": "12"}), "invalid_identification"),
        (
            json!({"id_type": "31", "identification": "900123456-8"}),
            "invalid_identification",
        ),
        (json!({"name": ["Sola"]}), "invalid_name"),
        (json!({"name": ["Íngrid", ""]}), "invalid_name"),
        (json!({"person_type": "Company"}), "invalid_name"),
        (json!({"branch_office": 1000}), "invalid_range"),
        (json!({"address": null}), "parameter_required"),
        (city("12", "12001"), "invalid_reference"),
        (city("05", "11001"), "invalid_reference"),
        (city("05", "05000"), "invalid_reference"),
        (json!({"phones": []}), "parameter_required"),
        (json!({"phones": [{"number": "+57 601 555"}]}), "length_max"),
        (json!({"phones": [{"number": "601-5550"}]}), "invalid_value"),
        (json!({"contacts": []}), "parameter_required"),
        (
            json!({"contacts": [{"first_name": "A", "email": "a@b"}]}),
            "invalid_email",
        ),
        (
            json!({"fiscal_responsibilities": [{"code": "O-99"}]}),
            "invalid_reference",
        ),
        (json!({"twitter": "x"}), "parameter_not_allowed"),
    ];
    for (change, code) in cases {
        let mut sent = customer("52123456");
        for (name, value) in change.as_object().unwrap() {
            sent[name] = value.clone();
        }
        let answer = client.post("/v1/customers", &sent);
        assert_eq!(
            answer.codes(),
            (400, vec![code.to_owned()]),
            "{change}: {answer:?}"
        );
    }
}

#[test]
fn customers_are_made_found_replaced_and_never_twice() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    let made = client.post("/v1/customers", &customer("52123456"));
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.json()["fiscal_responsibilities"][0]["code"], "R-99-PN");
    assert_eq!(
        client.post("/v1/customers", &customer("52123456")).codes(),
        (400, vec!["already_exists".into()])
    );
    let mut branch = customer("52123456");
    branch["branch_office"] = 3.into();
    assert_eq!(client.post("/v1/customers", &branch).status, 201);
    let count = |query: &str| {
        let body = client
            .get(&format!("/v1/customers?identification=52123456{query}"))
            .json();
        body["pagination"]["total_results"].as_u64()
    };
    assert_eq!((count(""), count("&branch_office=3")), (Some(2), Some(1)));
    let path = format!("/v1/customers/{}", made.json()["id"].as_str().unwrap());
    let mut other = customer("52123456");
    other["name"] = json!(["Ingrid", "Muñoz Peña"]);
    assert_eq!(client.put(&path, &other).json()["name"][1], "Muñoz Peña");
    assert_eq!(client.put(&path, &customer("999")).status, 400);
    assert_eq!(
        client.send("DELETE", &path, None).unwrap().codes(),
        (403, vec!["disabled_functionality".into()])
    );
    other["active"] = false.into();
    client.put(&path, &other);
    let sale = sale_with(&json!({"customer": {"identification": "52123456"}}));
    assert_eq!(
        client.post("/v1/invoices", &sale).codes(),
        (400, vec!["parameter_inactive".into()])
    );
}

#[test]
fn products_are_made_and_then_sold() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    let product = json!({
        "code": "NUEVO-0001", "name": "Artículo nuevo", "account_group": 1_253,
        "taxes": [{"id": 13_156}], "tax_included": true,
        "prices": [{"currency_code": "COP", "price_list": [{"position": 1, "value": 50_000}]}],
    });
    let made = client.post("/v1/products", &product);
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.json()["prices"][0]["price_list"][0]["value"], 50_000);
    assert_eq!(
        client.post("/v1/products", &product).codes().1,
        ["already_exists"]
    );
    for (field, value, code) in [
        ("code", json!("CON ESPACIO"), "invalid_code"),
        ("name", json!("x".repeat(101)), "length_max"),
        ("account_group", json!(1_255), "invalid_reference"),
        ("type", json!("Thing"), "invalid_type"),
        ("taxes", json!([{"id": 1}]), "invalid_reference"),
    ] {
        let mut bad = product.clone();
        bad[field] = value;
        assert_eq!(
            client.post("/v1/products", &bad).codes(),
            (400, vec![code.into()])
        );
    }
    let sale = sale_with(&json!({
        "items": [{"code": "NUEVO-0001", "quantity": 1, "price": 1000}],
        "payments": [{"id": 5_637, "value": 1000}],
    }));
    assert_eq!(client.post("/v1/invoices", &sale).status, 201);
}
