//! Table `server`: the ERP servers that the office registered.

use crate::{Error, Result};
use chrono::{DateTime, Utc};
use puente_databases::Encryption;
use puente_store::{Database, time};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Warning of a server whose master database lists no companies: of one that serves sales alone.
pub const NO_COMPANIES: &str = "no_companies";

/// Row id of a server.
pub type ServerId = i64;

/// What a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "lowercase")]
#[ts(rename = "ServerKind")]
pub enum Kind {
    /// A Firebird server, reached over TCP.
    Firebird,
    /// A SQL Server, reached over TCP.
    SqlServer,
    /// A folder with CSV or XLSX files, for offices without access to the database.
    Files,
}

impl Kind {
    /// As stored and as typed on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Firebird => "firebird",
            Kind::SqlServer => "sqlserver",
            Kind::Files => "files",
        }
    }

    /// The port that such a server usually has; 0 for files.
    pub fn default_port(self) -> u16 {
        match self {
            Kind::Firebird => 3050,
            Kind::SqlServer => 1433,
            Kind::Files => 0,
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "firebird" => Ok(Kind::Firebird),
            "sqlserver" => Ok(Kind::SqlServer),
            "files" | "file" => Ok(Kind::Files),
            other => Err(Error::invalid(
                "kind",
                format!("{other}: firebird | sqlserver | files"),
            )),
        }
    }
}

/// What a technician may set beyond the address; every field has a sensible default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
#[ts(rename = "ServerOptions", optional_fields = nullable)]
pub struct Options {
    /// Charset of texts that the database itself declares as NONE; empty = the profile's.
    pub charset: Option<String>,
    /// SQL dialect, 1 or 3; empty = ask the database.
    pub dialect: Option<u8>,
    /// Seconds to wait for a connection, 1 to 120.
    pub connect_seconds: u64,
    /// Seconds without a byte from the server until it counts as dead, 1 to 3600.
    pub answer_seconds: u64,
    /// Most rows a second to ask of the server; empty = as fast as it gives them.
    pub rows_per_second: Option<u32>,
    /// Hours in which nothing is read.
    pub quiet_hours: Option<QuietHours>,
    /// Path of the vendor's client library, for servers that the built-in driver can't log in to.
    pub client_library: Option<PathBuf>,
    /// Number of the VPN through which the server is reached; empty = on this PC's own network.
    pub vpn: Option<i64>,
    /// What only a SQL Server has.
    #[serde(skip_serializing_if = "SqlServer::is_default")]
    #[ts(as = "Option<SqlServer>", optional)]
    pub sql_server: SqlServer,
}

/// What only a SQL Server has.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
#[ts(rename = "SqlServerOptions", optional_fields = nullable)]
pub struct SqlServer {
    /// How the connection is encrypted; never less than this.
    #[ts(as = "Option<Encryption>", optional)]
    pub encryption: Encryption,
    /// A named instance; with port 0 SQL Browser is asked for its port.
    pub instance: Option<String>,
    /// UDP port of SQL Browser; empty = 1434.
    pub browser_port: Option<u16>,
    /// File (PEM) of an authority that is trusted besides those of the system.
    pub authority: Option<PathBuf>,
    /// SHA-256 of the one certificate that is trusted, in hexadecimal.
    pub certificate: Option<String>,
    /// Log in as the Windows user that Puente runs as.
    #[ts(as = "Option<bool>", optional)]
    pub integrated: bool,
}

impl SqlServer {
    fn is_default(&self) -> bool {
        *self == SqlServer::default()
    }

    fn validate(&self) -> Result<()> {
        let hex = |text: &str| text.chars().filter(char::is_ascii_hexdigit).count();
        match self.certificate.as_deref().map(hex) {
            None | Some(64) => Ok(()),
            Some(_) => Err(Error::invalid("certificate", "SHA-256: 64 x 0-9 a-f")),
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Options {
            charset: None,
            dialect: None,
            connect_seconds: 10,
            answer_seconds: 60,
            rows_per_second: None,
            quiet_hours: None,
            client_library: None,
            sql_server: SqlServer::default(),
            vpn: None,
        }
    }
}

/// A daily window in the office's time zone, which may pass midnight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct QuietHours {
    /// First minute, `HH:MM`.
    pub from: String,
    /// First minute after it, `HH:MM`.
    pub to: String,
    /// IANA zone, `America/Bogota`.
    pub zone: String,
}

/// A registered server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Server {
    /// Row id.
    pub id: ServerId,
    /// Unique, as people call it.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Host name or address; empty for files.
    pub host: String,
    /// TCP port; 0 for files.
    pub port: u16,
    /// Login; empty for files.
    pub user: String,
    /// Name of the password in the keyring.
    pub secret_name: Option<String>,
    /// Database that lists the companies: Windows or Linux path on the server, or an alias. The folder for files.
    pub master: String,
    /// Name of the ERP profile.
    pub profile: String,
    /// The rest.
    pub options: Options,
    /// When the last contact was.
    pub checked_at: Option<DateTime<Utc>>,
    /// Why the last contact failed; empty when it went well.
    pub last_error: Option<puente_core::Error>,
    /// What a technician should know, by stable name, as the last test found it.
    pub warnings: Vec<String>,
}

impl Server {
    /// Whether it takes the Windows user that Puente runs as, and so needs no password.
    pub fn logs_in_by_itself(&self) -> bool {
        self.kind == Kind::SqlServer && self.options.sql_server.integrated
    }

    /// Whether its last test found sales at most, and no list of companies.
    pub fn sells_only(&self) -> bool {
        self.warnings.iter().any(|name| name == NO_COMPANIES)
    }
}

/// A server to be registered or changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
pub struct NewServer {
    /// See [`Server::name`].
    pub name: String,
    /// See [`Server::kind`].
    pub kind: Kind,
    /// See [`Server::host`].
    pub host: String,
    /// See [`Server::port`].
    pub port: u16,
    /// See [`Server::user`].
    pub user: String,
    /// See [`Server::master`].
    pub master: String,
    /// See [`Server::profile`].
    pub profile: String,
    /// See [`Server::options`].
    #[serde(default)]
    #[ts(as = "Option<Options>", optional)]
    pub options: Options,
}

impl NewServer {
    /// Refuses what can't be right, before anything is tried.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the first field that doesn't fit.
    pub fn validate(&self) -> Result<()> {
        if self.name.trim().is_empty() || self.name.chars().count() > 80 {
            return Err(Error::invalid("name", "1..80"));
        }
        if self.master.trim().is_empty() {
            return Err(Error::invalid("master", "empty"));
        }
        if self.kind != Kind::Files {
            let sql = &self.options.sql_server;
            sql.validate()?;
            let named = self.kind == Kind::SqlServer && sql.instance.is_some();
            let nobody = self.kind == Kind::SqlServer && sql.integrated;
            if self.host.trim().is_empty() || self.host.contains(char::is_whitespace) {
                return Err(Error::invalid("host", format!("{:?}", self.host)));
            }
            if self.port == 0 && !named {
                return Err(Error::invalid("port", "1..65535"));
            }
            if self.user.trim().is_empty() && !nobody {
                return Err(Error::invalid("user", "empty"));
            }
        }
        if !matches!(self.options.dialect, None | Some(1 | 3)) {
            return Err(Error::invalid("dialect", "1 | 3"));
        }
        if !(1..=120).contains(&self.options.connect_seconds) {
            return Err(Error::invalid("connect_seconds", "1..120"));
        }
        if !(1..=3600).contains(&self.options.answer_seconds) {
            return Err(Error::invalid("answer_seconds", "1..3600"));
        }
        if let Some(quiet) = &self.options.quiet_hours {
            crate::quiet::Window::parse(quiet)?;
        }
        Ok(())
    }
}

/// Registers a server. The password goes to the keyring under [`secret_name`], which is the
/// caller's to do first.
///
/// # Errors
/// [`Error::Exists`] when the name is taken, [`Error::Invalid`].
pub fn insert(db: &Database, new: NewServer, now: DateTime<Utc>) -> Result<ServerId> {
    new.validate()?;
    db.write(move |tx| {
        refuse_taken_name(tx, &new.name, None)?;
        let options = to_json(&new.options);
        tx.prepare_cached(
            "INSERT INTO server (name, kind, host, port, user_name, master, profile, options, \
             created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
        )?
        .execute(params![
            new.name.trim(),
            new.kind.as_str(),
            new.host.trim(),
            new.port,
            new.user.trim(),
            new.master.trim(),
            new.profile,
            options,
            time::to_text(now),
        ])?;
        Ok(tx.last_insert_rowid())
    })
}

/// Changes a server.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Exists`] when the new name is taken, [`Error::Invalid`].
pub fn update(db: &Database, id: ServerId, new: NewServer, now: DateTime<Utc>) -> Result<()> {
    new.validate()?;
    db.write(move |tx| {
        refuse_taken_name(tx, &new.name, Some(id))?;
        let changed = tx
            .prepare_cached(
                "UPDATE server SET name = ?2, kind = ?3, host = ?4, port = ?5, user_name = ?6, \
                 master = ?7, profile = ?8, options = ?9, updated_at = ?10 WHERE id = ?1",
            )?
            .execute(params![
                id,
                new.name.trim(),
                new.kind.as_str(),
                new.host.trim(),
                new.port,
                new.user.trim(),
                new.master.trim(),
                new.profile,
                to_json(&new.options),
                time::to_text(now),
            ])?;
        if changed == 0 {
            return Err(Error::NotFound {
                what: "server",
                name: id.to_string(),
            });
        }
        Ok(())
    })
}

/// Remembers under which name the keyring holds the password; `None` forgets it.
///
/// # Errors
/// Those of the store.
pub fn set_secret_name(db: &Database, id: ServerId, name: Option<String>) -> Result<()> {
    db.write(move |tx| {
        tx.execute(
            "UPDATE server SET secret_name = ?2 WHERE id = ?1",
            params![id, name],
        )?;
        Ok(())
    })
}

/// Remembers how the last contact went.
///
/// # Errors
/// Those of the store.
pub fn set_contact(
    db: &Database,
    id: ServerId,
    now: DateTime<Utc>,
    error: Option<puente_core::Error>,
) -> Result<()> {
    db.write(move |tx| {
        tx.prepare_cached("UPDATE server SET checked_at = ?2, last_error = ?3 WHERE id = ?1")?
            .execute(params![id, time::to_text(now), error.as_ref().map(to_json)])?;
        Ok(())
    })
}

/// Remembers what the last test found that a technician should know.
///
/// # Errors
/// Those of the store.
pub fn set_warnings(db: &Database, id: ServerId, warnings: &[String]) -> Result<()> {
    let warnings = to_json(&warnings);
    db.write(move |tx| {
        tx.prepare_cached("UPDATE server SET warnings = ?2 WHERE id = ?1")?
            .execute(params![id, warnings])?;
        Ok(())
    })
}

/// Removes a server with its companies, extractions and proofs; what stands in the warehouse is the
/// caller's to retire. Gives the ids of the companies that went.
///
/// # Errors
/// Those of the store.
pub fn remove(db: &Database, id: ServerId) -> Result<Vec<i64>> {
    db.write(move |tx| {
        let companies = tx
            .prepare("SELECT id FROM company WHERE server_id = ?1 ORDER BY id")?
            .query_map([id], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
        for table in ["proof", "extraction"] {
            tx.execute(
                &format!(
                    "DELETE FROM {table} WHERE company_id IN \
                     (SELECT id FROM company WHERE server_id = ?1)"
                ),
                [id],
            )?;
        }
        tx.execute("DELETE FROM company WHERE server_id = ?1", [id])?;
        tx.execute("DELETE FROM server WHERE id = ?1", [id])?;
        Ok(companies)
    })
}

/// All servers, by name.
///
/// # Errors
/// Those of the store.
pub fn list(db: &Database) -> Result<Vec<Server>> {
    db.read(|conn| {
        let mut statement = conn.prepare_cached(&format!("{SELECT} ORDER BY name"))?;
        let rows = statement.query_map([], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    })
}

/// The server with that id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(db: &Database, id: ServerId) -> Result<Server> {
    db.read(|conn| {
        conn.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?
            .query_row([id], from_row)
            .optional()?
            .ok_or_else(|| Error::NotFound {
                what: "server",
                name: id.to_string(),
            })
    })
}

/// The server of that name, whatever its case; a number is taken as its id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &Database, name: &str) -> Result<Server> {
    db.read(|conn| {
        conn.prepare_cached(&format!(
            "{SELECT} WHERE name = ?1 OR CAST(id AS TEXT) = ?1"
        ))?
        .query_row([name], from_row)
        .optional()?
        .ok_or_else(|| Error::NotFound {
            what: "server",
            name: name.to_owned(),
        })
    })
}

/// The name under which the keyring holds a server's password.
pub fn secret_name(id: ServerId) -> String {
    format!("server/{id}/password")
}

const SELECT: &str = "SELECT id, name, kind, host, port, user_name, secret_name, master, profile, \
     options, checked_at, last_error, warnings FROM server";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Server> {
    Ok(Server {
        id: row.get(0)?,
        name: row.get(1)?,
        kind: row.get_ref(2)?.as_str()?.parse().unwrap_or(Kind::Firebird),
        host: row.get(3)?,
        port: row.get(4)?,
        user: row.get(5)?,
        secret_name: row.get(6)?,
        master: row.get(7)?,
        profile: row.get(8)?,
        options: serde_json::from_str(row.get_ref(9)?.as_str()?).unwrap_or_default(),
        checked_at: row
            .get::<_, Option<String>>(10)?
            .and_then(|text| time::from_text(&text).ok()),
        last_error: row
            .get::<_, Option<String>>(11)?
            .and_then(|text| serde_json::from_str(&text).ok()),
        warnings: serde_json::from_str(row.get_ref(12)?.as_str()?).unwrap_or_default(),
    })
}

fn refuse_taken_name(conn: &Connection, name: &str, own: Option<ServerId>) -> Result<()> {
    let taken: Option<ServerId> = conn
        .query_row(
            "SELECT id FROM server WHERE name = ?1",
            [name.trim()],
            |row| row.get(0),
        )
        .optional()?;
    match taken {
        Some(id) if Some(id) != own => Err(Error::Exists {
            what: "server",
            name: name.trim().to_owned(),
        }),
        Some(_) | None => Ok(()),
    }
}

/// Plain data of this crate always turns into JSON.
pub(crate) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
