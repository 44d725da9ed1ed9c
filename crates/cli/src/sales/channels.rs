//! The verbs of channel accounts.

use super::show::removed;
use super::{Result, read, tables};
use crate::args::Channels;
use crate::output::Terminal;
use crate::verbs;
use puente_app::sales::channels::{self, ChannelRow};
use puente_app::sales::listening;
use puente_app::{App, Nothing};
use puente_core::{Code, Error};
use serde_json::Value;

/// `sales channels …`.
pub fn run(terminal: &Terminal, app: &App, verb: Channels) -> Result<()> {
    match verb {
        Channels::List => {
            let rows = channels::list(app, Nothing {})?;
            terminal.result(&rows, |rows| tables::channels(terminal, rows));
        }
        Channels::Begin {
            name,
            site,
            client_id,
            password_stdin,
            redirect_uri,
            ledger,
            listen,
        } => {
            let channel = name.clone();
            let request = channels::Connect {
                name,
                site,
                client_id,
                client_secret: Some(verbs::password(terminal, password_stdin)?),
                redirect_uri,
                ledger,
                api_url: None,
                auth_url: None,
            };
            let begun = channels::begin(app, request)?;
            if listen {
                return listen_for(terminal, app, channel, &begun.url);
            }
            terminal.result(&begun, |begun| {
                terminal.line(terminal.fill("sales.begun", &[("url", &begun.url)]));
            });
        }
        Channels::Finish { name, redirected } => {
            let request = channels::Finish {
                channel: name,
                redirected,
            };
            shown(terminal, &channels::finish(app, request)?);
        }
        Channels::Set {
            name,
            ledger,
            values,
            proposed,
        } => {
            let request = to_set(app, name, ledger, &values, proposed)?;
            shown(terminal, &channels::set(app, request)?);
        }
        Channels::Remove { name, yes } => {
            let question = terminal.fill("sales.remove?", &[("name", &name)]);
            verbs::confirm(terminal, yes, &question)?;
            let row = channels::remove(app, channels::Named { channel: name })?;
            removed(terminal, &row, &row.name);
        }
    }
    Ok(())
}

/// Says where to authorise, and waits for the browser.
fn listen_for(terminal: &Terminal, app: &App, channel: String, url: &str) -> Result<()> {
    let named = || channels::Named {
        channel: channel.clone(),
    };
    let waits = listening::listen(app, named())?;
    terminal.note(terminal.fill("sales.listening", &[("url", &url)]));
    if waits.asks {
        terminal.note(terminal.text("sales.listening.asks"));
    }
    let ended = listening::settled(app, named())?;
    if ended.state == listening::State::Connected {
        let rows = channels::list(app, Nothing {})?;
        let row = rows.into_iter().find(|row| row.name == channel);
        return match row {
            Some(row) => {
                shown(terminal, &row);
                Ok(())
            }
            None => Err(Error::not_found("channel", channel)),
        };
    }
    Err(ended
        .reason
        .unwrap_or_else(|| Error::new(Code::ChannelNotAuthorised).with("said", "too_late")))
}

fn shown(terminal: &Terminal, row: &ChannelRow) {
    terminal.result(row, |row| tables::channel(terminal, row));
}

/// `seller=629`, `phone="6015550100"`: a value is JSON where it reads as JSON, and a text otherwise.
fn to_set(
    app: &App,
    name: String,
    ledger: Option<String>,
    values: &[String],
    proposed: bool,
) -> Result<channels::Set> {
    let rows = channels::list(app, Nothing {})?;
    let row = rows
        .into_iter()
        .find(|row| row.name.eq_ignore_ascii_case(&name) || row.id.to_string() == name)
        .ok_or_else(|| Error::not_found("channel", &name))?;
    let begin = match (proposed, row.proposal) {
        (true, Some(proposal)) => proposal,
        (true, None) | (false, _) => row.rules,
    };
    let mut rules = serde_json::to_value(begin).unwrap_or_default();
    for text in values {
        let (field, value) = text
            .split_once('=')
            .ok_or_else(|| Error::invalid("rules", text))?;
        // Numbers of ten digits are telephones, and amounts travel as texts.
        let is_text = rules.get(field).is_some_and(Value::is_string);
        rules[field] = match is_text {
            true => Value::from(value),
            false => serde_json::from_str(value).unwrap_or_else(|_| Value::from(value)),
        };
    }
    Ok(channels::Set {
        channel: name,
        ledger,
        rules: Some(read("rules", rules)?),
    })
}
