//! MercadoLibre, by its API (pages of 2026, and what was measured on live shops).

mod authorise;
mod client;
mod orders;
mod read;
mod search;
#[cfg(test)]
mod tests;
mod tokens;

pub use authorise::{Begun, auth_url, begin, begun_state, finish};
pub use client::DEFAULT_API;
pub use tokens::Renewals;

use crate::channel::{Channel, Piece};
use crate::model::Sale;
use crate::{Result, Room, accounts};
use client::Client;
use puente_core::Cancel;
use puente_net::Web;
use serde_json::Value;

pub(crate) const NAME: &str = "MercadoLibre";

/// A seller's account.
pub struct MercadoLibre {
    client: Client,
}

impl MercadoLibre {
    pub(crate) fn new(room: Room, account: accounts::Channel, web: Web) -> MercadoLibre {
        MercadoLibre {
            client: Client::new(room, account, web),
        }
    }
}

impl Channel for MercadoLibre {
    fn name(&self) -> &'static str {
        NAME
    }

    fn changed(
        &self,
        checkpoint: Option<Value>,
        cancel: &Cancel,
        take: &mut dyn FnMut(Piece) -> Result<()>,
    ) -> Result<()> {
        search::changed(&self.client, checkpoint, cancel, take)
    }

    fn sale(&self, key: &str, cancel: &Cancel) -> Result<Option<Sale>> {
        orders::sale(&self.client, key, cancel)
    }
}
