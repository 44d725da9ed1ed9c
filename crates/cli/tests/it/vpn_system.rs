//! The whole PC in a VPN: the binary, the real helper with its one capability, and a program beside them
//! that knows of neither.

use crate::desk::said;
use crate::vpn::Pc;
use puente_sandbox::vpn::{OFFICE, PORT, SERVER};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Who asks: the user `nobody`.
const USER: &str = "nobody";

/// A PC with the helper installed, which does not run yet.
struct Stage {
    pc: Pc,
    program: PathBuf,
    socket: PathBuf,
    users: PathBuf,
    helper: Option<Child>,
}

impl Stage {
    fn new() -> Stage {
        let pc = Pc::new();
        let program = pc.bench.lab.install(&built()).unwrap();
        let socket = pc.bench.socket();
        let users = pc.bench.lab.folder().join("tunnel.users");
        std::fs::write(&users, "# nobody yet\n").unwrap();
        Stage {
            pc,
            program,
            socket,
            users,
            helper: None,
        }
    }

    /// Starts the helper as its unit does: a user of its own, and one capability.
    fn start(&mut self) {
        let mut command = self.pc.bench.lab.client.command("setpriv");
        command
            .args(["--reuid=65531", "--regid=65531", "--clear-groups"])
            .args([
                "--inh-caps=-all,+net_admin",
                "--ambient-caps=-all,+net_admin",
            ])
            .args(["--bounding-set=-all,+net_admin", "--no-new-privs", "--"])
            .arg(&self.program)
            .args([&self.socket, &self.users]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert!(line.contains("listens"), "{line}");
        self.helper = Some(child);
    }

    /// Ends the helper as a fault would.
    fn kill(&mut self) {
        self.pc
            .bench
            .lab
            .client
            .run("kill -KILL $(pidof puente-tunnel)")
            .unwrap();
        self.helper.take().unwrap().wait().unwrap();
    }

    fn ask(&self, line: &[&str]) -> std::process::Output {
        let mut command = self.pc.bench.command(line);
        command.stdin(Stdio::null()).output().unwrap()
    }

    fn json(&self, line: &[&str]) -> serde_json::Value {
        let output = self.ask(line);
        assert!(output.status.success(), "{line:?}: {}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// What it says when it refuses.
    fn refused(&self, line: &[&str]) -> String {
        let output = self.ask(line);
        assert!(!output.status.success(), "{line:?}: {}", said(&output));
        said(&output)
    }

    /// Whether a program that knows no VPN reaches the office's database, however busy this machine is.
    fn reaches(&self) -> bool {
        self.connects_within("100")
    }

    /// Whether it does not. Nothing says so where packets are lost: it is given a while.
    fn is_out_of_reach(&self) -> bool {
        !self.connects_within("3")
    }

    fn connects_within(&self, seconds: &str) -> bool {
        let script = format!(": < /dev/tcp/{OFFICE}/3050");
        let mut command = self.pc.bench.lab.client.command_as_nobody("timeout");
        let command = command.args([seconds, "bash", "-c", &script]);
        command.stderr(Stdio::null()).status().unwrap().success()
    }

    /// Takes in a `.conf` of another VPN of the same server, which leads to that network.
    fn import(&self, name: &str, allowed: &str) {
        let text = format!(
            "[Interface]\nPrivateKey = {}\nAddress = 10.8.3.21/32\n[Peer]\nPublicKey = {}\n\
             Endpoint = {SERVER}:{PORT}\nAllowedIPs = {allowed}\n",
            self.pc.bench.lab.server.run("wg genkey").unwrap().trim(),
            self.pc.bench.lab.public_key().unwrap()
        );
        let path = self.pc.bench.data.join(format!("{name}.conf"));
        std::fs::write(&path, text).unwrap();
        self.json(&["vpn", "import", &path.display().to_string()]);
    }
}

/// The helper of this very source: tests of another package don't build it.
fn built() -> PathBuf {
    let puente = Path::new(env!("CARGO_BIN_EXE_puente"));
    let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--locked", "--package", "puente-tunnel"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(built.success());
    puente.with_file_name("puente-tunnel")
}

const CONNECT: [&str; 4] = ["vpn", "connect", "oficina", "--system"];
const STATUS: [&str; 3] = ["vpn", "status", "oficina"];
const DISCONNECT: [&str; 3] = ["vpn", "disconnect", "oficina"];

#[test]
fn the_whole_pc_is_connected_for_whoever_may_and_every_refusal_says_the_way_out() {
    let mut stage = Stage::new();
    let conf = stage.pc.conf().display().to_string();
    stage.json(&["vpn", "import", &conf]);

    for line in [&CONNECT[..], &STATUS[..]] {
        let missing = stage.refused(line);
        assert!(missing.contains("VPN_HELPER_MISSING"), "{missing}");
        assert!(
            missing.contains("systemctl enable --now puente-tunnel"),
            "{missing}"
        );
    }
    stage.start();
    let denied = stage.refused(&CONNECT);
    assert!(denied.contains("VPN_HELPER_NOT_ALLOWED"), "{denied}");
    assert!(
        denied.contains(&format!(
            "echo {USER} | sudo tee -a /etc/puente/tunnel.users"
        )),
        "{denied}"
    );
    std::fs::write(&stage.users, format!("{USER}\n")).unwrap();
    assert!(stage.is_out_of_reach(), "nothing leads there yet");

    let connected = stage.json(&CONNECT);
    assert_eq!(connected["status"]["state"], "up", "{connected}");
    assert!(stage.reaches(), "an ordinary program");
    // The helper counts a few times a second: an answer may be of just before the first packet.
    let seen = (0..200)
        .map(|_| stage.json(&STATUS)["status"].clone())
        .find(|seen| seen["received"].as_u64().unwrap() > 0)
        .expect("what was received is counted");
    assert!(seen["handshake_seconds"].as_u64().unwrap() < 60, "{seen}");

    // Jobs reach a server behind it without a second tunnel, which would take this one's connection.
    let added = stage.pc.add_server("oficina");
    assert!(added.status.success(), "{}", said(&added));
    let jobs = stage.json(&["companies", "discover"]);
    assert_eq!(jobs[0]["state"], "done", "{jobs}");
    let inside = stage.refused(&["vpn", "connect", "oficina"]);
    assert!(inside.contains("INVALID_INPUT"), "{inside}");

    // Nobody's way is taken: neither that of this tunnel nor that of a cable.
    stage.import("otra", "192.168.77.0/25");
    let second = stage.refused(&["vpn", "connect", "otra", "--system"]);
    assert!(
        second.contains("VPN_NET_TAKEN") && second.contains("oficina"),
        "{second}"
    );
    let cable = "ip addr add 172.30.0.1/24 dev cable";
    stage.pc.bench.lab.client.run(cable).unwrap();
    stage.import("casa", "172.30.0.0/24");
    let second = stage.refused(&["vpn", "connect", "casa", "--system"]);
    assert!(
        second.contains("VPN_NET_TAKEN") && second.contains("cable"),
        "{second}"
    );
    assert!(stage.reaches(), "the first one is as it was");

    stage.json(&DISCONNECT);
    assert!(stage.is_out_of_reach());
    assert_eq!(stage.json(&STATUS)["status"], serde_json::Value::Null);
    let links = stage
        .pc
        .bench
        .lab
        .client
        .run("ip -o link; ip route")
        .unwrap();
    assert!(!links.contains("puente1"), "{links}");
    stage.kill();
}

#[test]
fn when_the_helper_dies_its_tunnel_goes_with_it_and_the_state_says_so() {
    let mut stage = Stage::new();
    std::fs::write(&stage.users, format!("{USER}\n")).unwrap();
    let conf = stage.pc.conf().display().to_string();
    stage.json(&["vpn", "import", &conf]);
    stage.start();
    stage.json(&CONNECT);
    assert!(stage.reaches());

    stage.kill();
    assert!(stage.is_out_of_reach());
    let links = stage
        .pc
        .bench
        .lab
        .client
        .run("ip -o link; ip route")
        .unwrap();
    assert!(!links.contains("puente1"), "{links}");
    let gone = stage.refused(&STATUS);
    assert!(gone.contains("VPN_HELPER_MISSING"), "{gone}");
    stage.json(&DISCONNECT);

    stage.start();
    assert_eq!(stage.json(&STATUS)["status"], serde_json::Value::Null);
    stage.json(&CONNECT);
    assert!(stage.reaches());
    // A VPN that is forgotten leaves no tunnel that nobody could end.
    stage.json(&["vpn", "remove", "oficina", "--yes"]);
    assert!(stage.is_out_of_reach());
    stage.kill();
}
