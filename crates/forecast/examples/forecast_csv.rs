//! Forecasts a file of monthly series, for measurements beside other programs.
//!
//! `forecast_csv FILE.csv HORIZON HOLD_OUT MOST_SERIES THREADS MODEL...` reads `unique_id,ds,y[,price]`, takes
//! the last `HOLD_OUT` months of all series away, and writes `model,unique_id,month,expected,low,high` for the
//! next `HORIZON` months to standard output, and the seconds that each model took to standard error.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a tool for measurements"
)]

#[path = "support/read.rs"]
mod read;

use puente_core::{Cancel, NoProgress};
use puente_forecast::{Kind, Plan, panel};
use read::read;
use std::io::Write as _;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments[at].parse::<usize>().unwrap();
    let (horizon, hold_out, most, threads) = (number(1), number(2), number(3), number(4));
    let panel = read(&arguments[0], hold_out, most);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for name in &arguments[5..] {
        let kind = Kind::parse(name).unwrap();
        let plan = Plan {
            horizon,
            threads,
            ..Plan::default()
        };
        let started = std::time::Instant::now();
        let trained =
            puente_forecast::train(&panel, kind, &plan, &NoProgress, &Cancel::new()).unwrap();
        eprintln!(
            "{name} {:.2} s, {} series x {} months, weights {:.2?}, backtest {:?}",
            started.elapsed().as_secs_f64(),
            panel.series.len(),
            panel.len,
            trained.weights,
            trained.scores,
        );
        for (series, forecast) in panel.series.iter().zip(&trained.forecasts) {
            for at in 0..forecast.expected.len() {
                let month = panel::month_number(panel.first + (panel.len + at) as i32);
                let (low, high) = (forecast.low[at], forecast.high[at]);
                writeln!(
                    out,
                    "{name},{},{month},{},{low},{high}",
                    series.code, forecast.expected[at]
                )
                .unwrap();
            }
        }
    }
}
