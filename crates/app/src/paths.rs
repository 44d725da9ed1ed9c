//! Where Puente keeps things: one data folder, and nothing outside it but the keyring.

use puente_core::{Code, Error};
use std::io;
use std::path::{Path, PathBuf};

/// The data folder and the places in it.
#[derive(Debug, Clone)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// The folder of this user, by the rules of the operating system.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] when the system names no home folder.
    pub fn of_this_user() -> Result<PathBuf, Error> {
        directories::ProjectDirs::from("", "", "Puente")
            .map(|dirs| dirs.data_dir().to_owned())
            .ok_or_else(|| Error::invalid("data_dir", "--data-dir"))
    }

    /// Makes the folder if it is missing, private to the user where the system can do that, and
    /// finds out whether it can be written.
    ///
    /// # Errors
    /// [`Code::DataFolderReadOnly`], [`Code::DiskFull`].
    pub fn open(path: &Path) -> Result<DataDir, Error> {
        let dir = DataDir(path.to_owned());
        create_private(path)
            .and_then(|()| tempfile::tempfile_in(path).map(drop))
            .map_err(|error| dir.explain(&error))?;
        Ok(dir)
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What cannot be obtained again.
    pub fn state(&self) -> PathBuf {
        self.0.join("puente.db")
    }

    /// What can be extracted again.
    pub fn warehouse(&self) -> PathBuf {
        self.0.join("warehouse.db")
    }

    /// Backups of the state.
    pub fn backups(&self) -> PathBuf {
        self.0.join("backups")
    }

    /// Models that forecast demand, a folder for each NIT.
    pub fn models(&self) -> PathBuf {
        self.0.join("models")
    }

    /// Logs, one file a day.
    pub fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }

    /// The user's own ERP profiles.
    pub fn profiles(&self) -> PathBuf {
        self.0.join("profiles")
    }

    /// Files of invoices, which their ledgers can give again.
    pub fn invoices(&self) -> PathBuf {
        self.0.join("invoices")
    }

    /// Settings that are needed before the state opens.
    pub fn config(&self) -> PathBuf {
        self.0.join("config.toml")
    }

    /// Secrets under a passphrase, where the office chose that instead of the keyring.
    pub fn secrets(&self) -> PathBuf {
        self.0.join("secrets.age")
    }

    /// Turns an IO error under this folder into one that travels.
    pub fn explain(&self, error: &io::Error) -> Error {
        let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
        let closed = [
            io::ErrorKind::PermissionDenied,
            io::ErrorKind::ReadOnlyFilesystem,
            io::ErrorKind::NotADirectory,
            io::ErrorKind::AlreadyExists,
        ];
        let code = if full.contains(&error.kind()) {
            Code::DiskFull
        } else if closed.contains(&error.kind()) {
            Code::DataFolderReadOnly
        } else {
            Code::StoreFailed
        };
        Error::new(code)
            .with("path", self.0.display())
            .because(error)
    }
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<()> {
    // On Windows the profile's folder is private to its user already.
    std::fs::create_dir_all(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_a_file_is_refused_with_its_path() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let error = DataDir::open(&file).unwrap_err();
        assert_eq!(error.code, Code::DataFolderReadOnly);
        assert!(error.values["path"].ends_with("file"));
    }

    #[cfg(unix)]
    #[test]
    fn a_new_folder_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a").join("puente");
        DataDir::open(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
