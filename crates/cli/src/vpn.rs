//! The verbs of VPNs.

use crate::args::{Vpn, VpnLogin, VpnServer};
use crate::output::Terminal;
use crate::verbs::{confirm, finish, password};
use puente_app::jobs::JobRow;
use puente_app::vpn::files::{self, Export};
use puente_app::vpn::whole_pc::{self, Seen};
use puente_app::vpn::{self, Connect, Connected, Import, Mode, Named, VpnRow};
use puente_app::vpn_peers::{self, Create, Relogin};
use puente_app::{App, Nothing};
use puente_core::{Code, Error, Secret};
use puente_vpn::conf::{LARGEST, endpoint as written};
use puente_vpn::peers::{Preview, ServerView};
use puente_vpn::vpns::Login;
use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

type Result<T> = std::result::Result<T, Error>;

pub fn vpn(terminal: &Terminal, app: &App, verb: Vpn) -> Result<()> {
    match verb {
        Vpn::List => {
            let rows = vpn::list(app, Nothing {})?;
            let whole = whole_pc::whole_pc(app, Nothing {})?;
            let is_in = |id| whole.tunnels.iter().any(|tunnel| tunnel.vpn == id);
            terminal.result(&rows, |rows| show_list(terminal, rows, &is_in));
        }
        Vpn::Preview(server) => {
            let preview = vpn_peers::preview(app, to_create(terminal, *server)?)?;
            terminal.result(&preview, |preview| show_preview(terminal, preview));
        }
        Vpn::Create(server) => {
            let jobs = vpn_peers::create(app, to_create(terminal, *server)?)?;
            return finish(terminal, app, &jobs, |jobs| {
                for job in jobs.iter().filter(|job| job.error.is_none()) {
                    terminal.line(terminal.fill("vpn.created", &[("name", &job.subject)]));
                }
            });
        }
        Vpn::Revoke { vpn: name, yes } => {
            let question = terminal.fill("vpn.revoke?", &[("name", &name)]);
            confirm(terminal, yes, &question)?;
            let jobs = vpn_peers::revoke(app, Named { vpn: name })?;
            return finish(terminal, app, &jobs, |jobs| show_done(terminal, jobs));
        }
        Vpn::Rotate { vpn: name } => {
            let jobs = vpn_peers::rotate(app, Named { vpn: name })?;
            return finish(terminal, app, &jobs, |jobs| show_done(terminal, jobs));
        }
        Vpn::Retry { vpn: name } => {
            let jobs = vpn_peers::retry(app, Named { vpn: name })?;
            return finish(terminal, app, &jobs, |jobs| show_done(terminal, jobs));
        }
        Vpn::Bootstrap(given) => return crate::vpn_setup::bootstrap(terminal, app, *given),
        Vpn::Login(given) => {
            let row = vpn_peers::login(app, to_relogin(terminal, *given)?)?;
            terminal.result(&row, |row| show_one(terminal, row));
        }
        Vpn::Export {
            vpns,
            output,
            overwrite,
        } => {
            let request = Export {
                vpns,
                output,
                overwrite,
            };
            let exported = files::export(app, request)?;
            terminal.result(&exported, |exported| {
                let path = exported.output.display();
                terminal.line(terminal.fill("vpn.written", &[("path", &path)]));
            });
        }
        Vpn::Status { vpn: name, system } => return status(terminal, app, name, system),
        Vpn::Import { file, name } => return import(terminal, app, &file, name),
        Vpn::Show { vpn: name } => {
            let row = vpn::show(app, Named { vpn: name })?;
            terminal.result(&row, |row| show_one(terminal, row));
        }
        Vpn::Conf {
            vpn: name,
            output,
            overwrite,
        } => return conf(terminal, app, name, output.as_deref(), overwrite),
        Vpn::Qr { vpn: name } => {
            let picture = files::qr(app, Named { vpn: name })?;
            terminal.result(&picture, |picture| terminal.line(&picture.text));
        }
        Vpn::Connect {
            vpn: name,
            system: true,
            ..
        } => {
            let request = Connect {
                vpn: name,
                mode: Some(Mode::System),
                ..Connect::default()
            };
            let connected = vpn::connect(app, request)?;
            terminal.result(&connected, |connected| {
                let name = &connected.vpn;
                terminal.line(terminal.fill("vpn.whole_pc", &[("name", name)]));
            });
        }
        Vpn::Disconnect { vpn: name } => {
            let row = vpn::disconnect(app, Named { vpn: name })?;
            terminal.result(&row, |row| {
                terminal.line(terminal.fill("vpn.done", &[("name", &row.name)]));
            });
        }
        Vpn::Connect {
            vpn: name,
            system: false,
            to,
            port,
        } => return connect(terminal, app, name, to, port),
        Vpn::Remove { vpn: name, yes } => {
            let question = terminal.fill("vpn.remove?", &[("name", &name)]);
            confirm(terminal, yes, &question)?;
            let row = vpn::remove(app, Named { vpn: name })?;
            terminal.result(&row, |row| {
                terminal.line(terminal.fill("vpn.removed", &[("name", &row.name)]));
            });
        }
    }
    Ok(())
}

/// What opens a locked key: asked for, or the first line of the input.
pub fn passphrase(terminal: &Terminal, asked: bool) -> Result<Option<Secret>> {
    let piped = !std::io::stdin().is_terminal();
    asked.then(|| password(terminal, piped)).transpose()
}

fn to_create(terminal: &Terminal, given: VpnServer) -> Result<Create> {
    let login = match (given.agent, given.key) {
        (true, _) => Login::Agent,
        (false, Some(path)) => Login::Key { path },
        (false, None) => Login::Password,
    };
    let opens = passphrase(terminal, given.passphrase)?;
    let asks = given.password_stdin || login == Login::Password;
    let password = match asks {
        true => Some(password(terminal, given.password_stdin)?),
        false => None,
    };
    // With a key the password is the one that sudo asks for.
    let (password, sudo_password) = match login {
        Login::Password => (password, None),
        Login::Agent | Login::Key { .. } => (opens, password),
    };
    Ok(Create {
        name: given.name,
        host: given.host,
        port: Some(given.port),
        user: given.user,
        login,
        password,
        sudo_password,
        fingerprint: given.fingerprint,
        interface: Some(given.interface),
        address: given.address.map(|address| address.to_string()),
        endpoint: given.endpoint,
        allowed: given.allow,
        preshared: Some(!given.no_preshared),
    })
}

fn to_relogin(terminal: &Terminal, given: VpnLogin) -> Result<Relogin> {
    let login = match (given.agent, given.key, given.password) {
        (true, _, _) => Some(Login::Agent),
        (false, Some(path), _) => Some(Login::Key { path }),
        (false, None, true) => Some(Login::Password),
        (false, None, false) => None,
    };
    let opens = passphrase(terminal, given.passphrase)?;
    let password = match given.password || given.password_stdin {
        true => Some(password(terminal, given.password_stdin)?),
        false => None,
    };
    // With a key the password is the one that sudo asks for.
    let (password, sudo_password) = match login {
        Some(Login::Agent | Login::Key { .. }) => (opens, password),
        Some(Login::Password) | None => (password, None),
    };
    Ok(Relogin {
        vpn: given.vpn,
        host: given.host,
        port: given.port,
        user: given.user,
        login,
        password,
        sudo_password,
        fingerprint: given.fingerprint,
    })
}

fn show_preview(terminal: &Terminal, preview: &Preview) {
    let (address, network) = (&preview.address, &preview.network);
    terminal.line(terminal.fill(
        "vpn.preview",
        &[
            ("address", address),
            ("network", network),
            ("peers", &preview.peers),
        ],
    ));
    for command in &preview.commands {
        terminal.line(format!("  {command}"));
    }
    terminal.line(terminal.text("vpn.block"));
    for line in preview.block.lines() {
        terminal.line(format!("  {line}"));
    }
    terminal.line(terminal.fill("vpn.rule", &[("rule", &preview.sudo_rule)]));
}

fn show_done(terminal: &Terminal, jobs: &[JobRow]) {
    for job in jobs.iter().filter(|job| job.error.is_none()) {
        terminal.line(terminal.fill("vpn.done", &[("name", &job.subject)]));
    }
}

/// How the server sees a VPN, and which other process of this PC has it open.
#[derive(serde::Serialize)]
struct Status {
    #[serde(flatten)]
    seen: ServerView,
    held_by: Option<u32>,
}

/// The server is asked about what it manages; what was imported is known by the tunnel of this PC alone.
fn status(terminal: &Terminal, app: &App, name: String, system: bool) -> Result<()> {
    let named = Named { vpn: name };
    let row = vpn::show(app, named.clone())?;
    if row.remote.is_some() && !system {
        let status = Status {
            seen: vpn_peers::ask(app, named)?,
            held_by: row.held_by,
        };
        terminal.result(&status, |status| {
            show_seen(terminal, &status.seen);
            show_holder(terminal, status.held_by);
        });
    } else {
        let seen = whole_pc::look(app, named)?;
        terminal.result(&seen, |seen| show_whole_pc(terminal, seen));
    }
    Ok(())
}

fn show_whole_pc(terminal: &Terminal, seen: &Seen) {
    let name = &seen.vpn;
    if seen.held_by.is_some() {
        return show_holder(terminal, seen.held_by);
    }
    let Some(status) = &seen.status else {
        return terminal.line(terminal.fill("vpn.whole_pc.out", &[("name", name)]));
    };
    let key = match status.handshake_seconds {
        Some(_) => "vpn.whole_pc.in",
        None => "vpn.whole_pc.waits",
    };
    let seconds = status.handshake_seconds.unwrap_or_default();
    let endpoint = status.endpoint.clone().unwrap_or_default();
    terminal.line(terminal.fill(
        key,
        &[
            ("name", name),
            ("seconds", &seconds),
            ("received", &status.received),
            ("sent", &status.sent),
            ("endpoint", &endpoint),
        ],
    ));
}

/// Another process has it open, and where it can be ended.
fn show_holder(terminal: &Terminal, held_by: Option<u32>) {
    if let Some(process) = held_by {
        terminal.line(terminal.fill("vpn.held", &[("process", &process)]));
    }
}

fn show_seen(terminal: &Terminal, seen: &ServerView) {
    let key = match (seen.known, seen.handshake_seconds) {
        (false, _) => "vpn.unknown",
        (true, None) => "vpn.never",
        (true, Some(_)) => "vpn.seen",
    };
    let seconds = seen.handshake_seconds.unwrap_or_default();
    let endpoint = seen.endpoint.clone().unwrap_or_default();
    terminal.line(terminal.fill(
        key,
        &[
            ("seconds", &seconds),
            ("received", &seen.received),
            ("sent", &seen.sent),
            ("endpoint", &endpoint),
        ],
    ));
}

fn import(terminal: &Terminal, app: &App, file: &Path, name: Option<String>) -> Result<()> {
    let text = text_of(file).map_err(|error| unreadable(file, &error))?;
    let stem = || {
        let stem = file.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    };
    let request = Import {
        name: name.unwrap_or_else(stem),
        conf: Secret::from(text),
    };
    let imported = vpn::import(app, request)?;
    terminal.result(&imported, |imported| {
        let name = &imported.vpn.name;
        terminal.line(terminal.fill("vpn.imported", &[("name", name)]));
        for hook in &imported.hooks {
            terminal.line(terminal.fill("vpn.hook", &[("hook", hook)]));
        }
    });
    Ok(())
}

/// No more of it than can be one; comments may be in the letters of an old Windows.
fn text_of(file: &Path) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    let most = LARGEST as u64 + 1;
    std::fs::File::open(file)?
        .take(most)
        .read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn unreadable(file: &Path, error: &std::io::Error) -> Error {
    Error::new(Code::FileUnreadable)
        .with("path", file.display())
        .with("line", 0)
        .with("reason", error.kind())
}

fn conf(
    terminal: &Terminal,
    app: &App,
    name: String,
    output: Option<&Path>,
    overwrite: bool,
) -> Result<()> {
    let file = files::conf(app, Named { vpn: name })?;
    let Some(path) = output else {
        terminal.result(&file, |file| terminal.line(file.text.trim_end()));
        return Ok(());
    };
    files::write_private(path, file.text.as_bytes(), overwrite)?;
    let path = path.display();
    terminal.note(terminal.fill("vpn.written", &[("path", &path)]));
    Ok(())
}

/// Holds the tunnel open until it is interrupted.
fn connect(
    terminal: &Terminal,
    app: &App,
    name: String,
    to: Option<String>,
    port: Option<u16>,
) -> Result<()> {
    let request = Connect {
        vpn: name,
        target: to.clone(),
        port,
        mode: Some(Mode::Inside),
    };
    let connected = vpn::connect(app, request)?;
    terminal.result(&connected, |connected| {
        show_connected(terminal, connected, to)
    });
    wait();
    app.tunnels.stop();
    Ok(())
}

fn show_connected(terminal: &Terminal, connected: &Connected, to: Option<String>) {
    let name = &connected.vpn;
    terminal.line(terminal.fill("vpn.connected", &[("name", name)]));
    if let (Some(local), Some(target)) = (&connected.local, to) {
        terminal.line(terminal.fill("vpn.door", &[("local", local), ("target", &target)]));
    }
    terminal.line(terminal.text("vpn.until"));
}

/// Until Ctrl+C or the system's wish to end. Where no signal can be waited for, for ever.
fn wait() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(ended()),
        Err(error) => tracing::error!(%error, "no signal can be waited for"),
    }
}

#[cfg(unix)]
async fn ended() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminated) = signal(SignalKind::terminate()) else {
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}

#[cfg(not(unix))]
async fn ended() {
    // An error means that no signal can come.
    drop(tokio::signal::ctrl_c().await);
}

fn show_list(terminal: &Terminal, rows: &[VpnRow], has_whole_pc: &dyn Fn(i64) -> bool) {
    let table = rows.iter().map(|row| {
        let state = match (has_whole_pc(row.id), row.held_by) {
            (true, _) => "vpn.state.whole_pc".to_owned(),
            (false, Some(_)) => "vpn.state.held".to_owned(),
            (false, None) => format!("vpn.state.{}", row.state.as_str()),
        };
        let process = row.held_by.unwrap_or_default();
        vec![
            row.name.clone(),
            terminal.fill(&state, &[("process", &process)]),
            addresses(row),
            endpoint(row),
        ]
    });
    let headings =
        ["col.name", "col.state", "col.address", "col.endpoint"].map(|key| terminal.text(key));
    terminal.table(&headings, table.collect(), terminal.text("vpn.none"));
}

fn show_one(terminal: &Terminal, row: &VpnRow) {
    show_list(terminal, std::slice::from_ref(row), &|_| false);
    let allowed = row.tunnel.servers().flat_map(|server| &server.allowed);
    let allowed: Vec<String> = allowed.map(ToString::to_string).collect();
    let allowed = allowed.join(", ");
    terminal.line(terminal.fill("vpn.leads", &[("allowed", &allowed)]));
    terminal.line(terminal.fill("vpn.key", &[("key", &row.public_key)]));
    show_holder(terminal, row.held_by);
    if let Some(error) = &row.last_error {
        terminal.explain(error);
    }
}

fn addresses(row: &VpnRow) -> String {
    let all: Vec<String> = row
        .tunnel
        .addresses
        .iter()
        .map(ToString::to_string)
        .collect();
    all.join(", ")
}

fn endpoint(row: &VpnRow) -> String {
    let all = row.tunnel.servers();
    let all: Vec<String> = all
        .map(|server| written(&server.host, server.port))
        .collect();
    all.join(", ")
}
