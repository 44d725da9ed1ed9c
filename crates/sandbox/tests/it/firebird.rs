use puente_sandbox::{FirebirdServer, ServerOptions};
use std::time::Instant;

#[test]
fn a_private_server_starts_and_answers_its_administrator() {
    let folder = tempfile::tempdir().unwrap();
    let begin = Instant::now();
    let server = FirebirdServer::start(folder.path(), ServerOptions::default()).unwrap();
    eprintln!("{:?}", begin.elapsed());
    let database = folder.path().join("one.fdb");
    let script = format!("create database '{}';", server.address(&database));
    server.isql().run(None, script.as_bytes()).unwrap();
    let rows = server
        .isql()
        .column(
            &server.address(&database),
            "select current_user from rdb$database",
        )
        .unwrap();
    assert_eq!(rows, ["SYSDBA"]);
    let begin = Instant::now();
    drop(server);
    eprintln!("{:?}", begin.elapsed());
}
