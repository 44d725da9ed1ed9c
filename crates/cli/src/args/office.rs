//! Verbs of servers, companies and movements.

use super::Format;
use clap::{Args, Subcommand};
use std::path::PathBuf;

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
