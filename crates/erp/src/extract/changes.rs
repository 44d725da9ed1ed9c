//! Catching up: the rows that changed since a mark, read in one short snapshot together with the
//! server's totals, so that both belong to the same moment even while the ERP writes.

use super::audit::{self, By, Table};
use super::join::{Documents, Taken, movement, short, within};
use super::prove::{Measured, Stored, prove};
use super::walk::stream;
use super::{Extraction, Kept, Result, SNAPSHOT_LIMIT};
use crate::Error;
use crate::layout::{DocTypes, Header, Layout, Line, ReadDocuments, ReadLines};
use crate::proof::{DOCUMENTS, Proof};
use chrono::NaiveDate;
use puente_core::Cancel;
use puente_databases::{
    Changed, ChangedKeys, Condition, Flow, Mark, Scan, SourceDb, SumColumn, Totals, TotalsRequest,
};
use puente_warehouse::{
    Applied, Changes, Load, LoadState, MovementBatch, State, Stream, Warehouse,
};
use std::collections::HashSet;
use std::thread::ScopedJoinHandle;

/// More changed rows than this are read quicker by reading everything.
const CHANGES_LIMIT: usize = 200_000;
/// A load that is being filled has no other way but to take them all.
const FILLING_LIMIT: usize = 1_000_000;

/// What catching up did.
pub(super) struct Caught {
    pub applied: Applied,
    pub proof: Proof,
    pub rows_read: u64,
    pub kept: Kept,
}

/// A moment of the source, and everything that is done within it.
pub(super) struct Moment<'a> {
    pub db: &'a mut dyn SourceDb,
    pub layout: &'a Layout,
    pub warehouse: &'a Warehouse,
    pub load: &'a Load,
    pub cancel: &'a Cancel,
    pub types: DocTypes,
    pub kept: Kept,
    pub rows_read: u64,
    pub applied: Applied,
    /// What the load holds, as long as that is known.
    stored: Option<Stored>,
}

impl Extraction<'_> {
    /// Brings `load` up to the present and proves it.
    pub(super) fn catch_up(
        &mut self,
        load: &Load,
        since: Option<&Kept>,
        audit_too: bool,
    ) -> Result<Caught> {
        let (layout, warehouse, cancel) = (self.layout, self.warehouse, self.cancel);
        let today = self.clock.now().date_naive();
        let taken_at = self.clock.now();
        let types = DocTypes::of(warehouse.doc_types(load.id)?);
        // Before the snapshot: a transaction that commits between the two is not in the snapshot, and
        // would be older than a mark read inside it, so that the next run would not find its rows.
        let mark = self.source.mark()?;
        let building = load.state == LoadState::Building;
        let kept = Kept {
            mark,
            profile: layout.profile.name.clone(),
            compared_at: match building || audit_too {
                true => Some(taken_at),
                false => since.and_then(|kept| kept.compared_at),
            },
        };
        let since = since.and_then(|kept| kept.mark.as_ref());
        let mut result: Option<Result<Caught>> = None;
        let mut types = Some(types);
        std::thread::scope(|scope| {
            // While the server counts there is nothing else to do here.
            let mut counting = Some(scope.spawn(|| count(warehouse, load)));
            self.source.snapshot(SNAPSHOT_LIMIT, &mut |db| {
                let mut moment = Moment {
                    db,
                    layout,
                    warehouse,
                    load,
                    cancel,
                    types: types.take().unwrap_or_default(),
                    kept: kept.clone(),
                    rows_read: 0,
                    applied: Applied::default(),
                    stored: None,
                };
                result = Some(moment.catch_up(since, today, counting.take()).and_then(
                    |measured| {
                        let proof = moment.proven(&measured, audit_too, taken_at)?;
                        Ok(moment.caught(proof))
                    },
                ));
                Ok(())
            })
        })?;
        result.unwrap_or(Err(Error::Cancelled))
    }
}

/// What the load holds; one that was just filled is made ready for everybody to see first.
fn count(warehouse: &Warehouse, load: &Load) -> Result<Stored> {
    if load.state == LoadState::Building {
        warehouse.prepare(load.id)?;
    }
    Stored::of(warehouse, load)
}

impl Moment<'_> {
    /// Finds what changed and applies it. Gives the server's totals of the same moment.
    fn catch_up(
        &mut self,
        since: Option<&Mark>,
        today: NaiveDate,
        counting: Option<ScopedJoinHandle<'_, Result<Stored>>>,
    ) -> Result<Measured> {
        let (measured, changes) = self.changes(since, today)?;
        if let Some(counting) = counting {
            let counted = counting.join().unwrap_or_else(|_| {
                Err(puente_core::Error::new(puente_core::Code::Internal).into())
            });
            self.stored = Some(counted?);
        }
        self.apply(changes)?;
        Ok(measured)
    }

    fn caught(self, proof: Proof) -> Caught {
        Caught {
            applied: self.applied,
            proof,
            rows_read: self.rows_read,
            kept: self.kept,
        }
    }

    /// What the load holds.
    pub(super) fn stored(&mut self) -> Result<&Stored> {
        let stored = match self.stored.take() {
            Some(stored) => stored,
            None => Stored::of(self.warehouse, self.load)?,
        };
        Ok(self.stored.insert(stored))
    }

    /// Finds what changed, with the server's totals of the same moment.
    fn changes(&mut self, since: Option<&Mark>, today: NaiveDate) -> Result<(Measured, Changes)> {
        let layout = self.layout;
        let mut changes = Changes::default();
        let mut measured = Measured::default();
        let (headers, lines) = (layout.documents(), layout.lines());
        measured.documents =
            Some(self.totals(&headers.scan, document_sums(layout), &headers.key, since)?);
        measured.lines = Some(self.totals(&lines.scan, layout.line_sums(), &lines.key, since)?);
        match since {
            Some(mark) => {
                let documents = changed_keys(&measured.documents)?;
                let changed = changed_keys(&measured.lines)?;
                self.changed_documents(&headers, &lines, documents, changed, &mut changes)?;
                self.dimensions(Some(mark), &mut changes)?;
            }
            None => {
                self.open_period(&headers, &lines, today, &mut changes)?;
                self.newest(&headers, &lines, &mut changes)?;
                self.dimensions(None, &mut changes)?;
            }
        }
        self.transfers(since, &mut measured, &mut changes)?;
        Ok((measured, changes))
    }

    /// One pass of the server: totals, and with a mark the keys of changed rows.
    pub(super) fn totals(
        &mut self,
        scan: &Scan,
        sums: Vec<SumColumn>,
        key: &str,
        since: Option<&Mark>,
    ) -> Result<Totals> {
        self.cancel.check()?;
        let limit = match self.load.state {
            LoadState::Building => FILLING_LIMIT,
            LoadState::Current | LoadState::Retired => CHANGES_LIMIT,
        };
        let changed = since.map(|mark| ChangedKeys {
            key: key.to_owned(),
            since: mark.clone(),
            limit,
        });
        let request = TotalsRequest {
            sums,
            changed,
            ..TotalsRequest::of(&*scan.table)
        };
        Ok(self.db.totals(&request)?)
    }

    /// Documents that changed, and lines that changed or whose document is new to the load.
    fn changed_documents(
        &mut self,
        table: &ReadDocuments,
        lines: &ReadLines,
        documents: Vec<i64>,
        mut line_keys: Vec<i64>,
        changes: &mut Changes,
    ) -> Result<()> {
        let headers = self.read_headers(table, &documents, Stream::Line)?;
        let days = self.load.coverage;
        let mut known = Documents::default();
        let mut new_to_load = Vec::new();
        let had: HashSet<i64> = match days {
            None => HashSet::new(),
            Some(_) => self
                .known(Stream::Line, &documents)?
                .iter()
                .map(|h| h.id)
                .collect(),
        };
        for header in headers {
            let id = header.document.id;
            if within(days, header.document.day) {
                known.push(short(&header.document));
                if days.is_some() && !had.contains(&id) {
                    new_to_load.push(id);
                }
                changes.documents.push((Stream::Line, header.document));
            } else if had.contains(&id) {
                changes.gone_documents.push((Stream::Line, id));
            }
        }
        line_keys.sort_unstable();
        let mut rows = self.read_lines(lines, &lines.key, line_keys)?;
        rows.extend(self.read_lines(lines, &document_column(self.layout), new_to_load)?);
        self.join(table, rows, known, changes)
    }

    /// Gives each line what it takes from its document: one of this run's, one of the load's, or
    /// one that has to be asked for.
    pub(super) fn join(
        &mut self,
        table: &ReadDocuments,
        rows: Vec<Line>,
        mut known: Documents,
        changes: &mut Changes,
    ) -> Result<()> {
        let mut missing: Vec<i64> = rows.iter().map(|row| row.document).collect();
        missing.sort_unstable();
        missing.dedup();
        missing.retain(|id| known.find(*id).is_none());
        for header in self.known(Stream::Line, &missing)? {
            known.push(header);
        }
        missing.retain(|id| known.find(*id).is_none());
        for header in self.read_headers(table, &missing, Stream::Line)? {
            if within(self.load.coverage, header.document.day) {
                known.push(short(&header.document));
                changes.documents.push((Stream::Line, header.document));
            }
        }
        let only_known = self.load.coverage.is_some();
        let mut batch = MovementBatch::default();
        let mut seen = HashSet::new();
        for line in &rows {
            let taken: Option<Taken> = known.find(line.document);
            if !seen.insert(line.id) {
                continue;
            }
            if taken.is_some() || !only_known {
                batch.push(&movement(line, taken));
            } else {
                // It moved to a document outside the days of the load; if it was here, it is gone.
                changes.gone_movements.push((Stream::Line, line.id));
            }
        }
        self.keep_known_gone(changes)?;
        changes.movements.push(batch);
        Ok(())
    }

    /// Of the lines to be taken away only those that the load has can be.
    fn keep_known_gone(&self, changes: &mut Changes) -> Result<()> {
        let ids: Vec<i64> = changes.gone_movements.iter().map(|(_, id)| *id).collect();
        let (Some(first), Some(last)) = (ids.iter().min(), ids.iter().max()) else {
            return Ok(());
        };
        let after = first.saturating_sub(1);
        let have: HashSet<i64> = self
            .warehouse
            .line_keys(self.load.id, Stream::Line, after, *last)?
            .into_iter()
            .collect();
        changes.gone_movements.retain(|(_, id)| have.contains(id));
        Ok(())
    }

    /// Articles and parties: those that changed, or without a mark all of them. Warehouses always all:
    /// they are few, and what they mean may have changed here.
    fn dimensions(&mut self, since: Option<&Mark>, changes: &mut Changes) -> Result<()> {
        let layout = self.layout;
        let changed = |scan: &Scan| match since {
            Some(mark) => scan.clone().only(Condition::ChangedSince(mark.clone())),
            None => scan.clone(),
        };
        let places = layout.places();
        self.rows_read += stream(self.db, &places.scan, &mut |chunk| {
            places.places(chunk, layout, |row| changes.places.push(row))?;
            Ok(Flow::Continue)
        })?;
        let articles = layout.articles();
        self.rows_read += stream(self.db, &changed(&articles.scan), &mut |chunk| {
            articles.rows(chunk, |row| changes.articles.push(row))?;
            Ok(Flow::Continue)
        })?;
        if let Some(parties) = layout.parties() {
            self.rows_read += stream(self.db, &changed(&parties.scan), &mut |chunk| {
                parties.parties(chunk, |row| changes.parties.push(row))?;
                Ok(Flow::Continue)
            })?;
        }
        Ok(())
    }

    /// Applies changes to the load and remembers what they amounted to.
    pub(super) fn apply(&mut self, mut changes: Changes) -> Result<()> {
        changes.doc_types = self.types.take_fresh();
        let applied = self
            .warehouse
            .apply(self.load.id, changes, self.kept.to_value())?;
        let nothing = Applied {
            unchanged: applied.unchanged,
            ..Applied::default()
        };
        if applied != nothing {
            self.stored = None;
        }
        self.applied.inserted += applied.inserted;
        self.applied.updated += applied.updated;
        self.applied.gone += applied.gone;
        self.applied.unchanged += applied.unchanged;
        self.applied.documents += applied.documents;
        Ok(())
    }

    /// The proof; when it doesn't hold, or when asked to, what differs is found and mended first.
    fn proven(
        &mut self,
        measured: &Measured,
        audit_too: bool,
        taken_at: chrono::DateTime<chrono::Utc>,
    ) -> Result<Proof> {
        let mut proof = prove(self, measured, taken_at)?;
        let ways: &[By] = match (audit_too, &self.kept.mark) {
            (false, Some(_)) => &[By::Counts, By::Sums],
            (true, Some(_)) => &[By::Sums],
            // What differs in old months may stand beside a change that moves no sum.
            (_, None) => &[By::Rows],
        };
        for by in ways {
            if proof.holds() && !audit_too {
                break;
            }
            // Documents whose totals agree are known to be equal only where marks tell what changed.
            let all = audit_too || *by == By::Rows || proof.table_differs(DOCUMENTS);
            let tables: &[Table] = if all {
                &[Table::Documents, Table::Lines]
            } else {
                &[Table::Lines]
            };
            audit::mend(self, tables, *by)?;
            proof = prove(self, measured, taken_at)?;
        }
        Ok(proof)
    }

    /// Headers by their keys.
    pub(super) fn read_headers(
        &mut self,
        table: &ReadDocuments,
        keys: &[i64],
        which: Stream,
    ) -> Result<Vec<Header>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let only = Condition::KeyIn {
            column: table.key.clone(),
            keys: keys.to_vec(),
        };
        self.read_headers_of(table, &table.scan.clone().only(only), which)
    }

    pub(super) fn read_headers_of(
        &mut self,
        table: &ReadDocuments,
        scan: &Scan,
        which: Stream,
    ) -> Result<Vec<Header>> {
        let fixed = match (which, &self.layout.profile.transfers) {
            (Stream::Transfer, Some(transfers)) => transfers.type_code.as_str(),
            (Stream::Transfer, None) | (Stream::Line, _) => "",
        };
        let (types, mut headers) = (&mut self.types, Vec::new());
        self.rows_read += stream(self.db, scan, &mut |chunk| {
            table.rows(chunk, types, fixed, |row| headers.push(row))?;
            Ok(Flow::Continue)
        })?;
        Ok(headers)
    }

    /// Lines by the values of one of their keys.
    pub(super) fn read_lines(
        &mut self,
        table: &ReadLines,
        column: &str,
        keys: Vec<i64>,
    ) -> Result<Vec<Line>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let only = Condition::KeyIn {
            column: column.to_owned(),
            keys,
        };
        let mut lines = Vec::new();
        self.rows_read += stream(self.db, &table.scan.clone().only(only), &mut |chunk| {
            table.rows(chunk, |line| lines.push(line))?;
            Ok(Flow::Continue)
        })?;
        Ok(lines)
    }

    /// Headers that the load has and that are not gone.
    pub(super) fn known(
        &self,
        which: Stream,
        ids: &[i64],
    ) -> Result<Vec<puente_warehouse::Header>> {
        let mut headers = self.warehouse.headers_of(self.load.id, which, ids)?;
        headers.retain(|header| header.state != State::Gone);
        Ok(headers)
    }
}

pub(super) fn document_sums(layout: &Layout) -> Vec<SumColumn> {
    let total = layout.profile.documents.total.iter();
    total
        .map(|total| SumColumn::of(&*total.name, crate::layout::MONEY_SCALE))
        .collect()
}

pub(super) fn document_column(layout: &Layout) -> String {
    layout.profile.lines.document.name.clone()
}

fn changed_keys(totals: &Option<Totals>) -> Result<Vec<i64>> {
    match totals.as_ref().and_then(|totals| totals.changed.clone()) {
        Some(Changed::Keys(keys)) => Ok(keys),
        Some(Changed::TooMany(_)) => Err(Error::TooManyChanges),
        None => Ok(Vec::new()),
    }
}
