//! Forecasts in the terminal, over the sample's files: every verb, its JSON, its exit code and its words.

use crate::desk::{PASSPHRASE, said};
use puente_sandbox::SampleFiles;
use puente_sandbox::mlflow::{MlflowLogin, MlflowOptions, MlflowServer};
use serde_json::Value;
use std::io::Write;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

struct Office {
    data: TempDir,
    _sample: TempDir,
    nit: String,
}

impl Office {
    fn new() -> Office {
        let (data, sample) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(data.path().join("config.toml"), "secrets = \"file\"\n").unwrap();
        let files = SampleFiles::create(&sample.path().join("files")).unwrap();
        let mut office = Office {
            data,
            _sample: sample,
            nit: String::new(),
        };
        let master = files.folder.display().to_string();
        let added = [
            "servers", "add", "--kind", "files", "--name", "archivos", "--master", &master,
        ];
        for line in [&added[..], &["companies", "discover"]] {
            let done = office.run(line, "");
            assert!(done.status.success(), "{}", said(&done));
        }
        // One company of the sample names a file that isn't there.
        office.run(&["movements", "extract", "--all"], "");
        let known = office.json(&["forecast", "list"]);
        known[0]["nit"]
            .as_str()
            .unwrap()
            .clone_into(&mut office.nit);
        office
    }

    fn run(&self, line: &[&str], typed: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_puente"))
            .args(line)
            .env("PUENTE_DATA_DIR", self.data.path())
            .env("PUENTE_PASSPHRASE", PASSPHRASE)
            .env_remove("PUENTE_LANG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdin.take().unwrap().write_all(typed.as_bytes()));
        child.wait_with_output().unwrap()
    }

    /// `forecast …` of this NIT.
    fn of(&self, verb: &[&str]) -> Output {
        self.run(&[&["forecast"], verb, &["--nit", &self.nit]].concat(), "")
    }

    fn json(&self, line: &[&str]) -> Value {
        let output = self.run(&[line, &["--json"]].concat(), "");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
    }

    fn json_of(&self, verb: &[&str]) -> Value {
        self.json(&[&["forecast"], verb, &["--nit", &self.nit]].concat())
    }
}

#[test]
fn from_a_nit_to_a_file_of_forecasts() {
    let office = Office::new();
    let none = office.of(&["show"]);
    assert!(!none.status.success(), "{}", said(&none));
    let trained = office.of(&["train"]);
    assert!(trained.status.success(), "{}", said(&trained));
    assert!(
        said(&trained).contains("repetir el año pasado") || said(&trained).contains("historia")
    );

    let list = office.json_of(&["show"]);
    let rows = list["rows"].as_array().unwrap();
    let stakes: Vec<f64> = rows
        .iter()
        .map(|row| row["at_stake"].as_str().unwrap_or("0").parse().unwrap())
        .collect();
    assert!(stakes.is_sorted_by(|a, b| a >= b), "{stakes:?}");
    let code = rows[0]["code"].as_str().unwrap();
    let page = office.json_of(&[
        "show",
        "--article",
        code,
        "--lead-days",
        "30",
        "--service",
        "0.99",
    ]);
    let stock = &page["row"]["stock"];
    let sum = |names: [&str; 2]| names.map(|name| stock[name].as_f64().unwrap());
    let [demand, months] = sum(["monthly_demand", "lead_months"]);
    let [safety, point] = sum(["safety_stock", "reorder_point"]);
    assert!((demand * months + safety - point).abs() < 1e-6, "{stock}");
    let words = office.of(&["show", "--article", code]);
    assert!(
        said(&words).contains("Punto de pedido = "),
        "{}",
        said(&words)
    );

    let predicted = office.json_of(&["predict", "--article", code, "--horizon", "2"]);
    assert_eq!(
        predicted["articles"][0]["months"].as_array().unwrap().len(),
        2
    );
    for (line, exit) in [
        (["predict", "--horizon", "13"], 3),
        (["predict", "--article", "no-hay"], 3),
        (["show", "--service", "1.5"], 3),
    ] {
        let wrong = office.of(&line);
        assert_eq!(wrong.status.code(), Some(exit), "{line:?} {}", said(&wrong));
    }

    for name in ["p.csv", "p.xlsx"] {
        let path = office.data.path().join(name).display().to_string();
        let written = office.json_of(&["export", "--output", &path]);
        assert!(written["rows"].as_u64().unwrap() > 0);
        let again = office.of(&["export", "--output", &path]);
        assert_eq!(
            again.status.code(),
            Some(3),
            "a file is not replaced unasked"
        );
    }
}

#[test]
fn warehouses_are_forecast_apart_and_totals_have_bounds() {
    let office = Office::new();
    for line in [
        &["train", "--model", "mean_12"][..],
        &["train", "--model", "mean_12", "--by-warehouse"],
    ] {
        let trained = office.of(line);
        assert!(trained.status.success(), "{}", said(&trained));
    }
    let known = office.json(&["forecast", "list"]);
    let places = known[0]["by_place"]["meta"]["places"].as_array().unwrap();
    assert!(places.len() > 1, "{places:?}");
    let code = places[1]["code"].as_str().unwrap();
    let found = |line: &[&str]| office.json_of(line)["found"].as_u64().unwrap();
    let each = found(&["show", "--by-warehouse"]);
    let one = found(&["show", "--warehouse", code]);
    assert!(one < each && found(&["show"]) < each);
    let words = office.of(&["show", "--warehouse", code]);
    let name = places[1]["name"].as_str().unwrap();
    assert!(
        said(&words).contains(&format!("{code} {name}")),
        "{}",
        said(&words)
    );
    let predicted = office.json_of(&["predict", "--warehouse", code, "--horizon", "1"]);
    assert_eq!(predicted["articles"].as_array().unwrap().len() as u64, one);
    for (line, exit) in [
        (&["predict", "--warehouse", "no-hay"][..], 3),
        (&["show", "--warehouse", code, "--by-warehouse"], 2),
    ] {
        let wrong = office.of(line);
        assert_eq!(wrong.status.code(), Some(exit), "{}", said(&wrong));
    }
    let totals = office.json_of(&["totals"]);
    let amount = |value: &Value| value.as_str().unwrap().parse::<f64>().unwrap();
    let ahead = &totals["ahead"];
    let (low, high) = (&ahead["bounds"]["low"], &ahead["bounds"]["high"]);
    assert!(
        amount(low) <= amount(&ahead["expected"]) && amount(&ahead["expected"]) <= amount(high)
    );
    let words = office.of(&["totals", "--warehouse", code]);
    assert!(said(&words).contains("8 de cada 10"), "{}", said(&words));
    let path = office.data.path().join("t.xlsx").display().to_string();
    let written = office.json_of(&["export", "--totals", "--by-warehouse", "--output", &path]);
    assert!(written["rows"].as_u64().unwrap() > 6);
}

#[test]
fn models_are_compared_chosen_and_deleted() {
    let office = Office::new();
    for model in ["mean_12", "seasonal_naive"] {
        let trained = office.of(&["train", "--model", model, "--horizon", "3"]);
        assert!(trained.status.success(), "{}", said(&trained));
    }
    let models = office.json_of(&["compare"]);
    let kinds: Vec<&str> = models
        .as_array()
        .unwrap()
        .iter()
        .map(|model| model["meta"]["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["seasonal_naive", "mean_12"], "newest first");
    assert_eq!(
        (&models[0]["active"], &models[1]["active"]),
        (&Value::from(true), &Value::from(false))
    );
    let old = models[1]["id"].as_str().unwrap();
    assert_eq!(office.json(&["forecast", "use", old])["active"], true);
    let left = office.json(&["forecast", "remove", old, "--yes"]);
    assert_eq!(left.as_array().unwrap().len(), 1);
    assert_eq!(left[0]["active"], true, "the other one takes its place");
    let gone = office.run(&["forecast", "use", old], "");
    assert_eq!(gone.status.code(), Some(3), "{}", said(&gone));
    let wrong = office.run(&["forecast", "train", "--nit", "abc"], "");
    assert_eq!(wrong.status.code(), Some(3), "{}", said(&wrong));
}

#[test]
fn trainings_are_recorded_in_the_offices_mlflow() {
    let office = Office::new();
    let mlflow = MlflowServer::start(MlflowOptions {
        login: MlflowLogin::Token("canary-token-5f".to_owned()),
        ..MlflowOptions::default()
    })
    .unwrap();
    let (url, kept) = (
        format!("mlflow.url={}", mlflow.url()),
        office.data.path().to_owned(),
    );
    let set = office.run(
        &[
            "settings",
            "set",
            &url,
            "mlflow.login=token",
            "proxy.mode=none",
            "--mlflow-secret-stdin",
        ],
        "canary-token-5f\n",
    );
    assert!(set.status.success(), "{}", said(&set));
    let tested = office.run(&["forecast", "mlflow", "test"], "");
    assert!(tested.status.success(), "{}", said(&tested));
    assert!(
        said(&tested).contains("MLflow responde"),
        "{}",
        said(&tested)
    );
    let trained = office.of(&["train", "--model", "mean_12"]);
    assert!(trained.status.success(), "{}", said(&trained));
    let sent = office.run(&["forecast", "mlflow", "send"], "");
    assert!(sent.status.success(), "{}", said(&sent));
    let status = office.json(&["forecast", "mlflow", "status"]);
    assert_eq!(
        (&status["sent"], &status["waiting"]),
        (&Value::from(1), &Value::from(0))
    );
    assert_eq!(mlflow.runs().len(), 1);
    let link = office.json_of(&["compare"])[0]["mlflow"]["link"].clone();
    assert!(link.as_str().unwrap().starts_with(&mlflow.url()), "{link}");
    for file in ["puente.db", "puente.db-wal"] {
        let bytes = std::fs::read(kept.join(file)).unwrap_or_default();
        let found = bytes.windows(12).any(|part| part == b"canary-token");
        assert!(!found, "the token stands in {file}");
    }
}
