//! Offices with data as bad as data gets, from the warehouse to the forecast.

use super::*;
use crate::jobs::JobRow;
use puente_erp::companies;
use puente_warehouse::{Article, Batch, DocType, Document, Movement, MovementBatch, Stream};

/// One line: article, year × 100 + month (0 for none), quantity, price.
type Sale = (&'static str, i32, i64, i64);

const ARTICLES: [&str; 4] = ["A-1", "a-1 ", "B", "C"];

/// An office with one company, whose movements are these.
fn office(sales: &[Sale]) -> (Desk, String) {
    let desk = Desk::with_files();
    crate::companies::discover(&desk.app, crate::companies::Discover::default()).unwrap();
    desk.run();
    let company = companies::list(&desk.app.room.state).unwrap().remove(0);
    let warehouse = &desk.app.room.warehouse;
    let load = warehouse.begin(company.id, None).unwrap();
    let (documents, movements) = rows(sales);
    let batch = Batch {
        doc_types: vec![DocType {
            id: 1,
            code: "FV".to_owned(),
        }],
        articles: ARTICLES.into_iter().zip(1..).map(article_row).collect(),
        documents,
        movements,
        ..Batch::default()
    };
    warehouse.put(load, batch, json!(1)).unwrap();
    warehouse.publish(load, json!(1)).unwrap();
    (desk, company.nit)
}

fn article_row((code, id): (&str, i64)) -> Article {
    Article {
        id,
        code: code.to_owned(),
        description: code.to_owned(),
        unit: "UND".to_owned(),
        group_code: String::new(),
    }
}

fn rows(sales: &[Sale]) -> (Vec<Document>, MovementBatch) {
    let mut movements = MovementBatch::with_capacity(Stream::Line, sales.len());
    let mut documents = Vec::new();
    for ((code, month, quantity, price), id) in sales.iter().zip(1..) {
        let day = chrono::NaiveDate::from_ymd_opt(month / 100, (month % 100) as u32, 15)
            .map(puente_core::period::epoch_day);
        documents.push(Document {
            id,
            doc_type: 1,
            prefix: String::new(),
            number: id.to_string(),
            day,
            state: puente_warehouse::State::Posted,
            party_id: None,
            total_e4: 0,
        });
        movements.push(&Movement {
            line_id: id,
            doc_id: id,
            article_id: ARTICLES.iter().position(|known| known == code).unwrap() as i64 + 1,
            place_id: None,
            to_place_id: None,
            day,
            doc_type: 1,
            state: puente_warehouse::State::Posted,
            quantity_e6: quantity * 1_000_000,
            price_e4: price * 10_000,
            total_e4: quantity.saturating_mul(*price).saturating_mul(10_000),
            cost_e4: 0,
        });
    }
    (documents, movements)
}

fn month(at: i32) -> i32 {
    (2023 + at / 12) * 100 + at % 12 + 1
}

fn trained_on(sales: &[Sale], model: Option<Kind>, by_place: bool) -> (Desk, String, JobRow) {
    let (desk, nit) = office(sales);
    let request = Train {
        nit: nit.clone(),
        model,
        horizon: None,
        by_place,
    };
    let job = train(&desk.app, request).unwrap().remove(0);
    desk.run();
    let job = jobs::show(&desk.app, jobs::One { id: job.id }).unwrap().job;
    (desk, nit, job)
}

fn is_refused(sales: &[Sale], months: &str) {
    let (desk, nit, job) = trained_on(sales, None, false);
    assert_eq!(job.state, State::Failed);
    let error = job.error.unwrap();
    assert_eq!(error.code, Code::ForecastNoHistory, "{error:?}");
    let said = format!("tienen {months} meses completos con ventas");
    assert!(error.message.contains(&said), "{error:?}");
    assert!(
        models(&desk.app, Models { nit: Some(nit) })
            .unwrap()
            .is_empty()
    );
}

#[test]
fn too_little_to_learn_from_is_said_and_nothing_is_kept() {
    is_refused(&[], "0");
    is_refused(&[("B", month(45), 5, 10)], "1");
    is_refused(
        &[("B", 0, 5, 10), ("B", 202_611, 5, 10), ("B", 209_912, 1, 1)],
        "0",
    );
    // Three months of zeros have a history, and no article that was ever sold.
    let zeros: Vec<Sale> = (40..46).map(|at| ("B", month(at), 0, 10)).collect();
    is_refused(&zeros, "0");
    let returned: Vec<Sale> = (40..46).map(|at| ("B", month(at), -2, 10)).collect();
    is_refused(&returned, "0");
}

#[test]
fn one_article_alone_is_forecast() {
    let sales: Vec<Sale> = (20..46).map(|at| ("B", month(at), 10, 7)).collect();
    let (desk, nit, job) = trained_on(&sales, None, false);
    assert_eq!(job.state, State::Done, "{:?}", job.error);
    let asked = Predict {
        nit,
        ..Predict::default()
    };
    let prediction = predict(&desk.app, asked).unwrap();
    assert_eq!(prediction.articles.len(), 1);
    let first = &prediction.articles[0].months[0];
    assert!((first.expected - 10.0).abs() < 1.0, "{first:?}");
}

/// Outliers of 10^12, months below zero, prices of 0, gaps of years, codes in two cases, the running month, the
/// future, and lines without a date, all in one.
fn all_of_it() -> Vec<Sale> {
    let mut sales: Vec<Sale> = Vec::new();
    for at in 0..46 {
        sales.push(("A-1", month(at), 40 + i64::from(at % 12), 3));
        sales.push(("a-1 ", month(at), 1, 3));
        sales.push((
            "B",
            month(at),
            if at == 30 { 1_000_000_000_000 } else { 5 },
            0,
        ));
        sales.push(("B", month(at), if at % 5 == 0 { -50 } else { 0 }, 0));
    }
    sales.extend([
        ("C", month(1), 3, 9),
        ("C", month(44), 3, 9),
        ("C", 202_611, 99, 9),
        ("C", 209_912, 99, 9),
        ("C", 0, 99, 9),
    ]);
    sales
}

#[test]
fn a_bad_office_is_forecast_by_every_model_without_a_number_that_is_none() {
    for model in Kind::ALL {
        let (desk, nit, job) = trained_on(&all_of_it(), Some(model), model == Kind::Xgboost);
        assert_eq!(job.state, State::Done, "{model:?} {:?}", job.error);
        let places = if model == Kind::Xgboost {
            Places::Each
        } else {
            Places::Together
        };
        let search = Search {
            nit: nit.clone(),
            places: places.clone(),
            ..Search::default()
        };
        let list = articles(&desk.app, search).unwrap();
        let mut codes: Vec<&str> = list.rows.iter().map(|row| row.code.as_str()).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["A-1", "B", "C"], "{model:?}");
        let notes = list.model.meta.notes;
        assert_eq!(
            (notes.joined_codes, notes.undated, notes.not_over),
            (1, 1, 2)
        );
        assert!(notes.negative_months > 0);
        let free = list.rows.iter().find(|row| row.code == "B").unwrap();
        assert_eq!(
            free.at_stake, None,
            "what is given away has no money at stake"
        );
        for row in &list.rows {
            let numbers = [row.next, row.low, row.high, row.stock.reorder_point];
            let sound = numbers
                .iter()
                .all(|number| number.is_finite() && *number >= 0.0);
            assert!(sound && row.low <= row.high, "{model:?} {row:?}");
        }
        let asked = TotalsOf {
            nit,
            places,
            ..TotalsOf::default()
        };
        let sums = totals(&desk.app, asked).unwrap();
        assert_eq!((sums.articles, sums.unpriced), (3, 1));
        let bounds = sums.ahead.bounds.unwrap();
        assert!(bounds.low <= sums.ahead.expected && sums.ahead.expected <= bounds.high);
    }
}

#[test]
fn what_is_no_nit_is_told_in_the_language_of_who_reads_it() {
    let desk = Desk::with_files();
    let request = OfNit {
        nit: "1".to_owned(),
        by_place: false,
    };
    let view = history(&desk.app, request)
        .unwrap_err()
        .view(puente_core::Lang::Es);
    assert!(view.message.contains("demasiado corto"), "{}", view.message);
    assert!(!view.message.contains("not a NIT"), "{}", view.message);
}
