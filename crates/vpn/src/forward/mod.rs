//! The tunnel that needs no administrator: WireGuard and TCP inside this process, and ports on
//! 127.0.0.1 that lead to places behind the VPN.

mod engine;
mod link;
mod pace;
mod pump;
mod shared;

pub use shared::{State, Status};

use crate::conf::{Config, endpoint};
use crate::{Error, Result};
use engine::{Command, Engine};
use mio::Waker;
use puente_core::{Cancel, Clock};
use shared::Shared;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
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
    hand: Arc<Hand>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What reaches the loop from other threads.
struct Hand {
    shared: Arc<Shared>,
    commands: Mutex<Sender<Command>>,
    waker: Arc<Waker>,
    next: AtomicUsize,
}

impl Hand {
    fn tell(&self, command: Command) {
        let commands = self.commands.lock().unwrap_or_else(PoisonError::into_inner);
        // A loop that has ended needs to be told nothing.
        drop(commands.send(command));
        drop(self.waker.wake());
    }
}

impl Forwarder {
    /// Starts looking for the peer; [`Forwarder::wait`] tells when it was found.
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
        let (commands, received) = channel();
        let shared = Arc::new(Shared::new(changed));
        let hand = Arc::clone(&shared);
        let (engine, waker) = Engine::new(&config, clock, hand, received, commands.clone())?;
        let thread = std::thread::Builder::new()
            .name("vpn".to_owned())
            .spawn(move || engine.run())
            .map_err(Error::system("thread"))?;
        Ok(Forwarder {
            config,
            hand: Arc::new(Hand {
                shared,
                commands: Mutex::new(commands),
                waker,
                next: AtomicUsize::new(0),
            }),
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Waits until the peer has answered.
    ///
    /// # Errors
    /// [`Error::NoHandshake`] when it hasn't within `limit`, [`Error::Cancelled`].
    pub fn wait(&self, limit: Duration, cancel: &Cancel) -> Result<()> {
        let peer = &self.config.peer;
        let endpoint = endpoint(&peer.host, peer.port);
        self.hand.shared.wait(&endpoint, limit, cancel)
    }

    /// Opens a port of this PC that leads to `target` behind the VPN; 0 takes a free one.
    ///
    /// # Errors
    /// [`Error::NotRouted`] when the VPN does not lead there, [`Error::PortTaken`].
    pub fn open(&self, target: SocketAddr, port: u16) -> Result<Door> {
        if !self.config.leads_to(target.ip()) {
            let nets = self.config.peer.allowed.iter();
            let allowed: Vec<String> = nets.map(ToString::to_string).collect();
            return Err(Error::NotRouted {
                target: target.to_string(),
                allowed: allowed.join(", "),
            });
        }
        let taken = |source| Error::PortTaken { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        listener.set_nonblocking(true).map_err(taken)?;
        let id = self.hand.next.fetch_add(1, Ordering::Relaxed);
        self.hand.tell(Command::Listen(id, listener, target));
        Ok(Door {
            address,
            target,
            id,
            hand: Arc::clone(&self.hand),
        })
    }

    /// How it is now.
    pub fn status(&self) -> Status {
        self.hand.shared.status()
    }

    /// Looks for the peer anew: after the network of this PC has changed, or to agree on fresh keys.
    pub fn renew(&self) {
        self.hand.tell(Command::Renew);
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.hand.tell(Command::Stop);
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the tunnel's thread panicked");
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
