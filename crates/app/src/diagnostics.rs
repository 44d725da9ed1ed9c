//! One file with what support needs, and nothing that is secret.

use crate::doctor::{self, Finding};
use crate::{App, Result};
use puente_core::Error;
use puente_erp::servers::{self, Server};
use puente_jobs::{Filter, Job};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use ts_rs::TS;

/// Where to write.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "DiagnosticsTo")]
pub struct To {
    /// A file that is replaced if it is there.
    pub output: PathBuf,
}

/// What was written.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "DiagnosticsWritten")]
pub struct Written {
    /// The file.
    pub output: PathBuf,
    /// Its size.
    pub bytes: u64,
}

/// What stands in the file.
#[derive(Serialize)]
struct Diagnostics<'a> {
    version: &'static str,
    system: String,
    taken_at: String,
    config: &'a crate::config::Config,
    checks: Vec<Finding>,
    servers: Vec<Server>,
    jobs: Vec<Job>,
    log: Vec<String>,
}

/// Lines of the newest log file that go into the file.
const LOG_LINES: usize = 2_000;

/// Writes the file. Rows, settings and logs hold no secrets: passwords live in the keyring only.
///
/// # Errors
/// That the file can't be written; those of the store.
pub fn export(app: &App, request: To) -> Result<Written> {
    let content = Diagnostics {
        version: env!("CARGO_PKG_VERSION"),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        taken_at: app.room.clock.now().to_rfc3339(),
        config: &app.config,
        checks: doctor::findings(app)?,
        servers: servers::list(&app.room.state)?,
        jobs: app.jobs.list(&Filter {
            limit: 50,
            ..Filter::default()
        })?,
        log: last_lines(&app.dir.logs()),
    };
    let text = serde_json::to_string_pretty(&content)
        .map_err(|error| Error::invalid("diagnostics", error))?;
    std::fs::write(&request.output, &text)
        .map_err(|error| Error::invalid("output", &error).because(&error))?;
    app.audit(
        "diagnostics.export",
        &request.output.display().to_string(),
        json!({}),
    )?;
    Ok(Written {
        output: request.output,
        bytes: text.len() as u64,
    })
}

fn last_lines(logs: &Path) -> Vec<String> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(logs)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    files.sort();
    let Some(file) = files.pop().and_then(|path| std::fs::File::open(path).ok()) else {
        return Vec::new();
    };
    let mut lines = std::collections::VecDeque::with_capacity(LOG_LINES);
    for line in BufReader::new(file).lines().map_while(std::io::Result::ok) {
        if lines.len() == LOG_LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }
    lines.into()
}
