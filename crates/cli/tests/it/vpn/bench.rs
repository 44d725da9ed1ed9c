//! A technician's PC in the lab, and a server that it logs in to.

use crate::desk::{PASSPHRASE, said};
use puente_sandbox::vpn::{Lab, SERVER, TurnedClock};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A technician's PC without an ERP.
pub struct Bench {
    pub lab: Lab,
    pub puente: PathBuf,
    pub data: PathBuf,
    pub key: String,
    pub fingerprint: String,
    /// What the program lives by, where it is not the machine's clock.
    pub clock: Option<TurnedClock>,
    /// Where the agent of this PC listens.
    pub agent: Option<PathBuf>,
}

impl Bench {
    pub fn new() -> Bench {
        let lab = Lab::start().unwrap();
        let puente = lab
            .install(Path::new(env!("CARGO_BIN_EXE_puente")))
            .unwrap();
        let data = lab.room_for_nobody("data").unwrap();
        std::fs::write(data.join("config.toml"), "secrets = \"file\"\n").unwrap();
        let key = lab.user_key().display().to_string();
        let fingerprint = lab.fingerprint().unwrap();
        Bench {
            lab,
            puente,
            data,
            key,
            fingerprint,
            clock: None,
            agent: None,
        }
    }

    /// Where the helper of the whole PC would listen.
    pub fn socket(&self) -> PathBuf {
        self.lab.room_for_nobody("run").unwrap().join("socket")
    }

    pub fn command(&self, line: &[&str]) -> Command {
        let mut command = self.lab.client.command_as_nobody(&self.puente);
        if let Some(clock) = &self.clock {
            clock.give_to(&mut command);
        }
        match &self.agent {
            Some(agent) => command.env("SSH_AUTH_SOCK", agent),
            None => command.env_remove("SSH_AUTH_SOCK"),
        };
        command
            .args(line)
            .arg("--json")
            .env("PUENTE_TUNNEL_SOCKET", self.socket())
            .env("PUENTE_DATA_DIR", &self.data)
            .env("PUENTE_PASSPHRASE", PASSPHRASE)
            .env_remove("PUENTE_LANG")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn start(&self, line: &[&str], typed: &str) -> Child {
        let mut child = self.command(line).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(typed.as_bytes()).unwrap();
        child
    }

    pub fn puente(&self, line: &[&str], typed: &str) -> Output {
        self.start(line, typed).wait_with_output().unwrap()
    }

    pub fn json(&self, line: &[&str], typed: &str) -> Value {
        let output = self.puente(line, typed);
        assert!(output.status.success(), "{line:?}: {}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The code of the error that it ends in.
    pub fn refused(&self, line: &[&str], typed: &str) -> String {
        let output = self.puente(line, typed);
        assert!(!output.status.success(), "{line:?}");
        said(&output)
    }

    /// Ends a program as a fault would: what was started only led into its space.
    pub fn end(&self, mut child: Child) {
        self.lab.client.run("kill -KILL $(pidof puente)").unwrap();
        child.wait().unwrap();
    }

    pub fn password(&self) -> &str {
        self.lab.password().expose()
    }

    /// The words of a creation: a verb, a name, a user, and a key with its sudo password.
    pub fn with_key<'w>(&'w self, verb: &'w str, name: &'w str, user: &'w str) -> Vec<&'w str> {
        let mut line = vec![
            "vpn", verb, "--name", name, "--host", SERVER, "--user", user,
        ];
        line.extend(["--key", &self.key, "--fingerprint", &self.fingerprint]);
        line.extend(["--allow", "192.168.77.0/24"]);
        line
    }

    pub fn file(&self) -> String {
        self.lab.server_file().unwrap()
    }
}

/// Whether the tunnel comes up: it is opened, and ended at once.
pub fn connects(bench: &Bench, name: &str, expected: bool) {
    let mut child = bench.start(&["vpn", "connect", name], "");
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    while serde_json::from_str::<Value>(&text).is_err() && output.read_line(&mut text).unwrap() > 0
    {
    }
    let answer: Value = serde_json::from_str(&text).unwrap_or_default();
    match expected {
        true => bench.end(child),
        false => drop(child.wait()),
    }
    assert_eq!(answer["status"]["state"] == "up", expected, "{text}");
}
