//! The verbs of sales that need no cloud: waiting for a browser, files, schedules.

use crate::desk::{PASSPHRASE, said};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// A data folder of its own.
struct Office(TempDir);

impl Office {
    fn new() -> Office {
        let data = tempfile::tempdir().unwrap();
        std::fs::write(data.path().join("config.toml"), "secrets = \"file\"\n").unwrap();
        Office(data)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn start(&self, line: &[&str], typed: &str) -> Child {
        let mut child = Command::new(env!("CARGO_BIN_EXE_puente"))
            .args(line)
            .env("PUENTE_DATA_DIR", self.0.path())
            .env("PUENTE_PASSPHRASE", PASSPHRASE)
            .env_remove("PUENTE_LANG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdin.take().unwrap().write_all(typed.as_bytes()));
        child
    }

    fn puente(&self, line: &[&str]) -> Output {
        self.start(line, "").wait_with_output().unwrap()
    }

    /// Begins to connect an account that comes back to that port, and waits for the browser.
    fn listening(&self, port: u16) -> Child {
        let redirect = format!("http://127.0.0.1:{port}/puente");
        let line = [
            "sales",
            "channels",
            "begin",
            "--name",
            "Tienda",
            "--client-id",
            "1",
            "--password-stdin",
            "--redirect-uri",
            &redirect,
            "--listen",
        ];
        self.start(&line, "secreto\n")
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn browse(port: u16, target: &str) -> String {
    let mut wire = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(wire, "GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").unwrap();
    let mut answer = String::new();
    wire.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_terminal_waits_for_the_browser_and_says_why_no_account_came_of_it() {
    let office = Office::new();
    let port = free_port();
    let mut child = office.listening(port);
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut heard = String::new();
    let state = loop {
        let mut line = String::new();
        assert!(said.read_line(&mut line).unwrap() > 0, "{heard}");
        heard.push_str(&line);
        if let Some((_, rest)) = line.split_once("&state=") {
            break rest.split('&').next().unwrap().trim().to_owned();
        }
    };
    let page = browse(port, "/puente?code=TG-1&state=another");
    assert!(page.starts_with("HTTP/1.1 404"), "{page}");
    let target = format!("/puente?error=invalid_operator_user_id&state={state}");
    let page = browse(port, &target);
    assert!(page.contains("No se conectó la cuenta"), "{page}");
    said.read_to_string(&mut heard).unwrap();
    let ended = child.wait().unwrap();
    assert_eq!(ended.code(), Some(3), "{heard}");
    assert!(heard.contains("administrador"), "{heard}");
}

#[test]
fn a_port_that_another_program_has_is_said_with_a_way_out() {
    let office = Office::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let refused = office.listening(port).wait_with_output().unwrap();
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    let text = said(&refused);
    assert!(
        text.contains(&port.to_string()) && text.contains("pegue"),
        "{text}"
    );
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn an_office_without_sales_writes_headings_has_no_documents_and_can_schedule_them() {
    let office = Office::new();
    let csv = shown(&office.path("ventas.csv"));
    let written = office.puente(&["sales", "export", "--output", &csv]);
    assert!(written.status.success(), "{}", said(&written));
    let text = std::fs::read_to_string(&csv).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains("comprador;"), "{text}");
    let again = office.puente(&["sales", "export", "--output", &csv]);
    assert_eq!(again.status.code(), Some(3), "{}", said(&again));
    let xlsx = shown(&office.path("margen.xlsx"));
    let line = ["sales", "margin", "--amounts", "--output", &xlsx];
    let written = office.puente(&line);
    assert!(written.status.success(), "{}", said(&written));
    assert!(std::fs::read(&xlsx).unwrap().starts_with(b"PK"));
    let pdf = shown(&office.path("factura.pdf"));
    let refused = office.puente(&["sales", "document", "2000001", "pdf", "--output", &pdf]);
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    assert!(!Path::new(&pdf).exists());
    let refused = office.puente(&["sales", "costs", "--erp", "Ninguna=900123456"]);
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    let billed = office.puente(&["sales", "costs", "--bills"]);
    assert!(billed.status.success(), "{}", said(&billed));
    let line = [
        "schedules",
        "set",
        "ventas",
        "--work",
        "sales",
        "--every",
        "15m",
    ];
    let set = office.puente(&line);
    assert!(set.status.success(), "{}", said(&set));
    let listed = office.puente(&["schedules", "list"]);
    assert!(
        said(&listed).contains("sincronizar ventas"),
        "{}",
        said(&listed)
    );
}

#[test]
fn what_an_office_keeps_for_its_sales_is_shown_as_tables() {
    let office = Office::new();
    let none = said(&office.puente(&["sales", "ledgers", "list"]));
    assert!(none.contains("No hay ninguna."), "{none}");
    let line = [
        "sales",
        "channels",
        "begin",
        "--name",
        "Tienda",
        "--client-id",
        "1",
        "--password-stdin",
        "--redirect-uri",
        "https://oficina.example/vuelve",
    ];
    let begun = office.start(&line, "secreto\n").wait_with_output().unwrap();
    assert!(begun.status.success(), "{}", said(&begun));
    let listed = said(&office.puente(&["sales", "channels", "list"]));
    assert!(
        listed.contains("Tienda") && listed.contains("por autorizar"),
        "{listed}"
    );
    assert!(!listed.contains('{'), "{listed}");
    let costs = office.puente(&["sales", "costs", "--set", "Empaque=per_sale:1800.25"]);
    assert!(costs.status.success(), "{}", said(&costs));
    let costs = said(&costs);
    assert!(
        costs.contains("por venta") && costs.contains("1.800,25"),
        "{costs}"
    );
}
