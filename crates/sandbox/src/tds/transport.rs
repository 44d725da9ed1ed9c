//! How bytes travel: in the clear, or through TLS whose handshake is wrapped into packets of the
//! first exchange (TDS 7), or through TLS from the first byte on (TDS 8).

use super::packet::{self, PRELOGIN};
use super::{TdsEncryption, TdsOptions};
use crate::certificates::Identity;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

/// What a side says about encryption in its first message.
mod level {
    pub const OFF: u8 = 0;
    pub const ON: u8 = 1;
    pub const NOT_SUPPORTED: u8 = 2;
    pub const REQUIRED: u8 = 3;
}

/// A connection.
pub(super) enum Transport {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Transport {
    /// The socket below.
    pub(super) fn socket(&self) -> &TcpStream {
        match self {
            Transport::Plain(socket) => socket,
            Transport::Tls(stream) => &stream.sock,
        }
    }

    /// Whether what comes next is in the clear.
    pub(super) fn is_encrypted(&self) -> bool {
        matches!(self, Transport::Tls(_))
    }

    /// Goes on in the clear.
    pub(super) fn stripped(self) -> Transport {
        match self {
            Transport::Plain(socket) => Transport::Plain(socket),
            Transport::Tls(stream) => Transport::Plain(stream.into_parts().1),
        }
    }
}

impl Read for Transport {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Transport::Plain(socket) => socket.read(buffer),
            Transport::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Transport {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Transport::Plain(socket) => socket.write(bytes),
            Transport::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Transport::Plain(socket) => socket.flush(),
            Transport::Tls(stream) => stream.flush(),
        }
    }
}

/// What the first exchange led to.
pub(super) struct Greeted {
    pub transport: Transport,
    /// Whether only the login is encrypted.
    pub login_only: bool,
}

/// The first exchange. `None` when the client has gone or nothing was agreed on.
pub(super) fn greet(
    socket: TcpStream,
    options: &TdsOptions,
    identity: &Identity,
) -> io::Result<Option<Greeted>> {
    let mut first = [0];
    if socket.peek(&mut first)? == 0 {
        return Ok(None);
    }
    if first[0] != PRELOGIN {
        return greet_strictly(socket, options, identity);
    }
    let mut socket = socket;
    let Some(message) = packet::read(&mut socket)? else {
        return Ok(None);
    };
    let asked = encryption_of(&message.body).unwrap_or(level::NOT_SUPPORTED);
    let answer = agreed(options.encryption, asked);
    let instance = instance_fits(&message.body, options.instance.as_deref());
    packet::answer(&mut socket, &prelogin(answer, instance))?;
    let tls = match (asked, answer) {
        (level::NOT_SUPPORTED, level::REQUIRED) => return Ok(None),
        (level::NOT_SUPPORTED, _) | (_, level::NOT_SUPPORTED) => false,
        (_, _) => true,
    };
    if !tls {
        return Ok(Some(Greeted {
            transport: Transport::Plain(socket),
            login_only: false,
        }));
    }
    let login_only = answer == level::OFF;
    let transport = wrapped_handshake(socket, options, identity)?;
    Ok(transport.map(|transport| Greeted {
        transport,
        login_only,
    }))
}

fn agreed(policy: TdsEncryption, asked: u8) -> u8 {
    match policy {
        TdsEncryption::None => level::NOT_SUPPORTED,
        TdsEncryption::Required | TdsEncryption::Strict => level::REQUIRED,
        TdsEncryption::Offered => match asked {
            level::ON | level::REQUIRED => level::ON,
            level::NOT_SUPPORTED => level::NOT_SUPPORTED,
            _ => level::OFF,
        },
        TdsEncryption::LoginOnly => match asked {
            level::NOT_SUPPORTED => level::NOT_SUPPORTED,
            _ => level::OFF,
        },
    }
}

/// Options as they stand in the first message: token, offset and length each.
fn option(body: &[u8], wanted: u8) -> Option<&[u8]> {
    let mut entry = body;
    while let [
        token,
        offset_high,
        offset_low,
        length_high,
        length_low,
        rest @ ..,
    ] = entry
    {
        if *token == wanted {
            let offset = usize::from(u16::from_be_bytes([*offset_high, *offset_low]));
            let length = usize::from(u16::from_be_bytes([*length_high, *length_low]));
            return body.get(offset..offset + length);
        }
        if *token == 0xFF {
            return None;
        }
        entry = rest;
    }
    None
}

fn encryption_of(body: &[u8]) -> Option<u8> {
    option(body, 1)?.first().copied()
}

/// Whether the client asks for this instance, or for none.
fn instance_fits(body: &[u8], own: Option<&str>) -> bool {
    let asked = option(body, 2).unwrap_or_default();
    let asked: Vec<u8> = asked
        .iter()
        .copied()
        .take_while(|byte| *byte != 0)
        .collect();
    let asked = String::from_utf8_lossy(&asked).to_ascii_uppercase();
    let own = own.unwrap_or("MSSQLSERVER").to_ascii_uppercase();
    asked.is_empty() || asked == own || asked == "MSSQLSERVER"
}

/// The server's first message: its version (16.0, SQL Server 2022), encryption, instance, no MARS.
fn prelogin(encryption: u8, instance_fits: bool) -> Vec<u8> {
    let values: [(u8, &[u8]); 4] = [
        (0, &[16, 0, 0x04, 0x0C, 0, 0]),
        (1, &[encryption]),
        (2, &[u8::from(!instance_fits)]),
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

fn config(identity: &Identity, strict: bool) -> io::Result<Arc<ServerConfig>> {
    let versions: &[_] = if strict { &[&TLS13, &TLS12] } else { &[&TLS12] };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(identity.chain.clone(), identity.key.clone_key())
        })
        .map_err(io::Error::other)?;
    if strict {
        config.alpn_protocols = vec![b"tds/8.0".to_vec()];
    }
    Ok(Arc::new(config))
}

fn greet_strictly(
    socket: TcpStream,
    options: &TdsOptions,
    identity: &Identity,
) -> io::Result<Option<Greeted>> {
    let may = matches!(
        options.encryption,
        TdsEncryption::Strict | TdsEncryption::Required | TdsEncryption::Offered
    );
    if !may {
        return Ok(None);
    }
    let connection = ServerConnection::new(config(identity, true)?).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, socket);
    let Some(message) = packet::read(&mut stream)? else {
        return Ok(None);
    };
    let fits = instance_fits(&message.body, options.instance.as_deref());
    // Everything is encrypted already.
    packet::answer(&mut stream, &prelogin(level::NOT_SUPPORTED, fits))?;
    Ok(Some(Greeted {
        transport: Transport::Tls(Box::new(stream)),
        login_only: false,
    }))
}

/// TLS whose handshake travels inside messages of the first exchange.
fn wrapped_handshake(
    mut socket: TcpStream,
    options: &TdsOptions,
    identity: &Identity,
) -> io::Result<Option<Transport>> {
    let mut connection =
        ServerConnection::new(config(identity, false)?).map_err(io::Error::other)?;
    while connection.is_handshaking() {
        let Some(message) = packet::read(&mut socket)? else {
            return Ok(None);
        };
        if options.old_tls {
            // Alert of TLS 1.0: fatal, protocol_version. What a server without TLS 1.2 answers.
            packet::send(&mut socket, PRELOGIN, &[0x15, 3, 1, 0, 2, 2, 70])?;
            return Ok(None);
        }
        let mut bytes = &*message.body;
        while !bytes.is_empty() {
            connection.read_tls(&mut bytes)?;
            if let Err(error) = connection.process_new_packets() {
                let _ = send_wrapped(&mut connection, &mut socket);
                return Err(io::Error::other(error));
            }
        }
        send_wrapped(&mut connection, &mut socket)?;
    }
    let stream = StreamOwned::new(connection, socket);
    Ok(Some(Transport::Tls(Box::new(stream))))
}

fn send_wrapped(connection: &mut ServerConnection, socket: &mut TcpStream) -> io::Result<()> {
    let mut bytes = Vec::new();
    while connection.wants_write() {
        connection.write_tls(&mut bytes)?;
    }
    for part in bytes.chunks(4088) {
        packet::send(socket, PRELOGIN, part)?;
    }
    Ok(())
}
