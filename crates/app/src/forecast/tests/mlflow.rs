//! Trainings and the MLflow of the settings.

use super::*;
use puente_sandbox::mlflow::{MlflowLogin, MlflowOptions, MlflowServer};

fn with_mlflow(desk: &Desk, url: &str) {
    let change = serde_json::from_value(json!({
        "mlflow": { "url": format!(" {url}/ "), "login": "basic", "user": "ana" },
        "mlflow_secret": "canary-31",
        "proxy": { "mode": "none" },
    }))
    .unwrap();
    let view = crate::settings::set(&desk.app, change).unwrap();
    assert!(view.has_mlflow_secret && view.settings.mlflow.url == url);
    let shown = serde_json::to_string(&view).unwrap();
    assert!(!shown.contains("canary"), "{shown}");
}

fn options(port: u16) -> MlflowOptions {
    MlflowOptions {
        port,
        login: MlflowLogin::Basic("ana".to_owned(), "canary-31".to_owned()),
        ..MlflowOptions::default()
    }
}

fn again(desk: &Desk, nit: &str) {
    let request = Train {
        nit: nit.to_owned(),
        model: Some(Kind::Mean12),
        horizon: Some(3),
        by_place: false,
    };
    let job = train(&desk.app, request).unwrap().remove(0);
    desk.run();
    let job = jobs::show(&desk.app, jobs::One { id: job.id }).unwrap().job;
    assert_eq!(job.state, State::Done, "{:?}", job.error);
}

#[test]
fn each_training_is_told_to_the_mlflow_of_the_settings() {
    let (desk, nit) = trained();
    let mlflow = MlflowServer::start(options(0)).unwrap();
    with_mlflow(&desk, &mlflow.url());
    again(&desk, &nit);
    let runs = mlflow.runs();
    assert_eq!(runs.len(), 1, "what was trained before is not told");
    assert_eq!(runs[0].params["nit_empresa"], nit);
    let told = status(&desk.app, Nothing {}).unwrap();
    assert_eq!((told.configured, told.sent, told.waiting), (true, 1, 0));
    let models = models(&desk.app, Models { nit: Some(nit) }).unwrap();
    let link = models[0].mlflow.as_ref().unwrap().link.clone().unwrap();
    assert!(link.starts_with(&mlflow.url()) && models[1].mlflow.is_none());
    let tried = try_out(&desk.app, Try::default()).unwrap();
    assert!(tried.has_experiment);
}

#[test]
fn a_training_ends_well_without_its_mlflow_and_is_told_when_that_is_back() {
    let (desk, nit) = trained();
    let mlflow = MlflowServer::start(options(0)).unwrap();
    let (url, port) = (mlflow.url(), mlflow.port());
    drop(mlflow);
    with_mlflow(&desk, &url);
    again(&desk, &nit);
    let told = status(&desk.app, Nothing {}).unwrap();
    assert_eq!((told.waiting, told.sent), (1, 0));
    assert!(told.runs[0].error.is_some());
    let waits = |desk: &Desk| {
        let all = jobs::list(&desk.app, jobs::List::default()).unwrap();
        all.into_iter().find(|job| job.kind == TELL).unwrap()
    };
    assert_eq!(waits(&desk).state, State::Paused);
    let back = MlflowServer::start(options(port)).unwrap();
    desk.clock.advance(chrono::TimeDelta::minutes(5));
    desk.run();
    assert_eq!(waits(&desk).state, State::Done);
    assert_eq!(back.runs().len(), 1);
}

#[test]
fn what_mlflow_refused_is_told_again_when_the_login_is_mended() {
    let (desk, nit) = trained();
    let mlflow = MlflowServer::start(options(0)).unwrap();
    with_mlflow(&desk, &mlflow.url());
    let wrong = serde_json::from_value(json!({ "mlflow_secret": "otra" })).unwrap();
    crate::settings::set(&desk.app, wrong).unwrap();
    let refused = try_out(&desk.app, Try::default()).unwrap_err();
    assert_eq!(refused.code, Code::MlflowLogin);
    again(&desk, &nit);
    assert_eq!(status(&desk.app, Nothing {}).unwrap().failed, 1);
    with_mlflow(&desk, &mlflow.url());
    desk.run();
    let told = status(&desk.app, Nothing {}).unwrap();
    assert_eq!((told.failed, told.sent), (0, 1));
}

#[test]
fn without_an_mlflow_nothing_waits_and_nothing_is_told() {
    let (desk, nit) = trained();
    let mlflow = MlflowServer::start(options(0)).unwrap();
    let port = mlflow.port();
    with_mlflow(&desk, &mlflow.url());
    drop(mlflow);
    again(&desk, &nit);
    let off = serde_json::from_value(json!({ "mlflow": { "url": "" } })).unwrap();
    crate::settings::set(&desk.app, off).unwrap();
    let told = status(&desk.app, Nothing {}).unwrap();
    assert_eq!((told.configured, told.waiting), (false, 0));
    assert!(send_again(&desk.app, Nothing {}).is_err());
    let back = MlflowServer::start(options(port)).unwrap();
    desk.clock.advance(chrono::TimeDelta::minutes(5));
    desk.run();
    assert!(back.runs().is_empty());
}
