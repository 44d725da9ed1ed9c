//! How many small durable writes a second the store takes, beside a lone writer that commits each by
//! itself through bare rusqlite. Prints a table of rates and ratios; the disk's flush decides the
//! absolute figures, so compare the ratios.
//!
//! `cargo bench -p puente-store --bench group_commit [-- <folder to write in>]`

#![allow(clippy::print_stdout, reason = "the table is what this program is for")]

use puente_core::SystemClock;
use puente_store::{Database, Error, Migration, Options, rusqlite};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(1500);
const WRITERS: [usize; 4] = [1, 8, 32, 128];
const TABLE: &str = "CREATE TABLE event (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;";
const INSERT: &str =
    "INSERT INTO event (text) VALUES ('a small durable write of some fifty bytes')";
static MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "event",
    sql: TABLE,
}];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let parent = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let parent = parent.map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(parent)?;
    let bare = bare(&folder.path().join("bare.db"))?;
    let options = Options::new(1, MIGRATIONS);
    let store = Database::open(
        &folder.path().join("store.db"),
        options,
        Arc::new(SystemClock),
    )?;

    let mut rates: Vec<Vec<f64>> = vec![Vec::new(); WRITERS.len() + 1];
    for _ in 0..ROUNDS {
        rates[0].push(lone_rate(&bare)?);
        for (writers, rates) in WRITERS.iter().zip(&mut rates[1..]) {
            rates.push(store_rate(&store, *writers)?);
        }
    }

    let medians: Vec<f64> = rates.into_iter().map(median).collect();
    println!("| writers | durable writes/s | against a lone autocommit |");
    println!("|---|---:|---:|");
    println!("| 1, bare rusqlite, autocommit | {:.0} | 1.0 |", medians[0]);
    for (writers, rate) in WRITERS.iter().zip(&medians[1..]) {
        println!(
            "| {writers}, store | {rate:.0} | {:.1} |",
            rate / medians[0]
        );
    }
    Ok(())
}

fn bare(path: &Path) -> Result<rusqlite::Connection, rusqlite::Error> {
    let connection = rusqlite::Connection::open(path)?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.execute_batch("PRAGMA synchronous = FULL")?;
    connection.execute_batch(TABLE)?;
    Ok(connection)
}

fn lone_rate(connection: &rusqlite::Connection) -> Result<f64, rusqlite::Error> {
    let began = Instant::now();
    let mut writes = 0u32;
    while began.elapsed() < ROUND {
        connection.prepare_cached(INSERT)?.execute([])?;
        writes += 1;
    }
    Ok(f64::from(writes) / began.elapsed().as_secs_f64())
}

/// Each thread waits for its write before it sends the next one.
fn store_rate(store: &Database, threads: usize) -> Result<f64, Error> {
    let began = Instant::now();
    let writer = || -> Result<u32, Error> {
        let mut writes = 0;
        while began.elapsed() < ROUND {
            store.write(|tx| {
                tx.prepare_cached(INSERT)?.execute([])?;
                Ok::<_, Error>(())
            })?;
            writes += 1;
        }
        Ok(writes)
    };
    let writes = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..threads).map(|_| scope.spawn(writer)).collect();
        writers
            .into_iter()
            .map(|writer| {
                writer
                    .join()
                    .unwrap_or(Err(Error::Misused("a writer panicked")))
            })
            .sum::<Result<u32, Error>>()
    })?;
    Ok(f64::from(writes) / began.elapsed().as_secs_f64())
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
