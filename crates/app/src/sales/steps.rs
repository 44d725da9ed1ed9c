//! The eleven steps from a sale to its invoice, and where the office stands in each.

use super::room;
use crate::{App, Nothing, Result};
use chrono::{DateTime, Utc};
use puente_sales::accounts::{self, ChannelState, LedgerKind};
use puente_sales::homologate::requirements;
use puente_sales::list::{self, Filter};
use puente_sales::{State, catalogues, costs, tasks};
use serde::Serialize;
use ts_rs::TS;

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "SalesStepName")]
pub enum Step {
    /// 1. A ledger is connected.
    Ledger,
    /// 2. A channel account is authorised.
    Channel,
    /// 3. What the ledger expects is fetched.
    Catalogue,
    /// 4. The rules say all that it demands.
    Rules,
    /// 5. Orders are read.
    Orders,
    /// 6. What can be mapped is mapped.
    Mappings,
    /// 7. Sales are ready.
    Ready,
    /// 8. Sales are sent.
    Send,
    /// 9. Every sending is answered.
    Answers,
    /// 10. Invoices are accepted by the tax authority.
    Status,
    /// 11. It is known what each sale earned.
    Margin,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "SalesStepState")]
pub enum Stand {
    /// An earlier one comes first.
    Later,
    /// To be done now.
    Todo,
    /// Works, and something in it wants a look.
    Attention,
    /// Done.
    Done,
}

/// A step, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "SalesStep")]
pub struct StepRow {
    /// From 1 on.
    pub number: u8,
    /// Which.
    pub step: Step,
    /// How far it is.
    pub state: Stand,
    /// How many there are of what it is about: accounts, sales, invoices.
    pub count: u64,
    /// How many of them want a look.
    pub open: u64,
    /// When it last happened; none where that is not known.
    pub at: Option<DateTime<Utc>>,
}

/// The eleven steps, of which an office that only tells Solar has six.
///
/// # Errors
/// Those of the store.
pub fn steps(app: &App, _: Nothing) -> Result<Vec<StepRow>> {
    let state = &room(app).state;
    let ledgers = accounts::ledgers(state)?;
    let channels = accounts::channels(state)?;
    let totals = list::totals(state, &Filter::default())?;
    let in_state = |wanted: State| totals.states.get(wanted.as_str()).copied().unwrap_or(0);
    let reasons = |wanted: &[&str]| -> u64 {
        let of = |name: &&str| totals.reasons.get(*name).copied().unwrap_or(0);
        wanted.iter().map(of).sum()
    };
    let connected = channels
        .iter()
        .filter(|channel| channel.state == ChannelState::Connected)
        .count() as u64;
    let mut fetched = Vec::new();
    let (mut ruled, mut unruled) = (0, 0);
    for channel in &channels {
        let Some(ledger) = channel.ledger_id else {
            unruled += 1;
            continue;
        };
        // What a point of sale has issued is reported as it is: nothing is to be chosen.
        let reports = |one: &accounts::Ledger| one.id == ledger && one.kind == LedgerKind::Solar;
        if ledgers.iter().any(reports) {
            ruled += 1;
            continue;
        }
        let catalogue = catalogues::of(state, ledger)?;
        fetched.extend(catalogue.fetched_at);
        let all = requirements(&catalogue, &channel.rules);
        match all
            .iter()
            .all(|one| (one.met || !one.required) && one.reason.is_none())
        {
            true => ruled += 1,
            false => unruled += 1,
        }
    }
    // What was chosen and fits no more wants a look as much as what is not chosen.
    let misfits = puente_sales::misfits::all(room(app))?.len() as u64;
    let unruled = misfits.max(unruled);
    for ledger in &ledgers {
        fetched.extend(catalogues::fetched_at(state, ledger.id)?);
    }
    let failing = ledgers
        .iter()
        .filter(|ledger| ledger.last_error.is_some())
        .count() as u64;
    let lost = channels.len() as u64 - connected;
    let unmapped = reasons(&[
        "unmapped_product",
        "unmapped_payment",
        "unmapped_tax",
        "unmapped_id_type",
        "unknown_city",
        "not_in_catalogue",
    ]);
    let invoiced = in_state(State::Invoiced) + in_state(State::Stamped);
    let open = in_state(State::Sending) + in_state(State::Uncertain);
    let awaiting = puente_sales::outbox::awaiting_stamp(state)?;
    let credit = tasks::list(state, None)?
        .iter()
        .filter(|task| task.done_at.is_none())
        .count() as u64;
    let known = costs::all(state)?;
    let sources = puente_sales::erp_costs::sources(state)?;
    let has_costs = (known.products.len() + known.rules.len() + sources.len()) as u64;
    let synced = channels
        .iter()
        .filter_map(|channel| channel.synced_at)
        .max();
    let checked = ledgers.iter().filter_map(|ledger| ledger.checked_at).max();
    let rows = [
        (Step::Ledger, ledgers.len() as u64, failing, checked),
        (Step::Channel, connected, lost, None),
        (
            Step::Catalogue,
            fetched.len() as u64,
            0,
            fetched.iter().min().copied(),
        ),
        (Step::Rules, ruled, unruled, None),
        (Step::Orders, totals.sales, 0, synced),
        (
            Step::Mappings,
            totals.sales.saturating_sub(unmapped),
            unmapped,
            None,
        ),
        (
            Step::Ready,
            in_state(State::Ready) + invoiced,
            in_state(State::Pending),
            None,
        ),
        (Step::Send, invoiced, in_state(State::Ready), None),
        (
            Step::Answers,
            invoiced,
            open + in_state(State::Refused),
            None,
        ),
        (
            Step::Status,
            in_state(State::Stamped).max(invoiced.saturating_sub(awaiting)),
            awaiting + credit,
            None,
        ),
        (Step::Margin, has_costs, 0, None),
    ];
    // What is told as it was issued is neither homologated nor stamped.
    let told = !ledgers.is_empty() && ledgers.iter().all(|ledger| ledger.kind.is_told_at_once());
    let rows = rows.into_iter().filter(|(step, ..)| match step {
        Step::Catalogue | Step::Rules | Step::Mappings | Step::Status | Step::Margin => !told,
        Step::Ledger | Step::Channel | Step::Orders | Step::Ready | Step::Send | Step::Answers => {
            true
        }
    });
    let mut before = true;
    let stand = |(at, (step, count, open, moment)): (usize, (Step, u64, u64, _))| {
        let state = match (count, open) {
            (0, 0) if before => Stand::Todo,
            (0, _) if !before => Stand::Later,
            (0, 0) => Stand::Later,
            (0, _) => Stand::Todo,
            (_, 0) => Stand::Done,
            (_, _) => Stand::Attention,
        };
        before &= count > 0;
        StepRow {
            number: u8::try_from(at + 1).unwrap_or(11),
            step,
            state,
            count,
            open,
            at: moment,
        }
    };
    Ok(rows.enumerate().map(stand).collect())
}
