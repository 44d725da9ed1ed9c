//! What a ledger has to be able to do: one implementation in each folder of `ledgers`.

use crate::Result;
use crate::catalogue::Catalogue;
use crate::draft::{Customer, Draft};
use chrono::NaiveDate;
use puente_core::{Cancel, ProgressSink};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// A company's account in an accounting cloud.
pub trait Ledger: Send + Sync {
    /// As people call it: `SIIGO`.
    fn name(&self) -> &'static str;

    /// Whether the credentials are taken.
    ///
    /// # Errors
    /// [`crate::Error::Login`], and those of the way there.
    fn verify(&self, cancel: &Cancel) -> Result<()>;

    /// Everything that the ledger expects of a sale.
    ///
    /// # Errors
    /// Those of the ledger.
    fn catalogue(&self, cancel: &Cancel, progress: &dyn ProgressSink) -> Result<Catalogue>;

    /// Exactly what will be sent for a draft, with the mark by which it can be found again. Pure.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] for a number that can't be written exactly.
    fn compose(&self, draft: &Draft, marker: &str) -> Result<Value>;

    /// The mark by which it can be found again there, where the ledger does not keep the one that is
    /// `proposed`.
    fn marker(&self, _draft: &Draft, proposed: String) -> String {
        proposed
    }

    /// Whether several may be committed as sent before the first of them leaves: what a kill leaves in doubt of
    /// them has to be settled by sending the same again, whether or not it had left.
    fn leaves_together(&self) -> bool {
        false
    }

    /// Whether what was accepted is still on its way somewhere: to a tax authority, to files.
    fn follows(&self) -> bool {
        true
    }

    /// Finds a customer, or makes it. Making one twice makes one.
    ///
    /// # Errors
    /// Those of the ledger; [`Answer::Refused`] where it doesn't take the customer's data.
    fn ensure_customer(
        &self,
        customer: &Customer,
        cancel: &Cancel,
    ) -> Result<std::result::Result<(), Vec<Refusal>>>;

    /// Whether this machine's clock agrees with the ledger's, as it was last heard: an invoice carries the day
    /// of this machine. A ledger that was not heard yet agrees.
    ///
    /// # Errors
    /// [`crate::Error::Clock`].
    fn check_clock(&self) -> Result<()>;

    /// Sends what [`Ledger::compose`] gave under an idempotency key, once. Sending it again under the
    /// same key makes no second invoice.
    fn send(&self, key: &str, body: &str, cancel: &Cancel) -> Answer;

    /// Invoices that carry that mark, of a customer, made since that day.
    ///
    /// # Errors
    /// Those of the ledger.
    fn search(
        &self,
        customer: &str,
        since: NaiveDate,
        marker: &str,
        cancel: &Cancel,
    ) -> Result<Vec<Issued>>;

    /// An invoice as it stands; none when the ledger has none of that id.
    ///
    /// # Errors
    /// Those of the ledger.
    fn issued(&self, id: &str, cancel: &Cancel) -> Result<Option<Issued>>;

    /// The invoice of that printed number; none when there is none.
    ///
    /// # Errors
    /// Those of the ledger.
    fn issued_as(&self, number: &str, cancel: &Cancel) -> Result<Option<Issued>>;

    /// Why the tax authority rejected an invoice.
    ///
    /// # Errors
    /// Those of the ledger.
    fn stamp_errors(&self, id: &str, cancel: &Cancel) -> Result<Vec<String>>;

    /// The printed form, and the signed document. None while there is none.
    ///
    /// # Errors
    /// Those of the ledger.
    fn file(&self, id: &str, kind: FileKind, cancel: &Cancel) -> Result<Option<Vec<u8>>>;
}

/// A file of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// As it is printed.
    Pdf,
    /// As it was signed.
    Xml,
}

/// What came of sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The ledger has it.
    Accepted(Box<Issued>),
    /// The ledger had it before.
    There(Box<Issued>),
    /// The ledger refuses it: there is no invoice of it.
    Refused(Vec<Refusal>),
    /// It did not arrive, and can be sent later.
    NotNow {
        /// Why.
        why: Silence,
        /// Seconds to wait, where the ledger said so.
        wait: Option<u64>,
    },
    /// The credentials or the settings are wrong: nothing else will be taken either.
    Stop(Refusal),
    /// Nobody knows: it may have arrived.
    Unknown(Silence),
}

/// Why no answer came that says what became of a sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// What was said, or seen in its place, for people who look closer.
    pub said: String,
    /// The same as an error, with a way out.
    pub error: puente_core::Error,
}

impl From<crate::Error> for Silence {
    fn from(error: crate::Error) -> Silence {
        Silence {
            said: error.to_string(),
            error: error.into(),
        }
    }
}

impl Silence {
    /// Whether nobody answered, which is no single invoice's matter.
    pub(crate) fn is_of_the_way(&self) -> bool {
        use puente_core::Code;
        [
            Code::NetUnreachable,
            Code::NetTimeout,
            Code::NetTlsRefused,
            Code::NetTlsOld,
            Code::NetProxyRefused,
            Code::NetFailed,
        ]
        .contains(&self.error.code)
    }

    /// An answer of that status, which is none of the ledger's own.
    pub(crate) fn of(cloud: &'static str, status: u16, said: String) -> Silence {
        let error = if status == 429 || status >= 500 {
            crate::Error::Busy {
                cloud,
                status,
                wait: None,
            }
        } else {
            crate::Error::Unreadable {
                cloud,
                said: said.clone(),
            }
        };
        Silence {
            said: format!("{status}: {said}"),
            error: error.into(),
        }
    }
}

/// Why a ledger refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Refusal {
    /// The ledger's code.
    pub code: String,
    /// The field to mend, by the ledger's name; empty where it named none.
    pub field: String,
    /// What it said.
    pub message: String,
}

/// An invoice as a ledger has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "IssuedInvoice")]
pub struct Issued {
    /// The ledger's own id of it.
    pub id: String,
    /// As it is printed: `FV-2-22`.
    pub number: String,
    /// Its date.
    pub date: NaiveDate,
    /// Identification of its customer.
    pub customer: String,
    /// Its total.
    #[ts(type = "string")]
    pub total: Decimal,
    /// What is written on it.
    pub observations: String,
    /// How the tax authority took it, by the ledger's word; empty when it was not sent there.
    pub stamp: String,
    /// The tax authority's code; empty before.
    pub cufe: String,
    /// Where anyone can see it; empty where nobody can.
    pub public_url: String,
    /// Whether it was annulled.
    pub annulled: bool,
}
