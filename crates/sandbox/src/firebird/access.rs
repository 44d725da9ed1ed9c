//! A way into a private server: where it listens and how the administrator gets in.

use super::isql::{self, Dialect, Isql};
use super::{Installation, Session};
use crate::Error;
use puente_core::Secret;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a private server listens and how its administrator gets in. A copy stays good when the
/// server is stopped and started again.
#[derive(Debug, Clone)]
pub struct Access {
    installation: Installation,
    folder: PathBuf,
    port: u16,
    password: Secret,
}

impl Access {
    pub(super) fn new(
        installation: &Installation,
        folder: &Path,
        port: u16,
        password: &Secret,
    ) -> Self {
        Access {
            installation: installation.clone(),
            folder: folder.to_owned(),
            port,
            password: password.clone(),
        }
    }

    /// Always the loopback address.
    pub fn host(&self) -> &'static str {
        "127.0.0.1"
    }

    /// The port that the server listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The administrator: `SYSDBA`.
    pub fn user(&self) -> &'static str {
        "SYSDBA"
    }

    /// The administrator's password.
    pub fn password(&self) -> &Secret {
        &self.password
    }

    /// Runs scripts over the server as the administrator.
    pub fn isql(&self) -> Isql {
        Isql::embedded(&self.installation, &self.folder).logged_in(self.user(), &self.password)
    }

    /// A connection that stays open.
    ///
    /// # Errors
    /// [`Error::Script`] when the server does not let it in.
    pub fn session(&self, database: &Path, dialect: Dialect) -> Result<Session, Error> {
        Session::open(&self.isql().dialect(dialect), &self.address(database))
    }

    /// `127.0.0.1/<port>:<database>`, as Firebird's own programs name it.
    pub fn address(&self, database: &Path) -> String {
        format!("{}/{}:{}", self.host(), self.port, database.display())
    }

    /// Creates an empty database with that dialect and charset.
    ///
    /// # Errors
    /// [`Error::Script`], also when the file is there already.
    pub fn create_database(
        &self,
        path: &Path,
        dialect: Dialect,
        charset: &str,
    ) -> Result<(), Error> {
        let script = format!(
            "create database '{}' page_size 8192 default character set {charset};\n",
            self.address(path)
        );
        self.isql().dialect(dialect).run(None, script.as_bytes())?;
        self.tool(
            self.installation.gfix(),
            &["-write", "async", &self.address(path)],
        )
    }

    /// Makes the commits of a database file that no server has open not wait for the disk: what a
    /// power cut takes away does not matter here.
    pub(crate) fn write_async(&self, file: &Path) -> Result<(), Error> {
        self.tool(
            self.installation.gfix(),
            &["-write", "async", &file.display().to_string()],
        )
    }

    /// Writes a backup of a database and puts it back in the place of the original, as an
    /// administrator does who repairs one: row versions and the creation date are then new.
    ///
    /// # Errors
    /// [`Error::Script`], also when someone is connected to the database.
    pub fn restore_in_place(&self, database: &Path) -> Result<(), Error> {
        let backup = self.folder.join("tmp").join("restore.fbk");
        let (from, to) = (self.address(database), backup.display().to_string());
        let result = self
            .tool(self.installation.gbak(), &["-b", "-g", &from, &to])
            .and_then(|()| self.tool(self.installation.gbak(), &["-rep", &to, &from]));
        let _ = std::fs::remove_file(&backup);
        result
    }

    /// Takes a database out of use, as an administrator does for maintenance: nobody gets in.
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn shut(&self, database: &Path) -> Result<(), Error> {
        let address = self.address(database);
        self.tool(
            self.installation.gfix(),
            &["-shut", "full", "-force", "0", &address],
        )
    }

    /// Ends [`Access::shut`].
    ///
    /// # Errors
    /// [`Error::Script`].
    pub fn open_again(&self, database: &Path) -> Result<(), Error> {
        self.tool(
            self.installation.gfix(),
            &["-online", &self.address(database)],
        )
    }

    pub(crate) fn installation(&self) -> &Installation {
        &self.installation
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the server may read external tables.
    pub(crate) fn load_folder(&self) -> PathBuf {
        self.folder.join("load")
    }

    fn tool(&self, mut command: Command, arguments: &[&str]) -> Result<(), Error> {
        isql::environment(&mut command, &self.folder);
        let program = command.get_program().to_string_lossy().into_owned();
        let failed = |reason: &str| Error::Script {
            reason: format!("{program}: {reason}"),
        };
        let output = command
            .env("ISC_PASSWORD", self.password.expose())
            .args(["-user", self.user()])
            .args(arguments)
            .output()
            .map_err(|e| failed(&e.to_string()))?;
        if output.status.success() {
            return Ok(());
        }
        Err(failed(String::from_utf8_lossy(&output.stderr).trim()))
    }
}
