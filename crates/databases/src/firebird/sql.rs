//! Statements, from what is asked. Pure: the same request and schema give the same text.
//!
//! Names come from the live schema and are quoted; values are whole numbers and dates. No text of a
//! person ever gets here.

use super::decode::{Pull, Wanted, numeric_pull};
use crate::charset::Charset;
use crate::exact::Rounding;
use crate::{
    Condition, Error, GroupRequest, Kind, LiveColumn, LiveKind, LiveTable, Result, Scan, SumColumn,
};
use chrono::{Datelike, NaiveDate};
use std::fmt::Write;

/// Elements of one IN list; servers before 5.0 take 1,500.
pub(super) const IN_LIST: usize = 1000;
/// Characters of a large value that are read as text.
pub(super) const LONG_TEXT: usize = 8191;
/// Bytes of keys that one row of totals brings.
pub(super) const KEY_LIST: usize = 30_000;

/// What the statements of a connection depend on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ways {
    /// Dialect of the database: 1 keeps every large NUMERIC as a float.
    pub database_dialect: u8,
    /// Dialect of the statements: in 1 names can't be quoted.
    pub statement_dialect: u8,
    /// Charset of texts kept without one.
    pub charset: Charset,
}

impl Ways {
    /// How binary fractions are rounded.
    pub(super) fn rounding(self, column: &LiveColumn) -> Rounding {
        match (self.database_dialect, column.declared.as_str()) {
            (1, _) => Rounding::Apart,
            (_, "FLOAT") => Rounding::Cast { nudge: 1e-5 },
            (_, _) => Rounding::Cast { nudge: 1e-14 },
        }
    }

    pub(super) fn name(self, name: &str) -> String {
        if self.statement_dialect == 1 {
            name.to_owned()
        } else {
            format!("\"{}\"", name.replace('"', "\"\""))
        }
    }
}

/// A read, ready to send.
#[derive(Debug)]
pub(super) struct Read {
    pub text: String,
    pub pulls: Vec<Pull>,
}

/// How decimals of the database's own kind come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decimals {
    /// As the nearest float, which costs the server nothing.
    Nearest,
    /// As text.
    Written,
}

/// The statement of a scan, without [`Condition::KeyIn`] lists longer than [`IN_LIST`].
pub(super) fn read(
    ways: Ways,
    table: &LiveTable,
    scan: &Scan,
    filter: &[Condition],
    decimals: Decimals,
    also: Option<&str>,
) -> Result<Read> {
    let mut missing = Vec::new();
    let mut text = "SELECT ".to_owned();
    let mut pulls = Vec::with_capacity(scan.columns.len());
    for (at, wanted) in scan.columns.iter().enumerate() {
        let Some(column) = table.column(&wanted.name) else {
            missing.push(format!("{}.{}", table.name, wanted.name));
            continue;
        };
        let (expression, pull) =
            expression(ways, column, wanted.kind, decimals).ok_or_else(|| unfit(table, column))?;
        if at > 0 {
            text.push(',');
        }
        text.push_str(&expression);
        pulls.push(pull);
    }
    if !missing.is_empty() {
        return Err(Error::Missing {
            missing,
            profile: None,
        });
    }
    if pulls.is_empty() {
        text.push('1');
    }
    let _ = write!(text, " FROM {}", ways.name(&table.name));
    where_clause(ways, table, "", filter, also, &mut text)?;
    Ok(Read { text, pulls })
}

fn unfit(table: &LiveTable, column: &LiveColumn) -> Error {
    let missing = vec![format!(
        "{}.{} ({})",
        table.name, column.name, column.declared
    )];
    Error::Missing {
        missing,
        profile: None,
    }
}

/// How a column is selected and taken from the row; `None` when it can't be had as that kind.
fn expression(
    ways: Ways,
    column: &LiveColumn,
    wanted: Kind,
    decimals: Decimals,
) -> Option<(String, Pull)> {
    let name = ways.name(&column.name);
    let cast = |length: u32| format!("CAST({name} AS VARCHAR({length}))");
    Some(match (wanted, column.kind) {
        (Kind::Int | Kind::Decimal { .. }, LiveKind::Char | LiveKind::Varchar) => (
            name,
            Pull::Written {
                to: Wanted::of(wanted),
            },
        ),
        (Kind::Int | Kind::Decimal { .. }, LiveKind::Wide) => (
            cast(60),
            Pull::Written {
                to: Wanted::of(wanted),
            },
        ),
        (Kind::Int | Kind::Decimal { .. }, LiveKind::Decimal { .. })
            if decimals == Decimals::Written =>
        {
            (
                cast(30),
                Pull::Written {
                    to: Wanted::of(wanted),
                },
            )
        }
        (Kind::Int | Kind::Decimal { .. }, _) => {
            let pull = numeric_pull(column.kind, Wanted::of(wanted), ways.rounding(column))?;
            (name, pull)
        }
        (Kind::Text, LiveKind::Char | LiveKind::Varchar) => text_expression(ways, column, name),
        (Kind::Text, LiveKind::Blob) => {
            let length = LONG_TEXT + 1;
            let cut = format!("CAST(SUBSTRING({name} FROM 1 FOR {length}) AS VARCHAR({length}))");
            (
                cut,
                Pull::LongText {
                    charset: ways.charset,
                },
            )
        }
        (Kind::Text, LiveKind::Int) => (name, Pull::IntAsText),
        (
            Kind::Text,
            LiveKind::Decimal { .. }
            | LiveKind::Wide
            | LiveKind::Float
            | LiveKind::Date
            | LiveKind::Time
            | LiveKind::Timestamp
            | LiveKind::Zoned
            | LiveKind::Bool,
        ) => (
            cast(60),
            Pull::Text {
                charset: Charset::Ascii,
                trim: true,
            },
        ),
        (Kind::Date | Kind::Timestamp, LiveKind::Date | LiveKind::Timestamp) => {
            (name, day_pull(wanted))
        }
        (Kind::Date | Kind::Timestamp, LiveKind::Zoned) => {
            (format!("CAST({name} AS TIMESTAMP)"), day_pull(wanted))
        }
        (Kind::Text, LiveKind::Other)
        | (
            Kind::Date | Kind::Timestamp,
            LiveKind::Int
            | LiveKind::Decimal { .. }
            | LiveKind::Wide
            | LiveKind::Float
            | LiveKind::Char
            | LiveKind::Varchar
            | LiveKind::Time
            | LiveKind::Bool
            | LiveKind::Blob
            | LiveKind::Other,
        ) => return None,
    })
}

fn text_expression(ways: Ways, column: &LiveColumn, name: String) -> (String, Pull) {
    let trim = column.kind == LiveKind::Char;
    match column.charset.as_deref() {
        None | Some("NONE" | "OCTETS") => (
            name,
            Pull::Text {
                charset: ways.charset,
                trim,
            },
        ),
        Some(charset) => match Charset::parse(charset) {
            Some(charset) => (name, Pull::Text { charset, trim }),
            // No table for it here; the server has one.
            None => {
                let length = LONG_TEXT;
                let cast = format!(
                    "CAST(SUBSTRING({name} FROM 1 FOR {length}) AS VARCHAR({length}) CHARACTER SET UTF8)"
                );
                (
                    cast,
                    Pull::Text {
                        charset: Charset::Utf8,
                        trim,
                    },
                )
            }
        },
    }
}

fn day_pull(wanted: Kind) -> Pull {
    if wanted == Kind::Date {
        Pull::Date
    } else {
        Pull::Timestamp
    }
}

/// ` WHERE …`, or nothing. `alias` is put before every column.
pub(super) fn where_clause(
    ways: Ways,
    table: &LiveTable,
    alias: &str,
    filter: &[Condition],
    also: Option<&str>,
    text: &mut String,
) -> Result<()> {
    let mut joint = " WHERE ";
    for condition in filter {
        text.push_str(joint);
        write_condition(ways, table, alias, condition, text)?;
        joint = " AND ";
    }
    if let Some(also) = also {
        text.push_str(joint);
        text.push_str(also);
    }
    Ok(())
}

fn write_condition(
    ways: Ways,
    table: &LiveTable,
    alias: &str,
    condition: &Condition,
    text: &mut String,
) -> Result<()> {
    let column = |name: &str| match table.column(name) {
        Some(column) => Ok(format!("{alias}{}", ways.name(&column.name))),
        None => {
            let missing = vec![format!("{}.{name}", table.name)];
            Err(Error::Missing {
                missing,
                profile: None,
            })
        }
    };
    let _ = match condition {
        Condition::KeyRange {
            column: name,
            after,
            through,
        } => {
            let column = column(name)?;
            write!(text, "{column} > {after} AND {column} <= {through}")
        }
        Condition::KeyIn { column: name, keys } => {
            let column = column(name)?;
            if keys.len() > IN_LIST {
                return Err(Error::Internal(format!("a list of {} keys", keys.len())));
            }
            if keys.is_empty() {
                write!(text, "1 = 0")
            } else {
                let list: Vec<String> = keys.iter().map(i64::to_string).collect();
                write!(text, "{column} IN ({})", list.join(","))
            }
        }
        Condition::DateRange {
            column: name,
            from,
            before,
        } => {
            let column = column(name)?;
            let (from, before) = (date(*from), date(*before));
            write!(text, "{column} >= '{from}' AND {column} < '{before}'")
        }
        Condition::ChangedSince(mark) => {
            write!(text, "{alias}RDB$RECORD_VERSION >= {}", mark.transaction())
        }
        Condition::NotNull(name) => {
            let column = column(name)?;
            write!(text, "{column} IS NOT NULL")
        }
    };
    Ok(())
}

/// As the server reads it in every dialect; outside its range the nearest day in it.
fn date(day: NaiveDate) -> String {
    match day.year() {
        ..1 => "0001-01-01".to_owned(),
        1..=9999 => day.format("%Y-%m-%d").to_string(),
        10_000.. => "9999-12-31".to_owned(),
    }
}

/// A sum in parts that the server adds exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SumPlan {
    /// `(expression of one row, factor)`: the sum is that of each part times its factor, with
    /// `scale` decimals where the part has them.
    pub parts: Vec<(String, i128)>,
    /// Decimals that the parts are read with before the factor.
    pub scale: u8,
    /// Decimals that are wanted.
    pub wanted: u8,
}

/// How to sum a column. `split` adds whole part and fraction apart, for sums that don't fit 64 bits.
pub(super) fn sum(
    ways: Ways,
    table: &LiveTable,
    alias: &str,
    wanted: &SumColumn,
    split: bool,
) -> Result<SumPlan> {
    let Some(column) = table.column(&wanted.name) else {
        let missing = vec![format!("{}.{}", table.name, wanted.name)];
        return Err(Error::Missing {
            missing,
            profile: None,
        });
    };
    let name = format!("{alias}{}", ways.name(&column.name));
    let scale = wanted.scale;
    let plan = |parts, scale_of_parts| {
        Ok(SumPlan {
            parts,
            scale: scale_of_parts,
            wanted: scale,
        })
    };
    let whole = |expression: String, scale_of_parts| {
        let parts = if split {
            vec![
                (format!("TRUNC({expression})"), 1),
                (format!("{expression}-TRUNC({expression})"), 1),
            ]
        } else {
            vec![(expression, 1)]
        };
        plan(parts, scale_of_parts)
    };
    match column.kind {
        LiveKind::Int if split => {
            let parts = vec![
                (format!("{name}/1000000000"), 1_000_000_000),
                (format!("MOD({name},1000000000)"), 1),
            ];
            plan(parts, 0)
        }
        LiveKind::Int => plan(vec![(name, 1)], 0),
        LiveKind::Decimal { scale: kept } if kept <= scale => whole(name, kept),
        LiveKind::Decimal { .. } => whole(format!("CAST({name} AS NUMERIC(18,{scale}))"), scale),
        LiveKind::Float if ways.database_dialect == 1 => {
            // No 64-bit type here that keeps its digits, so three sums of 32-bit numbers: millions,
            // units, and what is behind the point.
            let millions = format!("TRUNC({name}/1e6)");
            let power = crate::exact::power(scale);
            let unit = i128::from(power);
            let parts = vec![
                (format!("CAST({millions} AS INTEGER)"), 1_000_000 * unit),
                (
                    format!("CAST(TRUNC({name})-{millions}*1e6 AS INTEGER)"),
                    unit,
                ),
                (
                    format!("CAST(({name}-TRUNC({name}))*{power}e0 AS INTEGER)"),
                    1,
                ),
            ];
            // The parts are whole numbers of the smallest unit already.
            Ok(SumPlan {
                parts,
                scale: 0,
                wanted: 0,
            })
        }
        LiveKind::Float => whole(format!("CAST({name} AS NUMERIC(18,{scale}))"), scale),
        LiveKind::Wide => plan(
            vec![(format!("CAST({name} AS NUMERIC(38,{scale}))"), 1)],
            scale,
        ),
        LiveKind::Char
        | LiveKind::Varchar
        | LiveKind::Date
        | LiveKind::Time
        | LiveKind::Timestamp
        | LiveKind::Zoned
        | LiveKind::Bool
        | LiveKind::Blob
        | LiveKind::Other => Err(unfit(table, column)),
    }
}

impl SumPlan {
    /// Puts the parts' sums together; `None` when one is no number or the result is too large.
    pub(super) fn total(&self, texts: &[Option<String>]) -> Option<i128> {
        let mut total: i128 = 0;
        for ((_, factor), text) in self.parts.iter().zip(texts) {
            let Some(text) = text else { continue };
            let part = crate::exact::parse(text, self.scale)?;
            total = total.checked_add(part.checked_mul(*factor)?)?;
        }
        crate::exact::rescale_wide(total, self.scale, self.wanted)
    }
}

/// The statement of totals: count, sums as text, bounds, number and list of changed keys.
pub(super) fn totals(
    ways: Ways,
    table: &LiveTable,
    sums: &[SumPlan],
    bounds: Option<&str>,
    changed: Option<(&str, i64)>,
    filter: &[Condition],
) -> Result<String> {
    let named = |name: &str| match table.column(name) {
        Some(column) => Ok(ways.name(&column.name)),
        None => {
            let missing = vec![format!("{}.{name}", table.name)];
            Err(Error::Missing {
                missing,
                profile: None,
            })
        }
    };
    let mut text = "SELECT COUNT(*)".to_owned();
    for (expression, _) in sums.iter().flat_map(|sum| &sum.parts) {
        let _ = write!(text, ",CAST(SUM({expression}) AS VARCHAR(60))");
    }
    if let Some(column) = bounds {
        let column = named(column)?;
        let _ = write!(text, ",MIN({column}),MAX({column})");
    }
    if let Some((key, since)) = changed {
        let key = named(key)?;
        let hit = format!("CASE WHEN RDB$RECORD_VERSION >= {since} THEN {key} END");
        let _ = write!(
            text,
            ",COUNT({hit}),CAST(SUBSTRING(LIST({hit}) FROM 1 FOR {KEY_LIST}) AS VARCHAR({KEY_LIST}))"
        );
    }
    let _ = write!(text, " FROM {}", ways.name(&table.name));
    where_clause(ways, table, "", filter, None, &mut text)?;
    Ok(text)
}

/// The statement of groups. The lines are added up for each document first: measured 3.0 s of the
/// server for a million lines, against 8.7 s for a join line by line.
pub(super) fn groups(
    ways: Ways,
    lines: &LiveTable,
    documents: &LiveTable,
    request: &GroupRequest,
    sums: &[SumPlan],
) -> Result<String> {
    let of = |table: &LiveTable, alias: &str, name: &str| match table.column(name) {
        Some(column) => Ok(format!("{alias}{}", ways.name(&column.name))),
        None => {
            let missing = vec![format!("{}.{name}", table.name)];
            Err(Error::Missing {
                missing,
                profile: None,
            })
        }
    };
    let mut keys = Vec::new();
    keys.push(match &request.document_type {
        Some(column) => of(documents, "K.", column)?,
        None => "CAST(NULL AS CHAR(1))".to_owned(),
    });
    keys.push(match &request.date {
        Some(column) => {
            let date = of(documents, "K.", column)?;
            format!("COALESCE(EXTRACT(YEAR FROM {date})*100+EXTRACT(MONTH FROM {date}),0)")
        }
        None => "0".to_owned(),
    });
    for column in &request.presence {
        let column = of(documents, "K.", column)?;
        keys.push(format!("CASE WHEN {column} IS NULL THEN 0 ELSE 1 END"));
    }
    let parts: Vec<&String> = sums
        .iter()
        .flat_map(|sum| &sum.parts)
        .map(|(expression, _)| expression)
        .collect();
    let mut text = format!("SELECT {},SUM(L.C)", keys.join(","));
    for at in 0..parts.len() {
        let _ = write!(text, ",CAST(SUM(L.S{at}) AS VARCHAR(60))");
    }
    let document = of(lines, "D.", &request.line_document)?;
    let _ = write!(text, " FROM (SELECT {document} AS K0,COUNT(*) AS C");
    for (at, expression) in parts.iter().enumerate() {
        let _ = write!(text, ",SUM({expression}) AS S{at}");
    }
    let _ = write!(text, " FROM {} D", ways.name(&lines.name));
    where_clause(ways, lines, "D.", &request.line_filter, None, &mut text)?;
    let key = of(documents, "K.", &request.document_key)?;
    let _ = write!(
        text,
        " GROUP BY {document}) L LEFT JOIN {} K ON {key}=L.K0",
        ways.name(&documents.name)
    );
    where_clause(
        ways,
        documents,
        "K.",
        &request.document_filter,
        None,
        &mut text,
    )?;
    let numbers: Vec<String> = (1..=keys.len()).map(|at| at.to_string()).collect();
    let _ = write!(text, " GROUP BY {}", numbers.join(","));
    Ok(text)
}

/// Finds the greatest value of an indexed whole-number column in at most 64 steps down the index,
/// because MAX over an ascending index reads the whole table (measured 0.7 s against 0.03 s for a
/// million rows).
pub(super) fn index_bounds(ways: Ways, table: &LiveTable, column: &LiveColumn) -> String {
    let (table, key) = (ways.name(&table.name), ways.name(&column.name));
    let (number, top) = if ways.database_dialect == 1 {
        ("INTEGER", "2147483647")
    } else {
        ("BIGINT", "9223372036854775807")
    };
    let first = format!("SELECT FIRST 1 {key} FROM {table} WHERE {key}");
    format!(
        "EXECUTE BLOCK RETURNS (LO {number}, HI {number}) AS DECLARE M {number}; DECLARE X {number}; \
         BEGIN {first} IS NOT NULL ORDER BY {key} INTO :LO; IF (LO IS NULL) THEN EXIT; \
         M = LO; HI = {top}; IF (M < 0) THEN BEGIN {first} >= 0 ORDER BY {key} INTO :X; \
         IF (X IS NULL) THEN HI = 0; ELSE M = X; END \
         WHILE (M < HI) DO BEGIN X = NULL; \
         {first} > :M + (:HI - :M) / 2 ORDER BY {key} INTO :X; \
         IF (X IS NULL) THEN HI = M + (HI - M) / 2; ELSE M = X; END SUSPEND; END"
    )
}
