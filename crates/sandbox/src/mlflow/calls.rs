//! What each call of the stand-in does to its books.

use super::{Books, MlflowRun, World};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Status, code and message of an error.
pub(super) type Refusal = (u16, &'static str, String);
type Answer = Result<Value, Refusal>;

/// None where there is no such call.
pub(super) fn answer(
    world: &World,
    method: &str,
    call: &str,
    query: Option<&str>,
    asked: &Value,
) -> Option<Answer> {
    let mut books = world.books();
    let answer = match (method, call) {
        ("GET", "experiments/get-by-name") => by_name(&books, query.unwrap_or_default()),
        ("POST", "experiments/create") => make_experiment(&mut books, asked),
        ("POST", "runs/search") => search(&books, world, asked),
        ("POST", "runs/create") => make_run(&mut books, world, asked),
        ("POST", "runs/log-batch") => log(&mut books, asked),
        ("POST", "runs/log-model") => log_model(&mut books, asked),
        ("POST", "runs/update") => update(&mut books, asked),
        _ => return None,
    };
    Some(answer)
}

fn invalid(message: impl Into<String>) -> Refusal {
    (400, "INVALID_PARAMETER_VALUE", message.into())
}

fn missing(what: &str) -> Refusal {
    (404, "RESOURCE_DOES_NOT_EXIST", format!("No {what}"))
}

fn text<'a>(asked: &'a Value, field: &str) -> Result<&'a str, Refusal> {
    asked[field]
        .as_str()
        .filter(|text| !text.is_empty())
        .ok_or_else(|| invalid(format!("Missing value for required parameter '{field}'.")))
}

fn by_name(books: &Books, query: &str) -> Answer {
    let wanted = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("experiment_name="))
        .ok_or_else(|| invalid("Missing value for required parameter 'experiment_name'."))?;
    let at = books
        .experiments
        .iter()
        .position(|name| name == wanted)
        .ok_or_else(|| missing(&format!("Experiment with name={wanted} exists")))?;
    Ok(
        json!({ "experiment": { "experiment_id": (at + 1).to_string(), "name": wanted,
                               "lifecycle_stage": "active" } }),
    )
}

fn make_experiment(books: &mut Books, asked: &Value) -> Answer {
    let name = text(asked, "name")?;
    if books.experiments.iter().any(|known| known == name) {
        let message = format!("Experiment '{name}' already exists.");
        return Err((400, "RESOURCE_ALREADY_EXISTS", message));
    }
    books.experiments.push(name.to_owned());
    Ok(json!({ "experiment_id": books.experiments.len().to_string() }))
}

pub(super) fn experiment_of<'a>(books: &'a Books, id: &str) -> Result<&'a str, Refusal> {
    id.parse::<usize>()
        .ok()
        .and_then(|id| books.experiments.get(id.checked_sub(1)?))
        .map(String::as_str)
        .ok_or_else(|| missing(&format!("Experiment with id={id} exists")))
}

fn shown(run: &MlflowRun, experiment: &str, own_disk: bool) -> Value {
    let pairs = |map: &BTreeMap<String, String>| -> Vec<Value> {
        map.iter()
            .map(|(key, value)| json!({ "key": key, "value": value }))
            .collect()
    };
    let place = if own_disk {
        format!("file:///srv/mlruns/{experiment}/{}/artifacts", run.id)
    } else {
        format!("mlflow-artifacts:/{experiment}/{}/artifacts", run.id)
    };
    json!({
        "info": { "run_id": run.id, "run_uuid": run.id, "experiment_id": experiment,
                  "status": run.status, "artifact_uri": place, "lifecycle_stage": "active" },
        "data": { "tags": pairs(&run.tags), "params": pairs(&run.params) },
    })
}

fn search(books: &Books, world: &World, asked: &Value) -> Answer {
    let ids = asked["experiment_ids"]
        .as_array()
        .filter(|ids| !ids.is_empty())
        .ok_or_else(|| invalid("experiment_ids"))?;
    let filter = text(asked, "filter")?;
    let wanted = filter
        .strip_prefix("tags.`")
        .and_then(|rest| rest.strip_suffix('\''))
        .and_then(|rest| rest.split_once("` = '"))
        .filter(|(key, value)| !key.contains('`') && !value.contains('\''))
        .ok_or_else(|| invalid(format!("Invalid filter: {filter}")))?;
    let mut found = Vec::new();
    for id in ids {
        let id = id.as_str().ok_or_else(|| invalid("experiment_ids"))?;
        let name = experiment_of(books, id)?;
        let runs = books.runs.iter().filter(|run| run.experiment == name);
        let fits = runs.filter(|run| run.tags.get(wanted.0).map(String::as_str) == Some(wanted.1));
        found.extend(fits.map(|run| shown(run, id, world.options.own_disk)));
    }
    Ok(if found.is_empty() {
        // As the real one: a list without members is left out.
        json!({})
    } else {
        json!({ "runs": found })
    })
}

fn make_run(books: &mut Books, world: &World, asked: &Value) -> Answer {
    let id = text(asked, "experiment_id")?.to_owned();
    let experiment = experiment_of(books, &id)?.to_owned();
    if !asked["start_time"].is_i64() {
        return Err(invalid("start_time"));
    }
    let mut run = MlflowRun {
        id: format!("{:032x}", books.runs.len() + 0xf0),
        experiment,
        status: "RUNNING".to_owned(),
        ..MlflowRun::default()
    };
    for (key, value) in pairs_of(&asked["tags"], 5000)? {
        run.tags.insert(key, value);
    }
    if let Some(name) = asked["run_name"].as_str() {
        run.tags
            .insert("mlflow.runName".to_owned(), name.to_owned());
    }
    let answer = json!({ "run": shown(&run, &id, world.options.own_disk) });
    books.runs.push(run);
    Ok(answer)
}

fn pairs_of(list: &Value, longest: usize) -> Result<Vec<(String, String)>, Refusal> {
    let empty = Vec::new();
    list.as_array()
        .unwrap_or(&empty)
        .iter()
        .map(|pair| {
            let (key, value) = (text(pair, "key")?, text(pair, "value")?);
            if key.len() > 250 || value.chars().count() > longest {
                return Err(invalid(format!("'{key}' exceeds the maximum length")));
            }
            Ok((key.to_owned(), value.to_owned()))
        })
        .collect()
}

fn run_of<'a>(books: &'a mut Books, asked: &Value) -> Result<&'a mut MlflowRun, Refusal> {
    let id = text(asked, "run_id")?;
    books
        .runs
        .iter_mut()
        .find(|run| run.id == id)
        .ok_or_else(|| missing(&format!("Run with id={id} found")))
}

fn log(books: &mut Books, asked: &Value) -> Answer {
    let params = pairs_of(&asked["params"], 6000)?;
    let tags = pairs_of(&asked["tags"], 5000)?;
    let empty = Vec::new();
    let metrics = asked["metrics"].as_array().unwrap_or(&empty);
    if params.len() > 100 || metrics.len() > 1000 {
        return Err(invalid(
            "A batch logging request can contain at most 100 params",
        ));
    }
    let run = run_of(books, asked)?;
    for (key, value) in &params {
        if run.params.get(key).is_some_and(|known| known != value) {
            return Err(invalid(format!(
                "Changing param values is not allowed: '{key}'"
            )));
        }
    }
    for metric in metrics {
        let key = text(metric, "key")?;
        let fine = metric["value"].is_number() && metric["timestamp"].is_i64();
        if !fine || !metric["step"].is_i64() {
            return Err(invalid(format!("Got invalid metric '{key}'")));
        }
        let value = metric["value"].as_f64().unwrap_or_default();
        run.metrics.insert(key.to_owned(), value);
        run.told += 1;
    }
    run.params.extend(params);
    run.tags.extend(tags);
    Ok(json!({}))
}

fn log_model(books: &mut Books, asked: &Value) -> Answer {
    let model: Value = serde_json::from_str(text(asked, "model_json")?)
        .map_err(|_| invalid("Malformed model info"))?;
    for field in ["artifact_path", "flavors", "utc_time_created", "run_id"] {
        if model[field].is_null() {
            return Err(invalid(format!("Model json is missing '{field}'")));
        }
    }
    let run = run_of(books, asked)?;
    run.tags.insert(
        "mlflow.log-model.history".to_owned(),
        json!([model]).to_string(),
    );
    Ok(json!({}))
}

fn update(books: &mut Books, asked: &Value) -> Answer {
    let status = text(asked, "status")?.to_owned();
    if !["RUNNING", "FINISHED", "FAILED", "KILLED"].contains(&status.as_str()) {
        return Err(invalid("status"));
    }
    let run = run_of(books, asked)?;
    run.status = status;
    Ok(json!({ "run_info": { "run_id": run.id, "status": run.status } }))
}
