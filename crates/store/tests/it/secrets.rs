//! Secrets: in memory, in a file, in a keyring; and nowhere else.

use crate::support::{add, open};
use keyring_core::{CredentialStore, mock};
use puente_core::{Cancel, Code, Coded, NoProgress, Secret};
use puente_store::{Error, Secrets, backup};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const CANARY: &str = "canario-7f3a9c";

fn mock_keyring() -> (Arc<mock::Store>, Secrets) {
    let store = mock::Store::new().unwrap();
    let shared: Arc<CredentialStore> = store.clone();
    (store, Secrets::keyring_in(shared, "puente").unwrap())
}

/// Makes the mock fail the next call for that name.
fn fail_next(store: &Arc<mock::Store>, name: &str, error: keyring_core::Error) {
    let shared: Arc<CredentialStore> = store.clone();
    let entry = shared.build("puente", name, None).unwrap();
    entry
        .as_any()
        .downcast_ref::<mock::Cred>()
        .unwrap()
        .set_error(error);
}

fn in_file(folder: &tempfile::TempDir) -> (PathBuf, Secrets) {
    let path = folder.path().join("secrets.age");
    let secrets = Secrets::file(&path, Secret::from("una frase de acceso")).unwrap();
    (path, secrets)
}

#[test]
fn every_backend_keeps_replaces_and_forgets() {
    let folder = tempfile::tempdir().unwrap();
    for secrets in [Secrets::memory(), mock_keyring().1, in_file(&folder).1] {
        let kind = secrets.kind();
        let missing = secrets.get("server/3").unwrap_err();
        assert_eq!(missing.code(), Code::SecretMissing, "{kind}");
        assert_eq!(
            missing.values(),
            [("name", "server/3".to_owned())],
            "{kind}"
        );

        secrets
            .set("server/3", &Secret::from("contraseña con ñ y 😀"))
            .unwrap();
        secrets.set("server/4", &Secret::from("otra")).unwrap();
        assert_eq!(
            secrets.get("server/3").unwrap().expose(),
            "contraseña con ñ y 😀",
            "{kind}"
        );
        secrets.set("server/3", &Secret::from("nueva")).unwrap();
        assert_eq!(secrets.get("server/3").unwrap().expose(), "nueva", "{kind}");

        secrets.delete("server/3").unwrap();
        secrets.delete("server/3").unwrap();
        assert!(secrets.find("server/3").unwrap().is_none(), "{kind}");
        assert_eq!(secrets.get("server/4").unwrap().expose(), "otra", "{kind}");
        secrets.probe().unwrap();
        assert!(matches!(secrets.get(""), Err(Error::Misused(_))), "{kind}");
    }
}

#[test]
fn many_threads_may_ask_one_keyring() {
    let (_, secrets) = mock_keyring();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let secrets = secrets.clone();
            scope.spawn(move || {
                for n in 0..50 {
                    let (name, value) = (format!("name {thread}"), format!("value {thread} {n}"));
                    secrets.set(&name, &Secret::from(value.as_str())).unwrap();
                    assert_eq!(*secrets.get(&name).unwrap().expose(), value);
                }
            });
        }
    });
}

#[test]
fn a_connection_that_died_is_made_anew_once() {
    let (store, secrets) = mock_keyring();
    secrets.set("server/3", &Secret::from("x")).unwrap();
    fail_next(
        &store,
        "server/3",
        keyring_core::Error::PlatformFailure("gone".into()),
    );
    assert_eq!(secrets.get("server/3").unwrap().expose(), "x");
}

#[test]
fn an_entry_that_another_program_made_counts_as_missing() {
    let (store, secrets) = mock_keyring();
    let shared: Arc<CredentialStore> = store;
    shared
        .build("puente", "theirs", None)
        .unwrap()
        .set_secret(&[0xFF, 0xFE])
        .unwrap();
    assert_eq!(
        secrets.get("theirs").unwrap_err().code(),
        Code::SecretMissing
    );
}

#[test]
fn a_secret_that_is_too_long_has_its_code_and_the_limit() {
    let (store, secrets) = mock_keyring();
    fail_next(
        &store,
        "key",
        keyring_core::Error::TooLong("secret".to_owned(), 2560),
    );
    let error = secrets
        .set("key", &Secret::from("x".repeat(3000)))
        .unwrap_err();
    assert_eq!(error.code(), Code::SecretTooLong);
    assert_eq!(
        error.values(),
        [("name", "key".to_owned()), ("limit", "2560".to_owned())]
    );
}

#[test]
fn a_file_opens_with_its_passphrase_only_and_is_never_overwritten_with_another() {
    let folder = tempfile::tempdir().unwrap();
    let (path, secrets) = in_file(&folder);
    assert!(
        !path.exists(),
        "nothing is written before there is a secret"
    );
    let wrong_and_early = Secrets::file(&path, Secret::from("otra frase")).unwrap();
    secrets.set("server/3", &Secret::from("x")).unwrap();
    let before = std::fs::read(&path).unwrap();

    for error in [
        Secrets::file(&path, Secret::from("otra frase")).unwrap_err(),
        wrong_and_early.get("server/3").unwrap_err(),
        wrong_and_early
            .set("server/3", &Secret::from("y"))
            .unwrap_err(),
        wrong_and_early.delete("server/3").unwrap_err(),
    ] {
        assert_eq!(error.code(), Code::SecretFileUnreadable);
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(in_file(&folder).1.get("server/3").unwrap().expose(), "x");
}

#[test]
fn a_damaged_file_of_secrets_is_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (path, secrets) = in_file(&folder);
    secrets.set("server/3", &Secret::from("x")).unwrap();
    let whole = std::fs::read(&path).unwrap();
    for damaged in [
        whole[..whole.len() / 2].to_vec(),
        b"not age".to_vec(),
        Vec::new(),
    ] {
        std::fs::write(&path, &damaged).unwrap();
        let error = secrets.set("server/4", &Secret::from("y")).unwrap_err();
        assert_eq!(error.code(), Code::SecretFileUnreadable);
        assert_eq!(std::fs::read(&path).unwrap(), damaged);
    }
}

#[test]
fn two_handles_on_one_file_see_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let (_, one) = in_file(&folder);
    let (_, two) = in_file(&folder);
    one.set("a", &Secret::from("1")).unwrap();
    two.set("b", &Secret::from("2")).unwrap();
    assert_eq!(one.get("b").unwrap().expose(), "2");
    assert_eq!(two.get("a").unwrap().expose(), "1");
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (path, secrets) = in_file(&folder);
    secrets.set("a", &Secret::from("1")).unwrap();
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn no_secret_is_in_any_text_error_or_file() {
    let folder = tempfile::tempdir().unwrap();
    let canary = Secret::from(CANARY);
    let (store, keyring) = mock_keyring();
    let path = folder.path().join("secrets.age");
    let file = Secrets::file(&path, Secret::from(format!("frase {CANARY}").as_str())).unwrap();
    let db = open(&folder.path().join("puente.db"));
    let mut texts = Vec::new();
    for secrets in [&keyring, &file, &Secrets::memory()] {
        secrets.set("server/3", &canary).unwrap();
        add(
            &db,
            format!("the secret of {} is under server/3", secrets.kind()),
        )
        .unwrap();
        texts.push(format!("{secrets:?} {:?}", secrets.get("server/3")));
    }
    backup::create(&db, &Cancel::new(), &NoProgress).unwrap();

    let raw = CANARY.as_bytes().to_vec();
    let mut errors = vec![
        Secrets::file(&path, Secret::from(format!("mala {CANARY}").as_str())).unwrap_err(),
        db.write(|_| -> Result<(), Error> { Err(Error::Cancelled) })
            .unwrap_err(),
    ];
    for error in [
        keyring_core::Error::BadEncoding(raw.clone()),
        keyring_core::Error::BadDataFormat(raw, "bad".into()),
        keyring_core::Error::Invalid("secret".to_owned(), CANARY.to_owned()),
        keyring_core::Error::TooLong("secret".to_owned(), 2560),
        keyring_core::Error::NoStorageAccess("locked".into()),
    ] {
        fail_next(&store, "server/3", error);
        match keyring.set("server/3", &canary) {
            Ok(()) => texts.push("taken".to_owned()),
            Err(error) => errors.push(error),
        }
    }
    for error in errors {
        let travelling = puente_core::Error::from(error.clone());
        let json = serde_json::to_string(&travelling).unwrap();
        texts.push(format!(
            "{error} {error:?} {:?} {travelling} {json}",
            error.values()
        ));
    }
    for text in texts {
        assert!(!text.contains(CANARY), "{text}");
    }
    for file in files_under(folder.path()) {
        let bytes = std::fs::read(&file).unwrap();
        let found = bytes
            .windows(CANARY.len())
            .any(|window| window == CANARY.as_bytes());
        assert!(!found, "{}", file.display());
    }
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files: Vec<PathBuf> = entries
        .flat_map(|path| {
            if path.is_dir() {
                files_under(&path)
            } else {
                vec![path]
            }
        })
        .collect();
    assert!(!files.is_empty());
    files
}
