//! The secrets of a VPN, which must turn up nowhere but where they work.

use super::bench::{Bench, connects};
use crate::canaries::{Spy, assert_none, everything_in};
use crate::desk::PASSPHRASE;
use puente_sandbox::vpn::ADMIN;

/// A value of this PC's file.
fn value(bench: &Bench, name: &str) -> String {
    let conf = bench.json(&["vpn", "conf", "Caja 1"], "");
    let text = conf["text"].as_str().unwrap();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    line.split(" = ").nth(1).unwrap().to_owned()
}

/// The files of the server that hold it, but for those of labs, which it shares with the PC. It is looked
/// for by the words of a file: the spy watches whoever looks, too.
fn on_server(bench: &Bench, secrets: &[&str]) -> String {
    let own = bench.lab.folder();
    std::fs::write(own.join("wanted"), secrets.join("\n")).unwrap();
    let own = own.display();
    let script = format!(
        "for file in /etc /run /home /root /var/log /var/tmp /tmp /usr/local; do
           find $file -xdev -path '/tmp/puente-vpn*' -prune -o -type f -newer {own}/host_key -print0
         done | xargs -0 -r grep -lF -f {own}/wanted || true"
    );
    bench.lab.server.run(&script).unwrap()
}

#[test]
fn the_secrets_of_a_vpn_turn_up_in_no_file_no_row_no_process_and_not_on_the_server() {
    let bench = Bench::new();
    let spy = Spy::start();
    let create = bench.with_key("create", "Caja 1", ADMIN);
    let create = [&create[..], &["--password-stdin"]].concat();
    bench.json(&create, bench.password());
    connects(&bench, "Caja 1", true);
    let first = value(&bench, "PrivateKey");
    let shared = value(&bench, "PresharedKey");
    bench.json(&["vpn", "rotate", "Caja 1"], "");
    connects(&bench, "Caja 1", true);
    let second = value(&bench, "PrivateKey");
    assert_ne!(first, second);
    let file = "/etc/wireguard/wg0.conf\n";
    assert_eq!(on_server(&bench, &[&shared]), file, "both sides need it");
    let said = [
        bench.json(&["vpn", "status", "Caja 1"], ""),
        bench.json(&["vpn", "show", "Caja 1"], ""),
        bench.json(&["vpn", "list"], ""),
        bench.json(&["jobs", "show", "1"], ""),
        bench.json(&["audit", "list"], ""),
    ];
    let diagnostics = bench.data.join("diagnostics.json").display().to_string();
    bench.json(&["diagnostics", "export", "--output", &diagnostics], "");
    bench.json(&["backup", "create"], "");
    bench.json(&["vpn", "revoke", "Caja 1", "--yes"], "");
    let seen = spy.stop();

    let secrets = [&*first, &*second, &*shared, bench.password()];
    assert_eq!(on_server(&bench, &secrets), "", "no trace is left there");
    for said in &said {
        assert_none(said.to_string().as_bytes(), &secrets, "an answer");
    }
    let files = everything_in(&bench.data);
    for part in ["puente.db", "logs/", "backups/", "diagnostics"] {
        assert!(files.iter().any(|(name, _)| name.contains(part)), "{part}");
    }
    for (name, content) in &files {
        assert_none(content, &secrets, name);
    }

    // Those of the server were seen too.
    let ran = |what: &str| {
        let found = |arguments: &Vec<u8>| String::from_utf8_lossy(arguments).contains(what);
        seen.arguments.iter().any(found)
    };
    for what in [
        "puente\0vpn\0create",
        "sudo\0-S",
        "puente-peer\0add",
        "wg\0",
    ] {
        assert!(ran(what), "{what} was not seen");
    }
    for arguments in &seen.arguments {
        assert_none(arguments, &secrets, "the arguments of a process");
        assert_none(arguments, &[PASSPHRASE], "the arguments of a process");
    }
    let environments = seen.environments.iter();
    let environments = environments.chain(&seen.of_children).chain(&seen.of_others);
    for environment in environments {
        assert_none(environment, &secrets, "the environment of a process");
    }
}
