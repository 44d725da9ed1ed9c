//! Reads the lines of a company from a SQL Server (or what plays one) and prints a line of JSON: rows,
//! seconds, CPU seconds of this process, and the most memory it had.
//!
//! `cargo bench -p puente-databases --bench sqlserver -- HOST PORT DATABASE USER` with the password in
//! `PUENTE_BENCH_PASSWORD`. The connection is not encrypted, as that of the peers in
//! `sqlserver.py`, which calls this program.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that prints its figures"
)]

use puente_core::{Cancel, Secret};
use puente_databases::{
    Condition, ConnectOptions, Encryption, Flow, Kind, NoStatementLog, Scan, SourceDb, connect,
};
use std::sync::Arc;
use std::time::Instant;

const PAGE: i64 = 50_000;

fn main() {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let [host, port, database, user] = words.as_slice() else {
        // `cargo test` runs every bench without words.
        return;
    };
    let password = std::env::var("PUENTE_BENCH_PASSWORD").unwrap_or_default();
    let port = port.parse().unwrap();
    let mut options =
        ConnectOptions::sql_server(host, port, database, user, Secret::from(password));
    options.sql_server.encryption = Encryption::Off;
    let mut source = connect(&options, &Cancel::new(), Arc::new(NoStatementLog)).unwrap();
    let (low, high) = source
        .key_bounds("DEKARDEX", "DEKARDEXID")
        .unwrap()
        .unwrap();
    let (started, before) = (Instant::now(), cpu_seconds());
    let (mut rows, mut after, mut sum) = (0, low - 1, 0);
    while after < high {
        let through = after + PAGE;
        let column = "DEKARDEXID".to_owned();
        let page = lines().only(Condition::KeyRange {
            column,
            after,
            through,
        });
        rows += read(source.as_mut(), &page, &mut sum);
        after = through;
    }
    let seconds = started.elapsed().as_secs_f64();
    let cpu = cpu_seconds() - before;
    let memory = peak_kilobytes();
    println!(
        "{{\"rows\": {rows}, \"seconds\": {seconds:.3}, \"cpu\": {cpu:.2}, \"peak_kb\": {memory}, \
         \"sum\": {sum}}}"
    );
}

/// The twelve columns of a line.
fn lines() -> Scan {
    let money = Kind::Decimal { scale: 4 };
    Scan::of("DEKARDEX")
        .column("DEKARDEXID", Kind::Int)
        .column("KARDEXID", Kind::Int)
        .column("MATID", Kind::Int)
        .column("BODID", Kind::Int)
        .column("CANMAT", Kind::Decimal { scale: 6 })
        .column("PRECIOVTA", money)
        .column("PARCVTA", money)
        .column("PARCOSTO", money)
        .column("PORCIVA", money)
        .column("DESCUENTO", money)
        .column("TIPUND", Kind::Text)
        .column("FECREG", Kind::Timestamp)
}

fn read(source: &mut dyn SourceDb, scan: &Scan, sum: &mut i128) -> u64 {
    source
        .stream(scan, &mut |chunk| {
            for row in 0..chunk.rows {
                *sum += i128::from(chunk.columns[6].number(row).unwrap_or(0));
            }
            Ok(Flow::Continue)
        })
        .unwrap()
}

/// User and system time of this process, where the system tells; 0 elsewhere.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    fields
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

fn peak_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}
