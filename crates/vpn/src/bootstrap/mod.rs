//! A server without WireGuard, set up by steps that a person has seen: each a command, what asks whether
//! it is done already, and what undoes it. From what the server said to the steps nothing needs a
//! network.

pub mod job;
pub mod rows;

use crate::address::Net;
use crate::conf::is_plain_name;
use crate::{Error, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use puente_core::Code;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use ts_rs::TS;

/// The script that looks at a server, and changes nothing.
pub const LOOK: &str = include_str!("../remote/puente-look.sh");
/// The network that is proposed for a new VPN.
pub const NETWORK: &str = "10.8.3.1/24";
/// The UDP port that WireGuard's documentation uses.
pub const PORT: u16 = 51820;

/// What a new server is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The interface: `wg0`.
    pub interface: String,
    /// The server's own address, with the length of the VPN's network.
    pub network: Net,
    /// UDP port.
    pub port: u16,
    /// Whether hosts behind the server see the server's address as the sender, so that they need no
    /// route back.
    pub masquerade: bool,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(rename = "VpnStep")]
pub struct Step {
    /// What it is for.
    pub kind: StepKind,
    /// What runs as the administrator, as it is shown.
    pub command: String,
    /// What succeeds when the step is done already.
    pub check: String,
    /// What undoes it; none where nothing is left to be undone.
    pub undo: Option<String>,
    /// How far it is.
    #[serde(default)]
    pub state: StepState,
}

/// What a step is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "VpnStepKind")]
pub enum StepKind {
    /// WireGuard's programs, from the distribution.
    Install,
    /// The server's key and file.
    Configure,
    /// Packets may pass through the server.
    Forward,
    /// The firewall lets WireGuard's port through.
    Firewall,
    /// The interface, now and after each start.
    Start,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "VpnStepState")]
pub enum StepState {
    /// Nothing has been done.
    #[default]
    Waiting,
    /// It was sent, and perhaps done.
    Begun,
    /// It is done.
    Done,
    /// It was done before Puente came, and is never undone.
    Was,
    /// It is undone.
    Undone,
}

/// What is to be done on a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "VpnSetupPlan")]
pub struct Plan {
    /// `Debian GNU/Linux 12 (bookworm)`.
    pub release: String,
    /// Whether this family of systems is tried in Puente's own tests.
    pub tested: bool,
    /// In order.
    pub steps: Vec<Step>,
    /// Networks of the server that people may want to reach through it.
    #[ts(type = "string[]")]
    pub networks: Vec<Net>,
}

impl Plan {
    /// What changes with every word of the steps: whoever has them run says which ones he saw.
    pub fn seal(&self) -> String {
        let mut hash = Sha256::new();
        for step in &self.steps {
            for text in [
                &step.command,
                &step.check,
                step.undo.as_ref().unwrap_or(&step.check),
            ] {
                hash.update(text.as_bytes());
                hash.update([0]);
            }
        }
        STANDARD.encode(hash.finalize())
    }
}

/// What a server said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Look {
    values: BTreeMap<String, String>,
}

impl Look {
    /// Reads what the script said.
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    pub fn read(said: &str) -> Result<Look> {
        let mut values = BTreeMap::new();
        for (at, line) in said.lines().enumerate() {
            let wrong = || Error::Unreadable {
                what: "wg show",
                line: at + 1,
                reason: "not_valid",
            };
            if let Some((name, value)) = line.split_once(' ') {
                let bytes = STANDARD.decode(value.trim()).map_err(|_| wrong())?;
                let text = String::from_utf8(bytes).map_err(|_| wrong())?;
                values.insert(name.to_owned(), text);
            }
        }
        Ok(Look { values })
    }

    fn get(&self, name: &str) -> &str {
        self.values.get(name).map_or("", |value| value.trim())
    }

    fn says(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    fn has(&self, program: &str) -> bool {
        self.get("programs").lines().any(|found| found == program)
    }

    fn is_a(&self, names: &[&str]) -> bool {
        let mut words = self.get("distribution").split_whitespace();
        words.any(|word| names.contains(&word))
    }

    fn uses_port(&self, port: u16) -> bool {
        let used = self.get("udp").lines();
        used.filter_map(|hex| u16::from_str_radix(hex.trim(), 16).ok())
            .any(|found| found == port)
    }

    /// Networks that the server is in, without its own loopback.
    fn networks(&self) -> BTreeSet<Net> {
        let lines = self.get("addresses").lines();
        lines
            .filter_map(|line| line.split_once(' '))
            .filter(|(name, _)| *name != "lo")
            .filter_map(|(_, net)| net.parse::<Net>().ok())
            .map(|net| net.network())
            .collect()
    }

    fn routes(&self) -> Vec<Net> {
        let lines = self.get("routes").lines();
        lines.filter_map(|net| net.parse().ok()).collect()
    }
}

/// How a family of systems installs WireGuard.
struct Family {
    names: &'static [&'static str],
    program: &'static str,
    tested: bool,
    install: &'static str,
    remove: &'static str,
    check: &'static str,
}

const FAMILIES: [Family; 4] = [
    Family {
        names: &["debian", "ubuntu"],
        program: "apt-get",
        tested: true,
        install: "DEBIAN_FRONTEND=noninteractive apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends",
        remove: "DEBIAN_FRONTEND=noninteractive apt-get -q remove -y",
        check: "dpkg -s",
    },
    Family {
        names: &["fedora", "rhel", "centos", "rocky", "almalinux"],
        program: "dnf",
        tested: false,
        install: "dnf install -y",
        remove: "dnf remove -y",
        check: "rpm -q",
    },
    Family {
        names: &["suse", "opensuse", "opensuse-leap", "opensuse-tumbleweed"],
        program: "zypper",
        tested: false,
        install: "zypper --non-interactive install",
        remove: "zypper --non-interactive remove",
        check: "rpm -q",
    },
    Family {
        names: &["arch"],
        program: "pacman",
        tested: false,
        install: "pacman -S --noconfirm --needed",
        remove: "pacman -R --noconfirm",
        check: "pacman -Q",
    },
];

/// What is to be done, from what the server said.
///
/// # Errors
/// That it is no Linux, that its system is none that is known, that it has such an interface already,
/// that the port or the network is in use there.
pub fn plan(look: &Look, host: &str, wanted: &Wanted) -> Result<Plan> {
    refuse(look, wanted)?;
    let mut steps = Vec::new();
    let missing = || puente_core::Error::new(Code::VpnToolsMissing).with("host", host);
    let family = FAMILIES
        .iter()
        .find(|family| look.is_a(family.names) && look.has(family.program))
        .ok_or_else(missing)?;
    steps.extend(install(look, family));
    steps.push(configure(look, wanted)?);
    steps.extend(forward(look, wanted));
    steps.extend(firewall(look, wanted.port));
    steps.push(start(look, &wanted.interface));
    let own = wanted.network.network();
    Ok(Plan {
        release: look.get("release").to_owned(),
        tested: family.tested,
        steps,
        networks: look
            .networks()
            .into_iter()
            .filter(|net| *net != own)
            .collect(),
    })
}

fn refuse(look: &Look, wanted: &Wanted) -> Result<()> {
    if look.get("system") != "Linux" {
        return Err(puente_core::Error::new(Code::RemoteNotLinux)
            .with("system", look.get("system"))
            .into());
    }
    if !is_plain_name(&wanted.interface) || wanted.interface.len() > 15 {
        return Err(Error::invalid("interface", "plain_name"));
    }
    let interface = &wanted.interface;
    let mut live = look.get("interfaces").split_whitespace();
    if look.says("file") || live.any(|found| found == interface) {
        return Err(Error::Exists {
            what: "interface",
            name: interface.clone(),
        });
    }
    if wanted.port == 0 {
        return Err(Error::invalid("port", "1..65535"));
    }
    if look.uses_port(wanted.port) {
        return Err(Error::invalid("port", "in_use_there"));
    }
    let net = wanted.network;
    if !net.address.is_ipv4()
        || !(16..=30).contains(&net.prefix)
        || net.address == net.network().address
        || net.address == net.last()
        || !net.is_of_a_host()
    {
        return Err(Error::invalid("network", "10.8.3.1/24"));
    }
    let overlaps = |other: &Net| other.contains(net.address) || net.contains(other.address);
    if let Some(other) = look
        .networks()
        .iter()
        .chain(&look.routes())
        .find(|other| overlaps(other))
    {
        return Err(Error::invalid("network", other.to_string()));
    }
    Ok(())
}

fn install(look: &Look, family: &Family) -> Option<Step> {
    let mut packages = Vec::new();
    if !look.has("wg") || !look.has("wg-quick") {
        packages.push("wireguard-tools");
    }
    // A kernel without it, as in many containers, takes the program in its place.
    if !look.says("kernel") && !look.has("wireguard-go") {
        packages.push("wireguard-go");
    }
    let packages = packages.join(" ");
    (!packages.is_empty()).then(|| Step {
        kind: StepKind::Install,
        command: format!("{} {packages}", family.install),
        check: format!(
            "{} {packages} >/dev/null 2>&1 && command -v wg-quick >/dev/null",
            family.check
        ),
        undo: Some(format!("{} {packages}", family.remove)),
        state: StepState::Waiting,
    })
}

/// The server's key is made there, and does not leave it.
fn configure(look: &Look, wanted: &Wanted) -> Result<Step> {
    let Wanted {
        interface,
        network,
        port,
        masquerade,
    } = wanted;
    let file = format!("/etc/wireguard/{interface}.conf");
    let hooks = match (masquerade, look.has("nft"), look.has("iptables")) {
        (false, _, _) => String::new(),
        (true, true, _) => {
            let table = format!("ip puente_{interface}").replace(['.', '-'], "_");
            let net = network.network();
            format!(
                "PostUp = nft add table {table}; nft 'add chain {table} post {{ type nat hook postrouting priority 100; }}'; nft add rule {table} post ip saddr {net} oifname != %i masquerade\n\
                 PostDown = nft delete table {table}\n"
            )
        }
        (true, false, true) => {
            let rule = format!("POSTROUTING -s {} ! -o %i -j MASQUERADE", network.network());
            format!("PostUp = iptables -t nat -A {rule}\nPostDown = iptables -t nat -D {rule}\n")
        }
        (true, false, false) => return Err(Error::invalid("masquerade", "no_nft")),
    };
    let command = format!(
        "umask 077 && mkdir -p /etc/wireguard && cat > {file}.new <<EOF && mv {file}.new {file}\n\
         # Made by Puente.\n[Interface]\nAddress = {network}\nListenPort = {port}\nPrivateKey = $(wg genkey)\n{hooks}EOF"
    );
    // Peers of other people are not thrown away with the file.
    let undo = format!(
        "[ ! -e {file} ] || if [ \"$(grep -ci '^\\[peer\\]' {file})\" = \"$(grep -c '^# puente: ' {file})\" ]; \
         then rm -f {file} {file}.new {file}.puente.bak; else echo 'other people have peers in {file}' >&2; exit 1; fi"
    );
    Ok(Step {
        kind: StepKind::Configure,
        command,
        check: format!("grep -qx 'ListenPort = {port}' {file} 2>/dev/null"),
        undo: Some(undo),
        state: StepState::Waiting,
    })
}

fn forward(look: &Look, wanted: &Wanted) -> Option<Step> {
    let before = look.get("forward");
    if before == "1" {
        return None;
    }
    let file = format!("/etc/sysctl.d/90-puente-{}.conf", wanted.interface);
    Some(Step {
        kind: StepKind::Forward,
        command: format!(
            "mkdir -p /etc/sysctl.d && echo net.ipv4.ip_forward=1 > {file} && echo 1 > /proc/sys/net/ipv4/ip_forward"
        ),
        check: format!("[ -e {file} ] && [ \"$(cat /proc/sys/net/ipv4/ip_forward)\" = 1 ]"),
        undo: Some(format!(
            "rm -f {file} && echo 0 > /proc/sys/net/ipv4/ip_forward"
        )),
        state: StepState::Waiting,
    })
}

fn firewall(look: &Look, port: u16) -> Option<Step> {
    let (command, check, undo) = if look.says("ufw") {
        (
            format!("ufw allow {port}/udp"),
            format!("ufw status | grep -q '^{port}/udp '"),
            format!("ufw delete allow {port}/udp"),
        )
    } else if look.says("firewalld") {
        let each = |verb: &str| {
            format!(
                "firewall-cmd --permanent --{verb}-port={port}/udp && firewall-cmd --{verb}-port={port}/udp"
            )
        };
        (
            each("add"),
            format!("firewall-cmd --query-port={port}/udp"),
            each("remove"),
        )
    } else {
        return None;
    };
    Some(Step {
        kind: StepKind::Firewall,
        command,
        check,
        undo: Some(undo),
        state: StepState::Waiting,
    })
}

fn start(look: &Look, interface: &str) -> Step {
    let (command, undo) = match look.says("systemd") {
        true => (
            format!("systemctl enable --now wg-quick@{interface}"),
            format!("systemctl disable --now wg-quick@{interface}"),
        ),
        // Without systemd nothing starts it after the next start of the server.
        false => (
            format!("wg-quick up {interface}"),
            format!("! wg show {interface} >/dev/null 2>&1 || wg-quick down {interface}"),
        ),
    };
    Step {
        kind: StepKind::Start,
        command,
        check: format!("wg show {interface} >/dev/null 2>&1"),
        undo: Some(undo),
        state: StepState::Waiting,
    }
}

/// The proposed network, as it is given when nothing else is asked for.
pub fn proposed() -> Net {
    Net {
        address: IpAddr::from([10, 8, 3, 1]),
        prefix: 24,
    }
}

#[cfg(test)]
mod tests;
