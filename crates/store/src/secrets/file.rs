//! Secrets in a file that a passphrase encrypts.

use super::Backend;
use crate::{Error, files};
use age::secrecy::SecretString;
use puente_core::Secret;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Scrypt with 2^16: 64 MiB and some 0.2 s for each guess at the passphrase, and the same for whoever
/// knows it, once per change of the file. More would stand out in the memory of an extraction.
const WORK: u8 = 16;
/// A file that asks for more work than 2^20 (1 GiB) was not made here.
const MOST_WORK: u8 = 20;

pub(super) struct AgeFile {
    path: PathBuf,
    passphrase: Secret,
    last: Mutex<Last>,
}

/// What was last read. The file is looked at each time, and decrypted when it is another one.
#[derive(Default)]
struct Last {
    encrypted: Vec<u8>,
    secrets: BTreeMap<String, Secret>,
}

impl AgeFile {
    pub(super) fn open(path: &Path, passphrase: Secret) -> Result<AgeFile, Error> {
        let file = AgeFile {
            path: path.to_path_buf(),
            passphrase,
            last: Mutex::new(Last::default()),
        };
        file.refresh(&mut file.lock())?;
        Ok(file)
    }

    fn lock(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refresh(&self, last: &mut Last) -> Result<(), Error> {
        let encrypted = match fs::read(&self.path) {
            Ok(encrypted) => encrypted,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                *last = Last::default();
                return Ok(());
            }
            Err(e) => return Err(Error::io(&self.path, e)),
        };
        if encrypted != last.encrypted {
            let secrets = self.decrypt(&encrypted)?;
            *last = Last { encrypted, secrets };
        }
        Ok(())
    }

    fn change(
        &self,
        change: impl FnOnce(&mut BTreeMap<String, Secret>) -> bool,
    ) -> Result<(), Error> {
        let mut last = self.lock();
        files::create_folder(&files::folder_of(&self.path))?;
        let _alone = files::lock(&files::beside(&self.path, ".lock"))?;
        self.refresh(&mut last)?;
        let mut secrets = last.secrets.clone();
        if !change(&mut secrets) {
            return Ok(());
        }
        let encrypted = self.encrypt(&secrets)?;
        files::write_whole(&self.path, &encrypted)?;
        *last = Last { encrypted, secrets };
        Ok(())
    }

    fn encrypt(&self, secrets: &BTreeMap<String, Secret>) -> Result<Vec<u8>, Error> {
        let exposed: BTreeMap<&str, &str> = secrets
            .iter()
            .map(|(name, secret)| (name.as_str(), secret.expose().as_str()))
            .collect();
        let plain = serde_json::to_vec(&exposed)
            .map(Secret::new)
            .map_err(|_| Error::Misused("secrets that are not JSON"))?;
        let mut recipient = age::scrypt::Recipient::new(self.words());
        recipient.set_work_factor(WORK);
        age::encrypt(&recipient, plain.expose())
            .map_err(|e| Error::io(&self.path, std::io::Error::other(e.to_string())))
    }

    fn decrypt(&self, encrypted: &[u8]) -> Result<BTreeMap<String, Secret>, Error> {
        let mut identity = age::scrypt::Identity::new(self.words());
        identity.set_max_work_factor(MOST_WORK);
        // Why it does not open stays unsaid: a parser's message may quote what it parsed.
        let unreadable = || Error::SecretFileUnreadable {
            path: self.path.clone(),
        };
        let plain = age::decrypt(&identity, encrypted)
            .map(Secret::new)
            .map_err(|_| unreadable())?;
        let exposed: BTreeMap<String, String> =
            serde_json::from_slice(plain.expose()).map_err(|_| unreadable())?;
        Ok(exposed
            .into_iter()
            .map(|(name, secret)| (name, Secret::from(secret)))
            .collect())
    }

    fn words(&self) -> SecretString {
        SecretString::from(self.passphrase.expose().clone())
    }
}

impl Backend for AgeFile {
    fn kind(&self) -> &'static str {
        "file"
    }

    fn get(&self, name: &str) -> Result<Option<Secret>, Error> {
        let mut last = self.lock();
        self.refresh(&mut last)?;
        Ok(last.secrets.get(name).cloned())
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), Error> {
        self.change(|secrets| {
            secrets.insert(name.to_owned(), secret.clone());
            true
        })
    }

    fn delete(&self, name: &str) -> Result<(), Error> {
        self.change(|secrets| secrets.remove(name).is_some())
    }
}
