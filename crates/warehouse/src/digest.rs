//! What a batch of movements means for everything kept beside them.

use crate::cells::{ARTICLE_MONTH, ArticleKey, Cell, Cells, MONTH_TOTAL, MonthKey, Months, add};
use crate::key::{NO_DAY, Slot, zone_of};
use crate::movement_table::{Run, Zone};
use crate::{Error, MovementBatch, State};

/// The roll-up, the runs and the zones of one batch.
#[derive(Debug, Default)]
pub(crate) struct Digest {
    pub months: Cells<MonthKey>,
    pub runs: Vec<Run>,
    pub zones: Vec<Zone>,
}

impl Digest {
    /// Goes through a batch once. Posted rows are added to `articles` as well.
    ///
    /// # Errors
    /// [`Error::Uneven`]; [`Error::NotAscending`] when keys do not ascend from above the packed key
    /// `last`; [`Error::KeyTooLarge`] and [`Error::Overflow`].
    pub fn of(
        batch: &MovementBatch,
        slot: Slot,
        mut last: i64,
        articles: &mut Cells<ArticleKey>,
    ) -> Result<Digest, Error> {
        check_even(batch)?;
        let mut digest = Digest::default();
        let mut months = Months::new();
        let mut open: Option<(MonthKey, Cell)> = None;
        let stream = batch.stream as u8;
        for row in 0..batch.len() {
            let key = slot.key(batch.stream, batch.line_id[row])?;
            if key <= last {
                return Err(Error::not_ascending(key, last));
            }
            last = key;
            let day = batch.day[row].unwrap_or(NO_DAY);
            digest.follow_run(slot, batch, row, key)?;
            digest.follow_zone(key, day);
            let amounts = Cell {
                lines: 1,
                quantity_e6: batch.quantity_e6[row],
                total_e4: batch.total_e4[row],
                cost_e4: batch.cost_e4[row],
            };
            let (month, doc_type) = (months.of(day), batch.doc_type[row]);
            let at = MonthKey {
                stream,
                month,
                doc_type,
                state: batch.state[row] as u8,
            };
            open = Some(digest.add_to(open, at, &amounts)?);
            if batch.state[row] == State::Posted {
                let article_id = batch.article_id[row];
                let at = ArticleKey {
                    stream,
                    month,
                    doc_type,
                    article_id,
                };
                add(articles, at, &amounts, ARTICLE_MONTH)?;
            }
        }
        if let Some((at, cell)) = open {
            add(&mut digest.months, at, &cell, MONTH_TOTAL)?;
        }
        Ok(digest)
    }

    /// Lines of one document follow each other, so the cell is kept at hand while it stays the same.
    fn add_to(
        &mut self,
        open: Option<(MonthKey, Cell)>,
        at: MonthKey,
        amounts: &Cell,
    ) -> Result<(MonthKey, Cell), Error> {
        match open {
            Some((key, mut cell)) if key == at => {
                cell.add(amounts).map_err(|column| Error::Overflow {
                    table: MONTH_TOTAL,
                    column,
                })?;
                Ok((at, cell))
            }
            Some((key, cell)) => {
                add(&mut self.months, key, &cell, MONTH_TOTAL)?;
                Ok((at, *amounts))
            }
            None => Ok((at, *amounts)),
        }
    }

    fn follow_run(
        &mut self,
        slot: Slot,
        batch: &MovementBatch,
        row: usize,
        key: i64,
    ) -> Result<(), Error> {
        let doc_id = batch.doc_id[row];
        match self.runs.last_mut() {
            Some(run) if row > 0 && batch.doc_id[row - 1] == doc_id => run.last_key = key,
            Some(_) | None => {
                let document_key = slot.key(batch.stream, doc_id)?;
                self.runs.push(Run {
                    document_key,
                    first_key: key,
                    last_key: key,
                });
            }
        }
        Ok(())
    }

    fn follow_zone(&mut self, key: i64, day: i32) {
        match self.zones.last_mut() {
            Some(zone) if zone.id == zone_of(key) => zone.take_in(day),
            Some(_) | None => self.zones.push(Zone::of(key, day)),
        }
    }
}

/// # Errors
/// [`Error::Uneven`].
pub(crate) fn check_even(batch: &MovementBatch) -> Result<(), Error> {
    let rows = batch.len();
    let even = [
        batch.doc_id.len(),
        batch.article_id.len(),
        batch.place_id.len(),
        batch.to_place_id.len(),
        batch.day.len(),
        batch.doc_type.len(),
        batch.state.len(),
        batch.quantity_e6.len(),
        batch.price_e4.len(),
        batch.total_e4.len(),
        batch.cost_e4.len(),
    ]
    .iter()
    .all(|length| *length == rows);
    if even { Ok(()) } else { Err(Error::Uneven) }
}
