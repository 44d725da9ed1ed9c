//! Movements with everything they refer to: one by one, or all of a selection.

use crate::key::{id_of, stream_of};
use crate::load_table::{self, LoadRow};
use crate::movement_table::{day_of, state_of};
use crate::selection::{JOIN_DOCUMENT, Selection};
use crate::warehouse::Warehouse;
use crate::{Error, MovementFilter, MovementRow};
use rusqlite::{CachedStatement, Connection, Row};
use std::ops::ControlFlow;

const COLUMNS: &str = "m.key, m.doc_id, t.code, d.prefix, d.number, m.day, m.state, m.article_id,
    a.code, a.description, a.unit, a.group_code, p.code, p.name, p.flag, q.code, q.name,
    c.tax_id, c.name, m.quantity_e6, m.price_e4, m.total_e4, m.cost_e4";

/// The rest of a select over [`COLUMNS`]; ?3 is the load.
fn joins() -> String {
    format!(
        "FROM movement m {JOIN_DOCUMENT}
         LEFT JOIN doc_type t ON t.load_id = ?3 AND t.id = m.doc_type
         LEFT JOIN article a ON a.load_id = ?3 AND a.id = m.article_id
         LEFT JOIN place p ON p.load_id = ?3 AND p.id = m.place_id
         LEFT JOIN place q ON q.load_id = ?3 AND q.id = m.to_place_id
         LEFT JOIN party c ON c.load_id = ?3 AND c.id = d.party_id
         WHERE m.key BETWEEN ?1 AND ?2"
    )
}

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
    let select = format!(
        "SELECT {COLUMNS} {}{} ORDER BY m.key",
        joins(),
        selection.conditions()
    );
    let mut statement = db.prepare_cached(&select)?;
    statement.raw_bind_parameter(3, load.id())?;
    selection.bind(&mut statement)?;
    let mut out = MovementRow::default();
    for (first, last) in selection.ranges(db)? {
        statement.raw_bind_parameter(1, first)?;
        statement.raw_bind_parameter(2, last)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            fill(load, row, &mut out)?;
            *shown += 1;
            if sink(&out).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Reads rows by their packed key.
pub(crate) struct RowReader<'c> {
    statement: CachedStatement<'c>,
}

impl<'c> RowReader<'c> {
    pub fn new(db: &'c Connection) -> Result<RowReader<'c>, Error> {
        let statement = db.prepare_cached(&format!("SELECT {COLUMNS} {}", joins()))?;
        Ok(RowReader { statement })
    }

    /// Fills `out`. `false`: there is no such row.
    pub fn read(&mut self, load: &LoadRow, key: i64, out: &mut MovementRow) -> Result<bool, Error> {
        let mut rows = self.statement.query([key, key, load.id()])?;
        match rows.next()? {
            Some(row) => fill(load, row, out).map(|()| true),
            None => Ok(false),
        }
    }
}

/// Fills `out`, whose texts keep their room from row to row.
fn fill(load: &LoadRow, row: &Row<'_>, out: &mut MovementRow) -> Result<(), Error> {
    let key = row.get(0)?;
    out.company_id = load.load.company_id;
    out.stream = stream_of(key);
    out.line_id = id_of(key);
    out.doc_id = row.get(1)?;
    text(row, 2, &mut out.doc_type)?;
    text(row, 3, &mut out.prefix)?;
    text(row, 4, &mut out.number)?;
    out.day = day_of(row.get(5)?);
    out.state = state_of(row.get(6)?)?;
    out.article_id = row.get(7)?;
    text(row, 8, &mut out.article_code)?;
    text(row, 9, &mut out.article)?;
    text(row, 10, &mut out.unit)?;
    text(row, 11, &mut out.group_code)?;
    text(row, 12, &mut out.place_code)?;
    text(row, 13, &mut out.place)?;
    out.flag = row.get(14)?;
    text(row, 15, &mut out.to_place_code)?;
    text(row, 16, &mut out.to_place)?;
    text(row, 17, &mut out.party_tax_id)?;
    text(row, 18, &mut out.party)?;
    out.quantity_e6 = row.get(19)?;
    out.price_e4 = row.get(20)?;
    out.total_e4 = row.get(21)?;
    out.cost_e4 = row.get(22)?;
    Ok(())
}

fn text(row: &Row<'_>, column: usize, out: &mut String) -> Result<(), Error> {
    out.clear();
    let value = row
        .get_ref(column)?
        .as_str_or_null()
        .map_err(rusqlite::Error::from)?;
    out.push_str(value.unwrap_or_default());
    Ok(())
}
