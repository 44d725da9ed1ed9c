//! What a selection of movements amounts to.

use crate::load_table;
use crate::scan::fold;
use crate::selection::Selection;
use crate::summary::monthly;
use crate::warehouse::Warehouse;
use crate::{Error, MonthFilter, MovementFilter, Sums};
use chrono::{Datelike, NaiveDate};
use puente_core::period::date_of_epoch_day;
use rusqlite::Connection;
use rusqlite::params_from_iter;

impl Warehouse {
    /// What all movements of a selection amount to: from the roll-up when it asks for whole months of
    /// companies, kinds, states and streams only, and otherwise from the movements.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn sums(&self, filter: &MovementFilter) -> Result<Sums, Error> {
        let sums = self.db().read(|db| match whole_months(filter) {
            Some(months) => from_months(db, &months),
            None => from_movements(db, filter),
        })?;
        narrow(sums)
    }
}

/// # Errors
/// [`Error::Overflow`].
pub(crate) fn narrow(sums: Wide) -> Result<Sums, Error> {
    let fit = |at: usize, column| {
        i64::try_from(sums[at]).map_err(|_| Error::Overflow {
            table: "movement",
            column,
        })
    };
    Ok(Sums {
        lines: fit(0, "lines")?,
        quantity_e6: fit(1, "quantity_e6")?,
        total_e4: fit(2, "total_e4")?,
        cost_e4: fit(3, "cost_e4")?,
    })
}

/// Lines, quantity, total, cost.
pub(crate) type Wide = [i128; 4];

pub(crate) fn take(sums: &mut Wide, amounts: [i64; 4]) {
    for (sum, amount) in sums.iter_mut().zip(amounts) {
        *sum += i128::from(amount);
    }
}

pub(crate) fn from_months(db: &Connection, filter: &MonthFilter) -> Result<Wide, Error> {
    let mut sums = Wide::default();
    for month in monthly(db, filter)? {
        let amounts = [
            month.lines,
            month.quantity_e6,
            month.total_e4,
            month.cost_e4,
        ];
        take(&mut sums, amounts);
    }
    Ok(sums)
}

fn from_movements(db: &Connection, filter: &MovementFilter) -> Result<Wide, Error> {
    let mut sums = Wide::default();
    for row in load_table::current_of(db, &filter.companies)? {
        let Some(selection) = Selection::of(db, &row, filter)? else {
            continue;
        };
        for range in selection.ranges(db)? {
            sums = fold(
                db,
                ["1", "m.quantity_e6", "m.total_e4", "m.cost_e4"],
                &selection.rest(),
                params_from_iter(selection.values(range)),
                sums,
                |sums, amounts| {
                    take(sums, amounts);
                    Ok(())
                },
            )?;
        }
    }
    Ok(sums)
}

/// The filter in months, if it asks for nothing that the roll-up doesn't know.
pub(crate) fn whole_months(filter: &MovementFilter) -> Option<MonthFilter> {
    let MovementFilter {
        companies,
        from_day,
        to_day,
        doc_types,
        states,
        stream,
        articles,
        places,
        flags,
        parties,
        text,
    } = filter;
    let plain = [articles, places, flags, parties]
        .iter()
        .all(|list| list.is_empty())
        && text.is_none();
    if !plain {
        return None;
    }
    let (from_month, to_month) = match (from_day, to_day) {
        (None, None) => (None, None),
        (from, to) => {
            let first = from.map(|day| month_at(day, day.checked_sub(1)?));
            let last = to.map(|day| month_at(day, day.checked_add(1)?));
            // Rows without a date (month 0) fit no range.
            (
                Some(first.map_or(Some(1), |month| month)?),
                match last {
                    Some(month) => Some(month?),
                    None => None,
                },
            )
        }
    };
    Some(MonthFilter {
        companies: companies.clone(),
        from_month,
        to_month,
        doc_types: doc_types.clone(),
        states: states.clone(),
        stream: *stream,
    })
}

/// The month of `day` when `neighbour` lies in another one, that is when `day` is at its end.
fn month_at(day: i32, neighbour: i32) -> Option<i32> {
    let number = |date: NaiveDate| {
        let month = i32::try_from(date.month()).ok()?;
        (1..=9_999)
            .contains(&date.year())
            .then_some(date.year() * 100 + month)
    };
    let month = number(date_of_epoch_day(day)?)?;
    (number(date_of_epoch_day(neighbour)?) != Some(month)).then_some(month)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(from_day: Option<i32>, to_day: Option<i32>) -> Option<(Option<i32>, Option<i32>)> {
        let filter = MovementFilter {
            from_day,
            to_day,
            ..MovementFilter::default()
        };
        whole_months(&filter).map(|months| (months.from_month, months.to_month))
    }

    #[test]
    fn only_whole_months_are_asked_of_the_roll_up() {
        let (first, last) = (20_454, 20_484);
        assert_eq!(months(None, None), Some((None, None)));
        assert_eq!(
            months(Some(first), Some(last)),
            Some((Some(202_601), Some(202_601)))
        );
        assert_eq!(months(Some(first), None), Some((Some(202_601), None)));
        assert_eq!(months(None, Some(last)), Some((Some(1), Some(202_601))));
        assert_eq!(months(Some(first + 1), Some(last)), None);
        assert_eq!(months(Some(first), Some(last - 1)), None);
        assert_eq!(months(Some(i32::MIN), Some(last)), None);
    }

    #[test]
    fn what_the_roll_up_does_not_know_is_not_asked_of_it() {
        let filter = MovementFilter {
            text: Some("a".to_owned()),
            ..MovementFilter::default()
        };
        assert!(whole_months(&filter).is_none());
    }
}
