//! Where a browser lands on this machine after a page of consent: one address, for one answer.
//!
//! It listens on 127.0.0.1 only. An address with `https` gets a certificate that is made for it and lives
//! in memory; nobody vouches for it, so that the browser asks the person first.

use puente_core::{Cancel, Cancelled};
use reqwest::Url;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

/// The longest head of a request.
const HEAD: usize = 16 * 1024;
/// A browser that opened a connection says something within this time.
const SILENCE: Duration = Duration::from_secs(20);
/// Between two looks at the listener, the clock and the cancel.
const LOOK: Duration = Duration::from_millis(50);
/// Connections at a time.
const MOST: usize = 16;

/// Why no browser can land here.
#[derive(Debug, thiserror::Error)]
pub enum NoLanding {
    /// The address is not one of this machine, or says no port.
    #[error("{0} is no address of this machine with a port")]
    Elsewhere(String),
    /// Another program listens there.
    #[error("port {0} is taken")]
    Taken(u16),
    /// The system gives no socket or no key.
    #[error("{0}")]
    System(String),
}

/// Why nobody landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotLanded {
    /// The time is over.
    Late,
    /// Someone asked to stop.
    Cancelled,
}

impl From<Cancelled> for NotLanded {
    fn from(_: Cancelled) -> Self {
        NotLanded::Cancelled
    }
}

/// What the browser is to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Above everything.
    pub title: String,
    /// Below it.
    pub text: String,
}

/// A port that waits for a browser.
pub struct Landing {
    listener: TcpListener,
    origin: String,
    path: String,
    tls: Option<Arc<ServerConfig>>,
}

impl std::fmt::Debug for Landing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Landing")
            .field("origin", &self.origin)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Landing {
    /// Listens where a browser will be sent back to: `https://localhost:8443/path`, or with `http`.
    ///
    /// # Errors
    /// [`NoLanding`].
    pub fn open(redirect_uri: &str) -> Result<Landing, NoLanding> {
        let elsewhere = || NoLanding::Elsewhere(redirect_uri.trim().to_owned());
        let url = Url::parse(redirect_uri.trim()).map_err(|_| elsewhere())?;
        let is_here = matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
        let port = url.port().filter(|_| is_here).ok_or_else(elsewhere)?;
        let tls = match url.scheme() {
            "http" => None,
            "https" => Some(certificate()?),
            _ => return Err(elsewhere()),
        };
        let system = |error: io::Error| NoLanding::System(error.to_string());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
            let taken = [ErrorKind::AddrInUse, ErrorKind::PermissionDenied];
            if taken.contains(&error.kind()) {
                NoLanding::Taken(port)
            } else {
                system(error)
            }
        })?;
        listener.set_nonblocking(true).map_err(system)?;
        Ok(Landing {
            listener,
            origin: url.origin().ascii_serialization(),
            path: url.path().to_owned(),
            tls,
        })
    }

    /// Waits until a browser comes to this very address with `state`, and shows it what `answer` makes of
    /// the whole address. Everything else gets `other`, and is waited past.
    ///
    /// # Errors
    /// [`NotLanded`].
    pub fn wait(
        self,
        state: &str,
        limit: Duration,
        cancel: &Cancel,
        other: &Shown,
        answer: impl FnOnce(&str) -> Shown,
    ) -> Result<(), NotLanded> {
        let until = Instant::now() + limit;
        let (sender, visits) = channel();
        let open = Arc::new(AtomicUsize::new(0));
        loop {
            cancel.check()?;
            if Instant::now() >= until {
                return Err(NotLanded::Late);
            }
            if let Ok((stream, _)) = self.listener.accept() {
                receive(stream, self.tls.clone(), sender.clone(), &open);
                continue;
            }
            match visits.recv_timeout(LOOK).ok() {
                Some(visit) if self.fits(&visit.target, state) => {
                    let shown = answer(&format!("{}{}", self.origin, visit.target));
                    visit.show(200, &shown);
                    return Ok(());
                }
                Some(visit) => visit.show(404, other),
                None => {}
            }
        }
    }

    fn fits(&self, target: &str, state: &str) -> bool {
        let Ok(url) = Url::parse(&format!("{}{target}", self.origin)) else {
            return false;
        };
        let given = url.query_pairs().find(|(name, _)| name == "state");
        url.path() == self.path && given.is_some_and(|(_, value)| same(&value, state))
    }
}

/// Compares in a time that doesn't tell where they differ.
fn same(given: &str, wanted: &str) -> bool {
    let differing = given
        .bytes()
        .zip(wanted.bytes())
        .fold(0, |all, (a, b)| all | (a ^ b));
    given.len() == wanted.len() && differing == 0
}

/// A certificate for this machine's own name, of this landing alone.
fn certificate() -> Result<Arc<ServerConfig>, NoLanding> {
    let wrong = |error: rcgen::Error| NoLanding::System(error.to_string());
    let key = rcgen::KeyPair::generate().map_err(wrong)?;
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let mut params = rcgen::CertificateParams::new(names).map_err(wrong)?;
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, "Puente");
    params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let made = params.self_signed(&key).map_err(wrong)?;
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(vec![made.der().clone()], private)
        })
        .map_err(|error| NoLanding::System(error.to_string()))?;
    Ok(Arc::new(config))
}

/// Reads a request on a thread of its own: a browser may open connections on which it says nothing.
fn receive(
    stream: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    sender: Sender<Visit>,
    open: &Arc<AtomicUsize>,
) {
    if open.fetch_add(1, Ordering::AcqRel) >= MOST {
        open.fetch_sub(1, Ordering::AcqRel);
        return;
    }
    let counted = Arc::clone(open);
    let spawned = std::thread::Builder::new()
        .name("landing".to_owned())
        .spawn(move || {
            // A connection that fails is the browser's to open again.
            if let Ok(visit) = Visit::read(stream, tls) {
                drop(sender.send(visit));
            }
            counted.fetch_sub(1, Ordering::AcqRel);
        });
    if spawned.is_err() {
        open.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A connection, plain or encrypted.
trait Wire: Read + Write + Send {}
impl<T: Read + Write + Send> Wire for T {}

/// A browser that asked for something.
struct Visit {
    wire: Box<dyn Wire>,
    socket: TcpStream,
    target: String,
}

impl Visit {
    fn read(stream: TcpStream, tls: Option<Arc<ServerConfig>>) -> io::Result<Visit> {
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(SILENCE))?;
        stream.set_write_timeout(Some(SILENCE))?;
        let socket = stream.try_clone()?;
        let mut wire: Box<dyn Wire> = match tls {
            None => Box::new(stream),
            Some(config) => {
                let connection = ServerConnection::new(config).map_err(io::Error::other)?;
                Box::new(StreamOwned::new(connection, stream))
            }
        };
        let target = target(wire.as_mut())?;
        Ok(Visit {
            wire,
            socket,
            target,
        })
    }

    fn show(mut self, status: u16, shown: &Shown) {
        let body = page(shown);
        let reason = if status == 200 { "OK" } else { "Not Found" };
        let head = format!(
            "HTTP/1.1 {status} {reason}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
             Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
             Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\nConnection: close\r\n\r\n",
            body.len()
        );
        // The answer is known here, whether the browser still hears it or not.
        let told = self
            .wire
            .write_all(head.as_bytes())
            .and_then(|()| self.wire.write_all(body.as_bytes()))
            .and_then(|()| self.wire.flush());
        if let Err(error) = told {
            tracing::debug!(%error, "a browser went away before its answer");
        }
        drop(self.socket.shutdown(Shutdown::Write));
    }
}

/// What a GET asks for.
fn target(wire: &mut dyn Wire) -> io::Result<String> {
    let mut head = Vec::new();
    let mut piece = [0; 1024];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let read = wire.read(&mut piece)?;
        if read == 0 || head.len() > HEAD {
            return Err(ErrorKind::InvalidData.into());
        }
        head.extend_from_slice(piece.get(..read).unwrap_or_default());
    }
    let text = String::from_utf8_lossy(&head);
    let mut words = text.lines().next().unwrap_or_default().split(' ');
    match (words.next(), words.next()) {
        (Some("GET"), Some(target)) if target.starts_with('/') => Ok(target.to_owned()),
        _ => Err(ErrorKind::InvalidData.into()),
    }
}

fn page(shown: &Shown) -> String {
    let plain = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    };
    let (title, text) = (plain(&shown.title), plain(&shown.text));
    format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><title>{title}</title><style>\
         :root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;max-width:36rem;\
         margin:15vh auto;padding:0 1rem}}h1{{font-size:1.4rem}}</style></head>\
         <body><h1>{title}</h1><p>{text}</p></body></html>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(title: &str) -> Shown {
        Shown {
            title: title.to_owned(),
            text: "<text>".to_owned(),
        }
    }

    /// A port that was free a moment ago.
    fn port() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    }

    fn ask(mut wire: impl Read + Write, target: &str) -> String {
        write!(wire, "GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        // A server may end TLS without a farewell.
        drop(wire.read_to_end(&mut answer));
        String::from_utf8(answer).unwrap()
    }

    fn waiting(
        landing: Landing,
        cancel: &Cancel,
    ) -> std::thread::JoinHandle<(Result<(), NotLanded>, Option<String>)> {
        let cancel = cancel.clone();
        std::thread::spawn(move || {
            let mut landed = None;
            let answer = |address: &str| {
                landed = Some(address.to_owned());
                shown("done")
            };
            let limit = Duration::from_secs(60);
            let came = landing.wait("s1", limit, &cancel, &shown("other"), answer);
            (came, landed)
        })
    }

    #[test]
    fn only_the_address_with_the_right_state_lands_and_only_once() {
        let port = port();
        let landing = Landing::open(&format!("http://localhost:{port}/back")).unwrap();
        let waiter = waiting(landing, &Cancel::new());
        let dial = || TcpStream::connect(("127.0.0.1", port)).unwrap();
        let _silent = dial();
        for wrong in ["/back?code=x&state=s2", "/back?code=x", "/other?state=s1"] {
            let answer = ask(dial(), wrong);
            assert!(answer.starts_with("HTTP/1.1 404"), "{wrong}: {answer}");
        }
        let answer = ask(dial(), "/back?code=c%201&state=s1");
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.contains("&lt;text&gt;"),
            "{answer}"
        );
        let (came, landed) = waiter.join().unwrap();
        assert_eq!(came, Ok(()));
        let address = format!("http://localhost:{port}/back?code=c%201&state=s1");
        assert_eq!(landed, Some(address));
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }

    #[test]
    fn an_https_address_is_answered_over_tls() {
        let port = port();
        let landing = Landing::open(&format!("https://localhost:{port}/back")).unwrap();
        let waiter = waiting(landing, &Cancel::new());
        let answer = tls::ask_over_tls(port, "/back?code=c&state=s1");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert_eq!(waiter.join().unwrap().0, Ok(()));
    }

    mod tls {
        use super::ask;
        use rustls::client::danger::{
            HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
        };
        use rustls::crypto::ring;
        use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
        use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme};
        use std::net::TcpStream;
        use std::sync::Arc;

        /// A person who goes on past the browser's question.
        #[derive(Debug)]
        struct GoesOn;

        impl ServerCertVerifier for GoesOn {
            fn verify_server_cert(
                &self,
                _: &CertificateDer<'_>,
                _: &[CertificateDer<'_>],
                _: &ServerName<'_>,
                _: &[u8],
                _: UnixTime,
            ) -> Result<ServerCertVerified, rustls::Error> {
                Ok(ServerCertVerified::assertion())
            }

            fn verify_tls12_signature(
                &self,
                _: &[u8],
                _: &CertificateDer<'_>,
                _: &DigitallySignedStruct,
            ) -> Result<HandshakeSignatureValid, rustls::Error> {
                Ok(HandshakeSignatureValid::assertion())
            }

            fn verify_tls13_signature(
                &self,
                _: &[u8],
                _: &CertificateDer<'_>,
                _: &DigitallySignedStruct,
            ) -> Result<HandshakeSignatureValid, rustls::Error> {
                Ok(HandshakeSignatureValid::assertion())
            }

            fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
                ring::default_provider()
                    .signature_verification_algorithms
                    .supported_schemes()
            }
        }

        pub(super) fn ask_over_tls(port: u16, target: &str) -> String {
            let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(GoesOn))
                .with_no_client_auth();
            let name = ServerName::try_from("localhost").unwrap();
            let connection = ClientConnection::new(Arc::new(config), name).unwrap();
            let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
            ask(rustls::StreamOwned::new(connection, stream), target)
        }
    }

    #[test]
    fn a_taken_port_another_machine_and_an_address_without_a_port_are_refused() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let open = |uri: &str| Landing::open(uri).map(drop);
        let refused = open(&format!("http://127.0.0.1:{port}/")).unwrap_err();
        assert!(matches!(refused, NoLanding::Taken(at) if at == port));
        for uri in [
            "https://oficina.example:8443/r",
            "https://localhost/r",
            "ftp://localhost:21/r",
            "r",
        ] {
            let refused = open(uri).unwrap_err();
            assert!(matches!(refused, NoLanding::Elsewhere(_)), "{uri}");
        }
    }

    #[test]
    fn waiting_ends_with_a_cancel_and_with_the_time() {
        let landing = |port| Landing::open(&format!("http://localhost:{port}/")).unwrap();
        let cancel = Cancel::new();
        let waiter = waiting(landing(port()), &cancel);
        cancel.cancel();
        assert_eq!(waiter.join().unwrap().0, Err(NotLanded::Cancelled));
        let late =
            landing(port()).wait("s", Duration::ZERO, &Cancel::new(), &shown("other"), |_| {
                shown("done")
            });
        assert_eq!(late, Err(NotLanded::Late));
    }
}
