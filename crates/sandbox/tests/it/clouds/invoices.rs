//! SIIGO: invoices from their making to their end.

use super::client::{clouds, clouds_with, pass, siigo};
use puente_sandbox::clouds::{Clouds, Dian, EffectKind, Halves};
use serde_json::{Value, json};

/// An invoice that is good as it is: two units with IVA, on the document type that is electronic.
pub(crate) fn sale() -> Value {
    json!({
        "document": {"id": 24_446}, "date": "2026-11-24", "seller": 629,
        "customer": customer("52123456"), "observations": "PUENTE:abc ML 1",
        "items": [{"code": "CAM-001", "quantity": 2, "price": 1069.77,
                   "taxes": [{"id": 13_156}]}],
        "payments": [{"id": 5_638, "value": 2546.05}],
    })
}

pub(crate) fn customer(identification: &str) -> Value {
    json!({
        "person_type": "Person", "id_type": "13", "identification": identification,
        "name": ["Íngrid", "Muñoz"],
        "address": {"address": "Calle 1 # 2-3", "city": {
            "country_code": "Co", "state_code": "11", "city_code": "11001"}},
        "phones": [{"number": "6015550101"}],
        "contacts": [{"first_name": "Íngrid", "email": "ingrid@correo.example"}],
    })
}

/// `sale` with some fields in the place of its own; `null` takes one away.
pub(crate) fn sale_with(fields: &Value) -> Value {
    let mut sale = sale();
    for (name, value) in fields.as_object().unwrap() {
        sale[name] = value.clone();
    }
    sale
}

#[test]
fn a_sale_becomes_an_invoice_with_its_customer() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    let answer = client
        .with("Idempotency-Key", "abc123")
        .post("/v1/invoices", &sale());
    assert_eq!(answer.status, 201, "{answer:?}");
    let invoice = answer.json();
    assert_eq!(invoice["total"], json!(2546.05));
    assert_eq!(invoice["name"], "FV-1-1021");
    assert!(
        invoice.get("stamp").is_none(),
        "it was not sent to the DIAN"
    );
    let id = invoice["id"].as_str().unwrap();
    assert_eq!(client.get(&format!("/v1/invoices/{id}")).json()["id"], *id);
    let found = client.get("/v1/customers?identification=52123456").json();
    assert_eq!(found["pagination"]["total_results"], 1);
    assert_eq!(found["results"][0]["id_type"]["code"], "13");
    let invoices = clouds.invoices();
    assert_eq!(invoices.len(), 1);
    assert_eq!(invoices[0].key.as_deref(), Some("abc123"));
    let next = client.post(
        "/v1/invoices",
        &sale_with(&json!({"customer": {"identification": "52123456"}})),
    );
    assert_eq!(next.json()["name"], "FV-1-1022");
}

#[test]
fn totals_follow_the_documented_rule() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    let iva = json!([{"id": 13_156}]);
    let value_type = json!({"id": 24_447});
    let cases = [
        (
            json!({"quantity": 1, "price": 1069.77, "taxes": iva}),
            "1273.03",
            None,
        ),
        (
            json!({"quantity": 10, "price": 100, "discount": 5, "taxes": iva}),
            "1130.5",
            None,
        ),
        (
            json!({"quantity": 10, "price": 100, "discount": 50, "taxes": iva}),
            "1130.5",
            Some(value_type),
        ),
        (
            json!({"quantity": 1, "taxed_price": 10000, "taxes": iva}),
            "10000",
            None,
        ),
        (
            json!({"quantity": 3, "taxed_price": 9999, "taxes": iva}),
            "29997",
            None,
        ),
        (
            json!({"quantity": 1, "price": 100.25, "taxes": [{"id": 13_156}, {"id": 13_163}]}),
            "127.32",
            None,
        ),
        (json!({"quantity": 1, "price": 250}), "250", None),
        (
            json!({"quantity": 0.5, "price": 333.333333}),
            "166.67",
            None,
        ),
        (
            json!({"quantity": 1, "price": 1069.77, "taxes": iva}),
            "1273",
            Some(json!({"id": 24_449})),
        ),
    ];
    for (mut item, total, document) in cases {
        item["code"] = "CAM-001".into();
        let mut sale = sale_with(&json!({"items": [item.clone()]}));
        if let Some(document) = document {
            sale["document"] = document;
        }
        sale["payments"] = json!([{"id": 5_637, "value": 1}]);
        let refused = client.post("/v1/invoices", &sale);
        assert_eq!(
            refused.codes(),
            (400, vec!["invalid_total_payments".into()])
        );
        let message = refused.json()["Errors"][0]["Message"]
            .as_str()
            .unwrap()
            .to_owned();
        assert_eq!(
            message,
            format!(
                "The total payments must be equal to the total invoice. The total invoice calculated is {total}"
            ),
            "{item}"
        );
        sale["payments"][0]["value"] = total.parse::<serde_json::Number>().unwrap().into();
        assert_eq!(client.post("/v1/invoices", &sale).status, 201, "{item}");
    }
}

#[test]
fn the_message_about_the_total_may_have_commas_and_halves_may_go_to_the_even() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    // 0.125 * 2 = 0.25 is exact; half of a cent arises from one unit.
    let item = json!([{"code": "CAM-001", "quantity": 1, "price": 1234567.125}]);
    let wrong = sale_with(&json!({"items": item, "payments": [{"id": 5_637, "value": 1}]}));
    let said = || client.post("/v1/invoices", &wrong).text;
    assert!(said().contains("calculated is 1234567.13"));
    clouds.siigo(|switches| {
        switches.commas = true;
        switches.halves = Halves::Even;
    });
    assert!(said().contains("calculated is 1,234,567.12"));
}

#[test]
fn a_key_gives_the_first_invoice_again_whatever_the_body() {
    let clouds = clouds();
    let client = siigo(&clouds, 0).with("Idempotency-Key", "key1");
    let first = client.post("/v1/invoices", &sale()).json();
    let again = client.post("/v1/invoices", &sale());
    assert_eq!((again.status, &again.json()["id"]), (201, &first["id"]));
    let other =
        sale_with(&json!({"customer": customer("99999"), "payments": [{"id": 5_637, "value": 5}]}));
    let again = client.post("/v1/invoices", &other);
    assert_eq!((again.status, &again.json()), (201, &first));
    assert_eq!(clouds.invoices().len(), 1);
    let replays: Vec<bool> = clouds
        .journal()
        .iter()
        .filter_map(|effect| {
            let EffectKind::Replayed { other_body, .. } = &effect.kind else {
                return None;
            };
            Some(*other_body)
        })
        .collect();
    assert_eq!(replays, [false, true]);
}

#[test]
fn a_refused_request_does_not_use_its_key_up() {
    let clouds = clouds();
    let client = siigo(&clouds, 0).with("Idempotency-Key", "key2");
    let bad = sale_with(&json!({"seller": 1}));
    assert_eq!(client.post("/v1/invoices", &bad).status, 400);
    assert_eq!(client.post("/v1/invoices", &sale()).status, 201);
}

#[test]
fn two_sales_without_keys_that_are_alike_may_be_taken_for_one() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    assert_eq!(client.post("/v1/invoices", &sale()).status, 201);
    assert_eq!(client.post("/v1/invoices", &sale()).status, 201);
    clouds.siigo(|switches| switches.twins_within_seconds = Some(60));
    assert_eq!(
        client.post("/v1/invoices", &sale()).codes(),
        (409, vec!["duplicated_document".into()])
    );
    let keyed = client.with("Idempotency-Key", "other");
    assert_eq!(keyed.post("/v1/invoices", &sale()).status, 201);
    pass(&clouds, 61);
    assert_eq!(client.post("/v1/invoices", &sale()).status, 201);
}

fn stamped(clouds: &Clouds) -> (super::client::Http, String) {
    let client = siigo(clouds, 0);
    let answer = client.post(
        "/v1/invoices",
        &sale_with(&json!({"stamp": {"send": true}})),
    );
    assert_eq!(answer.json()["stamp"]["status"], "Draft", "{answer:?}");
    let path = format!("/v1/invoices/{}", answer.json()["id"].as_str().unwrap());
    (client, path)
}

#[test]
fn the_dian_accepts_after_a_while() {
    let clouds = clouds();
    let (client, path) = stamped(&clouds);
    assert_eq!(client.get(&path).json()["stamp"]["status"], "Draft");
    assert_eq!(client.get(&format!("{path}/xml")).status, 400);
    pass(&clouds, 2);
    let invoice = client.get(&path).json();
    assert_eq!(invoice["stamp"]["status"], "Accepted");
    assert_eq!(invoice["stamp"]["cufe"].as_str().unwrap().len(), 96);
    for kind in ["pdf", "xml"] {
        let file = client.get(&format!("{path}/{kind}")).json();
        assert_eq!(file["cufe"], invoice["stamp"]["cufe"]);
        assert!(file["base64"].as_str().unwrap().len() > 100);
    }
    let gone = client.send("DELETE", &path, None).unwrap();
    assert_eq!(gone.codes(), (400, vec!["delete_not_allowed".into()]));
}

#[test]
fn the_dian_rejects_with_reasons_or_says_nothing() {
    let clouds = clouds();
    clouds.siigo(|switches| switches.dian = Dian::Silent);
    let (client, path) = stamped(&clouds);
    pass(&clouds, 3600);
    assert_eq!(client.get(&path).json()["stamp"]["status"], "Draft");
    let reason = "FAK24: el municipio no corresponde".to_owned();
    clouds.siigo(|switches| switches.dian = Dian::Rejects(vec![reason.clone()]));
    assert_eq!(client.get(&path).json()["stamp"]["status"], "Rejected");
    let errors = client.get(&format!("{path}/stamp/errors")).json();
    assert_eq!(errors["errors"], json!([{"message": reason}]));
}

#[test]
fn a_test_company_can_not_send_to_the_dian() {
    let clouds = clouds();
    let sale = sale_with(&json!({"stamp": {"send": true}}));
    assert_eq!(
        siigo(&clouds, 1).post("/v1/invoices", &sale).codes(),
        (400, vec!["document_settings".into()])
    );
}

#[test]
fn what_was_not_sent_can_be_deleted_or_annulled_and_a_credit_note_binds_it() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    let make = || {
        let invoice = client.post("/v1/invoices", &sale()).json();
        format!("/v1/invoices/{}", invoice["id"].as_str().unwrap())
    };
    let (first, second, third) = (make(), make(), make());
    assert_eq!(
        client.send("DELETE", &first, None).unwrap().json()["deleted"],
        true
    );
    assert_eq!(client.get(&first).status, 404);
    assert_eq!(
        client.post(&format!("{second}/annul"), &json!({})).status,
        200
    );
    assert_eq!(client.get(&second).json()["annulled"], true);
    let note = |value| {
        json!({"document": {"id": 24_460}, "date": "2026-11-24", "reason": 2,
               "invoice": third.trim_start_matches("/v1/invoices/"),
               "items": [{"code": "CAM-001", "quantity": 2, "price": 1069.77}],
               "payments": [{"id": 5_638, "value": value}]})
    };
    let keyed = client.with("Idempotency-Key", "nc1");
    assert_eq!(
        keyed.post("/v1/credit-notes", &note(json!(9999))).status,
        400
    );
    let made = keyed.post("/v1/credit-notes", &note(json!(2546.05)));
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(
        keyed.post("/v1/credit-notes", &note(json!(1))).json(),
        made.json()
    );
    let path = format!("/v1/credit-notes/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(client.get(&path).json()["name"], "NC-1-1");
    assert_eq!(client.send("DELETE", &third, None).unwrap().status, 400);
}

#[test]
fn a_journal_in_a_file_outlives_the_clouds() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal.jsonl");
    let start = || clouds_with(|options| options.journal = Some(file.clone()));
    let clouds = start();
    let client = siigo(&clouds, 0).with("Idempotency-Key", "before");
    let first = client.post("/v1/invoices", &sale()).json();
    clouds.stop();
    let effects = Clouds::read_journal(&file).unwrap();
    assert_eq!(puente_sandbox::clouds::invoices(&effects).len(), 1);
    let clouds = start();
    let again = siigo(&clouds, 0).with("Idempotency-Key", "before");
    let path = format!("/v1/invoices/{}", first["id"].as_str().unwrap());
    assert_eq!(again.without("Idempotency-Key").get(&path).json(), first);
    assert_eq!(
        again.post("/v1/invoices", &sale()).json()["id"],
        first["id"]
    );
    let next = again.with("Idempotency-Key", "after").post(
        "/v1/invoices",
        &sale_with(&json!({"customer": {"identification": "52123456"}})),
    );
    assert_eq!(next.json()["name"], "FV-1-1022");
    assert_ne!(next.json()["id"], first["id"]);
    assert_eq!(clouds.invoices().len(), 2);
}
