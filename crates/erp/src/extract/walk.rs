//! Reading a table page by page.

use super::pages::{PAGE_LIMIT, Page, Pages};
use super::{Extraction, Result};
use crate::Error;
use crate::layout::Read;
use puente_core::Progress;
use puente_databases::{Chunk, Condition, Flow, Scan};
use std::time::{Duration, Instant};

impl Extraction<'_> {
    /// Reads a table in pages of its key, from after `resume` on. `read` turns chunks into rows of
    /// a page, `done` takes a whole page. Gives the rows that came.
    pub(super) fn walk<T: Default, const N: usize>(
        &mut self,
        stage: &'static str,
        table: &Read<N>,
        resume: Option<i64>,
        mut read: impl FnMut(&Chunk, &mut T) -> Result<()>,
        mut done: impl FnMut(Page, T) -> Result<()>,
    ) -> Result<u64> {
        self.tell(stage);
        let Some((first, last)) = self.source.key_bounds(&table.scan.table, &table.key)? else {
            return Ok(0);
        };
        let mut pages = Pages::over(first, last);
        if let Some(after) = resume {
            pages.resume(after);
        }
        let begun = pages.fraction(first);
        let mut rows_read = 0;
        while let Some(page) = pages.next_page() {
            self.may_go_on()?;
            let started = Instant::now();
            let mut rows = T::default();
            match self.page(&table.scan, &table.key, page, &mut rows, &mut read)? {
                Some(count) => {
                    rows_read += count;
                    done(page, rows)?;
                    pages.done(page, count);
                    self.pace(count, started.elapsed())?;
                }
                None if pages.too_many(page) => continue,
                None => {
                    return Err(Error::invalid(
                        "key",
                        format!("{}: > 1 row", table.scan.table),
                    ));
                }
            }
            self.tell_rows(stage, rows_read, pages.fraction(first) - begun, 1.0 - begun);
        }
        Ok(rows_read)
    }

    /// One page; `None` when it holds too many rows to be kept in memory.
    fn page<T>(
        &mut self,
        scan: &Scan,
        key: &str,
        page: Page,
        rows: &mut T,
        read: &mut impl FnMut(&Chunk, &mut T) -> Result<()>,
    ) -> Result<Option<u64>> {
        let range = Condition::KeyRange {
            column: key.to_owned(),
            after: page.after,
            through: page.through,
        };
        let mut count = 0;
        self.rows(&scan.clone().only(range), &mut |chunk| {
            count += chunk.rows;
            if count > PAGE_LIMIT {
                return Ok(Flow::Stop);
            }
            read(chunk, rows).map(|()| Flow::Continue)
        })?;
        Ok((count <= PAGE_LIMIT).then_some(count as u64))
    }

    /// Streams a scan to a receiver whose errors are of this room.
    pub(super) fn rows(
        &mut self,
        scan: &Scan,
        sink: &mut dyn FnMut(&Chunk) -> Result<Flow>,
    ) -> Result<u64> {
        stream(self.source, scan, sink)
    }

    /// Waits as long as the rate limit asks for.
    fn pace(&self, rows: u64, took: Duration) -> Result<()> {
        let Some(limit) = self.limits.rows_per_second.filter(|limit| *limit > 0) else {
            return Ok(());
        };
        let due = Duration::from_millis(rows.saturating_mul(1000) / u64::from(limit));
        Ok(self.cancel.sleep(due.saturating_sub(took))?)
    }

    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate for a progress bar"
    )]
    fn tell_rows(&self, stage: &str, rows: u64, part: f64, of: f64) {
        let total = (part > 0.0).then(|| (rows as f64 * of / part) as u64);
        let progress = Progress::stage(stage).of(rows, total.map(|total| total.max(rows)));
        self.progress.report(progress.about(self.label));
    }
}

/// Streams a scan to a receiver whose errors are of this room.
pub(super) fn stream(
    source: &mut dyn puente_databases::SourceDb,
    scan: &Scan,
    sink: &mut dyn FnMut(&Chunk) -> Result<Flow>,
) -> Result<u64> {
    let mut failed = None;
    let rows = source.stream(scan, &mut |chunk| match sink(chunk) {
        Ok(flow) => Ok(flow),
        Err(error) => {
            failed = Some(error);
            Ok(Flow::Stop)
        }
    });
    match failed {
        Some(error) => Err(error),
        None => Ok(rows?),
    }
}
