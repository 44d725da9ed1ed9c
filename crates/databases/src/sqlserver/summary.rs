//! Counts, sums, bounds, changed keys and groups, found by the server.

use super::catalog::{text, whole, wide};
use super::sql::{self, Of, is_money};
use super::{SqlServer, batches};
use crate::exact;
use crate::scan::marks;
use crate::{
    Changed, ChangedKeys, Column, Condition, Error, Flow, Group, GroupRequest, Kind, LiveKind,
    RangeSums, RangesRequest, Result, Scan, SumColumn, Totals, TotalsRequest,
};
use std::fmt::Write as _;
use tiberius::Row;

/// Most ranges of one statement: what comes back fits the memory many times.
const RANGES_LIMIT: usize = 65_536;

/// A sum as the server finds it, and with how many decimals it comes.
struct SumPlan {
    expression: String,
    scale: u8,
    wanted: u8,
}

/// How to sum a column: always into 38 digits, so that no sum overflows.
fn plan(table: Of<'_>, alias: &str, sum: &SumColumn) -> Result<SumPlan> {
    let (column, name) = table.column(&sum.name)?;
    let name = format!("{alias}{name}");
    let wanted = sum.scale;
    let (one, scale) = match column.kind {
        LiveKind::Int | LiveKind::Bool => (format!("CAST({name} AS DECIMAL(38,0))"), 0),
        LiveKind::Decimal { scale } if is_money(column) && scale <= wanted => {
            (format!("CAST({name} AS DECIMAL(38,4))"), 4)
        }
        LiveKind::Decimal { scale } if scale <= wanted => (name, scale),
        LiveKind::Decimal { .. } | LiveKind::Wide | LiveKind::Float => {
            (format!("CAST({name} AS DECIMAL(38,{wanted}))"), wanted)
        }
        LiveKind::Char
        | LiveKind::Varchar
        | LiveKind::Date
        | LiveKind::Time
        | LiveKind::Timestamp
        | LiveKind::Zoned
        | LiveKind::Blob
        | LiveKind::Other => return Err(table.unfit(column)),
    };
    Ok(SumPlan {
        expression: format!("SUM({one})"),
        scale,
        wanted,
    })
}

fn plans(table: Of<'_>, alias: &str, sums: &[SumColumn]) -> Result<Vec<SumPlan>> {
    sums.iter().map(|sum| plan(table, alias, sum)).collect()
}

fn read_sums(
    row: &Row,
    from: usize,
    plans: &[SumPlan],
    table: &str,
    sums: &[SumColumn],
) -> Result<Vec<i128>> {
    let mut found = Vec::with_capacity(plans.len());
    for (at, (plan, sum)) in plans.iter().zip(sums).enumerate() {
        let value = wide(row, from + at).unwrap_or(0);
        let value = exact::rescale_wide(value, plan.scale, plan.wanted);
        found.push(value.ok_or_else(|| Error::NumberOverflow {
            table: table.to_owned(),
            column: sum.name.clone(),
            value: text(row, from + at),
        })?);
    }
    Ok(found)
}

fn unsigned(row: &Row, at: usize) -> u64 {
    u64::try_from(whole(row, at)).unwrap_or(0)
}

/// See [`crate::SourceDb::key_bounds`].
pub(super) fn key_bounds(
    database: &mut SqlServer,
    table: &str,
    column: &str,
) -> Result<Option<(i64, i64)>> {
    let catalog = database.catalog()?;
    let (live, real) = catalog.table(table)?;
    let table = Of { live, real };
    let (_, name) = table.column(column)?;
    let text = format!(
        "SELECT CAST(MIN({name}) AS BIGINT),CAST(MAX({name}) AS BIGINT) FROM {}",
        table.name()
    );
    let rows = database.all(&text, &live.name)?;
    Ok(rows.first().and_then(bounds_at(0)))
}

fn bounds_at(at: usize) -> impl Fn(&Row) -> Option<(i64, i64)> {
    move |row| {
        wide(row, at)?;
        Some((whole(row, at), whole(row, at + 1)))
    }
}

/// See [`crate::SourceDb::totals`].
pub(super) fn totals(database: &mut SqlServer, request: &TotalsRequest) -> Result<Totals> {
    let since = request.changed.iter().map(|changed| &changed.since);
    let compared = || marks(&request.filter).chain(since.clone());
    database.check_marks(&request.table, compared())?;
    let mut sum = Totals {
        sums: vec![0; request.sums.len()],
        ..Totals::default()
    };
    for filter in batches(&request.filter)? {
        let part = totals_of(database, request, &filter)?;
        sum.rows += part.rows;
        for (sum, part) in sum.sums.iter_mut().zip(part.sums) {
            *sum = sum.saturating_add(part);
        }
        sum.bounds = match (sum.bounds, part.bounds) {
            (Some((low, high)), Some((also_low, also_high))) => {
                Some((low.min(also_low), high.max(also_high)))
            }
            (one, other) => one.or(other),
        };
    }
    if let Some(asked) = &request.changed {
        sum.changed = Some(changed_keys(database, request, asked)?);
    }
    database.check_marks_after(&request.table, compared())?;
    Ok(sum)
}

fn totals_of(
    database: &mut SqlServer,
    request: &TotalsRequest,
    filter: &[Condition],
) -> Result<Totals> {
    let catalog = database.catalog()?;
    let (live, real) = catalog.table(&request.table)?;
    let table = Of { live, real };
    let plans = plans(table, "", &request.sums)?;
    let mut text = "SELECT COUNT_BIG(*)".to_owned();
    for plan in &plans {
        let _ = write!(text, ",{}", plan.expression);
    }
    if let Some(column) = &request.bounds {
        let (_, name) = table.column(column)?;
        let _ = write!(
            text,
            ",CAST(MIN({name}) AS BIGINT),CAST(MAX({name}) AS BIGINT)"
        );
    }
    let _ = write!(text, " FROM {}", table.name());
    sql::where_clause(table, "", filter, &mut text)?;
    let rows = database.all(&text, &live.name)?;
    let row = rows
        .first()
        .ok_or_else(|| Error::Internal("totals without a row".to_owned()))?;
    Ok(Totals {
        rows: unsigned(row, 0),
        sums: read_sums(row, 1, &plans, &live.name, &request.sums)?,
        bounds: request
            .bounds
            .as_ref()
            .and_then(|_| bounds_at(1 + plans.len())(row)),
        changed: None,
    })
}

/// First how many, and their keys only when they are not too many.
fn changed_keys(
    database: &mut SqlServer,
    request: &TotalsRequest,
    asked: &ChangedKeys,
) -> Result<Changed> {
    let mut filter = request.filter.clone();
    filter.push(Condition::ChangedSince(asked.since.clone()));
    let count = TotalsRequest {
        filter: filter.clone(),
        ..TotalsRequest::of(&*request.table)
    };
    let found = totals(database, &count)?.rows;
    if found > asked.limit as u64 {
        return Ok(Changed::TooMany(found));
    }
    let mut keys = Vec::new();
    if found > 0 {
        let mut scan = Scan::of(&*request.table).column(&*asked.key, Kind::Int);
        scan.filter = filter;
        super::pump::stream(database, &scan, &mut |chunk| {
            if let Some(Column::Int(values, _)) = chunk.columns.first() {
                keys.extend_from_slice(values);
            }
            Ok(Flow::Continue)
        })?;
    }
    Ok(Changed::Keys(keys))
}

/// See [`crate::SourceDb::ranges`].
pub(super) fn ranges(database: &mut SqlServer, request: &RangesRequest) -> Result<Vec<RangeSums>> {
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
    let catalog = database.catalog()?;
    let (live, real) = catalog.table(&request.table)?;
    let table = Of { live, real };
    let plans = plans(table, "", &request.sums)?;
    let (_, key) = table.column(&request.key)?;
    let (after, through) = (request.after, request.through);
    let width = request.width.min(through.abs_diff(after)).max(1);
    // In 38 digits, for the whole range of a key does not fit its own type; a modulo instead of a
    // division, which would round.
    // In brackets: two signs in a row begin a comment.
    let offset = format!("(CAST({key} AS DECIMAL(38,0))-({after})-1)");
    let range = if fits_plainly(after, through) {
        format!("(CAST({key} AS BIGINT)-({after})-1)/{width}")
    } else {
        format!("CAST(({offset}-({offset}%{width}))/{width} AS BIGINT)")
    };
    let mut text = format!("SELECT {range},COUNT_BIG(*)");
    for plan in &plans {
        let _ = write!(text, ",{}", plan.expression);
    }
    let _ = write!(
        text,
        " FROM {} WHERE {key}>{after} AND {key}<={through} GROUP BY {range}",
        table.name()
    );
    for row in &database.all(&text, &live.name)? {
        let range = usize::try_from(whole(row, 0))
            .ok()
            .and_then(|nth| ranges.get_mut(nth))
            .ok_or_else(|| Error::Internal("a range that was not asked for".to_owned()))?;
        range.rows = unsigned(row, 1);
        range.sums = read_sums(row, 2, &plans, &live.name, &request.sums)?;
    }
    Ok(ranges)
}

/// Whether a key less the one before the first fits 64 bits.
fn fits_plainly(after: i64, through: i64) -> bool {
    through.checked_sub(after).is_some()
}

/// See [`crate::SourceDb::grouped`].
pub(super) fn grouped(database: &mut SqlServer, request: &GroupRequest) -> Result<Vec<Group>> {
    database.check_marks(&request.lines, marks(&request.line_filter))?;
    database.check_marks(&request.documents, marks(&request.document_filter))?;
    let catalog = database.catalog()?;
    let (live, real) = catalog.table(&request.lines)?;
    let lines = Of { live, real };
    let (live, real) = catalog.table(&request.documents)?;
    let documents = Of { live, real };
    let plans = plans(lines, "D.", &request.sums)?;
    let keys = group_keys(documents, request)?;
    let (_, document) = lines.column(&request.line_document)?;
    let (_, key) = documents.column(&request.document_key)?;
    // The lines are added up for each document first: a join line by line costs far more.
    let mut inner = format!("SELECT D.{document} AS [K0],COUNT_BIG(*) AS [C]");
    let mut outer = format!(
        "SELECT {},SUM(CAST(L.[C] AS DECIMAL(38,0)))",
        keys.join(",")
    );
    for (at, plan) in plans.iter().enumerate() {
        let _ = write!(inner, ",{} AS [S{at}]", plan.expression);
        let _ = write!(outer, ",SUM(L.[S{at}])");
    }
    let _ = write!(inner, " FROM {} D", lines.name());
    sql::where_clause(lines, "D.", &request.line_filter, &mut inner)?;
    let _ = write!(inner, " GROUP BY D.{document}");
    let _ = write!(
        outer,
        " FROM ({inner}) L LEFT JOIN {} K ON K.{key}=L.[K0]",
        documents.name()
    );
    sql::where_clause(documents, "K.", &request.document_filter, &mut outer)?;
    // What is the same in every row is not grouped by.
    let by: Vec<&str> = keys
        .iter()
        .map(String::as_str)
        .filter(|key| key.contains("K.["))
        .collect();
    if !by.is_empty() {
        let _ = write!(outer, " GROUP BY {}", by.join(","));
    }
    let mut groups = Vec::new();
    for row in &database.all(&outer, &lines.live.name)? {
        let presence = request.presence.len();
        let rows = unsigned(row, 2 + presence);
        if rows == 0 {
            continue;
        }
        groups.push(Group {
            document_type: document_type(row, request),
            month: i32::try_from(whole(row, 1)).unwrap_or(0),
            present: (0..presence).map(|at| whole(row, 2 + at) == 1).collect(),
            rows,
            sums: read_sums(row, 3 + presence, &plans, &lines.live.name, &request.sums)?,
        });
    }
    Ok(groups)
}

fn document_type(row: &Row, request: &GroupRequest) -> Option<String> {
    request.document_type.as_ref()?;
    match row.get_column_data(0) {
        Ok(tiberius::ColumnData::String(Some(text))) => Some(text.trim_end_matches(' ').to_owned()),
        Ok(_) | Err(_) => None,
    }
}

/// Type, month, and whether each column of the request holds a value.
fn group_keys(documents: Of<'_>, request: &GroupRequest) -> Result<Vec<String>> {
    let of = |name: &str| documents.column(name).map(|(_, name)| format!("K.{name}"));
    let document_type = match &request.document_type {
        Some(column) => of(column)?,
        None => "CAST(NULL AS CHAR(1))".to_owned(),
    };
    let month = match &request.date {
        Some(column) => {
            let date = of(column)?;
            format!("COALESCE(YEAR({date})*100+MONTH({date}),0)")
        }
        None => "0".to_owned(),
    };
    let mut keys = vec![document_type, month];
    for column in &request.presence {
        keys.push(format!(
            "CASE WHEN {} IS NULL THEN 0 ELSE 1 END",
            of(column)?
        ));
    }
    Ok(keys)
}
