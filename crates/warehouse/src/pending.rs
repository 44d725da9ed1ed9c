//! The part of `article_month` that has not been written yet.
//!
//! Its cells are many (articles × months × kinds), so a load does not write them with every put:
//! they gather here, and go into the table when they are many or the load is published. The load's
//! row says how far the table has followed. When a process ends in between, what it had gathered is
//! gathered again from the movements themselves, which are committed.

use crate::cells::{ARTICLE_MONTH, ArticleKey, Cells, add, add_articles};
use crate::load_table::{self, LoadRow, Marks, Progress};
use crate::movement_table;
use crate::{Error, LoadId, LoadState, Stream};
use puente_store::Database;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Cells that are kept in memory for one load: about 8 MB. Writing them takes about 0.1 s, which is
/// how long other writers wait.
pub(crate) const MANY: usize = 65_536;

/// Movements that are gathered from the table in one step.
const STEP: i64 = 50_000;

/// The cells of the movements in `from < key <= to`.
#[derive(Debug)]
pub(crate) struct Pending {
    pub from: Marks,
    pub to: Marks,
    pub cells: Cells<ArticleKey>,
}

impl Pending {
    /// Nothing, from where the load stands.
    pub fn after(marks: Marks) -> Self {
        Pending {
            from: marks,
            to: marks,
            cells: Cells::default(),
        }
    }

    /// Whether it is exactly what the table lacks.
    pub fn completes(&self, row: &LoadRow) -> bool {
        self.from == row.rolled && self.to == row.last
    }
}

/// What this process has gathered, by load.
#[derive(Debug, Default)]
pub(crate) struct Gathered(Mutex<HashMap<LoadId, Pending>>);

impl Gathered {
    /// Takes out what there is. Whoever fails does not give it back: what was gathered and not
    /// committed must not count.
    pub fn take(&self, load: LoadId) -> Option<Pending> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&load)
    }

    /// Puts in what is committed.
    pub fn keep(&self, load: LoadId, pending: Pending) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(load, pending);
    }
}

/// Writes what a load's `article_month` lacks, out of what was gathered or else from the movements.
/// Afterwards the table has followed all of them.
pub(crate) fn settle(db: &Database, gathered: &Gathered, load: LoadId) -> Result<LoadRow, Error> {
    if let Some(pending) = gathered.take(load) {
        flush(db, load, pending)?;
    }
    loop {
        let row = db.read(|conn| load_table::get(conn, load))?;
        if row.rolled == row.last || row.load.state != LoadState::Building {
            return Ok(row);
        }
        db.write(move |tx| {
            let row = load_table::get_in(tx, load, &[LoadState::Building])?;
            let stream = if row.rolled.line < row.last.line {
                Stream::Line
            } else {
                Stream::Transfer
            };
            let (cells, through) = gather(tx, &row, stream)?;
            add_articles(tx, load.0, &cells)?;
            let rolled = row.rolled.with(stream, through);
            load_table::advance(tx, &row, row.last, rolled, &Progress::default())
        })?;
    }
}

fn flush(db: &Database, load: LoadId, pending: Pending) -> Result<(), Error> {
    db.write(move |tx| {
        let row = load_table::get_in(tx, load, &[LoadState::Building])?;
        if pending.completes(&row) {
            add_articles(tx, load.0, &pending.cells)?;
            load_table::advance(tx, &row, row.last, row.last, &Progress::default())?;
        }
        Ok(())
    })
}

/// The cells of the next movements that the table has not followed, and the key that they reach.
fn gather(
    db: &rusqlite::Connection,
    row: &LoadRow,
    stream: Stream,
) -> Result<(Cells<ArticleKey>, i64), Error> {
    let (after, last) = (row.rolled.of(stream), row.last.of(stream));
    let through: Option<i64> = db
        .prepare_cached(
            "SELECT max(key) FROM (SELECT key FROM movement WHERE key > ?1 AND key <= ?2
             ORDER BY key LIMIT ?3)",
        )?
        .query_row([after, last, STEP], |row| row.get(0))?;
    let through = through.unwrap_or(last);
    let mut cells = Cells::default();
    movement_table::each(
        db,
        (after + 1, through),
        |key, movement| match movement_table::cells(key, movement) {
            (_, Some(at), amounts) => add(&mut cells, at, &amounts, ARTICLE_MONTH),
            (_, None, _) => Ok(()),
        },
    )?;
    Ok((cells, through))
}
