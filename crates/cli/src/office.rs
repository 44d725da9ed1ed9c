//! The verbs of the office as a whole: its state, its schedules, its settings, its way out.

use crate::args::{Audit, Network, Schedules, Settings};
use crate::output::Terminal;
use crate::{show, verbs, watch};
use puente_app::jobs::JobRow;
use puente_app::network::Tested;
use puente_app::overview::Overview;
use puente_app::schedules::ScheduleRow;
use puente_app::settings::SettingsView;
use puente_app::{App, Nothing};
use puente_core::Error;
use puente_erp::handlers::{EXTRACT, SYNC};
use puente_jobs::{AuditEntry, Filter, Job};
use serde_json::{Map, Value};

type Result<T> = std::result::Result<T, Error>;

pub fn overview(terminal: &Terminal, app: &App) -> Result<()> {
    let found = puente_app::overview::overview(app, Nothing {})?;
    terminal.result(&found, |found| show_overview(terminal, found));
    Ok(())
}

fn show_overview(terminal: &Terminal, found: &Overview) {
    for step in &found.steps {
        let mark = match (step.done, step.next) {
            (true, _) => "✓",
            (false, true) => "→",
            (false, false) => " ",
        };
        let name = terminal.text(&format!("step.{}", name_of(&step.step)));
        terminal.line(format!("{mark} {name}"));
    }
    terminal.line("");
    if found.attention.is_empty() {
        terminal.line(terminal.text("attention.none"));
    }
    for matter in &found.attention {
        let what = terminal.text(&format!("matter.{}", name_of(&matter.kind)));
        let colon = if matter.subject.is_empty() { "" } else { ": " };
        terminal.line(format!("! {what}{colon}{}", matter.subject));
        if let Some(error) = &matter.error {
            terminal.line(format!("    {} → {}", error.message, error.hint));
        }
    }
    if let Some(sync) = &found.sync {
        let key = match sync.finished_at {
            Some(_) => "overview.synced",
            None => "overview.syncing",
        };
        let at = terminal.moment(sync.finished_at.unwrap_or(sync.started_at));
        terminal.line("");
        terminal.line(terminal.fill(
            key,
            &[
                ("at", &at),
                ("companies", &sync.companies),
                ("changes", &terminal.count(sync.changes)),
                ("failed", &sync.failed),
                ("left", &sync.left),
            ],
        ));
    }
}

/// The name of a value without fields, as on the wire.
fn name_of(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        Ok(_) | Err(_) => String::new(),
    }
}

/// Brings everything up to date, and shows how each part ended.
pub fn sync(terminal: &Terminal, app: &App) -> Result<()> {
    let started = puente_app::sync::all(app, Nothing {})?;
    watch::verdict(terminal, &watch::run(app, terminal, &started)?)?;
    let first = started.first().map_or(0, |job| job.id);
    let ended: Vec<Job> = app
        .jobs
        .list(&Filter {
            kinds: vec![SYNC.to_owned(), EXTRACT.to_owned()],
            limit: u32::MAX,
            ..Filter::default()
        })?
        .into_iter()
        .filter(|job| job.id.0 > first)
        .rev()
        .collect();
    let rows = puente_app::jobs::rows(app, ended.clone());
    terminal.result(&rows, |rows| match rows.is_empty() {
        true => terminal.line(terminal.text("sync.nothing")),
        false => show::extracted(terminal, rows),
    });
    watch::verdict(terminal, &ended)
}

pub fn schedules(terminal: &Terminal, app: &App, verb: Schedules) -> Result<()> {
    use puente_app::schedules as command;
    match verb {
        Schedules::List => {
            let all = command::list(app, Nothing {})?;
            terminal.result(&all, |all| {
                show_schedules(terminal, &all.rows);
                for set in &all.proposed {
                    let (name, work) = (&set.name, set.work.as_str());
                    terminal.line(terminal.fill(
                        "schedules.proposed",
                        &[("name", name), ("work", &work), ("every", &set.cadence)],
                    ));
                }
            });
        }
        Schedules::Set {
            name,
            work,
            every,
            zone,
            no_catch_up,
            off,
        } => {
            let request = command::Set {
                name,
                work: command::Work::parse(&work)?,
                cadence: every.parse()?,
                zone,
                catch_up: Some(!no_catch_up),
                enabled: Some(!off),
            };
            let row = command::set(app, request)?;
            terminal.result(&row, |row| {
                show_schedules(terminal, std::slice::from_ref(row));
            });
        }
        Schedules::Remove { name } => {
            let row = command::remove(app, command::Named { name })?;
            terminal.result(&row, |row| {
                terminal.line(terminal.fill("schedules.removed", &[("name", &row.name)]));
            });
        }
        Schedules::Run { name } => {
            let jobs = command::run(app, command::Named { name })?;
            return verbs::finish(terminal, app, &jobs, |jobs: &Vec<JobRow>| {
                show::jobs(terminal, jobs);
            });
        }
    }
    Ok(())
}

fn show_schedules(terminal: &Terminal, rows: &[ScheduleRow]) {
    let table = rows.iter().map(|row| {
        vec![
            row.name.clone(),
            terminal
                .text(&format!("work.{}", row.work.as_str()))
                .to_owned(),
            row.cadence.to_string(),
            row.zone.clone(),
            row.next_run.map_or_else(
                || terminal.text("schedules.off").to_owned(),
                |at| terminal.moment(at),
            ),
            row.last_run
                .map(|at| terminal.moment(at))
                .unwrap_or_default(),
        ]
    });
    let headings = [
        "col.name",
        "col.work",
        "col.every",
        "col.zone",
        "col.next",
        "col.last",
    ]
    .map(|key| terminal.text(key));
    terminal.table(&headings, table.collect(), terminal.text("schedules.none"));
}

pub fn settings(terminal: &Terminal, app: &App, verb: Settings) -> Result<()> {
    use puente_app::settings as command;
    let view = match verb {
        Settings::Get => command::get(app, Nothing {})?,
        Settings::Set {
            values,
            proxy_password_stdin,
            mlflow_secret_stdin,
        } => {
            let mut change = to_change(app, &values)?;
            if proxy_password_stdin {
                change.proxy_password = Some(verbs::password(terminal, true)?);
            }
            if mlflow_secret_stdin {
                change.mlflow_secret = Some(verbs::password(terminal, true)?);
            }
            command::set(app, change)?
        }
    };
    terminal.result(&view, |view| show_settings(terminal, view));
    Ok(())
}

/// `theme=dark`, `proxy.mode=manual`: a value is JSON where it reads as JSON, and a text otherwise.
fn to_change(app: &App, values: &[String]) -> Result<puente_app::settings::Change> {
    let now = puente_app::settings::get(app, Nothing {})?.settings;
    let now = serde_json::to_value(now).unwrap_or_default();
    let mut change = Map::new();
    for text in values {
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| Error::invalid("settings", text))?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        match name.split_once('.') {
            None => {
                change.insert(name.to_owned(), value);
            }
            Some((group, field)) => {
                let fields = change
                    .entry(group)
                    .or_insert_with(|| now.get(group).cloned().unwrap_or_default());
                if let Some(fields) = fields.as_object_mut() {
                    fields.insert(field.to_owned(), value);
                }
            }
        }
    }
    serde_json::from_value(Value::Object(change)).map_err(|error| Error::invalid("settings", error))
}

fn show_settings(terminal: &Terminal, view: &SettingsView) {
    let Ok(Value::Object(all)) = serde_json::to_value(view) else {
        return;
    };
    for (name, value) in all {
        let Some(fields) = value.as_object() else {
            terminal.line(format!("{name}={}", plain(&value)));
            continue;
        };
        for (field, value) in fields {
            terminal.line(format!("{name}.{field}={}", plain(value)));
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

pub fn network(terminal: &Terminal, app: &App, verb: Network) -> Result<()> {
    use puente_app::network as command;
    let Network::Test { url } = verb;
    let probe = command::probe(app, command::Address { url })?;
    let error = probe.error.clone();
    let tested = command::view(app, probe);
    terminal.result(&tested, |tested| show_tested(terminal, tested));
    error.map_or(Ok(()), |error| Err(error.into()))
}

fn show_tested(terminal: &Terminal, tested: &Tested) {
    if let Some(status) = tested.status {
        let (url, time) = (&tested.url, tested.milliseconds);
        terminal.line(terminal.fill(
            "network.answers",
            &[("url", url), ("status", &status), ("time", &time)],
        ));
    }
    if let Some(tls) = &tested.tls {
        let trusted = terminal.yes(tls.trusted);
        terminal.line(terminal.fill(
            "network.issuer",
            &[
                ("issuer", &tls.issuer),
                ("version", &tls.version),
                ("trusted", &trusted),
            ],
        ));
        for certificate in &tls.chain {
            let (subject, issuer) = (&certificate.subject, &certificate.issuer);
            let until = terminal.moment(certificate.valid_to);
            terminal.line(format!("  {subject} ← {issuer} ({until})"));
        }
    }
}

pub fn audit(terminal: &Terminal, app: &App, verb: Audit) -> Result<()> {
    let Audit::List {
        subject,
        limit,
        before,
    } = verb;
    let request = puente_app::audit::List {
        subject,
        before,
        limit: Some(limit),
    };
    let entries = puente_app::audit::list(app, request)?;
    terminal.result(&entries, |entries| show_audit(terminal, entries));
    Ok(())
}

fn show_audit(terminal: &Terminal, entries: &[AuditEntry]) {
    let rows = entries.iter().map(|entry| {
        vec![
            entry.id.to_string(),
            terminal.moment(entry.at),
            entry.actor.clone(),
            entry.action.clone(),
            entry.subject.clone(),
            entry.detail.to_string(),
        ]
    });
    let headings = [
        "col.id",
        "col.when",
        "col.actor",
        "col.action",
        "col.subject",
        "col.detail",
    ]
    .map(|key| terminal.text(key));
    terminal.table(&headings, rows.collect(), terminal.text("audit.none"));
}

pub fn about(terminal: &Terminal, app: &App) -> Result<()> {
    let about = puente_app::about::about(app, Nothing {})?;
    terminal.result(&about, |about| {
        let (data, logs) = (about.data_dir.display(), about.logs.display());
        terminal.line(terminal.fill(
            "about",
            &[
                ("version", &about.version),
                ("licence", &about.licence),
                ("system", &about.system),
                ("data", &data),
                ("logs", &logs),
            ],
        ));
        for library in &about.libraries {
            let (name, version, licence) = (&library.name, &library.version, &library.licence);
            terminal.line(format!("{name} {version}: {licence}"));
        }
    });
    Ok(())
}
