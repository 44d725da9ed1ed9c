//! How often sums of articles lie between their bounds, on months that were held out.
//!
//! `forecast_totals MODEL FILE.csv...` takes 6, 12 and 18 months away from each set in turn, forecasts the next six, and
//! says which part of the sums of all articles, and of groups of 100, 20 and 5 articles drawn by chance, lay within
//! their interval of 80 %: of single months, and of the six months together.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool for measurements"
)]

#[path = "support/read.rs"]
mod read;

use puente_core::{Cancel, NoProgress};
use puente_forecast::totals::{Past, Spread};
use puente_forecast::{Kind, Panel, Plan, Trained, panel};

const HORIZON: usize = 6;
const HELD: [usize; 3] = [6, 12, 18];
const SIZES: [usize; 4] = [usize::MAX, 100, 20, 5];
const DRAWS: usize = 60;

#[derive(Default, Clone, Copy)]
struct Count {
    months: (usize, usize),
    sums: (usize, usize),
    /// Half of the width of the six months together, divided by what was expected.
    width: f64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let kind = Kind::parse(&arguments[0]).unwrap();
    let mut all = [Count::default(); SIZES.len()];
    for path in &arguments[1..] {
        let mut counts = [Count::default(); SIZES.len()];
        for held in HELD {
            let (known, truth) = (
                read::read(path, held, 1000),
                read::read(path, held - 6, 1000),
            );
            let plan = Plan {
                horizon: HORIZON,
                ..Plan::default()
            };
            let trained =
                puente_forecast::train(&known, kind, &plan, &NoProgress, &Cancel::new()).unwrap();
            measure(&known, &truth, &trained, &mut counts);
        }
        show(path, &counts);
        for (sum, one) in all.iter_mut().zip(&counts) {
            sum.months = (sum.months.0 + one.months.0, sum.months.1 + one.months.1);
            sum.sums = (sum.sums.0 + one.sums.0, sum.sums.1 + one.sums.1);
            sum.width += one.width;
        }
    }
    show("all", &all);
}

fn show(name: &str, counts: &[Count]) {
    let share = |(inside, of): (usize, usize)| 100.0 * inside as f64 / of.max(1) as f64;
    print!("{name}");
    for (size, count) in SIZES.iter().zip(counts) {
        let of = if *size == usize::MAX {
            "all".to_owned()
        } else {
            size.to_string()
        };
        print!(
            " | {of}: months {:.0} %, sums {:.0} % (±{:.0} %)",
            share(count.months),
            share(count.sums),
            100.0 * count.width / count.sums.1.max(1) as f64
        );
    }
    println!();
}

fn measure(known: &Panel, truth: &Panel, trained: &Trained, counts: &mut [Count]) {
    let mut dice = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        (dice >> 33) as usize
    };
    for (size, count) in SIZES.iter().zip(counts) {
        let draws = if *size == usize::MAX { 1 } else { DRAWS };
        for _ in 0..draws {
            let chosen: Vec<usize> = if *size == usize::MAX {
                (0..known.series.len()).collect()
            } else {
                (0..*size).map(|_| next() % known.series.len()).collect()
            };
            one(known, truth, trained, &chosen, count);
        }
    }
}

fn one(known: &Panel, truth: &Panel, trained: &Trained, chosen: &[usize], count: &mut Count) {
    let mut expected = vec![0.0; HORIZON];
    let mut sold = vec![0.0; HORIZON];
    let mut pasts: Vec<(i32, Past)> = Vec::new();
    for at in chosen {
        let series = &known.series[*at];
        let later = truth
            .series
            .iter()
            .find(|other| other.code == series.code)
            .unwrap();
        // Articles count alike: each divided by its usual month.
        let size = (series.months.iter().sum::<f64>() / series.months.len() as f64).max(1e-9);
        let add = |to: &mut [f64], months: &[f64]| {
            for (sum, value) in to.iter_mut().zip(months) {
                *sum += value / size;
            }
        };
        add(&mut expected, &trained.forecasts[*at].expected);
        add(&mut sold, later.between(known.len, known.len + HORIZON));
        for replay in &trained.replays[*at] {
            let from = (panel::months_since_zero(replay.from) - known.first) as usize;
            let place = pasts.iter().position(|(of, _)| *of == replay.from);
            let place = place.unwrap_or_else(|| {
                let months = replay.expected.len();
                let past = Past {
                    expected: vec![0.0; months],
                    sold: vec![0.0; months],
                };
                pasts.push((replay.from, past));
                pasts.len() - 1
            });
            let past = &mut pasts[place].1;
            add(&mut past.expected, &replay.expected);
            add(
                &mut past.sold,
                series.between(from, from + replay.expected.len()),
            );
        }
    }
    let Some(spread) = Spread::of(pasts.iter().map(|(_, past)| past)) else {
        return;
    };
    for (range, was) in spread.months(&expected).iter().zip(&sold) {
        count.months.0 += usize::from(range.low <= *was && *was <= range.high);
        count.months.1 += 1;
    }
    let (range, was) = (spread.sum(&expected), sold.iter().sum::<f64>());
    count.sums.0 += usize::from(range.low <= was && was <= range.high);
    count.sums.1 += 1;
    count.width += (range.high - range.low) / 2.0 / expected.iter().sum::<f64>().max(1e-9);
}
