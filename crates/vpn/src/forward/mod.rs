//! The tunnel that needs no administrator: WireGuard and TCP inside this process, and ports on
//! 127.0.0.1 that lead to places behind the VPN.

mod engine;
mod link;
mod pace;
mod ports;
mod pump;
mod shared;

pub use shared::{State, Status};

use crate::conf::{Config, Peer, endpoint};
use crate::keys::PublicKey;
use crate::{Error, Result};
use engine::{Command, Engine};
use mio::Waker;
use puente_core::{Cancel, Clock};
use shared::Shared;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a handshake may take before a person is told that nothing comes back.
pub const HANDSHAKE: Duration = Duration::from_secs(10);

/// Called when there is something new to be told.
pub type Watcher = Arc<dyn Fn() + Send + Sync>;

/// A tunnel. It ends when it is dropped, and what goes through it with it.
pub struct Forwarder {
    config: Config,
    /// One to each server of the file, in its order.
    lines: Vec<Line>,
    next: AtomicUsize,
}

/// The tunnel to one server.
struct Line {
    endpoint: String,
    hand: Arc<Hand>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What reaches the loop from other threads.
struct Hand {
    shared: Arc<Shared>,
    commands: Mutex<Sender<Command>>,
    waker: Arc<Waker>,
}

impl Hand {
    fn tell(&self, command: Command) {
        let commands = self.commands.lock().unwrap_or_else(PoisonError::into_inner);
        // A loop that has ended needs to be told nothing.
        drop(commands.send(command));
        drop(self.waker.wake());
    }
}

impl Line {
    fn start(
        config: &Config,
        peer: &Peer,
        clock: Arc<dyn Clock>,
        changed: Watcher,
    ) -> Result<Line> {
        let (commands, received) = channel();
        let shared = Arc::new(Shared::new(changed));
        let hand = Arc::clone(&shared);
        let (engine, waker) = Engine::new(config, peer, clock, hand, received, commands.clone())?;
        let thread = std::thread::Builder::new()
            .name("vpn".to_owned())
            .spawn(move || engine.run())
            .map_err(Error::system("thread"))?;
        Ok(Line {
            endpoint: endpoint(&peer.host, peer.port),
            hand: Arc::new(Hand {
                shared,
                commands: Mutex::new(commands),
                waker,
            }),
            thread: Mutex::new(Some(thread)),
        })
    }
}

impl Forwarder {
    /// Starts looking for the servers; [`Forwarder::wait`] tells when one was found.
    ///
    /// # Errors
    /// [`Error::System`].
    pub fn start(config: Config, clock: Arc<dyn Clock>) -> Result<Forwarder> {
        Forwarder::watched(config, clock, Arc::new(|| ()))
    }

    /// As [`Forwarder::start`], and has `changed` called when [`Forwarder::status`] tells something new:
    /// at once where the state is another one, and every two seconds at most where only bytes came by.
    ///
    /// # Errors
    /// [`Error::System`].
    pub fn watched(config: Config, clock: Arc<dyn Clock>, changed: Watcher) -> Result<Forwarder> {
        let mut tunnel = Forwarder {
            config,
            lines: Vec::new(),
            next: AtomicUsize::new(0),
        };
        for peer in tunnel.config.peers() {
            let (clock, changed) = (Arc::clone(&clock), Arc::clone(&changed));
            let line = Line::start(&tunnel.config, peer, clock, changed)?;
            tunnel.lines.push(line);
        }
        Ok(tunnel)
    }

    /// Waits until the server has answered; of several, one.
    ///
    /// # Errors
    /// [`Error::NoHandshake`] when it hasn't within `limit`, [`Error::Cancelled`].
    pub fn wait(&self, limit: Duration, cancel: &Cancel) -> Result<()> {
        let settled = Cancel::new();
        let hand_on = settled.clone();
        let _guard = cancel.on_cancel(move || hand_on.cancel());
        let wait = &|line: &Line| {
            let answer = line.hand.shared.wait(&line.endpoint, limit, &settled);
            if answer.is_ok() {
                settled.cancel();
            }
            answer
        };
        let mut answers: Vec<Result<()>> = std::thread::scope(|scope| {
            let waits: Vec<_> = self
                .lines
                .iter()
                .map(|line| scope.spawn(move || wait(line)))
                .collect();
            let ended = waits.into_iter().map(|wait| wait.join());
            ended
                .map(|answer| answer.unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        });
        cancel.check()?;
        match answers.iter().position(Result::is_ok) {
            Some(at) => answers.swap_remove(at),
            None => answers.into_iter().next().unwrap_or(Ok(())),
        }
    }

    /// Waits until the server that leads to `target` has answered.
    ///
    /// # Errors
    /// As [`Forwarder::wait`], and [`Error::NotRouted`].
    pub fn wait_for(&self, target: SocketAddr, limit: Duration, cancel: &Cancel) -> Result<()> {
        let line = self.line_to(target)?;
        line.hand.shared.wait(&line.endpoint, limit, cancel)
    }

    /// Opens a port of this PC that leads to `target` behind the VPN; 0 takes a free one.
    ///
    /// # Errors
    /// [`Error::NotRouted`] when the VPN does not lead there, [`Error::PortTaken`].
    pub fn open(&self, target: SocketAddr, port: u16) -> Result<Door> {
        let line = self.line_to(target)?;
        let taken = |source| Error::PortTaken { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        listener.set_nonblocking(true).map_err(taken)?;
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        line.hand.tell(Command::Listen(id, listener, target));
        Ok(Door {
            address,
            target,
            id,
            hand: Arc::clone(&line.hand),
        })
    }

    /// The key that the servers know this end by.
    pub fn public_key(&self) -> PublicKey {
        self.config.private_key.public()
    }

    fn line_to(&self, target: SocketAddr) -> Result<&Line> {
        let way = self.config.way_to(target.ip());
        way.and_then(|at| self.lines.get(at)).ok_or_else(|| {
            let nets = self.config.peers().flat_map(|peer| &peer.allowed);
            let allowed: Vec<String> = nets.map(ToString::to_string).collect();
            Error::NotRouted {
                target: target.to_string(),
                allowed: allowed.join(", "),
            }
        })
    }

    /// How it is now: as good as the best of its servers, with the bytes of all.
    pub fn status(&self) -> Status {
        let all = self.lines.iter().map(|line| line.hand.shared.status());
        all.reduce(Status::with).unwrap_or_default()
    }

    /// Looks for the servers anew: after the network of this PC has changed, or to agree on fresh keys.
    pub fn renew(&self) {
        for line in &self.lines {
            line.hand.tell(Command::Renew);
        }
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        for line in &self.lines {
            line.hand.tell(Command::Stop);
        }
        for line in &self.lines {
            let mut thread = line.thread.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(thread) = thread.take()
                && thread.join().is_err()
            {
                tracing::error!("the tunnel's thread panicked");
            }
        }
    }
}

impl std::fmt::Debug for Forwarder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Forwarder")
            .field("peer", &self.config.peer.public_key)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

/// A port of this PC that leads behind the VPN. Dropped, it takes no new connections; those that go
/// through it stay.
pub struct Door {
    /// Where to connect to: 127.0.0.1 and the port.
    pub address: SocketAddr,
    /// Where it leads.
    pub target: SocketAddr,
    id: usize,
    hand: Arc<Hand>,
}

impl Drop for Door {
    fn drop(&mut self) {
        self.hand.tell(Command::Unlisten(self.id));
    }
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Door({} -> {})", self.address, self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::PrivateKey;
    use puente_core::SystemClock;
    use std::net::TcpStream;
    use std::time::Instant;

    fn config() -> Config {
        let text = format!(
            "[Interface]\nPrivateKey = {}\nAddress = 10.8.3.10\n[Peer]\nPublicKey = {}\n\
             Endpoint = 127.0.0.1:9\nAllowedIPs = 10.8.3.0/24\n",
            PrivateKey::generate().written().expose(),
            PrivateKey::generate().public(),
        );
        Config::parse(&text).unwrap()
    }

    #[test]
    fn whoever_came_before_the_door_was_closed_is_in() {
        let tunnel = Forwarder::start(config(), Arc::new(SystemClock)).unwrap();
        // Many at once, so that a door is often closed in the turn in which it was opened.
        let through = || -> Vec<TcpStream> {
            let once = || {
                let door = tunnel.open("10.8.3.1:7".parse().unwrap(), 0).unwrap();
                TcpStream::connect(door.address).unwrap()
            };
            (0..50).map(|_| once()).collect()
        };
        let streams: Vec<TcpStream> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(through)).collect();
            let ended = threads
                .into_iter()
                .flat_map(|thread| thread.join().unwrap());
            ended.collect()
        });
        let end = Instant::now() + Duration::from_secs(60);
        while tunnel.status().connections < streams.len() {
            assert!(Instant::now() < end, "{:?}", tunnel.status());
            std::thread::yield_now();
        }
    }

    #[test]
    fn an_address_of_nobody_that_was_kept_before_is_no_panic() {
        let mut config = config();
        for address in ["224.0.0.5/32", "255.255.255.255/32", "ff02::1/128"] {
            config.addresses = vec![address.parse().unwrap()];
            let tunnel = Forwarder::start(config.clone(), Arc::new(SystemClock)).unwrap();
            drop(tunnel);
        }
    }
}
