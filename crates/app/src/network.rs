//! Tries the way out to the network that the office chose.

use crate::{App, Result, settings};
use chrono::{DateTime, Utc};
use puente_core::{Error, ErrorView};
use puente_net::Probe;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

/// An address to be tried.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "NetworkTest")]
pub struct Address {
    /// `https://api.siigo.com`.
    pub url: String,
}

/// What trying an address found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "NetworkTested")]
pub struct Tested {
    /// The address, without its query.
    pub url: String,
    /// Whether something answered there, and may be trusted.
    pub reachable: bool,
    /// The status that it answered with.
    pub status: Option<u16>,
    /// How the connection is encrypted; none before there was one, and for plain HTTP.
    pub tls: Option<TlsView>,
    /// Whose certificate has to be imported for the other side to be trusted; none where nothing has.
    pub import: Option<String>,
    /// How long it took.
    pub milliseconds: u64,
    /// Why it failed, and what to do.
    pub error: Option<ErrorView>,
}

/// How a connection is encrypted, and who vouches for the other side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "NetworkTls")]
pub struct TlsView {
    /// `TLS 1.3`; empty when the certificate was refused before that was settled.
    pub version: String,
    /// Whether this machine trusts the certificate.
    pub trusted: bool,
    /// Who issued the server's certificate: also where that is an antivirus or a proxy of the office.
    pub issuer: String,
    /// The hosts that it is for.
    pub names: Vec<String>,
    /// As the server sent them, its own first.
    pub chain: Vec<CertificateView>,
}

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "NetworkCertificate")]
pub struct CertificateView {
    /// Whose it is.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// First moment of its time.
    pub valid_from: DateTime<Utc>,
    /// Last moment of its time.
    pub valid_to: DateTime<Utc>,
}

/// Tries an address. What goes wrong on the way is an answer too.
///
/// # Errors
/// That the address or a setting doesn't fit; those of the keyring.
pub fn test(app: &App, request: Address) -> Result<Tested> {
    Ok(view(app, probe(app, request)?))
}

/// What [`test()`] shows, with an error that has not been put into words yet.
///
/// # Errors
/// As [`test()`].
pub fn probe(app: &App, request: Address) -> Result<Probe> {
    let probe = settings::network(app)?.probe(&request.url)?;
    app.audit(
        "network.test",
        &probe.url,
        json!({ "status": probe.status, "trusted": probe.tls.as_ref().map(|tls| tls.trusted) }),
    )?;
    Ok(probe)
}

/// A probe, as it is shown.
pub fn view(app: &App, probe: Probe) -> Tested {
    let tls = probe.tls.map(|tls| TlsView {
        version: tls.version,
        trusted: tls.trusted,
        issuer: tls.issuer,
        names: tls.names,
        chain: tls
            .chain
            .into_iter()
            .map(|certificate| CertificateView {
                subject: certificate.subject,
                issuer: certificate.issuer,
                valid_from: certificate.valid_from,
                valid_to: certificate.valid_to,
            })
            .collect(),
    });
    // The last that was shown was issued by the one that is missing, or is that one itself.
    let import = tls
        .as_ref()
        .filter(|tls| !tls.trusted)
        .map(|tls| match tls.chain.last() {
            Some(last) => last.issuer.clone(),
            None => tls.issuer.clone(),
        });
    Tested {
        url: probe.url,
        reachable: probe.error.is_none(),
        status: probe.status,
        tls,
        import,
        milliseconds: probe.milliseconds,
        error: probe.error.map(|error| Error::from(error).view(app.lang())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;
    use puente_core::Code;

    #[test]
    fn a_closed_port_is_an_answer_in_the_language_of_the_office() {
        let desk = Desk::new();
        let no_proxy = serde_json::from_value(json!({ "proxy": { "mode": "none" } })).unwrap();
        settings::set(&desk.app, no_proxy).unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        let url = format!("http://127.0.0.1:{port}/");
        let tested = test(&desk.app, Address { url }).unwrap();
        assert!(!tested.reachable && tested.tls.is_none());
        let error = tested.error.unwrap();
        assert_eq!(error.code, Code::NetUnreachable);
        assert!(error.message.contains("No se puede llegar"), "{error:?}");
    }

    #[test]
    fn what_is_no_address_is_refused_before_anything_is_tried() {
        let desk = Desk::new();
        let url = "siigo".to_owned();
        let error = test(&desk.app, Address { url }).unwrap_err();
        assert_eq!(error.code, Code::InvalidInput);
    }
}
