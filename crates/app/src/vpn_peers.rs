//! VPNs that Puente makes on the office's server: looked at, created, revoked, given fresh keys.

use crate::jobs::JobRow;
use crate::servers::password;
use crate::vpn::{Named, VpnRow, row};
use crate::{App, Result, handlers, jobs};
use puente_core::{Cancel, Error, Secret};
use puente_jobs::NewJob;
use puente_vpn::conf::{endpoint, parse_endpoint};
use puente_vpn::keys::{PresharedKey, PrivateKey};
use puente_vpn::neighbours::Neighbour;
use puente_vpn::peers::{self, PEER, PeerInput, Preview, ServerView, Work};
use puente_vpn::remote::Credentials;
use puente_vpn::vpns::{self, Hidden, Login, NewVpn, Remote, Site, State, Tunnel, Vpn};
use serde::Deserialize;
use serde_json::json;
use std::net::IpAddr;
use ts_rs::TS;

/// Seconds between packets that keep the way through the office's router open.
const KEEPALIVE: u16 = 25;

/// A VPN to be made on a server. Passwords are taken in and never given out.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "VpnCreate", optional_fields = nullable)]
pub struct Create {
    /// As people are to call it.
    pub name: String,
    /// Host name or address of the server.
    pub host: String,
    /// TCP port of SSH; 22 when left out.
    pub port: Option<u16>,
    /// Login.
    pub user: String,
    /// How it is proven.
    pub login: Login,
    /// The password of the login, or the passphrase of its key.
    #[serde(default, deserialize_with = "password")]
    #[ts(as = "Option<String>")]
    pub password: Option<Secret>,
    /// The password that sudo asks for; the login's own when left out.
    #[serde(default, deserialize_with = "password")]
    #[ts(as = "Option<String>")]
    pub sudo_password: Option<Secret>,
    /// The host key that a person compared, `SHA256:…`; without one the answer is the server's.
    pub fingerprint: Option<String>,
    /// The server's WireGuard interface; `wg0` when left out.
    pub interface: Option<String>,
    /// The address of the new peer; the next free one when left out.
    pub address: Option<String>,
    /// The server from outside, `vpn.example.com` or with a port, where that is not the host of SSH.
    pub endpoint: Option<String>,
    /// Networks behind the server.
    #[serde(default)]
    #[ts(as = "Option<Vec<String>>")]
    pub allowed: Vec<String>,
    /// Whether both share a secret besides their keys; they do when left out.
    pub preshared: Option<bool>,
}

impl Create {
    fn remote(&self) -> Remote {
        let interface = self.interface.as_deref().unwrap_or("wg0").trim();
        Remote {
            host: self.host.trim().to_owned(),
            port: self.port.unwrap_or(22),
            user: self.user.trim().to_owned(),
            login: self.login.clone(),
            fingerprint: self
                .fingerprint
                .clone()
                .unwrap_or_default()
                .trim()
                .to_owned(),
            interface: interface.to_owned(),
        }
    }

    fn credentials(&self) -> Credentials {
        Credentials {
            login: self.password.clone(),
            sudo: self.sudo_password.clone(),
        }
    }

    fn wanted(&self) -> Result<Option<IpAddr>> {
        let text = self.address.as_deref().map(str::trim);
        text.filter(|text| !text.is_empty())
            .map(|text| {
                text.parse()
                    .map_err(|_| Error::invalid("address", "not_an_address"))
            })
            .transpose()
    }

    /// What its file says before the server has told its part.
    fn tunnel(&self) -> Result<Tunnel> {
        let (host, port) = match self.endpoint.as_deref().map(str::trim) {
            None | Some("") => (self.host.trim().to_owned(), 0),
            Some(text) => match parse_endpoint(text) {
                Some(found) => found,
                // A host alone: the port is the server's to tell.
                None => parse_endpoint(&endpoint(text, 1))
                    .map(|(host, _)| (host, 0))
                    .ok_or_else(|| Error::invalid("endpoint", "not_an_endpoint"))?,
            },
        };
        let allowed = self
            .allowed
            .iter()
            .map(|net| net.parse())
            .collect::<puente_vpn::Result<_>>()?;
        Ok(Tunnel {
            addresses: Vec::new(),
            dns: Vec::new(),
            mtu: None,
            server: Site {
                server_key: String::new(),
                preshared: self.preshared.unwrap_or(true),
                host,
                port,
                allowed,
                keepalive: Some(KEEPALIVE),
            },
            others: Vec::new(),
        })
    }

    fn check(&self) -> Result<()> {
        for (field, value) in [("host", &self.host), ("user", &self.user)] {
            if value.trim().is_empty() || value.contains(char::is_whitespace) {
                return Err(Error::invalid(field, "empty"));
            }
        }
        if !puente_vpn::conf::is_plain_name(&self.remote().interface) {
            return Err(Error::invalid("interface", "plain_name"));
        }
        Ok(())
    }
}

/// Looks at a server and tells what making the VPN would do. Nothing is changed, and nothing is kept.
///
/// # Errors
/// That nobody has confirmed the host key, with its fingerprint; those of SSH; everything that makes
/// Puente refuse to change the server.
pub fn preview(app: &App, request: Create) -> Result<Preview> {
    request.check()?;
    request.tunnel()?;
    Ok(peers::preview(
        &request.remote(),
        &request.credentials(),
        &request.name,
        request.wanted()?,
        app.room.clock.as_ref(),
        &Cancel::new(),
    )?)
}

/// Makes a VPN: its keys here, now, and its peer on the server, in a job. The row is kept before the
/// server is told anything.
///
/// # Errors
/// That a value doesn't fit or the name is taken; those of the keyring, and nothing is kept then.
pub fn create(app: &App, request: Create) -> Result<Vec<JobRow>> {
    request.check()?;
    let remote = request.remote();
    if remote.fingerprint.is_empty() {
        return Err(Error::invalid("fingerprint", "empty"));
    }
    let wanted = request.wanted()?;
    let key = PrivateKey::generate();
    let tunnel = request.tunnel()?;
    let shared = tunnel.server.preshared.then(PresharedKey::generate);
    let room = &app.room;
    let new = NewVpn {
        name: request.name.clone(),
        state: State::Adding,
        public_key: key.public(),
        tunnel,
        remote: Some(remote),
    };
    let id = vpns::insert(&room.state, new, room.clock.now())?;
    let kept = vpns::hide(&room.secrets, id, &key, shared.as_ref()).and_then(|()| {
        let secrets = &room.secrets;
        vpns::hide_one(secrets, id, Hidden::Login, request.password.as_ref())?;
        vpns::hide_one(secrets, id, Hidden::Sudo, request.sudo_password.as_ref())
    });
    if let Err(error) = kept {
        vpns::remove(&room.state, &room.secrets, id)?;
        return Err(error.into());
    }
    let subject = format!("vpn:{id}");
    app.audit("vpn.create", &subject, json!({ "name": request.name }))?;
    Ok(vec![ask_for(app, id, Work::Add, wanted)?])
}

/// How the server of a VPN is logged in to from now on: after it was installed anew, moved, or when the
/// first login was mistyped.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "VpnRelogin", optional_fields = nullable)]
pub struct Relogin {
    /// The VPN's name or number.
    pub vpn: String,
    /// Host name or address of the server; as before when left out, like all that follows.
    pub host: Option<String>,
    /// TCP port of SSH.
    pub port: Option<u16>,
    /// Login.
    pub user: Option<String>,
    /// How it is proven.
    pub login: Option<Login>,
    /// The password of the login, or the passphrase of its key.
    #[serde(default, deserialize_with = "password")]
    #[ts(as = "Option<String>")]
    pub password: Option<Secret>,
    /// The password that sudo asks for.
    #[serde(default, deserialize_with = "password")]
    #[ts(as = "Option<String>")]
    pub sudo_password: Option<Secret>,
    /// The host key that a person compared, `SHA256:…`.
    pub fingerprint: Option<String>,
}

/// Changes how the server of a VPN is logged in to. The server is not told anything.
///
/// # Errors
/// That it doesn't exist or was imported, that a value is empty; those of the keyring.
pub fn login(app: &App, request: Relogin) -> Result<VpnRow> {
    let mut vpn = managed(app, &request.vpn)?;
    let Some(remote) = &mut vpn.remote else {
        return Err(Error::invalid("vpn", "imported"));
    };
    let texts = [
        ("host", request.host, &mut remote.host),
        ("user", request.user, &mut remote.user),
        ("fingerprint", request.fingerprint, &mut remote.fingerprint),
    ];
    for (field, given, kept) in texts {
        let Some(given) = given else { continue };
        let given = given.trim();
        if given.is_empty() || given.contains(char::is_whitespace) {
            return Err(Error::invalid(field, "empty"));
        }
        given.clone_into(kept);
    }
    remote.port = request.port.unwrap_or(remote.port);
    remote.login = request.login.unwrap_or_else(|| remote.login.clone());
    let secrets = &app.room.secrets;
    for (which, secret) in [
        (Hidden::Login, &request.password),
        (Hidden::Sudo, &request.sudo_password),
    ] {
        if let Some(secret) = secret {
            vpns::hide_one(secrets, vpn.id, which, Some(secret))?;
        }
    }
    vpns::update(&app.room.state, &vpn, app.room.clock.now())?;
    let subject = format!("vpn:{}", vpn.id);
    let detail = json!({ "name": vpn.name, "remote": vpn.remote });
    app.audit("vpn.login", &subject, detail)?;
    Ok(row(app, vpn))
}

/// Does again what a server has not done yet: adds a VPN that it does not know, or forgets one that is to
/// be revoked. The server is asked first, and nothing is done twice.
///
/// # Errors
/// That it doesn't exist or was imported, or that nothing is left to be done.
pub fn retry(app: &App, request: Named) -> Result<Vec<JobRow>> {
    let vpn = managed(app, &request.vpn)?;
    let work = match vpn.state {
        State::Adding | State::Uncertain => Work::Add,
        State::Revoking => Work::Revoke,
        State::Active | State::Revoked => return Err(Error::invalid("vpn", "nothing_left")),
    };
    let subject = format!("vpn:{}", vpn.id);
    app.audit("vpn.retry", &subject, json!({ "name": vpn.name }))?;
    Ok(vec![ask_for(app, vpn.id, work, None)?])
}

/// Has the server forget a VPN. Whoever uses it is cut off at once.
///
/// # Errors
/// That it doesn't exist, or was imported; what fails on the server is told by the job.
pub fn revoke(app: &App, request: Named) -> Result<Vec<JobRow>> {
    let mut vpn = managed(app, &request.vpn)?;
    if vpn.state != State::Revoked {
        vpn.state = State::Revoking;
        vpns::update(&app.room.state, &vpn, app.room.clock.now())?;
    }
    let subject = format!("vpn:{}", vpn.id);
    app.audit("vpn.revoke", &subject, json!({ "name": vpn.name }))?;
    Ok(vec![ask_for(app, vpn.id, Work::Revoke, None)?])
}

/// Gives a VPN fresh keys, on the server and here, under its address.
///
/// # Errors
/// That it doesn't exist, was imported, or is not active.
pub fn rotate(app: &App, request: Named) -> Result<Vec<JobRow>> {
    let vpn = managed(app, &request.vpn)?;
    if vpn.state != State::Active {
        return Err(Error::invalid("vpn", "not_added_yet"));
    }
    let subject = format!("vpn:{}", vpn.id);
    app.audit("vpn.rotate", &subject, json!({ "name": vpn.name }))?;
    Ok(vec![ask_for(app, vpn.id, Work::Rotate, None)?])
}

/// Asks the server how it sees a VPN.
///
/// # Errors
/// That it was imported; those of SSH.
pub fn ask(app: &App, request: Named) -> Result<ServerView> {
    let vpn = managed(app, &request.vpn)?;
    let peers = handlers::peers(&app.room, &app.tunnels, &app.whole_pc);
    Ok(peers.ask(&vpn, &Cancel::new())?)
}

/// Everyone whom the server of a VPN knows, of whom Puente changes only its own.
///
/// # Errors
/// That it was imported; those of SSH.
pub fn neighbours(app: &App, request: Named) -> Result<Vec<Neighbour>> {
    let vpn = managed(app, &request.vpn)?;
    let peers = handlers::peers(&app.room, &app.tunnels, &app.whole_pc);
    Ok(peers.neighbours(&vpn, &Cancel::new())?)
}

fn managed(app: &App, name: &str) -> Result<Vpn> {
    let vpn = vpns::find(&app.room.state, name)?;
    match vpn.remote {
        Some(_) => Ok(vpn),
        None => Err(Error::invalid("vpn", "imported")),
    }
}

fn ask_for(app: &App, vpn_id: i64, work: Work, address: Option<IpAddr>) -> Result<JobRow> {
    let input = json!(PeerInput {
        vpn_id,
        work,
        address,
    });
    jobs::ask(app, NewJob::new(PEER, input).once())
}
