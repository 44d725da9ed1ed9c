//! One tunnel: WireGuard between an interface of this PC and a UDP socket, in a thread of its own.

use super::net;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use boringtun::noise::errors::WireGuardError;
use boringtun::noise::{Tunn, TunnResult};
use boringtun::x25519::{PublicKey, StaticSecret};
use mio::net::UdpSocket;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token, Waker};
use puente_tunnel::{Status, Tunnel};
use rand::RngExt as _;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsRawFd as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tun_rs::{DeviceBuilder, Layer, SyncDevice};

const TUN: Token = Token(0);
const UDP: Token = Token(1);
const WAKE: Token = Token(2);
/// Packets taken from one side before the other gets its turn.
const BURST: usize = 128;
/// Between two turns of WireGuard's timers, which count in seconds themselves.
const TICK: Duration = Duration::from_millis(250);
/// The largest packet with what encryption adds.
const LARGEST: usize = 9216;

/// A running tunnel. It ends when this is dropped, and its interface with it.
pub struct Engine {
    status: Arc<Mutex<Status>>,
    stop: Arc<AtomicBool>,
    waker: Arc<Waker>,
    thread: Option<JoinHandle<()>>,
}

struct Loop {
    device: SyncDevice,
    socket: UdpSocket,
    endpoint: SocketAddr,
    tunn: Tunn,
    allowed: Vec<(IpAddr, u8)>,
    status: Arc<Mutex<Status>>,
    stop: Arc<AtomicBool>,
    plain: Vec<u8>,
    sealed: Vec<u8>,
}

impl Engine {
    /// Makes the interface and begins to look for the peer.
    pub fn start(name: &str, tunnel: &Tunnel) -> io::Result<Engine> {
        let tunn = tunn(tunnel)?;
        let device = DeviceBuilder::new()
            .name(name)
            .layer(Layer::L3)
            .packet_information(false)
            .mtu(tunnel.mtu)
            .build_sync()?;
        device.set_nonblocking(true)?;
        net::furnish(device.if_index()?, &tunnel.addresses, &tunnel.allowed)?;
        let any: SocketAddr = match tunnel.endpoint {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let mut socket = UdpSocket::bind(any)?;
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKE)?);
        poll.registry()
            .register(&mut socket, UDP, Interest::READABLE)?;
        let fd = device.as_raw_fd();
        poll.registry()
            .register(&mut SourceFd(&fd), TUN, Interest::READABLE)?;
        let status = Arc::new(Mutex::new(Status {
            interface: name.to_owned(),
            ..Status::default()
        }));
        let stop = Arc::new(AtomicBool::new(false));
        let mut turning = Loop {
            device,
            socket,
            endpoint: tunnel.endpoint,
            tunn,
            allowed: tunnel.allowed.clone(),
            status: Arc::clone(&status),
            stop: Arc::clone(&stop),
            plain: vec![0; LARGEST],
            sealed: vec![0; LARGEST],
        };
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || turning.run(poll))?;
        Ok(Engine {
            status,
            stop,
            waker,
            thread: Some(thread),
        })
    }

    /// How it is now.
    pub fn status(&self) -> Status {
        self.status
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        drop(self.waker.wake());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            eprintln!("puente-tunnel: a tunnel panicked");
        }
    }
}

fn tunn(tunnel: &Tunnel) -> io::Result<Tunn> {
    let key = |text: &str, what: &'static str| -> io::Result<[u8; 32]> {
        STANDARD
            .decode(text)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, what))
    };
    let shared = tunnel.preshared_key.as_deref();
    Ok(Tunn::new(
        StaticSecret::from(key(&tunnel.private_key, "private key")?),
        PublicKey::from(key(&tunnel.public_key, "public key")?),
        shared.map(|text| key(text, "preshared key")).transpose()?,
        tunnel.keepalive,
        rand::rng().random_range(0..1 << 24),
        None,
    ))
}

/// Whether a network holds an address.
pub fn contains((net, prefix): (IpAddr, u8), address: IpAddr) -> bool {
    match (net, address) {
        (IpAddr::V4(net), IpAddr::V4(address)) => {
            let shift = 32 - u32::from(prefix.min(32));
            (u64::from(u32::from(net)) >> shift) == (u64::from(u32::from(address)) >> shift)
        }
        (IpAddr::V6(net), IpAddr::V6(address)) => {
            let shift = 128 - u32::from(prefix.min(128));
            let cut = |bits: u128| bits.checked_shr(shift).unwrap_or(0);
            cut(u128::from(net)) == cut(u128::from(address))
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

impl Loop {
    fn run(&mut self, mut poll: Poll) {
        let mut events = Events::with_capacity(8);
        let mut ticked = Instant::now();
        let mut more = false;
        self.greet();
        while !self.stop.load(Ordering::Acquire) {
            let left = TICK.saturating_sub(ticked.elapsed());
            let pause = if more { Duration::ZERO } else { left };
            match poll.poll(&mut events, Some(pause)) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    eprintln!("puente-tunnel: {error}");
                    return;
                }
            }
            more = self.leave();
            more |= self.arrive();
            if ticked.elapsed() >= TICK {
                ticked = Instant::now();
                self.tick();
            }
        }
    }

    fn greet(&mut self) {
        let result = self
            .tunn
            .format_handshake_initiation(&mut self.sealed, false);
        if let TunnResult::WriteToNetwork(datagram) = result {
            drop(self.socket.send_to(datagram, self.endpoint));
        }
    }

    /// From this PC to the peer. Whether there may be more.
    fn leave(&mut self) -> bool {
        for _ in 0..BURST {
            match self.device.recv(&mut self.plain) {
                Ok(size) => {
                    let result = self.tunn.encapsulate(&self.plain[..size], &mut self.sealed);
                    if let TunnResult::WriteToNetwork(datagram) = result {
                        // What the system does not take is as if it were lost on the way.
                        drop(self.socket.send_to(datagram, self.endpoint));
                    }
                }
                Err(_) => return false,
            }
        }
        true
    }

    /// From the peer to this PC. Whether there may be more.
    fn arrive(&mut self) -> bool {
        for _ in 0..BURST {
            match self.socket.recv_from(&mut self.sealed) {
                Ok((size, from)) => self.take(size, from),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
                Err(_) => {}
            }
        }
        true
    }

    fn take(&mut self, size: usize, from: SocketAddr) {
        let datagram = &self.sealed[..size];
        let mut result = self
            .tunn
            .decapsulate(Some(from.ip()), datagram, &mut self.plain);
        let is_peer = proves_the_peer(&result);
        loop {
            match result {
                TunnResult::Err(_) => return,
                TunnResult::Done => break,
                TunnResult::WriteToNetwork(answer) => {
                    drop(self.socket.send_to(answer, from));
                    // Packets that waited for keys go after the handshake.
                    result = self.tunn.decapsulate(None, &[], &mut self.plain);
                }
                TunnResult::WriteToTunnelV4(packet, source) => {
                    pass(&self.device, &self.allowed, packet, source.into());
                    break;
                }
                TunnResult::WriteToTunnelV6(packet, source) => {
                    pass(&self.device, &self.allowed, packet, source.into());
                    break;
                }
            }
        }
        // Whoever has the peer's key is the peer, wherever it is now.
        if is_peer {
            self.endpoint = from;
        }
    }

    fn tick(&mut self) {
        let result = self.tunn.update_timers(&mut self.sealed);
        let expired = matches!(result, TunnResult::Err(WireGuardError::ConnectionExpired));
        if let TunnResult::WriteToNetwork(datagram) = result {
            drop(self.socket.send_to(datagram, self.endpoint));
        }
        if expired {
            self.greet();
        }
        let (_, sent, received, _, _) = self.tunn.stats();
        let agreed = self.tunn.time_since_last_handshake();
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        status.sent = sent as u64;
        status.received = received as u64;
        status.handshake_seconds = agreed.map(|time| time.as_secs());
        status.endpoint = agreed.map(|_| self.endpoint);
    }
}

/// The type of a message that asks to come again with a cookie.
const COOKIE_REPLY: u8 = 3;

/// Whether what came was made with the peer's key. Under a flood of greetings, everyone who knows our public
/// key is answered with a cookie: that proves nobody.
fn proves_the_peer(result: &TunnResult<'_>) -> bool {
    match result {
        TunnResult::Err(_) => false,
        TunnResult::WriteToNetwork(answer) => answer.first() != Some(&COOKIE_REPLY),
        TunnResult::Done | TunnResult::WriteToTunnelV4(..) | TunnResult::WriteToTunnelV6(..) => {
            true
        }
    }
}

/// Nobody else's packets come through the peer.
fn pass(device: &SyncDevice, allowed: &[(IpAddr, u8)], packet: &[u8], source: IpAddr) {
    if allowed.iter().any(|net| contains(*net, source)) {
        drop(device.send(packet));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_greetings_by_a_stranger_proves_nobody_the_peer() {
        let key = || StaticSecret::from(rand::rng().random::<[u8; 32]>());
        let (own, peer, stranger) = (key(), key(), key());
        let between = |own: &StaticSecret, other: &StaticSecret| {
            Tunn::new(own.clone(), PublicKey::from(other), None, None, 1, None)
        };
        let mut ours = between(&own, &peer);
        let mut theirs = between(&stranger, &own);
        let (mut greeting, mut room) = ([0; LARGEST], [0; LARGEST]);
        let from: IpAddr = Ipv4Addr::new(192, 0, 2, 66).into();
        let mut cookies = 0;
        for _ in 0..64 {
            let result = theirs.format_handshake_initiation(&mut greeting, true);
            let TunnResult::WriteToNetwork(datagram) = result else {
                panic!("no greeting");
            };
            let result = ours.decapsulate(Some(from), datagram, &mut room);
            cookies += usize::from(matches!(result, TunnResult::WriteToNetwork(_)));
            assert!(!proves_the_peer(&result));
        }
        assert!(cookies > 0, "the flood was none");
        let mut theirs = between(&peer, &own);
        let mut ours = between(&own, &peer);
        let result = theirs.format_handshake_initiation(&mut greeting, true);
        let TunnResult::WriteToNetwork(datagram) = result else {
            panic!("no greeting");
        };
        assert!(proves_the_peer(&ours.decapsulate(
            Some(from),
            datagram,
            &mut room
        )));
    }
}
