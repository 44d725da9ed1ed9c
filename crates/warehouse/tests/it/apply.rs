//! Changes of the source in a load that is there.

use crate::support::{
    NEW_YEAR, all_of, article, assert_rolled_up, batch_of, document, export, filled, lines,
    movement, place, published, warehouse,
};
use puente_core::Code;
use puente_core::Coded;
use puente_warehouse::{
    Applied, Batch, Changes, Coverage, DocType, Document, Error, Movement, State, Stream,
};
use serde_json::json;

#[test]
fn changes_of_every_kind_arrive_in_one_go() {
    let (_dir, warehouse) = warehouse();
    let rows = [
        movement(1),
        movement(2),
        Movement {
            doc_id: 2,
            ..movement(3)
        },
    ];
    let load = published(&warehouse, 7, &[document(1), document(2)], &rows);
    let changes = Changes {
        doc_types: vec![DocType {
            id: 9,
            code: "NI".to_owned(),
        }],
        places: vec![place(1, "00", "OTRA BODEGA", None)],
        articles: vec![article(10)],
        documents: vec![(
            Stream::Line,
            Document {
                doc_type: 9,
                ..document(3)
            },
        )],
        movements: vec![
            lines(&[
                Movement {
                    quantity_e6: 1_500_000,
                    ..movement(2)
                },
                Movement {
                    doc_id: 3,
                    article_id: 10,
                    doc_type: 1,
                    ..movement(4)
                },
                movement(1),
            ]),
            batch_of(Stream::Transfer, &[movement(1)]),
        ],
        gone_movements: vec![(Stream::Line, 3), (Stream::Line, 99)],
        ..Changes::default()
    };

    let applied = warehouse
        .apply(load, changes.clone(), json!({"mark": 2}))
        .unwrap();

    let expected = Applied {
        inserted: 2,
        updated: 1,
        gone: 1,
        unchanged: 1,
        documents: 1,
    };
    assert_eq!(applied, expected);
    let rows = export(&warehouse, &all_of(7));
    let shown: Vec<_> = rows
        .iter()
        .map(|row| (row.line_id, row.state, row.quantity_e6))
        .collect();
    assert_eq!(
        shown,
        [
            (1, State::Posted, 1_000_000),
            (2, State::Posted, 1_500_000),
            (3, State::Gone, 1_000_000),
            (4, State::Posted, 1_000_000),
            (1, State::Posted, 1_000_000),
        ]
    );
    assert_eq!(
        rows[3].doc_type, "NI",
        "a line takes its kind from the document that came with it"
    );
    assert_eq!(
        (rows[0].place.as_str(), &rows[0].flag),
        ("OTRA BODEGA", &None)
    );
    let now = warehouse.current(7).unwrap().unwrap();
    assert_eq!(now.mark, Some(json!({"mark": 2})));
    assert_eq!((now.documents, now.movements), (3, 5));
    assert!(now.applied_at.is_some());
    assert_rolled_up(&warehouse, load);

    let again = warehouse.apply(load, changes, json!({"mark": 2})).unwrap();
    assert_eq!(
        again,
        Applied {
            unchanged: 4,
            ..Applied::default()
        },
        "nothing is left to change"
    );
    assert_rolled_up(&warehouse, load);
}

#[test]
fn a_changed_header_takes_all_its_lines_along_wherever_they_are() {
    let (_dir, warehouse) = warehouse();
    // Lines of document 1 stand in three places, one of them put in later and one moved to it.
    let mut rows: Vec<Movement> = (1..=9)
        .map(|id| Movement {
            doc_id: 1 + id / 3 % 2,
            ..movement(id)
        })
        .collect();
    rows[8].state = State::Gone;
    let load = published(&warehouse, 7, &[document(1), document(2)], &rows);
    let late = [
        movement(20),
        Movement {
            doc_id: 1,
            ..movement(4)
        },
    ];
    let changes = Changes {
        movements: vec![lines(&late)],
        ..Changes::default()
    };
    warehouse.apply(load, changes, json!(2)).unwrap();

    let voided = Document {
        state: State::Voided,
        day: Some(NEW_YEAR + 40),
        ..document(1)
    };
    let changes = Changes {
        documents: vec![(Stream::Line, voided)],
        ..Changes::default()
    };
    let applied = warehouse.apply(load, changes, json!(3)).unwrap();

    assert_eq!((applied.updated, applied.documents), (6 + 1, 1));
    for row in export(&warehouse, &all_of(7)) {
        let expected = match (row.line_id, row.doc_id) {
            (9, _) => (State::Gone, Some(NEW_YEAR)),
            (_, 1) => (State::Voided, Some(NEW_YEAR + 40)),
            (_, _) => (State::Posted, Some(NEW_YEAR)),
        };
        assert_eq!((row.state, row.day), expected, "line {}", row.line_id);
    }
    assert_rolled_up(&warehouse, load);
    let days = Coverage {
        from_day: NEW_YEAR + 40,
        to_day: NEW_YEAR + 40,
    };
    assert_eq!(
        warehouse
            .line_keys_of_days(load, Stream::Line, days)
            .unwrap(),
        warehouse
            .line_keys_of_documents(load, Stream::Line, &[1])
            .unwrap()
            .into_iter()
            .filter(|id| *id != 9)
            .collect::<Vec<_>>(),
        "zones follow the new day"
    );
}

#[test]
fn a_document_that_is_gone_takes_its_lines_and_a_line_sent_again_comes_back() {
    let (_dir, warehouse) = warehouse();
    let rows = [
        movement(1),
        movement(2),
        Movement {
            doc_id: 2,
            ..movement(3)
        },
    ];
    let load = published(&warehouse, 7, &[document(1), document(2)], &rows);
    let gone = Changes {
        gone_documents: vec![(Stream::Line, 1), (Stream::Line, 77), (Stream::Transfer, 2)],
        ..Changes::default()
    };
    let applied = warehouse.apply(load, gone.clone(), json!(2)).unwrap();
    assert_eq!((applied.gone, applied.documents), (2, 1));
    assert_eq!(
        warehouse
            .line_keys(load, Stream::Line, i64::MIN, i64::MAX)
            .unwrap(),
        [3]
    );
    assert_eq!(
        warehouse
            .document_keys(load, Stream::Line, i64::MIN, i64::MAX)
            .unwrap(),
        [2]
    );
    assert_eq!(
        warehouse.headers_of(load, Stream::Line, &[1, 5]).unwrap()[0].state,
        State::Gone
    );
    assert_eq!(
        warehouse.apply(load, gone, json!(3)).unwrap(),
        Applied::default()
    );

    let back = Changes {
        documents: vec![(Stream::Line, document(1))],
        movements: vec![lines(&[movement(1)])],
        ..Changes::default()
    };
    warehouse.apply(load, back, json!(4)).unwrap();
    assert_eq!(
        warehouse
            .line_keys(load, Stream::Line, i64::MIN, i64::MAX)
            .unwrap(),
        [1, 3]
    );
    assert_rolled_up(&warehouse, load);
}

#[test]
fn a_header_that_comes_after_its_lines_is_followed() {
    let (_dir, warehouse) = warehouse();
    let orphan = Movement {
        day: None,
        doc_type: 0,
        state: State::Draft,
        ..movement(1)
    };
    let load = published(&warehouse, 7, &[], &[orphan]);
    assert_eq!(warehouse.monthly_of(load).unwrap()[0].month, 0);
    let changes = Changes {
        documents: vec![(Stream::Line, document(1))],
        ..Changes::default()
    };
    let applied = warehouse.apply(load, changes, json!(2)).unwrap();
    assert_eq!((applied.updated, applied.documents), (1, 1));
    let months = warehouse.monthly_of(load).unwrap();
    assert_eq!(
        months.len(),
        1,
        "a cell that lost its last line is no more: {months:?}"
    );
    assert_eq!((months[0].month, months[0].state), (202_601, State::Posted));
    assert_rolled_up(&warehouse, load);
}

#[test]
fn a_load_that_is_being_built_takes_changes_and_more_puts() {
    let (_dir, warehouse) = warehouse();
    let load = filled(&warehouse, 7, &[document(1)], &[movement(1), movement(2)]);
    let changes = Changes {
        movements: vec![lines(&[
            Movement {
                article_id: 3,
                ..movement(1)
            },
            movement(5),
        ])],
        ..Changes::default()
    };
    warehouse.apply(load, changes, json!(2)).unwrap();
    let put = |id| {
        let batch = Batch {
            movements: lines(&[movement(id)]),
            ..Batch::default()
        };
        warehouse.put(load, batch, json!(id))
    };
    assert!(matches!(put(4), Err(Error::NotAscending { last: 5, .. })));
    put(6).unwrap();
    warehouse.publish(load, json!(3)).unwrap();
    assert_eq!(export(&warehouse, &all_of(7)).len(), 4);
    assert_rolled_up(&warehouse, load);
}

#[test]
fn what_does_not_fit_is_refused_whole() {
    let (_dir, warehouse) = warehouse();
    let load = published(&warehouse, 7, &[document(1)], &[movement(1)]);
    let before = (
        warehouse.load(load).unwrap(),
        export(&warehouse, &all_of(7)),
    );
    let huge = Movement {
        cost_e4: i64::MAX,
        ..movement(2)
    };
    for row in [huge, movement(i64::MAX)] {
        let changes = Changes {
            documents: vec![(Stream::Line, document(5))],
            movements: vec![lines(&[row])],
            ..Changes::default()
        };
        let refused = warehouse.apply(load, changes, json!(2)).unwrap_err();
        assert_eq!(refused.code(), Code::DbNumberOverflow, "{refused}");
    }
    assert_eq!(
        (
            warehouse.load(load).unwrap(),
            export(&warehouse, &all_of(7))
        ),
        before
    );
    warehouse.discard(load).unwrap();
    let refused = warehouse
        .apply(load, Changes::default(), json!(2))
        .unwrap_err();
    assert!(matches!(refused, Error::WrongState { .. }), "{refused}");
}
