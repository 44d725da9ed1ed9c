//! How far forecasts were from what was sold.

use serde::{Deserialize, Serialize};

/// Errors over many series. Those that cannot be told are absent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct Scores {
    /// Months that were compared.
    pub months: u64,
    /// Mean absolute error, in units.
    pub mae: Option<f64>,
    /// Root of the mean squared error, in units.
    pub rmse: Option<f64>,
    /// Coefficient of determination over all months. Says little where most months are zero.
    pub r2: Option<f64>,
    /// Mean over series of the absolute error divided by that of "as last month" in the history.
    pub mase: Option<f64>,
    /// Mean over series of the root squared error divided by that of "as last month" in the history.
    pub rmsse: Option<f64>,
    /// Sum of absolute errors, divided by what was sold.
    pub wape: Option<f64>,
    /// Absolute errors of each series' total over the months ahead, divided by what was sold.
    pub total_error: Option<f64>,
    /// Forecast in all, divided by what was sold, less one: above zero is too much.
    pub bias: Option<f64>,
    /// The part of the months within the interval of 80 %.
    pub coverage: Option<f64>,
}

/// Gathers errors, series by series.
#[derive(Debug, Clone, Default)]
pub struct Gauge {
    months: u64,
    absolute: f64,
    squared: f64,
    sum: f64,
    sum_of_squares: f64,
    forecast: f64,
    totals: f64,
    mase: (f64, u64),
    rmsse: (f64, u64),
    covered: (u64, u64),
}

impl Gauge {
    /// Adds the months of one series after its `history`: what was forecast and what was sold.
    pub fn add(&mut self, history: &[f64], forecast: &[f64], sold: &[f64]) {
        let months = forecast.len().min(sold.len());
        if months == 0 {
            return;
        }
        let (forecast, sold) = (&forecast[..months], &sold[..months]);
        let (mut absolute, mut squared) = (0.0, 0.0);
        for (said, was) in forecast.iter().zip(sold) {
            absolute += (said - was).abs();
            squared += (said - was).powi(2);
            self.sum += was;
            self.sum_of_squares += was * was;
            self.forecast += said;
        }
        self.months += months as u64;
        self.absolute += absolute;
        self.squared += squared;
        self.totals += (forecast.iter().sum::<f64>() - sold.iter().sum::<f64>()).abs();
        let (by_absolute, by_square) = scales(history);
        if by_absolute > 0.0 {
            self.mase.0 += absolute / months as f64 / by_absolute;
            self.mase.1 += 1;
            self.rmsse.0 += (squared / months as f64).sqrt() / by_square;
            self.rmsse.1 += 1;
        }
    }

    /// Adds one month with its interval.
    pub fn cover(&mut self, low: f64, high: f64, sold: f64) {
        self.covered.0 += u64::from(low <= sold && sold <= high);
        self.covered.1 += 1;
    }

    /// The errors so far.
    pub fn scores(&self) -> Scores {
        let months = self.months as f64;
        let part = |above: f64, below: f64| {
            let value = above / below;
            (below > 0.0 && value.is_finite()).then_some(value)
        };
        let variance = self.sum_of_squares - self.sum * self.sum / months;
        Scores {
            months: self.months,
            mae: part(self.absolute, months),
            rmse: part(self.squared, months).map(f64::sqrt),
            r2: part(self.squared, variance).map(|rest| 1.0 - rest),
            mase: part(self.mase.0, self.mase.1 as f64),
            rmsse: part(self.rmsse.0, self.rmsse.1 as f64),
            wape: part(self.absolute, self.sum),
            total_error: part(self.totals, self.sum),
            bias: part(self.forecast, self.sum).map(|share| share - 1.0),
            coverage: part(self.covered.0 as f64, self.covered.1 as f64),
        }
    }
}

/// Mean absolute and root mean squared change from month to month: (0, 0) without one.
pub fn scales(history: &[f64]) -> (f64, f64) {
    let count = history.len().saturating_sub(1);
    if count == 0 {
        return (0.0, 0.0);
    }
    let changes = history.windows(2).map(|pair| pair[1] - pair[0]);
    let (absolute, squared) = changes.fold((0.0, 0.0), |(absolute, squared), change| {
        (absolute + change.abs(), squared + change * change)
    });
    (absolute / count as f64, (squared / count as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_what_they_are_by_hand() {
        let mut gauge = Gauge::default();
        gauge.add(&[1.0, 3.0, 1.0], &[2.0, 2.0], &[1.0, 4.0]);
        gauge.cover(0.0, 3.0, 1.0);
        gauge.cover(0.0, 3.0, 4.0);
        let scores = gauge.scores();
        let near = |value: Option<f64>, wanted: f64| (value.unwrap() - wanted).abs() < 1e-12;
        assert!(near(scores.mae, 1.5) && near(scores.rmse, 2.5f64.sqrt()));
        assert!(near(scores.mase, 0.75) && near(scores.rmsse, 2.5f64.sqrt() / 2.0));
        assert!(near(scores.wape, 0.6) && near(scores.total_error, 0.2) && near(scores.bias, -0.2));
        assert!(near(scores.coverage, 0.5) && near(scores.r2, 1.0 - 5.0 / 4.5));
    }

    #[test]
    fn nothing_sold_has_no_quotients() {
        let mut gauge = Gauge::default();
        gauge.add(&[0.0, 0.0], &[0.0], &[0.0]);
        let scores = gauge.scores();
        assert_eq!(
            (scores.wape, scores.mase, scores.mae),
            (None, None, Some(0.0))
        );
        assert_eq!(Gauge::default().scores(), Scores::default());
    }
}
