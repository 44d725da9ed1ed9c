//! The kinds of ledgers and channels that there are.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which cloud a ledger is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LedgerKind {
    /// SIIGO Nube: invoices are made there.
    #[default]
    Siigo,
    /// Solar: documents that a point of sale has issued are reported there.
    Solar,
}

impl LedgerKind {
    /// As stored and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            LedgerKind::Siigo => "siigo",
            LedgerKind::Solar => "solar",
        }
    }

    /// Whether what waits in a local database is told as soon as it is read: it was issued already, and
    /// nobody has to look at it first.
    pub fn is_told_at_once(self) -> bool {
        match self {
            LedgerKind::Siigo => false,
            LedgerKind::Solar => true,
        }
    }

    pub(crate) fn parse(text: &str) -> LedgerKind {
        match text {
            "solar" => LedgerKind::Solar,
            _ => LedgerKind::Siigo,
        }
    }
}

/// Where a channel's sales come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "SalesChannelKind")]
pub enum ChannelKind {
    /// A seller's account in MercadoLibre.
    #[default]
    Mercadolibre,
    /// A local database.
    Database,
}

impl ChannelKind {
    /// As stored and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            ChannelKind::Mercadolibre => "mercadolibre",
            ChannelKind::Database => "database",
        }
    }

    /// Whether its source can be told what was taken.
    pub fn is_marked(self) -> bool {
        match self {
            ChannelKind::Mercadolibre => false,
            ChannelKind::Database => true,
        }
    }

    pub(crate) fn parse(text: &str) -> ChannelKind {
        match text {
            "database" => ChannelKind::Database,
            _ => ChannelKind::Mercadolibre,
        }
    }
}
