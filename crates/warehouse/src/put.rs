//! `put`: rows, roll-up and checkpoint in one transaction.

use crate::cells::{Cells, add_articles, change_months};
use crate::digest::Digest;
use crate::dimension_table as dimensions;
use crate::load_table::{self, Progress};
use crate::pending::{MANY, Pending, settle};
use crate::warehouse::Warehouse;
use crate::{Batch, Error, LoadId, LoadState, document_table, movement_table};
use serde_json::Value;

impl Warehouse {
    /// Brings rows into a building load: rows, roll-up and checkpoint in one transaction. Returns
    /// when it is committed.
    ///
    /// # Errors
    /// [`Error::NotAscending`] and [`Error::Duplicate`] for rows that are there already, so that
    /// nothing is ever counted twice; [`Error::WrongState`] when the load is not being built any
    /// more; [`Error::DocTypeTaken`], [`Error::KeyTooLarge`], [`Error::Overflow`],
    /// [`Error::Uneven`]. Nothing of the batch is kept then.
    pub fn put(&self, load: LoadId, batch: Batch, checkpoint: Value) -> Result<(), Error> {
        let (row, mut pending) = self.gathered_so_far(load)?;
        let stream = batch.movements.stream;
        let last = row.last.of(stream);
        let digest = Digest::of(&batch.movements, row.slot, last, &mut pending.cells)?;
        if let Some(line) = batch.movements.line_id.last() {
            pending.to = pending.to.with(stream, row.slot.key(stream, *line)?);
        }
        let many = pending.cells.len() > MANY;
        let cells = if many {
            std::mem::take(&mut pending.cells)
        } else {
            Cells::default()
        };
        let (before, last) = (row.last, pending.to);
        self.db().write(move |tx| {
            let row = load_table::get_in(tx, load, &[LoadState::Building])?;
            if row.last != before {
                let (now, then) = (row.last.of(stream), before.of(stream));
                return Err(Error::not_ascending(then, now));
            }
            write_batch(tx, &row, &batch, &digest)?;
            let rolled = if many { last } else { row.rolled };
            if many {
                add_articles(tx, load.0, &cells)?;
            }
            let progress = Progress {
                documents: count(batch.documents.len()),
                movements: count(batch.movements.len()),
                checkpoint: Some(checkpoint.to_string()),
                ..Progress::default()
            };
            load_table::advance(tx, &row, last, rolled, &progress)
        })?;
        if many {
            pending.from = last;
        }
        self.gathered().keep(load, pending);
        Ok(())
    }

    /// Where the load stands and what was gathered up to there. Another process, or a failed put,
    /// leaves a gap, which is closed first.
    fn gathered_so_far(&self, load: LoadId) -> Result<(load_table::LoadRow, Pending), Error> {
        let row = self
            .db()
            .read(|db| load_table::get_in(db, load, &[LoadState::Building]))?;
        if let Some(pending) = self.gathered().take(load)
            && pending.completes(&row)
        {
            return Ok((row, pending));
        }
        let row = settle(self.db(), self.gathered(), load)?;
        let pending = Pending::after(row.last);
        Ok((row, pending))
    }
}

fn write_batch(
    tx: &rusqlite::Transaction<'_>,
    row: &load_table::LoadRow,
    batch: &Batch,
    digest: &Digest,
) -> Result<(), Error> {
    let load = row.id();
    dimensions::add_doc_types(tx, load, &batch.doc_types)?;
    dimensions::upsert_places(tx, load, &batch.places)?;
    dimensions::upsert_articles(tx, load, &batch.articles)?;
    dimensions::upsert_parties(tx, load, &batch.parties)?;
    document_table::insert_all(tx, row.slot, batch.document_stream, &batch.documents)?;
    movement_table::insert_all(tx, row.slot, &batch.movements)?;
    movement_table::insert_runs(tx, &digest.runs)?;
    movement_table::widen_zones(tx, digest.zones.iter().copied())?;
    change_months(tx, load, &digest.months)
}

pub(crate) fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
