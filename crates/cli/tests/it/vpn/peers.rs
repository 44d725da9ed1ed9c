//! VPNs that are made, refused and revoked over SSH.

use super::bench::{Bench, connects};
use crate::desk::said;
use puente_sandbox::vpn::{ADMIN, LIMITED, NOBODY, SERVER};
use std::process::Child;

#[test]
fn a_vpn_is_created_over_ssh_used_given_fresh_keys_and_revoked_without_a_trace() {
    let bench = Bench::new();
    let before = bench.file();
    // As a run leaves them that was killed between two steps.
    let left = "touch /etc/wireguard/.puente.aB3xyz /etc/wireguard/wg0.conf.puente.bak";
    bench.lab.server.run(left).unwrap();
    let line = [
        &bench.with_key("preview", "Caja ñ 1", ADMIN)[..],
        &["--password-stdin"],
    ]
    .concat();
    let preview = bench.json(&line, bench.password());
    assert_eq!(preview["address"], "10.8.3.10");
    assert!(preview["commands"][1].as_str().unwrap().contains("add wg0"));
    assert_eq!(bench.file(), before, "looking changes nothing");

    let line = [
        &bench.with_key("create", "Caja ñ 1", ADMIN)[..],
        &["--password-stdin"],
    ]
    .concat();
    bench.json(&line, bench.password());
    let shown = bench.json(&["vpn", "show", "Caja ñ 1"], "");
    assert_eq!(shown["state"], "active");
    assert_eq!(shown["tunnel"]["addresses"][0], "10.8.3.10/32");
    assert!(bench.file().starts_with(&before), "what was there stays");
    assert!(bench.file().contains("# puente: Caja-n-1"));

    connects(&bench, "Caja ñ 1", true);
    let seen = bench.json(&["vpn", "status", "Caja ñ 1"], "");
    assert_eq!(seen["known"], true);
    assert!(seen["handshake_seconds"].as_i64().unwrap() < 60);

    let old = bench.json(&["vpn", "conf", "Caja ñ 1"], "");
    bench.json(&["vpn", "rotate", "Caja ñ 1"], "");
    let new = bench.json(&["vpn", "conf", "Caja ñ 1"], "");
    assert_ne!(old["text"], new["text"]);
    connects(&bench, "Caja ñ 1", true);

    let trail = bench.json(&["audit", "list"], "").to_string();
    assert!(trail.contains("vpn.remote") && trail.contains("add wg0"));

    bench.json(&["vpn", "revoke", "Caja ñ 1", "--yes"], "");
    assert_eq!(bench.file(), before, "not a byte of it is left");
    let beside = bench.lab.server.run("ls -A /etc/wireguard").unwrap();
    assert_eq!(
        beside.split_whitespace().collect::<Vec<_>>(),
        [".puente.lock", "wg0.conf"]
    );
    connects(&bench, "Caja ñ 1", false);
}

#[test]
fn whoever_is_not_let_in_or_may_not_act_is_told_why_and_nothing_changes() {
    let bench = Bench::new();
    let before = bench.file();
    let password = bench.password();
    let base = ["vpn", "create", "--name", "x", "--host", SERVER];

    // Nobody has compared the key yet: the answer is its fingerprint.
    let line = [
        "vpn", "preview", "--name", "x", "--host", SERVER, "--user", ADMIN,
    ];
    let line = [&line[..], &["--password-stdin"]].concat();
    let unknown = bench.refused(&line, password);
    assert!(unknown.contains("SSH_HOST_UNKNOWN"), "{unknown}");
    assert!(unknown.contains(&bench.fingerprint), "{unknown}");

    let with = |user: &'static str, fingerprint: &'static str| {
        let rest = [
            "--user",
            user,
            "--fingerprint",
            fingerprint,
            "--password-stdin",
        ];
        [&base[..], &rest[..]].concat()
    };
    let changed = bench.refused(&with(ADMIN, "SHA256:another"), password);
    assert!(changed.contains("SSH_HOST_CHANGED"), "{changed}");
    bench.json(&["vpn", "remove", "x", "--yes"], "");

    let fingerprint: &'static str = bench.fingerprint.clone().leak();
    let wrong = bench.refused(&with(ADMIN, fingerprint), "canary-wrong");
    assert!(
        wrong.contains("SSH_AUTH_REFUSED") && !wrong.contains("canary"),
        "{wrong}"
    );
    assert!(
        wrong.contains("publickey"),
        "the ways that are left: {wrong}"
    );
    assert_eq!(bench.file(), before);

    // A login that was mistyped is put right, and what was left is done.
    bench.json(
        &["vpn", "login", "x", "--password", "--password-stdin"],
        password,
    );
    bench.json(&["vpn", "retry", "x"], "");
    assert_eq!(bench.json(&["vpn", "show", "x"], "")["state"], "active");
    bench.json(&["vpn", "revoke", "x", "--yes"], "");
    assert_eq!(bench.file(), before);
    let nothing = bench.refused(&["vpn", "retry", "x"], "");
    assert!(nothing.contains("INVALID"), "{nothing}");
    bench.json(&["vpn", "remove", "x", "--yes"], "");

    let refused = bench.refused(&with(NOBODY, fingerprint), password);
    assert!(refused.contains("SUDO_REFUSED"), "{refused}");
    bench.json(&["vpn", "remove", "x", "--yes"], "");

    let mut missing = with(ADMIN, fingerprint);
    missing.extend(["--interface", "wg7"]);
    let missing = bench.refused(&missing, password);
    assert!(
        missing.contains("VPN_INTERFACE_MISSING") && missing.contains("wg0"),
        "{missing}"
    );
    bench.json(&["vpn", "remove", "x", "--yes"], "");

    // A line that WireGuard does not take: the file stays as it is, byte for byte.
    bench
        .lab
        .server
        .run("printf '\n[Peer]\nPublicKey = notakey\nAllowedIPs = 10.8.3.200/32\n' >> /etc/wireguard/wg0.conf")
        .unwrap();
    let broken = bench.file();
    let rolled = bench.refused(&with(ADMIN, fingerprint), password);
    assert!(rolled.contains("VPN_REFUSED"), "{rolled}");
    assert_eq!(bench.file(), broken);
    assert!(broken.starts_with(&before));
}

#[test]
fn eight_creations_at_once_get_eight_addresses_also_with_the_one_rule_of_sudo() {
    let bench = Bench::new();
    let script = bench.lab.folder().join("puente-peer");
    let text = include_str!("../../../../vpn/src/remote/puente-peer.sh");
    std::fs::write(&script, format!("#!/bin/sh\n{text}")).unwrap();
    let script = script.display();
    bench
        .lab
        .server
        .run(&format!(
            "install -m 755 {script} /usr/local/sbin/puente-peer"
        ))
        .unwrap();
    let names: Vec<String> = (1..=8).map(|n| format!("pc-{n}")).collect();
    let running: Vec<Child> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let user = if at % 2 == 0 { LIMITED } else { ADMIN };
            let mut line = bench.with_key("create", name, user);
            let typed = match user {
                ADMIN => {
                    line.push("--password-stdin");
                    bench.password()
                }
                _ => "",
            };
            bench.start(&line, typed)
        })
        .collect();
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }
    let all = bench.json(&["vpn", "list"], "");
    let addresses: std::collections::BTreeSet<&str> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|vpn| vpn["tunnel"]["addresses"][0].as_str().unwrap())
        .collect();
    assert_eq!(addresses.len(), 8, "{addresses:?}");
    let file = bench.file();
    assert!(addresses.iter().all(|address| file.contains(address)));
}

#[test]
fn edits_by_hand_and_runs_that_were_killed_in_between_lose_nothing_and_leave_nobody_in() {
    let bench = Bench::new();
    let before = bench.file();
    let server = |script: &str| bench.lab.server.run(script).unwrap();
    let line = bench.with_key("create", "caja", ADMIN);
    let line = [&line[..], &["--password-stdin"]].concat();
    let live = || server("wg show wg0 peers");

    // The file is kept elsewhere, and somebody saves it by hand in the last moment before it is replaced.
    server(
        "mkdir /etc/kept; mv /etc/wireguard/wg0.conf /etc/kept/oficina.conf
         ln -s /etc/kept/oficina.conf /etc/wireguard/wg0.conf
         cat > /run/sync <<'EOF'
#!/bin/sh
[ -e /run/saved ] || { echo '# Ana was here' >> /etc/kept/oficina.conf; touch /run/saved; }
EOF
         chmod 755 /run/sync; mount --bind /run/sync $(command -v sync)",
    );
    bench.json(&line, bench.password());
    server("umount $(command -v sync); test -L /etc/wireguard/wg0.conf");
    let file = bench.file();
    assert!(file.contains("# Ana was here"), "{file}");
    assert!(file.contains("# puente: caja"), "{file}");
    let key = bench.json(&["vpn", "show", "caja"], "")["public_key"].clone();
    let key = key.as_str().unwrap();
    assert!(live().contains(key));

    // Somebody took it out of the file, and out of nothing else.
    server("sed -i '/^# Ana was here/,$d' /etc/kept/oficina.conf");
    assert_eq!(bench.file(), before);
    bench.json(&["vpn", "revoke", "caja", "--yes"], "");
    assert!(!live().contains(key), "it is cut for all that");
    assert_eq!(bench.file(), before);
    bench.json(&["vpn", "remove", "caja", "--yes"], "");

    // A run is killed after it wrote the file and before it told WireGuard.
    server(
        "cp -p /usr/bin/wg /run/wg.real
         cat > /run/wg.killed <<'EOF'
#!/bin/sh
[ \"$1\" != syncconf ] || { kill -KILL $PPID; exit 1; }
exec /run/wg.real \"$@\"
EOF
         chmod 755 /run/wg.killed; mount --bind /run/wg.killed /usr/bin/wg",
    );
    let killed = bench.refused(&line, bench.password());
    assert!(killed.contains("REMOTE_FAILED"), "{killed}");
    server("umount /usr/bin/wg");
    let key = bench.json(&["vpn", "show", "caja"], "")["public_key"].clone();
    let key = key.as_str().unwrap();
    assert!(bench.file().contains(key) && !live().contains(key));
    bench.json(&["vpn", "retry", "caja"], "");
    assert!(live().contains(key), "WireGuard was told as well");
    connects(&bench, "caja", true);
    bench.json(&["vpn", "revoke", "caja", "--yes"], "");
    assert_eq!(bench.file(), before);
    let beside = server("ls -A /etc/kept");
    assert_eq!(beside.trim(), "oficina.conf", "no secret is left beside it");
}
