//! Compares, in the lab, the tunnel that needs no administrator with `wireguard-go` and with no tunnel:
//! `npm run bench:vpn`. Needs Linux and root.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement that can't be made has failed"
)]

use puente_core::{Cancel, SystemClock};
use puente_sandbox::vpn::{Lab, OFFICE, PORT, SERVER};
use puente_vpn::conf::Config;
use puente_vpn::forward::{Forwarder, HANDSHAKE};
use puente_vpn::keys::PrivateKey;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bytes of one measurement.
const SIZE: u64 = 400_000_000;
/// Questions of one measurement.
const QUESTIONS: u32 = 3000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["office"] => office(),
        ["straight"] => measure(address(1), address(2), address(3)),
        ["tunnel"] => tunnel(),
        _ => compare(),
    }
}

fn compare() {
    let lab = Lab::start().unwrap();
    let own = lab.install(&std::env::current_exe().unwrap()).unwrap();
    let mut office = lab
        .office
        .command(&own)
        .arg("office")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(office.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();

    lab.client
        .run("ip route add 192.168.77.0/24 via 10.250.0.1")
        .unwrap();
    run("no tunnel", lab.client.command(&own).arg("straight"), "");
    lab.client.run("ip route del 192.168.77.0/24").unwrap();

    let file = joined(&lab, "10.8.3.10");
    std::fs::write(lab.folder().join("pc0.conf"), &file).unwrap();
    lab.client
        .run(&format!(
            "umask 077; cp {}/pc0.conf /etc/wireguard/; wg-quick up pc0",
            lab.folder().display()
        ))
        .unwrap();
    run("wireguard-go", lab.client.command(&own).arg("straight"), "");
    lab.client.run("wg-quick down pc0").unwrap();

    let file = joined(&lab, "10.8.3.11");
    let mut nobody = lab.client.command_as_nobody(&own);
    run("no administrator", nobody.arg("tunnel"), &file);
    drop(office.stdin.take());
    office.wait().unwrap();
}

fn run(name: &str, command: &mut Command, input: &str) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{name}");
    print!("{name}\n{}", String::from_utf8_lossy(&output.stdout));
}

fn joined(lab: &Lab, address: &str) -> String {
    let key = PrivateKey::generate();
    let public = key.public();
    lab.server
        .run(&format!(
            "wg set wg0 peer {public} allowed-ips {address}/32"
        ))
        .unwrap();
    format!(
        "[Interface]\nPrivateKey = {}\nAddress = {address}/32\n[Peer]\nPublicKey = {}\n\
         Endpoint = {SERVER}:{PORT}\nAllowedIPs = 10.8.3.0/24, 192.168.77.0/24\n",
        key.written().expose(),
        lab.public_key().unwrap()
    )
}

fn address(port: u16) -> SocketAddr {
    format!("{OFFICE}:{port}").parse().unwrap()
}

/// 1 gives, 2 takes, 3 answers.
fn office() {
    for (port, serve) in [(1, give as fn(TcpStream)), (2, take), (3, answer)] {
        let listener = TcpListener::bind((OFFICE, port)).unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || serve(stream));
            }
        });
    }
    println!("open");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

fn give(mut stream: TcpStream) {
    let bytes = vec![b'x'; 128 * 1024];
    let mut left = SIZE;
    while left > 0 {
        let size = usize::try_from(left).unwrap().min(bytes.len());
        if stream.write_all(&bytes[..size]).is_err() {
            return;
        }
        left -= size as u64;
    }
}

fn take(mut stream: TcpStream) {
    let size = std::io::copy(&mut stream, &mut std::io::sink()).unwrap_or_default();
    drop(writeln!(stream, "{size}"));
}

fn answer(mut stream: TcpStream) {
    drop(stream.set_nodelay(true));
    let mut byte = [0];
    while stream.read_exact(&mut byte).is_ok() && stream.write_all(&byte).is_ok() {}
}

fn tunnel() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).unwrap();
    let config = Config::parse(&text).unwrap();
    let start = Instant::now();
    let tunnel = Forwarder::start(config, Arc::new(SystemClock)).unwrap();
    let doors: Vec<_> = (1..=3)
        .map(|port| tunnel.open(address(port), 0).unwrap())
        .collect();
    tunnel.wait(HANDSHAKE, &Cancel::new()).unwrap();
    let mut stream = TcpStream::connect(doors[2].address).unwrap();
    stream.write_all(b"x").unwrap();
    stream.read_exact(&mut [0]).unwrap();
    println!("  first byte       {:>8.1} ms", millis(start.elapsed()));
    measure(doors[0].address, doors[1].address, doors[2].address);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    println!(
        "  peak memory      {}",
        peak.trim_start_matches("VmHWM:").trim()
    );
}

fn measure(giver: SocketAddr, taker: SocketAddr, answerer: SocketAddr) {
    let start = Instant::now();
    let mut stream = TcpStream::connect(giver).unwrap();
    let size = std::io::copy(&mut stream, &mut std::io::sink()).unwrap();
    assert_eq!(size, SIZE);
    println!("  from the office  {:>8.0} Mbit/s", rate(start.elapsed()));

    let start = Instant::now();
    let mut stream = TcpStream::connect(taker).unwrap();
    let bytes = vec![1; 128 * 1024];
    let mut left = SIZE;
    while left > 0 {
        let size = usize::try_from(left).unwrap().min(bytes.len());
        stream.write_all(&bytes[..size]).unwrap();
        left -= size as u64;
    }
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    assert_eq!(said.trim(), SIZE.to_string());
    println!("  to the office    {:>8.0} Mbit/s", rate(start.elapsed()));

    let mut stream = TcpStream::connect(answerer).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut times: Vec<Duration> = (0..QUESTIONS)
        .map(|_| {
            let start = Instant::now();
            stream.write_all(b"x").unwrap();
            stream.read_exact(&mut [0]).unwrap();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let at = |percent: usize| millis(times[times.len() * percent / 100]);
    println!(
        "  answer           {:>8.2} ms (median), {:.2} ms (99 of 100)",
        at(50),
        at(99)
    );
}

fn rate(time: Duration) -> f64 {
    SIZE as f64 * 8.0 / 1e6 / time.as_secs_f64()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
