//! Statements, from what is asked. Pure: the same request and schema give the same text.
//!
//! Names come from the live schema and are in brackets; values are whole numbers and dates. No text
//! of a person ever gets here.

use super::catalog::RealTable;
use super::decode::{LONG_TEXT, Pull, pull_of};
use crate::{
    Condition, Error, InvalidText, Kind, LiveColumn, LiveKind, LiveTable, Mark, Result, Scan, Value,
};
use chrono::{Datelike, NaiveDate};
use std::fmt::Write;

/// Elements of one IN list.
pub(super) const IN_LIST: usize = 1000;
/// Ranges of one condition.
pub(super) const RANGES: usize = 50;

/// A table with what its statements depend on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Of<'a> {
    pub live: &'a LiveTable,
    pub real: &'a RealTable,
}

/// A read, ready to send.
#[derive(Debug)]
pub(super) struct Read {
    pub text: String,
    pub pulls: Vec<Pull>,
    /// `@P1`, `@P2`... of the text.
    pub values: Vec<Value>,
}

/// In brackets.
pub(super) fn bracketed(name: &str) -> String {
    format!("[{}]", name.replace(']', "]]"))
}

impl<'a> Of<'a> {
    /// The table's full name.
    pub(super) fn name(self) -> String {
        format!(
            "{}.{}",
            bracketed(&self.real.schema),
            bracketed(&self.real.name)
        )
    }

    /// A column, which must be there, with its name.
    pub(super) fn column(self, name: &str) -> Result<(&'a LiveColumn, String)> {
        let live = self.live.column(name).ok_or_else(|| Error::Missing {
            missing: vec![format!("{}.{name}", self.live.name)],
            profile: None,
        })?;
        Ok((live, bracketed(self.real.column(&live.name))))
    }

    pub(super) fn unfit(self, column: &LiveColumn) -> Error {
        let missing = vec![format!(
            "{}.{} ({})",
            self.live.name, column.name, column.declared
        )];
        Error::Missing {
            missing,
            profile: None,
        }
    }
}

/// The statement of a scan.
pub(super) fn read(
    table: Of<'_>,
    scan: &Scan,
    filter: &[Condition],
    invalid: InvalidText,
) -> Result<Read> {
    let mut missing = Vec::new();
    let mut items = Vec::with_capacity(scan.columns.len());
    let mut pulls = Vec::with_capacity(scan.columns.len());
    for wanted in &scan.columns {
        let Some(column) = table.live.column(&wanted.name) else {
            missing.push(format!("{}.{}", table.live.name, wanted.name));
            continue;
        };
        let name = bracketed(table.real.column(&column.name));
        let (item, pull) =
            expression(column, name, wanted.kind, invalid).ok_or_else(|| table.unfit(column))?;
        items.push(item);
        pulls.push(pull);
    }
    if !missing.is_empty() {
        return Err(Error::Missing {
            missing,
            profile: None,
        });
    }
    if items.is_empty() {
        items.push("1".to_owned());
    }
    let mut text = format!("SELECT {} FROM {}", items.join(","), table.name());
    where_clause(table, "", filter, &mut text)?;
    Ok(Read {
        text,
        pulls,
        values: Vec::new(),
    })
}

/// Whether the driver reads that money as a float.
pub(super) fn is_money(column: &LiveColumn) -> bool {
    matches!(&*column.declared, "MONEY" | "SMALLMONEY")
}

/// How a column is selected and taken from the row; `None` when it can't be had as that kind.
fn expression(
    column: &LiveColumn,
    name: String,
    wanted: Kind,
    invalid: InvalidText,
) -> Option<(String, Pull)> {
    let pull = pull_of(wanted);
    let item = match (wanted, column.kind) {
        (Kind::Text, _) => return text(column, name, invalid),
        (Kind::Int | Kind::Decimal { .. }, LiveKind::Decimal { .. }) if is_money(column) => {
            format!("CAST({name} AS DECIMAL(19,4))")
        }
        (
            Kind::Int | Kind::Decimal { .. },
            LiveKind::Int
            | LiveKind::Bool
            | LiveKind::Decimal { .. }
            | LiveKind::Wide
            | LiveKind::Char
            | LiveKind::Varchar,
        ) => name,
        // The server rounds, so that what is read is what it sums.
        (Kind::Decimal { scale }, LiveKind::Float) => {
            format!("CAST({name} AS DECIMAL(38,{scale}))")
        }
        (Kind::Int, LiveKind::Float) => format!("CAST({name} AS DECIMAL(38,9))"),
        (Kind::Int, LiveKind::Other) if column.declared == "ROWVERSION" => {
            format!("CAST({name} AS BIGINT)")
        }
        (Kind::Date | Kind::Timestamp, LiveKind::Date | LiveKind::Timestamp) => name,
        (Kind::Date | Kind::Timestamp, LiveKind::Zoned) => on_its_clock(&name),
        (_, _) => return None,
    };
    Some((item, pull))
}

/// A moment with a zone, on the clock of whoever wrote it; with all its digits, for fewer would round the
/// last of a day into the next one.
fn on_its_clock(name: &str) -> String {
    format!("CAST({name} AS DATETIME2(7))")
}

fn text(column: &LiveColumn, name: String, invalid: InvalidText) -> Option<(String, Pull)> {
    let plain = Pull::Text {
        trim: column.kind == LiveKind::Char,
        long: false,
    };
    let is_national = column.declared.starts_with('N');
    // The driver takes the code page by the locale alone, and would read UTF-8 as Windows-1252.
    let is_utf8 = column
        .charset
        .as_deref()
        .is_some_and(|collation| collation.to_ascii_uppercase().ends_with("_UTF8"));
    Some(match column.kind {
        // The server has a character for every byte, and puts one of its own where there is none.
        LiveKind::Char | LiveKind::Varchar
            if !is_national && (is_utf8 || invalid == InvalidText::Replace) =>
        {
            (format!("CAST({name} AS NVARCHAR(MAX))"), plain)
        }
        LiveKind::Char | LiveKind::Varchar => (name, plain),
        LiveKind::Blob => {
            let length = LONG_TEXT + 1;
            let long = Pull::Text {
                trim: false,
                long: true,
            };
            (
                format!("LEFT(CAST({name} AS NVARCHAR(MAX)),{length})"),
                long,
            )
        }
        LiveKind::Int | LiveKind::Bool | LiveKind::Wide | LiveKind::Date | LiveKind::Timestamp => {
            (name, plain)
        }
        LiveKind::Decimal { .. } if is_money(column) => {
            (format!("CAST({name} AS DECIMAL(19,4))"), plain)
        }
        LiveKind::Decimal { .. } => (name, plain),
        LiveKind::Zoned => (on_its_clock(&name), plain),
        // The server would write six digits of it.
        LiveKind::Float => (name, plain),
        LiveKind::Time => (format!("CAST({name} AS NVARCHAR(60))"), plain),
        LiveKind::Other if column.declared == "UNIQUEIDENTIFIER" => (name, plain),
        LiveKind::Other => return None,
    })
}

/// ` WHERE …`, or nothing. `alias` is put before every column.
pub(super) fn where_clause(
    table: Of<'_>,
    alias: &str,
    filter: &[Condition],
    text: &mut String,
) -> Result<()> {
    let mut joint = " WHERE ";
    for condition in filter {
        text.push_str(joint);
        write_condition(table, alias, condition, text)?;
        joint = " AND ";
    }
    Ok(())
}

fn write_condition(
    table: Of<'_>,
    alias: &str,
    condition: &Condition,
    text: &mut String,
) -> Result<()> {
    let column = |name: &str| table.column(name).map(|(_, name)| format!("{alias}{name}"));
    let _ = match condition {
        Condition::KeyRange {
            column: name,
            after,
            through,
        } => {
            let column = column(name)?;
            write!(text, "{column}>{after} AND {column}<={through}")
        }
        Condition::KeyRanges {
            column: name,
            ranges,
        } => {
            let column = column(name)?;
            if ranges.len() > RANGES {
                return Err(Error::Internal(format!("{} ranges", ranges.len())));
            }
            let one = |(after, through): &(i64, i64)| {
                format!("({column}>{after} AND {column}<={through})")
            };
            let any: Vec<String> = ranges.iter().map(one).collect();
            match any.is_empty() {
                true => write!(text, "1=0"),
                false => write!(text, "({})", any.join(" OR ")),
            }
        }
        Condition::KeyIn { column: name, keys } => {
            let column = column(name)?;
            if keys.len() > IN_LIST {
                return Err(Error::Internal(format!("a list of {} keys", keys.len())));
            }
            let list: Vec<String> = keys.iter().map(i64::to_string).collect();
            match list.is_empty() {
                true => write!(text, "1=0"),
                false => write!(text, "{column} IN ({})", list.join(",")),
            }
        }
        Condition::DateRange {
            column: name,
            from,
            before,
        } => {
            let column = column(name)?;
            let (from, before) = (date(*from), date(*before));
            write!(text, "{column}>='{from}' AND {column}<'{before}'")
        }
        Condition::ChangedSince(mark) => {
            text.push_str(&changed(table, alias, mark)?);
            Ok(())
        }
        Condition::NotNull(name) => write!(text, "{} IS NOT NULL", column(name)?),
    };
    Ok(())
}

/// Rows that changed since the mark; of a table that can't tell, all of them.
pub(super) fn changed(table: Of<'_>, alias: &str, mark: &Mark) -> Result<String> {
    if table.real.tracked
        && let [key] = table.live.primary_key.as_slice()
    {
        let (_, key) = table.column(key)?;
        let (name, since) = (table.name(), mark.transaction());
        return Ok(format!(
            "{alias}{key} IN (SELECT c.{key} FROM CHANGETABLE(CHANGES {name},{since}) AS c)"
        ));
    }
    match (&table.real.row_version, mark.row_version()) {
        (Some(column), Some(since)) => Ok(format!("{alias}{}>=0x{since:016X}", bracketed(column))),
        (_, _) => Ok("1=1".to_owned()),
    }
}

/// As every server reads it whatever its language is set to; outside its calendar the nearest day
/// in it. A `datetime` begins in 1753.
fn date(day: NaiveDate) -> String {
    match day.year() {
        ..1753 => "17530101".to_owned(),
        1753..=9999 => day.format("%Y%m%d").to_string(),
        10_000.. => "99991231".to_owned(),
    }
}
