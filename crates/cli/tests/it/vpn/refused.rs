//! Servers that must not be changed, or don't answer.

use super::bench::Bench;
use puente_sandbox::vpn::{ADMIN, TurnedClock};
use std::time::Duration;

/// A server whose container engine has what wg-easy is run in, by a stand-in of `docker`.
const DOCKER: &str = r#"mkdir -p /run/bin/over /run/bin/work
mount -t overlay -o lowerdir=/usr/bin,upperdir=/run/bin/over,workdir=/run/bin/work overlay /usr/bin
cat > /usr/bin/docker <<'EOF'
#!/bin/sh
[ "$(id -u) $1 $2" = "0 ps --format" ] || { echo "permission denied while trying to connect to the Docker daemon" >&2; exit 1; }
say() { echo "$2" | sed "s,{{.Image}},$1,; s,{{.Names}},$3,"; }
say postgres:16 "$3" base
say ghcr.io/wg-easy/wg-easy:15 "$3" vpn
EOF
chmod 755 /usr/bin/docker"#;

impl Bench {
    /// What looking at the server is refused with.
    fn look_refused(&self, more: &[&str]) -> String {
        let line = self.with_key("preview", "caja", ADMIN);
        let line = [&line[..], &["--password-stdin"], more].concat();
        self.refused(&line, self.password())
    }
}

#[test]
fn a_server_that_must_not_be_changed_says_why_and_stays_as_it_is() {
    let mut bench = Bench::new();
    let before = bench.file();
    let taken = bench.look_refused(&["--address", "10.8.3.2"]);
    assert!(taken.contains("VPN_ADDRESS_TAKEN"), "{taken}");

    for (change, back, expected) in [
        (
            // Where netplan has networkd find it.
            "mkdir -p /run/systemd/network
             printf '[NetDev]\nName = wg0\nKind=wireguard\n\n[WireGuard]\nListenPort=51820\n' \
               > /run/systemd/network/10-netplan-wg0.netdev",
            "rm /run/systemd/network/10-netplan-wg0.netdev",
            ["VPN_FOREIGN_OWNER", "systemd-networkd"],
        ),
        (
            // As nmcli 1.42 writes it.
            "mkdir -p /etc/NetworkManager/system-connections
             printf '[connection]\nid=Oficina VPN\ntype=wireguard\ninterface-name=wg0\n' \
               > '/etc/NetworkManager/system-connections/Oficina VPN.nmconnection'",
            "rm -r /etc/NetworkManager/system-connections",
            ["VPN_FOREIGN_OWNER", "NetworkManager"],
        ),
        (
            DOCKER,
            "umount -l /usr/bin",
            ["VPN_FOREIGN_OWNER", "wg-easy"],
        ),
        (
            "cp -p /etc/wireguard/wg0.conf /run/kept
             sed -i '/ListenPort/a SaveConfig = true' /etc/wireguard/wg0.conf",
            "cp -p /run/kept /etc/wireguard/wg0.conf",
            ["VPN_FOREIGN_OWNER", "SaveConfig"],
        ),
        (
            "cp -p /etc/wireguard/wg0.conf /run/kept
             printf '\\n[Peer]\\nPublicKey = %s\\nAllowedIPs = 10.8.3.0/25, 10.8.3.128/25\\n' \
               $(wg genkey | wg pubkey) >> /etc/wireguard/wg0.conf",
            "cp -p /run/kept /etc/wireguard/wg0.conf",
            ["VPN_POOL_EXHAUSTED", "10.8.3.0/24"],
        ),
        (
            "printf '#!/bin/sh\\necho FreeBSD\\n' > /run/uname; chmod 755 /run/uname
             mount --bind /run/uname /usr/bin/uname",
            "umount /usr/bin/uname",
            ["REMOTE_NOT_LINUX", "FreeBSD"],
        ),
    ] {
        bench.lab.server.run(change).unwrap();
        let found = bench.file();
        let refused = bench.look_refused(&[]);
        for word in expected {
            assert!(refused.contains(word), "{change}: {refused}");
        }
        assert_eq!(bench.file(), found, "{change}");
        bench.lab.server.run(back).unwrap();
    }
    assert_eq!(bench.file(), before);

    // What NetworkManager notes down of an interface that wg-quick made does not make it its own, nor do
    // files and containers of other things.
    bench
        .lab
        .server
        .run(
            "mkdir -p /run/NetworkManager/system-connections /etc/systemd/network
             printf '[connection]\nid=wg0\ninterface-name=wg0\n\n[.nmmeta]\nnm-generated=true\n' \
               > /run/NetworkManager/system-connections/wg0.nmconnection
             printf '[NetDev]\nName=wg01\n' > /etc/systemd/network/other.netdev",
        )
        .unwrap();
    let line = bench.with_key("preview", "caja", ADMIN);
    bench.json(
        &[&line[..], &["--password-stdin"]].concat(),
        bench.password(),
    );

    let clock = TurnedClock::new(&bench.lab).unwrap();
    clock.passes(Duration::from_secs(3600)).unwrap();
    bench.clock = Some(clock);
    let late = bench.look_refused(&[]);
    assert!(late.contains("CLOCK_WRONG"), "{late}");
    assert_eq!(bench.file(), before);
}

#[test]
fn a_wall_before_the_port_and_a_revoked_key_are_told_with_the_port_to_open() {
    let bench = Bench::new();
    let create = bench.with_key("create", "caja", ADMIN);
    bench.json(
        &[&create[..], &["--password-stdin"]].concat(),
        bench.password(),
    );
    let told = |said: &str| {
        assert!(said.contains("VPN_NO_HANDSHAKE"), "{said}");
        assert!(said.contains("10.250.0.1:51820"), "{said}");
        assert!(said.contains("10 s") && said.contains("UDP"), "{said}");
    };
    let wall = "nft add table ip wall
                nft 'add chain ip wall in { type filter hook input priority 0; }'
                nft add rule ip wall in udp dport 51820 drop";
    bench.lab.server.run(wall).unwrap();
    told(&bench.refused(&["vpn", "connect", "caja"], ""));
    bench.lab.server.run("nft delete table ip wall").unwrap();

    // Whoever took a copy of the file elsewhere is cut off with it.
    let copy = bench.data.join("copia.conf").display().to_string();
    let conf = bench.json(&["vpn", "conf", "caja"], "");
    std::fs::write(&copy, conf["text"].as_str().unwrap()).unwrap();
    bench.json(&["vpn", "import", &copy], "");
    super::bench::connects(&bench, "copia", true);
    bench.json(&["vpn", "revoke", "caja", "--yes"], "");
    told(&bench.refused(&["vpn", "connect", "copia"], ""));
}
