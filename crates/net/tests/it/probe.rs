use crate::server::{Authority, Kind, plain, silent};
use puente_core::{Code, Coded, Secret};
use puente_net::{Error, Network, Probe, ProxyMode};
use std::time::Duration;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

fn network(authority: Option<&Authority>) -> Network {
    Network {
        proxy: ProxyMode::None,
        extra_ca: authority.map(Authority::file),
        connect: Duration::from_secs(5),
        answer: Duration::from_secs(5),
        ..Network::default()
    }
}

fn probe(authority: &Authority, kind: Kind, trusted: bool) -> Probe {
    let port = authority.serve(kind, OK);
    network(trusted.then_some(authority))
        .probe(&format!("https://localhost:{port}/a?token=canary"))
        .unwrap()
}

fn code(probe: &Probe) -> Option<(Code, String)> {
    let error = probe.error.as_ref()?;
    let reason = error
        .values()
        .into_iter()
        .find(|(name, _)| *name == "reason");
    Some((
        error.code(),
        reason.map(|(_, value)| value).unwrap_or_default(),
    ))
}

#[test]
fn a_certificate_of_an_added_authority_is_trusted_and_its_issuer_named() {
    let authority = Authority::new("Raíz de prueba");
    let found = probe(&authority, Kind::Good, true);
    assert_eq!(code(&found), None, "{found:?}");
    assert_eq!(found.status, Some(200));
    let tls = found.tls.unwrap();
    assert!(tls.trusted);
    assert_eq!(tls.version, "TLS 1.3");
    assert_eq!(tls.issuer, "Raíz de prueba (Oficina de prueba)");
    assert_eq!(tls.names, ["localhost"]);
    assert_eq!(tls.chain.len(), 2);
    assert_eq!(tls.chain[0].subject, "localhost");
    assert!(!found.url.contains("canary"), "a query may carry a secret");
}

#[test]
fn an_authority_that_nobody_added_is_refused_by_name() {
    let authority = Authority::new("Proxy de la oficina");
    let found = probe(&authority, Kind::Good, false);
    assert_eq!(
        code(&found),
        Some((Code::NetTlsRefused, "unknown_issuer".to_owned()))
    );
    assert_eq!(found.status, None);
    let tls = found.tls.unwrap();
    assert!(!tls.trusted);
    assert_eq!(tls.issuer, "Proxy de la oficina (Oficina de prueba)");
}

#[test]
fn a_certificate_that_signed_itself_is_refused() {
    let authority = Authority::new("Raíz de prueba");
    let found = probe(&authority, Kind::SelfSigned, true);
    assert_eq!(
        code(&found),
        Some((Code::NetTlsRefused, "unknown_issuer".to_owned()))
    );
    assert_eq!(found.tls.unwrap().issuer, "localhost");
}

#[test]
fn a_certificate_out_of_its_time_is_refused() {
    let authority = Authority::new("Raíz de prueba");
    let refused = |reason: &str| Some((Code::NetTlsRefused, reason.to_owned()));
    assert_eq!(
        code(&probe(&authority, Kind::Expired, true)),
        refused("expired")
    );
    assert_eq!(
        code(&probe(&authority, Kind::NotYet, true)),
        refused("not_yet_valid")
    );
}

#[test]
fn a_certificate_of_another_host_is_refused() {
    let authority = Authority::new("Raíz de prueba");
    let found = probe(&authority, Kind::OtherHost, true);
    assert_eq!(
        code(&found),
        Some((Code::NetTlsRefused, "wrong_name".to_owned()))
    );
    assert_eq!(found.tls.unwrap().names, ["otro.example"]);
}

#[test]
fn a_server_that_knows_only_old_tls_is_told_from_a_broken_one() {
    // TLS 1.0, fatal, protocol_version: what a server without TLS 1.2 answers.
    let port = plain("\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}\u{46}");
    let found = network(None)
        .probe(&format!("https://localhost:{port}"))
        .unwrap();
    assert_eq!(found.error.unwrap().code(), Code::NetTlsOld);
}

#[test]
fn a_server_without_tls_behind_https_is_a_failure_and_no_refusal() {
    let port = plain(OK);
    let found = network(None)
        .probe(&format!("https://localhost:{port}"))
        .unwrap();
    let error = found.error.unwrap();
    assert!(
        matches!(error, Error::Failed { .. } | Error::Unreachable { .. }),
        "{error:?}"
    );
}

#[test]
fn a_closed_port_and_a_host_that_does_not_exist_are_unreachable() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    for url in [
        format!("https://127.0.0.1:{port}"),
        "https://no-such-host.invalid".to_owned(),
    ] {
        let found = network(None).probe(&url).unwrap();
        assert_eq!(found.error.unwrap().code(), Code::NetUnreachable, "{url}");
        assert!(found.tls.is_none());
    }
}

#[test]
fn a_host_that_never_answers_is_given_up_in_time() {
    let port = silent();
    let network = Network {
        connect: Duration::from_secs(1),
        answer: Duration::from_secs(1),
        ..network(None)
    };
    let started = std::time::Instant::now();
    let found = network.probe(&format!("http://127.0.0.1:{port}")).unwrap();
    assert_eq!(found.error.unwrap().code(), Code::NetTimeout);
    assert!(started.elapsed() < Duration::from_secs(4));
}

#[test]
fn a_proxy_that_refuses_is_told_from_the_host_and_its_password_is_in_no_error() {
    let proxy = plain("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
    let network = Network {
        proxy: ProxyMode::Manual,
        proxy_url: format!("http://127.0.0.1:{proxy}"),
        proxy_user: "ana".to_owned(),
        proxy_password: Some(Secret::from("canary-71")),
        ..network(None)
    };
    for url in ["https://example.invalid/", "http://example.invalid/"] {
        let found = network.probe(url).unwrap();
        let error = found.error.clone().unwrap();
        assert_eq!(error.code(), Code::NetProxyRefused, "{url}: {error:?}");
        assert!(!format!("{found:?} {network:?}").contains("canary"));
    }
}

#[test]
fn a_redirect_from_https_to_plain_http_is_not_followed() {
    let authority = Authority::new("Raíz de prueba");
    let port = authority.serve(
        Kind::Good,
        "HTTP/1.1 302 Found\r\nlocation: http://localhost:1/\r\ncontent-length: 0\r\n\r\n",
    );
    let found = network(Some(&authority))
        .probe(&format!("https://localhost:{port}"))
        .unwrap();
    assert_eq!(found.error.unwrap().code(), Code::NetFailed);
}
