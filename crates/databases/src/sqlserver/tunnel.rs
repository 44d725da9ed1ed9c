//! The way to the server: the first exchange, encryption with a certificate that is looked at, and
//! limits of waiting.
//!
//! The driver has an encryption of its own, in which no certificate can be pinned and none of a
//! refused server be shown. So it is given a connection on which all of that is done already: its own
//! first message is answered from here with what the server said, and "no encryption". Reads block;
//! a cancel, a limit and the end of a snapshot close the socket from another thread.

use super::greeting::{
    ANSWER, HEADER, LAST, LOGIN, NOT_SUPPORTED, OFF, PRELOGIN, REQUIRED, option, packet, prelogin,
    read_message, set_option,
};
use super::trust::{Seen, Watch};
use crate::firebird::{Target, dial, prepare};
use crate::source::{Encryption, SqlServerOptions};
use crate::{Error, Result, Untrusted};
use futures_util::io::{AsyncRead, AsyncWrite};
use puente_core::Cancel;
use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

/// Why the connection is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Cancelled,
    /// A limit of so many seconds passed.
    Limit(u64),
    /// The server was silent for so many seconds.
    Silent(u64),
}

/// What others may know of a connection, and do to it.
#[derive(Debug)]
pub(super) struct Shared {
    socket: TcpStream,
    ended: Mutex<Option<Ended>>,
    received: AtomicU64,
}

impl Shared {
    /// Ends the connection; the first reason counts.
    pub(super) fn end(&self, why: Ended) {
        self.ended
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(why);
        self.close();
    }

    /// Ends the connection without a reason: this side has had enough.
    pub(super) fn close(&self) {
        let _ = self.socket.shutdown(Shutdown::Both);
    }

    pub(super) fn ended(&self) -> Option<Ended> {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that came.
    pub(super) fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }
}

/// The socket, counted and with its silence noticed.
struct Socket(Arc<Shared>);

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = again(|| (&self.0.socket).read(buffer));
        match &read {
            Ok(bytes) => {
                self.0.received.fetch_add(*bytes as u64, Ordering::Relaxed);
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                let waited = self.0.socket.read_timeout().ok().flatten();
                self.0
                    .end(Ended::Silent(waited.unwrap_or_default().as_secs()));
                return Err(ErrorKind::TimedOut.into());
            }
            Err(_) => {}
        }
        read
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        again(|| (&self.0.socket).write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        (&self.0.socket).flush()
    }
}

/// With a limit of waiting, Linux breaks a read off when the process is stopped and goes on, or gets a signal.
fn again(mut work: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match work() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// How the connection came to be protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Protection {
    /// `TLS 1.2`; `None` in the clear.
    pub version: Option<&'static str>,
    /// Whether only the login is.
    pub login_only: bool,
}

/// A connection on which the driver finds everything done.
pub(super) struct Tunnel {
    socket: Socket,
    tls: Option<Box<ClientConnection>>,
    login_only: bool,
    /// The server's first message, for the driver, and how far it was read.
    greeting: Option<Vec<u8>>,
    read: usize,
    /// What the driver wrote and is no whole packet yet.
    written: Vec<u8>,
}

impl Tunnel {
    /// Connects, greets and encrypts as the options say.
    pub(super) fn open(
        target: &Target,
        options: &SqlServerOptions,
        cancel: &Cancel,
    ) -> Result<(Tunnel, Arc<Shared>, Protection)> {
        let socket = dial(target, cancel)?;
        let lost = |error: io::Error| lost(target, &error.to_string());
        prepare(&socket).map_err(lost)?;
        socket
            .set_read_timeout(Some(target.connect))
            .map_err(lost)?;
        socket
            .set_write_timeout(Some(target.connect))
            .map_err(lost)?;
        let shared = Arc::new(Shared {
            socket,
            ended: Mutex::new(None),
            received: AtomicU64::new(0),
        });
        let closer = Arc::clone(&shared);
        let _guard = cancel.on_cancel(move || closer.end(Ended::Cancelled));
        let mut socket = Socket(Arc::clone(&shared));
        let greeted = greet(&mut socket, target, options);
        if shared.ended() == Some(Ended::Cancelled) {
            return Err(Error::Cancelled);
        }
        let (tls, greeting, protection) = greeted?;
        let tunnel = Tunnel {
            socket,
            tls,
            login_only: protection.login_only,
            greeting: Some(greeting),
            read: 0,
            written: Vec::new(),
        };
        Ok((tunnel, shared, protection))
    }

    /// From the login on the server has longer.
    pub(super) fn wait_longer(shared: &Arc<Shared>, answer: Duration) -> io::Result<()> {
        shared.socket.set_read_timeout(Some(answer))
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.tls {
            Some(tls) => {
                let mut stream = rustls::Stream::new(tls.as_mut(), &mut self.socket);
                stream.write_all(bytes)?;
                stream.flush()
            }
            None => self.socket.write_all(bytes),
        }
    }

    /// Sends what is a whole packet. The driver's own greeting is taken off, and after a login that
    /// alone was to be encrypted goes what follows in the clear, from both sides.
    fn send_packets(&mut self) -> io::Result<()> {
        while let [kind, status, high, low, ..] = *self.written {
            let length = usize::from(u16::from_be_bytes([high, low])).max(HEADER);
            if self.written.len() < length {
                return Ok(());
            }
            let packet: Vec<u8> = self.written.drain(..length).collect();
            if kind == PRELOGIN {
                continue;
            }
            self.send(&packet)?;
            if kind == LOGIN && status & LAST != 0 && self.login_only {
                self.tls = None;
            }
        }
        Ok(())
    }

    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(greeting) = &self.greeting {
            let rest = &greeting[self.read..];
            let count = rest.len().min(buffer.len());
            buffer[..count].copy_from_slice(&rest[..count]);
            self.read += count;
            if self.read == greeting.len() {
                self.greeting = None;
            }
            return Ok(count);
        }
        match &mut self.tls {
            Some(tls) => rustls::Stream::new(tls.as_mut(), &mut self.socket).read(buffer),
            None => self.socket.read(buffer),
        }
    }
}

impl AsyncRead for Tunnel {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.get_mut().receive(buffer))
    }
}

impl AsyncWrite for Tunnel {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let tunnel = self.get_mut();
        tunnel.written.extend_from_slice(bytes);
        Poll::Ready(tunnel.send_packets().map(|()| bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket.0.close();
        Poll::Ready(Ok(()))
    }
}

type Greeted = (Option<Box<ClientConnection>>, Vec<u8>, Protection);

fn greet(socket: &mut Socket, target: &Target, options: &SqlServerOptions) -> Result<Greeted> {
    let watch = Arc::new(Watch::new(options)?);
    let failed = |error: &io::Error| explain(error, target, &watch);
    let strict = options.encryption == Encryption::Strict;
    let mut tls = None;
    if strict {
        let mut connection = client(target, options, &watch)?;
        while connection.is_handshaking() {
            if let Err(error) = connection.complete_io(socket) {
                return Err(failed(&error));
            }
        }
        tls = Some(Box::new(connection));
    }
    let (asked, wants) = match options.encryption {
        Encryption::Required | Encryption::Strict => (REQUIRED, true),
        Encryption::LoginOnly => (OFF, true),
        Encryption::Off => (NOT_SUPPORTED, false),
    };
    let hello = packet(PRELOGIN, &prelogin(asked, options.instance.as_deref()));
    let said = match &mut tls {
        Some(tls) => {
            let mut stream = rustls::Stream::new(tls.as_mut(), socket);
            stream
                .write_all(&hello)
                .and_then(|()| read_message(&mut stream))
        }
        None => socket.write_all(&hello).and_then(|()| read_message(socket)),
    };
    let said = said.map_err(|error| match error.kind() {
        ErrorKind::TimedOut => timeout(target),
        _ => Error::NotAServer {
            host: target.host.clone(),
            port: target.port,
            kind: "SQL Server",
            detail: error.to_string(),
        },
    })?;
    let answered = option(&said, 1).and_then(|value| value.first().copied());
    let Some(level) = answered else {
        return Err(Error::NotAServer {
            host: target.host.clone(),
            port: target.port,
            kind: "SQL Server",
            detail: "its first message is none of TDS".to_owned(),
        });
    };
    // With all of it encrypted from the first byte on there is nothing to agree on.
    if !strict {
        check_level(level, wants, options.encryption, target)?;
    }
    // Without words the server encrypts the login only when both sides say no more than that.
    let login_only = options.encryption == Encryption::LoginOnly && level == OFF;
    if wants && !strict {
        let mut connection = client(target, options, &watch)?;
        handshake(&mut connection, socket).map_err(|error| failed(&error))?;
        tls = Some(Box::new(connection));
    }
    let version = tls.as_ref().map(|tls| match tls.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
        _ => "TLS 1.2",
    });
    let mut greeting = said;
    set_option(&mut greeting, 1, NOT_SUPPORTED);
    let protection = Protection {
        version,
        login_only,
    };
    Ok((tls, packet(ANSWER, &greeting), protection))
}

/// Never less than what was chosen.
fn check_level(level: u8, wants: bool, chosen: Encryption, target: &Target) -> Result<()> {
    let refused = |reason: &str| {
        Err(Error::TlsRefused {
            host: target.host.clone(),
            reason: reason.to_owned(),
        })
    };
    match (wants, level) {
        (true, NOT_SUPPORTED) => refused("no_encryption"),
        (true, OFF) if chosen == Encryption::Required => refused("only_login_encrypted"),
        (false, REQUIRED) => refused("encryption_required"),
        (_, _) => Ok(()),
    }
}

fn client(
    target: &Target,
    options: &SqlServerOptions,
    watch: &Arc<Watch>,
) -> Result<ClientConnection> {
    let strict = options.encryption == Encryption::Strict;
    // Before TDS 8 no server speaks TLS 1.3, and its messages after the handshake would meet packets
    // in the clear.
    let versions: &[_] = if strict { &[&TLS13, &TLS12] } else { &[&TLS12] };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let internal = |error: rustls::Error| Error::Internal(error.to_string());
    let verifier = Arc::clone(watch);
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .map_err(internal)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    if strict {
        config.alpn_protocols = vec![b"tds/8.0".to_vec()];
    }
    let host = options.certificate_host.as_ref().unwrap_or(&target.host);
    let name = ServerName::try_from(host.clone())
        .map_err(|error| puente_core::Error::invalid("host", error))?;
    ClientConnection::new(Arc::new(config), name).map_err(internal)
}

/// A handshake inside messages of the first exchange.
fn handshake(connection: &mut ClientConnection, socket: &mut Socket) -> io::Result<()> {
    while connection.is_handshaking() {
        let mut bytes = Vec::new();
        while connection.wants_write() {
            connection.write_tls(&mut bytes)?;
        }
        if !bytes.is_empty() {
            socket.write_all(&packet(PRELOGIN, &bytes))?;
        }
        if !connection.is_handshaking() {
            break;
        }
        let said = read_message(socket)?;
        let mut rest = &*said;
        while !rest.is_empty() {
            connection.read_tls(&mut rest)?;
            if let Err(error) = connection.process_new_packets() {
                return Err(io::Error::other(error));
            }
        }
    }
    Ok(())
}

fn explain(error: &io::Error, target: &Target, watch: &Watch) -> Error {
    if error.kind() == ErrorKind::TimedOut {
        return timeout(target);
    }
    if let Some(Seen {
        refused: Some(reason),
        subject,
        issuer,
        until,
        sha256,
    }) = watch.seen()
    {
        return Error::CertificateUntrusted(Box::new(Untrusted {
            host: target.host.clone(),
            reason,
            subject,
            issuer,
            until,
            sha256,
        }));
    }
    Error::TlsRefused {
        host: target.host.clone(),
        reason: error.to_string(),
    }
}

fn timeout(target: &Target) -> Error {
    Error::Timeout {
        host: target.host.clone(),
        port: target.port,
        seconds: target.connect.as_secs(),
    }
}

fn lost(target: &Target, detail: &str) -> Error {
    Error::ConnectionLost {
        host: target.host.clone(),
        port: target.port,
        detail: detail.to_owned(),
    }
}
