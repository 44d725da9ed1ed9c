//! Certificates that a server of an office may have, good and bad ones.

use crate::Error;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// What a server shows of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ServerCertificate {
    /// Issued for `localhost` and 127.0.0.1 by an office's own authority.
    #[default]
    Good,
    /// As above, and out of date.
    Expired,
    /// As above, for another name.
    OtherHost,
    /// Signed by itself, as a server does on its first start.
    SelfSigned,
}

/// A certificate with its key, and who issued it.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: Arc<PrivateKeyDer<'static>>,
    /// The authority's certificate, for an office to import.
    pub authority_pem: String,
}

/// Makes one.
pub(crate) fn make(kind: ServerCertificate) -> Result<Identity, Error> {
    issue(kind).map_err(|error| Error::Server {
        reason: format!("certificate: {error}"),
    })
}

fn issue(kind: ServerCertificate) -> Result<Identity, rcgen::Error> {
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::default();
    let name = &mut authority.distinguished_name;
    name.push(DnType::CommonName, "Autoridad de la oficina");
    name.push(DnType::OrganizationName, "Oficina de prueba");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority_certificate = authority.self_signed(&authority_key)?;

    let key = KeyPair::generate()?;
    let names: Vec<String> = match kind {
        ServerCertificate::OtherHost => vec!["otro.example".to_owned()],
        ServerCertificate::Good | ServerCertificate::Expired | ServerCertificate::SelfSigned => {
            vec!["localhost".to_owned(), "127.0.0.1".to_owned()]
        }
    };
    let mut params = CertificateParams::new(names.clone())?;
    let common = match kind {
        ServerCertificate::SelfSigned => "SSL_Self_Signed_Fallback",
        ServerCertificate::Good | ServerCertificate::Expired | ServerCertificate::OtherHost => {
            &*names[0]
        }
    };
    params.distinguished_name.push(DnType::CommonName, common);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let now = OffsetDateTime::now_utc();
    let until = if kind == ServerCertificate::Expired {
        -1
    } else {
        30
    };
    params.not_before = now - Duration::days(60);
    params.not_after = now + Duration::days(until);
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let chain = if kind == ServerCertificate::SelfSigned {
        vec![params.self_signed(&key)?.der().clone()]
    } else {
        let issuer = Issuer::from_params(&authority, &authority_key);
        let issued = params.signed_by(&key, &issuer)?;
        vec![issued.der().clone(), authority_certificate.der().clone()]
    };
    Ok(Identity {
        chain,
        key: Arc::new(private),
        authority_pem: authority_certificate.pem(),
    })
}
