//! Messages of the first exchange: packets, and the options that the two sides tell each other.

use std::io::{self, ErrorKind, Read};

pub(super) const HEADER: usize = 8;
pub(super) const LAST: u8 = 1;
pub(super) const ANSWER: u8 = 4;
pub(super) const LOGIN: u8 = 16;
pub(super) const PRELOGIN: u8 = 18;

/// What the two sides say about encryption.
pub(super) const OFF: u8 = 0;
pub(super) const NOT_SUPPORTED: u8 = 2;
pub(super) const REQUIRED: u8 = 3;

pub(super) fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + HEADER)
        .unwrap_or(u16::MAX)
        .to_be_bytes();
    let mut packet = vec![kind, LAST, length[0], length[1], 0, 0, 1, 0];
    packet.extend_from_slice(body);
    packet
}

/// A message of the server.
pub(super) fn read_message(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    /// More than any first message or handshake.
    const LARGEST: usize = 1 << 18;
    let mut body = Vec::new();
    loop {
        let mut header = [0; HEADER];
        stream.read_exact(&mut header)?;
        let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
        let known = matches!(header[0], ANSWER | PRELOGIN);
        if !known || length < HEADER || body.len() + length > LARGEST {
            return Err(io::Error::new(ErrorKind::InvalidData, "no packet of TDS"));
        }
        let start = body.len();
        body.resize(start + length - HEADER, 0);
        stream.read_exact(&mut body[start..])?;
        if header[1] & LAST != 0 {
            return Ok(body);
        }
    }
}

/// The first message: version, encryption, instance, thread, no second request at a time.
pub(super) fn prelogin(encryption: u8, instance: Option<&str>) -> Vec<u8> {
    let mut name = instance.unwrap_or_default().as_bytes().to_vec();
    name.push(0);
    let values: [(u8, &[u8]); 5] = [
        (0, &[0, 1, 0, 0, 0, 0]),
        (1, &[encryption]),
        (2, &name),
        (3, &[0; 4]),
        (4, &[0]),
    ];
    let mut offset = values.len() * 5 + 1;
    let mut message = Vec::new();
    for (token, value) in values {
        message.push(token);
        for number in [offset, value.len()] {
            message.extend(u16::try_from(number).unwrap_or(0).to_be_bytes());
        }
        offset += value.len();
    }
    message.push(0xFF);
    values.iter().for_each(|(_, value)| message.extend(*value));
    message
}

fn place_of(body: &[u8], wanted: u8) -> Option<std::ops::Range<usize>> {
    let mut entry = body;
    while let [token, a, b, c, d, rest @ ..] = entry {
        if *token == 0xFF {
            return None;
        }
        if *token == wanted {
            let offset = usize::from(u16::from_be_bytes([*a, *b]));
            let length = usize::from(u16::from_be_bytes([*c, *d]));
            return Some(offset..offset + length);
        }
        entry = rest;
    }
    None
}

pub(super) fn option(body: &[u8], wanted: u8) -> Option<&[u8]> {
    body.get(place_of(body, wanted)?)
}

pub(super) fn set_option(body: &mut [u8], wanted: u8, value: u8) {
    if let Some(place) = place_of(body, wanted)
        && let Some(first) = body.get_mut(place).and_then(|bytes| bytes.first_mut())
    {
        *first = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_said_about_encryption_is_found_and_can_be_changed() {
        let mut hello = prelogin(REQUIRED, Some("VENTAS"));
        assert_eq!(option(&hello, 1), Some(&[REQUIRED][..]));
        assert_eq!(option(&hello, 2), Some(&b"VENTAS\0"[..]));
        set_option(&mut hello, 1, NOT_SUPPORTED);
        assert_eq!(option(&hello, 1), Some(&[NOT_SUPPORTED][..]));
        assert_eq!(option(&hello, 9), None);
    }

    proptest! {
        #[test]
        fn a_first_message_of_any_bytes_is_read_without_harm(mut bytes: Vec<u8>, token: u8) {
            let _ = option(&bytes, token);
            set_option(&mut bytes, token, 1);
        }
    }
}
