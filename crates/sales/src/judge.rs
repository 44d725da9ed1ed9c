//! Homologating what waits: when sales come in, and again when a mapping, a rule or a catalogue changes.

use crate::accounts::{self, Channel, ChannelId};
use crate::bills::Bills;
use crate::catalogue::Catalogue;
use crate::costs::{self, Costs};
use crate::draft::Draft;
use crate::erp_costs::ErpCosts;
use crate::homologate::homologate_accepting;
use crate::margin::{self, Earnings, SalesTax};
use crate::model::{Sale, Status};
use crate::reason::Reason;
use crate::rules::Mappings;
use crate::sales::{self, SaleId};
use crate::state::State;
use crate::{Error, Result, Room, accept, catalogues, list, mappings, tasks};
use chrono::{DateTime, NaiveDate, Utc};
use puente_core::{Cancel, Progress, ProgressSink};
use rusqlite::Connection;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Sales in one transaction.
const BATCH: usize = 200;

/// What the sales of one channel account are judged by, read once.
#[derive(Debug, Clone)]
pub struct Measure {
    /// The channel account, with its rules.
    pub channel: Channel,
    /// Its mappings.
    pub mappings: Mappings,
    /// What its ledger expects.
    pub catalogue: Catalogue,
    /// Its ledger; none where none is chosen.
    pub ledger: Option<accounts::Ledger>,
    /// What the office knows of costs.
    pub costs: Costs,
    /// What the channel billed; none where it billed nothing.
    pub bills: Option<Bills>,
    /// The day in Colombia.
    pub today: NaiveDate,
}

/// The day in Colombia, whose electronic invoices may not be of an earlier one.
pub fn today(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&chrono_tz::America::Bogota).date_naive()
}

impl Measure {
    /// Reads it.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`]; those of the store.
    pub fn of(room: &Room, channel: ChannelId) -> Result<Measure> {
        let channel = accounts::channel(&room.state, channel)?;
        let ledger = match channel.ledger_id {
            Some(id) => Some(accounts::ledger(&room.state, id)?),
            None => None,
        };
        let catalogue = match channel.ledger_id {
            Some(ledger) => catalogues::of(&room.state, ledger)?,
            None => Catalogue::default(),
        };
        let mappings = mappings::of(&room.state, channel.id)?;
        let erp = ErpCosts::of(room, channel.id, &mappings)?;
        Ok(Measure {
            mappings,
            catalogue,
            ledger,
            costs: Costs {
                erp,
                ..costs::all(&room.state)?
            },
            bills: Bills::of(&room.state, channel.id)?,
            today: today(room.clock.now()),
            channel,
        })
    }

    /// The invoice that a sale would be, or why it can't.
    ///
    /// # Errors
    /// All reasons.
    pub fn draft(&self, sale: &Sale) -> std::result::Result<Draft, Vec<Reason>> {
        crate::ledgers::draft(
            self.ledger.as_ref(),
            sale,
            &self.mappings,
            &self.catalogue,
            &self.channel.rules,
            self.today,
        )
    }

    /// As [`Measure::draft`], with what a person accepted of that sale. None where there is no such sale:
    /// nobody accepted anything.
    ///
    /// # Errors
    /// Those of the store.
    pub fn draft_of(
        &self,
        conn: &Connection,
        id: SaleId,
        sale: &Sale,
    ) -> Result<std::result::Result<Draft, Vec<Reason>>> {
        let drafted = self.draft(sale);
        let open = |reasons: &Vec<Reason>| reasons.iter().all(Reason::may_be_accepted);
        if !drafted.as_ref().err().is_some_and(open) {
            return Ok(drafted);
        }
        let accepted = accept::of(conn, id)?;
        if accepted.is_empty() {
            return Ok(drafted);
        }
        Ok(homologate_accepting(
            sale,
            &self.mappings,
            &self.catalogue,
            &self.channel.rules,
            self.today,
            &accepted,
        ))
    }

    /// What a sale earned, by the invoice that it is or would be.
    pub fn earnings(&self, sale: &Sale, draft: Option<&Draft>, invoiced: bool) -> Earnings {
        let tax = draft.map(|draft| SalesTax {
            amount: draft.tax,
            invoiced,
        });
        margin::of(sale, self.channel.id, tax, &self.costs, self.billed(sale))
    }

    /// What the channel billed for selling it; none while it has not billed all of its orders.
    fn billed(&self, sale: &Sale) -> Option<Decimal> {
        let orders = sale.orders.iter();
        let standing = orders.filter(|order| order.status != Status::Cancelled);
        let fee = self.bills.as_ref()?.fee(standing.map(|order| &*order.id));
        // A margin is shown with what is known; why a bill could not be read is for the log.
        fee.inspect_err(|error| tracing::warn!(%error, "bills were not read"))
            .ok()?
    }
}

/// Judges one sale inside a transaction.
pub(crate) fn one(
    conn: &Connection,
    measure: &Measure,
    id: SaleId,
    sale: &Sale,
    now: DateTime<Utc>,
) -> Result<State> {
    let drafted = measure.draft_of(conn, id, sale)?;
    if sales::was_sent(conn, id)? {
        let state = sales::row_of(conn, id)?.state;
        let earned = measure.earnings(sale, drafted.as_ref().ok(), true);
        sales::set_margin(conn, id, earned.margin, earned.estimated)?;
        if matches!(state, State::Invoiced | State::Stamped) {
            tasks::check(conn, id, sale, now)?;
        }
        return Ok(state);
    }
    let row = sales::row_of(conn, id)?;
    if crate::handlers::is_dropped(&row.reasons) && sale.status != Status::Cancelled {
        return Ok(row.state);
    }
    let mut reasons = drafted.as_ref().err().cloned().unwrap_or_default();
    let orders: Vec<String> = sale.orders.iter().map(|order| order.id.clone()).collect();
    if let Some((order, sale)) = sales::order_elsewhere(conn, measure.channel.id, id, &orders)? {
        reasons.insert(0, Reason::OrderElsewhere { order, sale });
    }
    let draft = drafted.as_ref().ok();
    let total = draft.map(|draft| draft.total);
    let state = sales::judge(conn, id, sale.status, total, &reasons, now)?;
    let earned = measure.earnings(sale, draft, false);
    sales::set_margin(conn, id, earned.margin, earned.estimated)?;
    Ok(state)
}

/// Stores sales that a channel gave and judges those that changed, in one transaction. `after` runs in it
/// too, for the checkpoint. Gives how many were new and how many were different.
///
/// # Errors
/// Those of the store, and those of `after`.
pub fn take(
    room: &Room,
    measure: &Arc<Measure>,
    sales: Vec<Sale>,
    after: impl FnOnce(&Connection) -> Result<()> + Send + 'static,
) -> Result<(u64, u64)> {
    let (measure, now) = (Arc::clone(measure), room.clock.now());
    room.state.write(move |tx| {
        let (mut new, mut changed) = (0, 0);
        for sale in &sales {
            let stored = sales::store(tx, measure.channel.id, sale, now)?;
            match stored {
                sales::Stored::New(_) => new += 1,
                sales::Stored::Changed(_) => changed += 1,
                sales::Stored::Same(_) => continue,
            }
            one(tx, &measure, stored.id(), sale, now)?;
        }
        after(tx)?;
        Ok((new, changed))
    })
}

/// Judges again what stands in the way of sales of a channel account that are neither ready nor sent: another
/// sale may have stood in their way.
///
/// # Errors
/// Those of the store; that it was cancelled.
pub(crate) fn pending(room: &Room, channel: ChannelId, cancel: &Cancel) -> Result<()> {
    let filter = list::Filter {
        channels: vec![channel],
        states: vec![State::Pending],
        ..list::Filter::default()
    };
    let ids = list::ids(&room.state, &filter)?;
    if ids.is_empty() {
        return Ok(());
    }
    let measure = Arc::new(Measure::of(room, channel)?);
    for some in ids.chunks(BATCH) {
        cancel.check()?;
        judge_all(room, &measure, some.to_vec())?;
    }
    Ok(())
}

fn judge_all(room: &Room, measure: &Arc<Measure>, ids: Vec<SaleId>) -> Result<()> {
    let (measure, now) = (Arc::clone(measure), room.clock.now());
    room.state.write(move |tx| {
        for id in &ids {
            match sales::body_of(tx, *id) {
                Ok(sale) => one(tx, &measure, *id, &sale, now).map(drop)?,
                // Its orders came into another sale meanwhile.
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    })
}

/// Judges every sale of a channel account that waits, and gives how many there were.
///
/// # Errors
/// Those of the store; that it was cancelled.
pub fn again(
    room: &Room,
    channel: ChannelId,
    cancel: &Cancel,
    progress: &dyn ProgressSink,
) -> Result<u64> {
    let measure = Arc::new(Measure::of(room, channel)?);
    let (mut after, mut done) = (0, 0);
    loop {
        cancel.check()?;
        let ids = room.state.read(|conn| {
            let sql = format!(
                "SELECT id FROM sale WHERE channel_id = ?1 AND id > ?2 ORDER BY id LIMIT {BATCH}"
            );
            let mut statement = conn.prepare_cached(&sql)?;
            let rows = statement.query_map([channel, after], |row| row.get(0))?;
            Ok::<_, crate::Error>(rows.collect::<rusqlite::Result<Vec<SaleId>>>()?)
        })?;
        let Some(last) = ids.last().copied() else {
            return Ok(done);
        };
        after = last;
        done += ids.len() as u64;
        judge_all(room, &measure, ids)?;
        progress.report(Progress::stage("homologate").of(done, None));
    }
}
