//! What MercadoLibre charges: the estimate before, and the details that come with its bills.

use super::model::OrderStatus;
use super::{Meli, refuse};
use crate::clouds::call::{Call, Reply};
use crate::clouds::siigo::number;
use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// In thousandths of the price.
pub(crate) const FEE: Decimal = Decimal::from_parts(165, 0, 0, false, 3);

/// `GET /sites/{site}/listing_prices`.
pub(crate) fn listing_prices(call: &Call, site: &str) -> Reply {
    let Some(price) = call
        .query("price")
        .and_then(|text| text.parse::<Decimal>().ok())
    else {
        return refuse(400, "invalid_request", "price is required");
    };
    let fee = (price * FEE).round_dp(2);
    let listing = call.query("listing_type_id").unwrap_or("gold_special");
    Reply::json(
        200,
        &json!({
            "site_id": site, "listing_type_id": listing,
            "sale_fee_amount": number(fee),
            "sale_fee_details": {"gross_amount": number(fee), "percentage_fee": 16.5,
                                 "meli_percentage_fee": 16.5, "financing_add_on_fee": 0,
                                 "fixed_fee": 0},
        }),
    )
}

impl Meli {
    /// `/billing/integration/...`: the details of a month, by id, and those of some orders.
    pub(crate) fn billing_details(&self, call: &Call, user: i64, rest: &[&str]) -> Reply {
        match rest {
            ["periods", "key", key, "group", "ML", "details"] => {
                let Some(month) = key.parse::<NaiveDate>().ok().filter(|day| day.day() == 1) else {
                    return refuse(400, "invalid_request", "The key is a month's first day");
                };
                if !matches!(call.query("document_type"), Some("BILL" | "CREDIT_NOTE")) {
                    return refuse(400, "invalid_request", "document_type is required");
                }
                self.month(call, user, month)
            }
            ["group", "ML", "order", "details"] => {
                let ids: Vec<&str> = call
                    .query("order_ids")
                    .map(|ids| ids.split(',').collect())
                    .unwrap_or_default();
                if ids.is_empty() || ids.len() > 60 {
                    return refuse(400, "invalid_request", "1 to 60 order_ids");
                }
                let rows: Vec<Value> = self
                    .orders()
                    .filter(|order| order.seller == user)
                    .filter(|order| ids.contains(&order.id.to_string().as_str()))
                    .map(row)
                    .collect();
                Reply::json(200, &json!({"results": rows, "total": rows.len()}))
            }
            _ => refuse(404, "not_found", "Nothing is known about this resource"),
        }
    }

    fn month(&self, call: &Call, user: i64, month: NaiveDate) -> Reply {
        let limit = call
            .query("limit")
            .map_or(Some(150), |text| text.parse::<usize>().ok())
            .filter(|limit| (1..=1000).contains(limit));
        let Some(limit) = limit else {
            return refuse(400, "invalid_limit", "1 to 1000");
        };
        let from = call
            .query("from_id")
            .and_then(|text| text.parse::<i64>().ok())
            .unwrap_or(0);
        let is_bill = call.query("document_type") == Some("BILL");
        let rows: Vec<Value> = self
            .orders()
            .filter(|order| order.seller == user && order.id > from)
            .filter(|order| {
                (order.closed.year(), order.closed.month()) == (month.year(), month.month())
            })
            .filter(|order| is_bill != (order.status == OrderStatus::Cancelled))
            .map(row)
            .collect();
        let total = rows.len();
        let shown: Vec<Value> = rows.into_iter().take(limit).collect();
        let last = shown
            .last()
            .and_then(|row| row["charge_info"]["detail_id"].as_i64());
        Reply::json(
            200,
            &json!({"offset": 0, "limit": limit, "total": total, "last_id": last,
                    "results": shown}),
        )
    }
}

fn row(order: &super::model::Order) -> Value {
    let is_cancelled = order.status == OrderStatus::Cancelled;
    json!({
        "charge_info": {
            "detail_id": order.id, "detail_type": if is_cancelled { "BONUS" } else { "CHARGE" },
            "detail_sub_type": if is_cancelled { "BV" } else { "CV" },
            "transaction_detail": if is_cancelled {
                "Anulación del cargo por venta" } else { "Cargo por venta" },
            "detail_amount": number(order.sale_fee * Decimal::from(order.quantity)),
            "creation_date_time": super::show::moment(order.closed),
        },
        "discount_info": {"discount_amount": 0},
        "sales_info": [{"order_id": order.id, "operation_id": order.payments.first().map(|one| one.id),
                        "transaction_amount": number(order.total())}],
        "shipping_info": {"shipping_id": order.shipment, "pack_id": order.pack},
        "items_info": [{"item_id": order.item, "item_title": order.title,
                        "item_amount": order.quantity,
                        "item_price": number(order.unit_price)}],
    })
}
