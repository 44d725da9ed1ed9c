//! Networks, and which address of one is still free.

use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// The first address that Puente proposes in a network: those below are often printers, switches and
/// servers that someone numbered by hand.
pub const FIRST: u32 = 10;

/// An address with the length of its network: `10.8.3.10/24`. Without a length, the address alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Net {
    /// The address as it was written, host bits included.
    pub address: IpAddr,
    /// Bits of the network: 0 to 32, or to 128.
    pub prefix: u8,
}

impl Net {
    /// One address.
    pub fn host(address: IpAddr) -> Net {
        let prefix = if address.is_ipv4() { 32 } else { 128 };
        Net { address, prefix }
    }

    /// Whether the address can be that of a host: no broadcast, no group, no loopback and not nothing.
    pub fn is_of_a_host(&self) -> bool {
        let nobody = self.address.is_multicast()
            || self.address.is_unspecified()
            || self.address.is_loopback();
        !nobody && self.address != IpAddr::V4(Ipv4Addr::BROADCAST)
    }

    /// Whether the address lies in the network.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let mask = mask4(self.prefix);
                u32::from(own) & mask == u32::from(other) & mask
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let mask = mask6(self.prefix);
                u128::from(own) & mask == u128::from(other) & mask
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }

    /// The last address of the network: in IPv4 that of everyone in it.
    pub fn last(&self) -> IpAddr {
        match self.address {
            IpAddr::V4(own) => Ipv4Addr::from(u32::from(own) | !mask4(self.prefix)).into(),
            IpAddr::V6(own) => Ipv6Addr::from(u128::from(own) | !mask6(self.prefix)).into(),
        }
    }

    /// The network itself, host bits cleared.
    pub fn network(&self) -> Net {
        let address = match self.address {
            IpAddr::V4(own) => Ipv4Addr::from(u32::from(own) & mask4(self.prefix)).into(),
            IpAddr::V6(own) => Ipv6Addr::from(u128::from(own) & mask6(self.prefix)).into(),
        };
        Net {
            address,
            prefix: self.prefix,
        }
    }
}

fn mask4(prefix: u8) -> u32 {
    u32::MAX
        .checked_shl(32 - u32::from(prefix.min(32)))
        .unwrap_or(0)
}

fn mask6(prefix: u8) -> u128 {
    u128::MAX
        .checked_shl(128 - u32::from(prefix.min(128)))
        .unwrap_or(0)
}

impl FromStr for Net {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::invalid("address", format!("{:.60}", text.trim()));
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let mut net = Net::host(address);
        if let Some(prefix) = prefix {
            let prefix: u8 = prefix.parse().map_err(|_| wrong())?;
            if prefix > net.prefix {
                return Err(wrong());
            }
            net.prefix = prefix;
        }
        Ok(net)
    }
}

impl fmt::Display for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl Serialize for Net {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Net {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The next free address of the network: from the tenth on, then those below, never that of the
/// network, of the server or the broadcast.
///
/// # Errors
/// [`Error::PoolExhausted`].
pub fn next_free(network: Net, server: IpAddr, taken: &[Net]) -> Result<IpAddr> {
    let exhausted = || Error::PoolExhausted {
        network: network.network().to_string(),
    };
    let (IpAddr::V4(base), 1..=30) = (network.network().address, network.prefix) else {
        return Err(exhausted());
    };
    let base = u32::from(base);
    let last = base + (u32::MAX >> network.prefix) - 1;
    // A single address counts as itself; a wider net belongs to whoever has it.
    let hosts: BTreeSet<IpAddr> = taken
        .iter()
        .filter(|net| net.prefix == 32)
        .map(|net| net.address)
        .collect();
    let wide: Vec<&Net> = taken.iter().filter(|net| net.prefix < 32).collect();
    let free = |at: u32| {
        let address = IpAddr::from(Ipv4Addr::from(at));
        let used = address == server
            || hosts.contains(&address)
            || wide.iter().any(|net| net.contains(address));
        (!used).then_some(address)
    };
    let first = base.saturating_add(FIRST).min(last);
    // A network of a million addresses is not walked for ever.
    let upper = first..=last.min(first.saturating_add(1 << 16));
    upper
        .chain(base + 1..first)
        .find_map(free)
        .ok_or_else(exhausted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn net(text: &str) -> Net {
        text.parse().unwrap()
    }

    #[test]
    fn the_tenth_comes_first_and_the_low_ones_when_nothing_else_is_left() {
        let server = net("10.8.3.1/24");
        let propose = |taken: &[Net]| next_free(server, server.address, taken);
        assert_eq!(propose(&[]).unwrap().to_string(), "10.8.3.10");
        let taken: Vec<Net> = (10..=254).map(|n| net(&format!("10.8.3.{n}"))).collect();
        assert_eq!(propose(&taken).unwrap().to_string(), "10.8.3.2");
    }

    #[test]
    fn a_site_behind_a_peer_keeps_its_whole_net() {
        let server = net("10.8.0.1/16");
        let found = next_free(server, server.address, &[net("10.8.0.0/24")]).unwrap();
        assert_eq!(found.to_string(), "10.8.1.0");
    }

    #[test]
    fn a_full_network_is_refused() {
        let server = net("10.8.3.1/30");
        let found = next_free(server, server.address, &[]).unwrap();
        assert_eq!(found.to_string(), "10.8.3.2");
        let error = next_free(server, server.address, &[Net::host(found)]).unwrap_err();
        assert!(matches!(error, Error::PoolExhausted { .. }));
        // The last network that there is.
        let server = net("255.255.255.253/30");
        let found = next_free(server, server.address, &[]).unwrap();
        assert_eq!(found.to_string(), "255.255.255.254");
        for odd in ["10.0.0.1/32", "10.0.0.1/31", "fd00::1/64"] {
            let odd = net(odd);
            assert!(next_free(odd, odd.address, &[]).is_err(), "{odd}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "10.8.3",
            "10.8.3.1/33",
            "10.8.3.1/-1",
            "x/24",
            "::1/129",
        ] {
            assert!(text.parse::<Net>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_proposed_is_free_and_in_the_network(
            base: [u8; 4], prefix in 16u8..=30, taken in prop::collection::vec(any::<u8>(), 0..300)
        ) {
            let server = Net { address: IpAddr::from(base), prefix };
            let start = match server.network().address {
                IpAddr::V4(start) => u32::from(start),
                IpAddr::V6(_) => unreachable!(),
            };
            let taken: Vec<Net> = taken
                .into_iter()
                .map(|n| Net::host(Ipv4Addr::from(start.wrapping_add(u32::from(n))).into()))
                .collect();
            if let Ok(found) = next_free(server, server.address, &taken) {
                prop_assert!(server.contains(found));
                prop_assert!(found != server.address && found != server.network().address);
                prop_assert!(!taken.contains(&Net::host(found)));
            }
        }

        #[test]
        fn nets_read_back_as_they_were_written(address: std::net::IpAddr, prefix in 0u8..=32) {
            let net = Net { address, prefix };
            prop_assert_eq!(net.to_string().parse::<Net>().unwrap(), net);
            prop_assert!(net.contains(address));
        }

        #[test]
        fn garbage_is_no_panic(text in "\\PC{0,40}") {
            let _ = text.parse::<Net>();
        }
    }
}
