//! Loads synthetic movements and times what users wait for.
//!
//! `cargo bench -p puente-warehouse --bench load -- [rows] [companies]`: by default 1,000,000 rows of
//! one company, and then 10,000,000 of ten. Lines come five to a document, documents nearly by day;
//! some of the 5,000 articles are sold far more often than others.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::expect_used)]

use puente_core::{Cancel, SystemClock};
use puente_warehouse::{
    Article, Batch, Changes, Coverage, DocType, Document, Load, MonthFilter, Movement,
    MovementBatch, MovementFilter, PUT_ROWS, Party, Place, Rank, Sort, SortKey, State, Stream,
    Warehouse,
};
use serde_json::json;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

const ARTICLES: u64 = 5_000;
const LINES_OF_DOCUMENT: i64 = 5;
const CODES: [&str; 6] = ["FV", "FC", "DV", "DC", "RE", "RS"];

fn main() {
    let numbers: Vec<i64> = std::env::args()
        .filter_map(|text| text.parse().ok())
        .collect();
    match numbers[..] {
        [] => {
            run(1_000_000, 1);
            run(10_000_000, 10);
        }
        [rows] => run(rows, 1),
        [rows, companies, ..] => run(rows, companies),
    }
}

fn run(rows: i64, companies: i64) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("warehouse.db");
    let warehouse = Warehouse::open(&path, Arc::new(SystemClock)).unwrap();
    println!("\n{rows} rows in {companies} company-years");
    let begun = (Instant::now(), cpu());
    let mut writer = Spent::default();
    for company in 1..=companies {
        fill(&warehouse, company, rows / companies, &mut writer);
    }
    let (wall, used) = (begun.0.elapsed().as_secs_f64(), cpu() - begun.1);
    println!(
        "  documents           {:>10.2} s wall {:>7.2} s cpu",
        writer.documents.0, writer.documents.1
    );
    println!(
        "  movements           {:>10.2} s wall {:>7.2} s cpu",
        writer.movements.0, writer.movements.1
    );
    println!(
        "  publish             {:>10.2} s wall {:>7.2} s cpu",
        writer.publish.0, writer.publish.1
    );
    #[allow(clippy::cast_precision_loss, reason = "a rate")]
    let rate = rows as f64 / wall;
    println!("  all                 {wall:>10.2} s wall {used:>7.2} s cpu {rate:>10.0} rows/s");
    println!(
        "  file                {:>10.1} MB   most memory {}",
        megabytes(&path),
        memory()
    );
    ask(&warehouse);
    change(&warehouse, 1, rows / companies);
    println!("  most memory         {}", memory());
    replace(&warehouse, 1, rows / companies, &path);
}

#[derive(Default)]
struct Spent {
    documents: (f64, f64),
    movements: (f64, f64),
    publish: (f64, f64),
}

fn timed<T>(into: &mut (f64, f64), work: impl FnOnce() -> T) -> T {
    let (begun, used) = (Instant::now(), cpu());
    let result = work();
    into.0 += begun.elapsed().as_secs_f64();
    into.1 += cpu() - used;
    result
}

fn fill(warehouse: &Warehouse, company: i64, rows: i64, spent: &mut Spent) -> Load {
    let load = warehouse.begin(company, None).unwrap();
    warehouse
        .put(load, dimensions(), json!({"stage": "dimensions"}))
        .unwrap();
    let documents = rows / LINES_OF_DOCUMENT;
    let mut document = 1;
    while document <= documents {
        let through = (document + 20_000).min(documents + 1);
        let batch = Batch {
            documents: (document..through)
                .map(|id| header(id, documents))
                .collect(),
            ..Batch::default()
        };
        timed(&mut spent.documents, || {
            warehouse
                .put(load, batch, json!({"documents": through}))
                .unwrap();
        });
        document = through;
    }
    let mut line = 1;
    while line <= rows {
        let through = (line + i64::try_from(PUT_ROWS).unwrap()).min(rows + 1);
        let mut movements = MovementBatch::with_capacity(Stream::Line, PUT_ROWS);
        for id in line..through {
            movements.push(&movement(id, documents));
        }
        let batch = Batch {
            movements,
            ..Batch::default()
        };
        timed(&mut spent.movements, || {
            warehouse
                .put(load, batch, json!({"lines": through}))
                .unwrap();
        });
        line = through;
    }
    timed(&mut spent.publish, || {
        warehouse.publish(load, json!({"mark": 1})).unwrap()
    })
}

fn ask(warehouse: &Warehouse) {
    let all = MonthFilter::default();
    time("monthly", || warehouse.monthly(&all).unwrap().len());
    time("counts", || warehouse.counts().unwrap().len());
    time("top articles", || {
        warehouse.top_articles(&all, Rank::Total, 10).unwrap().len()
    });
    let sales = MonthFilter {
        doc_types: vec!["FV".to_owned()],
        ..all.clone()
    };
    time("demand of sales", || {
        warehouse.demand(&sales, &[]).unwrap().len()
    });
    let one = MovementFilter {
        companies: vec![1],
        ..MovementFilter::default()
    };
    let month = MovementFilter {
        from_day: Some(20_500),
        to_day: Some(20_530),
        ..one.clone()
    };
    let article = MovementFilter {
        articles: vec!["A0077".to_owned()],
        ..one.clone()
    };
    let text = MovementFilter {
        text: Some("cortical 77".to_owned()),
        ..one.clone()
    };
    let everything = MovementFilter::default();
    for (what, filter) in [
        ("page, one company", &one),
        ("page, one month of it", &month),
        ("page, one article of it", &article),
        ("page, text in it", &text),
        ("page, all companies", &everything),
    ] {
        let newest = Sort {
            key: SortKey::Day,
            descending: true,
        };
        time(&format!("{what}, newest"), || {
            warehouse
                .movements(filter, newest, None, 100)
                .unwrap()
                .rows
                .len()
        });
    }
    for key in [SortKey::Total, SortKey::Article, SortKey::Line] {
        let sort = Sort {
            key,
            descending: true,
        };
        let first = time(&format!("page, one company, {key:?}"), || {
            warehouse.movements(&one, sort, None, 100).unwrap()
        });
        time("  the next one", || {
            warehouse
                .movements(&one, sort, first.next.as_ref(), 100)
                .unwrap()
                .rows
                .len()
        });
    }
    for (what, filter, key) in [
        ("view, one company, newest", &one, SortKey::Day),
        ("view, one company, Total", &one, SortKey::Total),
        ("view, one company, Article", &one, SortKey::Article),
        ("view, one month of it", &month, SortKey::Day),
        ("view, text in it", &text, SortKey::Day),
    ] {
        let sort = Sort {
            key,
            descending: true,
        };
        let view = time(what, || warehouse.view(filter, sort).unwrap());
        time("  100 rows from its middle", || {
            warehouse.rows_of(&view, view.len() / 2, 100).unwrap().len()
        });
    }
    time("sums, one month of one company", || {
        warehouse.sums(&month).unwrap().lines
    });
    time("sums, one company", || warehouse.sums(&one).unwrap().lines);
    time("export, one company", || {
        warehouse
            .export(&one, &mut |_| ControlFlow::Continue(()))
            .unwrap()
    });
    let load = warehouse.current(1).unwrap().unwrap().id;
    time("totals of all lines", || {
        warehouse
            .totals(load, Stream::Line, i64::MIN, i64::MAX)
            .unwrap()
            .lines
    });
    time("recompute", || warehouse.recompute(load).unwrap().len());
    assert_eq!(
        warehouse.recompute(load).unwrap(),
        warehouse.monthly_of(load).unwrap()
    );
    assert_eq!(
        warehouse.recompute_articles(load).unwrap(),
        warehouse.article_months_of(load).unwrap()
    );
    let days = Coverage {
        from_day: 20_500,
        to_day: 20_530,
    };
    time("keys of a month", || {
        warehouse
            .line_keys_of_days(load, Stream::Line, days)
            .unwrap()
            .len()
    });
}

/// 1,000 changes: 600 changed lines, 200 new ones, 100 voided documents, 100 lines gone.
fn change(warehouse: &Warehouse, company: i64, rows: i64) {
    let load = warehouse.current(company).unwrap().unwrap().id;
    for round in 0..4 {
        let changes = thousand(rows, round);
        for what in ["apply 1,000 changes", "  and again"] {
            let changes = changes.clone();
            time(what, || {
                let applied = warehouse.apply(load, changes, json!(round)).unwrap();
                applied.inserted + applied.updated + applied.gone
            });
        }
    }
    assert_eq!(
        warehouse.recompute(load).unwrap(),
        warehouse.monthly_of(load).unwrap()
    );
}

fn thousand(rows: i64, round: i64) -> Changes {
    let documents = rows / LINES_OF_DOCUMENT;
    let spread = |n: i64, of: i64| 1 + (n * 7_919 + round * 104_729) % of;
    let mut movements = MovementBatch::default();
    for n in 0..600 {
        let mut row = movement(spread(n, rows), documents);
        row.quantity_e6 += 500_000;
        movements.push(&row);
    }
    for n in 0..200 {
        movements.push(&Movement {
            line_id: rows + 1 + n + round * 200,
            ..movement(rows - n, documents)
        });
    }
    let voided = (0..100).map(|n| {
        let id = spread(n * 3, documents);
        let document = Document {
            state: State::Voided,
            ..header(id, documents)
        };
        (Stream::Line, document)
    });
    let gone = (0..100).map(|n| (Stream::Line, spread(n * 11, rows)));
    Changes {
        movements: vec![movements],
        documents: voided.collect(),
        gone_movements: gone.collect(),
        ..Changes::default()
    }
}

fn replace(warehouse: &Warehouse, company: i64, rows: i64, path: &std::path::Path) {
    fill(warehouse, company, rows, &mut Spent::default());
    let before = megabytes(path);
    let swept = time("sweep of the load before", || {
        warehouse.sweep(&Cancel::new()).unwrap()
    });
    println!("  {swept:?}, file {before:.1} -> {:.1} MB", megabytes(path));
}

fn time<T: std::fmt::Debug>(what: &str, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let result = work();
    let took = begun.elapsed().as_secs_f64() * 1e3;
    let shown = format!("{result:?}");
    let shown = if shown.len() < 40 {
        shown
    } else {
        String::new()
    };
    println!("  {what:<36} {took:>10.1} ms  {shown}");
    result
}

fn dimensions() -> Batch {
    Batch {
        doc_types: (0..)
            .zip(CODES)
            .map(|(id, code)| DocType {
                id,
                code: code.into(),
            })
            .collect(),
        places: (1..=4)
            .map(|id| Place {
                id,
                code: format!("0{id}"),
                name: format!("BODEGA {id}"),
                flag: (id == 1).then(|| "implante".to_owned()),
            })
            .collect(),
        articles: (1..=i64::try_from(ARTICLES).unwrap())
            .map(|id| Article {
                id,
                code: format!("A{id:04}"),
                description: format!("TORNILLO CORTICAL {id}"),
                unit: "UND".to_owned(),
                group_code: "01".to_owned(),
            })
            .collect(),
        parties: (1..=5_000)
            .map(|id| Party {
                id,
                tax_id: (800_000_000 + id).to_string(),
                name: format!("CLIENTE {id} S.A.S."),
            })
            .collect(),
        ..Batch::default()
    }
}

fn header(id: i64, documents: i64) -> Document {
    let drift = i64::try_from(mix(id) % 3).unwrap();
    Document {
        id,
        doc_type: u16::try_from(mix(id) % 20 % 6).unwrap(),
        prefix: "FE".to_owned(),
        number: id.to_string(),
        day: Some(i32::try_from(20_454 + id * 320 / documents + drift).unwrap()),
        state: if id % 50 == 0 {
            State::Draft
        } else {
            State::Posted
        },
        party_id: Some(1 + id % 5_000),
        total_e4: 1_190_000_000,
    }
}

fn movement(line_id: i64, documents: i64) -> Movement {
    let document = header(1 + (line_id - 1) / LINES_OF_DOCUMENT, documents);
    let chance = mix(line_id);
    let of = |shift: u32, n: u64| i64::try_from((chance >> shift) % n).unwrap();
    let (quantity, price_e4) = (1 + of(20, 12), 10_000_000 + of(30, 98_765) * 13_700);
    Movement {
        line_id,
        doc_id: document.id,
        article_id: 1 + popular(of(0, 1_000)),
        place_id: Some(1 + of(40, 4)),
        to_place_id: None,
        day: document.day,
        doc_type: document.doc_type,
        state: document.state,
        quantity_e6: quantity * 1_000_000,
        price_e4,
        total_e4: quantity * price_e4,
        cost_e4: price_e4 / 2,
    }
}

/// Every tenth article makes up nearly half of the lines.
fn popular(chance: i64) -> i64 {
    chance * chance * chance * i64::try_from(ARTICLES).unwrap() / 1_000_000_000
}

/// Well spread and the same in every run.
fn mix(number: i64) -> u64 {
    let mut z = number.cast_unsigned().wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn megabytes(path: &std::path::Path) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let bytes = std::fs::metadata(path).unwrap().len() as f64;
    bytes / 1e6
}

/// Seconds of CPU that this process has used, where the system says so in a file.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or("")
        .split_whitespace()
        .collect();
    let ticks = |at: usize| {
        fields
            .get(at)
            .and_then(|t| t.parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    (ticks(11) + ticks(12)) / 100.0
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.map_or_else(|| "?".to_owned(), |line| line[6..].trim().to_owned())
}
