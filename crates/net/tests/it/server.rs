//! A web server with whatever certificate a test wants, and an authority of its own.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// What is to be wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Good,
    Expired,
    NotYet,
    OtherHost,
    SelfSigned,
}

pub struct Authority {
    params: CertificateParams,
    key: KeyPair,
    pem: String,
    der: CertificateDer<'static>,
    folder: tempfile::TempDir,
}

impl Authority {
    pub fn new(name: &str) -> Authority {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params
            .distinguished_name
            .push(DnType::OrganizationName, "Oficina de prueba");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key).unwrap();
        Authority {
            pem: certificate.pem(),
            der: certificate.der().clone(),
            params,
            key,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Its certificate, in a file.
    pub fn file(&self) -> PathBuf {
        let path = self.folder.path().join("ca.pem");
        std::fs::write(&path, &self.pem).unwrap();
        path
    }

    fn issue(&self, kind: Kind) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let key = KeyPair::generate().unwrap();
        let name = match kind {
            Kind::OtherHost => "otro.example",
            Kind::Good | Kind::Expired | Kind::NotYet | Kind::SelfSigned => "localhost",
        };
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let now = OffsetDateTime::now_utc();
        let (from, to) = match kind {
            Kind::Expired => (-30, -1),
            Kind::NotYet => (2, 30),
            Kind::Good | Kind::OtherHost | Kind::SelfSigned => (-1, 30),
        };
        params.not_before = now + Duration::days(from);
        params.not_after = now + Duration::days(to);
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        if kind == Kind::SelfSigned {
            let own = params.self_signed(&key).unwrap();
            return (vec![own.der().clone()], private);
        }
        let issuer = Issuer::from_params(&self.params, &self.key);
        let issued = params.signed_by(&key, &issuer).unwrap();
        (vec![issued.der().clone(), self.der.clone()], private)
    }

    /// Serves one answer after the other until the test ends. Gives the port.
    pub fn serve(&self, kind: Kind, answer: &'static str) -> u16 {
        let (chain, key) = self.issue(kind);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let config = Arc::new(config);
        listen(move |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            respond(StreamOwned::new(connection, stream), answer);
        })
    }
}

/// A server without TLS, which answers whatever it is sent. Gives the port.
pub fn plain(answer: &'static str) -> u16 {
    listen(move |mut stream| {
        drop(stream.read(&mut [0; 4096]));
        drop(stream.write_all(answer.as_bytes()));
    })
}

/// Takes connections and never says anything.
pub fn silent() -> u16 {
    listen(|stream| {
        // Until the other side gives up.
        let mut stream = stream;
        let mut byte = [0; 64];
        while stream.read(&mut byte).is_ok_and(|read| read > 0) {}
    })
}

fn listen(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = Arc::new(serve);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = Arc::clone(&serve);
            std::thread::spawn(move || serve(stream));
        }
    });
    port
}

fn respond(mut stream: impl Read + Write, answer: &str) {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => request.push(byte[0]),
            // A client that refuses the certificate hangs up.
            Ok(_) | Err(_) => return,
        }
    }
    drop(stream.write_all(answer.as_bytes()));
    drop(stream.flush());
}
