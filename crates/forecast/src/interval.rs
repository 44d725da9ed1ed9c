//! Intervals, from the errors of forecasts of the past (split conformal prediction).
//!
//! An error is divided by the series' own usual error, which is that of its forecasts of other moments, drawn to
//! what is usual in its group; the quantiles of those quotients, by group and by how far ahead, give the interval.
//! Errors of one moment are alike over all series, as the months to come will be in their own way. So the
//! quantiles of regular demand stand half way between those of all moments together and those of the moment that
//! was worst.

use crate::combine::{GROUPS, group, is_regular};
use crate::metrics;
use crate::panel::Panel;

/// Forecasts of one moment of the past.
pub(crate) struct Past {
    pub end: usize,
    /// By series and month ahead.
    pub months: Vec<Vec<f64>>,
    /// By series.
    pub groups: Vec<usize>,
}

/// Months ahead that share quantiles.
const STEPS: [usize; 3] = [3, 6, 12];
/// How many errors the prior is worth.
const PRIOR: f64 = 6.0;
/// Fewer quotients than these are joined with those of all groups.
const FEW: usize = 40;
/// Of the recent months, those in which it is looked how often nothing was sold.
const ZEROS_OF: usize = 24;
/// Where nothing was sold in more months than one in ten, the quantile of 10 % is zero.
const LOW: f64 = 0.1;
/// Without any forecast of the past: those of a normal distribution.
const NORMAL: [f64; 3] = [-1.2816, 0.0, 1.2816];

/// What was learned.
pub(crate) struct Intervals {
    /// Mean squared quotient of error and usual change, by group.
    usual: Vec<f64>,
    /// By group and step: 10, 50 and 90 %.
    quantiles: Vec<[[f64; 3]; STEPS.len()]>,
    /// Sum of squared errors and their number, by series.
    errors: Vec<(f64, f64)>,
}

impl Intervals {
    /// Learns from forecasts of the past.
    pub fn learn(panel: &Panel, pasts: &[&Past]) -> Intervals {
        let mut sums = vec![(0.0, 0.0); GROUPS];
        let mut own: Vec<Vec<(f64, f64)>> = vec![vec![(0.0, 0.0); pasts.len()]; panel.series.len()];
        for (which, past) in pasts.iter().enumerate() {
            for (at, series) in panel.series.iter().enumerate() {
                let base = base_of(series.until(past.end));
                for (said, was) in past.months[at]
                    .iter()
                    .zip(series.between(past.end, panel.len))
                {
                    let squared = (was - said).powi(2);
                    own[at][which].0 += squared;
                    own[at][which].1 += 1.0;
                    if base > 0.0 {
                        // A single catastrophe does not widen everybody's interval.
                        let sum: &mut (f64, f64) = &mut sums[past.groups[at]];
                        sum.0 += (squared / (base * base)).min(100.0);
                        sum.1 += 1.0;
                    }
                }
            }
        }
        let usual = sums
            .iter()
            .map(|(sum, count)| if *count > 0.0 { sum / count } else { 1.0 })
            .collect();
        let mut intervals = Intervals {
            usual,
            quantiles: vec![[NORMAL; STEPS.len()]; GROUPS],
            errors: own
                .iter()
                .map(|of| of.iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1)))
                .collect(),
        };
        intervals.learn_quantiles(panel, pasts, &own);
        intervals
    }

    fn learn_quantiles(&mut self, panel: &Panel, pasts: &[&Past], own: &[Vec<(f64, f64)>]) {
        let mut quotients: Vec<[Quotients; STEPS.len()]> = vec![Default::default(); GROUPS];
        let mut all: [Quotients; STEPS.len()] = Default::default();
        for (which, past) in pasts.iter().enumerate() {
            for (at, series) in panel.series.iter().enumerate() {
                let others = own[at]
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != which);
                let known = others.fold((0.0, 0.0), |sum, (_, own)| (sum.0 + own.0, sum.1 + own.1));
                let base = base_of(series.until(past.end));
                let scale = self.scale(past.groups[at], base, known);
                if scale <= 0.0 {
                    continue;
                }
                let sold = series.between(past.end, panel.len);
                for (ahead, (said, was)) in past.months[at].iter().zip(sold).enumerate() {
                    let step = step_of(ahead);
                    quotients[past.groups[at]][step].push((which, (was - said) / scale));
                    all[step].push((which, (was - said) / scale));
                }
            }
        }
        let common: Vec<Option<[f64; 3]>> =
            all.iter_mut().map(|of| quantiles_of(of, false)).collect();
        for (of_group, steps) in quotients.iter_mut().enumerate() {
            let mut last = None;
            for (step, of) in steps.iter_mut().enumerate() {
                let found = (of.len() >= FEW).then(|| quantiles_of(of, is_regular(of_group)));
                last = found.flatten().or(last).or(common[step]);
                if let Some(found) = last {
                    self.quantiles[of_group][step] = found;
                }
            }
        }
    }

    fn scale(&self, of_group: usize, base: f64, (sum, count): (f64, f64)) -> f64 {
        let prior = self.usual[of_group] * base * base;
        ((PRIOR * prior + sum) / (PRIOR + count)).sqrt()
    }

    /// The quantiles of 10, 50 and 90 % of each month, of a series at a moment. Ascending, not below zero.
    pub fn of(&self, at: usize, history: &[f64], of_group: usize, months: &[f64]) -> Vec<[f64; 3]> {
        let scale = self.scale(
            of_group,
            base_of(history),
            self.errors.get(at).copied().unwrap_or_default(),
        );
        let may_be_zero = is_often_zero(history);
        let quantile = |(ahead, said): (usize, &f64)| {
            let quotients = self.quantiles[of_group][step_of(ahead)];
            let mut found = quotients.map(|quotient| (said + scale * quotient).max(0.0));
            found.sort_unstable_by(f64::total_cmp);
            if may_be_zero {
                found[0] = 0.0;
            }
            found
        };
        months.iter().enumerate().map(quantile).collect()
    }
}

/// The part of months within the intervals that were learned from the other moments.
pub(crate) fn coverage(panel: &Panel, pasts: &[Past], gauge: &mut metrics::Gauge) {
    if pasts.len() < 2 {
        return;
    }
    for which in 0..pasts.len() {
        let others: Vec<&Past> = (0..pasts.len())
            .filter(|at| *at != which)
            .map(|at| &pasts[at])
            .collect();
        let intervals = Intervals::learn(panel, &others);
        let past = &pasts[which];
        for (at, series) in panel.series.iter().enumerate() {
            let months = intervals.of(
                at,
                series.until(past.end),
                past.groups[at],
                &past.months[at],
            );
            for ([low, _, high], was) in months.iter().zip(series.between(past.end, panel.len)) {
                gauge.cover(*low, *high, *was);
            }
        }
    }
}

/// The groups of all series at a moment.
pub(crate) fn groups(panel: &Panel, end: usize, members: &[Vec<Vec<f64>>]) -> Vec<usize> {
    panel
        .series
        .iter()
        .zip(members)
        .map(|(series, members)| group(series, end, members))
        .collect()
}

/// The usual change from month to month of the last three years.
fn base_of(history: &[f64]) -> f64 {
    let recent = &history[history.len().saturating_sub(36)..];
    let (_, change) = metrics::scales(recent);
    // A series that never changed may still do so.
    change.max(crate::stats::mean(recent) * 0.02)
}

fn step_of(ahead: usize) -> usize {
    STEPS
        .iter()
        .position(|most| ahead < *most)
        .unwrap_or(STEPS.len() - 1)
}

fn is_often_zero(history: &[f64]) -> bool {
    let recent = &history[history.len().saturating_sub(ZEROS_OF)..];
    let zeros = recent.iter().filter(|quantity| **quantity <= 0.0).count();
    zeros as f64 > LOW * recent.len() as f64
}

/// Errors divided by the usual one, each with the number of the moment it is of.
type Quotients = Vec<(usize, f64)>;

/// Of all moments, or half way from there to the outermost ones of a single moment.
fn quantiles_of(values: &mut [(usize, f64)], with_worst: bool) -> Option<[f64; 3]> {
    let pooled = sorted_quantiles(values, |value| value.1)?;
    let [mut low, middle, mut high] = pooled;
    if with_worst {
        values.sort_unstable_by_key(|value| value.0);
        for of_moment in values.chunk_by_mut(|a, b| a.0 == b.0) {
            if of_moment.len() < FEW {
                continue;
            }
            let own = sorted_quantiles(of_moment, |value| value.1)?;
            low = low.min(own[0]);
            high = high.max(own[2]);
        }
    }
    Some([(pooled[0] + low) / 2.0, middle, (pooled[2] + high) / 2.0])
}

fn sorted_quantiles<T>(values: &mut [T], of: impl Fn(&T) -> f64) -> Option<[f64; 3]> {
    if values.is_empty() {
        return None;
    }
    values.sort_unstable_by(|a, b| of(a).total_cmp(&of(b)));
    let last = (values.len() - 1) as f64;
    Some([0.1, 0.5, 0.9].map(|share| of(&values[(share * last).round() as usize])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_that_was_worse_than_the_others_widens_the_interval() {
        let of = |moment: usize, spread: f64| {
            (0..101).map(move |at| (moment, (f64::from(at) - 50.0) / 50.0 * spread))
        };
        let mut values: Quotients = of(0, 1.0).chain(of(1, 1.0)).chain(of(2, 3.0)).collect();
        let pooled = quantiles_of(&mut values, false).unwrap();
        let widened = quantiles_of(&mut values, true).unwrap();
        assert!((widened[2] - (pooled[2] + 2.4) / 2.0).abs() < 1e-9);
        assert!((widened[0] - (pooled[0] - 2.4) / 2.0).abs() < 1e-9);
        assert!((widened[1] - pooled[1]).abs() < 1e-9);
        assert_eq!(quantiles_of(&mut [], true), None);
    }

    #[test]
    fn what_often_does_not_sell_may_not_sell() {
        let mut history = vec![5.0; 30];
        assert!(!is_often_zero(&history));
        for at in [8, 12, 20] {
            history[at] = 0.0;
        }
        assert!(is_often_zero(&history));
        assert!(!is_often_zero(&[]));
    }
}
