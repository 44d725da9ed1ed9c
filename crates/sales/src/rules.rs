//! What an office chose for the sales of one channel account, and what they are mapped to.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use ts_rs::TS;

/// How sales of a channel account become invoices. Numbers are those of the ledger's catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(rename = "SaleRules", optional_fields = nullable)]
pub struct Rules {
    /// Type of document.
    pub document_type: Option<i64>,
    /// Who sells.
    pub seller: Option<i64>,
    /// Cost centre.
    pub cost_center: Option<i64>,
    /// The warehouse that goods leave.
    pub warehouse: Option<i64>,
    /// The payment of ways to pay that are not mapped.
    pub payment: Option<i64>,
    /// The tax of products that the ledger says nothing of.
    pub tax: Option<i64>,
    /// Whether prices of the channel have their tax in them.
    #[ts(as = "Option<bool>", optional)]
    pub prices_with_tax: bool,
    /// Whether a seller's code that is the code of a product needs no mapping.
    #[ts(as = "Option<bool>", optional)]
    pub sku_is_code: bool,
    /// The product that stands for every one that is not mapped; empty: such a sale waits.
    #[ts(as = "Option<String>", optional)]
    pub generic_product: String,
    /// The product that shipping paid by the buyer is invoiced as; empty: it is not invoiced.
    #[ts(as = "Option<String>", optional)]
    pub shipping_product: String,
    /// Whether buyers without a document are invoiced as final consumers (222222222222).
    #[ts(as = "Option<bool>", optional)]
    pub final_consumer: bool,
    /// Where the channel gives no e-mail.
    #[ts(as = "Option<String>", optional)]
    pub email: String,
    /// Where the channel gives no telephone, up to ten digits.
    #[ts(as = "Option<String>", optional)]
    pub phone: String,
    /// Where the channel gives no street.
    #[ts(as = "Option<String>", optional)]
    pub address: String,
    /// Where the channel gives no city: five digits of DANE.
    #[ts(as = "Option<String>", optional)]
    pub city: String,
    /// How far the invoice may be from what was paid: 1.00 at first.
    #[ts(type = "string", optional)]
    pub tolerance: Decimal,
    /// Days until a payment that needs a day is due.
    #[ts(as = "Option<u16>", optional)]
    pub due_days: u16,
    /// Whether it goes to the tax authority at once: legal, and not to be taken back.
    #[ts(as = "Option<bool>", optional)]
    pub stamp: bool,
    /// Whether the ledger mails it to the buyer.
    #[ts(as = "Option<bool>", optional)]
    pub mail: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            document_type: None,
            seller: None,
            cost_center: None,
            warehouse: None,
            payment: None,
            tax: None,
            prices_with_tax: true,
            sku_is_code: true,
            generic_product: String::new(),
            shipping_product: String::new(),
            final_consumer: false,
            email: String::new(),
            phone: String::new(),
            address: String::new(),
            city: String::new(),
            tolerance: Decimal::ONE,
            due_days: 0,
            stamp: false,
            mail: false,
        }
    }
}

/// What is mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "MappingKind")]
pub enum MappingKind {
    /// A seller's code to the code of a product.
    Product,
    /// A way to pay to the number of a payment.
    Payment,
    /// A seller's code to the number of a tax, or to `none`.
    Tax,
    /// `CO-ANT/medellin` to five digits of DANE.
    City,
    /// A kind of document to the ledger's code of it.
    IdType,
}

impl MappingKind {
    /// All of them.
    pub const ALL: [MappingKind; 5] = [
        MappingKind::Product,
        MappingKind::Payment,
        MappingKind::Tax,
        MappingKind::City,
        MappingKind::IdType,
    ];

    /// As stored and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            MappingKind::Product => "product",
            MappingKind::Payment => "payment",
            MappingKind::Tax => "tax",
            MappingKind::City => "city",
            MappingKind::IdType => "id_type",
        }
    }

    /// The kind of that name.
    pub fn parse(text: &str) -> Option<MappingKind> {
        MappingKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// All mappings of a channel account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mappings(HashMap<MappingKind, HashMap<String, String>>);

impl Mappings {
    /// Maps `source` to `target`.
    pub fn set(&mut self, kind: MappingKind, source: &str, target: &str) {
        self.0
            .entry(kind)
            .or_default()
            .insert(source.to_owned(), target.to_owned());
    }

    /// What `source` is mapped to.
    pub fn get(&self, kind: MappingKind, source: &str) -> Option<&str> {
        self.0.get(&kind)?.get(source).map(String::as_str)
    }

    /// Those of one kind.
    pub fn of(&self, kind: MappingKind) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .get(&kind)
            .into_iter()
            .flatten()
            .map(|(source, target)| (source.as_str(), target.as_str()))
    }
}
