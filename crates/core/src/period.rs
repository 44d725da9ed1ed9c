//! Months, fiscal years, ranges of days, and the numbers by which they are stored.
//!
//! Every date that Puente takes as a period lies in [`FIRST_YEAR`]`..=`[`LAST_YEAR`]: an ERP's table
//! holds years like 0217 and 20266, and a range with one of them would never end.

use crate::Lang;
use crate::value::{Reason, ValueError, shorten};
use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
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

/// A month of a year, stored as `year * 100 + month` and written `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month {
    year: i32,
    month: u32,
}

impl Month {
    /// That month (1 to 12) of that year.
    ///
    /// # Errors
    /// [`ValueError::Period`] when there is no such month or the year makes no sense.
    pub fn new(year: i32, month: u32) -> Result<Month, ValueError> {
        let refuse = |reason| ValueError::Period {
            text: format!("{year:04}-{month:02}"),
            reason,
        };
        if !(1..=12).contains(&month) {
            return Err(refuse(Reason::NotADate));
        }
        sane_year(year).map_err(refuse)?;
        Ok(Month { year, month })
    }

    /// From its stored number: 202611.
    ///
    /// # Errors
    /// As [`Month::new`]. 0, which stands for *no date*, is no month.
    pub fn from_number(number: i32) -> Result<Month, ValueError> {
        let month = u32::try_from(number.rem_euclid(100)).unwrap_or_default();
        Month::new(number.div_euclid(100), month)
            .map_err(|error| with_text(error, &number.to_string()))
    }

    /// The month of a day.
    ///
    /// # Errors
    /// [`ValueError::Period`] when the year makes no sense.
    pub fn of(date: NaiveDate) -> Result<Month, ValueError> {
        Month::new(date.year(), date.month())
    }

    /// Its stored number: 202611.
    pub fn number(self) -> i32 {
        self.year * 100 + i32::try_from(self.month).unwrap_or_default()
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u32 {
        self.month
    }

    /// The month after; `None` after the last that makes sense.
    pub fn next(self) -> Option<Month> {
        let (year, month) = if self.month == 12 {
            (self.year + 1, 1)
        } else {
            (self.year, self.month + 1)
        };
        (year <= LAST_YEAR).then_some(Month { year, month })
    }

    /// The month before; `None` before the first that makes sense.
    pub fn previous(self) -> Option<Month> {
        let (year, month) = if self.month == 1 {
            (self.year - 1, 12)
        } else {
            (self.year, self.month - 1)
        };
        (year >= FIRST_YEAR).then_some(Month { year, month })
    }

    /// This month and all after it until `last`, which is among them. None when `last` is before.
    pub fn through(self, last: Month) -> impl Iterator<Item = Month> {
        std::iter::successors(Some(self), |month| month.next())
            .take_while(move |month| *month <= last)
    }

    /// Its days, first and last.
    pub fn days(self) -> DateRange {
        let day = |day| NaiveDate::from_ymd_opt(self.year, self.month, day);
        let last = (28..=31).rev().find_map(day).unwrap_or_default();
        DateRange {
            from: day(1).unwrap_or_default(),
            to: last,
        }
    }

    /// Its name without the year: `noviembre`, `November`.
    pub fn name(self, lang: Lang) -> &'static str {
        lang.pick(&NAMES_ES, &NAMES_EN)[self.month as usize - 1]
    }

    /// Its first three letters: `nov`, `Nov`. For axes and narrow tables.
    pub fn short_name(self, lang: Lang) -> &'static str {
        &self.name(lang)[..3]
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = ValueError;

    /// Reads `2026-11`, `2026/11` and `202611`.
    fn from_str(text: &str) -> Result<Month, ValueError> {
        let trimmed = text.trim();
        let not_a_date = || ValueError::Period {
            text: shorten(text),
            reason: Reason::NotADate,
        };
        let (year, month) = match trimmed.split_once(['-', '/']) {
            Some((year, month)) => (year, month),
            None => trimmed.split_at_checked(4).ok_or_else(not_a_date)?,
        };
        let year_is_whole = year.len() == 4 && (1..=2).contains(&month.len());
        if !year_is_whole || !(year.bytes().chain(month.bytes())).all(|b| b.is_ascii_digit()) {
            return Err(not_a_date());
        }
        let number = |digits: &str| digits.parse::<u32>().map_err(|_| not_a_date());
        let year = i32::try_from(number(year)?).map_err(|_| not_a_date())?;
        Month::new(year, number(month)?).map_err(|error| with_text(error, text))
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
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
        (1..=12).map(move |month| Month {
            year: self.0,
            month,
        })
    }

    /// First of January to last of December.
    pub fn days(self) -> DateRange {
        let (january, december) = (
            Month {
                year: self.0,
                month: 1,
            },
            Month {
                year: self.0,
                month: 12,
            },
        );
        DateRange {
            from: january.days().from,
            to: december.days().to,
        }
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

/// Days from one to another, both among them; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct DateRange {
    from: NaiveDate,
    to: NaiveDate,
}

impl DateRange {
    /// Those days.
    ///
    /// # Errors
    /// [`ValueError::Period`] when `to` is before `from` or a year makes no sense.
    pub fn new(from: NaiveDate, to: NaiveDate) -> Result<DateRange, ValueError> {
        for date in [from, to] {
            sane_year(date.year()).map_err(|reason| ValueError::Period {
                text: date.to_string(),
                reason,
            })?;
        }
        if to < from {
            let text = format!("{from}..{to}");
            return Err(ValueError::Period {
                text,
                reason: Reason::Reversed,
            });
        }
        Ok(DateRange { from, to })
    }

    /// Reads two days written `2026-11-22`.
    ///
    /// # Errors
    /// As [`DateRange::new`], and when one is not written so.
    pub fn parse(from: &str, to: &str) -> Result<DateRange, ValueError> {
        DateRange::new(parse_date(from)?, parse_date(to)?)
    }

    /// The first day.
    pub fn from(self) -> NaiveDate {
        self.from
    }

    /// The last day.
    pub fn to(self) -> NaiveDate {
        self.to
    }

    /// The day after the last, for comparing with `<`.
    pub fn before(self) -> NaiveDate {
        self.to
            .checked_add_days(Days::new(1))
            .unwrap_or(NaiveDate::MAX)
    }

    /// How many days.
    pub fn len(self) -> u32 {
        u32::try_from(epoch_day(self.to) - epoch_day(self.from) + 1).unwrap_or_default()
    }

    /// Never: a range has at least one day.
    pub fn is_empty(self) -> bool {
        false
    }

    /// Whether the day is among them.
    pub fn contains(self, date: NaiveDate) -> bool {
        (self.from..=self.to).contains(&date)
    }

    /// The days in both; `None` when they do not meet.
    pub fn meet(self, other: DateRange) -> Option<DateRange> {
        let (from, to) = (self.from.max(other.from), self.to.min(other.to));
        (from <= to).then_some(DateRange { from, to })
    }

    /// The months that it touches, in order.
    pub fn months(self) -> impl Iterator<Item = Month> {
        let month = |date: NaiveDate| Month {
            year: date.year(),
            month: date.month(),
        };
        month(self.from).through(month(self.to))
    }
}

impl fmt::Display for DateRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.from, self.to)
    }
}

impl<'de> Deserialize<'de> for DateRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Days {
            from: NaiveDate,
            to: NaiveDate,
        }
        let Days { from, to } = Days::deserialize(deserializer)?;
        DateRange::new(from, to).map_err(serde::de::Error::custom)
    }
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

const NAMES_ES: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];
const NAMES_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn sane_year(year: i32) -> Result<(), Reason> {
    if (FIRST_YEAR..=LAST_YEAR).contains(&year) {
        Ok(())
    } else {
        Err(Reason::YearOutOfRange)
    }
}

fn with_text(error: ValueError, text: &str) -> ValueError {
    if let ValueError::Period { reason, .. } = error {
        return ValueError::Period {
            text: shorten(text),
            reason,
        };
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;
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
