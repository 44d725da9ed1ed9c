//! Documents of a local Firebird told to Solar from the terminal, also when Solar stops answering half-way.

use crate::desk::{PASSPHRASE, said};
use puente_sandbox::clouds::{Cloud, CloudOptions, Clouds, Does, Fault};
use puente_sandbox::{Dialect, FirebirdServer, ServerOptions};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const TELL: &str = "/SolutionsRE_BackEnd/api/monitoring/informarVentas";
const TABLES: &str = "
create table EB_T_HISTORIALSINCVENTAS_SOLAR (ID integer not null primary key, FECHA_EMIS date,
  HORA_EMIS varchar(8), T_COMP varchar(3), N_COMP varchar(14), MEDIO_DE_PAGO varchar(30), IMPORTE numeric(18,2),
  ESTADO_SYNC smallint not null, FECHA_SYNC timestamp);
create table CTA03 (ID integer not null primary key, T_COMP varchar(3), N_COMP varchar(14), N_RENGL_V integer,
  COD_ARTICU varchar(15), CANTIDAD numeric(18,4), IMP_NETO_P numeric(18,2), PORC_IVA numeric(9,2));
create table CTA04 (ID integer not null primary key, T_COMP varchar(3), N_COMP varchar(14), IMPORTE numeric(18,2));
commit;
";

fn puente(data: &Path, line: &[&str], typed: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_puente"))
        .args(line)
        .env("PUENTE_DATA_DIR", data)
        .env("PUENTE_PASSPHRASE", PASSPHRASE)
        .env_remove("PUENTE_LANG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdin.take().unwrap().write_all(typed.as_bytes()));
    child.wait_with_output().unwrap()
}

/// So many documents, the first of which can't be told: its amount is too large.
fn fill(documents: u32) -> String {
    let mut script = TABLES.to_owned();
    for at in 1..=documents {
        let number = format!("B00215{at:08}");
        let net = if at == 1 {
            "9999999999999999.99"
        } else {
            "100"
        };
        script.push_str(&format!(
            "insert into EB_T_HISTORIALSINCVENTAS_SOLAR values ({at}, '2026-11-20', '10:30:00', 'FAC', '{number}', \
             'DEBITO', 121, 0, null);\n\
             insert into CTA03 values ({at}, 'FAC', '{number}', 1, 'A1', 1, {net}, 21);\n"
        ));
    }
    script + "commit;\n"
}

#[test]
fn a_delivery_that_fails_half_way_says_how_far_it_came_and_the_next_one_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(data.join("config.toml"), "secrets = \"file\"\n").unwrap();
    let server =
        FirebirdServer::start(&folder.path().join("server"), ServerOptions::default()).unwrap();
    let database = folder.path().join("local.fdb");
    server
        .access()
        .create_database(&database, Dialect::Three, "NONE")
        .unwrap();
    server
        .isql()
        .run(Some(&server.address(&database)), fill(10).as_bytes())
        .unwrap();
    let clouds = Clouds::start(CloudOptions::default()).unwrap();
    let authority = folder.path().join("solar.pem");
    std::fs::write(&authority, clouds.solar_ca_pem()).unwrap();
    let login = clouds.solar_login();
    let (path, port) = (database.display().to_string(), server.port().to_string());
    let (trusted, url) = (
        format!("extra_ca={}", authority.display()),
        clouds.solar_url(),
    );
    let server_password = server.password().expose().clone();
    let lines: [(&[&str], &str); 4] = [
        (&["settings", "set", "proxy.mode=none", &trusted], ""),
        (
            &[
                "servers",
                "add",
                "--name",
                "mostrador",
                "--host",
                "127.0.0.1",
                "--port",
                &port,
                "--user",
                server.user(),
                "--password-stdin",
                "--master",
                &path,
            ],
            &server_password,
        ),
        (
            &[
                "sales",
                "ledgers",
                "connect-solar",
                "--name",
                "Solar",
                "--user",
                &login.user,
                "--password-stdin",
                "--client-id",
                &login.client,
                "--base-url",
                &url,
            ],
            &login.password,
        ),
        (
            &[
                "sales",
                "sources",
                "add",
                "--name",
                "Mostrador",
                "--server",
                "mostrador",
                "--database",
                &path,
                "--ledger",
                "Solar",
            ],
            "",
        ),
    ];
    for (line, typed) in lines {
        let ran = puente(&data, line, &format!("{typed}\n"));
        assert!(ran.status.success(), "{line:?}: {}", said(&ran));
    }
    grants_of_a_server_of_sales(&data);
    // Four are taken, and then nobody is told anything any more.
    clouds.fault(
        Fault::on(Cloud::Solar, "POST", TELL, Does::Status(429))
            .skip(4)
            .for_ever(),
    );
    let sync = ["sales", "sync", "--ledger", "Solar", "--json"];
    let failed = puente(&data, &sync, "");
    assert_eq!(
        failed.status.code(),
        Some(4),
        "it may go well later: {}",
        said(&failed)
    );
    let counts: Value = serde_json::from_slice(&failed.stdout).unwrap();
    let number = |counts: &Value, name: &str| counts[name].as_u64().unwrap();
    for (name, expected) in [
        ("read", 10),
        ("sent", 4),
        ("there", 0),
        ("refused", 1),
        ("uncertain", 0),
        ("pending", 5),
        ("marked", 4),
    ] {
        assert_eq!(number(&counts, name), expected, "{name}: {counts}");
    }
    let reason = counts["not_taken"][0]["reasons"][0].as_str().unwrap();
    assert!(
        reason.starts_with("No se puede informar el documento"),
        "{reason}"
    );
    assert!(
        reason.contains("CTA03.IMP_NETO_P: 9999") && !reason.contains("which"),
        "{reason}"
    );
    clouds.heal();
    let whole = puente(&data, &sync, "");
    assert_eq!(whole.status.code(), Some(0), "{}", said(&whole));
    let counts: Value = serde_json::from_slice(&whole.stdout).unwrap();
    assert_eq!(
        (number(&counts, "sent"), number(&counts, "marked")),
        (5, 5),
        "{counts}"
    );
    assert_eq!(
        (number(&counts, "refused"), number(&counts, "pending")),
        (1, 0),
        "{counts}"
    );
    assert_eq!(clouds.journal().len(), 9);
}

/// It was taken as it is, without a list of companies, and asks for no more than sales need.
fn grants_of_a_server_of_sales(data: &Path) {
    let read = |line: &[&str]| -> Value {
        let ran = puente(data, line, "");
        serde_json::from_slice(&ran.stdout).unwrap_or_else(|_| panic!("{}", said(&ran)))
    };
    let servers = read(&["servers", "list", "--json"]);
    let warnings = servers[0]["warnings"].as_array().unwrap();
    assert!(
        warnings.iter().any(|one| one == "no_companies"),
        "{servers}"
    );
    let grants = read(&[
        "servers",
        "grants",
        "mostrador",
        "--login",
        "PUENTE",
        "--json",
    ]);
    assert_eq!(grants["master"], serde_json::json!([]), "{grants}");
    assert_eq!(grants["company"], serde_json::json!([]), "{grants}");
    let table = "EB_T_HISTORIALSINCVENTAS_SOLAR";
    assert_eq!(
        grants["sales"],
        serde_json::json!([
            format!("GRANT SELECT ON {table} TO USER PUENTE;"),
            "GRANT SELECT ON CTA03 TO USER PUENTE;",
            "GRANT SELECT ON CTA04 TO USER PUENTE;",
            format!("GRANT UPDATE (ESTADO_SYNC, FECHA_SYNC) ON {table} TO USER PUENTE;"),
        ])
    );
    let tested = puente(data, &["sales", "sources", "test", "Mostrador"], "");
    let text = String::from_utf8_lossy(&tested.stdout).into_owned();
    assert!(
        text.contains("Esperan: 10.") && !text.contains("GRANT"),
        "{text}"
    );
}
