//! Sending sales, settling what is in doubt, and what a person decides.

use super::room;
use super::table::{SalesFilter, to_filter};
use crate::jobs::{self, JobRow};
use crate::{App, Nothing, Result};
use puente_core::{Code, Error};
use puente_jobs::NewJob;
use puente_sales::handlers::{DECIDE, DecideInput, FOLLOW, LedgerInput, SEND, SendInput};
use puente_sales::outbox::Decision;
use puente_sales::tasks::{self, Task};
use puente_sales::{State, accounts, list, sales};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use ts_rs::TS;

/// Which sales to send.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(rename = "SalesSend", optional_fields = nullable)]
pub struct Send {
    /// Numbers of sales.
    #[ts(as = "Option<Vec<i64>>", optional)]
    pub sales: Vec<i64>,
    /// Or all ready ones that this lets through.
    pub filter: Option<SalesFilter>,
}

/// Sends ready sales, each once; one job for each ledger. A refused one that is named is looked at again first.
///
/// # Errors
/// That nothing can be sent, or that a named sale may be invoiced already.
pub fn send(app: &App, request: Send) -> Result<Vec<JobRow>> {
    let room = room(app);
    let ids = match &request.filter {
        Some(filter) if request.sales.is_empty() => {
            let mut filter = to_filter(filter)?;
            filter.states = vec![State::Ready];
            list::ids(&room.state, &filter)?
        }
        Some(_) | None => request.sales.clone(),
    };
    let mut by_ledger: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let mut ledgers: BTreeMap<i64, Option<i64>> = BTreeMap::new();
    for id in ids {
        let row = sales::get(&room.state, id)?;
        if !matches!(row.state, State::Ready | State::Refused) {
            return Err(Error::new(Code::SaleWrongState)
                .with("sale", row.key)
                .with("sale_state", row.state));
        }
        let ledger = match ledgers.get(&row.channel_id) {
            Some(ledger) => *ledger,
            None => {
                let ledger = accounts::channel(&room.state, row.channel_id)?.ledger_id;
                ledgers.insert(row.channel_id, ledger);
                ledger
            }
        };
        if let Some(ledger) = ledger {
            by_ledger.entry(ledger).or_default().push(id);
        }
    }
    if by_ledger.is_empty() {
        return Err(Error::invalid("sale", "nothing selected"));
    }
    let mut rows = Vec::new();
    for (ledger_id, sales) in by_ledger {
        let detail = json!({ "sales": sales.len() });
        app.audit("sales.send", &format!("ledger:{ledger_id}"), detail)?;
        let input = json!(SendInput { ledger_id, sales });
        rows.push(jobs::ask(app, NewJob::new(SEND, input).once())?);
    }
    Ok(rows)
}

/// Settles what is in doubt and asks how far invoices are, in every ledger.
///
/// # Errors
/// Those of the store.
pub fn follow(app: &App, _: Nothing) -> Result<Vec<JobRow>> {
    let ledgers = accounts::ledgers(&room(app).state)?;
    ledgers
        .into_iter()
        .map(|ledger| {
            let input = json!(LedgerInput {
                ledger_id: ledger.id
            });
            jobs::ask(app, NewJob::new(FOLLOW, input).once())
        })
        .collect()
}

/// What a person decides of a sale in doubt.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "SaleDecide")]
pub struct Decide {
    /// Its number, or the channel's number of it.
    pub sale: String,
    /// What is to become of it.
    pub decision: Decision,
}

/// Does what a person decided; an invoice that carries the sale's mark is taken whatever they decided.
///
/// # Errors
/// That the sale doesn't exist or is not in doubt.
pub fn decide(app: &App, request: Decide) -> Result<Vec<JobRow>> {
    let room = room(app);
    let row = sales::find(&room.state, &request.sale)?;
    let ledger = accounts::channel(&room.state, row.channel_id)?.ledger_id;
    let (State::Uncertain, Some(ledger_id)) = (row.state, ledger) else {
        return Err(Error::new(Code::SaleWrongState)
            .with("sale", row.key)
            .with("sale_state", row.state));
    };
    let detail = json!({ "decision": request.decision });
    app.audit("sales.decide", &format!("sale:{}", row.id), detail)?;
    let input = json!(DecideInput {
        ledger_id,
        sale_id: row.id,
        decision: request.decision,
    });
    Ok(vec![jobs::ask(app, NewJob::new(DECIDE, input).once())?])
}

/// A task that a person has done.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "SaleTaskDone")]
pub struct TaskDone {
    /// Its number.
    pub task: i64,
    /// Number of the credit note.
    pub note: String,
}

/// Tasks about sales, those that are not done first.
///
/// # Errors
/// Those of the store.
pub fn tasks(app: &App, _: Nothing) -> Result<Vec<Task>> {
    Ok(tasks::list(&room(app).state, None)?)
}

/// A person made the credit note of a sale: it is voided.
///
/// # Errors
/// That there is no such task, or that it is done.
pub fn task_done(app: &App, request: TaskDone) -> Result<Vec<Task>> {
    let room = room(app);
    let note = request.note.clone();
    let sale = tasks::done(&room.state, request.task, request.note, room.clock.now())?;
    app.audit(
        "sales.task_done",
        &format!("sale:{sale}"),
        json!({ "note": note }),
    )?;
    tasks(app, Nothing {})
}
