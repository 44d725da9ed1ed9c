//! Private keys in files.

use crate::Error;
use puente_core::Secret;
use russh::keys::{Error as KeyError, PrivateKey, decode_secret_key, ssh_key};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// How a file says that its key is locked.
#[derive(Debug, PartialEq, Eq)]
enum Lock {
    Open,
    /// By a passphrase.
    Passphrase,
    /// By a passphrase, in a way that OpenSSH gave up in 2014 and that russh reads for RSA with AES-128 only.
    Old,
    /// Only the key's inside says so.
    Inside,
}

impl Lock {
    fn of(text: &str) -> Lock {
        let says = |words: &str| text.lines().any(|line| line.starts_with(words));
        let header = |words: &str| says(&format!("-----BEGIN {words}PRIVATE KEY-----"));
        if says("Proc-Type: 4,ENCRYPTED") {
            return match header("RSA ") && says("DEK-Info: AES-128-CBC,") {
                true => Lock::Passphrase,
                false => Lock::Old,
            };
        }
        if header("ENCRYPTED ") || says("Encryption: aes") {
            return Lock::Passphrase;
        }
        match header("OPENSSH ") {
            true => Lock::Inside,
            false => Lock::Open,
        }
    }
}

/// `~` as a shell has it: the home folder of this user.
fn whole(path: &Path) -> PathBuf {
    let home = path.strip_prefix("~").ok().zip(std::env::home_dir());
    home.map_or_else(|| path.to_owned(), |(rest, home)| home.join(rest))
}

/// Reads the key of a file: of OpenSSH, PEM, PKCS#8 or PuTTY. A passphrase that nothing asks for is not used,
/// as with `ssh`.
///
/// # Errors
/// [`Error::KeyUnusable`], without a word of what stands in the file.
pub(super) fn load(path: &Path, passphrase: Option<&Secret>) -> Result<PrivateKey, Error> {
    let unusable = |reason: &str| Error::KeyUnusable {
        path: path.display().to_string(),
        reason: reason.to_owned(),
    };
    let text = std::fs::read_to_string(whole(path)).map(Secret::from);
    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "the standard library's enum, which grows"
    )]
    let text = text.map_err(|error| match error.kind() {
        ErrorKind::NotFound => unusable("no_file"),
        ErrorKind::PermissionDenied => unusable("file_denied"),
        // What is no text is no key, either.
        ErrorKind::InvalidData => unusable("not_valid"),
        kind => unusable(&kind.to_string()),
    })?;
    let lock = Lock::of(text.expose());
    let passphrase = match lock {
        Lock::Open => None,
        Lock::Passphrase | Lock::Inside => passphrase.map(|words| words.expose().as_str()),
        Lock::Old => return Err(unusable("old_lock")),
    };
    decode_secret_key(text.expose(), passphrase).map_err(|error| {
        let is_locked = lock == Lock::Passphrase
            || matches!(
                error,
                KeyError::KeyIsEncrypted | KeyError::SshKey(ssh_key::Error::Crypto)
            );
        unusable(match is_locked {
            true => "bad_passphrase",
            false => "not_valid",
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_how_its_key_is_locked() {
        let legacy = |kind: &str, cipher: &str| {
            format!(
                "-----BEGIN {kind} PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: {cipher},00\n\nAA==\n"
            )
        };
        for (text, lock) in [
            (legacy("RSA", "AES-128-CBC"), Lock::Passphrase),
            (legacy("RSA", "DES-EDE3-CBC"), Lock::Old),
            (legacy("EC", "AES-128-CBC"), Lock::Old),
            (
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\r\nAA==".to_owned(),
                Lock::Passphrase,
            ),
            (
                "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: aes256-cbc\n".to_owned(),
                Lock::Passphrase,
            ),
            (
                "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n".to_owned(),
                Lock::Open,
            ),
            (
                "-----BEGIN OPENSSH PRIVATE KEY-----".to_owned(),
                Lock::Inside,
            ),
            ("-----BEGIN PRIVATE KEY-----".to_owned(), Lock::Open),
        ] {
            assert_eq!(Lock::of(&text), lock, "{text}");
        }
    }

    #[test]
    fn a_file_that_is_no_key_is_told_without_its_words() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (text, reason) in [
            ("canary", "not_valid"),
            ("-----BEGIN PRIVATE KEY-----\nY2FuYXJ5\n", "not_valid"),
            (
                "-----BEGIN OPENSSH PRIVATE KEY-----\nY2FuYXJ5\n",
                "not_valid",
            ),
            (
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nY2FuYXJ5\n",
                "bad_passphrase",
            ),
            (
                "-----BEGIN DSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n",
                "old_lock",
            ),
        ] {
            std::fs::write(file.path(), text).unwrap();
            let error = load(file.path(), Some(&Secret::from("frase"))).unwrap_err();
            let Error::KeyUnusable { reason: said, .. } = &error else {
                panic!("{error:?}");
            };
            assert_eq!(said, reason, "{text}");
        }
        let gone = load(Path::new("/no/such/key"), None).unwrap_err();
        assert!(matches!(gone, Error::KeyUnusable { reason, .. } if reason == "no_file"));
        let home = std::env::home_dir().unwrap();
        assert_eq!(whole(Path::new("~/.ssh/id")), home.join(".ssh/id"));
        assert_eq!(whole(Path::new("/~/id")), Path::new("/~/id"));
    }
}
