//! Trains on many made-up articles, and says how long it took and how much memory.
//!
//! `forecast_scale ARTICLES MONTHS THREADS`

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool for measurements"
)]

use puente_core::{Cancel, NoProgress};
use puente_forecast::{Kind, Panel, Plan, Series};

fn main() {
    let numbers: Vec<usize> = std::env::args()
        .skip(1)
        .map(|number| number.parse().unwrap())
        .collect();
    let (articles, months, threads) = (numbers[0], numbers[1], numbers[2]);
    let panel = Panel {
        first: 2020 * 12,
        len: months,
        series: (0..articles).map(|at| article(at, months)).collect(),
        ..Panel::default()
    };
    let plan = Plan {
        threads,
        ..Plan::default()
    };
    let started = std::time::Instant::now();
    let trained =
        puente_forecast::train(&panel, Kind::Puente, &plan, &NoProgress, &Cancel::new()).unwrap();
    println!(
        "{articles} articles x {months} months: {:.1} s, {} forecasts, peak memory {}",
        started.elapsed().as_secs_f64(),
        trained.forecasts.len(),
        peak(),
    );
}

/// One in three sells every month with a season, the others now and then.
fn article(at: usize, months: usize) -> Series {
    let mut dice = at as u64 ^ 0x9e37_79b9_7f4a_7c15;
    let mut next = || {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        (dice >> 40) as f64 / (1u64 << 24) as f64
    };
    let level = 1.0 + 200.0 * next().powi(4);
    let chance = if at.is_multiple_of(3) {
        1.0
    } else {
        0.05 + 0.6 * next()
    };
    let quantity = |month: usize| {
        let season = 1.0 + 0.3 * (month as f64 * std::f64::consts::TAU / 12.0).sin();
        let sold = f64::from(u8::from(next() < chance));
        (sold * level * season * (0.5 + next())).ceil()
    };
    let mut quantities: Vec<f64> = (0..months).map(quantity).collect();
    quantities[0] = level.ceil();
    Series {
        code: format!("{at:07}"),
        prices: vec![1.0; months],
        months: quantities,
        ..Series::default()
    }
}

fn peak() -> String {
    std::fs::read_to_string("/proc/self/status")
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .map_or_else(|| "unknown".to_owned(), |size| size.trim().to_owned())
}
