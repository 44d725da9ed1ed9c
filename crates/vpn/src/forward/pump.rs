//! One connection of this PC, and its other half behind the tunnel.

use super::pace::Pace;
use mio::net::TcpStream;
use smoltcp::iface::{SocketHandle, SocketSet};
use smoltcp::socket::tcp;
use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::time::{Duration, Instant};

/// How long a connection that ended well keeps its place, so that its last word may be said again.
const LINGER: Duration = Duration::from_secs(1);

pub(super) struct Pump {
    stream: TcpStream,
    pub handle: SocketHandle,
    /// This end's port in the tunnel.
    pub port: u16,
    /// Whether there may be something to read, and room to write: the system tells changes only.
    pub readable: bool,
    pub writable: bool,
    pace: Pace,
    /// Bytes of a full packet.
    segment: usize,
    said_all: bool,
    heard_all: bool,
    ended: Option<Instant>,
}

/// What became of a connection in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// It waits for one of its ends.
    Waits,
    /// Bytes went through it.
    Moved,
    /// It is over.
    Over,
}

enum Step {
    Some,
    Blocked,
    End,
    Broken,
}

impl Pump {
    /// A connection whose socket holds `most` bytes for the office, in packets of `segment` bytes.
    pub fn new(
        stream: TcpStream,
        (handle, port): (SocketHandle, u16),
        most: usize,
        segment: usize,
    ) -> Pump {
        Pump {
            stream,
            handle,
            port,
            readable: true,
            writable: true,
            pace: Pace::new(most),
            segment,
            said_all: false,
            heard_all: false,
            ended: None,
        }
    }

    pub fn stream(&mut self) -> &mut TcpStream {
        &mut self.stream
    }

    /// Moves what can be moved.
    pub fn turn(&mut self, sockets: &mut SocketSet<'_>, now: Instant) -> Turn {
        if let Some(ended) = self.ended {
            let over = now.duration_since(ended) >= LINGER;
            return if over { Turn::Over } else { Turn::Waits };
        }
        let socket = sockets.get_mut::<tcp::Socket>(self.handle);
        let mut moved = false;
        let intact = self.say(socket, &mut moved, now) && self.hear(socket, &mut moved);
        if !intact {
            socket.abort();
            self.reset();
            return Turn::Over;
        }
        if !self.heard_all && has_finished(socket) && socket.recv_queue() == 0 {
            self.heard_all = true;
            // A peer that has closed both ways already does not mind.
            drop(self.stream.shutdown(Shutdown::Write));
        }
        let whole = self.heard_all && self.said_all;
        let state = socket.state();
        if state == tcp::State::Closed {
            // It was refused, reset or given up: this PC's half is told so.
            if !whole {
                self.reset();
            }
            return Turn::Over;
        }
        if state == tcp::State::TimeWait && whole {
            self.ended = Some(now);
            return Turn::Moved;
        }
        if moved { Turn::Moved } else { Turn::Waits }
    }

    /// From this PC into the tunnel. Whether the connection is intact.
    fn say(&mut self, socket: &mut tcp::Socket<'_>, moved: &mut bool, now: Instant) -> bool {
        self.pace.held(socket.send_queue(), now);
        let mut said = 0;
        let intact = self.say_some(socket, &mut said, moved);
        if said > 0 {
            *moved = true;
            self.pace.pushed(said, socket.send_queue(), now);
        }
        intact
    }

    fn say_some(
        &mut self,
        socket: &mut tcp::Socket<'_>,
        said: &mut usize,
        moved: &mut bool,
    ) -> bool {
        while self.readable && !self.said_all && socket.can_send() {
            let most = self.pace.room(socket.send_queue());
            // Full packets: what is not enough for one waits for more room.
            let most = most - most % self.segment;
            if most == 0 {
                return true;
            }
            let mut stream = &self.stream;
            let step = socket.send(|room| {
                let size = room.len().min(most);
                match stream.read(&mut room[..size]) {
                    Ok(0) => (0, Step::End),
                    Ok(size) => {
                        *said += size;
                        (size, Step::Some)
                    }
                    Err(error) => (0, step(&error)),
                }
            });
            match step {
                Ok(Step::Some) => {}
                Ok(Step::Blocked) => self.readable = false,
                Ok(Step::End) => {
                    self.said_all = true;
                    *moved = true;
                    socket.close();
                }
                Ok(Step::Broken) => return false,
                Err(tcp::SendError::InvalidState) => return true,
            }
        }
        true
    }

    /// From the tunnel to this PC. Whether the connection is intact.
    fn hear(&mut self, socket: &mut tcp::Socket<'_>, moved: &mut bool) -> bool {
        while self.writable && socket.can_recv() {
            let mut stream = &self.stream;
            let step = socket.recv(|bytes| match stream.write(bytes) {
                Ok(size) => (size, Step::Some),
                Err(error) => (0, step(&error)),
            });
            match step {
                Ok(Step::Some) => *moved = true,
                Ok(Step::Blocked) => self.writable = false,
                Ok(Step::End | Step::Broken) => return false,
                Err(tcp::RecvError::InvalidState | tcp::RecvError::Finished) => return true,
            }
        }
        true
    }

    /// Ends this PC's half as a broken connection ends.
    fn reset(&self) {
        drop(socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO)));
    }
}

#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "the enum of the standard library, which grows"
)]
fn step(error: &std::io::Error) -> Step {
    match error.kind() {
        ErrorKind::WouldBlock => Step::Blocked,
        ErrorKind::Interrupted => Step::Some,
        _ => Step::Broken,
    }
}

/// Whether the other side has said that nothing more comes.
fn has_finished(socket: &tcp::Socket<'_>) -> bool {
    matches!(
        socket.state(),
        tcp::State::CloseWait | tcp::State::LastAck | tcp::State::Closing | tcp::State::TimeWait
    )
}
