//! The helper in the VPN lab, with one capability and nothing else: who may ask, and what then goes
//! through the tunnel of the whole PC.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test whose stage can't be set has failed"
)]
#![cfg(target_os = "linux")]

use puente_sandbox::vpn::{Lab, OFFICE, PORT, SERVER};
use puente_tunnel::{Answer, Id, Request, Status, Tunnel, Why};
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What this program is to be, when it is started again inside the lab.
const ROLE: &str = "PUENTE_TUNNEL_ROLE";
/// How many seconds it may wait there.
const LIMIT: &str = "PUENTE_TUNNEL_TEST_LIMIT";
/// Who may ask, in the test.
const ANA: u32 = 65534;
/// Another one who may.
const LUZ: u32 = 65533;
/// The number that a VPN has in Ana's folder.
const OFFICE_VPN: Id = Id { office: 1, vpn: 3 };
/// Another folder of Ana's, which counts its VPNs from 1 too.
const SAMPLE_VPN: Id = Id { office: 2, vpn: 3 };
/// One who may not.
const STRANGER: u32 = 65532;

struct Stage {
    lab: Lab,
    own: PathBuf,
    socket: PathBuf,
    users: PathBuf,
    children: Vec<Child>,
}

impl Stage {
    fn new() -> Stage {
        let lab = Lab::start().unwrap();
        let own = lab.install(&std::env::current_exe().unwrap()).unwrap();
        let helper = lab
            .install(Path::new(env!("CARGO_BIN_EXE_puente-tunnel")))
            .unwrap();
        let socket = lab.room_for_nobody("run").unwrap().join("socket");
        let users = lab.folder().join("tunnel.users");
        std::fs::write(&users, format!("# who may\n{ANA}\n{LUZ}\n")).unwrap();
        let mut stage = Stage {
            lab,
            own,
            socket,
            users,
            children: Vec::new(),
        };
        let mut command = stage.lab.client.command("setpriv");
        command
            .args(["--reuid=65531", "--regid=65531", "--clear-groups"])
            .args([
                "--inh-caps=-all,+net_admin",
                "--ambient-caps=-all,+net_admin",
            ])
            .args(["--bounding-set=-all,+net_admin", "--no-new-privs", "--"])
            .arg(helper)
            .args([&stage.socket, &stage.users]);
        stage.begin(command.stderr(Stdio::piped()));
        let office = stage.role(stage.lab.office.command(&stage.own), "office");
        stage.begin_role(office);
        stage
    }

    /// Starts a program that says a line when it is ready.
    fn begin(&mut self, command: &mut Command) {
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert!(line.contains("listens"), "{line}");
        self.children.push(child);
    }

    fn begin_role(&mut self, mut command: Command) {
        self.begin(command.stderr(Stdio::piped()));
    }

    fn role(&self, mut command: Command, role: &str) -> Command {
        command
            .args(["--exact", "be", "--ignored", "--nocapture"])
            .env(ROLE, role)
            .env("PUENTE_TUNNEL_TEST_SOCKET", &self.socket)
            .current_dir("/");
        command
    }

    /// What a program of that user gets as the answer to a line.
    fn said(&self, uid: u32, line: &str) -> Answer {
        let mut command = self.lab.client.command("setpriv");
        command
            .args([&format!("--reuid={uid}"), &format!("--regid={uid}")])
            .args(["--clear-groups", "--inh-caps=-all", "--bounding-set=-all"])
            .args(["--no-new-privs", "--"])
            .arg(&self.own);
        let mut child = self
            .role(command, "ask")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        writeln!(child.stdin.take().unwrap(), "{line}").unwrap();
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let answer = text
            .lines()
            .find_map(|line| Some(line.split_once("answer: ")?.1));
        serde_json::from_str(answer.unwrap_or_else(|| panic!("{text}"))).unwrap()
    }

    fn asks(&self, uid: u32, request: &Request) -> Answer {
        self.said(uid, &serde_json::to_string(request).unwrap())
    }

    /// Whether the office answers through the whole PC's network, however busy this machine is.
    fn reaches_office(&self) -> bool {
        self.is_answered_within("100")
    }

    /// Whether it does not. Nothing says so where packets are lost: it is given a while.
    fn misses_office(&self) -> bool {
        !self.is_answered_within("3")
    }

    fn is_answered_within(&self, seconds: &str) -> bool {
        let command = self.lab.client.command_as_nobody(&self.own);
        let mut command = self.role(command, "reach");
        command
            .env(LIMIT, seconds)
            .output()
            .unwrap()
            .status
            .success()
    }

    /// A tunnel for the lab's server, which knows it when this returns, and its public key.
    fn tunnel(&self) -> (Tunnel, String) {
        let key = self.lab.server.run("wg genkey").unwrap().trim().to_owned();
        let public = self
            .lab
            .server
            .run(&format!("echo {key} | wg pubkey"))
            .unwrap()
            .trim()
            .to_owned();
        self.lab
            .server
            .run(&format!(
                "wg set wg0 peer {public} allowed-ips 10.8.3.30/32"
            ))
            .unwrap();
        let tunnel = Tunnel {
            private_key: key,
            public_key: self.lab.public_key().unwrap(),
            preshared_key: None,
            endpoint: format!("{SERVER}:{PORT}").parse().unwrap(),
            addresses: vec![("10.8.3.30".parse().unwrap(), 32)],
            allowed: vec![
                ("10.8.3.0".parse().unwrap(), 24),
                ("192.168.77.0".parse().unwrap(), 24),
            ],
            mtu: 1420,
            keepalive: Some(25),
        };
        (tunnel, public)
    }

    /// The tunnel's state once its peer has answered.
    fn agreed(&self) -> Status {
        let end = Instant::now() + Duration::from_secs(100);
        loop {
            let answer = self.asks(ANA, &Request::Status { id: OFFICE_VPN });
            if let Answer::Status {
                tunnel: Some(status),
            } = answer
                && status.handshake_seconds.is_some()
            {
                return status;
            }
            assert!(Instant::now() < end, "no handshake");
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for child in &mut self.children {
            drop(child.stdin.take());
            drop(child.kill());
            drop(child.wait());
        }
    }
}

fn refused(why: Why) -> impl Fn(&Answer) -> bool {
    move |answer| matches!(answer, Answer::Refused { why: found, .. } if *found == why)
}

#[test]
fn whoever_is_listed_gets_a_tunnel_of_the_whole_pc_and_nobody_else_touches_it() {
    let stage = Stage::new();
    let (tunnel, public) = stage.tunnel();
    let up = |id: Id| Request::Up {
        id,
        tunnel: tunnel.clone(),
    };
    assert!(stage.misses_office(), "nothing leads there yet");
    let stranger = stage.asks(STRANGER, &up(OFFICE_VPN));
    assert!(refused(Why::NotAllowed)(&stranger), "{stranger:?}");
    for line in ["{}", "nonsense", r#"{"verb":"run","command":"id"}"#] {
        let answer = stage.said(ANA, line);
        assert!(refused(Why::Invalid)(&answer), "{answer:?}");
    }
    let mut everything = tunnel.clone();
    everything.allowed = vec![("0.0.0.0".parse().unwrap(), 0)];
    let answer = stage.asks(
        ANA,
        &Request::Up {
            id: OFFICE_VPN,
            tunnel: everything,
        },
    );
    assert!(refused(Why::Invalid)(&answer), "{answer:?}");

    assert_eq!(stage.asks(ANA, &up(OFFICE_VPN)), Answer::Done);
    assert!(stage.reaches_office());
    let status = stage.agreed();
    assert_eq!(status.interface, "puente1");
    let endpoint = status.endpoint.map(|endpoint| endpoint.to_string());
    assert_eq!(endpoint, Some(format!("{SERVER}:{PORT}")));

    // It is Ana's: Luz neither sees nor ends it, nor takes its way with one of her own.
    let unseen = stage.asks(LUZ, &Request::Status { id: OFFICE_VPN });
    assert_eq!(unseen, Answer::Status { tunnel: None });
    assert_eq!(
        stage.asks(LUZ, &Request::Down { id: OFFICE_VPN }),
        Answer::Done
    );
    let answer = stage.asks(LUZ, &up(OFFICE_VPN));
    assert!(refused(Why::Taken)(&answer), "{answer:?}");
    assert!(stage.reaches_office());

    // Nor does Ana's sample profile see or end that of her office, though both call it 3.
    let unseen = stage.asks(ANA, &Request::Status { id: SAMPLE_VPN });
    assert_eq!(unseen, Answer::Status { tunnel: None });
    assert_eq!(
        stage.asks(ANA, &Request::Down { id: SAMPLE_VPN }),
        Answer::Done
    );
    let answer = stage.asks(ANA, &up(SAMPLE_VPN));
    let Answer::Refused { why, detail } = &answer else {
        panic!("{answer:?}");
    };
    assert_eq!((*why, detail.as_str()), (Why::Taken, "10.8.3.0/24 puente1"));
    assert!(stage.reaches_office());

    // A change of the list counts at once, and a list that others may write counts for nobody.
    std::fs::write(&stage.users, format!("{LUZ}\n")).unwrap();
    let answer = stage.asks(ANA, &Request::Down { id: OFFICE_VPN });
    assert!(refused(Why::NotAllowed)(&answer), "{answer:?}");
    std::fs::write(&stage.users, format!("{ANA}\n")).unwrap();

    stage
        .lab
        .server
        .run(&format!("wg set wg0 peer {public} remove"))
        .unwrap();
    assert!(stage.misses_office(), "revoked");
    assert_eq!(
        stage.asks(ANA, &Request::Down { id: OFFICE_VPN }),
        Answer::Done
    );
    let links = stage.lab.client.run("ip -o link").unwrap();
    assert!(!links.contains("puente"), "{links}");
}

/// What this program does inside the lab.
#[test]
#[ignore = "runs inside the lab, when another test starts it"]
fn be() {
    match std::env::var(ROLE).unwrap_or_default().as_str() {
        "office" => office(),
        "ask" => ask(),
        "reach" => {
            let address = format!("{OFFICE}:7").parse().unwrap();
            let limit = Duration::from_secs(std::env::var(LIMIT).unwrap().parse().unwrap());
            let mut stream = TcpStream::connect_timeout(&address, limit).unwrap();
            stream.write_all(b"hola").unwrap();
            let mut heard = [0; 4];
            stream.read_exact(&mut heard).unwrap();
            assert_eq!(&heard, b"hola");
        }
        other => panic!("nobody is to be {other:?}"),
    }
}

fn ask() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let path = std::env::var_os("PUENTE_TUNNEL_TEST_SOCKET").unwrap();
    let mut stream = UnixStream::connect(path).unwrap();
    // Whoever is refused at the door gets his answer before he has spoken.
    drop(stream.write_all(line.as_bytes()));
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    println!("answer: {}", answer.trim());
}

fn office() {
    let listener = TcpListener::bind((OFFICE, 7)).unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut bytes = [0; 4];
            if stream.read_exact(&mut bytes).is_ok() {
                drop(stream.write_all(&bytes));
            }
        }
    });
    eprintln!("listens");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}
