//! Counts, sums, bounds, changed keys and groups, found by the server.

use super::sql::{self, Ways};
use super::sums::{self, SumPlan};
use super::{Firebird, batches, catalog};
use crate::scan::marks;
use crate::{
    Changed, ChangedKeys, Column, Condition, Error, Flow, Group, GroupRequest, Kind, LiveKind,
    LiveTable, RangeSums, RangesRequest, Result, Scan, SumColumn, Totals, TotalsRequest,
};
use rsfbclient::RawValue;

/// Most ranges of one statement: what comes back fits the memory many times.
const RANGES_LIMIT: usize = 65_536;

/// See [`crate::SourceDb::key_bounds`].
pub(super) fn key_bounds(
    database: &mut Firebird,
    table: &str,
    column: &str,
) -> Result<Option<(i64, i64)>> {
    let ways = database.ways()?;
    let table = database.table(table)?;
    let Some(live) = table.column(column) else {
        let missing = vec![format!("{}.{column}", table.name)];
        return Err(Error::Missing {
            missing,
            profile: None,
        });
    };
    let is_indexed =
        table.indexed.contains(&live.name) || table.primary_key.first() == Some(&live.name);
    if live.kind == LiveKind::Int && is_indexed {
        let text = sql::index_bounds(ways, &table, live);
        let rows = database.all(&text, &table.name)?;
        return Ok(rows
            .first()
            .map(|row| (catalog::whole(row, 0), catalog::whole(row, 1))));
    }
    let mut request = TotalsRequest::of(&table.name);
    request.bounds = Some(column.to_owned());
    Ok(totals(database, &request)?.bounds)
}

/// See [`crate::SourceDb::totals`].
pub(super) fn totals(database: &mut Firebird, request: &TotalsRequest) -> Result<Totals> {
    let ways = database.ways()?;
    let table = database.table(&request.table)?;
    let since = request.changed.iter().map(|changed| &changed.since);
    database.check_marks(marks(&request.filter).chain(since))?;
    let mut sum = Totals {
        sums: vec![0; request.sums.len()],
        changed: request.changed.as_ref().map(|_| Changed::Keys(Vec::new())),
        ..Totals::default()
    };
    for filter in batches(&request.filter)? {
        let part = totals_of(database, ways, &table, request, &filter)?;
        add(&mut sum, part, request.changed.as_ref());
    }
    Ok(sum)
}

fn add(sum: &mut Totals, part: Totals, changed: Option<&ChangedKeys>) {
    sum.rows += part.rows;
    for (sum, part) in sum.sums.iter_mut().zip(part.sums) {
        *sum = sum.saturating_add(part);
    }
    sum.bounds = match (sum.bounds, part.bounds) {
        (Some((low, high)), Some((other_low, other_high))) => {
            Some((low.min(other_low), high.max(other_high)))
        }
        (one, other) => one.or(other),
    };
    let limit = changed.map_or(0, |changed| changed.limit);
    sum.changed = match (sum.changed.take(), part.changed) {
        (Some(Changed::Keys(mut keys)), Some(Changed::Keys(more))) => {
            keys.extend(more);
            let count = keys.len();
            Some(if count > limit {
                Changed::TooMany(count as u64)
            } else {
                Changed::Keys(keys)
            })
        }
        (Some(one), Some(other)) => Some(Changed::TooMany(count(&one) + count(&other))),
        (one, other) => one.or(other),
    };
}

fn count(changed: &Changed) -> u64 {
    match changed {
        Changed::Keys(keys) => keys.len() as u64,
        Changed::TooMany(count) => *count,
    }
}

fn totals_of(
    database: &mut Firebird,
    ways: Ways,
    table: &LiveTable,
    request: &TotalsRequest,
    filter: &[Condition],
) -> Result<Totals> {
    let changed = request.changed.as_ref();
    let (rows, plans) = summed(database, ways, table, "", &request.sums, |plans| {
        let changed = changed.map(|changed| (changed.key.as_str(), changed.since.transaction()));
        sums::totals(
            ways,
            table,
            plans,
            request.bounds.as_deref(),
            changed,
            filter,
        )
    })?;
    let row = rows
        .first()
        .ok_or_else(|| Error::Internal("totals without a row".to_owned()))?;
    let mut at = 1;
    let sums = read_sums(row, &mut at, &plans, table, &request.sums)?;
    let mut bounds = None;
    if request.bounds.is_some() {
        if !matches!(row.get(at), None | Some(RawValue::Null)) {
            bounds = Some((catalog::whole(row, at), catalog::whole(row, at + 1)));
        }
        at += 2;
    }
    let changed = match changed {
        Some(asked) => {
            let found = unsigned(row, at);
            Some(changed_keys(
                database,
                &table.name,
                asked,
                filter,
                found,
                &catalog::text(row, at + 1),
            )?)
        }
        None => None,
    };
    Ok(Totals {
        rows: unsigned(row, 0),
        sums,
        bounds,
        changed,
    })
}

/// The list that came with the totals, or (when it did not hold all) a read of the changed keys.
fn changed_keys(
    database: &mut Firebird,
    table: &str,
    asked: &ChangedKeys,
    filter: &[Condition],
    found: u64,
    list: &str,
) -> Result<Changed> {
    if found > asked.limit as u64 {
        return Ok(Changed::TooMany(found));
    }
    let keys: Vec<i64> = list
        .split(',')
        .filter_map(|key| key.trim().parse().ok())
        .collect();
    if keys.len() as u64 == found && list.len() < sql::KEY_LIST {
        return Ok(Changed::Keys(keys));
    }
    let mut scan = Scan::of(table).column(&asked.key, Kind::Int);
    scan.filter = filter.to_vec();
    scan.filter
        .push(Condition::ChangedSince(asked.since.clone()));
    let mut keys = Vec::new();
    super::pump::stream(database, &scan, &mut |chunk| {
        if let Some(Column::Int(values, _)) = chunk.columns.first() {
            keys.extend_from_slice(values);
        }
        Ok(Flow::Continue)
    })?;
    Ok(Changed::Keys(keys))
}

fn read_sums(
    row: &[RawValue],
    at: &mut usize,
    plans: &[SumPlan],
    table: &LiveTable,
    wanted: &[SumColumn],
) -> Result<Vec<i128>> {
    let mut sums = Vec::with_capacity(plans.len());
    for (plan, wanted) in plans.iter().zip(wanted) {
        let texts: Vec<Option<String>> = (*at..*at + plan.parts.len())
            .map(|at| Some(catalog::text(row, at)).filter(|text| !text.is_empty()))
            .collect();
        *at += plan.parts.len();
        sums.push(plan.total(&texts).ok_or_else(|| Error::NumberOverflow {
            table: table.name.clone(),
            column: wanted.name.clone(),
            value: texts.into_iter().flatten().collect::<Vec<_>>().join(" + "),
        })?);
    }
    Ok(sums)
}

fn unsigned(row: &[RawValue], at: usize) -> u64 {
    u64::try_from(catalog::whole(row, at)).unwrap_or(0)
}

/// Runs a statement with sums; when one does not fit 64 bits, again with whole parts and fractions
/// apart.
fn summed(
    database: &mut Firebird,
    ways: Ways,
    table: &LiveTable,
    alias: &str,
    sums: &[SumColumn],
    statement: impl Fn(&[SumPlan]) -> Result<String>,
) -> Result<(Vec<Vec<RawValue>>, Vec<SumPlan>)> {
    let plans = |split: bool| {
        sums.iter()
            .map(|sum| sums::sum(ways, table, alias, sum, split))
            .collect::<Result<Vec<_>>>()
    };
    let plain = plans(false)?;
    match database.all(&statement(&plain)?, &table.name) {
        Err(Error::NumberOverflow { .. }) if !sums.is_empty() => {
            let split = plans(true)?;
            let rows = database.all(&statement(&split)?, &table.name);
            Ok((rows.map_err(|error| of_columns(error, sums))?, split))
        }
        rows => Ok((rows?, plain)),
    }
}

/// The server does not say which of the sums it was.
fn of_columns(mut error: Error, sums: &[SumColumn]) -> Error {
    if let Error::NumberOverflow { column, .. } = &mut error {
        let names: Vec<&str> = sums.iter().map(|sum| sum.name.as_str()).collect();
        *column = names.join(", ");
    }
    error
}

/// See [`crate::SourceDb::ranges`].
pub(super) fn ranges(database: &mut Firebird, request: &RangesRequest) -> Result<Vec<RangeSums>> {
    let count = usize::try_from(request.count()).unwrap_or(usize::MAX);
    if count > RANGES_LIMIT {
        return Err(Error::Internal(format!("{count} ranges")));
    }
    let none = RangeSums {
        rows: 0,
        sums: vec![0; request.sums.len()],
    };
    let mut ranges = vec![none; count];
    if count == 0 {
        return Ok(ranges);
    }
    let ways = database.ways()?;
    let table = database.table(&request.table)?;
    let (rows, plans) = summed(database, ways, &table, "", &request.sums, |plans| {
        sums::ranges(ways, &table, request, plans)
    })?;
    for row in &rows {
        let nth = catalog::whole(row, 0).abs_diff(request.after) / request.width.max(1);
        let range = usize::try_from(nth)
            .ok()
            .and_then(|nth| ranges.get_mut(nth))
            .ok_or_else(|| Error::Internal("a range that was not asked for".to_owned()))?;
        range.rows = unsigned(row, 1);
        range.sums = read_sums(row, &mut 2, &plans, &table, &request.sums)?;
    }
    Ok(ranges)
}

/// See [`crate::SourceDb::grouped`].
pub(super) fn grouped(database: &mut Firebird, request: &GroupRequest) -> Result<Vec<Group>> {
    let ways = database.ways()?;
    let lines = database.table(&request.lines)?;
    let documents = database.table(&request.documents)?;
    let of_both = marks(&request.line_filter).chain(marks(&request.document_filter));
    database.check_marks(of_both)?;
    let (rows, plans) = summed(database, ways, &lines, "D.", &request.sums, |plans| {
        sums::groups(ways, &lines, &documents, request, plans)
    })?;
    let charset = request
        .document_type
        .as_ref()
        .and_then(|name| {
            documents
                .column(name)?
                .charset
                .as_deref()
                .map(crate::charset::Charset::parse)
        })
        .flatten()
        .unwrap_or(ways.charset);
    let mut groups = Vec::with_capacity(rows.len());
    for row in &rows {
        let document_type = match row.first() {
            Some(RawValue::Text(bytes)) => {
                let mut text = String::new();
                charset.decode_lossy(bytes.trim_ascii_end(), &mut text);
                Some(text)
            }
            Some(_) | None => None,
        };
        let present = (0..request.presence.len())
            .map(|at| catalog::whole(row, 2 + at) == 1)
            .collect();
        let mut at = 2 + request.presence.len();
        let rows = unsigned(row, at);
        at += 1;
        groups.push(Group {
            document_type,
            month: i32::try_from(catalog::whole(row, 1)).unwrap_or(0),
            present,
            rows,
            sums: read_sums(row, &mut at, &plans, &lines, &request.sums)?,
        });
    }
    Ok(groups)
}
