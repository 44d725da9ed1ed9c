//! The interface in a browser of this machine, until someone ends it.

use crate::args::Serve;
use crate::output::Terminal;
use puente_core::{Error, Lang, Secret};
use puente_gateway::Bridge;
use puente_session::{Options, Profile, Session, ui};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where it serves, for `--json`.
#[derive(Debug, Serialize)]
struct Serving {
    url: String,
    data: PathBuf,
}

/// Serves until Ctrl+C or the system's wish to end; jobs and schedules run meanwhile.
pub fn run(
    terminal: &Terminal,
    lang: Option<Lang>,
    data_dir: PathBuf,
    asked: &Serve,
) -> Result<(), Error> {
    let session = Session::new(Options {
        profile: asked.demo.then_some(Profile::Demo),
        safe_mode: asked.safe_mode,
        lang,
        passphrase: std::env::var("PUENTE_PASSPHRASE").ok().map(Secret::from),
        ..Options::new(data_dir)
    });
    if asked.demo {
        terminal.note(terminal.text("serve.demo"));
    }
    session.open()?;
    if !ui::is_built() {
        terminal.note(terminal.text("serve.unbuilt"));
    }
    let data = session.app()?.dir.path().to_owned();
    let bridge = Bridge::start(session, asked.port)?;
    let serving = Serving {
        url: bridge.url(),
        data,
    };
    terminal.result(&serving, |serving| {
        terminal.line(terminal.fill("serve.at", &[("url", &serving.url)]));
        terminal.line(terminal.text("serve.until"));
    });
    if asked.open && open_in_browser(&bridge.opener()?).is_err() {
        terminal.note(terminal.text("serve.no_browser"));
    }
    bridge.wait();
    terminal.note(terminal.text("serve.ending"));
    bridge.stop();
    Ok(())
}

fn open_in_browser(page: &Path) -> std::io::Result<()> {
    let program = match std::env::consts::OS {
        "windows" => "explorer",
        "macos" => "open",
        _ => "xdg-open",
    };
    Command::new(program)
        .arg(page)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(drop)
}
