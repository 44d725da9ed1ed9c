//! The outbox: never two invoices for one sale.
//!
//! A sending is a row before it is a request. The row holds the idempotency key and exactly what goes
//! out; it becomes `sent` in a commit of its own before anything leaves, so that an `intent` has never
//! left and a `sent` one may have. No answer makes it `uncertain`, and an uncertain one is settled under
//! the same key, then by looking for its mark in the ledger, then by a person. A new key is given only
//! after a refusal that is certain; the database holds at most one sending of a sale that is not refused.

mod decide;
mod invoices;
mod send;
mod settle;
mod table;

pub use decide::{Decision, decide};
pub use invoices::{InvoiceRow, awaiting_stamp, invoice};
pub use send::{Sender, Sent};
pub(crate) use settle::settle_all;
pub use settle::{Followed, follow};
pub use table::{SendRow, SendState, of_sale, settled_doubts};

use crate::accounts::{self, Channel, Ledger};
use crate::draft::Draft;
use crate::judge::Measure;
use crate::model::Sale;
use crate::sales::SaleId;
use crate::{Result, Room};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Length of a key: SIIGO takes 30 letters and digits.
const KEY_LENGTH: usize = 30;
/// Sales one after another of which the ledger says nothing, before the others are not tried either.
pub(crate) const VAIN: u32 = 3;
/// Length of a mark.
const MARK_LENGTH: usize = 20;

/// The idempotency key of an attempt at invoicing a sale. It depends on nothing but who sells, what was
/// sold, and how often it was refused: a data folder that was lost and made anew gives the same.
pub(crate) fn key(ledger: &Ledger, channel: &Channel, sale: &str, version: i64) -> String {
    hash(
        &identity(ledger, channel, sale, &version.to_string()),
        KEY_LENGTH,
    )
}

/// The mark by which an invoice of a sale can be found in the ledger, whatever its key was.
pub(crate) fn marker(ledger: &Ledger, channel: &Channel, sale: &str) -> String {
    let hash = hash(&identity(ledger, channel, sale, "mark"), MARK_LENGTH);
    format!("PUENTE:{hash}")
}

fn identity(ledger: &Ledger, channel: &Channel, sale: &str, last: &str) -> String {
    let (base, user) = (ledger.base_url.trim_end_matches('/'), &ledger.user);
    let (site, seller) = (&channel.site, &channel.seller_id);
    let kind = channel.kind.as_str();
    format!("{base}|{user}|{kind}|{site}|{seller}|{sale}|{last}")
}

/// Exactly what would be sent for a draft now, and under which key; none while the channel has no ledger.
///
/// # Errors
/// Those of the store; [`crate::Error::Invalid`] for a number that can't be written exactly.
pub fn preview(
    room: &Room,
    measure: &Measure,
    sale: SaleId,
    body: &Sale,
    draft: &Draft,
) -> Result<Option<(Value, String)>> {
    let Some(ledger) = measure.channel.ledger_id else {
        return Ok(None);
    };
    let ledger = accounts::ledger(&room.state, ledger)?;
    let marker = marker(&ledger, &measure.channel, &body.key);
    let (version, _) = room.state.read(|conn| table::next_version(conn, sale))?;
    let key = key(&ledger, &measure.channel, &body.key, version);
    Ok(Some((
        crate::ledgers::compose(&ledger, draft, &marker)?,
        key,
    )))
}

/// SHA-256 in base 36.
fn hash(text: &str, length: usize) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut bytes = Sha256::digest(text.as_bytes()).to_vec();
    let mut out = String::with_capacity(length);
    // Long division by 36, least digit first; 256 bits are 49 digits.
    while out.len() < length {
        let mut rest = 0_u32;
        for byte in &mut bytes {
            let whole = rest * 256 + u32::from(*byte);
            *byte = u8::try_from(whole / 36).unwrap_or(u8::MAX);
            rest = whole % 36;
        }
        out.push(char::from(DIGITS[rest as usize % 36]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_thirty_letters_and_digits_and_differ_by_version() {
        let one = hash("a|1", KEY_LENGTH);
        let other = hash("a|2", KEY_LENGTH);
        assert_ne!(one, other);
        assert_eq!(one, hash("a|1", KEY_LENGTH));
        assert!(one.len() == 30 && one.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}
