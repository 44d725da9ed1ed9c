//! Ways to log in to a server, and servers that are not what they should be.

use super::bench::Bench;
use puente_sandbox::vpn::{ADMIN, SERVER};
use std::path::{Path, PathBuf};
use std::process::Command;

const PHRASE: &str = "canary-frase-de-acceso";

impl Bench {
    /// A key that opens the administrator's login.
    fn key(&self, name: &str, options: &[&str]) -> PathBuf {
        let path = self.data.join(name);
        let made = Command::new("ssh-keygen")
            .args(["-q", "-f"])
            .arg(&path)
            .args(options)
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        let public = std::fs::read_to_string(self.data.join(format!("{name}.pub"))).unwrap();
        let folder = format!("/home/{ADMIN}/.ssh");
        self.lab
            .server
            .run(&format!("echo '{public}' >> {folder}/authorized_keys"))
            .unwrap();
        // Whoever runs the program must be able to read it.
        Command::new("chmod")
            .arg("644")
            .arg(&path)
            .status()
            .unwrap();
        path
    }

    /// An agent of this PC's user that holds these keys. It ends with the lab.
    fn agent(&self, keys: &[&Path]) -> PathBuf {
        let socket = self.data.join("agent");
        let started = self
            .lab
            .client
            .command_as_nobody("ssh-agent")
            .arg("-a")
            .arg(&socket)
            .output()
            .unwrap();
        assert!(started.status.success(), "{started:?}");
        for key in keys {
            let added = self
                .lab
                .client
                .command_as_nobody("ssh-add")
                .args(["-q", "-"])
                .env("SSH_AUTH_SOCK", &socket)
                .stdin(std::fs::File::open(key).unwrap())
                .output()
                .unwrap();
            assert!(added.status.success(), "{added:?}");
        }
        socket
    }

    fn preview_with(&self, login: &[&str]) -> Vec<String> {
        let mut line = vec!["vpn", "preview", "--name", "x", "--host", SERVER];
        line.extend(["--user", ADMIN, "--fingerprint", &self.fingerprint]);
        line.extend(login);
        line.push("--password-stdin");
        line.into_iter().map(str::to_owned).collect()
    }

    /// What looking at the server gives, logged in that way: an address, or a refusal.
    fn look(&self, login: &[&str], typed: &str) -> String {
        let line = self.preview_with(login);
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        let output = self.puente(&line, typed);
        match output.status.success() {
            true => {
                let preview: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
                preview["address"].as_str().unwrap().to_owned()
            }
            false => crate::desk::said(&output),
        }
    }
}

#[test]
fn the_keys_of_an_agent_and_locked_keys_open_a_login() {
    let mut bench = Bench::new();
    let password = bench.password().to_owned();

    let nobody = bench.look(&["--agent"], &password);
    assert!(nobody.contains("SSH_AGENT_UNUSABLE"), "{nobody}");
    assert!(nobody.contains("no está en marcha"), "{nobody}");
    let socket = bench.agent(&[]);
    bench.agent = Some(socket.clone());
    let empty = bench.look(&["--agent"], &password);
    assert!(empty.contains("no tiene ninguna llave"), "{empty}");
    std::fs::remove_file(&socket).unwrap();
    let stranger = bench.data.join("stranger");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(&stranger)
        .status()
        .unwrap();
    assert!(made.success());
    bench.agent = Some(bench.agent(&[&stranger]));
    let refused = bench.look(&["--agent"], &password);
    assert!(
        refused.contains("SSH_AUTH_REFUSED") && refused.contains("password"),
        "a stranger's key, and the ways that are left: {refused}"
    );
    // The second key is the right one.
    std::fs::remove_file(&socket).unwrap();
    let user_key = PathBuf::from(&bench.key);
    bench.agent = Some(bench.agent(&[&stranger, &user_key]));
    assert_eq!(bench.look(&["--agent"], &password), "10.8.3.10");
    bench.agent = None;

    for (name, kind) in [
        ("ed25519", &["-t", "ed25519"][..]),
        ("rsa.pem", &["-t", "rsa", "-b", "2048", "-m", "PEM"]),
        ("ecdsa.pkcs8", &["-t", "ecdsa", "-m", "PKCS8"]),
    ] {
        let key = bench.key(name, &[kind, &["-N", PHRASE]].concat());
        let key = key.display().to_string();
        let login = ["--key", &key, "--passphrase"];
        let typed = format!("{PHRASE}\n{password}\n");
        assert_eq!(bench.look(&login, &typed), "10.8.3.10", "{name}");
        for (login, typed) in [
            (&login[..2], format!("{password}\n")),
            (&login[..], format!("canary-otra\n{password}\n")),
        ] {
            let said = bench.look(login, &typed);
            assert!(said.contains("SSH_KEY_UNUSABLE"), "{name}: {said}");
            assert!(said.contains("la frase de acceso falta"), "{name}: {said}");
            assert!(!said.contains("canary"), "{name}: {said}");
        }
    }
    let no_key = bench.data.join("config.toml").display().to_string();
    let said = bench.look(&["--key", &no_key], &password);
    assert!(said.contains("SSH_KEY_UNUSABLE"), "{said}");
}

#[test]
fn a_server_that_is_not_there_speaks_otherwise_or_became_another_is_told() {
    let bench = Bench::new();
    let password = bench.password().to_owned();
    let create = bench.with_key("create", "caja", ADMIN);
    bench.json(&[&create[..], &["--password-stdin"]].concat(), &password);

    let at = |host: &str, port: &str| {
        let line = ["vpn", "preview", "--name", "y", "--user", ADMIN];
        let rest = ["--host", host, "--port", port, "--password-stdin"];
        bench.refused(&[&line[..], &rest[..]].concat(), &password)
    };
    let closed = at(SERVER, "23");
    assert!(closed.contains("NET_UNREACHABLE"), "{closed}");
    let nowhere = at("no-existe.invalid", "22");
    assert!(nowhere.contains("NET_UNREACHABLE"), "{nowhere}");
    let absent = at("10.250.0.99", "22");
    assert!(
        absent.contains("NET_UNREACHABLE") || absent.contains("NET_TIMEOUT"),
        "{absent}"
    );

    // Installed anew: the key that a person compared is another one now.
    bench.lab.change_host_key().unwrap();
    let changed = bench.refused(&["vpn", "revoke", "caja", "--yes"], "");
    assert!(changed.contains("SSH_HOST_CHANGED"), "{changed}");
    let found = bench.lab.fingerprint().unwrap();
    assert!(
        changed.contains(&bench.fingerprint) && changed.contains(&found),
        "both are told: {changed}"
    );
    let login = ["vpn", "login", "caja", "--fingerprint", &found];
    bench.json(&login, "");
    bench.json(&["vpn", "retry", "caja"], "");
    assert_eq!(bench.json(&["vpn", "show", "caja"], "")["state"], "revoked");
}
