//! Files done carefully: names beside a file, private permissions, locks, and renames that last.

use crate::Error;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// The file's name with something put after it: `puente.db` and `-wal`.
pub(crate) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_os_string();
    name.push(suffix);
    PathBuf::from(name)
}

/// The folder that holds the file.
pub(crate) fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        Some(_) | None => PathBuf::from("."),
    }
}

/// The last part of the path.
pub(crate) fn name_of(file: &Path) -> OsString {
    file.file_name().map_or_else(OsString::new, OsString::from)
}

pub(crate) fn create_folder(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))
}

/// Makes the file, readable by its owner only, unless it is there. One that is there is not even
/// opened: closing it would drop the locks that SQLite holds on it in this process (POSIX).
pub(crate) fn create_private(path: &Path) -> Result<bool, Error> {
    match private_options().create_new(true).open(path) {
        Ok(_) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(Error::io(path, e)),
    }
}

fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Waits for the lock that this file stands for, among all processes. The system lets go of it when
/// the file is dropped or the process ends in whatever way. On file systems without locks there is
/// none to wait for.
pub(crate) fn lock(path: &Path) -> Result<File, Error> {
    let file = private_options()
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|e| Error::io(path, e))?;
    match file.lock() {
        Ok(()) => Ok(file),
        Err(e) if e.kind() == io::ErrorKind::Unsupported => Ok(file),
        Err(e) => Err(Error::io(path, e)),
    }
}

/// The path with a number put to it when something stands there already.
pub(crate) fn unused(base: &Path, suffix: &str) -> PathBuf {
    let numbered = (2u32..).map(|n| beside(base, &format!("-{n}{suffix}")));
    let mut candidates = std::iter::once(beside(base, suffix)).chain(numbered);
    candidates
        .find(|path| !path.exists())
        .unwrap_or_else(|| beside(base, suffix))
}

pub(crate) fn remove_if_there(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(Error::io(path, e)),
    }
}

/// Writes the whole file or leaves the one before it as it was, also when the power goes.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> Result<(), Error> {
    let partial = beside(path, ".partial");
    remove_if_there(&partial)?;
    let written = (|| {
        let mut file = private_options().create_new(true).open(&partial)?;
        io::Write::write_all(&mut file, content)?;
        file.sync_all()
    })();
    let renamed = written
        .map_err(|e| Error::io(&partial, e))
        .and_then(|()| settle(&partial, path));
    if renamed.is_err() {
        drop(fs::remove_file(&partial));
    }
    renamed
}

/// Renames, and makes the new name last.
pub(crate) fn settle(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).map_err(|e| Error::io(to, e))?;
    sync_folder(&folder_of(to))
}

/// Makes new and removed names of the folder last.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> Result<(), Error> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|e| Error::io(folder, e))
}

/// Windows keeps names by itself: a folder can't be flushed there.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_: &Path) -> Result<(), Error> {
    Ok(())
}

pub(crate) fn sync_file(path: &Path) -> Result<(), Error> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .and_then(|file| file.sync_all())
        .map_err(|e| Error::io(path, e))
}
