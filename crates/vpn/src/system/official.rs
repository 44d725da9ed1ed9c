//! Windows: the official WireGuard program, by the commands that its documents name
//! (`docs/enterprise.md` of wireguard-windows): `/installtunnelservice FILE` makes and starts a service of
//! the file's name, `/uninstalltunnelservice NAME` stops it and takes it away. Both need an administrator.

use super::{Ability, Backend, state};
use crate::forward::Status;
use crate::vpns::{self, VpnId};
use crate::{Error, Result};
use puente_core::{Cancel, Clock, Code};
use puente_store::Database;
use puente_store::secrets::Secrets;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

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
    use std::path::Path;

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

    fn program(path: &Path, text: &str) {
        std::fs::write(path, text).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[test]
    fn the_official_program_is_told_what_its_documents_say_and_its_refusal_is_told() {
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
        std::fs::create_dir(at("files")).unwrap();
        program(&at("wireguard.exe"), STAND_IN);
        program(&at("wg.exe"), "#!/bin/sh\nexit 1\n");
        let official = Official {
            state,
            clock,
            secrets,
            program: at("wireguard.exe"),
            wg: at("wg.exe"),
            folder: at("files"),
        };
        let cancel = Cancel::new();
        assert_eq!(official.status(id).unwrap(), None);
        official.up(id, &cancel).unwrap();
        let file = at("files").join("puente1.conf");
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(official.status(id).unwrap().is_some());
        official.up(id, &cancel).unwrap();
        assert!(official.down(id).unwrap());
        std::fs::write(at("puente1.service"), "of another").unwrap();
        let refused = puente_core::Error::from(official.up(id, &cancel).unwrap_err());
        assert_eq!(refused.code, Code::VpnHelperRefused);
        assert!(!file.exists(), "no key is left behind by what was refused");

        std::fs::remove_file(at("puente1.service")).unwrap();
        official.up(id, &cancel).unwrap();
        assert!(official.down(id).unwrap());
        assert!(!file.exists() && !at("puente1.service").exists());
        assert!(!official.down(id).unwrap());
        let told = std::fs::read_to_string(at("told")).unwrap();
        let last = told.lines().last().unwrap();
        assert_eq!(last, "/uninstalltunnelservice puente1");
        assert!(told.starts_with(&format!("/installtunnelservice {}", file.display())));
    }
}
