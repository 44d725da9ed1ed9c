//! The helper on Linux: who may ask, and the tunnels that there are.

mod engine;
mod net;

use engine::Engine;
use puente_tunnel::{Answer, Id, LAST, LONGEST, PREFIX, Request, Tunnel, Why};
use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a caller may take to say his line.
const PATIENCE: Duration = Duration::from_secs(5);
/// Callers at a time: more wait for the system to take them.
const MOST_CALLERS: usize = 16;
/// Tunnels at a time, of all users.
const MOST_TUNNELS: usize = 32;

/// Each by its user and by the id that he gives it: nobody sees, ends or replaces another's.
type Tunnels = Arc<Mutex<HashMap<Key, Held>>>;
type Key = (u32, Id);

/// A tunnel that is open.
struct Held {
    /// The number in its interface's name.
    number: u32,
    allowed: Vec<(IpAddr, u8)>,
    engine: Engine,
}

/// Listens until the process ends.
pub fn serve(socket: &Path, users: &Path) -> std::io::Result<()> {
    // What a helper that was killed left behind.
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let listener = UnixListener::bind(socket)?;
    // Everyone may knock; who may ask is decided for each caller, by the kernel's word.
    std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o666))?;
    let tunnels = Tunnels::default();
    let callers = Arc::new(());
    eprintln!("puente-tunnel: listens on {}", socket.display());
    for stream in listener.incoming() {
        let stream = stream?;
        if Arc::strong_count(&callers) > MOST_CALLERS {
            continue;
        }
        let (tunnels, here, users) = (Arc::clone(&tunnels), Arc::clone(&callers), users.to_owned());
        std::thread::Builder::new().spawn(move || {
            // A caller who has gone needs no answer.
            drop(attend(stream, &users, &tunnels));
            drop(here);
        })?;
    }
    Ok(())
}

fn attend(stream: UnixStream, users: &Path, tunnels: &Tunnels) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let uid = rustix::net::sockopt::socket_peercred(&stream)?.uid.as_raw();
    let answer = match may_ask(users, uid) {
        true => {
            let mut line = String::new();
            BufReader::new((&stream).take(LONGEST)).read_line(&mut line)?;
            match serde_json::from_str(&line) {
                Ok(request) => act(request, uid, tunnels),
                Err(error) => refused(Why::Invalid, shape(&error)),
            }
        }
        false => refused(Why::NotAllowed, format!("uid {uid}")),
    };
    let mut text = serde_json::to_string(&answer)?;
    text.push('\n');
    (&stream).write_all(text.as_bytes())
}

/// Where a request is malformed, without a word of it: it may hold a key.
fn shape(error: &serde_json::Error) -> String {
    format!("column {}", error.column())
}

fn refused(why: Why, detail: impl ToString) -> Answer {
    Answer::Refused {
        why,
        detail: detail.to_string(),
    }
}

/// Whether the file names the user. It is read for each caller, so that a change counts at once; one that
/// others than root may write counts as empty.
fn may_ask(users: &Path, uid: u32) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(file) = std::fs::metadata(users) else {
        return false;
    };
    if file.uid() != 0 || file.mode() & 0o022 != 0 {
        eprintln!("puente-tunnel: {} is not root's alone", users.display());
        return false;
    }
    let text = std::fs::read_to_string(users).unwrap_or_default();
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    allows(&text, &passwd, uid)
}

/// Whether the list holds that user, by number or by the name that `/etc/passwd` gives it.
fn allows(list: &str, passwd: &str, uid: u32) -> bool {
    let number = uid.to_string();
    let names = |name: &str| {
        passwd.lines().any(|line| {
            let mut fields = line.split(':');
            fields.next() == Some(name) && fields.nth(1) == Some(number.as_str())
        })
    };
    list.lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|name| !name.is_empty())
        .any(|name| name == number || names(name))
}

fn act(request: Request, uid: u32, tunnels: &Tunnels) -> Answer {
    let mut tunnels = tunnels.lock().unwrap_or_else(PoisonError::into_inner);
    let id = match &request {
        Request::Up { id, .. } | Request::Down { id } | Request::Status { id } => *id,
    };
    if !(1..=LAST).contains(&id.vpn) {
        return refused(Why::Invalid, "id");
    }
    let key = (uid, id);
    match request {
        Request::Status { .. } => Answer::Status {
            tunnel: tunnels.get(&key).map(|held| held.engine.status()),
        },
        Request::Down { .. } => {
            tunnels.remove(&key);
            Answer::Done
        }
        Request::Up { tunnel, .. } => open(key, &tunnel, &mut tunnels),
    }
}

fn open(key: Key, tunnel: &Tunnel, tunnels: &mut HashMap<Key, Held>) -> Answer {
    if let Err(what) = check(tunnel) {
        return refused(Why::Invalid, what);
    }
    match taken(key, tunnel, tunnels) {
        Ok(None) => {}
        Ok(Some(what)) => return refused(Why::Taken, what),
        Err(error) => return refused(Why::System, error),
    }
    tunnels.remove(&key);
    if tunnels.len() >= MOST_TUNNELS {
        return refused(Why::Invalid, "too many tunnels");
    }
    let is_free = |number: &u32| tunnels.values().all(|held| held.number != *number);
    let number = (1..=LAST).find(is_free).unwrap_or(LAST);
    match Engine::start(&format!("{PREFIX}{number}"), tunnel) {
        Ok(engine) => {
            let allowed = tunnel.allowed.clone();
            tunnels.insert(
                key,
                Held {
                    number,
                    allowed,
                    engine,
                },
            );
            Answer::Done
        }
        Err(error) => refused(Why::System, error),
    }
}

/// A network of the tunnel that this PC reaches by another way already, and that way: another tunnel, or
/// a cable of its own. Two ways to one network would take each other's place.
fn taken(
    key: Key,
    tunnel: &Tunnel,
    tunnels: &HashMap<Key, Held>,
) -> std::io::Result<Option<String>> {
    let within = |(net, prefix): (IpAddr, u8), other: (IpAddr, u8)| {
        prefix >= other.1 && engine::contains(other, net)
    };
    let others = tunnels.iter().filter(|(other, _)| **other != key);
    for (other, held) in others {
        let is_own = other.0 == key.0 && other.1.office == key.1.office;
        let by = match is_own {
            true => other.1.vpn.to_string(),
            false => format!("{PREFIX}{}", held.number),
        };
        for net in &tunnel.allowed {
            let meets = |there: &&(IpAddr, u8)| within(*net, **there) || within(**there, *net);
            if let Some((address, prefix)) = held.allowed.iter().find(meets) {
                return Ok(Some(format!("{address}/{prefix} {by}")));
            }
        }
    }
    // A wider network leaves the narrower cable as it is.
    let cables = net::cables()?;
    let cables = cables.iter().filter(|(name, _)| !name.starts_with(PREFIX));
    for (name, cable) in cables {
        for net in tunnel.allowed.iter().chain(&tunnel.addresses) {
            if within(*net, *cable) {
                return Ok(Some(format!("{}/{} {name}", cable.0, cable.1)));
            }
        }
    }
    Ok(None)
}

/// What a caller may not have, whoever he is.
fn check(tunnel: &Tunnel) -> Result<(), &'static str> {
    if !(576..=9000).contains(&tunnel.mtu) {
        return Err("mtu");
    }
    if tunnel.addresses.is_empty() || tunnel.addresses.len() > 8 || tunnel.allowed.len() > 64 {
        return Err("addresses");
    }
    let fits = |(address, prefix): &(std::net::IpAddr, u8)| {
        *prefix <= if address.is_ipv4() { 32 } else { 128 }
    };
    if !tunnel.addresses.iter().all(fits) || !tunnel.allowed.iter().all(fits) {
        return Err("prefix");
    }
    let lists = [
        ("allowed", &tunnel.allowed),
        ("addresses", &tunnel.addresses),
    ];
    let nets = lists
        .iter()
        .flat_map(|(what, nets)| nets.iter().map(move |net| (*what, net)));
    for (what, (address, prefix)) in nets {
        // The whole of the PC's traffic, its own loopback and the way to the peer stay what they are: what an
        // address lies in is led to as well.
        let least = if address.is_ipv4() { 8 } else { 16 };
        let own = engine::contains((*address, *prefix), tunnel.endpoint.ip());
        if *prefix < least || address.is_loopback() || address.is_multicast() || own {
            return Err(what);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tunnel(allowed: &str, prefix: u8) -> Tunnel {
        Tunnel {
            private_key: String::new(),
            public_key: String::new(),
            preshared_key: None,
            endpoint: "203.0.113.5:51820".parse().unwrap(),
            addresses: vec![("10.8.3.10".parse().unwrap(), 32)],
            allowed: vec![(allowed.parse().unwrap(), prefix)],
            mtu: 1420,
            keepalive: None,
        }
    }

    #[test]
    fn only_users_of_the_list_may_ask() {
        let passwd = "root:x:0:0::/root:/bin/sh\nana:x:1000:1000::/home/ana:/bin/sh\n";
        assert!(allows("# office\nana # the accountant\n", passwd, 1000));
        assert!(allows("1001\n", passwd, 1001));
        for (list, uid) in [
            ("", 1000),
            ("ana", 1001),
            ("#ana", 1000),
            ("10", 1000),
            ("x", 0),
        ] {
            assert!(!allows(list, passwd, uid), "{list} {uid}");
        }
    }

    #[test]
    fn a_list_that_others_may_write_counts_as_empty() {
        let folder = std::env::temp_dir().join(format!("puente-users-{}", std::process::id()));
        std::fs::write(&folder, "0\n").unwrap();
        let mode = |mode| {
            std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        mode(0o666);
        assert!(!may_ask(&folder, 0));
        mode(0o644);
        let owned = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(&folder).unwrap()) == 0;
        assert_eq!(may_ask(&folder, 0), owned);
        std::fs::remove_file(&folder).unwrap();
    }

    #[test]
    fn nobody_takes_over_the_whole_pc_its_loopback_or_the_way_to_the_peer() {
        assert!(check(&tunnel("192.168.77.0", 24)).is_ok());
        for (net, prefix) in [
            ("0.0.0.0", 0),
            ("128.0.0.0", 1),
            ("127.0.0.0", 8),
            ("224.0.0.0", 8),
            ("203.0.113.0", 24),
            ("10.0.0.0", 33),
            ("::", 0),
        ] {
            assert!(check(&tunnel(net, prefix)).is_err(), "{net}/{prefix}");
        }
        for (address, prefix) in [
            ("200.0.0.10", 1),
            ("203.0.113.9", 24),
            ("203.0.113.5", 32),
            ("127.0.0.2", 32),
        ] {
            let mut tunnel = tunnel("192.168.77.0", 24);
            tunnel.addresses.push((address.parse().unwrap(), prefix));
            assert_eq!(check(&tunnel), Err("addresses"), "{address}/{prefix}");
        }
    }

    #[test]
    fn what_is_malformed_is_refused_without_repeating_it() {
        let error = serde_json::from_str::<Request>(r#"{"verb":"up","private_key":"canary"}"#);
        let Err(error) = error else {
            panic!("accepted")
        };
        assert!(!shape(&error).contains("canary"));
        for text in [
            "{}",
            r#"{"verb":"run"}"#,
            r#"{"verb":"down","id":{"office":1,"vpn":1},"cmd":"x"}"#,
            r#"{"verb":"down","id":{"office":1,"vpn":1,"cmd":"x"}}"#,
        ] {
            assert!(serde_json::from_str::<Request>(text).is_err(), "{text}");
        }
    }
}
