//! Table `sale_send`.

use crate::accounts::LedgerId;
use crate::ledger::Refusal;
use crate::reason::Reason;
use crate::sales::{self, SaleId};
use crate::state::{Happening, State};
use crate::{Error, Result, attempts, to_json};
use chrono::{DateTime, Utc};
use puente_store::{Database, time};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use ts_rs::TS;

/// Where a sending stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SendState {
    /// Committed, and not sent.
    Intent,
    /// Sent, and nothing is known yet.
    Sent,
    /// Sent, and no answer came.
    Uncertain,
    /// The ledger has it.
    Accepted,
    /// The ledger refused it for certain.
    Refused,
}

impl SendState {
    fn parse(text: &str) -> SendState {
        match text {
            "intent" => SendState::Intent,
            "sent" => SendState::Sent,
            "accepted" => SendState::Accepted,
            "refused" => SendState::Refused,
            // What can't be read is never sent again without a look.
            _ => SendState::Uncertain,
        }
    }
}

/// A sending.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the fields are those of the table")]
pub struct SendRow {
    pub id: i64,
    pub sale_id: SaleId,
    pub ledger_id: LedgerId,
    pub version: i64,
    pub key: String,
    pub marker: String,
    pub customer: String,
    pub total_e4: i64,
    pub body: String,
    pub state: SendState,
    pub attempts: i64,
    pub doubtful: bool,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    pub outcome: Option<Value>,
}

const COLUMNS: &str = "id, sale_id, ledger_id, version, idempotency_key, marker, customer, \
     total_e4, body, state, attempts, doubtful, created_at, sent_at, outcome";

fn read(row: &Row<'_>) -> rusqlite::Result<SendRow> {
    Ok(SendRow {
        id: row.get(0)?,
        sale_id: row.get(1)?,
        ledger_id: row.get(2)?,
        version: row.get(3)?,
        key: row.get(4)?,
        marker: row.get(5)?,
        customer: row.get(6)?,
        total_e4: row.get(7)?,
        body: row.get(8)?,
        state: SendState::parse(row.get_ref(9)?.as_str()?),
        attempts: row.get(10)?,
        doubtful: row.get(11)?,
        created_at: time::from_text(row.get_ref(12)?.as_str()?).unwrap_or_default(),
        sent_at: crate::accounts::moment(row, 13)?,
        outcome: row
            .get::<_, Option<String>>(14)?
            .and_then(|text| serde_json::from_str(&text).ok()),
    })
}

/// The sendings of a sale, oldest first.
///
/// # Errors
/// Those of the store.
pub fn of_sale(db: &Database, sale: SaleId) -> Result<Vec<SendRow>> {
    db.read(|conn| {
        let sql = format!("SELECT {COLUMNS} FROM sale_send WHERE sale_id = ?1 ORDER BY version");
        let mut statement = conn.prepare_cached(&sql)?;
        let rows = statement.query_map([sale], read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    })
}

/// The sendings of a ledger that are not settled, oldest first.
pub(super) fn open(db: &Database, ledger: LedgerId) -> Result<Vec<SendRow>> {
    db.read(|conn| {
        let sql = format!(
            "SELECT {COLUMNS} FROM sale_send WHERE ledger_id = ?1 \
             AND state IN ('intent', 'sent', 'uncertain') ORDER BY id"
        );
        let mut statement = conn.prepare_cached(&sql)?;
        let rows = statement.query_map([ledger], read)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    })
}

/// A sending to be.
pub(super) struct Intent {
    pub sale: SaleId,
    pub ledger: LedgerId,
    pub version: i64,
    pub key: String,
    pub marker: String,
    pub customer: String,
    pub total_e4: i64,
    pub body: String,
    /// Of the sale that it was made from.
    pub digest: String,
    pub orders: Vec<String>,
}

/// Commits intents: from here on their sales are being sent. Those that leave at once (`leaving`) are committed
/// as sent, each with its attempt.
///
/// None in the place of a sale that is not to be sent: it is not ready any more or was changed, one of its
/// orders came into another sale meanwhile, or another sale is that document in the ledger.
pub(super) fn intend(
    db: &Database,
    intents: Vec<Intent>,
    leaving: bool,
    now: DateTime<Utc>,
) -> Result<Vec<Option<SendRow>>> {
    db.write(move |tx| {
        let intents = intents.into_iter();
        intents
            .map(|intent| intend_one(tx, intent, leaving, now))
            .collect()
    })
}

fn intend_one(
    tx: &Connection,
    intent: Intent,
    leaving: bool,
    now: DateTime<Utc>,
) -> Result<Option<SendRow>> {
    let sale = intent.sale;
    let (channel, state, digest) = sales::standing(tx, sale)?;
    if state != State::Ready
        || digest != intent.digest
        || sales::order_elsewhere(tx, channel, sale, &intent.orders)?.is_some()
        || is_elsewhere(tx, intent.ledger, sale, &intent.marker)?
    {
        return Ok(None);
    }
    sales::happen(tx, sale, Happening::Intended, now)?;
    let at = time::to_text(now);
    let state = match leaving {
        true => SendState::Sent,
        false => SendState::Intent,
    };
    tx.prepare_cached(
        "INSERT INTO sale_send (sale_id, ledger_id, version, idempotency_key, marker, customer, \
         total_e4, body, state, created_at, attempts, sent_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        sale,
        intent.ledger,
        intent.version,
        intent.key,
        intent.marker,
        intent.customer,
        intent.total_e4,
        intent.body,
        if leaving { "sent" } else { "intent" },
        at,
        i64::from(leaving),
        leaving.then_some(&at)
    ])?;
    let id = tx.last_insert_rowid();
    let detail = json!({ "version": intent.version, "key": intent.key });
    sales::tell(tx, sale, now, "intended", &detail)?;
    if leaving {
        attempts::first(tx, id, (sale, intent.version, &intent.body), now)?;
    }
    Ok(Some(SendRow {
        id,
        sale_id: sale,
        ledger_id: intent.ledger,
        version: intent.version,
        key: intent.key,
        marker: intent.marker,
        customer: intent.customer,
        total_e4: intent.total_e4,
        body: intent.body,
        state,
        attempts: i64::from(leaving),
        doubtful: false,
        created_at: now,
        sent_at: leaving.then_some(now),
        outcome: None,
    }))
}

/// Whether another sale was, or may have been, sent to that ledger under the same mark: two documents of
/// one number.
pub(crate) fn is_elsewhere(
    conn: &Connection,
    ledger: LedgerId,
    sale: SaleId,
    marker: &str,
) -> Result<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT 1 FROM sale_send WHERE ledger_id = ?1 AND marker = ?2 AND sale_id <> ?3 \
             AND state <> 'refused'",
        )?
        .exists(params![ledger, marker, sale])?)
}

fn row(conn: &Connection, id: i64) -> Result<SendRow> {
    conn.prepare_cached(&format!("SELECT {COLUMNS} FROM sale_send WHERE id = ?1"))?
        .query_row([id], read)
        .optional()?
        .ok_or_else(|| Error::not_found("sending", id))
}

/// Commits that it leaves now. One that is in doubt stays so.
pub(super) fn leaves(db: &Database, id: i64, now: DateTime<Utc>) -> Result<()> {
    db.write(move |tx| {
        let changed = tx
            .prepare_cached(
                "UPDATE sale_send SET attempts = attempts + 1, sent_at = ?2, \
                 state = CASE doubtful WHEN 1 THEN 'uncertain' ELSE 'sent' END \
                 WHERE id = ?1 AND state IN ('intent', 'sent', 'uncertain')",
            )?
            .execute(params![id, time::to_text(now)])?;
        settled_elsewhere(tx, id, changed)?;
        attempts::begin(tx, id, now)
    })
}

pub(super) fn settled_elsewhere(conn: &Connection, id: i64, changed: usize) -> Result<()> {
    if changed == 0 {
        let row = row(conn, id)?;
        return Err(Error::WrongState {
            sale: row.sale_id,
            state: "settled",
        });
    }
    Ok(())
}

/// It did not arrive: what was not in doubt before is an intent again.
pub(super) fn stayed_here(
    db: &Database,
    id: i64,
    answer: &'static str,
    said: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let said = said.to_owned();
    db.write(move |tx| {
        attempts::end(tx, id, answer, &said, now)?;
        tx.prepare_cached(
            "UPDATE sale_send SET state = 'intent' WHERE id = ?1 AND state = 'sent' AND doubtful = 0",
        )?
        .execute([id])?;
        Ok(())
    })
}

/// Takes an intent back that never left. Whether it could be.
pub(super) fn take_back(db: &Database, send: &SendRow, now: DateTime<Utc>) -> Result<bool> {
    let (id, sale) = (send.id, send.sale_id);
    db.write(move |tx| take_back_in(tx, id, sale, now))
}

fn take_back_in(tx: &Connection, id: i64, sale: SaleId, now: DateTime<Utc>) -> Result<bool> {
    let gone = tx
        .prepare_cached(
            "DELETE FROM sale_send WHERE id = ?1 AND state = 'intent' AND doubtful = 0",
        )?
        .execute([id])?;
    if gone == 0 {
        return Ok(false);
    }
    sales::happen(tx, sale, Happening::TakenBack, now)?;
    sales::tell(tx, sale, now, "taken_back", &json!({}))?;
    Ok(true)
}

/// Takes sendings back that were committed as sent and did not leave. Only whoever committed them knows that,
/// and only for as long as it has not handed them out.
pub(super) fn never_left(db: &Database, sends: Vec<SendRow>, now: DateTime<Utc>) -> Result<()> {
    db.write(move |tx| {
        for send in &sends {
            let stayed = tx
                .prepare_cached(
                    "UPDATE sale_send SET state = 'intent' \
                     WHERE id = ?1 AND state = 'sent' AND doubtful = 0 AND attempts = 1",
                )?
                .execute([send.id])?;
            if stayed > 0 {
                attempts::undo(tx, send.id, send.sale_id)?;
                take_back_in(tx, send.id, send.sale_id, now)?;
            }
        }
        Ok(())
    })
}

/// No answer came.
pub(super) fn unanswered(
    db: &Database,
    send: &SendRow,
    said: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let (id, sale) = (send.id, send.sale_id);
    let outcome = json!({ "said": said, "at": now });
    db.write(move |tx| {
        let changed = tx
            .prepare_cached(
                "UPDATE sale_send SET state = 'uncertain', doubtful = 1, outcome = ?2 \
                 WHERE id = ?1 AND state IN ('sent', 'uncertain')",
            )?
            .execute(params![id, outcome.to_string()])?;
        settled_elsewhere(tx, id, changed)?;
        attempts::end(
            tx,
            id,
            "unknown",
            outcome["said"].as_str().unwrap_or_default(),
            now,
        )?;
        sales::happen(tx, sale, Happening::Unanswered, now)?;
        sales::tell(tx, sale, now, "unanswered", &outcome)
    })
}

/// What was found out about one in doubt, for whoever decides.
pub(super) fn evidence(
    db: &Database,
    send: &SendRow,
    found: Value,
    now: DateTime<Utc>,
) -> Result<()> {
    let (id, sale) = (send.id, send.sale_id);
    db.write(move |tx| {
        tx.prepare_cached(
            "UPDATE sale_send SET outcome = ?2 WHERE id = ?1 AND state = 'uncertain'",
        )?
        .execute(params![id, found.to_string()])?;
        sales::tell(tx, sale, now, "searched", &found)
    })
}

/// Invoices that were in doubt once, because an answer stayed out, and are known now.
///
/// # Errors
/// Those of the store.
pub fn settled_doubts(db: &Database) -> Result<u64> {
    db.read(|conn| {
        let sql = "SELECT count(*) FROM sale_send WHERE state = 'accepted' AND doubtful = 1";
        let found: i64 = conn.query_row(sql, [], |row| row.get(0))?;
        Ok(found.unsigned_abs())
    })
}

/// The ledger refused it for certain.
pub(super) fn refused(
    db: &Database,
    send: &SendRow,
    refusals: &[Refusal],
    now: DateTime<Utc>,
) -> Result<()> {
    let (id, sale) = (send.id, send.sale_id);
    let outcome = json!({ "refusals": refusals });
    let reasons = reasons(refusals);
    let said: Vec<&str> = refusals.iter().map(|one| one.message.as_str()).collect();
    let said = said.join("; ");
    db.write(move |tx| {
        let changed = tx
            .prepare_cached(
                "UPDATE sale_send SET state = 'refused', settled_at = ?2, outcome = ?3 \
                 WHERE id = ?1 AND state IN ('sent', 'uncertain')",
            )?
            .execute(params![id, time::to_text(now), outcome.to_string()])?;
        settled_elsewhere(tx, id, changed)?;
        attempts::end(tx, id, "refused", &said, now)?;
        sales::happen(tx, sale, Happening::Refused, now)?;
        tx.prepare_cached("UPDATE sale SET reasons = ?2, reason = 'refused' WHERE id = ?1")?
            .execute(params![sale, to_json(&reasons)])?;
        sales::tell(tx, sale, now, "refused", &outcome)
    })
}

/// Refusals as reasons of a sale.
pub(super) fn reasons(refusals: &[Refusal]) -> Vec<Reason> {
    refusals
        .iter()
        .map(|refusal| Reason::Refused {
            code: refusal.code.clone(),
            field: refusal.field.clone(),
            message: refusal.message.clone(),
        })
        .collect()
}

/// The next version of a sale's sending, and whether any before it was ever in doubt.
pub(super) fn next_version(conn: &Connection, sale: SaleId) -> Result<(i64, bool)> {
    Ok(conn
        .prepare_cached(
            "SELECT coalesce(max(version), 0) + 1, coalesce(max(doubtful), 0) \
             FROM sale_send WHERE sale_id = ?1",
        )?
        .query_row([sale], |row| Ok((row.get(0)?, row.get(1)?)))?)
}
