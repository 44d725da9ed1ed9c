//! A customer's network on this machine: an office with a database behind a Linux server that speaks
//! SSH and WireGuard, and a technician's PC outside. Three spaces, two cables, nothing else:
//!
//! ```text
//! client 10.250.0.2 ---- 10.250.0.1 server 192.168.77.1 ---- 192.168.77.10 office
//!                        wg0 10.8.3.1/24, UDP 51820
//! ```
//!
//! It needs Linux, root, and the packages of [`PACKAGES`]. No address outside these spaces is used, the
//! machine's own network gets no interface, and its files stay as they are.

mod clock;
mod space;

pub use clock::TurnedClock;
pub use space::Space;

use crate::Error;
use puente_core::Secret;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What the lab needs, as Debian calls it.
pub const PACKAGES: [&str; 5] = [
    "iproute2",
    "openssh-server",
    "sudo",
    "wireguard-go",
    "wireguard-tools",
];

/// The server, as the client reaches it.
pub const SERVER: &str = "10.250.0.1";
/// The host behind the server.
pub const OFFICE: &str = "192.168.77.10";
/// The server inside the VPN.
pub const GATEWAY: &str = "10.8.3.1";
/// UDP port of WireGuard.
pub const PORT: u16 = 51820;

/// A user of the server who may do everything, with his password.
pub const ADMIN: &str = "tecnico";
/// A user who may run Puente's helper and nothing else, without a password.
pub const LIMITED: &str = "ayudante";
/// A user who may do nothing.
pub const NOBODY: &str = "visita";

/// Makes a package of the installed `wireguard-tools` again, and a list of it, as a mirror has them.
const PACK: &str = r#"
             root=$(mktemp -d)
             dpkg -L wireguard-tools | while read -r path; do
               [ -d "$path" ] && continue
               [ -e "$path" ] || continue
               at=$(realpath "$(dirname "$path")")
               mkdir -p "$root$at"
               cp -a "$path" "$root$at/"
             done
             rm -rf "$root/etc"
             mkdir "$root/DEBIAN"
             dpkg -s wireguard-tools | awk '/^(Status|Conffiles):/ { skip = 1; next } /^[^ ]/ { skip = 0 } !skip' > "$root/DEBIAN/control"
             dpkg-deb --root-owner-group -b "$root" DEBS/wireguard-tools.deb >/dev/null
             rm -rf "$root"
             { dpkg-deb -f DEBS/wireguard-tools.deb
               echo "Filename: ./wireguard-tools.deb"
               echo "Size: $(stat -c %s DEBS/wireguard-tools.deb)"
               echo "SHA256: $(sha256sum DEBS/wireguard-tools.deb | cut -d' ' -f1)"
             } > DEBS/Packages"#;

/// The lab. It is gone without a trace when this is dropped.
#[derive(Debug)]
pub struct Lab {
    /// The technician's PC.
    pub client: Space,
    /// The Linux server between the networks.
    pub server: Space,
    /// The database's host.
    pub office: Space,
    password: Secret,
    folder: TempDir,
}

impl Lab {
    /// Sets everything up: about a second.
    ///
    /// # Errors
    /// [`Error::NotInstalled`] with the package; [`Error::Lab`] with the step that failed, and among
    /// them that this machine gives no namespaces.
    pub fn start() -> Result<Lab, Error> {
        for (program, package) in [
            ("/usr/bin/wg-quick", "wireguard-tools"),
            ("/usr/bin/wireguard-go", "wireguard-go"),
            ("/usr/sbin/sshd", "openssh-server"),
            ("/usr/bin/sudo", "sudo"),
        ] {
            if !Path::new(program).exists() {
                return Err(Error::NotInstalled {
                    what: package.to_owned(),
                    reason: format!("there is no {program}"),
                });
            }
        }
        let folder = tempfile::Builder::new()
            .prefix("puente-vpn")
            .tempdir()
            .map_err(Error::file(Path::new("/tmp")))?;
        open_to_all(folder.path(), 0o755)?;
        // Each lab has its own, so that one is known from another's.
        let password = format!("contraseña del técnico {}", folder.path().display());
        let lab = Lab {
            client: Space::new("client")?,
            server: Space::new("server")?,
            office: Space::new("office")?,
            password: Secret::from(password),
            folder,
        };
        lab.lay_cables()?;
        lab.furnish()?;
        lab.serve_wireguard()?;
        lab.serve_ssh()?;
        Ok(lab)
    }

    /// A folder that everyone in the lab can read, removed with it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The private key that opens SSH to all three users.
    pub fn user_key(&self) -> PathBuf {
        self.folder.path().join("user_key")
    }

    /// The password of every user, for SSH and, where he may, for sudo.
    pub fn password(&self) -> &Secret {
        &self.password
    }

    /// The fingerprint of the server's host key, `SHA256:…`, as its administrator sees it.
    ///
    /// # Errors
    /// [`Error::Lab`].
    pub fn fingerprint(&self) -> Result<String, Error> {
        let key = self.folder.path().join("host_key.pub");
        let said = self
            .server
            .run(&format!("ssh-keygen -lf {}", key.display()))?;
        let word = said.split_whitespace().nth(1).unwrap_or_default();
        Ok(word.to_owned())
    }

    /// The server's public key in WireGuard.
    ///
    /// # Errors
    /// [`Error::Lab`].
    pub fn public_key(&self) -> Result<String, Error> {
        let said = self.server.run("wg show wg0 public-key")?;
        Ok(said.trim().to_owned())
    }

    /// The server's file, with its secrets.
    ///
    /// # Errors
    /// [`Error::Lab`].
    pub fn server_file(&self) -> Result<String, Error> {
        self.server.run("cat /etc/wireguard/wg0.conf")
    }

    /// A program that the lab's users can run, also where the original lies in a private folder.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn install(&self, program: &Path) -> Result<PathBuf, Error> {
        let name = program.file_name().unwrap_or_default();
        let copy = self.folder.path().join(name);
        if copy.exists() {
            return Ok(copy);
        }
        fs::copy(program, &copy).map_err(Error::file(program))?;
        open_to_all(&copy, 0o755)?;
        Ok(copy)
    }

    /// A folder that nobody may write in.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn room_for_nobody(&self, name: &str) -> Result<PathBuf, Error> {
        let path = self.folder.path().join(name);
        fs::create_dir_all(&path).map_err(Error::file(&path))?;
        open_to_all(&path, 0o777)?;
        Ok(path)
    }

    /// Switches the server off and on again: SSH and WireGuard end and begin anew, from its files.
    ///
    /// # Errors
    /// [`Error::Lab`].
    pub fn restart_server(&self) -> Result<(), Error> {
        self.stop_server()?;
        self.start_server()
    }

    /// Switches the server's services on again.
    ///
    /// # Errors
    /// [`Error::Lab`].
    pub fn start_server(&self) -> Result<(), Error> {
        self.server.run("wg-quick up wg0")?;
        self.start_sshd()
    }

    /// Switches the server's services off.
    ///
    /// # Errors
    /// [`Error::Lab`].
    pub fn stop_server(&self) -> Result<(), Error> {
        self.server
            .run("wg-quick down wg0; kill $(cat /run/sshd.pid); rm -f /run/sshd.pid")?;
        Ok(())
    }

    /// Gives the server another host key, as after a new installation.
    ///
    /// # Errors
    /// [`Error::Lab`].
    pub fn change_host_key(&self) -> Result<(), Error> {
        let folder = self.folder.path().display();
        self.server.run(&format!(
            "rm -f {folder}/host_key {folder}/host_key.pub; kill $(cat /run/sshd.pid); rm -f /run/sshd.pid
             ssh-keygen -q -t ed25519 -N '' -f {folder}/host_key"
        ))?;
        self.start_sshd()
    }

    /// Makes the server one that has never had WireGuard: its programs and system files become copies of
    /// its own, in which the packages are really removed, and the only source of packages is a folder
    /// that holds them. Nothing of this machine changes.
    ///
    /// # Errors
    /// [`Error::Lab`], among them that this machine is no Debian or has no overlay file system.
    pub fn forget_wireguard(&self) -> Result<(), Error> {
        let folder = self.folder.path().display();
        self.server.run(&format!(
            "wg-quick down wg0
             rm -rf /etc/wireguard
             mkdir -p {folder}/over {folder}/debs
             mount -t tmpfs -o mode=755 tmpfs {folder}/over
             for name in usr var; do
               mkdir -p {folder}/over/$name {folder}/over/$name.work
               mount -t overlay -o lowerdir=/$name,upperdir={folder}/over/$name,workdir={folder}/over/$name.work overlay /$name
             done
             mount -t tmpfs -o mode=755 tmpfs /usr/local/sbin
             {PACK}
             dpkg --purge --force-depends wireguard wireguard-tools >/dev/null 2>&1 || dpkg --purge wireguard-tools >/dev/null
             ! command -v wg-quick
             rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /etc/apt/apt.conf.d/* /etc/apt/preferences.d/*
             echo 'deb [trusted=yes] file:{folder}/debs ./' > /etc/apt/sources.list
             echo 'APT::Sandbox::User \"root\";' > /etc/apt/apt.conf.d/lab
             echo 0 > /proc/sys/net/ipv4/ip_forward"
        ).replace("DEBS", &format!("{folder}/debs")))?;
        Ok(())
    }

    fn lay_cables(&self) -> Result<(), Error> {
        // Laid from inside, so that the machine's own network never sees them.
        self.server.run(
            "ip link set lo up
             ip link add outer type veth peer name cable
             ip link add inner type veth peer name lan",
        )?;
        self.move_cable("cable", self.client.pid())?;
        self.move_cable("lan", self.office.pid())?;
        self.server.run(
            "ip addr add 10.250.0.1/24 dev outer; ip link set outer up
             ip addr add 192.168.77.1/24 dev inner; ip link set inner up
             echo 1 > /proc/sys/net/ipv4/ip_forward",
        )?;
        self.client
            .run("ip link set lo up; ip addr add 10.250.0.2/24 dev cable; ip link set cable up")?;
        self.office.run(
            "ip link set lo up; ip addr add 192.168.77.10/24 dev lan; ip link set lan up
             ip route add default via 192.168.77.1",
        )?;
        Ok(())
    }

    /// The server's own view knows no process of the others: the move is made with the machine's.
    fn move_cable(&self, name: &str, to: u32) -> Result<(), Error> {
        let output = std::process::Command::new("nsenter")
            .args(["--target", &self.server.pid().to_string(), "--net", "--"])
            .args(["ip", "link", "set", name, "netns", &to.to_string()])
            .output()
            .map_err(Error::file(Path::new("nsenter")))?;
        if output.status.success() {
            return Ok(());
        }
        Err(Error::Lab {
            reason: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }

    /// Files of its own, in memory: what is written there is never the machine's, and no program that
    /// insists on having it on the disk waits for one.
    fn furnish(&self) -> Result<(), Error> {
        let folder = self.folder.path().display();
        for (space, name) in [(&self.client, "client"), (&self.server, "server")] {
            space.run(&format!(
                "mkdir -p {folder}/etc-{name}
                 mount -t tmpfs -o mode=755 tmpfs {folder}/etc-{name}
                 cp -a /etc/. {folder}/etc-{name}/
                 mount --bind {folder}/etc-{name} /etc
                 mount -t tmpfs -o mode=755 tmpfs /run
                 mount -t tmpfs -o mode=755 tmpfs /usr/local/sbin
                 rm -rf /etc/wireguard; mkdir -m 700 /etc/wireguard; mkdir -p /run/wireguard /run/sshd"
            ))?;
        }
        Ok(())
    }

    fn serve_wireguard(&self) -> Result<(), Error> {
        self.server.run(
            "umask 077
             cat > /etc/wireguard/wg0.conf <<EOF
# The office's VPN. Ask Ana before you change it.
[Interface]
Address = 10.8.3.1/24
ListenPort = 51820
PrivateKey = $(wg genkey)

# Ana's laptop
[Peer]
PublicKey = $(wg genkey | wg pubkey)
AllowedIPs = 10.8.3.2/32
EOF
             wg-quick up wg0",
        )?;
        Ok(())
    }

    fn serve_ssh(&self) -> Result<(), Error> {
        let folder = self.folder.path().display();
        // By a file: whoever looks at processes sees the script.
        let logins =
            [ADMIN, LIMITED, NOBODY].map(|user| format!("{user}:{}\n", self.password.expose()));
        let path = self.folder.path().join("logins");
        fs::write(&path, logins.concat()).map_err(Error::file(&path))?;
        self.server.run(&format!(
            "ssh-keygen -q -t ed25519 -N '' -f {folder}/host_key
             ssh-keygen -q -t ed25519 -N '' -f {folder}/user_key
             mount -t tmpfs -o mode=755 tmpfs /home
             for user in {ADMIN} {LIMITED} {NOBODY}; do
               useradd -m -s /bin/bash $user
               mkdir -m 700 /home/$user/.ssh
               cp {folder}/user_key.pub /home/$user/.ssh/authorized_keys
               chown -R $user: /home/$user/.ssh
             done
             chpasswd < {folder}/logins
             rm {folder}/logins
             rm -f /etc/sudoers.d/*
             printf 'Defaults lecture=never, !fqdn\nroot ALL=(ALL:ALL) ALL\n{ADMIN} ALL=(ALL:ALL) ALL\n{LIMITED} ALL=(root) NOPASSWD: /usr/local/sbin/puente-peer\n' > /etc/sudoers
             chmod 440 /etc/sudoers
             chmod 644 {folder}/user_key
             cat > /etc/ssh/sshd_config <<EOF
ListenAddress {SERVER}
HostKey {folder}/host_key
PidFile /run/sshd.pid
PasswordAuthentication yes
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
MaxStartups 100
MaxSessions 100
EOF"
        ))?;
        self.start_sshd()
    }

    fn start_sshd(&self) -> Result<(), Error> {
        self.server
            .run("/usr/sbin/sshd -f /etc/ssh/sshd_config -E /run/sshd.log; while ! [ -s /run/sshd.pid ]; do sleep 0.01; done")?;
        Ok(())
    }
}

fn open_to_all(path: &Path, mode: u32) -> Result<(), Error> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(Error::file(path))?;
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}
