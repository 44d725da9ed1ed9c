//! The same numbers as Python's Prophet and XGBoost. `scripts/forecast/golden.py` made what is compared with.

use puente_core::Cancel;
use puente_forecast::gbdt::{self, Loss, Rows, Settings};
use puente_forecast::prophet::{Design, Fit};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name)
}

fn read(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file(name)).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    let all = value.as_array().unwrap();
    all.iter().map(|number| number.as_f64().unwrap()).collect()
}

#[test]
fn prophet_forecasts_what_python_forecasts() {
    let series = read("prophet.json");
    let mut differences = Vec::new();
    for one in series.as_array().unwrap() {
        let y = numbers(&one["y"]);
        let first = i32::try_from(one["first"].as_i64().unwrap()).unwrap();
        let design = Arc::new(Design::new(first, y.len(), None));
        let fit = Fit::of(&design, &y).unwrap();
        let wanted = numbers(&one["yhat"]);
        let mean = y.iter().sum::<f64>() / y.len() as f64;
        let variance = y.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / y.len() as f64;
        let said = fit.values(wanted.len());
        let most = said[y.len()..]
            .iter()
            .zip(&wanted)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f64::max);
        differences.push(most / variance.sqrt());
    }
    differences.sort_unstable_by(f64::total_cmp);
    let ninth = differences[differences.len() * 9 / 10];
    assert!(
        ninth <= 0.02,
        "at most 2 % of the deviation at the 90th percentile: {differences:?}"
    );
}

fn rows() -> Rows {
    let mut rows = Rows::of_width(4);
    for at in 0..600u32 {
        let missing = if at % 7 == 0 {
            f32::NAN
        } else {
            (at % 13) as f32
        };
        rows.values.extend([
            (at % 17) as f32 / 4.0,
            missing,
            ((at * 37) % 101) as f32,
            (at % 3) as f32,
        ]);
        let sold = (at % 17) as f32 * 1.5 + ((at * 37) % 101) as f32 / 10.0;
        rows.targets.push(if at % 5 == 0 { 0.0 } else { sold });
    }
    rows
}

fn trained(loss: Loss) -> Value {
    let settings = Settings {
        loss,
        trees: 15,
        depth: 4,
        eta: 0.3,
        lambda: 1.0,
        min_child_weight: 1.0,
        rows: 1.0,
        columns: 1.0,
        max_bins: 64,
        seed: 1,
    };
    let booster = gbdt::train(&rows(), settings, &Cancel::new()).unwrap();
    gbdt::to_json(&booster, &["a", "b", "c", "d"])
}

/// With `PUENTE_WRITE_GOLDEN` set, the models are written anew; the script then asks Python again.
#[test]
fn python_predicts_the_same_from_the_model_file() {
    for (name, loss) in [("squared", Loss::Squared), ("tweedie", Loss::Tweedie(1.6))] {
        let model = format!("{name}.model.json");
        if std::env::var_os("PUENTE_WRITE_GOLDEN").is_some() {
            std::fs::write(file(&model), trained(loss).to_string()).unwrap();
            continue;
        }
        let booster = gbdt::from_json(&read(&model)).unwrap();
        let rows = rows();
        let wanted = numbers(&read("xgboost.json")[name]);
        assert_eq!(wanted.len(), rows.len());
        for (at, wanted) in wanted.iter().enumerate() {
            let said = f64::from(booster.predict(rows.row(at)));
            let difference = (said - wanted).abs() / wanted.abs().max(1e-3);
            assert!(difference <= 1e-4, "{name}, row {at}: {said} {wanted}");
        }
    }
}

#[test]
fn the_file_that_python_loaded_is_still_what_is_written() {
    // Sums and quotients only: the same on every machine, which the exponential of the other loss is not.
    let written = trained(Loss::Squared).to_string();
    let loaded = std::fs::read_to_string(file("squared.model.json")).unwrap();
    assert!(
        written == loaded,
        "write the golden files anew, and ask Python again"
    );
}
