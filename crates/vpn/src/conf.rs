//! `.conf` files of WireGuard, as `wg(8)` and `wg-quick(8)` read them.
//!
//! [`Config`] is what a client needs. [`ServerFile`] looks at a server's file without changing a byte
//! of it: a peer is added behind everything else, and removed by the range of bytes that it takes, so
//! that the peers and comments of other people stay as they wrote them.

use crate::address::Net;
use crate::keys::{PresharedKey, PrivateKey, PublicKey, ZEROS};
use crate::text::{lines, list, setting};
use crate::{Error, Result};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::ops::Range;

/// Settings of `wg-quick` that run commands as the administrator. Those of a file that someone sent
/// are reported and never run.
const HOOKS: [&str; 4] = ["preup", "postup", "predown", "postdown"];

/// The largest file that is read, in bytes; a real one has a few hundred.
pub const LARGEST: usize = 256 * 1024;

/// Servers of one file: each is a tunnel of its own.
pub const MOST_PEERS: usize = 16;

/// MTU of a tunnel when the file names none, as `wg-quick` finds it behind an Ethernet of 1500.
pub const MTU: u16 = 1420;

/// What a client needs to join.
#[derive(Debug, Clone)]
pub struct Config {
    /// Who this PC is.
    pub private_key: PrivateKey,
    /// Its addresses in the tunnel.
    pub addresses: Vec<Net>,
    /// Name servers behind the tunnel.
    pub dns: Vec<String>,
    /// Largest packet in the tunnel, 576 to 9000 bytes; none lets the mode choose.
    pub mtu: Option<u16>,
    /// The server.
    pub peer: Peer,
    /// Further servers, as of an office with two sites, each with what lies behind it.
    pub others: Vec<Peer>,
    /// Commands that the file wanted to run, `PostUp = iptables …`. Never run, never written.
    pub hooks: Vec<String>,
    /// Settings that are of no use here, by name.
    pub ignored: Vec<String>,
}

/// The other end, as a client knows it.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Who it is.
    pub public_key: PublicKey,
    /// A secret shared with it.
    pub preshared_key: Option<PresharedKey>,
    /// Host name or address.
    pub host: String,
    /// UDP port.
    pub port: u16,
    /// What lies behind it.
    pub allowed: Vec<Net>,
    /// Seconds between packets that keep the way open through routers.
    pub keepalive: Option<u16>,
}

impl Config {
    /// Reads a client's file.
    ///
    /// # Errors
    /// [`Error::Unreadable`] with the line, [`Error::Invalid`] with what is missing.
    pub fn parse(text: &str) -> Result<Config> {
        if text.len() > LARGEST {
            return Err(Error::invalid("conf", "too_large"));
        }
        let mut draft = Draft::default();
        for (number, (_, line)) in lines(text.trim_start_matches('\u{feff}')).enumerate() {
            draft.line(line).map_err(|reason| Error::Unreadable {
                what: "conf",
                line: number + 1,
                reason,
            })?;
        }
        draft.finish()
    }

    /// The file, with its secrets: for whoever asked for it, and for nobody else.
    pub fn render(&self) -> String {
        let mut text = String::from("[Interface]\n");
        // Writing to a text never fails.
        let _ = writeln!(text, "PrivateKey = {}", self.private_key.written().expose());
        let _ = writeln!(text, "Address = {}", join(&self.addresses));
        if !self.dns.is_empty() {
            let _ = writeln!(text, "DNS = {}", self.dns.join(", "));
        }
        if let Some(mtu) = self.mtu {
            let _ = writeln!(text, "MTU = {mtu}");
        }
        for peer in self.peers() {
            let _ = writeln!(text, "\n[Peer]\nPublicKey = {}", peer.public_key);
            if let Some(shared) = &peer.preshared_key {
                let _ = writeln!(text, "PresharedKey = {}", shared.written().expose());
            }
            let _ = writeln!(text, "Endpoint = {}", endpoint(&peer.host, peer.port));
            let _ = writeln!(text, "AllowedIPs = {}", join(&peer.allowed));
            if let Some(seconds) = peer.keepalive {
                let _ = writeln!(text, "PersistentKeepalive = {seconds}");
            }
        }
        text
    }

    /// All servers, in the file's order.
    pub fn peers(&self) -> impl Iterator<Item = &Peer> {
        std::iter::once(&self.peer).chain(&self.others)
    }

    /// The place, from 0, of the server that the address lies behind: the one with the narrowest network
    /// around it, and of equals the last, as WireGuard has it.
    pub fn way_to(&self, address: IpAddr) -> Option<usize> {
        let narrowest = |peer: &Peer| {
            let around = peer.allowed.iter().filter(|net| net.contains(address));
            around.map(|net| net.prefix).max()
        };
        let ways = self.peers().enumerate();
        let ways = ways.filter_map(|(at, peer)| Some((narrowest(peer)?, at)));
        ways.max().map(|(_, at)| at)
    }
}

/// `host:port`, with brackets around an IPv6 address.
pub fn endpoint(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

fn join(nets: &[Net]) -> String {
    let texts: Vec<String> = nets.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Interface,
    Peer,
}

fn section(line: &str) -> Option<std::result::Result<Section, &'static str>> {
    let line = line.split('#').next().unwrap_or_default().trim();
    if !line.starts_with('[') {
        return None;
    }
    Some(if line.eq_ignore_ascii_case("[interface]") {
        Ok(Section::Interface)
    } else if line.eq_ignore_ascii_case("[peer]") {
        Ok(Section::Peer)
    } else {
        Err("unknown_section")
    })
}

/// The longest name of a setting; WireGuard's longest has 19.
const LONGEST_NAME: usize = 24;

#[derive(Default)]
struct Draft {
    section: Option<Section>,
    interfaces: usize,
    private_key: Option<PrivateKey>,
    addresses: Vec<Net>,
    dns: Vec<String>,
    mtu: Option<u16>,
    peers: Vec<PeerDraft>,
    hooks: Vec<String>,
    ignored: Vec<String>,
}

#[derive(Default)]
struct PeerDraft {
    public_key: Option<PublicKey>,
    preshared_key: Option<PresharedKey>,
    endpoint: Option<(String, u16)>,
    allowed: Vec<Net>,
    keepalive: Option<u16>,
}

type Line = std::result::Result<(), &'static str>;

impl Draft {
    fn line(&mut self, line: &str) -> Line {
        let said = line.split('#').next().unwrap_or_default();
        if said.trim().is_empty() {
            return Ok(());
        }
        // Other programs take some of them for the end of a line, and a terminal obeys others.
        if said.chars().any(is_hidden) {
            return Err("hidden_characters");
        }
        if let Some(found) = section(line) {
            let found = found?;
            self.section = Some(found);
            if found == Section::Interface {
                self.interfaces += 1;
                // Two files in one: which key belongs to which servers, nobody can tell.
                if self.interfaces > 1 {
                    return Err("two_interfaces");
                }
            }
            if found == Section::Peer {
                if self.peers.len() == MOST_PEERS {
                    return Err("too_many_peers");
                }
                self.peers.push(PeerDraft::default());
            }
            return Ok(());
        }
        // A command may hold a # of its own: it is only shown.
        let (name, value) = setting(line).ok_or("no_setting")?;
        // A key that lost its name is no name: names are told.
        if name.len() > LONGEST_NAME || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err("no_setting");
        }
        match (self.section, self.peers.last_mut()) {
            (Some(Section::Interface), _) => self.interface(name, value),
            (Some(Section::Peer), Some(peer)) => {
                if !peer.setting(name, value)? {
                    self.ignored.push(name.to_owned());
                }
                Ok(())
            }
            (Some(Section::Peer) | None, _) => Err("no_section"),
        }
    }

    fn interface(&mut self, name: &str, value: &str) -> Line {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "privatekey" => {
                let zeros = |error: &Error| matches!(error, Error::Invalid { reason, .. } if reason == ZEROS);
                self.private_key =
                    Some(
                        PrivateKey::parse(value).map_err(|error| match zeros(&error) {
                            true => ZEROS,
                            false => "not_a_key",
                        })?,
                    );
            }
            "address" => {
                add_nets(&mut self.addresses, value)?;
                if !self.addresses.iter().all(Net::is_of_a_host) {
                    return Err("not_a_host");
                }
            }
            "dns" => {
                for part in list(value) {
                    if !is_host(part) {
                        return Err("not_a_name_server");
                    }
                    self.dns.push(part.to_owned());
                }
            }
            "mtu" => {
                let mtu = value.parse().map_err(|_| "not_a_number")?;
                if !(576..=9000).contains(&mtu) {
                    return Err("576..9000");
                }
                self.mtu = Some(mtu);
            }
            hook if HOOKS.contains(&hook) => self.hooks.push(format!("{name} = {value}")),
            _ => self.ignored.push(name.to_owned()),
        }
        Ok(())
    }

    fn finish(self) -> Result<Config> {
        let missing = |field| Error::invalid(field, "empty");
        if self.addresses.is_empty() {
            return Err(missing("address"));
        }
        let private_key = self.private_key.ok_or_else(|| missing("private_key"))?;
        let keys = self.peers.iter().filter_map(|peer| peer.public_key);
        let mut known = BTreeSet::from([private_key.public()]);
        for key in keys {
            // WireGuard knows each peer once, and nobody is his own.
            if !known.insert(key) {
                let own = key == private_key.public();
                let reason = if own { "own_key" } else { "peer_twice" };
                return Err(Error::invalid("public_key", reason));
            }
        }
        let mut peers = self.peers.into_iter().map(PeerDraft::finish);
        Ok(Config {
            private_key,
            addresses: self.addresses,
            dns: self.dns,
            mtu: self.mtu,
            peer: peers.next().ok_or_else(|| missing("endpoint"))??,
            others: peers.collect::<Result<_>>()?,
            hooks: self.hooks,
            ignored: self.ignored,
        })
    }
}

impl PeerDraft {
    /// Whether the setting is of use here.
    fn setting(&mut self, name: &str, value: &str) -> std::result::Result<bool, &'static str> {
        match name.to_ascii_lowercase().as_str() {
            "publickey" => {
                let key: PublicKey = value.parse().map_err(|_| "not_a_key")?;
                if !key.is_sound() {
                    return Err("unsound_key");
                }
                self.public_key = Some(key);
            }
            "presharedkey" => {
                self.preshared_key = Some(PresharedKey::parse(value).map_err(|_| "not_a_key")?);
            }
            "endpoint" => self.endpoint = Some(parse_endpoint(value).ok_or("not_an_endpoint")?),
            "allowedips" => add_nets(&mut self.allowed, value)?,
            "persistentkeepalive" => {
                self.keepalive = match value {
                    "off" | "0" => None,
                    seconds => Some(seconds.parse().map_err(|_| "not_a_number")?),
                };
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn finish(self) -> Result<Peer> {
        let missing = |field| Error::invalid(field, "empty");
        let (host, port) = self.endpoint.ok_or_else(|| missing("endpoint"))?;
        if self.allowed.is_empty() {
            return Err(missing("allowed"));
        }
        Ok(Peer {
            public_key: self.public_key.ok_or_else(|| missing("public_key"))?,
            preshared_key: self.preshared_key,
            host,
            port,
            allowed: self.allowed,
            keepalive: self.keepalive,
        })
    }
}

fn add_nets(nets: &mut Vec<Net>, value: &str) -> Line {
    for part in list(value) {
        nets.push(part.parse().map_err(|_| "not_an_address")?);
    }
    Ok(())
}

/// `host:port` or `[v6]:port`.
pub fn parse_endpoint(text: &str) -> Option<(String, u16)> {
    let (host, port) = text.trim().rsplit_once(':')?;
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?,
        None if host.contains(':') => return None,
        None => host,
    };
    let port: u16 = port.parse().ok()?;
    (port != 0 && is_host(host)).then(|| (host.to_owned(), port))
}

/// Whether it can be the name or the address of a host.
fn is_host(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_' | '%');
    !text.is_empty() && text.chars().all(plain)
}

/// A character that is not seen: of control, a line's end of Unicode, one without a width (as web pages put
/// between the letters of a key), or one that turns the direction.
fn is_hidden(c: char) -> bool {
    let odd = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    odd || (c.is_control() && c != '\t')
}

/// A server's file, as far as Puente has to understand it. Its secrets need not be in it: the value of
/// `PrivateKey` is not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerFile {
    /// Addresses of the interface.
    pub addresses: Vec<Net>,
    /// Whether `wg-quick down` would write the file anew from memory, and lose every comment.
    pub saves_itself: bool,
    /// Its peers.
    pub peers: Vec<FilePeer>,
}

/// A peer in a server's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePeer {
    /// Who it is; none when the key is not one.
    pub public_key: Option<PublicKey>,
    /// The name that Puente gave it.
    pub name: Option<String>,
    /// What it gets.
    pub allowed: Vec<Net>,
    /// The bytes of the file that go when it goes.
    pub range: Range<usize>,
}

/// The comment that names a peer of Puente's.
const NAME: &str = "# puente: ";

impl ServerFile {
    /// Looks at a file. Whatever it does not understand is someone else's, and stays.
    pub fn read(text: &str) -> ServerFile {
        let mut file = ServerFile {
            addresses: Vec::new(),
            saves_itself: false,
            peers: Vec::new(),
        };
        let mut at = None;
        let mut blank: Option<usize> = None;
        for (range, line) in lines(text) {
            match section(line) {
                Some(Ok(Section::Peer)) => {
                    at = Some(Section::Peer);
                    file.peers.push(FilePeer {
                        public_key: None,
                        name: None,
                        allowed: Vec::new(),
                        range: blank.unwrap_or(range.start)..range.end,
                    });
                }
                Some(Ok(Section::Interface)) => at = Some(Section::Interface),
                Some(Err(_)) => at = None,
                None => file.setting(at, line, range.clone()),
            }
            blank = line.trim().is_empty().then_some(range.start);
        }
        file
    }

    fn setting(&mut self, section: Option<Section>, line: &str, range: Range<usize>) {
        match (section, self.peers.last_mut()) {
            (Some(Section::Peer), Some(peer)) => {
                if let Some(name) = line.strip_prefix(NAME) {
                    peer.name = Some(name.trim().to_owned());
                    peer.range.end = range.end;
                }
                let Some((name, value)) = setting(line) else {
                    return;
                };
                peer.range.end = range.end;
                if name.eq_ignore_ascii_case("publickey") {
                    peer.public_key = value.parse().ok();
                } else if name.eq_ignore_ascii_case("allowedips") {
                    peer.allowed
                        .extend(list(value).filter_map(|net| net.parse::<Net>().ok()));
                }
            }
            (Some(Section::Interface), _) => match setting(line) {
                Some((name, value)) if name.eq_ignore_ascii_case("address") => self
                    .addresses
                    .extend(list(value).filter_map(|net| net.parse::<Net>().ok())),
                Some((name, value)) if name.eq_ignore_ascii_case("saveconfig") => {
                    self.saves_itself = value.eq_ignore_ascii_case("true");
                }
                Some(_) | None => {}
            },
            (Some(Section::Peer) | None, _) => {}
        }
    }

    /// The peer with that key.
    pub fn peer(&self, key: PublicKey) -> Option<&FilePeer> {
        self.peers.iter().find(|peer| peer.public_key == Some(key))
    }
}

/// Whether a name may stand in a server's file and in a command: 1 to 40 letters, digits, `.`, `_`, `-`.
pub fn is_plain_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    (1..=40).contains(&name.len()) && name.chars().all(plain) && !name.starts_with('-')
}

#[cfg(test)]
mod tests;
