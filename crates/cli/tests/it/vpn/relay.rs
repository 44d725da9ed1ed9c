//! The office's port 3050, which leads to the private Firebird server of this machine: spaces share
//! files, and no network. What the database says can be counted, held and cut.

use puente_sandbox::vpn::{Lab, OFFICE};
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Where the office's database is reached through, for the program inside.
const SOCKET: &str = "PUENTE_LAB_SOCKET";

/// The way from the office's port to the database.
pub struct Relay {
    office: Child,
    output: BufReader<ChildStdout>,
    gate: Arc<Gate>,
}

/// What everything that the database says goes through.
#[derive(Default)]
struct Gate {
    at: Mutex<At>,
    changed: Condvar,
}

#[derive(Default)]
struct At {
    passed: u64,
    hold_at: Option<u64>,
    held: bool,
}

impl Gate {
    fn pass(&self, size: usize) {
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        at.passed += size as u64;
        while at.hold_at.is_some_and(|hold| at.passed >= hold) {
            at.held = true;
            self.changed.notify_all();
            at = self
                .changed
                .wait(at)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Relay {
    /// The office listens when this returns.
    pub fn new(lab: &Lab, port: u16) -> Relay {
        let socket = lab.folder().join("firebird.socket");
        let listener = UnixListener::bind(&socket).unwrap();
        let gate = Arc::new(Gate::default());
        let of_all = Arc::clone(&gate);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else {
                    continue;
                };
                drop(server.set_nodelay(true));
                let gate = Arc::clone(&of_all);
                join(stream, server, move |size| gate.pass(size));
            }
        });
        let own = lab.install(&std::env::current_exe().unwrap()).unwrap();
        let mut office = lab
            .office
            .command(own)
            .args(["--exact", "vpn::relay::office", "--ignored", "--nocapture"])
            .env(SOCKET, &socket)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(office.stdout.take().unwrap());
        let mut relay = Relay {
            office,
            output,
            gate,
        };
        relay.hear("the office listens");
        relay
    }

    /// Nothing passes any more after so many bytes.
    pub fn hold_after(&self, size: u64) {
        let mut at = self.gate.at.lock().unwrap();
        at.hold_at = Some(at.passed + size);
        at.held = false;
    }

    /// Waits until something is held.
    pub fn wait_held(&self) {
        let at = self.gate.at.lock().unwrap();
        let limit = Duration::from_secs(60);
        let (at, _) = self
            .gate
            .changed
            .wait_timeout_while(at, limit, |at| !at.held)
            .unwrap();
        assert!(at.held, "so much was never said");
    }

    /// Ends every connection as a host that starts anew does, with a word that may be lost.
    pub fn cut(&mut self) {
        writeln!(self.office.stdin.as_mut().unwrap(), "cut").unwrap();
        self.hear("the office cut");
        self.gate.at.lock().unwrap().hold_at = None;
        self.gate.changed.notify_all();
    }

    fn hear(&mut self, expected: &str) {
        let mut line = String::new();
        while !line.contains(expected) {
            line.clear();
            assert!(self.output.read_line(&mut line).unwrap() > 0);
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        drop(self.office.stdin.take());
        drop(self.office.wait());
    }
}

#[test]
#[ignore = "runs inside the lab, when another test starts it"]
fn office() {
    let socket = PathBuf::from(std::env::var_os(SOCKET).unwrap());
    let listener = TcpListener::bind((OFFICE, 3050)).unwrap();
    let open = Arc::new(Mutex::new(Vec::new()));
    let all = Arc::clone(&open);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            drop(stream.set_nodelay(true));
            all.lock().unwrap().push(stream.try_clone().unwrap());
            join(UnixStream::connect(&socket).unwrap(), stream, |_| ());
        }
    });
    println!("the office listens");
    for line in std::io::stdin().lines() {
        assert_eq!(line.unwrap(), "cut");
        for stream in open.lock().unwrap().drain(..) {
            let options = socket2::SockRef::from(&stream);
            drop(options.set_linger(Some(Duration::ZERO)));
            drop(stream.shutdown(Shutdown::Both));
        }
        println!("the office cut");
    }
}

/// Both ways, each until its end. `heard` sees what the second says, before the first does.
fn join(unix: UnixStream, tcp: TcpStream, heard: impl Fn(usize) + Send + 'static) {
    let (mut from_unix, mut to_tcp) = (unix.try_clone().unwrap(), tcp.try_clone().unwrap());
    std::thread::spawn(move || {
        drop(std::io::copy(&mut from_unix, &mut to_tcp));
        drop(to_tcp.shutdown(Shutdown::Write));
    });
    let (mut from_tcp, mut to_unix) = (tcp, unix);
    std::thread::spawn(move || {
        let mut bytes = vec![0; 16 << 10];
        while let Ok(size @ 1..) = from_tcp.read(&mut bytes) {
            heard(size);
            if to_unix.write_all(&bytes[..size]).is_err() {
                break;
            }
        }
        drop(to_unix.shutdown(Shutdown::Write));
    });
}
