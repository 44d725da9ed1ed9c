//! Secrets under names: in the keyring of the operating system, in a file that a passphrase
//! encrypts, or in memory. Rows of databases hold the names and never the secrets.
//!
//! What this protects from: other users of the machine, backups and copies of the data folder. What
//! it doesn't: programs that run as the same user while the session is open can ask the keyring too.

mod file;
mod keyring;
mod memory;

use crate::Error;
use keyring_core::CredentialStore;
use puente_core::Secret;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// The service under which Puente's entries stand in the keyring.
pub const SERVICE: &str = "puente";

/// A place for secrets. Clones are one and the same.
#[derive(Clone)]
pub struct Secrets(Arc<dyn Backend>);

trait Backend: Send + Sync {
    fn kind(&self) -> &'static str;
    fn get(&self, name: &str) -> Result<Option<Secret>, Error>;
    fn set(&self, name: &str, secret: &Secret) -> Result<(), Error>;
    /// What is not there is deleted already.
    fn delete(&self, name: &str) -> Result<(), Error>;
}

impl Secrets {
    /// The keyring of the operating system: Secret Service, Credential Manager or Keychain. It is
    /// asked for the first time when the first secret is; [`Secrets::probe`] tells whether it works.
    ///
    /// # Errors
    /// Those of starting a thread.
    pub fn keyring(service: &str) -> Result<Secrets, Error> {
        keyring::Keyring::system(service).map(Secrets::over)
    }

    /// A keyring of the caller's choice, for tests.
    ///
    /// # Errors
    /// Those of starting a thread.
    pub fn keyring_in(store: Arc<CredentialStore>, service: &str) -> Result<Secrets, Error> {
        keyring::Keyring::start(Box::new(move || Ok(Arc::clone(&store))), service)
            .map(Secrets::over)
    }

    /// A file that the passphrase encrypts (age, scrypt). It is made with the first secret, readable
    /// by its owner only. Several processes may use it.
    ///
    /// # Errors
    /// [`Error::SecretFileUnreadable`] when the file is there and does not open with that passphrase.
    pub fn file(path: &Path, passphrase: Secret) -> Result<Secrets, Error> {
        file::AgeFile::open(path, passphrase).map(Secrets::over)
    }

    /// Memory: gone with the process. For tests and the demo.
    pub fn memory() -> Secrets {
        Secrets::over(memory::Memory::default())
    }

    fn over(backend: impl Backend + 'static) -> Secrets {
        Secrets(Arc::new(backend))
    }

    /// The secret under that name.
    ///
    /// # Errors
    /// [`Error::SecretMissing`]; [`Error::KeyringAbsent`], [`Error::KeyringLocked`],
    /// [`Error::SecretFileUnreadable`].
    pub fn get(&self, name: &str) -> Result<Secret, Error> {
        self.find(name)?.ok_or_else(|| Error::SecretMissing {
            name: name.to_owned(),
        })
    }

    /// The secret under that name, if there is one.
    ///
    /// # Errors
    /// Those of [`Secrets::get`], [`Error::SecretMissing`] excepted.
    pub fn find(&self, name: &str) -> Result<Option<Secret>, Error> {
        self.0.get(named(name)?)
    }

    /// Keeps the secret under that name, in the place of one that was there.
    ///
    /// # Errors
    /// [`Error::SecretTooLong`] (Windows keeps up to 2560 bytes), and those of [`Secrets::get`].
    pub fn set(&self, name: &str, secret: &Secret) -> Result<(), Error> {
        self.0.set(named(name)?, secret)
    }

    /// Forgets the secret under that name. One that is not there is forgotten already.
    ///
    /// # Errors
    /// Those of [`Secrets::get`], [`Error::SecretMissing`] excepted.
    pub fn delete(&self, name: &str) -> Result<(), Error> {
        self.0.delete(named(name)?)
    }

    /// Keeps, reads and forgets a value of no meaning: whether secrets can be kept here now.
    ///
    /// # Errors
    /// Those of [`Secrets::set`], and [`Error::KeyringAbsent`] when what was read is something else.
    pub fn probe(&self) -> Result<(), Error> {
        let name = format!("probe-{}", std::process::id());
        let value = Secret::from("a value of no meaning: ñ €");
        self.set(&name, &value)?;
        let read = self.get(&name)?;
        self.delete(&name)?;
        if read.expose() == value.expose() {
            Ok(())
        } else {
            Err(Error::KeyringAbsent {
                reason: "what it gives back is not what it got".to_owned(),
            })
        }
    }

    /// `keyring`, `file` or `memory`.
    pub fn kind(&self) -> &'static str {
        self.0.kind()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.kind())
    }
}

fn named(name: &str) -> Result<&str, Error> {
    if name.is_empty() {
        Err(Error::Misused("a secret without a name"))
    } else {
        Ok(name)
    }
}
