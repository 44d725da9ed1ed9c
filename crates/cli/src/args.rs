//! The verbs of `puente`. Their texts stand in `texts/{es,en}.toml`, by the path of the verb.

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use puente_core::Lang;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;

mod forecast;
mod language;
mod office;
mod sales;
mod vpn;

pub use forecast::{Forecast, ForecastModel, Mlflow};
pub use office::{
    Companies, Filter, Movements, Rules, ServerAdd, ServerEdit, ServerOptions, Servers, Which,
};
pub use sales::{Channels, Ledgers, Mappings, Sales, SalesList, Sources};
pub use vpn::{Vpn, VpnBootstrap, VpnLogin, VpnServer};

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
    Vpn(Vpn),
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
    #[command(subcommand)]
    Sales(Sales),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Csv,
    Xlsx,
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
        #[arg(long, value_name = "sync|prove|backup|tidy|forecast|sales")]
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
        #[arg(long, conflicts_with = "proxy_password_stdin")]
        mlflow_secret_stdin: bool,
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
    #[arg(value_enum, default_value = "erp")]
    pub of: DemoOf,
    #[arg(long, value_enum, default_value = "auto")]
    pub source: DemoSource,
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DemoOf {
    Erp,
    Sales,
    Solar,
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
    let read = command(lang)
        .try_get_matches_from(line)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    read.unwrap_or_else(|error| match language::mistake(&error, lang) {
        None => error.exit(),
        Some(mistake) => {
            drop(writeln!(std::io::stderr().lock(), "{mistake}"));
            std::process::exit(error.exit_code())
        }
    })
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
    language::translate(Cli::command(), "puente", lang)
}
