//! The audit: ranges of the source's keys against the same ranges of the warehouse, and the rows of
//! those that differ read again. It is what finds deleted rows.

use super::Result;
use super::changes::{Moment, document_sums};
use super::join::{Documents, movement, short};
use super::pages::PAGE_ROWS;
use super::prove::{line_figures, stored_figures};
use super::walk::stream;
use crate::layout::Layout;
use crate::proof::Figures;
use puente_databases::{Condition, Flow, RangesRequest, SumColumn};
use puente_warehouse::{Changes, Load, MovementBatch, Ranges, Stream};
use std::collections::HashSet;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    /// Headers.
    Documents,
    /// Their lines.
    Lines,
}

/// What of a range is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// Only how many rows there are, which is what deletions change and takes half the time.
    Counts,
    /// Sums as well.
    Sums,
    /// Nothing: every row is read again. Without marks a change that moves no sum (a void, another
    /// article) shows nowhere else.
    Rows,
}

/// Finds where those tables differ, and reads those rows again.
pub(super) fn mend(moment: &mut Moment<'_>, tables: &[Table], by: By) -> Result<()> {
    if let Some(days) = moment.load.coverage {
        // Few documents: they are simply read again.
        return moment.read_days_again(days);
    }
    for table in tables {
        let of = Compared::of(*table, moment.layout, by);
        for ranges in batches(differing(moment, &of)?) {
            moment.cancel.check()?;
            match table {
                Table::Documents => mend_documents(moment, &ranges)?,
                Table::Lines => mend_lines(moment, &ranges)?,
            }
        }
    }
    Ok(())
}

/// Beyond any key: the warehouse takes keys within ±2^42.
const FAR: i64 = 1 << 42;
/// Rows that a range should hold. After 100 deletions all over a million lines, 25,000 lines are then
/// read again, in a tenth of the time that counting takes.
const RANGE_ROWS: u64 = 256;
/// Most ranges counted in one statement: some 3 MB on the wire.
const RANGES: u64 = 32_768;

/// A table of the source that is compared with the warehouse.
struct Compared {
    which: Table,
    by: By,
    table: String,
    key: String,
    sums: Vec<SumColumn>,
}

/// `after < key <= through`, with as many rows there or here.
#[derive(Debug, Clone, Copy)]
struct Range {
    after: i64,
    through: i64,
    rows: u64,
}

impl Compared {
    fn of(which: Table, layout: &Layout, by: By) -> Self {
        let (table, key, sums) = match which {
            Table::Documents => {
                let read = layout.documents();
                (read.scan.table, read.key, document_sums(layout))
            }
            Table::Lines => {
                let read = layout.lines();
                (read.scan.table, read.key, layout.line_sums())
            }
        };
        let sums = match by {
            By::Counts | By::Rows => Vec::new(),
            By::Sums => sums,
        };
        Compared {
            which,
            by,
            table,
            key,
            sums,
        }
    }

    /// How many rows a range should hold.
    fn range_rows(&self) -> u64 {
        match self.by {
            By::Counts | By::Sums => RANGE_ROWS,
            By::Rows => PAGE_ROWS / 2,
        }
    }

    /// About how many there are.
    fn rows(&self, load: &Load) -> u64 {
        let rows = match self.which {
            Table::Documents => load.documents,
            Table::Lines => load.movements,
        };
        u64::try_from(rows).unwrap_or(0)
    }

    fn here(&self, moment: &Moment<'_>, ranges: Ranges) -> Result<Vec<Figures>> {
        let (warehouse, id) = (moment.warehouse, moment.load.id);
        let totals = match self.which {
            Table::Documents => warehouse.document_totals_of_ranges(id, Stream::Line, ranges)?,
            Table::Lines => warehouse.totals_of_ranges(id, Stream::Line, ranges)?,
        };
        let figures = totals.iter().map(stored_figures);
        if self.sums.is_empty() {
            let counts = figures.map(|figures| Figures {
                rows: figures.rows,
                ..Figures::default()
            });
            return Ok(counts.collect());
        }
        Ok(figures.collect())
    }

    fn there(&self, moment: &mut Moment<'_>, ranges: Ranges) -> Result<Vec<Figures>> {
        let sums = moment.db.ranges(&RangesRequest {
            table: self.table.clone(),
            key: self.key.clone(),
            after: ranges.after,
            through: ranges.through,
            width: ranges.width,
            sums: self.sums.clone(),
        })?;
        let figures = sums.iter().map(|range| match self.which {
            Table::Documents => Figures {
                rows: range.rows,
                total_e4: range.sums.first().copied().unwrap_or(0),
                ..Figures::default()
            },
            Table::Lines => line_figures(range.rows, &range.sums),
        });
        Ok(figures.collect())
    }
}

/// The ranges in which source and warehouse differ, each with few rows: those of a range that has too
/// many are looked for again within it.
fn differing(moment: &mut Moment<'_>, of: &Compared) -> Result<Vec<Range>> {
    let Some((first, last)) = moment.db.key_bounds(&of.table, &of.key)? else {
        return Ok(vec![Range {
            after: -FAR,
            through: FAR,
            rows: 0,
        }]);
    };
    let mut found = Vec::new();
    // What lies outside the source's keys can only be here.
    for (after, through) in [(-FAR, first.saturating_sub(1)), (last, FAR)] {
        let whole = Ranges {
            after,
            through,
            width: u64::MAX,
        };
        let rows = of.here(moment, whole)?.first().map_or(0, |here| here.rows);
        if rows > 0 {
            found.push(Range {
                after,
                through,
                rows,
            });
        }
    }
    let mut open = vec![Range {
        after: first.saturating_sub(1),
        through: last,
        rows: of.rows(moment.load),
    }];
    while let Some(range) = open.pop() {
        moment.cancel.check()?;
        let ranges = cut(range, of.range_rows());
        let (there, here) = (of.there(moment, ranges)?, of.here(moment, ranges)?);
        let mut after = ranges.after;
        for (there, here) in there.iter().zip(&here) {
            let width = i64::try_from(ranges.width).unwrap_or(i64::MAX);
            let through = after.saturating_add(width).min(ranges.through);
            let rows = there.rows.max(here.rows);
            if there != here || (of.by == By::Rows && rows > 0) {
                let narrow = through.abs_diff(after) == 1;
                let differs = Range {
                    after,
                    through,
                    rows,
                };
                if rows > 2 * of.range_rows() && !narrow {
                    open.push(differs);
                } else {
                    found.push(differs);
                }
            }
            after = through;
        }
    }
    found.sort_unstable_by_key(|range| range.after);
    Ok(found)
}

/// At least two, or one key each.
fn cut(range: Range, rows: u64) -> Ranges {
    let keys = range.through.abs_diff(range.after);
    let count = (range.rows / rows).clamp(2, RANGES);
    Ranges {
        after: range.after,
        through: range.through,
        width: keys.div_ceil(count).max(1),
    }
}

/// As many ranges together as fit one read.
fn batches(ranges: Vec<Range>) -> Vec<Vec<(i64, i64)>> {
    let mut batches = Vec::new();
    let (mut batch, mut rows) = (Vec::new(), 0);
    for range in ranges {
        if rows + range.rows > PAGE_ROWS && !batch.is_empty() {
            batches.push(std::mem::take(&mut batch));
            rows = 0;
        }
        batch.push((range.after, range.through));
        rows += range.rows;
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

fn mend_documents(moment: &mut Moment<'_>, ranges: &[(i64, i64)]) -> Result<()> {
    let table = moment.layout.documents();
    let scan = table.scan.clone().only(within(&table.key, ranges));
    let headers = moment.read_headers_of(&table, &scan, Stream::Line)?;
    let listed: HashSet<i64> = headers.iter().map(|header| header.document.id).collect();
    let mut have = Vec::new();
    for (after, through) in ranges {
        let keys =
            moment
                .warehouse
                .document_keys(moment.load.id, Stream::Line, *after, *through)?;
        have.extend(keys);
    }
    // Their lines go with them here; should the source still have any, their own range differs.
    let gone: Vec<i64> = have.into_iter().filter(|id| !listed.contains(id)).collect();
    let changes = Changes {
        documents: headers
            .into_iter()
            .map(|row| (Stream::Line, row.document))
            .collect(),
        gone_documents: gone.into_iter().map(|id| (Stream::Line, id)).collect(),
        ..Changes::default()
    };
    moment.apply(changes)
}

fn mend_lines(moment: &mut Moment<'_>, ranges: &[(i64, i64)]) -> Result<()> {
    let table = moment.layout.lines();
    let mut lines = Vec::new();
    moment.rows_read += stream(
        moment.db,
        &table.scan.clone().only(within(&table.key, ranges)),
        &mut |chunk| {
            table.rows(chunk, |line| lines.push(line))?;
            Ok(Flow::Continue)
        },
    )?;
    let mut ids: Vec<i64> = lines.iter().map(|line| line.document).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut known = Documents::default();
    for header in moment.known(Stream::Line, &ids)? {
        known.push(header);
    }
    let missing: Vec<i64> = ids
        .into_iter()
        .filter(|id| known.find(*id).is_none())
        .collect();
    let mut changes = Changes::default();
    for header in moment.read_headers(&moment.layout.documents(), &missing, Stream::Line)? {
        known.push(short(&header.document));
        changes.documents.push((Stream::Line, header.document));
    }
    let mut batch = MovementBatch::with_capacity(Stream::Line, lines.len());
    for line in &lines {
        batch.push(&movement(line, known.find(line.document)));
    }
    let listed: HashSet<i64> = batch.line_id.iter().copied().collect();
    let mut have = Vec::new();
    for (after, through) in ranges {
        let keys = moment
            .warehouse
            .line_keys(moment.load.id, Stream::Line, *after, *through)?;
        have.extend(keys);
    }
    let gone = have.into_iter().filter(|id| !listed.contains(id));
    changes.gone_movements = gone.map(|id| (Stream::Line, id)).collect();
    changes.movements.push(batch);
    moment.apply(changes)
}

fn within(key: &str, ranges: &[(i64, i64)]) -> Condition {
    Condition::KeyRanges {
        column: key.to_owned(),
        ranges: ranges.to_vec(),
    }
}
