//! The tunnel that needs no administrator, from the technician's PC to the office.

use crate::inside::{Inside, itself, tell};
use puente_core::{Cancel, SystemClock};
use puente_sandbox::vpn::{Lab, OFFICE, PORT, SERVER};
use puente_vpn::conf::Config;
use puente_vpn::forward::{Forwarder, HANDSHAKE, State};
use puente_vpn::keys::PrivateKey;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A client's file for the lab's server, which knows the client when this returns.
pub fn joined(lab: &Lab, address: &str) -> Config {
    let private_key = PrivateKey::generate();
    let public = private_key.public();
    lab.server
        .run(&format!(
            "wg set wg0 peer {public} allowed-ips {address}/32"
        ))
        .unwrap();
    let text = format!(
        "[Interface]\nPrivateKey = {}\nAddress = {address}/32\n[Peer]\nPublicKey = {}\n\
         Endpoint = {SERVER}:{PORT}\nAllowedIPs = 10.8.3.0/24, 192.168.77.0/24\nPersistentKeepalive = 25\n",
        private_key.written().expose(),
        lab.public_key().unwrap()
    );
    Config::parse(&text).unwrap()
}

fn office(port: u16) -> SocketAddr {
    format!("{OFFICE}:{port}").parse().unwrap()
}

/// What the technician's PC does: takes the file from its input, and tells what it meets.
pub fn technician(words: &[&str]) {
    let mut lines = std::io::stdin().lock().lines();
    let mut text = String::new();
    for line in lines.by_ref() {
        let line = line.unwrap();
        if line == "." {
            break;
        }
        text.push_str(&line);
        text.push('\n');
    }
    let config = Config::parse(&text).unwrap();
    let start = Instant::now();
    let tunnel = Forwarder::start(config, Arc::new(SystemClock)).unwrap();
    match words {
        ["everything"] => everything(&tunnel, start),
        ["steps"] => {
            tell("ready");
            for line in lines {
                step(&tunnel, &line.unwrap());
            }
        }
        other => panic!("{other:?}"),
    }
}

fn everything(tunnel: &Forwarder, start: Instant) {
    let echo = tunnel.open(office(7), 0).unwrap();
    tunnel.wait(HANDSHAKE, &Cancel::new()).unwrap();
    let mut stream = TcpStream::connect(echo.address).unwrap();
    stream.write_all(b"hola").unwrap();
    stream.read_exact(&mut [0; 4]).unwrap();
    let first = start.elapsed();
    assert!(first < Duration::from_secs(1), "{first:?}");

    // A half-closed connection: all is said, and the answer comes after it.
    let swallow = tunnel.open(office(9), 0).unwrap();
    assert_eq!(swallowed(swallow.address, 3_000_000), 3_000_000);

    let give = tunnel.open(office(19), 0).unwrap();
    assert_eq!(given(give.address, 20_000_000), 20_000_000);

    // Many at a time, more than share the large buffers.
    let address = echo.address;
    let threads: Vec<_> = (0..100_u8)
        .map(|n| {
            std::thread::spawn(move || {
                let mut stream = TcpStream::connect(address).unwrap();
                let said = vec![n; 40_000];
                let mut writer = stream.try_clone().unwrap();
                let writing = {
                    let said = said.clone();
                    std::thread::spawn(move || writer.write_all(&said).unwrap())
                };
                let mut heard = vec![0; said.len()];
                stream.read_exact(&mut heard).unwrap();
                writing.join().unwrap();
                assert_eq!(heard, said);
            })
        })
        .collect();
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());

    // Whoever hangs up, and a port where nobody listens, end as they would without the tunnel.
    let hangs_up = tunnel.open(office(99), 0).unwrap();
    let mut stream = TcpStream::connect(hangs_up.address).unwrap();
    assert_eq!(stream.read(&mut [0; 1]).unwrap_or(0), 0);
    let closed = tunnel.open(office(1), 0).unwrap();
    let mut stream = TcpStream::connect(closed.address).unwrap();
    assert!(
        stream.read(&mut [0; 1]).is_err(),
        "a refused connection is reset"
    );

    // Fresh keys in the middle of something.
    let reader = std::thread::spawn(move || given(give.address, 30_000_000));
    tunnel.renew();
    assert_eq!(reader.join().unwrap(), 30_000_000);

    let status = tunnel.status();
    assert_eq!(status.state, State::Up);
    tell(format!("first byte after {first:?}; {status:?}"));
}

fn swallowed(address: SocketAddr, size: usize) -> usize {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(&vec![1; size]).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.trim().parse().unwrap()
}

fn given(address: SocketAddr, size: u64) -> u64 {
    let mut stream = TcpStream::connect(address).unwrap();
    writeln!(stream, "{size}").unwrap();
    std::io::copy(&mut stream, &mut std::io::sink()).unwrap()
}

/// One step of a story that the test outside tells.
fn step(tunnel: &Forwarder, line: &str) {
    match line {
        "wait" => match tunnel.wait(HANDSHAKE, &Cancel::new()) {
            Ok(()) => tell("up"),
            Err(error) => tell(error),
        },
        "echo" => {
            let door = tunnel.open(office(7), 0).unwrap();
            let mut stream = TcpStream::connect(door.address).unwrap();
            stream
                .set_read_timeout(Some(Duration::from_secs(20)))
                .unwrap();
            stream.write_all(b"hola\n").unwrap();
            let mut heard = String::new();
            match BufReader::new(stream).read_line(&mut heard) {
                Ok(_) => tell(heard.trim()),
                Err(error) => tell(error),
            }
        }
        "renew" => tunnel.renew(),
        other => panic!("{other}"),
    }
}

fn start(lab: &Lab, role: &str, config: &Config) -> Inside {
    let mut command = lab
        .client
        .command_as_nobody(lab.install(&std::env::current_exe().unwrap()).unwrap());
    command.current_dir("/");
    let mut inside = Inside::begin(command, role);
    for line in config.render().lines() {
        inside.say(line);
    }
    inside.say(".");
    inside
}

#[test]
fn nobody_reaches_the_office_with_many_connections_half_closed_ones_and_fresh_keys() {
    let lab = Lab::start().unwrap();
    let _office = Inside::start(itself(&lab, &lab.office), "office");
    let mut pc = start(&lab, "tunnel everything", &joined(&lab, "10.8.3.10"));
    println!("{}", pc.line());
}

#[test]
fn a_peer_that_moves_is_found_and_one_that_is_revoked_is_cut() {
    let lab = Lab::start().unwrap();
    let _office = Inside::start(itself(&lab, &lab.office), "office");
    let config = joined(&lab, "10.8.3.10");
    let mut pc = start(&lab, "tunnel steps", &config);
    assert_eq!(pc.line(), "ready");
    pc.say("wait");
    assert_eq!(pc.line(), "up");
    pc.say("echo");
    assert_eq!(pc.line(), "hola");

    // The PC changes its network: another address, as from the cable to the radio.
    lab.client
        .run("ip addr add 10.250.0.3/24 dev cable; ip addr del 10.250.0.2/24 dev cable; ip addr add 10.250.0.3/24 dev cable 2>/dev/null || true")
        .unwrap();
    pc.say("echo");
    assert_eq!(pc.line(), "hola");

    // The server starts anew: its WireGuard remembers no session.
    let public = config.private_key.public();
    lab.restart_server().unwrap();
    lab.server
        .run(&format!(
            "wg set wg0 peer {public} allowed-ips 10.8.3.10/32"
        ))
        .unwrap();
    pc.say("renew");
    pc.say("echo");
    assert_eq!(pc.line(), "hola");
}

#[test]
fn silence_is_told_after_ten_seconds_with_the_address_that_is_silent() {
    let lab = Lab::start().unwrap();
    let mut config = joined(&lab, "10.8.3.10");
    config.peer.port = PORT + 1;
    let mut pc = start(&lab, "tunnel steps", &config);
    assert_eq!(pc.line(), "ready");
    pc.say("wait");
    let said = pc.line();
    assert!(
        said.contains("no handshake with 10.250.0.1:51821 within 10 s"),
        "{said}"
    );
}
