//! What all articles together teach: two boosters on the same rows, one of quantities and one of their logarithms.
//!
//! The first has Tweedie's loss, so it aims at the mean and follows a few large months far. The second aims at what
//! is usual and hardly follows them, but says too little in all; what it lacks is given back as a factor by class
//! (Duan, "Smearing estimate: a nonparametric retransformation method", 1983). They err in different months, and
//! their mean errs less than either.

use crate::class::Class;
use crate::features;
use crate::gbdt::{Booster, Dice, Loss, Rows, Settings, train};
use crate::model::Plan;
use crate::panel::{Panel, Series};
use puente_core::{Cancel, Cancelled};

/// Quotients of quantity and level beyond this say nothing more.
const MOST_QUOTIENT: f64 = 60.0;
/// Of the Tweedie loss: of 1.1 to 1.7, what did best with 12 and with 18 months held out.
const POWER: f32 = 1.6;
/// Added to a quotient before its logarithm is taken: a month without sales has one too.
const SHIFT: f64 = 0.2;
/// Fewer rows than these teach nothing.
const LEAST_ROWS: usize = 40;
/// What the booster of logarithms lacks is at most this factor.
const MOST_SMEARING: f64 = 3.0;

/// Two boosters over all articles.
pub(crate) struct Boosters {
    /// Of the quotient of quantity and level.
    pub of_quantity: Booster,
    /// Of its logarithm.
    of_logarithm: Booster,
    /// What the second lacks, by the shape of the history.
    smearing: [f64; SHAPES],
}

const SHAPES: usize = 4;

fn shape(history: &[f64]) -> usize {
    match Class::shape(history) {
        Class::Smooth => 0,
        Class::Erratic => 1,
        Class::Intermittent => 2,
        Class::Lumpy | Class::New | Class::Dead => 3,
    }
}

impl Boosters {
    /// Trains on what was before month `end`: a row for each article, month of the past and month ahead of it.
    /// `None` where that is too little.
    ///
    /// # Errors
    /// [`Cancelled`].
    pub fn train(
        panel: &Panel,
        end: usize,
        plan: &Plan,
        cancel: &Cancel,
    ) -> Result<Option<Boosters>, Cancelled> {
        let (mut rows, shapes) = rows(panel, end, plan, cancel)?;
        if rows.len() < LEAST_ROWS {
            return Ok(None);
        }
        let of_quantity = train(&rows, settings(plan, Loss::Tweedie(POWER), 0), cancel)?;
        let quotients = rows.targets.clone();
        for target in &mut rows.targets {
            *target = (*target + SHIFT as f32).ln();
        }
        let of_logarithm = train(&rows, settings(plan, Loss::Squared, 1), cancel)?;
        let mut sums = [(0.0, 0.0); SHAPES];
        let features = rows.values.chunks_exact(rows.width);
        for ((row, quotient), shape) in features.zip(&quotients).zip(&shapes) {
            sums[*shape].0 += f64::from(*quotient);
            sums[*shape].1 += usual(&of_logarithm, row);
        }
        Ok(Some(Boosters {
            of_quantity,
            of_logarithm,
            smearing: sums.map(smearing),
        }))
    }

    /// The months of a series from month `end` on. `None` where its history is too short.
    pub fn forecast(
        &self,
        panel: &Panel,
        series: &Series,
        end: usize,
        horizon: usize,
    ) -> Option<Vec<f64>> {
        let (level, rows) = features::rows_at(panel, series, end, horizon)?;
        let smearing = self.smearing[shape(series.until(end))];
        let month = |row: &[f32; features::NAMES.len()]| {
            let mean = f64::from(self.of_quantity.predict(row));
            level * (mean + smearing * usual(&self.of_logarithm, row)) / 2.0
        };
        Some(rows.iter().map(month).collect())
    }
}

/// The quotient whose logarithm the booster says.
fn usual(of_logarithm: &Booster, row: &[f32]) -> f64 {
    (f64::from(of_logarithm.predict(row)).exp() - SHIFT).max(0.0)
}

fn smearing((sold, said): (f64, f64)) -> f64 {
    if said > 0.0 {
        (sold / said).clamp(1.0 / MOST_SMEARING, MOST_SMEARING)
    } else {
        1.0
    }
}

/// The rows, with quotients of quantity and level as targets, and the shape of the history of each.
fn rows(
    panel: &Panel,
    end: usize,
    plan: &Plan,
    cancel: &Cancel,
) -> Result<(Rows, Vec<usize>), Cancelled> {
    let mut rows = Rows::of_width(features::NAMES.len());
    let mut shapes = Vec::new();
    let share = plan.max_rows as f64 / candidates(panel, end, plan.horizon).max(1) as f64;
    let below = (share.min(1.0) * f64::from(u32::MAX)) as u32;
    let mut dice = Dice::new(plan.seed ^ end as u64);
    for series in &panel.series {
        cancel.check()?;
        let first = series.start + features::LEAST_HISTORY;
        for moment in first..end {
            let chosen: Vec<usize> = (1..=plan.horizon.min(end - moment))
                .filter(|_| share >= 1.0 || dice.next_u32() < below)
                .collect();
            if chosen.is_empty() {
                continue;
            }
            let history = series.until(moment);
            let known = features::Moment::of(history);
            let shape = shape(history);
            for ahead in chosen {
                let at = moment + ahead - 1;
                let Some(value) = series.months.get(at - series.start) else {
                    continue;
                };
                rows.values
                    .extend(known.ahead(history, ahead, panel.month_of_year(at)));
                rows.targets
                    .push((value / known.level).min(MOST_QUOTIENT) as f32);
                shapes.push(shape);
            }
        }
    }
    Ok((rows, shapes))
}

fn candidates(panel: &Panel, end: usize, horizon: usize) -> usize {
    let of = |series: &Series| {
        let moments = end.saturating_sub(series.start + features::LEAST_HISTORY);
        let full = moments.saturating_sub(horizon - 1);
        full * horizon + (moments - full) * (horizon / 2)
    };
    panel.series.iter().map(of).sum()
}

fn settings(plan: &Plan, loss: Loss, which: u64) -> Settings {
    Settings {
        loss,
        trees: plan.trees,
        depth: 5,
        eta: 0.05,
        lambda: 1.0,
        min_child_weight: 10.0,
        rows: 0.7,
        columns: 0.7,
        max_bins: 64,
        seed: plan.seed + which,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lumpy() -> Panel {
        let mut dice = Dice::new(7);
        let series = |_| Series {
            months: (0..40)
                .map(|at| match dice.next_u32() % 12 {
                    _ if at == 0 => 1.0,
                    0 => 9.0,
                    1..=7 => 1.0,
                    _ => 0.0,
                })
                .collect(),
            ..Series::default()
        };
        Panel {
            len: 40,
            series: (0..80).map(series).collect(),
            ..Panel::default()
        }
    }

    #[test]
    fn a_few_large_months_are_not_lost_in_the_logarithm() {
        let panel = lumpy();
        let plan = Plan {
            trees: 40,
            ..Plan::default()
        };
        let boosters = Boosters::train(&panel, 34, &plan, &Cancel::new())
            .unwrap()
            .unwrap();
        let (mut said, mut usual_alone, mut sold) = (0.0, 0.0, 0.0);
        for series in &panel.series {
            let (level, rows) = features::rows_at(&panel, series, 34, 6).unwrap();
            for row in rows {
                usual_alone += level * usual(&boosters.of_logarithm, &row);
            }
            let months = boosters.forecast(&panel, series, 34, 6).unwrap();
            said += months.iter().sum::<f64>();
            sold += series.months[34..].iter().sum::<f64>();
        }
        assert!(boosters.smearing[3] > 1.3, "{:?}", boosters.smearing);
        assert!(usual_alone < 0.75 * sold, "{usual_alone} {sold}");
        assert!((said / sold - 1.0).abs() < 0.15, "{said} {sold}");
    }

    #[test]
    fn nothing_is_learned_from_little_and_a_cancel_ends_it() {
        let mut panel = lumpy();
        let plan = Plan::default();
        let cancelled = Cancel::new();
        cancelled.cancel();
        assert!(Boosters::train(&panel, 34, &plan, &cancelled).is_err());
        panel.series.truncate(1);
        let none = Boosters::train(&panel, 6, &plan, &Cancel::new()).unwrap();
        assert!(none.is_none());
        assert!((smearing((0.0, 0.0)) - 1.0).abs() < 1e-12);
        assert!((smearing((90.0, 1.0)) - MOST_SMEARING).abs() < 1e-12);
    }
}
