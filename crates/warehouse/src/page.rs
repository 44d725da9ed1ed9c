//! Pages of movements over several loads: sorted, filtered, cut, and followed by the next one.
//!
//! Two passes. The first looks at the sort key of every row that may fit and keeps the best few;
//! zones let a sort by day stop early. The second reads those few with everything they refer to.

use crate::dimension_table as dimensions;
use crate::filter::CursorKey;
use crate::key::{NO_DAY, Slot, id_of, stream_of};
use crate::load_table::{self, LoadRow};
use crate::movement_table::{self, Zone};
use crate::selection::Selection;
use crate::texts::Texts;
use crate::warehouse::Warehouse;
use crate::{Cursor, Error, MovementFilter, MovementRow, Page, Sort, SortKey, Stream};
use rusqlite::Connection;
use std::collections::{BinaryHeap, HashMap};

/// The most rows that one page holds.
const LONGEST_PAGE: usize = 10_000;

impl Warehouse {
    /// A page of at most `limit` movements of current loads (10,000 at most), going on after a cursor
    /// of the same sort and filter.
    ///
    /// # Errors
    /// [`Error::CursorMismatch`] for a cursor of another sort.
    pub fn movements(
        &self,
        filter: &MovementFilter,
        sort: Sort,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Page, Error> {
        self.db().read(|db| {
            let loads = load_table::current_of(db, &filter.companies)?;
            let ranks = Ranks::of(db, &loads, sort.key)?;
            let after = after
                .map(|cursor| ranks.place(cursor, &loads))
                .transpose()?;
            let best = Best::new(sort.descending, limit.clamp(1, LONGEST_PAGE), after);
            let found = search(db, &loads, filter, sort.key, &ranks, best)?;
            page(db, &loads, &ranks, found)
        })
    }
}

/// Where a movement stands in the order: by rank, and then by company, stream and line key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    rank: i64,
    company: i64,
    key: i64,
}

/// The numbers that stand for the values of a sort key.
pub(crate) struct Ranks {
    sort: SortKey,
    /// All codes of articles, ascending; only for a sort by them.
    codes: Vec<String>,
    /// The rank of each article, by load.
    of_article: HashMap<i64, HashMap<i64, i64>>,
}

impl Ranks {
    pub fn of(db: &Connection, loads: &[LoadRow], sort: SortKey) -> Result<Ranks, Error> {
        let mut ranks = Ranks {
            sort,
            codes: vec![String::new()],
            of_article: HashMap::new(),
        };
        if sort != SortKey::Article {
            return Ok(ranks);
        }
        let mut articles = HashMap::new();
        for row in loads {
            let of_load = dimensions::articles(db, row.id())?;
            ranks
                .codes
                .extend(of_load.iter().map(|article| article.code.clone()));
            articles.insert(row.id(), of_load);
        }
        ranks.codes.sort_unstable();
        ranks.codes.dedup();
        for (load, of_load) in articles {
            let of_load = of_load
                .into_iter()
                .map(|article| (article.id, ranks.rank(&article.code)));
            ranks.of_article.insert(load, of_load.collect());
        }
        Ok(ranks)
    }

    /// Odd for a code that is there; the even number between its neighbours for one that is not.
    fn rank(&self, code: &str) -> i64 {
        let at = |index: usize| i64::try_from(index).unwrap_or(i64::MAX / 4) * 2;
        match self
            .codes
            .binary_search_by(|known| known.as_str().cmp(code))
        {
            Ok(index) => at(index) + 1,
            Err(index) => at(index),
        }
    }

    /// The column that is looked at.
    pub fn column(&self) -> &'static str {
        match self.sort {
            SortKey::Day => "m.day",
            SortKey::Article => "m.article_id",
            SortKey::Quantity => "m.quantity_e6",
            SortKey::Total => "m.total_e4",
            SortKey::Cost => "m.cost_e4",
            SortKey::Line => "m.key",
        }
    }

    /// The rank of a row of that load, by its key and what stands in [`Ranks::column`].
    pub fn of_row(&self, load: i64, key: i64, value: i64) -> i64 {
        match self.sort {
            SortKey::Article => {
                let known = self
                    .of_article
                    .get(&load)
                    .and_then(|ranks| ranks.get(&value));
                known.copied().unwrap_or_else(|| self.rank(""))
            }
            SortKey::Line => id_of(key),
            SortKey::Day | SortKey::Quantity | SortKey::Total | SortKey::Cost => value,
        }
    }

    /// The place that a cursor names.
    fn place(&self, cursor: &Cursor, loads: &[LoadRow]) -> Result<Place, Error> {
        let rank = match (&cursor.key, self.sort) {
            (CursorKey::Text(code), SortKey::Article) => self.rank(code),
            (
                CursorKey::Number(rank),
                SortKey::Day | SortKey::Quantity | SortKey::Total | SortKey::Cost | SortKey::Line,
            ) => *rank,
            (CursorKey::Text(_) | CursorKey::Number(_), _) => return Err(Error::CursorMismatch),
        };
        let load = loads
            .iter()
            .find(|row| row.load.company_id == cursor.company);
        let slot = load.map_or(Slot(0), |row| row.slot);
        let stream = if cursor.stream == 0 {
            Stream::Line
        } else {
            Stream::Transfer
        };
        Ok(Place {
            rank,
            company: cursor.company,
            key: slot.key(stream, cursor.line)?,
        })
    }

    fn cursor(&self, place: Place) -> Cursor {
        let key = match self.sort {
            SortKey::Article => {
                let at = usize::try_from(place.rank / 2).unwrap_or(usize::MAX);
                CursorKey::Text(self.codes.get(at).cloned().unwrap_or_default())
            }
            SortKey::Day | SortKey::Quantity | SortKey::Total | SortKey::Cost | SortKey::Line => {
                CursorKey::Number(place.rank)
            }
        };
        let stream = stream_of(place.key) as i64;
        Cursor {
            key,
            company: place.company,
            stream,
            line: id_of(place.key),
        }
    }
}

/// The best places so far, the worst of them on top.
struct Best {
    descending: bool,
    limit: usize,
    after: Option<Place>,
    heap: BinaryHeap<Ranked>,
}

/// A place that orders by how late it comes.
#[derive(Debug, PartialEq, Eq)]
struct Ranked {
    place: Place,
    descending: bool,
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let order = self.place.cmp(&other.place);
        if self.descending {
            order.reverse()
        } else {
            order
        }
    }
}

impl Best {
    fn new(descending: bool, limit: usize, after: Option<Place>) -> Best {
        Best {
            descending,
            limit,
            after,
            heap: BinaryHeap::with_capacity(limit + 1),
        }
    }

    fn offer(&mut self, place: Place) {
        if self
            .after
            .is_some_and(|after| !self.comes_before(after, place))
        {
            return;
        }
        if self.heap.len() >= self.limit {
            let Some(worst) = self.heap.peek() else {
                return;
            };
            if !self.comes_before(place, worst.place) {
                return;
            }
            self.heap.pop();
        }
        self.heap.push(Ranked {
            place,
            descending: self.descending,
        });
    }

    fn comes_before(&self, a: Place, b: Place) -> bool {
        if self.descending { a > b } else { a < b }
    }

    /// The first and the last rank, in the order of the page, that can still get in.
    fn bar(&self) -> (i64, i64) {
        let (first, last) = if self.descending {
            (i64::MAX, i64::MIN)
        } else {
            (i64::MIN, i64::MAX)
        };
        let worst = self.heap.peek().filter(|_| self.heap.len() >= self.limit);
        (
            self.after.map_or(first, |after| after.rank),
            worst.map_or(last, |worst| worst.place.rank),
        )
    }

    /// Whether nothing between those ranks can get in any more.
    fn is_closed_to(&self, low: i64, high: i64) -> bool {
        let shown = self.after.is_some_and(|after| {
            if self.descending {
                low > after.rank
            } else {
                high < after.rank
            }
        });
        shown || self.is_full_before(low, high)
    }

    /// Whether the page is full of what comes before those ranks.
    fn is_full_before(&self, low: i64, high: i64) -> bool {
        let (_, worst) = self.bar();
        let late = if self.descending {
            high < worst
        } else {
            low > worst
        };
        late && self.heap.len() >= self.limit
    }

    /// In order.
    fn into_places(self) -> Vec<Place> {
        self.heap
            .into_sorted_vec()
            .into_iter()
            .map(|ranked| ranked.place)
            .collect()
    }
}

struct Found {
    places: Vec<Place>,
    full: bool,
}

fn search(
    db: &Connection,
    loads: &[LoadRow],
    filter: &MovementFilter,
    sort: SortKey,
    ranks: &Ranks,
    mut best: Best,
) -> Result<Found, Error> {
    let mut selections = Vec::new();
    for row in loads {
        if let Some(selection) = Selection::of(db, row, filter)? {
            selections.push((row, selection));
        }
    }
    if sort == SortKey::Day {
        search_by_day(db, &selections, ranks, &mut best)?;
    } else {
        for (row, selection) in &selections {
            for range in selection.growing_ranges(db)? {
                look_through(db, row, selection, range, ranks, &mut best)?;
            }
        }
    }
    let full = best.heap.len() >= best.limit;
    Ok(Found {
        places: best.into_places(),
        full,
    })
}

/// Zone by zone, from the end where the page begins, until no zone can hold a better row.
fn search_by_day(
    db: &Connection,
    selections: &[(&LoadRow, Selection)],
    ranks: &Ranks,
    best: &mut Best,
) -> Result<(), Error> {
    let mut zones: Vec<(Zone, usize)> = Vec::new();
    for (at, (_, selection)) in selections.iter().enumerate() {
        zones.extend(selection.zones(db)?.into_iter().map(|zone| (zone, at)));
    }
    if best.descending {
        zones.sort_unstable_by_key(|(zone, _)| std::cmp::Reverse((zone.last_day, zone.id)));
    } else {
        zones.sort_unstable_by_key(|(zone, _)| (zone.first_day, zone.id));
    }
    for (zone, at) in zones {
        if best.is_closed_to(i64::from(zone.first_day), i64::from(zone.last_day)) {
            continue;
        }
        let (row, selection) = &selections[at];
        look_through(db, row, selection, zone.keys(), ranks, best)?;
    }
    Ok(())
}

/// Offers every row of a range of keys that fits.
fn look_through(
    db: &Connection,
    row: &LoadRow,
    selection: &Selection,
    (first, last): (i64, i64),
    ranks: &Ranks,
    best: &mut Best,
) -> Result<(), Error> {
    let column = ranks.column();
    // SQLite passes over a row that can't get in three times as fast as it shows one.
    let bar = match (ranks.sort, best.descending) {
        (SortKey::Day | SortKey::Quantity | SortKey::Total | SortKey::Cost, true) => {
            format!(" AND {column} BETWEEN ?4 AND ?3")
        }
        (SortKey::Day | SortKey::Quantity | SortKey::Total | SortKey::Cost, false) => {
            format!(" AND {column} BETWEEN ?3 AND ?4")
        }
        (SortKey::Article, _) => String::new(),
        (SortKey::Line, true) => " ORDER BY m.key DESC".to_owned(),
        (SortKey::Line, false) => " ORDER BY m.key".to_owned(),
    };
    let select = selection.select(&format!("m.key, {column}")) + &bar;
    let mut statement = db.prepare_cached(&select)?;
    selection.bind(&mut statement, (first, last))?;
    if bar.contains('?') {
        let (from, to) = best.bar();
        statement.raw_bind_parameter(3, from)?;
        statement.raw_bind_parameter(4, to)?;
    }
    let company = row.load.company_id;
    let mut rows = statement.raw_query();
    while let Some(found) = rows.next()? {
        let (key, value): (i64, i64) = (found.get(0)?, found.get(1)?);
        let rank = ranks.of_row(row.id(), key, value);
        best.offer(Place { rank, company, key });
        if ranks.sort == SortKey::Line && best.is_full_before(rank, rank) {
            break;
        }
    }
    Ok(())
}

fn page(db: &Connection, loads: &[LoadRow], ranks: &Ranks, found: Found) -> Result<Page, Error> {
    let next = found
        .places
        .last()
        .filter(|_| found.full)
        .map(|place| ranks.cursor(*place));
    let mut texts: HashMap<i64, Texts> = HashMap::new();
    let mut rows = Vec::with_capacity(found.places.len());
    for place in found.places {
        let load = loads
            .iter()
            .find(|row| row.load.company_id == place.company);
        let (Some(load), Some(movement)) = (load, movement_table::get(db, place.key)?) else {
            continue;
        };
        let texts = texts.entry(load.id()).or_insert_with(|| Texts::of(load));
        let mut row = MovementRow::default();
        texts.fill(db, place.key, &movement, &mut row)?;
        rows.push(row);
    }
    Ok(Page { rows, next })
}

/// The rank of a day that is not known is below all others.
const _: () = assert!(NO_DAY == i32::MIN);
