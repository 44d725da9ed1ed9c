//! `vpn bootstrap`: a server without WireGuard.

use crate::args::VpnBootstrap;
use crate::output::Terminal;
use crate::verbs::{confirm, finish, password};
use crate::vpn::passphrase;
use puente_app::vpn_setup::{self, Named, Preview, Request, SetupRow};
use puente_app::{App, Nothing};
use puente_core::Error;
use puente_vpn::bootstrap::Step;
use puente_vpn::vpns::Login;

type Result<T> = std::result::Result<T, Error>;

pub fn bootstrap(terminal: &Terminal, app: &App, given: VpnBootstrap) -> Result<()> {
    if given.list {
        let rows = vpn_setup::list(app, Nothing {})?;
        terminal.result(&rows, |rows| show_list(terminal, rows));
        return Ok(());
    }
    if let Some(id) = given.undo.or(given.retry) {
        return again(terminal, app, &given, id);
    }
    let (preview_only, yes) = (given.preview, given.yes);
    let mut request = to_request(terminal, given)?;
    let found = vpn_setup::preview(app, request.clone())?;
    if preview_only {
        terminal.result(&found, |found| show_preview(terminal, found));
        return Ok(());
    }
    if !yes {
        show_preview(terminal, &found);
        confirm(terminal, yes, terminal.text("vpn.setup?"))?;
    }
    request.seal = Some(found.seal);
    let jobs = vpn_setup::run(app, request)?;
    finish(terminal, app, &jobs, |jobs| {
        for job in jobs.iter().filter(|job| job.error.is_none()) {
            terminal.line(terminal.fill("vpn.setup.done", &[("host", &job.subject)]));
        }
    })
}

fn again(terminal: &Terminal, app: &App, given: &VpnBootstrap, id: i64) -> Result<()> {
    let password = match given.password_stdin {
        true => Some(password(terminal, true)?),
        false => None,
    };
    let request = Named {
        setup: id,
        password: None,
        sudo_password: password,
    };
    let jobs = match given.undo {
        Some(_) => {
            confirm(terminal, given.yes, terminal.text("vpn.setup.undo?"))?;
            vpn_setup::undo(app, request)?
        }
        None => vpn_setup::retry(app, request)?,
    };
    finish(terminal, app, &jobs, |jobs| {
        for job in jobs.iter().filter(|job| job.error.is_none()) {
            terminal.line(terminal.fill("vpn.setup.ended", &[("host", &job.subject)]));
        }
    })
}

fn to_request(terminal: &Terminal, given: VpnBootstrap) -> Result<Request> {
    let login = match (given.agent, given.key) {
        (true, _) => Login::Agent,
        (false, Some(path)) => Login::Key { path },
        (false, None) => Login::Password,
    };
    let opens = passphrase(terminal, given.passphrase)?;
    let password = match given.password_stdin || login == Login::Password {
        true => Some(password(terminal, given.password_stdin)?),
        false => None,
    };
    // With a key the password is the one that sudo asks for.
    let (password, sudo_password) = match login {
        Login::Password => (password, None),
        Login::Agent | Login::Key { .. } => (opens, password),
    };
    Ok(Request {
        host: given.host.unwrap_or_default(),
        port: Some(given.port),
        user: given.user.unwrap_or_default(),
        login,
        password,
        sudo_password,
        fingerprint: given.fingerprint,
        interface: Some(given.interface),
        network: given.network,
        udp_port: given.udp_port,
        masquerade: Some(!given.no_masquerade),
        seal: None,
    })
}

fn show_preview(terminal: &Terminal, found: &Preview) {
    let release = &found.plan.release;
    terminal.line(terminal.fill("vpn.setup.preview", &[("release", release)]));
    if !found.plan.tested {
        terminal.line(terminal.text("vpn.setup.untested"));
    }
    show_steps(terminal, &found.plan.steps);
}

fn show_steps(terminal: &Terminal, steps: &[Step]) {
    for (number, step) in (1..).zip(steps) {
        for (at, line) in step.command.lines().enumerate() {
            match at {
                0 => terminal.line(format!("  {number}. {line}")),
                _ => terminal.line(format!("     {line}")),
            }
        }
        if let Some(undo) = &step.undo {
            terminal.line(terminal.fill("vpn.setup.undoes", &[("command", undo)]));
        }
    }
}

fn show_list(terminal: &Terminal, rows: &[SetupRow]) {
    if rows.is_empty() {
        terminal.line(terminal.text("vpn.setup.none"));
    }
    for row in rows {
        let key = match (row.done, row.undoable) {
            (true, _) => "vpn.setup.is_done",
            (false, true) => "vpn.setup.is_half",
            (false, false) => "vpn.setup.is_undone",
        };
        terminal.line(terminal.fill(key, &[("id", &row.id), ("host", &row.remote.host)]));
        show_steps(terminal, &row.steps);
        if let Some(error) = &row.last_error {
            terminal.explain(error);
        }
    }
}
