//! The time of one program in the lab, which a test turns while the program runs.

use super::{Lab, open_to_all};
use crate::Error;
use std::fs::{self, File};
use std::io::{Seek as _, Write as _};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What stands between a program and the machine's clocks.
const SOURCE: &str = include_str!("clock.c");

/// Clocks that are ahead of the machine's, by as much as a test wants. Those of programs that it was
/// given to, and of nobody else.
#[derive(Debug)]
pub struct TurnedClock {
    library: PathBuf,
    path: PathBuf,
    turned: Mutex<(File, [i64; 3])>,
}

impl TurnedClock {
    /// A clock that is right, so far.
    ///
    /// # Errors
    /// [`Error::NotInstalled`] without a C compiler, [`Error::Lab`] when it fails, those of the disk.
    pub fn new(lab: &Lab) -> Result<TurnedClock, Error> {
        let source = lab.folder().join("clock.c");
        let library = lab.folder().join("clock.so");
        fs::write(&source, SOURCE).map_err(Error::file(&source))?;
        let output = Command::new("cc")
            .args(["-O2", "-shared", "-fPIC", "-o"])
            .args([&library, &source])
            .arg("-ldl")
            .output()
            .map_err(|error| Error::NotInstalled {
                what: "gcc".to_owned(),
                reason: error.to_string(),
            })?;
        if !output.status.success() {
            return Err(Error::Lab {
                reason: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            });
        }
        let path = lab.folder().join("clock");
        let file = File::create(&path).map_err(Error::file(&path))?;
        open_to_all(&path, 0o644)?;
        let clock = TurnedClock {
            library,
            path,
            turned: Mutex::new((file, [0; 3])),
        };
        clock.turn([0; 3])?;
        Ok(clock)
    }

    /// Has a program that is to be started live by this clock.
    pub fn give_to(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", &self.library)
            .env("PUENTE_LAB_CLOCK", &self.path);
    }

    /// As if so much time had gone by: whole seconds.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn passes(&self, time: Duration) -> Result<(), Error> {
        self.turn([seconds(time); 3])
    }

    /// As if the machine had slept so long: the date went on, and the time that it was awake did not.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn sleeps(&self, time: Duration) -> Result<(), Error> {
        self.turn([seconds(time), seconds(time), 0])
    }

    fn turn(&self, by: [i64; 3]) -> Result<(), Error> {
        let mut turned = self.turned.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, all) = &mut *turned;
        let mut bytes = Vec::new();
        for (all, by) in all.iter_mut().zip(by) {
            *all += by;
            bytes.extend(all.to_ne_bytes());
        }
        let wrote = file.rewind().and_then(|()| file.write_all(&bytes));
        wrote.map_err(Error::file(&self.path))
    }
}

fn seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}
