//! Reads a file of monthly series: `unique_id,ds,y[,price]`.

use puente_core::Month;
use puente_forecast::{Cell, Panel, panel};
use std::collections::HashMap;

/// The first `most` series of a file, without the last `hold_out` months of all.
pub fn read(path: &str, hold_out: usize, most: usize) -> Panel {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let price = reader
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == "price");
    let (mut cells, mut ids): (Vec<Cell>, HashMap<String, usize>) = (Vec::new(), HashMap::new());
    for record in reader.records() {
        let record = record.unwrap();
        let next = ids.len();
        if *ids.entry(record[0].to_owned()).or_insert(next) >= most {
            continue;
        }
        let quantity: f64 = record[2].parse().unwrap_or(0.0);
        let price: f64 = price.and_then(|at| record[at].parse().ok()).unwrap_or(0.0);
        cells.push(Cell {
            article: record[0].to_owned(),
            month: record[1][..4].parse::<i32>().unwrap() * 100
                + record[1][5..7].parse::<i32>().unwrap(),
            quantity_e6: (quantity * 1e6).round() as i64,
            total_e4: (quantity * price * 1e4).round() as i64,
            ..Cell::default()
        });
    }
    let last = cells
        .iter()
        .map(|cell| panel::months_since_zero(cell.month))
        .max()
        .unwrap();
    let running = panel::month_number(last + 1 - hold_out as i32);
    Panel::gather(
        &cells,
        &HashMap::new(),
        Month::from_number(running).unwrap(),
    )
}
