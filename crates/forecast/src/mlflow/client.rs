//! The calls: version 2.0 of MLflow's REST API, and its proxy of artifacts.

use super::{EXPERIMENT, Error, Result, TAG};
use puente_core::{Cancel, Secret};
use puente_net::{Ask, Method, Reply, Web};
use serde_json::{Value, json};
use std::time::Duration;

/// A tracking server on the office's network answers in milliseconds; one that is starting, in seconds.
const PATIENCE: Duration = Duration::from_secs(20);
/// Files take longer.
const FILE_PATIENCE: Duration = Duration::from_secs(120);
/// Parameters, metrics and tags of one call: MLflow takes 100 parameters and 1000 metrics.
const MOST_PARAMS: usize = 100;
/// Characters of a parameter's value.
const LONGEST: usize = 6000;

/// Who asks.
#[derive(Debug, Clone, Default)]
pub enum Login {
    /// Anyone may.
    #[default]
    None,
    /// A user of the server.
    Basic {
        /// Login.
        user: String,
        /// Password.
        password: Secret,
    },
    /// A token, for servers behind something that asks for one.
    Token(Secret),
}

/// Where a tracking server is, and who asks.
#[derive(Debug, Clone)]
pub struct Server {
    /// `http://192.168.1.20:5000`, without a slash at its end.
    pub url: String,
    /// Who asks.
    pub login: Login,
}

/// Takes an address as people type it.
///
/// # Errors
/// [`puente_net::Error::Invalid`] when it is none, or names a user.
pub fn check_url(text: &str) -> std::result::Result<String, puente_net::Error> {
    let url = text.trim().trim_end_matches('/');
    puente_net::check_url(url)?;
    Ok(url.to_owned())
}

/// A run, as the server knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub id: String,
    pub artifacts: String,
    /// It has been told of its model already.
    pub has_model: bool,
    pub finished: bool,
}

/// A tracking server, to be asked.
#[derive(Debug)]
pub struct Tracking<'a> {
    server: &'a Server,
    web: &'a Web,
    cancel: &'a Cancel,
    patience: Duration,
}

impl<'a> Tracking<'a> {
    /// That server, over that way out.
    pub fn new(server: &'a Server, web: &'a Web, cancel: &'a Cancel) -> Tracking<'a> {
        Tracking {
            server,
            web,
            cancel,
            patience: PATIENCE,
        }
    }

    /// Waits that long for an answer instead of 20 seconds.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Tracking<'a> {
        self.patience = patience;
        self
    }

    /// Whether it is there, lets us in and is an MLflow; and its experiment, if there is one yet.
    ///
    /// # Errors
    /// Those of [`Error`].
    pub fn experiment(&self) -> Result<Option<String>> {
        let ask = Ask::new(Method::Get, self.api("experiments/get-by-name"))
            .query("experiment_name", EXPERIMENT);
        let reply = self.ask(ask.patience(self.patience))?;
        if reply.status == 404 && said_code(&reply) == Some("RESOURCE_DOES_NOT_EXIST".to_owned()) {
            return Ok(None);
        }
        let answer = self.json(reply)?;
        text(&answer, "/experiment/experiment_id", self).map(Some)
    }

    pub(super) fn make_experiment(&self) -> Result<String> {
        if let Some(id) = self.experiment()? {
            return Ok(id);
        }
        match self.post("experiments/create", &json!({ "name": EXPERIMENT })) {
            Ok(answer) => text(&answer, "/experiment_id", self),
            // Somebody else made it at the same moment.
            Err(Error::Refused { status: 400, said })
                if said.contains("RESOURCE_ALREADY_EXISTS") =>
            {
                self.experiment()?
                    .ok_or_else(|| self.not_mlflow("experiments"))
            }
            Err(error) => Err(error),
        }
    }

    pub(super) fn find_run(&self, experiment: &str, model: &str) -> Result<Option<Run>> {
        // A modelo_id is made of digits, letters and underscores: nothing in it ends the text.
        let filter = format!("tags.`{TAG}` = '{model}'");
        let asked = json!({ "experiment_ids": [experiment], "filter": filter, "max_results": 1 });
        let answer = self.post("runs/search", &asked)?;
        match answer.pointer("/runs/0") {
            Some(run) => self.run_of(run).map(Some),
            None => Ok(None),
        }
    }

    pub(super) fn make_run(
        &self,
        experiment: &str,
        name: &str,
        start: i64,
        tags: &[(String, String)],
    ) -> Result<Run> {
        let asked = json!({
            "experiment_id": experiment,
            "run_name": name,
            "start_time": start,
            "tags": pairs(tags),
        });
        let answer = self.post("runs/create", &asked)?;
        self.run_of(&answer["run"])
    }

    fn run_of(&self, run: &Value) -> Result<Run> {
        let tags = run.pointer("/data/tags").and_then(Value::as_array);
        let has_model = tags.is_some_and(|tags| {
            tags.iter()
                .any(|tag| tag["key"] == "mlflow.log-model.history")
        });
        Ok(Run {
            id: text(run, "/info/run_id", self)?,
            artifacts: run
                .pointer("/info/artifact_uri")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            has_model,
            finished: run.pointer("/info/status") == Some(&json!("FINISHED")),
        })
    }

    pub(super) fn log(
        &self,
        run: &str,
        params: &[(String, String)],
        metrics: &[(String, f64)],
        at: i64,
    ) -> Result<()> {
        let metrics: Vec<Value> = metrics
            .iter()
            // MLflow keeps infinities as the largest numbers, and some stores refuse NaN.
            .filter(|(_, value)| value.is_finite())
            .map(|(key, value)| json!({"key": key, "value": value, "timestamp": at, "step": 0}))
            .collect();
        let asked = json!({ "run_id": run, "metrics": metrics });
        self.post("runs/log-batch", &asked)?;
        for part in params.chunks(MOST_PARAMS) {
            let asked = json!({ "run_id": run, "params": pairs(part) });
            self.post("runs/log-batch", &asked)?;
        }
        Ok(())
    }

    /// Puts a file of a run; false where the server keeps its files elsewhere than behind itself.
    pub(super) fn put(
        &self,
        run: &Run,
        path: &str,
        kind: &'static str,
        body: String,
    ) -> Result<bool> {
        let Some(folder) = run.artifacts.strip_prefix("mlflow-artifacts:") else {
            return Ok(false);
        };
        // `mlflow-artifacts:/1/…`, or `mlflow-artifacts://host:port/1/…`.
        let folder = match folder.strip_prefix("//") {
            Some(rest) => rest.split_once('/').map_or("", |(_, folder)| folder),
            None => folder.trim_start_matches('/'),
        };
        let url = format!(
            "{}/api/2.0/mlflow-artifacts/artifacts/{folder}/{path}",
            self.server.url
        );
        let ask = Ask::new(Method::Put, url)
            .text(kind, body)
            .patience(FILE_PATIENCE.max(self.patience));
        let reply = self.ask(ask)?;
        // MLflow 3.17 says nothing where a file arrived.
        if reply.is_success() && reply.body.is_empty() {
            return Ok(true);
        }
        self.json(reply).map(|_| true)
    }

    pub(super) fn tell_model(&self, run: &str, model: &Value) -> Result<()> {
        let asked = json!({ "run_id": run, "model_json": model.to_string() });
        self.post("runs/log-model", &asked).map(drop)
    }

    pub(super) fn finish(&self, run: &str, end: i64) -> Result<()> {
        let asked = json!({ "run_id": run, "status": "FINISHED", "end_time": end });
        self.post("runs/update", &asked).map(drop)
    }

    fn api(&self, call: &str) -> String {
        format!("{}/api/2.0/mlflow/{call}", self.server.url)
    }

    fn post(&self, call: &str, body: &Value) -> Result<Value> {
        let ask = Ask::new(Method::Post, self.api(call)).json(body.to_string());
        let reply = self.ask(ask.patience(self.patience))?;
        self.json(reply)
    }

    fn ask(&self, ask: Ask) -> Result<Reply> {
        self.cancel.check()?;
        let ask = match &self.server.login {
            Login::None => ask,
            Login::Basic { user, password } => ask.basic(user.clone(), password.clone()),
            Login::Token(token) => ask.bearer(token.clone()),
        };
        Ok(self.web.ask(ask, self.cancel)?)
    }

    /// The JSON of an answer that is one of MLflow's.
    fn json(&self, reply: Reply) -> Result<Value> {
        let body = serde_json::from_slice::<Value>(&reply.body).ok();
        match reply.status {
            200..300 => body
                .filter(Value::is_object)
                .ok_or_else(|| self.not_mlflow(&found(&reply))),
            status @ (401 | 403) => Err(Error::Login {
                url: self.server.url.clone(),
                status,
            }),
            status @ (408 | 429 | 500..) => Err(Error::Failed {
                status,
                said: said(&reply),
            }),
            status if body.is_some_and(|body| body["error_code"].is_string()) => {
                Err(Error::Refused {
                    status,
                    said: said(&reply),
                })
            }
            _ => Err(self.not_mlflow(&found(&reply))),
        }
    }

    fn not_mlflow(&self, found: &str) -> Error {
        Error::NotMlflow {
            url: self.server.url.clone(),
            found: found.to_owned(),
        }
    }
}

/// A value of a parameter as long as MLflow takes it.
pub(super) fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

fn pairs(pairs: &[(String, String)]) -> Vec<Value> {
    pairs
        .iter()
        .map(|(key, value)| json!({ "key": key, "value": value }))
        .collect()
}

fn text(value: &Value, path: &str, at: &Tracking<'_>) -> Result<String> {
    value
        .pointer(path)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| at.not_mlflow(path))
}

fn said_code(reply: &Reply) -> Option<String> {
    let body: Value = serde_json::from_slice(&reply.body).ok()?;
    body["error_code"].as_str().map(str::to_owned)
}

/// MLflow's error in a line; of anything else nothing but its beginning.
fn said(reply: &Reply) -> String {
    match serde_json::from_slice::<Value>(&reply.body) {
        Ok(body) if body["error_code"].is_string() => {
            let part = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
            let whole = format!("{} {}", part("error_code"), part("message"));
            whole.chars().take(300).collect()
        }
        Ok(_) | Err(_) => found(reply),
    }
}

fn found(reply: &Reply) -> String {
    let kind = reply.header("content-type").unwrap_or("-");
    format!("HTTP {} {kind}", reply.status)
}
