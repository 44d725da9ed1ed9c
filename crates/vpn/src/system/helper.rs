//! Linux: the tunnels that `puente-tunnel` holds, which may change the network while Puente may not.

use super::{Ability, Backend, WAY, Way, state};
use crate::conf::endpoint;
use crate::forward::{HANDSHAKE, Status};
use crate::vpns::{self, VpnId};
use crate::{Error, Result};
use puente_core::{Cancel, Code, Coded as _};
use puente_store::Database;
use puente_store::secrets::Secrets;
use puente_tunnel::{Answer, Id, LAST, LONGEST, Request, Tunnel, Why};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long the helper may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two questions while the peer has not answered.
const AGAIN: Duration = Duration::from_millis(50);
/// Where the package puts the service's unit: it is installed where this is.
const UNIT: &str = "/usr/lib/systemd/system/puente-tunnel.service";

/// The helper, as this user.
#[derive(Debug, Clone)]
pub struct Helper {
    /// `puente.db`.
    pub state: Database,
    /// Keys.
    pub secrets: Secrets,
    /// Where it listens: [`puente_tunnel::SOCKET`].
    pub socket: PathBuf,
}

impl Helper {
    /// What stands between this user and a tunnel.
    pub fn ability(&self) -> Ability {
        let denied = |error: Error| error.code() == Code::VpnHelperNotAllowed;
        match self
            .ask(&Request::Status { id: self.id(1) })
            .map_err(denied)
        {
            Ok(_) => Ability::Ready,
            Err(true) => Ability::NotAllowed,
            Err(false) if Path::new(UNIT).exists() => Ability::Stopped,
            Err(false) => Ability::Missing,
        }
    }

    /// What an administrator runs so that nothing stands in between, in order.
    pub fn commands(&self, ability: Ability) -> Vec<String> {
        let allow = format!("echo {} | sudo tee -a /etc/puente/tunnel.users", user());
        let start = "sudo systemctl enable --now puente-tunnel".to_owned();
        match (WAY, ability) {
            (Way::Official | Way::Application, _) | (_, Ability::Ready) => Vec::new(),
            (Way::Helper, Ability::NotAllowed) => vec![allow],
            (Way::Helper, Ability::Stopped | Ability::Missing) => vec![allow, start],
        }
    }

    fn ask(&self, request: &Request) -> Result<Answer> {
        let missing = |error: std::io::Error| {
            Error::Travelled(puente_core::Error {
                detail: error.to_string(),
                ..puente_core::Error::new(Code::VpnHelperMissing)
                    .with("path", self.socket.display())
            })
        };
        let mut stream = UnixStream::connect(&self.socket).map_err(missing)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(missing)?;
        let mut line = serde_json::to_string(request).unwrap_or_default();
        line.push('\n');
        // Whoever is refused at the door gets his answer before he has spoken.
        let said = stream.write_all(line.as_bytes());
        let mut answer = String::new();
        BufReader::new(stream.take(LONGEST))
            .read_line(&mut answer)
            .and_then(|size| if size == 0 { said } else { Ok(()) })
            .map_err(missing)?;
        match serde_json::from_str(&answer) {
            Ok(Answer::Refused { why, detail }) => Err(self.refused(why, &detail)),
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.refused(Why::System, &error.to_string())),
        }
    }

    fn refused(&self, why: Why, detail: &str) -> Error {
        let error = match why {
            Why::NotAllowed => {
                puente_core::Error::new(Code::VpnHelperNotAllowed).with("user", user())
            }
            Why::Taken => {
                let (network, by) = detail.split_once(' ').unwrap_or((detail, "?"));
                let own = by
                    .parse()
                    .ok()
                    .and_then(|id| vpns::get(&self.state, id).ok());
                puente_core::Error::new(Code::VpnNetTaken)
                    .with("network", network)
                    .with("by", own.map_or_else(|| by.to_owned(), |vpn| vpn.name))
            }
            Why::Invalid | Why::System => {
                puente_core::Error::new(Code::VpnHelperRefused).with("reason", detail)
            }
        };
        error.into()
    }

    /// A VPN of this folder, as the helper knows it.
    fn known(&self, id: VpnId) -> Result<Id> {
        u32::try_from(id)
            .ok()
            .filter(|id| *id <= LAST)
            .map(|vpn| self.id(vpn))
            .ok_or_else(|| Error::invalid("vpn", id.to_string()))
    }

    fn id(&self, vpn: u32) -> Id {
        let office = super::office(&self.state);
        Id { office, vpn }
    }

    fn tunnel(&self, id: VpnId) -> Result<(Tunnel, String)> {
        let vpn = vpns::get(&self.state, id)?;
        crate::tunnels::refuse_unusable(&vpn)?;
        let config = vpn.config(&self.secrets)?;
        if !config.others.is_empty() {
            return Err(Error::invalid("vpn", "one_peer"));
        }
        super::refuse_wide(&config)?;
        let peer = &config.peer;
        let shown = endpoint(&peer.host, peer.port);
        let nets = |nets: &[crate::address::Net]| {
            nets.iter().map(|net| (net.address, net.prefix)).collect()
        };
        let tunnel = Tunnel {
            private_key: config.private_key.written().expose().clone(),
            public_key: peer.public_key.to_string(),
            preshared_key: peer
                .preshared_key
                .as_ref()
                .map(|key| key.written().expose().clone()),
            endpoint: resolve(&peer.host, peer.port, &shown)?,
            addresses: nets(&config.addresses),
            allowed: nets(&peer.allowed),
            mtu: config.mtu.unwrap_or(crate::conf::MTU),
            keepalive: peer.keepalive,
        };
        Ok((tunnel, shown))
    }
}

/// This user as the helper's list names him: as `/etc/passwd` does, and otherwise by his number.
fn user() -> String {
    use std::os::unix::fs::MetadataExt as _;
    // What belongs to this process belongs to its user.
    let Ok(own) = std::fs::metadata("/proc/self") else {
        return "$(id -u)".to_owned();
    };
    let uid = own.uid().to_string();
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1) == Some(uid.as_str())).then(|| name.to_owned())
    });
    named.unwrap_or(uid)
}

fn resolve(host: &str, port: u16, shown: &str) -> Result<SocketAddr> {
    let silent = |detail: String| Error::NoHandshake {
        endpoint: shown.to_owned(),
        seconds: 0,
        detail,
    };
    (host, port)
        .to_socket_addrs()
        .map_err(|error| silent(error.to_string()))?
        .next()
        .ok_or_else(|| silent("the name has no address".to_owned()))
}

impl Backend for Helper {
    fn up(&self, id: VpnId, cancel: &Cancel) -> Result<()> {
        let (tunnel, endpoint) = self.tunnel(id)?;
        let request = Request::Up {
            id: self.known(id)?,
            tunnel,
        };
        self.ask(&request)?;
        let until = Instant::now() + HANDSHAKE;
        let waited = loop {
            let answered =
                |status: Option<Status>| status.is_some_and(|s| s.handshake_seconds.is_some());
            match self.status(id) {
                Ok(status) if answered(status.clone()) => return Ok(()),
                Ok(_) if Instant::now() < until => {}
                Ok(_) => {
                    break Error::NoHandshake {
                        endpoint,
                        seconds: HANDSHAKE.as_secs(),
                        detail: "nothing came back".to_owned(),
                    };
                }
                Err(error) => break error,
            }
            if cancel.sleep(AGAIN).is_err() {
                break Error::Cancelled;
            }
        };
        self.down(id)?;
        Err(waited)
    }

    fn down(&self, id: VpnId) -> Result<bool> {
        let was = self.status(id)?.is_some();
        if was {
            self.ask(&Request::Down {
                id: self.known(id)?,
            })?;
        }
        Ok(was)
    }

    fn status(&self, id: VpnId) -> Result<Option<Status>> {
        let answer = self.ask(&Request::Status {
            id: self.known(id)?,
        })?;
        Ok(match answer {
            Answer::Status { tunnel } => tunnel.map(|tunnel| Status {
                state: state(tunnel.handshake_seconds),
                handshake_seconds: tunnel.handshake_seconds,
                sent: tunnel.sent,
                received: tunnel.received,
                endpoint: tunnel.endpoint.map(|endpoint| endpoint.to_string()),
                connections: 0,
                trouble: None,
            }),
            Answer::Done | Answer::Refused { .. } => None,
        })
    }
}
