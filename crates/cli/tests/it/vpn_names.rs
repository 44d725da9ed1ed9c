//! What lies behind a VPN keeps its own name in whatever goes wrong: the port of this PC that leads there
//! means nothing to anybody.

use crate::desk::said;
use crate::vpn::Pc;
use puente_sandbox::vpn::OFFICE;

/// The way out of an error and the log name the office's host.
fn names_the_office(text: &str) {
    assert!(text.contains(&format!("{OFFICE} (VPN oficina)")), "{text}");
    assert!(!text.contains("127.0.0.1"), "{text}");
}

#[test]
fn a_database_behind_a_vpn_is_named_as_the_office_names_it() {
    let pc = Pc::new();
    let conf = pc.conf().display().to_string();
    pc.bench.json(&["vpn", "import", &conf], "");

    // Nothing listens at that port of the office.
    let line = ["servers", "add", "--name", "otro", "--host", OFFICE];
    let rest = ["--port", "3051", "--user", "SYSDBA", "--master", "/x.fdb"];
    let end = ["--vpn", "oficina", "--password-stdin"];
    let refused = pc
        .bench
        .puente(&[&line[..], &rest[..], &end[..]].concat(), "masterkey");
    assert!(!refused.status.success());
    names_the_office(&said(&refused));
    assert!(said(&refused).contains("3051"), "{}", said(&refused));

    let added = pc.add_server("oficina");
    assert!(added.status.success(), "{}", said(&added));
    // The office's server goes away.
    let listener = r"ss -Htlnp 'sport = :3050' | sed 's/.*pid=\([0-9]*\).*/\1/'";
    pc.bench
        .lab
        .office
        .run(&format!("kill -KILL $({listener})"))
        .unwrap();
    let ran = pc.bench.puente(&["companies", "discover"], "");
    let jobs: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    let error = &jobs[0]["error"];
    names_the_office(error["message"].as_str().unwrap());
    names_the_office(&jobs.to_string());
    assert!(error["detail"].as_str().unwrap().contains(OFFICE), "{jobs}");
}
