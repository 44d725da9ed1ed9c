//! Messages of TDS: packets of a header of eight bytes and a part of the message.

use std::io::{self, Read, Write};

pub(super) const BATCH: u8 = 1;
pub(super) const RPC: u8 = 3;
const ANSWER: u8 = 4;
pub(super) const ATTENTION: u8 = 6;
pub(super) const TRANSACTION: u8 = 14;
pub(super) const LOGIN: u8 = 16;
pub(super) const PRELOGIN: u8 = 18;

const HEADER: usize = 8;
const LAST: u8 = 1;
/// Bytes of a message that a client may send: far more than any statement.
const LARGEST: usize = 64 << 20;

/// A whole message of the client.
#[derive(Debug)]
pub(super) struct Message {
    pub kind: u8,
    pub body: Vec<u8>,
}

/// Reads a message; `None` when the client has gone.
pub(super) fn read(stream: &mut impl Read) -> io::Result<Option<Message>> {
    let mut body = Vec::new();
    loop {
        let mut header = [0; HEADER];
        if let Err(error) = stream.read_exact(&mut header) {
            let gone = error.kind() == io::ErrorKind::UnexpectedEof && body.is_empty();
            return if gone { Ok(None) } else { Err(error) };
        }
        let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
        let Some(length) = length.checked_sub(HEADER) else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        let start = body.len();
        if start + length > LARGEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        body.resize(start + length, 0);
        stream.read_exact(&mut body[start..])?;
        if header[1] & LAST != 0 {
            return Ok(Some(Message {
                kind: header[0],
                body,
            }));
        }
    }
}

/// An answer on its way: packets leave as soon as they are full.
#[derive(Debug)]
pub(super) struct Answer {
    bytes: Vec<u8>,
    size: usize,
    number: u8,
    sent: u64,
}

impl Answer {
    /// With packets of so many bytes, header included.
    pub(super) fn new(size: usize) -> Self {
        Answer {
            bytes: Vec::with_capacity(size * 2),
            size: size.clamp(512, 32_767) - HEADER,
            number: 0,
            sent: 0,
        }
    }

    /// Where tokens are written.
    pub(super) fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Packets that left.
    pub(super) fn packets(&self) -> u64 {
        self.sent
    }

    /// Sends what fills packets.
    pub(super) fn send_full(&mut self, stream: &mut impl Write) -> io::Result<()> {
        let mut at = 0;
        // The last packet has to be known as such, so that one is always kept.
        while self.bytes.len() - at > self.size {
            let end = at + self.size;
            self.number = self.number.wrapping_add(1);
            packet(stream, ANSWER, 0, self.number, &self.bytes[at..end])?;
            self.sent += 1;
            at = end;
        }
        self.bytes.drain(..at);
        Ok(())
    }

    /// Sends what there is, as a packet that is not full.
    pub(super) fn send_now(&mut self, stream: &mut impl Write) -> io::Result<()> {
        self.send_full(stream)?;
        if !self.bytes.is_empty() {
            self.number = self.number.wrapping_add(1);
            packet(stream, ANSWER, 0, self.number, &self.bytes)?;
            self.bytes.clear();
        }
        stream.flush()
    }

    /// Sends the rest.
    pub(super) fn finish(mut self, stream: &mut impl Write) -> io::Result<()> {
        self.send_full(stream)?;
        let number = self.number.wrapping_add(1);
        packet(stream, ANSWER, LAST, number, &self.bytes)?;
        stream.flush()
    }
}

/// Sends a message that fits one packet.
pub(super) fn send(stream: &mut impl Write, kind: u8, body: &[u8]) -> io::Result<()> {
    packet(stream, kind, LAST, 1, body)?;
    stream.flush()
}

/// An answer of one packet.
pub(super) fn answer(stream: &mut impl Write, body: &[u8]) -> io::Result<()> {
    send(stream, ANSWER, body)
}

fn packet(
    stream: &mut impl Write,
    kind: u8,
    status: u8,
    number: u8,
    body: &[u8],
) -> io::Result<()> {
    let length = u16::try_from(body.len() + HEADER)
        .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?
        .to_be_bytes();
    let header = [kind, status, length[0], length[1], 0, 53, number, 0];
    stream.write_all(&header)?;
    stream.write_all(body)
}
