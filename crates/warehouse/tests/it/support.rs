//! Rows and files for the tests.

use puente_core::SystemClock;
use puente_warehouse::{
    Article, Batch, DocType, Document, LoadId, Movement, MovementBatch, MovementFilter,
    MovementRow, Party, Place, State, Stream, Warehouse,
};
use serde_json::json;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// 2026-01-01.
pub const NEW_YEAR: i32 = 20_454;

pub const ALL_STATES: [State; 4] = [State::Posted, State::Draft, State::Voided, State::Gone];

pub fn warehouse() -> (TempDir, Warehouse) {
    let dir = tempfile::tempdir().unwrap();
    let warehouse = open(dir.path());
    (dir, warehouse)
}

/// A handle of its own on the file in that folder, as another process has one.
pub fn open(dir: &Path) -> Warehouse {
    Warehouse::open(&dir.join("warehouse.db"), Arc::new(SystemClock)).unwrap()
}

pub fn document(id: i64) -> Document {
    Document {
        id,
        doc_type: 1,
        prefix: "FE".to_owned(),
        number: format!("{id:04}"),
        day: Some(NEW_YEAR),
        state: State::Posted,
        party_id: Some(1),
        total_e4: 10_000,
    }
}

/// One unit of article 1 for 2.0000 that cost 1.0000, of document 1.
pub fn movement(line_id: i64) -> Movement {
    Movement {
        line_id,
        doc_id: 1,
        article_id: 1,
        place_id: Some(1),
        to_place_id: None,
        day: Some(NEW_YEAR),
        doc_type: 1,
        state: State::Posted,
        quantity_e6: 1_000_000,
        price_e4: 20_000,
        total_e4: 20_000,
        cost_e4: 10_000,
    }
}

pub fn lines(rows: &[Movement]) -> MovementBatch {
    batch_of(Stream::Line, rows)
}

pub fn batch_of(stream: Stream, rows: &[Movement]) -> MovementBatch {
    let mut batch = MovementBatch {
        stream,
        ..MovementBatch::default()
    };
    rows.iter().for_each(|row| batch.push(row));
    batch
}

pub fn dimensions() -> Batch {
    Batch {
        doc_types: ["FV", "FC", "DV", "TR"]
            .into_iter()
            .zip(1..)
            .map(|(code, id)| DocType {
                id,
                code: code.to_owned(),
            })
            .collect(),
        places: vec![
            place(1, "00", "BODEGA IMPLANTES", Some("implante")),
            place(2, "01", "EQ. DE PODER", Some("equipo_poder")),
            place(3, "02", "AVERÍAS", None),
        ],
        articles: (1..=9).map(article).collect(),
        parties: vec![
            Party {
                id: 1,
                tax_id: "9001".to_owned(),
                name: "MUÑOZ & CIA".to_owned(),
            },
            Party {
                id: 2,
                tax_id: "9002".to_owned(),
                name: "Clínica Ñandú".to_owned(),
            },
        ],
        ..Batch::default()
    }
}

pub fn place(id: i64, code: &str, name: &str, flag: Option<&str>) -> Place {
    Place {
        id,
        code: code.to_owned(),
        name: name.to_owned(),
        flag: flag.map(str::to_owned),
    }
}

/// Codes descend while ids ascend, so that the two orders differ.
pub fn article(id: i64) -> Article {
    Article {
        id,
        code: format!("ART-{:02}", 50 - id),
        description: format!("TORNILLO Ø{id} CÚCUTA"),
        unit: "UND".to_owned(),
        group_code: "01".to_owned(),
    }
}

/// A load with the dimensions, those documents and those lines, not yet published.
pub fn filled(
    warehouse: &Warehouse,
    company: i64,
    documents: &[Document],
    rows: &[Movement],
) -> LoadId {
    let load = warehouse.begin(company, None).unwrap();
    warehouse
        .put(load, dimensions(), json!("dimensions"))
        .unwrap();
    let batch = Batch {
        documents: documents.to_vec(),
        movements: lines(rows),
        ..Batch::default()
    };
    warehouse.put(load, batch, json!("lines")).unwrap();
    load
}

/// [`filled`], and published.
pub fn published(
    warehouse: &Warehouse,
    company: i64,
    documents: &[Document],
    rows: &[Movement],
) -> LoadId {
    let load = filled(warehouse, company, documents, rows);
    warehouse.publish(load, json!("mark")).unwrap();
    load
}

/// All rows of a selection.
pub fn export(warehouse: &Warehouse, filter: &MovementFilter) -> Vec<MovementRow> {
    let mut rows = Vec::new();
    warehouse
        .export(filter, &mut |row| {
            rows.push(row.clone());
            ControlFlow::Continue(())
        })
        .unwrap();
    rows
}

/// Every movement of the company's current load, whatever its state.
pub fn all_of(company: i64) -> MovementFilter {
    MovementFilter {
        companies: vec![company],
        states: ALL_STATES.to_vec(),
        ..MovementFilter::default()
    }
}

/// The roll-ups are what a scan of all movements gives.
pub fn assert_rolled_up(warehouse: &Warehouse, load: LoadId) {
    assert_eq!(
        warehouse.monthly_of(load).unwrap(),
        warehouse.recompute(load).unwrap()
    );
    assert_eq!(
        warehouse.article_months_of(load).unwrap(),
        warehouse.recompute_articles(load).unwrap()
    );
}
