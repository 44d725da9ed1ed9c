//! Reading channels.

use crate::accounts::{self, ChannelId};
use crate::channel::Channel;
use crate::handlers::{ChannelInput, DELIVER, LedgerInput, SYNC};
use crate::judge::{self, Measure};
use crate::model::Identity;
use crate::{Error, Result, Room};
use puente_core::Progress;
use puente_jobs::{NewJob, Running};
use rusqlite::params;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use ts_rs::TS;

/// Sales that wait for something of the channel's own, and are asked for again in one run.
const WAITING: i64 = 200;

/// Result of [`SYNC`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct SalesRead {
    /// Orders that were read.
    pub orders: u64,
    /// Sales that are new.
    pub new: u64,
    /// Sales that are different.
    pub changed: u64,
}

/// The job that reads a channel: of a local database whose ledger is told at once, the one that tells it too.
///
/// # Errors
/// Those of the store.
pub fn read_job(room: &Room, channel: &accounts::Channel) -> Result<NewJob> {
    if let Some(ledger_id) = channel.ledger_id.filter(|_| channel.kind.is_marked())
        && accounts::ledger(&room.state, ledger_id)?
            .kind
            .is_told_at_once()
    {
        return Ok(NewJob::new(DELIVER, json!(LedgerInput { ledger_id })));
    }
    let input = json!(ChannelInput {
        channel_id: channel.id
    });
    Ok(NewJob::new(SYNC, input))
}

/// Reads what changed in a channel, and remembers how it went.
///
/// # Errors
/// Those of the channel and of the store; a cancel.
pub fn sync(room: &Room, channel_id: ChannelId, job: &Running) -> Result<SalesRead> {
    let read = read_changes(room, channel_id, job);
    let error = match &read {
        Ok(_) | Err(Error::Cancelled) => None,
        Err(error) => Some(error.into()),
    };
    if !matches!(read, Err(Error::Cancelled)) {
        accounts::set_channel_contact(&room.state, channel_id, room.clock.now(), error)?;
    }
    read
}

fn read_changes(room: &Room, channel_id: ChannelId, job: &Running) -> Result<SalesRead> {
    let measure = Arc::new(Measure::of(room, channel_id)?);
    let account = &measure.channel;
    job.progress(Progress::stage("orders").about(&*account.name));
    let channel = room.channel(account)?;
    let mut done = SalesRead::default();
    let checkpoint = account.checkpoint.clone();
    channel.changed(checkpoint, &job.cancel, &mut |piece| {
        room.point("read.after");
        let checkpoint = piece.checkpoint.to_string();
        let (new, changed) = judge::take(room, &measure, piece.sales, move |tx| {
            tx.prepare_cached("UPDATE channel_account SET checkpoint = ?2 WHERE id = ?1")?
                .execute(params![channel_id, checkpoint])?;
            Ok(())
        })?;
        room.point("stored.after");
        done.orders += piece.orders;
        done.new += new;
        done.changed += changed;
        let total = piece.left.map(|left| done.orders + left);
        job.progress(
            Progress::stage("orders")
                .of(done.orders, total)
                .about(&*account.name),
        );
        Ok(())
    })?;
    let again = read_again(room, &measure, channel.as_ref(), job)?;
    done.changed += again;
    Ok(done)
}

/// Sales that wait for something that the channel gives without the order changing.
fn read_again(
    room: &Room,
    measure: &Arc<Measure>,
    channel: &dyn Channel,
    job: &Running,
) -> Result<u64> {
    let id = measure.channel.id;
    let keys: Vec<String> = room.state.read(|conn| {
        let mut statement = conn.prepare_cached(
            "SELECT key FROM sale WHERE channel_id = ?1 AND state = 'pending' AND reason IN \
             ('identity_processing', 'identity_forbidden', 'incomplete') \
             ORDER BY changed_at LIMIT ?2",
        )?;
        let rows = statement.query_map(params![id, WAITING], |row| row.get(0))?;
        rows.collect::<rusqlite::Result<_>>()
            .map_err(puente_store::Error::from)
    })?;
    let mut changed = 0;
    for key in keys {
        job.cancel.check()?;
        if let Some(sale) = channel.sale(&key, &job.cancel)? {
            let still = matches!(sale.buyer.identity, Identity::Forbidden);
            changed += judge::take(room, measure, vec![sale], |_| Ok(()))?.1;
            // The right is missing for all of them: one tells.
            if still {
                break;
            }
        }
    }
    Ok(changed)
}
