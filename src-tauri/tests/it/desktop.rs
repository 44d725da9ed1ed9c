//! A desktop for one test: screen, session bus, home folder.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Long, because machines that test may be busy: only what fails takes it.
const WAIT: Duration = Duration::from_secs(120);

pub struct Desktop {
    pub home: TempDir,
    pub bus: String,
    pub display: String,
    running: Vec<Child>,
}

/// What the window needs here and is not on this machine.
pub fn missing() -> Option<&'static str> {
    let programs = ["Xvfb", "dbus-daemon", "WebKitWebDriver", "import"];
    let here = |name: &&str| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
    };
    programs.into_iter().find(|name| !here(name))
}

impl Desktop {
    pub fn start() -> Desktop {
        let home = tempfile::tempdir().unwrap();
        let mut screen = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1280x800x24",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let display = format!(":{}", first_line(&mut screen));
        let mut bus = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let address = first_line(&mut bus);
        Desktop {
            home,
            bus: address,
            display,
            running: vec![screen, bus],
        }
    }

    /// A program of this desktop.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .env("XDG_RUNTIME_DIR", self.home.path())
            .env("DISPLAY", &self.display)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .env("PUENTE_DATA_DIR", self.data())
            // Without it the window waits for an accessibility bus that nobody starts here.
            .env("NO_AT_BRIDGE", "1")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::null());
        command
    }

    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// Another start of Puente: how it ended, and what it said.
    pub fn start_again(&self, arguments: &[&str]) -> std::process::ExitStatus {
        let mut child = self
            .command(env!("CARGO_BIN_EXE_puente-desktop"))
            .args(arguments)
            .spawn()
            .unwrap();
        until("the second start ends", || child.try_wait().unwrap())
    }

    pub fn run(&mut self, command: &mut Command) {
        self.running.push(command.spawn().unwrap());
    }

    /// A picture of the screen, kept for people: `target/tmp/NAME.png`.
    pub fn picture(&self, name: &str) {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        let taken = self
            .command("import")
            .args(["-window", "root"])
            .arg(&file)
            .status()
            .unwrap();
        assert!(taken.success(), "no picture of the screen");
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        for child in self.running.iter_mut().rev() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Asks until there is an answer; fails the test when there is none in time.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < WAIT, "{what}: not within {WAIT:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    // Whoever writes to a closed pipe ends.
    std::thread::spawn(move || output.read_to_end(&mut Vec::new()));
    assert!(!line.is_empty(), "it did not start");
    line.trim().to_owned()
}
