//! Intervals, from the errors of forecasts of the past (split conformal prediction).
//!
//! An error is divided by the series' own usual error, which is that of its forecasts of other moments, drawn to
//! what is usual in its group; the quantiles of those quotients, by group and by how far ahead, give the interval.

use crate::combine::{GROUPS, group};
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
        let mut quotients: Vec<[Vec<f64>; STEPS.len()]> = vec![Default::default(); GROUPS];
        let mut all: [Vec<f64>; STEPS.len()] = Default::default();
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
                    quotients[past.groups[at]][step].push((was - said) / scale);
                    all[step].push((was - said) / scale);
                }
            }
        }
        let common: Vec<Option<[f64; 3]>> = all.iter_mut().map(|of| quantiles_of(of)).collect();
        for (of_group, steps) in quotients.iter_mut().enumerate() {
            let mut last = None;
            for (step, of) in steps.iter_mut().enumerate() {
                let found = if of.len() >= FEW {
                    quantiles_of(of)
                } else {
                    None
                };
                last = found.or(last).or(common[step]);
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
        let quantile = |(ahead, said): (usize, &f64)| {
            let quotients = self.quantiles[of_group][step_of(ahead)];
            let mut found = quotients.map(|quotient| (said + scale * quotient).max(0.0));
            found.sort_unstable_by(f64::total_cmp);
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

fn quantiles_of(values: &mut [f64]) -> Option<[f64; 3]> {
    if values.is_empty() {
        return None;
    }
    values.sort_unstable_by(f64::total_cmp);
    let last = (values.len() - 1) as f64;
    Some([0.1, 0.5, 0.9].map(|share| values[(share * last).round() as usize]))
}
