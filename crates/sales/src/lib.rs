//! From sale to invoice: sales of channels, homologated into invoices of ledgers, sent once, followed to
//! the tax authority; and what each of them earned.
//!
//! A channel is one implementation of [`channel::Channel`], a ledger one of [`ledger::Ledger`]; each has
//! a folder of its own. Between them stands [`homologate::homologate`], which is pure. Never two invoices
//! for one sale: see [`outbox`].

pub mod accept;
pub mod accounts;
pub mod attempts;
pub mod bills;
pub mod catalogue;
pub mod catalogues;
pub mod channel;
pub mod channels;
pub mod costs;
pub mod draft;
pub mod erp_costs;
mod error;
pub mod handlers;
pub mod homologate;
pub mod judge;
pub mod kinds;
pub mod ledger;
pub mod ledgers;
pub mod list;
pub mod mappings;
pub mod margin;
pub mod marks;
pub mod misfits;
pub mod model;
pub mod outbox;
pub mod quota;
mod read;
pub mod reason;
mod room;
pub mod rules;
pub mod sales;
mod sending;
pub mod state;
pub mod suggest;
mod syncing;
pub mod tasks;

pub use error::{Error, Result};
pub use homologate::homologate;
pub use reason::Reason;
pub use room::{Points, Room, Ways, Zone};
pub use rules::{MappingKind, Mappings, Rules};
pub use state::State;

/// Plain data of this crate always turns into JSON.
pub(crate) fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
