//! What is to be done on a server: from what it said about itself to the commands, without a network.

use crate::address::{Net, next_free};
use crate::conf::{ServerFile, is_plain_name};
use crate::dump::{self, Interface};
use crate::keys::PublicKey;
use crate::{Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use puente_core::Code;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Clocks that differ by more make WireGuard refuse handshakes after a restart, and logs lie.
const SKEW: TimeDelta = TimeDelta::seconds(120);

/// What a server said about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerState {
    system: String,
    time: Option<DateTime<Utc>>,
    /// `debian`, `ubuntu`, `fedora`.
    pub distribution: String,
    tools: bool,
    interfaces: String,
    owner: String,
    sha: String,
    file: Option<ServerFile>,
    /// What WireGuard says, when the interface is up.
    pub live: Option<Interface>,
}

/// A change of a server's peers, as the arguments of `puente-peer`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The server has it that way already.
    Nothing,
    /// These arguments.
    Run(Vec<String>),
}

impl ServerState {
    /// Reads what `puente-peer state` said.
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    pub fn read(said: &str) -> Result<ServerState> {
        let wrong = |line: usize| Error::Unreadable {
            what: "wg show",
            line: line + 1,
            reason: "not_valid",
        };
        let mut values = BTreeMap::new();
        for (at, line) in said.lines().enumerate() {
            if let Some((name, value)) = line.split_once(' ') {
                let bytes = STANDARD.decode(value.trim()).map_err(|_| wrong(at))?;
                let text = String::from_utf8(bytes).map_err(|_| wrong(at))?;
                values.insert(name.to_owned(), text);
            }
        }
        let mut take = |name: &str| values.remove(name);
        let trimmed = |text: Option<String>| text.unwrap_or_default().trim().to_owned();
        let live = match take("dump") {
            Some(dump) => Some(dump::parse(&dump)?),
            None => None,
        };
        Ok(ServerState {
            system: trimmed(take("system")),
            time: trimmed(take("time"))
                .parse()
                .ok()
                .and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
            distribution: trimmed(take("distribution")),
            tools: take("tools").is_some(),
            interfaces: trimmed(take("interfaces")),
            owner: trimmed(take("owner")),
            sha: trimmed(take("sha")),
            file: take("file").map(|text| ServerFile::read(&text)),
            live,
        })
    }

    /// Refuses a server that Puente can't or must not change.
    ///
    /// # Errors
    /// That it is no Linux, has no WireGuard or no such interface, that something else owns the
    /// interface, or that the clocks differ.
    pub fn check(
        &self,
        host: &str,
        interface: &str,
        now: DateTime<Utc>,
    ) -> Result<(&ServerFile, &Interface)> {
        let refuse = |code: Code| puente_core::Error::new(code);
        if self.system != "Linux" {
            return Err(refuse(Code::RemoteNotLinux)
                .with("system", &self.system)
                .into());
        }
        if let Some(time) = self.time
            && (time - now).abs() > SKEW
        {
            let clock = |time: DateTime<Utc>| time.format("%Y-%m-%d %H:%M:%S UTC").to_string();
            return Err(refuse(Code::ClockWrong)
                .with("now", clock(now))
                .with("reference", format!("{host} ({})", clock(time)))
                .into());
        }
        if !self.tools {
            return Err(refuse(Code::VpnToolsMissing).with("host", host).into());
        }
        let foreign = |owner: &str| {
            refuse(Code::VpnForeignOwner)
                .with("interface", interface)
                .with("owner", owner)
        };
        if !self.owner.is_empty() {
            return Err(foreign(&self.owner).into());
        }
        let (Some(file), Some(live)) = (&self.file, &self.live) else {
            let found = match self.interfaces.as_str() {
                "" => "-",
                found => found,
            };
            return Err(refuse(Code::VpnInterfaceMissing)
                .with("interface", interface)
                .with("found", found)
                .into());
        };
        if file.saves_itself {
            return Err(foreign("wg-quick (SaveConfig = true)").into());
        }
        if !live.public_key.is_some_and(PublicKey::is_sound) {
            return Err(Error::invalid("server_key", "unsound_key"));
        }
        Ok((file, live))
    }
}

/// The server's network, and every address of it that someone has.
fn taken(file: &ServerFile, live: &Interface) -> Result<(Net, Vec<Net>)> {
    let network = file
        .addresses
        .iter()
        .find(|net| net.address.is_ipv4())
        .ok_or_else(|| Error::invalid("address", "empty"))?;
    let of_file = file.peers.iter().flat_map(|peer| &peer.allowed);
    let of_live = live.peers.iter().flat_map(|peer| &peer.allowed);
    // A peer that gets everything is a way out, and owns no address by that.
    let all = of_file
        .chain(of_live)
        .chain(&file.addresses[..])
        .filter(|net| net.prefix > network.prefix || !network.contains(net.address))
        .copied()
        .collect();
    Ok((*network, all))
}

/// The address that a new peer gets: the wanted one if it is free, and the next free one otherwise.
///
/// # Errors
/// [`Error::PoolExhausted`], that the wanted one is taken, or is none of the network.
pub fn address(file: &ServerFile, live: &Interface, wanted: Option<IpAddr>) -> Result<IpAddr> {
    let (network, taken) = taken(file, live)?;
    let Some(wanted) = wanted else {
        return next_free(network, network.address, &taken);
    };
    let nobodys = [network.network().address, network.last()];
    if !network.contains(wanted) || nobodys.contains(&wanted) {
        return Err(Error::invalid("address", network.network().to_string()));
    }
    if wanted == network.address || taken.iter().any(|net| net.contains(wanted)) {
        return Err(puente_core::Error::new(Code::VpnAddressTaken)
            .with("address", wanted)
            .into());
    }
    Ok(wanted)
}

/// A change of one interface, seen at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Planner<'s> {
    /// What the server said.
    pub state: &'s ServerState,
    /// Its interface.
    pub interface: &'s str,
}

impl Planner<'_> {
    fn line(&self, verb: &str, rest: &[String]) -> Change {
        let mut line = vec![
            verb.to_owned(),
            self.interface.to_owned(),
            self.state.sha.clone(),
        ];
        line.extend_from_slice(rest);
        Change::Run(line)
    }

    fn file(&self) -> Result<&ServerFile> {
        self.state.file.as_ref().ok_or(Error::NotFound {
            what: "file",
            name: self.interface.to_owned(),
        })
    }

    fn is_live(&self, key: PublicKey) -> bool {
        let live = self.state.live.iter().flat_map(|live| &live.peers);
        live.into_iter().any(|peer| peer.public_key == key)
    }

    /// The file holds the peer. Where WireGuard does not know it, a run ended between the two.
    pub fn told(&self, key: PublicKey) -> Change {
        match self.is_live(key) {
            true => Change::Nothing,
            false => self.line("sync", &[]),
        }
    }

    /// Adds a peer; one with that key that is in the file already stays as it is, and WireGuard knows it.
    ///
    /// # Errors
    /// That the name is not plain.
    pub fn add(&self, name: &str, key: PublicKey, address: IpAddr) -> Result<Change> {
        if !is_plain_name(name) {
            return Err(Error::invalid("name", "plain_name"));
        }
        if self.file()?.peer(key).is_some() {
            return Ok(self.told(key));
        }
        let rest = [name.to_owned(), key.to_string(), address.to_string()];
        Ok(self.line("add", &rest))
    }

    /// Takes a peer out; one that is not there is out already. One that only WireGuard knows, as after an
    /// edit of the file by hand, is let in for all that, and is cut off too.
    ///
    /// # Errors
    /// That there is no file.
    pub fn cut(&self, key: PublicKey) -> Result<Change> {
        let Some(peer) = self.file()?.peer(key) else {
            return Ok(match self.is_live(key) {
                true => self.line("drop", &[key.to_string()]),
                false => Change::Nothing,
            });
        };
        let (from, to) = (peer.range.start.to_string(), peer.range.end.to_string());
        Ok(self.line("cut", &[from, to, key.to_string()]))
    }

    /// Gives a peer fresh keys, under its name and address.
    ///
    /// # Errors
    /// That the old one is not there, or has no address of its own.
    pub fn swap(&self, old: PublicKey, name: &str, new: PublicKey) -> Result<Change> {
        let file = self.file()?;
        if file.peer(new).is_some() {
            return Ok(self.told(new));
        }
        let missing = || Error::NotFound {
            what: "vpn",
            name: old.to_string(),
        };
        let peer = file.peer(old).ok_or_else(missing)?;
        let address = peer.allowed.first().ok_or_else(missing)?.address;
        if !is_plain_name(name) {
            return Err(Error::invalid("name", "plain_name"));
        }
        let (from, to) = (peer.range.start.to_string(), peer.range.end.to_string());
        let rest = [
            from,
            to,
            old.to_string(),
            name.to_owned(),
            new.to_string(),
            address.to_string(),
        ];
        Ok(self.line("swap", &rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::PrivateKey;
    use proptest::prelude::*;

    fn said(file: &str, more: &[(&str, &str)]) -> String {
        let key = PrivateKey::generate().public();
        let dump = format!("(hidden)\t{key}\t51820\toff\n");
        let all = [
            ("system", "Linux\n"),
            ("time", "1764108000\n"),
            ("tools", "yes\n"),
            ("interfaces", "wg0\n"),
            ("owner", ""),
            ("sha", "abc\n"),
            ("file", file),
            ("dump", &dump),
        ];
        let mut text = String::new();
        for (name, value) in all.iter().chain(more) {
            text.push_str(&format!("{name} {}\n", STANDARD.encode(value)));
        }
        text + "ok\n"
    }

    const FILE: &str = "[Interface]\nAddress = 10.8.3.1/24\nPrivateKey = xxx\n";

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_764_108_010, 0).unwrap()
    }

    fn code(file: &str, more: &[(&str, &str)]) -> Code {
        let state = ServerState::read(&said(file, more)).unwrap();
        let error = state.check("srv", "wg0", now()).unwrap_err();
        puente_core::Error::from(error).code
    }

    #[test]
    fn a_server_that_must_not_be_changed_is_refused_with_the_reason() {
        assert_eq!(code(FILE, &[("system", "Darwin")]), Code::RemoteNotLinux);
        assert_eq!(code(FILE, &[("time", "1764100000")]), Code::ClockWrong);
        for owner in ["systemd-networkd", "NetworkManager", "wg-easy"] {
            assert_eq!(code(FILE, &[("owner", owner)]), Code::VpnForeignOwner);
        }
        for key in ["(none)", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
            let dump = format!("(hidden)\t{key}\t51820\toff\n");
            assert_eq!(code(FILE, &[("dump", &dump)]), Code::InvalidInput);
        }
        let saves = format!("{FILE}SaveConfig = true\n");
        assert_eq!(code(&saves, &[]), Code::VpnForeignOwner);
        let nothing = format!("system {}\n", STANDARD.encode("Linux"));
        let state = ServerState::read(&nothing).unwrap();
        let error = state.check("srv", "wg0", now()).unwrap_err();
        assert_eq!(puente_core::Error::from(error).code, Code::VpnToolsMissing);
    }

    #[test]
    fn a_wanted_address_is_taken_or_given_and_never_changed_in_silence() {
        let file = format!("{FILE}[Peer]\nAllowedIPs = 10.8.3.12/32\n");
        let state = ServerState::read(&said(&file, &[])).unwrap();
        let (file, live) = state.check("srv", "wg0", now()).unwrap();
        let ask = |wanted: &str| address(file, live, Some(wanted.parse().unwrap()));
        assert_eq!(address(file, live, None).unwrap().to_string(), "10.8.3.10");
        assert_eq!(ask("10.8.3.40").unwrap().to_string(), "10.8.3.40");
        for (wrong, code) in [
            ("10.8.3.12", Code::VpnAddressTaken),
            ("10.8.3.1", Code::VpnAddressTaken),
            ("10.8.3.0", Code::InvalidInput),
            ("10.8.3.255", Code::InvalidInput),
            ("10.9.0.1", Code::InvalidInput),
        ] {
            let error = puente_core::Error::from(ask(wrong).unwrap_err());
            assert_eq!(error.code, code, "{wrong}");
        }
        // Others have all of it.
        let full = format!("{FILE}[Peer]\nAllowedIPs = 10.8.3.0/25, 10.8.3.128/25\n");
        let state = ServerState::read(&said(&full, &[])).unwrap();
        let (file, live) = state.check("srv", "wg0", now()).unwrap();
        let error = puente_core::Error::from(address(file, live, None).unwrap_err());
        assert_eq!(error.code, Code::VpnPoolExhausted);
        assert_eq!(
            error.values.get("network").map(String::as_str),
            Some("10.8.3.0/24")
        );
    }

    #[test]
    fn what_is_there_is_not_added_and_what_is_gone_is_not_cut() {
        let key = PrivateKey::generate().public();
        let address: IpAddr = "10.8.3.10".parse().unwrap();
        let with =
            format!("{FILE}\n[Peer]\n# puente: a\nPublicKey = {key}\nAllowedIPs = {address}/32\n");
        for (file, there) in [(FILE, false), (with.as_str(), true)] {
            let state = ServerState::read(&said(file, &[])).unwrap();
            let planner = Planner {
                state: &state,
                interface: "wg0",
            };
            assert_eq!(planner.cut(key).unwrap() == Change::Nothing, !there);
            let fresh = PrivateKey::generate().public();
            assert_eq!(planner.swap(key, "a", fresh).is_ok(), there);
            assert!(planner.add("a; reboot", fresh, address).is_err());
        }
    }

    #[test]
    fn the_file_and_wireguard_are_both_told_also_where_only_one_of_them_knows_a_peer() {
        let key = PrivateKey::generate().public();
        let address: IpAddr = "10.8.3.10".parse().unwrap();
        let with = format!("{FILE}[Peer]\nPublicKey = {key}\nAllowedIPs = {address}/32\n");
        let own = PrivateKey::generate().public();
        let alone = format!("(hidden)\t{own}\t51820\toff\n");
        let live = format!("{alone}{key}\t(hidden)\t(none)\t{address}/32\t0\t0\t0\toff\n");
        for (file, dump, added, cut) in [
            (FILE, &alone, Some("add"), None),
            (FILE, &live, Some("add"), Some("drop")),
            (with.as_str(), &alone, Some("sync"), Some("cut")),
            (with.as_str(), &live, None, Some("cut")),
        ] {
            let state = ServerState::read(&said(file, &[("dump", dump)])).unwrap();
            let planner = Planner {
                state: &state,
                interface: "wg0",
            };
            let verb = |change: Change| match change {
                Change::Nothing => None,
                Change::Run(line) => line.first().cloned(),
            };
            assert_eq!(
                verb(planner.add("a", key, address).unwrap()).as_deref(),
                added
            );
            assert_eq!(verb(planner.cut(key).unwrap()).as_deref(), cut);
            if file != FILE {
                let swapped = planner.swap(own, "a", key).unwrap();
                assert_eq!(verb(swapped).as_deref(), added);
            }
        }
    }

    proptest! {
        #[test]
        fn garbage_is_no_panic(text in "(?s).{0,300}", file in "(?s).{0,200}", dump in "(?s).{0,100}") {
            let _ = ServerState::read(&text);
            let said = said(&file, &[("dump", &dump)]);
            if let Ok(state) = ServerState::read(&said)
                && let Ok((file, live)) = state.check("srv", "wg0", now())
            {
                let _ = address(file, live, None);
            }
        }
    }
}
