//! Finding out what became of what was sent, and following invoices to the tax authority.

use super::invoices::{self, REJECTED, STAMPED};
use super::table::{self, SendRow, SendState};
use crate::accounts::LedgerId;
use crate::ledger::{Answer, FileKind, Issued, Ledger, Silence};
use crate::sales::{self, SaleId, e4};
use crate::state::Happening;
use crate::{Error, Result, Room, attempts, to_json};
use chrono::{DateTime, Days, TimeDelta, Utc};
use puente_core::{Cancel, Progress, ProgressSink};
use puente_store::time;
use rusqlite::params;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;
use ts_rs::TS;

/// Times that something in doubt is sent again under its key, each time it is settled.
const SAME_KEY: u32 = 2;
/// The pause between them.
const PAUSE: Duration = Duration::from_millis(500);
/// A rejected invoice is looked at again when that long has passed: a person may have mended it.
const LOOK_AGAIN: TimeDelta = TimeDelta::hours(1);

/// What came of settling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Settled {
    Invoiced,
    Refused,
    /// The ledger gave no answer where there is a silence.
    Still(Option<Silence>),
}

/// What following a ledger found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct Followed {
    /// Sales that were in doubt and are invoiced.
    pub invoiced: u64,
    /// Sales that were in doubt and are refused.
    pub refused: u64,
    /// Sales that are still in doubt: a person decides.
    pub uncertain: u64,
    /// Sales whose sending had not left and that are ready again.
    pub ready: u64,
    /// Invoices that the tax authority has accepted.
    pub stamped: u64,
    /// Invoices that it has rejected.
    pub rejected: u64,
    /// Files that were kept.
    pub files: u64,
}

/// Settles everything of a ledger that is not settled, and asks how far its invoices are.
///
/// # Errors
/// Those of the ledger and of the store; a cancel.
pub fn follow(
    room: &Room,
    ledger_id: LedgerId,
    ledger: &dyn Ledger,
    cancel: &Cancel,
    progress: &dyn ProgressSink,
) -> Result<Followed> {
    let mut done = settle_all(room, ledger_id, ledger, cancel, progress)?;
    if ledger.follows() {
        poll(room, ledger_id, ledger, cancel, progress, &mut done)?;
    }
    Ok(done)
}

/// Settles what a killed process or a silent ledger left.
pub(crate) fn settle_all(
    room: &Room,
    ledger_id: LedgerId,
    ledger: &dyn Ledger,
    cancel: &Cancel,
    progress: &dyn ProgressSink,
) -> Result<Followed> {
    let mut done = Followed::default();
    let mut vain = 0;
    let open = table::open(&room.state, ledger_id)?;
    let all = open.len() as u64;
    for (at, mut send) in open.into_iter().enumerate() {
        cancel.check()?;
        progress.report(Progress::stage("settle").of(at as u64, Some(all)));
        if send.state == SendState::Intent
            && table::take_back(&room.state, &send, room.clock.now())?
        {
            done.ready += 1;
            continue;
        }
        if send.state == SendState::Sent {
            let now = room.clock.now();
            table::unanswered(&room.state, &send, "the program ended", now)?;
            send.doubtful = true;
            room.point("unanswered.after");
        }
        match one(room, ledger, &send, cancel)? {
            Settled::Invoiced => done.invoiced += 1,
            Settled::Refused => done.refused += 1,
            Settled::Still(why) => {
                done.uncertain += 1;
                // An answer of trouble may be of that one alone; where nobody answers at all, the next
                // one waits for minutes too.
                if let Some(why) = why.filter(Silence::is_of_the_way) {
                    vain += 1;
                    if vain == super::VAIN {
                        return Err(Error::Travelled(why.error));
                    }
                    continue;
                }
            }
        }
        vain = 0;
    }
    Ok(done)
}

/// Settles one that is in doubt: by its key, then by its mark.
pub(super) fn one(
    room: &Room,
    ledger: &dyn Ledger,
    send: &SendRow,
    cancel: &Cancel,
) -> Result<Settled> {
    let mut refusals = None;
    let mut said = Vec::new();
    let mut silent = None;
    for attempt in 0..SAME_KEY {
        if attempt > 0 {
            cancel.sleep(PAUSE)?;
        }
        cancel.check()?;
        table::leaves(&room.state, send.id, room.clock.now())?;
        room.point("settle.before");
        let answer = ledger.send(&send.key, &send.body, cancel);
        room.point("settle.after");
        match answer {
            Answer::Accepted(issued) | Answer::There(issued) if is_ours(send, &issued) => {
                invoices::accept(&room.state, send, &issued, "same_key", room.clock.now())?;
                return Ok(Settled::Invoiced);
            }
            Answer::Accepted(issued) | Answer::There(issued) => {
                said.push(format!("another invoice: {}", issued.number));
                break;
            }
            Answer::Refused(found) => {
                refusals = Some(found);
                break;
            }
            Answer::Unknown(why) => {
                attempts::close(&room.state, send.id, "unknown", &why.said, room.clock.now())?;
                said.push(why.said.clone());
                silent = Some(why);
            }
            Answer::NotNow { why, .. } => {
                attempts::close(&room.state, send.id, "not_now", &why.said, room.clock.now())?;
                said.push(why.said.clone());
                silent = Some(why);
                break;
            }
            Answer::Stop(refusal) => {
                let now = room.clock.now();
                attempts::close(&room.state, send.id, "stop", &refusal.message, now)?;
                return Err(Error::Login {
                    cloud: ledger.name(),
                    said: format!("{}: {}", refusal.code, refusal.message),
                });
            }
        }
    }
    let found = search(
        ledger,
        &send.customer,
        &send.marker,
        send.created_at,
        cancel,
    )?;
    room.point("searched.after");
    let standing: Vec<&Issued> = found
        .iter()
        .filter(|issued| is_ours(send, issued))
        .collect();
    if let [issued] = standing.as_slice() {
        invoices::accept(&room.state, send, issued, "found", room.clock.now())?;
        return Ok(Settled::Invoiced);
    }
    if let Some(refusals) = refusals.filter(|_| found.is_empty()) {
        table::refused(&room.state, send, &refusals, room.clock.now())?;
        let late = |code: &str| ["invalid_date", "date_settings"].contains(&code);
        if refusals.iter().all(|refusal| late(&refusal.code)) {
            // It never arrived, and its day is over: it is ready for today.
            crate::handlers::judge_one(room, send.sale_id)?;
        }
        return Ok(Settled::Refused);
    }
    let now = room.clock.now();
    let evidence = json!({ "said": said.join("; "), "searched_at": now, "found": found });
    table::evidence(&room.state, send, evidence, now)?;
    Ok(Settled::Still(silent))
}

/// Invoices with that mark. A day more is looked through: the ledger's days are not ours.
pub(super) fn search(
    ledger: &dyn Ledger,
    customer: &str,
    marker: &str,
    since: DateTime<Utc>,
    cancel: &Cancel,
) -> Result<Vec<Issued>> {
    let day = since.date_naive();
    let since = day.checked_sub_days(Days::new(1)).unwrap_or(day);
    ledger.search(customer, since, marker, cancel)
}

/// Whether what the ledger has is what was sent: an old key gives an old invoice back, whatever comes
/// with it.
pub(super) fn is_ours(send: &SendRow, issued: &Issued) -> bool {
    let customer = issued.customer.is_empty() || issued.customer == send.customer;
    let total = e4(issued.total) == send.total_e4;
    customer && total && issued.observations.contains(&send.marker) && !issued.annulled
}

struct Awaiting {
    sale_id: SaleId,
    invoice_id: String,
    number: String,
    stamp: String,
    polled_at: Option<DateTime<Utc>>,
    awaits: bool,
}

/// Asks how far invoices are, and keeps their files.
fn poll(
    room: &Room,
    ledger_id: LedgerId,
    ledger: &dyn Ledger,
    cancel: &Cancel,
    progress: &dyn ProgressSink,
    done: &mut Followed,
) -> Result<()> {
    let waiting = awaiting(room, ledger_id)?;
    let all = waiting.len() as u64;
    for (at, invoice) in waiting.into_iter().enumerate() {
        cancel.check()?;
        progress.report(Progress::stage("status").of(at as u64, Some(all)));
        let recent = |at: DateTime<Utc>| room.clock.now() - at < LOOK_AGAIN;
        if invoice.stamp == REJECTED && invoice.polled_at.is_some_and(recent) {
            continue;
        }
        let Some(issued) = ledger.issued(&invoice.invoice_id, cancel)? else {
            continue;
        };
        let errors = match issued.stamp.as_str() {
            REJECTED => ledger.stamp_errors(&invoice.invoice_id, cancel)?,
            _ => Vec::new(),
        };
        room.point("status.before");
        let stamped = issued.stamp == STAMPED;
        keep_status(room, &invoice, &issued, errors)?;
        done.stamped += u64::from(stamped && invoice.awaits);
        done.rejected += u64::from(issued.stamp == REJECTED);
        if stamped || !invoice.awaits {
            done.files += keep_files(room, ledger, &invoice, stamped, cancel)?;
        }
    }
    Ok(())
}

/// Invoices that wait for the tax authority, and those without their printed form.
fn awaiting(room: &Room, ledger_id: LedgerId) -> Result<Vec<Awaiting>> {
    room.state.read(|conn| {
        let mut statement = conn.prepare_cached(
            "SELECT sale_id, invoice_id, number, stamp, polled_at, awaits FROM sale_invoice \
             WHERE ledger_id = ?1 AND (awaits = 1 OR pdf = '') ORDER BY polled_at, sale_id",
        )?;
        let rows = statement.query_map([ledger_id], |row| {
            Ok(Awaiting {
                sale_id: row.get(0)?,
                invoice_id: row.get(1)?,
                number: row.get(2)?,
                stamp: row.get(3)?,
                polled_at: crate::accounts::moment(row, 4)?,
                awaits: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    })
}

fn keep_status(
    room: &Room,
    invoice: &Awaiting,
    issued: &Issued,
    errors: Vec<String>,
) -> Result<()> {
    let (sale, before, awaits) = (invoice.sale_id, invoice.stamp.clone(), invoice.awaits);
    let (issued, now) = (issued.clone(), room.clock.now());
    room.state.write(move |tx| {
        let stamped = issued.stamp == STAMPED;
        tx.prepare_cached(
            "UPDATE sale_invoice SET stamp = ?2, cufe = ?3, errors = ?4, public_url = ?5, \
             total_e4 = ?6, awaits = ?7, polled_at = ?8 WHERE sale_id = ?1",
        )?
        .execute(params![
            sale,
            issued.stamp,
            issued.cufe,
            to_json(&errors),
            issued.public_url,
            e4(issued.total),
            awaits && !stamped,
            time::to_text(now)
        ])?;
        tx.prepare_cached("UPDATE sale SET stamp = ?2 WHERE id = ?1")?
            .execute(params![sale, issued.stamp])?;
        if before != issued.stamp {
            let detail = json!({ "stamp": issued.stamp, "cufe": issued.cufe, "errors": errors });
            sales::tell(tx, sale, now, "status", &detail)?;
        }
        if stamped && awaits {
            // A sale that was voided meanwhile stays so.
            match sales::happen(tx, sale, Happening::Stamped, now) {
                Ok(_) | Err(Error::WrongState { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    })
}

/// Keeps the printed form, and the signed document of what was stamped. How many were kept.
fn keep_files(
    room: &Room,
    ledger: &dyn Ledger,
    invoice: &Awaiting,
    stamped: bool,
    cancel: &Cancel,
) -> Result<u64> {
    let mut kept = 0;
    let plain: String = invoice
        .number
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect();
    let wanted = [
        (FileKind::Pdf, "pdf", true),
        (FileKind::Xml, "xml", stamped),
    ];
    for (kind, ending, wanted) in wanted {
        if !wanted {
            continue;
        }
        let Some(bytes) = ledger.file(&invoice.invoice_id, kind, cancel)? else {
            continue;
        };
        let name = format!("{plain}-{}.{ending}", invoice.sale_id);
        write_file(room, &name, &bytes)?;
        let sale = invoice.sale_id;
        let sql = format!("UPDATE sale_invoice SET {ending} = ?2 WHERE sale_id = ?1");
        room.state.write(move |tx| {
            tx.prepare_cached(&sql)?.execute(params![sale, name])?;
            Ok::<_, Error>(())
        })?;
        kept += 1;
    }
    Ok(kept)
}

/// Whole or not at all: a kill leaves no half of a file under its name.
fn write_file(room: &Room, name: &str, bytes: &[u8]) -> Result<()> {
    let path = room.files.join(name);
    let half = room.files.join(format!("{name}.part"));
    std::fs::create_dir_all(&room.files)
        .and_then(|()| std::fs::write(&half, bytes))
        .and_then(|()| std::fs::rename(&half, &path))
        .map_err(|error| Error::Store(puente_store::Error::io(&path, error)))
}
