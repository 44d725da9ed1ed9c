//! Whether a server's certificate is trusted: by the system's store, by an authority that the office
//! imported, or because the office looked at this very certificate and pinned it.

use crate::source::SqlServerOptions;
use crate::{Error, Result};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, SignatureScheme};
use rustls_platform_verifier::Verifier;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

/// What was seen of a certificate.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// Why it was refused: a stable word.
    pub refused: Option<&'static str>,
    pub subject: String,
    pub issuer: String,
    /// Last day.
    pub until: String,
    /// Of the certificate, in hexadecimal.
    pub sha256: String,
}

/// Verifies a certificate and remembers it.
#[derive(Debug)]
pub(super) struct Watch {
    verifier: Verifier,
    pin: Option<String>,
    provider: Arc<rustls::crypto::CryptoProvider>,
    seen: Mutex<Option<Seen>>,
}

impl Watch {
    pub(super) fn new(options: &SqlServerOptions) -> Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = match &options.authority {
            None => Vec::new(),
            Some(path) => {
                let unreadable = |reason: String| Error::FileUnreadable {
                    path: path.display().to_string(),
                    line: 0,
                    reason,
                };
                let text = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
                let roots = CertificateDer::pem_slice_iter(&text)
                    .collect::<std::result::Result<Vec<_>, _>>()
                    .map_err(|error| unreadable(error.to_string()))?;
                if roots.is_empty() {
                    return Err(unreadable("no certificate (PEM)".to_owned()));
                }
                roots
            }
        };
        let verifier = Verifier::new_with_extra_roots(roots, Arc::clone(&provider))
            .map_err(|error| Error::Internal(error.to_string()))?;
        Ok(Watch {
            verifier,
            pin: options.pin.as_deref().map(plain),
            provider,
            seen: Mutex::new(None),
        })
    }

    pub(super) fn seen(&self) -> Option<Seen> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn remember(&self, seen: Seen) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
    }
}

/// A fingerprint as people write it, without colons and blanks.
fn plain(fingerprint: &str) -> String {
    fingerprint
        .chars()
        .filter(char::is_ascii_hexdigit)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

fn describe(certificate: &CertificateDer<'_>) -> Seen {
    let sha256 = Sha256::digest(certificate)
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
    let mut seen = Seen {
        sha256,
        ..Seen::default()
    };
    if let Ok((_, parsed)) = x509_parser::parse_x509_certificate(certificate) {
        seen.subject = parsed.subject().to_string();
        seen.issuer = parsed.issuer().to_string();
        let until = chrono::DateTime::from_timestamp(parsed.validity().not_after.timestamp(), 0);
        seen.until = until
            .map(|day| day.format("%Y-%m-%d").to_string())
            .unwrap_or_default();
    }
    seen
}

impl ServerCertVerifier for Watch {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        let mut seen = describe(end_entity);
        if let Some(pin) = &self.pin {
            if *pin == seen.sha256 {
                self.remember(seen);
                return Ok(ServerCertVerified::assertion());
            }
            seen.refused = Some("changed");
            self.remember(seen);
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        let verified = self.verifier.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        seen.refused = verified.as_ref().err().map(|error| reason(error, &seen));
        self.remember(seen);
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        if self.pin.is_some() {
            return self.verify_pinned(message, certificate, signed);
        }
        self.verifier
            .verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        if self.pin.is_some() {
            return self.verify_pinned(message, certificate, signed);
        }
        self.verifier
            .verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

impl Watch {
    /// That the server has the key of the pinned certificate. By the key itself: the certificate that
    /// a server makes on its first start is of a kind that the library does not read.
    fn verify_pinned(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let bad = || rustls::Error::from(CertificateError::BadEncoding);
        let (_, parsed) = x509_parser::parse_x509_certificate(certificate).map_err(|_| bad())?;
        let key = &parsed.public_key().subject_public_key.data;
        let supported = self.provider.signature_verification_algorithms;
        let fits = supported
            .mapping
            .iter()
            .filter(|(scheme, _)| *scheme == signed.scheme)
            .flat_map(|(_, algorithms)| algorithms.iter());
        for algorithm in fits {
            if algorithm
                .verify_signature(key, message, signed.signature())
                .is_ok()
            {
                return Ok(HandshakeSignatureValid::assertion());
            }
        }
        Err(CertificateError::BadSignature.into())
    }
}

/// Why, in a stable word.
#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is the library's, and grows"
)]
fn reason(error: &rustls::Error, seen: &Seen) -> &'static str {
    let rustls::Error::InvalidCertificate(error) = error else {
        return "not_valid";
    };
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "not_yet_valid"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "wrong_name"
        }
        CertificateError::Revoked => "revoked",
        _ if seen.subject == seen.issuer => "self_signed",
        CertificateError::UnknownIssuer => "unknown_issuer",
        _ => "not_valid",
    }
}
