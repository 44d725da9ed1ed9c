//! The main job on a sample ERP, from an empty machine to a proven summary.

pub mod sales;
pub mod solar;

use crate::args::{Demo, DemoSource};
use crate::output::Terminal;
use crate::{show, watch};
use puente_app::companies::{Discover, Selected};
use puente_app::movements::{Extract, SummaryOf};
use puente_app::paths::DataDir;
use puente_app::{App, AppOptions, Nothing};
use puente_core::{Code, Error, Secret};
use puente_erp::handlers::ExtractReport;
use puente_erp::servers::{Kind, NewServer, Options};
use puente_jobs::Job;
use puente_sandbox::{
    Changes, FirebirdServer, SampleErp, SampleOptions, SampleSize, ServerOptions,
};
use puente_session::Shop;
use puente_store::secrets::Secrets;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// Stands in a folder that a demo made, so that the next one may clear it, and no other folder.
const MARKER: &str = ".puente-demo";
/// Things that the sample ERP does between the two extractions.
const MORE: u64 = 1_000;

/// What a demo did, for `--json`.
#[derive(Debug, Serialize)]
struct Done {
    source: &'static str,
    data: PathBuf,
    companies: usize,
    movements: i64,
    months: usize,
    first_rows_read: u64,
    refresh_rows_read: u64,
    proofs_hold: usize,
    seconds: f64,
}

/// Runs it.
pub fn run(terminal: &Terminal, demo: &Demo) -> Result<(), Error> {
    let started = Instant::now();
    let folder = folder(demo)?;
    say(terminal, terminal.text("demo.title"));
    let installed = puente_sandbox::firebird_available().is_ok();
    let mut done = match demo.source {
        DemoSource::Files => on_files(terminal, &folder)?,
        DemoSource::Auto if !installed => {
            say(terminal, terminal.text("demo.files"));
            on_files(terminal, &folder)?
        }
        DemoSource::Auto | DemoSource::Firebird => on_firebird(terminal, &folder)?,
    };
    done.seconds = started.elapsed().as_secs_f64();
    terminal.result(&done, |done| {
        terminal.line("");
        terminal.line(terminal.fill("demo.kept", &[("path", &done.data.display())]));
        let seconds = format!("{:.1}", done.seconds);
        terminal.line(terminal.fill("demo.end", &[("seconds", &seconds)]));
    });
    Ok(())
}

fn on_firebird(terminal: &Terminal, folder: &Path) -> Result<Done, Error> {
    say(terminal, terminal.text("demo.firebird"));
    let server = FirebirdServer::start(&folder.join("firebird"), ServerOptions::default())?;
    let options = SampleOptions {
        size: SampleSize::Demo,
        ..SampleOptions::default()
    };
    let erp = SampleErp::create(&server, &folder.join("erp"), options)?;
    say(
        terminal,
        &terminal.fill(
            "demo.ready",
            &[("version", &server.version()), ("port", &server.port())],
        ),
    );
    let app = open(terminal, folder)?;
    let new = NewServer {
        name: "demo".to_owned(),
        kind: Kind::Firebird,
        host: server.host().to_owned(),
        port: server.port(),
        user: server.user().to_owned(),
        master: erp.master.display().to_string(),
        profile: "tns".to_owned(),
        options: Options::default(),
    };
    let first_rows_read = first_time(terminal, &app, new, Some(server.password().clone()))?;
    let written = erp.write_more(MORE, 7)?;
    let sum = |of: fn(&Changes) -> usize| written.iter().map(of).sum::<usize>();
    let inserted = sum(|changes| changes.inserted_lines.len());
    let updated = sum(|changes| changes.updated_lines.len() + changes.voided_documents.len());
    let deleted = sum(|changes| changes.deleted_lines.len());
    let values: [(&str, &dyn std::fmt::Display); 3] = [
        ("inserted", &inserted),
        ("updated", &updated),
        ("deleted", &deleted),
    ];
    say(terminal, &terminal.fill("demo.more", &values));
    say(terminal, terminal.text("demo.refresh"));
    let refresh_rows_read = extract(terminal, &app)?;
    let extracted = with_movements(&app)?;
    let jobs = puente_app::movements::prove(&app, extracted.clone())?;
    watch::verdict(terminal, &watch::run(&app, terminal, &jobs)?)?;
    let proofs = puente_app::movements::proof(&app, extracted)?;
    let holds = proofs
        .iter()
        .filter(|of| of.proof.as_ref().is_some_and(|proof| proof.holds))
        .count();
    say(
        terminal,
        &terminal.fill("demo.proof", &[("holds", &holds), ("all", &proofs.len())]),
    );
    forecast(terminal, &app)?;
    finish(&app, "firebird", first_rows_read, refresh_rows_read, holds)
}

fn on_files(terminal: &Terminal, folder: &Path) -> Result<Done, Error> {
    let sample = puente_sandbox::SampleFiles::create(&folder.join("files"))?;
    let app = open(terminal, folder)?;
    let new = NewServer {
        name: "demo".to_owned(),
        kind: Kind::Files,
        host: String::new(),
        port: 0,
        user: String::new(),
        master: sample.folder.display().to_string(),
        profile: "tns".to_owned(),
        options: Options::default(),
    };
    let first_rows_read = first_time(terminal, &app, new, None)?;
    forecast(terminal, &app)?;
    finish(&app, "files", first_rows_read, 0, 0)
}

/// Register, discover, extract, summarise.
fn first_time(
    terminal: &Terminal,
    app: &App,
    server: NewServer,
    password: Option<Secret>,
) -> Result<u64, Error> {
    puente_app::servers::add(
        app,
        puente_app::servers::Add {
            server,
            password,
            no_test: false,
        },
    )?;
    say(terminal, terminal.text("demo.discover"));
    let jobs = puente_app::companies::discover(app, Discover::default())?;
    let jobs = watch::run(app, terminal, &jobs)?;
    if !terminal.json {
        show::discovered(terminal, &puente_app::jobs::rows(app, jobs.clone()));
    }
    watch::verdict(terminal, &jobs)?;
    say(terminal, terminal.text("demo.extract"));
    let rows = extract(terminal, app)?;
    if !terminal.json {
        terminal.line("");
        terminal.line(terminal.text("demo.summary"));
        let request = SummaryOf {
            top: 5,
            ..SummaryOf::default()
        };
        show::summary(terminal, &puente_app::movements::summary(app, request)?);
    }
    Ok(rows)
}

/// Trains on the NIT with most movements and shows what it expects.
fn forecast(terminal: &Terminal, app: &App) -> Result<(), Error> {
    say(terminal, terminal.text("demo.forecast"));
    let Some(office) = puente_app::forecast::offices(app, Nothing {})?
        .into_iter()
        .next()
    else {
        return Ok(());
    };
    let request = puente_app::forecast::Train {
        nit: office.nit.clone(),
        model: None,
        horizon: None,
        by_place: false,
    };
    let jobs = puente_app::forecast::train(app, request)?;
    watch::verdict(terminal, &watch::run(app, terminal, &jobs)?)?;
    if !terminal.json {
        let search = puente_app::forecast::Search {
            nit: office.nit,
            limit: Some(5),
            ..puente_app::forecast::Search::default()
        };
        crate::forecast::show_list(terminal, &puente_app::forecast::articles(app, search)?);
    }
    Ok(())
}

/// The companies that something was extracted of.
fn with_movements(app: &App) -> Result<Selected, Error> {
    let rows = puente_app::movements::status(app, Nothing {})?;
    let held = rows.into_iter().filter(|row| row.held.is_some());
    let names = held.map(|row| format!("{}:{}", row.company.nit, row.company.fiscal_year));
    Ok(Selected {
        companies: names.collect(),
    })
}

/// Extracts all companies and gives the rows that were read.
fn extract(terminal: &Terminal, app: &App) -> Result<u64, Error> {
    let started = Instant::now();
    let jobs = puente_app::movements::extract(app, Extract::default())?;
    let jobs = watch::run(app, terminal, &jobs)?;
    if !terminal.json {
        show::extracted(terminal, &puente_app::jobs::rows(app, jobs.clone()));
    }
    // One company of the sample names a file that isn't there, as happens: it is said, and stops
    // nothing.
    let (missing, read): (Vec<Job>, Vec<Job>) = jobs.into_iter().partition(|job| {
        job.error.as_ref().is_some_and(|error| {
            [Code::CompanyFileMissing, Code::FileUnreadable].contains(&error.code)
        })
    });
    for error in missing
        .iter()
        .filter_map(|job| job.error.as_ref())
        .filter(|_| !terminal.json)
    {
        terminal.explain(&error.view(terminal.lang));
    }
    watch::verdict(terminal, &read)?;
    let rows: u64 = read.iter().filter_map(rows_read).sum();
    let seconds = started.elapsed().as_secs_f64();
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "a rate for people"
    )]
    let rate = (rows as f64 / seconds.max(0.001)) as i64;
    let values: [(&str, &dyn std::fmt::Display); 3] = [
        ("rows", &terminal.count(rows)),
        ("seconds", &format!("{seconds:.1}")),
        ("rate", &terminal.count(rate)),
    ];
    say(
        terminal,
        &format!("  {}", terminal.fill("demo.took", &values)),
    );
    Ok(rows)
}

fn rows_read(job: &Job) -> Option<u64> {
    let report: ExtractReport = serde_json::from_value(job.result.clone()?).ok()?;
    Some(report.rows_read)
}

fn finish(
    app: &App,
    source: &'static str,
    first_rows_read: u64,
    refresh_rows_read: u64,
    proofs_hold: usize,
) -> Result<Done, Error> {
    let summary = puente_app::movements::summary(app, SummaryOf::default())?;
    let companies = summary.companies.len();
    Ok(Done {
        source,
        data: app.dir.path().to_owned(),
        companies,
        movements: summary.movements,
        months: summary.months.len(),
        first_rows_read,
        refresh_rows_read,
        proofs_hold,
        seconds: 0.0,
    })
}

/// A demo keeps its passwords in memory: they are those of a server that ends with it.
pub(crate) fn open(terminal: &Terminal, folder: &Path) -> Result<App, Error> {
    App::open(AppOptions {
        lang: Some(terminal.lang),
        secrets: Some(Secrets::memory()),
        example: Some(Arc::new(Shop::default())),
        ..AppOptions::new(folder.join("puente"))
    })
}

/// An empty folder for this demo. Only a folder that an earlier demo made is cleared.
pub(crate) fn folder(demo: &Demo) -> Result<PathBuf, Error> {
    let folder = match &demo.keep {
        Some(folder) => folder.clone(),
        None => DataDir::of_this_user()?.join("demo"),
    };
    let unusable = |error: std::io::Error| Error::invalid("keep", folder.display()).because(&error);
    let is_empty = std::fs::read_dir(&folder).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty && !folder.join(MARKER).is_file() {
        return Err(Error::new(Code::AlreadyExists)
            .with("what", "folder")
            .with("name", folder.display()));
    }
    if !is_empty {
        std::fs::remove_dir_all(&folder).map_err(unusable)?;
    }
    std::fs::create_dir_all(&folder).map_err(unusable)?;
    std::fs::write(folder.join(MARKER), "").map_err(unusable)?;
    folder.canonicalize().map_err(unusable)
}

pub(crate) fn say(terminal: &Terminal, text: &str) {
    if !terminal.json {
        terminal.line(text);
    }
}
