//! A bridge over an empty data folder, and the plainest of HTTP clients: it can say what no browser
//! would.

use puente_gateway::Bridge;
use puente_session::{Options, Session};
use puente_store::secrets::Secrets;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use tempfile::TempDir;

pub struct Desk {
    pub session: Session,
    pub bridge: Option<Bridge>,
    pub token: String,
    pub port: u16,
    _data: TempDir,
}

pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Desk {
    pub fn open() -> Desk {
        let data = tempfile::tempdir().unwrap();
        let options = Options {
            secrets: Some(Secrets::memory()),
            ..Options::new(data.path().to_owned())
        };
        let session = Session::new(options);
        session.open().unwrap();
        let bridge = Bridge::start(session.clone(), 0).unwrap();
        let url = bridge.url();
        let (origin, token) = url.split_once("/#token=").unwrap();
        let port = origin.rsplit(':').next().unwrap().parse().unwrap();
        Desk {
            session,
            token: token.to_owned(),
            port,
            bridge: Some(bridge),
            _data: data,
        }
    }

    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Sends exactly these lines, and a body.
    pub fn raw(&self, lines: &[&str], body: &[u8]) -> Answer {
        let mut stream = self.connect();
        let mut head = lines.join("\r\n");
        head.push_str(&format!(
            "\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        ));
        stream.write_all(head.as_bytes()).unwrap();
        // What is refused by its head may be refused before its body was sent.
        drop(stream.write_all(body));
        Answer::read(&mut BufReader::new(stream))
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream
    }

    /// As the interface asks.
    pub fn post(&self, path: &str, request: &Value) -> Answer {
        self.raw(
            &[
                &format!("POST {path} HTTP/1.1"),
                &format!("Host: {}", self.host()),
                &format!("Origin: http://{}", self.host()),
                &format!("Authorization: Bearer {}", self.token),
                "Content-Type: application/json",
            ],
            request.to_string().as_bytes(),
        )
    }

    pub fn get(&self, path: &str) -> Answer {
        self.raw(
            &[
                &format!("GET {path} HTTP/1.1"),
                &format!("Host: {}", self.host()),
            ],
            b"",
        )
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(bridge) = self.bridge.take() {
            bridge.stop();
        }
    }
}

impl Answer {
    pub fn read(stream: &mut BufReader<TcpStream>) -> Answer {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            headers.push((name.to_lowercase(), value.to_owned()));
        }
        let mut answer = Answer {
            status,
            headers,
            body: Vec::new(),
        };
        match answer.header("content-length").map(str::to_owned) {
            Some(length) => {
                answer.body = vec![0; length.parse().unwrap()];
                stream.read_exact(&mut answer.body).unwrap();
            }
            None if answer.header("transfer-encoding").is_none() => {
                stream.read_to_end(&mut answer.body).unwrap();
            }
            None => {}
        }
        answer
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap().to_owned()
    }
}
