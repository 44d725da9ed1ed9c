//! Windows: the official WireGuard program, by the commands that its documents name
//! (`docs/enterprise.md` of wireguard-windows): `/installtunnelservice FILE` makes and starts a service of
//! the file's name, `/uninstalltunnelservice NAME` stops it and takes it away. Both need an administrator,
//! which Puente is not: Windows asks a person for one, by the verb `runas` of `ShellExecute`. No unsafe code
//! is written here, so PowerShell calls it, as .NET's `Process.Start` documents it. The service is called
//! `WireGuardTunnel$NAME`, and `sc query` tells any user how it is: a person may have stopped it or taken it
//! away without Puente.

use super::{Ability, Backend, state};
use crate::forward::Status;
use crate::vpns::{self, VpnId};
use crate::{Error, Result};
use puente_core::{Cancel, Clock, Code};
use puente_store::Database;
use puente_store::secrets::Secrets;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

/// Runs one program as an administrator, waits for it, and says `exit CODE`, or `system CODE` with the
/// system's own code when it did not start. What is run comes from the environment: no text of anybody's
/// becomes a part of this.
const ELEVATE: &str = "\
$ErrorActionPreference = 'Stop'
$start = New-Object System.Diagnostics.ProcessStartInfo
$start.FileName = $env:PUENTE_PROGRAM
$start.Arguments = $env:PUENTE_ARGUMENTS
$start.Verb = 'runas'
$start.UseShellExecute = $true
$start.WindowStyle = 'Hidden'
try {
    $process = [System.Diagnostics.Process]::Start($start)
    $process.WaitForExit()
    'exit ' + $process.ExitCode
} catch {
    $cause = $_.Exception.GetBaseException()
    if ($cause -is [System.ComponentModel.Win32Exception]) { 'system ' + $cause.NativeErrorCode }
    else { 'system 0' }
}";
/// `ERROR_CANCELLED`: a person said no, or closed the question.
const CANCELLED: i64 = 1223;
/// `ERROR_FILE_NOT_FOUND` and `ERROR_PATH_NOT_FOUND`.
const NOT_FOUND: [i64; 2] = [2, 3];
/// `ERROR_SERVICE_DOES_NOT_EXIST`, as `sc query` names it in every language: `FAILED 1060:`, `ERROR 1060:`.
const NO_SERVICE: &str = " 1060:";
/// The state of a service that does not run, as `sc` says it in every language.
const STOPPED: &str = "STOPPED";

/// The official program.
#[derive(Clone)]
pub struct Official {
    /// `puente.db`.
    pub state: Database,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Keys.
    pub secrets: Secrets,
    /// `C:\Program Files\WireGuard\wireguard.exe`.
    pub program: PathBuf,
    /// `C:\Program Files\WireGuard\wg.exe`, which tells how a tunnel is.
    pub wg: PathBuf,
    /// `powershell.exe` of Windows itself, by its whole path.
    pub powershell: PathBuf,
    /// `sc.exe` of Windows itself, by its whole path.
    pub sc: PathBuf,
    /// A folder of this user alone: the service reads the file each time that it starts.
    pub folder: PathBuf,
}

/// How the service of a VPN is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    /// It runs.
    Runs,
    /// It is there, and was stopped.
    Stopped,
    /// It is not there.
    Gone,
}

impl Official {
    /// The service's name, of at most 32 characters: no other folder's.
    fn name(&self, id: VpnId) -> String {
        format!("puente{id}-{:08x}", super::office(&self.state))
    }

    fn file(&self, id: VpnId) -> PathBuf {
        self.folder.join(format!("{}.conf", self.name(id)))
    }

    /// How the VPN's service is. Where nobody tells, its file stands for one that runs.
    fn service(&self, id: VpnId) -> Service {
        let mut command = Command::new(&self.sc);
        command
            .arg("query")
            .arg(format!("WireGuardTunnel${}", self.name(id)))
            .stdin(Stdio::null());
        hide(&mut command);
        let (success, said) = match command.output() {
            Ok(output) => (
                output.status.success(),
                String::from_utf8_lossy(&output.stdout).into_owned(),
            ),
            Err(error) => (false, error.to_string()),
        };
        match success {
            true if said.contains(STOPPED) => Service::Stopped,
            true => Service::Runs,
            false if said.contains(NO_SERVICE) => Service::Gone,
            false => {
                tracing::warn!(said, "sc.exe does not tell how a service is");
                match self.file(id).exists() {
                    true => Service::Runs,
                    false => Service::Gone,
                }
            }
        }
    }

    /// Takes the service away, and the file that it reads.
    fn uninstall(&self, id: VpnId) -> Result<()> {
        if let Err(error) = self.run("/uninstalltunnelservice", OsStr::new(&self.name(id)))
            && self.service(id) != Service::Gone
        {
            return Err(error);
        }
        self.forget(id)
    }

    /// Nothing of the key stays behind.
    fn forget(&self, id: VpnId) -> Result<()> {
        match std::fs::remove_file(self.file(id)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::system("conf")(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// What stands between this user and a tunnel. Windows asks for an administrator when it is opened.
    pub fn ability(&self) -> Ability {
        match self.program.exists() {
            true => Ability::Ready,
            false => Ability::Missing,
        }
    }

    /// No command brings the program: a person installs it.
    pub fn commands(&self, _: Ability) -> Vec<String> {
        Vec::new()
    }

    /// One of the two verbs, as an administrator.
    fn run(&self, verb: &str, what: &OsStr) -> Result<()> {
        let mut arguments = std::ffi::OsString::from(format!("{verb} \""));
        // No path of Windows holds a quotation mark.
        arguments.push(what);
        arguments.push("\"");
        let mut command = Command::new(&self.powershell);
        command
            .args(["-NoProfile", "-NonInteractive", "-Command", ELEVATE])
            .env("PUENTE_PROGRAM", &self.program)
            .env("PUENTE_ARGUMENTS", arguments)
            .stdin(Stdio::null());
        hide(&mut command);
        let output = command
            .output()
            .map_err(|error| missing(&self.powershell).because(&error))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let last = said.lines().last().unwrap_or_default().trim();
        let (kind, code) = last.split_once(' ').unwrap_or_default();
        match (kind, code.parse::<i64>()) {
            ("exit", Ok(0)) => Ok(()),
            ("system", Ok(CANCELLED)) => {
                Err(puente_core::Error::new(Code::VpnPermissionRefused).into())
            }
            ("system", Ok(code)) if NOT_FOUND.contains(&code) => Err(missing(&self.program).into()),
            _ => Err(puente_core::Error {
                detail: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
                ..puente_core::Error::new(Code::VpnHelperRefused)
                    .with("reason", format!("wireguard.exe {verb}: {last}"))
            }
            .into()),
        }
    }
}

fn missing(program: &Path) -> puente_core::Error {
    puente_core::Error::new(Code::VpnHelperMissing).with("path", program.display())
}

/// No window of a console flashes over Puente's.
#[cfg(windows)]
fn hide(command: &mut Command) {
    use std::os::windows::process::CommandExt as _;
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    command.creation_flags(CREATE_NO_WINDOW);
}

#[cfg(not(windows))]
fn hide(_: &mut Command) {}

impl Backend for Official {
    fn up(&self, id: VpnId, _: &Cancel) -> Result<()> {
        let vpn = vpns::get(&self.state, id)?;
        crate::tunnels::refuse_unusable(&vpn)?;
        let config = vpn.config(&self.secrets)?;
        super::refuse_wide(&config)?;
        let file = self.file(id);
        match (self.service(id), file.exists()) {
            (Service::Runs, true) => return Ok(()),
            (Service::Gone, false) => {}
            (Service::Gone, true) => self.forget(id)?,
            // It would not come back by itself, or not after a start of the PC.
            (Service::Stopped, _) | (Service::Runs, false) => self.uninstall(id)?,
        }
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
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
            self.forget(id)?;
        }
        result
    }

    fn down(&self, id: VpnId) -> Result<bool> {
        if self.service(id) == Service::Gone {
            self.forget(id)?;
            return Ok(false);
        }
        self.uninstall(id)?;
        Ok(true)
    }

    fn status(&self, id: VpnId) -> Result<Option<Status>> {
        // Cheap for the many that there are none of.
        if !self.file(id).exists() {
            return Ok(None);
        }
        match self.service(id) {
            Service::Runs => {}
            Service::Stopped | Service::Gone => return Ok(None),
        }
        // Only an administrator is told more than that it was installed.
        let output = Command::new(&self.wg)
            .args(["show", &self.name(id), "dump"])
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
            .map(|at| (self.clock.now() - at).num_seconds());
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

#[cfg(test)]
#[cfg(unix)]
mod tests;
