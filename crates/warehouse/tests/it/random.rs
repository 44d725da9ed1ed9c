//! Any sequence of puts, changes, restarts and publications keeps rows and roll-ups exact.

use crate::model::{Model, known, seen};
use crate::support::{all_of, assert_rolled_up, batch_of, dimensions, export, open};
use proptest::collection::vec;
use proptest::prelude::*;
use puente_core::Cancel;
use puente_warehouse::{
    Batch, Changes, Coverage, Document, LoadId, Movement, State, Stream, Warehouse,
};
use serde_json::json;
use tempfile::TempDir;

#[derive(Debug, Clone)]
enum Step {
    Put(Stream, Vec<Document>, Vec<Movement>),
    Apply(Box<Changes>),
    ApplyToCurrent(Box<Changes>),
    Publish,
    Restart,
    Sweep,
}

fn state() -> impl Strategy<Value = State> {
    prop_oneof![
        6 => Just(State::Posted),
        1 => Just(State::Draft),
        1 => Just(State::Voided),
        1 => Just(State::Gone),
    ]
}

fn stream() -> impl Strategy<Value = Stream> {
    prop_oneof![3 => Just(Stream::Line), 1 => Just(Stream::Transfer)]
}

fn day() -> impl Strategy<Value = Option<i32>> {
    prop_oneof![6 => (20_440_i32..20_530).prop_map(Some), 1 => Just(None)]
}

fn a_document() -> impl Strategy<Value = Document> {
    (0_i64..8, 0_u16..4, day(), state(), 0_i64..100).prop_map(
        |(id, doc_type, day, state, total_e4)| Document {
            id,
            doc_type,
            prefix: String::new(),
            number: id.to_string(),
            day,
            state,
            party_id: None,
            total_e4,
        },
    )
}

fn a_movement() -> impl Strategy<Value = Movement> {
    let amounts = (-5_i64..50, 0_i64..9, -1_000_i64..1_000, 0_i64..1_000);
    (
        0_i64..60,
        0_i64..8,
        0_i64..4,
        0_u16..4,
        day(),
        state(),
        amounts,
    )
        .prop_map(
            |(line_id, doc_id, article_id, doc_type, day, state, amounts)| Movement {
                line_id,
                doc_id,
                article_id,
                place_id: (article_id > 0).then_some(article_id),
                to_place_id: None,
                day,
                doc_type,
                state,
                quantity_e6: amounts.0,
                price_e4: amounts.1,
                total_e4: amounts.2,
                cost_e4: amounts.3,
            },
        )
}

fn changes() -> impl Strategy<Value = Box<Changes>> {
    (
        vec((stream(), a_document()), 0..4),
        vec((stream(), vec(a_movement(), 0..6)), 0..3),
        vec((stream(), 0_i64..8), 0..2),
        vec((stream(), 0_i64..60), 0..4),
    )
        .prop_map(|(documents, movements, gone_documents, gone_movements)| {
            let movements = movements
                .iter()
                .map(|(stream, rows)| batch_of(*stream, rows))
                .collect();
            Box::new(Changes {
                documents,
                movements,
                gone_documents,
                gone_movements,
                ..Changes::default()
            })
        })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (stream(), vec(a_document(), 0..4), vec(a_movement(), 0..8))
            .prop_map(|(stream, documents, rows)| Step::Put(stream, documents, rows)),
        2 => changes().prop_map(Step::Apply),
        3 => changes().prop_map(Step::ApplyToCurrent),
        1 => Just(Step::Publish),
        1 => Just(Step::Restart),
        1 => Just(Step::Sweep),
    ]
}

struct World {
    dir: TempDir,
    warehouse: Warehouse,
    building: Option<(LoadId, Model)>,
    current: Option<(LoadId, Model)>,
}

impl World {
    fn new() -> World {
        let dir = tempfile::tempdir().unwrap();
        let warehouse = open(dir.path());
        World {
            dir,
            warehouse,
            building: None,
            current: None,
        }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Put(stream, documents, rows) => self.put(*stream, documents, rows),
            Step::Apply(changes) => {
                if let Some((load, model)) = &mut self.building {
                    self.warehouse
                        .apply(*load, (**changes).clone(), json!(0))
                        .unwrap();
                    model.apply(changes);
                }
            }
            Step::ApplyToCurrent(changes) => {
                if let Some((load, model)) = &mut self.current {
                    self.warehouse
                        .apply(*load, (**changes).clone(), json!(0))
                        .unwrap();
                    model.apply(changes);
                }
            }
            Step::Publish => {
                if let Some((load, model)) = self.building.take() {
                    self.warehouse.publish(load, json!(0)).unwrap();
                    self.current = Some((load, model));
                }
            }
            Step::Restart => self.warehouse = open(self.dir.path()),
            Step::Sweep => drop(self.warehouse.sweep(&Cancel::new()).unwrap()),
        }
    }

    /// Rows as they come, made fit for a put: new documents only, lines above the last one.
    fn put(&mut self, stream: Stream, documents: &[Document], rows: &[Movement]) {
        if self.building.is_none() {
            let load = self.warehouse.begin(7, None).unwrap();
            self.warehouse.put(load, dimensions(), json!(0)).unwrap();
            self.building = Some((load, Model::default()));
        }
        let Some((load, model)) = &mut self.building else {
            return;
        };
        let mut fresh: Vec<Document> = Vec::new();
        for document in documents {
            let known = model.documents.contains_key(&(stream, document.id));
            if !known && fresh.iter().all(|other| other.id != document.id) {
                fresh.push(document.clone());
            }
        }
        let keys = model.movements.keys().filter(|(of, _)| *of == stream);
        let mut last = keys.map(|(_, line)| *line).max().unwrap_or(-1);
        let rows: Vec<Movement> = rows
            .iter()
            .map(|row| {
                last += 1 + row.line_id % 3;
                Movement {
                    line_id: last,
                    ..row.clone()
                }
            })
            .collect();
        let movements = batch_of(stream, &rows);
        model.put(stream, &fresh, &movements);
        let batch = Batch {
            documents: fresh,
            document_stream: stream,
            movements,
            ..Batch::default()
        };
        self.warehouse.put(*load, batch, json!(last)).unwrap();
    }

    fn check_days(&self, load: LoadId, model: &Model, (from_day, to_day): (i32, i32)) {
        let days = Coverage { from_day, to_day };
        let keys = self
            .warehouse
            .line_keys_of_days(load, Stream::Line, days)
            .unwrap();
        let expected: Vec<i64> = model
            .movements
            .iter()
            .filter(|((stream, _), row)| {
                *stream == Stream::Line
                    && row.state != State::Gone
                    && row
                        .day
                        .is_some_and(|day| (from_day..=to_day).contains(&day))
            })
            .map(|((_, line), _)| *line)
            .collect();
        assert_eq!(keys, expected);
    }

    fn check(&self) {
        if let Some((load, _)) = &self.building {
            let months = self.warehouse.monthly_of(*load).unwrap();
            assert_eq!(months, self.warehouse.recompute(*load).unwrap());
        }
        let Some((load, model)) = &self.current else {
            return;
        };
        assert_rolled_up(&self.warehouse, *load);
        let rows: Vec<_> = export(&self.warehouse, &all_of(7))
            .iter()
            .map(seen)
            .collect();
        let expected: Vec<_> = model.movements.iter().map(known).collect();
        assert_eq!(rows, expected);
        for days in [(20_440, 20_470), (20_471, 20_471), (20_500, 20_530)] {
            self.check_days(*load, model, days);
        }
        let load = self.warehouse.load(*load).unwrap();
        let counted = (model.documents.len(), model.movements.len());
        let counts = (load.documents, load.movements);
        assert_eq!(
            counts,
            (counted.0.try_into().unwrap(), counted.1.try_into().unwrap())
        );
    }
}

proptest! {
    // A part of what others take: each opens a database. `PROPTEST_CASES` raises all alike.
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.div_ceil(5)))]

    #[test]
    fn rows_and_roll_ups_stay_exact(steps in vec(step(), 1..25)) {
        let mut world = World::new();
        for step in &steps {
            world.take(step);
            world.check();
        }
        world.take(&Step::Publish);
        world.check();
    }
}
