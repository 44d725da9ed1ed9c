//! Runs scripts with Firebird's own `isql`, which has every way to log in that its server has.

use super::Installation;
use crate::Error;
use puente_core::Secret;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// SQL dialect of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// The old one: DATE holds a time, NUMERIC of more than 9 digits is a double.
    One,
    /// The present one.
    #[default]
    Three,
}

impl Dialect {
    /// 1 or 3.
    pub fn number(self) -> u8 {
        match self {
            Dialect::One => 1,
            Dialect::Three => 3,
        }
    }

    /// The type that holds a day and a time.
    pub(crate) fn timestamp(self) -> &'static str {
        match self {
            Dialect::One => "DATE",
            Dialect::Three => "TIMESTAMP",
        }
    }
}

/// A way to run scripts: whose programs, with which configuration, as whom.
#[derive(Debug, Clone)]
pub struct Isql {
    installation: Installation,
    folder: PathBuf,
    user: String,
    password: Option<Secret>,
    dialect: Dialect,
}

impl Isql {
    /// Opens database files itself, as `SYSDBA` and without a server.
    pub(crate) fn embedded(installation: &Installation, folder: &Path) -> Self {
        Isql {
            installation: installation.clone(),
            folder: folder.to_owned(),
            user: "SYSDBA".to_owned(),
            password: None,
            dialect: Dialect::Three,
        }
    }

    /// Logs in as this user.
    #[must_use]
    pub fn logged_in(mut self, user: &str, password: &Secret) -> Self {
        self.user = user.to_owned();
        self.password = Some(password.clone());
        self
    }

    /// Speaks this dialect.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Runs a script against `database` (or one that names its own) and gives what isql printed.
    /// Texts go through as the bytes they are (charset NONE).
    ///
    /// # Errors
    /// [`Error::Script`] at the first statement that the server refuses.
    pub fn run(&self, database: Option<&str>, script: &[u8]) -> Result<Vec<u8>, Error> {
        let refused = |source: std::io::Error| Error::Script {
            reason: source.to_string(),
        };
        // From a file: on its standard input isql drops every byte above 127 that is not UTF-8.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder).map_err(refused)?;
        file.write_all(script).map_err(refused)?;
        let output = self
            .command(database)
            .arg("-i")
            .arg(file.path())
            .stdin(Stdio::null())
            .output()
            .map_err(refused)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(Error::Script {
            reason: complaint.trim().replace('\n', " "),
        })
    }

    pub(super) fn command(&self, database: Option<&str>) -> Command {
        let mut command = self.installation.isql();
        environment(&mut command, &self.folder);
        command
            .args([
                "-q",
                "-b",
                "-ch",
                "NONE",
                "-sql_dialect",
                &self.dialect.number().to_string(),
            ])
            .args(["-user", &self.user])
            .args(database);
        if let Some(password) = &self.password {
            // In the environment, because anyone may read the arguments of a process.
            command.env("ISC_PASSWORD", password.expose());
        }
        command
    }

    /// The rows of a query of one text column.
    ///
    /// # Errors
    /// Those of [`Isql::run`].
    pub fn column(&self, database: &str, query: &str) -> Result<Vec<String>, Error> {
        let script = format!(
            "set heading off;\n{};\n",
            query.trim_end().trim_end_matches(';')
        );
        let printed = self.run(Some(database), script.as_bytes())?;
        let text = String::from_utf8_lossy(&printed);
        Ok(text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect())
    }
}

/// What every program of Firebird needs to know of its private folder.
pub(super) fn environment(command: &mut Command, folder: &Path) {
    command
        .env("FIREBIRD", folder)
        .env("FIREBIRD_LOCK", folder.join("lock"))
        .env("FIREBIRD_TMP", folder.join("tmp"))
        .env_remove("ISC_USER")
        .env_remove("ISC_PASSWORD");
}
