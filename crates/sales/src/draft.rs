//! What is to be invoiced: everything that any ledger needs, worked out.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An invoice to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SaleDraft")]
pub struct Draft {
    /// Type of document.
    pub document_type: i64,
    /// Its date, of Colombia.
    pub date: NaiveDate,
    /// Who sells.
    pub seller: i64,
    /// Cost centre, where one is given.
    pub cost_center: Option<i64>,
    /// Whom it is for.
    pub customer: Customer,
    /// What was sold.
    pub lines: Vec<DraftLine>,
    /// How it is paid: the sum is the total.
    pub payments: Vec<DraftPayment>,
    /// Before taxes.
    #[ts(type = "string")]
    pub base: Decimal,
    /// Taxes.
    #[ts(type = "string")]
    pub tax: Decimal,
    /// With taxes, as the ledger will work it out.
    #[ts(type = "string")]
    pub total: Decimal,
    /// What was paid for what is invoiced here, by the buyer or by the channel in the buyer's place.
    #[ts(type = "string")]
    pub paid: Decimal,
    /// What is written on it; the mark by which it can be found again is added when it is sent.
    pub observations: String,
    /// Whether it goes to the tax authority at once.
    pub stamp: bool,
    /// Whether the ledger mails it.
    pub mail: bool,
    /// What is reported of a document that was issued elsewhere; none where the ledger issues it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
}

/// A document that was issued elsewhere, in the words of the tax authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SaleReport")]
pub struct Report {
    /// Code of its kind: `006`.
    pub code: String,
    /// Point of sale, four digits.
    pub point: String,
    /// Number, twelve digits.
    pub number: String,
    /// Hour at which it was issued: `12:17:00`.
    pub hour: String,
    /// How it was paid: one way for the whole document.
    pub method: String,
}

/// A line of an invoice to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SaleDraftLine")]
pub struct DraftLine {
    /// Code of the product.
    pub code: String,
    /// What is written.
    pub description: String,
    /// How many, two decimals at most.
    #[ts(type = "string")]
    pub quantity: Decimal,
    /// Of one, six decimals at most.
    #[ts(type = "string")]
    pub price: Decimal,
    /// Whether the price has its tax in it.
    pub with_tax: bool,
    /// Number of its tax.
    pub tax_id: Option<i64>,
    /// Parts in a hundred of its tax.
    #[ts(type = "string")]
    pub tax_rate: Decimal,
    /// The warehouse that it leaves.
    pub warehouse: Option<i64>,
    /// Before tax.
    #[ts(type = "string")]
    pub base: Decimal,
    /// Tax.
    #[ts(type = "string")]
    pub tax: Decimal,
    /// With tax.
    #[ts(type = "string")]
    pub total: Decimal,
    /// Group of goods, where the ledger wants it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
}

/// A payment of an invoice to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SaleDraftPayment")]
pub struct DraftPayment {
    /// Number of the payment.
    pub id: i64,
    /// How much.
    #[ts(type = "string")]
    pub value: Decimal,
    /// When it is due, where it has to say so.
    pub due_date: Option<NaiveDate>,
}

/// Whom an invoice is for, in the words of Colombia's tax authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "SaleCustomer")]
pub struct Customer {
    /// Whether it is a company.
    pub company: bool,
    /// Code of the kind of document: 13, 31.
    pub id_type: String,
    /// Number of the document, without check digit.
    pub identification: String,
    /// Check digit, of a NIT.
    pub check_digit: Option<String>,
    /// First and last names, or the name of the company alone.
    pub name: Vec<String>,
    /// Street.
    pub address: String,
    /// Department, two digits of DANE.
    pub state_code: String,
    /// City, five digits of DANE.
    pub city_code: String,
    /// Up to ten digits.
    pub phone: String,
    /// E-mail.
    pub email: String,
}
