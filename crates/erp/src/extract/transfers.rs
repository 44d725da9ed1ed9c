//! Transfers between warehouses that are not documents.

use super::Result;
use super::changes::Moment;
use super::join::{Documents, movement, short, within};
use super::prove::Measured;
use super::walk::stream;
use crate::layout::{Header, Line};
use puente_databases::{Changed, Flow, Mark, Totals};
use puente_warehouse::{Changes, Movement, MovementBatch, Stream};
use std::collections::{HashMap, HashSet};

/// Transfers: what their lines take from them, places included.
#[derive(Debug, Default)]
pub(super) struct Transfers {
    documents: Documents,
    places: HashMap<i64, (Option<i64>, Option<i64>)>,
}

impl Transfers {
    /// Takes a header in.
    pub(super) fn push(&mut self, header: &Header) {
        self.documents.push(short(&header.document));
        self.places
            .insert(header.document.id, (header.from_place, header.to_place));
    }

    /// The movement of a line; `None` for a line of a transfer that is not known, if only those are
    /// wanted.
    pub(super) fn movement(&mut self, line: &Line, only_known: bool) -> Option<Movement> {
        let taken = self.documents.find(line.document);
        if taken.is_none() && only_known {
            return None;
        }
        let mut row = movement(line, taken);
        if let Some((from, to)) = self.places.get(&line.document) {
            row.place_id = row.place_id.or(*from);
            row.to_place_id = row.to_place_id.or(*to);
        }
        Some(row)
    }
}

impl Moment<'_> {
    /// Transfers are few: when any of them changed, all are read again.
    pub(super) fn transfers(
        &mut self,
        since: Option<&Mark>,
        measured: &mut Measured,
        changes: &mut Changes,
    ) -> Result<()> {
        let layout = self.layout;
        let (Some(headers), Some(lines)) = (layout.transfer_documents(), layout.transfer_lines())
        else {
            return Ok(());
        };
        let documents = self.totals(&headers.scan, Vec::new(), &headers.key, since)?;
        let totals = self.totals(&lines.scan, layout.transfer_sums(), &lines.key, since)?;
        let quiet = |totals: &Totals| matches!(&totals.changed, Some(Changed::Keys(keys)) if keys.is_empty());
        let have = self
            .warehouse
            .totals(self.load.id, Stream::Transfer, i64::MIN, i64::MAX)?;
        let same_rows = u64::try_from(have.lines).ok() == Some(totals.rows);
        let untouched = quiet(&documents) && quiet(&totals) && same_rows;
        measured.transfers = Some(totals);
        if untouched || (self.load.coverage.is_some() && documents.rows == 0) {
            return Ok(());
        }
        let mut known = Transfers::default();
        for header in self.read_headers_of(&headers, &headers.scan, Stream::Transfer)? {
            if within(self.load.coverage, header.document.day) {
                known.push(&header);
                changes.documents.push((Stream::Transfer, header.document));
            }
        }
        let only_known = self.load.coverage.is_some();
        let mut batch = MovementBatch {
            stream: Stream::Transfer,
            ..MovementBatch::default()
        };
        self.rows_read += stream(self.db, &lines.scan, &mut |chunk| {
            lines.rows(chunk, |line| {
                known
                    .movement(&line, only_known)
                    .iter()
                    .for_each(|row| batch.push(row));
            })?;
            Ok(Flow::Continue)
        })?;
        let listed: HashSet<i64> = batch.line_id.iter().copied().collect();
        let had = self
            .warehouse
            .line_keys(self.load.id, Stream::Transfer, i64::MIN, i64::MAX)?;
        let gone = had.into_iter().filter(|id| !listed.contains(id));
        changes
            .gone_movements
            .extend(gone.map(|id| (Stream::Transfer, id)));
        changes.movements.push(batch);
        Ok(())
    }
}
