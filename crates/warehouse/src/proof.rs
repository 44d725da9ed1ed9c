//! What a proof of completeness compares with the source.

use crate::cells::{
    ARTICLE_MONTH, ArticleKey, Cell, Cells, MONTH_TOTAL, MonthKey, Months, add, cell_of,
};
use crate::dimension_table as dimensions;
use crate::key::{id_of, stream_of};
use crate::load_table::LoadRow;
use crate::movement_table::state_of;
use crate::warehouse::Warehouse;
use crate::{ArticleMonth, Error, LoadId, MonthTotal, RangeTotals, State, Stream, document_table};
use rusqlite::{Connection, params};
use std::collections::HashMap;

impl Warehouse {
    /// Exact totals of the movements in `after < line_id <= through`, gone ones left out, from the
    /// rows themselves.
    ///
    /// # Errors
    /// [`Error::NoLoad`].
    pub fn totals(
        &self,
        load: LoadId,
        stream: Stream,
        after: i64,
        through: i64,
    ) -> Result<RangeTotals, Error> {
        self.of_load(load, |db, row| {
            let (first, last) = row.slot.range(stream, after, through);
            let mut statement = db.prepare_cached(
                "SELECT key, doc_id, quantity_e6, total_e4, cost_e4 FROM movement
                 WHERE key BETWEEN ?1 AND ?2 AND state <> ?3",
            )?;
            let mut rows = statement.query(params![first, last, State::Gone as u8])?;
            let mut totals = RangeTotals::default();
            while let Some(row) = rows.next()? {
                let wide = |column| row.get::<_, i64>(column).map(i128::from);
                totals.lines += 1;
                totals.line_ids += i128::from(id_of(row.get(0)?));
                totals.doc_ids += wide(1)?;
                totals.quantity_e6 += wide(2)?;
                totals.total_e4 += wide(3)?;
                totals.cost_e4 += wide(4)?;
            }
            Ok(totals)
        })
    }

    /// How many documents there are in `after < id <= through` that are not gone (`lines`), and the
    /// sums of their keys and totals.
    ///
    /// # Errors
    /// [`Error::NoLoad`].
    pub fn document_totals(
        &self,
        load: LoadId,
        stream: Stream,
        after: i64,
        through: i64,
    ) -> Result<RangeTotals, Error> {
        self.of_load(load, |db, row| {
            document_table::totals(db, row.slot.range(stream, after, through))
        })
    }

    /// The monthly cells of one load, whatever its state, from the roll-up.
    ///
    /// # Errors
    /// [`Error::NoLoad`].
    pub fn monthly_of(&self, load: LoadId) -> Result<Vec<MonthTotal>, Error> {
        self.of_load(load, month_totals)
    }

    /// [`Warehouse::monthly_of`] from a scan of all movements instead of the roll-up.
    ///
    /// # Errors
    /// [`Error::NoLoad`]; [`Error::Overflow`].
    pub fn recompute(&self, load: LoadId) -> Result<Vec<MonthTotal>, Error> {
        self.of_load(load, |db, row| {
            let codes = codes(db, row)?;
            let mut cells: Vec<_> = scan(db, row)?.0.into_iter().collect();
            cells.sort_unstable_by_key(|(key, _)| *key);
            cells
                .into_iter()
                .map(|(key, cell)| month_total(row, &codes, key, cell))
                .collect()
        })
    }

    /// The monthly cells of articles of one load, from the roll-up. Of a load that is being built,
    /// they may lack the last puts.
    ///
    /// # Errors
    /// [`Error::NoLoad`].
    pub fn article_months_of(&self, load: LoadId) -> Result<Vec<ArticleMonth>, Error> {
        self.of_load(load, |db, row| {
            let codes = codes(db, row)?;
            let mut statement = db.prepare_cached(
                "SELECT lines, quantity_e6, total_e4, cost_e4, stream, month, doc_type, article_id
                 FROM article_month WHERE load_id = ?1
                 ORDER BY stream, month, doc_type, article_id",
            )?;
            let cells = statement.query_map([row.id()], |row| {
                let key = ArticleKey {
                    stream: row.get(4)?,
                    month: row.get(5)?,
                    doc_type: row.get(6)?,
                    article_id: row.get(7)?,
                };
                Ok((key, cell_of(row)?))
            })?;
            cells
                .map(|cell| cell.map(|(key, cell)| article_month(&codes, key, cell))?)
                .collect()
        })
    }

    /// [`Warehouse::article_months_of`] from a scan of all movements instead of the roll-up.
    ///
    /// # Errors
    /// [`Error::NoLoad`]; [`Error::Overflow`].
    pub fn recompute_articles(&self, load: LoadId) -> Result<Vec<ArticleMonth>, Error> {
        self.of_load(load, |db, row| {
            let codes = codes(db, row)?;
            let mut cells: Vec<_> = scan(db, row)?.1.into_iter().collect();
            cells.sort_unstable_by_key(|(key, _)| *key);
            cells
                .into_iter()
                .map(|(key, cell)| article_month(&codes, key, cell))
                .collect()
        })
    }
}

/// Codes of documents by their number.
pub(crate) type Codes = HashMap<u16, String>;

pub(crate) fn codes(db: &Connection, row: &LoadRow) -> Result<Codes, Error> {
    let doc_types = dimensions::doc_types(db, row.id())?;
    Ok(doc_types
        .into_iter()
        .map(|doc_type| (doc_type.id, doc_type.code))
        .collect())
}

/// The monthly cells of a load, in the order of their key.
pub(crate) fn month_totals(db: &Connection, row: &LoadRow) -> Result<Vec<MonthTotal>, Error> {
    let codes = codes(db, row)?;
    let mut statement = db.prepare_cached(
        "SELECT lines, quantity_e6, total_e4, cost_e4, stream, month, doc_type, state
         FROM month_total WHERE load_id = ?1 ORDER BY stream, month, doc_type, state",
    )?;
    let cells = statement.query_map([row.id()], |row| {
        let key = MonthKey {
            stream: row.get(4)?,
            month: row.get(5)?,
            doc_type: row.get(6)?,
            state: row.get(7)?,
        };
        Ok((key, cell_of(row)?))
    })?;
    cells
        .map(|cell| cell.map(|(key, cell)| month_total(row, &codes, key, cell))?)
        .collect()
}

fn month_total(
    row: &LoadRow,
    codes: &Codes,
    key: MonthKey,
    cell: Cell,
) -> Result<MonthTotal, Error> {
    Ok(MonthTotal {
        company_id: row.load.company_id,
        stream: stream_numbered(key.stream),
        month: key.month,
        doc_type: codes.get(&key.doc_type).cloned().unwrap_or_default(),
        state: state_of(key.state)?,
        lines: cell.lines,
        quantity_e6: cell.quantity_e6,
        total_e4: cell.total_e4,
        cost_e4: cell.cost_e4,
    })
}

fn article_month(codes: &Codes, key: ArticleKey, cell: Cell) -> Result<ArticleMonth, Error> {
    Ok(ArticleMonth {
        stream: stream_numbered(key.stream),
        month: key.month,
        doc_type: codes.get(&key.doc_type).cloned().unwrap_or_default(),
        article_id: key.article_id,
        lines: cell.lines,
        quantity_e6: cell.quantity_e6,
        total_e4: cell.total_e4,
        cost_e4: cell.cost_e4,
    })
}

pub(crate) fn stream_numbered(stream: u8) -> Stream {
    if stream == 0 {
        Stream::Line
    } else {
        Stream::Transfer
    }
}

/// Both roll-ups from the movements themselves.
fn scan(db: &Connection, row: &LoadRow) -> Result<(Cells<MonthKey>, Cells<ArticleKey>), Error> {
    let (first, last) = row.slot.all();
    let mut statement = db.prepare_cached(
        "SELECT key, day, doc_type, state, quantity_e6, total_e4, cost_e4, article_id
         FROM movement WHERE key BETWEEN ?1 AND ?2",
    )?;
    let mut rows = statement.query([first, last])?;
    let (mut of_months, mut of_articles) = (Cells::default(), Cells::default());
    let mut months = Months::new();
    while let Some(row) = rows.next()? {
        let stream = stream_of(row.get(0)?) as u8;
        let (month, doc_type, state) = (months.of(row.get(1)?), row.get(2)?, row.get(3)?);
        let cell = Cell {
            lines: 1,
            quantity_e6: row.get(4)?,
            total_e4: row.get(5)?,
            cost_e4: row.get(6)?,
        };
        add(
            &mut of_months,
            MonthKey {
                stream,
                month,
                doc_type,
                state,
            },
            &cell,
            MONTH_TOTAL,
        )?;
        if state == State::Posted as u8 {
            let at = ArticleKey {
                stream,
                month,
                doc_type,
                article_id: row.get(7)?,
            };
            add(&mut of_articles, at, &cell, ARTICLE_MONTH)?;
        }
    }
    Ok((of_months, of_articles))
}
