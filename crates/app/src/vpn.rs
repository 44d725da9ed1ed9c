//! VPNs of this PC: import, show, connect.

pub mod files;
pub mod whole_pc;

use crate::{App, Nothing, Result};
use chrono::{DateTime, Utc};
use puente_core::{Cancel, Code, Error, ErrorView, Secret};
use puente_databases::Via;
use puente_vpn::conf::Config;
use puente_vpn::forward::Status;
use puente_vpn::system::{self, Backend as _};
use puente_vpn::tunnels::Tunnels;
use puente_vpn::vpns::{self, NewVpn, Remote, State, Tunnel, Vpn};
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;
use whole_pc::Keeper;

/// Names a VPN.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "VpnNamed")]
pub struct Named {
    /// Its name or its number.
    pub vpn: String,
}

/// A `.conf` that someone else made. Its keys are taken in and go to the keyring.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "VpnImport")]
pub struct Import {
    /// As people are to call it.
    pub name: String,
    /// The text of the file.
    #[serde(deserialize_with = "secret")]
    #[ts(type = "string")]
    pub conf: Secret,
}

/// A VPN, as it is shown. No secret is among it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "Vpn")]
pub struct VpnRow {
    /// Its number.
    pub id: vpns::VpnId,
    /// Unique, as people call it.
    pub name: String,
    /// How far it is.
    pub state: State,
    /// This PC's public key.
    pub public_key: String,
    /// What its file says.
    pub tunnel: Tunnel,
    /// How its server is managed; none for an imported one.
    pub remote: Option<Remote>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Why the last contact with the server failed.
    pub last_error: Option<ErrorView>,
    /// How its tunnel is, while this program holds it open.
    pub status: Option<Status>,
    /// The ports of this PC that lead through it.
    pub doors: Vec<DoorView>,
    /// The number of another process of Puente on this PC that holds its tunnel open. What this program does
    /// goes through that one; only there can it be ended.
    pub held_by: Option<u32>,
}

/// A port of this PC that leads through a VPN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "VpnDoor")]
pub struct DoorView {
    /// Where programs connect to: `127.0.0.1:40123`.
    pub local: String,
    /// Where it leads: `192.168.1.10:3050`.
    pub target: String,
}

/// What an import found.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "VpnImported")]
pub struct Imported {
    /// The VPN.
    pub vpn: VpnRow,
    /// Commands that the file wanted to run. Puente never runs them.
    pub hooks: Vec<String>,
    /// Settings that are of no use here.
    pub ignored: Vec<String>,
}

/// Where the tunnel of a VPN is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "VpnMode")]
pub enum Mode {
    /// Inside this program: no administrator, and ports of this PC that lead through it.
    #[default]
    Inside,
    /// The whole PC, by the helper of the system or the official WireGuard program.
    System,
}

/// A tunnel to be opened.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(rename = "VpnConnect", optional_fields = nullable)]
pub struct Connect {
    /// The VPN's name or number.
    pub vpn: String,
    /// What a port of this PC is to lead to: `192.168.1.10:3050`; none opens the tunnel alone.
    pub target: Option<String>,
    /// That port; none takes a free one.
    pub port: Option<u16>,
    /// Where the tunnel is to be; inside this program when left out.
    pub mode: Option<Mode>,
}

/// A tunnel that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "VpnConnected")]
pub struct Connected {
    /// The VPN's name.
    pub vpn: String,
    /// Where programs of this PC connect to, if a target was named.
    pub local: Option<String>,
    /// How the tunnel is.
    pub status: Status,
}

/// All VPNs, by name.
///
/// # Errors
/// Those of the store.
pub fn list(app: &App, _: Nothing) -> Result<Vec<VpnRow>> {
    let all = vpns::list(&app.room.state)?;
    Ok(all.into_iter().map(|vpn| row(app, vpn)).collect())
}

/// One VPN.
///
/// # Errors
/// That it doesn't exist.
pub fn show(app: &App, request: Named) -> Result<VpnRow> {
    Ok(row(app, vpns::find(&app.room.state, &request.vpn)?))
}

/// Takes in a `.conf`. Commands in it are reported, and never run.
///
/// # Errors
/// That the file is malformed, or the name is taken; those of the keyring, and nothing is kept then.
pub fn import(app: &App, request: Import) -> Result<Imported> {
    let room = &app.room;
    let config = Config::parse(request.conf.expose())?;
    let new = NewVpn {
        name: request.name,
        state: State::Active,
        public_key: config.private_key.public(),
        tunnel: Tunnel::from(&config),
        remote: None,
    };
    let name = new.name.clone();
    let id = vpns::insert(&room.state, new, room.clock.now())?;
    if let Err(error) = vpns::hide_all(&room.secrets, id, &config) {
        vpns::remove(&room.state, &room.secrets, id)?;
        return Err(error.into());
    }
    // A command may hold a secret: it is shown to who brought it, and its name alone is kept.
    let hooks = config.hooks.iter();
    let hooks: Vec<&str> = hooks.filter_map(|hook| hook.split(' ').next()).collect();
    let detail = json!({ "name": name, "hooks": hooks });
    app.audit("vpn.import", &format!("vpn:{id}"), detail)?;
    Ok(Imported {
        vpn: row(app, vpns::get(&room.state, id)?),
        hooks: config.hooks,
        ignored: config.ignored,
    })
}

/// Opens the tunnel of a VPN inside this program, which needs no administrator, and a port of this PC
/// that leads through it. It stays open until it is ended, or this program ends.
///
/// # Errors
/// That nobody answers within ten seconds, that the target does not lie behind the VPN, or that the
/// port is taken.
pub fn connect(app: &App, request: Connect) -> Result<Connected> {
    let vpn = vpns::find(&app.room.state, &request.vpn)?;
    if request.mode == Some(Mode::System) {
        return connect_whole_pc(app, vpn);
    }
    // Two tunnels with one key take each other's connection away.
    if app.whole_pc.leads(vpn.id) {
        return Err(Error::invalid("vpn", "whole_pc_is_in"));
    }
    let target = request
        .target
        .as_deref()
        .map(|text| {
            puente_vpn::conf::parse_endpoint(text)
                .ok_or_else(|| Error::invalid("target", "host_port"))
        })
        .transpose()?;
    let local = app.tunnels.connect(
        vpn.id,
        target.as_ref().map(|(host, port)| (host.as_str(), *port)),
        request.port.unwrap_or(0),
        &Cancel::new(),
    )?;
    app.audit(
        "vpn.connect",
        &format!("vpn:{}", vpn.id),
        json!({ "name": vpn.name, "target": request.target }),
    )?;
    Ok(Connected {
        local: local.map(|address| address.to_string()),
        status: app.tunnels.status(vpn.id).unwrap_or_default(),
        vpn: vpn.name,
    })
}

/// It stays until it is ended, also when this program ends.
fn connect_whole_pc(app: &App, vpn: Vpn) -> Result<Connected> {
    // What this program has open stays until the other way is there: who says no at the last moment loses
    // nothing by it.
    let _alone = match app.tunnels.status(vpn.id) {
        Some(_) => None,
        None => Some(app.tunnels.alone(vpn.id)?),
    };
    app.whole_pc.up(vpn.id, &Cancel::new())?;
    app.tunnels.disconnect(vpn.id);
    let subject = format!("vpn:{}", vpn.id);
    app.audit(
        "vpn.connect",
        &subject,
        json!({ "name": vpn.name, "mode": Mode::System }),
    )?;
    Ok(Connected {
        local: None,
        status: app.whole_pc.status(vpn.id)?.unwrap_or_default(),
        vpn: vpn.name,
    })
}

/// Ends the tunnel of a VPN, and the connections that go through it; that of the whole PC too.
///
/// # Errors
/// That it doesn't exist, that another process holds it, which alone can end it; those of the system.
pub fn disconnect(app: &App, request: Named) -> Result<VpnRow> {
    let vpn = vpns::find(&app.room.state, &request.vpn)?;
    let was_inside = app.tunnels.disconnect(vpn.id);
    app.tunnels.refuse_elsewhere(vpn.id)?;
    let was_whole = match app.whole_pc.end(vpn.id) {
        // Whoever may not ask has no tunnel of the whole PC.
        Err(_) if was_inside => false,
        ended => ended?,
    };
    if was_inside || was_whole {
        let subject = format!("vpn:{}", vpn.id);
        app.audit("vpn.disconnect", &subject, json!({ "name": vpn.name }))?;
    }
    Ok(row(app, vpn))
}

/// Forgets a VPN and its keys on this PC. A server that knows it is not told: that is to revoke.
///
/// # Errors
/// That it doesn't exist, that servers are reached through it, or that another process holds it open; those
/// of the keyring.
pub fn remove(app: &App, request: Named) -> Result<VpnRow> {
    let vpn = vpns::find(&app.room.state, &request.vpn)?;
    app.tunnels.refuse_elsewhere(vpn.id)?;
    let through = |server: &puente_erp::servers::Server| server.options.vpn == Some(vpn.id);
    if puente_erp::servers::list(&app.room.state)?
        .iter()
        .any(through)
    {
        return Err(Error::invalid("vpn", "in_use"));
    }
    app.tunnels.disconnect(vpn.id);
    match app.whole_pc.end(vpn.id) {
        Err(error) if error.code == Code::VpnHelperNotAllowed => {}
        ended => drop(ended?),
    }
    vpns::remove(&app.room.state, &app.room.secrets, vpn.id)?;
    let subject = format!("vpn:{}", vpn.id);
    app.audit("vpn.remove", &subject, json!({ "name": vpn.name }))?;
    Ok(row(app, vpn))
}

/// Servers behind VPNs, for those who read them: two domains that don't know each other meet here.
pub(crate) struct ThroughVpn(pub Tunnels, pub Keeper);

impl puente_erp::Route for ThroughVpn {
    fn reach(&self, vpn: i64, host: &str, port: u16, cancel: &Cancel) -> Result<Via> {
        let ThroughVpn(tunnels, whole_pc) = self;
        let address = match whole_pc.leads(vpn) {
            true => system::next_door(whole_pc.state(), vpn, host, port)?,
            false => tunnels.reach(vpn, host, port, cancel)?,
        };
        let named = vpns::get(whole_pc.state(), vpn)?.name;
        Ok(Via {
            address,
            name: format!("VPN {named}"),
        })
    }
}

pub(crate) fn row(app: &App, vpn: Vpn) -> VpnRow {
    let doors = app.tunnels.doors(vpn.id).into_iter();
    VpnRow {
        status: app.tunnels.status(vpn.id),
        held_by: app.tunnels.elsewhere(vpn.id),
        doors: doors
            .map(|(local, target)| DoorView {
                local: local.to_string(),
                target: target.to_string(),
            })
            .collect(),
        id: vpn.id,
        name: vpn.name,
        state: vpn.state,
        public_key: vpn.public_key,
        tunnel: vpn.tunnel,
        remote: vpn.remote,
        created_at: vpn.created_at,
        last_error: vpn.last_error.map(|error| error.view(app.lang())),
    }
}

pub(crate) fn secret<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;
    use puente_vpn::keys::PrivateKey;

    #[test]
    fn a_whole_pc_that_nobody_connects_leaves_what_was_open_as_it_was() {
        let desk = Desk::new();
        let conf = format!(
            "[Interface]\nPrivateKey = {}\nAddress = 10.8.3.10\n[Peer]\nPublicKey = {}\n\
             Endpoint = 127.0.0.1:9\nAllowedIPs = 10.8.3.0/24\n",
            PrivateKey::generate().written().expose(),
            PrivateKey::generate().public(),
        );
        let request = Import {
            name: "oficina".to_owned(),
            conf: Secret::from(conf),
        };
        let id = import(&desk.app, request).unwrap().vpn.id;
        let shown = || {
            let vpn = "oficina".to_owned();
            show(&desk.app, Named { vpn }).unwrap()
        };
        // While the whole PC is being connected, this very program keeps others out.
        let alone = desk.app.tunnels.alone(id).unwrap();
        assert_eq!(shown().held_by, None);
        drop(alone);
        // Whoever does not wait for the server leaves the tunnel looking for it.
        let hurry = Cancel::new();
        hurry.cancel();
        let reached = desk.app.tunnels.reach(id, "10.8.3.1", 3050, &hurry);
        assert!(matches!(reached, Err(puente_vpn::Error::Cancelled)));
        let before = desk.app.tunnels.doors(id);
        assert_eq!(before.len(), 1);

        let request = Connect {
            vpn: "oficina".to_owned(),
            mode: Some(Mode::System),
            ..Connect::default()
        };
        let refused = connect(&desk.app, request).unwrap_err();
        assert_eq!(refused.code, Code::VpnHelperMissing);
        assert_eq!(desk.app.tunnels.doors(id), before);
        let row = shown();
        assert!(row.status.is_some() && row.held_by.is_none());
    }
}
