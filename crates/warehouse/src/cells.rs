//! The cells of the two roll-ups, and what is added to them.

use crate::Error;
use crate::key::NO_DAY;
use chrono::Datelike;
use rusqlite::{OptionalExtension, Transaction, params};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// What movements amount to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cell {
    pub lines: i64,
    pub quantity_e6: i64,
    pub total_e4: i64,
    pub cost_e4: i64,
}

impl Cell {
    /// Adds, or says which sum does not fit.
    pub fn add(&mut self, other: &Cell) -> Result<(), &'static str> {
        self.lines = self.lines.checked_add(other.lines).ok_or("lines")?;
        self.quantity_e6 = self
            .quantity_e6
            .checked_add(other.quantity_e6)
            .ok_or("quantity_e6")?;
        self.total_e4 = self
            .total_e4
            .checked_add(other.total_e4)
            .ok_or("total_e4")?;
        self.cost_e4 = self.cost_e4.checked_add(other.cost_e4).ok_or("cost_e4")?;
        Ok(())
    }

    /// Takes away, or says which sum does not fit.
    pub fn subtract(&mut self, other: &Cell) -> Result<(), &'static str> {
        self.lines = self.lines.checked_sub(other.lines).ok_or("lines")?;
        self.quantity_e6 = self
            .quantity_e6
            .checked_sub(other.quantity_e6)
            .ok_or("quantity_e6")?;
        self.total_e4 = self
            .total_e4
            .checked_sub(other.total_e4)
            .ok_or("total_e4")?;
        self.cost_e4 = self.cost_e4.checked_sub(other.cost_e4).ok_or("cost_e4")?;
        Ok(())
    }
}

/// A cell of `month_total`, in the order of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct MonthKey {
    pub stream: u8,
    pub month: i32,
    pub doc_type: u16,
    pub state: u8,
}

/// A cell of `article_month`, in the order of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ArticleKey {
    pub stream: u8,
    pub month: i32,
    pub doc_type: u16,
    pub article_id: i64,
}

/// Cells by their key. The hash is a multiplication: one look-up per row of a load, with keys that
/// nobody chooses to collide.
pub(crate) type Cells<K> = HashMap<K, Cell, BuildHasherDefault<Mix>>;

/// Adds to one cell.
pub(crate) fn add<K: Hash + Eq>(
    cells: &mut Cells<K>,
    key: K,
    cell: &Cell,
    table: &'static str,
) -> Result<(), Error> {
    cells
        .entry(key)
        .or_default()
        .add(cell)
        .map_err(|column| Error::Overflow { table, column })
}

/// Takes away from one cell.
pub(crate) fn subtract<K: Hash + Eq>(
    cells: &mut Cells<K>,
    key: K,
    cell: &Cell,
    table: &'static str,
) -> Result<(), Error> {
    let cells = cells.entry(key).or_default();
    cells
        .subtract(cell)
        .map_err(|column| Error::Overflow { table, column })
}

/// Year × 100 + month of a stored day; 0 for none.
pub(crate) fn month_of(day: i32) -> i32 {
    if day == NO_DAY {
        return 0;
    }
    puente_core::period::date_of_epoch_day(day).map_or(0, |date| {
        date.year() * 100 + i32::try_from(date.month()).unwrap_or(0)
    })
}

/// [`month_of`] for days that mostly repeat.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Months {
    day: i32,
    month: i32,
}

impl Months {
    pub fn new() -> Self {
        Months {
            day: NO_DAY,
            month: 0,
        }
    }

    pub fn of(&mut self, day: i32) -> i32 {
        if day != self.day {
            *self = Months {
                day,
                month: month_of(day),
            };
        }
        self.month
    }
}

pub(crate) const MONTH_TOTAL: &str = "month_total";
pub(crate) const ARTICLE_MONTH: &str = "article_month";

/// Adds what changed to `month_total`. A cell without movements is deleted, so that the table is
/// what a scan would give.
pub(crate) fn change_months(
    tx: &Transaction<'_>,
    load: i64,
    changes: &Cells<MonthKey>,
) -> Result<(), Error> {
    let mut read = tx.prepare_cached(
        "SELECT lines, quantity_e6, total_e4, cost_e4 FROM month_total
         WHERE load_id = ?1 AND stream = ?2 AND month = ?3 AND doc_type = ?4 AND state = ?5",
    )?;
    let mut write = tx.prepare_cached(
        "INSERT OR REPLACE INTO month_total
         (load_id, stream, month, doc_type, state, lines, quantity_e6, total_e4, cost_e4)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let mut delete = tx.prepare_cached(
        "DELETE FROM month_total
         WHERE load_id = ?1 AND stream = ?2 AND month = ?3 AND doc_type = ?4 AND state = ?5",
    )?;
    for (key, change) in changes.iter().filter(|(_, cell)| **cell != Cell::default()) {
        let at = params![load, key.stream, key.month, key.doc_type, key.state];
        let mut cell = read.query_row(at, cell_of).optional()?.unwrap_or_default();
        cell.add(change).map_err(|column| Error::Overflow {
            table: MONTH_TOTAL,
            column,
        })?;
        if cell.lines == 0 {
            delete.execute(at)?;
        } else {
            let Cell {
                lines,
                quantity_e6,
                total_e4,
                cost_e4,
            } = cell;
            let MonthKey {
                stream,
                month,
                doc_type,
                state,
            } = *key;
            write.execute(params![
                load,
                stream,
                month,
                doc_type,
                state,
                lines,
                quantity_e6,
                total_e4,
                cost_e4
            ])?;
        }
    }
    Ok(())
}

/// Like [`change_months`], for `article_month`.
pub(crate) fn change_articles(
    tx: &Transaction<'_>,
    load: i64,
    changes: &Cells<ArticleKey>,
) -> Result<(), Error> {
    let mut delete = tx.prepare_cached(
        "DELETE FROM article_month WHERE load_id = ?1 AND stream = ?2 AND month = ?3
         AND doc_type = ?4 AND article_id = ?5 AND lines = 0",
    )?;
    add_articles(tx, load, changes)?;
    for (key, _) in changes.iter().filter(|(_, change)| change.lines < 0) {
        let ArticleKey {
            stream,
            month,
            doc_type,
            article_id,
        } = *key;
        delete.execute(params![load, stream, month, doc_type, article_id])?;
    }
    Ok(())
}

/// Adds many cells to `article_month`, in the order of its key: neighbours share their page.
pub(crate) fn add_articles(
    tx: &Transaction<'_>,
    load: i64,
    cells: &Cells<ArticleKey>,
) -> Result<(), Error> {
    let mut sorted: Vec<_> = cells
        .iter()
        .filter(|(_, c)| **c != Cell::default())
        .collect();
    sorted.sort_unstable_by_key(|(key, _)| **key);
    let mut add = tx.prepare_cached(
        "INSERT INTO article_month
         (load_id, stream, month, doc_type, article_id, lines, quantity_e6, total_e4, cost_e4)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT DO UPDATE SET
            lines = lines + excluded.lines,
            quantity_e6 = quantity_e6 + excluded.quantity_e6,
            total_e4 = total_e4 + excluded.total_e4,
            cost_e4 = cost_e4 + excluded.cost_e4",
    )?;
    for (key, cell) in sorted {
        add.raw_bind_parameter(1, load)?;
        add.raw_bind_parameter(2, key.stream)?;
        add.raw_bind_parameter(3, key.month)?;
        add.raw_bind_parameter(4, key.doc_type)?;
        add.raw_bind_parameter(5, key.article_id)?;
        add.raw_bind_parameter(6, cell.lines)?;
        add.raw_bind_parameter(7, cell.quantity_e6)?;
        add.raw_bind_parameter(8, cell.total_e4)?;
        add.raw_bind_parameter(9, cell.cost_e4)?;
        add.raw_execute().map_err(overflow)?;
    }
    Ok(())
}

/// SQLite turns a sum that overflows into a float, which the strict table then refuses: by its type,
/// or when it happens to fit, by its check.
fn overflow(error: rusqlite::Error) -> Error {
    const REFUSED: [i32; 2] = [
        rusqlite::ffi::SQLITE_CONSTRAINT_DATATYPE,
        rusqlite::ffi::SQLITE_CONSTRAINT_CHECK,
    ];
    match error.sqlite_error() {
        Some(sqlite) if REFUSED.contains(&sqlite.extended_code) => Error::Overflow {
            table: ARTICLE_MONTH,
            column: "quantity_e6 | total_e4 | cost_e4",
        },
        Some(_) | None => error.into(),
    }
}

pub(crate) fn cell_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Cell> {
    Ok(Cell {
        lines: row.get(0)?,
        quantity_e6: row.get(1)?,
        total_e4: row.get(2)?,
        cost_e4: row.get(3)?,
    })
}

/// A hasher for small integers.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mix(u64);

impl Mix {
    fn mix(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(26) ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.mix(u64::from(*byte));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.mix(u64::from(value));
    }

    fn write_u16(&mut self, value: u16) {
        self.mix(u64::from(value));
    }

    fn write_i32(&mut self, value: i32) {
        self.mix(u64::from(value.cast_unsigned()));
    }

    fn write_i64(&mut self, value: i64) {
        self.mix(value.cast_unsigned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_year_and_month_and_nothing_for_no_day() {
        assert_eq!(month_of(0), 197_001);
        assert_eq!(month_of(-1), 196_912);
        assert_eq!(month_of(20_778), 202_611);
        assert_eq!(month_of(NO_DAY), 0);
        assert_eq!(month_of(i32::MAX), 0, "no calendar reaches there");
    }

    #[test]
    fn a_sum_that_does_not_fit_is_refused_and_not_wrapped() {
        let most = Cell {
            lines: 1,
            total_e4: i64::MAX,
            ..Cell::default()
        };
        let one = Cell {
            lines: 1,
            total_e4: 1,
            ..Cell::default()
        };
        let mut cells = Cells::default();
        add(&mut cells, 1_i64, &most, MONTH_TOTAL).unwrap();
        let refused = add(&mut cells, 1_i64, &one, MONTH_TOTAL).unwrap_err();
        assert!(
            matches!(
                refused,
                Error::Overflow {
                    column: "total_e4",
                    ..
                }
            ),
            "{refused}"
        );
    }
}
