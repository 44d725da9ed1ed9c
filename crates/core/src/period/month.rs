//! Months of a year.

use super::{DateRange, FIRST_YEAR, LAST_YEAR, sane_year};
use crate::Lang;
use crate::value::{Reason, ValueError, shorten};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A month of a year, stored as `year * 100 + month` and written `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ts_rs::TS)]
#[ts(type = "string")]
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
        DateRange::of_months(self.year, self.month, self.month)
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

fn with_text(error: ValueError, text: &str) -> ValueError {
    if let ValueError::Period { reason, .. } = error {
        return ValueError::Period {
            text: shorten(text),
            reason,
        };
    }
    error
}
