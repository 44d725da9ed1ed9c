//! Each wrong thing has its code, its reason and its way out, in both languages, and nothing is lost.

use crate::desk::{Desk, PASSPHRASE, said};
use puente_sandbox::SampleOptions;
use socket2::{Domain, Socket, Type};
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

fn one() -> SampleOptions {
    SampleOptions {
        companies: 1,
        years: vec![2026],
        ..SampleOptions::default()
    }
}

/// Says a line that must fail in three ways, and looks at its code, its reason and its way out.
fn assert_told(mut run: impl FnMut(&[&str]) -> Output, code: &str) {
    let json = run(&["--json"]);
    let answer: serde_json::Value =
        serde_json::from_slice(&json.stdout).unwrap_or_else(|_| panic!("{}", said(&json)));
    // A job that failed stands in the list of jobs, with its error.
    let error = answer.get(0).unwrap_or(&answer);
    assert_eq!(error["error"]["code"], code, "{answer}");
    let (es, en) = (run(&["--lang", "es"]), run(&["--lang", "en"]));
    for output in [&json, &es, &en] {
        assert!(!output.status.success(), "{}", said(output));
    }
    let words = |output: &Output| {
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let mut lines = text.lines().skip_while(|line| !line.contains(": "));
        let reason = lines.next().unwrap_or_default().to_owned();
        let way_out = lines.find(|line| line.trim_start().starts_with('→'));
        (reason, way_out.unwrap_or_default().to_owned())
    };
    let (es, en) = (words(&es), words(&en));
    for (reason, way_out) in [&es, &en] {
        assert!(
            reason.len() > 20 && way_out.len() > 20,
            "{code}: {reason} {way_out}"
        );
        assert!(!reason.contains('…'), "{code}: {reason}");
    }
    assert!(es.0 != en.0 && es.1 != en.1, "{code}: {es:?}");
}

fn add<'a>(name: &'a str, host: &'a str, port: &'a str, master: &'a str) -> Vec<&'a str> {
    vec![
        "servers",
        "add",
        "--name",
        name,
        "--host",
        host,
        "--port",
        port,
        "--user",
        "SYSDBA",
        "--password-stdin",
        "--master",
        master,
    ]
}

#[test]
fn a_server_that_can_not_be_reached_or_entered_is_not_registered_and_says_why() {
    let desk = Desk::registered(one());
    let password = desk.server.password().expose().clone();
    let port = desk.server.port().to_string();
    let master = desk.erp.master.display().to_string();
    let refused = |host: &str, port: &str, password: &str, master: &str, code: &str| {
        let line = add("nuevo", host, port, master);
        let run = |more: &[&str]| desk.puente_with(&[&line, more].concat(), password);
        assert_told(run, code);
    };
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let closed = free.port().to_string();
    refused(
        "no-such-host.invalid",
        &port,
        &password,
        &master,
        "DB_HOST_UNREACHABLE",
    );
    refused("127.0.0.1", &closed, &password, &master, "DB_PORT_CLOSED");
    refused("127.0.0.1", &port, "otra", &master, "DB_WRONG_PASSWORD");
    refused(
        "127.0.0.1",
        &port,
        &password,
        "/no/such.gdb",
        "DB_NOT_FOUND",
    );
    let company = desk.erp.companies[0].path.display().to_string();
    refused(
        "127.0.0.1",
        &port,
        &password,
        &company,
        "MASTER_TABLE_MISSING",
    );
    let letter = desk.erp.master.with_file_name("letter.gdb");
    std::fs::write(&letter, b"this is no database\n".repeat(2000)).unwrap();
    let letter = letter.display().to_string();
    refused("127.0.0.1", &port, &password, &letter, "DB_NOT_A_DATABASE");
    let web = TcpListener::bind("127.0.0.1:0").unwrap();
    let page = web.local_addr().unwrap().port().to_string();
    std::thread::spawn(move || {
        for mut stream in web.incoming().flatten() {
            drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
        }
    });
    refused("127.0.0.1", &page, &password, &master, "DB_NOT_A_SERVER");
    let servers = desk.json(&["servers", "list"]);
    assert_eq!(servers.as_array().unwrap().len(), 1, "{servers}");
    assert_eq!(servers[0]["name"], "oficina");
}

#[test]
fn what_a_discovery_leaves_out_is_said_row_by_row_in_both_languages() {
    let desk = Desk::registered(one());
    let discover = |lang| said(&desk.puente(&["companies", "discover", "--lang", lang]));
    let (es, en) = (discover("es"), discover("en"));
    assert!(es.contains("repetida") && es.contains("NIT"), "{es}");
    assert!(en.contains("listed twice"), "{en}");
    let port = desk.server.port().to_string();
    let master = desk.erp.master.display().to_string();
    let line = add("copia", "127.0.0.1", &port, &master);
    let password = desk.server.password().expose().clone();
    assert!(desk.puente_with(&line, &password).status.success());
    let copy = |lang| {
        let line = ["companies", "discover", "--server", "copia", "--lang", lang];
        said(&desk.puente(&line))
    };
    let (es, en) = (copy("es"), copy("en"));
    assert!(es.contains("ya viene del servidor «oficina»"), "{es}");
    assert!(en.contains("comes from server «oficina» already"), "{en}");
}

#[test]
fn what_an_extraction_meets_is_told_and_what_was_extracted_stays() {
    let desk = Desk::registered(one());
    let sample = &desk.erp.companies[0];
    let one = format!("{}:2026", sample.nit);
    let extract = ["movements", "extract", "--company", &one];
    assert!(desk.puente(&extract).status.success());
    let run = |more: &[&str]| desk.puente(&[&extract[..], more].concat());
    for (breaks, mends, code) in [
        (
            "update MATERIAL set DESCRIP = 'A' || ascii_char(129) where MATID = 1;",
            "update MATERIAL set DESCRIP = 'A' where MATID = 1;",
            "DB_INVALID_TEXT",
        ),
        (
            "update DEKARDEX set CANMAT = 99999999999999 where DEKARDEXID = 1;",
            "update DEKARDEX set CANMAT = 1 where DEKARDEXID = 1;",
            "DB_NUMBER_OVERFLOW",
        ),
        (
            "alter table DEKARDEX alter CANMAT to OTRA;",
            "alter table DEKARDEX alter OTRA to CANMAT;",
            "SCHEMA_MISMATCH",
        ),
    ] {
        sample.run(&format!("{breaks}\ncommit;\n")).unwrap();
        assert_told(run, code);
        let summary = desk.json(&["movements", "summary", "--company", &one]);
        assert_eq!(summary["movements"], sample.expected.movements(), "{code}");
        sample.run(&format!("{mends}\ncommit;\n")).unwrap();
    }
    let away = sample.path.with_extension("AWAY");
    std::fs::rename(&sample.path, &away).unwrap();
    assert_told(run, "COMPANY_FILE_MISSING");
    std::fs::rename(&away, &sample.path).unwrap();
    let range = ["--from", "2026-05-02", "--to", "2026-05-01"];
    assert_told(
        |more| desk.puente(&[&extract[..], &range, more].concat()),
        "PERIOD_INVALID",
    );
    assert!(desk.puente(&extract).status.success());
    let proof = desk.puente(&["movements", "proof", "--company", &one, "--deep"]);
    assert!(proof.status.success(), "{}", said(&proof));
}

/// A home, and where needed a message bus, of its own.
fn with_keyring(desk: &Desk, home: &Path, bus: bool, line: &[&str]) -> Output {
    let program = desk.command(line);
    let mut command = match bus {
        true => {
            let mut command = Command::new("dbus-run-session");
            command.arg("--").arg(program.get_program());
            command
        }
        false => Command::new(program.get_program()),
    };
    command.args(line);
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let data = home.join("data");
    std::fs::create_dir_all(&data).unwrap();
    for name in [
        "DBUS_SESSION_BUS_ADDRESS",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "PUENTE_PASSPHRASE",
    ] {
        command.env_remove(name);
    }
    command
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .env("XDG_DATA_HOME", home.join("share"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("PUENTE_DATA_DIR", data)
        .output()
        .unwrap_or_else(|error| panic!("dbus and gnome-keyring are needed here: {error}"))
}

#[test]
fn a_vpn_that_died_is_told_in_time() {
    let desk = Desk::registered(one());
    let (port, _full) = black_hole();
    let master = desk.erp.master.display().to_string();
    let port = port.to_string();
    let line = [&["--json"], &add("nuevo", "127.0.0.1", &port, &master)[..]].concat();
    let started = Instant::now();
    let refused = desk.puente_with(&line, "any");
    assert!(started.elapsed() < Duration::from_secs(30));
    assert_eq!(refused.status.code(), Some(4), "{}", said(&refused));
    let answer: serde_json::Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert_eq!(answer["error"]["code"], "DB_TIMEOUT", "{answer}");
}

/// A port whose queue of connections is full: the system drops the next one's packets without a word,
/// as a dead VPN does.
fn black_hole() -> (u16, Vec<TcpStream>) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    socket.bind(&any.into()).unwrap();
    socket.listen(0).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let mut kept: Vec<TcpStream> = vec![socket.into()];
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
        kept.push(stream);
    }
    (address.port(), kept)
}

#[test]
fn a_keyring_that_is_absent_or_locked_is_told_and_no_password_is_kept_elsewhere() {
    let desk = Desk::new(one());
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(home.path().join("share/keyrings")).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(home.path(), mode).unwrap();
    let port = desk.server.port().to_string();
    let master = desk.erp.master.display().to_string();
    let line = add("oficina", "127.0.0.1", &port, &master);
    for (bus, code) in [(false, "KEYRING_ABSENT"), (true, "KEYRING_LOCKED")] {
        let run = |more: &[&str]| {
            let line = [&line[..], &["--no-test"], more].concat();
            with_keyring(&desk, home.path(), bus, &line)
        };
        assert_told(run, code);
        let listed = with_keyring(&desk, home.path(), false, &["servers", "list", "--json"]);
        assert_eq!(listed.stdout.trim_ascii(), b"[]", "{}", said(&listed));
    }
}

/// Runs a script where `$DISK` is a small disk that is there for it alone; `None`, with a word about it,
/// where this system lets no one mount one.
fn on_a_disk(desk: &Desk, script: &str) -> Option<Output> {
    let folder = tempfile::tempdir().unwrap();
    let begin = "mount -t tmpfs -o size=24m,mode=700 tmpfs \"$DISK\" && ";
    let run = |script: &str, extra: &[&str]| {
        Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c"])
            .arg(format!("{begin}{script}"))
            .args(extra)
            .env("DISK", folder.path())
            .env("PUENTE_DATA_DIR", folder.path().join("data"))
            .env("PUENTE_PASSPHRASE", PASSPHRASE)
            .env("PUENTE", env!("CARGO_BIN_EXE_puente"))
            .env("PASSWORD", desk.server.password().expose())
            .env("PORT", desk.server.port().to_string())
            .env("MASTER", &desk.erp.master)
            .output()
    };
    let allowed = run("true", &[]);
    if !allowed.as_ref().is_ok_and(|output| output.status.success()) {
        eprintln!("NOT TESTED: this system lets no one mount a disk here: {allowed:?}");
        return None;
    }
    Some(run(script, &[]).unwrap())
}

#[test]
fn a_data_folder_that_can_not_be_written_is_told() {
    let desk = Desk::new(one());
    let mut refused = true;
    assert_told(
        |more| {
            let script = format!(
                "mkdir \"$PUENTE_DATA_DIR\" && mount -o remount,ro \"$DISK\" && \
                 \"$PUENTE\" servers list {}",
                more.join(" ")
            );
            let output = on_a_disk(&desk, &script);
            refused = output.is_none();
            // Where it can't be tried, an answer as it should be.
            output.unwrap_or_else(|| desk.puente(&[&["jobs", "show", "none"], more].concat()))
        },
        if can_mount(&desk) {
            "DATA_FOLDER_READ_ONLY"
        } else {
            "INVALID_INPUT"
        },
    );
}

fn can_mount(desk: &Desk) -> bool {
    on_a_disk(desk, "true").is_some()
}

/// Registers, discovers, and fills the disk up to 300 kB.
const FILLED: &str = r#"
set -e
mkdir "$PUENTE_DATA_DIR"
echo 'secrets = "file"' > "$PUENTE_DATA_DIR/config.toml"
echo "$PASSWORD" | "$PUENTE" servers add --name oficina --host 127.0.0.1 --port "$PORT" \
  --user SYSDBA --password-stdin --master "$MASTER" > "$DISK/setup.log" 2>&1
"$PUENTE" companies discover >> "$DISK/setup.log" 2>&1
cat /dev/zero > "$DISK/filler" 2>/dev/null || true
truncate -s -300K "$DISK/filler"
set +e
"#;

#[test]
fn a_full_disk_is_told_and_the_next_run_goes_on_once_there_is_room() {
    let desk = Desk::new(SampleOptions {
        size: puente_sandbox::SampleSize::Custom(20_000),
        ..one()
    });
    let extract = r#""$PUENTE" movements extract --company 9001234568:2026"#;
    let tell = |more: &str| format!("{FILLED}\n{extract} {more}");
    if !can_mount(&desk) {
        return;
    }
    assert_told(
        |more| on_a_disk(&desk, &tell(&more.join(" "))).unwrap(),
        "DISK_FULL",
    );
    let script = format!(
        r#"{FILLED}
{extract} >&2
echo "first: $?"
rm "$DISK/filler"
{extract} >&2
echo "second: $?"
"$PUENTE" movements proof --company 9001234568:2026 --deep >&2
echo "proof: $?"
"#
    );
    let output = on_a_disk(&desk, &script).unwrap();
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    let whole = said(&output);
    assert!(!answer.contains("first: 0"), "{whole}");
    assert!(
        answer.contains("second: 0") && answer.contains("proof: 0"),
        "{whole}"
    );
}
