//! When to order again, and how much to keep for safety.
//!
//! With demand of mean `d` and standard deviation `s` a month, and `t` months from order to arrival, the safety
//! stock for a service level `p` is `z(p) · s · √t`, and the reorder point `d · t` plus that (Silver, Pyke and
//! Thomas, "Inventory and Production Management in Supply Chains", chapter 6). `s` comes from the forecast's own
//! errors in the past: half of its interval of 80 %, divided by the 1.2816 deviations that this is.

use crate::train::Forecast;
use serde::{Deserialize, Serialize};

/// Days of a mean month.
const MONTH_DAYS: f64 = 365.25 / 12.0;
/// Deviations between the median and the quantile of 90 %.
const NINETY: f64 = 1.281_551_565_545;

/// What the advice stands on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ts_rs::TS)]
pub struct Terms {
    /// Days from order to arrival, 1 to 365.
    pub lead_days: u32,
    /// The part of the times between orders in which nothing runs out, 0.5 to 0.999.
    pub service: f64,
}

impl Default for Terms {
    fn default() -> Self {
        Terms {
            lead_days: 15,
            service: 0.95,
        }
    }
}

/// The advice for one article, in its unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[ts(rename = "StockAdvice")]
pub struct Advice {
    /// Order when what there is and what is on its way falls to this.
    pub reorder_point: f64,
    /// The part of it that is there for surprises.
    pub safety_stock: f64,
    /// Expected demand a month.
    pub monthly_demand: f64,
    /// Standard deviation of a month's demand around its forecast.
    pub deviation: f64,
    /// Months from order to arrival.
    pub lead_months: f64,
    /// Standard deviations that the service level asks for.
    pub z: f64,
}

/// The advice that follows from a forecast.
pub fn advise(forecast: &Forecast, terms: Terms) -> Advice {
    let lead_months = f64::from(terms.lead_days.clamp(1, 365)) / MONTH_DAYS;
    // The months that the lead time reaches into.
    let reach = (lead_months.ceil() as usize).clamp(1, forecast.expected.len().max(1));
    let of = |months: &[f64]| crate::stats::mean(&months[..reach.min(months.len())]);
    let monthly_demand = of(&forecast.expected);
    let deviation = ((of(&forecast.high) - monthly_demand) / NINETY).max(0.0);
    let z = quantile(terms.service.clamp(0.5, 0.999));
    let safety_stock = z * deviation * lead_months.sqrt();
    Advice {
        reorder_point: monthly_demand * lead_months + safety_stock,
        safety_stock,
        monthly_demand,
        deviation,
        lead_months,
        z,
    }
}

/// The quantile of the standard normal distribution, for shares from a half on.
fn quantile(share: f64) -> f64 {
    let (mut low, mut high) = (0.0, 6.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if below(middle) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

/// The part of the standard normal distribution below a number that is not negative: formula 26.2.17 of
/// Abramowitz and Stegun (1964), right to 7.5e-8.
fn below(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * x);
    let factors = [
        1.330_274_429,
        -1.821_255_978,
        1.781_477_937,
        -0.356_563_782,
        0.319_381_530,
    ];
    let sum = factors.iter().fold(0.0, |sum, factor| (sum + factor) * t);
    1.0 - (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt() * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (share, wanted) in [(0.5, 0.0), (0.9, 1.2816), (0.95, 1.6449), (0.99, 2.3263)] {
            assert!(
                (quantile(share) - wanted).abs() < 1e-3,
                "{share} {}",
                quantile(share)
            );
        }
    }

    #[test]
    fn the_formula_is_the_one_that_is_told() {
        let forecast = Forecast {
            expected: vec![100.0; 6],
            high: vec![100.0 + NINETY * 20.0; 6],
            ..Forecast::default()
        };
        let terms = Terms {
            lead_days: 61,
            service: 0.95,
        };
        let advice = advise(&forecast, terms);
        let months: f64 = 61.0 / MONTH_DAYS;
        assert!((advice.safety_stock - 1.6449 * 20.0 * months.sqrt()).abs() < 0.05);
        assert!((advice.reorder_point - advice.safety_stock - 100.0 * months).abs() < 1e-9);
    }

    #[test]
    fn a_forecast_without_months_asks_for_nothing() {
        let advice = advise(&Forecast::default(), Terms::default());
        assert!(advice.reorder_point.abs() < 1e-9 && advice.safety_stock.abs() < 1e-9);
    }
}
