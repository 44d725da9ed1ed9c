//! Forecasts of one series from itself alone.
//!
//! All take monthly quantities from the first sale on and give `horizon` months, never below zero.

use crate::class::Class;

/// The months of a year.
pub const YEAR: usize = 12;

/// The same month of the last year; with less than a year, the last month.
pub fn seasonal_naive(y: &[f64], horizon: usize) -> Vec<f64> {
    (0..horizon)
        .map(|h| {
            let back = if y.len() >= YEAR { YEAR - h % YEAR } else { 1 };
            y.len()
                .checked_sub(back)
                .and_then(|at| y.get(at))
                .copied()
                .unwrap_or(0.0)
        })
        .collect()
}

/// The mean of the last twelve months, or of those that there are.
pub fn mean_12(y: &[f64], horizon: usize) -> Vec<f64> {
    vec![mean(&y[y.len().saturating_sub(YEAR)..]); horizon]
}

/// What suits the class: for regular demand the mean of Theta, damped trend and simple smoothing on
/// deseasonalised months; for irregular demand the mean of TSB, IMAPA, simple smoothing and the
/// twelve-month mean.
pub fn of_class(class: Class, y: &[f64], horizon: usize) -> Vec<f64> {
    if y.is_empty() {
        return vec![0.0; horizon];
    }
    let shape = match class {
        Class::New | Class::Dead => Class::shape(y),
        Class::Smooth | Class::Erratic | Class::Intermittent | Class::Lumpy => class,
    };
    match shape {
        Class::Smooth | Class::Erratic => regular(y, horizon),
        Class::Intermittent | Class::Lumpy | Class::New | Class::Dead => irregular(y, horizon),
    }
}

fn regular(y: &[f64], horizon: usize) -> Vec<f64> {
    let season = Season::of(y);
    let flat: Vec<f64> = y
        .iter()
        .enumerate()
        .map(|(at, value)| season.remove(at, *value))
        .collect();
    let simple = simple_smoothing(&flat);
    let theta = theta(&flat, horizon);
    let damped = damped_trend(&flat, horizon);
    (0..horizon)
        .map(|h| {
            let level = (simple + theta[h] + damped[h]) / 3.0;
            season.add(y.len() + h, level).max(0.0)
        })
        .collect()
}

fn irregular(y: &[f64], horizon: usize) -> Vec<f64> {
    let level = (tsb(y, 0.1, 0.1) + imapa(y) + simple_smoothing(y) + mean_12(y, 1)[0]) / 4.0;
    vec![level.max(0.0); horizon]
}

pub(crate) fn mean(y: &[f64]) -> f64 {
    if y.is_empty() {
        0.0
    } else {
        y.iter().sum::<f64>() / y.len() as f64
    }
}

/// The level that simple exponential smoothing ends at, with the smoothing constant of least squared
/// one-step error.
pub fn simple_smoothing(y: &[f64]) -> f64 {
    let Some(first) = first_level(y) else {
        return 0.0;
    };
    let run = |alpha: f64| {
        let (mut level, mut loss) = (first, 0.0);
        for value in y {
            let error = value - level;
            loss += error * error;
            level += alpha * error;
        }
        (loss, level)
    };
    least((1..=19).map(|step| run(f64::from(step) * 0.05))).map_or(first, |(_, level)| level)
}

fn first_level(y: &[f64]) -> Option<f64> {
    (!y.is_empty()).then(|| mean(&y[..y.len().min(6)]))
}

fn least<T>(tried: impl Iterator<Item = (f64, T)>) -> Option<(f64, T)> {
    tried.min_by(|a, b| a.0.total_cmp(&b.0))
}

/// Theta: simple smoothing with half the slope of the straight line through all months, after
/// Assimakopoulos and Nikolopoulos (2000) in the form of Hyndman and Billah (2003).
fn theta(y: &[f64], horizon: usize) -> Vec<f64> {
    let count = y.len() as f64;
    let middle = (count - 1.0) / 2.0;
    let (mut above, mut below) = (0.0, 0.0);
    for (at, value) in y.iter().enumerate() {
        above += (at as f64 - middle) * value;
        below += (at as f64 - middle).powi(2);
    }
    let slope = if below > 0.0 { above / below } else { 0.0 };
    let level = simple_smoothing(y);
    (1..=horizon)
        .map(|h| level + slope / 2.0 * h as f64)
        .collect()
}

/// Additive damped trend (Gardner and McKenzie, 1985) with the constants of least squared one-step error
/// on a grid.
fn damped_trend(y: &[f64], horizon: usize) -> Vec<f64> {
    let Some(first) = first_level(y) else {
        return vec![0.0; horizon];
    };
    let run = |alpha: f64, beta: f64, phi: f64| {
        let (mut level, mut trend, mut loss) = (first, 0.0, 0.0);
        for value in y {
            let error = value - (level + phi * trend);
            loss += error * error;
            level += phi * trend + alpha * error;
            trend = phi * trend + alpha * beta * error;
        }
        (loss, (level, trend, phi))
    };
    let mut tried = Vec::with_capacity(60);
    for alpha in [0.05, 0.1, 0.2, 0.35, 0.5, 0.7] {
        for beta in [0.02, 0.1, 0.25] {
            for phi in [0.8, 0.9, 0.97] {
                tried.push(run(alpha, beta, phi));
            }
        }
    }
    let Some((_, (level, trend, phi))) = least(tried.into_iter()) else {
        return vec![first; horizon];
    };
    let (mut sum, mut power) = (0.0, 1.0);
    (0..horizon)
        .map(|_| {
            power *= phi;
            sum += power;
            level + sum * trend
        })
        .collect()
}

/// Teunter, Syntetos and Babai (2011): the chance of a sale and its size, smoothed apart, so that the
/// forecast falls while nothing is sold.
pub fn tsb(y: &[f64], alpha_chance: f64, alpha_size: f64) -> f64 {
    let Some(first) = y.iter().position(|value| *value > 0.0) else {
        return 0.0;
    };
    let sold = y.iter().filter(|value| **value > 0.0).count() as f64;
    let (mut chance, mut size) = (sold / y.len() as f64, y[first]);
    for value in y {
        if *value > 0.0 {
            chance += alpha_chance * (1.0 - chance);
            size += alpha_size * (value - size);
        } else {
            chance -= alpha_chance * chance;
        }
    }
    chance * size
}

/// Petropoulos and Kourentzes (2015): simple smoothing on months, pairs of months, and so on up to the
/// average interval between sales; the mean of all.
fn imapa(y: &[f64]) -> f64 {
    let sold = y.iter().filter(|value| **value > 0.0).count();
    if sold == 0 {
        return 0.0;
    }
    let most = ((y.len() as f64 / sold as f64).round() as usize)
        .clamp(1, YEAR)
        .min(y.len());
    let levels = (1..=most).map(|size| {
        let skip = y.len() % size;
        let blocks: Vec<f64> = y[skip..]
            .chunks_exact(size)
            .map(|part| part.iter().sum())
            .collect();
        simple_smoothing(&blocks) / size as f64
    });
    levels.sum::<f64>() / most as f64
}

/// The seasonal part of a series, if it has one.
#[derive(Debug, Clone)]
pub(crate) enum Season {
    None,
    /// By position modulo twelve; they sum to zero.
    Plus([f64; YEAR]),
    /// By position modulo twelve; their mean is one.
    Times([f64; YEAR]),
}

impl Season {
    /// By classical decomposition, if the autocorrelation at twelve months is significant (one-sided, 10 %,
    /// with Bartlett's formula, as in the M3 and M4 competitions).
    pub fn of(y: &[f64]) -> Season {
        if y.len() < 2 * YEAR || !is_seasonal(y) {
            return Season::None;
        }
        let times = y.iter().all(|value| *value > 0.0);
        let trend = |at: usize| {
            let part = &y[at - YEAR / 2..=at + YEAR / 2];
            let ends = (part[0] + part[YEAR]) / 2.0;
            (ends + part[1..YEAR].iter().sum::<f64>()) / YEAR as f64
        };
        let mut of_month: [Vec<f64>; YEAR] = Default::default();
        for at in YEAR / 2..y.len() - YEAR / 2 {
            let trend = trend(at);
            let part = if times {
                y[at] / trend.max(1e-9)
            } else {
                y[at] - trend
            };
            of_month[at % YEAR].push(part);
        }
        let neutral = if times { 1.0 } else { 0.0 };
        let mut indices = [neutral; YEAR];
        for (index, mut parts) in indices.iter_mut().zip(of_month) {
            parts.sort_unstable_by(f64::total_cmp);
            // The middle half, where there are enough years for one.
            let cut = parts.len() / 4;
            if !parts.is_empty() {
                *index = mean(&parts[cut..parts.len() - cut]);
            }
        }
        let centre = mean(&indices);
        if times {
            Season::Times(indices.map(|index| (index / centre.max(1e-9)).max(0.01)))
        } else {
            Season::Plus(indices.map(|index| index - centre))
        }
    }

    fn remove(&self, at: usize, value: f64) -> f64 {
        match self {
            Season::None => value,
            Season::Plus(indices) => value - indices[at % YEAR],
            Season::Times(indices) => value / indices[at % YEAR],
        }
    }

    fn add(&self, at: usize, level: f64) -> f64 {
        match self {
            Season::None => level,
            Season::Plus(indices) => level + indices[at % YEAR],
            Season::Times(indices) => level * indices[at % YEAR],
        }
    }
}

fn is_seasonal(y: &[f64]) -> bool {
    let mean = mean(y);
    let spread: f64 = y.iter().map(|value| (value - mean).powi(2)).sum();
    if spread <= 0.0 {
        return false;
    }
    let correlation = |lag: usize| {
        let sum: f64 = y
            .iter()
            .zip(&y[lag..])
            .map(|(a, b)| (a - mean) * (b - mean))
            .sum();
        sum / spread
    };
    let before: f64 = (1..YEAR).map(|lag| correlation(lag).powi(2)).sum();
    let limit = 1.645 * ((1.0 + 2.0 * before) / y.len() as f64).sqrt();
    correlation(YEAR) > limit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(years: usize) -> Vec<f64> {
        (0..years * YEAR)
            .map(|at| 100.0 + 40.0 * (at as f64 * std::f64::consts::TAU / 12.0).sin())
            .collect()
    }

    #[test]
    fn a_season_is_found_and_carried_on() {
        let y = wave(4);
        let forecast = of_class(Class::Smooth, &y, YEAR);
        for (h, value) in forecast.iter().enumerate() {
            assert!((value - y[h]).abs() < 3.0, "{h}: {value} {}", y[h]);
        }
        assert_eq!(seasonal_naive(&y, 3), y[36..39].to_vec());
    }

    #[test]
    fn a_level_is_a_level_for_every_class() {
        for class in Class::ALL {
            let forecast = of_class(class, &[7.0; 30], 4);
            assert!(
                forecast.iter().all(|value| (value - 7.0).abs() < 0.2),
                "{class:?} {forecast:?}"
            );
        }
    }

    #[test]
    fn short_empty_and_huge_series_give_finite_months() {
        for y in [
            vec![],
            vec![0.0],
            vec![1e12],
            vec![0.0; 40],
            vec![1.0, 0.0, 1e12, 0.0],
        ] {
            for class in Class::ALL {
                let forecast = of_class(class, &y, 12);
                assert_eq!(forecast.len(), 12);
                assert!(
                    forecast
                        .iter()
                        .all(|value| value.is_finite() && *value >= 0.0)
                );
            }
            assert_eq!(seasonal_naive(&y, 12).len(), 12);
            assert_eq!(mean_12(&y, 12).len(), 12);
        }
    }

    #[test]
    fn what_stopped_selling_fades_with_tsb() {
        let mut y = vec![5.0; 20];
        y.extend([0.0; 20]);
        assert!(tsb(&y, 0.1, 0.1) < 1.0);
    }
}
