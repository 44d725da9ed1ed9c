//! The model of Prophet (Taylor and Letham, "Forecasting at scale", 2018) for monthly series: a trend of
//! straight pieces, a yearly season of Fourier terms, and a regressor for working days.
//!
//! What Prophet calls its defaults holds here: 25 possible changes of the trend in the first 80 % of the
//! history, a yearly season from two years of history on, additive. The maximum of the posterior is found by
//! iterated ridge regression instead of a general optimiser: the Laplace prior of the trend's changes is a
//! ridge whose strength follows the size of each change, and everything else is a ridge already.

mod design;
mod solve;

pub use design::Design;

use std::sync::Arc;

/// A fitted series.
#[derive(Debug, Clone)]
pub struct Fit {
    design: Arc<Design>,
    /// What the series was divided by.
    scale: f64,
    /// Intercept, slope, changes of the slope, season, regressors: in the order of the design's columns.
    weights: Vec<f64>,
}

/// The parts that a forecast is the sum of, in the unit of the series.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// The trend.
    pub trend: Vec<f64>,
    /// The yearly season.
    pub season: Vec<f64>,
    /// What working days add.
    pub working_days: Vec<f64>,
}

impl Fit {
    /// Fits a series that has a value for each month of the design's history. `None` for one without any
    /// value.
    pub fn of(design: &Arc<Design>, y: &[f64]) -> Option<Fit> {
        if y.len() != design.months() || y.is_empty() {
            return None;
        }
        let scale = y.iter().fold(0.0f64, |most, value| most.max(value.abs()));
        let scale = if scale > 0.0 { scale } else { 1.0 };
        let scaled: Vec<f64> = y.iter().map(|value| value / scale).collect();
        Some(Fit {
            design: Arc::clone(design),
            scale,
            weights: solve::maximum(design, &scaled),
        })
    }

    /// The sum of all parts for the months of the history and `horizon` more.
    pub fn values(&self, horizon: usize) -> Vec<f64> {
        let parts = self.parts(horizon);
        parts
            .trend
            .iter()
            .zip(&parts.season)
            .zip(&parts.working_days)
            .map(|((trend, season), days)| trend + season + days)
            .collect()
    }

    /// The parts for the months of the history and `horizon` more.
    pub fn parts(&self, horizon: usize) -> Parts {
        let months = self.design.months() + horizon;
        let columns = self.design.columns();
        let mut parts = Parts {
            trend: Vec::with_capacity(months),
            season: Vec::with_capacity(months),
            working_days: Vec::with_capacity(months),
        };
        for at in 0..months {
            let row = self.design.row(at);
            let sum = |from: usize, to: usize| -> f64 {
                row[from..to]
                    .iter()
                    .zip(&self.weights[from..to])
                    .map(|(a, b)| a * b)
                    .sum()
            };
            parts.trend.push(self.scale * sum(0, columns.trend));
            parts
                .season
                .push(self.scale * sum(columns.trend, columns.season));
            parts
                .working_days
                .push(self.scale * sum(columns.season, columns.all));
        }
        parts
    }

    /// The months after the history, never below zero.
    pub fn forecast(&self, horizon: usize) -> Vec<f64> {
        let start = self.design.months();
        self.values(horizon)[start..]
            .iter()
            .map(|value| value.max(0.0))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_a_season_is_carried_on() {
        let y: Vec<f64> = (0..48)
            .map(|at| {
                50.0 + f64::from(at) + 10.0 * (f64::from(at) * std::f64::consts::TAU / 12.0).sin()
            })
            .collect();
        let design = Arc::new(Design::new(2020 * 12, 48, None));
        let fit = Fit::of(&design, &y).unwrap();
        for (h, value) in fit.forecast(6).iter().enumerate() {
            let at = (48 + h) as f64;
            let truth = 50.0 + at + 10.0 * (at * std::f64::consts::TAU / 12.0).sin();
            assert!((value - truth).abs() < 3.0, "{h}: {value} {truth}");
        }
    }

    #[test]
    fn every_series_fits() {
        for y in [
            vec![0.0; 3],
            vec![5.0],
            vec![0.0; 60],
            vec![1e12; 30],
            vec![0.0, 0.0, 3.0, 0.0, 1e12],
        ] {
            let design = Arc::new(Design::new(2020 * 12 + 5, y.len(), None));
            let fit = Fit::of(&design, &y).unwrap();
            assert!(
                fit.forecast(12).iter().all(|value| value.is_finite()),
                "{y:?}"
            );
        }
        assert!(Fit::of(&Arc::new(Design::new(0, 2, None)), &[]).is_none());
    }

    #[test]
    fn the_parts_add_up() {
        let y: Vec<f64> = (0..36).map(|at| f64::from(at % 7) * 3.0).collect();
        let design = Arc::new(Design::new(
            2021 * 12,
            36,
            Some(crate::holidays::Country::Colombia),
        ));
        let fit = Fit::of(&design, &y).unwrap();
        let (parts, values) = (fit.parts(2), fit.values(2));
        assert_eq!(values.len(), 38);
        let sum = parts.trend[37] + parts.season[37] + parts.working_days[37];
        assert!((sum - values[37]).abs() < 1e-9);
    }
}
