//! A computer of the lab: a network, a file system and processes of its own, on this machine.

use crate::Error;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Namespaces of their own. They and every process in them end when this is dropped, and also when
/// this process is killed.
#[derive(Debug)]
pub struct Space {
    name: &'static str,
    unshare: Child,
    init: u32,
}

/// The first process of a space, which reads until the pipe to us ends. When it goes, the kernel ends
/// all others.
const INIT: &str = "echo up; exec cat >/dev/null";

impl Space {
    pub(super) fn new(name: &'static str) -> Result<Space, Error> {
        let mut unshare = Command::new("unshare")
            .args(["--net", "--mount", "--propagation", "private"])
            .args(["--pid", "--fork", "--kill-child", "--mount-proc"])
            .args(["sh", "-c", INIT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| Error::NotInstalled {
                what: "unshare (util-linux)".to_owned(),
                reason: error.to_string(),
            })?;
        let mut line = String::new();
        if let Some(output) = unshare.stdout.take() {
            // No line at all says the same as one that can't be read.
            drop(BufReader::new(output).read_line(&mut line));
        }
        if line.trim() != "up" {
            let said = unshare
                .wait_with_output()
                .map(|output| String::from_utf8_lossy(&output.stderr).trim().to_owned())
                .unwrap_or_default();
            return Err(Error::Lab {
                reason: format!(
                    "this machine gives no namespaces ({said}); the lab needs root and a kernel that has them"
                ),
            });
        }
        let path = format!("/proc/{0}/task/{0}/children", unshare.id());
        let children = std::fs::read_to_string(&path).map_err(Error::file(Path::new(&path)))?;
        let init = children
            .split_whitespace()
            .next()
            .and_then(|pid| pid.parse().ok())
            .ok_or_else(|| Error::Lab {
                reason: format!("{name} has no first process"),
            })?;
        Ok(Space {
            name,
            unshare,
            init,
        })
    }

    /// The process that its namespaces belong to, as the machine counts.
    pub fn pid(&self) -> u32 {
        self.init
    }

    /// A command that will run there, as the administrator.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        let pid = self.init.to_string();
        command
            .args(["--target", &pid, "--net", "--mount", "--pid", "--"])
            .arg(program);
        command
    }

    /// A command that will run there as nobody: no group, no capability, now or ever.
    pub fn command_as_nobody(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = self.command("setpriv");
        command
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .args(["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"])
            .arg("--")
            .arg(program);
        command
    }

    /// Runs a script of the shell there, and gives what it said.
    ///
    /// # Errors
    /// [`Error::Lab`] with what it said, when it fails.
    pub fn run(&self, script: &str) -> Result<String, Error> {
        let output = self
            .command("sh")
            .args(["-eu", "-c", script])
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Error::NotInstalled {
                what: "nsenter (util-linux)".to_owned(),
                reason: error.to_string(),
            })?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let first = script.lines().find(|line| !line.trim().is_empty());
            return Err(Error::Lab {
                reason: format!(
                    "{}: {}: {}",
                    self.name,
                    first.unwrap_or_default().trim(),
                    said.trim()
                ),
            });
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        // Its first process ends with the pipe, and everything in it with its first process.
        drop(self.unshare.stdin.take());
        // It may be gone already.
        drop(self.unshare.wait());
    }
}
