//! The tables `movement`, `run` and `zone`, which are written together.

use crate::cells::{ArticleKey, Cell, MonthKey, month_of};
use crate::key::{NO_DAY, Slot, id_of, keys_of_zone, stream_of, zone_of};
use crate::{Error, Movement, MovementBatch, State, Stream};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, Transaction, params};

/// What [`parse`] reads, of the table as `m`.
pub(crate) const COLUMNS: &str = "m.key, m.doc_id, m.article_id, m.place_id, m.to_place_id, m.day,
    m.doc_type, m.state, m.quantity_e6, m.price_e4, m.total_e4, m.cost_e4";

const INSERT: &str = "INSERT INTO movement (key, doc_id, article_id, place_id, to_place_id, day,
        doc_type, state, quantity_e6, price_e4, total_e4, cost_e4)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

/// Inserts all rows of a batch.
///
/// # Errors
/// [`Error::Duplicate`] for a key that is there already.
pub(crate) fn insert_all(
    tx: &Transaction<'_>,
    slot: Slot,
    batch: &MovementBatch,
) -> Result<(), Error> {
    let mut insert = tx.prepare_cached(INSERT)?;
    for row in 0..batch.len() {
        insert.raw_bind_parameter(1, slot.key(batch.stream, batch.line_id[row])?)?;
        if differs(&batch.doc_id, row) {
            insert.raw_bind_parameter(2, batch.doc_id[row])?;
        }
        insert.raw_bind_parameter(3, batch.article_id[row])?;
        if differs(&batch.place_id, row) {
            insert.raw_bind_parameter(4, batch.place_id[row])?;
        }
        if differs(&batch.to_place_id, row) {
            insert.raw_bind_parameter(5, batch.to_place_id[row])?;
        }
        if differs(&batch.day, row) {
            insert.raw_bind_parameter(6, batch.day[row].unwrap_or(NO_DAY))?;
        }
        if differs(&batch.doc_type, row) {
            insert.raw_bind_parameter(7, batch.doc_type[row])?;
        }
        if differs(&batch.state, row) {
            insert.raw_bind_parameter(8, batch.state[row] as u8)?;
        }
        insert.raw_bind_parameter(9, batch.quantity_e6[row])?;
        insert.raw_bind_parameter(10, batch.price_e4[row])?;
        insert.raw_bind_parameter(11, batch.total_e4[row])?;
        insert.raw_bind_parameter(12, batch.cost_e4[row])?;
        insert
            .raw_execute()
            .map_err(|error| Error::duplicate(error, "movement", batch.line_id[row]))?;
    }
    Ok(())
}

/// Whether a value is another one than in the row before, whose values stay bound.
fn differs<T: PartialEq>(column: &[T], row: usize) -> bool {
    row == 0 || column[row] != column[row - 1]
}

/// Inserts one row, or replaces the one with its key.
pub(crate) fn upsert(tx: &Transaction<'_>, key: i64, row: &Movement) -> Result<(), Error> {
    tx.prepare_cached(&format!(
        "{INSERT} ON CONFLICT DO UPDATE SET doc_id = ?2, article_id = ?3, place_id = ?4, to_place_id = ?5,
            day = ?6, doc_type = ?7, state = ?8, quantity_e6 = ?9, price_e4 = ?10, total_e4 = ?11,
            cost_e4 = ?12"
    ))?
    .execute(params![
        key,
        row.doc_id,
        row.article_id,
        row.place_id,
        row.to_place_id,
        row.day.unwrap_or(NO_DAY),
        row.doc_type,
        row.state as u8,
        row.quantity_e6,
        row.price_e4,
        row.total_e4,
        row.cost_e4,
    ])?;
    Ok(())
}

/// The row with that packed key.
pub(crate) fn get(db: &Connection, key: i64) -> Result<Option<Movement>, Error> {
    db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM movement m WHERE m.key = ?1"
    ))?
    .query_row([key], |row| Ok(parse(row)))
    .optional()?
    .transpose()
}

/// Shows each row of `first..=last` and its packed key, ascending.
pub(crate) fn each(
    db: &Connection,
    (first, last): (i64, i64),
    mut show: impl FnMut(i64, &Movement) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM movement m WHERE m.key BETWEEN ?1 AND ?2 ORDER BY m.key"
    ))?;
    let mut rows = statement.query([first, last])?;
    while let Some(row) = rows.next()? {
        show(row.get(0)?, &parse(row)?)?;
    }
    Ok(())
}

/// Packed keys of a document's movements, ascending, gone ones included.
pub(crate) fn keys_of_document(
    db: &Connection,
    slot: Slot,
    stream: Stream,
    doc_id: i64,
) -> Result<Vec<i64>, Error> {
    let mut statement = db.prepare_cached(
        "SELECT m.key FROM run r JOIN movement m ON m.key BETWEEN r.first_key AND r.last_key
         WHERE r.document_key = ?1 AND m.doc_id = ?2",
    )?;
    let found = statement.query_map([slot.key(stream, doc_id)?, doc_id], |row| row.get(0))?;
    let mut keys: Vec<i64> = found.collect::<Result<_, _>>()?;
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

/// Consecutive movements of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub document_key: i64,
    pub first_key: i64,
    pub last_key: i64,
}

/// Adds runs. One that begins where another of its document does is there already.
pub(crate) fn insert_runs(tx: &Transaction<'_>, runs: &[Run]) -> Result<(), Error> {
    let mut insert = tx.prepare_cached(
        "INSERT OR IGNORE INTO run (document_key, first_key, last_key) VALUES (?1, ?2, ?3)",
    )?;
    for run in runs {
        insert.raw_bind_parameter(1, run.document_key)?;
        insert.raw_bind_parameter(2, run.first_key)?;
        insert.raw_bind_parameter(3, run.last_key)?;
        insert.raw_execute()?;
    }
    Ok(())
}

/// The days among neighbouring movements, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Zone {
    pub id: i64,
    pub first_day: i32,
    pub last_day: i32,
}

impl Zone {
    pub fn of(key: i64, day: i32) -> Self {
        Zone {
            id: zone_of(key),
            first_day: day,
            last_day: day,
        }
    }

    pub fn take_in(&mut self, day: i32) {
        self.first_day = self.first_day.min(day);
        self.last_day = self.last_day.max(day);
    }

    /// First and last packed key that it may hold.
    pub fn keys(&self) -> (i64, i64) {
        keys_of_zone(self.id)
    }
}

/// Widens zones, adding those that are not there.
pub(crate) fn widen_zones(
    tx: &Transaction<'_>,
    zones: impl IntoIterator<Item = Zone>,
) -> Result<(), Error> {
    let mut widen: CachedStatement<'_> = tx.prepare_cached(
        "INSERT INTO zone (id, first_day, last_day) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET
            first_day = min(first_day, excluded.first_day),
            last_day = max(last_day, excluded.last_day)",
    )?;
    for zone in zones {
        widen.execute(params![zone.id, zone.first_day, zone.last_day])?;
    }
    Ok(())
}

/// The zones of `first..=last` that may hold a day of `from..=to`, ascending.
pub(crate) fn zones(
    db: &Connection,
    (first, last): (i64, i64),
    (from, to): (i32, i32),
) -> Result<Vec<Zone>, Error> {
    let mut statement = db.prepare_cached(
        "SELECT id, first_day, last_day FROM zone
         WHERE id BETWEEN ?1 AND ?2 AND last_day >= ?3 AND first_day <= ?4 ORDER BY id",
    )?;
    let found = statement.query_map(params![zone_of(first), zone_of(last), from, to], |row| {
        Ok(Zone {
            id: row.get(0)?,
            first_day: row.get(1)?,
            last_day: row.get(2)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// The cells that a movement counts in, and what it adds to each.
pub(crate) fn cells(key: i64, row: &Movement) -> (MonthKey, Option<ArticleKey>, Cell) {
    let stream = stream_of(key) as u8;
    let month = month_of(row.day.unwrap_or(NO_DAY));
    let in_month = MonthKey {
        stream,
        month,
        doc_type: row.doc_type,
        state: row.state as u8,
    };
    let of_article = (row.state == State::Posted).then_some(ArticleKey {
        stream,
        month,
        doc_type: row.doc_type,
        article_id: row.article_id,
    });
    (in_month, of_article, amounts(row))
}

/// What a movement adds to its cells.
pub(crate) fn amounts(row: &Movement) -> Cell {
    Cell {
        lines: 1,
        quantity_e6: row.quantity_e6,
        total_e4: row.total_e4,
        cost_e4: row.cost_e4,
    }
}

/// The day as it is given out.
pub(crate) fn day_of(stored: i32) -> Option<i32> {
    (stored != NO_DAY).then_some(stored)
}

/// The state of that number.
pub(crate) fn state_of(stored: u8) -> Result<State, Error> {
    match stored {
        0 => Ok(State::Posted),
        1 => Ok(State::Draft),
        2 => Ok(State::Voided),
        3 => Ok(State::Gone),
        other => Err(Error::Damaged(format!("state {other}"))),
    }
}

/// A row of [`COLUMNS`].
pub(crate) fn parse(row: &Row<'_>) -> Result<Movement, Error> {
    Ok(Movement {
        line_id: id_of(row.get(0)?),
        doc_id: row.get(1)?,
        article_id: row.get(2)?,
        place_id: row.get(3)?,
        to_place_id: row.get(4)?,
        day: day_of(row.get(5)?),
        doc_type: row.get(6)?,
        state: state_of(row.get(7)?)?,
        quantity_e6: row.get(8)?,
        price_e4: row.get(9)?,
        total_e4: row.get(10)?,
        cost_e4: row.get(11)?,
    })
}
