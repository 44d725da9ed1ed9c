//! An invoice in the books, and how it is shown while the DIAN thinks about it.

use crate::clouds::journal::InvoiceEffect;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What the DIAN says to invoices that are sent to it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dian {
    /// Accepts them.
    #[default]
    Accepts,
    /// Rejects them with these reasons.
    Rejects(Vec<String>),
    /// Says nothing: they stay in `Draft`.
    Silent,
}

/// How far an invoice is on its way to the DIAN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stamp {
    /// It was not sent: SIIGO shows no `stamp` at all.
    None,
    Draft,
    Accepted,
    Rejected(Vec<String>),
}

#[derive(Debug)]
pub(crate) struct Invoice {
    pub(crate) id: String,
    pub(crate) document_id: i64,
    pub(crate) number: i64,
    pub(crate) name: String,
    pub(crate) date: NaiveDate,
    pub(crate) customer: String,
    pub(crate) branch: i64,
    pub(crate) total: Decimal,
    pub(crate) created: DateTime<Utc>,
    pub(crate) updated: DateTime<Utc>,
    pub(crate) stamp: Stamp,
    pub(crate) annulled: bool,
    pub(crate) deleted: bool,
    pub(crate) has_credit_note: bool,
    /// As it was shown when it was made.
    pub(crate) document: Value,
}

impl Invoice {
    pub(crate) fn from_effect(at: DateTime<Utc>, effect: &InvoiceEffect) -> Self {
        let document = &effect.document;
        let stamped = effect.request["stamp"]["send"].as_bool() == Some(true);
        Invoice {
            id: effect.id.clone(),
            document_id: document["document"]["id"].as_i64().unwrap_or(0),
            number: document["number"].as_i64().unwrap_or(0),
            name: effect.name.clone(),
            date: document["date"]
                .as_str()
                .and_then(|text| text.parse().ok())
                .unwrap_or_else(|| at.date_naive()),
            customer: effect.customer.clone(),
            branch: document["customer"]["branch_office"].as_i64().unwrap_or(0),
            total: effect.total,
            created: at,
            updated: at,
            stamp: if stamped { Stamp::Draft } else { Stamp::None },
            annulled: false,
            deleted: false,
            has_credit_note: false,
            document: document.clone(),
        }
    }

    /// Lets the DIAN's answer arrive, when it is due.
    pub(crate) fn ripen(&mut self, now: DateTime<Utc>, dian: &Dian, after: TimeDelta) {
        if self.stamp != Stamp::Draft || now - self.created < after {
            return;
        }
        match dian {
            Dian::Silent => return,
            Dian::Accepts => self.stamp = Stamp::Accepted,
            Dian::Rejects(reasons) => self.stamp = Stamp::Rejected(reasons.clone()),
        }
        self.updated = now;
    }

    /// 96 hexadecimal digits, as the DIAN's codes are.
    pub(crate) fn cufe(&self) -> String {
        use sha2::{Digest as _, Sha384};
        use std::fmt::Write as _;
        Sha384::digest(&self.id)
            .iter()
            .fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            })
    }

    pub(crate) fn show(&self) -> Value {
        let mut document = self.document.clone();
        match &self.stamp {
            Stamp::None => {}
            Stamp::Draft => document["stamp"] = json!({"status": "Draft"}),
            Stamp::Accepted => {
                document["stamp"] = json!({
                    "status": "Accepted", "cufe": self.cufe(),
                    "observations": "Procesado correctamente",
                });
                document["public_url"] =
                    format!("https://siigo.example/documento/{}", self.id).into();
            }
            Stamp::Rejected(reasons) => {
                document["stamp"] = json!({
                    "status": "Rejected", "observations": "Documento con errores",
                    "errors": reasons.join("; "),
                });
            }
        }
        document["annulled"] = self.annulled.into();
        document["metadata"] = json!({
            "created": super::stamp_time(self.created),
            "last_updated": if self.updated == self.created {
                Value::Null
            } else {
                super::stamp_time(self.updated).into()
            },
        });
        document
    }

    /// Whether it may still be changed or deleted.
    pub(crate) fn is_free(&self) -> bool {
        matches!(self.stamp, Stamp::None) && !self.has_credit_note && !self.annulled
    }
}
