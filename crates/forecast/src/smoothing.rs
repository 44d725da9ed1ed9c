//! Exponential smoothing with a damped trend and a season, each if the series has one.
//!
//! The recursions are those of Holt and Winters in the form of Hyndman, Koehler, Ord and Snyder, "Forecasting with
//! Exponential Smoothing" (2008), chapter 2. The first state comes from a classical decomposition, the constants
//! are those of least squared one-step error, and the forms are weighed by AIC with its correction for short series.

use crate::stats::{YEAR, mean};

/// The fewest months a season is fitted to.
const SEASON_MONTHS: usize = 2 * YEAR + 6;
/// The fewest months that anything is fitted to.
const LEAST_MONTHS: usize = 6;
/// Lengths of the steps of the search for constants, on the scale of their log odds.
const STEPS: [f64; 4] = [1.6, 0.8, 0.4, 0.2];
/// Passes over the constants with one length, at most.
const PASSES: usize = 4;

/// A form of the model.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Form {
    has_trend: bool,
    season: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    None,
    Plus,
    Times,
}

/// Constants, each between 0 and 1: of the level, the trend, the season, and the damping.
type Constants = [f64; 4];

/// Where the smoothing has come to.
#[derive(Debug, Clone, Copy)]
struct State {
    level: f64,
    trend: f64,
    season: [f64; YEAR],
}

/// The next `horizon` months, never below zero. `None` for less than six months.
pub fn forecast(y: &[f64], horizon: usize) -> Option<Vec<f64>> {
    if y.len() < LEAST_MONTHS {
        return None;
    }
    let mut found: Vec<(f64, Vec<f64>)> = Vec::with_capacity(6);
    for season in seasons(y) {
        let start = start(y, season);
        for has_trend in [false, true] {
            let form = Form { has_trend, season };
            let (loss, constants, state) = search(form, start, y);
            let months = ahead(form, constants, &state, y.len(), horizon);
            found.push((criterion(form, loss, y), months));
        }
    }
    Some(weighed(&found, horizon))
}

/// The mean of the forms, each with the weight that its criterion gives it against the best (Burnham and
/// Anderson, "Model Selection and Multimodel Inference", 2002, section 2.9).
fn weighed(found: &[(f64, Vec<f64>)], horizon: usize) -> Vec<f64> {
    let least = found.iter().map(|(of, _)| *of).fold(f64::MAX, f64::min);
    let (mut sum, mut mean) = (0.0, vec![0.0; horizon]);
    for (criterion, months) in found {
        let weight = ((least - criterion) / 2.0).exp();
        sum += weight;
        for (mean, month) in mean.iter_mut().zip(months) {
            *mean += weight * month;
        }
    }
    mean.iter().map(|month| month / sum).collect()
}

fn seasons(y: &[f64]) -> Vec<Kind> {
    if y.len() < SEASON_MONTHS {
        vec![Kind::None]
    } else if y.iter().all(|value| *value > 0.0) {
        vec![Kind::None, Kind::Plus, Kind::Times]
    } else {
        vec![Kind::None, Kind::Plus]
    }
}

fn start(y: &[f64], season: Kind) -> State {
    let indices = indices(y, season);
    let first = y.iter().zip(indices.iter().cycle()).take(YEAR / 2);
    let flat: Vec<f64> = first
        .map(|(value, index)| match season {
            Kind::None => *value,
            Kind::Plus => value - index,
            Kind::Times => value / index,
        })
        .collect();
    State {
        level: mean(&flat),
        trend: 0.0,
        season: indices,
    }
}

/// By classical decomposition of two years or more: what is added, which sums to zero, or factors, whose mean is
/// one.
fn indices(y: &[f64], season: Kind) -> [f64; YEAR] {
    if season == Kind::None {
        return [0.0; YEAR];
    }
    let trend = |at: usize| {
        let part = &y[at - YEAR / 2..=at + YEAR / 2];
        let ends = (part[0] + part[YEAR]) / 2.0;
        (ends + part[1..YEAR].iter().sum::<f64>()) / YEAR as f64
    };
    let mut of_month: [Vec<f64>; YEAR] = Default::default();
    for at in YEAR / 2..y.len() - YEAR / 2 {
        let part = if season == Kind::Times {
            y[at] / trend(at).max(1e-9)
        } else {
            y[at] - trend(at)
        };
        of_month[at % YEAR].push(part);
    }
    let middles = of_month.map(|mut parts| {
        parts.sort_unstable_by(f64::total_cmp);
        // The middle half, where there are enough years for one.
        let cut = parts.len() / 4;
        mean(&parts[cut..parts.len() - cut])
    });
    let centre = mean(&middles);
    if season == Kind::Times {
        middles.map(|index| (index / centre.max(1e-9)).max(0.01))
    } else {
        middles.map(|index| index - centre)
    }
}

/// Coordinate search, from moderate constants on.
fn search(form: Form, start: State, y: &[f64]) -> (f64, Constants, State) {
    let open: &[usize] = match (form.has_trend, form.season) {
        (false, Kind::None) => &[0],
        (true, Kind::None) => &[0, 1, 3],
        (false, Kind::Plus | Kind::Times) => &[0, 2],
        (true, Kind::Plus | Kind::Times) => &[0, 1, 2, 3],
    };
    // Log odds of 0.25, 0.05, 0.05 and 0.9.
    let mut odds = [-1.1, -2.9, -2.9, 2.2];
    let mut best = run(form, constants_of(odds), start, y);
    for step in STEPS {
        for _ in 0..PASSES {
            let before = best.0;
            for at in open {
                for way in [step, -step] {
                    let mut tried = odds;
                    tried[*at] = (tried[*at] + way).clamp(-6.0, 4.0);
                    let found = run(form, constants_of(tried), start, y);
                    if found.0 < best.0 {
                        (best, odds) = (found, tried);
                        break;
                    }
                }
            }
            if best.0 >= before {
                break;
            }
        }
    }
    (best.0, constants_of(odds), best.1)
}

fn constants_of(odds: [f64; 4]) -> Constants {
    let mut constants = odds.map(|odds| 1.0 / (1.0 + (-odds).exp()));
    // A trend that is hardly damped runs away over a year.
    constants[3] = 0.8 + 0.18 * constants[3];
    constants
}

/// The sum of squared one-step errors, and the last state.
fn run(form: Form, constants: Constants, start: State, y: &[f64]) -> (f64, State) {
    let [alpha, beta, gamma, damping] = constants;
    let (mut state, mut loss) = (start, 0.0);
    let mut month = 0;
    for value in y {
        let trend = if form.has_trend {
            damping * state.trend
        } else {
            0.0
        };
        let base = state.level + trend;
        let index = state.season[month];
        let (error, of_level) = match form.season {
            Kind::None => (value - base, value - base),
            Kind::Plus => (value - base - index, value - base - index),
            Kind::Times => {
                let error = value - base * index;
                (error, error / index.max(0.01))
            }
        };
        loss += error * error;
        state.level = base + alpha * of_level;
        if form.has_trend {
            state.trend = trend + alpha * beta * of_level;
        }
        match form.season {
            Kind::None => {}
            Kind::Plus => state.season[month] += gamma * (1.0 - alpha) * error,
            Kind::Times if base > 0.0 => {
                state.season[month] = (index + gamma * (1.0 - alpha) * error / base).max(0.01);
            }
            Kind::Times => {}
        }
        month = (month + 1) % YEAR;
    }
    (loss, state)
}

/// Akaike's, with the correction for short series.
fn criterion(form: Form, loss: f64, y: &[f64]) -> f64 {
    let count = y.len() as f64;
    let mut free = 3.0;
    if form.has_trend {
        free += 3.0;
    }
    if form.season != Kind::None {
        free += 1.0 + (YEAR - 1) as f64;
    }
    let size = y.iter().map(|value| value * value).sum::<f64>();
    // Relative to the series, so that one without any error has a finite one.
    let share = (loss / size.max(f64::MIN_POSITIVE)).max(1e-12);
    count * share.ln() + 2.0 * free + 2.0 * free * (free + 1.0) / (count - free - 1.0).max(1.0)
}

fn ahead(
    form: Form,
    constants: Constants,
    state: &State,
    months: usize,
    horizon: usize,
) -> Vec<f64> {
    let (mut sum, mut power) = (0.0, 1.0);
    (0..horizon)
        .map(|h| {
            power *= constants[3];
            sum += power;
            let base = if form.has_trend {
                state.level + sum * state.trend
            } else {
                state.level
            };
            let index = state.season[(months + h) % YEAR];
            let value = match form.season {
                Kind::None => base,
                Kind::Plus => base + index,
                Kind::Times => base * index,
            };
            value.max(0.0)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_season_on_a_slope_is_carried_on() {
        let truth = |at: usize| {
            (100.0 + at as f64) * (1.0 + 0.3 * (at as f64 * std::f64::consts::TAU / 12.0).sin())
        };
        let y: Vec<f64> = (0..60).map(truth).collect();
        for (h, value) in forecast(&y, YEAR).unwrap().iter().enumerate() {
            let wanted = truth(60 + h);
            assert!((value / wanted - 1.0).abs() < 0.06, "{h}: {value} {wanted}");
        }
    }

    #[test]
    fn a_level_stays_one() {
        for months in [6, 20, 60] {
            let found = forecast(&vec![7.0; months], 3).unwrap();
            assert!(found.iter().all(|value| (value - 7.0).abs() < 1e-6));
        }
        assert_eq!(forecast(&[1.0; 5], 3), None);
    }

    #[test]
    fn what_cannot_be_fitted_is_finite() {
        for y in [vec![0.0; 40], vec![1e12; 40], {
            let mut y = vec![0.0; 39];
            y.push(1e12);
            y
        }] {
            let found = forecast(&y, YEAR).unwrap();
            assert!(found.iter().all(|value| value.is_finite() && *value >= 0.0));
        }
    }
}
