//! All movements of a selection, one by one.

use crate::load_table::{self, LoadRow};
use crate::movement_table;
use crate::selection::Selection;
use crate::texts::Texts;
use crate::warehouse::Warehouse;
use crate::{Error, MovementFilter, MovementRow};
use rusqlite::Connection;
use std::ops::ControlFlow;

impl Warehouse {
    /// Shows each movement of a selection to `sink`, by company, stream and line key, all of one
    /// moment and in bounded memory. Returns how many were shown; `sink` ends it by breaking off.
    ///
    /// The moment is held as long as it takes: meanwhile the write-ahead log grows by what others
    /// write, so `sink` must not wait for a person.
    ///
    /// # Errors
    /// Those of the database.
    pub fn export(
        &self,
        filter: &MovementFilter,
        sink: &mut dyn FnMut(&MovementRow) -> ControlFlow<()>,
    ) -> Result<u64, Error> {
        self.db().read(|db| {
            let mut shown = 0;
            for load in load_table::current_of(db, &filter.companies)? {
                let Some(selection) = Selection::of(db, &load, filter)? else {
                    continue;
                };
                if export_load(db, &load, &selection, sink, &mut shown)?.is_break() {
                    break;
                }
            }
            Ok(shown)
        })
    }
}

fn export_load(
    db: &Connection,
    load: &LoadRow,
    selection: &Selection,
    sink: &mut dyn FnMut(&MovementRow) -> ControlFlow<()>,
    shown: &mut u64,
) -> Result<ControlFlow<()>, Error> {
    let select = selection.select(movement_table::COLUMNS) + " ORDER BY m.key";
    let mut statement = db.prepare_cached(&select)?;
    let mut texts = Texts::of(load);
    let mut out = MovementRow::default();
    for range in selection.ranges(db)? {
        selection.bind(&mut statement, range)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            let (key, movement) = (row.get(0)?, movement_table::parse(row)?);
            texts.fill(db, key, &movement, &mut out)?;
            *shown += 1;
            if sink(&out).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}
