//! The loop that a tunnel lives in: one thread for the UDP socket, the TCP stack and all connections.

use super::link::{Link, Tick};
use super::ports;
use super::pump::{Pump, Turn};
use super::shared::{Shared, State};
use crate::conf::{Config, Peer};
use crate::{Error, Result};
use boringtun::noise::Tunn;
use mio::net::{TcpListener, TcpStream, UdpSocket};
use mio::{Events, Interest, Poll, Token, Waker};
use puente_core::Clock;
use rand::RngExt as _;
use smoltcp::iface::{Interface, SocketSet};
use smoltcp::socket::tcp;
use smoltcp::time::Instant as StackInstant;
use smoltcp::wire::{HardwareAddress, IpAddress, IpCidr};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, Instant};

const UDP: Token = Token(0);
const WAKE: Token = Token(1);
/// The first token of a listener or a connection.
const FIRST: usize = 2;

/// Connections at a time: each needs buffers.
const MOST: usize = 512;
/// Between two turns of WireGuard's timers, which count in seconds themselves.
const TICK: Duration = Duration::from_millis(250);
/// A clock that jumps this far was asleep, or was set: the way is asked for anew.
const ASLEEP: chrono::TimeDelta = chrono::TimeDelta::seconds(20);
/// An answer that is owed for so long will not come on this way.
const LOST: Duration = Duration::from_secs(15);
/// The longest pause between two rounds of asking, in seconds.
const PAUSE: u64 = 60;
/// What the system keeps of datagrams that this thread has no time for yet, in bytes; it may grant less.
const SOCKET_BUFFER: usize = 4 << 20;

/// What other threads ask of the loop.
pub(super) enum Command {
    /// Listens for one target.
    Listen(usize, std::net::TcpListener, SocketAddr),
    /// Listens no more.
    Unlisten(usize),
    /// The endpoint's addresses, or why there are none.
    Resolved(std::result::Result<Vec<SocketAddr>, String>),
    /// Looks for the peer anew.
    Renew,
    /// Ends.
    Stop,
}

pub(super) struct Engine {
    poll: Poll,
    commands: Receiver<Command>,
    sender: Sender<Command>,
    shared: Arc<Shared>,
    waker: Arc<Waker>,
    clock: Arc<dyn Clock>,
    host: String,
    port: u16,
    link: Link,
    stack: Interface,
    sockets: SocketSet<'static>,
    listeners: BTreeMap<usize, (TcpListener, SocketAddr)>,
    pumps: BTreeMap<usize, Pump>,
    next_token: usize,
    next_port: u16,
    start: Instant,
    way: Way,
    ticked: chrono::DateTime<chrono::Utc>,
    next_tick: Instant,
    more: bool,
    up: bool,
}

/// How far the way to the peer is.
struct Way {
    /// Rounds of asking without an answer.
    round: u32,
    /// When this round ends.
    until: Instant,
    /// Whether the endpoint's name is being asked for.
    resolving: bool,
    /// Whether the round is a pause.
    pausing: bool,
}

impl Engine {
    pub fn new(
        config: &Config,
        peer: &Peer,
        clock: Arc<dyn Clock>,
        shared: Arc<Shared>,
        commands: Receiver<Command>,
        sender: Sender<Command>,
    ) -> Result<(Engine, Arc<Waker>)> {
        let poll = Poll::new().map_err(Error::system("poll"))?;
        let waker = Waker::new(poll.registry(), WAKE).map_err(Error::system("poll"))?;
        let waker = Arc::new(waker);
        let mtu = usize::from(config.mtu.unwrap_or(crate::conf::MTU));
        let tunn = Tunn::new(
            config.private_key.secret(),
            peer.public_key.bytes().into(),
            peer.preshared_key.as_ref().and_then(|key| key.bytes()),
            peer.keepalive,
            rand::rng().random_range(0..1 << 24),
            None,
        );
        let mut link = Link::new(tunn, peer.allowed.clone(), mtu);
        let stack = stack(config, &mut link);
        let now = Instant::now();
        let engine = Engine {
            poll,
            commands,
            sender,
            shared,
            waker: Arc::clone(&waker),
            ticked: clock.now(),
            clock,
            host: peer.host.clone(),
            port: peer.port,
            link,
            stack,
            sockets: SocketSet::new(Vec::new()),
            listeners: BTreeMap::new(),
            pumps: BTreeMap::new(),
            next_token: FIRST,
            next_port: rand::rng().random_range(ports::FIRST..u16::MAX),
            start: now,
            way: Way {
                round: 0,
                until: now,
                resolving: false,
                pausing: false,
            },
            next_tick: now,
            more: false,
            up: false,
        };
        Ok((engine, waker))
    }

    /// Runs until it is told to stop, or the system fails it.
    pub fn run(mut self) {
        self.seek();
        let mut events = Events::with_capacity(256);
        loop {
            let pause = self.pause();
            match self.poll.poll(&mut events, Some(pause)) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    tracing::error!(%error, "the tunnel's loop ends");
                    break;
                }
            }
            let now = Instant::now();
            for event in &events {
                self.event(event, now);
            }
            if !self.obey() {
                break;
            }
            self.turn(now);
            if now >= self.next_tick {
                self.tick(now);
            }
        }
        self.shared.end();
    }

    /// How long there is nothing to do.
    fn pause(&mut self) -> Duration {
        if self.more {
            return Duration::ZERO;
        }
        let now = Instant::now();
        let tick = self.next_tick.saturating_duration_since(now);
        let at = self.at(now);
        match self.stack.poll_delay(at, &self.sockets) {
            Some(delay) => tick.min(Duration::from_micros(delay.total_micros())),
            None => tick,
        }
    }

    fn at(&self, now: Instant) -> StackInstant {
        let micros = now.duration_since(self.start).as_micros();
        StackInstant::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
    }

    fn event(&mut self, event: &mio::event::Event, now: Instant) {
        match event.token() {
            UDP => self.more = true,
            WAKE => {}
            Token(token) => {
                if let Some(pump) = self.pumps.get_mut(&token) {
                    pump.readable |= event.is_readable() || event.is_read_closed();
                    pump.writable |= event.is_writable() || event.is_write_closed();
                } else if self.listeners.contains_key(&token) {
                    self.accept(token, now);
                }
            }
        }
    }

    /// One round of everything.
    fn turn(&mut self, now: Instant) {
        self.more = self.link.receive(now);
        // Whoever waits for the first answer need not wait for the timers too.
        if !self.up && self.link.agreed().is_some() {
            self.next_tick = now;
        }
        let at = self.at(now);
        self.stack.poll(at, &mut self.link, &mut self.sockets);
        let mut over = Vec::new();
        let mut moved = false;
        for (token, pump) in &mut self.pumps {
            match pump.turn(&mut self.sockets, now) {
                Turn::Waits => {}
                Turn::Moved => moved = true,
                Turn::Over => over.push(*token),
            }
        }
        // What was aborted says so to the other side.
        if moved || !over.is_empty() {
            self.stack.poll(at, &mut self.link, &mut self.sockets);
        }
        for token in over {
            self.forget(token);
        }
        self.link.flush();
    }

    fn forget(&mut self, token: usize) {
        if let Some(mut pump) = self.pumps.remove(&token) {
            // A socket that is closed is not registered any more.
            drop(self.poll.registry().deregister(pump.stream()));
            self.sockets.remove(pump.handle);
            self.shared.connections(self.pumps.len());
        }
    }

    fn accept(&mut self, token: usize, now: Instant) {
        loop {
            let Some((listener, target)) = self.listeners.get(&token) else {
                return;
            };
            let target = *target;
            match listener.accept() {
                Ok((stream, _)) => self.join(stream, target, now),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                // It was gone before it was taken, or there are too many files open.
                Err(error) => {
                    tracing::warn!(%error, "a connection was not taken");
                    return;
                }
            }
        }
    }

    fn join(&mut self, mut stream: TcpStream, target: SocketAddr, now: Instant) {
        if self.pumps.len() >= MOST {
            tracing::warn!("{MOST} connections go through the tunnel already");
            return;
        }
        drop(stream.set_nodelay(true));
        let token = self.next_token;
        self.next_token += 1;
        let both = Interest::READABLE | Interest::WRITABLE;
        let registered = self
            .poll
            .registry()
            .register(&mut stream, Token(token), both);
        if let Err(error) = registered {
            tracing::warn!(%error, "a connection was not taken");
            return;
        }
        let mut socket = socket(self.pumps.len());
        let taken = |port| self.pumps.values().any(|pump| pump.port == port);
        let from = ports::next(self.next_port, taken);
        self.next_port = from;
        if let Err(error) = socket.connect(self.stack.context(), target, from) {
            tracing::warn!(%error, %target, "a connection was not begun");
            return;
        }
        let most = socket.send_capacity();
        let handle = self.sockets.add(socket);
        let pump = Pump::new(stream, (handle, from), most, self.link.segment());
        self.pumps.insert(token, pump);
        self.shared.connections(self.pumps.len());
        // Someone waits: this is no time to pause.
        if self.way.pausing {
            self.way.until = now;
            self.next_tick = now;
        }
    }

    /// Whether to go on.
    fn obey(&mut self) -> bool {
        while let Ok(command) = self.commands.try_recv() {
            match command {
                Command::Stop => return false,
                Command::Renew => self.seek(),
                Command::Resolved(found) => self.resolved(found),
                Command::Unlisten(id) => {
                    let token = usize::MAX - id;
                    // Whoever came before the door was closed is in.
                    self.accept(token, Instant::now());
                    if let Some((mut listener, _)) = self.listeners.remove(&token) {
                        drop(self.poll.registry().deregister(&mut listener));
                    }
                }
                Command::Listen(id, listener, target) => {
                    let mut listener = TcpListener::from_std(listener);
                    // Listeners count from the other end.
                    let token = usize::MAX - id;
                    let registry = self.poll.registry();
                    let registered =
                        registry.register(&mut listener, Token(token), Interest::READABLE);
                    if let Err(error) = registered {
                        tracing::error!(%error, "a port is not listened on");
                        continue;
                    }
                    self.listeners.insert(token, (listener, target));
                    self.accept(token, Instant::now());
                }
            }
        }
        true
    }

    /// Looks for the peer: its name may lead elsewhere now, and this PC may be elsewhere itself.
    fn seek(&mut self) {
        self.way.pausing = false;
        self.way.until = Instant::now() + LOST;
        if self.way.resolving {
            return;
        }
        self.way.resolving = true;
        let (host, port) = (self.host.clone(), self.port);
        let (sender, waker) = (self.sender.clone(), Arc::clone(&self.waker));
        // The system's resolver may take its time, and the loop must not.
        let spawned = std::thread::Builder::new()
            .name("vpn-name".to_owned())
            .spawn(move || {
                let found = (host.as_str(), port)
                    .to_socket_addrs()
                    .map(Iterator::collect)
                    .map_err(|error| error.to_string());
                // The tunnel may be gone meanwhile.
                drop(sender.send(Command::Resolved(found)));
                drop(waker.wake());
            });
        if let Err(error) = spawned {
            self.way.resolving = false;
            self.shared.trouble(error.to_string());
        }
    }

    fn resolved(&mut self, found: std::result::Result<Vec<SocketAddr>, String>) {
        self.way.resolving = false;
        let addresses = match found {
            Ok(addresses) if !addresses.is_empty() => addresses,
            Ok(_) => return self.shared.trouble("the name has no address".to_owned()),
            Err(error) => return self.shared.trouble(error),
        };
        let round = usize::try_from(self.way.round).unwrap_or_default();
        let endpoint = addresses[round % addresses.len()];
        if let Err(error) = self.attach(endpoint) {
            self.shared.trouble(error.to_string());
            return;
        }
        self.link.greet();
        if let Some(trouble) = self.link.trouble.take() {
            self.shared.trouble(trouble);
        }
    }

    fn attach(&mut self, endpoint: SocketAddr) -> std::io::Result<()> {
        let any: SocketAddr = match endpoint {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let mut socket = UdpSocket::bind(any)?;
        let options = socket2::SockRef::from(&socket);
        // The system grants what it may.
        drop(options.set_recv_buffer_size(SOCKET_BUFFER));
        drop(options.set_send_buffer_size(SOCKET_BUFFER));
        if let Some(old) = self.link.socket() {
            drop(self.poll.registry().deregister(old));
        }
        let both = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut socket, UDP, both)?;
        self.link.attach(socket, endpoint);
        Ok(())
    }

    fn tick(&mut self, now: Instant) {
        self.next_tick = now + TICK;
        let wall = self.clock.now();
        let slept = wall - self.ticked > ASLEEP;
        self.ticked = wall;
        let expired = matches!(self.link.tick(), Tick::Expired);
        let agreed = self.link.agreed();
        let lost = self.link.owed(now).is_some_and(|owed| owed >= LOST);
        let up = agreed.is_some() && !lost;
        self.up = up;
        if up {
            self.way.round = 0;
            self.way.pausing = false;
            self.way.until = now + LOST;
        }
        if slept {
            tracing::info!("this PC was asleep: the tunnel looks for its peer");
            self.seek();
        } else if (expired && !self.way.pausing) || (!up && now >= self.way.until) {
            self.go_on(now);
        }
        let (sent, received) = self.link.bytes();
        let state = if up {
            State::Up
        } else if self.shared.was_up() {
            State::Reconnecting
        } else {
            State::Connecting
        };
        let endpoint = self.link.endpoint();
        self.shared.report(state, agreed, sent, received, endpoint);
    }

    /// The round is over: a pause, longer each time, and then the next one.
    fn go_on(&mut self, now: Instant) {
        if self.way.pausing || self.way.round == 0 {
            self.way.round += 1;
            self.seek();
            return;
        }
        let longest = 1_u64
            .checked_shl(self.way.round)
            .unwrap_or(PAUSE)
            .min(PAUSE);
        let pause = rand::rng().random_range(longest * 500..=longest * 1000);
        self.way.pausing = true;
        self.way.round = self.way.round.saturating_add(1);
        self.way.until = now + Duration::from_millis(pause);
    }
}

fn stack(config: &Config, link: &mut Link) -> Interface {
    let settings = smoltcp::iface::Config::new(HardwareAddress::Ip);
    let mut stack = Interface::new(settings, link, StackInstant::ZERO);
    stack.update_ip_addrs(|addresses| {
        for net in config.addresses.iter().filter(|net| net.is_of_a_host()) {
            // The list holds eight, which is more than any file has.
            let _ = addresses.push(IpCidr::new(IpAddress::from(net.address), net.prefix));
        }
    });
    // Everything goes to the one peer; the gateway's address is never asked for.
    let _ = stack
        .routes_mut()
        .add_default_ipv4_route(Ipv4Addr::new(10, 0, 0, 1));
    let _ = stack
        .routes_mut()
        .add_default_ipv6_route(Ipv6Addr::LOCALHOST);
    stack
}

/// A TCP socket with buffers for a long way while there are few, and small ones when there are many.
fn socket(others: usize) -> tcp::Socket<'static> {
    let (receive, send) = match others {
        0..8 => (1 << 20, 512 << 10),
        8..64 => (128 << 10, 64 << 10),
        _ => (32 << 10, 16 << 10),
    };
    let mut socket = tcp::Socket::new(
        tcp::SocketBuffer::new(vec![0; receive]),
        tcp::SocketBuffer::new(vec![0; send]),
    );
    socket.set_congestion_control(tcp::CongestionControl::Cubic);
    // A database waits for the answer to each small question.
    socket.set_nagle_enabled(false);
    // Whoever only waits finds out soon that its peer, or the way to it, is not there any more.
    socket.set_keep_alive(Some(smoltcp::time::Duration::from_secs(10)));
    socket.set_timeout(Some(smoltcp::time::Duration::from_secs(120)));
    socket
}
