//! Movements as a table that people scroll over: any part of a million rows, with names and totals.
//!
//! A selection is laid out once ([`View`], 8 bytes a row) and the last few are kept, so that scrolling
//! reads a hundred rows by key and nothing else. The first rows of a selection that is not laid out yet
//! come from the zones of the warehouse, which is faster than laying it out.

use crate::amounts::{Amount, Quantity};
use crate::companies::Selected;
use crate::{App, Result};
use chrono::NaiveDate;
use puente_core::Error;
use puente_core::period::{date_of_epoch_day, epoch_day};
use puente_erp::companies::Company;
use puente_warehouse::{
    MovementFilter, MovementRow, Sort, SortKey, State, Stream, Sums, View, Warehouse,
};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use ts_rs::TS;

/// Selections that are kept laid out, and the rows that they may have together (8 bytes each).
const KEPT: usize = 4;
const KEPT_ROWS: usize = 8_000_000;
/// Rows of one answer.
const LONGEST: usize = 1_000;

/// Which movements, and in which order. Not `deny_unknown_fields`: the requests that it is a part of are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(rename = "MovementsFilter", optional_fields = nullable)]
pub struct Filter {
    /// `NIT` or `NIT:YEAR` each.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub companies: Vec<String>,
    /// A part of the article's code or description, of the document's number, or of the party's name,
    /// whatever the case and the accents.
    #[ts(as = "Option<String>", optional)]
    pub text: String,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day, included.
    pub to: Option<NaiveDate>,
    /// Codes of documents; none for all.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub doc_types: Vec<String>,
    /// What documents count for; none for all but the deleted ones.
    #[ts(as = "Option<Vec<State>>", optional)]
    pub states: Vec<State>,
    /// Lines of documents or transfers between warehouses; both when left out.
    pub stream: Option<Stream>,
    /// Codes of articles; none for all.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub articles: Vec<String>,
    /// Codes of warehouses; none for all.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub places: Vec<String>,
    /// Tax ids of parties; none for all.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub parties: Vec<String>,
    /// By what; when left out, a page by day and a file in the order of the source.
    pub sort: Option<SortKey>,
    /// Largest or newest first.
    #[ts(as = "Option<bool>", optional)]
    pub descending: bool,
}

/// Which part of which movements.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(rename = "MovementsPage", optional_fields = nullable)]
pub struct PageOf {
    /// Which movements; at least one company is named.
    #[serde(flatten)]
    pub filter: Filter,
    /// Rows before the first one that is wanted.
    #[ts(as = "Option<usize>", optional)]
    pub offset: usize,
    /// At most so many, 1000 at most; 100 when left out.
    pub limit: Option<usize>,
}

/// A part of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct MovementsRows {
    /// Rows before the first one.
    pub offset: usize,
    /// The rows.
    pub rows: Vec<MovementView>,
    /// How many there are in all, and what they amount to.
    pub totals: Totals,
}

/// What a selection amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "MovementsTotals")]
pub struct Totals {
    /// Movements.
    pub rows: i64,
    /// Sum of quantities.
    pub quantity: Quantity,
    /// Sum of totals.
    pub total: Amount,
    /// Sum of costs.
    pub cost: Amount,
}

/// A movement with the names of all that it refers to. What the source does not have is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "Movement")]
pub struct MovementView {
    /// The company-year.
    pub company_id: i64,
    /// Line or transfer: the two are numbered apart.
    pub stream: Stream,
    /// Number of the line at the source.
    pub line_id: i64,
    /// Number of the document at the source.
    pub doc_id: i64,
    /// Code of the document.
    pub doc_type: String,
    /// Its prefix.
    pub prefix: String,
    /// Its number.
    pub number: String,
    /// Its day.
    pub day: Option<NaiveDate>,
    /// What it counts for.
    pub state: State,
    /// Code of the article.
    pub article_code: String,
    /// Its description.
    pub article: String,
    /// In what it is counted.
    pub unit: String,
    /// Code of the warehouse.
    pub place_code: String,
    /// Its name.
    pub place: String,
    /// Code of the warehouse that it went to.
    pub to_place_code: String,
    /// Its name.
    pub to_place: String,
    /// Tax id of the customer or supplier.
    pub party_tax_id: String,
    /// Its name.
    pub party: String,
    /// How much of it.
    pub quantity: Quantity,
    /// For how much each.
    pub price: Amount,
    /// For how much in all.
    pub total: Amount,
    /// What it cost.
    pub cost: Amount,
}

/// A part of the movements of companies.
///
/// # Errors
/// That a company doesn't exist or none is named, that the days are turned round; those of the store.
pub fn page(app: &App, request: PageOf) -> Result<MovementsRows> {
    if request.filter.companies.is_empty() {
        return Err(Error::invalid("company", "empty"));
    }
    let (_, filter) = request.filter.find(app)?;
    let sort = Sort {
        key: request.filter.sort.unwrap_or_default(),
        descending: request.filter.descending,
    };
    let limit = request.limit.unwrap_or(100).min(LONGEST);
    let warehouse = &app.room.warehouse;
    let known = app.views.find(warehouse, &filter, sort)?;
    if known.is_none() && request.offset == 0 {
        return first_rows(warehouse, &filter, sort, limit);
    }
    let view = match known {
        Some(view) => view,
        None => app.views.lay_out(warehouse, &filter, sort)?,
    };
    let rows = warehouse.rows_of(&view, request.offset, limit)?;
    Ok(MovementsRows {
        offset: request.offset,
        rows: rows.into_iter().map(MovementView::of).collect(),
        totals: Totals::of(view.sums()),
    })
}

fn first_rows(
    warehouse: &Warehouse,
    filter: &MovementFilter,
    sort: Sort,
    limit: usize,
) -> Result<MovementsRows> {
    let rows = match limit {
        0 => Vec::new(),
        limit => warehouse.movements(filter, sort, None, limit)?.rows,
    };
    Ok(MovementsRows {
        offset: 0,
        rows: rows.into_iter().map(MovementView::of).collect(),
        totals: Totals::of(warehouse.sums(filter)?),
    })
}

impl Filter {
    /// The companies that are meant, and what is asked of the warehouse.
    ///
    /// # Errors
    /// That a company doesn't exist, that the days are turned round; those of the store.
    pub(crate) fn find(&self, app: &App) -> Result<(Vec<Company>, MovementFilter)> {
        if self.from.zip(self.to).is_some_and(|(from, to)| to < from) {
            return Err(Error::invalid("to", "reversed"));
        }
        let companies = Selected {
            companies: self.companies.clone(),
        }
        .find(app)?;
        let text = self.text.trim();
        let states = match self.states.as_slice() {
            [] => vec![State::Posted, State::Draft, State::Voided],
            some => some.to_vec(),
        };
        let filter = MovementFilter {
            companies: companies.iter().map(|company| company.id).collect(),
            from_day: self.from.map(epoch_day),
            to_day: self.to.map(epoch_day),
            doc_types: self.doc_types.clone(),
            states,
            stream: self.stream,
            articles: self.articles.clone(),
            places: self.places.clone(),
            flags: Vec::new(),
            parties: self.parties.clone(),
            text: (!text.is_empty()).then(|| text.to_owned()),
        };
        Ok((companies, filter))
    }
}

impl Totals {
    fn of(sums: Sums) -> Totals {
        Totals {
            rows: sums.lines,
            quantity: sums.quantity_e6.into(),
            total: sums.total_e4.into(),
            cost: sums.cost_e4.into(),
        }
    }
}

impl MovementView {
    fn of(row: MovementRow) -> MovementView {
        MovementView {
            company_id: row.company_id,
            stream: row.stream,
            line_id: row.line_id,
            doc_id: row.doc_id,
            doc_type: row.doc_type,
            prefix: row.prefix,
            number: row.number,
            day: row.day.and_then(date_of_epoch_day),
            state: row.state,
            article_code: row.article_code,
            article: row.article,
            unit: row.unit,
            place_code: row.place_code,
            place: row.place,
            to_place_code: row.to_place_code,
            to_place: row.to_place,
            party_tax_id: row.party_tax_id,
            party: row.party,
            quantity: row.quantity_e6.into(),
            price: row.price_e4.into(),
            total: row.total_e4.into(),
            cost: row.cost_e4.into(),
        }
    }
}

/// The selections that were looked at last, newest at the end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Views(Arc<Mutex<Vec<Kept>>>);

#[derive(Debug)]
struct Kept {
    filter: MovementFilter,
    sort: Sort,
    view: Arc<View>,
}

impl Views {
    /// The selection, if it is laid out and shows what is there now.
    fn find(
        &self,
        warehouse: &Warehouse,
        filter: &MovementFilter,
        sort: Sort,
    ) -> Result<Option<Arc<View>>> {
        let found = {
            let mut kept = self.lock();
            let at = kept
                .iter()
                .position(|one| one.filter == *filter && one.sort == sort);
            at.map(|at| {
                let one = kept.remove(at);
                let view = Arc::clone(&one.view);
                kept.push(one);
                view
            })
        };
        match found {
            Some(view) if warehouse.is_current(&view)? => Ok(Some(view)),
            Some(_) | None => Ok(None),
        }
    }

    fn lay_out(
        &self,
        warehouse: &Warehouse,
        filter: &MovementFilter,
        sort: Sort,
    ) -> Result<Arc<View>> {
        let view = Arc::new(warehouse.view(filter, sort)?);
        let mut kept = self.lock();
        kept.retain(|one| one.filter != *filter || one.sort != sort);
        kept.push(Kept {
            filter: filter.clone(),
            sort,
            view: Arc::clone(&view),
        });
        while kept.len() > KEPT
            || kept.len() > 1 && kept.iter().map(|one| one.view.len()).sum::<usize>() > KEPT_ROWS
        {
            kept.remove(0);
        }
        Ok(view)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Nothing;
    use crate::desk::Desk;
    use puente_core::Code;

    fn extracted() -> Desk {
        let desk = Desk::with_files();
        crate::sync::all(&desk.app, Nothing {}).unwrap();
        desk.run();
        desk
    }

    fn of(companies: &[&str]) -> PageOf {
        PageOf {
            filter: Filter {
                companies: companies.iter().map(|one| (*one).to_owned()).collect(),
                ..Filter::default()
            },
            ..PageOf::default()
        }
    }

    #[test]
    fn parts_of_a_table_join_into_the_whole_and_totals_are_those_of_the_rows() {
        let desk = extracted();
        for sort in [SortKey::Day, SortKey::Article, SortKey::Total] {
            let part = |offset, limit| {
                let mut request = of(&["9001234568:2026"]);
                (request.filter.sort, request.filter.descending) = (Some(sort), true);
                (request.offset, request.limit) = (offset, Some(limit));
                page(&desk.app, request).unwrap()
            };
            let whole = part(0, 1000);
            let rows = usize::try_from(whole.totals.rows).unwrap();
            assert!(rows > 100 && whole.rows.len() == rows);
            let mut joined = Vec::new();
            while joined.len() < rows {
                joined.extend(part(joined.len(), 70).rows);
            }
            assert_eq!(joined, whole.rows, "{sort:?}");
            let total: i128 = joined.iter().map(|row| row.total.0).sum();
            assert_eq!(Amount(total), whole.totals.total);
            assert_eq!(part(rows, 70).totals, whole.totals);
        }
    }

    #[test]
    fn names_are_resolved_and_text_finds_them_without_accents() {
        let desk = extracted();
        let all = page(&desk.app, of(&["9001234568:2026"])).unwrap();
        let row = all.rows.iter().find(|row| !row.party.is_empty()).unwrap();
        assert!(!row.article.is_empty() && !row.place.is_empty() && row.day.is_some());
        let mut request = of(&["9001234568:2026"]);
        request.filter.text = row.article_code.to_lowercase();
        let found = page(&desk.app, request).unwrap();
        assert!(found.totals.rows > 0 && found.totals.rows < all.totals.rows);
    }

    #[test]
    fn a_table_that_was_laid_out_follows_the_next_extraction() {
        let desk = extracted();
        let request = PageOf {
            offset: 1,
            ..of(&["9001234568:2026"])
        };
        let before = page(&desk.app, request.clone()).unwrap();
        assert_eq!(page(&desk.app, request.clone()).unwrap(), before);
        let company = before.rows[0].company_id;
        let load = desk.app.room.warehouse.current(company).unwrap().unwrap();
        let gone = puente_warehouse::Changes {
            gone_movements: vec![(before.rows[0].stream, before.rows[0].line_id)],
            ..puente_warehouse::Changes::default()
        };
        desk.app
            .room
            .warehouse
            .apply(load.id, gone, serde_json::json!(1))
            .unwrap();
        let after = page(&desk.app, request).unwrap();
        assert_eq!(after.totals.rows, before.totals.rows - 1);
    }

    #[test]
    fn requests_that_make_no_sense_are_refused() {
        let desk = extracted();
        let day = |text: &str| text.parse().ok();
        let mut turned_round = of(&["9001234568"]);
        turned_round.filter.from = day("2026-02-01");
        turned_round.filter.to = day("2026-01-01");
        for (request, code) in [
            (of(&[]), Code::InvalidInput),
            (of(&["900123456-1"]), Code::NotFound),
            (turned_round, Code::InvalidInput),
        ] {
            assert_eq!(page(&desk.app, request).unwrap_err().code, code);
        }
        let unknown = serde_json::json!({ "companies": ["9001234568"], "colour": "red" });
        assert!(serde_json::from_value::<PageOf>(unknown).is_err());
    }
}
