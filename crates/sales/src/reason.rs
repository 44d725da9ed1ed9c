//! Why a sale can't be invoiced, and what to mend.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One thing that stands in the way. Its text is looked up by `reason` where it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[ts(rename = "SaleReason")]
pub enum Reason {
    /// The channel account has no ledger, or its catalogue was never fetched.
    NoCatalogue,
    /// A value that the ledger demands was not chosen.
    NotChosen {
        /// Name of the rule: `document_type`, `seller`, `payment`, `cost_center`.
        field: String,
    },
    /// A value that was chosen is not in the catalogue any more, or may not be used.
    NotInCatalogue {
        /// Name of the rule or mapping.
        field: String,
        /// What was chosen.
        value: String,
    },
    /// The type of document wants numbers from whoever sends it, which can't be kept apart safely.
    ManualNumber {
        /// Its name.
        document: String,
    },
    /// Not all of it is paid.
    NotPaid {
        /// The order.
        order: String,
    },
    /// Part of the money went back.
    Refunded,
    /// The channel left out what is needed.
    Incomplete {
        /// By the channel's names.
        parts: String,
    },
    /// It has no lines.
    Empty,
    /// It is not in the currency of the ledger.
    Currency {
        /// Its currency.
        currency: String,
    },
    /// A product is mapped to nothing.
    UnmappedProduct {
        /// The seller's code, or the channel's number where there is none.
        sku: String,
        /// What it is called.
        title: String,
    },
    /// A tax is mapped to nothing.
    UnmappedTax {
        /// The seller's code.
        sku: String,
    },
    /// A way to pay is mapped to nothing.
    UnmappedPayment {
        /// As the channel names it.
        method: String,
    },
    /// The application may not ask for buyers' fiscal data.
    IdentityForbidden,
    /// The channel is still working the buyer's fiscal data out.
    IdentityProcessing,
    /// The buyer has no document.
    MissingTaxId,
    /// A kind of document is mapped to nothing.
    UnmappedIdType {
        /// As the channel names it.
        id_type: String,
    },
    /// A document can't be right.
    BadTaxId {
        /// Its kind.
        id_type: String,
        /// As it was written.
        number: String,
    },
    /// A city is unknown.
    UnknownCity {
        /// The key under which it can be mapped.
        key: String,
        /// As the channel writes it.
        city: String,
        /// Name of the state.
        state: String,
    },
    /// A value that the ledger demands of a customer is nowhere.
    MissingContact {
        /// `email`, `phone`, `address`.
        field: String,
    },
    /// A value of a customer is not one that the ledger takes.
    BadContact {
        /// `email`, `phone`.
        field: String,
        /// As it was written.
        value: String,
    },
    /// A value of a customer is longer than the ledger takes, and cutting it would make it another.
    TooLong {
        /// `name`, `address`, `email`.
        field: String,
        /// How many letters it takes.
        limit: usize,
    },
    /// A price or quantity has more decimals than the ledger takes.
    TooPrecise {
        /// The seller's code.
        sku: String,
    },
    /// More lines than the ledger takes.
    TooManyLines {
        /// How many it takes.
        limit: usize,
    },
    /// The invoice would not be what was paid.
    TotalDiffers {
        /// What the invoice would be.
        #[ts(type = "string")]
        total: Decimal,
        /// What was paid for what would be invoiced, taxes beside the price and surplus included.
        #[ts(type = "string")]
        paid: Decimal,
        /// Taxes that the buyer paid beside the price.
        #[serde(default)]
        #[ts(as = "Option<String>", optional)]
        taxes: Decimal,
        /// Paid beyond price, shipping and taxes.
        #[serde(default)]
        #[ts(as = "Option<String>", optional)]
        overpaid: Decimal,
    },
    /// What the channel says was paid is not what its payments come to.
    PaymentsDiffer {
        /// What it says was paid.
        #[ts(type = "string")]
        declared: Decimal,
        /// What the payments come to, with everything in them.
        #[ts(type = "string")]
        found: Decimal,
    },
    /// Something of the document that the source issued can't be reported as it stands.
    Document {
        /// What: `kind`, `number`, `copies`, `value`, `none`.
        field: String,
        /// As the source has it.
        value: String,
    },
    /// One of its orders is in another sale that was sent.
    OrderElsewhere {
        /// The order.
        order: String,
        /// The sale.
        sale: String,
    },
    /// The ledger refused it.
    Refused {
        /// The ledger's code: `invalid_total_payments`.
        code: String,
        /// The field to mend, by the ledger's name; empty where it named none.
        field: String,
        /// What the ledger said.
        message: String,
    },
}

impl Reason {
    /// Its name, as on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Reason::NoCatalogue => "no_catalogue",
            Reason::NotChosen { .. } => "not_chosen",
            Reason::NotInCatalogue { .. } => "not_in_catalogue",
            Reason::ManualNumber { .. } => "manual_number",
            Reason::NotPaid { .. } => "not_paid",
            Reason::Refunded => "refunded",
            Reason::Incomplete { .. } => "incomplete",
            Reason::Empty => "empty",
            Reason::Currency { .. } => "currency",
            Reason::UnmappedProduct { .. } => "unmapped_product",
            Reason::UnmappedTax { .. } => "unmapped_tax",
            Reason::UnmappedPayment { .. } => "unmapped_payment",
            Reason::IdentityForbidden => "identity_forbidden",
            Reason::IdentityProcessing => "identity_processing",
            Reason::MissingTaxId => "missing_tax_id",
            Reason::UnmappedIdType { .. } => "unmapped_id_type",
            Reason::BadTaxId { .. } => "bad_tax_id",
            Reason::UnknownCity { .. } => "unknown_city",
            Reason::MissingContact { .. } => "missing_contact",
            Reason::BadContact { .. } => "bad_contact",
            Reason::TooLong { .. } => "too_long",
            Reason::TooPrecise { .. } => "too_precise",
            Reason::TooManyLines { .. } => "too_many_lines",
            Reason::TotalDiffers { .. } => "total_differs",
            Reason::Document { .. } => "document",
            Reason::PaymentsDiffer { .. } => "payments_differ",
            Reason::OrderElsewhere { .. } => "order_elsewhere",
            Reason::Refused { .. } => "refused",
        }
    }

    /// Whether a person may decide that the sale is invoiced all the same.
    pub fn may_be_accepted(&self) -> bool {
        matches!(
            self,
            Reason::TotalDiffers { .. } | Reason::PaymentsDiffer { .. }
        )
    }

    /// Whether it passes by itself, without anyone mending anything.
    pub fn passes(&self) -> bool {
        matches!(
            self,
            Reason::NotPaid { .. } | Reason::IdentityProcessing | Reason::Incomplete { .. }
        )
    }
}
