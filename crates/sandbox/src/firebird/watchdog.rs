//! Keeps a server from outliving the process that started it.
//!
//! Rust code of ours can neither ask the kernel for a signal at its parent's death nor send signals
//! without `unsafe`. A small shell can: it starts the server, and reads words from a pipe whose
//! other end only we hold. When we are killed, however hard, the pipe ends and the shell stops the
//! server.

use crate::Error;
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// Firebird 3.0.11 ends 0.1 s after it is asked to, or, about every fourth time, never: it locks up
/// in its own shutdown. It is then killed after 1 s, which harms no database: what was committed is
/// with the system.
const SCRIPT: &str = r#"
"$@" </dev/null 3>&- &
pid=$!
echo "$pid" >&3
exec 3>&-
word=
while read -r word; do
  case $word in
    pause) kill -STOP "$pid" ;;
    resume) kill -CONT "$pid" ;;
    kill) break ;;
  esac
done
if [ "$word" = kill ]; then
  kill -KILL "$pid" 2>/dev/null
else
  kill -TERM "$pid" 2>/dev/null
  kill -CONT "$pid" 2>/dev/null
  (
    i=0
    while [ $i -lt 10 ]; do
      sleep 0.1
      kill -0 "$pid" 2>/dev/null || exit 0
      i=$((i + 1))
    done
    kill -KILL "$pid" 2>/dev/null
  ) &
fi
wait "$pid"
"#;

/// A server under a watchdog.
#[derive(Debug)]
pub(super) struct Watched {
    shell: Child,
    words: Option<ChildStdin>,
    pid: u32,
}

impl Watched {
    /// Starts `words` (a program and its arguments). What it prints goes to `log`.
    pub(super) fn start(
        words: &[OsString],
        arguments: &[OsString],
        environment: impl FnOnce(&mut Command),
        log: &Path,
    ) -> Result<Self, Error> {
        let log_file = File::options()
            .create(true)
            .append(true)
            .open(log)
            .map_err(Error::file(log))?;
        let errors = log_file.try_clone().map_err(Error::file(log))?;
        let mut command = Command::new("sh");
        // The pid comes back on the shell's own output, and the server prints into the log.
        command
            .arg("-c")
            .arg(format!("exec 3>&1 1>&2\n{SCRIPT}"))
            .arg("puente-watchdog")
            .args(words)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors);
        drop(log_file);
        environment(&mut command);
        own_group(&mut command);
        let failed = |reason: String| Error::Server { reason };
        let mut shell = command.spawn().map_err(|e| failed(format!("sh: {e}")))?;
        let mut line = String::new();
        if let Some(output) = shell.stdout.take() {
            BufReader::new(output)
                .read_line(&mut line)
                .map_err(|e| failed(e.to_string()))?;
        }
        let pid = line
            .trim()
            .parse()
            .map_err(|_| failed(format!("no process: {line:?}")))?;
        let words = shell.stdin.take();
        Ok(Watched { shell, words, pid })
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    /// Freezes the process: its sockets stay open and nobody answers.
    pub(super) fn pause(&self) {
        self.say("pause");
    }

    /// Ends [`Self::pause`].
    pub(super) fn resume(&self) {
        self.say("resume");
    }

    /// Asks the process to end, and after 1 s makes it. Returns when it is gone.
    pub(super) fn stop(&mut self) {
        self.words = None;
        let _ = self.shell.wait();
    }

    /// Ends the process at once, as `kill -9` does. Returns when it is gone.
    pub(super) fn kill(&mut self) {
        self.say("kill");
        self.stop();
    }

    /// Whether the process is gone. Where there is no `/proc` that is known only after a stop.
    pub(super) fn is_gone(&self) -> bool {
        if self.words.is_none() {
            return true;
        }
        if !cfg!(target_os = "linux") {
            return false;
        }
        match stat(self.pid) {
            Some(fields) => fields.first().is_some_and(|state| state == "Z"),
            None => true,
        }
    }

    /// Seconds of processor time that the process has used, where `/proc` says so.
    pub(super) fn cpu_seconds(&self) -> Option<f64> {
        // Linux counts in hundredths for programs, whatever its own tick is (proc(5)).
        const TICKS_PER_SECOND: f64 = 100.0;
        let fields = stat(self.pid)?;
        // Counted from `state`, the third field of proc(5): utime is the 14th, stime the 15th.
        let user: u32 = fields.get(11)?.parse().ok()?;
        let system: u32 = fields.get(12)?.parse().ok()?;
        Some((f64::from(user) + f64::from(system)) / TICKS_PER_SECOND)
    }

    fn say(&self, word: &str) {
        // A shell that is gone has taken the server with it: nothing is left to be told.
        if let Some(mut pipe) = self.words.as_ref() {
            let _ = writeln!(pipe, "{word}");
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The fields of `/proc/<pid>/stat` from the state on.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

/// In a group of its own, so that Ctrl-C in a terminal, or a test runner that kills the group of a
/// test, reaches us and not the server: the server then ends in good order through the pipe.
#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(not(unix))]
fn own_group(_: &mut Command) {}
