use super::client::{clouds, siigo};
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
}
