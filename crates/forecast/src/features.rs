//! What the global booster sees of an article at a moment: nothing from after that moment.

use crate::panel::{Panel, Series};

const LAGS: usize = 12;

/// Names of the features, in order.
pub const NAMES: [&str; 35] = [
    "lag_1",
    "lag_2",
    "lag_3",
    "lag_4",
    "lag_5",
    "lag_6",
    "lag_7",
    "lag_8",
    "lag_9",
    "lag_10",
    "lag_11",
    "lag_12",
    "mean_3",
    "mean_6",
    "mean_24",
    "mean_all",
    "deviation_12",
    "most_12",
    "sold_share_12",
    "sold_share_all",
    "months_since_sale",
    "age",
    "log_level",
    "smoothed_10",
    "smoothed_30",
    "months_ahead",
    "month_of_year",
    "year_before",
    "two_years_before",
    "around_year_before",
    "mean_size",
    "year_before_grown_3",
    "year_before_grown_6",
    "year_before_grown_12",
    "same_month_mean",
];

/// An article at a moment: what all horizons share.
pub(crate) struct Moment {
    /// What quantities are divided by, so that articles of all sizes are alike.
    pub level: f64,
    row: [f32; NAMES.len()],
    /// How the last 3, 6 and 12 months compare with those of a year before.
    growths: [f64; 3],
}

impl Moment {
    /// The article at the end of its `history`, from its first sale on, which is not empty.
    pub fn of(history: &[f64]) -> Moment {
        let level = level(history);
        let scaled = |value: f64| (value / level) as f32;
        let age = history.len();
        let last = |months: usize| &history[age.saturating_sub(months)..];
        let mut row = [f32::NAN; NAMES.len()];
        for lag in 1..=LAGS.min(age) {
            row[lag - 1] = scaled(history[age - lag]);
        }
        let sold = |months: &[f64]| months.iter().filter(|value| **value > 0.0).count();
        let year = last(LAGS);
        let mean = crate::stats::mean(year);
        let variance =
            year.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / year.len() as f64;
        let ever = sold(history);
        let since = history
            .iter()
            .rev()
            .position(|value| *value > 0.0)
            .unwrap_or(age);
        let total: f64 = history.iter().sum();
        row[12] = scaled(crate::stats::mean(last(3)));
        row[13] = scaled(crate::stats::mean(last(6)));
        row[14] = scaled(crate::stats::mean(last(24)));
        row[15] = scaled(total / age as f64);
        row[16] = scaled(variance.sqrt());
        row[17] = scaled(year.iter().copied().fold(0.0, f64::max));
        row[18] = sold(year) as f32 / year.len() as f32;
        row[19] = ever as f32 / age as f32;
        row[20] = since as f32;
        row[21] = age as f32;
        row[22] = level.ln() as f32;
        row[23] = scaled(smoothed(last(48), 0.1));
        row[24] = scaled(smoothed(last(24), 0.3));
        row[30] = scaled(total / ever.max(1) as f64);
        let growths = [3, 6, 12].map(|months| growth(history, months));
        Moment {
            level,
            row,
            growths,
        }
    }

    /// The row for the month `ahead` (1 for the next one), which is that month of the year (0 to 11).
    pub fn ahead(&self, history: &[f64], ahead: usize, month_of_year: usize) -> [f32; NAMES.len()] {
        let mut row = self.row;
        let scaled = |value: f64| (value / self.level) as f32;
        row[25] = ahead as f32;
        row[26] = month_of_year as f32;
        // The target stands at history.len() - 1 + ahead.
        let target = history.len() + ahead - 1;
        let at = |back: usize| {
            target
                .checked_sub(back)
                .and_then(|at| history.get(at))
                .copied()
        };
        if let Some(value) = at(12) {
            row[27] = scaled(value);
            let around = [at(11), Some(value), at(13)];
            let known: Vec<f64> = around.into_iter().flatten().collect();
            row[29] = scaled(crate::stats::mean(&known));
        }
        if let Some(value) = at(24) {
            row[28] = scaled(value);
        }
        if let Some(value) = at(12) {
            for (place, growth) in row[31..34].iter_mut().zip(self.growths) {
                *place = scaled(value * growth);
            }
            let years: Vec<f64> = [12, 24, 36].into_iter().filter_map(at).collect();
            row[34] = scaled(crate::stats::mean(&years));
        }
        row
    }
}

/// The mean of the last year, but not below half of the mean of all months, nor below one sale of usual size a
/// year: where nothing was sold of late, quotients would explode.
fn level(history: &[f64]) -> f64 {
    let sold = history.iter().filter(|value| **value > 0.0).count().max(1) as f64;
    let total: f64 = history.iter().sum();
    let year = crate::stats::mean(&history[history.len().saturating_sub(12)..]);
    year.max(total / history.len().max(1) as f64 / 2.0)
        .max(total / sold / 12.0)
        .max(1e-9)
}

/// The sum of the last months, divided by that of the same months a year before: a third to three. `NaN` where
/// there is none.
fn growth(history: &[f64], months: usize) -> f64 {
    let Some(start) = history.len().checked_sub(months + 12) else {
        return f64::NAN;
    };
    let before: f64 = history[start..start + months].iter().sum();
    let last: f64 = history[history.len() - months..].iter().sum();
    if before > 0.0 {
        (last / before).clamp(1.0 / 3.0, 3.0)
    } else {
        f64::NAN
    }
}

fn smoothed(months: &[f64], alpha: f64) -> f64 {
    let first = crate::stats::mean(&months[..months.len().min(6)]);
    months
        .iter()
        .fold(first, |level, value| level + alpha * (value - level))
}

/// The shortest history that a row is made of.
pub(crate) const LEAST_HISTORY: usize = 3;

/// The features of a series that ends before month `end` of the panel, for each month ahead. `None` where the
/// history is too short.
pub(crate) fn rows_at(
    panel: &Panel,
    series: &Series,
    end: usize,
    horizon: usize,
) -> Option<(f64, Vec<[f32; NAMES.len()]>)> {
    let history = series.until(end);
    if history.len() < LEAST_HISTORY {
        return None;
    }
    let moment = Moment::of(history);
    let rows = (1..=horizon)
        .map(|ahead| moment.ahead(history, ahead, panel.month_of_year(end + ahead - 1)))
        .collect();
    Some((moment.level, rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_knows_nothing_of_what_comes_after() {
        let mut series = Series {
            months: (0..40).map(f64::from).collect(),
            ..Series::default()
        };
        let panel = Panel {
            len: 40,
            ..Panel::default()
        };
        let before = rows_at(&panel, &series, 30, 6).unwrap();
        for month in &mut series.months[30..] {
            *month = 1e9;
        }
        let after = rows_at(&panel, &series, 30, 6).unwrap();
        assert_eq!(format!("{before:?}"), format!("{after:?}"));
    }

    #[test]
    fn the_year_before_is_that_of_the_target() {
        let history: Vec<f64> = (0..30).map(f64::from).collect();
        let moment = Moment::of(&history);
        let row = moment.ahead(&history, 3, 0);
        let level = moment.level;
        assert!((f64::from(row[27]) * level - 20.0).abs() < 1e-3);
        assert!((f64::from(row[28]) * level - 8.0).abs() < 1e-3);
        assert!((f64::from(row[0]) * level - 29.0).abs() < 1e-3);
    }

    #[test]
    fn articles_that_stopped_selling_do_not_explode() {
        let mut history = vec![6.0];
        history.extend([0.0; 40]);
        let row = Moment::of(&history).ahead(&history, 1, 0);
        assert!(
            row.iter().all(|value| value.is_nan() || value.abs() < 50.0),
            "{row:?}"
        );
    }
}
