//! Looks on while a certificate is verified, so that its issuer can be named also when it is refused.

use crate::Refusal;
use reqwest::Url;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What was seen of the last handshake.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// Whom the certificate had to be of.
    pub host: String,
    /// As the server sent them, its own first.
    pub chain: Vec<CertificateDer<'static>>,
    /// Why the certificate was refused, and in the verifier's words.
    pub refused: Option<(Refusal, String)>,
    /// `TLS 1.3` or `TLS 1.2`.
    pub version: &'static str,
}

/// Asks the platform's verifier, and remembers.
#[derive(Debug)]
pub(crate) struct Witness {
    verifier: Verifier,
    seen: Mutex<Option<Seen>>,
}

impl Witness {
    pub fn new(verifier: Verifier) -> Witness {
        Witness {
            verifier,
            seen: Mutex::new(None),
        }
    }

    /// What was seen of that host, if it was the last one.
    pub fn seen(&self, url: &Url) -> Option<Seen> {
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        self.lock().clone().filter(|seen| seen.host == host)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn version(&self, version: &'static str) {
        if let Some(seen) = &mut *self.lock() {
            seen.version = version;
        }
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.verifier.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        let chain = std::iter::once(end_entity).chain(intermediates);
        *self.lock() = Some(Seen {
            host: server_name.to_str().into_owned(),
            chain: chain.map(|der| der.clone().into_owned()).collect(),
            refused: verified
                .as_ref()
                .err()
                .map(|error| (refusal(error, end_entity), error.to_string())),
            version: "",
        });
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.version("TLS 1.2");
        self.verifier.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.version("TLS 1.3");
        self.verifier.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is the library's, and grows"
)]
fn refusal(error: &Error, end_entity: &CertificateDer<'_>) -> Refusal {
    let Error::InvalidCertificate(error) = error else {
        return Refusal::NotValid;
    };
    match error {
        CertificateError::UnknownIssuer => Refusal::UnknownIssuer,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Refusal::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Refusal::NotYetValid
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Refusal::WrongName
        }
        CertificateError::Revoked => Refusal::Revoked,
        // What is wrong with a certificate that vouches for itself is that nobody else does.
        _ if signed_itself(end_entity) => Refusal::UnknownIssuer,
        _ => Refusal::NotValid,
    }
}

fn signed_itself(certificate: &CertificateDer<'_>) -> bool {
    x509_parser::parse_x509_certificate(certificate)
        .is_ok_and(|(_, parsed)| parsed.subject().as_raw() == parsed.issuer().as_raw())
}
