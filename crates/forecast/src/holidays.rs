//! Public holidays of Colombia, Chile, Argentina and Mexico, by rule, and the working days that are left.
//!
//! Sources: Colombia, law 51 of 1983 (most feasts move to the next Monday); Chile, laws 2.977, 19.668,
//! 19.973, 20.299 and 21.357; Argentina, law 27.399 without the bridge days that its government sets each year;
//! Mexico, article 74 of the Ley Federal del Trabajo without election days. A holiday that is set for one year
//! only is not known here.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

/// Whose holidays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "lowercase")]
pub enum Country {
    /// Colombia.
    #[default]
    Colombia,
    /// Chile.
    Chile,
    /// Argentina.
    Argentina,
    /// Mexico.
    Mexico,
}

/// Mondays to Saturdays of a month that are no holiday: shops open on Saturdays. `months` counts from year 0.
pub fn working_days(country: Country, months: i32) -> u32 {
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) as u32 + 1);
    let feasts = holidays(country, year);
    (1..=31)
        .filter_map(|day| NaiveDate::from_ymd_opt(year, month, day))
        .filter(|date| date.weekday() != Weekday::Sun && !feasts.contains(date))
        .count() as u32
}

/// The holidays of a year, ascending, each once.
pub fn holidays(country: Country, year: i32) -> Vec<NaiveDate> {
    let mut feasts = match country {
        Country::Colombia => colombia(year),
        Country::Chile => chile(year),
        Country::Argentina => argentina(year),
        Country::Mexico => mexico(year),
    };
    feasts.sort_unstable();
    feasts.dedup();
    feasts
}

fn colombia(year: i32) -> Vec<NaiveDate> {
    let mut feasts = fixed(year, &[(1, 1), (5, 1), (7, 20), (8, 7), (12, 8), (12, 25)]);
    feasts.extend(from_easter(year, &[-3, -2]));
    let moved = fixed(
        year,
        &[
            (1, 6),
            (3, 19),
            (6, 29),
            (8, 15),
            (10, 12),
            (11, 1),
            (11, 11),
        ],
    );
    feasts.extend(moved.into_iter().map(next_monday));
    // Ascension, Corpus Christi and the Sacred Heart, moved to their Mondays.
    feasts.extend(from_easter(year, &[43, 64, 71]));
    feasts
}

fn chile(year: i32) -> Vec<NaiveDate> {
    let days = [
        (1, 1),
        (5, 1),
        (5, 21),
        (7, 16),
        (8, 15),
        (9, 18),
        (9, 19),
        (11, 1),
        (12, 8),
        (12, 25),
    ];
    let mut feasts = fixed(year, &days);
    feasts.extend(from_easter(year, &[-2, -1]));
    if year >= 2021 {
        feasts.extend(fixed(year, &[(6, 20)]));
    }
    feasts.extend(
        fixed(year, &[(6, 29), (10, 12)])
            .into_iter()
            .map(nearest_monday_of_chile),
    );
    feasts.extend(
        fixed(year, &[(10, 31)])
            .into_iter()
            .map(|day| match day.weekday() {
                Weekday::Tue => shift(day, -4),
                Weekday::Wed => shift(day, 2),
                Weekday::Mon | Weekday::Thu | Weekday::Fri | Weekday::Sat | Weekday::Sun => day,
            }),
    );
    feasts
}

fn argentina(year: i32) -> Vec<NaiveDate> {
    let days = [
        (1, 1),
        (3, 24),
        (4, 2),
        (5, 1),
        (5, 25),
        (6, 20),
        (7, 9),
        (12, 8),
        (12, 25),
    ];
    let mut feasts = fixed(year, &days);
    feasts.extend(from_easter(year, &[-48, -47, -2]));
    let moved = fixed(year, &[(6, 17), (8, 17), (10, 12), (11, 20)]);
    feasts.extend(moved.into_iter().map(|day| match day.weekday() {
        Weekday::Tue => shift(day, -1),
        Weekday::Wed => shift(day, -2),
        Weekday::Thu => shift(day, 4),
        Weekday::Fri => shift(day, 3),
        Weekday::Mon | Weekday::Sat | Weekday::Sun => day,
    }));
    feasts
}

fn mexico(year: i32) -> Vec<NaiveDate> {
    let mut feasts = fixed(year, &[(1, 1), (5, 1), (9, 16), (12, 25)]);
    feasts.extend(
        [(2, 1), (3, 3), (11, 3)]
            .into_iter()
            .filter_map(|(month, nth)| {
                NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, nth)
            }),
    );
    if year >= 2024 && (year - 2024) % 6 == 0 {
        feasts.extend(fixed(year, &[(10, 1)]));
    }
    feasts
}

fn fixed(year: i32, days: &[(u32, u32)]) -> Vec<NaiveDate> {
    days.iter()
        .filter_map(|(month, day)| NaiveDate::from_ymd_opt(year, *month, *day))
        .collect()
}

fn from_easter(year: i32, days: &[i64]) -> Vec<NaiveDate> {
    let Some(easter) = easter(year) else {
        return Vec::new();
    };
    days.iter().map(|days| shift(easter, *days)).collect()
}

fn shift(day: NaiveDate, days: i64) -> NaiveDate {
    day.checked_add_signed(chrono::TimeDelta::days(days))
        .unwrap_or(day)
}

fn next_monday(day: NaiveDate) -> NaiveDate {
    let ahead = (7 - u64::from(day.weekday().num_days_from_monday())) % 7;
    day.checked_add_days(Days::new(ahead)).unwrap_or(day)
}

/// Law 19.668: from Tuesday to Thursday to the Monday before, from Friday to the Monday after.
fn nearest_monday_of_chile(day: NaiveDate) -> NaiveDate {
    match day.weekday() {
        Weekday::Tue | Weekday::Wed | Weekday::Thu => {
            shift(day, -i64::from(day.weekday().num_days_from_monday()))
        }
        Weekday::Fri => shift(day, 3),
        Weekday::Mon | Weekday::Sat | Weekday::Sun => day,
    }
}

/// Easter Sunday of the Gregorian calendar, by the rule that Butcher's Ecclesiastical Calendar printed in 1876.
fn easter(year: i32) -> Option<NaiveDate> {
    let golden = year.rem_euclid(19);
    let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100));
    let (leaps, rest) = (century / 4, century % 4);
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let moon = (19 * golden + century - leaps - correction + 15) % 30;
    let weekday = (32 + 2 * rest + 2 * (of_century / 4) - moon - of_century % 4) % 7;
    let late = (golden + 11 * moon + 22 * weekday) / 451;
    let days = moon + weekday - 7 * late + 114;
    NaiveDate::from_ymd_opt(year, (days / 31) as u32, (days % 31 + 1) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(country: Country, days: &[(i32, u32, u32)]) {
        for (year, month, day) in days {
            let date = NaiveDate::from_ymd_opt(*year, *month, *day).unwrap();
            assert!(
                holidays(country, *year).contains(&date),
                "{country:?} {date}"
            );
        }
    }

    #[test]
    fn easter_is_where_the_calendars_of_those_years_have_it() {
        for (year, month, day) in [
            (2000, 4, 23),
            (2019, 4, 21),
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
        ] {
            assert_eq!(easter(year), NaiveDate::from_ymd_opt(year, month, day));
        }
    }

    #[test]
    fn colombian_feasts_move_to_monday() {
        has(
            Country::Colombia,
            &[
                (2026, 1, 12),
                (2026, 3, 23),
                (2026, 4, 2),
                (2026, 4, 3),
                (2026, 5, 18),
                (2026, 6, 8),
                (2026, 6, 15),
                (2026, 6, 29),
                (2026, 8, 17),
                (2026, 10, 12),
                (2026, 11, 2),
                (2026, 11, 16),
            ],
        );
        assert_eq!(holidays(Country::Colombia, 2026).len(), 18);
    }

    #[test]
    fn the_others_have_theirs() {
        has(
            Country::Chile,
            &[(2026, 4, 4), (2026, 6, 29), (2026, 9, 18), (2025, 10, 31)],
        );
        has(
            Country::Argentina,
            &[(2026, 2, 16), (2026, 2, 17), (2026, 6, 15), (2026, 7, 9)],
        );
        has(
            Country::Mexico,
            &[(2026, 2, 2), (2026, 3, 16), (2026, 11, 16), (2024, 10, 1)],
        );
    }

    #[test]
    fn working_days_leave_sundays_and_holidays_out() {
        // 31 days, 4 Sundays, 12 January moved from the 6th, and New Year.
        assert_eq!(working_days(Country::Colombia, 2026 * 12), 25);
    }
}
