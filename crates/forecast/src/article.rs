//! What is kept of each article of a trained model.

use crate::class::Class;
use crate::metrics::Scores;
use crate::panel::{Panel, Place};
use crate::train::{Forecast, Replay, Trained, Verdict};
use serde::{Deserialize, Serialize};

/// The past and the future of one article.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// Code.
    pub code: String,
    /// Description.
    pub description: String,
    /// Unit of its quantities.
    pub unit: String,
    /// Code of its group.
    pub group: String,
    /// Its warehouse, where each is forecast apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// How it sells.
    pub class: Class,
    /// The first month of `history`, year × 100 + month.
    pub first_month: i32,
    /// What was sold, month by month.
    pub history: Vec<f64>,
    /// What will be.
    pub forecast: Forecast,
    /// What would have been forecast in the past.
    pub replays: Vec<Replay>,
    /// Errors of that.
    pub scores: Scores,
    /// Errors of the same month of last year, over the same months.
    pub naive: Scores,
    /// Both compared.
    pub verdict: Verdict,
    /// The last price, money × 10^4.
    pub price_e4: i64,
    /// Sold in the last twelve months, money × 10^4.
    pub year_e4: i64,
}

impl Article {
    /// Whether there is too little history for more than a mean: less than three months with sales.
    pub fn is_guess(&self) -> bool {
        self.history
            .iter()
            .filter(|quantity| **quantity > 0.0)
            .count()
            < 3
    }

    /// Expected sales of the next `months` months in money × 10^4, at the last price. `None` without a price.
    pub fn at_stake_e4(&self, months: usize) -> Option<i128> {
        if self.price_e4 <= 0 {
            return None;
        }
        let quantity: f64 = self.forecast.expected.iter().take(months).sum();
        // Quantities are estimates; money is computed in integers from their millionths.
        let quantity_e6 = (quantity * 1e6).round().clamp(0.0, 9e18) as i128;
        Some(quantity_e6 * i128::from(self.price_e4) / 1_000_000)
    }
}

/// All articles of a panel, as they are kept. Numbers are rounded to thousandths of a unit.
pub fn gather(panel: &Panel, trained: Trained) -> Vec<Article> {
    let Trained {
        forecasts,
        replays,
        of_series,
        naive_of_series,
        ..
    } = trained;
    panel
        .series
        .iter()
        .zip(forecasts)
        .zip(replays)
        .zip(of_series.into_iter().zip(naive_of_series))
        .map(|(((series, forecast), replays), (scores, naive))| Article {
            code: series.code.clone(),
            description: series.about.description.clone(),
            unit: series.about.unit.clone(),
            group: series.about.group.clone(),
            place: panel.place_of(series).cloned(),
            class: series.class(),
            first_month: panel.month(series.start),
            history: rounded(series.months.clone()),
            forecast: Forecast {
                expected: rounded(forecast.expected),
                low: rounded(forecast.low),
                median: rounded(forecast.median),
                high: rounded(forecast.high),
            },
            replays: replays
                .into_iter()
                .map(|replay| Replay {
                    expected: rounded(replay.expected),
                    ..replay
                })
                .collect(),
            verdict: Verdict::of(scores.rmse, naive.rmse),
            scores,
            naive,
            price_e4: series.price_e4,
            year_e4: series.year_e4,
        })
        .collect()
}

fn rounded(mut months: Vec<f64>) -> Vec<f64> {
    for month in &mut months {
        let value = (*month * 1e3).round() / 1e3;
        *month = if value.is_finite() { value } else { 0.0 };
    }
    months
}
