//! A server without WireGuard, set up and left as it was.

use super::bench::{Bench, connects};
use puente_sandbox::vpn::{ADMIN, SERVER};

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
