//! The port by which other processes steer the clouds.

use super::client::{Http, clouds, siigo};
use super::invoices::sale;
use puente_sandbox::clouds::Trouble;
use serde_json::json;

#[test]
fn another_process_gives_faults_turns_the_clock_and_counts_invoices() {
    let clouds = clouds();
    let open = Http::new(clouds.control_url());
    assert_eq!(open.get("/journal").status, 401);
    let control = open.with(
        "Authorization",
        &format!("Bearer {}", clouds.control_token()),
    );
    let about = control.get("/").json();
    assert_eq!(about["siigo"]["url"], clouds.siigo_url());
    let client = siigo(&clouds, 0);
    let fault = json!({"cloud": "siigo", "method": "POST", "path": "/v1/invoices",
                       "does": {"accept_then_status": 500}, "times": 1});
    assert_eq!(control.post("/faults", &fault).status, 200);
    assert_eq!(control.get("/faults").json().as_array().unwrap().len(), 1);
    assert_eq!(client.post("/v1/invoices", &sale()).status, 500);
    let effects = control.get("/journal").json()["effects"].clone();
    let made: Vec<_> = effects
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["kind"].get("invoice").is_some())
        .collect();
    assert_eq!(made.len(), 1);
    assert_eq!(made[0]["kind"]["invoice"]["total"], "2546.05");
    let received = control.get("/received").json();
    assert!(
        received
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["fault"] == "{\"accept_then_status\":500}")
    );
    assert!(
        !received
            .to_string()
            .contains(&clouds.siigo_logins()[0].access_key)
    );
    control.post("/faults", &fault);
    control.send("DELETE", "/faults", None).unwrap();
    assert_eq!(client.get("/v1/taxes").status, 200);
    let mut switches = control.get("/switches").json()["siigo"].clone();
    switches["casing"] = "lower".into();
    assert_eq!(control.put("/switches/siigo", &switches).status, 200);
    assert_eq!(client.get("/v1/none").json()["status"], 404);
    let order = clouds
        .purchases()
        .iter()
        .find(|one| one.trouble == Some(Trouble::Exempt))
        .unwrap();
    let path = format!("/orders/{}/change", order.orders[0]);
    assert_eq!(control.post(&path, &json!("cancel")).json()["ok"], true);
    assert_eq!(
        control.post("/clock", &json!({"seconds": 86_400})).status,
        200
    );
    assert_eq!(client.get("/v1/taxes").status, 401);
    assert_eq!(control.post("/tokens/forget", &json!({})).status, 200);
    assert_eq!(control.post("/faults", &json!({"cloud": "x"})).status, 400);
    assert_eq!(control.get("/nothing").status, 404);
}
