//! Everyone whom an office's server knows: the peers that Puente made, and those of others, which are
//! only looked at.

use crate::Result;
use crate::conf::ServerFile;
use crate::dump::Interface;
use crate::peers::Peers;
use crate::remote::{Credentials, Server};
use crate::vpns::Vpn;
use chrono::{DateTime, Utc};
use puente_core::Cancel;
use serde::Serialize;
use ts_rs::TS;

/// A peer of a server, as it is shown. Nothing of it can be changed unless it is a VPN of this PC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "VpnPeer")]
pub struct Neighbour {
    /// Who it is.
    pub public_key: String,
    /// The name that a Puente gave it; none for a peer of someone else.
    pub name: Option<String>,
    /// What it may send and gets.
    pub allowed: Vec<String>,
    /// Whether WireGuard has it now; without, it only stands in the server's file.
    pub live: bool,
    /// Whether the server's file has it; without, it is gone after a restart of the server.
    pub kept: bool,
    /// Seconds since it last proved who it is.
    pub handshake_seconds: Option<i64>,
    /// Bytes that came from it.
    pub received: u64,
    /// Bytes that went to it.
    pub sent: u64,
    /// From where it last spoke.
    pub endpoint: Option<String>,
}

impl Peers {
    /// Everyone whom the server of a VPN knows, in the order of its file.
    ///
    /// # Errors
    /// That the VPN was imported; those of SSH.
    pub fn neighbours(&self, vpn: &Vpn, cancel: &Cancel) -> Result<Vec<Neighbour>> {
        let remote = vpn
            .remote
            .as_ref()
            .ok_or_else(|| crate::Error::invalid("vpn", "imported"))?;
        let credentials = Credentials::of(&self.secrets, vpn.id)?;
        let state = Server::open(remote, &credentials, cancel)?.state()?;
        let now = self.clock.now();
        let (file, live) = state.check(&remote.host, &remote.interface, now)?;
        Ok(joined(file, live, now))
    }
}

/// What the file keeps and what WireGuard has are two lists of the same peers, or should be.
fn joined(file: &ServerFile, live: &Interface, now: DateTime<Utc>) -> Vec<Neighbour> {
    let kept = file.peers.iter().filter_map(|peer| {
        let key = peer.public_key?;
        let running = live.peers.iter().find(|other| other.public_key == key);
        Some(Neighbour {
            name: peer.name.clone(),
            allowed: peer.allowed.iter().map(ToString::to_string).collect(),
            ..neighbour(key.to_string(), running, true, now)
        })
    });
    let loose = live
        .peers
        .iter()
        .filter(|peer| file.peer(peer.public_key).is_none());
    let loose = loose.map(|peer| Neighbour {
        allowed: peer.allowed.iter().map(ToString::to_string).collect(),
        ..neighbour(peer.public_key.to_string(), Some(peer), false, now)
    });
    kept.chain(loose).collect()
}

fn neighbour(
    public_key: String,
    running: Option<&crate::dump::Peer>,
    kept: bool,
    now: DateTime<Utc>,
) -> Neighbour {
    Neighbour {
        public_key,
        name: None,
        allowed: Vec::new(),
        live: running.is_some(),
        kept,
        handshake_seconds: running
            .and_then(|peer| peer.handshake)
            .map(|at| (now - at).num_seconds().max(0)),
        received: running.map_or(0, |peer| peer.received),
        sent: running.map_or(0, |peer| peer.sent),
        endpoint: running.and_then(|peer| peer.endpoint.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dump;

    const OURS: &str = "3uGpzg22CE9+Cb7MRajTIh1Xnxg4wNh4ctUeDVc7vWY=";
    const THEIRS: &str = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
    const LOOSE: &str = "TrMvSoP4jYQlY6RIzBgbssQqY3vxI2Pi+y71lOWWXX0=";

    #[test]
    fn everyone_is_listed_once_with_what_the_file_and_wireguard_say() {
        let file = ServerFile::read(&format!(
            "[Interface]\nAddress = 10.8.3.1/24\n\n[Peer]\n# puente: oficina\nPublicKey = {OURS}\n\
             AllowedIPs = 10.8.3.10/32\n\n[Peer]\n# el contador\nPublicKey = {THEIRS}\n\
             AllowedIPs = 10.8.3.2/32\n"
        ));
        let live = dump::parse(&format!(
            "x\t{OURS}\t51820\toff\n\
             {OURS}\t(none)\t203.0.113.9:41000\t10.8.3.10/32\t1764100000\t972\t1044\t25\n\
             {LOOSE}\t(none)\t(none)\t10.8.3.77/32\t0\t0\t0\toff\n"
        ))
        .unwrap();
        let now = DateTime::from_timestamp(1_764_100_030, 0).unwrap();
        let all = joined(&file, &live, now);
        let seen: Vec<_> = all
            .iter()
            .map(|peer| (peer.public_key.as_str(), peer.live, peer.kept))
            .collect();
        assert_eq!(
            seen,
            [
                (OURS, true, true),
                (THEIRS, false, true),
                (LOOSE, true, false)
            ]
        );
        assert_eq!(all[0].name.as_deref(), Some("oficina"));
        assert_eq!(all[0].handshake_seconds, Some(30));
        assert_eq!(all[1].name, None, "a foreign comment is no name of ours");
        assert_eq!(all[2].allowed, ["10.8.3.77/32"]);
    }
}
