//! WebDriver, as far as it is needed: https://www.w3.org/TR/webdriver2/. The driver's own picture of
//! the window never comes under Xvfb, and a `browserName` is refused.

use crate::desktop::{Desktop, until};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// Puente's window, in the driver's hand.
pub struct Window {
    port: u16,
    session: String,
}

impl Window {
    /// Starts Puente with these arguments and waits for its window.
    pub fn open(desktop: &mut Desktop, arguments: &[&str]) -> Window {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut command = desktop.command("WebKitWebDriver");
        command
            .arg(format!("--port={port}"))
            .arg("--host=127.0.0.1")
            // What makes the program let a driver in.
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true");
        desktop.run(&mut command);
        until("the driver listens", || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        let options = json!({
            "binary": env!("CARGO_BIN_EXE_puente-desktop"),
            "args": arguments,
        });
        let wish =
            json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let answer = ask(port, "POST", "/session", Some(&wish)).unwrap();
        let session = answer["sessionId"].as_str().unwrap().to_owned();
        Window { port, session }
    }

    /// What a script of the page answers; `arguments[0]` takes the answer.
    pub fn script(&self, script: &str) -> Result<Value, Value> {
        let body = json!({ "script": script, "args": [] });
        self.ask("POST", "/execute/async", Some(&body))
    }

    /// What one of the two commands answers, or its error.
    pub fn invoke(&self, command: &str, name: &str, request: &Value) -> Result<Value, Value> {
        let script = format!(
            "const done = arguments[0];
             window.__TAURI_INTERNALS__.invoke({command:?}, {{ name: {name:?}, request: {request} }})
               .then((answer) => done({{ answer }}), (error) => done({{ error }}));"
        );
        let told = self.script(&script).unwrap();
        match told.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(told["answer"].clone()),
        }
    }

    /// What the page shows.
    pub fn text(&self) -> String {
        let text = self.script("arguments[0](document.body.innerText)");
        text.ok()
            .and_then(|text| text.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// Presses the button with that text in what the selector finds; whether there was one.
    pub fn press_in(&self, selector: &str, text: &str) -> bool {
        let script = format!(
            "const found = [...document.querySelectorAll({selector:?} + ' button')]
               .find((button) => button.textContent.trim() === {text:?} && !button.disabled);
             found?.click();
             arguments[0](Boolean(found));"
        );
        self.script(&script) == Ok(json!(true))
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Value> {
        ask(
            self.port,
            method,
            &format!("/session/{}{path}", self.session),
            body,
        )
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // Ends Puente, unless it ended by itself.
        drop(self.ask("DELETE", "", None));
    }
}

fn ask(port: u16, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Value> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let lost = |error: std::io::Error| json!(error.to_string());
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(lost)?;
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .map_err(lost)?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .map_err(lost)?;
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).map_err(lost)?;
    let good = line.split(' ').nth(1) == Some("200");
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).map_err(lost)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.parse().unwrap();
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer).map_err(lost)?;
    let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
    if good {
        Ok(answer["value"].clone())
    } else {
        Err(answer["value"].clone())
    }
}
