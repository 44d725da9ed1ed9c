//! Orders, packs, shipments and fiscal data as the API shows them.

use super::model::{Billing, Order, Payment, Shipment};
use crate::clouds::siigo::number;
use chrono::{DateTime, FixedOffset, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// A moment as the API writes it: four hours behind Greenwich, whatever the country.
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    FixedOffset::west_opt(4 * 3600).map_or_else(
        || at.to_rfc3339(),
        |zone| {
            at.with_timezone(&zone)
                .format("%Y-%m-%dT%H:%M:%S%.3f%:z")
                .to_string()
        },
    )
}

pub(crate) fn order(order: &Order) -> Value {
    let currency = order.site.currency();
    let payments: Vec<Value> = order
        .payments
        .iter()
        .map(|one| payment(order, one))
        .collect();
    let gross = order.gross_price.map(number);
    let mut line = json!({
        "item": {
            "id": order.item, "title": order.title,
            "category_id": format!("{}1071", order.site.code()),
            "variation_id": order.variation, "seller_sku": order.sku,
            "seller_custom_field": order.custom_field, "variation_attributes": [],
            "user_product_id": null, "condition": "new", "warranty": null,
        },
        "quantity": order.quantity,
        "requested_quantity": {"measure": "unit", "value": order.quantity},
        "unit_price": number(order.unit_price), "gross_price": gross, "currency_id": currency,
        "sale_fee": number(order.sale_fee), "listing_type_id": "gold_special",
        "manufacturing_days": null, "discounts": null, "stock": null,
        "full_unit_price": number(order.gross_price.unwrap_or(order.unit_price)),
    });
    line["item"]["attributes"] = json!([]);
    let coupon: Decimal = order.payments.iter().map(|payment| payment.coupon).sum();
    json!({
        "id": order.id, "date_created": moment(order.created),
        "date_closed": moment(order.closed), "last_updated": moment(order.updated),
        "date_last_updated": moment(order.updated), "pack_id": order.pack,
        "status": order.status.as_str(),
        "status_detail": order.detail.map(|detail| json!({"code": detail, "description": null})),
        "total_amount": number(order.total()), "paid_amount": number(order.paid()),
        "currency_id": currency, "order_items": [line], "payments": payments,
        "shipping": {"id": order.shipment}, "tags": order.tags,
        "context": {"channel": "marketplace", "site": order.site.code(), "flows": []},
        "seller": {"id": order.seller},
        "buyer": {
            "id": order.buyer.id, "nickname": order.buyer.nickname,
            "first_name": order.buyer.first, "last_name": order.buyer.last,
            "billing_info": {"id": order.billing.map(|id| id.to_string())},
        },
        "taxes": {
            "amount": if order.taxes.is_zero() { Value::Null } else { number(order.taxes) },
            "currency_id": if order.taxes.is_zero() { Value::Null } else { currency.into() },
            "id": null,
        },
        "cancel_detail": order.detail.map(|code| json!({"group": "buyer", "code": code})),
        "mediations": [], "feedback": {"seller": null, "buyer": null},
        "coupon": {"amount": number(coupon), "id": null}, "comment": null,
        "fulfilled": null, "pickup_id": null, "expiration_date": null,
        "manufacturing_ending_date": null,
    })
}

fn payment(order: &Order, one: &Payment) -> Value {
    json!({
        "id": one.id, "order_id": order.id, "payer_id": order.buyer.id,
        "collector": {"id": order.seller}, "card_id": null, "site_id": order.site.code(),
        "reason": order.title, "payment_method_id": one.method,
        "payment_type": if one.method == "pse" { "bank_transfer" } else { "credit_card" },
        "operation_type": "regular_payment", "currency_id": order.site.currency(),
        "status": one.status,
        "status_detail": if one.status == "approved" { "accredited" } else { one.status },
        "transaction_amount": number(one.amount),
        "transaction_amount_refunded": number(one.refunded),
        "taxes_amount": number(one.taxes), "shipping_cost": number(one.shipping),
        "coupon_amount": number(one.coupon), "overpaid_amount": number(one.overpaid),
        "total_paid_amount":
            number(one.amount + one.shipping + one.taxes + one.overpaid - one.coupon),
        "installments": 1, "marketplace_fee": 0,
        "date_approved":
            if one.status == "in_process" { Value::Null } else { moment(order.closed).into() },
        "date_created": moment(order.created), "date_last_modified": moment(order.updated),
    })
}

pub(crate) fn pack(id: i64, orders: &[&Order]) -> Value {
    let is_cancelled = orders
        .iter()
        .all(|order| order.status == super::model::OrderStatus::Cancelled);
    let first = orders.first();
    json!({
        "id": id,
        "orders": orders.iter().map(|order| json!({"id": order.id})).collect::<Vec<_>>(),
        "shipment": {"id": first.and_then(|order| order.shipment)},
        "status": if is_cancelled { "cancelled" } else { "released" }, "status_detail": null,
        "family_pack_id": null,
        "buyer": {"id": first.map(|order| order.buyer.id)},
        "date_created": first.map(|order| moment(order.created)),
        "last_updated": orders.iter().map(|order| order.updated).max().map(moment),
    })
}

pub(crate) fn shipment(shipment: &Shipment) -> Value {
    json!({
        "id": shipment.id, "status": shipment.status, "substatus": null,
        "date_created": moment(shipment.created), "last_updated": moment(shipment.created),
        "tracking_number": format!("MEL{}", shipment.id), "declared_value": number(shipment.gross),
        "logistic": {"mode": "me2", "type": shipment.logistic, "direction": "forward"},
        "origin": {"type": "seller_address"},
        "destination": {
            "receiver_name": shipment.receiver_name, "receiver_phone": "XXXXXXX",
            "shipping_address": {
                "street_name": shipment.street, "city": {"id": null, "name": shipment.city},
                "state": {"id": shipment.state, "name": shipment.state_name},
                "zip_code": "XXXXXXX", "country": {"id": "CO", "name": "Colombia"},
            },
        },
        "lead_time": {"cost": number(shipment.receiver_cost),
                      "list_cost": number(shipment.gross), "cost_type": "charged"},
    })
}

pub(crate) fn costs(shipment: &Shipment) -> Value {
    let senders: Vec<Value> = shipment
        .senders
        .iter()
        .map(|(user, cost)| {
            let off = (shipment.gross - *cost).max(Decimal::ZERO);
            json!({"user_id": user, "cost": number(*cost), "compensation": 0,
                   "discounts": [{"rate": 0.6, "type": "mandatory",
                                  "promoted_amount": number(off)}]})
        })
        .collect();
    let off = (shipment.gross - shipment.receiver_cost).max(Decimal::ZERO);
    json!({
        "gross_amount": number(shipment.gross),
        "receiver": {"user_id": shipment.receiver, "cost": number(shipment.receiver_cost),
                     "compensation": 0,
                     "discounts": [{"rate": 1, "type": "loyal", "promoted_amount": number(off)}]},
        "senders": senders,
    })
}

pub(crate) fn billing(billing: &Billing) -> Value {
    if billing.is_processing {
        return json!({
            "site_id": billing.site.code(), "status": "PROCESSING",
            "buyer": {"cust_id": billing.buyer, "billing_info": {}},
            "seller": {"cust_id": billing.seller},
        });
    }
    let identification = match (&billing.kind, &billing.number) {
        (Some(kind), Some(number)) => json!({"type": kind, "number": number}),
        _ => Value::Null,
    };
    json!({
        "site_id": billing.site.code(),
        "buyer": {"cust_id": billing.buyer, "billing_info": {
            "name": billing.name, "last_name": billing.last,
            "identification": identification,
            "taxes": {"taxpayer_type": {
                "id": if billing.is_company { "01" } else { "02" },
                "description": if billing.is_company {
                    "Responsable de IVA" } else { "No responsable de IVA" }}},
            "address": {
                "street_name": billing.street, "street_number": billing.street_number,
                "city_name": billing.city, "neighborhood": null, "comment": null,
                "state": {"code": billing.state, "name": billing.state_name},
                "zip_code": null, "country_id": "CO"},
            "attributes": {"cust_type": if billing.is_company { "BU" } else { "CO" },
                           "vat_discriminated_billing": "true"},
        }},
        "seller": {"cust_id": billing.seller},
    })
}
