//! What the work of this crate stands on, and how it reaches a server.

use crate::layout::Layout;
use crate::servers::{Kind, Server};
use crate::{Error, Result, rules};
use puente_core::{Cancel, Clock, Code, Secret};
use puente_databases::profile::Report;
use puente_databases::{
    ConnectOptions, Driver, LiveSchema, Profile, RecordDb, SourceDb, SqlServerOptions,
    StatementLog, StatementRecord, Timeouts, Via,
};
use puente_store::Database;
use puente_store::secrets::Secrets;
use puente_warehouse::Warehouse;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// State, warehouse, secrets and time. Clones are one and the same.
#[derive(Clone)]
pub struct Room {
    /// `puente.db`.
    pub state: Database,
    /// `warehouse.db`.
    pub warehouse: Warehouse,
    /// Passwords of servers.
    pub secrets: Secrets,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Folder of the office's own profiles, `NAME.toml`. They go before the shipped ones.
    pub profiles: PathBuf,
    /// How servers behind a VPN are reached; none where there are no VPNs.
    pub route: Option<Arc<dyn Route>>,
}

/// Leads to servers that are not on this PC's own network. This room knows VPNs by their number only.
pub trait Route: Send + Sync {
    /// The way to `host:port` behind that VPN. It holds for the next connection, and for as long as
    /// that lasts.
    ///
    /// # Errors
    /// That the VPN doesn't exist, doesn't answer, or doesn't lead there.
    fn reach(
        &self,
        vpn: i64,
        host: &str,
        port: u16,
        cancel: &Cancel,
    ) -> std::result::Result<Via, puente_core::Error>;
}

impl Room {
    /// The profile of that name.
    ///
    /// # Errors
    /// [`Error::NotFound`]; that of a profile that can't be read.
    pub fn profile(&self, name: &str) -> Result<Profile> {
        let plain = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if !plain {
            return Err(Error::invalid("profile", format!("{name:?}: a-z 0-9 - _")));
        }
        match std::fs::read_to_string(self.profiles.join(format!("{name}.toml"))) {
            Ok(text) => Ok(Profile::parse(&text)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Profile::builtin(name)
                .ok_or_else(|| Error::NotFound {
                    what: "profile",
                    name: name.to_owned(),
                }),
            Err(error) => Err(Error::invalid(
                "profile",
                format!("{name}.toml: {}", error.kind()),
            )),
        }
    }

    /// A connection to a database of a server.
    ///
    /// # Errors
    /// Those of the keyring and of the connection.
    pub fn connect(
        &self,
        server: &Server,
        database: &str,
        cancel: &Cancel,
        log: Arc<Statements>,
    ) -> Result<Box<dyn SourceDb>> {
        let password = self.password(server)?;
        self.connect_with(server, database, password, cancel, log)
    }

    /// As [`Room::connect`], with a password that the keyring need not know.
    ///
    /// # Errors
    /// Those of the connection.
    pub fn connect_with(
        &self,
        server: &Server,
        database: &str,
        password: Secret,
        cancel: &Cancel,
        log: Arc<Statements>,
    ) -> Result<Box<dyn SourceDb>> {
        let options = self.options(server, database, password, cancel)?;
        Ok(puente_databases::connect(&options, cancel, log)?)
    }

    /// As [`Room::connect`], for records that are found by values, in a database whose changes of `watched`
    /// will be asked.
    ///
    /// # Errors
    /// As [`Room::connect`].
    pub fn records(
        &self,
        server: &Server,
        database: &str,
        watched: &[String],
        cancel: &Cancel,
        log: Arc<Statements>,
    ) -> Result<Box<dyn RecordDb>> {
        let password = self.password(server)?;
        let mut options = self.options(server, database, password, cancel)?;
        options.sql_server.watched = watched.to_vec();
        Ok(puente_databases::connect_records(&options, cancel, log)?)
    }

    fn password(&self, server: &Server) -> Result<Secret> {
        let name = server.secret_name.clone().unwrap_or_default();
        match self.secrets.find(&name)? {
            Some(password) => Ok(password),
            None if server.logs_in_by_itself() => Ok(Secret::from(String::new())),
            None => {
                let error = puente_core::Error::new(Code::SecretMissing);
                Err(error.with("name", &server.name).into())
            }
        }
    }

    fn options(
        &self,
        server: &Server,
        database: &str,
        password: Secret,
        cancel: &Cancel,
    ) -> Result<ConnectOptions> {
        let profile = self.profile(&server.profile)?;
        let mut options = connect_options(server, &profile, database, password)?;
        if let Some(vpn) = server.options.vpn {
            let route = self.route.as_ref().ok_or_else(|| Error::NotFound {
                what: "vpn",
                name: vpn.to_string(),
            })?;
            if server.port == 0 {
                // SQL Browser is asked over UDP, which no tunnel of ours carries.
                return Err(Error::invalid("port", "1..65535"));
            }
            options.sql_server.certificate_host = Some(server.host.clone());
            let via = route.reach(vpn, &server.host, server.port, cancel)?;
            let (host, port, address) = (&server.host, server.port, via.address);
            tracing::info!(host, port, via = via.name, %address, "a server is reached through a VPN");
            options.via = Some(via);
        }
        Ok(options)
    }

    /// The profile of a server fitted to a live company database, with the office's rules.
    ///
    /// # Errors
    /// [`Error::Schema`] with what is missing.
    pub fn layout(&self, server: &Server, schema: &LiveSchema) -> Result<(Layout, Vec<String>)> {
        let profile = self.profile(&server.profile)?;
        let rules = rules::of(&self.state, &profile)?;
        let (profile, report) = profile.fitted_to_company(schema)?;
        Ok((Layout { profile, rules }, readable(&report)))
    }
}

/// What a technician should know of a database that the profile fits, one line each.
fn readable(report: &Report) -> Vec<String> {
    let left_out = report
        .left_out
        .iter()
        .map(|item| format!("not there, left out: {item}"));
    let skipped = report
        .skipped
        .iter()
        .map(|part| format!("not there, left out: {part}"));
    let new = report
        .new
        .iter()
        .map(|item| format!("unknown to the profile, not read: {item}"));
    left_out.chain(skipped).chain(new).collect()
}

fn connect_options(
    server: &Server,
    profile: &Profile,
    database: &str,
    password: Secret,
) -> Result<ConnectOptions> {
    let (host, user) = (&*server.host, &*server.user);
    let mut options = match server.kind {
        Kind::Firebird => ConnectOptions::firebird(host, server.port, database, user, password),
        Kind::SqlServer => ConnectOptions::sql_server(host, server.port, database, user, password),
        Kind::Files => return Err(Error::invalid("kind", server.kind.as_str())),
    };
    let set = &server.options;
    let sql = &set.sql_server;
    let own = SqlServerOptions::default();
    options.sql_server = SqlServerOptions {
        encryption: sql.encryption,
        instance: sql.instance.clone(),
        browser_port: sql.browser_port.unwrap_or(own.browser_port),
        authority: sql.authority.clone(),
        certificate_host: None,
        pin: sql.certificate.clone(),
        integrated: sql.integrated,
        watched: profile.watched_tables(),
    };
    options.charset = set
        .charset
        .clone()
        .unwrap_or_else(|| profile.charset.clone());
    options.invalid_text = profile.invalid_text;
    options.changes = profile.changes;
    options.dialect = set.dialect;
    options.timeouts = Timeouts {
        connect: Duration::from_secs(set.connect_seconds),
        answer: Duration::from_secs(set.answer_seconds),
    };
    if let Some(path) = &set.client_library {
        options.driver = Driver::ClientLibrary {
            path: Some(path.clone()),
        };
    }
    Ok(options)
}

/// Logs every statement that goes to a server, and counts them.
#[derive(Debug, Default)]
pub struct Statements(AtomicU64);

impl Statements {
    /// How many there were.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl StatementLog for Statements {
    fn ended(&self, statement: &StatementRecord<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
        let milliseconds = u64::try_from(statement.duration.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(
            target: "puente::statements",
            database = statement.database,
            sql = statement.text,
            milliseconds,
            rows = statement.rows,
            bytes = statement.bytes,
            error = statement.error,
        );
    }
}
