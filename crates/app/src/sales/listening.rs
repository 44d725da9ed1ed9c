//! Ending an authorisation without pasting: Puente waits at the registered address for the browser.

use super::channels::{self, Named};
use super::{room, texts};
use crate::{App, Result};
use chrono::{DateTime, TimeDelta, Utc};
use puente_core::{Cancel, Code, Error, ErrorView};
use puente_net::{Landing, NoLanding, NotLanded, Shown};
use puente_sales::accounts;
use puente_sales::channels::mercadolibre;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use ts_rs::TS;

/// A person who goes for a coffee comes back within this time. The channel's code itself is good for ten
/// minutes, and is used the moment it comes.
const OPEN: TimeDelta = TimeDelta::minutes(10);

/// How waiting for a browser stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ListeningState")]
pub enum State {
    /// Nobody waits.
    #[default]
    Idle,
    /// The browser may come.
    Waiting,
    /// It came, and the account is connected.
    Connected,
    /// It came, and the account is not connected.
    Failed,
    /// Nobody came in time.
    Late,
    /// A person asked to stop.
    Cancelled,
}

/// Waiting for a browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Listening {
    /// The account.
    pub channel: i64,
    /// How it stands.
    pub state: State,
    /// Where the browser comes.
    pub redirect_uri: String,
    /// Whether the browser will ask first whether to go on, because nobody vouches for this machine.
    pub asks: bool,
    /// Until when it may come; none when nobody waits.
    pub until: Option<DateTime<Utc>>,
    /// Why the account is not connected.
    pub error: Option<ErrorView>,
    /// The same, for hosts that end with it.
    #[serde(skip)]
    #[ts(skip)]
    pub reason: Option<Error>,
}

/// Everyone who waits for a browser in this process. Clones are one and the same.
#[derive(Clone, Default)]
pub(crate) struct Listeners(Arc<Shared>);

#[derive(Default)]
struct Shared {
    all: Mutex<HashMap<i64, Entry>>,
    settled: Condvar,
}

struct Entry {
    cancel: Cancel,
    state: State,
    until: DateTime<Utc>,
    error: Option<Error>,
}

impl Listeners {
    /// Ends all waiting; ports are free when this returns.
    pub(crate) fn stop(&self) {
        let mut all = self.lock();
        all.values().for_each(|entry| entry.cancel.cancel());
        while all.values().any(|entry| entry.state == State::Waiting) {
            all = self.wait(all);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i64, Entry>> {
        self.0.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(
        &self,
        all: MutexGuard<'a, HashMap<i64, Entry>>,
    ) -> MutexGuard<'a, HashMap<i64, Entry>> {
        self.0
            .settled
            .wait(all)
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn settle(&self, channel: i64, state: State, error: Option<Error>) {
        if let Some(entry) = self.lock().get_mut(&channel) {
            (entry.state, entry.error) = (state, error);
        }
        self.0.settled.notify_all();
    }

    /// Ends waiting for an account, and returns when it has ended.
    fn end(&self, channel: i64) {
        let mut all = self.lock();
        if let Some(entry) = all.get(&channel) {
            entry.cancel.cancel();
        }
        while is_waiting(&all, channel) {
            all = self.wait(all);
        }
    }
}

fn is_waiting(all: &HashMap<i64, Entry>, channel: i64) -> bool {
    all.get(&channel)
        .is_some_and(|entry| entry.state == State::Waiting)
}

/// Waits at the registered address of an account whose authorisation was begun, for ten minutes at most.
/// Whoever was waited for before is not waited for any more.
///
/// # Errors
/// [`Code::LandingElsewhere`], [`Code::LandingTaken`], [`Code::ChannelNotAuthorised`] when nothing was begun.
pub fn listen(app: &App, request: Named) -> Result<Listening> {
    let room = room(app);
    let channel = accounts::find_channel(&room.state, &request.channel)?;
    let login = mercadolibre::begun_state(room, &channel)?;
    app.listeners.end(channel.id);
    let landing = Landing::open(&channel.redirect_uri).map_err(refused)?;
    let cancel = Cancel::new();
    let entry = Entry {
        cancel: cancel.clone(),
        state: State::Waiting,
        until: room.clock.now() + OPEN,
        error: None,
    };
    app.listeners.lock().insert(channel.id, entry);
    let (waiter, id) = (app.clone(), channel.id);
    let spawned = std::thread::Builder::new()
        .name("authorisation".to_owned())
        .spawn(move || {
            let (state, error) = wait(&waiter, id, landing, login.expose(), &cancel);
            waiter.listeners.settle(id, state, error);
            waiter.jobs.teller()(crate::events::ACCOUNTS);
        });
    if let Err(error) = spawned {
        app.listeners.settle(id, State::Idle, None);
        return Err(Error::new(Code::Internal).because(&error));
    }
    listening(app, request)
}

fn refused(error: NoLanding) -> Error {
    match &error {
        NoLanding::Elsewhere(uri) => Error::new(Code::LandingElsewhere).with("address", uri),
        NoLanding::Taken(port) => Error::new(Code::LandingTaken).with("port", port),
        NoLanding::System(_) => Error::new(Code::Internal),
    }
    .because(&error)
}

fn wait(
    app: &App,
    id: i64,
    landing: Landing,
    login: &str,
    cancel: &Cancel,
) -> (State, Option<Error>) {
    let shown = |name: &str| Shown {
        title: texts::phrase(&format!("page.{name}.title"), app.lang()),
        text: texts::phrase(&format!("page.{name}.text"), app.lang()),
    };
    let mut outcome = None;
    let limit = OPEN.to_std().unwrap_or_default();
    let came = landing.wait(login, limit, cancel, &shown("other"), |address| {
        let finish = channels::Finish {
            channel: id.to_string(),
            redirected: address.to_owned(),
        };
        match channels::finish(app, finish) {
            Ok(_) => {
                outcome = Some((State::Connected, None));
                shown("connected")
            }
            Err(error) => {
                let view = error.view(app.lang());
                outcome = Some((State::Failed, Some(error)));
                Shown {
                    text: format!("{} {}", view.message, view.hint),
                    ..shown("failed")
                }
            }
        }
    });
    match came {
        Ok(()) => outcome.unwrap_or_default(),
        Err(NotLanded::Late) => (State::Late, None),
        Err(NotLanded::Cancelled) => (State::Cancelled, None),
    }
}

/// How waiting for an account's browser stands.
///
/// # Errors
/// That there is no such account.
pub fn listening(app: &App, request: Named) -> Result<Listening> {
    let channel = accounts::find_channel(&room(app).state, &request.channel)?;
    let all = app.listeners.lock();
    let entry = all.get(&channel.id);
    let state = entry.map(|entry| entry.state).unwrap_or_default();
    let error = entry.and_then(|entry| entry.error.clone());
    Ok(Listening {
        channel: channel.id,
        state,
        asks: channel.redirect_uri.starts_with("https://"),
        redirect_uri: channel.redirect_uri,
        until: entry
            .map(|entry| entry.until)
            .filter(|_| state == State::Waiting),
        error: error.as_ref().map(|error| error.view(app.lang())),
        reason: error,
    })
}

/// Waits no more for an account's browser; its authorisation may still be ended by pasting.
///
/// # Errors
/// That there is no such account.
pub fn stop(app: &App, request: Named) -> Result<Listening> {
    let channel = accounts::find_channel(&room(app).state, &request.channel)?;
    app.listeners.end(channel.id);
    listening(app, request)
}

/// Returns when nobody waits for the account's browser any more: for hosts that have nothing else to do.
///
/// # Errors
/// That there is no such account.
pub fn settled(app: &App, request: Named) -> Result<Listening> {
    let channel = accounts::find_channel(&room(app).state, &request.channel)?;
    let mut all = app.listeners.lock();
    while is_waiting(&all, channel.id) {
        all = app.listeners.wait(all);
    }
    drop(all);
    listening(app, request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;
    use puente_core::Secret;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    fn named() -> Named {
        Named {
            channel: "Tienda".to_owned(),
        }
    }

    /// An account whose authorisation was begun, to come back to that port.
    fn begun(port: u16) -> (Desk, String) {
        let desk = Desk::new();
        let begun = channels::begin(
            &desk.app,
            channels::Connect {
                name: "Tienda".to_owned(),
                site: "MCO".to_owned(),
                client_id: "1".to_owned(),
                client_secret: Some(Secret::from("s")),
                redirect_uri: format!("http://127.0.0.1:{port}/puente"),
                ledger: None,
                // Nobody listens there: what comes back can't be exchanged.
                api_url: Some("http://127.0.0.1:9".to_owned()),
                auth_url: None,
            },
        )
        .unwrap();
        let pairs = puente_net::query_of(&begun.url).unwrap();
        let state = pairs.into_iter().find(|(name, _)| name == "state").unwrap();
        (desk, state.1)
    }

    fn free() -> (TcpListener, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port)
    }

    fn browse(port: u16, target: &str) -> String {
        let mut wire = TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(wire, "GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").unwrap();
        let mut answer = String::new();
        wire.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn the_browser_is_told_in_spanish_what_came_of_it_and_the_port_closes() {
        let (listener, port) = free();
        drop(listener);
        let (desk, state) = begun(port);
        let waits = listen(&desk.app, named()).unwrap();
        assert_eq!(waits.state, State::Waiting);
        assert!(!waits.asks && waits.until.is_some());
        let answer = browse(port, "/puente?code=TG-1&state=other");
        assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
        assert_eq!(listening(&desk.app, named()).unwrap().state, State::Waiting);
        let answer = browse(
            port,
            &format!("/puente?error=invalid_operator_user_id&state={state}"),
        );
        assert!(answer.contains("No se conectó"), "{answer}");
        let ended = settled(&desk.app, named()).unwrap();
        assert_eq!(ended.state, State::Failed);
        let error = ended.error.unwrap();
        assert_eq!(error.code, Code::ChannelNotAuthorised);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }

    #[test]
    fn a_taken_port_and_an_authorisation_that_was_not_begun_are_said() {
        let (_listener, port) = free();
        let (desk, _) = begun(port);
        let refused = listen(&desk.app, named()).unwrap_err();
        assert_eq!(refused.code, Code::LandingTaken);
        let channel = accounts::find_channel(&room(&desk.app).state, "Tienda").unwrap();
        room(&desk.app)
            .secrets
            .delete(&channel.login_name())
            .unwrap();
        let refused = listen(&desk.app, named()).unwrap_err();
        assert_eq!(refused.code, Code::ChannelNotAuthorised);
    }

    #[test]
    fn waiting_again_takes_the_port_over_and_stopping_frees_it() {
        let (listener, port) = free();
        drop(listener);
        let (desk, _) = begun(port);
        listen(&desk.app, named()).unwrap();
        assert_eq!(listen(&desk.app, named()).unwrap().state, State::Waiting);
        assert_eq!(stop(&desk.app, named()).unwrap().state, State::Cancelled);
        listen(&desk.app, named()).unwrap();
        desk.app.stop();
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }
}
