//! What is served to whoever is let in.

use crate::client::{Answer, Desk};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::time::{Duration, Instant};

#[test]
fn a_command_answers_and_its_error_comes_in_the_readers_language() {
    let desk = Desk::open();
    let answer = desk.post("/api/call/servers.list", &json!({}));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), json!([]));
    assert_eq!(answer.header("cache-control"), Some("no-store"));

    let missing = desk.post("/api/call/jobs.show", &json!({ "id": 7 }));
    assert_eq!(missing.status, 404);
    let view = missing.json();
    assert_eq!(view["code"], "NOT_FOUND");
    assert_eq!(view["severity"], "warning");
    assert!(view["message"].as_str().unwrap().contains("7"), "{view}");
    for field in ["hint", "detail", "retryable"] {
        assert!(!view[field].is_null(), "{view}");
    }

    let unknown = desk.post("/api/call/no.such", &json!({}));
    assert_eq!(
        (unknown.status, unknown.code().as_str()),
        (404, "NOT_FOUND")
    );
    let unfit = desk.post("/api/call/jobs.show", &json!({ "id": "x" }));
    assert_eq!(
        (unfit.status, unfit.code().as_str()),
        (400, "INVALID_INPUT")
    );
}

#[test]
fn the_page_is_there_for_every_address_within_it() {
    let desk = Desk::open();
    for path in ["/", "/servers", "/companies/900123456?tab=movements"] {
        let page = desk.get(path);
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(
            page.header("content-type"),
            Some("text/html; charset=utf-8")
        );
        assert_eq!(page.header("cache-control"), Some("no-cache"));
    }
    assert_eq!(desk.get("/assets/no-such.js").status, 404);
    assert_eq!(desk.get("/%2e%2e/Cargo.toml").status, 404);
}

#[test]
fn events_arrive_while_they_happen() {
    let desk = Desk::open();
    let mut stream = desk.connect();
    let head = format!(
        "GET /api/events HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
        desk.host(),
        desk.token
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut lines = BufReader::new(stream);
    let answer = Answer::read(&mut lines);
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    let mut events = Vec::<Value>::new();
    let mut asked = false;
    let done = |events: &[Value]| {
        let is_done =
            |event: &Value| event["type"] == "job_changed" && event["job"]["state"] == "done";
        events.iter().any(is_done) && events.iter().any(|event| event["type"] == "stale")
    };
    while !done(&events) {
        let mut line = String::new();
        assert_ne!(
            lines.read_line(&mut line).unwrap(),
            0,
            "the stream ended: {events:?}"
        );
        if line.starts_with(':') && !asked {
            // The first line says that the stream listens.
            assert_eq!(desk.post("/api/call/backup.create", &json!({})).status, 200);
            asked = true;
        }
        if let Some(data) = line.strip_prefix("data: ") {
            events.push(serde_json::from_str(data).unwrap());
        }
    }
}

#[test]
fn a_file_that_a_command_wrote_is_fetched_once_and_is_gone() {
    let desk = Desk::open();
    let wish = json!({ "name": "diagnóstico.json", "extension": "json" });
    let place = desk.post("/api/host/download.new", &wish).json();
    let (token, path) = (place["token"].as_str().unwrap(), &place["path"]);
    let written = desk.post("/api/call/diagnostics.export", &json!({ "output": path }));
    assert_eq!(written.status, 200, "{}", written.json());
    let file = desk.get(&format!("/api/download/{token}"));
    assert_eq!(file.status, 200);
    assert_eq!(file.json()["version"], env!("CARGO_PKG_VERSION"));
    let name = file.header("content-disposition").unwrap();
    assert!(
        name.contains("filename*=UTF-8''diagn%C3%B3stico.json"),
        "{name}"
    );
    assert_eq!(desk.get(&format!("/api/download/{token}")).status, 404);
    assert_eq!(desk.get("/api/download/none").status, 404);
}

#[test]
fn the_host_says_how_things_stand_and_refuses_what_it_does_not_know() {
    let desk = Desk::open();
    let status = desk.post("/api/host/status", &json!({})).json();
    assert_eq!(status["profile"], "office");
    assert_eq!(status["problem"], Value::Null);
    assert_eq!(desk.post("/api/host/quit", &json!({})).status, 404);
}

#[test]
fn the_page_that_opens_the_browser_is_private_and_goes_with_the_bridge() {
    let mut desk = Desk::open();
    let bridge = desk.bridge.take().unwrap();
    let page = bridge.opener().unwrap();
    assert!(
        std::fs::read_to_string(&page)
            .unwrap()
            .contains(&desk.token)
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let folder = std::fs::metadata(page.parent().unwrap()).unwrap();
        assert_eq!(folder.permissions().mode() & 0o077, 0);
    }
    bridge.stop();
    assert!(!page.exists());
}

#[test]
fn it_ends_within_five_seconds_though_someone_listens_still() {
    let mut desk = Desk::open();
    let mut stream = desk.connect();
    let head = format!(
        "GET /api/events HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
        desk.host(),
        desk.token
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut lines = BufReader::new(stream);
    let mut first = String::new();
    lines.read_line(&mut first).unwrap();
    let begun = Instant::now();
    desk.bridge.take().unwrap().stop();
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    assert!(std::net::TcpStream::connect(("127.0.0.1", desk.port)).is_err());
}

#[test]
fn a_port_that_is_taken_is_said_with_its_number() {
    let desk = Desk::open();
    let error = puente_gateway::Bridge::start(desk.session.clone(), desk.port).unwrap_err();
    assert_eq!(error.code, puente_core::Code::InvalidInput);
    assert!(
        error
            .values
            .values()
            .any(|value| *value == desk.port.to_string())
    );
}
