//! Table `sale_mark`: sales that their source was told of. Only what a ledger has, and is stored here as
//! such, is ever marked; where the source can't be written, the mark lives here.

use crate::accounts::{self, ChannelId, LedgerId};
use crate::channel::Marked;
use crate::sales::{self, SaleId};
use crate::{Error, Result, Room};
use puente_core::{Cancel, Code, Coded, Progress, ProgressSink};
use puente_store::{Database, time};
use rusqlite::params;
use serde_json::json;

/// Sales in one transaction of the source.
const BATCH: usize = 100;

/// What marking came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MarkedCount {
    /// Marked in the source.
    pub source: u64,
    /// Were marked there already.
    pub before: u64,
    /// Marked here, because the source can't be written.
    pub here: u64,
}

/// What marking came to, and what the first source that could not be marked said.
#[derive(Debug, Default)]
pub struct Marking {
    /// What was marked.
    pub count: MarkedCount,
    /// Why a source has not all its marks yet, other than that it may never be written.
    pub trouble: Option<Error>,
}

/// Marks what a ledger has taken, in every source of its sales.
///
/// # Errors
/// Those of the store; a cancel. A source that can't be marked is written down with its channel, and is not the
/// others' trouble.
pub fn settle(
    room: &Room,
    ledger: LedgerId,
    cancel: &Cancel,
    progress: &dyn ProgressSink,
) -> Result<Marking> {
    let mut done = Marking::default();
    for account in accounts::channels(&room.state)? {
        if account.ledger_id != Some(ledger) || !account.kind.is_marked() {
            continue;
        }
        match of_channel(room, &account, cancel, progress, &mut done.count) {
            Ok(()) => {}
            Err(error @ (Error::Cancelled | Error::Store(_))) => return Err(error),
            Err(error) => {
                let said = Some(puente_core::Error::from(&error));
                accounts::set_channel_contact(&room.state, account.id, room.clock.now(), said)?;
                done.trouble = done.trouble.or(Some(error));
            }
        }
    }
    Ok(done)
}

fn of_channel(
    room: &Room,
    account: &accounts::Channel,
    cancel: &Cancel,
    progress: &dyn ProgressSink,
    done: &mut MarkedCount,
) -> Result<()> {
    // Once: finding them looks at every sale of the channel.
    let owed = owed(&room.state, account.id)?;
    if owed.is_empty() {
        return Ok(());
    }
    let channel = room.channel(account)?;
    let total = owed.len() as u64;
    for (at, part) in owed.chunks(BATCH).enumerate() {
        cancel.check()?;
        if !channel.marks() {
            done.here += keep_here(room, part, "read_only")?;
            continue;
        }
        let keys: Vec<String> = part.iter().map(|(_, key)| key.clone()).collect();
        room.point("mark.before");
        let marked = channel.mark(&keys, &mut || room.point("mark.inside"), cancel);
        room.point("mark.after");
        match marked {
            Ok(marked) => keep(room, part, &marked, done)?,
            // The login may not write: what is taken stays known here, and each run asks once.
            Err(error) if error.code() == Code::DbPermissionDenied => {
                if at == 0 {
                    let error = puente_core::Error::from(&error);
                    let now = room.clock.now();
                    accounts::set_channel_contact(&room.state, account.id, now, Some(error))?;
                }
                for rest in owed.chunks(BATCH).skip(at) {
                    done.here += keep_here(room, rest, "permission")?;
                }
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        let so_far = ((at + 1) * BATCH) as u64;
        progress.report(Progress::stage("mark").of(so_far.min(total), Some(total)));
    }
    Ok(())
}

/// Sales that a ledger has and that are not marked, nor known to be of a source that is never written.
fn owed(db: &Database, channel: ChannelId) -> Result<Vec<(SaleId, String)>> {
    db.read(|conn| {
        let mut statement = conn.prepare_cached(
            "SELECT sale.id, sale.key FROM sale_send JOIN sale ON sale.id = sale_send.sale_id \
             LEFT JOIN sale_mark ON sale_mark.sale_id = sale.id \
             WHERE sale.channel_id = ?1 AND sale_send.state = 'accepted' \
             AND (sale_mark.state IS NULL OR sale_mark.why = 'permission') ORDER BY sale.id",
        )?;
        let rows = statement.query_map([channel], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    })
}

fn keep(
    room: &Room,
    owed: &[(SaleId, String)],
    marked: &[Marked],
    done: &mut MarkedCount,
) -> Result<()> {
    let (now, mut rows) = (room.clock.now(), Vec::new());
    for ((id, _), marked) in owed.iter().zip(marked) {
        let (why, count) = match marked {
            Marked::Now => ("", &mut done.source),
            Marked::Before => ("before", &mut done.before),
            Marked::Gone => ("gone", &mut done.here),
        };
        *count += 1;
        let state = if *marked == Marked::Gone {
            "here"
        } else {
            "source"
        };
        rows.push((*id, state, why));
    }
    write(room, rows, now)
}

fn keep_here(room: &Room, owed: &[(SaleId, String)], why: &'static str) -> Result<u64> {
    let rows = owed.iter().map(|(id, _)| (*id, "here", why)).collect();
    write(room, rows, room.clock.now())?;
    Ok(owed.len() as u64)
}

fn write(
    room: &Room,
    rows: Vec<(SaleId, &'static str, &'static str)>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<()> {
    room.state.write(move |tx| {
        for (id, state, why) in &rows {
            let known: Option<(String, String)> = {
                use rusqlite::OptionalExtension as _;
                tx.prepare_cached("SELECT state, why FROM sale_mark WHERE sale_id = ?1")?
                    .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?
            };
            if known.is_some_and(|(before, reason)| before == *state && reason == *why) {
                continue;
            }
            tx.prepare_cached(
                "INSERT INTO sale_mark (sale_id, state, at, why) VALUES (?1, ?2, ?3, ?4) \
                 ON CONFLICT (sale_id) DO UPDATE SET state = excluded.state, at = excluded.at, \
                 why = excluded.why",
            )?
            .execute(params![id, state, time::to_text(now), why])?;
            let detail = json!({ "where": state, "why": why });
            sales::tell(tx, *id, now, "marked", &detail)?;
        }
        Ok(())
    })
}

/// Where sales of a channel are marked: in the source, and here.
///
/// # Errors
/// Those of the store.
pub fn counts(db: &Database, channel: ChannelId) -> Result<(u64, u64)> {
    db.read(|conn| {
        let row: (i64, i64) = conn
            .prepare_cached(
                "SELECT coalesce(sum(sale_mark.state = 'source'), 0), \
                 coalesce(sum(sale_mark.state = 'here'), 0) FROM sale_mark \
                 JOIN sale ON sale.id = sale_mark.sale_id WHERE sale.channel_id = ?1",
            )?
            .query_row([channel], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok((row.0.unsigned_abs(), row.1.unsigned_abs()))
    })
}
