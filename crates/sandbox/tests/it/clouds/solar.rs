//! Solar, over TLS with an authority that nobody knows.

use super::client::{Answer, clouds, parse, pass};
use puente_sandbox::clouds::{Cloud, Clouds, Does, EffectKind, Fault};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto};

fn post(
    clouds: &Clouds,
    trusts: bool,
    path: &str,
    token: &str,
    body: &Value,
) -> std::io::Result<Answer> {
    let mut roots = RootCertStore::empty();
    if trusts {
        let ca = CertificateDer::from_pem_slice(clouds.solar_ca_pem().as_bytes()).unwrap();
        roots.add(ca).unwrap();
    }
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let url = clouds.solar_url();
    let (host, base) = url
        .strip_prefix("https://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let tcp = TcpStream::connect(host)?;
    tcp.set_read_timeout(Some(Duration::from_secs(2)))?;
    let name = "127.0.0.1".try_into().unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, tcp);
    let body = body.to_string();
    write!(
        stream,
        "POST /{base}{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    if bytes.is_empty() {
        read?;
    }
    parse(&bytes)
}

fn token(clouds: &Clouds) -> String {
    let login = clouds.solar_login();
    let body = json!({"usuario": login.user, "clave": login.password});
    let answer = post(clouds, true, "/autenticacion/obtenerTokenAcceso", "", &body).unwrap();
    assert_eq!(answer.status, 200);
    let text = answer.text.trim_start_matches('\u{feff}');
    let body: Value = serde_json::from_str(text).unwrap();
    body["token"].as_str().unwrap().to_owned()
}

fn document(number: &str) -> Value {
    json!({
        "Fecha": "24-11-2026", "Hora": "12:17:00", "IdComprobante": "006", "PtoVenta": "0001",
        "NroComprobante": number,
        "Detalles": [{"DescripcionItem": "XT4SDC29C0212", "Cantidad": "1", "Alicuota": "21",
                      "Rubro": "1", "ImporteNeto": "70991.73", "ImporteImpuestos": "14908.27"}],
        "Pagos": [{"MedioPago": "DEBITO", "Importe": "85900.00"}],
    })
}

fn report(clouds: &Clouds, token: &str, documents: &[Value]) -> std::io::Result<Answer> {
    let body = json!({"IdCliente": clouds.solar_login().client, "Comprobantes": documents});
    post(clouds, true, "/monitoring/informarVentas", token, &body)
}

fn registered(clouds: &Clouds) -> usize {
    let journal = clouds.journal();
    journal
        .iter()
        .filter(|effect| matches!(effect.kind, EffectKind::SolarDocument { .. }))
        .count()
}

#[test]
fn a_client_that_does_not_know_the_authority_is_not_served() {
    let clouds = clouds();
    let refused = post(
        &clouds,
        false,
        "/autenticacion/obtenerTokenAcceso",
        "",
        &json!({}),
    );
    assert_eq!(refused.unwrap_err().kind(), std::io::ErrorKind::InvalidData);
}

#[test]
fn a_document_is_registered_once() {
    let clouds = clouds();
    let token = token(&clouds);
    assert_eq!(
        report(&clouds, &token, &[document("021500030562")])
            .unwrap()
            .status,
        201
    );
    let again = report(
        &clouds,
        &token,
        &[document("021500030562"), document("021500030563")],
    )
    .unwrap();
    assert_eq!(again.status, 422);
    assert_eq!(
        again.json()["Mensajes"][0]["mensaje"],
        "EL COMPROBANTE FACB 0001-00030562 YA ESTA REGISTRADO"
    );
    assert_eq!(
        registered(&clouds),
        1,
        "one that is there fails the whole batch"
    );
}

#[test]
fn everything_is_a_text_and_adds_up() {
    let clouds = clouds();
    let token = token(&clouds);
    let cases = [
        ("/Fecha", json!("2026-11-24")),
        ("/Hora", json!("12h")),
        ("/IdComprobante", json!("6")),
        ("/PtoVenta", json!(1)),
        ("/NroComprobante", json!("B0021500030562")),
        ("/Detalles/0/Cantidad", json!(1)),
        ("/Detalles/0/ImporteNeto", json!(70991.73)),
        ("/Detalles/0/DescripcionItem", json!("")),
        ("/Pagos/0/Importe", json!("85900.01")),
        ("/Pagos", json!([])),
    ];
    for (pointer, value) in cases {
        let mut bad = document("021500030562");
        *bad.pointer_mut(pointer).unwrap() = value;
        assert_eq!(
            report(&clouds, &token, &[bad]).unwrap().status,
            422,
            "{pointer}"
        );
    }
    let mut short = document("021500030562");
    for field in ["Alicuota", "Rubro"] {
        short["Detalles"][0].as_object_mut().unwrap().remove(field);
    }
    assert_eq!(
        report(&clouds, &token, &[short]).unwrap().status,
        201,
        "these two came later"
    );
}

#[test]
fn tokens_end_and_strangers_are_refused() {
    let clouds = clouds();
    let bad = json!({"usuario": "x", "clave": "y"});
    let answer = post(&clouds, true, "/autenticacion/obtenerTokenAcceso", "", &bad).unwrap();
    assert_eq!(answer.status, 401);
    let token = token(&clouds);
    pass(&clouds, 30 * 60);
    assert_eq!(
        report(&clouds, &token, &[document("021500030562")])
            .unwrap()
            .status,
        401
    );
    clouds.solar(|switches| switches.bom = false);
    let login = clouds.solar_login();
    let good = json!({"usuario": login.user, "clave": login.password});
    let answer = post(
        &clouds,
        true,
        "/autenticacion/obtenerTokenAcceso",
        "",
        &good,
    )
    .unwrap();
    assert!(answer.text.starts_with('{'));
}

#[test]
fn a_document_may_be_registered_though_nothing_was_answered() {
    let clouds = clouds();
    let token = token(&clouds);
    let path = "/SolutionsRE_BackEnd/api/monitoring/informarVentas";
    for (place, does) in [
        Does::AcceptThenHang,
        Does::AcceptThenReset,
        Does::AcceptThenStatus(500),
    ]
    .into_iter()
    .enumerate()
    {
        let number = format!("02150003056{place}");
        clouds.fault(Fault::on(Cloud::Solar, "POST", path, does));
        let lost = report(&clouds, &token, &[document(&number)]);
        assert!(lost.is_err() || lost.is_ok_and(|answer| answer.status == 500));
        let again = report(&clouds, &token, &[document(&number)]).unwrap();
        assert!(again.status == 422 && again.text.contains("YA ESTA REGISTRADO"));
        assert_eq!(registered(&clouds), place + 1);
    }
    for does in [Does::Html, Does::Empty] {
        clouds.fault(Fault::on(Cloud::Solar, "POST", path, does));
        assert_eq!(
            report(&clouds, &token, &[document("021500099999")])
                .unwrap()
                .status,
            200
        );
    }
    assert_eq!(registered(&clouds), 3, "and a 200 says nothing");
}
