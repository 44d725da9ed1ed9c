//! The tunnel that needs no administrator, from the technician's PC to the office.

use crate::inside::{Inside, itself, tell};
use puente_core::{Cancel, SystemClock};
use puente_sandbox::vpn::{Lab, OFFICE, PORT, SERVER, TurnedClock};
use puente_vpn::conf::{Config, Peer};
use puente_vpn::forward::{Forwarder, HANDSHAKE, State, Status};
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
            let mut held = None;
            for line in lines {
                step(&tunnel, &mut held, &line.unwrap());
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
fn step(tunnel: &Forwarder, held: &mut Option<TcpStream>, line: &str) {
    let connect = || connected(tunnel, office(7));
    match line.split(' ').collect::<Vec<_>>()[..] {
        ["wait"] => match tunnel.wait(HANDSHAKE, &Cancel::new()) {
            Ok(()) => tell("up"),
            Err(error) => tell(error),
        },
        ["echo"] => tell(echoed(&connect())),
        ["echo", address] => {
            let target = SocketAddr::new(address.parse().unwrap(), 7);
            match tunnel.wait_for(target, HANDSHAKE, &Cancel::new()) {
                Ok(()) => tell(echoed(&connected(tunnel, target))),
                Err(error) => tell(error),
            }
        }
        ["held"] => tell(echoed(held.get_or_insert_with(connect))),
        ["renew"] => tunnel.renew(),
        ["age", "from", from, "to", to] => {
            let wanted = from.parse::<u64>().unwrap()..to.parse().unwrap();
            let is_so = |status: &Status| {
                let age = status.handshake_seconds;
                status.state == State::Up && age.is_some_and(|age| wanted.contains(&age))
            };
            let status = until(tunnel, is_so);
            let so = if is_so(&status) { "" } else { "never " };
            tell(format!(
                "{so}{:?} {:?}",
                status.state, status.handshake_seconds
            ));
        }
        _ => panic!("{line}"),
    }
}

fn connected(tunnel: &Forwarder, target: SocketAddr) -> TcpStream {
    let door = tunnel.open(target, 0).unwrap();
    let stream = TcpStream::connect(door.address).unwrap();
    // Far longer than anything that comes takes on a busy machine.
    let limit = Some(Duration::from_secs(100));
    stream.set_read_timeout(limit).unwrap();
    stream
}

/// What comes back of a word that was said, or why nothing does.
fn echoed(mut stream: &TcpStream) -> String {
    let mut heard = String::new();
    let said = stream.write_all(b"hola\n");
    match said.and_then(|()| BufReader::new(stream).read_line(&mut heard)) {
        Ok(0) => "closed".to_owned(),
        Ok(_) => heard.trim().to_owned(),
        Err(error) => error.to_string(),
    }
}

/// How the tunnel is as soon as it is so, or after a while.
fn until(tunnel: &Forwarder, so: impl Fn(&Status) -> bool) -> Status {
    for _ in 0..4000 {
        let status = tunnel.status();
        if so(&status) {
            return status;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    tunnel.status()
}

fn start(lab: &Lab, role: &str, config: &Config) -> Inside {
    start_by(None, lab, role, config)
}

fn start_by(clock: Option<&TurnedClock>, lab: &Lab, role: &str, config: &Config) -> Inside {
    let mut command = lab
        .client
        .command_as_nobody(lab.install(&std::env::current_exe().unwrap()).unwrap());
    command.current_dir("/");
    if let Some(clock) = clock {
        clock.give_to(&mut command);
    }
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

/// A PC whose clock can be turned, with a connection to the office that it holds.
fn holding(lab: &Lab, config: &Config) -> (TurnedClock, Inside) {
    let clock = TurnedClock::new(lab).unwrap();
    let mut pc = start_by(Some(&clock), lab, "tunnel steps", config);
    assert_eq!(pc.line(), "ready");
    assert_eq!(pc.asked("wait"), "up");
    assert_eq!(pc.asked("held"), "hola");
    (clock, pc)
}

#[test]
fn keys_are_renewed_after_two_minutes_under_a_connection_that_goes_on() {
    let lab = Lab::start().unwrap();
    let _office = Inside::start(itself(&lab, &lab.office), "office");
    let (clock, mut pc) = holding(&lab, &joined(&lab, "10.8.3.10"));
    for age in (10..120).step_by(10) {
        clock.passes(Duration::from_secs(10)).unwrap();
        let said = pc.asked(&format!("age from {age} to {}", age + 10));
        assert!(said.starts_with("Up"), "after {age} s: {said}");
        assert_eq!(pc.asked("held"), "hola");
    }
    // WireGuard agrees on fresh keys when those in use are two minutes old and something is sent.
    clock.passes(Duration::from_secs(12)).unwrap();
    assert_eq!(pc.asked("held"), "hola");
    let said = pc.asked("age from 0 to 10");
    assert!(said.starts_with("Up Some("), "{said}");
    assert_eq!(pc.asked("held"), "hola");
}

#[test]
fn a_pc_that_slept_finds_its_peer_again_and_its_connections_go_on_or_end() {
    let lab = Lab::start().unwrap();
    let _office = Inside::start(itself(&lab, &lab.office), "office");
    let (clock, mut pc) = holding(&lab, &joined(&lab, "10.8.3.10"));
    // Every key has expired, and nobody spoke in between.
    clock.sleeps(Duration::from_secs(600)).unwrap();
    let said = pc.asked("age from 0 to 10");
    assert!(said.starts_with("Up Some("), "{said}");
    assert_eq!(pc.asked("held"), "hola", "it stood still with the PC");
    assert_eq!(pc.asked("echo"), "hola");

    // Where a system counts the sleep as time, a connection was silent for too long and ends.
    clock.passes(Duration::from_secs(600)).unwrap();
    let said = pc.asked("held");
    assert!(said != "hola" && !said.contains("unavailable"), "{said}");
    let said = pc.asked("age from 0 to 10");
    assert!(said.starts_with("Up Some("), "{said}");
    assert_eq!(pc.asked("echo"), "hola");
}

#[test]
fn a_server_that_starts_anew_and_one_that_moves_are_found_under_a_connection_that_goes_on() {
    let lab = Lab::start().unwrap();
    let _office = Inside::start(itself(&lab, &lab.office), "office");
    let name = |address: &str| {
        let script = format!("echo {address} oficina.test > /etc/hosts");
        lab.client.run(&script).unwrap();
    };
    name(SERVER);
    let mut config = joined(&lab, "10.8.3.10");
    "oficina.test".clone_into(&mut config.peer.host);
    let public = config.private_key.public();
    let know = format!("wg set wg0 peer {public} allowed-ips 10.8.3.10/32");
    let (clock, mut pc) = holding(&lab, &config);
    let silence = Duration::from_secs(16);

    // Its WireGuard remembers no session, and nobody tells this PC.
    lab.restart_server().unwrap();
    lab.server.run(&know).unwrap();
    pc.say("held");
    clock.passes(silence).unwrap();
    assert_eq!(pc.line(), "hola");

    // The server has another address, and its name leads there.
    lab.server
        .run("ip addr add 10.250.0.9/24 dev outer; ip addr del 10.250.0.1/24 dev outer; ip addr add 10.250.0.9/24 dev outer 2>/dev/null || true")
        .unwrap();
    name("10.250.0.9");
    pc.say("held");
    clock.passes(silence).unwrap();
    assert_eq!(pc.line(), "hola");

    // It moves again, starts anew and speaks first: whoever has its key is the server. No name leads to it,
    // so that nothing but its own word can.
    lab.client.run(": > /etc/hosts").unwrap();
    let script = format!(
        "from=$(wg show wg0 endpoints | grep -F {public} | cut -f2)
         ip addr add 10.250.0.7/24 dev outer; ip addr del 10.250.0.9/24 dev outer; ip addr add 10.250.0.7/24 dev outer 2>/dev/null || true
         wg-quick down wg0; wg-quick up wg0
         {know} endpoint $from persistent-keepalive 1"
    );
    lab.server.run(&script).unwrap();
    assert_eq!(pc.asked("held"), "hola");
}

#[test]
fn a_file_with_two_sites_leads_to_each_by_its_own_server() {
    let lab = Lab::start().unwrap();
    let mut config = joined(&lab, "10.8.3.10");
    let public = config.private_key.public();
    let script = format!(
        "umask 077
         cat > /etc/wireguard/wg1.conf <<EOF
[Interface]
Address = 10.9.0.1/24
ListenPort = 51821
PrivateKey = $(wg genkey)
[Peer]
PublicKey = {public}
AllowedIPs = 10.8.3.10/32
EOF
         wg-quick down wg0 >/dev/null 2>&1
         wg-quick up wg1
         wg show wg1 public-key"
    );
    let second = lab.server.run(&script).unwrap();
    let second = second.lines().last().unwrap().parse().unwrap();
    let _site = Inside::start(itself(&lab, &lab.server), "office 10.9.0.1");
    config.others.push(Peer {
        public_key: second,
        port: PORT + 1,
        allowed: vec!["10.9.0.0/24".parse().unwrap()],
        ..config.peer.clone()
    });
    // The first server's network holds the second's; the narrower one decides. The first is silent.
    config.peer.allowed = vec!["10.0.0.0/8".parse().unwrap()];
    let mut pc = start(&lab, "tunnel steps", &config);
    assert_eq!(pc.line(), "ready");
    assert_eq!(pc.asked("wait"), "up", "one is enough");
    assert_eq!(pc.asked("echo 10.9.0.1"), "hola");
    let said = pc.asked("age from 0 to 10");
    assert!(
        said.starts_with("Up Some("),
        "as good as the better: {said}"
    );
}
