//! `wg show INTERFACE dump`: the state of an interface, in lines of tabs.
//!
//! Format of wireguard-tools (`wg(8)`, "show"): the first line is the interface (private key, public
//! key, port, fwmark), each further one a peer (public key, preshared key, endpoint, allowed IPs,
//! latest handshake in Unix seconds, received and sent bytes, keepalive). Secrets in it are skipped,
//! never kept.

use crate::address::Net;
use crate::keys::PublicKey;
use crate::{Error, Result};
use chrono::{DateTime, Utc};

/// An interface as `wg` sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// Who the server is; none without a key.
    pub public_key: Option<PublicKey>,
    /// UDP port.
    pub port: u16,
    /// Its peers, in the order of `wg`.
    pub peers: Vec<Peer>,
}

/// A peer as `wg` sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Who it is.
    pub public_key: PublicKey,
    /// From where it last spoke.
    pub endpoint: Option<String>,
    /// What it may send and gets.
    pub allowed: Vec<Net>,
    /// When it last proved who it is.
    pub handshake: Option<DateTime<Utc>>,
    /// Bytes that came from it.
    pub received: u64,
    /// Bytes that went to it.
    pub sent: u64,
}

/// Reads the dump of one interface.
///
/// # Errors
/// [`Error::Unreadable`] with the number of the line.
pub fn parse(text: &str) -> Result<Interface> {
    let mut lines = text.lines().enumerate();
    let (_, first) = lines.next().ok_or_else(|| unreadable(0))?;
    let fields: Vec<&str> = first.split('\t').collect();
    let [_private, public, port, _mark] = fields[..] else {
        return Err(unreadable(0));
    };
    Ok(Interface {
        public_key: public.parse().ok(),
        port: port.parse().map_err(|_| unreadable(0))?,
        peers: lines
            .filter(|(_, line)| !line.is_empty())
            .map(|(at, line)| peer(line).ok_or_else(|| unreadable(at)))
            .collect::<Result<_>>()?,
    })
}

fn peer(line: &str) -> Option<Peer> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [
        public,
        _shared,
        endpoint,
        allowed,
        handshake,
        received,
        sent,
        _keepalive,
    ] = fields[..]
    else {
        return None;
    };
    let handshake: i64 = handshake.parse().ok()?;
    Some(Peer {
        public_key: public.parse().ok()?,
        endpoint: (endpoint != "(none)").then(|| endpoint.to_owned()),
        allowed: match allowed {
            "(none)" => Vec::new(),
            list => crate::text::list(list)
                .map(str::parse)
                .collect::<Result<_>>()
                .ok()?,
        },
        handshake: match handshake {
            0 => None,
            seconds => Some(DateTime::from_timestamp(seconds, 0)?),
        },
        received: received.parse().ok()?,
        sent: sent.parse().ok()?,
    })
}

fn unreadable(line: usize) -> Error {
    Error::Unreadable {
        what: "wg show",
        line: line + 1,
        reason: "not_valid",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: &str = "3uGpzg22CE9+Cb7MRajTIh1Xnxg4wNh4ctUeDVc7vWY=";

    #[test]
    fn an_interface_with_two_peers_is_read_and_its_secrets_are_not() {
        let text = format!(
            "canary\t{KEY}\t51820\toff\n\
             {KEY}\tcanary\t10.250.0.2:41000\t10.8.3.10/32,192.168.9.0/24\t1764100000\t972\t1044\t25\n\
             {KEY}\t(none)\t(none)\t(none)\t0\t0\t0\toff\n"
        );
        let found = parse(&text).unwrap();
        assert_eq!((found.port, found.peers.len()), (51820, 2));
        assert_eq!(found.peers[0].allowed[1].to_string(), "192.168.9.0/24");
        assert_eq!(found.peers[0].received, 972);
        assert_eq!(found.peers[1].handshake, None);
        assert!(!format!("{found:?}").contains("canary"));
    }

    #[test]
    fn a_broken_line_is_named() {
        let text = format!("x\t{KEY}\t51820\toff\nnonsense\n");
        let error = parse(&text).unwrap_err();
        assert!(
            matches!(error, Error::Unreadable { line: 2, .. }),
            "{error:?}"
        );
    }

    proptest! {
        #[test]
        fn garbage_is_no_panic(text in "(?s).{0,200}") {
            let _ = parse(&text);
        }

        #[test]
        fn garbage_in_the_right_shape_is_no_panic(
            fields in prop::collection::vec(prop::collection::vec("[0-9a-zA-Z+/=:.,()\\-]{0,50}", 3..10), 1..6)
        ) {
            let lines: Vec<String> = fields.iter().map(|line| line.join("\t")).collect();
            let _ = parse(&lines.join("\n"));
        }
    }
}
