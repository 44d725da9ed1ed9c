//! The warehouse itself.

use crate::*;
use puente_core::{Cancel, Clock};
use serde_json::Value;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

/// The warehouse: one SQLite file. Clones are one and the same.
#[derive(Clone)]
pub struct Warehouse {
    #[allow(dead_code)]
    clock: Arc<dyn Clock>,
}

#[allow(unused_variables, clippy::missing_errors_doc)]
impl Warehouse {
    /// Opens the file, creating it when it is not there.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        Ok(Warehouse { clock })
    }
    /// The file, for backup and for the integrity check.
    pub fn path(&self) -> &Path {
        todo!()
    }
    /// Begins a generation of `company`. One that was begun before and not published is retired.
    pub fn begin(&self, company: i64, coverage: Option<Coverage>) -> Result<LoadId, Error> {
        todo!()
    }
    /// The load of `company` that was begun and not published.
    pub fn resumable(&self, company: i64) -> Result<Option<Load>, Error> {
        todo!()
    }
    /// The load of `company` that everybody sees.
    pub fn current(&self, company: i64) -> Result<Option<Load>, Error> {
        todo!()
    }
    /// A load by its name.
    pub fn load(&self, load: LoadId) -> Result<Load, Error> {
        todo!()
    }
    /// All loads, newest first.
    pub fn loads(&self) -> Result<Vec<Load>, Error> {
        todo!()
    }
    /// Rows, roll-up and checkpoint in one transaction.
    pub fn put(&self, load: LoadId, batch: Batch, checkpoint: Value) -> Result<(), Error> {
        todo!()
    }
    /// Makes a load the current one of its company and retires the one before, atomically.
    pub fn publish(&self, load: LoadId, mark: Value) -> Result<Load, Error> {
        todo!()
    }
    /// Retires a load that is not wanted any more.
    pub fn discard(&self, load: LoadId) -> Result<(), Error> {
        todo!()
    }
    /// Retires all loads of a company.
    pub fn forget(&self, company: i64) -> Result<(), Error> {
        todo!()
    }
    /// Deletes the rows of retired loads in small steps and gives the space back. Cancelling
    /// stops between two steps; the next call goes on.
    pub fn sweep(&self, cancel: &Cancel) -> Result<Swept, Error> {
        todo!()
    }
    /// Brings the source's changes into a current or building load, in one transaction. `mark` is what the load is
    /// complete up to from now on.
    pub fn apply(&self, load: LoadId, changes: Changes, mark: Value) -> Result<Applied, Error> {
        todo!()
    }

    /// The kinds of documents of a load, by number.
    pub fn doc_types(&self, load: LoadId) -> Result<Vec<DocType>, Error> {
        todo!()
    }
    /// Up to `limit` document headers above key `after`, ascending; for the client-side join of a resumed load.
    pub fn headers(
        &self,
        load: LoadId,
        stream: Stream,
        after: i64,
        limit: usize,
    ) -> Result<Vec<Header>, Error> {
        todo!()
    }
    /// The headers of those documents that the load has, in any order.
    pub fn headers_of(
        &self,
        load: LoadId,
        stream: Stream,
        ids: &[i64],
    ) -> Result<Vec<Header>, Error> {
        todo!()
    }
    /// Keys of the movements in `after < line_id <= through` that are not gone, ascending.
    pub fn line_keys(
        &self,
        load: LoadId,
        stream: Stream,
        after: i64,
        through: i64,
    ) -> Result<Vec<i64>, Error> {
        todo!()
    }
    /// Keys of the movements of those days, both included, that are not gone, ascending.
    pub fn line_keys_of_days(
        &self,
        load: LoadId,
        stream: Stream,
        days: Coverage,
    ) -> Result<Vec<i64>, Error> {
        todo!()
    }
    /// Keys of the movements of those documents that are not gone, ascending.
    pub fn line_keys_of_documents(
        &self,
        load: LoadId,
        stream: Stream,
        documents: &[i64],
    ) -> Result<Vec<i64>, Error> {
        todo!()
    }
    /// Keys of the documents in `after < id <= through` that are not gone, ascending.
    pub fn document_keys(
        &self,
        load: LoadId,
        stream: Stream,
        after: i64,
        through: i64,
    ) -> Result<Vec<i64>, Error> {
        todo!()
    }

    /// The monthly summary of current loads, by company, stream, month, code and state.
    pub fn monthly(&self, filter: &MonthFilter) -> Result<Vec<MonthTotal>, Error> {
        todo!()
    }
    /// The monthly cells of one load, whatever its state: what the proof compares with the source.
    pub fn monthly_of(&self, load: LoadId) -> Result<Vec<MonthTotal>, Error> {
        todo!()
    }
    /// The `n` first articles of current loads. `filter.states` is not looked at: posted only.
    pub fn top_articles(
        &self,
        filter: &MonthFilter,
        rank: Rank,
        n: usize,
    ) -> Result<Vec<ArticleTotal>, Error> {
        todo!()
    }
    /// Monthly demand by article code and document code over current loads, ordered by article,
    /// month and code; `articles` empty means all. `filter.states` is not looked at: posted only.
    pub fn demand(&self, filter: &MonthFilter, articles: &[String]) -> Result<Vec<Demand>, Error> {
        todo!()
    }
    /// What each company's current load holds.
    pub fn counts(&self) -> Result<Vec<CompanyCount>, Error> {
        todo!()
    }
    /// A page of at most `limit` movements of current loads.
    pub fn movements(
        &self,
        filter: &MovementFilter,
        sort: Sort,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page, Error> {
        todo!()
    }
    /// What all movements of a selection amount to.
    pub fn sums(&self, filter: &MovementFilter) -> Result<Sums, Error> {
        todo!()
    }
    /// Shows each movement of a selection to `sink`, by company, stream and line key, as of one
    /// moment, in bounded memory. Returns how many were shown.
    pub fn export(
        &self,
        filter: &MovementFilter,
        sink: &mut dyn FnMut(&MovementRow) -> ControlFlow<()>,
    ) -> Result<u64, Error> {
        todo!()
    }
    /// Exact totals of the movements in `after < line_id <= through`, gone ones left out.
    pub fn totals(
        &self,
        load: LoadId,
        stream: Stream,
        after: i64,
        through: i64,
    ) -> Result<RangeTotals, Error> {
        todo!()
    }
    /// `monthly_of` from a scan of all movements instead of the roll-up.
    pub fn recompute(&self, load: LoadId) -> Result<Vec<MonthTotal>, Error> {
        todo!()
    }
}

impl From<Error> for puente_core::Error {
    fn from(error: Error) -> Self {
        puente_core::error::travel(&error)
    }
}
