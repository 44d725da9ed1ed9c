//! A real Secret Service: gnome-keyring on a message bus of its own, with a home of its own.

use crate::support::child;
use puente_core::{Code, Coded, Secret};
use puente_store::Secrets;
use std::process::Command;

const HERE: &str = "PUENTE_TEST_KEYRING";

/// Starts the daemon unlocked, the way a desktop session does with the login password.
const UNLOCKED: &str =
    r#"printf %s "a test" | gnome-keyring-daemon --unlock --components=secrets >&2 && exec "$@""#;
/// Leaves it to the bus to start the daemon, which then is locked and can ask no one.
const LOCKED: &str = r#"exec "$@""#;

/// Runs an ignored test of this file with a home, and optionally a bus, of its own.
fn in_a_session(test: &str, session: Option<&str>) {
    let home = tempfile::tempdir().unwrap();
    let runtime = home.path().join("run");
    for folder in [&runtime, &home.path().join(".local/share/keyrings")] {
        std::fs::create_dir_all(folder).unwrap();
    }
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&runtime, permissions).unwrap();
    let wrapper: Vec<&str> = session
        .map(|script| vec!["dbus-run-session", "--", "sh", "-c", script, "sh"])
        .unwrap_or_default();
    let mut command: Command = child(test, &wrapper);
    command
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", &runtime)
        .env("XDG_DATA_HOME", home.path().join(".local/share"))
        .env("XDG_CONFIG_HOME", home.path().join(".config"))
        .env("XDG_CACHE_HOME", home.path().join(".cache"))
        .env(HERE, "1");
    for foreign in [
        "DBUS_SESSION_BUS_ADDRESS",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "GNOME_KEYRING_CONTROL",
    ] {
        command.env_remove(foreign);
    }
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("dbus and gnome-keyring are needed here: {error}"));
    let said = String::from_utf8_lossy(&output.stdout);
    let also = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{also}"
    );
}

fn secrets() -> Option<Secrets> {
    std::env::var_os(HERE).map(|_| Secrets::keyring("puente-test").unwrap())
}

#[test]
fn a_real_keyring_keeps_secrets_across_connections() {
    in_a_session("keyring::with_an_unlocked_keyring", Some(UNLOCKED));
}

#[test]
#[ignore = "a part of the test above, run by it in a session of its own"]
fn with_an_unlocked_keyring() {
    let Some(secrets) = secrets() else { return };
    secrets.probe().unwrap();
    let long = "ñ😀".repeat(1000);
    for (name, value) in [("server/3", "contraseña ñ 😀"), ("key", long.as_str())] {
        secrets.set(name, &Secret::from(value)).unwrap();
        assert_eq!(secrets.get(name).unwrap().expose(), value);
    }
    secrets.set("server/3", &Secret::from("replaced")).unwrap();

    let another = Secrets::keyring("puente-test").unwrap();
    assert_eq!(another.get("server/3").unwrap().expose(), "replaced");
    let other_service = Secrets::keyring("puente-other").unwrap();
    assert!(other_service.find("server/3").unwrap().is_none());

    another.delete("server/3").unwrap();
    assert_eq!(
        secrets.get("server/3").unwrap_err().code(),
        Code::SecretMissing
    );
}

#[test]
fn a_locked_keyring_has_its_code() {
    in_a_session("keyring::with_a_locked_keyring", Some(LOCKED));
}

#[test]
#[ignore = "a part of the test above, run by it in a session of its own"]
fn with_a_locked_keyring() {
    let Some(secrets) = secrets() else { return };
    let error = secrets.probe().unwrap_err();
    assert_eq!(error.code(), Code::KeyringLocked, "{error}");
}

#[test]
fn a_machine_without_a_bus_has_no_keyring() {
    in_a_session("keyring::without_a_bus", None);
}

#[test]
#[ignore = "a part of the test above, run by it without a session"]
fn without_a_bus() {
    let Some(secrets) = secrets() else { return };
    let error = secrets.probe().unwrap_err();
    assert_eq!(error.code(), Code::KeyringAbsent, "{error}");
}
