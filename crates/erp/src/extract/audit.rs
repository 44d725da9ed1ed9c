//! The audit: every page of the source against the same page of the warehouse, and what differs read
//! again. It is what finds deleted rows.

use super::Result;
use super::changes::{Moment, document_sums};
use super::full::{movement, short};
use super::join::Documents;
use super::pages::{Page, Pages};
use super::prove::{line_figures, stored_figures};
use super::walk::stream;
use crate::proof::Figures;
use puente_databases::{Condition, Flow, SumColumn, TotalsRequest};
use puente_warehouse::{Changes, MovementBatch, Stream};
use std::collections::HashSet;

/// Compares all pages of documents and lines, and mends those that differ; with `all`, reads every
/// one again.
pub(super) fn mend(moment: &mut Moment<'_>, all: bool) -> Result<()> {
    if let Some(days) = moment.load.coverage {
        // Few documents: they are simply read again.
        return moment.read_days_again(days);
    }
    let documents = moment.layout.documents();
    let sums = document_sums(moment.layout);
    for page in pages(
        moment,
        &documents.scan.table,
        &documents.key,
        Table::Documents,
    )? {
        moment.cancel.check()?;
        if all || documents_differ(moment, &documents.scan.table, &documents.key, &sums, page)? {
            mend_documents(moment, page)?;
        }
    }
    let lines = moment.layout.lines();
    let sums = moment.layout.line_sums();
    for page in pages(moment, &lines.scan.table, &lines.key, Table::Lines)? {
        moment.cancel.check()?;
        if all || lines_differ(moment, &lines.scan.table, &lines.key, &sums, page)? {
            mend_lines(moment, page)?;
        }
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Table {
    Documents,
    Lines,
}

/// Beyond any key: the warehouse takes keys within ±2^42.
const FAR: i64 = 1 << 42;

/// Pages over all keys that the source has, with one page before and one after them for what only
/// the warehouse has. The width follows the rows of the warehouse, which is near at hand and nearly
/// equal.
fn pages(moment: &mut Moment<'_>, table: &str, key: &str, which: Table) -> Result<Vec<Page>> {
    let Some((first, last)) = moment.db.key_bounds(table, key)? else {
        return Ok(vec![Page {
            after: -FAR,
            through: FAR,
        }]);
    };
    let mut pages = vec![Page {
        after: -FAR,
        through: first.saturating_sub(1),
    }];
    let mut walk = Pages::over(first, last);
    while let Some(page) = walk.next_page() {
        let id = moment.load.id;
        let rows = match which {
            Table::Documents => {
                moment
                    .warehouse
                    .document_totals(id, Stream::Line, page.after, page.through)?
                    .lines
            }
            Table::Lines => {
                moment
                    .warehouse
                    .totals(id, Stream::Line, page.after, page.through)?
                    .lines
            }
        };
        walk.done(page, u64::try_from(rows).unwrap_or(0));
        pages.push(page);
    }
    pages.push(Page {
        after: last,
        through: FAR,
    });
    Ok(pages)
}

fn range_totals(
    moment: &mut Moment<'_>,
    table: &str,
    key: &str,
    sums: &[SumColumn],
    page: Page,
) -> Result<puente_databases::Totals> {
    let filter = vec![range(key, page)];
    Ok(moment.db.totals(&TotalsRequest {
        sums: sums.to_vec(),
        filter,
        ..TotalsRequest::of(table)
    })?)
}

fn lines_differ(
    moment: &mut Moment<'_>,
    table: &str,
    key: &str,
    sums: &[SumColumn],
    page: Page,
) -> Result<bool> {
    let totals = range_totals(moment, table, key, sums, page)?;
    let here = moment
        .warehouse
        .totals(moment.load.id, Stream::Line, page.after, page.through)?;
    Ok(line_figures(&totals) != stored_figures(&here))
}

fn documents_differ(
    moment: &mut Moment<'_>,
    table: &str,
    key: &str,
    sums: &[SumColumn],
    page: Page,
) -> Result<bool> {
    let totals = range_totals(moment, table, key, sums, page)?;
    let here =
        moment
            .warehouse
            .document_totals(moment.load.id, Stream::Line, page.after, page.through)?;
    let source = Figures {
        rows: totals.rows,
        total_e4: totals.sums.first().copied().unwrap_or(0),
        ..Figures::default()
    };
    let mut here = stored_figures(&here);
    if sums.is_empty() {
        here.total_e4 = 0;
    }
    Ok(source != here)
}

fn mend_documents(moment: &mut Moment<'_>, page: Page) -> Result<()> {
    let table = moment.layout.documents();
    let scan = table.scan.clone().only(range(&table.key, page));
    let headers = moment.read_headers_of(&table, &scan, Stream::Line)?;
    let listed: HashSet<i64> = headers.iter().map(|header| header.document.id).collect();
    let have =
        moment
            .warehouse
            .document_keys(moment.load.id, Stream::Line, page.after, page.through)?;
    // Their lines go with them here; should the source still have any, their own page differs.
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

fn mend_lines(moment: &mut Moment<'_>, page: Page) -> Result<()> {
    let table = moment.layout.lines();
    let mut lines = Vec::new();
    moment.rows_read += stream(
        moment.db,
        &table.scan.clone().only(range(&table.key, page)),
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
    let have =
        moment
            .warehouse
            .line_keys(moment.load.id, Stream::Line, page.after, page.through)?;
    let gone = have.into_iter().filter(|id| !listed.contains(id));
    changes.gone_movements = gone.map(|id| (Stream::Line, id)).collect();
    changes.movements.push(batch);
    moment.apply(changes)
}

fn range(key: &str, page: Page) -> Condition {
    Condition::KeyRange {
        column: key.to_owned(),
        after: page.after,
        through: page.through,
    }
}
