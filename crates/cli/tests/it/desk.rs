//! A private server with a sample, and a data folder for `puente`.

use puente_sandbox::{FirebirdServer, SampleErp, SampleOptions, ServerOptions};
use serde_json::Value;
use std::io::Write;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

pub struct Desk {
    pub server: FirebirdServer,
    pub erp: SampleErp,
    pub data: TempDir,
    _files: TempDir,
}

pub const PASSPHRASE: &str = "canary-passphrase-91b2";

impl Desk {
    pub fn new(options: SampleOptions) -> Desk {
        let files = tempfile::tempdir().unwrap();
        let server =
            FirebirdServer::start(&files.path().join("server"), ServerOptions::default()).unwrap();
        let erp = SampleErp::create(&server, &files.path().join("erp"), options).unwrap();
        let data = tempfile::tempdir().unwrap();
        // The machine that tests run on may have no keyring; the file of secrets is the other way.
        std::fs::write(data.path().join("config.toml"), "secrets = \"file\"\n").unwrap();
        Desk {
            server,
            erp,
            data,
            _files: files,
        }
    }

    pub fn registered(options: SampleOptions) -> Desk {
        let desk = Desk::new(options);
        let port = desk.server.port().to_string();
        let master = desk.erp.master.display().to_string();
        let password = desk.server.password().expose().clone();
        let line = [
            "servers",
            "add",
            "--name",
            "oficina",
            "--host",
            "127.0.0.1",
            "--port",
            &port,
            "--user",
            desk.server.user(),
            "--password-stdin",
            "--master",
            &master,
        ];
        let added = desk.puente_with(&line, &format!("{password}\n"));
        assert!(added.status.success(), "{}", said(&added));
        assert!(desk.puente(&["companies", "discover"]).status.success());
        desk
    }

    pub fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_puente"));
        command
            .args(line)
            .env("PUENTE_DATA_DIR", self.data.path())
            .env("PUENTE_PASSPHRASE", PASSPHRASE)
            .env_remove("PUENTE_LANG");
        command
    }

    pub fn puente(&self, line: &[&str]) -> Output {
        self.puente_with(line, "")
    }

    pub fn puente_with(&self, line: &[&str], typed: &str) -> Output {
        let mut command = self.command(line);
        let mut child: Child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that doesn't read its input may have ended already.
        drop(child.stdin.take().unwrap().write_all(typed.as_bytes()));
        child.wait_with_output().unwrap()
    }

    /// A line of arguments that means the good companies of the sample. It lists one more, whose file
    /// is missing.
    pub fn on_good(&self, line: &[&str]) -> Vec<String> {
        let mut all: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
        for company in &self.erp.companies {
            all.extend([
                "--company".to_owned(),
                format!("{}:{}", company.nit, company.year),
            ]);
        }
        all
    }

    pub fn json(&self, line: &[&str]) -> Value {
        let output = self.puente(&[line, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
    }
}

pub fn said(output: &Output) -> String {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    format!("{:?}\n{out}\n{err}", output.status)
}
