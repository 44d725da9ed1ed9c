//! One file with what support needs, and nothing that is secret.

use crate::doctor::{self, Finding};
use crate::{App, Result};
use puente_core::Error;
use puente_erp::servers::{self, Server};
use puente_jobs::{Filter, Job};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::io::{BufRead, BufReader, Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use ts_rs::TS;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Where to write.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "DiagnosticsTo")]
pub struct To {
    /// A file that is replaced if it is there: an archive with the logs if it ends in `.zip`, and
    /// otherwise JSON.
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
/// Log files that go into an archive, and the bytes of the end of each.
const LOG_FILES: usize = 5;
const LOG_BYTES: u64 = 5 << 20;

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
    let is_zip = request
        .output
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
    let bytes = match is_zip {
        true => zipped(&text, &app.dir.logs())
            .map_err(|error| Error::invalid("diagnostics", &error).because(&error))?,
        false => text.into_bytes(),
    };
    std::fs::write(&request.output, &bytes)
        .map_err(|error| Error::invalid("output", &error).because(&error))?;
    app.audit(
        "diagnostics.export",
        &request.output.display().to_string(),
        json!({}),
    )?;
    Ok(Written {
        output: request.output,
        bytes: bytes.len() as u64,
    })
}

/// The same in one archive, with the ends of the newest logs.
fn zipped(text: &str, logs: &Path) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("diagnostics.json", SimpleFileOptions::default())?;
    archive.write_all(text.as_bytes())?;
    for path in log_files(logs).iter().rev().take(LOG_FILES) {
        let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else {
            continue;
        };
        archive.start_file(format!("logs/{name}"), SimpleFileOptions::default())?;
        let mut file = std::fs::File::open(path)?;
        let from = file.metadata()?.len().saturating_sub(LOG_BYTES);
        file.seek(SeekFrom::Start(from))?;
        std::io::copy(&mut file.take(LOG_BYTES), &mut archive)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// Oldest first.
fn log_files(logs: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(logs)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    files.sort();
    files
}

fn last_lines(logs: &Path) -> Vec<String> {
    let Some(file) = log_files(logs)
        .pop()
        .and_then(|path| std::fs::File::open(path).ok())
    else {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;

    #[test]
    fn an_archive_holds_the_diagnostics_and_the_logs_and_no_secret() {
        let desk = Desk::with_files();
        let change = json!({ "proxy": { "mode": "manual", "url": "http://10.0.0.1:1", "user": "ana" },
            "proxy_password": "canary-9c2e" });
        crate::settings::set(&desk.app, serde_json::from_value(change).unwrap()).unwrap();
        std::fs::write(
            desk.app.dir.logs().join("puente.2026-11-25.log"),
            "one line\n",
        )
        .unwrap();
        let output = desk.folder.path().join("d.zip");
        export(
            &desk.app,
            To {
                output: output.clone(),
            },
        )
        .unwrap();
        let mut archive = zip::ZipArchive::new(std::fs::File::open(output).unwrap()).unwrap();
        let names: Vec<String> = archive
            .file_names()
            .map(|name| name.unwrap().into_owned())
            .collect();
        assert!(names.iter().any(|name| name == "diagnostics.json"));
        assert!(
            names
                .iter()
                .any(|name| name == "logs/puente.2026-11-25.log")
        );
        for name in names {
            let mut text = String::new();
            archive
                .by_name(&name)
                .unwrap()
                .read_to_string(&mut text)
                .unwrap();
            assert!(!text.contains("canary"), "{name}");
        }
    }
}
