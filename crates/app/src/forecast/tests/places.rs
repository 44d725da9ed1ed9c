//! Warehouses apart, and sums with their bounds.

use super::*;

#[test]
fn the_bounds_of_a_sum_are_narrower_than_those_of_its_articles_and_hold_it() {
    let (desk, nit) = trained();
    let asked = TotalsOf {
        nit: nit.clone(),
        ..TotalsOf::default()
    };
    let all = totals(&desk.app, asked.clone()).unwrap();
    let mut sum = 0;
    for month in &all.months {
        assert_eq!(month.bounds.is_some(), month.expected.is_some());
        if let (Some(bounds), Some(expected)) = (month.bounds, month.expected) {
            assert!(bounds.low <= expected && expected <= bounds.high);
            sum += expected.0;
        }
    }
    let ahead = &all.ahead;
    assert_eq!(ahead.expected.0, sum);
    let bounds = ahead.bounds.unwrap();
    assert!(bounds.low < ahead.expected && ahead.expected < bounds.high);
    let widths: i128 = all
        .months
        .iter()
        .filter_map(|month| month.bounds)
        .map(|bounds| bounds.high.0 - bounds.low.0)
        .sum();
    assert!(bounds.high.0 - bounds.low.0 <= widths);
    let coverage = ahead.coverage;
    assert_eq!((coverage.sums, coverage.months), (3, 18));
    assert!(coverage.months_inside <= coverage.months);
    let path = desk.folder.path().join("totales.csv");
    let request = Export {
        nit,
        path: path.clone(),
        table: None,
        totals: Some(TotalsOf::default()),
        places: Places::Together,
        format: None,
        overwrite: false,
    };
    assert_eq!(
        export(&desk.app, request).unwrap().rows,
        all.months.len() as u64 + 1
    );
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains("mes;vendido;esperado;bajo;alto") && text.contains("\ntotal;;"));
}

#[test]
fn each_warehouse_is_forecast_apart_beside_all_of_them_together() {
    let (desk, nit) = trained();
    let search = |places| Search {
        nit: nit.clone(),
        places,
        limit: Some(500),
        ..Search::default()
    };
    let none = articles(&desk.app, search(Places::Each)).unwrap_err();
    assert_eq!(none.code, Code::NotFound);
    let request = Train {
        nit: nit.clone(),
        model: Some(Kind::Xgboost),
        horizon: None,
        by_place: true,
    };
    train(&desk.app, request).unwrap();
    desk.run();
    let office = offices(&desk.app, Nothing {}).unwrap().remove(0);
    let (together, apart) = (office.active.unwrap(), office.by_place.unwrap());
    assert!(together.meta.places.is_empty() && apart.meta.places.len() > 1);
    assert!(apart.meta.places.iter().any(|place| !place.name.is_empty()));
    let list = articles(&desk.app, search(Places::Together)).unwrap();
    assert!(list.rows.iter().all(|row| row.place.is_none()));
    let each = articles(&desk.app, search(Places::Each)).unwrap();
    assert!(each.found > list.found, "{} {}", each.found, list.found);
    let row = each.rows[0].clone();
    let code = row.place.unwrap().code;
    let one = articles(&desk.app, search(Places::One(code.to_lowercase()))).unwrap();
    assert!(one.found < each.found && one.rows[0].code == row.code);
    let page = One {
        nit: nit.clone(),
        article: row.code.clone(),
        place: Some(code.clone()),
        ..One::default()
    };
    let page = article(&desk.app, page).unwrap();
    assert_eq!(page.row.place.map(|place| place.code), Some(code.clone()));
    assert!((page.row.stock.reorder_point - row.stock.reorder_point).abs() < 1e-9);
    let asked = |places| Predict {
        nit: nit.clone(),
        articles: vec![row.code.to_lowercase()],
        places,
        horizon: Some(1),
    };
    assert_eq!(
        predict(&desk.app, asked(Places::Together))
            .unwrap()
            .articles
            .len(),
        1
    );
    let of_one = predict(&desk.app, asked(Places::One(code))).unwrap();
    assert_eq!(of_one.articles.len(), 1);
    let unknown = predict(&desk.app, asked(Places::One("no-hay".to_owned())));
    assert_eq!(unknown.unwrap_err().code, Code::NotFound);
    // What all warehouses sold is what was sold in all.
    let sold = |places| {
        let asked = TotalsOf {
            nit: nit.clone(),
            places,
            ..TotalsOf::default()
        };
        totals(&desk.app, asked).unwrap().articles
    };
    assert_eq!(
        (sold(Places::Together), sold(Places::Each)),
        (list.found, each.found)
    );
    let path = desk.folder.path().join("bodegas.csv");
    let request = Export {
        nit: nit.clone(),
        path: path.clone(),
        table: None,
        totals: None,
        places: Places::Each,
        format: None,
        overwrite: false,
    };
    export(&desk.app, request).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.starts_with("\u{feff}bodega;nombre_bodega;articulo;"));
    desk.app
        .jobs
        .enqueue(puente_jobs::NewJob::new(RETRAIN, json!({})))
        .unwrap();
    desk.run();
    assert_eq!(
        models(&desk.app, Models::default()).unwrap().len(),
        2,
        "nothing changed"
    );
}
