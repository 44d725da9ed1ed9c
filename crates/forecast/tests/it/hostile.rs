//! Data as bad as data gets.

use puente_core::{Cancel, Month, NoProgress, Progress, ProgressSink};
use puente_forecast::{Cell, Kind, Panel, Plan, Trained};
use std::collections::HashMap;

pub fn cell(article: &str, month: i32, quantity: i64) -> Cell {
    Cell {
        article: article.to_owned(),
        month,
        quantity_e6: quantity.saturating_mul(1_000_000),
        total_e4: quantity.saturating_mul(50_000),
        ..Cell::default()
    }
}

fn month(at: i32) -> i32 {
    (2021 + at / 12) * 100 + at % 12 + 1
}

pub fn panel(cells: &[Cell]) -> Panel {
    let running = Month::from_number(202_611).unwrap();
    Panel::gather(cells, &HashMap::new(), running)
}

fn plan() -> Plan {
    Plan {
        trees: 20,
        horizon: 12,
        ..Plan::default()
    }
}

fn every_model(what: &str, cells: &[Cell]) {
    let panel = panel(cells);
    for kind in Kind::ALL {
        let trained =
            puente_forecast::train(&panel, kind, &plan(), &NoProgress, &Cancel::new()).unwrap();
        assert_eq!(
            trained.forecasts.len(),
            panel.series.len(),
            "{what} {kind:?}"
        );
        is_sound(what, kind, &trained);
    }
}

fn is_sound(what: &str, kind: Kind, trained: &Trained) {
    for forecast in &trained.forecasts {
        for at in 0..forecast.expected.len() {
            let quantiles = [forecast.low[at], forecast.median[at], forecast.high[at]];
            assert!(
                quantiles.is_sorted() && quantiles[0] >= 0.0 && forecast.expected[at] >= 0.0,
                "{what} {kind:?}: {forecast:?}"
            );
            assert!(
                quantiles[2].is_finite() && forecast.expected[at].is_finite(),
                "{what} {kind:?}: {forecast:?}"
            );
        }
    }
}

#[test]
fn no_history_and_hardly_any_is_forecast_without_a_number_that_is_none() {
    every_model("nothing", &[]);
    every_model("one sale", &[cell("A", 202_610, 3)]);
    every_model(
        "one old sale",
        &[cell("A", 199_001, 3), cell("B", 202_610, 1)],
    );
    let returned = [cell("A", 202_609, -3), cell("A", 202_610, 0)];
    every_model("only returns", &returned);
}

#[test]
fn outliers_returns_gaps_free_goods_and_the_future_do_no_harm() {
    let mut cells = Vec::new();
    for at in 0..70 {
        cells.push(cell("steady", month(at), 50 + i64::from(at % 12)));
        cells.push(cell("Steady ", month(at), 1));
        cells.push(cell(
            "outlier",
            month(at),
            if at == 40 { 1_000_000_000_000 } else { 5 },
        ));
        cells.push(cell(
            "returned",
            month(at),
            if at % 2 == 0 { 9 } else { -30 },
        ));
        cells.push(Cell {
            total_e4: 0,
            ..cell("free", month(at), 4)
        });
        cells.push(Cell {
            quantity_e6: i64::MAX,
            ..cell("huge", month(at), 1)
        });
    }
    cells.push(cell("gap", 200_001, 7));
    cells.push(cell("gap", 202_610, 7));
    cells.push(cell("future", 209_912, 7));
    cells.push(cell("no date", 0, 7));
    every_model("a bad office", &cells);
    let panel = panel(&cells);
    assert_eq!(
        panel.notes.joined_codes, 1,
        "case and outer spaces make no article"
    );
    assert_eq!((panel.notes.not_over, panel.notes.undated), (1, 1));
    assert!(panel.series.iter().all(|series| series.code != "future"));
}

#[test]
fn one_outlier_does_not_carry_the_others_away() {
    let calm: Vec<Cell> = (0..36)
        .flat_map(|at| {
            (0..40).map(move |article| {
                cell(
                    &format!("A{article:02}"),
                    month(34 + at),
                    10 + i64::from((at + article) % 3),
                )
            })
        })
        .collect();
    let mut wild = calm.clone();
    wild.extend((0..36).map(|at| {
        let quantity = if at == 30 { 1_000_000_000_000 } else { 10 };
        cell("wild", month(34 + at), quantity)
    }));
    let train = |cells: &[Cell]| {
        let panel = panel(cells);
        puente_forecast::train(&panel, Kind::Puente, &plan(), &NoProgress, &Cancel::new()).unwrap()
    };
    for (alone, beside) in train(&calm).forecasts.iter().zip(&train(&wild).forecasts) {
        let (alone, beside) = (alone.expected[0], beside.expected[0]);
        assert!((alone / beside - 1.0).abs() < 0.15, "{alone} {beside}");
    }
}

/// Cancels when a stage begins.
struct CancelAt(&'static str, Cancel);

impl ProgressSink for CancelAt {
    fn report(&self, progress: Progress) {
        if progress.stage == self.0 {
            self.1.cancel();
        }
    }
}

#[test]
fn a_cancelled_training_gives_nothing_at_whatever_stage() {
    let cells: Vec<Cell> = (0..40).map(|at| cell("A", month(at), 5)).collect();
    let panel = panel(&cells);
    for stage in ["backtest", "train", "intervals"] {
        let cancel = Cancel::new();
        let sink = CancelAt(stage, cancel.clone());
        let trained = puente_forecast::train(&panel, Kind::Puente, &plan(), &sink, &cancel);
        assert!(trained.is_err(), "{stage}");
    }
}
