//! What a proof of completeness compares with the source.

use crate::cells::{
    ARTICLE_MONTH, ArticleKey, Cell, Cells, MONTH_TOTAL, MonthKey, Months, add, cell_of,
};
use crate::dimension_table as dimensions;
use crate::key::{id_of, stream_of};
use crate::load_table::LoadRow;
use crate::movement_table::state_of;
use crate::scan::{Step, fold};
use crate::warehouse::Warehouse;
use crate::{
    ArticleMonth, Error, LoadId, MonthTotal, RangeTotals, Ranges, State, Stream, document_table,
};
use rusqlite::{Connection, params};
use std::collections::HashMap;
use std::hash::Hash;
use std::panic::{RefUnwindSafe, UnwindSafe};

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
            fold(
                db,
                ["key", "doc_id", "quantity_e6", "total_e4", "cost_e4"],
                "FROM movement WHERE key BETWEEN ?1 AND ?2 AND state <> ?3",
                params![first, last, State::Gone as u8],
                RangeTotals::default(),
                |totals, [key, doc_id, quantity_e6, total_e4, cost_e4]| {
                    totals.take_line(key, doc_id, [quantity_e6, total_e4, cost_e4]);
                    Ok(())
                },
            )
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

    /// [`Warehouse::totals`] of consecutive ranges, each `width` keys wide, in one scan.
    ///
    /// # Errors
    /// [`Error::NoLoad`].
    pub fn totals_of_ranges(
        &self,
        load: LoadId,
        stream: Stream,
        ranges: Ranges,
    ) -> Result<Vec<RangeTotals>, Error> {
        self.of_load(load, |db, row| {
            let (first, last) = row.slot.range(stream, ranges.after, ranges.through);
            let folded = fold(
                db,
                ["key", "doc_id", "quantity_e6", "total_e4", "cost_e4"],
                "FROM movement WHERE key BETWEEN ?1 AND ?2 AND state <> ?3",
                params![first, last, State::Gone as u8],
                ranges.start(),
                |(ranges, all), [key, doc_id, quantity_e6, total_e4, cost_e4]| {
                    if let Some(totals) = all.get_mut(ranges.nth(id_of(key))) {
                        totals.take_line(key, doc_id, [quantity_e6, total_e4, cost_e4]);
                    }
                    Ok(())
                },
            )?;
            Ok(folded.1)
        })
    }

    /// [`Warehouse::document_totals`] of consecutive ranges, in one scan.
    ///
    /// # Errors
    /// [`Error::NoLoad`].
    pub fn document_totals_of_ranges(
        &self,
        load: LoadId,
        stream: Stream,
        ranges: Ranges,
    ) -> Result<Vec<RangeTotals>, Error> {
        self.of_load(load, |db, row| {
            let (first, last) = row.slot.range(stream, ranges.after, ranges.through);
            let folded = fold(
                db,
                ["key", "total_e4"],
                "FROM document WHERE key BETWEEN ?1 AND ?2 AND state <> ?3",
                params![first, last, State::Gone as u8],
                ranges.start(),
                |(ranges, all), [key, total_e4]| {
                    if let Some(totals) = all.get_mut(ranges.nth(id_of(key))) {
                        totals.take_document(key, total_e4);
                    }
                    Ok(())
                },
            )?;
            Ok(folded.1)
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
            let mut cells: Vec<_> = scan_months(db, row)?.into_iter().collect();
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
            let mut cells: Vec<_> = scan_articles(db, row)?.into_iter().collect();
            cells.sort_unstable_by_key(|(key, _)| *key);
            cells
                .into_iter()
                .map(|(key, cell)| article_month(&codes, key, cell))
                .collect()
        })
    }
}

impl RangeTotals {
    fn take_line(&mut self, key: i64, doc_id: i64, [quantity, total, cost]: [i64; 3]) {
        self.lines += 1;
        self.line_ids += i128::from(id_of(key));
        self.doc_ids += i128::from(doc_id);
        self.quantity_e6 += i128::from(quantity);
        self.total_e4 += i128::from(total);
        self.cost_e4 += i128::from(cost);
    }

    pub(crate) fn take_document(&mut self, key: i64, total: i64) {
        self.lines += 1;
        self.doc_ids += i128::from(id_of(key));
        self.total_e4 += i128::from(total);
    }
}

impl Ranges {
    fn start(self) -> (Ranges, Vec<RangeTotals>) {
        (self, vec![RangeTotals::default(); self.count()])
    }

    fn nth(self, id: i64) -> usize {
        let before = id.abs_diff(self.after).saturating_sub(1);
        usize::try_from(before / self.width.max(1)).unwrap_or(usize::MAX)
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

/// The cells of `month_total` from the movements themselves.
fn scan_months(db: &Connection, row: &LoadRow) -> Result<Cells<MonthKey>, Error> {
    let scan = scan(
        db,
        row,
        [
            "key",
            "day",
            "doc_type",
            "state",
            "quantity_e6",
            "total_e4",
            "cost_e4",
        ],
        |scan: &mut Scan<MonthKey>, [key, day, doc_type, state, amounts @ ..]| {
            let at = MonthKey {
                stream: stream_of(key) as u8,
                month: scan.months.of(small(day)?),
                doc_type: small(doc_type)?,
                state: small(state)?,
            };
            scan.add(at, amounts, MONTH_TOTAL)
        },
    )?;
    scan.close(MONTH_TOTAL)
}

/// The cells of `article_month` from the movements themselves.
fn scan_articles(db: &Connection, row: &LoadRow) -> Result<Cells<ArticleKey>, Error> {
    let scan = scan(
        db,
        row,
        [
            "key",
            "day",
            "doc_type",
            "state",
            "article_id",
            "quantity_e6",
            "total_e4",
            "cost_e4",
        ],
        |scan: &mut Scan<ArticleKey>, [key, day, doc_type, state, article_id, amounts @ ..]| {
            if state != State::Posted as i64 {
                return Ok(());
            }
            let at = ArticleKey {
                stream: stream_of(key) as u8,
                month: scan.months.of(small(day)?),
                doc_type: small(doc_type)?,
                article_id,
            };
            scan.add(at, amounts, ARTICLE_MONTH)
        },
    )?;
    scan.close(ARTICLE_MONTH)
}

fn scan<K, const N: usize>(
    db: &Connection,
    row: &LoadRow,
    columns: [&str; N],
    step: Step<Scan<K>, N>,
) -> Result<Scan<K>, Error>
where
    K: Send + UnwindSafe + RefUnwindSafe + 'static,
{
    let (first, last) = row.slot.all();
    let rest = "FROM movement WHERE key BETWEEN ?1 AND ?2";
    fold(db, columns, rest, [first, last], Scan::new(), step)
}

/// Cells while they are added up. Neighbouring movements mostly count in the same one, which is kept
/// at hand.
pub(crate) struct Scan<K> {
    pub months: Months,
    open: Option<(K, Cell)>,
    cells: Cells<K>,
}

impl<K> Scan<K> {
    pub fn new() -> Self {
        Scan {
            months: Months::new(),
            open: None,
            cells: Cells::default(),
        }
    }
}

impl<K: Hash + Eq + Copy> Scan<K> {
    pub fn add(&mut self, at: K, amounts: [i64; 3], table: &'static str) -> Result<(), Error> {
        let cell = Cell {
            lines: 1,
            quantity_e6: amounts[0],
            total_e4: amounts[1],
            cost_e4: amounts[2],
        };
        match &mut self.open {
            Some((key, open)) if *key == at => open
                .add(&cell)
                .map_err(|column| Error::Overflow { table, column }),
            open => match open.replace((at, cell)) {
                Some((key, cell)) => add(&mut self.cells, key, &cell, table),
                None => Ok(()),
            },
        }
    }

    pub fn close(mut self, table: &'static str) -> Result<Cells<K>, Error> {
        if let Some((key, cell)) = self.open {
            add(&mut self.cells, key, &cell, table)?;
        }
        Ok(self.cells)
    }
}

/// A number that was stored from a smaller type.
pub(crate) fn small<T: TryFrom<i64>>(number: i64) -> Result<T, Error> {
    T::try_from(number).map_err(|_| Error::Damaged(format!("{number} is out of its range")))
}
