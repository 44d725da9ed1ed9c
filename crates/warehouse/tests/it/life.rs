//! The life of a load: begun, filled, resumed, published, replaced, swept.

use crate::support::{
    all_of, assert_rolled_up, batch_of, dimensions, document, export, filled, lines, movement,
    open, published, warehouse,
};
use puente_core::{Cancel, Code, Coded};
use puente_warehouse::{
    Batch, Coverage, DocType, Error, LoadId, LoadState, MonthFilter, Movement, MovementBatch,
    State, Stream,
};
use serde_json::json;

#[test]
fn nobody_sees_a_load_before_it_is_published() {
    let (_dir, warehouse) = warehouse();
    let load = filled(&warehouse, 7, &[document(1)], &[movement(1), movement(2)]);
    assert!(export(&warehouse, &all_of(7)).is_empty());
    assert!(
        warehouse
            .monthly(&MonthFilter::default())
            .unwrap()
            .is_empty()
    );
    assert!(warehouse.counts().unwrap().is_empty());
    assert_eq!(warehouse.current(7).unwrap(), None);

    let published = warehouse.publish(load, json!({"mark": 5})).unwrap();

    assert_eq!(published.state, LoadState::Current);
    assert_eq!(published.mark, Some(json!({"mark": 5})));
    assert_eq!((published.documents, published.movements), (1, 2));
    assert_eq!(warehouse.current(7).unwrap(), Some(published));
    assert_eq!(export(&warehouse, &all_of(7)).len(), 2);
    assert_eq!(warehouse.resumable(7).unwrap(), None);
    assert_rolled_up(&warehouse, load);
}

#[test]
fn a_resumed_load_goes_on_after_its_checkpoint_and_counts_nothing_twice() {
    let (dir, warehouse) = warehouse();
    let coverage = Some(Coverage {
        from_day: 20_454,
        to_day: 20_484,
    });
    let load = warehouse.begin(7, coverage).unwrap();
    warehouse
        .put(load, dimensions(), json!({"line": 0}))
        .unwrap();
    let rows: Vec<Movement> = (1..=5).map(movement).collect();
    let first = Batch {
        movements: lines(&rows),
        ..Batch::default()
    };
    warehouse
        .put(load, first.clone(), json!({"line": 5}))
        .unwrap();
    drop(warehouse);

    let warehouse = open(dir.path());
    let resumed = warehouse.resumable(7).unwrap().unwrap();
    assert_eq!((resumed.id, resumed.coverage), (load, coverage));
    assert_eq!(resumed.checkpoint, Some(json!({"line": 5})));
    let again = warehouse.put(load, first, json!({"line": 5})).unwrap_err();
    assert!(
        matches!(
            again,
            Error::NotAscending {
                line_id: 1,
                last: 5,
                ..
            }
        ),
        "{again}"
    );
    let next = Batch {
        movements: lines(&[movement(6)]),
        ..Batch::default()
    };
    warehouse.put(load, next, json!({"line": 6})).unwrap();
    warehouse.publish(load, json!(1)).unwrap();

    assert_eq!(export(&warehouse, &all_of(7)).len(), 6);
    assert_rolled_up(&warehouse, load);
}

#[test]
fn a_put_that_fails_leaves_nothing_behind() {
    let (_dir, warehouse) = warehouse();
    let load = filled(&warehouse, 7, &[document(1)], &[movement(1)]);
    let before = warehouse.load(load).unwrap();
    let with_document = Batch {
        documents: vec![document(2), document(1)],
        movements: lines(&[movement(2)]),
        ..Batch::default()
    };
    let refused = warehouse.put(load, with_document, json!("x")).unwrap_err();
    assert!(
        matches!(
            refused,
            Error::Duplicate {
                table: "document",
                key: 1
            }
        ),
        "{refused}"
    );
    let mut uneven = lines(&[movement(2), movement(3)]);
    uneven.cost_e4.pop();
    for (batch, code) in [
        (lines(&[movement(3), movement(3)]), Code::Internal),
        (lines(&[movement(3), movement(2)]), Code::Internal),
        (uneven, Code::Internal),
        (lines(&[movement(i64::MAX)]), Code::DbNumberOverflow),
        (
            lines(&[Movement {
                doc_id: i64::MIN,
                ..movement(2)
            }]),
            Code::DbNumberOverflow,
        ),
    ] {
        let batch = Batch {
            movements: batch,
            ..Batch::default()
        };
        let refused = warehouse.put(load, batch, json!("x")).unwrap_err();
        assert_eq!(refused.code(), code, "{refused}");
    }

    assert_eq!(warehouse.load(load).unwrap(), before);
    warehouse.publish(load, json!(1)).unwrap();
    assert_eq!(export(&warehouse, &all_of(7)).len(), 1);
    assert_rolled_up(&warehouse, load);
}

#[test]
fn a_number_of_a_document_type_never_changes_its_code() {
    let (_dir, warehouse) = warehouse();
    let load = filled(&warehouse, 7, &[], &[]);
    let typed = |code: &str| Batch {
        doc_types: vec![DocType {
            id: 1,
            code: code.to_owned(),
        }],
        ..Batch::default()
    };
    warehouse.put(load, typed("FV"), json!(1)).unwrap();
    let refused = warehouse.put(load, typed("fv"), json!(2)).unwrap_err();
    assert!(
        matches!(refused, Error::DocTypeTaken { id: 1, .. }),
        "{refused}"
    );
    assert_eq!(warehouse.doc_types(load).unwrap().len(), 4);
}

#[test]
fn a_sum_beyond_64_bits_is_an_error_with_a_code_wherever_it_happens() {
    let (dir, warehouse) = warehouse();
    let load = filled(&warehouse, 7, &[], &[]);
    let most = Movement {
        total_e4: i64::MAX,
        ..movement(1)
    };
    let put = |warehouse: &puente_warehouse::Warehouse, row: &Movement| {
        let batch = Batch {
            movements: lines(std::slice::from_ref(row)),
            ..Batch::default()
        };
        warehouse.put(load, batch, json!(row.line_id))
    };
    put(&warehouse, &most).unwrap();
    let refused = put(
        &warehouse,
        &Movement {
            total_e4: 1,
            ..movement(2)
        },
    )
    .unwrap_err();
    assert_eq!(refused.code(), Code::DbNumberOverflow, "{refused}");

    // Another article takes the month's sum back to zero; the first article's own sum is still full.
    let back = Movement {
        article_id: 2,
        total_e4: -i64::MAX,
        ..movement(2)
    };
    put(&warehouse, &back).unwrap();
    drop(warehouse);
    let warehouse = open(dir.path());
    put(
        &warehouse,
        &Movement {
            total_e4: 1,
            ..movement(3)
        },
    )
    .unwrap();
    let refused = warehouse.publish(load, json!(1)).unwrap_err();
    assert_eq!(refused.code(), Code::DbNumberOverflow, "{refused}");
    assert_eq!(warehouse.current(7).unwrap(), None);
}

#[test]
fn a_new_generation_replaces_the_one_before_at_once() {
    let (_dir, warehouse) = warehouse();
    let old = published(&warehouse, 7, &[document(1)], &[movement(1)]);
    let new = filled(&warehouse, 7, &[document(1)], &[movement(1), movement(2)]);
    assert_eq!(
        export(&warehouse, &all_of(7)).len(),
        1,
        "the old rows stay until then"
    );

    warehouse.publish(new, json!(2)).unwrap();

    assert_eq!(export(&warehouse, &all_of(7)).len(), 2);
    assert_eq!(warehouse.load(old).unwrap().state, LoadState::Retired);
    let late = warehouse.publish(new, json!(3)).unwrap_err();
    assert!(
        matches!(
            late,
            Error::WrongState {
                state: LoadState::Current,
                ..
            }
        ),
        "{late}"
    );
}

#[test]
fn beginning_again_retires_what_was_begun_and_whoever_still_fills_it_is_told() {
    let (_dir, warehouse) = warehouse();
    let first = filled(&warehouse, 7, &[], &[movement(1)]);
    let second = warehouse.begin(7, None).unwrap();
    assert_eq!(
        warehouse.resumable(7).unwrap().map(|load| load.id),
        Some(second)
    );
    let batch = Batch {
        movements: lines(&[movement(2)]),
        ..Batch::default()
    };
    let refused = warehouse.put(first, batch, json!(1)).unwrap_err();
    assert!(
        matches!(
            refused,
            Error::WrongState {
                state: LoadState::Retired,
                ..
            }
        ),
        "{refused}"
    );
    assert_eq!(refused.code(), Code::NotFound);
    assert!(matches!(
        warehouse.load(LoadId(99)),
        Err(Error::NoLoad(LoadId(99)))
    ));
}

#[test]
fn keys_below_zero_and_both_streams_live_side_by_side() {
    let (_dir, warehouse) = warehouse();
    let load = filled(
        &warehouse,
        7,
        &[],
        &[movement(-5), movement(0), movement(5)],
    );
    let transfers = batch_of(
        Stream::Transfer,
        &[Movement {
            doc_type: 4,
            ..movement(-5)
        }],
    );
    let batch = Batch {
        movements: transfers,
        ..Batch::default()
    };
    warehouse.put(load, batch, json!(1)).unwrap();
    warehouse.publish(load, json!(1)).unwrap();
    assert_eq!(
        warehouse.line_bounds(load, Stream::Line).unwrap(),
        Some((-5, 5))
    );
    assert_eq!(
        warehouse.line_bounds(load, Stream::Transfer).unwrap(),
        Some((-5, -5))
    );
    assert_eq!(warehouse.line_keys(load, Stream::Line, -5, 4).unwrap(), [0]);
    assert_eq!(
        warehouse
            .totals(load, Stream::Line, -6, 0)
            .unwrap()
            .line_ids,
        -5
    );
    assert_rolled_up(&warehouse, load);
}

#[test]
fn sweeping_deletes_retired_rows_and_nothing_else_and_the_file_shrinks() {
    let (dir, warehouse) = warehouse();
    let rows: Vec<Movement> = (1..=40_000)
        .map(|id| Movement {
            doc_id: id / 5,
            ..movement(id)
        })
        .collect();
    let documents: Vec<_> = (0..=8_000).map(document).collect();
    let other = published(&warehouse, 8, &[document(1)], &[movement(1)]);
    let kept = export(&warehouse, &all_of(8));
    let old = published(&warehouse, 7, &documents, &rows);
    let new = published(&warehouse, 7, &documents, &rows[..10]);
    drop(warehouse);
    let size = || {
        std::fs::metadata(dir.path().join("warehouse.db"))
            .unwrap()
            .len()
    };
    let before = size();
    let warehouse = open(dir.path());

    let cancelled = Cancel::new();
    cancelled.cancel();
    assert_eq!(
        warehouse.sweep(&cancelled).unwrap().rows,
        0,
        "it stops between two steps"
    );
    let swept = warehouse.sweep(&Cancel::new()).unwrap();

    assert_eq!(swept.loads, 1);
    assert!(swept.rows > 48_000, "{swept:?}");
    assert!(matches!(warehouse.load(old), Err(Error::NoLoad(_))));
    assert_eq!(export(&warehouse, &all_of(8)), kept);
    assert_eq!(export(&warehouse, &all_of(7)).len(), 10);
    assert_rolled_up(&warehouse, other);
    assert_rolled_up(&warehouse, new);
    drop(warehouse);
    assert!(swept.bytes > 0 && size() < before, "{before} -> {}", size());
    assert_eq!(
        open(dir.path()).sweep(&Cancel::new()).unwrap(),
        puente_warehouse::Swept::default()
    );
}

#[test]
fn the_room_of_a_swept_load_serves_the_next_one_under_another_name() {
    let (_dir, warehouse) = warehouse();
    let old = published(&warehouse, 7, &[document(1)], &[movement(1), movement(2)]);
    warehouse.forget(7).unwrap();
    warehouse.sweep(&Cancel::new()).unwrap();
    let new = published(&warehouse, 9, &[document(1)], &[movement(2)]);
    assert_ne!(old, new, "a name is never used again");
    let late = Batch {
        movements: MovementBatch::default(),
        ..Batch::default()
    };
    assert!(matches!(
        warehouse.put(old, late, json!(1)),
        Err(Error::NoLoad(_))
    ));
    assert_eq!(export(&warehouse, &all_of(9)).len(), 1);
    assert_rolled_up(&warehouse, new);
}

#[test]
fn many_articles_are_rolled_up_in_parts_that_survive_a_restart() {
    let (dir, warehouse) = warehouse();
    let load = warehouse.begin(7, None).unwrap();
    let rows = |from: i64, to: i64| -> Batch {
        let rows: Vec<Movement> = (from..to)
            .map(|id| Movement {
                article_id: id % 70_000,
                ..movement(id)
            })
            .collect();
        Batch {
            movements: lines(&rows),
            ..Batch::default()
        }
    };
    warehouse.put(load, rows(0, 70_000), json!(1)).unwrap();
    warehouse.put(load, rows(70_000, 70_100), json!(2)).unwrap();
    drop(warehouse);
    let warehouse = open(dir.path());
    warehouse.put(load, rows(70_100, 70_150), json!(3)).unwrap();
    warehouse.publish(load, json!(1)).unwrap();
    assert_eq!(warehouse.article_months_of(load).unwrap().len(), 70_000);
    assert_rolled_up(&warehouse, load);
}

#[test]
fn two_handles_that_fill_one_load_in_turn_lose_nothing() {
    let (dir, one) = warehouse();
    let load = filled(&one, 7, &[document(1)], &[movement(1)]);
    let other = open(dir.path());
    for (handle, line) in [(&other, 2), (&one, 3), (&one, 4), (&other, 5)] {
        let row = Movement {
            article_id: line,
            ..movement(line)
        };
        let batch = Batch {
            movements: lines(&[row]),
            ..Batch::default()
        };
        handle.put(load, batch, json!(line)).unwrap();
    }
    one.publish(load, json!(1)).unwrap();
    assert_eq!(export(&other, &all_of(7)).len(), 5);
    assert_rolled_up(&other, load);
}

#[test]
fn states_stay_what_they_are_and_only_posted_rows_count_unless_asked() {
    let (_dir, warehouse) = warehouse();
    let rows: Vec<Movement> = crate::support::ALL_STATES
        .into_iter()
        .zip(1..)
        .map(|(state, id)| Movement {
            state,
            ..movement(id)
        })
        .collect();
    published(&warehouse, 7, &[], &rows);
    let posted = warehouse.monthly(&MonthFilter::default()).unwrap();
    assert_eq!(posted.iter().map(|month| month.lines).sum::<i64>(), 1);
    let drafts = MonthFilter {
        states: vec![State::Draft],
        ..MonthFilter::default()
    };
    assert_eq!(warehouse.monthly(&drafts).unwrap().len(), 1);
    let count = &warehouse.counts().unwrap()[0];
    assert_eq!(
        (count.movements, count.posted),
        (3, 1),
        "what is gone is not counted"
    );
}
