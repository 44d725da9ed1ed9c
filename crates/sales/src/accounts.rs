//! Where sales come from and where invoices go.

mod channels;
mod ledgers;

pub use crate::kinds::{ChannelKind, LedgerKind};
pub use channels::{
    Channel, ChannelState, channel, channels, find_channel, keep_channel, keep_database,
    set_channel_contact, set_channel_state, set_rules, set_seller,
};
pub use ledgers::{
    Ledger, find_ledger, insert_ledger, ledger, ledger_secret, ledgers, remove_ledger,
    set_ledger_contact, update_ledger,
};

use chrono::{DateTime, Utc};
use puente_store::time;
use rusqlite::Row;

/// Row id of a ledger.
pub type LedgerId = i64;
/// Row id of a channel.
pub type ChannelId = i64;

pub(crate) fn moment(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<DateTime<Utc>>> {
    let text: Option<String> = row.get(column)?;
    Ok(text.and_then(|text| time::from_text(&text).ok()))
}

fn error(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<puente_core::Error>> {
    let text: Option<String> = row.get(column)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}
