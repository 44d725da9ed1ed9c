//! The servers of one VPN: one, or several as of an office with two sites.

use super::{Hidden, Vpn, VpnId, hide, hide_one};
use crate::Result;
use crate::address::Net;
use crate::conf::{Config, Peer};
use crate::keys::PresharedKey;
use puente_core::Secret;
use puente_store::secrets::Secrets;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A server of a client's file, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "VpnSite")]
pub struct Site {
    /// Its public key; empty until the server has told it.
    pub server_key: String,
    /// Whether both share a secret besides their keys.
    pub preshared: bool,
    /// Host name or address, from outside.
    pub host: String,
    /// Its UDP port; 0 until the server has told it.
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
    fn peer(&self, preshared_key: Option<&str>) -> Result<Peer> {
        Ok(Peer {
            public_key: self.server_key.parse()?,
            preshared_key: preshared_key.map(PresharedKey::parse).transpose()?,
            host: self.host.clone(),
            port: self.port,
            allowed: self.allowed.clone(),
            keepalive: self.keepalive,
        })
    }
}

/// The servers of a VPN, with their secrets: the first one, and those that follow.
pub(super) fn peers(vpn: &Vpn, secrets: &Secrets) -> Result<(Peer, Vec<Peer>)> {
    let secret_of = |which: Hidden, is_kept: bool| match is_kept {
        true => secrets.get(&which.name(vpn.id)),
        false => Ok(Secret::from("")),
    };
    let (server, others) = (&vpn.tunnel.server, &vpn.tunnel.others);
    let first = secret_of(Hidden::PresharedKey, server.preshared)?;
    let kept = secret_of(Hidden::OtherKeys, others.iter().any(|site| site.preshared))?;
    let mut kept = kept.expose().lines();
    let others = others.iter().map(|site| {
        let key = site.preshared.then(|| kept.next().unwrap_or_default());
        site.peer(key)
    });
    let others = others.collect::<Result<_>>()?;
    let first = server.preshared.then_some(first.expose().as_str());
    Ok((server.peer(first)?, others))
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
