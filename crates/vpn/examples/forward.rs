//! Opens a tunnel from a `.conf` and a port that leads to a place behind it, until the input ends:
//! `cargo run -p puente-vpn --example forward -- FILE ADDRESS:PORT [LOCAL PORT]`. For measurements.

use puente_core::{Cancel, SystemClock};
use puente_vpn::conf::Config;
use puente_vpn::forward::{Forwarder, HANDSHAKE};
use std::sync::Arc;
use std::time::Instant;

#[allow(clippy::print_stdout, reason = "what it is for")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().collect();
    let [_, file, target, port @ ..] = &words[..] else {
        return Err("FILE ADDRESS:PORT [LOCAL PORT]".into());
    };
    let port = port.first().map_or(Ok(0), |port| port.parse())?;
    let config = Config::parse(&std::fs::read_to_string(file)?)?;
    let start = Instant::now();
    let tunnel = Forwarder::start(config, Arc::new(SystemClock))?;
    let door = tunnel.open(target.parse()?, port)?;
    tunnel.wait(HANDSHAKE, &Cancel::new())?;
    println!("{} up after {:?}", door.address, start.elapsed());
    std::io::stdin().read_line(&mut String::new())?;
    println!("{:?}", tunnel.status());
    Ok(())
}
