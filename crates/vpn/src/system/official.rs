//! Windows: the official WireGuard program, by the commands that its documents name
//! (`docs/enterprise.md` of wireguard-windows): `/installtunnelservice FILE` makes and starts a service of
//! the file's name, `/uninstalltunnelservice NAME` stops it and takes it away. Both need an administrator.

use super::{Backend, state};
use crate::forward::Status;
use crate::vpns::{self, VpnId};
use crate::{Error, Result};
use puente_core::{Cancel, Code};
use puente_store::Database;
use puente_store::secrets::Secrets;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The official program.
#[derive(Debug, Clone)]
pub struct Official {
    /// `puente.db`.
    pub state: Database,
    /// Keys.
    pub secrets: Secrets,
    /// `C:\Program Files\WireGuard\wireguard.exe`.
    pub program: PathBuf,
    /// `C:\Program Files\WireGuard\wg.exe`, which tells how a tunnel is.
    pub wg: PathBuf,
    /// A folder of this user alone: the service reads the file each time that it starts.
    pub folder: PathBuf,
}

impl Official {
    fn name(id: VpnId) -> String {
        format!("puente{id}")
    }

    fn file(&self, id: VpnId) -> PathBuf {
        self.folder.join(format!("{}.conf", Official::name(id)))
    }

    /// Whether the program is installed.
    pub fn is_there(&self) -> bool {
        self.program.exists()
    }

    fn run(&self, verb: &str, what: &OsStr) -> Result<()> {
        let missing = |error: std::io::Error| {
            puente_core::Error::new(Code::VpnHelperMissing)
                .with("path", self.program.display())
                .because(&error)
        };
        let output = Command::new(&self.program)
            .arg(verb)
            .arg(what)
            .stdin(Stdio::null())
            .output()
            .map_err(missing)?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let reason = said.lines().last().unwrap_or("administrator").to_owned();
        Err(puente_core::Error::new(Code::VpnHelperRefused)
            .with("reason", reason)
            .into())
    }
}

impl Backend for Official {
    fn up(&self, id: VpnId, _: &Cancel) -> Result<()> {
        let vpn = vpns::get(&self.state, id)?;
        crate::tunnels::refuse_unusable(&vpn)?;
        let config = vpn.config(&self.secrets)?;
        let file = self.file(id);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let mut written = options.open(&file).map_err(Error::system("conf"))?;
        std::io::Write::write_all(&mut written, config.render().as_bytes())
            .map_err(Error::system("conf"))?;
        drop(written);
        let result = self.run("/installtunnelservice", file.as_os_str());
        if result.is_err() {
            std::fs::remove_file(&file).map_err(Error::system("conf"))?;
        }
        result
    }

    fn down(&self, id: VpnId) -> Result<bool> {
        let file = self.file(id);
        if !file.exists() {
            return Ok(false);
        }
        self.run("/uninstalltunnelservice", OsStr::new(&Official::name(id)))?;
        std::fs::remove_file(&file).map_err(Error::system("conf"))?;
        Ok(true)
    }

    fn status(&self, id: VpnId) -> Result<Option<Status>> {
        if !self.file(id).exists() {
            return Ok(None);
        }
        // Only an administrator is told more than that it was installed.
        let output = Command::new(&self.wg)
            .args(["show", &Official::name(id), "dump"])
            .stdin(Stdio::null())
            .output();
        let said = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let peer = crate::dump::parse(&said.unwrap_or_default())
            .ok()
            .and_then(|interface| interface.peers.into_iter().next());
        let Some(peer) = peer else {
            return Ok(Some(Status::default()));
        };
        let age = peer
            .handshake
            .map(|at| (chrono::Utc::now() - at).num_seconds());
        let age = age.map(|age| u64::try_from(age).unwrap_or_default());
        Ok(Some(Status {
            state: state(age),
            handshake_seconds: age,
            sent: peer.sent,
            received: peer.received,
            endpoint: peer.endpoint,
            connections: 0,
            trouble: None,
        }))
    }
}
