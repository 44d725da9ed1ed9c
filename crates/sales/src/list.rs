//! Lists of sales: filtered, sorted, by offset, with their totals.

use crate::accounts::ChannelId;
use crate::sales::{COLUMNS, SaleId, SaleRow, read_row};
use crate::state::State;
use crate::{Result, to_json};
use chrono::{DateTime, Utc};
use puente_store::{Database, time};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params_from_iter};
use std::collections::BTreeMap;

/// Which sales. Empty lists and `None` mean all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Of these channel accounts.
    pub channels: Vec<ChannelId>,
    /// In these states.
    pub states: Vec<State>,
    /// Blocked first by one of these reasons, by name.
    pub reasons: Vec<String>,
    /// Sold at this time or after it.
    pub from: Option<DateTime<Utc>>,
    /// Sold before this time.
    pub to: Option<DateTime<Utc>>,
    /// Paid at least so much, × 10^4.
    pub least_e4: Option<i64>,
    /// Paid at most so much, × 10^4.
    pub most_e4: Option<i64>,
    /// Whose numbers, buyer, codes or titles hold all these words.
    pub text: String,
    /// Only these.
    pub ids: Vec<SaleId>,
    /// Only sales that have a task that is not done.
    pub with_task: bool,
}

/// By what a list is sorted; those alike by when they were sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// When they were sold.
    #[default]
    Date,
    /// What was paid.
    Amount,
    /// What was earned; those that are not worked out come last.
    Margin,
    /// The channel's number.
    Number,
    /// Who bought.
    Buyer,
    /// Where they stand.
    State,
}

/// What a filter lets through, counted and summed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    /// How many.
    pub sales: u64,
    /// What they come to in each currency: amounts of two are never added.
    pub sums: BTreeMap<String, Sums>,
    /// How many in each state.
    pub states: BTreeMap<String, u64>,
    /// How many blocked by each reason.
    pub reasons: BTreeMap<String, u64>,
}

/// What sales in one currency come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// How many.
    pub sales: u64,
    /// Paid in all, × 10^4.
    pub paid_e4: i128,
    /// Invoiced or to be invoiced in all, × 10^4.
    pub total_e4: i128,
    /// Earned in all, × 10^4, of those that are worked out.
    pub margin_e4: i128,
}

/// A page of sales.
///
/// # Errors
/// Those of the store.
pub fn page(
    db: &Database,
    filter: &Filter,
    sort: Sort,
    descending: bool,
    offset: u64,
    limit: u32,
) -> Result<Vec<SaleRow>> {
    let (condition, mut values) = condition(filter);
    let column = match sort {
        Sort::Date => "sold_at",
        Sort::Amount => "paid_e4",
        Sort::Margin => "margin_e4 IS NULL, margin_e4",
        Sort::Number => "key",
        Sort::Buyer => "buyer",
        Sort::State => "state",
    };
    let way = if descending { "DESC" } else { "ASC" };
    // Sorting ids alone is several times faster than sorting whole rows, and without a number for each place
    // only the page's own rows are kept while it sorts.
    let order = format!("{column} {way}, sold_at {way}, id {way}");
    let sql = format!(
        "SELECT {COLUMNS} FROM sale JOIN (SELECT id AS at FROM sale WHERE {condition} \
         ORDER BY {order} LIMIT ? OFFSET ?) ON at = id ORDER BY {order}"
    );
    values.push(Sql::from(limit));
    values.push(Sql::from(i64::try_from(offset).unwrap_or(i64::MAX)));
    db.read(|conn| {
        let mut statement = conn.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(values), read_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    })
}

/// The numbers of all sales that a filter lets through, by when they were sold, oldest first.
///
/// # Errors
/// Those of the store.
pub fn ids(db: &Database, filter: &Filter) -> Result<Vec<SaleId>> {
    let (condition, values) = condition(filter);
    let sql = format!("SELECT id FROM sale WHERE {condition} ORDER BY sold_at, id");
    db.read(|conn| {
        let mut statement = conn.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(values), |row| row.get(0))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    })
}

/// Counts and sums what a filter lets through.
///
/// # Errors
/// Those of the store.
pub fn totals(db: &Database, filter: &Filter) -> Result<Totals> {
    db.read(|conn| totals_of(conn, filter))
}

fn totals_of(conn: &Connection, filter: &Filter) -> Result<Totals> {
    let (condition, values) = condition(filter);
    // SQLite sorts all rows to group them; a handful of groups is found quicker row by row.
    let sql = format!(
        "SELECT state, reason, currency, paid_e4, total_e4, margin_e4 FROM sale WHERE {condition}"
    );
    let mut groups: Vec<Group> = Vec::new();
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        let state = row.get_ref(0)?.as_str().unwrap_or_default();
        let reason = row.get_ref(1)?.as_str().ok();
        let currency = row.get_ref(2)?.as_str().unwrap_or_default();
        let same = |group: &Group| {
            group.state == state && group.reason.as_deref() == reason && group.currency == currency
        };
        let at = match groups.iter().position(same) {
            Some(at) => at,
            None => {
                groups.push(Group {
                    state: state.to_owned(),
                    reason: reason.map(str::to_owned),
                    currency: currency.to_owned(),
                    ..Group::default()
                });
                groups.len() - 1
            }
        };
        let group = &mut groups[at];
        group.count += 1;
        for (sum, column) in group.sums.iter_mut().zip(3..) {
            *sum += i128::from(row.get::<_, Option<i64>>(column)?.unwrap_or_default());
        }
    }
    let mut totals = Totals::default();
    for group in groups {
        let [paid, total, margin] = group.sums;
        totals.sales += group.count;
        let sums = totals.sums.entry(group.currency).or_default();
        sums.sales += group.count;
        sums.paid_e4 += paid;
        sums.total_e4 += total;
        sums.margin_e4 += margin;
        if let Some(reason) = group.reason {
            *totals.reasons.entry(reason).or_default() += group.count;
        }
        *totals.states.entry(group.state).or_default() += group.count;
    }
    Ok(totals)
}

/// Sales in one state, blocked by one reason, in one currency.
#[derive(Default)]
struct Group {
    state: String,
    reason: Option<String>,
    currency: String,
    count: u64,
    /// Paid, to be invoiced, earned.
    sums: [i128; 3],
}

fn condition(filter: &Filter) -> (String, Vec<Sql>) {
    let mut parts = vec!["1".to_owned()];
    let mut values = Vec::new();
    let mut add = |part: &str, value: Option<Sql>| {
        if let Some(value) = value {
            parts.push(part.to_owned());
            values.push(value);
        }
    };
    let list = |empty: bool, text: String| (!empty).then_some(Sql::from(text));
    let states: Vec<&str> = filter.states.iter().map(|state| state.as_str()).collect();
    add(
        "channel_id IN (SELECT value FROM json_each(?))",
        list(filter.channels.is_empty(), to_json(&filter.channels)),
    );
    add(
        "state IN (SELECT value FROM json_each(?))",
        list(states.is_empty(), to_json(&states)),
    );
    add(
        "reason IN (SELECT value FROM json_each(?))",
        list(filter.reasons.is_empty(), to_json(&filter.reasons)),
    );
    add(
        "id IN (SELECT value FROM json_each(?))",
        list(filter.ids.is_empty(), to_json(&filter.ids)),
    );
    add(
        "sold_at >= ?",
        filter.from.map(|at| time::to_text(at).into()),
    );
    add("sold_at < ?", filter.to.map(|at| time::to_text(at).into()));
    add("paid_e4 >= ?", filter.least_e4.map(Sql::from));
    add("paid_e4 <= ?", filter.most_e4.map(Sql::from));
    for word in filter.text.to_lowercase().split_whitespace() {
        add("instr(search, ?) > 0", Some(Sql::from(word.to_owned())));
    }
    if filter.with_task {
        parts.push("id IN (SELECT sale_id FROM sale_task WHERE done_at IS NULL)".to_owned());
    }
    (parts.join(" AND "), values)
}
