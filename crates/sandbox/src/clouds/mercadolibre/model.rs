//! What stands in MercadoLibre's books.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A country's site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Site {
    /// Colombia.
    Mco,
    /// Chile.
    Mlc,
    /// Mexico.
    Mlm,
    /// Argentina.
    Mla,
}

impl Site {
    /// `MCO`.
    pub fn code(self) -> &'static str {
        match self {
            Site::Mco => "MCO",
            Site::Mlc => "MLC",
            Site::Mlm => "MLM",
            Site::Mla => "MLA",
        }
    }

    /// ISO 4217.
    pub fn currency(self) -> &'static str {
        match self {
            Site::Mco => "COP",
            Site::Mlc => "CLP",
            Site::Mlm => "MXN",
            Site::Mla => "ARS",
        }
    }
}

/// An account that sells.
#[derive(Debug, Clone, Serialize)]
pub struct MeliAccount {
    /// Its id.
    pub user_id: i64,
    /// What its administrator logs in with.
    pub nickname: String,
    /// Its country.
    pub site: Site,
}

/// The application that an office registered.
#[derive(Debug, Clone, Serialize)]
pub struct MeliApp {
    /// Its id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// The first of the addresses that a person is sent back to.
    pub redirect_uri: String,
}

/// The state of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Made, not paid.
    Confirmed,
    /// A payment is needed.
    PaymentRequired,
    /// A payment is being made.
    PaymentInProcess,
    /// Paid in part.
    PartiallyPaid,
    /// Paid.
    Paid,
    /// Paid back in part.
    PartiallyRefunded,
    /// Being cancelled.
    PendingCancel,
    /// Cancelled.
    Cancelled,
}

impl OrderStatus {
    /// As the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            OrderStatus::Confirmed => "confirmed",
            OrderStatus::PaymentRequired => "payment_required",
            OrderStatus::PaymentInProcess => "payment_in_process",
            OrderStatus::PartiallyPaid => "partially_paid",
            OrderStatus::Paid => "paid",
            OrderStatus::PartiallyRefunded => "partially_refunded",
            OrderStatus::PendingCancel => "pending_cancel",
            OrderStatus::Cancelled => "cancelled",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Payment {
    pub(crate) id: i64,
    pub(crate) status: &'static str,
    pub(crate) amount: Decimal,
    pub(crate) refunded: Decimal,
    pub(crate) shipping: Decimal,
    pub(crate) coupon: Decimal,
    pub(crate) taxes: Decimal,
    pub(crate) overpaid: Decimal,
    pub(crate) method: &'static str,
}

#[derive(Debug, Clone)]
pub(crate) struct Buyer {
    pub(crate) id: i64,
    pub(crate) nickname: String,
    pub(crate) first: String,
    pub(crate) last: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) id: i64,
    pub(crate) pack: Option<i64>,
    pub(crate) site: Site,
    pub(crate) seller: i64,
    pub(crate) created: DateTime<Utc>,
    pub(crate) closed: DateTime<Utc>,
    pub(crate) updated: DateTime<Utc>,
    pub(crate) status: OrderStatus,
    pub(crate) detail: Option<&'static str>,
    pub(crate) item: String,
    pub(crate) title: String,
    pub(crate) sku: Option<String>,
    pub(crate) custom_field: Option<String>,
    pub(crate) variation: Option<i64>,
    pub(crate) quantity: u32,
    pub(crate) unit_price: Decimal,
    pub(crate) gross_price: Option<Decimal>,
    /// For one unit.
    pub(crate) sale_fee: Decimal,
    /// What the seller gave off the whole order, which is in `unit_price` already.
    pub(crate) seller_discount: Decimal,
    pub(crate) taxes: Decimal,
    pub(crate) buyer: Buyer,
    pub(crate) billing: Option<i64>,
    pub(crate) payments: Vec<Payment>,
    pub(crate) shipment: Option<i64>,
    pub(crate) tags: Vec<&'static str>,
    /// What `GET /orders/{id}` leaves out, and how many times more.
    pub(crate) missing: Option<(Vec<String>, u32)>,
}

impl Order {
    pub(crate) fn total(&self) -> Decimal {
        self.unit_price * Decimal::from(self.quantity)
    }

    pub(crate) fn paid(&self) -> Decimal {
        self.payments
            .iter()
            .filter(|payment| payment.status == "approved" || payment.status == "refunded")
            .map(|payment| payment.amount + payment.shipping + payment.taxes + payment.overpaid)
            .sum()
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Shipment {
    pub(crate) id: i64,
    pub(crate) orders: Vec<i64>,
    pub(crate) status: &'static str,
    pub(crate) logistic: &'static str,
    pub(crate) gross: Decimal,
    pub(crate) receiver: i64,
    pub(crate) receiver_cost: Decimal,
    /// Who pays what of it.
    pub(crate) senders: Vec<(i64, Decimal)>,
    pub(crate) created: DateTime<Utc>,
    pub(crate) city: String,
    pub(crate) state: &'static str,
    pub(crate) state_name: &'static str,
    pub(crate) street: String,
    pub(crate) receiver_name: String,
}

/// What a buyer said for invoices.
#[derive(Debug, Clone)]
pub(crate) struct Billing {
    pub(crate) id: i64,
    pub(crate) site: Site,
    pub(crate) buyer: i64,
    pub(crate) seller: i64,
    pub(crate) kind: Option<&'static str>,
    pub(crate) number: Option<String>,
    pub(crate) name: String,
    pub(crate) last: String,
    pub(crate) is_company: bool,
    pub(crate) street: String,
    pub(crate) street_number: String,
    pub(crate) city: String,
    pub(crate) state: &'static str,
    pub(crate) state_name: &'static str,
    /// Nothing of it is known yet.
    pub(crate) is_processing: bool,
}

/// What changes in an order after the shop was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderChange {
    /// It is cancelled, and the money goes back.
    Cancel,
    /// A part of the money goes back.
    RefundPart(Decimal),
    /// The payment that was in process is approved.
    Pay,
    /// Only the date of its last change moves.
    Touch,
}

/// A change that waits for its time.
#[derive(Debug, Clone)]
pub(crate) struct LateChange {
    pub(crate) at: DateTime<Utc>,
    pub(crate) order: i64,
    pub(crate) change: OrderChange,
}

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Books {
    pub(crate) orders: BTreeMap<i64, Order>,
    pub(crate) packs: HashMap<i64, Vec<i64>>,
    pub(crate) shipments: HashMap<i64, Shipment>,
    pub(crate) billing: HashMap<i64, Billing>,
    /// Soonest last.
    pub(crate) late: Vec<LateChange>,
    /// Seller, last change and id of each order, so that a search in a year of a large shop is quick.
    changes: BTreeSet<(i64, DateTime<Utc>, i64)>,
}

impl Books {
    pub(crate) fn add(&mut self, order: Order) {
        self.changes.insert((order.seller, order.updated, order.id));
        self.orders.insert(order.id, order);
    }

    /// The orders of a seller that changed within these moments, both included.
    pub(crate) fn changed(
        &self,
        seller: i64,
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
    ) -> impl Iterator<Item = &Order> {
        let from = from.unwrap_or(DateTime::<Utc>::MIN_UTC);
        let to = to.unwrap_or(DateTime::<Utc>::MAX_UTC).max(from);
        self.changes
            .range((seller, from, i64::MIN)..=(seller, to, i64::MAX))
            .filter_map(|(_, _, id)| self.orders.get(id))
    }

    /// Lets happen what is due.
    pub(crate) fn settle(&mut self, now: DateTime<Utc>) {
        while let Some(late) = self.late.pop_if(|late| late.at <= now) {
            self.change(late.order, &late.change, late.at);
        }
    }

    /// Changes an order. False when there is none.
    pub(crate) fn change(&mut self, id: i64, change: &OrderChange, at: DateTime<Utc>) -> bool {
        let Some(order) = self.orders.get_mut(&id) else {
            return false;
        };
        self.changes.remove(&(order.seller, order.updated, id));
        order.updated = at;
        self.changes.insert((order.seller, at, id));
        match change {
            OrderChange::Touch => {}
            OrderChange::Cancel => {
                order.status = OrderStatus::Cancelled;
                order.detail = Some("cancelled_by_buyer");
                for payment in &mut order.payments {
                    payment.status = "refunded";
                    payment.refunded = payment.amount;
                }
            }
            OrderChange::RefundPart(amount) => {
                order.status = OrderStatus::PartiallyRefunded;
                if let Some(payment) = order.payments.first_mut() {
                    payment.refunded = (*amount).min(payment.amount);
                }
            }
            OrderChange::Pay => {
                order.status = OrderStatus::Paid;
                order.closed = at;
                for payment in &mut order.payments {
                    payment.status = "approved";
                }
            }
        }
        true
    }
}
