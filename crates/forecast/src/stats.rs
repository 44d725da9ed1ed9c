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

/// What suits the class: for regular demand exponential smoothing with trend and season, or the twelve-month mean
/// where there are less than two years; for irregular demand the mean of TSB, IMAPA, simple smoothing and the
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

/// A season and a trend can be told from chance after two years; before that the plain mean of a year was better
/// than any smoothing on every stretch of the past that was tried.
fn regular(y: &[f64], horizon: usize) -> Vec<f64> {
    let smoothed = (y.len() > 2 * YEAR).then(|| crate::smoothing::forecast(y, horizon));
    smoothed.flatten().unwrap_or_else(|| mean_12(y, horizon))
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
