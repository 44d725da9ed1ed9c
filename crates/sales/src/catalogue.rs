//! What a ledger expects of a sale: its document types, payments, taxes, people, places, products.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use ts_rs::TS;

/// How a type of document takes discounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DiscountType {
    /// As a part in a hundred.
    Percentage,
    /// As an amount.
    Value,
}

/// A type of document, with the rules that follow from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DocumentType {
    /// The ledger's number of it.
    pub id: i64,
    /// Its code.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// Whether it may be used.
    pub active: bool,
    /// Whether the ledger numbers it: otherwise each invoice has to bring its number.
    pub automatic_number: bool,
    /// The next number, where the ledger says it.
    pub next_number: Option<i64>,
    /// Whether totals keep their cents.
    pub decimals: bool,
    /// How discounts are given.
    pub discount_type: DiscountType,
    /// Whether a cost centre may be given.
    pub cost_center: bool,
    /// Whether a cost centre has to be given.
    pub cost_center_mandatory: bool,
    /// The cost centre that stands where none is given.
    pub cost_center_default: Option<i64>,
    /// Whether it goes to the tax authority.
    pub electronic: bool,
    /// As the ledger names it: `ElectronicInvoice`.
    pub electronic_type: String,
    /// Before its number.
    pub prefix: String,
}

/// A way to be paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PaymentType {
    /// The ledger's number of it.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// As the ledger names it: `Cartera`.
    pub kind: String,
    /// Whether it may be used.
    pub active: bool,
    /// Whether a day has to be given on which it is due.
    pub due_date: bool,
}

/// A tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Tax {
    /// The ledger's number of it.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// As the ledger names it: `IVA`.
    pub kind: String,
    /// Parts in a hundred.
    #[ts(type = "string")]
    pub percentage: Decimal,
    /// Whether it may be used.
    pub active: bool,
}

/// A seller, a warehouse or a cost centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Named {
    /// The ledger's number of it.
    pub id: i64,
    /// Its code; empty where it has none.
    #[serde(default)]
    pub code: String,
    /// What it is called.
    pub name: String,
    /// Whether it may be used.
    pub active: bool,
}

/// A product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Product {
    /// Its code, which invoices name it by.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// Whether it may be used.
    pub active: bool,
    /// Whether it is subject to a tax at all; none where the ledger doesn't say.
    pub taxed: Option<bool>,
    /// Numbers of its taxes.
    pub taxes: Vec<i64>,
}

/// All of it. A list that has never been fetched is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are those of the types")]
pub struct Catalogue {
    pub document_types: Vec<DocumentType>,
    pub payment_types: Vec<PaymentType>,
    pub taxes: Vec<Tax>,
    pub sellers: Vec<Named>,
    pub warehouses: Vec<Named>,
    pub cost_centers: Vec<Named>,
    pub products: Vec<Product>,
    /// When it was fetched; none when it never was.
    pub fetched_at: Option<DateTime<Utc>>,
    /// Where each product stands, by its code in lower case.
    #[serde(skip)]
    pub(crate) index: HashMap<String, usize>,
}

impl Catalogue {
    /// Makes products quick to find. To be called when the list has changed.
    pub fn index(&mut self) {
        self.index = self
            .products
            .iter()
            .enumerate()
            .map(|(at, product)| (product.code.to_lowercase(), at))
            .collect();
    }

    /// The product of that code, whatever its case.
    pub fn product(&self, code: &str) -> Option<&Product> {
        let at = match self.index.get(code) {
            Some(at) => *at,
            None => *self.index.get(&code.to_lowercase())?,
        };
        self.products.get(at)
    }

    /// The type of document of that number.
    pub fn document_type(&self, id: i64) -> Option<&DocumentType> {
        self.document_types.iter().find(|kind| kind.id == id)
    }

    /// The payment of that number.
    pub fn payment_type(&self, id: i64) -> Option<&PaymentType> {
        self.payment_types.iter().find(|kind| kind.id == id)
    }

    /// The tax of that number.
    pub fn tax(&self, id: i64) -> Option<&Tax> {
        self.taxes.iter().find(|tax| tax.id == id)
    }
}
