//! One sale, with everything that is known of it.

use super::room;
use super::table::{Row, to_rows};
use super::texts::ReasonView;
use crate::{App, Result};
use chrono::{DateTime, Utc};
use puente_sales::draft::Draft;
use puente_sales::judge::Measure;
use puente_sales::margin::Earnings;
use puente_sales::model::Sale;
use puente_sales::outbox::{self, SendState};
use puente_sales::sales::{self, SaleEvent};
use puente_sales::tasks::{self, Task};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// Names a sale.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "SaleNamed")]
pub struct Named {
    /// Its number, or the channel's number of it.
    pub sale: String,
}

/// A sale.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "SalePage")]
pub struct Shown {
    /// As in the list.
    pub row: Row,
    /// As the channel gave it.
    pub sale: Sale,
    /// What would be invoiced now; none where something stands in the way, or it is invoiced.
    pub draft: Option<Draft>,
    /// What stands in the way now.
    pub reasons: Vec<ReasonView>,
    /// Exactly what would be sent, or what was sent last.
    #[ts(type = "Record<string, unknown> | null")]
    pub body: Option<Value>,
    /// The idempotency key that it would be sent or was sent under.
    pub key: Option<String>,
    /// Every sending.
    pub sends: Vec<SendView>,
    /// The invoice.
    pub invoice: Option<InvoiceView>,
    /// What it earned.
    pub earnings: Earnings,
    /// Tasks about it.
    pub tasks: Vec<Task>,
    /// What happened to it, oldest first.
    pub history: Vec<SaleEvent>,
}

/// A sending of a sale.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "SaleSend")]
pub struct SendView {
    /// Grows after a refusal.
    pub version: i64,
    /// Its key.
    pub key: String,
    /// The mark in its observations.
    pub marker: String,
    /// Where it stands.
    pub state: SendState,
    /// How often it left.
    pub attempts: i64,
    /// When it was intended.
    pub created_at: DateTime<Utc>,
    /// When it last left.
    pub sent_at: Option<DateTime<Utc>>,
    /// What came of it: the invoice, the refusals, or what is known for whoever decides.
    #[ts(type = "Record<string, unknown> | null")]
    pub outcome: Option<Value>,
}

/// An invoice of a sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "SaleInvoice")]
pub struct InvoiceView {
    /// As it is printed.
    pub number: String,
    /// Its date.
    pub date: String,
    /// Its total.
    pub total: String,
    /// What the tax authority says, by the ledger's word.
    pub stamp: String,
    /// Its code.
    pub cufe: String,
    /// Why it was rejected.
    pub errors: Vec<String>,
    /// Where anyone can see it; empty where nobody can.
    pub public_url: String,
    /// Where the printed form is kept; none while it isn't.
    pub pdf: Option<String>,
    /// Where the signed document is kept; none while it isn't.
    pub xml: Option<String>,
}

/// Everything of a sale.
///
/// # Errors
/// That it doesn't exist; those of the store.
pub fn show(app: &App, request: Named) -> Result<Shown> {
    let room = room(app);
    let row = sales::find(&room.state, &request.sale)?;
    let sale = sales::body(&room.state, row.id)?;
    let measure = Measure::of(room, row.channel_id)?;
    let sends = outbox::of_sale(&room.state, row.id)?;
    let invoice = outbox::invoice(room, row.id)?;
    let drafted = room
        .state
        .read(|conn| measure.draft_of(conn, row.id, &sale))?;
    let earnings = measure.earnings(&sale, drafted.as_ref().ok(), invoice.is_some());
    let was_sent = row.state.may_be_invoiced();
    let last = sends.last().filter(|_| was_sent);
    let (body, key) = match (last, &drafted) {
        (Some(send), _) => (
            serde_json::from_str(&send.body).ok(),
            Some(send.key.clone()),
        ),
        (None, Ok(draft)) => outbox::preview(room, &measure, row.id, &sale, draft)?
            .map_or((None, None), |(body, key)| (Some(body), Some(key))),
        (None, Err(_)) => (None, None),
    };
    let lang = app.lang();
    let reasons = match (was_sent, &drafted) {
        (true, _) => Vec::new(),
        (false, Err(reasons)) => reasons.clone(),
        (false, Ok(_)) => row.reasons.clone(),
    };
    Ok(Shown {
        sale,
        draft: drafted.ok().filter(|_| !was_sent),
        reasons: reasons
            .into_iter()
            .map(|reason| ReasonView::of(reason, lang))
            .collect(),
        body,
        key,
        sends: sends.into_iter().map(send_view).collect(),
        invoice: invoice.map(|invoice| invoice_view(app, invoice)),
        earnings,
        tasks: tasks::list(&room.state, Some(row.id))?,
        history: sales::events(&room.state, row.id)?,
        row: to_rows(app, vec![row])?
            .into_iter()
            .next()
            .ok_or_else(|| puente_core::Error::not_found("sale", &request.sale))?,
    })
}

fn send_view(send: outbox::SendRow) -> SendView {
    SendView {
        version: send.version,
        key: send.key,
        marker: send.marker,
        state: send.state,
        attempts: send.attempts,
        created_at: send.created_at,
        sent_at: send.sent_at,
        outcome: send.outcome,
    }
}

fn invoice_view(app: &App, invoice: outbox::InvoiceRow) -> InvoiceView {
    let file = |name: String| {
        let path = room(app).files.join(&name);
        (!name.is_empty()).then(|| path.display().to_string())
    };
    InvoiceView {
        number: invoice.number,
        date: invoice.date,
        total: super::amount(invoice.total_e4),
        stamp: invoice.stamp,
        cufe: invoice.cufe,
        errors: invoice.errors,
        public_url: invoice.public_url,
        pdf: file(invoice.pdf),
        xml: file(invoice.xml),
    }
}
