//! The stand-in of SQL Server, tried with clients that nobody here wrote: `tsql` of FreeTDS, and
//! Microsoft's `mssql-python`. That both find in it what they would in a SQL Server is the evidence
//! that it speaks TDS; that it behaves as a SQL Server is no one's to say here.

use puente_core::Secret;
use puente_sandbox::{
    TdsDatabaseOptions, TdsEncryption, TdsFault, TdsLogin, TdsOptions, TdsServer,
};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const TYPES: &str = "ID int not null primary key, CHICO tinyint, CORTO smallint, LARGO bigint, SI bit, \
    EXACTO decimal(18,4), ANCHO decimal(38,6), PLATA money, POCA smallmoney, REAL8 float, \
    TEXTO varchar(60), NACIONAL nvarchar(60), FIJO char(6), NOTA nvarchar(max), FECHA date, \
    MOMENTO datetime, FINO datetime2(7), ZONA datetimeoffset(3), MINUTO smalldatetime, \
    GUIA uniqueidentifier, BYTES varbinary(20), VERSION rowversion";

fn server(encryption: TdsEncryption) -> (TdsServer, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let login = TdsLogin {
        may_write: true,
        ..TdsLogin::reader("lector", Secret::new("Clave-1".to_owned()))
    };
    let options = TdsOptions {
        encryption,
        ..TdsOptions::with(login)
    };
    let server = TdsServer::start(folder.path(), options).unwrap();
    let database = server
        .create("EMP01", TdsDatabaseOptions::default())
        .unwrap();
    database.create_table("TIPOS", TYPES).unwrap();
    database
        .create_table("MUCHAS", "N int not null primary key")
        .unwrap();
    let sqlite = database.sqlite().unwrap();
    sqlite
        .execute_batch(
            "INSERT INTO TIPOS VALUES (1,255,-2,9007199254740993,1,123456789012345678,\
             '-12345678901234567890123456',-15000,1,2.5,'PEÑA €','ñandú 😀','AB    ','larga',\
             '2026-02-28','2026-12-31 23:59:59.997','2026-12-31 23:59:59.9999999',\
             '2026-11-25 20:15:00.5 -05:00','2026-11-25 20:15:00',\
             '6f9619ff-8b86-d011-b42d-00c04fc964ff',X'00FF10',7);
             INSERT INTO TIPOS (ID) VALUES (2);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 20000)
             INSERT INTO MUCHAS SELECT i FROM n",
        )
        .unwrap();
    (server, folder)
}

/// What `tsql` prints; `None`, with a word about it, where there is none.
fn tsql(
    server: &TdsServer,
    folder: &TempDir,
    encryption: &str,
    password: &str,
    script: &str,
) -> Option<String> {
    let settings = folder.path().join("freetds.conf");
    let port = server.port();
    let text = format!(
        "[puente]\nhost = 127.0.0.1\nport = {port}\ntds version = 7.4\nencryption = {encryption}\n\
         client charset = UTF-8\n"
    );
    std::fs::write(&settings, text).unwrap();
    let started = Command::new("tsql")
        .args([
            "-S", "puente", "-U", "lector", "-P", password, "-D", "EMP01", "-o", "fhq",
        ])
        .env("FREETDSCONF", &settings)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) => {
            eprintln!("NOT TESTED: tsql (freetds-bin): {error}");
            return None;
        }
    };
    // A refused login ends the client before it reads: what it printed tells.
    drop(child.stdin.take().unwrap().write_all(script.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let mut printed = String::from_utf8_lossy(&output.stdout).into_owned();
    printed.push_str(&String::from_utf8_lossy(&output.stderr));
    Some(printed)
}

#[test]
fn freetds_reads_what_stands_there_with_and_without_encryption() {
    for (policy, asks) in [
        (TdsEncryption::None, "off"),
        (TdsEncryption::LoginOnly, "request"),
        (TdsEncryption::Required, "require"),
    ] {
        let (server, folder) = server(policy);
        let script = "SELECT ID, CORTO, LARGO, EXACTO, ANCHO, PLATA, TEXTO, NACIONAL, NOTA, GUIA \
            FROM TIPOS ORDER BY ID\ngo\nSELECT COUNT_BIG(*), SUM(CAST(N AS BIGINT)) FROM MUCHAS\ngo\n\
            SELECT NADA FROM TIPOS\ngo\nMERGE INTO X\ngo\nexit\n";
        let Some(printed) = tsql(&server, &folder, asks, "Clave-1", script) else {
            return;
        };
        let first = "1\t-2\t9007199254740993\t12345678901234.5678\t-12345678901234567890.123456\t\
            -1.5000\tPEÑA €\tñandú 😀\tlarga\t6F9619FF-8B86-D011-B42D-00C04FC964FF";
        assert!(printed.contains(first), "{policy:?}\n{printed}");
        assert!(printed.contains("20000\t200010000"), "{printed}");
        assert!(printed.contains("Msg 207 (severity 16"), "{printed}");
        assert!(printed.contains("Msg 195 (severity 15"), "{printed}");
        let clear = u64::from(policy == TdsEncryption::None);
        assert_eq!(server.logins(), (1, clear), "{policy:?}");
        let refused = tsql(&server, &folder, asks, "otra", "exit\n").unwrap();
        assert!(refused.contains("Msg 18456"), "{refused}");
    }
}

#[test]
fn freetds_is_refused_where_encryption_is_required_and_it_has_none() {
    let (server, folder) = server(TdsEncryption::Required);
    if let Some(printed) = tsql(&server, &folder, "off", "Clave-1", "exit\n") {
        assert!(!printed.contains("1>"), "{printed}");
        assert_eq!(server.logins().0, 0);
    }
}

#[test]
fn a_fault_breaks_the_connection_of_a_foreign_client_too() {
    let (server, folder) = server(TdsEncryption::None);
    server.fault("MUCHAS", 1, TdsFault::DropAfterRow(5000));
    server.fault("TIPOS", 1, TdsFault::Deadlock);
    let script = "SELECT ID FROM TIPOS\ngo\nSELECT N FROM MUCHAS\ngo\nexit\n";
    let begun = Instant::now();
    if let Some(printed) = tsql(&server, &folder, "off", "Clave-1", script) {
        assert!(printed.contains("Msg 1205"), "{printed}");
        assert!(!printed.contains("20000"), "{printed}");
        assert!(begun.elapsed() < Duration::from_secs(20));
    }
}

/// The Python that has mssql-python; `None`, with a word about it, where there is none.
fn peers() -> Option<PathBuf> {
    let folder = std::env::var_os("PUENTE_TDS_PEERS")
        .map(PathBuf::from)
        .or_else(|| {
            let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
            let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache"));
            Some(cache.or_else(home)?.join("puente").join("tds-peers"))
        });
    let python = folder.map(|folder| folder.join("bin").join("python"));
    let found = python.filter(|python| python.exists());
    if found.is_none() {
        eprintln!("NOT TESTED: mssql-python is not there (scripts/tds-peers.sh)");
    }
    found
}

#[test]
fn microsofts_client_reads_and_writes_with_parameters_in_transactions() {
    let Some(python) = peers() else { return };
    for (policy, encrypt) in [
        (TdsEncryption::LoginOnly, "no"),
        (TdsEncryption::Offered, "yes"),
        (TdsEncryption::Strict, "strict"),
    ] {
        let (server, folder) = server(policy);
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/mssql.py");
        let authority = folder.path().join("ca.pem");
        std::fs::write(&authority, server.authority_pem()).unwrap();
        let output = Command::new(&python)
            .args([script, &server.port().to_string(), "Clave-1", encrypt])
            // What its OpenSSL trusts: in strict mode it takes no certificate on trust.
            .env("SSL_CERT_FILE", &authority)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        let error = String::from_utf8_lossy(&output.stderr);
        let found: serde_json::Value = serde_json::from_str(printed.trim())
            .unwrap_or_else(|_| panic!("{encrypt}: {printed}{error}"));
        let row: Vec<&str> = found["rows"][0]
            .as_array()
            .unwrap()
            .iter()
            .map(|value| value.as_str().unwrap_or("NULL"))
            .collect();
        assert_eq!(
            row[..14],
            [
                "1",
                "255",
                "-2",
                "9007199254740993",
                "True",
                "12345678901234.5678",
                "-12345678901234567890.123456",
                "-1.5000",
                "0.0001",
                "2.5",
                "PEÑA €",
                "ñandú 😀",
                "AB    ",
                "larga"
            ]
        );
        assert_eq!(row[14], "2026-02-28");
        assert_eq!(row[15], "2026-12-31 23:59:59.997000");
        assert_eq!(row[17], "2026-11-25 20:15:00.500000-05:00");
        assert_eq!(row[20], r"b'\x00\xff\x10'");
        let nulls = found["rows"][1].as_array().unwrap();
        assert!(
            nulls[1..].iter().all(serde_json::Value::is_null),
            "{nulls:?}"
        );
        assert_eq!(found["updated"], serde_json::json!([[1, "CAÑA"]]));
        assert_eq!(found["after_rollback"], "PEÑA €");
        assert_eq!(
            found["sums"],
            serde_json::json!(["2", "12345678901234.5678", "-2"])
        );
        assert_eq!(found["many"], 20_000 * 20_001 / 2);
        let said = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
        assert!(
            said("missing").contains("Invalid column name"),
            "{}",
            said("missing")
        );
        assert!(
            said("wrong_password").contains("Login failed"),
            "{}",
            said("wrong_password")
        );
        assert!(
            said("no_database").contains("Cannot open database"),
            "{}",
            said("no_database")
        );
    }
}
