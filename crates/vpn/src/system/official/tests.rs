//! The official program, its services and the person whom Windows asks, by stand-ins.

use super::*;
use crate::conf::Config;
use crate::keys::PrivateKey;
use crate::vpns::{NewVpn, State, Tunnel};
use puente_core::SystemClock;
use puente_store::state_options;
use std::os::unix::fs::PermissionsExt as _;

/// Stands in for `wireguard.exe`: takes its two verbs as the documents have them, keeps a service for
/// each name, and writes down what it was told. `broken` beside it is a system that makes no service.
const STAND_IN: &str = r#"#!/bin/sh
here=$(dirname "$0")
echo "$@" >> "$here/told"
case "$1" in
  /installtunnelservice)
    [ -f "$2" ] && [ ! -e "$here/broken" ] || exit 1
    name=$(basename "$2" .conf)
    [ ! -e "$here/$name.service" ] || { echo "Tunnel already installed and running" >&2; exit 1; }
    echo RUNNING > "$here/$name.service" ;;
  /uninstalltunnelservice)
    rm "$here/$2.service" 2>/dev/null || { echo "The specified service does not exist" >&2; exit 1; } ;;
  *) exit 2 ;;
esac
"#;

/// Stands in for `sc.exe` of a Windows in Spanish: every user may ask. `mute` beside it is one that nobody
/// lets ask.
const SERVICES: &str = r#"#!/bin/sh
here=$(dirname "$0")
[ "$1" = query ] || exit 9
[ ! -e "$here/mute" ] || { echo "[SC] EnumQueryServicesStatus:OpenService ERROR 5:"; exit 5; }
service="$here/${2#WireGuardTunnel$}.service"
[ -e "$service" ] || { echo "[SC] EnumQueryServicesStatus:OpenService ERROR 1060:"; exit 36; }
printf 'NOMBRE_SERVICIO: %s\n        ESTADO             : 4  %s\n' "$2" "$(cat "$service")"
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

/// A PC with Windows and one VPN.
struct Pc {
    official: Official,
    id: VpnId,
    folder: tempfile::TempDir,
}

impl Pc {
    fn new() -> Pc {
        Pc::with("10.8.3.10/32", "10.8.3.0/24")
    }

    /// With a file of that address, which leads to those networks.
    fn with(address: &str, allowed: &str) -> Pc {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let clock = Arc::new(SystemClock);
        let state = Database::open(&at("puente.db"), state_options(), clock.clone()).unwrap();
        let secrets = Secrets::memory();
        let key = PrivateKey::generate();
        let text = format!(
            "[Interface]\nPrivateKey = {}\nAddress = {address}\n[Peer]\nPublicKey = {}\n\
             Endpoint = vpn.example.com:51820\nAllowedIPs = {allowed}\n",
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
        for (name, text) in [
            ("wireguard.exe", STAND_IN),
            ("wg.exe", "#!/bin/sh\nexit 1\n"),
            ("sc.exe", SERVICES),
            ("powershell.exe", PERSON),
        ] {
            std::fs::write(at(name), text).unwrap();
            std::fs::set_permissions(at(name), std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let official = Official {
            state,
            clock,
            secrets,
            program: at("wireguard.exe"),
            wg: at("wg.exe"),
            powershell: at("powershell.exe"),
            sc: at("sc.exe"),
            folder: at("los archivos"),
        };
        Pc {
            official,
            id,
            folder,
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What is beside the programs changes how they behave.
    fn beside(&self, name: &str, then: impl FnOnce()) {
        std::fs::write(self.at(name), "").unwrap();
        then();
        std::fs::remove_file(self.at(name)).unwrap();
    }

    fn service(&self) -> PathBuf {
        self.at(&format!("{}.service", self.official.name(self.id)))
    }

    fn file(&self) -> PathBuf {
        self.official.file(self.id)
    }

    fn up(&self) -> std::result::Result<(), Code> {
        let done = self.official.up(self.id, &Cancel::new());
        done.map_err(|error| puente_core::Error::from(error).code)
    }

    fn down(&self) -> std::result::Result<bool, Code> {
        let done = self.official.down(self.id);
        done.map_err(|error| puente_core::Error::from(error).code)
    }

    fn is_up(&self) -> bool {
        self.official.status(self.id).unwrap().is_some()
    }

    fn told(&self) -> Vec<String> {
        let told = std::fs::read_to_string(self.at("told")).unwrap_or_default();
        told.lines().map(str::to_owned).collect()
    }
}

#[test]
fn the_official_program_is_told_as_an_administrator_what_its_documents_say_and_every_refusal_is_told()
 {
    let pc = Pc::new();
    let name = pc.official.name(pc.id);
    assert!(name.starts_with("puente1-") && name.len() <= 32, "{name}");
    assert!(!pc.is_up());
    assert_eq!(pc.up(), Ok(()));
    let mode = std::fs::metadata(pc.file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(pc.is_up());
    assert_eq!(pc.up(), Ok(()));
    assert_eq!(pc.told().len(), 1, "nobody is asked for what there is");
    assert_eq!(pc.down(), Ok(true));

    pc.beside("broken", || {
        assert_eq!(pc.up(), Err(Code::VpnHelperRefused));
        assert!(!pc.file().exists(), "what was refused leaves no key behind");
    });
    pc.beside("refuse", || {
        assert_eq!(pc.up(), Err(Code::VpnPermissionRefused));
        assert!(!pc.file().exists(), "nor what nobody allowed");
    });
    assert_eq!(pc.up(), Ok(()));
    pc.beside("refuse", || {
        assert_eq!(pc.down(), Err(Code::VpnPermissionRefused));
        assert!(pc.is_up(), "it is as it was");
    });
    assert_eq!(pc.down(), Ok(true));
    std::fs::rename(pc.at("wireguard.exe"), pc.at("gone.exe")).unwrap();
    assert_eq!(pc.up(), Err(Code::VpnHelperMissing));
    std::fs::rename(pc.at("gone.exe"), pc.at("wireguard.exe")).unwrap();
    assert_eq!(pc.up(), Ok(()));
    assert_eq!(pc.down(), Ok(true));
    assert!(!pc.file().exists() && !pc.service().exists());
    assert_eq!(pc.down(), Ok(false));
    let told = pc.told();
    let install = format!("/installtunnelservice {}", pc.file().display());
    assert_eq!(told.first(), Some(&install));
    let uninstall = format!("/uninstalltunnelservice {name}");
    assert_eq!(told.last(), Some(&uninstall));
}

#[test]
fn a_service_that_a_person_took_away_is_noticed_and_nobody_is_asked_to_take_it_away_again() {
    let pc = Pc::new();
    assert_eq!(pc.up(), Ok(()));
    std::fs::remove_file(pc.service()).unwrap();
    assert!(!pc.is_up(), "the list says so");
    assert_eq!(pc.down(), Ok(false));
    assert!(!pc.file().exists(), "its key stays nowhere");
    assert_eq!(pc.told().len(), 1, "no administrator was needed for it");

    // Nor is what it left behind taken for a tunnel.
    assert_eq!(pc.up(), Ok(()));
    std::fs::remove_file(pc.service()).unwrap();
    assert_eq!(pc.up(), Ok(()));
    assert!(pc.is_up() && pc.service().exists());

    // It goes while the administrator is being asked: the same.
    let gone_meanwhile = PERSON.replace("verb=", "rm \"$here\"/*.service\nverb=");
    std::fs::write(pc.at("powershell.exe"), gone_meanwhile).unwrap();
    assert_eq!(pc.down(), Ok(true));
    assert!(!pc.file().exists() && !pc.is_up());
}

#[test]
fn a_service_that_was_stopped_or_lost_its_file_is_made_again() {
    let pc = Pc::new();
    assert_eq!(pc.up(), Ok(()));
    std::fs::write(pc.service(), "STOPPED").unwrap();
    assert!(!pc.is_up());
    assert_eq!(pc.up(), Ok(()));
    assert!(pc.is_up());

    std::fs::remove_file(pc.file()).unwrap();
    assert!(!pc.is_up(), "it would not outlive a start of the PC");
    assert_eq!(pc.up(), Ok(()));
    assert!(pc.is_up());
    std::fs::remove_file(pc.file()).unwrap();
    assert_eq!(pc.down(), Ok(true), "it is taken away without its file too");
    assert!(!pc.service().exists());
}

#[test]
fn where_nobody_tells_how_services_are_the_file_stands_for_one() {
    let pc = Pc::new();
    assert_eq!(pc.up(), Ok(()));
    pc.beside("mute", || {
        assert!(pc.is_up());
        assert_eq!(pc.up(), Ok(()));
        assert_eq!(pc.down(), Ok(true));
    });
    assert!(!pc.file().exists() && !pc.service().exists());
}

#[test]
fn a_file_that_would_take_the_pc_off_its_network_is_refused_before_anybody_is_asked() {
    for (address, allowed) in [
        ("10.8.3.10/32", "10.8.3.0/24, 0.0.0.0/0"),
        ("10.8.3.10/32", "0.0.0.0/1, 128.0.0.0/1"),
        ("10.8.3.10/32", "::/0"),
        // The network of its own address is led to as well.
        ("200.8.3.10/1", "10.8.3.0/24"),
    ] {
        let pc = Pc::with(address, allowed);
        assert_eq!(pc.up(), Err(Code::InvalidInput), "{address} {allowed}");
        assert!(pc.told().is_empty() && !pc.file().exists());
    }
}
