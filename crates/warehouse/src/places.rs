//! Demand where it happened. The roll-ups know no warehouses of the ERP, so that the movements are read.

use crate::cells::{ARTICLE_MONTH, Cell};
use crate::dimension_table as dimensions;
use crate::load_table::{self, LoadRow, by_age};
use crate::proof::{Scan, codes, small};
use crate::scan::fold;
use crate::selection::Selection;
use crate::warehouse::Warehouse;
use crate::{Demand, Error, MonthFilter, MovementFilter, Place};
use rusqlite::{Connection, params_from_iter};
use std::collections::{BTreeMap, HashMap};

/// A cell of the scan: month, number of the kind, article, place.
type PlaceKey = (i32, u16, i64, i64);
/// What the scan calls a movement without a place. No source numbers one so.
const NO_PLACE: &str = "-9223372036854775808";

impl Warehouse {
    /// Monthly demand by article code, code of the place and document code over current loads, ordered by
    /// these; the place of movements without one is empty. Posted movements of all months, whatever the
    /// states and months of the filter say.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn demand_by_place(&self, filter: &MonthFilter) -> Result<Vec<(String, Demand)>, Error> {
        let found = self.db().read(|db| {
            let mut found: BTreeMap<(String, String, i32, String), Cell> = BTreeMap::new();
            for row in load_table::current_of(db, &filter.companies)? {
                add_load(db, &row, filter, &mut found)?;
            }
            Ok::<_, Error>(found)
        })?;
        let demand = |((article, place, month, doc_type), cell): (_, Cell)| {
            let demand = Demand {
                article,
                month,
                doc_type,
                lines: cell.lines,
                quantity_e6: cell.quantity_e6,
                total_e4: cell.total_e4,
                cost_e4: cell.cost_e4,
            };
            (place, demand)
        };
        Ok(found.into_iter().map(demand).collect())
    }

    /// The places of current loads, each code once: as the newest load has it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn places(&self, companies: &[i64]) -> Result<Vec<Place>, Error> {
        self.db().read(|db| {
            let mut found: BTreeMap<String, Place> = BTreeMap::new();
            for row in by_age(load_table::current_of(db, companies)?) {
                for place in dimensions::places(db, row.id())? {
                    found.entry(place.code.clone()).or_insert(place);
                }
            }
            Ok::<_, Error>(found.into_values().collect())
        })
    }
}

fn add_load(
    db: &Connection,
    row: &LoadRow,
    filter: &MonthFilter,
    found: &mut BTreeMap<(String, String, i32, String), Cell>,
) -> Result<(), Error> {
    let wanted = MovementFilter {
        doc_types: filter.doc_types.clone(),
        stream: filter.stream,
        ..MovementFilter::default()
    };
    let Some(selection) = Selection::of(db, row, &wanted)? else {
        return Ok(());
    };
    let codes = codes(db, row)?;
    let articles: HashMap<i64, String> = dimensions::articles(db, row.id())?
        .into_iter()
        .map(|article| (article.id, article.code))
        .collect();
    let places: HashMap<i64, String> = dimensions::places(db, row.id())?
        .into_iter()
        .map(|place| (place.id, place.code))
        .collect();
    for (key, cell) in scan(db, &selection)? {
        let (month, doc_type, article, place) = key;
        let at = (
            articles.get(&article).cloned().unwrap_or_default(),
            places.get(&place).cloned().unwrap_or_default(),
            month,
            codes.get(&doc_type).cloned().unwrap_or_default(),
        );
        let sum = found.entry(at).or_default();
        sum.add(&cell).map_err(|column| Error::Overflow {
            table: ARTICLE_MONTH,
            column,
        })?;
    }
    Ok(())
}

fn scan(db: &Connection, selection: &Selection) -> Result<Vec<(PlaceKey, Cell)>, Error> {
    let place = format!("ifnull(m.place_id, {NO_PLACE})");
    let mut scan = Scan::new();
    for range in selection.ranges(db)? {
        scan = fold(
            db,
            [
                "m.day",
                "m.doc_type",
                "m.article_id",
                &place,
                "m.quantity_e6",
                "m.total_e4",
                "m.cost_e4",
            ],
            &selection.rest(),
            params_from_iter(selection.values(range)),
            scan,
            |scan: &mut Scan<PlaceKey>, [day, doc_type, article, place, amounts @ ..]| {
                let month = scan.months.of(small(day)?);
                let at = (month, small(doc_type)?, article, place);
                scan.add(at, amounts, ARTICLE_MONTH)
            },
        )?;
    }
    Ok(scan.close(ARTICLE_MONTH)?.into_iter().collect())
}
