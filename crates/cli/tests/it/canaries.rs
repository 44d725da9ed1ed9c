//! Secrets that are planted in every flow and must turn up nowhere.

use crate::desk::{Desk, PASSPHRASE, said};
use puente_core::Secret;
use puente_sandbox::{SampleOptions, SampleSize};
use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

const WRONG: &str = "canary-wrong-c41d7";
const NEW: &str = "canary-new-88e0b";
const READER: &str = "canary-reader-5f";

#[test]
fn no_secret_turns_up_in_a_file_an_output_an_export_or_the_list_of_processes() {
    let spy = Spy::start();
    let desk = Desk::registered(SampleOptions {
        size: SampleSize::Tiny,
        companies: 1,
        years: vec![2026],
        ..SampleOptions::default()
    });
    let administrator = desk.server.password().expose().clone();
    desk.erp
        .add_reader(&desk.server, "LECTOR", &Secret::from(READER))
        .unwrap();
    let mut outputs = Vec::new();
    let file = |name: &str| desk.data.path().join(name).display().to_string();
    let (csv, xlsx, diagnostics) = (file("a.csv"), file("a.xlsx"), file("diagnostics.json"));
    let port = desk.server.port().to_string();
    let master = desk.erp.master.display().to_string();
    let edit = ["servers", "edit", "oficina", "--password-stdin"];
    let add = [
        "servers",
        "add",
        "--name",
        "otro",
        "--host",
        "127.0.0.1",
        "--port",
        &port,
        "--user",
        "SYSDBA",
        "--master",
        &master,
        "--password-stdin",
    ];
    let extract = ["movements", "extract", "--company", "9001234568"];
    let lines: Vec<(Vec<&str>, &str)> = vec![
        (vec!["servers", "test", "oficina"], ""),
        (vec!["companies", "discover"], ""),
        (extract.to_vec(), ""),
        // Refused, kept all the same, used in vain, and changed again.
        (add.to_vec(), WRONG),
        ([&add[..], &["--no-test"]].concat(), WRONG),
        (vec!["servers", "test", "otro"], ""),
        (vec!["companies", "discover", "--server", "otro"], ""),
        (vec!["servers", "remove", "otro", "--yes"], ""),
        ([&edit[..], &["--no-test"]].concat(), NEW),
        (extract.to_vec(), ""),
        ([&edit[..], &["--user", "LECTOR"]].concat(), READER),
        ([&extract[..], &["--force"]].concat(), ""),
        (vec!["movements", "proof", "--all", "--deep"], ""),
        (vec!["movements", "export", "--all", "--output", &csv], ""),
        (vec!["movements", "export", "--all", "--output", &xlsx], ""),
        (vec!["servers", "list"], ""),
        (vec!["servers", "grants", "oficina"], ""),
        (vec!["jobs", "list"], ""),
        (vec!["jobs", "show", "2"], ""),
        (vec!["backup", "create"], ""),
        (vec!["doctor"], ""),
        (vec!["diagnostics", "export", "--output", &diagnostics], ""),
    ];
    for (at, (line, typed)) in lines.iter().enumerate() {
        let more = if at % 2 == 0 { &[][..] } else { &["--json"] };
        outputs.push(said(&desk.puente_with(&[&line[..], more].concat(), typed)));
    }
    let seen = spy.stop();
    let secrets = [&*administrator, WRONG, NEW, READER, PASSPHRASE];
    for output in &outputs {
        assert_none(output.as_bytes(), &secrets, output);
    }
    assert!(
        outputs
            .iter()
            .any(|text| text.contains("DB_WRONG_PASSWORD")),
        "the wrong ones must have been used"
    );
    let files = everything_in(desk.data.path());
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    for part in [
        "puente.db",
        "warehouse.db",
        "logs/",
        "backups/",
        "a.csv",
        "sheet1.xml",
        "diagnostics",
    ] {
        assert!(
            names.iter().any(|name| name.contains(part)),
            "{part}: {names:?}"
        );
    }
    for (name, bytes) in &files {
        assert_none(bytes, &secrets, name);
    }
    assert!(
        seen.arguments.len() >= lines.len(),
        "the processes must have been seen"
    );
    for arguments in &seen.arguments {
        assert_none(arguments, &secrets, "the arguments of a process");
    }
    assert!(!seen.environments.is_empty());
    for environment in &seen.environments {
        // The office itself puts the passphrase there, where it chose a file for its secrets.
        assert_none(environment, &secrets[..4], "the environment of puente");
    }
    for environment in &seen.of_children {
        assert_none(
            environment,
            &secrets,
            "the environment of a child of puente",
        );
    }
}

/// Looks for the secrets as they are, as two-byte characters, as hexadecimal digits and backwards.
pub fn assert_none(bytes: &[u8], secrets: &[&str], place: &str) {
    for secret in secrets {
        let wide: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let digits: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let backwards: String = secret.chars().rev().collect();
        for form in [
            secret.as_bytes(),
            &wide,
            digits.as_bytes(),
            backwards.as_bytes(),
        ] {
            let found = bytes.windows(form.len()).any(|window| window == form);
            assert!(!found, "{place} holds a secret");
        }
    }
}

/// All files below a folder, and what is packed in those that are archives.
pub fn everything_in(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let (name, bytes) = (path.display().to_string(), std::fs::read(&path).unwrap());
            if let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(&bytes)) {
                for at in 0..archive.len() {
                    let mut part = archive.by_index(at).unwrap();
                    let part_name = part.name().unwrap().into_owned();
                    let mut content = Vec::new();
                    part.read_to_end(&mut content).unwrap();
                    all.push((format!("{name}/{part_name}"), content));
                }
            }
            all.push((name, bytes));
        }
    }
    all
}

/// What was seen of processes.
#[derive(Default)]
pub struct Seen {
    /// Of everything that this test started, directly or not.
    pub arguments: BTreeSet<Vec<u8>>,
    /// Of `puente`.
    pub environments: BTreeSet<Vec<u8>>,
    /// Of what `puente` started.
    pub of_children: BTreeSet<Vec<u8>>,
    /// Of everything else.
    pub of_others: BTreeSet<Vec<u8>>,
}

/// Looks through the list of processes again and again, as a curious neighbour would.
pub struct Spy {
    stop: Sender<()>,
    thread: JoinHandle<Seen>,
}

impl Spy {
    pub fn start() -> Spy {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            let mut seen = Seen::default();
            let pause = Duration::from_millis(1);
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                let me = PathBuf::from("/proc").join(std::process::id().to_string());
                look(&me, false, &mut seen);
            }
            seen
        });
        Spy { stop, thread }
    }

    pub fn stop(self) -> Seen {
        drop(self.stop);
        self.thread.join().unwrap()
    }
}

/// Looks at the children of a process. Any of them may end meanwhile.
fn look(process: &Path, is_puente: bool, seen: &mut Seen) {
    let threads = std::fs::read_dir(process.join("task"))
        .into_iter()
        .flatten();
    for thread in threads.flatten() {
        let children = std::fs::read_to_string(thread.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace() {
            let child = Path::new("/proc").join(child);
            let read = |name: &str| std::fs::read(child.join(name)).unwrap_or_default();
            let arguments = read("cmdline");
            let program = arguments
                .split(|byte| *byte == 0)
                .next()
                .unwrap_or_default();
            let this_is = program.ends_with(b"/puente");
            let environments = match (is_puente, this_is) {
                (true, _) => &mut seen.of_children,
                (false, true) => &mut seen.environments,
                (false, false) => &mut seen.of_others,
            };
            environments.insert(read("environ"));
            seen.arguments.insert(arguments);
            look(&child, is_puente || this_is, seen);
        }
    }
}
