//! What a person decides about a sale of which nobody knows whether it was invoiced.

use super::invoices;
use super::settle;
use super::table::{self, SendRow, SendState};
use crate::ledger::{Ledger, Refusal};
use crate::sales::{self, SaleId};
use crate::{Error, Result, Room};
use chrono::TimeDelta;
use puente_core::Cancel;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

/// A request that is so old is not under way any more: SIIGO answers within 120 seconds or never.
const UNDER_WAY: TimeDelta = TimeDelta::seconds(130);

/// What is to become of an uncertain sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "decision", rename_all = "snake_case")]
#[ts(rename = "SaleDecision")]
pub enum Decision {
    /// There is no invoice: it may be sent again, under a new key. The ledger is searched once more first.
    Again,
    /// It is this invoice, by its printed number. The ledger is asked for it.
    Linked {
        /// `FV-2-22`.
        invoice: String,
    },
    /// There is no invoice, and Puente is to make none: somebody does it by hand.
    Dropped,
}

/// Does what a person decided. Whatever they decided: an invoice that carries the sale's mark is its invoice.
///
/// # Errors
/// [`Error::WrongState`] when it is not uncertain, or what was sent may still be under way;
/// [`Error::NotFound`] when the ledger has no such invoice, [`Error::Invalid`] when it is of another
/// customer or of another sale; those of the ledger.
pub fn decide(
    room: &Room,
    ledger: &dyn Ledger,
    sale: SaleId,
    decision: &Decision,
    cancel: &Cancel,
) -> Result<()> {
    let send = table::of_sale(&room.state, sale)?
        .into_iter()
        .find(|send| send.state == SendState::Uncertain)
        .ok_or_else(|| wrong(room, sale))?;
    let found = settle::search(
        ledger,
        &send.customer,
        &send.marker,
        send.created_at,
        cancel,
    )?;
    if let Some(issued) = found.iter().find(|issued| !issued.annulled) {
        return invoices::accept(&room.state, &send, issued, "found", room.clock.now());
    }
    match decision {
        Decision::Linked { invoice } => link(room, ledger, &send, invoice, cancel),
        Decision::Again | Decision::Dropped => {
            let under_way = send
                .sent_at
                .is_some_and(|at| room.clock.now() - at < UNDER_WAY);
            if under_way {
                return Err(Error::WrongState {
                    sale,
                    state: "under_way",
                });
            }
            let code = match decision {
                Decision::Dropped => "dropped_by_hand",
                Decision::Again | Decision::Linked { .. } => "no_invoice_found",
            };
            let refusal = Refusal {
                code: code.to_owned(),
                field: String::new(),
                message: String::new(),
            };
            table::refused(&room.state, &send, &[refusal], room.clock.now())?;
            tell(room, sale, decision)
        }
    }
}

fn link(
    room: &Room,
    ledger: &dyn Ledger,
    send: &SendRow,
    invoice: &str,
    cancel: &Cancel,
) -> Result<()> {
    let issued = ledger
        .issued_as(invoice, cancel)?
        .ok_or_else(|| Error::not_found("invoice", invoice))?;
    if issued.customer != send.customer {
        return Err(Error::invalid("invoice", "other_customer"));
    }
    if issued.annulled {
        return Err(Error::invalid("invoice", "annulled"));
    }
    let id = issued.id.clone();
    let ledger_id = send.ledger_id;
    let taken = room.state.read(|conn| {
        conn.prepare_cached("SELECT 1 FROM sale_invoice WHERE ledger_id = ?1 AND invoice_id = ?2")?
            .exists((ledger_id, &id))
            .map_err(puente_store::Error::from)
    })?;
    if taken {
        return Err(Error::invalid("invoice", "of_another_sale"));
    }
    invoices::accept(&room.state, send, &issued, "linked", room.clock.now())
}

fn wrong(room: &Room, sale: SaleId) -> Error {
    match sales::get(&room.state, sale) {
        Ok(row) => Error::WrongState {
            sale,
            state: row.state.as_str(),
        },
        Err(error) => error,
    }
}

fn tell(room: &Room, sale: SaleId, decision: &Decision) -> Result<()> {
    let (decision, now) = (json!(decision), room.clock.now());
    room.state
        .write(move |tx| sales::tell(tx, sale, now, "decided", &decision))
}
