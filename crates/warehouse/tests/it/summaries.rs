//! Summaries over several companies.

use crate::support::{NEW_YEAR, dimensions, document, lines, movement, published, warehouse};
use puente_warehouse::{
    Article, Batch, CompanyCount, MonthFilter, Movement, Ranges, Rank, State, Stream, Warehouse,
};
use serde_json::json;

/// Two companies of one NIT. Article 1 of the second one has the code of article 2 of the first.
fn two_companies() -> (tempfile::TempDir, Warehouse) {
    let (dir, warehouse) = warehouse();
    let first = [
        movement(1),
        Movement {
            article_id: 2,
            quantity_e6: 3_500_000,
            total_e4: 70_000,
            ..movement(2)
        },
        Movement {
            doc_type: 3,
            quantity_e6: 500_000,
            total_e4: 5_000,
            ..movement(3)
        },
        Movement {
            day: Some(NEW_YEAR + 31),
            ..movement(4)
        },
        Movement {
            day: None,
            ..movement(5)
        },
        Movement {
            state: State::Voided,
            ..movement(6)
        },
    ];
    published(&warehouse, 1, &[document(1)], &first);
    let load = warehouse.begin(2, None).unwrap();
    let mut batch = dimensions();
    let named = Article {
        id: 1,
        description: "EL NUEVO".to_owned(),
        ..crate::support::article(2)
    };
    batch.articles = vec![named];
    batch.movements = lines(&[Movement {
        total_e4: 1_000,
        ..movement(1)
    }]);
    warehouse
        .put(
            load,
            Batch {
                documents: vec![document(1)],
                ..batch
            },
            json!(1),
        )
        .unwrap();
    warehouse.publish(load, json!(1)).unwrap();
    (dir, warehouse)
}

#[test]
fn months_are_told_apart_by_company_kind_and_state() {
    let (_dir, warehouse) = two_companies();
    let months = warehouse.monthly(&MonthFilter::default()).unwrap();
    let shown: Vec<_> = months
        .iter()
        .map(|m| {
            (
                m.company_id,
                m.month,
                m.doc_type.as_str(),
                m.lines,
                m.quantity_e6,
                m.total_e4,
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (1, 0, "FV", 1, 1_000_000, 20_000),
            (1, 202_601, "FV", 2, 4_500_000, 90_000),
            (1, 202_601, "DV", 1, 500_000, 5_000),
            (1, 202_602, "FV", 1, 1_000_000, 20_000),
            (2, 202_601, "FV", 1, 1_000_000, 1_000),
        ]
    );
    let some = MonthFilter {
        companies: vec![1],
        from_month: Some(202_601),
        to_month: Some(202_601),
        doc_types: vec!["FV".to_owned()],
        states: vec![State::Posted, State::Voided],
        stream: Some(Stream::Line),
    };
    let months = warehouse.monthly(&some).unwrap();
    assert_eq!(
        months.iter().map(|month| month.lines).collect::<Vec<_>>(),
        [2, 1]
    );
}

#[test]
fn articles_of_one_code_count_together_over_companies() {
    let (_dir, warehouse) = two_companies();
    let all = MonthFilter::default();
    let top = warehouse.top_articles(&all, Rank::Total, 10).unwrap();
    let shown: Vec<_> = top
        .iter()
        .map(|a| (a.code.as_str(), a.lines, a.quantity_e6, a.total_e4))
        .collect();
    assert_eq!(
        shown,
        [
            ("ART-48", 2, 4_500_000, 71_000),
            ("ART-49", 4, 3_500_000, 65_000)
        ]
    );
    assert_eq!(
        top[0].description, "EL NUEVO",
        "the newest load describes it"
    );
    let by_lines = warehouse.top_articles(&all, Rank::Lines, 1).unwrap();
    assert_eq!(by_lines.len(), 1);
    assert_eq!(by_lines[0].code, "ART-49");

    let sales = MonthFilter {
        doc_types: vec!["FV".to_owned()],
        ..all
    };
    let demand = warehouse.demand(&sales, &["ART-48".to_owned()]).unwrap();
    let shown: Vec<_> = demand
        .iter()
        .map(|d| (d.month, d.doc_type.as_str(), d.lines, d.quantity_e6))
        .collect();
    assert_eq!(shown, [(202_601, "FV", 2, 4_500_000)]);
    let months: Vec<_> = warehouse
        .demand(&sales, &[])
        .unwrap()
        .into_iter()
        .filter(|d| d.article == "ART-49")
        .map(|d| d.month)
        .collect();
    assert_eq!(months, [0, 202_601, 202_602]);
}

#[test]
fn demand_is_told_by_warehouse_and_its_sum_is_the_demand_of_all() {
    let (_dir, warehouse) = warehouse();
    let rows = [
        movement(1),
        Movement {
            place_id: Some(2),
            quantity_e6: 3_000_000,
            ..movement(2)
        },
        Movement {
            place_id: None,
            ..movement(3)
        },
        Movement {
            place_id: Some(99),
            ..movement(4)
        },
        Movement {
            state: State::Draft,
            ..movement(5)
        },
        Movement {
            day: Some(NEW_YEAR + 31),
            ..movement(6)
        },
    ];
    published(&warehouse, 1, &[document(1)], &rows);
    // The same warehouse has another number in another company.
    let load = warehouse.begin(2, None).unwrap();
    let mut batch = dimensions();
    batch.places = vec![crate::support::place(7, "01", "OTRO NOMBRE", None)];
    batch.documents = vec![document(1)];
    batch.movements = lines(&[Movement {
        place_id: Some(7),
        ..movement(1)
    }]);
    warehouse.put(load, batch, json!(1)).unwrap();
    warehouse.publish(load, json!(1)).unwrap();

    let filter = MonthFilter::default();
    let apart = warehouse.demand_by_place(&filter).unwrap();
    let shown: Vec<_> = apart
        .iter()
        .map(|(place, demand)| (place.as_str(), demand.month, demand.quantity_e6))
        .collect();
    assert_eq!(
        shown,
        [
            ("", 202_601, 2_000_000),
            ("00", 202_601, 1_000_000),
            ("00", 202_602, 1_000_000),
            ("01", 202_601, 4_000_000)
        ]
    );
    let of = |demand: &[puente_warehouse::Demand]| -> i64 {
        demand.iter().map(|demand| demand.quantity_e6).sum()
    };
    let together = warehouse.demand(&filter, &[]).unwrap();
    let apart: Vec<_> = apart.into_iter().map(|(_, demand)| demand).collect();
    assert_eq!(of(&apart), of(&together));
    let names: Vec<_> = warehouse
        .places(&[])
        .unwrap()
        .into_iter()
        .map(|place| (place.code, place.name))
        .collect();
    assert!(names.contains(&("01".to_owned(), "OTRO NOMBRE".to_owned())));
    assert_eq!(names.len(), 3);
}

#[test]
fn companies_are_counted_with_their_first_and_last_month() {
    let (_dir, warehouse) = two_companies();
    let count = |company_id, movements, posted, last_month| CompanyCount {
        company_id,
        movements,
        posted,
        first_month: Some(202_601),
        last_month: Some(last_month),
    };
    assert_eq!(
        warehouse.counts().unwrap(),
        [count(1, 6, 5, 202_602), count(2, 1, 1, 202_601)]
    );
}

#[test]
fn totals_of_ranges_are_exact_beyond_64_bits_and_leave_out_what_is_gone() {
    let (_dir, warehouse) = warehouse();
    let rows = [
        Movement {
            total_e4: i64::MAX,
            state: State::Draft,
            ..movement(1)
        },
        Movement {
            total_e4: i64::MAX,
            state: State::Voided,
            ..movement(2)
        },
        Movement {
            total_e4: 5,
            state: State::Gone,
            ..movement(3)
        },
    ];
    let load = published(&warehouse, 1, &[document(1), document(4)], &rows);
    let totals = warehouse
        .totals(load, Stream::Line, i64::MIN, i64::MAX)
        .unwrap();
    assert_eq!((totals.lines, totals.line_ids, totals.doc_ids), (2, 3, 2));
    assert_eq!(totals.total_e4, 2 * i128::from(i64::MAX));
    assert_eq!(warehouse.totals(load, Stream::Line, 1, 1).unwrap().lines, 0);
    let documents = warehouse.document_totals(load, Stream::Line, 1, 4).unwrap();
    assert_eq!(
        (documents.lines, documents.doc_ids, documents.total_e4),
        (1, 4, 10_000)
    );
    assert_eq!(
        warehouse.document_bounds(load, Stream::Line).unwrap(),
        Some((1, 4))
    );
    assert_eq!(
        warehouse.document_bounds(load, Stream::Transfer).unwrap(),
        None
    );
    let headers = warehouse.headers(load, Stream::Line, 1, 5).unwrap();
    assert_eq!(
        headers.iter().map(|header| header.id).collect::<Vec<_>>(),
        [4]
    );
}

#[test]
fn ranges_of_any_width_hold_what_each_of_them_holds_alone() {
    let (_dir, warehouse) = warehouse();
    let rows: Vec<Movement> = (-20..90)
        .filter(|id| id % 3 != 0)
        .map(|id| Movement {
            state: if id % 5 == 0 {
                State::Gone
            } else {
                State::Posted
            },
            ..movement(id)
        })
        .collect();
    let load = published(&warehouse, 1, &[document(1), document(40)], &rows);
    for width in [1, 7, 64, u64::MAX] {
        let ranges = Ranges {
            after: -25,
            through: 80,
            width,
        };
        let lines = warehouse
            .totals_of_ranges(load, Stream::Line, ranges)
            .unwrap();
        let documents = warehouse
            .document_totals_of_ranges(load, Stream::Line, ranges)
            .unwrap();
        assert_eq!(
            (lines.len(), documents.len()),
            (ranges.count(), ranges.count())
        );
        let mut after = -25_i64;
        for (lines, documents) in lines.iter().zip(&documents) {
            let through = after
                .saturating_add(i64::try_from(width).unwrap_or(i64::MAX))
                .min(80);
            let alone = warehouse.totals(load, Stream::Line, after, through);
            assert_eq!(*lines, alone.unwrap(), "{after} to {through}");
            let alone = warehouse.document_totals(load, Stream::Line, after, through);
            assert_eq!(*documents, alone.unwrap(), "{after} to {through}");
            after = through;
        }
        assert_eq!(after, 80);
    }
}
