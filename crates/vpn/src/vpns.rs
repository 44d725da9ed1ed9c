//! Table `vpn`: the VPNs of this PC. Their secrets are in the keyring.

mod sites;

pub use sites::{Site, hide_all};

use crate::address::Net;
use crate::conf::Config;
use crate::keys::{PresharedKey, PrivateKey, PublicKey};
use crate::{Error, Result};
use chrono::{DateTime, Utc};
use puente_core::Secret;
use puente_store::secrets::Secrets;
use puente_store::{Database, time};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use ts_rs::TS;

/// Row id of a VPN.
pub type VpnId = i64;

/// How far a VPN is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "VpnState")]
pub enum State {
    /// The server is to be told of it.
    Adding,
    /// The server was told and did not answer; it is asked before anything is told again.
    Uncertain,
    /// The server knows it, or it was imported.
    Active,
    /// The server is to forget it.
    Revoking,
    /// The server forgot it.
    Revoked,
}

impl State {
    const ALL: [State; 5] = [
        State::Adding,
        State::Uncertain,
        State::Active,
        State::Revoking,
        State::Revoked,
    ];

    /// As stored and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Adding => "adding",
            State::Uncertain => "uncertain",
            State::Active => "active",
            State::Revoking => "revoking",
            State::Revoked => "revoked",
        }
    }
}

/// What a client's file says, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "VpnTunnel")]
pub struct Tunnel {
    /// This PC's addresses in the tunnel.
    #[ts(type = "string[]")]
    pub addresses: Vec<Net>,
    /// Name servers behind the tunnel.
    pub dns: Vec<String>,
    /// Largest packet, 576 to 9000 bytes; none lets the mode choose.
    pub mtu: Option<u16>,
    /// The server.
    #[serde(flatten)]
    pub server: Site,
    /// Further servers, as of an office with two sites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Site>>", optional)]
    pub others: Vec<Site>,
}

/// How Puente logs in to the server, to change its peers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "VpnRemote")]
pub struct Remote {
    /// Host name or address.
    pub host: String,
    /// TCP port of SSH.
    pub port: u16,
    /// Login.
    pub user: String,
    /// How the login is proven.
    pub login: Login,
    /// The host key that a person confirmed, `SHA256:…`.
    pub fingerprint: String,
    /// The server's WireGuard interface: `wg0`.
    pub interface: String,
}

/// How a login is proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(rename = "VpnLogin")]
pub enum Login {
    /// The keys of the agent of this PC (ssh-agent, Pageant).
    Agent,
    /// A private key in a file; its passphrase, if it has one, is in the keyring.
    Key {
        /// The file.
        path: PathBuf,
    },
    /// The password in the keyring.
    Password,
}

/// A VPN.
#[derive(Debug, Clone, PartialEq)]
pub struct Vpn {
    /// Row id.
    pub id: VpnId,
    /// Unique, as people call it.
    pub name: String,
    /// How far it is.
    pub state: State,
    /// This PC's public key.
    pub public_key: String,
    /// What its file says.
    pub tunnel: Tunnel,
    /// How the server is managed; none for an imported one.
    pub remote: Option<Remote>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Why the last contact with the server failed.
    pub last_error: Option<puente_core::Error>,
}

/// A VPN to be kept.
#[derive(Debug, Clone)]
pub struct NewVpn {
    /// See [`Vpn::name`].
    pub name: String,
    /// See [`Vpn::state`].
    pub state: State,
    /// See [`Vpn::public_key`].
    pub public_key: PublicKey,
    /// See [`Vpn::tunnel`].
    pub tunnel: Tunnel,
    /// See [`Vpn::remote`].
    pub remote: Option<Remote>,
}

/// Which secret of a VPN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// This PC's private key.
    PrivateKey,
    /// The secret shared with the server.
    PresharedKey,
    /// The password of the login, or the passphrase of its key.
    Login,
    /// The password that sudo asks for, where it is another one.
    Sudo,
    /// The private key that is to follow, while the server is told of it.
    NextKey,
    /// The secrets shared with further servers, a line each.
    OtherKeys,
}

impl Hidden {
    /// All of them.
    pub const ALL: [Hidden; 6] = [
        Hidden::PrivateKey,
        Hidden::PresharedKey,
        Hidden::Login,
        Hidden::Sudo,
        Hidden::NextKey,
        Hidden::OtherKeys,
    ];

    /// What the keyring calls it.
    pub fn name(self, id: VpnId) -> String {
        let which = match self {
            Hidden::PrivateKey => "private_key",
            Hidden::PresharedKey => "preshared_key",
            Hidden::Login => "login",
            Hidden::Sudo => "sudo",
            Hidden::NextKey => "next_key",
            Hidden::OtherKeys => "other_keys",
        };
        format!("vpn/{id}/{which}")
    }
}

impl Tunnel {
    /// All servers, in the file's order.
    pub fn servers(&self) -> impl Iterator<Item = &Site> {
        std::iter::once(&self.server).chain(&self.others)
    }
}

impl From<&Config> for Tunnel {
    fn from(config: &Config) -> Self {
        Tunnel {
            addresses: config.addresses.clone(),
            dns: config.dns.clone(),
            mtu: config.mtu,
            server: Site::from(&config.peer),
            others: config.others.iter().map(Site::from).collect(),
        }
    }
}

impl Vpn {
    /// Its file, with its secrets.
    ///
    /// # Errors
    /// Those of the keyring.
    pub fn config(&self, secrets: &Secrets) -> Result<Config> {
        let secret = secrets.get(&Hidden::PrivateKey.name(self.id))?;
        let tunnel = &self.tunnel;
        let (peer, others) = sites::peers(self, secrets)?;
        Ok(Config {
            private_key: PrivateKey::parse(secret.expose())?,
            addresses: tunnel.addresses.clone(),
            dns: tunnel.dns.clone(),
            mtu: tunnel.mtu,
            peer,
            others,
            hooks: Vec::new(),
            ignored: Vec::new(),
        })
    }
}

/// Keeps the secrets of a VPN with one server.
///
/// # Errors
/// Those of the keyring.
pub fn hide(
    secrets: &Secrets,
    id: VpnId,
    key: &PrivateKey,
    shared: Option<&PresharedKey>,
) -> Result<()> {
    secrets.set(&Hidden::PrivateKey.name(id), &key.written())?;
    if let Some(shared) = shared {
        secrets.set(&Hidden::PresharedKey.name(id), shared.written())?;
    }
    Ok(())
}

/// Keeps a secret, or forgets it.
///
/// # Errors
/// Those of the keyring.
pub fn hide_one(
    secrets: &Secrets,
    id: VpnId,
    which: Hidden,
    secret: Option<&Secret>,
) -> Result<()> {
    let name = which.name(id);
    match secret {
        Some(secret) => secrets.set(&name, secret)?,
        None => secrets.delete(&name)?,
    }
    Ok(())
}

/// Keeps a VPN. Its secrets are the caller's to keep, right after.
///
/// # Errors
/// [`Error::Exists`] when the name is taken, [`Error::Invalid`].
pub fn insert(db: &Database, new: NewVpn, now: DateTime<Utc>) -> Result<VpnId> {
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 80 {
        return Err(Error::invalid("name", "1..80"));
    }
    db.write(move |tx| {
        let taken = tx
            .query_row("SELECT id FROM vpn WHERE name = ?1", [&name], |_| Ok(()))
            .optional()?;
        if taken.is_some() {
            return Err(Error::Exists { what: "vpn", name });
        }
        tx.prepare_cached(
            "INSERT INTO vpn (name, state, public_key, tunnel, remote, created_at, updated_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        )?
        .execute(params![
            name,
            new.state.as_str(),
            new.public_key.to_string(),
            to_json(&new.tunnel),
            new.remote.as_ref().map(to_json),
            time::to_text(now),
        ])?;
        Ok(tx.last_insert_rowid())
    })
}

/// Remembers what changed of a VPN: all of it but its name.
///
/// # Errors
/// Those of the store.
pub fn update(db: &Database, vpn: &Vpn, now: DateTime<Utc>) -> Result<()> {
    let vpn = vpn.clone();
    db.write(move |tx| {
        tx.prepare_cached(
            "UPDATE vpn SET state = ?2, public_key = ?3, tunnel = ?4, remote = ?5, \
             last_error = ?6, updated_at = ?7 WHERE id = ?1",
        )?
        .execute(params![
            vpn.id,
            vpn.state.as_str(),
            vpn.public_key,
            to_json(&vpn.tunnel),
            vpn.remote.as_ref().map(to_json),
            vpn.last_error.as_ref().map(to_json),
            time::to_text(now),
        ])?;
        Ok(())
    })
}

/// Forgets a VPN and its secrets. The server, if it still knows it, is not asked.
///
/// # Errors
/// Those of the store and of the keyring.
pub fn remove(db: &Database, secrets: &Secrets, id: VpnId) -> Result<()> {
    db.write(move |tx| {
        tx.execute("DELETE FROM vpn WHERE id = ?1", [id])?;
        Ok::<_, Error>(())
    })?;
    for which in Hidden::ALL {
        secrets.delete(&which.name(id))?;
    }
    Ok(())
}

/// All VPNs, by name.
///
/// # Errors
/// Those of the store.
pub fn list(db: &Database) -> Result<Vec<Vpn>> {
    db.read(|conn| {
        let mut statement = conn.prepare_cached(&format!("{SELECT} ORDER BY name"))?;
        let rows = statement.query_map([], from_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    })
}

/// The VPN with that id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn get(db: &Database, id: VpnId) -> Result<Vpn> {
    db.read(|conn| one(conn, "id = ?1", &id.to_string()))
}

/// The VPN of that name, whatever its case; a number is taken as its id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(db: &Database, name: &str) -> Result<Vpn> {
    db.read(|conn| one(conn, "name = ?1 OR CAST(id AS TEXT) = ?1", name.trim()))
}

const SELECT: &str = "SELECT id, name, state, public_key, tunnel, remote, created_at, last_error \
     FROM vpn";

fn one(conn: &Connection, condition: &str, value: &str) -> Result<Vpn> {
    conn.prepare_cached(&format!("{SELECT} WHERE {condition}"))?
        .query_row([value], from_row)
        .optional()?
        .ok_or_else(|| Error::NotFound {
            what: "vpn",
            name: value.to_owned(),
        })
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Vpn> {
    let json = |at: usize| {
        move |error: serde_json::Error| {
            rusqlite::Error::FromSqlConversionFailure(
                at,
                rusqlite::types::Type::Text,
                Box::new(error),
            )
        }
    };
    let state: String = row.get(2)?;
    let created: String = row.get(6)?;
    Ok(Vpn {
        id: row.get(0)?,
        name: row.get(1)?,
        state: State::ALL
            .into_iter()
            .find(|known| known.as_str() == state)
            .unwrap_or(State::Uncertain),
        public_key: row.get(3)?,
        tunnel: serde_json::from_str(row.get_ref(4)?.as_str()?).map_err(json(4))?,
        remote: row
            .get::<_, Option<String>>(5)?
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(json(5))?,
        created_at: time::from_text(&created).unwrap_or_default(),
        last_error: row
            .get::<_, Option<String>>(7)?
            .and_then(|text| serde_json::from_str(&text).ok()),
    })
}

/// Plain data of this crate always turns into JSON.
fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
