//! VPNs of this PC: import, show, connect.

use crate::{App, Nothing, Result};
use chrono::{DateTime, Utc};
use puente_core::{Cancel, Code, Error, ErrorView, Secret};
use puente_vpn::conf::Config;
use puente_vpn::forward::Status;
use puente_vpn::qr;
use puente_vpn::system::Backend as _;
use puente_vpn::tunnels::Tunnels;
use puente_vpn::vpns::{self, NewVpn, Remote, State, Tunnel, Vpn};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use ts_rs::TS;

/// Names a VPN.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "VpnNamed")]
pub struct Named {
    /// Its name or its number.
    pub vpn: String,
}

/// A `.conf` that someone else made. Its keys are taken in and go to the keyring.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "VpnImport")]
pub struct Import {
    /// As people are to call it.
    pub name: String,
    /// The text of the file.
    #[serde(deserialize_with = "secret")]
    #[ts(type = "string")]
    pub conf: Secret,
}

/// A VPN, as it is shown. No secret is among it.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "Vpn")]
pub struct VpnRow {
    /// Its number.
    pub id: vpns::VpnId,
    /// Unique, as people call it.
    pub name: String,
    /// How far it is.
    pub state: State,
    /// This PC's public key.
    pub public_key: String,
    /// What its file says.
    pub tunnel: Tunnel,
    /// How its server is managed; none for an imported one.
    pub remote: Option<Remote>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Why the last contact with the server failed.
    pub last_error: Option<ErrorView>,
    /// How its tunnel is, while this program holds it open.
    pub status: Option<Status>,
    /// The ports of this PC that lead through it.
    pub doors: Vec<DoorView>,
}

/// A port of this PC that leads through a VPN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "VpnDoor")]
pub struct DoorView {
    /// Where programs connect to: `127.0.0.1:40123`.
    pub local: String,
    /// Where it leads: `192.168.1.10:3050`.
    pub target: String,
}

/// What an import found.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "VpnImported")]
pub struct Imported {
    /// The VPN.
    pub vpn: VpnRow,
    /// Commands that the file wanted to run. Puente never runs them.
    pub hooks: Vec<String>,
    /// Settings that are of no use here.
    pub ignored: Vec<String>,
}

/// A file with its secrets, for whoever asked for it.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "VpnConf")]
pub struct ConfView {
    /// What to call the file.
    pub file_name: String,
    /// Its text.
    pub text: String,
}

/// The file as a picture that a phone reads, with its secrets.
#[derive(Debug, Clone, Serialize, TS)]
#[ts(rename = "VpnQr")]
pub struct QrView {
    /// In SVG.
    pub svg: String,
    /// In characters, for a dark terminal.
    pub text: String,
}

/// Where the tunnel of a VPN is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "VpnMode")]
pub enum Mode {
    /// Inside this program: no administrator, and ports of this PC that lead through it.
    #[default]
    Inside,
    /// The whole PC, by the helper of the system or the official WireGuard program.
    System,
}

/// Whether the whole PC can be connected, and to which VPNs it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "VpnWholePc")]
pub struct WholePc {
    /// Whether something on this PC can do it.
    pub available: bool,
    /// The VPNs that the whole PC is in.
    pub tunnels: Vec<SystemTunnel>,
}

/// A VPN that the whole PC is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "VpnSystemTunnel")]
pub struct SystemTunnel {
    /// The VPN's number.
    pub vpn: vpns::VpnId,
    /// How its tunnel is.
    pub status: Status,
}

/// A tunnel to be opened.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields, default)]
#[ts(rename = "VpnConnect", optional_fields = nullable)]
pub struct Connect {
    /// The VPN's name or number.
    pub vpn: String,
    /// What a port of this PC is to lead to: `192.168.1.10:3050`; none opens the tunnel alone.
    pub target: Option<String>,
    /// That port; none takes a free one.
    pub port: Option<u16>,
    /// Where the tunnel is to be; inside this program when left out.
    pub mode: Option<Mode>,
}

/// A tunnel that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "VpnConnected")]
pub struct Connected {
    /// The VPN's name.
    pub vpn: String,
    /// Where programs of this PC connect to, if a target was named.
    pub local: Option<String>,
    /// How the tunnel is.
    pub status: Status,
}

/// All VPNs, by name.
///
/// # Errors
/// Those of the store.
pub fn list(app: &App, _: Nothing) -> Result<Vec<VpnRow>> {
    let all = vpns::list(&app.room.state)?;
    Ok(all.into_iter().map(|vpn| row(app, vpn)).collect())
}

/// One VPN.
///
/// # Errors
/// That it doesn't exist.
pub fn show(app: &App, request: Named) -> Result<VpnRow> {
    Ok(row(app, vpns::find(&app.room.state, &request.vpn)?))
}

/// Takes in a `.conf`. Commands in it are reported, and never run.
///
/// # Errors
/// That the file is malformed, or the name is taken; those of the keyring, and nothing is kept then.
pub fn import(app: &App, request: Import) -> Result<Imported> {
    let room = &app.room;
    let config = Config::parse(request.conf.expose())?;
    let new = NewVpn {
        name: request.name,
        state: State::Active,
        public_key: config.private_key.public(),
        tunnel: Tunnel::from(&config),
        remote: None,
    };
    let name = new.name.clone();
    let id = vpns::insert(&room.state, new, room.clock.now())?;
    let shared = config.peer.preshared_key.as_ref();
    if let Err(error) = vpns::hide(&room.secrets, id, &config.private_key, shared) {
        vpns::remove(&room.state, &room.secrets, id)?;
        return Err(error.into());
    }
    app.audit(
        "vpn.import",
        &format!("vpn:{id}"),
        json!({ "name": name, "hooks": config.hooks }),
    )?;
    Ok(Imported {
        vpn: row(app, vpns::get(&room.state, id)?),
        hooks: config.hooks,
        ignored: config.ignored,
    })
}

/// The file of a VPN, with its secrets.
///
/// # Errors
/// That it doesn't exist; those of the keyring.
pub fn conf(app: &App, request: Named) -> Result<ConfView> {
    let vpn = vpns::find(&app.room.state, &request.vpn)?;
    let text = vpn.config(&app.room.secrets)?.render();
    let subject = format!("vpn:{}", vpn.id);
    app.audit("vpn.conf", &subject, json!({ "name": vpn.name }))?;
    // Names of files that every system takes, and interfaces of Linux too: at most 15 characters.
    let plain: String = vpn
        .name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .take(15)
        .collect();
    let name = if plain.is_empty() { "vpn" } else { &plain };
    Ok(ConfView {
        file_name: format!("{name}.conf"),
        text,
    })
}

/// Where the files of VPNs are to be written.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "VpnExport", optional_fields = nullable)]
pub struct Export {
    /// Names or numbers; all that can be used when it is empty.
    #[serde(default)]
    #[ts(as = "Option<Vec<String>>")]
    pub vpns: Vec<String>,
    /// An archive with a file for each if it ends in `.zip`, and otherwise the file of the one VPN.
    pub output: PathBuf,
    /// Whether a file that is there may be replaced.
    #[serde(default)]
    #[ts(as = "Option<bool>")]
    pub overwrite: bool,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "VpnExported")]
pub struct Exported {
    /// The file. It holds private keys, and only its owner may read it.
    pub output: PathBuf,
    /// The VPNs that are in it.
    pub vpns: Vec<String>,
}

/// Writes the files of VPNs, with their secrets, for whoever is to use them.
///
/// # Errors
/// That one doesn't exist or can't be used yet, that there is more than one for a single file, that the
/// file is there or can't be written; those of the keyring.
pub fn export(app: &App, request: Export) -> Result<Exported> {
    let state = &app.room.state;
    let all: Vec<Vpn> = match request.vpns.is_empty() {
        true => vpns::list(state)?
            .into_iter()
            .filter(|vpn| vpn.state == State::Active)
            .collect(),
        false => request
            .vpns
            .iter()
            .map(|name| vpns::find(state, name))
            .collect::<puente_vpn::Result<_>>()?,
    };
    let mut files = Vec::new();
    for vpn in &all {
        files.push(conf(
            app,
            Named {
                vpn: vpn.id.to_string(),
            },
        )?);
    }
    let output = &request.output;
    let is_zip = output
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("zip"));
    let bytes = match (is_zip, &files[..]) {
        (_, []) => return Err(Error::invalid("vpn", "empty")),
        (true, files) => {
            zipped(files).map_err(|error| Error::invalid("output", &error).because(&error))?
        }
        (false, [file]) => file.text.clone().into_bytes(),
        (false, _) => return Err(Error::invalid("output", "one_vpn")),
    };
    write_private(output, &bytes, request.overwrite)?;
    Ok(Exported {
        output: request.output,
        vpns: all.into_iter().map(|vpn| vpn.name).collect(),
    })
}

/// Each file once: names that come to the same are told apart by a number.
fn zipped(files: &[ConfView]) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut names = BTreeSet::new();
    for file in files {
        let stem = file.file_name.trim_end_matches(".conf");
        let numbered = (1..).map(|n| match n {
            1 => file.file_name.clone(),
            n => format!("{:.12}-{n}.conf", stem),
        });
        let name = numbered.into_iter().find(|name| !names.contains(name));
        let name = name.unwrap_or_default();
        archive.start_file(&*name, zip::write::SimpleFileOptions::default())?;
        std::io::Write::write_all(&mut archive, file.text.as_bytes())?;
        names.insert(name);
    }
    Ok(archive.finish()?.into_inner())
}

/// Writes a file that only its owner may read.
///
/// # Errors
/// That it is there already, or can't be written.
pub fn write_private(path: &Path, bytes: &[u8], overwrite: bool) -> Result<()> {
    let failed = |error: std::io::Error| {
        Error::new(Code::FileUnreadable)
            .with("path", path.display())
            .with("line", 0)
            .with("reason", error.kind())
    };
    let mut options = std::fs::OpenOptions::new();
    options
        .write(true)
        .create(true)
        .truncate(overwrite)
        .create_new(!overwrite);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut written = options.open(path).map_err(failed)?;
    std::io::Write::write_all(&mut written, bytes).map_err(failed)
}

/// The file of a VPN as a picture for a phone, with its secrets.
///
/// # Errors
/// As [`conf`].
pub fn qr(app: &App, request: Named) -> Result<QrView> {
    let file = conf(app, request)?;
    Ok(QrView {
        svg: qr::svg(&file.text)?,
        text: qr::terminal(&file.text)?,
    })
}

/// Opens the tunnel of a VPN inside this program, which needs no administrator, and a port of this PC
/// that leads through it. It stays open until it is ended, or this program ends.
///
/// # Errors
/// That nobody answers within ten seconds, that the target does not lie behind the VPN, or that the
/// port is taken.
pub fn connect(app: &App, request: Connect) -> Result<Connected> {
    let vpn = vpns::find(&app.room.state, &request.vpn)?;
    if request.mode == Some(Mode::System) {
        return connect_whole_pc(app, vpn);
    }
    let target = request
        .target
        .as_deref()
        .map(|text| {
            puente_vpn::conf::parse_endpoint(text)
                .ok_or_else(|| Error::invalid("target", "host_port"))
        })
        .transpose()?;
    let local = app.tunnels.connect(
        vpn.id,
        target.as_ref().map(|(host, port)| (host.as_str(), *port)),
        request.port.unwrap_or(0),
        &Cancel::new(),
    )?;
    app.audit(
        "vpn.connect",
        &format!("vpn:{}", vpn.id),
        json!({ "name": vpn.name, "target": request.target }),
    )?;
    Ok(Connected {
        local: local.map(|address| address.to_string()),
        status: app.tunnels.status(vpn.id).unwrap_or_default(),
        vpn: vpn.name,
    })
}

/// It stays until it is ended, also when this program ends.
fn connect_whole_pc(app: &App, vpn: Vpn) -> Result<Connected> {
    let system = system(app);
    system.up(vpn.id, &Cancel::new())?;
    let subject = format!("vpn:{}", vpn.id);
    app.audit(
        "vpn.connect",
        &subject,
        json!({ "name": vpn.name, "mode": Mode::System }),
    )?;
    Ok(Connected {
        local: None,
        status: system.status(vpn.id)?.unwrap_or_default(),
        vpn: vpn.name,
    })
}

/// Who can connect the whole PC.
#[cfg(unix)]
fn system(app: &App) -> puente_vpn::system::Helper {
    let path = std::env::var_os("PUENTE_TUNNEL_SOCKET");
    puente_vpn::system::Helper {
        state: app.room.state.clone(),
        secrets: app.room.secrets.clone(),
        socket: path.map_or_else(|| puente_vpn::system::SOCKET.into(), PathBuf::from),
    }
}

/// Who can connect the whole PC.
#[cfg(not(unix))]
fn system(app: &App) -> puente_vpn::system::Official {
    let programs = std::env::var_os("ProgramFiles").unwrap_or_else(|| r"C:\Program Files".into());
    let folder = Path::new(&programs).join("WireGuard");
    puente_vpn::system::Official {
        state: app.room.state.clone(),
        clock: std::sync::Arc::clone(&app.room.clock),
        secrets: app.room.secrets.clone(),
        program: folder.join("wireguard.exe"),
        wg: folder.join("wg.exe"),
        folder: app.dir.path().to_owned(),
    }
}

/// Whether the whole PC can be connected, and to which VPNs it is.
///
/// # Errors
/// Those of the store.
pub fn whole_pc(app: &App, _: Nothing) -> Result<WholePc> {
    let system = system(app);
    if !system.is_there() {
        return Ok(WholePc {
            available: false,
            tunnels: Vec::new(),
        });
    }
    let mut tunnels = Vec::new();
    for vpn in vpns::list(&app.room.state)? {
        // One that does not answer for this user has no tunnel of his.
        if let Ok(Some(status)) = system.status(vpn.id) {
            tunnels.push(SystemTunnel {
                vpn: vpn.id,
                status,
            });
        }
    }
    Ok(WholePc {
        available: true,
        tunnels,
    })
}

/// Ends the tunnel of a VPN, and the connections that go through it; that of the whole PC too.
///
/// # Errors
/// That it doesn't exist; those of the system.
pub fn disconnect(app: &App, request: Named) -> Result<VpnRow> {
    let vpn = vpns::find(&app.room.state, &request.vpn)?;
    let system = system(app);
    let was_system = system.is_there() && system.down(vpn.id)?;
    if app.tunnels.disconnect(vpn.id) || was_system {
        let subject = format!("vpn:{}", vpn.id);
        app.audit("vpn.disconnect", &subject, json!({ "name": vpn.name }))?;
    }
    Ok(row(app, vpn))
}

/// Forgets a VPN and its keys on this PC. A server that knows it is not told: that is to revoke.
///
/// # Errors
/// That it doesn't exist, or that servers are reached through it; those of the keyring.
pub fn remove(app: &App, request: Named) -> Result<VpnRow> {
    let vpn = vpns::find(&app.room.state, &request.vpn)?;
    let through = |server: &puente_erp::servers::Server| server.options.vpn == Some(vpn.id);
    if puente_erp::servers::list(&app.room.state)?
        .iter()
        .any(through)
    {
        return Err(Error::invalid("vpn", "in_use"));
    }
    app.tunnels.disconnect(vpn.id);
    vpns::remove(&app.room.state, &app.room.secrets, vpn.id)?;
    let subject = format!("vpn:{}", vpn.id);
    app.audit("vpn.remove", &subject, json!({ "name": vpn.name }))?;
    Ok(row(app, vpn))
}

/// Servers behind VPNs, for those who read them: two domains that don't know each other meet here.
pub(crate) struct ThroughVpn(pub Tunnels);

impl puente_erp::Route for ThroughVpn {
    fn reach(&self, vpn: i64, host: &str, port: u16, cancel: &Cancel) -> Result<SocketAddr> {
        Ok(self.0.reach(vpn, host, port, cancel)?)
    }
}

pub(crate) fn row(app: &App, vpn: Vpn) -> VpnRow {
    let doors = app.tunnels.doors(vpn.id).into_iter();
    VpnRow {
        status: app.tunnels.status(vpn.id),
        doors: doors
            .map(|(local, target)| DoorView {
                local: local.to_string(),
                target: target.to_string(),
            })
            .collect(),
        id: vpn.id,
        name: vpn.name,
        state: vpn.state,
        public_key: vpn.public_key,
        tunnel: vpn.tunnel,
        remote: vpn.remote,
        created_at: vpn.created_at,
        last_error: vpn.last_error.map(|error| error.view(app.lang())),
    }
}

pub(crate) fn secret<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;
    use puente_vpn::keys::PrivateKey;

    fn import_one(desk: &Desk, name: &str) -> String {
        let conf = format!(
            "[Interface]\nPrivateKey = {}\nAddress = 10.8.3.10/32\n[Peer]\nPublicKey = {}\n\
             Endpoint = vpn.example.com:51820\nAllowedIPs = 10.8.3.0/24\n",
            PrivateKey::generate().written().expose(),
            PrivateKey::generate().public(),
        );
        let request = Import {
            name: name.to_owned(),
            conf: Secret::from(conf),
        };
        import(&desk.app, request).unwrap();
        let named = Named {
            vpn: name.to_owned(),
        };
        conf_text(desk, named)
    }

    fn conf_text(desk: &Desk, named: Named) -> String {
        conf(&desk.app, named).unwrap().text
    }

    #[test]
    fn all_files_go_into_one_archive_that_only_its_owner_reads() {
        let desk = Desk::new();
        // Both names come to the same in a file's name.
        let texts = [import_one(&desk, "Bodega ñ"), import_one(&desk, "Bodega é")];
        let to = |name: &str, vpns: &[&str]| Export {
            vpns: vpns.iter().map(|&name| name.to_owned()).collect(),
            output: desk.folder.path().join(name),
            overwrite: false,
        };
        let written = export(&desk.app, to("todas.zip", &[])).unwrap();
        assert_eq!(written.vpns.len(), 2);
        let file = std::fs::File::open(&written.output).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = file.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let mut archive = zip::ZipArchive::new(file).unwrap();
        for (at, name) in ["Bodega.conf", "Bodega-2.conf"].into_iter().enumerate() {
            let file = archive.by_index(at).unwrap();
            assert_eq!(file.name().unwrap(), name);
            let text = std::io::read_to_string(file).unwrap();
            assert!(texts.contains(&text), "{name}");
        }
        let one = export(&desk.app, to("una.conf", &["bodega ñ"])).unwrap();
        assert_eq!(std::fs::read_to_string(one.output).unwrap(), texts[0]);
        assert!(export(&desk.app, to("una.conf", &["bodega ñ"])).is_err());
        assert!(export(&desk.app, to("dos.conf", &[])).is_err());
    }
}
