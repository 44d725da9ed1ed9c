//! The binary in the VPN lab: a technician's PC that reaches a real Firebird behind the office's server.

mod bench;
mod canaries;
mod login;
mod peers;
mod refused;
mod relay;
mod restart;
mod setup;

use crate::desk::said;
use bench::Bench;
use puente_sandbox::vpn::{ADMIN, OFFICE, PORT, SERVER};
use puente_sandbox::{FirebirdServer, SampleErp, SampleOptions, SampleSize, ServerOptions};
use relay::Relay;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Output};

/// A technician's PC in the lab, and the office with its ERP.
pub(crate) struct Pc {
    pub bench: Bench,
    server: FirebirdServer,
    erp: SampleErp,
    relay: Relay,
    _folder: tempfile::TempDir,
}

impl Pc {
    pub fn new() -> Pc {
        Pc::with(SampleOptions {
            size: SampleSize::Tiny,
            companies: 2,
            years: vec![2026],
            ..SampleOptions::default()
        })
    }

    fn with(options: SampleOptions) -> Pc {
        let bench = Bench::new();
        let folder = tempfile::tempdir().unwrap();
        let server =
            FirebirdServer::start(&folder.path().join("firebird"), ServerOptions::default())
                .unwrap();
        let erp = SampleErp::create(&server, &folder.path().join("erp"), options).unwrap();
        let relay = Relay::new(&bench.lab, server.port());
        Pc {
            bench,
            server,
            erp,
            relay,
            _folder: folder,
        }
    }

    /// A `.conf` as the office's administrator would send it.
    pub fn conf(&self) -> PathBuf {
        self.conf_of("oficina", "10.8.3.20")
    }

    fn conf_of(&self, name: &str, address: &str) -> PathBuf {
        let lab = &self.bench.lab;
        let key = lab.server.run("wg genkey").unwrap();
        let key = key.trim();
        lab.server
            .run(&format!(
                "wg set wg0 peer $(echo {key} | wg pubkey) allowed-ips {address}/32"
            ))
            .unwrap();
        let text = format!(
            "[Interface]\nPrivateKey = {key}\nAddress = {address}/32\nPostUp = touch {}\n\n[Peer]\n\
             PublicKey = {}\nEndpoint = {SERVER}:{PORT}\nAllowedIPs = 10.8.3.0/24, 192.168.77.0/24\n",
            self.bench.data.join("ran").display(),
            lab.public_key().unwrap()
        );
        let path = self.bench.data.join(format!("{name}.conf"));
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A program that holds a tunnel open, and what it said of it.
    fn opened(&self, line: &[&str]) -> (Child, Value) {
        let mut child = self.bench.start(line, "");
        let mut text = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        while serde_json::from_str::<Value>(&text).is_err() {
            assert!(output.read_line(&mut text).unwrap() > 0, "{text}");
        }
        (child, serde_json::from_str(&text).unwrap())
    }

    pub fn add_server(&self, vpn: &str) -> Output {
        let master = self.erp.master.display().to_string();
        let line = ["servers", "add", "--name", "erp", "--host", OFFICE];
        let rest = ["--user", "SYSDBA", "--master", &master, "--vpn", vpn];
        self.bench.puente(
            &[&line[..], &rest[..], &["--password-stdin"]].concat(),
            self.server.password().expose(),
        )
    }
}

#[test]
fn an_imported_vpn_leads_jobs_to_a_firebird_behind_it_without_an_administrator() {
    let pc = Pc::new();
    let conf = pc.conf().display().to_string();
    let imported = pc.bench.json(&["vpn", "import", &conf], "");
    assert_eq!(imported["vpn"]["name"], "oficina");
    assert!(imported["hooks"][0].as_str().unwrap().starts_with("PostUp"));

    let broken = pc.bench.data.join("rota.conf");
    std::fs::write(
        &broken,
        "[Interface]\nPrivateKey = canary-no-es-una-clave\n",
    )
    .unwrap();
    let broken = broken.display().to_string();
    let refused = pc.bench.refused(&["vpn", "import", &broken], "");
    assert!(refused.contains("VPN_UNREADABLE"), "{refused}");
    assert!(
        refused.contains("línea 2") && !refused.contains("canary"),
        "{refused}"
    );

    // Without the VPN nothing leads there.
    let direct = pc.add_server("off");
    assert!(!direct.status.success(), "{}", said(&direct));
    let added = pc.add_server("oficina");
    assert!(added.status.success(), "{}", said(&added));
    let jobs = pc.bench.json(&["companies", "discover"], "");
    assert_eq!(jobs[0]["state"], "done", "{jobs}");
    let companies = ["--company", "9001234568", "--company", "9012345677"];
    let line = [&["movements", "extract"], &companies[..]].concat();
    let extracted = pc.bench.puente(&line, "");
    assert!(extracted.status.success(), "{}", said(&extracted));

    // A VPN that servers need is not forgotten.
    let kept = pc.bench.puente(&["vpn", "remove", "oficina", "--yes"], "");
    assert!(!kept.status.success(), "{}", said(&kept));
    assert!(
        !pc.bench.data.join("ran").exists(),
        "a stranger's command ran"
    );
}

#[test]
fn a_port_of_this_pc_leads_to_the_office_until_the_program_ends() {
    let pc = Pc::new();
    let conf = pc.conf().display().to_string();
    pc.bench
        .json(&["vpn", "import", &conf, "--name", "Bodega Ñuñoa"], "");
    let target = format!("{OFFICE}:3050");
    let line = [
        "vpn",
        "connect",
        "bodega Ñuñoa",
        "--to",
        &target,
        "--port",
        "4050",
    ];
    let (child, connected) = pc.opened(&line);
    assert_eq!(connected["local"], "127.0.0.1:4050", "{connected}");
    assert_eq!(connected["status"]["state"], "up");
    let other = pc.conf_of("otra", "10.8.3.21").display().to_string();
    pc.bench.json(&["vpn", "import", &other], "");
    let otra = ["vpn", "connect", "otra", "--to"];
    let taken = [&otra[..], &[&target, "--port", "4050"]].concat();
    let taken = pc.bench.refused(&taken, "");
    assert!(taken.contains("VPN_PORT_TAKEN"), "{taken}");
    let elsewhere = [&otra[..], &["192.168.78.1:3050"]].concat();
    let refused = pc.bench.refused(&elsewhere, "");
    assert!(refused.contains("VPN_NOT_ROUTED"), "{refused}");
    pc.bench.end(child);
}

#[test]
fn two_programs_share_the_tunnel_of_one_and_never_take_it_from_each_other() {
    let pc = Pc::new();
    let create = pc.bench.with_key("create", "oficina", ADMIN);
    let create = [&create[..], &["--password-stdin"]].concat();
    pc.bench.json(&create, pc.bench.password());
    let target = format!("{OFFICE}:3050");
    let connect = ["vpn", "connect", "oficina", "--to", &target];
    let (child, _) = pc.opened(&connect);
    let speaks_from = || {
        let said = pc.bench.lab.server.run("wg show wg0 endpoints").unwrap();
        let peer = said.lines().find(|line| line.contains("10.250.0.2:"));
        peer.unwrap().to_owned()
    };
    let before = speaks_from();

    // Jobs of another program go through it.
    let added = pc.add_server("oficina");
    assert!(added.status.success(), "{}", said(&added));
    let jobs = pc.bench.json(&["companies", "discover"], "");
    assert_eq!(jobs[0]["state"], "done", "{jobs}");
    assert_eq!(speaks_from(), before, "the server hears one tunnel");
    let held = pc.bench.refused(&connect, "");
    assert!(held.contains("VPN_HELD"), "{held}");
    let process = pc.bench.lab.client.run("pidof puente").unwrap();
    let by = format!("(proceso {})", process.trim());
    assert!(held.contains(&by), "by whom: {held}");
    let whole = pc
        .bench
        .refused(&["vpn", "connect", "oficina", "--system"], "");
    assert!(whole.contains("VPN_HELD"), "{whole}");

    // Whoever looks is told by whom, and that it ends only there.
    let listed = pc.bench.json(&["vpn", "list"], "");
    assert_eq!(listed[0]["held_by"].to_string(), process.trim(), "{listed}");
    for line in [
        &["vpn", "show", "oficina"][..],
        &["vpn", "status", "oficina"],
        &["vpn", "status", "oficina", "--system"],
    ] {
        let told = pc.bench.json(line, "");
        assert_eq!(told["held_by"].to_string(), process.trim(), "{told}");
    }
    for line in [
        &["vpn", "disconnect", "oficina"][..],
        &["vpn", "remove", "oficina", "--yes"],
    ] {
        let refused = pc.bench.refused(line, "");
        assert!(
            refused.contains("VPN_HELD") && refused.contains(&by),
            "{refused}"
        );
    }

    // It takes the fresh keys that another program made, too.
    pc.bench.json(&["vpn", "rotate", "oficina"], "");
    let jobs = pc.bench.json(&["companies", "discover"], "");
    assert_eq!(jobs[0]["state"], "done", "{jobs}");
    let held = pc.bench.refused(&connect, "");
    assert!(held.contains(&by), "it still has it: {held}");
    let before = speaks_from();

    // However it ends, nobody has it any more, and the next one has the tunnel.
    pc.bench.end(child);
    let listed = pc.bench.json(&["vpn", "list"], "");
    assert!(listed[0]["held_by"].is_null(), "{listed}");
    let jobs = pc.bench.json(&["companies", "discover"], "");
    assert_eq!(jobs[0]["state"], "done", "{jobs}");
    assert_ne!(speaks_from(), before, "it is another one");
}
