//! Tries an address, and says what stands between it and this machine.

use crate::engine::Engine;
use crate::network::{Network, url_of};
use crate::witness::{Seen, Witness};
use crate::{Error, ProxyMode};
use chrono::{DateTime, Utc};
use puente_core::Cancel;
use reqwest::Url;
use rustls::pki_types::CertificateDer;
use std::error::Error as StdError;
use std::sync::Arc;
use std::time::{Duration, Instant};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::x509::X509Name;

/// What trying an address found.
#[derive(Debug, Clone)]
pub struct Probe {
    /// The address, without its query.
    pub url: String,
    /// The status that the server answered with: any shows that the way is open.
    pub status: Option<u16>,
    /// How the connection is encrypted; none before there was one, and for plain HTTP.
    pub tls: Option<Tls>,
    /// How long it took.
    pub milliseconds: u64,
    /// Why it failed.
    pub error: Option<Error>,
}

/// How a connection is encrypted, and who vouches for the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// `TLS 1.3`; empty when the certificate was refused before that was settled.
    pub version: String,
    /// Whether this machine trusts the certificate.
    pub trusted: bool,
    /// Who issued the server's certificate.
    pub issuer: String,
    /// The hosts that it is for.
    pub names: Vec<String>,
    /// As the server sent them, its own first.
    pub chain: Vec<Certificate>,
}

/// A certificate, readable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Whose it is.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// First moment of its time.
    pub valid_from: DateTime<Utc>,
    /// Last moment of its time.
    pub valid_to: DateTime<Utc>,
}

impl Network {
    /// Tries an address. What goes wrong on the way is an answer too: it stands in [`Probe::error`].
    ///
    /// # Errors
    /// [`Error::Invalid`], when there is nothing to try.
    pub fn probe(&self, url: &str) -> Result<Probe, Error> {
        let url = url_of("url", url)?;
        let witness = Arc::new(Witness::new(self.verifier()?));
        let client = self.client_with(&witness)?;
        let engine = Engine::start()?;
        let started = Instant::now();
        let asked = url.clone();
        let asking = async move { client.get(asked).send().await };
        let Some(answer) = engine.run(&Cancel::new(), asking) else {
            return Err(Error::Failed {
                host: host_of(&url),
                detail: "no answer".to_owned(),
            });
        };
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let seen = witness.seen(&url);
        let error = match &answer {
            Ok(answer) if answer.status().as_u16() == 407 => Some(self.refused_by_proxy("407")),
            Ok(_) => None,
            Err(error) => Some(self.explain(&url, seen.as_ref(), error, self.answer)),
        };
        Ok(Probe {
            url: without_query(&url),
            status: answer.ok().map(|answer| answer.status().as_u16()),
            tls: seen.map(|seen| tls_of(&seen)),
            milliseconds,
            error,
        })
    }

    /// Why a request failed that an answer was waited so long for.
    pub(crate) fn explain(
        &self,
        url: &Url,
        seen: Option<&Seen>,
        error: &reqwest::Error,
        patience: Duration,
    ) -> Error {
        let host = host_of(url);
        let detail = plain(error);
        // A connection that came about was trusted, whatever was seen before it.
        if let Some(seen) = seen.filter(|_| error.is_connect())
            && let Some((refusal, said)) = &seen.refused
        {
            return Error::Untrusted {
                host,
                refusal: *refusal,
                issuer: tls_of(seen).issuer,
                detail: said.clone(),
            };
        }
        if error.is_connect() && is_old_tls(error) {
            return Error::OldTls { host, detail };
        }
        if self.proxy != ProxyMode::None && detail.contains("tunnel") {
            return self.refused_by_proxy(&detail);
        }
        if error.is_timeout() {
            let seconds = match error.is_connect() {
                true => self.connect.as_secs(),
                false => patience.as_secs(),
            };
            return Error::Timeout { host, seconds };
        }
        if error.is_connect() && seen.is_none() && !detail.contains("tls") {
            return Error::Unreachable { host, detail };
        }
        Error::Failed { host, detail }
    }

    fn refused_by_proxy(&self, detail: &str) -> Error {
        Error::Proxy {
            proxy: self
                .manual_proxy()
                .ok()
                .flatten()
                .map_or_else(|| "-".to_owned(), |url| host_of(&url)),
            detail: detail.to_owned(),
        }
    }
}

/// Whether the server knows no version of TLS that this program does.
fn is_old_tls(error: &reqwest::Error) -> bool {
    use rustls::{AlertDescription, PeerIncompatible};
    matches!(
        tls_error(error),
        Some(
            rustls::Error::PeerIncompatible(
                PeerIncompatible::ServerDoesNotSupportTls12Or13
                    | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            ) | rustls::Error::AlertReceived(AlertDescription::ProtocolVersion)
        )
    )
}

/// What TLS itself said. An IO error hides what it was made of from the chain of causes.
fn tls_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(tls);
    }
    let inner = error
        .downcast_ref::<std::io::Error>()
        .and_then(|error| error.get_ref());
    match inner {
        Some(inner) => tls_error(inner),
        None => tls_error(error.source()?),
    }
}

/// The chain of causes without the address, which may carry more than people want in a log.
pub(crate) fn plain(error: &reqwest::Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    texts.dedup();
    texts.join(": ")
}

pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

fn tls_of(seen: &Seen) -> Tls {
    let chain: Vec<Certificate> = seen.chain.iter().filter_map(readable).collect();
    Tls {
        version: seen.version.to_owned(),
        trusted: seen.refused.is_none(),
        issuer: chain
            .first()
            .map_or_else(|| "?".to_owned(), |first| first.issuer.clone()),
        names: seen.chain.first().map(names_of).unwrap_or_default(),
        chain,
    }
}

fn readable(der: &CertificateDer<'static>) -> Option<Certificate> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    let moment = |time: x509_parser::time::ASN1Time| {
        DateTime::from_timestamp(time.timestamp(), 0).unwrap_or_default()
    };
    Some(Certificate {
        subject: name_of(certificate.subject()),
        issuer: name_of(certificate.issuer()),
        valid_from: moment(certificate.validity().not_before),
        valid_to: moment(certificate.validity().not_after),
    })
}

/// Common name and organisation, as far as there are any.
fn name_of(name: &X509Name<'_>) -> String {
    let common = name.iter_common_name().next();
    let organisation = name.iter_organization().next();
    let texts: Vec<&str> = [common, organisation]
        .into_iter()
        .flatten()
        .filter_map(|part| part.as_str().ok())
        .collect();
    match texts.as_slice() {
        [] => name.to_string(),
        [common, organisation] if common != organisation => format!("{common} ({organisation})"),
        [one, ..] => (*one).to_owned(),
    }
}

fn names_of(der: &CertificateDer<'static>) -> Vec<String> {
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(der) else {
        return Vec::new();
    };
    alternative_names(&certificate).unwrap_or_default()
}

#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is the library's; hosts have these two kinds of names"
)]
fn alternative_names(certificate: &X509Certificate<'_>) -> Option<Vec<String>> {
    let names = certificate.subject_alternative_name().ok()??;
    let hosts = names
        .value
        .general_names
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::IPAddress(bytes) => match <[u8; 4]>::try_from(*bytes) {
                Ok(v4) => Some(std::net::Ipv4Addr::from(v4).to_string()),
                Err(_) => <[u8; 16]>::try_from(*bytes)
                    .ok()
                    .map(|v6| std::net::Ipv6Addr::from(v6).to_string()),
            },
            _ => None,
        });
    Some(hosts.collect())
}
