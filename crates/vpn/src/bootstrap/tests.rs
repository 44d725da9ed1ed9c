use super::*;
use proptest::prelude::*;

fn said(values: &[(&str, &str)]) -> Look {
    let usual = [
        ("system", "Linux\n"),
        ("distribution", "ubuntu debian"),
        ("release", "Ubuntu 24.04 LTS"),
        ("programs", "apt-get\nsystemctl\nnft\n"),
        ("systemd", "yes\n"),
        ("kernel", "yes\n"),
        ("forward", "0\n"),
        ("udp", "0035\n"),
        (
            "addresses",
            "lo 127.0.0.1/8\neth0 203.0.113.5/24\neth1 192.168.77.1/24\n",
        ),
        ("routes", "default\n192.168.77.0/24\n"),
    ];
    let mut all: BTreeMap<&str, &str> = usual.into_iter().collect();
    all.extend(values.iter().copied());
    let mut text = String::new();
    for (name, value) in all.iter().filter(|(_, value)| **value != "-") {
        text.push_str(&format!("{name} {}\n", STANDARD.encode(value)));
    }
    Look::read(&(text + "ok\n")).unwrap()
}

fn wanted() -> Wanted {
    Wanted {
        interface: "wg0".to_owned(),
        network: proposed(),
        port: PORT,
        masquerade: true,
    }
}

fn kinds(plan: &Plan) -> Vec<StepKind> {
    plan.steps.iter().map(|step| step.kind).collect()
}

#[test]
fn a_bare_server_gets_every_step_and_each_can_be_undone() {
    use StepKind::{Configure, Firewall, Forward, Install, Start};
    let found = plan(&said(&[("ufw", "yes")]), "srv", &wanted()).unwrap();
    assert!(found.tested);
    assert_eq!(
        kinds(&found),
        [Install, Configure, Forward, Firewall, Start]
    );
    assert!(found.steps.iter().all(|step| step.undo.is_some()));
    assert!(found.steps[0].command.ends_with("wireguard-tools"));
    assert!(
        found.steps[4]
            .command
            .contains("systemctl enable --now wg-quick@wg0")
    );
    let networks: Vec<String> = found.networks.iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["192.168.77.0/24", "203.0.113.0/24"]);
}

#[test]
fn what_is_there_already_is_no_step_and_is_never_undone() {
    use StepKind::{Configure, Start};
    let values = [
        ("programs", "wg\nwg-quick\napt-get\nnft\n"),
        ("forward", "1\n"),
    ];
    let found = plan(&said(&values), "srv", &wanted()).unwrap();
    assert_eq!(kinds(&found), [Configure, Start]);
}

#[test]
fn a_kernel_without_wireguard_gets_the_program_and_other_systems_are_said_to_be_untested() {
    let values = [
        ("distribution", "rocky rhel centos fedora"),
        ("programs", "dnf\niptables\n"),
        ("kernel", "-"),
        ("systemd", "-"),
        ("firewalld", "yes"),
    ];
    let found = plan(&said(&values), "srv", &wanted()).unwrap();
    assert!(!found.tested);
    assert!(
        found.steps[0]
            .command
            .ends_with("wireguard-tools wireguard-go")
    );
    assert!(found.steps[1].command.contains("iptables -t nat -A"));
    assert!(
        found
            .steps
            .last()
            .unwrap()
            .command
            .contains("wg-quick up wg0")
    );
}

#[test]
fn a_server_that_must_not_be_set_up_is_refused_with_the_reason() {
    let code = |values: &[(&str, &str)]| {
        let error = plan(&said(values), "srv", &wanted()).unwrap_err();
        puente_core::Error::from(error).code
    };
    assert_eq!(code(&[("system", "FreeBSD")]), Code::RemoteNotLinux);
    assert_eq!(code(&[("distribution", "plan9")]), Code::VpnToolsMissing);
    assert_eq!(code(&[("file", "yes")]), Code::AlreadyExists);
    assert_eq!(code(&[("interfaces", "wg0 wg1")]), Code::AlreadyExists);
    for (name, value) in [
        ("udp", "0035\nCA6C\n"),
        ("addresses", "eth0 10.8.3.77/24\n"),
        ("routes", "10.8.0.0/16\n"),
        ("programs", "apt-get\n"),
    ] {
        assert_eq!(code(&[(name, value)]), Code::InvalidInput, "{name}");
    }
}

#[test]
fn a_server_gets_a_port_and_an_address_that_can_be_ones() {
    let net = |text: &str| text.parse().unwrap();
    for (network, port) in [
        (proposed(), 0),
        (net("10.8.3.0/24"), PORT),
        (net("10.8.3.255/24"), PORT),
        (net("224.0.0.1/24"), PORT),
        (net("fd00::1/64"), PORT),
    ] {
        let wanted = Wanted {
            network,
            port,
            ..wanted()
        };
        let refused = plan(&said(&[]), "srv", &wanted);
        assert!(
            matches!(refused, Err(Error::Invalid { .. })),
            "{network} {port}"
        );
    }
}

proptest! {
    #[test]
    fn garbage_is_no_panic(text in "(?s).{0,300}", value in "(?s).{0,80}") {
        let _ = Look::read(&text).map(|look| plan(&look, "srv", &wanted()));
        for name in ["udp", "addresses", "routes", "programs", "interfaces"] {
            let _ = plan(&said(&[(name, &value)]), "srv", &wanted());
        }
    }
}
