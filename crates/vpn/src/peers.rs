//! The job that tells a server of a VPN: adds its peer, takes it out, gives it fresh keys. Each can be
//! done again after a kill or a silence: the server is asked first, by the public key, and what is
//! there already is not done twice.

use crate::address::Net;
use crate::conf::is_plain_name;
use crate::keys::{PresharedKey, PrivateKey, PublicKey};
use crate::plan::{self, Change, Planner, ServerState};
use crate::remote::{Conflict, Credentials, Ran, Server};
use crate::system::Backend;
use crate::tunnels::Tunnels;
use crate::vpns::{self, Hidden, Remote, State, Vpn, VpnId};
use crate::{Error, Result};
use puente_core::{Cancel, Clock, Code, Progress};
use puente_jobs::{Interrupted, JobKind, Running};
use puente_store::Database;
use puente_store::secrets::Secrets;
use rand::RngExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use ts_rs::TS;

/// The kind of the job.
pub const PEER: &str = "vpn.peer";
/// How often a file that others change meanwhile is looked at again.
const ATTEMPTS: usize = 30;

/// What is to become of the peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "VpnWork")]
pub enum Work {
    /// The server is to know it.
    Add,
    /// The server is to forget it.
    Revoke,
    /// The server is to know it by fresh keys.
    Rotate,
}

/// Input of [`PEER`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerInput {
    /// The VPN.
    pub vpn_id: VpnId,
    /// What is to become of it.
    pub work: Work,
    /// The address that a person chose for it; none takes the next free one.
    #[serde(default)]
    pub address: Option<IpAddr>,
}

/// What a server needs to be told, and what it stands on.
#[derive(Clone)]
pub struct Peers {
    /// `puente.db`.
    pub state: Database,
    /// Keys and passwords.
    pub secrets: Secrets,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Tunnels that end when their peer is revoked.
    pub tunnels: Tunnels,
    /// Those of the whole PC, likewise.
    pub whole_pc: Arc<dyn Backend>,
}

/// What a look at a server found, and what would be done.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "VpnPreview")]
pub struct Preview {
    /// The address that the new peer would get.
    pub address: String,
    /// The server's network.
    pub network: String,
    /// The server's public key.
    pub server_key: String,
    /// Its UDP port.
    pub port: u16,
    /// Peers that it has.
    pub peers: usize,
    /// The commands that would run as the administrator, in order.
    pub commands: Vec<String>,
    /// The text of the script `puente-peer` that they run.
    pub script: String,
    /// What would be added to the server's file; a secret is not shown.
    pub block: String,
    /// The line for sudo that lets this user do this and nothing else, for an administrator to set up.
    pub sudo_rule: String,
    /// What was run to find this out.
    pub ran: Vec<Ran>,
}

/// Looks at a server, changes nothing, and tells what adding a peer of that name would do.
///
/// # Errors
/// Those of SSH; everything that makes Puente refuse to change the server.
pub fn preview(
    remote: &Remote,
    credentials: &Credentials,
    name: &str,
    wanted: Option<IpAddr>,
    clock: &dyn Clock,
    cancel: &Cancel,
) -> Result<Preview> {
    let name = plain_name(name);
    let mut server = Server::open(remote, credentials, cancel)?;
    let state = server.state()?;
    let (file, live) = state.check(&remote.host, &remote.interface, clock.now())?;
    let address = plan::address(file, live, wanted)?;
    let planner = Planner {
        state: &state,
        interface: &remote.interface,
    };
    let example = PrivateKey::generate().public();
    let commands = match planner.add(&name, example, address)? {
        Change::Nothing => Vec::new(),
        Change::Run(line) => vec![
            server.shown(&["state".to_owned(), remote.interface.clone()]),
            server
                .shown(&line)
                .replace(&example.to_string(), "<llave pública>"),
        ],
    };
    Ok(Preview {
        address: address.to_string(),
        network: file
            .addresses
            .first()
            .map(|net| net.network().to_string())
            .unwrap_or_default(),
        server_key: live
            .public_key
            .map(|key| key.to_string())
            .unwrap_or_default(),
        port: live.port,
        peers: live.peers.len(),
        commands,
        script: crate::remote::SCRIPT.to_owned(),
        block: format!("[Peer]\n# puente: {name}\nPublicKey = …\nAllowedIPs = {address}/32\n"),
        sudo_rule: crate::remote::sudo_rule(&remote.user),
        ran: server.take_ran(),
    })
}

/// The name of a VPN as it may stand in a server's file.
pub fn plain_name(name: &str) -> String {
    let plain: String = name
        .trim()
        .chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() || matches!(c, '.' | '_') => c,
            'á' | 'Á' => 'a',
            'é' | 'É' => 'e',
            'í' | 'Í' => 'i',
            'ó' | 'Ó' => 'o',
            'ú' | 'ü' | 'Ú' | 'Ü' => 'u',
            'ñ' | 'Ñ' => 'n',
            _ => '-',
        })
        .take(40)
        .collect();
    let plain = plain.trim_start_matches('-');
    if is_plain_name(plain) {
        plain.to_owned()
    } else {
        "vpn".to_owned()
    }
}

/// What a server says of a VPN.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, TS)]
#[ts(rename = "VpnServerView")]
pub struct ServerView {
    /// Whether it knows the peer.
    pub known: bool,
    /// Seconds since the peer last proved who it is.
    pub handshake_seconds: Option<i64>,
    /// Bytes that came from the peer.
    pub received: u64,
    /// Bytes that went to it.
    pub sent: u64,
    /// From where it last spoke.
    pub endpoint: Option<String>,
}

impl Peers {
    /// Asks the server how it sees a VPN, and settles what was uncertain.
    ///
    /// # Errors
    /// Those of SSH.
    pub fn ask(&self, vpn: &Vpn, cancel: &Cancel) -> Result<ServerView> {
        let remote = remote_of(vpn)?;
        let credentials = Credentials::of(&self.secrets, vpn.id)?;
        let mut server = Server::open(remote, &credentials, cancel)?;
        let state = server.state()?;
        let (file, live) = state.check(&remote.host, &remote.interface, self.clock.now())?;
        let key: PublicKey = vpn.public_key.parse()?;
        let peer = live.peers.iter().find(|peer| peer.public_key == key);
        let known = file.peer(key).is_some() && peer.is_some();
        if vpn.state == State::Uncertain && known {
            let mut vpn = vpn.clone();
            self.learn(&mut vpn, &state, key)?;
        }
        Ok(ServerView {
            known,
            handshake_seconds: peer
                .and_then(|peer| peer.handshake)
                .map(|at| (self.clock.now() - at).num_seconds().max(0)),
            received: peer.map_or(0, |peer| peer.received),
            sent: peer.map_or(0, |peer| peer.sent),
            endpoint: peer.and_then(|peer| peer.endpoint.clone()),
        })
    }

    fn work(&self, input: &PeerInput, job: &Running) -> Result<()> {
        let mut vpn = vpns::get(&self.state, input.vpn_id)?;
        let remote = remote_of(&vpn)?.clone();
        job.progress(Progress::stage("connect").about(&*vpn.name));
        let credentials = Credentials::of(&self.secrets, vpn.id)?;
        let mut server = Server::open(&remote, &credentials, &job.cancel)?;
        let result = self.tell(&mut vpn, input, &mut server, job);
        let subject = format!("vpn:{}", vpn.id);
        server.write_down(&self.state, self.clock.now(), &subject, job)?;
        result
    }

    /// Looks, plans and changes, until nobody changes the file in between.
    fn tell(
        &self,
        vpn: &mut Vpn,
        input: &PeerInput,
        server: &mut Server,
        job: &Running,
    ) -> Result<()> {
        let remote = remote_of(vpn)?.clone();
        let key: PublicKey = vpn.public_key.parse()?;
        for attempt in 0..ATTEMPTS {
            let state = server.state()?;
            let (file, live) = state.check(&remote.host, &remote.interface, self.clock.now())?;
            let planner = Planner {
                state: &state,
                interface: &remote.interface,
            };
            let name = plain_name(&vpn.name);
            let (change, shared, fresh) = match input.work {
                Work::Revoke => (planner.cut(key)?, None, None),
                Work::Add => {
                    let change = match file.peer(key) {
                        Some(_) => planner.told(key),
                        None => {
                            planner.add(&name, key, plan::address(file, live, input.address)?)?
                        }
                    };
                    (change, self.shared(vpn)?, None)
                }
                Work::Rotate => {
                    let fresh = self.fresh_key(vpn)?;
                    let change = planner.swap(key, &name, fresh.public())?;
                    (change, self.shared(vpn)?, Some(fresh))
                }
            };
            match server.change(&change, shared.as_ref()) {
                Ok(()) => {
                    let state = server.state()?;
                    return self.settle(vpn, input.work, fresh, &state);
                }
                Err(Conflict::Changed) => {
                    let most = 20 + 40 * u64::try_from(attempt).unwrap_or(ATTEMPTS as u64);
                    let pause = rand::rng().random_range(5..most);
                    job.cancel.sleep(Duration::from_millis(pause))?;
                }
                Err(Conflict::Other(error)) => {
                    // Whether the server did it is for the next attempt to ask.
                    if passing(&error) && vpn.state == State::Adding {
                        vpn.state = State::Uncertain;
                        vpns::update(&self.state, vpn, self.clock.now())?;
                    }
                    return Err(error);
                }
            }
        }
        Err(puente_core::Error::new(Code::VpnBusy)
            .with("interface", &remote.interface)
            .into())
    }

    fn shared(&self, vpn: &Vpn) -> Result<Option<PresharedKey>> {
        let secret = self.secrets.find(&Hidden::PresharedKey.name(vpn.id))?;
        secret
            .map(|secret| PresharedKey::parse(secret.expose()))
            .transpose()
    }

    /// The key that follows: kept before the server is told of it, so that a kill in between loses
    /// neither.
    fn fresh_key(&self, vpn: &Vpn) -> Result<PrivateKey> {
        let name = Hidden::NextKey.name(vpn.id);
        if let Some(secret) = self.secrets.find(&name)? {
            return PrivateKey::parse(secret.expose());
        }
        let fresh = PrivateKey::generate();
        self.secrets.set(&name, &fresh.written())?;
        Ok(fresh)
    }

    fn settle(
        &self,
        vpn: &mut Vpn,
        work: Work,
        fresh: Option<PrivateKey>,
        state: &ServerState,
    ) -> Result<()> {
        match work {
            Work::Revoke => {
                vpn.state = State::Revoked;
                vpn.last_error = None;
                vpns::update(&self.state, vpn, self.clock.now())?;
                self.tunnels.disconnect(vpn.id);
                self.end_whole_pc(vpn.id);
                Ok(())
            }
            Work::Add => {
                let key = vpn.public_key.parse()?;
                self.learn(vpn, state, key)
            }
            Work::Rotate => {
                if let Some(fresh) = fresh {
                    let name = Hidden::PrivateKey.name(vpn.id);
                    self.secrets.set(&name, &fresh.written())?;
                    vpn.public_key = fresh.public().to_string();
                }
                let key = vpn.public_key.parse()?;
                self.learn(vpn, state, key)?;
                self.secrets.delete(&Hidden::NextKey.name(vpn.id))?;
                self.tunnels.disconnect(vpn.id);
                if self.end_whole_pc(vpn.id)
                    && let Err(error) = self.whole_pc.up(vpn.id, &Cancel::new())
                {
                    tracing::warn!(%error, "the whole PC is no longer in the VPN");
                }
                Ok(())
            }
        }
    }

    /// Whether there was a tunnel of the whole PC. The server has cut it already: one that can't be ended
    /// leads nowhere, and is no reason to do anything again.
    fn end_whole_pc(&self, id: VpnId) -> bool {
        self.whole_pc.down(id).unwrap_or_else(|error| {
            tracing::info!(%error, "no tunnel of the whole PC was ended");
            false
        })
    }

    /// Takes over what the server decided: address, its key, its port.
    fn learn(&self, vpn: &mut Vpn, state: &ServerState, key: PublicKey) -> Result<()> {
        let remote = remote_of(vpn)?;
        let (file, live) = state.check(&remote.host, &remote.interface, self.clock.now())?;
        let peer = file.peer(key).ok_or_else(|| Error::NotFound {
            what: "vpn",
            name: vpn.name.clone(),
        })?;
        // The stack of the tunnel takes no other.
        if peer.allowed.is_empty() || !peer.allowed.iter().all(Net::is_of_a_host) {
            return Err(Error::invalid("address", "not_a_host"));
        }
        let network = file.addresses.first().map(Net::network);
        vpn.tunnel.addresses = peer.allowed.clone();
        vpn.tunnel.server.server_key = live
            .public_key
            .map(|key| key.to_string())
            .unwrap_or_default();
        if vpn.tunnel.server.port == 0 {
            vpn.tunnel.server.port = live.port;
        }
        if let Some(network) = network
            && !vpn.tunnel.server.allowed.contains(&network)
        {
            vpn.tunnel.server.allowed.insert(0, network);
        }
        vpn.state = State::Active;
        vpn.last_error = None;
        vpns::update(&self.state, vpn, self.clock.now())
    }
}

/// Whether an error leaves open if the server did what it was told.
fn passing(error: &Error) -> bool {
    match error {
        Error::Cancelled => true,
        Error::Travelled(error) => matches!(error.code, Code::NetTimeout | Code::NetFailed),
        Error::Store(_)
        | Error::Invalid { .. }
        | Error::NotFound { .. }
        | Error::Exists { .. }
        | Error::Unreadable { .. }
        | Error::PoolExhausted { .. }
        | Error::NoHandshake { .. }
        | Error::NotRouted { .. }
        | Error::PortTaken { .. }
        | Error::System { .. } => false,
    }
}

fn remote_of(vpn: &Vpn) -> Result<&Remote> {
    vpn.remote
        .as_ref()
        .ok_or_else(|| Error::invalid("vpn", "imported"))
}

impl JobKind for Peers {
    const NAME: &'static str = PEER;
    const ON_INTERRUPT: Interrupted = Interrupted::Resume;
    type Input = PeerInput;
    type Output = Value;

    fn holds(input: &Self::Input) -> Vec<String> {
        vec![format!("vpn:{}", input.vpn_id)]
    }

    fn work(
        &self,
        job: &Running,
        input: Self::Input,
    ) -> std::result::Result<Self::Output, puente_core::Error> {
        let result = self.work(&input, job);
        if let Err(error) = result {
            let error = puente_core::Error::from(error);
            let mut vpn = vpns::get(&self.state, input.vpn_id)?;
            vpn.last_error = Some(error.clone());
            vpns::update(&self.state, &vpn, self.clock.now())?;
            return Err(error);
        }
        Ok(json!({ "vpn_id": input.vpn_id }))
    }
}
