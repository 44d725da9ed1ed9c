use crate::sample::options;
use puente_core::Secret;
use puente_sandbox::{
    Auth, Firebird4, FirebirdServer, Installation, SampleErp, ServerOptions, SysdbaPassword,
    WireCrypt, WireCryptPlugin,
};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

fn start(folder: &Path, options: ServerOptions) -> FirebirdServer {
    FirebirdServer::start(&folder.join("server"), options).unwrap()
}

fn who(server: &FirebirdServer) -> Vec<String> {
    let database = server.folder().join("users.fdb");
    server
        .isql()
        .column(
            &server.address(&database),
            "select current_user from rdb$database",
        )
        .unwrap()
}

/// Whether the process is there and is not a zombie.
fn runs(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        stat.rsplit_once(") ")
            .is_some_and(|(_, rest)| !rest.starts_with('Z'))
    })
}

#[test]
fn a_server_of_each_kind_starts_and_lets_its_administrator_in() {
    let folder = tempfile::tempdir().unwrap();
    let kinds = [
        ServerOptions {
            wire_crypt: WireCrypt::Required,
            ..ServerOptions::default()
        },
        ServerOptions {
            wire_crypt: WireCrypt::Disabled,
            ..ServerOptions::default()
        },
        ServerOptions {
            auth: Auth::Srp256,
            ..ServerOptions::default()
        },
        ServerOptions {
            auth: Auth::LegacyOnly,
            ..ServerOptions::default()
        },
        ServerOptions {
            compression: true,
            ..ServerOptions::default()
        },
        ServerOptions {
            sysdba: SysdbaPassword::Masterkey,
            ..ServerOptions::default()
        },
    ];
    for (index, kind) in kinds.into_iter().enumerate() {
        let server = start(&folder.path().join(index.to_string()), kind.clone());
        assert_eq!(who(&server), ["SYSDBA"], "{kind:?}");
        let is_masterkey = server.password().expose() == "masterkey";
        assert_eq!(is_masterkey, kind.sysdba == SysdbaPassword::Masterkey);
    }
}

#[test]
fn a_server_ends_when_it_is_dropped_and_its_folder_can_go() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), ServerOptions::default());
    let (pid, port) = (server.pid(), server.port());
    assert!(runs(pid));
    drop(server);
    assert!(!runs(pid));
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    folder.close().unwrap();
}

/// The part of the test below that is killed: it runs in a process of its own.
#[test]
#[ignore = "only another test runs it"]
fn start_a_server_and_wait_to_be_killed() {
    let Some(folder) = std::env::var_os("PUENTE_TEST_FOLDER") else {
        return;
    };
    let server = start(Path::new(&folder), ServerOptions::default());
    std::fs::write(Path::new(&folder).join("pid.new"), server.pid().to_string()).unwrap();
    std::fs::rename(
        Path::new(&folder).join("pid.new"),
        Path::new(&folder).join("pid"),
    )
    .unwrap();
    std::thread::park();
}

#[test]
fn a_server_does_not_outlive_the_process_that_started_it_even_when_that_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut owner = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "firebird::start_a_server_and_wait_to_be_killed",
        ])
        .env("PUENTE_TEST_FOLDER", folder.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let end = Instant::now() + Duration::from_secs(60);
    let pid = loop {
        assert!(
            Instant::now() < end,
            "the other process has not started its server"
        );
        if let Ok(text) = std::fs::read_to_string(folder.path().join("pid")) {
            break text.parse().unwrap();
        }
        std::thread::yield_now();
    };
    assert!(runs(pid));
    owner.kill().unwrap();
    owner.wait().unwrap();
    let end = Instant::now() + Duration::from_secs(20);
    while runs(pid) {
        assert!(Instant::now() < end, "the server lives on");
        std::thread::yield_now();
    }
}

#[test]
fn a_server_that_was_killed_starts_again_on_its_port_with_its_users_and_rows() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = start(folder.path(), ServerOptions::default());
    let erp = SampleErp::create(&server, &folder.path().join("erp"), options()).unwrap();
    let (pid, port) = (server.pid(), server.port());
    server.kill();
    assert!(!runs(pid));
    assert!(erp.companies[0].ask().is_err());
    server.restart().unwrap();
    assert_eq!(server.port(), port);
    assert_ne!(server.pid(), pid);
    assert_eq!(erp.companies[0].ask().unwrap(), erp.companies[0].expected);
}

#[test]
fn a_frozen_server_takes_connections_and_answers_only_when_it_is_thawed() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), ServerOptions::default());
    server.pause();
    assert!(
        TcpStream::connect(("127.0.0.1", server.port())).is_ok(),
        "the kernel still answers"
    );
    let before = server.cpu_seconds().unwrap();
    std::thread::scope(|scope| {
        let (answer, answers) = std::sync::mpsc::channel();
        scope.spawn(|| {
            let answer = answer;
            answer.send(who(&server)).unwrap();
        });
        let early = answers.recv_timeout(Duration::from_millis(300));
        assert!(early.is_err(), "a frozen server answered");
        assert!(server.cpu_seconds().unwrap() - before < 0.02);
        server.resume();
        assert_eq!(answers.recv().unwrap(), ["SYSDBA"]);
    });
}

#[test]
fn a_reader_may_read_the_sample_and_may_not_write_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), ServerOptions::default());
    let erp = SampleErp::create(&server, &folder.path().join("erp"), options()).unwrap();
    let password = Secret::from("only-to-read-1");
    erp.add_reader(&server, "LECTOR", &password).unwrap();
    let isql = server.isql().logged_in("LECTOR", &password);
    let company = server.address(&erp.companies[0].path);
    let count = isql
        .column(&company, "select count(*) from DEKARDEX")
        .unwrap();
    assert_eq!(count, [erp.companies[0].expected.lines.to_string()]);
    let names = isql
        .column(&server.address(&erp.master), "select CODIGO from EMPRESAS")
        .unwrap();
    assert!(!names.is_empty());
    let refused = isql
        .run(Some(&company), b"delete from DEKARDEX;\n")
        .unwrap_err()
        .to_string();
    assert!(refused.contains("no permission for DELETE"), "{refused}");
    assert!(
        server
            .isql()
            .logged_in("LECTOR", &Secret::from("wrong"))
            .column(&company, "select 1")
            .is_err()
    );
}

#[test]
fn a_sample_is_the_same_on_firebird_4() {
    let four = match Firebird4::find() {
        Ok(four) => four,
        Err(error) => {
            eprintln!("not run: {error}");
            return;
        }
    };
    assert_eq!(four.major(), 4);
    let folder = tempfile::tempdir().unwrap();
    let three = Installation::find().unwrap();
    let expected = [three, four].map(|installation| {
        let at = folder.path().join(installation.major().to_string());
        let kind = ServerOptions {
            wire_crypt: WireCrypt::Required,
            ..ServerOptions::default()
        };
        let server = FirebirdServer::start_with(&installation, &at.join("server"), kind).unwrap();
        assert_eq!(server.version(), installation.version());
        let erp = SampleErp::create(&server, &at.join("erp"), options()).unwrap();
        erp.write_more(20, 3).unwrap();
        erp.companies
            .iter()
            .map(|company| company.ask().unwrap())
            .collect::<Vec<_>>()
    });
    assert_eq!(expected[0], expected[1]);
}

#[test]
fn firebird_4_can_be_told_to_offer_only_ciphers_that_old_drivers_lack() {
    let Ok(four) = Firebird4::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let kind = ServerOptions {
        wire_crypt: WireCrypt::Required,
        wire_crypt_plugin: WireCryptPlugin::ChaChaOnly,
        ..ServerOptions::default()
    };
    let server = FirebirdServer::start_with(&four, folder.path(), kind).unwrap();
    let database = server.folder().join("users.fdb");
    let plugin = server
        .isql()
        .column(
            &server.address(&database),
            "select mon$wire_crypt_plugin from mon$attachments \
             where mon$attachment_id = current_connection",
        )
        .unwrap();
    assert!(plugin.concat().starts_with("ChaCha"), "{plugin:?}");
}
