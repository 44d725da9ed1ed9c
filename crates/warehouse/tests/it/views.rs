//! Selections laid out for scrolling.

use crate::support::{ALL_STATES, document, filled, movement, warehouse};
use puente_warehouse::{
    Changes, Movement, MovementFilter, MovementRow, Sort, SortKey, State, Warehouse,
};
use serde_json::json;
use std::ops::ControlFlow;

fn rows() -> Vec<Movement> {
    (1..=200)
        .map(|id| {
            let mut row = movement(id);
            row.article_id = 1 + id % 9;
            row.day = (id % 7 != 0).then_some(20_454 + i32::try_from(id * 37 % 90).unwrap());
            row.quantity_e6 = (id * 7919 % 100) * 1_000_000;
            row.total_e4 = (id * 104_729 % 1_000) * 10_000 - 2_000_000;
            row.state = ALL_STATES[usize::try_from(id % 4).unwrap()];
            row
        })
        .collect()
}

fn two_companies() -> (tempfile::TempDir, Warehouse) {
    let (dir, warehouse) = warehouse();
    for company in [2, 1] {
        let load = filled(&warehouse, company, &[document(1)], &rows());
        warehouse.publish(load, json!(null)).unwrap();
    }
    (dir, warehouse)
}

fn by_pages(warehouse: &Warehouse, filter: &MovementFilter, sort: Sort) -> Vec<MovementRow> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = warehouse
            .movements(filter, sort, after.as_ref(), 17)
            .unwrap();
        all.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

fn exported(warehouse: &Warehouse, filter: &MovementFilter, sort: Sort) -> Vec<MovementRow> {
    let mut rows = Vec::new();
    let shown = warehouse
        .export_sorted(filter, sort, &mut |row| {
            rows.push(row.clone());
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(shown, rows.len() as u64);
    rows
}

#[test]
fn every_part_of_a_view_is_what_pages_show_and_its_sums_are_theirs() {
    let (_dir, warehouse) = two_companies();
    let keys = [
        SortKey::Day,
        SortKey::Article,
        SortKey::Quantity,
        SortKey::Total,
        SortKey::Cost,
        SortKey::Line,
    ];
    let filters = [
        MovementFilter::default(),
        MovementFilter {
            companies: vec![1],
            states: vec![State::Posted, State::Voided],
            from_day: Some(20_460),
            to_day: Some(20_500),
            ..MovementFilter::default()
        },
        MovementFilter {
            text: Some("Ø3".to_lowercase()),
            ..MovementFilter::default()
        },
    ];
    for filter in &filters {
        for key in keys {
            for descending in [false, true] {
                let sort = Sort { key, descending };
                let view = warehouse.view(filter, sort).unwrap();
                let expected = by_pages(&warehouse, filter, sort);
                assert_eq!(view.len(), expected.len(), "{filter:?}");
                assert_eq!(view.sums(), warehouse.sums(filter).unwrap(), "{filter:?}");
                assert_eq!(
                    warehouse.rows_of(&view, 0, 1000).unwrap(),
                    expected,
                    "{sort:?}"
                );
                assert_eq!(exported(&warehouse, filter, sort), expected, "{sort:?}");
                let middle = warehouse.rows_of(&view, 11, 5).unwrap();
                let wanted: Vec<_> = expected.iter().skip(11).take(5).cloned().collect();
                assert_eq!(middle, wanted, "{sort:?}");
            }
        }
    }
}

#[test]
fn a_view_knows_when_it_is_old_and_leaves_out_what_is_gone() {
    let (_dir, warehouse) = two_companies();
    let filter = MovementFilter {
        companies: vec![1],
        ..MovementFilter::default()
    };
    let view = warehouse.view(&filter, Sort::default()).unwrap();
    assert!(warehouse.is_current(&view).unwrap());
    let other = warehouse.current(2).unwrap().unwrap().id;
    warehouse
        .apply(other, Changes::default(), json!(1))
        .unwrap();
    assert!(
        warehouse.is_current(&view).unwrap(),
        "another company is not of interest"
    );
    let load = filled(&warehouse, 1, &[document(1)], &rows()[..10]);
    warehouse.publish(load, json!(null)).unwrap();
    assert!(!warehouse.is_current(&view).unwrap());
    warehouse.sweep(&puente_core::Cancel::new()).unwrap();
    assert!(warehouse.rows_of(&view, 0, 100).unwrap().is_empty());
}

#[test]
fn an_offset_beyond_the_end_is_an_empty_part() {
    let (_dir, warehouse) = two_companies();
    let view = warehouse
        .view(&MovementFilter::default(), Sort::default())
        .unwrap();
    assert!(warehouse.rows_of(&view, view.len(), 10).unwrap().is_empty());
    assert!(warehouse.rows_of(&view, usize::MAX, 10).unwrap().is_empty());
}
