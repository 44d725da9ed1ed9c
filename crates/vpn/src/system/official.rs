//! Windows: the official WireGuard program, by the commands that its documents name
//! (`docs/enterprise.md` of wireguard-windows): `/installtunnelservice FILE` makes and starts a service of
//! the file's name, `/uninstalltunnelservice NAME` stops it and takes it away. Both need an administrator,
//! which Puente is not: Windows asks a person for one, by the verb `runas` of `ShellExecute`. No unsafe code
//! is written here, so PowerShell calls it, as .NET's `Process.Start` documents it.

use super::{Ability, Backend, state};
use crate::forward::Status;
use crate::vpns::{self, VpnId};
use crate::{Error, Result};
use puente_core::{Cancel, Clock, Code};
use puente_store::Database;
use puente_store::secrets::Secrets;
use std::ffi::OsStr;
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
    /// A folder of this user alone: the service reads the file each time that it starts.
    pub folder: PathBuf,
}

impl Official {
    /// The service's name, of at most 32 characters: no other folder's.
    fn name(&self, id: VpnId) -> String {
        format!("puente{id}-{:08x}", super::office(&self.state))
    }

    fn file(&self, id: VpnId) -> PathBuf {
        self.folder.join(format!("{}.conf", self.name(id)))
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
        let file = self.file(id);
        // The service is there, and reads this file.
        if file.exists() {
            return Ok(());
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
            std::fs::remove_file(&file).map_err(Error::system("conf"))?;
        }
        result
    }

    fn down(&self, id: VpnId) -> Result<bool> {
        let file = self.file(id);
        if !file.exists() {
            return Ok(false);
        }
        self.run("/uninstalltunnelservice", OsStr::new(&self.name(id)))?;
        std::fs::remove_file(&file).map_err(Error::system("conf"))?;
        Ok(true)
    }

    fn status(&self, id: VpnId) -> Result<Option<Status>> {
        if !self.file(id).exists() {
            return Ok(None);
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
mod tests {
    use super::*;
    use crate::conf::Config;
    use crate::keys::PrivateKey;
    use crate::vpns::{NewVpn, State, Tunnel};
    use puente_core::SystemClock;
    use puente_store::state_options;
    use std::os::unix::fs::PermissionsExt as _;

    /// Stands in for `wireguard.exe`: takes its two verbs as the documents have them, keeps a service for
    /// each name, and writes down what it was told.
    const STAND_IN: &str = r#"#!/bin/sh
here=$(dirname "$0")
echo "$@" >> "$here/told"
case "$1" in
  /installtunnelservice)
    [ -f "$2" ] || exit 1
    name=$(basename "$2" .conf)
    [ ! -e "$here/$name.service" ] || { echo "Tunnel already installed and running" >&2; exit 1; }
    cp "$2" "$here/$name.service" ;;
  /uninstalltunnelservice)
    rm "$here/$2.service" 2>/dev/null || { echo "The specified service does not exist" >&2; exit 1; } ;;
  *) exit 2 ;;
esac
"#;

    /// Stands in for PowerShell and for the person that Windows asks: `refuse` beside it is a no. It runs
    /// what the script would run, with the words that .NET would split the arguments into.
    const PERSON: &str = r#"#!/bin/sh
here=$(dirname "$0")
[ "$1 $2 $3" = "-NoProfile -NonInteractive -Command" ] || exit 9
case "$4" in *"Verb = 'runas'"*"UseShellExecute = \$true"*) ;; *) exit 9 ;; esac
[ -x "$PUENTE_PROGRAM" ] || { echo "system 2"; exit 0; }
[ ! -e "$here/refuse" ] || { echo "system 1223"; exit 0; }
verb=${PUENTE_ARGUMENTS%% *}
what=${PUENTE_ARGUMENTS#* \"}
"$PUENTE_PROGRAM" "$verb" "${what%\"}"
echo "exit $?"
"#;

    fn program(path: &Path, text: &str) {
        std::fs::write(path, text).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn the_official_program_is_told_as_an_administrator_what_its_documents_say_and_every_refusal_is_told()
     {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let clock = Arc::new(SystemClock);
        let state = Database::open(&at("puente.db"), state_options(), clock.clone()).unwrap();
        let secrets = Secrets::memory();
        let key = PrivateKey::generate();
        let text = format!(
            "[Interface]\nPrivateKey = {}\nAddress = 10.8.3.10/32\n[Peer]\nPublicKey = {}\n\
             Endpoint = vpn.example.com:51820\nAllowedIPs = 10.8.3.0/24\n",
            key.written().expose(),
            PrivateKey::generate().public(),
        );
        let config = Config::parse(&text).unwrap();
        let new = NewVpn {
            name: "oficina".to_owned(),
            state: State::Active,
            public_key: key.public(),
            tunnel: Tunnel::from(&config),
            remote: None,
        };
        let id = vpns::insert(&state, new, clock.now()).unwrap();
        vpns::hide(&secrets, id, &key, None).unwrap();
        std::fs::create_dir(at("los archivos")).unwrap();
        program(&at("wireguard.exe"), STAND_IN);
        program(&at("wg.exe"), "#!/bin/sh\nexit 1\n");
        program(&at("powershell.exe"), PERSON);
        let official = Official {
            state,
            clock,
            secrets,
            program: at("wireguard.exe"),
            wg: at("wg.exe"),
            powershell: at("powershell.exe"),
            folder: at("los archivos"),
        };
        let name = official.name(id);
        assert!(name.starts_with("puente1-") && name.len() <= 32, "{name}");
        let service = at(&format!("{name}.service"));
        let cancel = Cancel::new();
        assert_eq!(official.status(id).unwrap(), None);
        official.up(id, &cancel).unwrap();
        let file = at("los archivos").join(format!("{name}.conf"));
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(official.status(id).unwrap().is_some());
        official.up(id, &cancel).unwrap();
        assert!(official.down(id).unwrap());
        std::fs::write(&service, "of another").unwrap();
        let refused = puente_core::Error::from(official.up(id, &cancel).unwrap_err());
        assert_eq!(refused.code, Code::VpnHelperRefused);
        assert!(!file.exists(), "no key is left behind by what was refused");

        std::fs::remove_file(&service).unwrap();
        std::fs::write(at("refuse"), "").unwrap();
        let code = |refused| puente_core::Error::from(refused).code;
        let refused = official.up(id, &cancel).unwrap_err();
        assert_eq!(code(refused), Code::VpnPermissionRefused);
        assert!(!file.exists(), "nor by what nobody allowed");
        std::fs::remove_file(at("refuse")).unwrap();
        official.up(id, &cancel).unwrap();
        std::fs::write(at("refuse"), "").unwrap();
        let refused = official.down(id).unwrap_err();
        assert_eq!(code(refused), Code::VpnPermissionRefused);
        assert!(official.status(id).unwrap().is_some(), "it is as it was");
        std::fs::remove_file(at("refuse")).unwrap();
        assert!(official.down(id).unwrap());
        std::fs::rename(at("wireguard.exe"), at("gone.exe")).unwrap();
        let refused = official.up(id, &cancel).unwrap_err();
        assert_eq!(code(refused), Code::VpnHelperMissing);
        std::fs::rename(at("gone.exe"), at("wireguard.exe")).unwrap();
        official.up(id, &cancel).unwrap();
        assert!(official.down(id).unwrap());
        assert!(!file.exists() && !service.exists());
        assert!(!official.down(id).unwrap());
        let told = std::fs::read_to_string(at("told")).unwrap();
        let last = told.lines().last().unwrap();
        assert_eq!(last, format!("/uninstalltunnelservice {name}"));
        assert!(told.starts_with(&format!("/installtunnelservice {}", file.display())));
    }
}
