use super::*;
use crate::article::Article;
use crate::metrics::Scores;
use crate::model::Kind;
use crate::panel::Notes;
use crate::registry::{Meta, Model};
use chrono::{DateTime, Utc};
use puente_core::{Cancel, Code, Coded, Secret, SystemClock};
use puente_net::{Network, ProxyMode, Web};
use puente_sandbox::mlflow::{MlflowDoes, MlflowLogin, MlflowOptions, MlflowServer};
use puente_store::{Database, state_options};
use std::sync::Arc;
use std::time::Duration;

const MODEL: &str = "empresa_9004512337_20261125T170000";

struct Desk {
    queue: Queue,
    web: Web,
    now: DateTime<Utc>,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("puente.db");
        let state = Database::open(&path, state_options(), Arc::new(SystemClock)).unwrap();
        let network = Network {
            proxy: ProxyMode::None,
            ..Network::default()
        };
        let desk = Desk {
            queue: Queue::new(state),
            web: network.web().unwrap(),
            now: "2026-11-25T17:00:00Z".parse().unwrap(),
            _folder: folder,
        };
        desk.queue.add(MODEL, "9004512337", desk.now).unwrap();
        desk
    }

    fn send(&self, server: &Server, record: &Record) -> Result<Sent> {
        let cancel = Cancel::new();
        let tracking =
            Tracking::new(server, &self.web, &cancel).with_patience(Duration::from_millis(400));
        let sending = self.queue.find(&record.model).unwrap().unwrap();
        send(
            &self.queue,
            sending,
            record,
            &tracking,
            &server.url,
            self.now,
        )
    }

    fn row(&self) -> Sending {
        self.queue.find(MODEL).unwrap().unwrap()
    }
}

fn started(login: MlflowLogin) -> MlflowServer {
    MlflowServer::start(MlflowOptions {
        login,
        ..MlflowOptions::default()
    })
    .unwrap()
}

fn server(of: &MlflowServer, login: Login) -> Server {
    Server {
        url: of.url(),
        login,
    }
}

fn model(kind: Kind) -> Model {
    Model {
        id: MODEL.to_owned(),
        nit: "9004512337".to_owned(),
        meta: Meta {
            kind,
            horizon: 6,
            first_month: 202_501,
            last_month: 202_610,
            articles: 1,
            rows: 22,
            data_hash: "ab".repeat(32),
            code_version: "0.1.0".to_owned(),
            seconds: 1.5,
            origins: 3,
            scores: Scores {
                months: 18,
                mae: Some(2.5),
                rmse: Some(3.5),
                r2: Some(f64::NAN),
                rmsse: Some(0.8),
                ..Scores::default()
            },
            naive: Scores::default(),
            mean_12: Scores::default(),
            weights: vec![1.0],
            places: Vec::new(),
            notes: Notes::default(),
            articles_hash: String::new(),
            booster_hash: None,
        },
        created_at: "2026-11-25T17:00:00Z".parse().unwrap(),
        active: true,
    }
}

fn article() -> Article {
    Article {
        code: "TUB, 1/2\"".to_owned(),
        description: String::new(),
        unit: "UND".to_owned(),
        group: String::new(),
        place: None,
        class: crate::Class::Smooth,
        first_month: 202_512,
        history: vec![3.0, 0.5],
        forecast: crate::Forecast::default(),
        replays: Vec::new(),
        scores: Scores::default(),
        naive: Scores::default(),
        verdict: crate::Verdict::Unknown,
        price_e4: 0,
        year_e4: 0,
    }
}

fn record() -> Record {
    let sample = Sample::of("9004512337", &[article()]);
    Record::of(
        &model(Kind::Puente),
        sample,
        Some("{\"learner\":{}}".to_owned()),
    )
}

#[test]
fn a_training_becomes_one_run_with_its_figures_and_files() {
    let desk = Desk::new();
    let mlflow = started(MlflowLogin::None);
    let sent = desk.send(&server(&mlflow, Login::None), &record()).unwrap();
    assert!(!sent.found && !sent.sending.without_files);
    assert_eq!(mlflow.experiments(), ["TNS_Demanda_Prediccion"]);
    let runs = mlflow.runs();
    let [run] = runs.as_slice() else {
        panic!("{runs:?}")
    };
    assert_eq!(run.status, "FINISHED");
    for (key, value) in [
        ("modelo_id", MODEL),
        ("nit_empresa", "9004512337"),
        ("fecha_entrenamiento", "2026-11-25T17:00:00Z"),
        ("filas_entrenamiento", "22"),
        ("prophet_datos_entrenamiento", "22"),
    ] {
        assert_eq!(run.params[key], value);
    }
    assert!((run.metrics["xgboost_mae"] - 2.5).abs() < 1e-12);
    assert!((run.metrics["xgboost_rmse"] - 3.5).abs() < 1e-12);
    assert!(!run.metrics.contains_key("xgboost_r2"), "it is no number");
    let csv = String::from_utf8(run.files["training_data_sample.csv"].clone()).unwrap();
    assert_eq!(
        csv,
        "nit_empresa,articulo,mes,cantidad\n\
         9004512337,\"TUB, 1/2\"\"\",2025-12,3\n9004512337,\"TUB, 1/2\"\"\",2026-01,0.5\n"
    );
    let mlmodel: serde_json::Value = serde_json::from_slice(&run.files["model/MLmodel"]).unwrap();
    let python = &mlmodel["flavors"]["python_function"];
    assert_eq!(python["loader_module"], "mlflow.xgboost");
    assert!(run.files.contains_key("model/model.json"));
    assert!(run.tags.contains_key("mlflow.log-model.history"));
    let row = desk.row();
    assert_eq!((row.state, row.attempts), (State::Sent, 1));
    assert_eq!(
        row.link().unwrap(),
        format!("{}/#/experiments/1/runs/{}", mlflow.url(), run.id)
    );
}

#[test]
fn an_answer_that_was_lost_is_asked_for_and_no_second_run_is_made() {
    for call in [
        "runs/create",
        "runs/log-batch",
        "runs/log-model",
        "runs/update",
    ] {
        let desk = Desk::new();
        let mlflow = started(MlflowLogin::None);
        mlflow.fault(call, MlflowDoes::DoThenHang, 1);
        let at = server(&mlflow, Login::None);
        let lost = desk.send(&at, &record()).unwrap_err();
        assert!(lost.may_pass(), "{call}: {lost}");
        assert_eq!(desk.row().state, State::Waiting);
        assert!(desk.send(&at, &record()).unwrap().found, "{call}");
        let runs = mlflow.runs();
        assert_eq!(runs.len(), 1, "{call}");
        assert_eq!(runs[0].status, "FINISHED");
        assert_eq!(runs[0].params["modelo_id"], MODEL);
        assert!(desk.send(&at, &record()).unwrap().found, "told once more");
        assert_eq!(mlflow.runs().len(), 1);
    }
}

#[test]
fn what_goes_wrong_has_a_code_and_leaves_the_row_for_later() {
    let desk = Desk::new();
    let mlflow = started(MlflowLogin::None);
    let at = server(&mlflow, Login::None);
    for (call, does, code, passes) in [
        (
            "get-by-name",
            MlflowDoes::Status(401),
            Code::MlflowLogin,
            false,
        ),
        (
            "get-by-name",
            MlflowDoes::Status(403),
            Code::MlflowLogin,
            false,
        ),
        (
            "get-by-name",
            MlflowDoes::Html(404),
            Code::MlflowNotThere,
            false,
        ),
        (
            "get-by-name",
            MlflowDoes::Html(200),
            Code::MlflowNotThere,
            false,
        ),
        (
            "get-by-name",
            MlflowDoes::Status(500),
            Code::MlflowFailed,
            true,
        ),
        (
            "runs/create",
            MlflowDoes::Html(502),
            Code::MlflowFailed,
            true,
        ),
        (
            "runs/create",
            MlflowDoes::Status(429),
            Code::MlflowFailed,
            true,
        ),
        ("runs/create", MlflowDoes::Hang, Code::NetTimeout, true),
        (
            "runs/create",
            MlflowDoes::Status(400),
            Code::MlflowRefused,
            false,
        ),
        (
            "training_data_sample.csv",
            MlflowDoes::Html(200),
            Code::MlflowNotThere,
            false,
        ),
        (
            "training_data_sample.csv",
            MlflowDoes::Status(503),
            Code::MlflowFailed,
            true,
        ),
    ] {
        mlflow.fault(call, does.clone(), 1);
        let error = desk.send(&at, &record()).unwrap_err();
        assert_eq!((error.code(), error.may_pass()), (code, passes), "{does:?}");
        assert_eq!(desk.row().state, State::Waiting);
    }
    assert!(desk.send(&at, &record()).is_ok());
    assert_eq!(mlflow.runs().len(), 1);
}

#[test]
fn a_server_that_answers_slowly_is_waited_for() {
    let desk = Desk::new();
    let mlflow = started(MlflowLogin::None);
    mlflow.fault(
        "runs/create",
        MlflowDoes::Slowly(Duration::from_millis(150)),
        1,
    );
    assert!(desk.send(&server(&mlflow, Login::None), &record()).is_ok());
}

#[test]
fn a_server_that_is_away_is_no_end() {
    let desk = Desk::new();
    let mlflow = started(MlflowLogin::None);
    let (at, port) = (server(&mlflow, Login::None), mlflow.port());
    drop(mlflow);
    let away = desk.send(&at, &record()).unwrap_err();
    assert!(away.may_pass(), "{away}");
    let back = MlflowServer::start(MlflowOptions {
        port,
        ..MlflowOptions::default()
    })
    .unwrap();
    assert!(desk.send(&at, &record()).is_ok());
    assert_eq!(back.runs().len(), 1);
}

#[test]
fn logins_are_those_of_the_server_and_are_not_shown() {
    let basic = || Login::Basic {
        user: "ana".to_owned(),
        password: Secret::from("canary-9d"),
    };
    let mlflow = started(MlflowLogin::Basic("ana".to_owned(), "canary-9d".to_owned()));
    let desk = Desk::new();
    let refused = desk
        .send(&server(&mlflow, Login::None), &record())
        .unwrap_err();
    assert_eq!(refused.code(), Code::MlflowLogin);
    let token = Login::Token(Secret::from("canary-9d"));
    let refused = desk
        .send(&server(&mlflow, token.clone()), &record())
        .unwrap_err();
    assert_eq!(refused.code(), Code::MlflowLogin);
    assert!(desk.send(&server(&mlflow, basic()), &record()).is_ok());
    assert!(!format!("{:?}", server(&mlflow, basic())).contains("canary"));
    let mlflow = started(MlflowLogin::Token("canary-9d".to_owned()));
    let desk = Desk::new();
    assert!(desk.send(&server(&mlflow, token), &record()).is_ok());
}

#[test]
fn a_server_that_keeps_its_files_elsewhere_gets_the_figures() {
    let desk = Desk::new();
    let mlflow = MlflowServer::start(MlflowOptions {
        own_disk: true,
        ..MlflowOptions::default()
    })
    .unwrap();
    let sent = desk.send(&server(&mlflow, Login::None), &record()).unwrap();
    assert!(sent.sending.without_files);
    let runs = mlflow.runs();
    assert!(runs[0].files.is_empty() && runs[0].status == "FINISHED");
    assert!(runs[0].metrics.contains_key("xgboost_mae"));
}

#[test]
fn another_server_gets_a_run_of_its_own() {
    let desk = Desk::new();
    let (old, new) = (started(MlflowLogin::None), started(MlflowLogin::None));
    desk.send(&server(&old, Login::None), &record()).unwrap();
    let sent = desk.send(&server(&new, Login::None), &record()).unwrap();
    assert!(!sent.found && sent.sending.link().unwrap().starts_with(&new.url()));
}

#[test]
fn a_model_without_a_booster_is_told_without_one() {
    let record = Record::of(&model(Kind::Prophet), Sample(String::new()), None);
    assert!(
        record
            .metrics
            .iter()
            .all(|(key, _)| !key.starts_with("xgboost_"))
    );
    let desk = Desk::new();
    let mlflow = started(MlflowLogin::None);
    desk.send(&server(&mlflow, Login::None), &record).unwrap();
    let files: Vec<String> = mlflow.runs()[0].files.keys().cloned().collect();
    assert_eq!(files, ["meta.json", "training_data_sample.csv"]);
}

#[test]
fn addresses_are_taken_as_people_type_them() {
    assert_eq!(
        check_url(" http://mlflow:5000/ ").unwrap(),
        "http://mlflow:5000"
    );
    for wrong in [
        "mlflow:5000",
        "ftp://mlflow",
        "http://ana:clave@mlflow:5000",
        "",
    ] {
        assert!(check_url(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn what_waits_is_kept_in_order_and_what_was_sent_is_never_forgotten() {
    let desk = Desk::new();
    let later = desk.now + chrono::TimeDelta::seconds(1);
    desk.queue.add("otro", "1", later).unwrap();
    desk.queue.add("otro", "1", later).unwrap();
    let waiting: Vec<String> = desk
        .queue
        .waiting()
        .unwrap()
        .into_iter()
        .map(|one| one.model)
        .collect();
    assert_eq!(waiting, [MODEL, "otro"]);
    let mut row = desk.row();
    row.state = State::Sent;
    row.error = Some(puente_core::Error::new(Code::MlflowFailed).with("status", 500));
    desk.queue.save(&row, later).unwrap();
    assert_eq!(
        desk.row().error.map(|error| error.code),
        Some(Code::MlflowFailed)
    );
    assert_eq!(desk.queue.forget(None).unwrap(), 1);
    assert_eq!(desk.queue.list().unwrap().len(), 1);
}
