//! A sale whose amounts differ, invoiced because a person says so.

use super::room;
use super::show::{self, Shown};
use crate::{App, Result};
use puente_sales::{accept, sales};
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

/// Accepts how the amounts of a sale differ, as they are now.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "SaleAccept")]
pub struct Accept {
    /// Its number, or the channel's number of it.
    pub sale: String,
    /// Why it is right: 1 to 500 letters, kept in its history and in the audit trail.
    pub note: String,
}

/// Accepts that an invoice is not what was paid: the sale becomes ready, for these amounts only.
///
/// # Errors
/// That the sale doesn't exist, that nothing or something else stands in its way, or that no reason is given.
pub fn accept(app: &App, request: Accept) -> Result<Shown> {
    let room = room(app);
    let row = sales::find(&room.state, &request.sale)?;
    let reasons = accept::accept(room, row.id, &request.note)?;
    let detail = json!({ "reasons": reasons, "note": request.note.trim() });
    app.audit("sales.accept", &format!("sale:{}", row.id), detail)?;
    show::show(
        app,
        show::Named {
            sale: row.id.to_string(),
        },
    )
}
