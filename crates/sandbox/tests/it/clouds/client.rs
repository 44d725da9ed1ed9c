//! The plainest client: one request for each connection.

use chrono::{DateTime, TimeDelta, Utc};
use puente_core::{Clock, ManualClock};
use puente_sandbox::clouds::{CloudOptions, Clouds, ShopOptions};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The codes of a refusal of SIIGO, after its status.
    pub(crate) fn codes(&self) -> (u16, Vec<String>) {
        let body = self.json();
        let errors = body["Errors"].as_array().or(body["errors"].as_array());
        let codes = errors
            .into_iter()
            .flatten()
            .filter_map(|error| error["Code"].as_str().or(error["code"].as_str()))
            .map(str::to_owned)
            .collect();
        (self.status, codes)
    }
}

/// A client with headers that it always sends.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    pub(crate) base: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) patience: Duration,
}

impl Http {
    pub(crate) fn new(base: String) -> Self {
        Http {
            base,
            headers: Vec::new(),
            patience: Duration::from_secs(20),
        }
    }

    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.retain(|(key, _)| key != name);
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    pub(crate) fn without(&self, name: &str) -> Self {
        let mut client = self.clone();
        client.headers.retain(|(key, _)| key != name);
        client
    }

    pub(crate) fn impatient(&self) -> Self {
        let mut client = self.clone();
        client.patience = Duration::from_millis(250);
        client
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).unwrap()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, Some(("application/json", body.to_string())))
            .unwrap()
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Answer {
        self.send("PUT", path, Some(("application/json", body.to_string())))
            .unwrap()
    }

    pub(crate) fn try_post(&self, path: &str, body: &Value) -> std::io::Result<Answer> {
        self.send("POST", path, Some(("application/json", body.to_string())))
    }

    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", value.replace('+', "%2B")))
            .collect();
        let kind = "application/x-www-form-urlencoded";
        self.send("POST", path, Some((kind, body.join("&"))))
            .unwrap()
    }

    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<(&str, String)>,
    ) -> std::io::Result<Answer> {
        let host = self.base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(self.patience))?;
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let body = body.map_or_else(String::new, |(kind, body)| {
            head += &format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
            body
        });
        stream.write_all(format!("{head}\r\n{body}").as_bytes())?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        parse(&bytes)
    }
}

/// An answer whose body came to its end.
pub(crate) fn parse(bytes: &[u8]) -> std::io::Result<Answer> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let cut = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(cut)?;
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|status| status.parse().ok())
        .ok_or_else(cut)?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let length = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.parse::<usize>().ok());
    if length.is_some_and(|length| body.len() < length) {
        return Err(cut());
    }
    Ok(Answer {
        status,
        headers,
        text: body.to_owned(),
    })
}

/// A working day, ten in the morning in Bogotá.
pub(crate) fn morning() -> DateTime<Utc> {
    "2026-11-24T15:00:00Z".parse().unwrap()
}

/// Clouds whose clock stands still.
pub(crate) fn clouds() -> Clouds {
    clouds_with(|_| {})
}

pub(crate) fn clouds_with(change: impl FnOnce(&mut CloudOptions)) -> Clouds {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(morning()));
    let mut options = CloudOptions {
        clock,
        shop: ShopOptions::default(),
        ..CloudOptions::default()
    };
    change(&mut options);
    Clouds::start(options).unwrap()
}

/// A client of SIIGO that has entered as the company at this place.
pub(crate) fn siigo(clouds: &Clouds, place: usize) -> Http {
    let login = &clouds.siigo_logins()[place];
    let client = Http::new(clouds.siigo_url()).with("Partner-Id", "PuentePruebas");
    let body = json!({"username": login.username, "access_key": login.access_key});
    let answer = client.post("/auth", &body);
    assert_eq!(answer.status, 200, "{answer:?}");
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    client.with("Authorization", &format!("Bearer {token}"))
}

/// Turns the clock by seconds.
pub(crate) fn pass(clouds: &Clouds, seconds: i64) {
    clouds.turn_clock(TimeDelta::seconds(seconds));
}
