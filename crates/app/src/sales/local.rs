//! Sales out of local databases, and Solar, which is told of them.

use super::channels::{self, ChannelRow};
use super::ledgers::{self, LedgerRow};
use super::room;
use crate::jobs::{self, JobRow};
use crate::network::{self, Address, Tested};
use crate::{App, Result};
use puente_core::{Cancel, Error, ErrorView, Secret};
use puente_databases::Engine;
use puente_erp::Room as ErpRoom;
use puente_erp::Statements;
use puente_erp::servers::{self, Kind, Server};
use puente_jobs::NewJob;
use puente_sales::accounts::{self, Channel, ChannelKind, Ledger, LedgerKind};
use puente_sales::channels::database::{self, Settings, Sources};
use puente_sales::handlers::{DELIVER, LedgerInput};
use puente_sales::ledgers::solar;
use puente_sales::marks;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use ts_rs::TS;

/// The profile of sales where none is named.
const SHIPPED: &str = "solar";

/// The servers of this office, for sales.
pub(crate) struct Servers(pub(crate) ErpRoom);

impl Sources for Servers {
    fn open(
        &self,
        server: i64,
        database: &str,
        watched: &[String],
        cancel: &Cancel,
    ) -> Result<Box<dyn puente_databases::RecordDb>> {
        let server = servers::get(&self.0.state, server)?;
        let log = Arc::new(Statements::default());
        Ok(self.0.records(&server, database, watched, cancel, log)?)
    }

    fn profile(&self, name: &str) -> Result<Option<String>> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(Error::invalid("profile", name));
        }
        let path = self.0.profiles.join("sales").join(format!("{name}.toml"));
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::invalid("profile", path.display()).because(&error)),
        }
    }
}

/// A company in Solar to be connected, or new credentials for one that is. The password is taken in and never
/// given out.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "SolarConnect")]
pub struct SolarConnect {
    /// As people call it; one that is there gets the new credentials.
    pub name: String,
    /// `usuario`.
    pub user: String,
    /// `clave`.
    #[serde(deserialize_with = "super::ledgers::secret")]
    #[ts(type = "string")]
    pub password: Secret,
    /// `IdCliente`: six digits.
    pub client_id: String,
    /// `PtoVenta`: four digits; `0001` when left out.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub point: Option<String>,
    /// Where the API is; Solar's own address when left out.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub base_url: Option<String>,
}

/// Connects a company after its credentials were tried, or gives new ones to one that is connected.
///
/// # Errors
/// Those of the fields, of the way there and of the keyring; nothing is kept then.
pub fn connect_solar(app: &App, request: SolarConnect) -> Result<LedgerRow> {
    let (room, state) = (room(app), &room(app).state);
    let known = accounts::find_ledger(state, &request.name).ok();
    let account = solar_account(&request, known.as_ref())?;
    room.ledger_with(&account, request.password.clone())?
        .verify(&Cancel::new())?;
    let now = room.clock.now();
    let id = match known {
        Some(known) => {
            room.secrets.set(&known.secret_name, &request.password)?;
            accounts::update_ledger(state, account)?;
            known.id
        }
        None => {
            let name = account.name.clone();
            let id = accounts::insert_ledger(state, account, now)?;
            let kept = room
                .secrets
                .set(&accounts::ledger_secret(id), &request.password);
            if let Err(error) = kept {
                accounts::remove_ledger(state, id)?;
                return Err(error.into());
            }
            let detail = json!({ "name": name });
            app.audit("ledger.connect", &format!("ledger:{id}"), detail)?;
            id
        }
    };
    accounts::set_ledger_contact(state, id, now, None)?;
    ledgers::row(app, accounts::ledger(state, id)?)
}

/// Where Solar would be.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(rename = "SolarAddress")]
pub struct SolarAddress {
    /// Where the API is; Solar's own address when left out.
    #[ts(optional = nullable)]
    pub base_url: Option<String>,
}

/// Tries the way to Solar before anything is known of it: whose certificates are shown, and what to import.
///
/// # Errors
/// As [`network::test`].
pub fn probe_solar(app: &App, request: SolarAddress) -> Result<Tested> {
    let url = request
        .base_url
        .unwrap_or_else(|| solar::DEFAULT_URL.to_owned());
    network::test(app, Address { url })
}

fn solar_account(request: &SolarConnect, known: Option<&Ledger>) -> Result<Ledger> {
    let name = request.name.trim();
    if name.is_empty() || name.chars().count() > 80 {
        return Err(Error::invalid("name", "1..80"));
    }
    if request.user.trim().is_empty() {
        return Err(Error::invalid("user", "empty"));
    }
    if request.password.expose().trim().is_empty() {
        return Err(Error::invalid("password", "empty"));
    }
    if known.is_some_and(|known| known.kind != LedgerKind::Solar) {
        return Err(Error::invalid("name", "siigo"));
    }
    let before = known.map(solar::Settings::of).unwrap_or_default();
    let settings = solar::Settings {
        client: request.client_id.trim().to_owned(),
        point: request.point.clone().unwrap_or(before.point),
    };
    settings.check()?;
    let base_url = request.base_url.clone().unwrap_or_else(|| {
        known.map_or_else(
            || solar::DEFAULT_URL.to_owned(),
            |known| known.base_url.clone(),
        )
    });
    puente_net::check_url(&base_url)?;
    let base_url = base_url.trim().trim_end_matches('/');
    let name = known.map_or(name, |known| known.name.as_str());
    Ok(Ledger {
        id: known.map_or(0, |known| known.id),
        ..settings.account(name, base_url, request.user.trim())
    })
}

/// What trying a connection to a ledger found.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "LedgerTested")]
pub struct LedgerTested {
    /// The way there: the certificates that were shown, and whether they are trusted.
    pub network: Tested,
    /// Why the credentials were not taken; none when they were.
    pub error: Option<ErrorView>,
}

/// Tries the way to a ledger and its credentials. What goes wrong is an answer too.
///
/// # Errors
/// That it doesn't exist; those of the keyring.
pub fn test_ledger(app: &App, request: ledgers::Named) -> Result<LedgerTested> {
    let room = room(app);
    let ledger = accounts::find_ledger(&room.state, &request.ledger)?;
    let url = ledger.base_url.clone();
    let network = network::test(app, Address { url })?;
    let tried = room
        .ledger(ledger.id)
        .and_then(|ledger| ledger.verify(&Cancel::new()));
    let error = tried.err().map(Error::from);
    accounts::set_ledger_contact(&room.state, ledger.id, room.clock.now(), error.clone())?;
    Ok(LedgerTested {
        network,
        error: error.map(|error| error.view(app.lang())),
    })
}

/// A database of documents to be connected.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "SourceConnect")]
pub struct SourceConnect {
    /// As people call it.
    pub name: String,
    /// Name or number of a server.
    pub server: String,
    /// Name of the database.
    pub database: String,
    /// Name of a profile of sales; `solar` when left out.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub profile: Option<String>,
    /// Where its documents go: name or number of a ledger.
    pub ledger: String,
    /// Whether nothing is ever written there.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub read_only: bool,
}

/// A database of documents that is connected.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "SourceConnected")]
pub struct SourceConnected {
    /// The account.
    #[serde(flatten)]
    pub channel: ChannelRow,
    /// As [`SourceTested::grant`].
    pub grant: Option<String>,
}

/// Connects a database of documents after its tables were compared to the profile.
///
/// # Errors
/// Those of the fields and of the connection; [`puente_core::Code::SchemaMismatch`] with what is missing.
pub fn connect_source(app: &App, request: SourceConnect) -> Result<SourceConnected> {
    let room = room(app);
    let channel = source_account(app, &request)?;
    let found = room.database(&channel)?.look(&Cancel::new())?;
    let name = channel.name.clone();
    let id = accounts::keep_database(&room.state, channel, room.clock.now())?;
    let detail = json!({ "name": name });
    app.audit("channel.connect", &format!("channel:{id}"), detail)?;
    Ok(SourceConnected {
        channel: channels::row(app, accounts::channel(&room.state, id)?)?,
        grant: found.grant,
    })
}

fn source_account(app: &App, request: &SourceConnect) -> Result<Channel> {
    let room = room(app);
    let name = request.name.trim();
    if name.is_empty() || name.chars().count() > 80 {
        return Err(Error::invalid("name", "1..80"));
    }
    let server = servers::find(&app.room.state, &request.server)?;
    if server.kind == Kind::Files {
        return Err(Error::invalid("server", "SQL Server, Firebird"));
    }
    let ledger = accounts::find_ledger(&room.state, &request.ledger)?;
    let profile = request
        .profile
        .clone()
        .unwrap_or_else(|| SHIPPED.to_owned());
    database::profile_of(room.sources()?, &profile)?;
    let database = request.database.trim().to_owned();
    // What a sale is called elsewhere must not depend on the number of a row here.
    let place = format!("{}/{database}/{profile}", server.host.to_lowercase());
    let settings = Settings {
        server: server.id,
        database,
        profile,
        read_only: request.read_only,
    };
    Ok(settings.account(name, place, ledger.id))
}

/// The first account whose sales come out of a server.
///
/// # Errors
/// Those of the store.
pub(crate) fn account_of(app: &App, server: servers::ServerId) -> Result<Option<String>> {
    let found = of_server(app, server)?.into_iter().next();
    Ok(found.map(|(channel, _)| channel.name))
}

/// The accounts whose sales come out of a server.
fn of_server(app: &App, server: servers::ServerId) -> Result<Vec<(Channel, Settings)>> {
    let all = accounts::channels(&room(app).state)?.into_iter();
    let databases = all.filter(|channel| channel.kind == ChannelKind::Database);
    Ok(databases
        .filter_map(|channel| Settings::of(&channel).ok().map(|found| (channel, found)))
        .filter(|(_, settings)| settings.server == server)
        .collect())
}

/// What a login needs for the sales of a server: those that come out of it, else those of the shipped
/// profile where it lists no companies.
///
/// # Errors
/// Those of the store and of the profiles; that the login is not a plain name.
pub(crate) fn grants(
    app: &App,
    server: &Server,
    engine: Engine,
    login: &str,
) -> Result<Vec<String>> {
    let mut wanted: Vec<(String, bool)> = of_server(app, server.id)?
        .into_iter()
        .map(|(_, settings)| (settings.profile, !settings.read_only))
        .collect();
    if wanted.is_empty() && server.sells_only() {
        wanted.push((SHIPPED.to_owned(), true));
    }
    let room = room(app);
    let mut grants = Vec::new();
    for (profile, marks) in wanted {
        let profile = database::profile_of(room.sources()?, &profile)?;
        for grant in profile.grants(engine, login, marks)? {
            if !grants.contains(&grant) {
                grants.push(grant);
            }
        }
    }
    Ok(grants)
}

/// What a database of documents has.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "SourceTested")]
pub struct SourceTested {
    /// Documents that wait there.
    pub pending: u64,
    /// Documents that were marked there.
    pub marked: u64,
    /// Documents whose mark is only here.
    pub marked_here: u64,
    /// The statement to be run by whoever administers the database, so that documents can be marked there;
    /// none where they can, or where nothing is to be written.
    pub grant: Option<String>,
}

/// Tries a database of documents, and counts what waits there.
///
/// # Errors
/// As [`connect_source`].
pub fn test_source(app: &App, request: channels::Named) -> Result<SourceTested> {
    let room = room(app);
    let channel = accounts::find_channel(&room.state, &request.channel)?;
    if channel.kind != ChannelKind::Database {
        return Err(Error::invalid("channel", channel.kind.as_str()));
    }
    let found = room.database(&channel)?.look(&Cancel::new())?;
    let (marked, marked_here) = marks::counts(&room.state, channel.id)?;
    Ok(SourceTested {
        pending: found.pending,
        marked,
        marked_here,
        grant: found.grant,
    })
}

/// Reads what waits in the databases of a ledger, sends it, and marks it there.
///
/// # Errors
/// That it doesn't exist, or that no database is connected to it.
pub fn deliver(app: &App, request: ledgers::Named) -> Result<Vec<JobRow>> {
    let room = room(app);
    let ledger = accounts::find_ledger(&room.state, &request.ledger)?;
    let has_source = accounts::channels(&room.state)?
        .iter()
        .any(|channel| channel.ledger_id == Some(ledger.id) && channel.kind.is_marked());
    if !has_source {
        return Err(Error::invalid("ledger", "no_source"));
    }
    app.audit("sales.deliver", &format!("ledger:{}", ledger.id), json!({}))?;
    let input = json!(LedgerInput {
        ledger_id: ledger.id
    });
    Ok(vec![jobs::ask(app, NewJob::new(DELIVER, input).once())?])
}
