//! What is asked of a source database: flat reads, totals and groups. All of it data, no SQL.

use crate::{Mark, Result};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A flat read of one table. Rows come in no order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// Table or view.
    pub table: String,
    /// The columns, in the order in which they come.
    pub columns: Vec<ScanColumn>,
    /// All must hold.
    pub filter: Vec<Condition>,
    /// Rows in a full chunk, at least 1; the last chunk has fewer.
    pub chunk_rows: usize,
}

impl Scan {
    /// A read of a whole table with chunks of a middle size.
    pub fn of(table: impl Into<String>) -> Self {
        Scan {
            table: table.into(),
            columns: Vec::new(),
            filter: Vec::new(),
            chunk_rows: 4096,
        }
    }

    /// Adds a column.
    #[must_use]
    pub fn column(mut self, name: impl Into<String>, kind: Kind) -> Self {
        self.columns.push(ScanColumn {
            name: name.into(),
            kind,
        });
        self
    }

    /// Adds a condition.
    #[must_use]
    pub fn only(mut self, condition: Condition) -> Self {
        self.filter.push(condition);
        self
    }
}

/// A column and how its values are to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanColumn {
    /// Name in the table.
    pub name: String,
    /// The kind that is wanted; a value that is not of it is converted exactly or refused.
    pub kind: Kind,
}

/// The kinds of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Whole numbers, 64 bits.
    Int,
    /// Exact decimals: 64-bit whole numbers scaled by ten to `scale`. What the database keeps with
    /// more decimals, or as a binary fraction, is rounded half away from zero.
    Decimal {
        /// Decimals, 0 to 9.
        scale: u8,
    },
    /// Texts; trailing blanks of fixed-length columns are cut.
    Text,
    /// Days since 1970-01-01.
    Date,
    /// Microseconds since 1970-01-01 00:00, no zone.
    Timestamp,
}

/// What rows must meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// `after < column <= through`.
    KeyRange {
        /// A whole-number column, best the primary key.
        column: String,
        /// Not included.
        after: i64,
        /// Included.
        through: i64,
    },
    /// The column is in one of the ranges `(after, through)`, each as in [`Condition::KeyRange`]. No
    /// ranges: no rows.
    KeyRanges {
        /// A whole-number column, best the primary key.
        column: String,
        /// They must not overlap; at most 1,000,000.
        ranges: Vec<(i64, i64)>,
    },
    /// The column is one of the keys. No keys: no rows.
    KeyIn {
        /// A whole-number column, best indexed.
        column: String,
        /// The keys, at most 1,000,000.
        keys: Vec<i64>,
    },
    /// `from <= column < before`; NULL does not meet it.
    DateRange {
        /// A date or timestamp column.
        column: String,
        /// Included.
        from: NaiveDate,
        /// Not included.
        before: NaiveDate,
    },
    /// The row was inserted or updated since the mark was read. May also meet rows that were not.
    ChangedSince(Mark),
    /// The column holds a value.
    NotNull(String),
}

/// Whether more rows are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Yes.
    Continue,
    /// No. The rest is not read.
    Stop,
}

/// A column that is summed, and with how many decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumColumn {
    /// A numeric column.
    pub name: String,
    /// Each value is rounded to so many decimals as in [`Kind::Decimal`], then summed exactly.
    pub scale: u8,
}

impl SumColumn {
    /// That column with so many decimals.
    pub fn of(name: impl Into<String>, scale: u8) -> Self {
        SumColumn {
            name: name.into(),
            scale,
        }
    }
}

/// Totals of a table, found by the server in one pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalsRequest {
    /// Table or view.
    pub table: String,
    /// What to sum.
    pub sums: Vec<SumColumn>,
    /// All must hold.
    pub filter: Vec<Condition>,
    /// A whole-number column whose smallest and greatest value are wanted.
    pub bounds: Option<String>,
    /// Find the keys of changed rows in the same pass.
    pub changed: Option<ChangedKeys>,
}

impl TotalsRequest {
    /// Only the number of rows of the table.
    pub fn of(table: impl Into<String>) -> Self {
        TotalsRequest {
            table: table.into(),
            sums: Vec::new(),
            filter: Vec::new(),
            bounds: None,
            changed: None,
        }
    }
}

/// Counts and sums of consecutive, equally wide ranges of a key, found by the server in one statement:
/// what finds the place where two copies of a table differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangesRequest {
    /// Table or view.
    pub table: String,
    /// A whole-number column, best the primary key.
    pub key: String,
    /// Before the first range.
    pub after: i64,
    /// Last of the last range.
    pub through: i64,
    /// Keys in a range, at least 1; the last range may have fewer.
    pub width: u64,
    /// What to sum.
    pub sums: Vec<SumColumn>,
}

impl RangesRequest {
    /// How many ranges there are.
    pub fn count(&self) -> u64 {
        let keys = if self.after < self.through {
            self.through.abs_diff(self.after)
        } else {
            0
        };
        keys.div_ceil(self.width.max(1))
    }
}

/// One range of [`crate::SourceDb::ranges`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RangeSums {
    /// Rows in it.
    pub rows: u64,
    /// The sums, in the order asked for, scaled as asked for. NULLs count as zero.
    pub sums: Vec<i128>,
}

/// Asks for the keys of rows that changed since a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedKeys {
    /// The key column, whole numbers.
    pub key: String,
    /// The mark read before the previous run.
    pub since: Mark,
    /// With more changed rows than this the keys are not listed.
    pub limit: usize,
}

/// What [`crate::SourceDb::totals`] found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    /// Rows that meet the filter.
    pub rows: u64,
    /// The sums, in the order asked for, scaled as asked for. NULLs count as zero.
    pub sums: Vec<i128>,
    /// Smallest and greatest value of [`TotalsRequest::bounds`]; `None` when there is none.
    pub bounds: Option<(i64, i64)>,
    /// The answer to [`TotalsRequest::changed`].
    pub changed: Option<Changed>,
}

/// The rows that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// Their keys, in no order.
    Keys(Vec<i64>),
    /// So many that they were not listed.
    TooMany(u64),
}

/// Lines joined to their documents on the server, grouped by document type and month: the deep
/// proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRequest {
    /// Table of the lines.
    pub lines: String,
    /// Column of the lines that holds the key of their document.
    pub line_document: String,
    /// Table of the documents.
    pub documents: String,
    /// Its key.
    pub document_key: String,
    /// Column of the documents with their type; `None` leaves the type out of the grouping.
    pub document_type: Option<String>,
    /// Column of the documents with their date or timestamp.
    pub date: Option<String>,
    /// Columns of the documents: whether each holds a value splits the groups further.
    pub presence: Vec<String>,
    /// Columns of the lines to sum.
    pub sums: Vec<SumColumn>,
    /// Conditions on lines; all must hold.
    pub line_filter: Vec<Condition>,
    /// Conditions on documents; all must hold. With any, lines without a document are left out.
    pub document_filter: Vec<Condition>,
}

/// One group of [`crate::SourceDb::grouped`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Document type, without trailing blanks; `None` when NULL or when the line has no document.
    pub document_type: Option<String>,
    /// Year times 100 plus month; 0 without a date.
    pub month: i32,
    /// In the order of [`GroupRequest::presence`].
    pub present: Vec<bool>,
    /// Lines.
    pub rows: u64,
    /// The sums, in the order asked for, scaled as asked for. NULLs count as zero.
    pub sums: Vec<i128>,
}

/// The marks that a filter compares with.
pub(crate) fn marks(filter: &[Condition]) -> impl Iterator<Item = &Mark> {
    filter.iter().filter_map(|condition| match condition {
        Condition::ChangedSince(mark) => Some(mark),
        Condition::KeyRange { .. }
        | Condition::KeyRanges { .. }
        | Condition::KeyIn { .. }
        | Condition::DateRange { .. }
        | Condition::NotNull(_) => None,
    })
}

/// The filter with its list of keys or ranges cut into lists that a server takes. One list at most.
pub(crate) fn batches(
    filter: &[Condition],
    keys: usize,
    ranges: usize,
) -> Result<Vec<Vec<Condition>>> {
    let lists: Vec<(usize, Vec<Condition>)> = filter
        .iter()
        .enumerate()
        .filter_map(|(at, condition)| Some((at, parts(condition, keys, ranges)?)))
        .collect();
    match lists.as_slice() {
        [] => Ok(vec![filter.to_vec()]),
        [(at, parts)] => {
            let with = |part: &Condition| {
                let mut filter = filter.to_vec();
                filter[*at] = part.clone();
                filter
            };
            Ok(parts.iter().map(with).collect())
        }
        _ => Err(crate::Error::Internal(
            "more than one list of keys".to_owned(),
        )),
    }
}

/// A list in parts that a server takes; `None` for what is no list.
fn parts(condition: &Condition, most_keys: usize, most_ranges: usize) -> Option<Vec<Condition>> {
    match condition {
        Condition::KeyIn { column, keys } => {
            let mut keys = keys.clone();
            keys.sort_unstable();
            keys.dedup();
            let part = |keys: &[i64]| Condition::KeyIn {
                column: column.clone(),
                keys: keys.to_vec(),
            };
            Some(keys.chunks(most_keys).map(part).collect())
        }
        Condition::KeyRanges { column, ranges } => {
            let part = |ranges: &[(i64, i64)]| Condition::KeyRanges {
                column: column.clone(),
                ranges: ranges.to_vec(),
            };
            Some(ranges.chunks(most_ranges).map(part).collect())
        }
        Condition::KeyRange { .. }
        | Condition::DateRange { .. }
        | Condition::ChangedSince(_)
        | Condition::NotNull(_) => None,
    }
}
