//! From the members of a model to one forecast: weights and bias, learned from forecasts of the past.

use crate::class::Class;
use crate::metrics;
use crate::model::Priors;
use crate::panel::{Panel, Series};

/// Series that are treated alike: by the shape of their demand, and by which members have an opinion.
pub(crate) const GROUPS: usize = 16;

/// What was forecast at a moment of the past, and what the weights need to know of it.
pub(crate) struct Origin {
    /// The first month that was forecast.
    pub end: usize,
    /// By series: `[member][month ahead]`.
    pub members: Vec<Vec<Vec<f64>>>,
}

/// What was learned.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mix {
    weights: Vec<Vec<f64>>,
    bias: Vec<f64>,
}

/// How strongly weights are drawn to the prior ones, as a part of the mean curvature.
const RIDGE: f64 = 0.5;
/// Of a bias that was seen, this much is taken back.
const BIAS_SHARE: f64 = 0.3;
const BIAS_LEAST: f64 = 0.65;
const BIAS_MOST: f64 = 1.15;
/// A single month counts at most as if it were this many usual changes away.
const MOST_ERRORS: f64 = 6.0;

/// The group of a series at a moment.
pub(crate) fn group(series: &Series, end: usize, members: &[Vec<f64>]) -> usize {
    let shape = match Class::shape(series.until(end)) {
        Class::Smooth => 0,
        Class::Erratic => 1,
        Class::Intermittent => 2,
        Class::Lumpy | Class::New | Class::Dead => 3,
    };
    let opinions = members.iter().filter(|months| !months.is_empty()).count();
    shape * 4 + opinions.min(3)
}

/// Whether the group sells nearly every month.
pub(crate) fn is_regular(of_group: usize) -> bool {
    of_group < 8
}

impl Mix {
    /// The prior weights and no bias.
    pub fn prior(priors: &Priors) -> Mix {
        let of = |group: usize| {
            if is_regular(group) {
                &priors.regular
            } else {
                &priors.irregular
            }
        };
        Mix {
            weights: (0..GROUPS).map(|group| of(group).clone()).collect(),
            bias: vec![1.0; GROUPS],
        }
    }

    /// Learns from forecasts of the past, and from what was sold before month `now`.
    pub fn learn(panel: &Panel, now: usize, origins: &[&Origin], priors: &Priors) -> Mix {
        let mut mix = Mix::prior(priors);
        let members = priors.regular.len();
        let mut systems = vec![System::new(members); GROUPS];
        for origin in origins {
            each(panel, now, origin, |of_group, scale, months, sold| {
                systems[of_group].add(months, sold, scale);
            });
        }
        if members > 1 {
            for (weights, system) in mix.weights.iter_mut().zip(&systems) {
                *weights = system.solve(weights);
            }
        }
        if members > 1 {
            mix.learn_bias(panel, now, origins);
        }
        mix
    }

    fn learn_bias(&mut self, panel: &Panel, now: usize, origins: &[&Origin]) {
        let mut sums = vec![(0.0f64, 0.0f64); GROUPS];
        for origin in origins {
            for (series, members) in panel.series.iter().zip(&origin.members) {
                let history = series.until(origin.end);
                let level = crate::stats::mean(history);
                if level <= 0.0 {
                    continue;
                }
                let of_group = group(series, origin.end, members);
                let sold = series.between(origin.end, now);
                for (said, was) in self.weigh(of_group, members).iter().zip(sold) {
                    sums[of_group].0 += (was / level).min(20.0);
                    sums[of_group].1 += (said / level).min(20.0);
                }
            }
        }
        for (bias, (sold, said)) in self.bias.iter_mut().zip(sums) {
            if said > 0.0 {
                *bias = (sold / said).clamp(BIAS_LEAST, BIAS_MOST).powf(BIAS_SHARE);
            }
        }
    }

    /// The forecast of a series at a moment.
    pub fn forecast(&self, series: &Series, end: usize, members: &[Vec<f64>]) -> Vec<f64> {
        let of_group = group(series, end, members);
        let mut months = self.weigh(of_group, members);
        for month in &mut months {
            *month = (*month * self.bias[of_group]).max(0.0);
        }
        months
    }

    fn weigh(&self, of_group: usize, members: &[Vec<f64>]) -> Vec<f64> {
        let weights = &self.weights[of_group];
        let horizon = members.iter().map(Vec::len).max().unwrap_or(0);
        let mut months = vec![0.0; horizon];
        let mut sum = 0.0;
        for (member, weight) in members
            .iter()
            .zip(weights)
            .filter(|(member, _)| !member.is_empty())
        {
            sum += weight;
            for (month, value) in months.iter_mut().zip(member) {
                *month += weight * value;
            }
        }
        if sum > 0.0 {
            months.iter_mut().for_each(|month| *month /= sum);
        }
        months
    }

    /// The weight of each member, mean over the groups, weighted by how many series are in each.
    pub fn shares(&self, panel: &Panel, end: usize, members: &[Vec<Vec<f64>>]) -> Vec<f64> {
        let count = self.weights.first().map_or(0, Vec::len);
        let mut shares = vec![0.0; count];
        for (series, members) in panel.series.iter().zip(members) {
            let weights = &self.weights[group(series, end, members)];
            let opinions = || {
                weights
                    .iter()
                    .zip(members)
                    .filter(|(_, member)| !member.is_empty())
            };
            let sum: f64 = opinions().map(|(weight, _)| weight).sum();
            for ((share, weight), member) in shares.iter_mut().zip(weights).zip(members) {
                if !member.is_empty() && sum > 0.0 {
                    *share += weight / sum;
                }
            }
        }
        let all: f64 = shares.iter().sum();
        shares
            .iter()
            .map(|share| if all > 0.0 { share / all } else { 0.0 })
            .collect()
    }
}

fn each(
    panel: &Panel,
    now: usize,
    origin: &Origin,
    mut show: impl FnMut(usize, f64, &[Vec<f64>], &[f64]),
) {
    for (series, members) in panel.series.iter().zip(&origin.members) {
        let (_, scale) = metrics::scales(series.until(origin.end));
        let sold = series.between(origin.end, now);
        if scale > 0.0 && !sold.is_empty() {
            show(group(series, origin.end, members), scale, members, sold);
        }
    }
}

/// Least squares for weights that are not negative, drawn to prior ones.
#[derive(Debug, Clone)]
struct System {
    members: usize,
    products: Vec<f64>,
    right: Vec<f64>,
    present: Vec<bool>,
}

impl System {
    fn new(members: usize) -> System {
        System {
            members,
            products: vec![0.0; members * members],
            right: vec![0.0; members],
            present: vec![false; members],
        }
    }

    fn add(&mut self, members: &[Vec<f64>], sold: &[f64], scale: f64) {
        for (month, was) in sold.iter().enumerate() {
            let of = |member: usize| members[member].get(month).map(|said| said / scale);
            let was = was / scale;
            let nearest = (0..self.members)
                .filter_map(of)
                .map(|said| (said - was).abs())
                .fold(f64::MAX, f64::min);
            let trust = if nearest > MOST_ERRORS {
                (MOST_ERRORS / nearest).powi(2)
            } else {
                1.0
            };
            for a in 0..self.members {
                let Some(said) = of(a) else { continue };
                self.present[a] = true;
                self.right[a] += trust * said * was;
                for b in 0..self.members {
                    self.products[a * self.members + b] += trust * said * of(b).unwrap_or(0.0);
                }
            }
        }
    }

    /// By coordinate descent.
    fn solve(&self, priors: &[f64]) -> Vec<f64> {
        let count = self.members;
        let present = self.present.iter().filter(|present| **present).count();
        let prior = |at: usize| if self.present[at] { priors[at] } else { 0.0 };
        let sum: f64 = (0..count).map(prior).sum();
        let curvature: f64 = (0..count).map(|at| self.products[at * count + at]).sum();
        let ridge = RIDGE * curvature / present.max(1) as f64;
        if sum <= 0.0 || ridge <= 0.0 || !ridge.is_finite() {
            return priors.to_vec();
        }
        let priors_of_present: Vec<f64> = (0..count).map(|at| prior(at) / sum).collect();
        let mut weights = priors_of_present.clone();
        for _ in 0..200 {
            for at in (0..count).filter(|at| self.present[*at]) {
                let row = &self.products[at * count..(at + 1) * count];
                let others: f64 = (0..count)
                    .filter(|b| *b != at)
                    .map(|b| row[b] * weights[b])
                    .sum();
                let pulled = self.right[at] - others + ridge * priors_of_present[at];
                weights[at] = (pulled / (row[at] + ridge)).max(0.0);
            }
        }
        if weights.iter().sum::<f64>() > 0.0 {
            weights
        } else {
            priors.to_vec()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_member_gets_the_weight() {
        let mut system = System::new(2);
        for at in 0..200 {
            let truth = f64::from(at % 9) + 1.0;
            let other = 10.0 - f64::from(at % 4);
            system.add(&[vec![truth], vec![other]], &[truth], 1.0);
        }
        let weights = system.solve(&[1.0, 1.0]);
        assert!(weights[0] > 1.5 * weights[1], "{weights:?}");
    }

    #[test]
    fn members_without_an_opinion_take_no_part() {
        let mut system = System::new(2);
        system.add(&[vec![2.0, 3.0], vec![]], &[2.0, 3.0], 1.0);
        let weights = system.solve(&[1.0, 1.0]);
        assert!(weights[0] > 0.9 && weights[1] < 1e-9);
        let priors = Priors {
            regular: vec![1.0, 3.0],
            irregular: vec![1.0, 1.0],
        };
        let mix = Mix::prior(&priors);
        assert_eq!(mix.weigh(0, &[vec![4.0], vec![]]), vec![4.0]);
        assert_eq!(mix.weigh(0, &[vec![4.0], vec![8.0]]), vec![7.0]);
        assert_eq!(System::new(2).solve(&[2.0, 1.0]), vec![2.0, 1.0]);
    }
}
