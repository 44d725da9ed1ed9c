//! A sale as every channel gives it, and what becomes of it.

use chrono::{DateTime, NaiveDateTime, Utc};
use puente_core::Currency;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the channel says of the whole sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "SaleStatus")]
pub enum Status {
    /// All of it is paid.
    Paid,
    /// Not all of it is paid yet.
    Pending,
    /// None of it is left.
    Cancelled,
    /// Part of the money went back: a person decides.
    Refunded,
}

impl Status {
    /// As stored and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Paid => "paid",
            Status::Pending => "pending",
            Status::Cancelled => "cancelled",
            Status::Refunded => "refunded",
        }
    }
}

/// A sale: one order, or the orders of one cart that are paid and shipped together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Sale {
    /// The channel's number of the pack, or of the order that is in none.
    pub key: String,
    /// Its orders, those that were cancelled included.
    pub orders: Vec<Order>,
    /// When it was made.
    pub sold_at: DateTime<Utc>,
    /// When the channel last changed it.
    pub updated_at: DateTime<Utc>,
    /// What the channel says of it.
    pub status: Status,
    /// Currency of all its amounts.
    #[ts(type = "string")]
    pub currency: Currency,
    /// What was sold, without orders that were cancelled.
    pub lines: Vec<Line>,
    /// What was paid.
    pub payments: Vec<Payment>,
    /// How it goes to the buyer; none when it doesn't.
    pub shipment: Option<Shipment>,
    /// Who bought.
    pub buyer: Buyer,
    /// Taxes that the channel kept back from the seller.
    #[ts(type = "string")]
    pub withheld: Decimal,
    /// What the channel says was paid in all; none where it doesn't. Its payments have to explain it.
    #[serde(default)]
    #[ts(as = "Option<String>", optional)]
    pub declared: Option<Decimal>,
    /// Parts that the channel left out of its answer, by its names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// The document that the source has issued for it already; none where nothing is issued there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<IssuedDocument>,
}

/// A document as a point of sale has issued it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SaleDocument")]
pub struct IssuedDocument {
    /// The tax authority's code of its kind: `006`; empty where the profile knows none.
    pub code: String,
    /// Its kind in the source's words: `FAC`.
    pub kind: String,
    /// Its letter; empty where it has none.
    pub letter: String,
    /// Its number, as the source has it: `B0021500030562`.
    pub number: String,
    /// When it was issued, on the clock of whoever issued it.
    #[ts(type = "string")]
    pub issued: NaiveDateTime,
    /// What its header says that it comes to; none where it says nothing.
    #[ts(type = "string | null")]
    pub total: Option<Decimal>,
    /// How many headers of that kind and number the source has: more than one is a fault of it.
    pub copies: u32,
    /// Values that can't be had, by their place: `lines.IMP_NETO`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<String>,
}

/// What a document of the source says of the tax of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SaleLineTax")]
pub struct LineTax {
    /// The whole line before tax.
    #[ts(type = "string")]
    pub net: Decimal,
    /// Its tax.
    #[ts(type = "string")]
    pub tax: Decimal,
    /// Parts in a hundred; none where the source doesn't say.
    #[ts(type = "string | null")]
    pub rate: Option<Decimal>,
    /// Group of goods, by the source's name; empty where it has none.
    pub group: String,
}

/// An order of a sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SaleOrder")]
pub struct Order {
    /// The channel's number of it.
    pub id: String,
    /// What the channel says of it.
    pub status: Status,
}

/// A line of a sale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "SaleLine")]
pub struct Line {
    /// The order that it is of.
    pub order: String,
    /// The seller's code of what was sold; empty where the seller gave none.
    pub sku: String,
    /// The channel's number of what was sold.
    pub item: String,
    /// What it is called.
    pub title: String,
    /// How many.
    #[ts(type = "string")]
    pub quantity: Decimal,
    /// Price of one, with what the seller discounted taken off and taxes as the channel has them.
    #[ts(type = "string")]
    pub unit_price: Decimal,
    /// What the channel keeps of one.
    #[ts(type = "string")]
    pub unit_fee: Decimal,
    /// What the document that was issued says of its tax; none where nothing was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<LineTax>,
}

/// A payment of a sale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "SalePayment")]
pub struct Payment {
    /// The channel's number of it.
    pub id: String,
    /// How it was paid, by the channel's name: `visa`, `pse`, `account_money`.
    pub method: String,
    /// Whether it stands.
    pub approved: bool,
    /// For the goods.
    #[ts(type = "string")]
    pub amount: Decimal,
    /// What of it went back.
    #[ts(type = "string")]
    pub refunded: Decimal,
    /// For the shipping, which the buyer paid.
    #[ts(type = "string")]
    pub shipping: Decimal,
    /// Taxes that the buyer paid beside the price.
    #[serde(default)]
    #[ts(as = "Option<String>", optional)]
    pub taxes: Decimal,
    /// Paid beyond price, shipping and taxes.
    #[serde(default)]
    #[ts(as = "Option<String>", optional)]
    pub overpaid: Decimal,
    /// What of the price the channel paid in the buyer's place: the seller gets it all the same.
    #[serde(default)]
    #[ts(as = "Option<String>", optional)]
    pub coupon: Decimal,
}

impl Payment {
    /// All of it that stands for the seller's invoice; the shipping where that is invoiced.
    pub fn owed(&self, with_shipping: bool) -> Decimal {
        let shipping = if with_shipping {
            self.shipping
        } else {
            Decimal::ZERO
        };
        self.amount - self.refunded + self.taxes + self.overpaid + shipping
    }
}

/// How a sale goes to its buyer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(rename = "SaleShipment")]
pub struct Shipment {
    /// The channel's number of it.
    pub id: String,
    /// What the channel says of it: `delivered`.
    pub status: String,
    /// Who takes it there: `fulfillment`, `self_service`.
    pub logistic: String,
    /// What the seller pays for it; none while the channel has not said.
    #[ts(type = "string | null")]
    pub seller_cost: Option<Decimal>,
}

/// Who bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SaleBuyer")]
pub struct Buyer {
    /// The channel's number of them.
    pub id: String,
    /// What they are called in the channel.
    pub nickname: String,
    /// Whom the invoice is for.
    pub identity: Identity,
}

/// What is known of whom the invoice is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "known", rename_all = "snake_case")]
#[ts(rename = "SaleIdentity")]
pub enum Identity {
    /// The channel gave it.
    Given(Box<Person>),
    /// The application may not ask for it.
    Forbidden,
    /// The channel is still working it out.
    Processing,
    /// The channel has none.
    Missing,
}

/// A person or a company, as the channel writes it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(rename = "SalePerson")]
pub struct Person {
    /// Whether it is a company; none where the channel doesn't say.
    pub company: Option<bool>,
    /// Kind of document, by the channel's name: `CC`, `NIT`.
    pub id_type: String,
    /// Its number, as it was written.
    pub id_number: String,
    /// First names, or the name of the company.
    pub name: String,
    /// Last names.
    pub last_name: String,
    /// Street and number.
    pub address: String,
    /// Name of the city.
    pub city: String,
    /// The channel's code of the state: `CO-ANT`.
    pub state: String,
    /// Name of the state.
    pub state_name: String,
    /// Country, `CO`.
    pub country: String,
    /// Empty where the channel gives none.
    pub email: String,
    /// Empty where the channel gives none.
    pub phone: String,
}

impl Sale {
    /// Paid for the goods, without what went back.
    pub fn paid(&self) -> Decimal {
        let standing = self.payments.iter().filter(|payment| payment.approved);
        standing
            .map(|payment| payment.amount - payment.refunded)
            .sum()
    }

    /// Paid for the shipping.
    pub fn shipping_paid(&self) -> Decimal {
        let standing = self.payments.iter().filter(|payment| payment.approved);
        standing.map(|payment| payment.shipping).sum()
    }

    /// What an invoice of it has to come to: all that was paid, by the buyer or by the channel in the
    /// buyer's place, without what went back. The shipping is in it where that is invoiced.
    pub fn owed(&self, with_shipping: bool) -> Decimal {
        let standing = self.payments.iter().filter(|payment| payment.approved);
        standing.map(|payment| payment.owed(with_shipping)).sum()
    }

    /// A sum over the payments that stand.
    pub fn sum(&self, part: impl Fn(&Payment) -> Decimal) -> Decimal {
        let standing = self.payments.iter().filter(|payment| payment.approved);
        standing.map(part).sum()
    }

    /// Whether the payments explain what the channel says was paid in all, to within `tolerance`. Channels
    /// differ in whether that sum has the shipping, taxes, surplus, coupons and payments that went back
    /// in it: each of them may be in it or not, and nothing else.
    pub fn is_explained(&self, tolerance: Decimal) -> bool {
        let Some(declared) = self.declared else {
            return true;
        };
        let gone = self.payments.iter().filter(|payment| !payment.approved);
        let parts = [
            self.sum(|payment| payment.shipping),
            self.sum(|payment| payment.taxes),
            self.sum(|payment| payment.overpaid),
            -self.sum(|payment| payment.coupon),
            gone.filter(|payment| !payment.refunded.is_zero())
                .map(|payment| payment.owed(true) + payment.refunded)
                .sum(),
        ];
        let goods = self.sum(|payment| payment.amount);
        (0_u32..1 << parts.len()).any(|chosen| {
            let with: Decimal = parts
                .iter()
                .enumerate()
                .filter(|(at, _)| chosen & (1 << at) != 0)
                .map(|(_, part)| *part)
                .sum();
            (goods + with - declared).abs() <= tolerance
        })
    }

    /// Prices times quantities.
    pub fn items_total(&self) -> Decimal {
        self.lines
            .iter()
            .map(|line| line.unit_price * line.quantity)
            .sum()
    }

    /// Units sold.
    pub fn units(&self) -> Decimal {
        self.lines.iter().map(|line| line.quantity).sum()
    }

    /// Whom it is for, as people read it.
    pub fn buyer_name(&self) -> String {
        match &self.buyer.identity {
            Identity::Given(person) => {
                let name = format!("{} {}", person.name, person.last_name);
                name.trim().to_owned()
            }
            Identity::Forbidden | Identity::Processing | Identity::Missing => {
                self.buyer.nickname.clone()
            }
        }
    }
}
