//! Telling one training.

use super::Result;
use super::client::Tracking;
use super::queue::{Queue, Sending, State};
use super::record::Record;
use chrono::{DateTime, Utc};

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    /// As it stands in the table now.
    pub sending: Sending,
    /// Whether the run was there already: an answer of before had been lost.
    pub found: bool,
}

/// Tells a training, and writes down each step before the next: what is known of the run survives a kill.
///
/// # Errors
/// Those of [`super::Error`]; the row says how far it came, and the same may be called again.
pub fn send(
    queue: &Queue,
    mut sending: Sending,
    record: &Record,
    tracking: &Tracking<'_>,
    server: &str,
    now: DateTime<Utc>,
) -> Result<Sent> {
    if sending.server.as_deref() != Some(server) {
        // Its run, if there is one, is on another server.
        (sending.experiment, sending.run) = (None, None);
        sending.server = Some(server.to_owned());
    }
    sending.attempts = sending.attempts.saturating_add(1);
    queue.save(&sending, now)?;
    let experiment = tracking.make_experiment()?;
    let known = tracking.find_run(&experiment, &record.model)?;
    let found = known.is_some();
    let run = match known {
        Some(run) => run,
        None => tracking.make_run(&experiment, &record.model, record.start, &record.tags)?,
    };
    sending.experiment = Some(experiment);
    sending.run = Some(run.id.clone());
    queue.save(&sending, now)?;
    if !run.finished {
        tracking.log(&run.id, &record.params, &record.metrics, record.end)?;
        sending.without_files = !put_files(record, tracking, &run)?;
        tracking.finish(&run.id, record.end)?;
    }
    sending.state = State::Sent;
    sending.error = None;
    queue.save(&sending, now)?;
    Ok(Sent { sending, found })
}

/// False when the server keeps its files elsewhere.
fn put_files(record: &Record, tracking: &Tracking<'_>, run: &super::client::Run) -> Result<bool> {
    for (name, kind, text) in &record.files {
        if !tracking.put(run, name, kind, text.clone())? {
            return Ok(false);
        }
    }
    let Some(booster) = &record.booster else {
        return Ok(true);
    };
    let mlmodel = record.mlmodel(&run.id);
    let requirements = "mlflow\nxgboost>=3\npandas\n".to_owned();
    for (name, kind, text) in [
        ("model/model.json", "application/json", booster.clone()),
        ("model/requirements.txt", "text/plain", requirements),
        ("model/MLmodel", "text/plain", mlmodel.to_string()),
    ] {
        tracking.put(run, name, kind, text)?;
    }
    if !run.has_model {
        tracking.tell_model(&run.id, &mlmodel)?;
    }
    Ok(true)
}
