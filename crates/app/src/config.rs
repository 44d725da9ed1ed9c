//! `config.toml`: what must be known before the state opens. Everything else is in the state.

use crate::paths::DataDir;
use chrono::{DateTime, Utc};
use puente_core::{Error, Lang};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The settings file. A missing file, or a missing field, means the default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Language of the interface.
    pub lang: Lang,
    /// Where secrets are kept.
    pub secrets: SecretsIn,
    /// Levels of the log: `info`, or by module, `info,puente_erp=debug`.
    pub log: LogConfig,
    /// Backups kept.
    pub backups: BackupConfig,
}

/// Where secrets are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecretsIn {
    /// The operating system's keyring.
    #[default]
    Keyring,
    /// A file under a passphrase, which `PUENTE_PASSPHRASE` or a question gives.
    File,
}

/// Settings of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// Levels: `info`, or by module, `info,puente_erp=debug`.
    pub levels: String,
    /// Days of log files kept.
    pub days: usize,
}

impl Default for LogConfig {
    fn default() -> Self {
        LogConfig {
            levels: "info".to_owned(),
            days: 14,
        }
    }
}

/// How many backups are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
#[ts(rename = "BackupsKept")]
pub struct BackupConfig {
    /// The newest ones, always.
    pub last: usize,
    /// One a day for so many days.
    pub days: usize,
    /// One a month for so many months.
    pub months: usize,
}

impl Default for BackupConfig {
    fn default() -> Self {
        BackupConfig {
            last: 5,
            days: 14,
            months: 12,
        }
    }
}

/// What reading the settings gave.
#[derive(Debug)]
pub struct Read {
    /// The settings.
    pub config: Config,
    /// Where a file that could not be read was set aside, and why.
    pub set_aside: Option<(PathBuf, String)>,
}

/// Reads the settings. A file that can't be read is set aside under another name, never overwritten,
/// and the defaults apply.
///
/// # Errors
/// Those of the data folder.
pub fn read(dir: &DataDir, now: DateTime<Utc>) -> Result<Read, Error> {
    let path = dir.config();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Read {
                config: Config::default(),
                set_aside: None,
            });
        }
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            return set_aside(dir, now, error.to_string());
        }
        Err(error) => return Err(dir.explain(&error)),
    };
    match toml::from_str(&text) {
        Ok(config) => Ok(Read {
            config,
            set_aside: None,
        }),
        Err(error) => set_aside(dir, now, error.message().to_owned()),
    }
}

fn set_aside(dir: &DataDir, now: DateTime<Utc>, why: String) -> Result<Read, Error> {
    let aside = dir.path().join(format!(
        "config.{}.broken.toml",
        now.format("%Y%m%dT%H%M%SZ")
    ));
    std::fs::rename(dir.config(), &aside).map_err(|error| dir.explain(&error))?;
    Ok(Read {
        config: Config::default(),
        set_aside: Some((aside, why)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_file_is_set_aside_whole_and_the_defaults_apply() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(dir.path()).unwrap();
        std::fs::write(data.config(), "lang = \"en\"\nsecrets = 7\n").unwrap();
        let read = read(&data, DateTime::default()).unwrap();
        assert_eq!(read.config, Config::default());
        let (aside, _) = read.set_aside.unwrap();
        assert!(
            std::fs::read_to_string(aside)
                .unwrap()
                .contains("secrets = 7")
        );
        assert!(!data.config().exists());
    }

    #[test]
    fn what_is_written_reads_back() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::open(dir.path()).unwrap();
        let config = Config {
            lang: Lang::En,
            secrets: SecretsIn::File,
            ..Config::default()
        };
        std::fs::write(data.config(), toml::to_string(&config).unwrap()).unwrap();
        assert_eq!(read(&data, DateTime::default()).unwrap().config, config);
    }
}
