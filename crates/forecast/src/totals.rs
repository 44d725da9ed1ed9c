//! How sure the sum of several articles is.
//!
//! Quantiles of articles can't be added: errors partly cancel out, and partly they don't, for what an office sells
//! rises and falls together. How much of each is measured where the sum itself was forecast in the past. The error
//! of a month, divided by the forecast of that month, is taken for the sum of a part that all months of one forecast
//! share (variance `τ²`, from the means of those forecasts) and a part of its own (variance `ω²`, from what months
//! differ from their mean). The sum of `k` months then has the relative variance `τ² + ω²·Σf²/(Σf)²`: the shared
//! part stays, the others cancel out. This is the one-way model of random effects, with a mean of zero, so that a bias
//! of the past widens the interval. So few forecasts of the past are known that Student's quantile is used, with one
//! degree of freedom for each.

use crate::article::Article;
use crate::panel::months_since_zero;
use std::collections::BTreeMap;

/// What was forecast of a sum at a moment of the past, and what it was, month by month. Both are of one length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Past {
    /// What was forecast.
    pub expected: Vec<f64>,
    /// What was sold.
    pub sold: Vec<f64>,
}

/// Several articles added up, each times a weight: its price, where money is asked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sum {
    /// What is expected of each month ahead.
    pub expected: Vec<f64>,
    /// What was forecast in the past, oldest first. What articles sold that were not known then counts as sold: of
    /// those to come nothing is known now either.
    pub pasts: Vec<Past>,
}

impl Sum {
    /// Of articles and their weights.
    pub fn of<'a>(articles: impl Iterator<Item = (&'a Article, f64)> + Clone) -> Sum {
        let mut expected = Vec::new();
        let mut pasts: BTreeMap<i32, Past> = BTreeMap::new();
        for (article, weight) in articles.clone() {
            add(&mut expected, &article.forecast.expected, weight);
            for replay in &article.replays {
                let past = pasts.entry(months_since_zero(replay.from)).or_default();
                add(&mut past.expected, &replay.expected, weight);
            }
        }
        for (from, past) in &mut pasts {
            past.sold = vec![0.0; past.expected.len()];
            for (article, weight) in articles.clone() {
                let start = months_since_zero(article.first_month);
                for (sold, month) in past.sold.iter_mut().zip(*from..) {
                    let at = usize::try_from(month - start).ok();
                    let quantity = at.and_then(|at| article.history.get(at));
                    *sold += quantity.copied().unwrap_or(0.0) * weight;
                }
            }
        }
        Sum {
            expected,
            pasts: pasts.into_values().collect(),
        }
    }
}

fn add(sums: &mut Vec<f64>, months: &[f64], weight: f64) {
    if sums.len() < months.len() {
        sums.resize(months.len(), 0.0);
    }
    for (sum, value) in sums.iter_mut().zip(months) {
        *sum += value * weight;
    }
}

/// Between these lies the sum eight times in ten: one time in ten below, one time in ten above.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// Never negative.
    pub low: f64,
    /// Not below `low`.
    pub high: f64,
}

/// How often what was sold lay between the bounds that the other forecasts of the past give.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, ts_rs::TS,
)]
#[ts(rename = "TotalsCoverage")]
pub struct Coverage {
    /// Months between their bounds.
    pub months_inside: usize,
    /// Months that were compared.
    pub months: usize,
    /// Sums of all months ahead between their bounds.
    pub sums_inside: usize,
    /// Sums that were compared.
    pub sums: usize,
}

/// The two variances, relative to the forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    shared: f64,
    own: f64,
    /// The months ahead that were seen.
    seen: usize,
    /// Standard deviations between the middle and a bound.
    reach: f64,
}

/// Student's quantiles of 90 %, by degrees of freedom from 1 on (tables, as in Abramowitz and Stegun, 26.10).
const STUDENT: [f64; 6] = [3.078, 1.886, 1.638, 1.533, 1.476, 1.440];
/// A month counts as at least this part of the mean month: the error of one in which nothing was expected is not
/// without end.
const LEAST_MONTH: f64 = 0.25;

impl Spread {
    /// Measured on forecasts of the past. `None` without any.
    pub fn of<'a>(pasts: impl IntoIterator<Item = &'a Past>) -> Option<Spread> {
        let (mut means, mut within) = (Vec::new(), (0.0, 0.0));
        let mut seen = 0;
        for past in pasts {
            let errors = errors(past);
            if errors.is_empty() {
                continue;
            }
            let mean = crate::stats::mean(&errors);
            within.0 += errors
                .iter()
                .map(|error| (error - mean).powi(2))
                .sum::<f64>();
            within.1 += errors.len() as f64 - 1.0;
            seen = seen.max(errors.len());
            means.push((mean, errors.len() as f64));
        }
        let count = means.len();
        let reach = STUDENT.get(count.checked_sub(1)?.min(STUDENT.len() - 1))?;
        let own = if within.1 > 0.0 {
            within.0 / within.1
        } else {
            0.0
        };
        let shared = means
            .iter()
            .map(|(mean, months)| mean * mean - own / months)
            .sum::<f64>()
            / count as f64;
        Some(Spread {
            shared: shared.max(0.0),
            own,
            seen,
            reach: *reach,
        })
    }

    /// The bounds of each month.
    pub fn months(&self, expected: &[f64]) -> Vec<Range> {
        let scales = scales(expected);
        expected
            .iter()
            .zip(scales)
            .enumerate()
            .map(|(at, (value, scale))| {
                let variance = (self.shared_at(at + 1) + self.own) * scale * scale;
                self.range(*value, variance)
            })
            .collect()
    }

    /// The bounds of the sum of all months.
    pub fn sum(&self, expected: &[f64]) -> Range {
        let scales = scales(expected);
        let own: f64 = scales.iter().map(|scale| scale * scale * self.own).sum();
        // What is shared grows beyond the months that were seen, and is one and the same in all of them.
        let shared: f64 = scales
            .iter()
            .zip(1..)
            .map(|(scale, ahead)| scale * self.shared_at(ahead).sqrt())
            .sum();
        self.range(expected.iter().sum(), shared * shared + own)
    }

    /// Beyond what was seen, what is shared grows as a random walk does.
    fn shared_at(&self, ahead: usize) -> f64 {
        self.shared * (ahead as f64 / self.seen.max(1) as f64).max(1.0)
    }

    fn range(&self, expected: f64, variance: f64) -> Range {
        let reach = self.reach * variance.sqrt();
        Range {
            low: (expected - reach).max(0.0),
            high: expected + reach,
        }
    }
}

impl Coverage {
    /// Of each forecast of the past, by what the others give.
    pub fn of(pasts: &[Past]) -> Coverage {
        let mut coverage = Coverage::default();
        for (which, past) in pasts.iter().enumerate() {
            let others = pasts.iter().enumerate().filter(|(at, _)| *at != which);
            let Some(spread) = Spread::of(others.map(|(_, past)| past)) else {
                continue;
            };
            let months = spread.months(&past.expected);
            let holds = |range: &Range, sold: f64| range.low <= sold && sold <= range.high;
            coverage.months_inside += months
                .iter()
                .zip(&past.sold)
                .filter(|(range, sold)| holds(range, **sold))
                .count();
            coverage.months += past.sold.len();
            let sum = spread.sum(&past.expected);
            coverage.sums_inside += usize::from(holds(&sum, past.sold.iter().sum()));
            coverage.sums += 1;
        }
        coverage
    }
}

/// Errors, divided by what was expected.
fn errors(past: &Past) -> Vec<f64> {
    let scales = scales(&past.expected);
    past.expected
        .iter()
        .zip(&past.sold)
        .zip(scales)
        .filter(|(_, scale)| *scale > 0.0)
        .map(|((expected, sold), scale)| (sold - expected) / scale)
        .collect()
}

fn scales(expected: &[f64]) -> Vec<f64> {
    let least = crate::stats::mean(expected) * LEAST_MONTH;
    expected.iter().map(|value| value.max(least)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(expected: &[f64], sold: &[f64]) -> Past {
        Past {
            expected: expected.to_vec(),
            sold: sold.to_vec(),
        }
    }

    #[test]
    fn errors_that_months_share_stay_in_their_sum_and_others_cancel_out() {
        let shared = [
            past(&[100.0; 6], &[120.0; 6]),
            past(&[100.0; 6], &[80.0; 6]),
        ];
        let own = [
            past(&[100.0; 6], &[120.0, 80.0, 120.0, 80.0, 120.0, 80.0]),
            past(&[100.0; 6], &[80.0, 120.0, 80.0, 120.0, 80.0, 120.0]),
        ];
        let half = |pasts: &[Past]| {
            let spread = Spread::of(pasts).unwrap();
            let (month, sum) = (spread.months(&[100.0; 6])[0], spread.sum(&[100.0; 6]));
            (month.high - 100.0, sum.high - 600.0)
        };
        let ((shared_month, shared_sum), (own_month, own_sum)) = (half(&shared), half(&own));
        // Student's 1.886 with two forecasts, times an error of 20.
        assert!((shared_month - 37.72).abs() < 0.01, "{shared_month}");
        assert!((shared_sum - 6.0 * shared_month).abs() < 1e-9);
        assert!((own_sum - own_month * 6f64.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn months_beyond_those_that_were_seen_are_less_sure() {
        let pasts = [past(&[10.0; 3], &[12.0; 3]), past(&[10.0; 3], &[8.0; 3])];
        let months = Spread::of(&pasts).unwrap().months(&[10.0; 12]);
        let wide: Vec<f64> = months.iter().map(|range| range.high - range.low).collect();
        assert!(wide.is_sorted() && wide[2] <= wide[0] + 1e-9 && wide[11] > 1.9 * wide[2]);
    }

    #[test]
    fn a_sum_without_a_past_has_no_bounds_and_one_of_nothing_no_width() {
        assert_eq!(Spread::of(&[]), None);
        assert_eq!(Spread::of(&[past(&[], &[])]), None);
        let nothing = [past(&[0.0; 6], &[3.0; 6])];
        let none = Spread::of(&nothing);
        assert_eq!(none, None, "no error can be divided by a forecast of zero");
    }

    #[test]
    fn coverage_is_told_by_the_other_forecasts_alone() {
        let steady = past(&[100.0; 6], &[101.0, 99.0, 102.0, 98.0, 101.0, 99.0]);
        let wild = past(&[100.0; 6], &[300.0; 6]);
        let coverage = Coverage::of(&[steady.clone(), steady, wild]);
        assert_eq!((coverage.months, coverage.sums), (18, 3));
        assert_eq!((coverage.months_inside, coverage.sums_inside), (12, 2));
    }
}
