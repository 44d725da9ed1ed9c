//! The jobs of this crate.

use crate::accounts::{self, ChannelId, LedgerId};
use crate::bills::{self, BILLS};
use crate::erp_costs::{self, ERP_COSTS};
use crate::judge::{self, Measure};
use crate::outbox::{self, Decision, Followed};
use crate::reason::Reason;
use crate::sales::{self, SaleId};
pub use crate::sending::{SalesDelivered, SalesSent, send};
pub use crate::syncing::{SalesRead, read_job, sync};
use crate::{Error, Result, Room, State, catalogues, marks, sending};
use puente_jobs::{Handler, Interrupted, JobKind, NewJob, Queued, RetryPolicy, Running};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use ts_rs::TS;

/// The kind of job that brings everything of sales up to date: one job for each channel and ledger follows.
pub const SYNC_ALL: &str = "sales.sync_all";
/// The kind of job that reads what changed in a channel.
pub const SYNC: &str = "sales.sync";
/// The kind of job that homologates what waits.
pub const HOMOLOGATE: &str = "sales.homologate";
/// The kind of job that fetches what a ledger expects.
pub const CATALOGUE: &str = "sales.catalogue";
/// The kind of job that sends sales.
pub const SEND: &str = "sales.send";
/// The kind of job that reads what waits in the sources of a ledger, sends it, and marks it there.
pub const DELIVER: &str = "sales.deliver";
/// The kind of job that has one job of [`DELIVER`] follow for each ledger that is told of local databases.
pub const DELIVER_ALL: &str = "sales.deliver_all";
/// The kind of job that settles what is in doubt, and asks how far invoices are.
pub const FOLLOW: &str = "sales.follow";
/// The kind of job that does what a person decided of a sale in doubt.
pub const DECIDE: &str = "sales.decide";

/// Input of [`SYNC`] and [`HOMOLOGATE`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelInput {
    /// The channel account.
    pub channel_id: ChannelId,
}

/// Input of [`CATALOGUE`] and [`FOLLOW`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerInput {
    /// The ledger.
    pub ledger_id: LedgerId,
}

/// Input of [`SEND`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendInput {
    /// The ledger.
    pub ledger_id: LedgerId,
    /// The sales, in this order.
    pub sales: Vec<SaleId>,
}

/// Input of [`DECIDE`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecideInput {
    /// The ledger.
    pub ledger_id: LedgerId,
    /// The sale.
    pub sale_id: SaleId,
    /// What was decided.
    pub decision: Decision,
}

/// Result of [`HOMOLOGATE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct SalesJudged {
    /// Sales that were looked at.
    pub sales: u64,
}

/// Result of [`CATALOGUE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct CatalogueFetched {
    /// Products in it.
    pub products: u64,
}

/// Result of [`DECIDE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SaleDecided {
    /// Where the sale stands since.
    pub state: State,
}

/// The handlers, for the queue.
pub fn all(room: &Room) -> Vec<Arc<dyn Handler>> {
    vec![
        Arc::new(SyncAll(room.clone())),
        Arc::new(Sync(room.clone())),
        Arc::new(Homologate(room.clone())),
        Arc::new(FetchCatalogue(room.clone())),
        Arc::new(Send(room.clone())),
        Arc::new(Deliver(room.clone())),
        Arc::new(DeliverAll(room.clone())),
        Arc::new(Follow(room.clone())),
        Arc::new(Decide(room.clone())),
        Arc::new(ReadBills(room.clone())),
    ]
}

type Ran<T> = std::result::Result<T, puente_core::Error>;

struct SyncAll(Room);
struct Sync(Room);
struct Homologate(Room);
struct FetchCatalogue(Room);
struct Send(Room);
struct Deliver(Room);
struct DeliverAll(Room);
struct Follow(Room);
struct Decide(Room);
struct ReadBills(Room);

impl JobKind for SyncAll {
    const NAME: &'static str = SYNC_ALL;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    const RETRY: RetryPolicy = RetryPolicy::PATIENT;
    type Input = IgnoredAny;
    type Output = Queued;

    fn work(&self, job: &Running, _: Self::Input) -> Ran<Self::Output> {
        let mut jobs = Vec::new();
        let mut ledgers = Vec::new();
        for channel in accounts::channels(&self.0.state)? {
            if channel.state == accounts::ChannelState::Connected {
                let read = read_job(&self.0, &channel)?;
                jobs.push(job.enqueue(read.once())?.0);
                let input = json!(ChannelInput {
                    channel_id: channel.id
                });
                if bills::is_due(&self.0.state, channel.id, self.0.clock.now())? {
                    jobs.push(job.enqueue(NewJob::new(BILLS, input).once())?.0);
                }
            }
            ledgers.extend(channel.ledger_id);
        }
        for source in erp_costs::sources(&self.0.state)? {
            let input = json!(ChannelInput {
                channel_id: source.channel_id
            });
            jobs.push(job.enqueue(NewJob::new(ERP_COSTS, input).once())?.0);
        }
        // Two channels of one ledger have one job.
        jobs.sort_unstable();
        jobs.dedup();
        ledgers.sort_unstable();
        ledgers.dedup();
        for ledger_id in ledgers {
            let input = json!(LedgerInput { ledger_id });
            jobs.push(job.enqueue(NewJob::new(FOLLOW, input).once())?.0);
        }
        Ok(Queued { jobs })
    }
}

impl JobKind for Sync {
    const NAME: &'static str = SYNC;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    const RETRY: RetryPolicy = RetryPolicy::PATIENT;
    type Input = ChannelInput;
    type Output = SalesRead;

    fn holds(input: &Self::Input) -> Vec<String> {
        vec![format!("channel:{}", input.channel_id)]
    }

    fn work(&self, job: &Running, input: Self::Input) -> Ran<Self::Output> {
        Ok(sync(&self.0, input.channel_id, job)?)
    }
}

impl JobKind for Homologate {
    const NAME: &'static str = HOMOLOGATE;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    const RETRY: RetryPolicy = RetryPolicy::PATIENT;
    type Input = ChannelInput;
    type Output = SalesJudged;

    fn holds(input: &Self::Input) -> Vec<String> {
        vec![format!("channel:{}", input.channel_id)]
    }

    fn work(&self, job: &Running, input: Self::Input) -> Ran<Self::Output> {
        let sales = judge::again(&self.0, input.channel_id, &job.cancel, job)?;
        Ok(SalesJudged { sales })
    }
}

impl JobKind for FetchCatalogue {
    const NAME: &'static str = CATALOGUE;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    const RETRY: RetryPolicy = RetryPolicy::PATIENT;
    type Input = LedgerInput;
    type Output = CatalogueFetched;

    fn holds(input: &Self::Input) -> Vec<String> {
        vec![format!("catalogue:{}", input.ledger_id)]
    }

    fn work(&self, job: &Running, input: Self::Input) -> Ran<Self::Output> {
        Ok(fetch_catalogue(&self.0, input.ledger_id, job)?)
    }
}

/// Fetches what a ledger expects, remembers how it went, and has what waits homologated again.
///
/// # Errors
/// Those of the ledger and of the store; a cancel.
pub fn fetch_catalogue(
    room: &Room,
    ledger_id: LedgerId,
    job: &Running,
) -> Result<CatalogueFetched> {
    let fetched = room
        .ledger(ledger_id)
        .and_then(|ledger| ledger.catalogue(&job.cancel, job));
    remember(room, ledger_id, &fetched)?;
    let catalogue = fetched?;
    catalogues::keep(&room.state, ledger_id, &catalogue)?;
    for channel in accounts::channels(&room.state)? {
        if channel.ledger_id == Some(ledger_id) {
            ask_homologation(job, channel.id)?;
        }
    }
    Ok(CatalogueFetched {
        products: catalogue.products.len() as u64,
    })
}

fn ask_homologation(job: &Running, channel_id: ChannelId) -> Result<()> {
    let input = json!(ChannelInput { channel_id });
    job.enqueue(NewJob::new(HOMOLOGATE, input).once())
        .map(drop)
        .map_err(|error| Error::Travelled(error.into()))
}

impl JobKind for Send {
    const NAME: &'static str = SEND;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    type Input = SendInput;
    type Output = SalesSent;

    fn holds(input: &Self::Input) -> Vec<String> {
        vec![format!("ledger:{}", input.ledger_id)]
    }

    fn work(&self, job: &Running, input: Self::Input) -> Ran<Self::Output> {
        Ok(send(&self.0, &input, job)?)
    }
}

impl JobKind for Deliver {
    const NAME: &'static str = DELIVER;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    const RETRY: RetryPolicy = RetryPolicy::PATIENT;
    type Input = LedgerInput;
    type Output = SalesDelivered;

    fn holds(input: &Self::Input) -> Vec<String> {
        vec![format!("ledger:{}", input.ledger_id)]
    }

    fn work(&self, job: &Running, input: Self::Input) -> Ran<Self::Output> {
        let delivered = sending::deliver(&self.0, input.ledger_id, job);
        remember(&self.0, input.ledger_id, &delivered)?;
        Ok(delivered?)
    }
}

impl JobKind for DeliverAll {
    const NAME: &'static str = DELIVER_ALL;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    const RETRY: RetryPolicy = RetryPolicy::PATIENT;
    type Input = IgnoredAny;
    type Output = Queued;

    fn work(&self, job: &Running, _: Self::Input) -> Ran<Self::Output> {
        let mut ledgers: Vec<LedgerId> = accounts::channels(&self.0.state)?
            .into_iter()
            .filter(accounts::Channel::is_delivered)
            .filter_map(|channel| channel.ledger_id)
            .collect();
        ledgers.sort_unstable();
        ledgers.dedup();
        let mut jobs = Vec::new();
        for ledger_id in ledgers {
            let input = json!(LedgerInput { ledger_id });
            jobs.push(job.enqueue(NewJob::new(DELIVER, input).once())?.0);
        }
        Ok(Queued { jobs })
    }
}

impl JobKind for Follow {
    const NAME: &'static str = FOLLOW;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    const RETRY: RetryPolicy = RetryPolicy::PATIENT;
    type Input = LedgerInput;
    type Output = Followed;

    fn holds(input: &Self::Input) -> Vec<String> {
        vec![format!("ledger:{}", input.ledger_id)]
    }

    fn work(&self, job: &Running, input: Self::Input) -> Ran<Self::Output> {
        Ok(follow(&self.0, input.ledger_id, job)?)
    }
}

/// Settles what is in doubt and asks how far invoices are, and remembers how it went.
///
/// # Errors
/// Those of the ledger and of the store; a cancel.
pub fn follow(room: &Room, ledger_id: LedgerId, job: &Running) -> Result<Followed> {
    let followed = room
        .ledger(ledger_id)
        .and_then(|ledger| outbox::follow(room, ledger_id, ledger.as_ref(), &job.cancel, job));
    remember(room, ledger_id, &followed)?;
    marks::settle(room, ledger_id, &job.cancel, job)?;
    followed
}

impl JobKind for ReadBills {
    const NAME: &'static str = BILLS;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    const RETRY: RetryPolicy = RetryPolicy::PATIENT;
    type Input = ChannelInput;
    type Output = bills::BillsRead;

    fn holds(input: &Self::Input) -> Vec<String> {
        vec![format!("channel:{}", input.channel_id)]
    }

    fn work(&self, job: &Running, input: Self::Input) -> Ran<Self::Output> {
        Ok(bills::read(&self.0, input.channel_id, job)?)
    }
}

impl JobKind for Decide {
    const NAME: &'static str = DECIDE;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    type Input = DecideInput;
    type Output = SaleDecided;

    fn holds(input: &Self::Input) -> Vec<String> {
        vec![format!("ledger:{}", input.ledger_id)]
    }

    fn work(&self, job: &Running, input: Self::Input) -> Ran<Self::Output> {
        let room = &self.0;
        let ledger = room.ledger(input.ledger_id)?;
        let decision = &input.decision;
        outbox::decide(room, ledger.as_ref(), input.sale_id, decision, &job.cancel)?;
        if *decision == Decision::Again {
            judge_one(room, input.sale_id)?;
        }
        let state = sales::get(&room.state, input.sale_id)?.state;
        Ok(SaleDecided { state })
    }
}

/// Judges one sale now.
///
/// # Errors
/// [`Error::NotFound`]; those of the store.
pub fn judge_one(room: &Room, id: SaleId) -> Result<()> {
    let row = sales::get(&room.state, id)?;
    let measure = Measure::of(room, row.channel_id)?;
    let now = room.clock.now();
    room.state.write(move |tx| {
        let sale = sales::body_of(tx, id)?;
        judge::one(tx, &measure, id, &sale, now).map(drop)
    })
}

/// Whether a person took the sale out of Puente's hands.
pub(crate) fn is_dropped(reasons: &[Reason]) -> bool {
    reasons
        .iter()
        .any(|reason| matches!(reason, Reason::Refused { code, .. } if code == "dropped_by_hand"))
}

/// How the last contact with a ledger went.
pub(crate) fn remember<T>(room: &Room, ledger: LedgerId, result: &Result<T>) -> Result<()> {
    let error = match result {
        Ok(_) => None,
        Err(Error::Cancelled) => return Ok(()),
        Err(error) => Some(error.into()),
    };
    accounts::set_ledger_contact(&room.state, ledger, room.clock.now(), error)
}
