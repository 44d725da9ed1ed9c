//! Orders as MercadoLibre writes them, in the words of the model.

use crate::model::{Buyer, Identity, Line, Order, Payment, Person, Sale, Shipment, Status};
use crate::read::{Json, moment};
use chrono::{DateTime, Utc};
use puente_core::Currency;
use rust_decimal::Decimal;
use serde_json::Value;

/// An order, read.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) id: String,
    pub(super) pack: Option<String>,
    pub(super) status: Status,
    pub(super) created: DateTime<Utc>,
    pub(super) updated: DateTime<Utc>,
    pub(super) currency: String,
    pub(super) shipping: Option<String>,
    pub(super) billing: Option<String>,
    buyer: Buyer,
    lines: Vec<Line>,
    payments: Vec<Payment>,
    declared: Option<Decimal>,
    missing: Vec<String>,
}

/// Reads an order; none when it has no number.
pub(super) fn order(value: &Value) -> Option<Read> {
    let id = value.text("id");
    if id.is_empty() || id == "0" {
        return None;
    }
    let created = moment(&value.text("date_created"));
    let updated = [
        "last_updated",
        "date_last_updated",
        "date_closed",
        "date_created",
    ]
    .into_iter()
    .find_map(|name| moment(&value.text(name)))?;
    let buyer = value.field("buyer");
    let number = |value: &Value, name: &str| {
        let text = value.text(name);
        (!text.is_empty() && text != "0").then_some(text)
    };
    let payments: Vec<Payment> = value.list("payments").iter().map(payment).collect();
    let lines: Vec<Line> = value
        .list("order_items")
        .iter()
        .map(|item| line(&id, item))
        .collect();
    let status = status(&value.text("status"), &payments);
    let mut missing = Vec::new();
    if lines.is_empty() {
        missing.push("order_items".to_owned());
    }
    if payments.is_empty() && status == Status::Paid {
        missing.push("payments".to_owned());
    }
    // A part that is left out is not there at all; one that there is none of is null.
    for part in ["status", "buyer", "shipping"] {
        if value.get(part).is_none() {
            missing.push(part.to_owned());
        }
    }
    Some(Read {
        pack: number(value, "pack_id"),
        created: created.unwrap_or(updated),
        updated,
        status,
        currency: value.text("currency_id"),
        shipping: number(value.field("shipping"), "id"),
        billing: number(buyer.field("billing_info"), "id"),
        buyer: Buyer {
            id: buyer.text("id"),
            nickname: buyer.text("nickname"),
            identity: Identity::Missing,
        },
        lines,
        payments,
        declared: value.decimal("paid_amount"),
        missing,
        id,
    })
}

fn status(word: &str, payments: &[Payment]) -> Status {
    let back = |payment: &&Payment| payment.refunded > Decimal::ZERO;
    let standing = payments.iter().any(|payment| payment.approved);
    let refunded = payments
        .iter()
        .filter(|payment| payment.approved || !standing)
        .any(|payment| back(&payment));
    match word {
        "paid" if refunded => Status::Refunded,
        "paid" => Status::Paid,
        "partially_refunded" => Status::Refunded,
        "cancelled" | "invalid" => Status::Cancelled,
        _ => Status::Pending,
    }
}

fn line(order: &str, value: &Value) -> Line {
    let item = value.field("item");
    let sku = ["seller_sku", "seller_custom_field"]
        .into_iter()
        .map(|name| item.text(name))
        .find(|sku| !sku.is_empty());
    Line {
        order: order.to_owned(),
        sku: sku.unwrap_or_default(),
        item: item.text("id"),
        title: item.text("title"),
        quantity: value.decimal("quantity").unwrap_or(Decimal::ONE),
        unit_price: value.decimal("unit_price").unwrap_or_default(),
        // Of one unit, as several shops measured; payments' own fee is zero.
        unit_fee: value.decimal("sale_fee").unwrap_or_default(),
        tax: None,
    }
}

fn payment(value: &Value) -> Payment {
    let amount = |name: &str| value.decimal(name).unwrap_or_default();
    let refunded = match value.text("status").as_str() {
        "refunded" | "charged_back" => amount("transaction_amount"),
        _ => amount("transaction_amount_refunded"),
    };
    Payment {
        id: value.text("id"),
        method: value.text("payment_method_id"),
        approved: value.text("status") == "approved",
        amount: amount("transaction_amount"),
        refunded,
        shipping: amount("shipping_cost"),
        taxes: amount("taxes_amount"),
        overpaid: amount("overpaid_amount"),
        // The seller's own discount is in the price already: a coupon is the channel's.
        coupon: amount("coupon_amount"),
    }
}

/// The sale of some orders: all those of a pack, or one that is in none.
pub(super) fn sale(
    orders: &[Read],
    identity: Identity,
    shipment: Option<Shipment>,
) -> Option<Sale> {
    let first = orders.first()?;
    let standing: Vec<&Read> = orders
        .iter()
        .filter(|order| order.status != Status::Cancelled)
        .collect();
    let status = if standing.is_empty() {
        Status::Cancelled
    } else if standing
        .iter()
        .any(|order| order.status == Status::Refunded)
    {
        Status::Refunded
    } else if standing.iter().all(|order| order.status == Status::Paid) {
        Status::Paid
    } else {
        Status::Pending
    };
    // A sale that is cancelled as a whole is shown with what it was.
    let shown: Vec<&Read> = match standing.is_empty() {
        true => orders.iter().collect(),
        false => standing,
    };
    let missing = shown.iter().flat_map(|order| order.missing.clone());
    let missing = missing.chain(unknown_currency(first)).collect();
    Some(Sale {
        key: first.pack.clone().unwrap_or_else(|| first.id.clone()),
        orders: orders
            .iter()
            .map(|order| Order {
                id: order.id.clone(),
                status: order.status,
            })
            .collect(),
        sold_at: orders.iter().map(|order| order.created).min()?,
        updated_at: orders.iter().map(|order| order.updated).max()?,
        status,
        currency: first.currency.parse().unwrap_or(Currency::Cop),
        lines: shown.iter().flat_map(|order| order.lines.clone()).collect(),
        payments: shown
            .iter()
            .flat_map(|order| order.payments.clone())
            .collect(),
        shipment,
        buyer: Buyer {
            identity,
            ..first.buyer.clone()
        },
        // An order tells what the buyer paid beside the price (`taxes_amount`), not what is kept back
        // from the seller.
        withheld: Decimal::ZERO,
        declared: shown.iter().map(|order| order.declared).sum(),
        missing,
        document: None,
    })
}

fn unknown_currency(order: &Read) -> Option<String> {
    let known = order.currency.parse::<Currency>().is_ok();
    (!known).then(|| "currency_id".to_owned())
}

/// Whom a sale is invoiced to.
pub(super) fn identity(body: &Value) -> Identity {
    let info = body.field("buyer").field("billing_info");
    let document = info.field("identification");
    let number = document.text("number");
    if number.is_empty() {
        let processing = [body, info]
            .into_iter()
            .any(|value| value.text("status") == "PROCESSING");
        return match processing {
            true => Identity::Processing,
            false => Identity::Missing,
        };
    }
    let address = info.field("address");
    let street = [
        address.text("street_name"),
        address.text("street_number"),
        address.text("neighborhood"),
    ];
    let street: Vec<String> = street.into_iter().filter(|part| !part.is_empty()).collect();
    let company = match info.field("attributes").text("cust_type").as_str() {
        "BU" => Some(true),
        "CO" => Some(false),
        _ => None,
    };
    Identity::Given(Box::new(Person {
        company,
        id_type: document.text("type"),
        id_number: number,
        name: info.text("name"),
        last_name: info.text("last_name"),
        address: street.join(" "),
        city: address.text("city_name"),
        state: address.field("state").text("code"),
        state_name: address.field("state").text("name"),
        country: address.text("country_id"),
        email: String::new(),
        phone: String::new(),
    }))
}

/// A shipment, and what the seller pays for it.
pub(super) fn shipment(id: &str, body: &Value, costs: Option<&Value>, seller: &str) -> Shipment {
    let logistic = body.field("logistic").text("type");
    let mine = costs.and_then(|costs| {
        let senders = costs.list("senders");
        senders
            .iter()
            .find(|sender| sender.text("user_id") == seller)
    });
    Shipment {
        id: id.to_owned(),
        status: body.text("status"),
        logistic: match logistic.is_empty() {
            true => body.text("logistic_type"),
            false => logistic,
        },
        seller_cost: mine.and_then(|sender| sender.decimal("cost")),
    }
}
