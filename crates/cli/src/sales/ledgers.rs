//! The verbs of ledgers.

use super::show::removed;
use super::{Result, local, tables};
use crate::args::Ledgers;
use crate::output::Terminal;
use crate::{verbs, watch};
use puente_app::sales::ledgers::LedgerRow;
use puente_app::sales::local::{SolarConnect, connect_solar};
use puente_app::sales::{catalogue, channels, ledgers};
use puente_app::{App, Nothing};

/// `sales ledgers …`.
pub fn run(terminal: &Terminal, app: &App, verb: Ledgers) -> Result<()> {
    let named = |ledger: String| ledgers::Named { ledger };
    match verb {
        Ledgers::List => {
            let rows = ledgers::list(app, Nothing {})?;
            terminal.result(&rows, |rows| tables::ledgers(terminal, rows));
        }
        Ledgers::Connect {
            name,
            user,
            password_stdin,
            partner_id,
            base_url,
            per_minute,
        } => {
            let request = ledgers::Connect {
                name,
                user,
                access_key: verbs::password(terminal, password_stdin)?,
                partner_id,
                base_url,
                per_minute,
            };
            let row = ledgers::connect(app, request)?;
            connected(terminal, &row);
        }
        Ledgers::ConnectSolar {
            name,
            user,
            password_stdin,
            client_id,
            point,
            base_url,
        } => {
            let request = SolarConnect {
                name,
                user,
                password: verbs::password(terminal, password_stdin)?,
                client_id,
                point,
                base_url,
            };
            let row = connect_solar(app, request)?;
            connected(terminal, &row);
        }
        Ledgers::Probe { name } => local::probe(terminal, app, name)?,
        Ledgers::Test { name } => {
            let row = ledgers::test(app, named(name))?;
            connected(terminal, &row);
        }
        Ledgers::Remove { name, yes } => {
            let question = terminal.fill("sales.remove?", &[("name", &name)]);
            verbs::confirm(terminal, yes, &question)?;
            let row = ledgers::remove(app, named(name))?;
            removed(terminal, &row, &row.name);
        }
        Ledgers::Refresh { name } => {
            let jobs = channels::refresh(app, named(name.clone()))?;
            watch::verdict(terminal, &watch::run(app, terminal, &jobs)?)?;
            let found = catalogue::show(app, named(name))?;
            terminal.result(&found, |found| tables::catalogue(terminal, found));
        }
    }
    Ok(())
}

fn connected(terminal: &Terminal, row: &LedgerRow) {
    terminal.result(row, |row| {
        terminal.line(terminal.fill("sales.connected", &[("name", &row.name)]));
    });
}
