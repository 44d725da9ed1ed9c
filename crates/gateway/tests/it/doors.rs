//! Who is not let in.

use crate::client::Desk;
use serde_json::json;

const BODY: &[u8] = b"{}";

#[test]
fn without_the_token_nothing_is_read_changed_or_heard() {
    let desk = Desk::open();
    let host = format!("Host: {}", desk.host());
    for path in ["/api/call/servers.list", "/api/host/status"] {
        for authorization in [
            "X-None: x".to_owned(),
            "Authorization: Bearer".to_owned(),
            format!("Authorization: Bearer {}", "0".repeat(64)),
            format!("Authorization: Basic {}", desk.token),
        ] {
            let line = format!("POST {path} HTTP/1.1");
            let lines = [
                &line,
                &host,
                "Content-Type: application/json",
                &authorization,
            ];
            let answer = desk.raw(&lines, BODY);
            assert_eq!(answer.status, 401, "{path} {authorization}");
            assert_eq!(answer.code(), "BRIDGE_REFUSED");
        }
    }
    assert_eq!(desk.get("/api/events").status, 401);
    let in_the_address = format!("/api/events?token={}", desk.token);
    assert_eq!(
        desk.get(&in_the_address).status,
        401,
        "addresses are logged"
    );
}

#[test]
fn a_page_of_somewhere_else_is_refused_even_with_the_token() {
    let desk = Desk::open();
    for foreign in [
        "Origin: http://evil.example",
        "Origin: null",
        "Sec-Fetch-Site: cross-site",
    ] {
        let answer = desk.raw(
            &[
                "POST /api/call/servers.list HTTP/1.1",
                &format!("Host: {}", desk.host()),
                foreign,
                &format!("Authorization: Bearer {}", desk.token),
                "Content-Type: application/json",
            ],
            BODY,
        );
        assert_eq!(answer.status, 403, "{foreign}");
        assert_eq!(answer.code(), "BRIDGE_REFUSED");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    let asked_first = desk.raw(
        &[
            "OPTIONS /api/call/servers.list HTTP/1.1",
            &format!("Host: {}", desk.host()),
            "Origin: http://evil.example",
            "Access-Control-Request-Method: POST",
            "Access-Control-Request-Headers: authorization",
        ],
        b"",
    );
    assert_eq!(asked_first.status, 403);
    assert_eq!(asked_first.header("access-control-allow-origin"), None);
}

#[test]
fn a_name_that_was_made_to_lead_here_gets_neither_the_page_nor_an_answer() {
    let desk = Desk::open();
    for path in ["GET / HTTP/1.1", "POST /api/call/servers.list HTTP/1.1"] {
        let host = format!("Host: evil.example:{}", desk.port);
        let token = format!("Authorization: Bearer {}", desk.token);
        let answer = desk.raw(
            &[path, &host, &token, "Content-Type: application/json"],
            BODY,
        );
        assert_eq!(answer.status, 403, "{path}");
        assert_eq!(answer.code(), "BRIDGE_REFUSED");
    }
}

#[test]
fn a_body_beyond_the_limit_is_refused_and_so_is_one_that_is_not_json() {
    let desk = Desk::open();
    let large = json!({ "text": "x".repeat(2 << 20) });
    let answer = desk.post("/api/call/companies.list", &large);
    assert_eq!(answer.status, 413);
    assert_eq!(answer.code(), "INVALID_INPUT");
    let lines = |kind: &str| {
        [
            "POST /api/call/servers.list HTTP/1.1".to_owned(),
            format!("Host: {}", desk.host()),
            format!("Authorization: Bearer {}", desk.token),
            format!("Content-Type: {kind}"),
        ]
    };
    let send = |kind: &str, body: &[u8]| {
        let lines = lines(kind);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        desk.raw(&lines, body)
    };
    assert_eq!(
        send("text/plain", BODY).status,
        415,
        "a form of another page"
    );
    let broken = send("application/json; charset=utf-8", b"{");
    assert_eq!(broken.status, 400);
    assert_eq!(broken.code(), "INVALID_INPUT");
}

#[test]
fn every_answer_carries_the_policy() {
    let desk = Desk::open();
    for path in [
        "/",
        "/companies/9",
        "/assets/none.js",
        "/api/events",
        "/api/none",
    ] {
        let answer = desk.get(path);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'"), "{path}");
        assert!(policy.contains("script-src 'self';"), "{path}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    }
}
