//! Streams the lines of a company and prints rows a second and the CPU seconds of client and server.
//!
//! `cargo bench -p puente-databases --bench stream` makes a sample of its own (`PUENTE_BENCH_ROWS`
//! lines, 1,000,000 unless said). `PUENTE_BENCH_DATABASE=host:port:path`, `PUENTE_BENCH_USER` and
//! `PUENTE_BENCH_PASSWORD` name a database that is there already.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that prints its figures"
)]

use puente_core::{Cancel, Secret};
use puente_databases::{
    Condition, ConnectOptions, Flow, Kind, NoStatementLog, Scan, SourceDb, SumColumn,
    TotalsRequest, connect,
};
use puente_sandbox::{FirebirdServer, SampleErp, SampleOptions, SampleSize, ServerOptions};
use std::sync::Arc;
use std::time::Instant;

const PAGE: i64 = 50_000;

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let folder = std::env::temp_dir().join(format!("puente-bench-{}", std::process::id()));
    let (options, _server) = source(&folder);
    let mut database = connect(&options, &Cancel::new(), Arc::new(NoStatementLog)).unwrap();
    let bounds = database
        .key_bounds("DEKARDEX", "DEKARDEXID")
        .unwrap()
        .unwrap();
    println!("keys {bounds:?}");
    for round in 1..=3 {
        measured(&format!("numbers, pages of {PAGE} ({round})"), || {
            pages(&mut *database, &numbers(), bounds)
        });
    }
    measured("numbers, one cursor", || stream(&mut *database, &numbers()));
    measured("documents with texts", || {
        stream(&mut *database, &documents())
    });
    measured("totals", || totals(&mut *database));
    let _ = std::fs::remove_dir_all(folder);
}

fn source(folder: &std::path::Path) -> (ConnectOptions, Option<FirebirdServer>) {
    if let Ok(named) = std::env::var("PUENTE_BENCH_DATABASE") {
        let mut parts = named.splitn(3, ':');
        let (host, port) = (
            parts.next().unwrap(),
            parts.next().unwrap().parse().unwrap(),
        );
        let user = std::env::var("PUENTE_BENCH_USER").unwrap_or_else(|_| "SYSDBA".to_owned());
        let password = std::env::var("PUENTE_BENCH_PASSWORD").unwrap_or_default();
        let path = parts.next().unwrap();
        return (
            ConnectOptions::firebird(host, port, path, user, Secret::from(password)),
            None,
        );
    }
    let rows = std::env::var("PUENTE_BENCH_ROWS")
        .ok()
        .and_then(|rows| rows.parse().ok());
    let server = FirebirdServer::start(&folder.join("server"), ServerOptions::default()).unwrap();
    let sample = SampleOptions {
        size: SampleSize::Custom(rows.unwrap_or(1_000_000)),
        companies: 1,
        years: vec![2026],
        ..SampleOptions::default()
    };
    let erp = SampleErp::create(&server, &folder.join("sample"), sample).unwrap();
    let options = ConnectOptions::firebird(
        server.host(),
        server.port(),
        erp.companies[0].path.display().to_string(),
        server.user(),
        server.password().clone(),
    );
    (options, Some(server))
}

fn numbers() -> Scan {
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
        .column("PRECIOBASE", money)
}

fn documents() -> Scan {
    Scan::of("KARDEX")
        .column("KARDEXID", Kind::Int)
        .column("CODCOMP", Kind::Text)
        .column("CODPREFIJO", Kind::Text)
        .column("NUMERO", Kind::Text)
        .column("FECHA", Kind::Date)
        .column("FECASENTAD", Kind::Timestamp)
        .column("FECANULADO", Kind::Timestamp)
        .column("CLIENTE", Kind::Int)
        .column("OBSERV", Kind::Text)
}

fn stream(database: &mut dyn SourceDb, scan: &Scan) -> u64 {
    database.stream(scan, &mut |_| Ok(Flow::Continue)).unwrap()
}

fn pages(database: &mut dyn SourceDb, scan: &Scan, (low, high): (i64, i64)) -> u64 {
    let (mut rows, mut after) = (0, low - 1);
    while after < high {
        let through = after + PAGE;
        let column = "DEKARDEXID".to_owned();
        let page = scan.clone().only(Condition::KeyRange {
            column,
            after,
            through,
        });
        rows += stream(database, &page);
        after = through;
    }
    rows
}

fn totals(database: &mut dyn SourceDb) -> u64 {
    let mut request = TotalsRequest::of("DEKARDEX");
    request.sums = vec![SumColumn::of("PARCVTA", 4), SumColumn::of("CANMAT", 6)];
    database.totals(&request).unwrap().rows
}

#[allow(clippy::cast_precision_loss, reason = "figures for people")]
fn measured(what: &str, work: impl FnOnce() -> u64) {
    let (started, cpu) = (Instant::now(), cpu_seconds());
    let rows = work();
    let (wall, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let rate = rows as f64 / wall;
    println!("{what:32} {rows:9} rows {wall:6.2} s {rate:9.0} rows/s, client {cpu:5.2} s CPU");
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
