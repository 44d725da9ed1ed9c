//! What goods and sales cost.

use super::{Result, file, read, tables};
use crate::output::Terminal;
use crate::watch;
use puente_app::jobs::JobRow;
use puente_app::sales::{channels, costs, known};
use puente_app::{App, Nothing};
use serde_json::{Value, json};
use std::path::Path;

/// `sales costs`: what others know is asked for, what the office says is written down, and all of it shown.
pub fn run(
    terminal: &Terminal,
    app: &App,
    (erp, bills): (&[String], bool),
    (rules, products): (&[String], Option<&Path>),
) -> Result<()> {
    let jobs = ask_others(app, erp, bills)?;
    watch::verdict(terminal, &watch::run(app, terminal, &jobs)?)?;
    watch::verdict(terminal, &watch::run_due(app, terminal)?)?;
    set_own(terminal, app, rules, products)
}

/// Costs that others know: the ERP's warehouse, `channel=nit`, and the bills of channels.
fn ask_others(app: &App, erp: &[String], bills: bool) -> Result<Vec<JobRow>> {
    let mut jobs = Vec::new();
    for text in erp {
        let (channel, nit) = text.rsplit_once('=').unwrap_or((text, ""));
        let request = known::SetSource {
            channel: channel.to_owned(),
            nit: Some(nit.to_owned()),
        };
        jobs.extend(known::set_source(app, request)?);
    }
    if bills {
        jobs.extend(known::read_bills(app, channels::Sync::default())?);
    }
    Ok(jobs)
}

fn set_own(
    terminal: &Terminal,
    app: &App,
    rules: &[String],
    products: Option<&Path>,
) -> Result<()> {
    if !rules.is_empty() {
        let rules: Vec<Value> = rules
            .iter()
            .map(|text| {
                let (name, rest) = text.split_once('=').unwrap_or((text, ""));
                let (kind, amount) = rest.split_once(':').unwrap_or((rest, ""));
                json!({ "name": name, "kind": kind, "amount": amount })
            })
            .collect();
        let request = read("rules", json!({ "rules": rules }))?;
        let done = costs::set(app, request)?;
        watch::verdict(terminal, &watch::run(app, terminal, &done.jobs)?)?;
    }
    if let Some(path) = products {
        let csv = file(path)?;
        let done = costs::import(app, costs::ProductsCsv { csv })?;
        watch::verdict(terminal, &watch::run(app, terminal, &done.jobs)?)?;
    }
    let all = costs::list(app, Nothing {})?;
    terminal.result(&all, |all| tables::costs(terminal, all));
    Ok(())
}
