//! The binary in the VPN lab: a technician's PC that reaches a real Firebird behind the office's server.

use crate::desk::{PASSPHRASE, said};
use puente_sandbox::vpn::{ADMIN, LIMITED, Lab, NOBODY, OFFICE, PORT, SERVER};
use puente_sandbox::{FirebirdServer, SampleErp, SampleOptions, SampleSize, ServerOptions};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// Where the office's database is reached through, for the program inside.
const SOCKET: &str = "PUENTE_LAB_SOCKET";

/// A technician's PC in the lab, and the office with its ERP.
pub(crate) struct Pc {
    pub lab: Lab,
    puente: PathBuf,
    pub data: PathBuf,
    server: FirebirdServer,
    erp: SampleErp,
    relay: Child,
    _folder: tempfile::TempDir,
}

impl Pc {
    pub fn new() -> Pc {
        let lab = Lab::start().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let server =
            FirebirdServer::start(&folder.path().join("firebird"), ServerOptions::default())
                .unwrap();
        let options = SampleOptions {
            size: SampleSize::Tiny,
            companies: 2,
            years: vec![2026],
            ..SampleOptions::default()
        };
        let erp = SampleErp::create(&server, &folder.path().join("erp"), options).unwrap();
        let puente = lab
            .install(Path::new(env!("CARGO_BIN_EXE_puente")))
            .unwrap();
        let data = lab.room_for_nobody("data").unwrap();
        std::fs::write(data.join("config.toml"), "secrets = \"file\"\n").unwrap();
        let relay = relay(&lab, server.port());
        Pc {
            lab,
            puente,
            data,
            server,
            erp,
            relay,
            _folder: folder,
        }
    }

    /// Where the helper of the whole PC would listen.
    pub fn socket(&self) -> PathBuf {
        self.lab.room_for_nobody("run").unwrap().join("socket")
    }

    pub fn command(&self, line: &[&str]) -> Command {
        let mut command = self.lab.client.command_as_nobody(&self.puente);
        command
            .args(line)
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

    pub fn puente(&self, line: &[&str], typed: &str) -> Output {
        let mut child = self.command(line).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(typed.as_bytes()).unwrap();
        drop(input);
        child.wait_with_output().unwrap()
    }

    pub fn json(&self, line: &[&str], typed: &str) -> Value {
        let output = self.puente(&[line, &["--json"]].concat(), typed);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
    }

    /// A `.conf` as the office's administrator would send it.
    pub fn conf(&self) -> PathBuf {
        let key = self.lab.server.run("wg genkey").unwrap();
        let key = key.trim();
        self.lab
            .server
            .run(&format!(
                "wg set wg0 peer $(echo {key} | wg pubkey) allowed-ips 10.8.3.20/32"
            ))
            .unwrap();
        let text = format!(
            "[Interface]\nPrivateKey = {key}\nAddress = 10.8.3.20/32\nPostUp = touch {}\n\n[Peer]\n\
             PublicKey = {}\nEndpoint = {SERVER}:{PORT}\nAllowedIPs = 10.8.3.0/24, 192.168.77.0/24\n",
            self.data.join("ran").display(),
            self.lab.public_key().unwrap()
        );
        let path = self.data.join("oficina.conf");
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn add_server(&self, vpn: &str) -> Output {
        let master = self.erp.master.display().to_string();
        let line = ["servers", "add", "--name", "erp", "--host", OFFICE];
        let rest = ["--user", "SYSDBA", "--master", &master, "--vpn", vpn];
        self.puente(
            &[&line[..], &rest[..], &["--password-stdin"]].concat(),
            self.server.password().expose(),
        )
    }
}

impl Drop for Pc {
    fn drop(&mut self) {
        drop(self.relay.stdin.take());
        drop(self.relay.wait());
    }
}

/// The office's port 3050, which leads to the private Firebird server of this machine: spaces share
/// files, and no network.
fn relay(lab: &Lab, port: u16) -> Child {
    let socket = lab.folder().join("firebird.socket");
    let listener = UnixListener::bind(&socket).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else {
                continue;
            };
            drop(server.set_nodelay(true));
            join(stream, server);
        }
    });
    let own = lab.install(&std::env::current_exe().unwrap()).unwrap();
    let mut child = lab
        .office
        .command(own)
        .args(["--exact", "vpn::office", "--ignored", "--nocapture"])
        .env(SOCKET, &socket)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let listens = output
        .lines()
        .map_while(std::result::Result::ok)
        .any(|line| line.contains("the office listens"));
    assert!(listens);
    child
}

#[test]
#[ignore = "runs inside the lab, when another test starts it"]
fn office() {
    let socket = PathBuf::from(std::env::var_os(SOCKET).unwrap());
    let listener = TcpListener::bind((OFFICE, 3050)).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            drop(stream.set_nodelay(true));
            join(UnixStream::connect(&socket).unwrap(), stream);
        }
    });
    println!("the office listens");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

/// Both ways, each until its end.
fn join(unix: UnixStream, tcp: TcpStream) {
    let (mut from_unix, mut to_tcp) = (unix.try_clone().unwrap(), tcp.try_clone().unwrap());
    std::thread::spawn(move || {
        drop(std::io::copy(&mut from_unix, &mut to_tcp));
        drop(to_tcp.shutdown(Shutdown::Write));
    });
    let (mut from_tcp, mut to_unix) = (tcp, unix);
    std::thread::spawn(move || {
        drop(std::io::copy(&mut from_tcp, &mut to_unix));
        drop(to_unix.shutdown(Shutdown::Write));
    });
}

#[test]
fn an_imported_vpn_leads_jobs_to_a_firebird_behind_it_without_an_administrator() {
    let pc = Pc::new();
    let conf = pc.conf().display().to_string();
    let imported = pc.json(&["vpn", "import", &conf], "");
    assert_eq!(imported["vpn"]["name"], "oficina");
    assert!(imported["hooks"][0].as_str().unwrap().starts_with("PostUp"));

    // Without the VPN nothing leads there.
    let direct = pc.add_server("off");
    assert!(!direct.status.success(), "{}", said(&direct));
    let added = pc.add_server("oficina");
    assert!(added.status.success(), "{}", said(&added));
    let jobs = pc.json(&["companies", "discover"], "");
    assert_eq!(jobs[0]["state"], "done", "{jobs}");
    let companies = ["--company", "9001234568", "--company", "9012345677"];
    let line = [&["movements", "extract"], &companies[..]].concat();
    let extracted = pc.puente(&line, "");
    assert!(extracted.status.success(), "{}", said(&extracted));

    // A VPN that servers need is not forgotten.
    let kept = pc.puente(&["vpn", "remove", "oficina", "--yes"], "");
    assert!(!kept.status.success(), "{}", said(&kept));
    assert!(!pc.data.join("ran").exists(), "a stranger's command ran");
}

#[test]
fn a_port_of_this_pc_leads_to_the_office_until_the_program_ends() {
    let pc = Pc::new();
    let conf = pc.conf().display().to_string();
    pc.json(&["vpn", "import", &conf, "--name", "Bodega Ñuñoa"], "");
    let target = format!("{OFFICE}:3050");
    let line = [
        "vpn",
        "connect",
        "bodega Ñuñoa",
        "--to",
        &target,
        "--port",
        "4050",
    ];
    let mut child = pc
        .command(&[&line[..], &["--json"]].concat())
        .spawn()
        .unwrap();
    let mut text = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    while serde_json::from_str::<Value>(&text).is_err() {
        assert!(output.read_line(&mut text).unwrap() > 0, "{text}");
    }
    let connected: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(connected["local"], "127.0.0.1:4050", "{text}");
    assert_eq!(connected["status"]["state"], "up");
    let taken = pc.puente(&line, "");
    assert!(!taken.status.success());
    assert!(
        said(&taken).contains("ya usa el puerto 4050"),
        "{}",
        said(&taken)
    );
    let elsewhere = [
        "vpn",
        "connect",
        "bodega Ñuñoa",
        "--to",
        "192.168.78.1:3050",
    ];
    let refused = said(&pc.puente(&elsewhere, ""));
    assert!(refused.contains("no está detrás de esta VPN"), "{refused}");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A technician's PC without an ERP.
struct Bench {
    lab: Lab,
    puente: PathBuf,
    data: PathBuf,
    key: String,
    fingerprint: String,
}

impl Bench {
    fn new() -> Bench {
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
        }
    }

    fn start(&self, line: &[&str], typed: &str) -> Child {
        let mut child = self
            .lab
            .client
            .command_as_nobody(&self.puente)
            .args(line)
            .arg("--json")
            .env("PUENTE_DATA_DIR", &self.data)
            .env("PUENTE_PASSPHRASE", PASSPHRASE)
            .env_remove("PUENTE_LANG")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(typed.as_bytes()).unwrap();
        child
    }

    fn puente(&self, line: &[&str], typed: &str) -> Output {
        self.start(line, typed).wait_with_output().unwrap()
    }

    fn json(&self, line: &[&str], typed: &str) -> Value {
        let output = self.puente(line, typed);
        assert!(output.status.success(), "{line:?}: {}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The code of the error that it ends in.
    fn refused(&self, line: &[&str], typed: &str) -> String {
        let output = self.puente(line, typed);
        assert!(!output.status.success(), "{line:?}");
        said(&output)
    }

    fn password(&self) -> &str {
        self.lab.password().expose()
    }

    /// The words of a creation: a verb, a name, a user, and a key with its sudo password.
    fn with_key<'w>(&'w self, verb: &'w str, name: &'w str, user: &'w str) -> Vec<&'w str> {
        let mut line = vec![
            "vpn", verb, "--name", name, "--host", SERVER, "--user", user,
        ];
        line.extend(["--key", &self.key, "--fingerprint", &self.fingerprint]);
        line.extend(["--allow", "192.168.77.0/24"]);
        line
    }

    fn file(&self) -> String {
        self.lab.server_file().unwrap()
    }
}

#[test]
fn a_vpn_is_created_over_ssh_used_given_fresh_keys_and_revoked_without_a_trace() {
    let bench = Bench::new();
    let before = bench.file();
    let line = [
        &bench.with_key("preview", "Caja ñ 1", ADMIN)[..],
        &["--password-stdin"],
    ]
    .concat();
    let preview = bench.json(&line, bench.password());
    assert_eq!(preview["address"], "10.8.3.10");
    assert!(preview["commands"][1].as_str().unwrap().contains("add wg0"));
    assert_eq!(bench.file(), before, "looking changes nothing");

    let line = [
        &bench.with_key("create", "Caja ñ 1", ADMIN)[..],
        &["--password-stdin"],
    ]
    .concat();
    bench.json(&line, bench.password());
    let shown = bench.json(&["vpn", "show", "Caja ñ 1"], "");
    assert_eq!(shown["state"], "active");
    assert_eq!(shown["tunnel"]["addresses"][0], "10.8.3.10/32");
    assert!(bench.file().starts_with(&before), "what was there stays");
    assert!(bench.file().contains("# puente: Caja-n-1"));

    connects(&bench, "Caja ñ 1", true);
    let seen = bench.json(&["vpn", "status", "Caja ñ 1"], "");
    assert_eq!(seen["known"], true);
    assert!(seen["handshake_seconds"].as_i64().unwrap() < 60);

    let old = bench.json(&["vpn", "conf", "Caja ñ 1"], "");
    bench.json(&["vpn", "rotate", "Caja ñ 1"], "");
    let new = bench.json(&["vpn", "conf", "Caja ñ 1"], "");
    assert_ne!(old["text"], new["text"]);
    connects(&bench, "Caja ñ 1", true);

    // No private key left this PC, and none is in a log or a row.
    let secret = |conf: &Value| {
        let text = conf["text"].as_str().unwrap().to_owned();
        let line = text
            .lines()
            .find(|line| line.starts_with("PrivateKey"))
            .unwrap();
        line.split(" = ").nth(1).unwrap().to_owned()
    };
    for key in [secret(&old), secret(&new), bench.password().to_owned()] {
        assert!(!bench.file().contains(&key));
        bench
            .lab
            .server
            .run(&format!(
                "! grep -rqF '{key}' /etc/wireguard /run/sshd.log /home /tmp/wg* 2>/dev/null"
            ))
            .unwrap();
        let found = Command::new("grep")
            .args(["-rlF", &key])
            .arg(&bench.data)
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&found.stdout), "");
    }
    let trail = bench.json(&["audit", "list"], "").to_string();
    assert!(trail.contains("vpn.remote") && trail.contains("add wg0"));

    bench.json(&["vpn", "revoke", "Caja ñ 1", "--yes"], "");
    assert_eq!(bench.file(), before, "not a byte of it is left");
    connects(&bench, "Caja ñ 1", false);
}

/// Whether the tunnel comes up: it is opened, and ended at once.
fn connects(bench: &Bench, name: &str, expected: bool) {
    let mut child = bench.start(&["vpn", "connect", name], "");
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    while serde_json::from_str::<Value>(&text).is_err() && output.read_line(&mut text).unwrap() > 0
    {
    }
    let answer: Value = serde_json::from_str(&text).unwrap_or_default();
    drop(child.kill());
    child.wait().unwrap();
    assert_eq!(answer["status"]["state"] == "up", expected, "{text}");
}

#[test]
fn whoever_is_not_let_in_or_may_not_act_is_told_why_and_nothing_changes() {
    let bench = Bench::new();
    let before = bench.file();
    let password = bench.password();
    let base = ["vpn", "create", "--name", "x", "--host", SERVER];

    // Nobody has compared the key yet: the answer is its fingerprint.
    let line = [
        "vpn", "preview", "--name", "x", "--host", SERVER, "--user", ADMIN,
    ];
    let line = [&line[..], &["--password-stdin"]].concat();
    let unknown = bench.refused(&line, password);
    assert!(unknown.contains("SSH_HOST_UNKNOWN"), "{unknown}");
    assert!(unknown.contains(&bench.fingerprint), "{unknown}");

    let with = |user: &'static str, fingerprint: &'static str| {
        let rest = [
            "--user",
            user,
            "--fingerprint",
            fingerprint,
            "--password-stdin",
        ];
        [&base[..], &rest[..]].concat()
    };
    let changed = bench.refused(&with(ADMIN, "SHA256:another"), password);
    assert!(changed.contains("SSH_HOST_CHANGED"), "{changed}");
    bench.json(&["vpn", "remove", "x", "--yes"], "");

    let fingerprint: &'static str = bench.fingerprint.clone().leak();
    let wrong = bench.refused(&with(ADMIN, fingerprint), "canary-wrong");
    assert!(
        wrong.contains("SSH_AUTH_REFUSED") && !wrong.contains("canary"),
        "{wrong}"
    );
    assert!(
        wrong.contains("publickey"),
        "the ways that are left: {wrong}"
    );
    assert_eq!(bench.file(), before);

    // A login that was mistyped is put right, and what was left is done.
    bench.json(
        &["vpn", "login", "x", "--password", "--password-stdin"],
        password,
    );
    bench.json(&["vpn", "retry", "x"], "");
    assert_eq!(bench.json(&["vpn", "show", "x"], "")["state"], "active");
    bench.json(&["vpn", "revoke", "x", "--yes"], "");
    assert_eq!(bench.file(), before);
    let nothing = bench.refused(&["vpn", "retry", "x"], "");
    assert!(nothing.contains("INVALID"), "{nothing}");
    bench.json(&["vpn", "remove", "x", "--yes"], "");

    let refused = bench.refused(&with(NOBODY, fingerprint), password);
    assert!(refused.contains("SUDO_REFUSED"), "{refused}");
    bench.json(&["vpn", "remove", "x", "--yes"], "");

    let mut missing = with(ADMIN, fingerprint);
    missing.extend(["--interface", "wg7"]);
    let missing = bench.refused(&missing, password);
    assert!(
        missing.contains("VPN_INTERFACE_MISSING") && missing.contains("wg0"),
        "{missing}"
    );
    bench.json(&["vpn", "remove", "x", "--yes"], "");

    // A line that WireGuard does not take: the file stays as it is, byte for byte.
    bench
        .lab
        .server
        .run("printf '\n[Peer]\nPublicKey = notakey\nAllowedIPs = 10.8.3.200/32\n' >> /etc/wireguard/wg0.conf")
        .unwrap();
    let broken = bench.file();
    let rolled = bench.refused(&with(ADMIN, fingerprint), password);
    assert!(rolled.contains("VPN_REFUSED"), "{rolled}");
    assert_eq!(bench.file(), broken);
    assert!(broken.starts_with(&before));
}

#[test]
fn eight_creations_at_once_get_eight_addresses_also_with_the_one_rule_of_sudo() {
    let bench = Bench::new();
    let script = bench.lab.folder().join("puente-peer");
    let text = include_str!("../../../vpn/src/remote/puente-peer.sh");
    std::fs::write(&script, format!("#!/bin/sh\n{text}")).unwrap();
    let script = script.display();
    bench
        .lab
        .server
        .run(&format!(
            "install -m 755 {script} /usr/local/sbin/puente-peer"
        ))
        .unwrap();
    let names: Vec<String> = (1..=8).map(|n| format!("pc-{n}")).collect();
    let running: Vec<Child> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let user = if at % 2 == 0 { LIMITED } else { ADMIN };
            let mut line = bench.with_key("create", name, user);
            let typed = match user {
                ADMIN => {
                    line.push("--password-stdin");
                    bench.password()
                }
                _ => "",
            };
            bench.start(&line, typed)
        })
        .collect();
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
    let all = bench.json(&["vpn", "list"], "");
    let addresses: std::collections::BTreeSet<&str> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|vpn| vpn["tunnel"]["addresses"][0].as_str().unwrap())
        .collect();
    assert_eq!(addresses.len(), 8, "{addresses:?}");
    let file = bench.file();
    assert!(addresses.iter().all(|address| file.contains(address)));
}

#[test]
fn a_server_without_wireguard_is_set_up_by_the_steps_that_were_shown_used_and_undone() {
    let bench = Bench::new();
    bench.lab.forget_wireguard().unwrap();
    let seen = |script: &str| bench.lab.server.run(script).unwrap();
    let before =
        seen("find /etc -type f | sort | grep -v -e /etc/ld.so.cache -e apt; dpkg -l | cut -c1-60");
    let base = ["vpn", "bootstrap", "--host", SERVER, "--user", ADMIN];
    let key = ["--key", &bench.key, "--fingerprint", &bench.fingerprint];
    let base = [&base[..], &key[..], &["--password-stdin"]].concat();

    // Making a VPN there says what is missing.
    let line = [
        &bench.with_key("preview", "Caja 1", ADMIN)[..],
        &["--password-stdin"],
    ]
    .concat();
    let missing = bench.refused(&line, bench.password());
    assert!(missing.contains("VPN_TOOLS_MISSING"), "{missing}");

    let preview = bench.json(&[&base[..], &["--preview"]].concat(), bench.password());
    let steps = preview["plan"]["steps"].as_array().unwrap().clone();
    let kinds: Vec<&str> = steps
        .iter()
        .map(|step| step["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["install", "configure", "forward", "start"]);
    assert_eq!(preview["plan"]["networks"][1], "192.168.77.0/24");
    let untouched =
        seen("find /etc -type f | sort | grep -v -e /etc/ld.so.cache -e apt; dpkg -l | cut -c1-60");
    assert_eq!(before, untouched, "looking changes nothing");

    bench.json(&[&base[..], &["--yes"]].concat(), bench.password());
    let list = bench.json(&["vpn", "bootstrap", "--list"], "");
    assert_eq!(list[0]["done"], true, "{list}");
    assert_eq!(
        seen("stat -c '%a %U' /etc/wireguard/wg0.conf").trim(),
        "600 root"
    );

    // The new server is used like any other.
    let line = [
        &bench.with_key("create", "Caja 1", ADMIN)[..],
        &["--password-stdin"],
    ]
    .concat();
    bench.json(&line, bench.password());
    connects(&bench, "Caja 1", true);
    let trail = bench.json(&["audit", "list"], "").to_string();
    assert!(trail.contains("apt-get -q install"), "{trail}");

    // A second time is refused: nothing of others is ever overwritten.
    let again = bench.refused(&[&base[..], &["--yes"]].concat(), bench.password());
    assert!(again.contains("ALREADY_EXISTS"), "{again}");

    bench.json(&["vpn", "bootstrap", "--undo", "1", "--yes"], "");
    let after = seen(
        "find /etc -type f | sort | grep -v -e /etc/ld.so.cache -e apt -e puente.lock; dpkg -l | cut -c1-60",
    );
    assert_eq!(before, after, "nothing is left");
    assert_eq!(seen("cat /proc/sys/net/ipv4/ip_forward").trim(), "0");
    let nothing = bench.refused(&["vpn", "bootstrap", "--undo", "1", "--yes"], "");
    assert!(nothing.contains("INVALID_INPUT"), "{nothing}");
}
