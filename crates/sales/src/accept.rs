//! A person's decision that a sale is invoiced although its amounts differ.
//!
//! It is an event in the history of the sale, with the amounts and the reason that were seen: other amounts
//! stand in the way again.

use crate::reason::Reason;
use crate::sales::{self, SaleId};
use crate::state::State;
use crate::{Error, Result, Room, handlers};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

/// The event's name.
const ACCEPTED: &str = "difference_accepted";
/// Longest explanation.
const NOTE: usize = 500;

/// The differences that were last accepted of a sale.
pub(crate) fn of(conn: &Connection, id: SaleId) -> Result<Vec<Reason>> {
    let detail: Option<String> = conn
        .prepare_cached(
            "SELECT detail FROM sale_event WHERE sale_id = ?1 AND kind = ?2 \
             ORDER BY id DESC LIMIT 1",
        )?
        .query_row(params![id, ACCEPTED], |row| row.get(0))
        .optional()?;
    let detail: Value = detail
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    Ok(serde_json::from_value(detail["reasons"].clone()).unwrap_or_default())
}

/// Accepts the differences that stand in the way of a sale as they are now, and judges it again. `note` says
/// why, for whoever reads its history. Gives what was accepted.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::WrongState`] when something else stands in its way, or nothing;
/// [`Error::Invalid`] without a note of up to 500 letters.
pub fn accept(room: &Room, id: SaleId, note: &str) -> Result<Vec<Reason>> {
    let note = note.trim().to_owned();
    if note.is_empty() || note.chars().count() > NOTE {
        return Err(Error::invalid("note", "1..500"));
    }
    let row = sales::get(&room.state, id)?;
    let differs = !row.reasons.is_empty() && row.reasons.iter().all(Reason::may_be_accepted);
    if row.state != State::Pending || !differs {
        return Err(Error::WrongState {
            sale: id,
            state: row.state.as_str(),
        });
    }
    let (reasons, now) = (row.reasons.clone(), room.clock.now());
    room.state.write(move |tx| {
        let detail = json!({ "reasons": reasons, "note": note });
        sales::tell(tx, id, now, ACCEPTED, &detail)
    })?;
    handlers::judge_one(room, id)?;
    Ok(row.reasons)
}
