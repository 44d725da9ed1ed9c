//! Solar, which is told what points of sale have sold. The contract is the one that the office's program
//! before this one spoke; what it does not say (how long a token lives, limits, other answers) is taken
//! carefully: a token is kept until it is refused, documents go one by one, and an answer that is not
//! understood counts as none.

mod client;
mod document;
mod draft;

pub use client::{Solar, Tokens};
pub use document::compose;
pub use draft::draft;

use crate::accounts::{self, LedgerKind};
use crate::catalogue::Catalogue;
use crate::draft::{Customer, Draft};
use crate::ledger::{Answer, FileKind, Issued, Ledger, Refusal};
use crate::{Error, Result};
use chrono::NaiveDate;
use puente_core::{Cancel, ProgressSink};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) const NAME: &str = "Solar";
/// Where the API is.
pub const DEFAULT_URL: &str = "https://conectados.fortinmaure.com.ar/SolutionsRE_BackEnd/api";
/// The point of sale of every document, as long as the office names no other.
pub const DEFAULT_POINT: &str = "0001";
/// Requests a minute: what Solar takes is not known, and nothing is counted.
const PER_MINUTE: u32 = 1000;

/// What only Solar needs to know of a company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// `IdCliente`: six digits.
    pub client: String,
    /// `PtoVenta`: four digits.
    pub point: String,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            client: String::new(),
            point: DEFAULT_POINT.to_owned(),
        }
    }
}

impl Settings {
    /// Those of an account; what is missing is at its default.
    pub fn of(account: &accounts::Ledger) -> Settings {
        serde_json::from_value(account.settings.clone()).unwrap_or_default()
    }

    /// A new account of that company.
    pub fn account(&self, name: &str, base_url: &str, user: &str) -> accounts::Ledger {
        accounts::Ledger {
            id: 0,
            name: name.to_owned(),
            kind: LedgerKind::Solar,
            settings: json!(self),
            base_url: base_url.to_owned(),
            user: user.to_owned(),
            partner_id: String::new(),
            per_minute: PER_MINUTE,
            secret_name: String::new(),
            checked_at: None,
            last_error: None,
        }
    }

    /// Whether they can be right.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn check(&self) -> Result<()> {
        let digits = |text: &str, count: usize| {
            text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(&self.client, 6) {
            return Err(Error::invalid("client_id", "000000..999999"));
        }
        if !digits(&self.point, 4) {
            return Err(Error::invalid("point", "0000..9999"));
        }
        Ok(())
    }
}

impl Ledger for Solar {
    fn name(&self) -> &'static str {
        NAME
    }

    fn verify(&self, cancel: &Cancel) -> Result<()> {
        self.sign_in_again(cancel)
    }

    /// Solar expects nothing that it would tell.
    fn catalogue(&self, _: &Cancel, _: &dyn ProgressSink) -> Result<Catalogue> {
        Ok(Catalogue {
            fetched_at: Some(self.now()),
            ..Catalogue::default()
        })
    }

    fn compose(&self, draft: &Draft, _: &str) -> Result<Value> {
        document::compose(draft, self.settings())
    }

    /// A document carries its own number, and nothing else would be kept.
    fn marker(&self, draft: &Draft, proposed: String) -> String {
        draft.report.as_ref().map_or(proposed, document::identity)
    }

    /// Solar tells a document that it has from one that it hasn't by itself.
    fn leaves_together(&self) -> bool {
        true
    }

    fn ensure_customer(
        &self,
        _: &Customer,
        _: &Cancel,
    ) -> Result<std::result::Result<(), Vec<Refusal>>> {
        Ok(Ok(()))
    }

    /// A document carries the day it was issued on, which the local database tells.
    fn check_clock(&self) -> Result<()> {
        Ok(())
    }

    fn send(&self, _: &str, body: &str, cancel: &Cancel) -> Answer {
        document::send(self, body, cancel)
    }

    /// Nothing can be looked up there; sending the same document again says whether it is there.
    fn search(&self, _: &str, _: NaiveDate, _: &str, _: &Cancel) -> Result<Vec<Issued>> {
        Ok(Vec::new())
    }

    fn follows(&self) -> bool {
        false
    }

    fn issued(&self, _: &str, _: &Cancel) -> Result<Option<Issued>> {
        Ok(None)
    }

    fn issued_as(&self, _: &str, _: &Cancel) -> Result<Option<Issued>> {
        Ok(None)
    }

    fn stamp_errors(&self, _: &str, _: &Cancel) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn file(&self, _: &str, _: FileKind, _: &Cancel) -> Result<Option<Vec<u8>>> {
        Ok(None)
    }
}
