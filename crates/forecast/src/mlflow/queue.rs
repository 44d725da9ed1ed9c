//! Table `mlflow_run`: what is to be told, and what was.

use crate::Result;
use chrono::{DateTime, Utc};
use puente_store::{Database, time};
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

/// Where the telling of a training stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "MlflowState")]
pub enum State {
    /// It is to be told; nothing was asked for yet, or it is not known what came of it.
    Waiting,
    /// The server knows it.
    Sent,
    /// It was refused; a person may have it told again.
    Failed,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Sent => "sent",
            State::Failed => "failed",
        }
    }
}

/// A training that is to be told, or was.
#[derive(Debug, Clone, PartialEq)]
pub struct Sending {
    /// The modelo_id.
    pub model: String,
    /// Whose.
    pub nit: String,
    /// Where it stands.
    pub state: State,
    /// Where it was told: the server's address.
    pub server: Option<String>,
    /// Its experiment there.
    pub experiment: Option<String>,
    /// Its run there.
    pub run: Option<String>,
    /// Attempts so far.
    pub attempts: u32,
    /// Whether the server keeps no files behind itself, so that none were sent.
    pub without_files: bool,
    /// Why the last attempt failed: code and values.
    pub error: Option<puente_core::Error>,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
}

impl Sending {
    /// The page of the run.
    pub fn link(&self) -> Option<String> {
        let (server, experiment, run) = (
            self.server.as_ref()?,
            self.experiment.as_ref()?,
            self.run.as_ref()?,
        );
        Some(format!("{server}/#/experiments/{experiment}/runs/{run}"))
    }
}

/// The table. Clones are one and the same.
#[derive(Debug, Clone)]
pub struct Queue(Database);

const SELECT: &str = "SELECT model_id, nit, state, server, experiment_id, run_id, attempts, without_files, \
                      error, changed_at FROM mlflow_run";

impl Queue {
    /// The table of that state.
    pub fn new(state: Database) -> Queue {
        Queue(state)
    }

    /// Writes down that a training is to be told.
    ///
    /// # Errors
    /// Those of the store.
    pub fn add(&self, model: &str, nit: &str, now: DateTime<Utc>) -> Result<()> {
        let (model, nit) = (model.to_owned(), nit.to_owned());
        self.0.write(move |tx| {
            tx.execute(
                "INSERT OR IGNORE INTO mlflow_run (model_id, nit, state, changed_at)
                 VALUES (?1, ?2, 'waiting', ?3)",
                params![model, nit, time::to_text(now)],
            )?;
            Ok::<_, crate::Error>(())
        })
    }

    /// All, newest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn list(&self) -> Result<Vec<Sending>> {
        self.0.read(|db| {
            let mut statement =
                db.prepare_cached(&format!("{SELECT} ORDER BY changed_at DESC, model_id DESC"))?;
            let rows = statement.query_map([], from_row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Those that wait, oldest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn waiting(&self) -> Result<Vec<Sending>> {
        let mut waiting = self.list()?;
        waiting.retain(|sending| sending.state == State::Waiting);
        waiting.reverse();
        Ok(waiting)
    }

    /// The one of that model.
    ///
    /// # Errors
    /// Those of the store.
    pub fn find(&self, model: &str) -> Result<Option<Sending>> {
        let model = model.to_owned();
        self.0.read(|db| {
            Ok(db
                .prepare_cached(&format!("{SELECT} WHERE model_id = ?1"))?
                .query_row([model], from_row)
                .optional()?)
        })
    }

    /// Has those that were refused told again.
    ///
    /// # Errors
    /// Those of the store.
    pub fn again(&self, now: DateTime<Utc>) -> Result<usize> {
        self.0.write(move |tx| {
            Ok::<_, crate::Error>(tx.execute(
                "UPDATE mlflow_run SET state = 'waiting', error = NULL, changed_at = ?1
                 WHERE state = 'failed'",
                [time::to_text(now)],
            )?)
        })
    }

    /// Writes a row as it stands now.
    ///
    /// # Errors
    /// Those of the store.
    pub fn save(&self, sending: &Sending, now: DateTime<Utc>) -> Result<()> {
        let sending = sending.clone();
        let error = sending.error.as_ref().map(serde_json::to_string);
        let error = error.transpose().unwrap_or_default();
        self.0.write(move |tx| {
            tx.execute(
                "UPDATE mlflow_run SET state = ?2, server = ?3, experiment_id = ?4, run_id = ?5, attempts = ?6,
                 without_files = ?7, error = ?8, changed_at = ?9 WHERE model_id = ?1",
                params![
                    sending.model,
                    sending.state.as_str(),
                    sending.server,
                    sending.experiment,
                    sending.run,
                    sending.attempts,
                    sending.without_files,
                    error,
                    time::to_text(now)
                ],
            )?;
            Ok::<_, crate::Error>(())
        })
    }

    /// Forgets what waits or was refused: of a model that is deleted, or everywhere when the office leaves MLflow.
    ///
    /// # Errors
    /// Those of the store.
    pub fn forget(&self, model: Option<&str>) -> Result<usize> {
        let model = model.map(str::to_owned);
        self.0.write(move |tx| {
            Ok::<_, crate::Error>(tx.execute(
                "DELETE FROM mlflow_run WHERE state <> 'sent' AND (?1 IS NULL OR model_id = ?1)",
                [model],
            )?)
        })
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Sending> {
    let state: String = row.get(2)?;
    let error: Option<String> = row.get(8)?;
    Ok(Sending {
        model: row.get(0)?,
        nit: row.get(1)?,
        state: [State::Waiting, State::Sent]
            .into_iter()
            .find(|known| known.as_str() == state)
            .unwrap_or(State::Failed),
        server: row.get(3)?,
        experiment: row.get(4)?,
        run: row.get(5)?,
        attempts: row.get(6)?,
        without_files: row.get(7)?,
        // Of another version: that there was one is known by the state.
        error: error.and_then(|text| serde_json::from_str(&text).ok()),
        changed_at: time::from_text(row.get_ref(9)?.as_str()?).unwrap_or_default(),
    })
}
