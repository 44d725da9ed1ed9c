//! From the members of a model to one forecast: weights and bias, learned from forecasts of the past.
//!
//! Weights are learned for groups of series that are alike. Within its group, a series gives more weight to the
//! members that did better on it than on the group, as far as its few forecasts of the past are worth it.

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
    /// By group and member.
    usual: Vec<Vec<Errors>>,
    /// By series and member; none before anything was learned.
    own: Vec<Vec<Errors>>,
}

/// Squared errors of a member, each divided by the usual change of its series.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Errors {
    sum: f64,
    months: f64,
}

impl Errors {
    fn add(&mut self, error: f64) {
        self.sum += error.min(MOST_ERRORS).powi(2);
        self.months += 1.0;
    }

    fn mean(self) -> Option<f64> {
        (self.months > 0.0).then(|| self.sum / self.months)
    }
}

/// How strongly weights are drawn to the prior ones, as a part of the mean curvature.
const RIDGE: f64 = 0.5;
/// Of a bias that was seen, this much is taken back.
const BIAS_SHARE: f64 = 0.3;
const BIAS_LEAST: f64 = 0.65;
const BIAS_MOST: f64 = 1.15;
/// How many months of a series' own errors what its group says is worth.
const OWN_PRIOR: f64 = 9.0;
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
            usual: vec![vec![Errors::default(); priors.regular.len()]; GROUPS],
            own: Vec::new(),
        }
    }

    /// Learns from forecasts of the past, and from what was sold before month `now`.
    pub fn learn(panel: &Panel, now: usize, origins: &[&Origin], priors: &Priors) -> Mix {
        let mut mix = Mix::prior(priors);
        let members = priors.regular.len();
        let mut systems = vec![System::new(members); GROUPS];
        for origin in origins {
            each(panel, now, origin, |_, of_group, scale, months, sold| {
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
            mix.learn_own(panel, now, origins);
        }
        mix
    }

    fn learn_own(&mut self, panel: &Panel, now: usize, origins: &[&Origin]) {
        let members = self.weights.first().map_or(0, Vec::len);
        self.own = vec![vec![Errors::default(); members]; panel.series.len()];
        for origin in origins {
            each(panel, now, origin, |at, of_group, scale, months, sold| {
                for (member, said) in months.iter().enumerate() {
                    for (said, was) in said.iter().zip(sold) {
                        let error = (said - was).abs() / scale;
                        self.own[at][member].add(error);
                        self.usual[of_group][member].add(error);
                    }
                }
            });
        }
    }

    /// The weights of the members for series `at`: those of its group, each times what its errors should be, going
    /// by the group, over what they are, drawn to what they should be.
    fn weights_of(&self, at: usize, of_group: usize) -> Vec<f64> {
        let mut weights = self.weights[of_group].clone();
        let Some(own) = self.own.get(at) else {
            return weights;
        };
        let usual = &self.usual[of_group];
        let known: Vec<(usize, f64, f64)> = own
            .iter()
            .zip(usual)
            .enumerate()
            .filter_map(|(member, (own, usual))| Some((member, own.mean()?, usual.mean()?)))
            .collect();
        let own_sum: f64 = known.iter().map(|(_, own, _)| own).sum();
        let usual_sum: f64 = known.iter().map(|(_, _, usual)| usual).sum();
        if own_sum <= 0.0 || usual_sum <= 0.0 {
            return weights;
        }
        for (member, mean, usual) in known {
            let wanted = usual / usual_sum * own_sum;
            let months = own[member].months;
            let drawn = (months * mean + OWN_PRIOR * wanted) / (months + OWN_PRIOR);
            if drawn > 0.0 {
                weights[member] *= wanted / drawn;
            }
        }
        weights
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
                for (said, was) in weigh(&self.weights[of_group], members).iter().zip(sold) {
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

    /// The forecast of series `at` of the panel at a moment.
    pub fn forecast(
        &self,
        at: usize,
        series: &Series,
        end: usize,
        members: &[Vec<f64>],
    ) -> Vec<f64> {
        let of_group = group(series, end, members);
        let mut months = weigh(&self.weights_of(at, of_group), members);
        for month in &mut months {
            *month = (*month * self.bias[of_group]).max(0.0);
        }
        months
    }

    /// The weight of each member, mean over the series.
    pub fn shares(&self, panel: &Panel, end: usize, members: &[Vec<Vec<f64>>]) -> Vec<f64> {
        let count = self.weights.first().map_or(0, Vec::len);
        let mut shares = vec![0.0; count];
        for (at, (series, members)) in panel.series.iter().zip(members).enumerate() {
            let weights = self.weights_of(at, group(series, end, members));
            let opinions = || {
                weights
                    .iter()
                    .zip(members)
                    .filter(|(_, member)| !member.is_empty())
            };
            let sum: f64 = opinions().map(|(weight, _)| weight).sum();
            for ((share, weight), member) in shares.iter_mut().zip(&weights).zip(members) {
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

/// The mean of the members that have an opinion.
fn weigh(weights: &[f64], members: &[Vec<f64>]) -> Vec<f64> {
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

/// Shows each series that was forecast then: its place in the panel, its group, its usual change, what each member
/// said and what was sold.
fn each(
    panel: &Panel,
    now: usize,
    origin: &Origin,
    mut show: impl FnMut(usize, usize, f64, &[Vec<f64>], &[f64]),
) {
    for (at, (series, members)) in panel.series.iter().zip(&origin.members).enumerate() {
        let (_, scale) = metrics::scales(series.until(origin.end));
        let sold = series.between(origin.end, now);
        if scale > 0.0 && !sold.is_empty() {
            show(at, group(series, origin.end, members), scale, members, sold);
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
        assert_eq!(weigh(&mix.weights[0], &[vec![4.0], vec![]]), vec![4.0]);
        assert_eq!(weigh(&mix.weights[0], &[vec![4.0], vec![8.0]]), vec![7.0]);
        assert_eq!(System::new(2).solve(&[2.0, 1.0]), vec![2.0, 1.0]);
    }

    #[test]
    fn a_series_trusts_the_member_that_suits_it_more_than_its_group_does() {
        let of = |sum: f64, months: f64| Errors { sum, months };
        let mut mix = Mix::prior(&Priors {
            regular: vec![1.0, 1.0],
            irregular: vec![1.0, 1.0],
        });
        mix.usual[0] = vec![of(100.0, 100.0), of(200.0, 100.0)];
        mix.own = vec![
            vec![of(10.0, 10.0), of(20.0, 10.0)],
            vec![of(20.0, 10.0), of(10.0, 10.0)],
            vec![of(0.0, 10.0), of(0.0, 10.0)],
            vec![of(20.0, 1e9), of(10.0, 0.0)],
        ];
        // The errors of the first are those of its group, only the second differs.
        assert_eq!(mix.weights_of(0, 0), vec![1.0, 1.0]);
        let weights = mix.weights_of(1, 0);
        assert!(weights[0] < 0.8 && weights[1] > 1.2, "{weights:?}");
        for at in 2..5 {
            let weights = mix.weights_of(at, 0);
            assert!(
                weights.iter().all(|weight| (weight - 1.0).abs() < 1e-6),
                "{weights:?}"
            );
        }
    }
}
