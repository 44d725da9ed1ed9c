//! Verbs of VPNs.

use clap::{Args, Subcommand};
use std::path::PathBuf;

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
    #[arg(long, requires = "key")]
    pub passphrase: bool,
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
    #[arg(long, requires = "key")]
    pub passphrase: bool,
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
    #[arg(long, requires = "key")]
    pub passphrase: bool,
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
        #[arg(long)]
        system: bool,
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
