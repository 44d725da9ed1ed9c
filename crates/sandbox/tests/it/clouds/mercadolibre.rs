//! MercadoLibre: consent and tokens.

use super::client::{Answer, Http, clouds, pass};
use base64::Engine as _;
use puente_sandbox::clouds::{Cloud, Clouds, Does, EffectKind, Fault};
use sha2::{Digest as _, Sha256};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub(crate) fn challenge() -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

fn page(clouds: &Clouds, rest: &str) -> String {
    let app = clouds.mercadolibre_app();
    format!(
        "{}/authorization?response_type=code&client_id={}&redirect_uri={}&state=s1{rest}",
        clouds.mercadolibre_auth_url(),
        app.client_id,
        app.redirect_uri.replace(':', "%3A").replace('/', "%2F"),
    )
}

fn with_challenge(clouds: &Clouds) -> String {
    page(
        clouds,
        &format!("&code_challenge={}&code_challenge_method=S256", challenge()),
    )
}

fn code_in(url: &str) -> String {
    let (_, rest) = url.split_once("code=").unwrap_or_else(|| panic!("{url}"));
    rest.split('&').next().unwrap().to_owned()
}

fn exchange(clouds: &Clouds, code: &str, verifier: &str) -> Answer {
    let app = clouds.mercadolibre_app();
    Http::new(clouds.mercadolibre_url()).form(
        "/oauth/token",
        &[
            ("grant_type", "authorization_code"),
            ("client_id", &app.client_id),
            ("client_secret", &app.client_secret),
            ("code", code),
            ("redirect_uri", &app.redirect_uri),
            ("code_verifier", verifier),
        ],
    )
}

fn renew(clouds: &Clouds, refresh: &str) -> Answer {
    let app = clouds.mercadolibre_app();
    Http::new(clouds.mercadolibre_url()).form(
        "/oauth/token",
        &[
            ("grant_type", "refresh_token"),
            ("client_id", &app.client_id),
            ("client_secret", &app.client_secret),
            ("refresh_token", refresh),
        ],
    )
}

/// Tokens of an account: access and refresh.
pub(crate) fn enter(clouds: &Clouds, nickname: &str) -> (Http, String) {
    let url = clouds.authorise(&with_challenge(clouds), nickname).unwrap();
    let answer = exchange(clouds, &code_in(&url), VERIFIER);
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    assert_eq!(
        (&body["expires_in"], &body["token_type"]),
        (&21_600.into(), &"bearer".into())
    );
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    let client = Http::new(clouds.mercadolibre_url())
        .with("Authorization", &format!("Bearer {}", text("access_token")));
    (client, text("refresh_token"))
}

fn error(answer: &Answer) -> (u16, String) {
    (
        answer.status,
        answer.json()["error"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
    )
}

fn bad(code: &str) -> (u16, String) {
    (400, code.to_owned())
}

#[test]
fn a_person_consents_in_a_browser() {
    let clouds = clouds();
    let browser = Http::new(clouds.mercadolibre_auth_url());
    let path = with_challenge(&clouds).replace(&clouds.mercadolibre_auth_url(), "");
    let html = browser.get(&path).text;
    for nickname in ["LOSANDES_CO", "LOSANDES_MX", "OPERADOR_MCO"] {
        assert!(html.contains(nickname), "{html}");
    }
    let link = html.split("href=\"").nth(1).unwrap();
    let link = link.split('"').next().unwrap().replace("&amp;", "&");
    let answer = browser.get(&link);
    assert_eq!(answer.status, 302);
    let to = answer.header("location").unwrap();
    assert!(
        to.starts_with("https://localhost:8443/mercadolibre?code=TG-"),
        "{to}"
    );
    assert!(to.ends_with("&state=s1"));
    let answer = exchange(&clouds, &code_in(to), VERIFIER);
    assert_eq!(answer.json()["user_id"], 187_340_021);
}

#[test]
fn an_operator_and_a_request_without_challenge_are_sent_back_with_an_error() {
    let clouds = clouds();
    let back = clouds
        .authorise(&with_challenge(&clouds), "OPERADOR_MCO")
        .unwrap();
    assert!(back.contains("error=invalid_operator_user_id") && !back.contains("code="));
    let back = clouds.authorise(&page(&clouds, ""), "LOSANDES_CO").unwrap();
    assert!(back.contains("error=invalid_request"));
    let plain = page(&clouds, "&code_challenge=abc&code_challenge_method=plain");
    assert!(
        clouds
            .authorise(&plain, "LOSANDES_CO")
            .unwrap()
            .contains("error=invalid_request")
    );
    clouds.mercadolibre(|switches| switches.pkce = false);
    let back = clouds.authorise(&page(&clouds, ""), "LOSANDES_CO").unwrap();
    assert_eq!(exchange(&clouds, &code_in(&back), "").status, 200);
}

#[test]
fn the_page_refuses_strange_applications_and_addresses() {
    let clouds = clouds();
    let url = with_challenge(&clouds);
    let app = clouds.mercadolibre_app();
    for (from, to) in [
        (app.client_id.as_str(), "1"),
        ("localhost%3A8443", "localhost%3A8444"),
        ("response_type=code", "response_type=token"),
    ] {
        assert!(
            clouds
                .authorise(&url.replace(from, to), "LOSANDES_CO")
                .is_err(),
            "{to}"
        );
    }
    assert!(!clouds.register_redirect("http://localhost:8444/mercadolibre"));
    assert!(clouds.register_redirect("https://localhost:8444/mercadolibre"));
    let other = url.replace("localhost%3A8443", "localhost%3A8444");
    assert!(clouds.authorise(&other, "LOSANDES_CO").is_ok());
}

#[test]
fn a_code_is_for_once_for_ten_minutes_and_for_its_verifier() {
    let clouds = clouds();
    let code = || {
        code_in(
            &clouds
                .authorise(&with_challenge(&clouds), "LOSANDES_CO")
                .unwrap(),
        )
    };
    let once = code();
    assert_eq!(exchange(&clouds, &once, VERIFIER).status, 200);
    assert_eq!(
        error(&exchange(&clouds, &once, VERIFIER)),
        bad("invalid_grant")
    );
    assert_eq!(
        error(&exchange(&clouds, &code(), "")),
        bad("invalid_request")
    );
    let other = VERIFIER.replace('d', "e");
    assert_eq!(
        error(&exchange(&clouds, &code(), &other)),
        bad("invalid_grant")
    );
    let late = code();
    pass(&clouds, 600);
    assert_eq!(
        error(&exchange(&clouds, &late, VERIFIER)),
        bad("invalid_grant")
    );
}

#[test]
fn a_refresh_token_is_for_once_and_the_second_use_is_noted() {
    let clouds = clouds();
    let (client, first) = enter(&clouds, "LOSANDES_CO");
    let second = renew(&clouds, &first).json()["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_ne!(first, second);
    assert_eq!(
        client.get("/users/me").status,
        200,
        "the old access token lives on"
    );
    assert_eq!(error(&renew(&clouds, &first)), bad("invalid_grant"));
    assert_eq!(renew(&clouds, &second).status, 200);
    let again = clouds
        .journal()
        .iter()
        .filter(|effect| matches!(effect.kind, EffectKind::RefreshUsedAgain { .. }))
        .count();
    assert_eq!(again, 1);
}

#[test]
fn a_refresh_whose_answer_is_lost_is_spent_all_the_same() {
    let clouds = clouds();
    let (_, first) = enter(&clouds, "LOSANDES_CO");
    clouds.fault(Fault::on(
        Cloud::MercadoLibre,
        "POST",
        "/oauth/token",
        Does::AcceptThenReset,
    ));
    let app = clouds.mercadolibre_app();
    let body = format!(
        "grant_type=refresh_token&client_id={}&client_secret={}&refresh_token={first}",
        app.client_id, app.client_secret
    );
    let lost = Http::new(clouds.mercadolibre_url()).send(
        "POST",
        "/oauth/token",
        Some(("application/x-www-form-urlencoded", body)),
    );
    assert!(lost.is_err());
    assert_eq!(error(&renew(&clouds, &first)), bad("invalid_grant"));
}

#[test]
fn the_token_endpoint_takes_a_form_in_the_body_and_the_secret() {
    let clouds = clouds();
    let app = clouds.mercadolibre_app();
    let client = Http::new(clouds.mercadolibre_url());
    let query = format!(
        "/oauth/token?grant_type=refresh_token&client_id={}",
        app.client_id
    );
    assert_eq!(error(&client.form(&query, &[])), bad("invalid_request"));
    assert_eq!(
        error(&client.post("/oauth/token", &serde_json::json!({}))),
        bad("invalid_request")
    );
    let base = [
        ("client_id", app.client_id.as_str()),
        ("grant_type", "refresh_token"),
    ];
    assert_eq!(
        error(&client.form("/oauth/token", &base)),
        bad("invalid_client")
    );
    let base = [
        ("client_id", app.client_id.as_str()),
        ("client_secret", &app.client_secret),
        ("grant_type", "password"),
    ];
    assert_eq!(
        error(&client.form("/oauth/token", &base)),
        bad("unsupported_grant_type")
    );
}

#[test]
fn access_ends_after_six_hours_when_forgotten_and_when_revoked() {
    let clouds = clouds();
    let (client, refresh) = enter(&clouds, "LOSANDES_CO");
    pass(&clouds, 21_599);
    assert_eq!(client.get("/users/me").json()["site_id"], "MCO");
    pass(&clouds, 1);
    assert_eq!(client.get("/users/me").status, 401);
    let (client, _) = enter(&clouds, "LOSANDES_CO");
    clouds.forget_tokens();
    assert_eq!(client.get("/users/me").status, 401);
    clouds.revoke(187_340_021);
    assert_eq!(error(&renew(&clouds, &refresh)), bad("invalid_grant"));
    let raw = client.with("Authorization", "APP_USR-without-bearer");
    assert_eq!(raw.get("/users/me").status, 401);
}

#[test]
fn a_burst_is_refused_and_passes() {
    let clouds = clouds();
    let (client, _) = enter(&clouds, "LOSANDES_CL");
    clouds.mercadolibre(|switches| switches.per_minute = Some(3));
    for _ in 0..3 {
        assert_eq!(client.get("/users/me").status, 200);
    }
    let answer = client.get("/users/me");
    assert_eq!(error(&answer), (429, "local_rate_limited".into()));
    pass(&clouds, 60);
    assert_eq!(client.get("/users/me").status, 200);
    clouds.fault(Fault::on(Cloud::MercadoLibre, "GET", "/users/me", Does::Status(429)).times(2));
    assert_eq!(
        [429, 429, 200],
        [0; 3].map(|_| client.get("/users/me").status)
    );
}

#[test]
fn consent_and_tokens_outlive_the_clouds_with_their_journal() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal.jsonl");
    let start = || super::client::clouds_with(|options| options.journal = Some(file.clone()));
    let clouds = start();
    let (_, first) = enter(&clouds, "LOSANDES_AR");
    let second = renew(&clouds, &first).json()["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned();
    clouds.stop();
    let clouds = start();
    assert_eq!(error(&renew(&clouds, &first)), bad("invalid_grant"));
    assert_eq!(renew(&clouds, &second).status, 200);
}
