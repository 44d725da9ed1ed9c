//! SIIGO: tokens, headers, quota.

use super::client::{Http, clouds, pass, siigo};
use super::invoices::sale;
use puente_sandbox::clouds::{Casing, Cloud, Does, Fault};
use serde_json::json;

#[test]
fn a_token_takes_the_right_key_and_lasts_a_day() {
    let clouds = clouds();
    let login = &clouds.siigo_logins()[0];
    let client = Http::new(clouds.siigo_url());
    let wrong = json!({"username": login.username, "access_key": "no"});
    assert_eq!(
        client.post("/auth", &wrong).codes(),
        (401, vec!["unauthorized".into()])
    );
    assert_eq!(
        client.post("/auth", &json!({"username": "x"})).codes(),
        (400, vec!["parameter_required".into()])
    );
    let client = siigo(&clouds, 0);
    assert_eq!(client.get("/v1/taxes").status, 200);
    pass(&clouds, 86_399);
    assert_eq!(client.get("/v1/taxes").status, 200);
    pass(&clouds, 1);
    assert_eq!(
        client.get("/v1/taxes").codes(),
        (401, vec!["unauthorized".into()])
    );
}

#[test]
fn the_token_also_comes_raw_and_can_be_taken_back() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    let token = client
        .headers
        .iter()
        .find_map(|(_, value)| value.strip_prefix("Bearer "))
        .unwrap()
        .to_owned();
    let raw = client.with("Authorization", &token);
    assert_eq!(raw.get("/v1/taxes").status, 200);
    clouds.forget_tokens();
    assert_eq!(raw.get("/v1/taxes").status, 401);
}

#[test]
fn the_partner_is_named_on_every_request_but_the_first() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    let get = |client: &Http| client.get("/v1/taxes").codes();
    assert_eq!(
        get(&client.without("Partner-Id")),
        (400, vec!["header_required".into()])
    );
    for bad in ["Puente-ERP", "ab", "Puente ERP", "Peñón"] {
        assert_eq!(
            get(&client.with("Partner-Id", bad)),
            (400, vec!["invalid_partner_id".into()]),
            "{bad}"
        );
    }
}

#[test]
fn a_key_is_thirty_letters_and_digits_and_belongs_to_documents() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    let refused = (400, vec!["invalid_idempotency_key".to_owned()]);
    for bad in ["a-b", "con espacio", "abcdefghijklmnopqrstuvwxyz01234"] {
        let answer = client
            .with("Idempotency-Key", bad)
            .post("/v1/invoices", &sale());
        assert_eq!(answer.codes(), refused, "{bad}");
    }
    let keyed = client.with("Idempotency-Key", "abc");
    assert_eq!(keyed.get("/v1/taxes").codes(), refused);
    assert_eq!(keyed.post("/v1/customers", &json!({})).codes(), refused);
    assert!(clouds.invoices().is_empty());
}

#[test]
fn a_company_is_heard_a_hundred_times_in_a_minute_and_a_test_company_ten_times() {
    let clouds = clouds();
    for (place, most) in [(0, 100), (1, 10)] {
        let client = siigo(&clouds, place);
        for _ in 1..most {
            assert_eq!(client.get("/v1/taxes").status, 200);
        }
        let answer = client.get("/v1/taxes");
        assert_eq!(answer.codes(), (429, vec!["requests_limit".into()]));
        assert!(answer.header("retry-after").is_none());
        assert!(answer.text.contains("Try again in 61 seconds"));
        clouds.siigo(|switches| switches.retry_after = true);
        assert_eq!(client.get("/v1/taxes").header("retry-after"), Some("61"));
        clouds.siigo(|switches| switches.retry_after = false);
        pass(&clouds, 60);
        assert_eq!(client.get("/v1/taxes").status, 200);
    }
}

#[test]
fn errors_come_in_both_casings() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    let keys = || {
        let body = client.get("/v1/invoices/none").json();
        body.as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(), ["Errors", "Status"]);
    clouds.siigo(|switches| switches.casing = Casing::Lower);
    assert_eq!(keys(), ["errors", "status"]);
    clouds.siigo(|switches| switches.casing = Casing::Alternating);
    assert_ne!(keys(), keys());
}

#[test]
fn who_makes_mostly_errors_is_blocked() {
    let clouds = clouds();
    clouds.siigo(|switches| switches.block_from = Some(10));
    let client = siigo(&clouds, 0);
    for _ in 0..10 {
        assert_eq!(client.get("/v1/invoices/none").status, 404);
    }
    assert_eq!(client.get("/v1/taxes").status, 403);
    pass(&clouds, 7 * 86_400);
    assert_eq!(siigo(&clouds, 0).get("/v1/taxes").status, 200);
}

#[test]
fn what_is_not_documented_is_refused() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    assert_eq!(client.get("/v1/cities").status, 404);
    assert_eq!(client.get("/v2/taxes").status, 404);
    let text = client
        .send(
            "POST",
            "/v1/invoices",
            Some(("text/plain", sale().to_string())),
        )
        .unwrap();
    assert_eq!(text.status, 415);
    let no_json = client
        .send(
            "POST",
            "/v1/invoices",
            Some(("application/json", "{".into())),
        )
        .unwrap();
    assert_eq!(no_json.status, 400);
}

#[test]
fn a_storm_of_errors_passes() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    clouds.fault(Fault::on(Cloud::Siigo, "*", "/v1/**", Does::Status(503)).times(3));
    for _ in 0..3 {
        assert_eq!(
            client.get("/v1/taxes").codes(),
            (503, vec!["service_unavailable".into()])
        );
    }
    assert_eq!(client.get("/v1/taxes").status, 200);
}
