//! Secrets in the keyring of the operating system. One thread asks it: calls for one entry from
//! several threads are not ordered on Windows, and the Secret Service wants one connection.

use super::Backend;
use crate::Error;
use keyring_core::{CredentialStore, Entry, Error as KeyringError};
use puente_core::Secret;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// How long a person has for the keyring's own question for its password.
const PROMPT: Duration = Duration::from_secs(120);

pub(super) type Connect = Box<dyn FnMut() -> Result<Arc<CredentialStore>, KeyringError> + Send>;

pub(super) struct Keyring {
    requests: Sender<Request>,
}

struct Request {
    name: String,
    verb: Verb,
    answer: Sender<Result<Option<Secret>, Error>>,
}

enum Verb {
    Get,
    Set(Secret),
    Delete,
}

impl Keyring {
    pub(super) fn system(service: &str) -> Result<Keyring, Error> {
        Keyring::start(Box::new(system_store), service)
    }

    pub(super) fn start(connect: Connect, service: &str) -> Result<Keyring, Error> {
        let (requests, received) = channel();
        let mut asking = Asking {
            connect,
            service: service.to_owned(),
            store: None,
        };
        std::thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || asking.serve(&received))
            .map_err(|e| Error::io(Path::new("keyring"), e))?;
        Ok(Keyring { requests })
    }

    fn ask(&self, name: &str, verb: Verb) -> Result<Option<Secret>, Error> {
        let ended = || Error::KeyringAbsent {
            reason: "its thread has ended".to_owned(),
        };
        let (answer, answered) = channel();
        let request = Request {
            name: name.to_owned(),
            verb,
            answer,
        };
        self.requests.send(request).map_err(|_| ended())?;
        answered.recv_timeout(PROMPT).unwrap_or_else(|_| {
            Err(Error::KeyringLocked {
                reason: "nobody answered its question".to_owned(),
            })
        })
    }
}

impl Backend for Keyring {
    fn kind(&self) -> &'static str {
        "keyring"
    }

    fn get(&self, name: &str) -> Result<Option<Secret>, Error> {
        self.ask(name, Verb::Get)
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), Error> {
        self.ask(name, Verb::Set(secret.clone())).map(drop)
    }

    fn delete(&self, name: &str) -> Result<(), Error> {
        self.ask(name, Verb::Delete).map(drop)
    }
}

#[cfg(target_os = "linux")]
fn system_store() -> Result<Arc<CredentialStore>, KeyringError> {
    let store: Arc<CredentialStore> = zbus_secret_service_keyring_store::Store::new()?;
    Ok(store)
}

#[cfg(target_os = "windows")]
fn system_store() -> Result<Arc<CredentialStore>, KeyringError> {
    let store: Arc<CredentialStore> = windows_native_keyring_store::Store::new()?;
    Ok(store)
}

#[cfg(target_os = "macos")]
fn system_store() -> Result<Arc<CredentialStore>, KeyringError> {
    let store: Arc<CredentialStore> = apple_native_keyring_store::keychain::Store::new()?;
    Ok(store)
}

#[cfg(not(any(target_os = "linux", target_os = "windows", target_os = "macos")))]
fn system_store() -> Result<Arc<CredentialStore>, KeyringError> {
    Err(KeyringError::NoDefaultStore)
}

/// What the thread has.
struct Asking {
    connect: Connect,
    service: String,
    store: Option<Arc<CredentialStore>>,
}

impl Asking {
    fn serve(&mut self, requests: &Receiver<Request>) {
        for Request { name, verb, answer } in requests {
            let result = match self.attempt(&name, &verb) {
                // The daemon behind a connection may have been started anew since.
                Err(KeyringError::PlatformFailure(_)) => {
                    self.store = None;
                    self.attempt(&name, &verb)
                }
                result => result,
            };
            // Whoever asked may have stopped waiting.
            drop(answer.send(result.map_err(|error| explain(&name, &error))));
        }
    }

    fn attempt(&mut self, name: &str, verb: &Verb) -> Result<Option<Secret>, KeyringError> {
        let entry = self.entry(name)?;
        let result = match verb {
            Verb::Get => entry.get_secret().map(into_secret),
            // Bytes, because Windows would take twice the room for a text.
            Verb::Set(secret) => entry.set_secret(secret.expose().as_bytes()).map(|()| None),
            Verb::Delete => entry.delete_credential().map(|()| None),
        };
        match result {
            Err(KeyringError::NoEntry) => Ok(None),
            Err(KeyringError::BadEncoding(_) | KeyringError::BadDataFormat(..)) => Ok(not_ours()),
            result => result,
        }
    }

    fn entry(&mut self, name: &str) -> Result<Entry, KeyringError> {
        let store = match self.store.take() {
            Some(store) => store,
            None => (self.connect)()?,
        };
        self.store.insert(store).build(&self.service, name, None)
    }
}

fn into_secret(bytes: Vec<u8>) -> Option<Secret> {
    String::from_utf8(bytes).map_or_else(|_| not_ours(), |text| Some(Secret::from(text)))
}

/// What another program put there is no secret of Puente's: it has to be written again.
fn not_ours() -> Option<Secret> {
    tracing::warn!("an entry of the keyring is not a text");
    None
}

/// The keyring's errors can carry the secret itself: only the texts of the harmless ones are kept.
#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "the enum of another crate, which may grow"
)]
fn explain(name: &str, error: &KeyringError) -> Error {
    let reason = |error: &dyn std::error::Error| puente_core::error::chain(error);
    match error {
        KeyringError::TooLong(_, limit) => Error::SecretTooLong {
            name: name.to_owned(),
            limit: *limit,
        },
        KeyringError::NoStorageAccess(_) if !cfg!(target_os = "windows") => Error::KeyringLocked {
            reason: reason(error),
        },
        // There always is a keychain; one that refuses is locked, or the person said no.
        KeyringError::PlatformFailure(_) if cfg!(target_os = "macos") => Error::KeyringLocked {
            reason: reason(error),
        },
        KeyringError::NoStorageAccess(_)
        | KeyringError::PlatformFailure(_)
        | KeyringError::NoDefaultStore
        | KeyringError::NotSupportedByStore(_) => Error::KeyringAbsent {
            reason: reason(error),
        },
        _ => Error::KeyringAbsent {
            reason: "its entry is not one that Puente can use".to_owned(),
        },
    }
}
