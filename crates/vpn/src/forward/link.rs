//! WireGuard over a UDP socket, as a network device that a TCP stack sends and receives IP packets on.

use crate::address::Net;
use boringtun::noise::errors::WireGuardError;
use boringtun::noise::{Tunn, TunnResult};
use mio::net::UdpSocket;
use smoltcp::phy::{self, DeviceCapabilities, Medium};
use smoltcp::time::Instant as StackInstant;
use std::collections::VecDeque;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// What encryption adds to a packet: header, counter and tag.
const OVERHEAD: usize = 32;
/// Headers of IPv4 and TCP without options.
const HEADERS: usize = 40;
/// The smallest room that a handshake fits in.
const HANDSHAKE: usize = 148;
/// Datagrams taken from the socket before the TCP stack gets its turn.
const BURST: usize = 128;
/// Datagrams that may wait for the socket.
const WAITING: usize = 256;
/// Buffers kept for reuse.
const SPARE: usize = 256;
/// The type of a message that asks to come again with a cookie.
const COOKIE_REPLY: u8 = 3;
/// The largest datagram that is taken.
const LARGEST: usize = 9216;

/// One tunnel to one peer.
pub(super) struct Link {
    crypt: Crypt,
    socket: Option<UdpSocket>,
    endpoint: Option<SocketAddr>,
    allowed: Vec<Net>,
    mtu: usize,
    arrived: VecDeque<Vec<u8>>,
    spare: Vec<Vec<u8>>,
    datagram: Vec<u8>,
    /// When something that only the peer can have sent came last.
    pub heard: Option<Instant>,
    /// What the system said of the last datagram that it did not take.
    pub trouble: Option<String>,
}

/// The tunnel's secrets, and what waits to be sent.
struct Crypt {
    tunn: Tunn,
    plain: Vec<u8>,
    waiting: VecDeque<Vec<u8>>,
    spare: Vec<Vec<u8>>,
    /// When a packet of data was sent last.
    spoke: Option<Instant>,
}

/// What a turn of the timers found.
pub(super) enum Tick {
    /// Nothing to be done.
    Fine,
    /// The tunnel gave up on its peer.
    Expired,
}

impl Link {
    pub fn new(tunn: Tunn, allowed: Vec<Net>, mtu: usize) -> Link {
        Link {
            crypt: Crypt {
                tunn,
                plain: vec![0; mtu],
                waiting: VecDeque::new(),
                spare: Vec::new(),
                spoke: None,
            },
            socket: None,
            endpoint: None,
            allowed,
            mtu,
            arrived: VecDeque::new(),
            spare: Vec::new(),
            datagram: vec![0; LARGEST],
            heard: None,
            trouble: None,
        }
    }

    /// Goes on over another socket, to another address.
    pub fn attach(&mut self, socket: UdpSocket, endpoint: SocketAddr) {
        self.socket = Some(socket);
        self.endpoint = Some(endpoint);
        self.trouble = None;
    }

    pub fn socket(&mut self) -> Option<&mut UdpSocket> {
        self.socket.as_mut()
    }

    /// Bytes of a connection that a packet carries.
    pub fn segment(&self) -> usize {
        self.mtu.saturating_sub(HEADERS).max(1)
    }

    pub fn endpoint(&self) -> Option<SocketAddr> {
        self.endpoint
    }

    /// Time since the keys in use were agreed on; none when there are none.
    pub fn agreed(&self) -> Option<Duration> {
        self.crypt.tunn.time_since_last_handshake()
    }

    /// Bytes of packets sent and received.
    pub fn bytes(&self) -> (u64, u64) {
        let (_, sent, received, _, _) = self.crypt.tunn.stats();
        (sent as u64, received as u64)
    }

    /// How long the peer has owed an answer; none when it owes none.
    pub fn owed(&self, now: Instant) -> Option<Duration> {
        let spoke = self.crypt.spoke?;
        match self.heard {
            Some(heard) if heard >= spoke => None,
            Some(heard) => Some(now.duration_since(heard)),
            None => Some(now.duration_since(spoke)),
        }
    }

    /// Asks the peer for fresh keys.
    pub fn greet(&mut self) {
        let mut room = self.crypt.room(HANDSHAKE);
        let result = self.crypt.tunn.format_handshake_initiation(&mut room, true);
        let sent = length(&result);
        self.crypt.queue(room, sent);
        self.flush();
    }

    /// Lets the tunnel's own timers act.
    pub fn tick(&mut self) -> Tick {
        let mut room = self.crypt.room(HANDSHAKE);
        let result = self.crypt.tunn.update_timers(&mut room);
        let expired = matches!(result, TunnResult::Err(WireGuardError::ConnectionExpired));
        let sent = length(&result);
        self.crypt.queue(room, sent);
        self.flush();
        if expired { Tick::Expired } else { Tick::Fine }
    }

    /// Takes what waits in the socket. Whether there may be more.
    pub fn receive(&mut self, now: Instant) -> bool {
        for _ in 0..BURST {
            let Some(socket) = &self.socket else {
                return false;
            };
            match socket.recv_from(&mut self.datagram) {
                Ok((size, from)) => self.take(size, from, now),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    // Windows tells here that an earlier datagram was refused.
                    self.trouble = Some(error.to_string());
                    return error.kind() == ErrorKind::ConnectionReset;
                }
            }
        }
        true
    }

    fn take(&mut self, size: usize, from: SocketAddr, now: Instant) {
        let mut room = self.spare.pop().unwrap_or_default();
        room.resize(size.max(HANDSHAKE), 0);
        let tunn = &mut self.crypt.tunn;
        let result = tunn.decapsulate(Some(from.ip()), &self.datagram[..size], &mut room);
        let (answers, packet) = match result {
            TunnResult::Err(_) => {
                self.spare.push(room);
                return;
            }
            TunnResult::Done => (false, None),
            TunnResult::WriteToNetwork(answer) => {
                let size = answer.len();
                let is_cookie = answer.first() == Some(&COOKIE_REPLY);
                room.truncate(size);
                if is_cookie {
                    self.decline(&room, from);
                    self.spare.push(room);
                    return;
                }
                self.crypt.waiting.push_back(std::mem::take(&mut room));
                (true, None)
            }
            TunnResult::WriteToTunnelV4(packet, source) => {
                (false, Some((packet.len(), IpAddr::V4(source))))
            }
            TunnResult::WriteToTunnelV6(packet, source) => {
                (false, Some((packet.len(), IpAddr::V6(source))))
            }
        };
        self.heard = Some(now);
        // Whoever has the peer's key is the peer, wherever it is now.
        self.endpoint = Some(from);
        match packet {
            // Nobody else's packets come through the peer.
            Some((size, source)) if self.allowed.iter().any(|net| net.contains(source)) => {
                room.truncate(size);
                self.arrived.push_back(room);
            }
            Some(_) | None => self.spare.push(room),
        }
        if answers {
            self.send_queued();
        }
    }

    /// Under a flood of greetings, everyone who knows our public key is asked to come again with a cookie:
    /// that proves nobody the peer, and the answer goes where the greeting came from.
    fn decline(&mut self, cookie: &[u8], from: SocketAddr) {
        if let Some(socket) = &self.socket {
            // As if it were lost on the way.
            drop(socket.send_to(cookie, from));
        }
    }

    /// Packets that waited for keys go after the handshake.
    fn send_queued(&mut self) {
        loop {
            let mut room = self.crypt.room(self.mtu + OVERHEAD);
            let result = self.crypt.tunn.decapsulate(None, &[], &mut room);
            let Some(size) = length(&result) else {
                return;
            };
            self.crypt.queue(room, Some(size));
        }
    }

    /// Gives the socket what waits. Whether some still does.
    pub fn flush(&mut self) -> bool {
        let (Some(socket), Some(endpoint)) = (&self.socket, self.endpoint) else {
            self.crypt.waiting.clear();
            return false;
        };
        while let Some(datagram) = self.crypt.waiting.front() {
            match socket.send_to(datagram, endpoint) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                // As if it were lost on the way: TCP sends it again.
                Err(error) => self.trouble = Some(error.to_string()),
            }
            if let Some(datagram) = self.crypt.waiting.pop_front()
                && self.crypt.spare.len() < SPARE
            {
                self.crypt.spare.push(datagram);
            }
        }
        false
    }
}

fn length(result: &TunnResult<'_>) -> Option<usize> {
    match result {
        TunnResult::WriteToNetwork(datagram) => Some(datagram.len()),
        TunnResult::Done
        | TunnResult::Err(_)
        | TunnResult::WriteToTunnelV4(..)
        | TunnResult::WriteToTunnelV6(..) => None,
    }
}

impl Crypt {
    fn room(&mut self, size: usize) -> Vec<u8> {
        let mut room = self.spare.pop().unwrap_or_default();
        room.resize(size.max(HANDSHAKE), 0);
        room
    }

    fn queue(&mut self, mut room: Vec<u8>, size: Option<usize>) {
        match size {
            Some(size) => {
                room.truncate(size);
                self.waiting.push_back(room);
            }
            None => self.spare.push(room),
        }
    }

    fn seal(&mut self, size: usize) {
        let mut room = self.room(size + OVERHEAD);
        let result = self.tunn.encapsulate(&self.plain[..size], &mut room);
        let sent = length(&result);
        self.queue(room, sent);
        self.spoke = Some(Instant::now());
    }
}

/// A packet from the tunnel.
pub(super) struct Arrived<'l> {
    packet: Vec<u8>,
    spare: &'l mut Vec<Vec<u8>>,
}

impl phy::RxToken for Arrived<'_> {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, read: F) -> R {
        let result = read(&self.packet);
        if self.spare.len() < SPARE {
            self.spare.push(self.packet);
        }
        result
    }
}

/// Room for a packet into the tunnel.
pub(super) struct Leaving<'l>(&'l mut Crypt);

impl phy::TxToken for Leaving<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, size: usize, write: F) -> R {
        if self.0.plain.len() < size {
            self.0.plain.resize(size, 0);
        }
        let result = write(&mut self.0.plain[..size]);
        self.0.seal(size);
        result
    }
}

impl phy::Device for Link {
    type RxToken<'l> = Arrived<'l>;
    type TxToken<'l> = Leaving<'l>;

    fn receive(&mut self, _: StackInstant) -> Option<(Arrived<'_>, Leaving<'_>)> {
        let packet = self.arrived.pop_front()?;
        let arrived = Arrived {
            packet,
            spare: &mut self.spare,
        };
        Some((arrived, Leaving(&mut self.crypt)))
    }

    fn transmit(&mut self, _: StackInstant) -> Option<Leaving<'_>> {
        (self.crypt.waiting.len() < WAITING).then_some(Leaving(&mut self.crypt))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = self.mtu;
        capabilities
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::PrivateKey;

    #[test]
    fn a_flood_of_greetings_by_a_stranger_takes_the_tunnel_away_from_nobody() {
        let (own, peer, stranger) = (
            PrivateKey::generate(),
            PrivateKey::generate(),
            PrivateKey::generate(),
        );
        let between = |own: &PrivateKey, other: &PrivateKey| {
            let other = other.public().bytes().into();
            Tunn::new(own.secret(), other, None, None, 1, None)
        };
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut link = Link::new(between(&own, &peer), Vec::new(), 1420);
        let peer_is_at = SocketAddr::from(([192, 0, 2, 1], 51820));
        link.attach(UdpSocket::bind(loopback).unwrap(), peer_is_at);
        let flood = std::net::UdpSocket::bind(loopback).unwrap();
        let from = flood.local_addr().unwrap();
        let mut theirs = between(&stranger, &own);
        for _ in 0..64 {
            let mut greeting = [0; HANDSHAKE];
            let TunnResult::WriteToNetwork(datagram) =
                theirs.format_handshake_initiation(&mut greeting, true)
            else {
                panic!("no greeting");
            };
            link.datagram[..datagram.len()].copy_from_slice(datagram);
            link.take(datagram.len(), from, Instant::now());
            assert_eq!(link.endpoint(), Some(peer_is_at));
            assert_eq!(link.heard, None, "nothing was heard of the peer");
        }
        let mut cookie = [0; 256];
        let (size, _) = flood.recv_from(&mut cookie).unwrap();
        assert_eq!((size, cookie[0]), (64, COOKIE_REPLY), "it was a flood");

        // The peer itself is followed wherever it goes.
        let mut theirs = between(&peer, &own);
        let mut link = Link::new(between(&own, &peer), Vec::new(), 1420);
        link.attach(UdpSocket::bind(loopback).unwrap(), peer_is_at);
        let mut greeting = [0; HANDSHAKE];
        let TunnResult::WriteToNetwork(datagram) =
            theirs.format_handshake_initiation(&mut greeting, true)
        else {
            panic!("no greeting");
        };
        link.datagram[..datagram.len()].copy_from_slice(datagram);
        link.take(datagram.len(), from, Instant::now());
        assert_eq!(link.endpoint(), Some(from));
    }
}
