//! SIIGO: catalogues, pages and filters.

use super::client::{clouds, pass, siigo};
use super::invoices::sale_with;
use serde_json::{Value, json};

#[test]
fn catalogues_are_plain_arrays_and_users_come_in_pages() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    for path in [
        "document-types?type=FV",
        "payment-types?document_type=FV",
        "taxes",
        "warehouses",
        "cost-centers",
        "price-lists",
        "account-groups",
    ] {
        let list = client.get(&format!("/v1/{path}")).json();
        assert!(
            list.as_array().is_some_and(|list| !list.is_empty()),
            "{path}"
        );
    }
    let users = client.get("/v1/users").json();
    assert_eq!(users["pagination"]["total_results"], 3);
    assert_eq!(users["results"][0]["id"], 629);
    for path in ["document-types", "payment-types"] {
        assert_eq!(
            client.get(&format!("/v1/{path}")).codes(),
            (400, vec!["parameter_required".into()])
        );
    }
    let types = client.get("/v1/document-types?type=FV").json();
    let has = |field: &str, value: Value| {
        types
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one[field] == value)
    };
    assert!(has("decimals", json!(false)) && has("discount_type", json!("Value")));
    assert!(has("automatic_number", json!(false)) && has("active", json!(false)));
    assert!(has("cost_center_mandatory", json!(true)));
}

#[test]
fn pages_hold_everything_once() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    let mut codes = std::collections::BTreeSet::new();
    let mut total = 0;
    for page in 1.. {
        let body = client
            .get(&format!("/v1/products?page={page}&page_size=30"))
            .json();
        total = body["pagination"]["total_results"].as_u64().unwrap();
        let results = body["results"].as_array().unwrap();
        for one in results {
            assert!(codes.insert(one["code"].as_str().unwrap().to_owned()));
        }
        assert_eq!(
            body["_links"].get("next").is_some(),
            codes.len() as u64 != total
        );
        if results.is_empty() || codes.len() as u64 == total {
            break;
        }
    }
    assert_eq!((codes.len() as u64, total), (78, 78));
    for bad in ["page=0", "page_size=101", "page_size=x", "colour=1"] {
        assert_eq!(
            client.get(&format!("/v1/products?{bad}")).status,
            400,
            "{bad}"
        );
    }
    let one = client.get("/v1/products?code=CAF-001").json();
    assert_eq!(one["results"][0]["taxes"][0]["percentage"], 5);
}

#[test]
fn a_small_page_of_customers_has_ten() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    for asked in [1, 2] {
        let body = client
            .get(&format!("/v1/customers?page_size={asked}"))
            .json();
        assert_eq!(body["pagination"]["page_size"], 10);
        assert_eq!(body["results"].as_array().unwrap().len(), 10);
    }
}

#[test]
fn invoices_are_found_by_customer_date_and_name() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    for identification in ["1001", "1001", "1002"] {
        let sale = sale_with(&json!({"customer": super::invoices::customer(identification)}));
        assert_eq!(client.post("/v1/invoices", &sale).status, 201);
        pass(&clouds, 600);
    }
    let found = |query: &str| -> Vec<String> {
        let body = client.get(&format!("/v1/invoices?{query}")).json();
        let list = body["results"]
            .as_array()
            .unwrap_or_else(|| panic!("{body}"));
        list.iter()
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        found(""),
        ["FV-1-1023", "FV-1-1022", "FV-1-1021"],
        "newest first"
    );
    assert_eq!(
        found("customer_identification=1001"),
        ["FV-1-1022", "FV-1-1021"]
    );
    assert_eq!(found("name=FV-1-1022"), ["FV-1-1022"]);
    assert_eq!(
        found("created_start=2026-11-24T15:05:00Z&created_end=2026-11-24T15:15:00Z"),
        ["FV-1-1022"]
    );
    assert_eq!(found("date_start=2026-11-25").len(), 0);
    assert_eq!(
        found("document_id=24446&date_start=2026-11-24&date_end=2026-11-24").len(),
        3
    );
    for bad in [
        "date_start=24/11/2026",
        "created_start=2026-12-01&created_end=2026-11-01",
        "customer=1",
    ] {
        assert_eq!(
            client.get(&format!("/v1/invoices?{bad}")).status,
            400,
            "{bad}"
        );
    }
}
