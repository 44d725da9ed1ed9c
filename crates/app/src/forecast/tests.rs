use super::*;
use crate::desk::Desk;
use crate::jobs::{self, JobResult};
use puente_core::Code;
use puente_forecast::Kind;
use puente_jobs::State;

mod bad;
mod mlflow;
mod places;

fn trained() -> (Desk, String) {
    let desk = Desk::with_files();
    crate::sync::all(&desk.app, Nothing {}).unwrap();
    desk.run();
    let nit = offices(&desk.app, Nothing {}).unwrap()[0].nit.clone();
    let request = Train {
        nit: nit.clone(),
        model: None,
        horizon: None,
        by_place: false,
    };
    let job = train(&desk.app, request).unwrap().remove(0);
    desk.run();
    let job = jobs::show(&desk.app, jobs::One { id: job.id }).unwrap().job;
    assert_eq!(job.state, State::Done, "{:?}", job.error);
    assert!(matches!(job.result, Some(JobResult::Trained(_))));
    assert_eq!(job.subject, nit);
    (desk, nit)
}

#[test]
fn from_a_nit_to_a_forecast() {
    let (desk, nit) = trained();
    let search = Search {
        nit: nit.clone(),
        ..Search::default()
    };
    let list = articles(&desk.app, search).unwrap();
    assert!(list.found > 0 && list.rows[0].at_stake.is_some());
    let stakes: Vec<_> = list.rows.iter().map(|row| row.at_stake).collect();
    assert!(stakes.is_sorted_by(|a, b| a >= b), "most money first");
    let request = One {
        nit: nit.clone(),
        article: list.rows[0].code.to_lowercase(),
        ..One::default()
    };
    let page = article(&desk.app, request).unwrap();
    assert_eq!(page.forecast.len(), list.model.meta.horizon);
    assert_eq!(
        page.components.len(),
        page.history.len() + page.forecast.len()
    );
    for month in &page.forecast {
        assert!(month.low <= month.median && month.median <= month.high);
    }
    let asked = Predict {
        nit,
        horizon: Some(2),
        ..Predict::default()
    };
    let prediction = predict(&desk.app, asked).unwrap();
    assert_eq!(prediction.articles.len(), list.found);
    assert_eq!(prediction.articles[0].months.len(), 2);
}

#[test]
fn the_running_month_is_not_forecast_from() {
    let (desk, nit) = trained();
    let model = models(&desk.app, Models { nit: Some(nit) })
        .unwrap()
        .remove(0);
    assert!(model.meta.last_month < 202_611, "{}", model.meta.last_month);
}

#[test]
fn models_are_chosen_and_deleted() {
    let (desk, nit) = trained();
    let request = Train {
        nit: nit.clone(),
        model: Some(Kind::SeasonalNaive),
        horizon: Some(3),
        by_place: false,
    };
    train(&desk.app, request).unwrap();
    desk.run();
    let of_nit = || {
        models(
            &desk.app,
            Models {
                nit: Some(nit.clone()),
            },
        )
        .unwrap()
    };
    let both = of_nit();
    assert_eq!(both.iter().filter(|model| model.active).count(), 1);
    let old = both.iter().find(|model| !model.active).unwrap().id.clone();
    assert!(
        activate(&desk.app, Named { id: old.clone() })
            .unwrap()
            .active
    );
    let left = remove(&desk.app, Named { id: old.clone() }).unwrap();
    assert_eq!(left.len(), 1);
    assert!(left[0].active, "another one takes its place");
    assert_eq!(
        remove(&desk.app, Named { id: old }).unwrap_err().code,
        Code::NotFound
    );
}

#[test]
fn a_damaged_model_is_refused_and_the_active_one_stays() {
    let (desk, nit) = trained();
    let first = models(&desk.app, Models::default()).unwrap().remove(0);
    let request = Train {
        nit: nit.clone(),
        model: Some(Kind::Mean12),
        horizon: None,
        by_place: false,
    };
    train(&desk.app, request).unwrap();
    desk.run();
    let file = desk
        .app
        .dir
        .models()
        .join(&nit)
        .join(&first.id)
        .join("articulos.jsonl");
    std::fs::write(&file, "{}\n").unwrap();
    let refused = activate(
        &desk.app,
        Named {
            id: first.id.clone(),
        },
    )
    .unwrap_err();
    assert_eq!(refused.code, Code::ForecastModelDamaged);
    let active = offices(&desk.app, Nothing {})
        .unwrap()
        .remove(0)
        .active
        .unwrap();
    assert_ne!(active.id, first.id);
}

#[test]
fn a_cancelled_training_leaves_the_registry_as_it_was() {
    let (desk, nit) = trained();
    let request = Train {
        nit,
        model: None,
        horizon: Some(1),
        by_place: false,
    };
    let job = train(&desk.app, request).unwrap().remove(0);
    jobs::cancel(&desk.app, jobs::One { id: job.id }).unwrap();
    desk.run();
    assert_eq!(models(&desk.app, Models::default()).unwrap().len(), 1);
}

#[test]
fn what_does_not_fit_is_said() {
    let desk = Desk::with_files();
    let ask = |nit: &str, horizon| {
        let request = Train {
            nit: nit.to_owned(),
            model: None,
            horizon,
            by_place: false,
        };
        train(&desk.app, request).unwrap_err().code
    };
    assert_eq!(ask("abc", None), Code::TaxIdInvalid);
    assert_eq!(ask("900123456", None), Code::NotFound);
    let nothing = Predict {
        nit: "900123456".to_owned(),
        ..Predict::default()
    };
    assert_eq!(
        predict(&desk.app, nothing).unwrap_err().code,
        Code::NotFound
    );
}

#[test]
fn an_unchanged_nit_is_not_trained_again() {
    let (desk, _) = trained();
    desk.app
        .jobs
        .enqueue(puente_jobs::NewJob::new(RETRAIN, json!({})))
        .unwrap();
    desk.run();
    assert_eq!(models(&desk.app, Models::default()).unwrap().len(), 1);
}

#[test]
fn a_new_month_is_learned_from_and_a_small_correction_is_not() {
    let (desk, _) = trained();
    let retrain = || {
        let job = puente_jobs::NewJob::new(RETRAIN, json!({}));
        desk.app.jobs.enqueue(job).unwrap();
        desk.run();
        models(&desk.app, Models::default()).unwrap().len()
    };
    // As if the model had been trained on data with another hash, and nothing else.
    let model = models(&desk.app, Models::default()).unwrap().remove(0);
    let mut meta = model.meta;
    meta.data_hash = "other".to_owned();
    let write = |meta: &Meta| {
        let (id, text) = (model.id.clone(), serde_json::to_string(meta).unwrap());
        desk.app
            .room
            .state
            .write(move |tx| {
                tx.execute(
                    "UPDATE forecast_model SET meta = ?1 WHERE id = ?2",
                    [text, id],
                )?;
                Ok::<_, puente_store::Error>(())
            })
            .unwrap();
    };
    write(&meta);
    assert_eq!(retrain(), 1, "no month and no quantity is another");
    // As if October had not been there yet.
    meta.last_month = 202_609;
    write(&meta);
    assert_eq!(retrain(), 2);
}

#[test]
fn forecasts_become_files() {
    let (desk, nit) = trained();
    let table = Some(Search {
        sort: Sort::Code,
        ascending: true,
        lead_days: Some(30),
        ..Search::default()
    });
    for (name, table) in [
        ("meses.csv", None),
        ("meses.xlsx", None),
        ("articulos.csv", table.clone()),
        ("articulos.xlsx", table),
    ] {
        let request = Export {
            nit: nit.clone(),
            path: desk.folder.path().join(name),
            table,
            totals: None,
            places: Places::Together,
            format: None,
            overwrite: false,
        };
        let written = export(&desk.app, request.clone()).unwrap();
        assert!(written.rows > 0 && written.path.exists());
        assert_eq!(
            export(&desk.app, request).unwrap_err().code,
            Code::AlreadyExists
        );
    }
    let text = std::fs::read_to_string(desk.folder.path().join("articulos.csv")).unwrap();
    let codes: Vec<&str> = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split(';').next())
        .collect();
    assert!(codes.is_sorted() && text.contains(";punto_pedido;en_juego"));
}

#[test]
fn articles_are_ordered_as_asked_and_what_is_not_known_comes_last() {
    let (desk, nit) = trained();
    let ask = |sort, ascending| {
        let search = Search {
            nit: nit.clone(),
            sort,
            ascending,
            limit: Some(500),
            ..Search::default()
        };
        articles(&desk.app, search).unwrap().rows
    };
    let up = ask(Sort::Next, true);
    assert!(up.is_sorted_by(|a, b| a.next <= b.next));
    assert!(ask(Sort::Next, false).is_sorted_by(|a, b| a.next >= b.next));
    assert!(ask(Sort::Code, true).is_sorted_by(|a, b| a.code < b.code));
    let by_stock = ask(Sort::Reorder, false);
    assert!(by_stock.is_sorted_by(|a, b| a.stock.reorder_point >= b.stock.reorder_point));
    for ascending in [true, false] {
        let rows = ask(Sort::Error, ascending);
        let known = rows.iter().take_while(|row| row.error_ratio.is_some());
        let count = known.count();
        assert!(rows[count..].iter().all(|row| row.error_ratio.is_none()));
        assert_eq!(rows.len(), up.len());
    }
}

#[test]
fn totals_are_the_sum_of_the_articles_at_their_last_price() {
    let (desk, nit) = trained();
    let search = Search {
        nit: nit.clone(),
        ..Search::default()
    };
    let list = articles(&desk.app, search).unwrap();
    let asked = TotalsOf {
        nit: nit.clone(),
        ..TotalsOf::default()
    };
    let all = totals(&desk.app, asked.clone()).unwrap();
    assert_eq!(all.articles, list.found);
    let of_classes: usize = all.classes.iter().map(|class| class.articles).sum();
    assert_eq!(of_classes, list.found);
    let ahead: Vec<_> = all
        .months
        .iter()
        .filter(|month| month.sold.is_none())
        .collect();
    assert_eq!(ahead.len(), list.model.meta.horizon);
    let next: i128 = ahead[..3]
        .iter()
        .filter_map(|month| month.expected)
        .map(|sum| sum.0)
        .sum();
    // Each article is rounded on its own, a ten-thousandth at most in each month.
    assert!((next - list.at_stake.0).abs() <= 3 * all.articles as i128);
    let one = TotalsOf {
        text: list.rows[0].code.to_lowercase(),
        ..asked
    };
    assert!(totals(&desk.app, one).unwrap().articles < all.articles);
}

#[test]
fn it_is_said_how_much_history_there_is() {
    let (desk, nit) = trained();
    let known = history(
        &desk.app,
        OfNit {
            nit,
            by_place: false,
        },
    )
    .unwrap();
    assert!(known.months >= known.least && known.unseen == 0);
    assert_eq!(known.last.as_deref(), Some("2026-10"));
    let nothing = OfNit {
        nit: "811000222".to_owned(),
        by_place: false,
    };
    let none = history(&desk.app, nothing).unwrap();
    assert_eq!((none.months, none.first), (0, None));
}
