//! Sending many sales, and bringing documents of local databases to where they are told.

use crate::accounts::{self, ChannelId, LedgerId};
use crate::handlers::{SendInput, remember, sync};
use crate::outbox::{self, Sender, Sent};
use crate::state::State;
use crate::{Error, Result, Room, judge, list, marks, sales};
use puente_core::Progress;
use puente_jobs::{Level, Running};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use ts_rs::TS;

/// The time between two checkpoints of a job's row.
const PULSE: Duration = Duration::from_secs(1);

/// Result of [`SEND`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct SalesSent {
    /// Invoiced.
    pub invoiced: u64,
    /// The ledger had them before.
    #[serde(default)]
    pub there: u64,
    /// Refused.
    pub refused: u64,
    /// In doubt.
    pub uncertain: u64,
    /// Did not fit any more.
    pub blocked: u64,
    /// Did not arrive, and are ready again.
    pub later: u64,
    /// Were not ready.
    pub skipped: u64,
}

/// Result of [`DELIVER`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct SalesDelivered {
    /// Documents that were read.
    pub read: u64,
    /// Sent, and taken.
    pub sent: u64,
    /// The ledger had them before.
    pub there: u64,
    /// Refused, by the ledger or before it was asked.
    pub refused: u64,
    /// In doubt.
    pub uncertain: u64,
    /// Wait still: they did not arrive, and are sent the next time.
    pub pending: u64,
    /// Marked in their source.
    pub marked: u64,
    /// Marked here, because the source can't be written.
    pub marked_here: u64,
}

/// Reads what waits, sends it, and marks it. How far a run came that fails stands in its job's checkpoint.
pub(crate) fn deliver(room: &Room, ledger_id: LedgerId, job: &Running) -> Result<SalesDelivered> {
    let mut done = SalesDelivered::default();
    let ended = deliver_all(room, ledger_id, job, &mut done);
    let counted = count_states(room, ledger_id, &mut done);
    if ended.is_err() {
        job.log(Level::Info, &format!("before the trouble: {}", json!(done)));
        if let Err(error) = job.checkpoint(json!(done)) {
            tracing::warn!(%error, "what was done before the trouble is not kept");
        }
    }
    ended?;
    counted?;
    Ok(done)
}

/// Where the documents of a ledger stand.
fn count_states(room: &Room, ledger_id: LedgerId, done: &mut SalesDelivered) -> Result<()> {
    let channels = accounts::channels(&room.state)?;
    let own = channels
        .iter()
        .filter(|one| one.ledger_id == Some(ledger_id) && one.is_delivered());
    let own: Vec<ChannelId> = own.map(|one| one.id).collect();
    if own.is_empty() {
        return Ok(());
    }
    let count = |state| standing(room, &own, state).map(|ids| ids.len() as u64);
    done.refused = count(State::Refused)? + count(State::Pending)?;
    done.uncertain = count(State::Uncertain)?;
    done.pending = count(State::Ready)?;
    Ok(())
}

/// Sales of these channels in that state.
fn standing(room: &Room, channels: &[ChannelId], state: State) -> Result<Vec<sales::SaleId>> {
    let filter = list::Filter {
        channels: channels.to_vec(),
        states: vec![state],
        ..list::Filter::default()
    };
    list::ids(&room.state, &filter)
}

fn deliver_all(
    room: &Room,
    ledger_id: LedgerId,
    job: &Running,
    done: &mut SalesDelivered,
) -> Result<()> {
    let add = |marked: &marks::MarkedCount, done: &mut SalesDelivered| {
        done.marked += marked.source + marked.before;
        done.marked_here += marked.here;
    };
    // What an earlier run could not mark is marked first, and so not read again. A source that can't be
    // marked now is read, and its trouble met again at the end.
    let marked = marks::settle(room, ledger_id, &job.cancel, job)?;
    add(&marked.count, done);
    let mut channels = Vec::new();
    let mut trouble = None;
    for account in accounts::channels(&room.state)? {
        if account.ledger_id == Some(ledger_id) && account.is_delivered() {
            match sync(room, account.id, job) {
                Ok(read) => {
                    done.read += read.orders;
                    channels.push(account.id);
                }
                Err(error @ (Error::Cancelled | Error::Store(_))) => return Err(error),
                // One database's trouble is not the others'; what it told before is not sent unseen.
                Err(error) => trouble = trouble.or(Some(error)),
            }
        }
    }
    if !channels.is_empty() {
        let stopped = deliver_of(room, ledger_id, &channels, job, done)?;
        let marked = marks::settle(room, ledger_id, &job.cancel, job)?;
        add(&marked.count, done);
        trouble = stopped.or(trouble).or(marked.trouble);
    }
    trouble.map_or(Ok(()), Err)
}

/// Sends what is ready of these channels. Why it ended early, if it did.
fn deliver_of(
    room: &Room,
    ledger_id: LedgerId,
    channels: &[ChannelId],
    job: &Running,
    done: &mut SalesDelivered,
) -> Result<Option<Error>> {
    for channel in channels {
        judge::pending(room, *channel, &job.cancel)?;
    }
    let input = SendInput {
        ledger_id,
        sales: standing(room, channels, State::Ready)?,
    };
    let mut sending = Sending::default();
    let ended = send_each(room, &input, job, &mut sending);
    (done.sent, done.there) = (sending.sent.invoiced, sending.sent.there);
    Ok(match ended {
        Ok(()) => sending.stopped.map(Error::Travelled),
        Err(error) => Some(error),
    })
}

/// Sends sales, each once, and remembers how it went.
///
/// # Errors
/// Those of the ledger's login and of the store; a cancel.
pub fn send(room: &Room, input: &SendInput, job: &Running) -> Result<SalesSent> {
    read_anew(room, input, job)?;
    let mut sending = Sending::default();
    let ended = send_each(room, input, job, &mut sending);
    match &sending.stopped {
        Some(error) if ended.is_ok() => accounts::set_ledger_contact(
            &room.state,
            input.ledger_id,
            room.clock.now(),
            Some(error.clone()),
        )?,
        Some(_) | None => remember(room, input.ledger_id, &ended)?,
    }
    // What was taken before the trouble is marked all the same.
    marks::settle(room, input.ledger_id, &job.cancel, job)?;
    ended.map(|()| sending.sent)
}

/// Whoever sends a refused document again has mended it where it was issued, more often than not.
fn read_anew(room: &Room, input: &SendInput, job: &Running) -> Result<()> {
    let mut channels = BTreeSet::new();
    for id in &input.sales {
        let row = sales::get(&room.state, *id)?;
        if row.state == State::Refused {
            channels.insert(row.channel_id);
        }
    }
    for id in channels {
        if !accounts::channel(&room.state, id)?.is_delivered() {
            continue;
        }
        // Another trouble is the channel's to tell; what is known of them is sent.
        if let Err(error @ (Error::Cancelled | Error::Store(_))) = sync(room, id, job) {
            return Err(error);
        }
    }
    Ok(())
}

/// What sending came to, and why it ended early where the ledger did not answer.
#[derive(Default)]
struct Sending {
    sent: SalesSent,
    stopped: Option<puente_core::Error>,
}

fn send_each(room: &Room, input: &SendInput, job: &Running, done: &mut Sending) -> Result<()> {
    let ledger = room.ledger(input.ledger_id)?;
    // What an earlier run left in the air comes down first.
    outbox::settle_all(room, input.ledger_id, ledger.as_ref(), &job.cancel, job)?;
    let mut sender = Sender::new(
        room,
        input.ledger_id,
        ledger.as_ref(),
        &job.cancel,
        &input.sales,
    )?;
    let ended = send_with(&mut sender, input.sales.len() as u64, job, done);
    // However it ended: what is known is kept, and what did not leave is ready again.
    let finished = sender.finish();
    ended.and(finished)
}

fn send_with(sender: &mut Sender<'_>, all: u64, job: &Running, done: &mut Sending) -> Result<()> {
    let (mut vain, mut pulse) = (0, None::<Instant>);
    for at in 0..all {
        job.progress(Progress::stage("send").of(at, Some(all)));
        if pulse.is_none_or(|pulse| pulse.elapsed() > PULSE) {
            pulse = Some(Instant::now());
            let state = json!({ "done": at });
            job.checkpoint(state)
                .map_err(|error| Error::Travelled(error.into()))?;
        }
        let Some((id, sent)) = sender.send_next() else {
            break;
        };
        let why = match sent {
            Ok(sent) => {
                count(&mut done.sent, &sent);
                match sent {
                    Sent::Later(why) | Sent::Uncertain(Some(why)) => why,
                    Sent::Skipped
                    | Sent::Blocked
                    | Sent::Invoiced
                    | Sent::There
                    | Sent::Refused
                    | Sent::Uncertain(None) => {
                        vain = 0;
                        continue;
                    }
                }
            }
            Err(
                error @ (Error::Cancelled
                | Error::Login { .. }
                | Error::Clock { .. }
                | Error::Store(_)),
            ) => return Err(error),
            // One sale's trouble is not the others'.
            Err(error) => {
                done.sent.later += 1;
                error.into()
            }
        };
        job.log(
            Level::Warn,
            &format!("sale {id} is not taken: {}", why.said),
        );
        vain += 1;
        if vain == outbox::VAIN {
            done.sent.later += all - at - 1;
            job.log(
                Level::Warn,
                "the ledger does not answer: the others stay ready",
            );
            done.stopped = Some(why.error);
            break;
        }
    }
    job.progress(Progress::stage("send").of(all, Some(all)));
    Ok(())
}

fn count(done: &mut SalesSent, sent: &Sent) {
    let counter = match sent {
        Sent::Invoiced => &mut done.invoiced,
        Sent::There => &mut done.there,
        Sent::Refused => &mut done.refused,
        Sent::Uncertain(_) => &mut done.uncertain,
        Sent::Blocked => &mut done.blocked,
        Sent::Skipped => &mut done.skipped,
        Sent::Later(_) => &mut done.later,
    };
    *counter += 1;
}
