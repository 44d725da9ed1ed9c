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

#[derive(Debug, Subcommand)]
pub enum Sales {
    Steps,
    #[command(subcommand)]
    Ledgers(Ledgers),
    #[command(subcommand)]
    Channels(Channels),
    #[command(subcommand)]
    Mappings(Mappings),
    #[command(subcommand)]
    Sources(Sources),
    Misfits {
        #[arg(long, value_name = "LEDGER")]
        seen: Option<String>,
    },
    Sync {
        #[arg(long = "channel", value_name = "NAME")]
        channels: Vec<String>,
        #[arg(long, value_name = "NAME", conflicts_with = "channels")]
        ledger: Option<String>,
    },
    Attempts {
        sale: String,
    },
    List(SalesList),
    Show {
        sale: String,
    },
    Send {
        #[arg(value_name = "SALE", required_unless_present = "ready")]
        sales: Vec<String>,
        #[arg(long)]
        ready: bool,
        #[arg(long)]
        yes: bool,
    },
    Follow,
    Decide {
        sale: String,
        #[command(flatten)]
        decision: Decision,
    },
    Accept {
        sale: String,
        #[arg(long)]
        note: String,
    },
    Tasks {
        #[arg(long, value_name = "TASK", requires = "note")]
        done: Option<i64>,
        #[arg(long)]
        note: Option<String>,
    },
    Costs {
        #[arg(long = "set", value_name = "NAME=KIND:AMOUNT")]
        rules: Vec<String>,
        #[arg(long, value_name = "FILE")]
        products: Option<PathBuf>,
        #[arg(long = "erp", value_name = "CHANNEL=NIT")]
        erp: Vec<String>,
        #[arg(long)]
        bills: bool,
    },
    Margin {
        #[arg(
            long,
            default_value = "month",
            value_name = "sale|product|channel|month"
        )]
        by: String,
        #[arg(long, default_value_t = 20)]
        limit: usize,
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
        #[arg(long, requires = "output")]
        amounts: bool,
        #[arg(long, requires = "output")]
        overwrite: bool,
    },
    Export {
        #[command(flatten)]
        list: SalesList,
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
        #[arg(long)]
        overwrite: bool,
    },
    Document {
        sale: String,
        #[arg(value_name = "pdf|xml")]
        document: String,
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
        #[arg(long)]
        overwrite: bool,
    },
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Decision {
    #[arg(long)]
    pub again: bool,
    #[arg(long, value_name = "NUMBER")]
    pub invoice: Option<String>,
    #[arg(long)]
    pub drop: bool,
}

#[derive(Debug, Args)]
pub struct SalesList {
    #[arg(long = "state", value_name = "STATE")]
    pub states: Vec<String>,
    #[arg(long = "channel", value_name = "ID")]
    pub channels: Vec<i64>,
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub from: Option<chrono::NaiveDate>,
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub to: Option<chrono::NaiveDate>,
    #[arg(long, default_value = "")]
    pub search: String,
    #[arg(long, default_value_t = 0)]
    pub offset: u64,
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
}

#[derive(Debug, Subcommand)]
pub enum Ledgers {
    List,
    Connect {
        #[arg(long)]
        name: String,
        #[arg(long)]
        user: String,
        #[arg(long)]
        password_stdin: bool,
        #[arg(long)]
        partner_id: Option<String>,
        #[arg(long, value_name = "URL")]
        base_url: Option<String>,
        #[arg(long, value_name = "N")]
        per_minute: Option<u32>,
    },
    ConnectSolar {
        #[arg(long)]
        name: String,
        #[arg(long)]
        user: String,
        #[arg(long)]
        password_stdin: bool,
        #[arg(long, value_name = "000000")]
        client_id: String,
        #[arg(long, value_name = "0001")]
        point: Option<String>,
        #[arg(long, value_name = "URL")]
        base_url: Option<String>,
    },
    Test {
        name: String,
    },
    Probe {
        name: String,
    },
    Remove {
        name: String,
        #[arg(long)]
        yes: bool,
    },
    Refresh {
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Sources {
    Add {
        #[arg(long)]
        name: String,
        #[arg(long, value_name = "NAME")]
        server: String,
        #[arg(long)]
        database: String,
        #[arg(long)]
        profile: Option<String>,
        #[arg(long, value_name = "NAME")]
        ledger: String,
        #[arg(long)]
        read_only: bool,
    },
    Test {
        name: String,
    },
    Profile {
        #[arg(default_value = "solar")]
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Channels {
    List,
    Begin {
        #[arg(long)]
        name: String,
        #[arg(long, default_value = "MCO")]
        site: String,
        #[arg(long)]
        client_id: String,
        #[arg(long)]
        password_stdin: bool,
        #[arg(long, value_name = "URL")]
        redirect_uri: String,
        #[arg(long, value_name = "NAME")]
        ledger: Option<String>,
        #[arg(long)]
        listen: bool,
    },
    Finish {
        name: String,
        #[arg(value_name = "URL")]
        redirected: String,
    },
    Set {
        name: String,
        #[arg(long, value_name = "NAME")]
        ledger: Option<String>,
        #[arg(value_name = "NAME=VALUE")]
        values: Vec<String>,
        #[arg(long)]
        proposed: bool,
    },
    Remove {
        name: String,
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum Mappings {
    List {
        channel: String,
        #[arg(value_name = "product|payment|tax|city|id_type")]
        kind: String,
        #[arg(long)]
        missing: bool,
    },
    Set {
        channel: String,
        #[arg(value_name = "product|payment|tax|city|id_type")]
        kind: String,
        #[arg(required = true, value_name = "SOURCE=TARGET")]
        changes: Vec<String>,
    },
    Suggest {
        channel: String,
        #[arg(value_name = "product|payment|tax|city|id_type")]
        kind: String,
        #[arg(long)]
        apply: bool,
    },
    Export {
        channel: String,
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
    },
    Import {
        channel: String,
        #[arg(value_name = "FILE")]
        input: PathBuf,
    },
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
    #[arg(
        long,
        default_value = "firebird",
        value_name = "firebird|sqlserver|files"
    )]
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
    #[arg(long, value_name = "NAME")]
    pub vpn: Option<String>,
    #[arg(long, value_name = "required|strict|login_only|off")]
    pub encryption: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub instance: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub authority: Option<PathBuf>,
    #[arg(long, value_name = "SHA256")]
    pub trust_certificate: Option<String>,
    #[arg(long)]
    pub integrated: bool,
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

#[derive(Debug, Args)]
pub struct VpnServer {
    #[arg(long)]
    pub name: String,
    #[arg(long)]
    pub host: String,
    #[arg(long, default_value_t = 22, value_name = "N")]
    pub port: u16,
    #[arg(long)]
    pub user: String,
    #[arg(long, value_name = "FILE", conflicts_with = "agent")]
    pub key: Option<PathBuf>,
    #[arg(long)]
    pub agent: bool,
    #[arg(long)]
    pub password_stdin: bool,
    #[arg(long, value_name = "SHA256:…")]
    pub fingerprint: Option<String>,
    #[arg(long, default_value = "wg0", value_name = "NAME")]
    pub interface: String,
    #[arg(long, value_name = "ADDRESS")]
    pub address: Option<std::net::IpAddr>,
    #[arg(long, value_name = "HOST[:PORT]")]
    pub endpoint: Option<String>,
    #[arg(long, value_name = "NET")]
    pub allow: Vec<String>,
    #[arg(long)]
    pub no_preshared: bool,
}

#[derive(Debug, Args)]
pub struct VpnBootstrap {
    #[arg(long, required_unless_present_any = ["list", "undo", "retry"])]
    pub host: Option<String>,
    #[arg(long, default_value_t = 22, value_name = "N")]
    pub port: u16,
    #[arg(long, required_unless_present_any = ["list", "undo", "retry"])]
    pub user: Option<String>,
    #[arg(long, value_name = "FILE", conflicts_with = "agent")]
    pub key: Option<PathBuf>,
    #[arg(long)]
    pub agent: bool,
    #[arg(long)]
    pub password_stdin: bool,
    #[arg(long, value_name = "SHA256:…")]
    pub fingerprint: Option<String>,
    #[arg(long, default_value = "wg0", value_name = "NAME")]
    pub interface: String,
    #[arg(long, value_name = "ADDRESS/N")]
    pub network: Option<String>,
    #[arg(long, value_name = "N")]
    pub udp_port: Option<u16>,
    #[arg(long)]
    pub no_masquerade: bool,
    #[arg(long)]
    pub preview: bool,
    #[arg(long)]
    pub list: bool,
    #[arg(long, value_name = "ID")]
    pub undo: Option<i64>,
    #[arg(long, value_name = "ID")]
    pub retry: Option<i64>,
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub struct VpnLogin {
    pub vpn: String,
    #[arg(long)]
    pub host: Option<String>,
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    #[arg(long)]
    pub user: Option<String>,
    #[arg(long, value_name = "FILE", conflicts_with = "agent")]
    pub key: Option<PathBuf>,
    #[arg(long)]
    pub agent: bool,
    #[arg(long, conflicts_with_all = ["agent", "key"])]
    pub password: bool,
    #[arg(long)]
    pub password_stdin: bool,
    #[arg(long, value_name = "SHA256:…")]
    pub fingerprint: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Vpn {
    List,
    Preview(Box<VpnServer>),
    Create(Box<VpnServer>),
    Revoke {
        vpn: String,
        #[arg(long)]
        yes: bool,
    },
    Rotate {
        vpn: String,
    },
    Retry {
        vpn: String,
    },
    Bootstrap(Box<VpnBootstrap>),
    Login(Box<VpnLogin>),
    Disconnect {
        vpn: String,
    },
    Export {
        vpns: Vec<String>,
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
        #[arg(long)]
        overwrite: bool,
    },
    Status {
        vpn: String,
    },
    Import {
        file: PathBuf,
        #[arg(long)]
        name: Option<String>,
    },
    Show {
        vpn: String,
    },
    Conf {
        vpn: String,
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
        #[arg(long)]
        overwrite: bool,
    },
    Qr {
        vpn: String,
    },
    Connect {
        vpn: String,
        #[arg(long, conflicts_with_all = ["to", "port"])]
        system: bool,
        #[arg(long, value_name = "HOST:PORT")]
        to: Option<String>,
        #[arg(long, value_name = "N")]
        port: Option<u16>,
    },
    Remove {
        vpn: String,
        #[arg(long)]
        yes: bool,
    },
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
        #[arg(long)]
        table: bool,
        #[arg(long, value_name = "DAYS", requires = "table")]
        lead_days: Option<u32>,
        #[arg(long, value_name = "0.5-0.999", requires = "table")]
        service: Option<f64>,
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
    #[command(subcommand)]
    Mlflow(Mlflow),
}

#[derive(Debug, Subcommand)]
pub enum Mlflow {
    Status,
    Test,
    Send,
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
