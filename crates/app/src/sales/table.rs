//! The list of sales.

use super::texts::{ReasonView, title};
use super::{amount, room, wide};
use crate::amounts::Amount;
use crate::{App, Result};
use chrono::{DateTime, Utc};
use puente_core::Error;
use puente_sales::list::{self, Filter, Sort, Totals};
use puente_sales::sales::SaleRow;
use puente_sales::{State, accounts};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use ts_rs::TS;

/// Which sales: what is left out lets all through.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(rename = "SalesFilter", optional_fields = nullable)]
pub struct SalesFilter {
    /// Numbers of channel accounts.
    #[ts(as = "Option<Vec<i64>>", optional)]
    pub channels: Vec<i64>,
    /// States.
    #[ts(as = "Option<Vec<State>>", optional)]
    pub states: Vec<State>,
    /// Names of reasons: only sales that are first of all blocked by one of them.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub reasons: Vec<String>,
    /// Sold at this time or after it.
    pub from: Option<DateTime<Utc>>,
    /// Sold before this time.
    pub to: Option<DateTime<Utc>>,
    /// Paid at least so much.
    pub least: Option<Amount>,
    /// Paid at most so much.
    pub most: Option<Amount>,
    /// Words that its numbers, buyer, codes or titles hold.
    #[ts(as = "Option<String>", optional)]
    pub text: String,
    /// Numbers of sales: only these.
    #[ts(as = "Option<Vec<i64>>", optional)]
    pub ids: Vec<i64>,
    /// Only sales that have a task that is not done.
    #[ts(as = "Option<bool>", optional)]
    pub with_task: bool,
}

/// By what the list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "SalesSort")]
pub enum SortBy {
    /// When it was sold.
    #[default]
    Date,
    /// What was paid.
    Amount,
    /// What it earned.
    Margin,
    /// The channel's number.
    Number,
    /// Who bought.
    Buyer,
    /// Where it stands.
    State,
}

/// A page of sales.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(rename = "SalesPageOf", optional_fields = nullable)]
pub struct PageOf {
    /// Which.
    #[ts(as = "Option<SalesFilter>", optional)]
    pub filter: SalesFilter,
    /// By what.
    #[ts(as = "Option<SortBy>", optional)]
    pub sort: SortBy,
    /// The smallest or oldest first; the newest and largest when left out.
    #[ts(as = "Option<bool>", optional)]
    pub ascending: bool,
    /// Rows to pass over.
    #[ts(as = "Option<u64>", optional)]
    pub offset: u64,
    /// At most so many; 100 when left out, 1000 at most.
    pub limit: Option<u32>,
}

/// A sale in a list.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "SaleRow")]
pub struct Row {
    /// Its number here.
    pub id: i64,
    /// The channel account.
    pub channel_id: i64,
    /// Its name.
    pub channel: String,
    /// The channel's number: of the pack, or of the order that is in none.
    pub key: String,
    /// When it was sold.
    pub sold_at: DateTime<Utc>,
    /// What the channel says: `paid`, `pending`, `cancelled`, `refunded`.
    pub status: String,
    /// Where it stands.
    pub state: State,
    /// Who bought.
    pub buyer: String,
    /// Lines.
    pub items: i64,
    /// Its currency.
    pub currency: String,
    /// What was paid for the goods.
    pub paid: String,
    /// What the invoice comes to or would come to; none while it can't be told.
    pub total: Option<String>,
    /// What stands in the way.
    pub reasons: Vec<ReasonView>,
    /// What it earned; none while it is not worked out.
    pub margin: Option<String>,
    /// Whether that is an estimate.
    pub estimated: bool,
    /// Number of the invoice; empty before.
    pub invoice: String,
    /// What the tax authority says, by the ledger's word: ``, `Draft`, `Accepted`, `Rejected`.
    pub stamp: String,
    /// When it came into its state.
    pub changed_at: DateTime<Utc>,
}

/// What the filter lets through, counted and summed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SalesTotals {
    /// How many.
    pub sales: u64,
    /// What they come to in each currency, that of the most sales first.
    pub sums: Vec<SalesSum>,
    /// How many in each state, by name.
    pub states: HashMap<String, u64>,
    /// How many are first of all blocked by each reason, the most first.
    pub reasons: Vec<ReasonCount>,
}

/// What sales in one currency come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SalesSum {
    /// Which, as ISO 4217 says.
    pub currency: String,
    /// How many sales.
    pub sales: u64,
    /// Paid in all.
    pub paid: String,
    /// Invoiced or to be invoiced in all.
    pub total: String,
    /// Earned in all, of those that are worked out.
    pub margin: String,
}

impl SalesTotals {
    /// One of the amounts, in every currency: `12.00 COP + 3.00 ARS`; empty without sales.
    pub fn each(&self, amount: impl Fn(&SalesSum) -> &str) -> String {
        let texts: Vec<String> = self
            .sums
            .iter()
            .map(|sum| format!("{} {}", amount(sum), sum.currency))
            .collect();
        texts.join(" + ")
    }
}

/// How many sales a reason blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "SaleReasonCount")]
pub struct ReasonCount {
    /// Its name.
    pub reason: String,
    /// What it is called.
    pub text: String,
    /// How many.
    pub sales: u64,
}

/// A page of sales with what the whole filter comes to.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "SalesPage")]
pub struct Page {
    /// The rows.
    pub rows: Vec<Row>,
    /// Of everything that the filter lets through.
    pub totals: SalesTotals,
}

/// A page of sales.
///
/// # Errors
/// Those of the store.
pub fn page(app: &App, request: PageOf) -> Result<Page> {
    let filter = to_filter(&request.filter)?;
    Ok(Page {
        rows: rows(app, &request)?,
        totals: to_totals(app, list::totals(&room(app).state, &filter)?),
    })
}

/// The rows of a page alone.
pub(crate) fn rows(app: &App, request: &PageOf) -> Result<Vec<Row>> {
    let state = &room(app).state;
    let filter = to_filter(&request.filter)?;
    let sort = match request.sort {
        SortBy::Date => Sort::Date,
        SortBy::Amount => Sort::Amount,
        SortBy::Margin => Sort::Margin,
        SortBy::Number => Sort::Number,
        SortBy::Buyer => Sort::Buyer,
        SortBy::State => Sort::State,
    };
    let limit = request.limit.unwrap_or(100).min(1000);
    let rows = list::page(
        state,
        &filter,
        sort,
        !request.ascending,
        request.offset,
        limit,
    )?;
    to_rows(app, rows)
}

/// What a filter comes to: for a selection.
///
/// # Errors
/// Those of the store.
pub fn totals(app: &App, request: SalesFilter) -> Result<SalesTotals> {
    let totals = list::totals(&room(app).state, &to_filter(&request)?)?;
    Ok(to_totals(app, totals))
}

pub(crate) fn to_filter(filter: &SalesFilter) -> Result<Filter> {
    let e4 = |amount: Option<Amount>| -> Result<Option<i64>> {
        amount
            .map(|amount| i64::try_from(amount.0))
            .transpose()
            .map_err(|_| Error::invalid("amount", "too_large"))
    };
    Ok(Filter {
        channels: filter.channels.clone(),
        states: filter.states.clone(),
        reasons: filter.reasons.clone(),
        from: filter.from,
        to: filter.to,
        least_e4: e4(filter.least)?,
        most_e4: e4(filter.most)?,
        text: filter.text.clone(),
        ids: filter.ids.clone(),
        with_task: filter.with_task,
    })
}

pub(crate) fn to_rows(app: &App, rows: Vec<SaleRow>) -> Result<Vec<Row>> {
    let channels: HashMap<i64, String> = accounts::channels(&room(app).state)?
        .into_iter()
        .map(|channel| (channel.id, channel.name))
        .collect();
    let lang = app.lang();
    let to_row = |row: SaleRow| Row {
        channel: channels.get(&row.channel_id).cloned().unwrap_or_default(),
        id: row.id,
        channel_id: row.channel_id,
        key: row.key,
        sold_at: row.sold_at,
        status: row.status,
        state: row.state,
        buyer: row.buyer,
        items: row.items,
        currency: row.currency,
        paid: amount(row.paid_e4),
        total: row.total_e4.map(amount),
        reasons: row
            .reasons
            .into_iter()
            .map(|reason| ReasonView::of(reason, lang))
            .collect(),
        margin: row.margin_e4.map(amount),
        estimated: row.estimated,
        invoice: row.invoice,
        stamp: row.stamp,
        changed_at: row.changed_at,
    };
    Ok(rows.into_iter().map(to_row).collect())
}

fn to_totals(app: &App, totals: Totals) -> SalesTotals {
    let lang = app.lang();
    let mut reasons: Vec<ReasonCount> = totals
        .reasons
        .into_iter()
        .map(|(reason, sales)| ReasonCount {
            text: title(&reason, lang),
            reason,
            sales,
        })
        .collect();
    reasons.sort_by(|a, b| b.sales.cmp(&a.sales).then_with(|| a.reason.cmp(&b.reason)));
    let mut sums: Vec<SalesSum> = totals
        .sums
        .into_iter()
        .map(|(currency, sums)| SalesSum {
            currency,
            sales: sums.sales,
            paid: wide(sums.paid_e4),
            total: wide(sums.total_e4),
            margin: wide(sums.margin_e4),
        })
        .collect();
    sums.sort_by_key(|sum| std::cmp::Reverse(sum.sales));
    SalesTotals {
        sales: totals.sales,
        sums,
        states: totals.states.into_iter().collect(),
        reasons,
    }
}
