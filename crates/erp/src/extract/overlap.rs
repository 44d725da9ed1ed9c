//! Where the server doesn't tell which rows changed: the newest keys and the last months are read again
//! whole. What changed elsewhere shows in counts and sums, and is found by the audit.

use super::Result;
use super::changes::{Moment, document_column};
use super::join::{Documents, short, within};
use super::prove::date_range;
use super::walk::stream;
use crate::layout::{ReadDocuments, ReadLines};
use chrono::{Days, NaiveDate};
use puente_core::period::epoch_day;
use puente_databases::{Condition, Flow};
use puente_warehouse::{Changes, Coverage, Stream};
use std::collections::HashSet;

/// Days before today whose documents may still change unseen.
const OPEN_DAYS: u64 = 62;
/// Keys before the newest one of the load that are read again: a transaction may have taken its keys
/// long before it committed.
const OVERLAP_KEYS: i64 = 200;

impl Moment<'_> {
    /// Documents and lines whose keys are newer than the load's newest, or little older: also those of
    /// documents with an old date.
    pub(super) fn newest(
        &mut self,
        table: &ReadDocuments,
        lines: &ReadLines,
        changes: &mut Changes,
    ) -> Result<()> {
        let newer = |column: &str, bounds: Option<(i64, i64)>| {
            let last = bounds.map_or(i64::MIN, |(_, last)| last);
            Condition::KeyRange {
                column: column.to_owned(),
                after: last.saturating_sub(OVERLAP_KEYS),
                through: i64::MAX,
            }
        };
        let documents_to = self.warehouse.document_bounds(self.load.id, Stream::Line)?;
        let lines_to = self.warehouse.line_bounds(self.load.id, Stream::Line)?;
        let scan = table.scan.clone().only(newer(&table.key, documents_to));
        let mut known = Documents::default();
        for header in self.read_headers_of(table, &scan, Stream::Line)? {
            if within(self.load.coverage, header.document.day) {
                known.push(short(&header.document));
                changes.documents.push((Stream::Line, header.document));
            }
        }
        let mut rows = Vec::new();
        let scan = lines.scan.clone().only(newer(&lines.key, lines_to));
        self.rows_read += stream(self.db, &scan, &mut |chunk| {
            lines.rows(chunk, |line| rows.push(line))?;
            Ok(Flow::Continue)
        })?;
        self.join(table, rows, known, changes)
    }

    /// Documents of the last two months, whole.
    pub(super) fn open_period(
        &mut self,
        table: &ReadDocuments,
        lines: &ReadLines,
        today: NaiveDate,
        changes: &mut Changes,
    ) -> Result<()> {
        let from = today
            .checked_sub_days(Days::new(OPEN_DAYS))
            .unwrap_or(today);
        let to = today
            .checked_add_days(Days::new(OPEN_DAYS))
            .unwrap_or(today);
        let days = Coverage {
            from_day: epoch_day(from),
            to_day: epoch_day(to),
        };
        self.days_again(table, lines, days, changes)
    }

    /// Reads the days of a load over some days again whole.
    pub(super) fn read_days_again(&mut self, days: Coverage) -> Result<()> {
        let (headers, lines) = (self.layout.documents(), self.layout.lines());
        let mut changes = Changes::default();
        self.days_again(&headers, &lines, days, &mut changes)?;
        self.apply(changes)
    }

    /// Documents of those days and their lines; what the load has of those days and the server does
    /// not is gone.
    fn days_again(
        &mut self,
        table: &ReadDocuments,
        lines: &ReadLines,
        days: Coverage,
        changes: &mut Changes,
    ) -> Result<()> {
        let date = &self.layout.profile.documents.date.name;
        let scan = table.scan.clone().only(date_range(date, days));
        let headers = self.read_headers_of(table, &scan, Stream::Line)?;
        let ids: Vec<i64> = headers.iter().map(|header| header.document.id).collect();
        let mut known = Documents::default();
        for header in headers {
            if within(self.load.coverage, header.document.day) {
                known.push(short(&header.document));
                changes.documents.push((Stream::Line, header.document));
            }
        }
        let rows = self.read_lines(lines, &document_column(self.layout), ids)?;
        let listed: HashSet<i64> = rows.iter().map(|row| row.id).collect();
        let had = self
            .warehouse
            .line_keys_of_days(self.load.id, Stream::Line, days)?;
        self.join(table, rows, known, changes)?;
        let gone = had.into_iter().filter(|id| !listed.contains(id));
        changes
            .gone_movements
            .extend(gone.map(|id| (Stream::Line, id)));
        Ok(())
    }
}
