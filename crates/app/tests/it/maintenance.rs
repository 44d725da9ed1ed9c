//! What nobody needs any more goes away by itself.

use crate::office::Office;
use chrono::TimeDelta;
use puente_app::sync::TIDY;
use puente_jobs::{Filter, JobId, NewJob};
use puente_warehouse::{Batch, LoadState, Movement, MovementBatch, State as Row, Stream};
use serde_json::json;

fn all(office: &Office) -> Vec<JobId> {
    let filter = Filter {
        limit: 1000,
        ..Filter::default()
    };
    let jobs = office.app.jobs.list(&filter).unwrap();
    jobs.into_iter().map(|job| job.id).collect()
}

/// A backup, done: the cheapest job there is.
fn old_job(office: &Office) -> JobId {
    let new = NewJob::new(puente_app::backup::CREATE, json!({}));
    office.app.jobs.enqueue(new).unwrap()
}

fn tidy(office: &Office) {
    let jobs = &office.app.jobs;
    jobs.enqueue(NewJob::new(TIDY, json!({}))).unwrap();
    jobs.run_due(1).unwrap();
}

/// A load of some movements that is current after it, in the place of the one before.
fn load(office: &Office) {
    let warehouse = &office.app.room.warehouse;
    let load = warehouse.begin(7, None).unwrap();
    let mut rows = MovementBatch::with_capacity(Stream::Line, 1000);
    for line_id in 1..=1000 {
        rows.push(&Movement {
            line_id,
            doc_id: line_id,
            article_id: 1,
            place_id: None,
            to_place_id: None,
            day: Some(20_000),
            doc_type: 0,
            state: Row::Posted,
            quantity_e6: 1_000_000,
            price_e4: 1,
            total_e4: 1,
            cost_e4: 1,
        });
    }
    let batch = Batch {
        movements: rows,
        doc_types: vec![puente_warehouse::DocType {
            id: 0,
            code: String::new(),
        }],
        ..Batch::default()
    };
    warehouse.put(load, batch, json!({})).unwrap();
    warehouse.publish(load, json!({})).unwrap();
}

#[test]
fn tidying_deletes_old_jobs_and_replaced_rows_and_keeps_the_audit_trail() {
    let office = Office::new();
    let first = old_job(&office);
    for _ in 0..250 {
        office
            .app
            .jobs
            .enqueue(NewJob::new("of another version", json!({})))
            .unwrap();
    }
    office.app.jobs.run_due(1).unwrap();
    office
        .app
        .jobs
        .audit("local", "server.add", "server:1", json!({}))
        .unwrap();
    load(&office);
    load(&office);
    let states = |office: &Office| -> Vec<LoadState> {
        let loads = office.app.room.warehouse.loads().unwrap();
        loads.iter().map(|load| load.state).collect()
    };
    assert!(states(&office).contains(&LoadState::Retired));
    office.clock.advance(TimeDelta::days(29));
    tidy(&office);
    assert!(all(&office).contains(&first), "29 days are not old");
    assert_eq!(states(&office), [LoadState::Current]);
    office.clock.advance(TimeDelta::days(2));
    tidy(&office);
    let left = all(&office);
    assert!(!left.contains(&first) && left.len() > 200, "{left:?}");
    let trail = office.app.jobs.audit_trail(None, None, 100).unwrap();
    assert!(trail.iter().any(|entry| entry.action == "server.add"));
    let counts = office.app.room.warehouse.counts().unwrap();
    assert_eq!(counts[0].movements, 1000, "what is shown is left alone");
}
