//! The tunnel of the whole PC, by whoever may make one there, and the one inside this process: both
//! behind [`Backend`].

#[cfg(unix)]
mod helper;
mod official;

#[cfg(unix)]
pub use helper::Helper;
pub use official::Official;
/// Where the helper of this PC listens.
pub use puente_tunnel::SOCKET;

use crate::address::Net;
use crate::conf::Config;
use crate::forward::{State, Status};
use crate::tunnels::{self, Tunnels};
use crate::vpns::{self, VpnId};
use crate::{Error, Result};
use puente_core::Cancel;
use puente_store::Database;
use serde::Serialize;
use std::net::SocketAddr;
use ts_rs::TS;

/// What stands between this user and a tunnel of the whole PC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "VpnAbility")]
pub enum Ability {
    /// Nothing.
    Ready,
    /// The helper does not know him.
    NotAllowed,
    /// The helper is installed, and does not run.
    Stopped,
    /// Nothing on this PC can open one.
    Missing,
}

/// What puts the whole PC in a VPN on this system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "VpnWay")]
pub enum Way {
    /// The service `puente-tunnel` of Linux.
    Helper,
    /// The official WireGuard program of Windows.
    Official,
    /// WireGuard's own application, which takes the `.conf`.
    Application,
}

/// What puts the whole PC in a VPN here.
pub const WAY: Way = if cfg!(windows) {
    Way::Official
} else if cfg!(target_os = "linux") {
    Way::Helper
} else {
    Way::Application
};

/// The number of a data folder: what this PC keeps for one is not taken for another's, though each counts
/// its VPNs from 1.
fn office(state: &Database) -> u32 {
    use sha2::Digest as _;
    let path = state.path();
    let whole = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let hash = sha2::Sha256::digest(whole.as_os_str().as_encoded_bytes());
    hash.iter()
        .take(4)
        .fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// A way to open the tunnel of a VPN.
pub trait Backend: Send + Sync {
    /// Opens it, and waits until the peer has answered.
    ///
    /// # Errors
    /// [`crate::Error::NoHandshake`] after ten seconds, and the tunnel is gone again; that the VPN can't
    /// be used; what the system says.
    fn up(&self, id: VpnId, cancel: &Cancel) -> Result<()>;

    /// Ends it. Whether there was one.
    ///
    /// # Errors
    /// What the system says.
    fn down(&self, id: VpnId) -> Result<bool>;

    /// How it is; none when there is none.
    ///
    /// # Errors
    /// What the system says.
    fn status(&self, id: VpnId) -> Result<Option<Status>>;
}

/// Inside this process, without an administrator.
impl Backend for Tunnels {
    fn up(&self, id: VpnId, cancel: &Cancel) -> Result<()> {
        self.connect(id, None, 0, cancel).map(|_| ())
    }

    fn down(&self, id: VpnId) -> Result<bool> {
        Ok(self.disconnect(id))
    }

    fn status(&self, id: VpnId) -> Result<Option<Status>> {
        Ok(Tunnels::status(self, id))
    }
}

/// Where a host behind a VPN is reached while the whole PC is in it: at its own address.
///
/// # Errors
/// [`Error::NotRouted`]; that its name has no address.
pub fn next_door(state: &Database, id: VpnId, host: &str, port: u16) -> Result<SocketAddr> {
    let target = tunnels::resolve(host, port)?;
    let tunnel = vpns::get(state, id)?.tunnel;
    let allowed = || tunnel.servers().flat_map(|server| &server.allowed);
    if allowed().any(|net| net.contains(target.ip())) {
        return Ok(target);
    }
    let allowed: Vec<String> = allowed().map(ToString::to_string).collect();
    Err(Error::NotRouted {
        target: target.to_string(),
        allowed: allowed.join(", "),
    })
}

/// The shortest prefixes, of IPv4 and of IPv6, that a tunnel of the whole PC may lead to, or lie in.
const LEAST: (u8, u8) = (8, 16);

/// Refuses a file that would take the whole PC off its network: what an address of this PC lies in is led to
/// as well.
fn refuse_wide(config: &Config) -> Result<()> {
    let wide = |net: &&Net| match net.address.is_ipv4() {
        true => net.prefix < LEAST.0,
        false => net.prefix < LEAST.1,
    };
    let found = match config.addresses.iter().find(wide) {
        Some(net) => Some(("address", net)),
        None => {
            let mut allowed = config.peers().flat_map(|peer| &peer.allowed);
            allowed.find(wide).map(|net| ("allowed", net))
        }
    };
    match found {
        Some((field, _)) => Err(Error::invalid(field, "whole_internet")),
        None => Ok(()),
    }
}

/// How old an agreement may be before the peer counts as gone: WireGuard renews it every two minutes.
const FRESH: u64 = 180;

/// The state that the age of an agreement tells.
fn state(handshake_seconds: Option<u64>) -> State {
    match handshake_seconds {
        None => State::Connecting,
        Some(age) if age <= FRESH => State::Up,
        Some(_) => State::Reconnecting,
    }
}
