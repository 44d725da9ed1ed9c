//! Further servers of one VPN.

use super::{Hidden, Vpn, VpnId, hide, hide_one};
use crate::Result;
use crate::address::Net;
use crate::conf::{Config, Peer};
use crate::keys::PresharedKey;
use puente_core::Secret;
use puente_store::secrets::Secrets;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A further server of a client's file, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "VpnSite")]
pub struct Site {
    /// Its public key.
    pub server_key: String,
    /// Whether both share a secret besides their keys.
    pub preshared: bool,
    /// Host name or address, from outside.
    pub host: String,
    /// Its UDP port.
    pub port: u16,
    /// What lies behind it.
    #[ts(type = "string[]")]
    pub allowed: Vec<Net>,
    /// Seconds between packets that keep the way open.
    pub keepalive: Option<u16>,
}

impl From<&Peer> for Site {
    fn from(peer: &Peer) -> Self {
        Site {
            server_key: peer.public_key.to_string(),
            preshared: peer.preshared_key.is_some(),
            host: peer.host.clone(),
            port: peer.port,
            allowed: peer.allowed.clone(),
            keepalive: peer.keepalive,
        }
    }
}

impl Site {
    fn peer(&self, preshared_key: Option<PresharedKey>) -> Result<Peer> {
        Ok(Peer {
            public_key: self.server_key.parse()?,
            preshared_key,
            host: self.host.clone(),
            port: self.port,
            allowed: self.allowed.clone(),
            keepalive: self.keepalive,
        })
    }
}

/// The further servers of a VPN, with their secrets.
pub(super) fn peers(vpn: &Vpn, secrets: &Secrets) -> Result<Vec<Peer>> {
    let sites = &vpn.tunnel.others;
    let kept = match sites.iter().any(|site| site.preshared) {
        true => secrets.get(&Hidden::OtherKeys.name(vpn.id))?,
        false => Secret::from(""),
    };
    let mut kept = kept.expose().lines();
    let peer = |site: &Site| {
        let key = site.preshared.then(|| kept.next().unwrap_or_default());
        site.peer(key.map(PresharedKey::parse).transpose()?)
    };
    sites.iter().map(peer).collect()
}

/// Keeps the secrets of a file.
///
/// # Errors
/// Those of the keyring.
pub fn hide_all(secrets: &Secrets, id: VpnId, config: &Config) -> Result<()> {
    hide(
        secrets,
        id,
        &config.private_key,
        config.peer.preshared_key.as_ref(),
    )?;
    let others = config
        .others
        .iter()
        .filter_map(|peer| peer.preshared_key.as_ref());
    let others: Vec<String> = others.map(|key| key.written().expose().clone()).collect();
    let others = (!others.is_empty()).then(|| Secret::from(others.join("\n")));
    hide_one(secrets, id, Hidden::OtherKeys, others.as_ref())
}
