//! What Puente and its privileged helper say to each other: one line of JSON each way, on a socket of this
//! PC. There are three verbs, none takes a path or a command, and every field has a type of its own.

use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};

/// Where the helper listens.
pub const SOCKET: &str = "/run/puente-tunnel/socket";
/// The longest line that either side reads, in bytes.
pub const LONGEST: u64 = 64 * 1024;
/// Interfaces of the helper are called this, and a number.
pub const PREFIX: &str = "puente";
/// The last number of a VPN.
pub const LAST: u32 = 99_999;

/// Which tunnel of a caller is meant: two data folders of one user count their VPNs from 1, each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Id {
    /// The data folder: any number that no other folder of this user has.
    pub office: u32,
    /// The number of the VPN there, 1 to [`LAST`].
    pub vpn: u32,
}

/// What is asked for.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// A tunnel is to be there. One of the same caller and id is replaced.
    Up {
        /// Which.
        id: Id,
        /// How it is made.
        tunnel: Tunnel,
    },
    /// The tunnel is to be gone.
    Down {
        /// Which.
        id: Id,
    },
    /// How the tunnel is.
    Status {
        /// Which.
        id: Id,
    },
}

/// A tunnel to one peer. It has no `Debug`: it holds keys.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tunnel {
    /// This PC's private key, 44 characters of base64.
    pub private_key: String,
    /// The peer's public key, likewise.
    pub public_key: String,
    /// The secret that both share, likewise.
    pub preshared_key: Option<String>,
    /// Where the peer is.
    pub endpoint: SocketAddr,
    /// This PC's addresses, each with the length of its network.
    pub addresses: Vec<(IpAddr, u8)>,
    /// Networks that the tunnel leads to. Never everything: that would take over the whole PC.
    pub allowed: Vec<(IpAddr, u8)>,
    /// Largest packet, 576 to 9000 bytes.
    pub mtu: u16,
    /// Seconds between packets that keep the way open.
    pub keepalive: Option<u16>,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// It is as it was asked to be.
    Done,
    /// How the tunnel is.
    Status {
        /// None when there is no such tunnel of the caller.
        tunnel: Option<Status>,
    },
    /// It was not done.
    Refused {
        /// Why.
        why: Why,
        /// What the system said, in English; never a key.
        detail: String,
    },
}

/// Why something was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The caller is not among the users who may ask.
    NotAllowed,
    /// This PC reaches one of the networks by another way already. The detail is that network and the way:
    /// the number of the VPN, if it is of the same folder, or the name of an interface.
    Taken,
    /// A value does not fit.
    Invalid,
    /// The system refused.
    System,
}

/// How a tunnel is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Status {
    /// `puente1`.
    pub interface: String,
    /// Seconds since its keys were agreed on; none when they have not been.
    pub handshake_seconds: Option<u64>,
    /// Bytes sent.
    pub sent: u64,
    /// Bytes received.
    pub received: u64,
    /// Where the peer last spoke from.
    pub endpoint: Option<SocketAddr>,
}
