//! What the loop tells other threads.

use crate::{Error, Result};
use puente_core::Cancel;
use serde::Serialize;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use ts_rs::TS;

/// How far a tunnel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(rename = "TunnelState")]
pub enum State {
    /// It has never been up.
    #[default]
    Connecting,
    /// Its peer answers.
    Up,
    /// It was up, and looks for its peer.
    Reconnecting,
    /// It has ended.
    Ended,
}

/// What is known of a tunnel.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, TS)]
#[ts(rename = "TunnelStatus")]
pub struct Status {
    /// How far it is.
    pub state: State,
    /// Seconds since its keys were agreed on.
    pub handshake_seconds: Option<u64>,
    /// Bytes sent.
    pub sent: u64,
    /// Bytes received.
    pub received: u64,
    /// Address and port of the peer, as it last spoke.
    pub endpoint: Option<String>,
    /// Connections that go through it.
    pub connections: usize,
    /// What last stood in its way.
    pub trouble: Option<String>,
}

impl Status {
    /// Of a tunnel to several servers: as good as the better of two, with the bytes of both.
    pub(super) fn with(self, other: Status) -> Status {
        let rank = |state: State| match state {
            State::Up => 0,
            State::Reconnecting => 1,
            State::Connecting => 2,
            State::Ended => 3,
        };
        let ages = [self.handshake_seconds, other.handshake_seconds];
        let both = |one: Option<String>, two: Option<String>| match (one, two) {
            (Some(one), Some(two)) => Some(format!("{one}, {two}")),
            (one, two) => one.or(two),
        };
        Status {
            state: match rank(self.state) <= rank(other.state) {
                true => self.state,
                false => other.state,
            },
            handshake_seconds: ages.into_iter().flatten().min(),
            sent: self.sent + other.sent,
            received: self.received + other.received,
            endpoint: both(self.endpoint, other.endpoint),
            connections: self.connections + other.connections,
            trouble: both(self.trouble, other.trouble),
        }
    }
}

pub(super) struct Shared {
    status: Mutex<(Status, bool)>,
    changed: Condvar,
    watcher: super::Watcher,
    /// What was told of bytes last, and when.
    told: Mutex<Option<(u64, u64, Instant)>>,
}

/// Between two calls of the watcher for nothing but bytes.
const BYTES: Duration = Duration::from_secs(2);

impl Shared {
    pub fn new(watcher: super::Watcher) -> Shared {
        Shared {
            status: Mutex::default(),
            changed: Condvar::new(),
            watcher,
            told: Mutex::default(),
        }
    }

    fn news(&self) {
        self.changed.notify_all();
        (self.watcher)();
    }

    fn lock(&self) -> MutexGuard<'_, (Status, bool)> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn status(&self) -> Status {
        self.lock().0.clone()
    }

    pub fn was_up(&self) -> bool {
        self.lock().1
    }

    pub fn connections(&self, count: usize) {
        self.lock().0.connections = count;
    }

    pub fn trouble(&self, what: String) {
        tracing::warn!(what, "the tunnel meets trouble");
        self.lock().0.trouble = Some(what);
        self.news();
    }

    pub fn end(&self) {
        self.lock().0.state = State::Ended;
        self.news();
    }

    pub fn report(
        &self,
        state: State,
        agreed: Option<Duration>,
        sent: u64,
        received: u64,
        endpoint: Option<SocketAddr>,
    ) {
        let mut shared = self.lock();
        let (status, was_up) = &mut *shared;
        let changed = status.state != state;
        status.state = state;
        status.handshake_seconds = agreed.map(|time| time.as_secs());
        (status.sent, status.received) = (sent, received);
        status.endpoint = endpoint.map(|endpoint| endpoint.to_string());
        if state == State::Up {
            *was_up = true;
            status.trouble = None;
        }
        drop(shared);
        if changed {
            tracing::info!(?state, "tunnel");
        }
        if changed || self.is_time_for(sent, received) {
            self.news();
        }
    }

    /// Whether bytes came by, and nobody was told of any for a while.
    fn is_time_for(&self, sent: u64, received: u64) -> bool {
        let now = Instant::now();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let due = told.is_none_or(|(before_sent, before_received, at)| {
            (before_sent, before_received) != (sent, received) && now.duration_since(at) >= BYTES
        });
        if due {
            *told = Some((sent, received, now));
        }
        due
    }

    /// Waits until the tunnel is up.
    pub fn wait(self: &Arc<Self>, endpoint: &str, limit: Duration, cancel: &Cancel) -> Result<()> {
        let waker = Arc::clone(self);
        let _guard = cancel.on_cancel(move || waker.changed.notify_all());
        let end = Instant::now() + limit;
        let mut shared = self.lock();
        loop {
            cancel.check()?;
            let left = end.saturating_duration_since(Instant::now());
            match shared.0.state {
                State::Up => return Ok(()),
                State::Connecting | State::Reconnecting if !left.is_zero() => {}
                State::Connecting | State::Reconnecting | State::Ended => {
                    let silent = || "nothing came back".to_owned();
                    return Err(Error::NoHandshake {
                        endpoint: endpoint.to_owned(),
                        seconds: limit.as_secs(),
                        detail: shared.0.trouble.clone().unwrap_or_else(silent),
                    });
                }
            }
            shared = self
                .changed
                .wait_timeout(shared, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}
