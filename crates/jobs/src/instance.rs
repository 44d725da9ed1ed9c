//! Which running program a job belongs to. Every instance holds a file lock that the system lets go
//! of when the process ends, however it ends; so whether an instance lives is a question to the
//! system, and needs no heartbeat and no process number.

use crate::Error;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use uuid::Uuid;

const SUFFIX: &str = "lock";
const TRIES: u32 = 20;

/// This instance's name, and the lock that shows that it lives.
#[derive(Debug)]
pub(crate) struct Instance {
    pub name: Arc<str>,
    folder: PathBuf,
    // Never read: its lock is what counts.
    _lock: File,
}

/// Whether another instance lives.
#[derive(Debug)]
pub(crate) enum Life {
    /// It does, or nobody can tell.
    Alive,
    /// It has ended. Its lock is kept by the caller meanwhile, if its file is still there.
    Ended(Option<File>),
}

impl Instance {
    /// Takes a lock in `folder`, which is made if it is not there.
    pub(crate) fn begin(folder: PathBuf) -> Result<Instance, Error> {
        std::fs::create_dir_all(&folder).map_err(|e| lock_error(&folder, e))?;
        for _ in 0..TRIES {
            let name: Arc<str> = Uuid::new_v4().to_string().into();
            if let Some(lock) = take_new(&folder, &name)? {
                return Ok(Instance {
                    name,
                    folder,
                    _lock: lock,
                });
            }
        }
        Err(lock_error(&folder, ErrorKind::WouldBlock.into()))
    }

    /// Whether the instance of that name lives.
    pub(crate) fn life_of(&self, name: &str) -> Life {
        if *name == *self.name {
            return Life::Alive;
        }
        probe(&file_of(&self.folder, name))
    }

    /// Removes the lock files of instances that have ended. Without its file an instance counts as
    /// ended, so this may be done at any time.
    pub(crate) fn sweep(&self) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return;
        };
        let own = file_of(&self.folder, &self.name);
        for path in entries.flatten().map(|entry| entry.path()) {
            if path == own || path.extension().is_none_or(|suffix| suffix != SUFFIX) {
                continue;
            }
            if let Life::Ended(Some(_lock)) = probe(&path)
                && let Err(error) = std::fs::remove_file(&path)
            {
                tracing::debug!(path = %path.display(), %error, "a lock file stays");
            }
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let path = file_of(&self.folder, &self.name);
        if let Err(error) = std::fs::remove_file(&path) {
            tracing::debug!(path = %path.display(), %error, "a lock file stays");
        }
    }
}

/// Makes and locks a new file. `None` when a sweep of another instance came between the two steps and
/// may have removed it: then the lock would be on a file that nobody finds.
fn take_new(folder: &Path, name: &str) -> Result<Option<File>, Error> {
    let path = file_of(folder, name);
    let open = OpenOptions::new().write(true).create_new(true).open(&path);
    let lock = open.map_err(|e| lock_error(&path, e))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(lock_error(&path, error)),
    }
    // A second handle sees what others see.
    match probe(&path) {
        Life::Alive => Ok(Some(lock)),
        Life::Ended(_) => Ok(None),
    }
}

/// Where the system can't answer, the instance counts as alive: running a job twice is worse than
/// leaving it.
fn probe(path: &Path) -> Life {
    let file = match OpenOptions::new().write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Life::Ended(None),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "a lock file can't be opened");
            return Life::Alive;
        }
    };
    match file.try_lock() {
        Ok(()) => Life::Ended(Some(file)),
        Err(TryLockError::WouldBlock) => Life::Alive,
        Err(TryLockError::Error(error)) => {
            tracing::warn!(path = %path.display(), %error, "a lock file can't be locked");
            Life::Alive
        }
    }
}

fn file_of(folder: &Path, name: &str) -> PathBuf {
    folder.join(name).with_extension(SUFFIX)
}

fn lock_error(path: &Path, source: std::io::Error) -> Error {
    puente_store::Error::io(path, source).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_lives_as_long_as_it_holds_its_lock() {
        let folder = tempfile::tempdir().unwrap();
        let one = Instance::begin(folder.path().join("run")).unwrap();
        let other = Instance::begin(folder.path().join("run")).unwrap();
        assert!(matches!(one.life_of(&other.name), Life::Alive));
        assert!(matches!(one.life_of(&one.name), Life::Alive), "itself");
        let name = Arc::clone(&other.name);
        drop(other);
        assert!(matches!(one.life_of(&name), Life::Ended(_)));
    }

    #[test]
    fn a_sweep_removes_what_the_dead_left_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let living = Instance::begin(folder.path().to_path_buf()).unwrap();
        let sweeper = Instance::begin(folder.path().to_path_buf()).unwrap();
        std::fs::write(folder.path().join("left-by-a-kill.lock"), "").unwrap();
        std::fs::write(folder.path().join("notes.txt"), "").unwrap();
        sweeper.sweep();
        let mut left: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        let mut expected = [
            format!("{}.lock", living.name),
            format!("{}.lock", sweeper.name),
            "notes.txt".to_owned(),
        ];
        expected.sort();
        assert_eq!(left, expected);
        assert!(matches!(
            sweeper.life_of("left-by-a-kill"),
            Life::Ended(None)
        ));
    }

    #[test]
    fn instances_that_begin_amid_sweeps_all_count_as_alive() {
        let folder = tempfile::tempdir().unwrap();
        let sweeper = Instance::begin(folder.path().to_path_buf()).unwrap();
        std::thread::scope(|scope| {
            let beginners: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let begin = || Instance::begin(folder.path().to_path_buf()).unwrap();
                        (0..25).map(|_| begin()).collect::<Vec<_>>()
                    })
                })
                .collect();
            while beginners.iter().any(|thread| !thread.is_finished()) {
                sweeper.sweep();
            }
            for instance in beginners
                .into_iter()
                .flat_map(|thread| thread.join().unwrap())
            {
                assert!(matches!(sweeper.life_of(&instance.name), Life::Alive));
            }
        });
    }
}
