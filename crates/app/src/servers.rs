//! Servers of ERPs: register, test, change, remove.

use crate::sales::local;
use crate::{App, Nothing, Result, sync};
use chrono::{DateTime, Utc};
use puente_core::{Cancel, Code, Error, ErrorView, Secret};
use puente_databases::{Engine, ServerInfo};
use puente_erp::Statements;
use puente_erp::servers::{self, NewServer, Options, Server};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use ts_rs::TS;

/// Names a server.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "ServerNamed")]
pub struct Named {
    /// Its name or its number.
    pub server: String,
}

/// A server to be registered. The password is taken in and never given out.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "ServerAdd")]
pub struct Add {
    /// Everything but the password.
    #[serde(flatten)]
    pub server: NewServer,
    /// Its password; not for files.
    #[serde(default, deserialize_with = "password")]
    #[ts(as = "Option<String>", optional = nullable)]
    pub password: Option<Secret>,
    /// Save it without a test.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub no_test: bool,
}

/// A server to be tested, which need not be registered.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "ServerTry")]
pub struct Try {
    /// Everything but the password.
    #[serde(flatten)]
    pub server: NewServer,
    /// Its password; not for files.
    #[serde(default, deserialize_with = "password")]
    #[ts(as = "Option<String>", optional = nullable)]
    pub password: Option<Secret>,
    /// Number of the registered server whose kept password is used where none is given.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub kept_of: Option<servers::ServerId>,
}

/// What is to be changed of a server; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(rename = "ServerEdit", optional_fields = nullable)]
#[allow(missing_docs, reason = "the fields are those of NewServer")]
pub struct Edit {
    /// Its name or its number.
    pub server: String,
    pub name: Option<String>,
    pub host: Option<String>,
    pub port: Option<u16>,
    pub user: Option<String>,
    pub master: Option<String>,
    pub profile: Option<String>,
    pub options: Option<Options>,
    /// A new password.
    #[serde(deserialize_with = "password")]
    #[ts(as = "Option<String>", optional = nullable)]
    pub password: Option<Secret>,
    /// Save it without a test.
    #[ts(as = "Option<bool>", optional)]
    pub no_test: bool,
}

/// Asks for the GRANTs of a login.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct GrantsFor {
    /// The server's name or number.
    pub server: String,
    /// The login that is to read.
    pub login: String,
}

/// What a test of a connection found.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[ts(rename = "ServerTested")]
pub struct Tested {
    /// What the server says about itself; nothing for files.
    pub info: Option<ServerInfo>,
    /// Companies that the master database lists.
    pub companies: u64,
    /// What a technician should know, by stable name: `superuser`, `default_password`,
    /// `unencrypted`, `login_only_encrypted`, `no_snapshots`, `no_companies`.
    pub warnings: Vec<String>,
}

/// A registered server, as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "Server")]
pub struct ServerRow {
    /// Its number.
    pub id: servers::ServerId,
    /// Unique, as people call it.
    pub name: String,
    /// What it is.
    pub kind: servers::Kind,
    /// Host name or address; empty for files.
    pub host: String,
    /// TCP port; 0 for files.
    pub port: u16,
    /// Login; empty for files.
    pub user: String,
    /// Whether a password is kept for it.
    pub has_password: bool,
    /// Database that lists the companies; the folder for files.
    pub master: String,
    /// Name of the ERP profile.
    pub profile: String,
    /// The rest.
    pub options: Options,
    /// When the last contact was.
    pub checked_at: Option<DateTime<Utc>>,
    /// Why the last contact failed; none when it went well.
    pub last_error: Option<ErrorView>,
    /// What a technician should know, as [`Tested::warnings`] of the last test.
    pub warnings: Vec<String>,
}

/// Statements to be run by whoever administers the server.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Grants {
    /// In the master database.
    pub master: Vec<String>,
    /// In the database of each company and year.
    pub company: Vec<String>,
    /// In the databases of sales that are, or may be, connected.
    pub sales: Vec<String>,
}

/// All servers, by name.
///
/// # Errors
/// Those of the store.
pub fn list(app: &App, _: Nothing) -> Result<Vec<ServerRow>> {
    let all = servers::list(&app.room.state)?;
    Ok(all.into_iter().map(|server| row(app, server)).collect())
}

/// Registers a server, after a test unless told otherwise.
///
/// # Errors
/// Those of the fields, of the connection and of the keyring; nothing is kept then.
pub fn add(app: &App, request: Add) -> Result<ServerRow> {
    request.server.validate()?;
    let tested = match request.no_test {
        true => None,
        false => {
            let server = sketch(request.server.clone());
            Some(test_with(app, &server, request.password.clone())?)
        }
    };
    let room = &app.room;
    let name = request.server.name.clone();
    let id = servers::insert(&room.state, request.server, room.clock.now())?;
    remember(app, id, tested.as_ref())?;
    if let Some(password) = &request.password
        && let Err(error) = keep_password(app, id, password)
    {
        servers::remove(&room.state, id)?;
        return Err(error);
    }
    app.audit(
        "server.add",
        &format!("server:{id}"),
        json!({ "name": name }),
    )?;
    Ok(row(app, servers::get(&room.state, id)?))
}

/// Tests a server as it stands in a form, and keeps nothing.
///
/// # Errors
/// Those of the fields, of the connection and of the keyring.
pub fn try_out(app: &App, request: Try) -> Result<Tested> {
    request.server.validate()?;
    let password = match (request.password, request.kept_of) {
        (None, Some(id)) => {
            let kept = servers::get(&app.room.state, id)?;
            password_of(app, &kept)?
        }
        (given, _) => given,
    };
    test_with(app, &sketch(request.server), password)
}

/// Tests a registered server and remembers how it went.
///
/// # Errors
/// Those of the connection and of the keyring.
pub fn test(app: &App, request: Named) -> Result<Tested> {
    let server = servers::find(&app.room.state, &request.server)?;
    let password = password_of(app, &server)?;
    let tested = test_with(app, &server, password);
    let error = tested.as_ref().err().cloned();
    servers::set_contact(&app.room.state, server.id, app.room.clock.now(), error)?;
    if let Ok(tested) = &tested {
        servers::set_warnings(&app.room.state, server.id, &tested.warnings)?;
    }
    tested
}

/// Changes a server, after a test unless told otherwise.
///
/// # Errors
/// As [`add`]; nothing is changed then.
pub fn edit(app: &App, request: Edit) -> Result<ServerRow> {
    let room = &app.room;
    let old = servers::find(&room.state, &request.server)?;
    let new = NewServer {
        name: request.name.unwrap_or(old.name.clone()),
        kind: old.kind,
        host: request.host.unwrap_or(old.host.clone()),
        port: request.port.unwrap_or(old.port),
        user: request.user.unwrap_or(old.user.clone()),
        master: request.master.unwrap_or(old.master.clone()),
        profile: request.profile.unwrap_or(old.profile.clone()),
        options: request.options.unwrap_or(old.options.clone()),
    };
    new.validate()?;
    let mut tested = None;
    if !request.no_test {
        let password = match &request.password {
            Some(password) => Some(password.clone()),
            None => password_of(app, &old)?,
        };
        tested = Some(test_with(app, &sketch(new.clone()), password)?);
    }
    if let Some(password) = &request.password {
        keep_password(app, old.id, password)?;
    }
    servers::update(&room.state, old.id, new, room.clock.now())?;
    remember(app, old.id, tested.as_ref())?;
    app.audit(
        "server.edit",
        &format!("server:{}", old.id),
        json!({ "name": old.name }),
    )?;
    Ok(row(app, servers::get(&room.state, old.id)?))
}

/// Removes a server with its companies, what was extracted from them, and its password.
///
/// # Errors
/// That it doesn't exist, or that sales come out of it; those of the store and of the keyring.
pub fn remove(app: &App, request: Named) -> Result<ServerRow> {
    let server = servers::find(&app.room.state, &request.server)?;
    if let Some(account) = local::account_of(app, server.id)? {
        return Err(Error::new(Code::ServerInUse)
            .with("name", server.name)
            .with("account", account));
    }
    for company in servers::remove(&app.room.state, server.id)? {
        app.room.warehouse.forget(company)?;
    }
    // Deleting a million rows takes a while: that is for a job.
    sync::enqueue_tidy(app)?;
    if let Some(name) = &server.secret_name {
        app.room.secrets.delete(name)?;
    }
    let detail = json!({ "name": server.name });
    app.audit("server.remove", &format!("server:{}", server.id), detail)?;
    Ok(row(app, server))
}

/// What a login needs to read what Puente reads, to mark the documents that it marks, and for nothing else.
///
/// # Errors
/// That the server doesn't exist, or that the login is not a plain name.
pub fn grants(app: &App, request: GrantsFor) -> Result<Grants> {
    let server = servers::find(&app.room.state, &request.server)?;
    let engine = match server.kind {
        servers::Kind::SqlServer => Engine::SqlServer,
        servers::Kind::Firebird | servers::Kind::Files => Engine::Firebird,
    };
    let sales = local::grants(app, &server, engine, &request.login)?;
    if server.sells_only() {
        return Ok(Grants {
            master: Vec::new(),
            company: Vec::new(),
            sales,
        });
    }
    let profile = app.room.profile(&server.profile)?;
    let grants = profile
        .grants(engine, &request.login)
        .map_err(puente_erp::Error::from)?;
    Ok(Grants {
        master: grants.master,
        company: grants.company,
        sales,
    })
}

fn row(app: &App, server: Server) -> ServerRow {
    ServerRow {
        id: server.id,
        name: server.name,
        kind: server.kind,
        host: server.host,
        port: server.port,
        user: server.user,
        has_password: server.secret_name.is_some(),
        master: server.master,
        profile: server.profile,
        options: server.options,
        checked_at: server.checked_at,
        last_error: server.last_error.map(|error| error.view(app.lang())),
        warnings: server.warnings,
    }
}

/// Keeps what a test before saving found.
fn remember(app: &App, id: servers::ServerId, tested: Option<&Tested>) -> Result<()> {
    if let Some(tested) = tested {
        servers::set_contact(&app.room.state, id, app.room.clock.now(), None)?;
        servers::set_warnings(&app.room.state, id, &tested.warnings)?;
    }
    Ok(())
}

fn test_with(app: &App, server: &Server, password: Option<Secret>) -> Result<Tested> {
    if server.kind == servers::Kind::Files {
        let companies = app.room.list_companies(server, None, &Cancel::new())?.len() as u64;
        return Ok(Tested {
            info: None,
            companies,
            warnings: Vec::new(),
        });
    }
    let password = match password {
        Some(password) => password,
        None if server.logs_in_by_itself() => Secret::from(String::new()),
        None => return Err(Error::new(Code::SecretMissing).with("name", &server.name)),
    };
    let default_password = password.expose() == "masterkey";
    let cancel = Cancel::new();
    let log = Arc::new(Statements::default());
    let mut source =
        app.room
            .connect_with(server, &server.master, password.clone(), &cancel, log)?;
    let info = source.info().map_err(puente_erp::Error::from)?;
    drop(source);
    let mut warnings = Vec::new();
    let companies = match app
        .room
        .list_companies(server, Some(password.clone()), &cancel)
    {
        Ok(listed) => listed.len() as u64,
        // A database of sales lists no companies, and is of use all the same. That of one company, which is
        // often given for the one that lists them, is not.
        Err(puente_erp::Error::MasterTable { table, missing })
            if table == missing && !is_a_company(app, server, password, &cancel)? =>
        {
            warnings.push(servers::NO_COMPANIES.to_owned());
            0
        }
        Err(error) => return Err(error.into()),
    };
    if default_password {
        warnings.push("default_password".to_owned());
    }
    if info.is_superuser {
        warnings.push("superuser".to_owned());
    }
    match (&info.encryption, info.encrypted) {
        (None, _) => warnings.push("unencrypted".to_owned()),
        (Some(_), Some(false)) => warnings.push("login_only_encrypted".to_owned()),
        (Some(_), _) => {}
    }
    if server.kind == servers::Kind::SqlServer && !keeps_versions(&info) {
        warnings.push("no_snapshots".to_owned());
    }
    Ok(Tested {
        info: Some(info),
        companies,
        warnings,
    })
}

/// Whether the database that was given holds the movements of a company.
fn is_a_company(app: &App, server: &Server, password: Secret, cancel: &Cancel) -> Result<bool> {
    let profile = app.room.profile(&server.profile)?;
    let log = Arc::new(Statements::default());
    let mut source = app
        .room
        .connect_with(server, &server.master, password, cancel, log)?;
    let schema = source.schema().map_err(puente_erp::Error::from)?;
    Ok(schema.table(&profile.lines.table).is_some())
}

/// Whether one instant of the database can be read without a lock.
fn keeps_versions(info: &ServerInfo) -> bool {
    info.counters.get("snapshot_isolation") == Some(&1)
}

fn keep_password(app: &App, id: servers::ServerId, password: &Secret) -> Result<()> {
    let name = servers::secret_name(id);
    app.room.secrets.set(&name, password)?;
    servers::set_secret_name(&app.room.state, id, Some(name))?;
    Ok(())
}

fn password_of(app: &App, server: &Server) -> Result<Option<Secret>> {
    match &server.secret_name {
        Some(name) => Ok(app.room.secrets.find(name)?),
        None => Ok(None),
    }
}

/// A server that is in no table yet.
fn sketch(new: NewServer) -> Server {
    Server {
        id: 0,
        name: new.name,
        kind: new.kind,
        host: new.host,
        port: new.port,
        user: new.user,
        secret_name: None,
        master: new.master,
        profile: new.profile,
        options: new.options,
        checked_at: None,
        last_error: None,
        warnings: Vec::new(),
    }
}

pub(crate) fn password<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;

    #[test]
    fn a_form_of_a_kept_server_is_tested_with_its_kept_password() {
        let desk = Desk::new();
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = closed.local_addr().unwrap().port();
        drop(closed);
        let server = NewServer {
            name: "oficina".to_owned(),
            kind: servers::Kind::Firebird,
            host: "127.0.0.1".to_owned(),
            port,
            user: "LECTOR".to_owned(),
            master: "/datos/MASTER.FDB".to_owned(),
            profile: "tns".to_owned(),
            options: Options::default(),
        };
        let request = Add {
            server: server.clone(),
            password: Some("de-la-oficina".to_owned().into()),
            no_test: true,
        };
        let id = add(&desk.app, request).unwrap().id;
        let try_with = |kept_of, password: Option<&str>| {
            let request = Try {
                server: server.clone(),
                password: password.map(|text| text.to_owned().into()),
                kept_of,
            };
            try_out(&desk.app, request).unwrap_err().code
        };
        assert_eq!(try_with(None, None), Code::SecretMissing);
        let reached = try_with(None, Some("otra"));
        assert_ne!(reached, Code::SecretMissing);
        assert_eq!(
            try_with(Some(id), None),
            reached,
            "it gets as far as the port"
        );
        assert_eq!(try_with(Some(id + 1), None), Code::NotFound);
    }
}
