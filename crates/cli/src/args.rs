//! The verbs of `puente`. Their texts stand in `texts/{es,en}.toml`, by the path of the verb.

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use puente_core::Lang;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::texts;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "puente",
    version,
    disable_help_subcommand = true,
    propagate_version = true
)]
#[command(arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Args)]
pub struct Global {
    #[arg(long, global = true)]
    pub json: bool,
    #[arg(long, global = true, env = "PUENTE_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    #[arg(long, global = true, env = "PUENTE_LANG", value_name = "es|en")]
    pub lang: Option<Lang>,
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    #[command(subcommand)]
    Servers(Servers),
    #[command(subcommand)]
    Companies(Companies),
    #[command(subcommand)]
    Movements(Movements),
    #[command(subcommand)]
    Rules(Rules),
    #[command(subcommand)]
    Jobs(Jobs),
    Overview,
    Sync,
    #[command(subcommand)]
    Schedules(Schedules),
    #[command(subcommand)]
    Settings(Settings),
    #[command(subcommand)]
    Network(Network),
    #[command(subcommand)]
    Audit(Audit),
    About,
    #[command(subcommand)]
    Backup(Backup),
    Doctor,
    #[command(subcommand)]
    Diagnostics(Diagnostics),
    #[command(subcommand)]
    Forecast(Forecast),
    Demo(Demo),
    Serve(Serve),
}

#[derive(Debug, Subcommand)]
pub enum Servers {
    Add(Box<ServerAdd>),
    List,
    Test {
        name: String,
    },
    Edit(Box<ServerEdit>),
    Remove {
        name: String,
        #[arg(long)]
        yes: bool,
    },
    Grants {
        name: String,
        #[arg(long, default_value = "PUENTE")]
        login: String,
    },
}

#[derive(Debug, Args)]
pub struct ServerAdd {
    #[arg(long)]
    pub name: String,
    #[arg(long, default_value = "firebird", value_name = "firebird|files")]
    pub kind: String,
    #[arg(long, default_value = "")]
    pub host: String,
    #[arg(long)]
    pub port: Option<u16>,
    #[arg(long, default_value = "")]
    pub user: String,
    #[arg(long)]
    pub master: String,
    #[arg(long, default_value = "tns")]
    pub profile: String,
    #[command(flatten)]
    pub more: ServerOptions,
    #[arg(long)]
    pub no_test: bool,
}

#[derive(Debug, Args)]
pub struct ServerEdit {
    pub server: String,
    #[arg(long)]
    pub name: Option<String>,
    #[arg(long)]
    pub host: Option<String>,
    #[arg(long)]
    pub port: Option<u16>,
    #[arg(long)]
    pub user: Option<String>,
    #[arg(long)]
    pub master: Option<String>,
    #[arg(long)]
    pub profile: Option<String>,
    #[command(flatten)]
    pub more: ServerOptions,
    #[arg(long)]
    pub no_test: bool,
}

#[derive(Debug, Args)]
pub struct ServerOptions {
    #[arg(long)]
    pub password_stdin: bool,
    #[arg(long)]
    pub charset: Option<String>,
    #[arg(long, value_name = "1|3")]
    pub dialect: Option<u8>,
    #[arg(long, value_name = "N")]
    pub rows_per_second: Option<u32>,
    #[arg(long, value_name = "HH:MM-HH:MM@ZONE")]
    pub quiet_hours: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub client_library: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Companies {
    Discover {
        #[arg(long, value_name = "NAME")]
        server: Vec<String>,
    },
    List {
        #[arg(long, default_value = "")]
        search: String,
    },
    Show {
        company: String,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Which {
    #[arg(long = "company", value_name = "NIT[:YEAR]")]
    pub companies: Vec<String>,
    #[arg(long)]
    pub all: bool,
}

#[derive(Debug, Subcommand)]
pub enum Movements {
    Extract {
        #[command(flatten)]
        which: Which,
        #[arg(long, value_name = "YYYY-MM-DD")]
        from: Option<chrono::NaiveDate>,
        #[arg(long, value_name = "YYYY-MM-DD")]
        to: Option<chrono::NaiveDate>,
        #[arg(long)]
        force: bool,
        #[arg(long)]
        audit: bool,
    },
    Status,
    List {
        #[arg(long = "company", value_name = "NIT[:YEAR]", required = true)]
        companies: Vec<String>,
        #[command(flatten)]
        filter: Box<Filter>,
        #[arg(long, default_value_t = 0)]
        offset: usize,
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    Summary {
        #[arg(long = "company", value_name = "NIT[:YEAR]")]
        companies: Vec<String>,
        #[arg(long, value_name = "YYYY-MM")]
        from: Option<String>,
        #[arg(long, value_name = "YYYY-MM")]
        to: Option<String>,
        #[arg(long, default_value_t = 10)]
        top: usize,
    },
    Proof {
        #[command(flatten)]
        which: Which,
        #[arg(long)]
        deep: bool,
    },
    Export {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        filter: Box<Filter>,
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
        #[arg(long, value_enum)]
        format: Option<Format>,
        #[arg(long)]
        overwrite: bool,
    },
}

/// Which movements, and in which order.
#[derive(Debug, Args)]
pub struct Filter {
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub from: Option<chrono::NaiveDate>,
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub to: Option<chrono::NaiveDate>,
    #[arg(long, default_value = "")]
    pub search: String,
    #[arg(long = "type", value_name = "CODE")]
    pub types: Vec<String>,
    #[arg(long = "state", value_name = "posted|draft|voided|gone")]
    pub states: Vec<String>,
    #[arg(long, value_name = "line|transfer")]
    pub stream: Option<String>,
    #[arg(long = "article", value_name = "CODE")]
    pub articles: Vec<String>,
    #[arg(long = "place", value_name = "CODE")]
    pub places: Vec<String>,
    #[arg(long = "party", value_name = "NIT")]
    pub parties: Vec<String>,
    #[arg(long, value_name = "day|article|quantity|total|cost|line")]
    pub sort: Option<String>,
    #[arg(long)]
    pub descending: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Csv,
    Xlsx,
}

#[derive(Debug, Subcommand)]
pub enum Rules {
    List {
        #[arg(long, default_value = "tns")]
        profile: String,
    },
    Set {
        #[arg(long, default_value = "tns")]
        profile: String,
        #[arg(required = true, value_name = "PATTERN=FLAG")]
        rules: Vec<String>,
    },
    Reset {
        #[arg(long, default_value = "tns")]
        profile: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Jobs {
    List {
        #[arg(long, default_value_t = 20)]
        limit: u32,
        #[arg(long, value_name = "STATE")]
        state: Vec<String>,
        #[arg(long, value_name = "KIND")]
        kind: Vec<String>,
        #[arg(long, value_name = "ID")]
        before: Option<i64>,
    },
    Show {
        id: String,
    },
    Cancel {
        id: String,
    },
    Retry {
        id: String,
    },
    RunDue,
}

#[derive(Debug, Subcommand)]
pub enum Schedules {
    List,
    Set {
        name: String,
        #[arg(long, value_name = "sync|prove|backup|tidy|forecast")]
        work: String,
        #[arg(long, value_name = "WHEN")]
        every: String,
        #[arg(long, value_name = "ZONE")]
        zone: Option<String>,
        #[arg(long)]
        no_catch_up: bool,
        #[arg(long)]
        off: bool,
    },
    Remove {
        name: String,
    },
    Run {
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Settings {
    Get,
    Set {
        #[arg(required = true, value_name = "NAME=VALUE")]
        values: Vec<String>,
        #[arg(long)]
        proxy_password_stdin: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum Network {
    Test { url: String },
}

#[derive(Debug, Subcommand)]
pub enum Audit {
    List {
        #[arg(long, value_name = "SUBJECT")]
        subject: Option<String>,
        #[arg(long, default_value_t = 50)]
        limit: u32,
        #[arg(long, value_name = "ID")]
        before: Option<i64>,
    },
}

#[derive(Debug, Subcommand)]
pub enum Backup {
    Create,
    List,
    Restore {
        name: String,
        #[arg(long)]
        yes: bool,
    },
    Verify {
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Diagnostics {
    Export {
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub enum Forecast {
    Train {
        #[arg(long)]
        nit: String,
        #[arg(long, value_enum, default_value = "puente")]
        model: ForecastModel,
        #[arg(long, value_name = "1-12")]
        horizon: Option<usize>,
    },
    List,
    Show {
        #[arg(long)]
        nit: String,
        #[arg(long, default_value = "")]
        search: String,
        #[arg(long)]
        article: Option<String>,
        #[arg(long, value_name = "DAYS")]
        lead_days: Option<u32>,
        #[arg(long, value_name = "0.5-0.999")]
        service: Option<f64>,
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    Predict {
        #[arg(long)]
        nit: String,
        #[arg(long = "article", value_name = "CODE")]
        articles: Vec<String>,
        #[arg(long, value_name = "1-12")]
        horizon: Option<usize>,
    },
    Export {
        #[arg(long)]
        nit: String,
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
        #[arg(long, value_enum)]
        format: Option<Format>,
        #[arg(long)]
        overwrite: bool,
    },
    Compare {
        #[arg(long)]
        nit: String,
    },
    Use {
        id: String,
    },
    Remove {
        id: String,
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ForecastModel {
    Puente,
    Prophet,
    Xgboost,
    #[value(name = "seasonal_naive")]
    SeasonalNaive,
    #[value(name = "mean_12")]
    Mean12,
}

#[derive(Debug, Args)]
pub struct Serve {
    #[arg(long, required = true)]
    pub bridge: bool,
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub port: u16,
    #[arg(long)]
    pub open: bool,
    #[arg(long)]
    pub demo: bool,
    #[arg(long)]
    pub safe_mode: bool,
}

#[derive(Debug, Args)]
pub struct Demo {
    #[arg(long, value_enum, default_value = "auto")]
    pub source: DemoSource,
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DemoSource {
    Auto,
    Firebird,
    Files,
}

/// Reads the command line; help and usage errors are in the language that the line itself (or the
/// environment) asks for. Ends the process for `--help`, `--version` and usage errors.
pub fn parse(line: Vec<OsString>) -> Cli {
    let lang = asked_lang(&line);
    let matches = command(lang).get_matches_from(line);
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// The language: `--lang`, then `PUENTE_LANG`, then Spanish.
fn asked_lang(line: &[OsString]) -> Lang {
    let texts: Vec<&str> = line.iter().filter_map(|arg| arg.to_str()).collect();
    let flag = texts
        .iter()
        .enumerate()
        .find_map(|(at, arg)| match arg.strip_prefix("--lang") {
            Some("") => texts.get(at + 1).copied(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        });
    let variable = std::env::var("PUENTE_LANG").ok();
    flag.or(variable.as_deref())
        .and_then(|text| text.parse().ok())
        .unwrap_or_default()
}

/// The command tree with its texts in `lang`.
pub fn command(lang: Lang) -> clap::Command {
    translate(Cli::command(), "puente", lang)
}

fn translate(command: clap::Command, path: &str, lang: Lang) -> clap::Command {
    let own = path.strip_prefix("puente.").unwrap_or(path);
    let verbs: Vec<String> = command
        .get_subcommands()
        .map(|verb| verb.get_name().to_owned())
        .collect();
    let mut command = command
        .about(texts::get(lang, &format!("help.{own}")))
        .mut_args(|arg| {
            let key = format!("arg.{}", arg.get_id());
            let specific = format!("arg.{own}.{}", arg.get_id());
            let text = texts::find(lang, &specific).unwrap_or_else(|| texts::get(lang, &key));
            arg.help(text)
        });
    for verb in verbs {
        command =
            command.mut_subcommand(&verb, |sub| translate(sub, &format!("{path}.{verb}"), lang));
    }
    command
}
