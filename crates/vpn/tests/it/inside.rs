//! Programs that run inside the lab: this test program again, told by its environment what to be.

use puente_sandbox::vpn::{Lab, Space};
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, ChildStdin, Command, Stdio};

/// What the program is to be.
const ROLE: &str = "PUENTE_LAB_ROLE";

/// A program inside the lab, which ends when its input does.
pub struct Inside {
    child: Child,
    input: Option<ChildStdin>,
    /// What it said first.
    pub first: String,
    output: BufReader<std::process::ChildStdout>,
}

impl Inside {
    /// Starts this program there, in that role, and waits for its first line.
    pub fn start(command: Command, role: &str) -> Inside {
        let mut inside = Inside::begin(command, role);
        inside.first = inside.line();
        inside
    }

    /// Starts this program there, in that role.
    pub fn begin(mut command: Command, role: &str) -> Inside {
        let mut child = command
            .args([
                "--exact",
                "inside::be",
                "--ignored",
                "--nocapture",
                "--test-threads=1",
            ])
            .env(ROLE, role)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        Inside {
            child,
            input,
            first: String::new(),
            output,
        }
    }

    /// The next line that it says.
    pub fn line(&mut self) -> String {
        loop {
            let mut line = String::new();
            let size = self.output.read_line(&mut line).unwrap();
            assert!(size > 0, "the program inside ended without a word");
            if let Some((_, said)) = line.split_once("lab: ") {
                return said.trim().to_owned();
            }
        }
    }

    /// What it answers to a line.
    pub fn asked(&mut self, line: &str) -> String {
        self.say(line);
        self.line()
    }

    /// Says a line to it.
    pub fn say(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        drop(self.input.take());
        drop(self.child.wait());
    }
}

/// This program, in a space of the lab.
pub fn itself(lab: &Lab, space: &Space) -> Command {
    space.command(lab.install(&std::env::current_exe().unwrap()).unwrap())
}

/// What a program inside does, by its role.
#[test]
#[ignore = "runs inside the lab, when another test starts it"]
fn be() {
    let role = std::env::var(ROLE).unwrap_or_default();
    let words: Vec<&str> = role.split(' ').collect();
    match words[..] {
        ["office"] => office(puente_sandbox::vpn::OFFICE),
        ["office", address] => office(address),
        ["tunnel", ..] => crate::tunnel::technician(&words[1..]),
        _ => panic!("nobody is to be {role:?}"),
    }
}

/// Says a line that whoever started this program waits for.
pub fn tell(line: impl std::fmt::Display) {
    println!("lab: {line}");
    std::io::stdout().flush().unwrap();
}

/// A host with services to talk to: 7 gives back what it gets, 9 swallows and says how much it was, 19
/// gives the asked number of bytes, 99 hangs up.
fn office(address: &str) {
    for (port, serve) in [
        (7, echo as fn(TcpStream)),
        (9, swallow),
        (19, give),
        (99, hang_up),
    ] {
        let listener = TcpListener::bind((address, port)).unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || serve(stream));
            }
        });
    }
    tell("open");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

fn echo(mut stream: TcpStream) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(size @ 1..) = stream.read(&mut bytes) {
        if stream.write_all(&bytes[..size]).is_err() {
            return;
        }
    }
}

fn swallow(mut stream: TcpStream) {
    let size = std::io::copy(&mut stream, &mut std::io::sink()).unwrap_or_default();
    // What came is told after the other side has said that it was all: a half-closed connection.
    drop(writeln!(stream, "{size}"));
}

fn give(stream: TcpStream) {
    let mut line = String::new();
    let mut reader = BufReader::new(stream);
    if reader.read_line(&mut line).is_err() {
        return;
    }
    let Ok(mut left) = line.trim().parse::<usize>() else {
        return;
    };
    let bytes = vec![b'x'; 64 * 1024];
    let mut stream = reader.into_inner();
    while left > 0 {
        let size = left.min(bytes.len());
        if stream.write_all(&bytes[..size]).is_err() {
            return;
        }
        left -= size;
    }
}

fn hang_up(stream: TcpStream) {
    drop(stream.shutdown(Shutdown::Both));
}
