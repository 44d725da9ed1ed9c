//! Verbs of sales.

use clap::{Args, Subcommand};
use std::path::PathBuf;

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
        #[arg(long, value_name = "ISO")]
        currency: Option<String>,
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
