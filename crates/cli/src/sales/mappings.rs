//! The verbs of mappings.

use super::{Result, file, read, tables};
use crate::args::Mappings;
use crate::output::Terminal;
use crate::watch;
use puente_app::App;
use puente_app::jobs::JobRow;
use puente_app::sales::{channels, mappings};
use puente_core::Error;
use serde_json::{Value, json};

/// `sales mappings …`.
pub fn run(terminal: &Terminal, app: &App, verb: Mappings) -> Result<()> {
    match verb {
        Mappings::List {
            channel,
            kind,
            missing,
        } => {
            let request = json!({ "channel": channel, "kind": kind, "missing": missing });
            let page = mappings::list(app, read("kind", request)?)?;
            terminal.result(&page, |page| tables::mappings(terminal, page));
            Ok(())
        }
        Mappings::Set {
            channel,
            kind,
            changes,
        } => {
            let changes: Vec<Value> = changes
                .iter()
                .map(|text| {
                    let (source, target) = text.rsplit_once('=').unwrap_or((text, ""));
                    json!({ "source": source, "target": target })
                })
                .collect();
            let request = json!({ "channel": channel, "kind": kind, "changes": changes });
            changed(terminal, app, mappings::set(app, read("kind", request)?)?)
        }
        Mappings::Suggest {
            channel,
            kind,
            apply,
        } => {
            let request = json!({ "channel": channel, "kind": kind, "apply": apply });
            changed(
                terminal,
                app,
                mappings::suggest(app, read("kind", request)?)?,
            )
        }
        Mappings::Export { channel, output } => {
            let file = mappings::export(app, channels::Named { channel })?;
            std::fs::write(&output, &file.csv)
                .map_err(|error| Error::invalid("output", output.display()).because(&error))?;
            terminal.result(&output, |output| terminal.line(output.display()));
            Ok(())
        }
        Mappings::Import { channel, input } => {
            let csv = file(&input)?;
            let request = mappings::MappingsCsv { channel, csv };
            changed(terminal, app, mappings::import(app, request)?)
        }
    }
}

fn changed(terminal: &Terminal, app: &App, changed: mappings::MappingsChanged) -> Result<()> {
    let jobs: Vec<JobRow> = changed.job.clone().into_iter().collect();
    let ended = watch::run(app, terminal, &jobs)?;
    terminal.result(&changed.changes, |changes| {
        tables::changes(terminal, changes)
    });
    watch::verdict(terminal, &ended)
}
