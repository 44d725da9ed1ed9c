//! SIIGO: every rule that refuses an invoice.

use super::client::{clouds, siigo};
use super::invoices::sale_with;
use serde_json::{Value, json};

fn item(fields: Value) -> Value {
    let mut item = json!({"code": "CAM-001", "quantity": 1, "price": 1000});
    for (name, value) in fields.as_object().unwrap() {
        item[name] = value.clone();
    }
    json!([item])
}

fn with_item(fields: Value) -> Value {
    json!({"items": item(fields), "payments": [{"id": 5_637, "value": 1000}]})
}

fn taxes(ids: &[i64]) -> Value {
    let ids: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    with_item(json!({"taxes": ids}))
}

/// What is changed in a good sale, the code it is refused with, and the parameter that is named.
fn refused() -> Vec<(Value, &'static str, &'static str)> {
    let long = "x".repeat(4001);
    let many: Vec<Value> = (0..501)
        .map(|_| json!({"code": "CAM-001", "quantity": 1, "price": 1}))
        .collect();
    let pay = |value: Value| json!({"payments": value});
    vec![
        (json!({"document": null}), "parameter_required", "document"),
        (
            json!({"document": {"id": 1}}),
            "invalid_reference",
            "document.id",
        ),
        (
            json!({"document": {"id": 24_451}}),
            "parameter_inactive",
            "document.id",
        ),
        (
            json!({"document": {"id": 24_460}}),
            "invalid_document",
            "document.id",
        ),
        (
            json!({"document": {"id": "24446"}}),
            "invalid_type",
            "document.id",
        ),
        (json!({"date": null}), "parameter_required", "date"),
        (json!({"date": "24-11-2026"}), "invalid_date", "date"),
        (json!({"date": "2026-11-23"}), "invalid_date", "date"),
        (json!({"date": "2026-11-25"}), "date_settings", "date"),
        (json!({"customer": null}), "parameter_required", "customer"),
        (
            json!({"customer": {"identification": "404"}}),
            "invalid_reference",
            "customer.identification",
        ),
        (json!({"seller": null}), "parameter_required", "seller"),
        (json!({"seller": 631}), "invalid_reference", "seller"),
        (json!({"number": 5}), "parameter_not_allowed", "number"),
        (
            json!({"document": {"id": 24_448}}),
            "parameter_required",
            "number",
        ),
        (
            json!({"document": {"id": 24_450}}),
            "parameter_required",
            "cost_center",
        ),
        (
            json!({"cost_center": 237}),
            "invalid_cost_center",
            "cost_center",
        ),
        (
            json!({"document": {"id": 24_447}, "cost_center": 235}),
            "document_settings",
            "cost_center",
        ),
        (
            json!({"currency": {"code": "COP", "exchange_rate": 1}}),
            "invalid_currency",
            "currency.code",
        ),
        (
            json!({"currency": {"code": "USD"}}),
            "parameter_required",
            "currency.exchange_rate",
        ),
        (json!({"observations": long}), "length_max", "observations"),
        (json!({"items": null}), "parameter_required", "items"),
        (json!({"items": []}), "parameter_required", "items"),
        (json!({"items": {}}), "invalid_array", "items"),
        (json!({"items": many}), "values_limit", "items"),
        (
            with_item(json!({"code": "NOPE"})),
            "invalid_reference",
            "items[0].code",
        ),
        (
            with_item(json!({"code": "DESC-001"})),
            "parameter_inactive",
            "items[0].code",
        ),
        (
            with_item(json!({"code": "CAM 001"})),
            "invalid_code",
            "items[0].code",
        ),
        (
            with_item(json!({"description": "l'eau"})),
            "invalid_description",
            "items[0].description",
        ),
        (
            with_item(json!({"description": "a\tb"})),
            "invalid_description",
            "items[0].description",
        ),
        (
            with_item(json!({"quantity": null})),
            "parameter_required",
            "items[0].quantity",
        ),
        (
            with_item(json!({"quantity": 0})),
            "invalid_amount",
            "items[0].quantity",
        ),
        (
            with_item(json!({"quantity": 1.001})),
            "invalid_amount",
            "items[0].quantity",
        ),
        (
            with_item(json!({"quantity": "1"})),
            "invalid_type",
            "items[0].quantity",
        ),
        (
            with_item(json!({"price": null})),
            "parameter_required",
            "items[0].price",
        ),
        (
            with_item(json!({"price": 1.0000001})),
            "invalid_amount",
            "items[0].price",
        ),
        (
            with_item(json!({"price": -5})),
            "invalid_amount",
            "items[0].price",
        ),
        (
            with_item(json!({"taxed_price": 5})),
            "parameters_exclusive",
            "items[0].taxed_price",
        ),
        (
            with_item(json!({"discount": 101})),
            "invalid_range",
            "items[0].discount",
        ),
        (
            with_item(json!({"price": 0, "taxpayer": "Company"})),
            "parameter_required",
            "items[0].tax_base",
        ),
        (
            with_item(json!({"warehouse": 44})),
            "warehouse_settings",
            "items[0].warehouse",
        ),
        (
            with_item(json!({"code": "ENVIO", "warehouse": 42})),
            "product_settings",
            "items[0].warehouse",
        ),
        (
            with_item(json!({"seller": 629})),
            "document_settings",
            "items[0].seller",
        ),
        (
            with_item(json!({"customer": {}})),
            "document_settings",
            "items[0].customer",
        ),
        (
            with_item(json!({"color": "rojo"})),
            "parameter_not_allowed",
            "items[0].color",
        ),
        (taxes(&[1]), "invalid_reference", "items[0].taxes[0].id"),
        (
            taxes(&[13_159]),
            "parameter_inactive",
            "items[0].taxes[0].id",
        ),
        (
            taxes(&[13_161]),
            "invalid_retentions",
            "items[0].taxes[0].id",
        ),
        (
            taxes(&[13_162]),
            "invalid_retentions",
            "items[0].taxes[0].id",
        ),
        (taxes(&[13_156, 13_157]), "invalid_array", "items[0].taxes"),
        (
            taxes(&[13_156, 13_164]),
            "parameters_exclusive",
            "items[0].taxes",
        ),
        (pay(Value::Null), "parameter_required", "payments"),
        (pay(json!([])), "parameter_required", "payments"),
        (
            pay(json!([{"id": 1, "value": 2546.05}])),
            "invalid_payment",
            "payments[0].id",
        ),
        (
            pay(json!([{"id": 5_640, "value": 2546.05}])),
            "parameter_inactive",
            "payments[0].id",
        ),
        (
            pay(json!([{"id": 5_636, "value": 2546.05}])),
            "parameter_required",
            "payments[0].due_date",
        ),
        (
            pay(json!([{"id": 5_638, "value": 2546.05, "due_date": "2026-12-24"}])),
            "parameter_not_allowed",
            "payments[0].due_date",
        ),
        (
            pay(json!([{"id": 5_636, "value": 2546.05, "due_date": "2026-11-23"}])),
            "invalid_date",
            "payments[0].due_date",
        ),
        (
            pay(json!([{"id": 5_638, "value": 2546.051}])),
            "invalid_amount",
            "payments[0].value",
        ),
        (
            pay(json!([{"id": 5_638, "value": 2546.06}])),
            "invalid_total_payments",
            "payments",
        ),
        (
            pay(
                json!([{"id": 5_637, "value": 46.05}, {"id": 5_636, "value": 2500, "due_date": "2026-12-24"}]),
            ),
            "invalid_payment",
            "payments",
        ),
        (
            json!({"retentions": [{"id": 13_161}]}),
            "invalid_retentions",
            "retentions",
        ),
        (
            json!({"global_discounts": [{"id": 1}]}),
            "document_settings",
            "global_discounts",
        ),
        (
            json!({"additional_fields": {"purchase_order": {"number": "x".repeat(21)}}}),
            "length_max",
            "additional_fields.purchase_order.number",
        ),
        (json!({"colour": 1}), "parameter_not_allowed", "colour"),
    ]
}

#[test]
fn a_sale_that_breaks_a_rule_is_refused_with_its_code_and_place() {
    let clouds = clouds();
    let login = &clouds.siigo_logins()[0].username;
    clouds.set_quota(login, None);
    let client = siigo(&clouds, 0);
    for (change, code, param) in refused() {
        let answer = client.post("/v1/invoices", &sale_with(&change));
        assert_eq!(
            answer.codes(),
            (400, vec![code.to_owned()]),
            "{change}: {answer:?}"
        );
        assert_eq!(answer.json()["Errors"][0]["Params"][0], param, "{change}");
    }
    assert!(clouds.invoices().is_empty());
}

#[test]
fn several_faults_of_one_sale_are_told_together() {
    let clouds = clouds();
    let answer = siigo(&clouds, 0).post("/v1/invoices", &json!({}));
    assert_eq!(answer.codes().1.len(), 6, "{answer:?}");
}

#[test]
fn other_settings_take_other_sales() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    let good = [
        json!({"document": {"id": 24_448}, "number": 77}),
        json!({"document": {"id": 24_450}, "cost_center": 235}),
        json!({"cost_center": 236}),
        json!({"document": {"id": 24_447}, "date": "2026-10-02"}),
        json!({"payments": [{"id": 5_636, "value": 2546.05, "due_date": "2026-12-24"}]}),
        json!({"payments": [{"id": 5_637, "value": 1000}, {"id": 5_638, "value": 1546.05}]}),
        json!({"currency": {"code": "USD", "exchange_rate": 4100.5}}),
        json!({"additional_fields": {"purchase_order": {"prefix": "ML", "number": "2000001"}}}),
        json!({"items": [{"code": "CAM-001", "quantity": 1, "price": 0, "tax_base": 100, "taxpayer": "Company",
                          "taxes": [{"id": 13_156}]}], "payments": [{"id": 5_637, "value": 19}]}),
        with_item(json!({"warehouse": 43})),
    ];
    for change in good {
        let answer = client.post("/v1/invoices", &sale_with(&change));
        assert_eq!(answer.status, 201, "{change}: {answer:?}");
    }
    let used = json!({"document": {"id": 24_448}, "number": 77});
    assert_eq!(
        client.post("/v1/invoices", &sale_with(&used)).codes(),
        (409, vec!["duplicated_document".into()])
    );
}

#[test]
fn a_closed_period_takes_nothing() {
    let clouds = clouds();
    let login = clouds.siigo_logins()[0].username.clone();
    clouds.close_period(&login, "2026-11-24".parse().ok());
    let client = siigo(&clouds, 0);
    let send = || client.post("/v1/invoices", &sale_with(&json!({})));
    assert_eq!(send().codes(), (400, vec!["blocked_transactions".into()]));
    clouds.close_period(&login, None);
    assert_eq!(send().status, 201);
}

#[test]
fn the_day_is_that_of_colombia() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    // Nine in the evening in Bogotá is the next day in Greenwich.
    super::client::pass(&clouds, 11 * 3600);
    let send = |date: &str| {
        client
            .post("/v1/invoices", &sale_with(&json!({"date": date})))
            .status
    };
    assert_eq!((send("2026-11-24"), send("2026-11-25")), (201, 400));
}

#[test]
fn what_is_put_out_of_use_is_refused_from_then_on() {
    let clouds = clouds();
    let login = clouds.siigo_logins()[0].username.clone();
    let client = siigo(&clouds, 0);
    for (id, code) in [
        (24_446, "parameter_inactive"),
        (5_638, "parameter_inactive"),
        (13_156, "parameter_inactive"),
        (629, "invalid_reference"),
    ] {
        assert!(clouds.retire(&login, id));
        let codes = client.post("/v1/invoices", &sale_with(&json!({}))).codes();
        assert!(codes.1.contains(&code.to_owned()), "{id}: {codes:?}");
    }
}
