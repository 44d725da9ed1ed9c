//! The columns of the model for one stretch of months. Series of the same months share them.

use crate::holidays::{self, Country};
use chrono::NaiveDate;

/// Possible changes of the trend, at most.
const CHANGES: usize = 25;
/// The part of the history in which the trend may change.
const CHANGE_RANGE: f64 = 0.8;
/// Pairs of Fourier terms of the yearly season.
const ORDER: usize = 10;
const YEAR_DAYS: f64 = 365.25;
/// Days of history that a yearly season needs.
const TWO_YEARS: i64 = 730;

/// Prior widths, as Prophet's: of intercept and slope, of season and regressors, and of the Laplace prior of
/// changes.
pub(super) const WIDE: f64 = 5.0;
pub(super) const SEASON_WIDTH: f64 = 10.0;
pub(super) const CHANGE_WIDTH: f64 = 0.05;

/// Where the groups of columns end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    pub trend: usize,
    pub season: usize,
    pub all: usize,
}

/// The columns of a stretch of months.
#[derive(Debug, Clone)]
pub struct Design {
    /// Months since year 0.
    first: i32,
    months: usize,
    first_day: NaiveDate,
    /// Days from the first to the last month.
    span: f64,
    /// In units of the span.
    changes: Vec<f64>,
    has_season: bool,
    country: Option<Country>,
    /// Mean and deviation of working days in the history.
    days: (f64, f64),
    /// The product of the columns with themselves, over the history.
    pub(super) gram: Vec<f64>,
    pub(super) rows: Vec<Vec<f64>>,
}

impl Design {
    /// The columns for `months` months from `first` (months since year 0) on; with working days of a
    /// country as a regressor, if one is given and there are two years.
    pub fn new(first: i32, months: usize, country: Option<Country>) -> Design {
        let day = |at: usize| first_of(first + at as i32);
        let first_day = day(0);
        let last = months.saturating_sub(1);
        let days = (day(last) - first_day).num_days();
        let has_season = days >= TWO_YEARS;
        let span = (days as f64).max(1.0);
        let in_range = (months as f64 * CHANGE_RANGE).floor() as usize;
        let count = CHANGES.min(in_range.saturating_sub(1));
        let changes = (1..=count)
            .map(|at| {
                let place = at as f64 * (in_range - 1) as f64 / count as f64;
                // Python rounds halves to even, and so does this.
                let month = place.round_ties_even() as usize;
                (day(month) - first_day).num_days() as f64 / span
            })
            .collect();
        let mut design = Design {
            first,
            months,
            first_day,
            span,
            changes,
            has_season,
            country: country.filter(|_| has_season),
            days: (0.0, 1.0),
            gram: Vec::new(),
            rows: Vec::new(),
        };
        design.days = design.working_days();
        design.rows = (0..months).map(|at| design.row(at)).collect();
        let all = design.columns().all;
        let mut gram = vec![0.0; all * all];
        for row in &design.rows {
            for a in 0..all {
                for b in 0..=a {
                    gram[a * all + b] += row[a] * row[b];
                }
            }
        }
        design.gram = gram;
        design
    }

    /// Months of the history.
    pub fn months(&self) -> usize {
        self.months
    }

    pub(super) fn columns(&self) -> Columns {
        let trend = 2 + self.changes.len();
        let season = trend + if self.has_season { 2 * ORDER } else { 0 };
        Columns {
            trend,
            season,
            all: season + usize::from(self.country.is_some()),
        }
    }

    /// The columns of a month, counted from the first: 1, time, changes, season, working days.
    pub(super) fn row(&self, at: usize) -> Vec<f64> {
        let date = first_of(self.first + at as i32);
        let t = (date - self.first_day).num_days() as f64 / self.span;
        let mut row = Vec::with_capacity(self.columns().all);
        row.extend([1.0, t]);
        row.extend(self.changes.iter().map(|change| (t - change).max(0.0)));
        if self.has_season {
            let epoch_days = (date - first_of(1970 * 12)).num_days() as f64;
            for order in 1..=ORDER {
                let angle = std::f64::consts::TAU * order as f64 * epoch_days / YEAR_DAYS;
                row.extend([angle.sin(), angle.cos()]);
            }
        }
        if let Some(country) = self.country {
            let days = f64::from(holidays::working_days(country, self.first + at as i32));
            row.push((days - self.days.0) / self.days.1);
        }
        row
    }

    fn working_days(&self) -> (f64, f64) {
        let Some(country) = self.country else {
            return (0.0, 1.0);
        };
        let days: Vec<f64> = (0..self.months)
            .map(|at| f64::from(holidays::working_days(country, self.first + at as i32)))
            .collect();
        let mean = crate::stats::mean(&days);
        let spread = days.iter().map(|day| (day - mean).powi(2)).sum::<f64>();
        (
            mean,
            (spread / (days.len().max(2) - 1) as f64).sqrt().max(1e-9),
        )
    }
}

fn first_of(months: i32) -> NaiveDate {
    let month = months.rem_euclid(12) as u32 + 1;
    NaiveDate::from_ymd_opt(months.div_euclid(12), month, 1).unwrap_or_default()
}
