//! Training: forecasts of the past first, then of the months to come.

use crate::class::Class;
use crate::combine::{Mix, Origin};
use crate::gbdt::Booster;
use crate::interval::{self, Intervals, Past};
use crate::metrics::{Gauge, Scores};
use crate::model::{Kind, Plan, Priors};
use crate::panel::Panel;
use puente_core::{Cancel, Cancelled, Progress, ProgressSink};
use serde::{Deserialize, Serialize};

/// The forecast of one series.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct Forecast {
    /// The expected quantity of each month.
    pub expected: Vec<f64>,
    /// One month in ten sells less.
    pub low: Vec<f64>,
    /// Half of the months sell less.
    pub median: Vec<f64>,
    /// One month in ten sells more.
    pub high: Vec<f64>,
}

/// What was forecast for a stretch of the past, without knowing it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
pub struct Replay {
    /// The first month that was forecast, year × 100 + month.
    pub from: i32,
    /// What was forecast.
    pub expected: Vec<f64>,
}

/// How a model compares with "the same as last year".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Its errors are clearly smaller.
    Better,
    /// No clear difference.
    Same,
    /// Its errors are larger.
    Worse,
    /// There is too little history to tell.
    Unknown,
}

impl Verdict {
    /// Of the error of a model and that of the baseline.
    pub fn of(model: Option<f64>, baseline: Option<f64>) -> Verdict {
        match model.zip(baseline) {
            Some((model, baseline)) if baseline > 0.0 => match model / baseline {
                ratio if ratio <= CLEARLY_BETTER => Verdict::Better,
                ratio if ratio <= 1.0 => Verdict::Same,
                _ => Verdict::Worse,
            },
            Some(_) | None => Verdict::Unknown,
        }
    }
}

/// A smaller difference than 5 % is within what another stretch of months would give.
const CLEARLY_BETTER: f64 = 0.95;

/// What training gave.
#[derive(Debug, Clone, Default)]
pub struct Trained {
    /// By series of the panel.
    pub forecasts: Vec<Forecast>,
    /// By series: each stretch of the past, oldest first.
    pub replays: Vec<Vec<Replay>>,
    /// By series: its errors in the past.
    pub of_series: Vec<Scores>,
    /// By series: those of the same month of last year.
    pub naive_of_series: Vec<Scores>,
    /// Over all series.
    pub scores: Scores,
    /// Of the same month of last year, over the same months.
    pub naive: Scores,
    /// Of the mean of twelve months, over the same months.
    pub mean_12: Scores,
    /// How many stretches of the past were forecast.
    pub origins: usize,
    /// The weight of each member of the model.
    pub weights: Vec<f64>,
    /// The booster, where the model has one.
    pub booster: Option<Booster>,
}

/// The stretches of the past that are forecast.
const ORIGINS: usize = 3;
/// Months between the beginnings of two of them.
const STEP: usize = 3;
/// The fewest months that anything is learned from.
const LEAST_HISTORY: usize = 6;

/// Trains a model on a panel.
///
/// # Errors
/// [`Cancelled`].
pub fn train(
    panel: &Panel,
    kind: Kind,
    plan: &Plan,
    progress: &dyn ProgressSink,
    cancel: &Cancel,
) -> Result<Trained, Cancelled> {
    let forecaster = kind.forecaster();
    let ends = origins(panel.len, plan.horizon);
    let stages = ends.len() as u64 + 1;
    let mut pasts: Vec<Origin> = Vec::new();
    for (at, end) in ends.iter().enumerate() {
        progress.report(Progress::stage("backtest").of(at as u64, Some(stages)));
        let members = forecaster.fit(panel, *end, plan, cancel)?.members;
        pasts.push(Origin { end: *end, members });
    }
    progress.report(Progress::stage("train").of(ends.len() as u64, Some(stages)));
    let fitted = forecaster.fit(panel, panel.len, plan, cancel)?;
    progress.report(Progress::stage("intervals").of(stages, Some(stages)));
    let priors = forecaster.priors();
    let replayed = replay(panel, &pasts, &priors);
    let all: Vec<&Origin> = pasts.iter().collect();
    let mix = Mix::learn(panel, panel.len, &all, &priors);
    let known: Vec<&Past> = replayed.iter().collect();
    let intervals = Intervals::learn(panel, &known);
    cancel.check()?;
    let mut trained = judge(panel, &replayed, plan.horizon);
    trained.weights = mix.shares(panel, panel.len, &fitted.members);
    trained.forecasts = forecasts(panel, &mix, &intervals, &fitted.members);
    trained.booster = fitted.booster;
    trained.origins = ends.len();
    Ok(trained)
}

/// The months before which the past is forecast, oldest first.
fn origins(len: usize, horizon: usize) -> Vec<usize> {
    let ahead = horizon.min(6);
    let mut ends: Vec<usize> = (0..ORIGINS)
        .filter_map(|at| len.checked_sub(ahead + at * STEP))
        .filter(|end| *end >= LEAST_HISTORY)
        .collect();
    ends.reverse();
    ends
}

/// The forecasts of the past, each with weights that were learned before it.
fn replay(panel: &Panel, origins: &[Origin], priors: &Priors) -> Vec<Past> {
    let mut pasts = Vec::with_capacity(origins.len());
    for (at, origin) in origins.iter().enumerate() {
        // Of the months before this moment, only those that were over by then are known to the weights.
        let before: Vec<&Origin> = origins[..at].iter().collect();
        let mix = if before.is_empty() {
            Mix::prior(priors)
        } else {
            Mix::learn(panel, origin.end, &before, priors)
        };
        let months = panel
            .series
            .iter()
            .zip(&origin.members)
            .enumerate()
            .map(|(at, (series, members))| mix.forecast(at, series, origin.end, members))
            .collect();
        pasts.push(Past {
            end: origin.end,
            months,
            groups: interval::groups(panel, origin.end, &origin.members),
        });
    }
    pasts
}

/// Compares the forecasts of the past with what was sold.
fn judge(panel: &Panel, pasts: &[Past], horizon: usize) -> Trained {
    let (mut model, mut naive, mut mean) = (Gauge::default(), Gauge::default(), Gauge::default());
    let mut trained = Trained::default();
    for (at, series) in panel.series.iter().enumerate() {
        let (mut own, mut own_naive) = (Gauge::default(), Gauge::default());
        let mut replays = Vec::with_capacity(pasts.len());
        for past in pasts {
            let (history, sold) = (series.until(past.end), series.between(past.end, panel.len));
            if history.is_empty() {
                continue;
            }
            let months = &past.months[at];
            let as_last_year = crate::stats::seasonal_naive(history, horizon);
            model.add(history, months, sold);
            own.add(history, months, sold);
            naive.add(history, &as_last_year, sold);
            own_naive.add(history, &as_last_year, sold);
            mean.add(history, &crate::stats::mean_12(history, horizon), sold);
            replays.push(Replay {
                from: panel.month(past.end),
                expected: months[..months.len().min(sold.len())].to_vec(),
            });
        }
        trained.replays.push(replays);
        trained.of_series.push(own.scores());
        trained.naive_of_series.push(own_naive.scores());
    }
    interval::coverage(panel, pasts, &mut model);
    trained.scores = model.scores();
    trained.naive = naive.scores();
    trained.mean_12 = mean.scores();
    trained
}

fn forecasts(
    panel: &Panel,
    mix: &Mix,
    intervals: &Intervals,
    members: &[Vec<Vec<f64>>],
) -> Vec<Forecast> {
    let groups = interval::groups(panel, panel.len, members);
    let of = |(at, members): (usize, &Vec<Vec<f64>>)| {
        let series = &panel.series[at];
        let dead = series.class() == Class::Dead;
        let expected = mix.forecast(at, series, panel.len, members);
        let mut forecast = Forecast::default();
        for (expected, [low, median, high]) in
            expected
                .iter()
                .zip(intervals.of(at, &series.months, groups[at], &expected))
        {
            forecast.expected.push(*expected);
            forecast.low.push(low);
            forecast.median.push(if dead { 0.0 } else { median });
            forecast.high.push(high);
        }
        forecast
    };
    members.iter().enumerate().map(of).collect()
}
