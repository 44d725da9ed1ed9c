//! Months, fiscal years, ranges of days, and the numbers by which they are stored.
//!
//! Every date that Puente takes as a period lies in [`FIRST_YEAR`]`..=`[`LAST_YEAR`]: an ERP's table
//! holds years like 0217 and 20266, and a range with one of them would never end.

mod month;
mod range;

pub use month::Month;
pub use range::DateRange;

use crate::value::{Reason, ValueError, shorten};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::str::FromStr;

/// The first year that makes sense.
pub const FIRST_YEAR: i32 = 1990;
/// The last one.
pub const LAST_YEAR: i32 = 2100;

/// Days since 1970-01-01, as dates are stored. Negative before.
pub fn epoch_day(date: NaiveDate) -> i32 {
    date.to_epoch_days()
}

/// The date that many days after 1970-01-01. `None` beyond what a date can hold.
pub fn date_of_epoch_day(day: i32) -> Option<NaiveDate> {
    NaiveDate::from_epoch_days(day)
}

/// Reads a day written `2026-11-22`; blanks around it are passed over.
///
/// # Errors
/// [`ValueError::Period`] when it is not written so, does not exist, or its year makes no sense.
pub fn parse_date(text: &str) -> Result<NaiveDate, ValueError> {
    let refuse = |reason| ValueError::Period {
        text: shorten(text),
        reason,
    };
    let trimmed = text.trim();
    if trimmed.len() != 10 {
        return Err(refuse(Reason::NotADate));
    }
    let date =
        NaiveDate::parse_from_str(trimmed, "%Y-%m-%d").map_err(|_| refuse(Reason::NotADate))?;
    sane_year(date.year()).map_err(refuse)?;
    Ok(date)
}

/// A fiscal year: the calendar year in all countries that Puente serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct FiscalYear(i32);

impl FiscalYear {
    /// That year.
    ///
    /// # Errors
    /// [`ValueError::Period`] outside [`FIRST_YEAR`]`..=`[`LAST_YEAR`].
    pub fn new(year: i32) -> Result<FiscalYear, ValueError> {
        match sane_year(year) {
            Ok(()) => Ok(FiscalYear(year)),
            Err(reason) => Err(ValueError::Period {
                text: year.to_string(),
                reason,
            }),
        }
    }

    /// The number.
    pub fn get(self) -> i32 {
        self.0
    }

    /// The twelve months.
    pub fn months(self) -> impl Iterator<Item = Month> {
        let year = self.0;
        (1..=12).filter_map(move |month| Month::new(year, month).ok())
    }

    /// First of January to last of December.
    pub fn days(self) -> DateRange {
        DateRange::of_months(self.0, 1, 12)
    }
}

impl fmt::Display for FiscalYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for FiscalYear {
    type Err = ValueError;

    /// Reads `2026`; blanks around it are passed over.
    fn from_str(text: &str) -> Result<FiscalYear, ValueError> {
        let not_a_date = |_| ValueError::Period {
            text: shorten(text),
            reason: Reason::NotADate,
        };
        FiscalYear::new(text.trim().parse().map_err(not_a_date)?)
    }
}

impl<'de> Deserialize<'de> for FiscalYear {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        FiscalYear::new(i32::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

fn sane_year(year: i32) -> Result<(), Reason> {
    if (FIRST_YEAR..=LAST_YEAR).contains(&year) {
        Ok(())
    } else {
        Err(Reason::YearOutOfRange)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;
    use proptest::prelude::*;

    fn refused<T: fmt::Debug>(read: Result<T, ValueError>) -> Reason {
        match read {
            Err(ValueError::Period { reason, .. }) => reason,
            other => panic!("not refused as a period: {other:?}"),
        }
    }

    #[test]
    fn months_are_read_as_people_and_files_write_them() {
        let november = Month::new(2026, 11).unwrap();
        for text in ["2026-11", "2026/11", "202611", " 2026-11 "] {
            assert_eq!(text.parse(), Ok(november), "{text:?}");
        }
        assert_eq!("2026-1".parse(), Month::new(2026, 1));
        assert_eq!(
            (november.number(), november.to_string().as_str()),
            (202_611, "2026-11")
        );
        assert_eq!(november.name(Lang::Es), "noviembre");
        assert_eq!(november.short_name(Lang::En), "Nov");
    }

    #[test]
    fn what_is_no_month_is_refused() {
        for text in [
            "", "2026", "2026-", "2026-13", "26-11", "2026-+1", "nov", "2026-111", "año-1",
        ] {
            assert_eq!(refused(text.parse::<Month>()), Reason::NotADate, "{text:?}");
        }
        assert_eq!(refused("0217-03".parse::<Month>()), Reason::YearOutOfRange);
        assert_eq!(refused(Month::from_number(0)), Reason::NotADate);
        assert_eq!(refused(Month::from_number(-202_611)), Reason::NotADate);
    }

    #[test]
    fn months_end_where_years_stop_making_sense() {
        assert_eq!(Month::new(LAST_YEAR, 12).unwrap().next(), None);
        assert_eq!(Month::new(FIRST_YEAR, 1).unwrap().previous(), None);
    }

    #[test]
    fn a_leap_february_has_29_days() {
        assert_eq!("2028-02".parse::<Month>().unwrap().days().len(), 29);
        assert_eq!("2100-02".parse::<Month>().unwrap().days().len(), 28);
    }

    #[test]
    fn years_are_read_and_limited() {
        let year: FiscalYear = " 2026 ".parse().unwrap();
        assert_eq!(year.days().to_string(), "2026-01-01..2026-12-31");
        assert_eq!(year.months().map(Month::number).last(), Some(202_612));
        assert_eq!(
            refused("1989".parse::<FiscalYear>()),
            Reason::YearOutOfRange
        );
        assert_eq!(refused("2O26".parse::<FiscalYear>()), Reason::NotADate);
        assert!(serde_json::from_str::<FiscalYear>("20266").is_err());
    }

    #[test]
    fn a_range_is_never_backwards_nor_in_years_that_make_no_sense() {
        let range = DateRange::parse("2026-01-31", "2026-03-01").unwrap();
        assert_eq!((range.len(), range.months().count()), (30, 3));
        assert_eq!(range.before().to_string(), "2026-03-02");
        assert_eq!(
            refused(DateRange::parse("2026-03-01", "2026-02-28")),
            Reason::Reversed
        );
        assert_eq!(
            refused(DateRange::parse("0217-03-01", "2026-02-28")),
            Reason::YearOutOfRange
        );
        assert_eq!(
            refused(DateRange::parse("2026-02-29", "2026-03-01")),
            Reason::NotADate
        );
        assert_eq!(
            refused(DateRange::parse("26-02-28", "2026-03-01")),
            Reason::NotADate
        );
        assert!(
            serde_json::from_str::<DateRange>(r#"{"from":"2026-02-02","to":"2026-02-01"}"#)
                .is_err()
        );
    }

    fn day() -> impl Strategy<Value = NaiveDate> {
        (7_305..47_846_i32).prop_filter_map("a day", date_of_epoch_day)
    }

    proptest! {
        #[test]
        fn a_month_round_trips_in_every_form(date in day()) {
            let month = Month::of(date)?;
            prop_assert_eq!(Month::from_number(month.number())?, month);
            prop_assert_eq!(month.to_string().parse(), Ok(month));
            let json = serde_json::to_string(&month).unwrap();
            prop_assert_eq!(serde_json::from_str::<Month>(&json).unwrap(), month);
            prop_assert!(month.days().contains(date));
        }

        #[test]
        fn the_months_of_a_range_cover_its_days_once(a in day(), b in day()) {
            let range = DateRange::new(a.min(b), a.max(b))?;
            let days: u32 =
                range.months().filter_map(|month| month.days().meet(range)).map(DateRange::len).sum();
            prop_assert_eq!(days, range.len());
            let json = serde_json::to_string(&range).unwrap();
            prop_assert_eq!(serde_json::from_str::<DateRange>(&json).unwrap(), range);
        }

        #[test]
        fn next_and_previous_undo_each_other(date in day()) {
            let month = Month::of(date)?;
            if let Some(next) = month.next() {
                prop_assert!(next > month && next.previous() == Some(month));
                prop_assert_eq!(next.days().from(), month.days().before());
            }
        }

        #[test]
        fn epoch_days_round_trip(day in -700_000..700_000_i32) {
            prop_assert_eq!(date_of_epoch_day(day).map(epoch_day), Some(day));
        }
    }
}
