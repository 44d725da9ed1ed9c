//! Reads of `sqlserver` on a second server that nobody here wrote: pysqlbridge, which answers queries as SQL
//! Server does, and says of itself that 1,243 of them were compared with one. What it finds is compared value by
//! value with what our own stand-in finds in the same rows.
//!
//! It has neither decimals nor updates nor transactions that last: sums and groups, which it gives as floats,
//! are compared as numbers, statement by statement, by a foreign client (`tsql`).

use crate::sqlserver::{Lab, open};
use puente_core::{Cancel, Code, Coded, Secret};
use puente_databases::{
    Condition, ConnectOptions, Encryption, Error, Flow, GroupRequest, Kind, Match, RecordDb, Scan,
    SourceDb, StatementRecord, SumColumn, TotalsRequest, Value, connect, connect_records,
};
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

const TEXTS: [&str; 8] = [
    "PEÑA €",
    "ñandú 😀",
    "a \"b\", c",
    "O'HIGGINS",
    "línea con ; y |",
    "100% [puro]",
    "Ω漢字",
    "a_b",
];

/// Small, and the same for the same seed.
struct Dice(u64);

impl Dice {
    fn new() -> Dice {
        let given = std::env::var("PUENTE_SEED").ok();
        let now = std::time::SystemTime::UNIX_EPOCH
            .elapsed()
            .unwrap()
            .as_micros() as u64;
        let seed = given.map_or(now, |seed| seed.parse().unwrap());
        eprintln!("PUENTE_SEED={seed}");
        Dice(seed | 1)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % limit
    }
}

/// Rows of both tables, as CSV and as SQLite takes them.
struct Rows {
    count: i64,
    files: [(&'static str, String); 2],
    inserts: String,
}

fn rows(dice: &mut Dice) -> Rows {
    let asked = std::env::var("PUENTE_PROOF_ROWS").ok();
    let count: i64 = asked.map_or(600, |rows| rows.parse().unwrap());
    let mut lines = "DID,KID,CANT,VALOR,NOMBRE\n".to_owned();
    let mut inserts = "BEGIN;\n".to_owned();
    for id in 1..=count {
        let document = dice.below(40) + 1;
        // Eighths: exact as floats and as decimals.
        let quantity = i64::try_from(dice.below(1 << 20)).unwrap() - (1 << 19);
        let quantity = format!("{}.{:03}", quantity / 8, quantity.rem_euclid(8) * 125);
        let value = match dice.below(4) {
            0 => String::new(),
            1 => (9_007_199_254_740_993 + dice.below(1000)).to_string(),
            _ => format!("-{}", dice.below(1_000_000)),
        };
        let name = match dice.below(5) {
            0 => None,
            _ => Some(TEXTS[usize::try_from(dice.below(8)).unwrap()]),
        };
        let quantity = quantity.replace("-0.", "0.");
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let _ = writeln!(
            lines,
            "{id},{document},{quantity},{value},{}",
            name.map_or_else(String::new, quoted)
        );
        let or_null = |text: &str| {
            if text.is_empty() {
                "NULL".to_owned()
            } else {
                text.to_owned()
            }
        };
        let text = |name: &str| format!("'{}'", name.replace('\'', "''"));
        let _ = writeln!(
            inserts,
            "INSERT INTO D VALUES ({id},{document},{quantity},{},{});",
            or_null(&value),
            name.map_or_else(|| "NULL".to_owned(), text)
        );
    }
    let mut documents = "KID,TIPO,ANULADO\n".to_owned();
    for id in 1..=35 {
        let (kind, voided) = (
            ["FV", "FC", "DV"][id % 3],
            if id % 4 == 0 { "S" } else { "" },
        );
        let _ = writeln!(documents, "{id},{kind},{voided}");
        let voided = if voided.is_empty() { "NULL" } else { "'S'" };
        let _ = writeln!(inserts, "INSERT INTO K VALUES ({id},'{kind}',{voided});");
    }
    inserts.push_str("COMMIT;");
    let files = [("D", lines), ("K", documents)];
    Rows {
        count,
        files,
        inserts,
    }
}

/// The Python that has pysqlbridge; `None`, with a word about it, where there is none.
fn python() -> Option<PathBuf> {
    let folder = std::env::var_os("PUENTE_TDS_PEERS")
        .map(PathBuf::from)
        .or_else(|| {
            let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
            let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache"));
            Some(cache.or_else(home)?.join("puente").join("tds-peers"))
        });
    let python = folder.map(|folder| folder.join("bin").join("python"));
    let found = python.filter(|python| {
        let import = Command::new(python)
            .args(["-c", "import pysqlbridge"])
            .output();
        import.is_ok_and(|done| done.status.success())
    });
    if found.is_none() {
        eprintln!("NOT TESTED: pysqlbridge is not there (scripts/tds-peers.sh)");
    }
    found
}

struct Bridge {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Drop for Bridge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(python: &Path, rows: &Rows) -> Bridge {
    let folder = tempfile::tempdir().unwrap();
    let mut tables = Vec::new();
    for (name, text) in &rows.files {
        let file = format!("{name}.csv");
        std::fs::write(folder.path().join(&file), text).unwrap();
        tables.push(serde_json::json!({ "name": name, "csv": file }));
    }
    let logins = serde_json::json!([{ "user": "lector", "password": "${PUENTE_BRIDGE}" }]);
    let config = serde_json::json!({ "tables": tables, "logins": logins });
    let path = folder.path().join("tables.json");
    std::fs::write(&path, config.to_string()).unwrap();
    let mut child = Command::new(python)
        .args(["-m", "pysqlbridge.server", "--port", "0", "--config"])
        .arg(&path)
        .env("PUENTE_BRIDGE", "Clave-1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let said = lines
        .by_ref()
        .map_while(Result::ok)
        .find(|line| line.contains("listening on"))
        .expect("it listens");
    // It writes a line for each query.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    let port = said.rsplit(':').next().unwrap().trim().parse().unwrap();
    Bridge {
        child,
        port,
        _folder: folder,
    }
}

/// Its certificate is its own: refused with its fingerprint first, then trusted by that.
fn pinned(bridge: &Bridge) -> ConnectOptions {
    let password = Secret::new("Clave-1".to_owned());
    let mut options =
        ConnectOptions::sql_server("localhost", bridge.port, "master", "lector", password);
    options.timeouts.connect = Duration::from_secs(20);
    options.timeouts.answer = Duration::from_secs(60);
    options.sql_server.encryption = Encryption::Required;
    match open(&options).err() {
        Some(Error::CertificateUntrusted(shown)) => options.sql_server.pin = Some(shown.sha256),
        other => panic!("{other:?}"),
    }
    options
}

fn conditions(rows: &Rows) -> Vec<Vec<Condition>> {
    let column = || "DID".to_owned();
    let last = rows.count;
    vec![
        vec![],
        vec![Condition::KeyRange {
            column: column(),
            after: last / 3,
            through: last / 2,
        }],
        vec![Condition::KeyRange {
            column: column(),
            after: i64::MIN,
            through: 0,
        }],
        vec![Condition::KeyIn {
            column: column(),
            keys: (1..=last + 500).step_by(2).collect(),
        }],
        vec![Condition::KeyIn {
            column: column(),
            keys: vec![],
        }],
        vec![Condition::KeyRanges {
            column: column(),
            ranges: (0..60).map(|n| (n * 5, n * 5 + 2)).collect(),
        }],
        vec![Condition::NotNull("VALOR".to_owned())],
        vec![
            Condition::NotNull("NOMBRE".to_owned()),
            Condition::KeyIn {
                column: "KID".to_owned(),
                keys: vec![3, 7, 39, 99],
            },
        ],
    ]
}

/// Every value of the rows that meet the filter, by their keys.
fn values(source: &mut dyn SourceDb, filter: &[Condition]) -> Vec<String> {
    let mut scan = Scan::of("D")
        .column("DID", Kind::Int)
        .column("KID", Kind::Int)
        .column("VALOR", Kind::Int)
        .column("NOMBRE", Kind::Text);
    scan.filter = filter.to_vec();
    scan.chunk_rows = 100;
    let mut all = Vec::new();
    source
        .stream(&scan, &mut |chunk| {
            for row in 0..chunk.rows {
                let number = |at: usize| chunk.columns[at].number(row);
                let text = chunk.columns[3].text(row);
                all.push((
                    number(0),
                    format!("{:?} {:?} {text:?}", number(1), number(2)),
                ));
            }
            Ok(Flow::Continue)
        })
        .unwrap();
    all.sort();
    all.into_iter()
        .map(|(id, rest)| format!("{id:?} {rest}"))
        .collect()
}

#[test]
fn pysqlbridge_and_the_stand_in_give_the_same_rows_value_by_value() {
    let Some(python) = python() else { return };
    let rows = rows(&mut Dice::new());
    let bridge = start(&python, &rows);
    let lab = Lab::plain();
    fill(&lab, &rows);
    let options = pinned(&bridge);
    let mut theirs = open(&options).unwrap();
    let mut ours = lab.open();
    let info = theirs.info().unwrap();
    assert_eq!(
        (info.encrypted, info.encryption.as_deref()),
        (Some(true), Some("TLS 1.2"))
    );
    for table in ["D", "K"] {
        let columns = |source: &mut dyn SourceDb| -> Vec<_> {
            let schema = source.schema().unwrap();
            let table = schema.table(table).unwrap();
            let of = |column: &puente_databases::LiveColumn| (column.name.clone(), column.kind);
            table.columns.iter().map(of).collect()
        };
        assert_eq!(columns(theirs.as_mut()), columns(ours.as_mut()), "{table}");
    }
    for column in ["DID", "KID", "VALOR"] {
        let bounds = |source: &mut dyn SourceDb| source.key_bounds("D", column).unwrap();
        assert_eq!(bounds(theirs.as_mut()), bounds(ours.as_mut()), "{column}");
    }
    let mut compared = 0;
    for filter in conditions(&rows) {
        let (one, other) = (
            values(theirs.as_mut(), &filter),
            values(ours.as_mut(), &filter),
        );
        assert_eq!(one, other, "{filter:?}");
        compared += one.len() * 4;
        let request = TotalsRequest {
            filter: filter.clone(),
            bounds: Some("VALOR".to_owned()),
            ..TotalsRequest::of("D")
        };
        let totals = |source: &mut dyn SourceDb| source.totals(&request).unwrap();
        assert_eq!(totals(theirs.as_mut()), totals(ours.as_mut()), "{filter:?}");
    }
    eprintln!("{compared} values are equal");
    parameters(&options, &lab);
    let mut wrong = options;
    wrong.password = Secret::new("otra".to_owned());
    assert_eq!(open(&wrong).err().unwrap().code(), Code::DbWrongPassword);
    let gone = theirs.stream(&Scan::of("D").column("NADA", Kind::Int), &mut |_| {
        Ok(Flow::Continue)
    });
    assert_eq!(gone.unwrap_err().code(), Code::SchemaMismatch);
}

fn fill(lab: &Lab, rows: &Rows) {
    let create = |name, columns| lab.database.create_table(name, columns).unwrap();
    create(
        "D",
        "DID int not null primary key, KID int, CANT float, VALOR bigint, NOMBRE nvarchar(60)",
    );
    create(
        "K",
        "KID int not null primary key, TIPO nvarchar(2), ANULADO nvarchar(1)",
    );
    lab.database
        .sqlite()
        .unwrap()
        .execute_batch(&rows.inserts)
        .unwrap();
}

/// Values that travel as parameters of a call find the same rows.
fn parameters(options: &ConnectOptions, lab: &Lab) {
    let log = || Arc::new(puente_databases::NoStatementLog);
    let mut theirs = connect_records(options, &Cancel::new(), log()).unwrap();
    let mut ours = connect_records(&lab.options(), &Cancel::new(), log()).unwrap();
    for matches in [
        vec![Match::is("NOMBRE", Value::Text("PEÑA €".to_owned()))],
        vec![Match::is("NOMBRE", Value::Text("O'HIGGINS".to_owned()))],
        vec![Match::is(
            "NOMBRE",
            Value::Text("nadie'; DROP TABLE D; --".to_owned()),
        )],
        vec![
            Match {
                column: "KID".to_owned(),
                values: (1..20).map(Value::Int).collect(),
            },
            Match::is("NOMBRE", Value::Text("Ω漢字".to_owned())),
        ],
    ] {
        let found = |db: &mut dyn RecordDb| {
            let scan = Scan::of("D").column("DID", Kind::Int);
            let mut keys = Vec::new();
            db.select(&scan, &matches, &mut |chunk| {
                keys.extend((0..chunk.rows).filter_map(|row| chunk.columns[0].number(row)));
                Ok(Flow::Continue)
            })
            .unwrap();
            keys.sort_unstable();
            keys
        };
        assert_eq!(found(theirs.as_mut()), found(ours.as_mut()), "{matches:?}");
    }
}

/// What `tsql` prints for a statement, row by row; `None` where there is no `tsql`.
fn tsql(port: u16, encryption: &str, database: &str, statement: &str) -> Option<Vec<Vec<String>>> {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("freetds.conf");
    let text = format!(
        "[server]\nhost = 127.0.0.1\nport = {port}\ntds version = 7.4\nencryption = {encryption}\n\
         client charset = UTF-8\n"
    );
    std::fs::write(&settings, text).unwrap();
    let started = Command::new("tsql")
        .args([
            "-S", "server", "-U", "lector", "-P", "Clave-1", "-D", database, "-o", "fhq",
        ])
        .env("FREETDSCONF", &settings)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = started
        .inspect_err(|error| eprintln!("NOT TESTED: tsql (freetds-bin): {error}"))
        .ok()?;
    let script = format!("{statement}\ngo\nexit\n");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!error.contains("Msg "), "{statement}\n{error}");
    let mut rows: Vec<Vec<String>> = printed
        .lines()
        .filter(|line| line.contains('\t'))
        .map(|line| line.split('\t').map(number).collect())
        .collect();
    rows.sort();
    Some(rows)
}

/// A number as a number, whatever its type was called.
fn number(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(number) => format!("{number:.6}"),
        Err(_) => text.trim_end().to_owned(),
    }
}

#[test]
fn sums_and_groups_of_pysqlbridge_are_those_of_the_stand_in() {
    let Some(python) = python() else { return };
    let rows = rows(&mut Dice::new());
    let bridge = start(&python, &rows);
    let lab = Lab::plain();
    fill(&lab, &rows);
    // The statements that Puente itself sends.
    let sent = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&sent);
    let log = move |statement: &StatementRecord<'_>| {
        noted.lock().unwrap().push(statement.text.to_owned());
    };
    let mut ours = connect(&lab.options(), &Cancel::new(), Arc::new(log)).unwrap();
    ours.schema().unwrap();
    sent.lock().unwrap().clear();
    let sums = vec![SumColumn::of("CANT", 6), SumColumn::of("KID", 0)];
    for filter in conditions(&rows) {
        let request = TotalsRequest {
            sums: sums.clone(),
            filter,
            ..TotalsRequest::of("D")
        };
        ours.totals(&request).unwrap();
    }
    for presence in [vec![], vec!["ANULADO".to_owned()]] {
        ours.grouped(&GroupRequest {
            lines: "D".to_owned(),
            line_document: "KID".to_owned(),
            documents: "K".to_owned(),
            document_key: "KID".to_owned(),
            document_type: Some("TIPO".to_owned()),
            date: None,
            presence,
            sums: sums.clone(),
            line_filter: Vec::new(),
            document_filter: Vec::new(),
        })
        .unwrap();
    }
    let statements = sent.lock().unwrap().clone();
    assert!(statements.len() >= 9, "{statements:?}");
    for statement in &statements {
        let Some(one) = tsql(lab.server.port(), "off", "EMP01", statement) else {
            return;
        };
        let other = tsql(bridge.port, "request", "master", statement).unwrap();
        assert!(!one.is_empty(), "{statement}");
        assert_eq!(one, other, "{statement}");
    }
    eprintln!("{} statements gave the same", statements.len());
}
