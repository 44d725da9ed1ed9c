//! A selection of movements laid out in order, for tables that people scroll over: any part of it is
//! there at once, also the middle of a million rows.
//!
//! A view holds 8 bytes for each row, and is of one moment: [`Warehouse::is_current`] says whether the
//! loads that it was made of have changed since.

use crate::load_table::{self, LoadRow};
use crate::movement_table;
use crate::page::Ranks;
use crate::selection::Selection;
use crate::sums::{Wide, from_months, narrow, take, whole_months};
use crate::texts::Texts;
use crate::warehouse::Warehouse;
use crate::{Error, MovementFilter, MovementRow, Sort, Sums};
use rusqlite::Connection;
use std::collections::HashMap;
use std::ops::ControlFlow;

/// Movements in their order, by key, and what they amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    keys: Vec<i64>,
    sums: Sums,
    /// The companies that were asked for, and the loads that answered: name and revision.
    companies: Vec<i64>,
    loads: Vec<(i64, i64)>,
}

impl View {
    /// How many movements.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// What they amount to.
    pub fn sums(&self) -> Sums {
        self.sums
    }
}

impl Warehouse {
    /// Lays out a selection in order: that of [`Warehouse::movements`].
    ///
    /// # Errors
    /// [`Error::Overflow`] of a sum, and those of the database.
    pub fn view(&self, filter: &MovementFilter, sort: Sort) -> Result<View, Error> {
        self.db().read(|db| lay_out(db, filter, sort))
    }

    /// Gives every movement that fits to `sink`, in order, until it breaks off. All rows are of one
    /// moment; 8 bytes of memory each, and one row at a time.
    ///
    /// # Errors
    /// As [`Warehouse::view`].
    pub fn export_sorted(
        &self,
        filter: &MovementFilter,
        sort: Sort,
        sink: &mut dyn FnMut(&MovementRow) -> ControlFlow<()>,
    ) -> Result<u64, Error> {
        self.db().read(|db| {
            let view = lay_out(db, filter, sort)?;
            let mut shown = 0;
            each_of(db, &view, &view.keys, &mut |row| {
                shown += 1;
                sink(row)
            })?;
            Ok(shown)
        })
    }

    /// Whether a view shows what is there now.
    ///
    /// # Errors
    /// Those of the database.
    pub fn is_current(&self, view: &View) -> Result<bool, Error> {
        let loads = self
            .db()
            .read(|db| load_table::current_of(db, &view.companies))?;
        Ok(revisions(&loads) == view.loads)
    }

    /// At most `limit` movements of a view, from place `offset` on. Of a view that is not current they
    /// are as they stand now, and what was deleted since is left out.
    ///
    /// # Errors
    /// Those of the database.
    pub fn rows_of(
        &self,
        view: &View,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<MovementRow>, Error> {
        let from = offset.min(view.keys.len());
        let to = from.saturating_add(limit).min(view.keys.len());
        self.db().read(|db| {
            let mut rows = Vec::with_capacity(to - from);
            each_of(db, view, &view.keys[from..to], &mut |row| {
                rows.push(row.clone());
                ControlFlow::Continue(())
            })?;
            Ok(rows)
        })
    }
}

fn lay_out(db: &Connection, filter: &MovementFilter, sort: Sort) -> Result<View, Error> {
    let loads = load_table::current_of(db, &filter.companies)?;
    let ranks = Ranks::of(db, &loads, sort.key)?;
    // The roll-up knows the sums of plain filters, which saves three columns of every row.
    let known = whole_months(filter)
        .map(|months| from_months(db, &months))
        .transpose()?;
    let mut found = Found {
        places: Vec::new(),
        sums: known.is_none().then(Wide::default),
    };
    for row in &loads {
        if let Some(selection) = Selection::of(db, row, filter)? {
            gather(db, row, &selection, &ranks, &mut found)?;
        }
    }
    found.places.sort_unstable();
    if sort.descending {
        found.places.reverse();
    }
    let sums = known.or(found.sums).unwrap_or_default();
    Ok(View {
        keys: found.places.into_iter().map(|(_, _, key)| key).collect(),
        sums: narrow(sums)?,
        companies: filter.companies.clone(),
        loads: revisions(&loads),
    })
}

/// The rows of some keys of a view, as they stand now.
fn each_of(
    db: &Connection,
    view: &View,
    keys: &[i64],
    sink: &mut dyn FnMut(&MovementRow) -> ControlFlow<()>,
) -> Result<(), Error> {
    let loads = load_table::current_of(db, &view.companies)?;
    let mut texts: HashMap<i64, Texts> = HashMap::new();
    let mut row = MovementRow::default();
    for key in keys {
        let load = loads.iter().find(|load| holds(load, *key));
        let (Some(load), Some(movement)) = (load, movement_table::get(db, *key)?) else {
            continue;
        };
        let texts = texts.entry(load.id()).or_insert_with(|| Texts::of(load));
        texts.fill(db, *key, &movement, &mut row)?;
        if sink(&row).is_break() {
            break;
        }
    }
    Ok(())
}

/// Rank, company and key of each row.
struct Found {
    places: Vec<(i64, i64, i64)>,
    /// Kept only where nothing else knows them.
    sums: Option<Wide>,
}

fn gather(
    db: &Connection,
    row: &LoadRow,
    selection: &Selection,
    ranks: &Ranks,
    found: &mut Found,
) -> Result<(), Error> {
    let column = ranks.column();
    let select = match found.sums {
        None => selection.select(&format!("m.key, {column}")),
        Some(_) => selection.select(&format!(
            "m.key, {column}, m.quantity_e6, m.total_e4, m.cost_e4"
        )),
    };
    let mut statement = db.prepare_cached(&select)?;
    let (load, company) = (row.id(), row.load.company_id);
    for range in selection.ranges(db)? {
        selection.bind(&mut statement, range)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            let key: i64 = row.get(0)?;
            let rank = ranks.of_row(load, key, row.get(1)?);
            found.places.push((rank, company, key));
            if let Some(sums) = &mut found.sums {
                take(sums, [1, row.get(2)?, row.get(3)?, row.get(4)?]);
            }
        }
    }
    Ok(())
}

fn holds(load: &LoadRow, key: i64) -> bool {
    let (first, last) = load.slot.all();
    (first..=last).contains(&key)
}

fn revisions(loads: &[LoadRow]) -> Vec<(i64, i64)> {
    loads
        .iter()
        .map(|load| (load.id(), load.revision))
        .collect()
}
