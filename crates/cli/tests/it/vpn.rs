//! The binary in the VPN lab: a technician's PC that reaches a real Firebird behind the office's server.

use crate::desk::{PASSPHRASE, said};
use puente_sandbox::vpn::{Lab, OFFICE, PORT, SERVER};
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
struct Pc {
    lab: Lab,
    puente: PathBuf,
    data: PathBuf,
    server: FirebirdServer,
    erp: SampleErp,
    relay: Child,
    _folder: tempfile::TempDir,
}

impl Pc {
    fn new() -> Pc {
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

    fn command(&self, line: &[&str]) -> Command {
        let mut command = self.lab.client.command_as_nobody(&self.puente);
        command
            .args(line)
            .env("PUENTE_DATA_DIR", &self.data)
            .env("PUENTE_PASSPHRASE", PASSPHRASE)
            .env_remove("PUENTE_LANG")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn puente(&self, line: &[&str], typed: &str) -> Output {
        let mut child = self.command(line).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(typed.as_bytes()).unwrap();
        drop(input);
        child.wait_with_output().unwrap()
    }

    fn json(&self, line: &[&str], typed: &str) -> Value {
        let output = self.puente(&[line, &["--json"]].concat(), typed);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
    }

    /// A `.conf` as the office's administrator would send it.
    fn conf(&self) -> PathBuf {
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

    fn add_server(&self, vpn: &str) -> Output {
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
