//! The booster of the system that Puente replaces: squared loss on quantities of the past, price, the
//! article's type and its code, one model over all articles.

use crate::gbdt::{Loss, Rows, Settings, train};
use crate::model::{Fitted, Plan};
use crate::panel::{Panel, Series};
use crate::parallel;
use puente_core::{Cancel, Cancelled};
use std::collections::BTreeMap;

/// Names of the inputs, in order.
pub const NAMES: [&str; 22] = [
    "cantidad_1",
    "cantidad_2",
    "cantidad_3",
    "cantidad_4",
    "cantidad_5",
    "cantidad_6",
    "cantidad_7",
    "cantidad_8",
    "cantidad_9",
    "cantidad_10",
    "cantidad_11",
    "cantidad_12",
    "media_3",
    "media_6",
    "media_12",
    "cantidad_ano_anterior",
    "precio",
    "tipo_articulo",
    "bodega",
    "mes",
    "meses_adelante",
    "antiguedad",
];

const WIDTH: usize = NAMES.len();

/// Fits the model to what was before month `end`.
pub(crate) fn fit(
    panel: &Panel,
    end: usize,
    plan: &Plan,
    cancel: &Cancel,
) -> Result<Fitted, Cancelled> {
    let types = types(panel);
    let of = |series: &Series| {
        types
            .get(series.about.group.as_str())
            .copied()
            .unwrap_or(0.0)
    };
    let mut rows = Rows::of_width(WIDTH);
    let all: usize = panel
        .series
        .iter()
        .map(|series| end.saturating_sub(series.start + 1) * plan.horizon)
        .sum();
    let step = all.div_ceil(plan.max_rows.max(1)).max(1);
    let mut candidate = 0usize;
    for series in &panel.series {
        cancel.check()?;
        for moment in series.start + 1..end {
            for ahead in 1..=plan.horizon.min(end - moment) {
                candidate += 1;
                if !candidate.is_multiple_of(step) {
                    continue;
                }
                let at = moment + ahead - 1;
                let Some(value) = series.months.get(at - series.start) else {
                    continue;
                };
                rows.values
                    .extend(row(panel, series, moment, ahead, of(series)));
                rows.targets.push(*value as f32);
            }
        }
    }
    let booster = train(&rows, settings(plan), cancel)?;
    let members = parallel::map(panel.series.len(), plan.threads, cancel, |at| {
        let series = &panel.series[at];
        let value = |ahead| {
            f64::from(booster.predict(&row(panel, series, end, ahead, of(series)))).max(0.0)
        };
        vec![(1..=plan.horizon).map(value).collect()]
    })?;
    Ok(Fitted {
        members,
        booster: Some(booster),
    })
}

fn settings(plan: &Plan) -> Settings {
    Settings {
        loss: Loss::Squared,
        trees: plan.trees,
        depth: 6,
        eta: 0.05,
        lambda: 1.0,
        min_child_weight: 1.0,
        rows: 1.0,
        columns: 1.0,
        max_bins: 255,
        seed: plan.seed,
    }
}

/// Article types as numbers, in the order of their codes.
fn types(panel: &Panel) -> BTreeMap<&str, f32> {
    let mut types: BTreeMap<&str, f32> = panel
        .series
        .iter()
        .map(|series| (series.about.group.as_str(), 0.0))
        .collect();
    for (number, (_, value)) in types.iter_mut().enumerate() {
        *value = number as f32;
    }
    types
}

fn row(panel: &Panel, series: &Series, end: usize, ahead: usize, kind: f32) -> [f32; WIDTH] {
    let history = series.until(end);
    let mut row = [f32::NAN; WIDTH];
    for lag in 1..=history.len().min(12) {
        row[lag - 1] = history[history.len() - lag] as f32;
    }
    let last =
        |months: usize| crate::stats::mean(&history[history.len().saturating_sub(months)..]) as f32;
    row[12] = last(3);
    row[13] = last(6);
    row[14] = last(12);
    let year = (history.len() + ahead).checked_sub(13);
    if let Some(value) = year.and_then(|at| history.get(at)) {
        row[15] = *value as f32;
    }
    let prices = &series.prices[..history.len()];
    if let Some(price) = prices.iter().rev().find(|price| **price > 0.0) {
        row[16] = *price;
    }
    row[17] = kind;
    row[18] = series.place as f32;
    row[19] = panel.month_of_year(end + ahead - 1) as f32 + 1.0;
    row[20] = ahead as f32;
    row[21] = history.len() as f32;
    row
}
