//! What a correct extraction must find, by queries that share nothing with how Puente extracts.

use crate::firebird::Access;
use crate::{Dialect, Error};
use puente_core::fixed::{self, MONEY_SCALE, QUANTITY_SCALE};
use serde::Serialize;
use std::path::Path;

/// State of a document, and so of its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ExpectedState {
    /// Posted and not voided.
    Posted,
    /// Neither posted nor voided. So are lines without a header.
    Draft,
    /// Voided, posted or not.
    Voided,
}

/// Lines of one kind of document in one month and state: how many, and exact sums.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ExpectedGroup {
    /// `CODCOMP` as it stands there. `None` where the header is missing, and for transfers.
    pub document_type: Option<String>,
    /// `year * 100 + month` of the document's date; 0 when it has none.
    pub month: i32,
    /// State of the document.
    pub state: ExpectedState,
    /// Lines.
    pub rows: u64,
    /// Sum of the quantities, by 10^6, each rounded to 6 decimals.
    pub quantity_e6: i64,
    /// Sum of the lines' totals, by 10^4. 0 for transfers.
    pub total_e4: i64,
    /// Sum of the lines' costs, by 10^4.
    pub cost_e4: i64,
}

/// What stands in a company's database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// Rows of `DEKARDEX`.
    pub lines: u64,
    /// Rows of `KARDEX`.
    pub documents: u64,
    /// Rows of `DETRASLA`.
    pub transfer_lines: u64,
    /// Rows of `TRASLA`.
    pub transfers: u64,
    /// Rows of `MATERIAL`.
    pub articles: u64,
    /// Rows of `BODEGA`.
    pub places: u64,
    /// Rows of `TERCEROS`.
    pub parties: u64,
    /// `DEKARDEX` joined to `KARDEX`, in order.
    pub groups: Vec<ExpectedGroup>,
    /// `DETRASLA` joined to `TRASLA`, in order.
    pub transfer_groups: Vec<ExpectedGroup>,
}

impl Expected {
    /// Lines and transfer lines: everything that becomes a movement.
    pub fn movements(&self) -> u64 {
        self.lines + self.transfer_lines
    }
}

/// Asks the server.
pub(crate) fn ask(access: &Access, database: &Path, dialect: Dialect) -> Result<Expected, Error> {
    let isql = access.isql().dialect(dialect);
    let printed = isql.run(Some(&access.address(database)), script(dialect).as_bytes())?;
    read(dialect, &printed)
}

/// The queries, for [`read`] to read what they print.
pub(crate) fn script(dialect: Dialect) -> String {
    format!(
        "set heading off;
        select 'C|' || (select count(*) from DEKARDEX) || '|' || (select count(*) from KARDEX)
        || '|' || (select count(*) from DETRASLA) || '|' || (select count(*) from TRASLA)
        || '|' || (select count(*) from MATERIAL) || '|' || (select count(*) from BODEGA)
        || '|' || (select count(*) from TERCEROS) from RDB$DATABASE;\n{};\n{};\ncommit;\n",
        grouped(
            dialect,
            "DEKARDEX",
            "KARDEX",
            Some("K.CODCOMP"),
            Some("D.PARCVTA")
        ),
        grouped(dialect, "DETRASLA", "TRASLA", None, None),
    )
}

/// Reads what [`script`] made isql print.
pub(crate) fn read(dialect: Dialect, printed: &[u8]) -> Result<Expected, Error> {
    let text = String::from_utf8_lossy(printed);
    let (mut counts, mut groups, mut transfer_groups) = (Vec::new(), Vec::new(), Vec::new());
    for line in text.lines().map(str::trim) {
        match line.split_once('|') {
            Some(("C", rest)) => {
                counts = rest
                    .split('|')
                    .filter_map(|part| part.trim().parse().ok())
                    .collect();
            }
            Some(("L", rest)) => groups.push(group(dialect, rest)?),
            Some(("T", rest)) => transfer_groups.push(group(dialect, rest)?),
            Some(_) | None => {}
        }
    }
    groups.sort();
    transfer_groups.sort();
    let [
        lines,
        documents,
        transfer_lines,
        transfers,
        articles,
        places,
        parties,
    ] = counts[..]
    else {
        return Err(Error::Answer {
            reason: format!("{counts:?} is not seven counts"),
        });
    };
    Ok(Expected {
        lines,
        documents,
        transfer_lines,
        transfers,
        articles,
        places,
        parties,
        groups,
        transfer_groups,
    })
}

/// One row of text for each kind of document, month and state.
fn grouped(
    dialect: Dialect,
    lines: &str,
    documents: &str,
    kind: Option<&str>,
    total: Option<&str>,
) -> String {
    let state = "case when K.FECANULADO is not null then 'V' when K.FECASENTAD is null then 'D' \
                 else 'P' end";
    let kind = kind.map(|column| format!("coalesce(trim({column}), '')"));
    let sum = |column: &str, scale| exact_sum(dialect, column, scale);
    format!(
        "select '{mark}|' || {kind} || '|' || coalesce(extract(year from K.FECHA) * 100 \
         + extract(month from K.FECHA), 0) || '|' || {state} || '|' || count(*) || '|' \
         || {quantity} || '|' || {total} || '|' || {cost} \
         from {lines} D left join {documents} K on K.{documents}ID = D.{documents}ID \
         group by {also} extract(year from K.FECHA), extract(month from K.FECHA), {state}",
        mark = if kind.is_some() { 'L' } else { 'T' },
        kind = kind.as_deref().unwrap_or("''"),
        also = kind
            .as_ref()
            .map(|kind| format!("{kind}, "))
            .unwrap_or_default(),
        quantity = sum("D.CANMAT", QUANTITY_SCALE),
        total = total.map_or_else(|| "0".to_owned(), |column| sum(column, MONEY_SCALE)),
        cost = sum("D.PARCOSTO", MONEY_SCALE),
    )
}

/// An exact sum. Dialect 1 has no exact type of more than 9 digits, but its doubles hold whole
/// numbers up to 2^53 exactly: there the sum is of whole numbers, already scaled.
fn exact_sum(dialect: Dialect, column: &str, scale: u32) -> String {
    match dialect {
        Dialect::One => format!(
            "cast(coalesce(sum(floor({column} * {} + 0.5)), 0) as varchar(40))",
            10_u32.pow(scale)
        ),
        Dialect::Three => format!("coalesce(sum(cast({column} as numeric(18,{scale}))), 0)"),
    }
}

fn group(dialect: Dialect, row: &str) -> Result<ExpectedGroup, Error> {
    let unreadable = || Error::Answer {
        reason: row.to_owned(),
    };
    let scaled = |text: &str, scale| {
        match dialect {
            Dialect::One => whole(text),
            Dialect::Three => fixed::parse(text, scale).ok(),
        }
        .ok_or_else(unreadable)
    };
    let parts: Vec<&str> = row.split('|').map(str::trim).collect();
    let [kind, month, state, count, quantity, total, cost] = parts[..] else {
        return Err(unreadable());
    };
    Ok(ExpectedGroup {
        document_type: Some(kind.to_owned()).filter(|kind| !kind.is_empty()),
        month: whole(month)
            .and_then(|n| i32::try_from(n).ok())
            .ok_or_else(unreadable)?,
        state: match state {
            "V" => ExpectedState::Voided,
            "D" => ExpectedState::Draft,
            "P" => ExpectedState::Posted,
            _ => return Err(unreadable()),
        },
        rows: count.parse().map_err(|_| unreadable())?,
        quantity_e6: scaled(quantity, QUANTITY_SCALE)?,
        total_e4: scaled(total, MONEY_SCALE)?,
        cost_e4: scaled(cost, MONEY_SCALE)?,
    })
}

/// A whole number, also when the server wrote it as a float: `116666650.0000000`, `1.5e+15`.
fn whole(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let float: f64 = text.parse().ok()?;
    #[allow(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
    (float.fract().abs() < f64::EPSILON && float.abs() < EXACT).then_some(float as i64)
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn whole_numbers_are_read_in_both_ways_that_the_server_writes_them() {
        assert_eq!(whole("-12"), Some(-12));
        assert_eq!(whole("116666650.0000000"), Some(116_666_650));
        assert_eq!(whole("1.500000000000000e+15"), Some(1_500_000_000_000_000));
        assert_eq!(
            whole("6.172839450617289e+18"),
            None,
            "a double is not exact there"
        );
        assert_eq!(whole("1.5"), None);
    }
}
