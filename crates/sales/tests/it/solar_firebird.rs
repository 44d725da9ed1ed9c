//! Documents that wait in a real Firebird, told to Solar and marked there.

use crate::office::jobs_of;
use crate::solar::{clouds, connect, registered, room_of_sources};
use puente_core::{Cancel, Code, Secret};
use puente_databases::{
    ConnectOptions, Driver, RecordDb, StatementLog, StatementRecord, connect_records,
};
use puente_jobs::{Jobs, NewJob, State as JobState};
use puente_sales::channels::database::Sources;
use puente_sales::handlers::{DELIVER, SalesDelivered};
use puente_sales::list::{self, Filter};
use puente_sales::{Room, State, accounts, marks, sales};
use puente_sandbox::clouds::{Clouds, EffectKind};
use puente_sandbox::{Dialect, FirebirdServer, ServerOptions};
use puente_store::secrets::Secrets;
use serde_json::json;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

const READER: &str = "LECTOR";
const PASSWORD: &str = "Clave1";

/// The tables of the shipped profile, as somebody keeps them in Firebird, with letters that ASCII hasn't.
const TABLES: &str = "
create table EB_T_HISTORIALSINCVENTAS_SOLAR (ID integer not null primary key, FECHA_EMIS date,
  HORA_EMIS varchar(8), T_COMP varchar(3) character set WIN1252, N_COMP varchar(14), MEDIO_DE_PAGO varchar(30)
  character set WIN1252, IMPORTE numeric(18,2), ESTADO_SYNC smallint not null, FECHA_SYNC timestamp);
create table CTA03 (ID_CTA03 integer not null primary key, T_COMP varchar(3) character set WIN1252,
  N_COMP varchar(14), N_RENGL_V integer, COD_ARTICU varchar(15) character set WIN1252, CANTIDAD numeric(18,4),
  IMP_NETO_P numeric(18,2), PORC_IVA numeric(9,2));
create table CTA04 (ID_CTA04 integer not null primary key, T_COMP varchar(3) character set WIN1252,
  N_COMP varchar(14), PORCENTAJE numeric(9,2), IMPORTE numeric(18,2));
commit;
";

/// Remembers what was sent to the server.
#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl StatementLog for Heard {
    fn ended(&self, statement: &StatementRecord<'_>) {
        self.0.lock().unwrap().push(statement.text.to_owned());
    }
}

struct Local {
    options: ConnectOptions,
    heard: Arc<Heard>,
}

impl Sources for Local {
    fn open(
        &self,
        _: i64,
        _: &str,
        _: &[String],
        cancel: &Cancel,
    ) -> Result<Box<dyn RecordDb>, puente_core::Error> {
        connect_records(
            &self.options,
            cancel,
            Arc::clone(&self.heard) as Arc<dyn StatementLog>,
        )
        .map_err(|error| puente_core::error::travel(&error))
    }

    fn profile(&self, _: &str) -> Result<Option<String>, puente_core::Error> {
        Ok(None)
    }
}

struct Shop {
    server: FirebirdServer,
    database: PathBuf,
    clouds: Clouds,
    room: Room,
    jobs: Jobs,
    heard: Arc<Heard>,
    ledger: i64,
    channel: i64,
    _folder: TempDir,
}

impl Shop {
    fn new(user: &str, read_only: bool, dialect: Dialect) -> Shop {
        let folder = tempfile::tempdir().unwrap();
        let clouds = clouds(folder.path());
        let server =
            FirebirdServer::start(&folder.path().join("server"), ServerOptions::default()).unwrap();
        let database = folder.path().join("local.fdb");
        server
            .access()
            .create_database(&database, dialect, "NONE")
            .unwrap();
        let password = Secret::new(PASSWORD.to_owned());
        server.add_user(READER, &password).unwrap();
        let (user, password) = match user {
            READER => (READER, password),
            _ => (server.user(), server.password().clone()),
        };
        let mut options = ConnectOptions::firebird(
            server.host(),
            server.port(),
            database.display().to_string(),
            user,
            password,
        );
        options.driver = Driver::Pure;
        if matches!(dialect, Dialect::One) {
            options.dialect = Some(1);
        }
        let heard = Arc::new(Heard::default());
        let local = Local {
            options,
            heard: Arc::clone(&heard),
        };
        let room = room_of_sources(folder.path(), Secrets::memory(), Arc::new(local));
        let (ledger, channel) = connect(&room, &clouds, read_only);
        let shop = Shop {
            jobs: jobs_of(&room),
            server,
            database,
            clouds,
            room,
            heard,
            ledger,
            channel,
            _folder: folder,
        };
        let tables = match dialect {
            Dialect::One => TABLES.replace("FECHA_SYNC timestamp", "FECHA_SYNC date"),
            Dialect::Three => TABLES.to_owned(),
        };
        shop.sql(dialect, &tables);
        for table in ["EB_T_HISTORIALSINCVENTAS_SOLAR", "CTA03", "CTA04"] {
            shop.sql(
                dialect,
                &format!("grant select on {table} to {READER};\ncommit;\n"),
            );
        }
        shop
    }

    fn sql(&self, dialect: Dialect, script: &str) {
        // As the bytes of WIN1252.
        let bytes: Vec<u8> = script
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect();
        let address = self.server.address(&self.database);
        self.server
            .isql()
            .dialect(dialect)
            .run(Some(&address), &bytes)
            .unwrap();
    }

    /// So many documents of two lines, one in three a credit note; one has a kind with an ñ in its article.
    fn fill(&self, dialect: Dialect, count: i64) {
        let mut script = String::new();
        for at in 1..=count {
            let (kind, sign) = if at % 3 == 0 { ("NCR", -1) } else { ("FAC", 1) };
            let number = format!("B00215{at:08}");
            let cents = sign * 24_200;
            script.push_str(&format!(
                "insert into EB_T_HISTORIALSINCVENTAS_SOLAR values ({at}, '2026-11-20', '10:30:00', '{kind}', \
                 '{number}', 'CRÉDITO', {cents} / 100.00, 0, null);\n"
            ));
            for line in 1..=2 {
                let id = at * 10 + line;
                script.push_str(&format!(
                    "insert into CTA03 values ({id}, '{kind}', '{number}', {line}, 'AÑO-{line}', {sign}, \
                     {sign} * 100.00, 21);\ninsert into CTA04 values ({id}, '{kind}', '{number}', 21, {sign} * 21.00);\n"
                ));
            }
        }
        script.push_str("commit;\n");
        self.sql(dialect, &script);
    }

    fn deliver(&self) -> SalesDelivered {
        let input = json!({ "ledger_id": self.ledger });
        let id = self.jobs.enqueue(NewJob::new(DELIVER, input)).unwrap();
        self.jobs.run_due(1).unwrap();
        let job = self.jobs.get(id).unwrap();
        assert_eq!(job.state, JobState::Done, "{job:?}");
        serde_json::from_value(job.result.unwrap()).unwrap()
    }

    fn marked(&self, dialect: Dialect) -> usize {
        let query = "select N_COMP from EB_T_HISTORIALSINCVENTAS_SOLAR \
                     where ESTADO_SYNC = 1 and FECHA_SYNC is not null";
        let address = self.server.address(&self.database);
        let isql = self.server.isql().dialect(dialect);
        isql.column(&address, query).unwrap().len()
    }

    /// What the login lacks for marking. Asking writes nothing.
    fn lacking(&self) -> Option<String> {
        let account = accounts::channel(&self.room.state, self.channel).unwrap();
        let channel = self.room.database(&account).unwrap();
        channel.look(&Cancel::new()).unwrap().grant
    }

    fn wrote(&self) -> bool {
        let heard = self.heard.0.lock().unwrap();
        heard.iter().any(|text| text.starts_with("UPDATE"))
    }
}

#[test]
fn what_waits_in_a_firebird_is_told_once_and_marked_there_in_either_dialect() {
    for dialect in [Dialect::Three, Dialect::One] {
        let shop = Shop::new("SYSDBA", false, dialect);
        // More than one list of numbers takes.
        shop.fill(dialect, 230);
        let done = shop.deliver();
        assert_eq!(
            (done.read, done.sent, done.refused),
            (230, 230, 0),
            "{done:?}"
        );
        assert_eq!((done.marked, done.marked_here), (230, 0));
        assert_eq!(shop.marked(dialect), 230);
        assert!(registered(&shop.clouds).values().all(|times| *times == 1));
        let journal = shop.clouds.journal();
        let EffectKind::SolarDocument { document, .. } = &journal[2].kind else {
            panic!("{journal:?}");
        };
        assert_eq!(document["Pagos"][0]["MedioPago"], "CRÉDITO");
        assert_eq!(document["Detalles"][1]["DescripcionItem"], "AÑO-2");
        let heard = shop.heard.0.lock().unwrap().clone();
        assert!(
            heard.iter().all(|text| !text.contains("B00215")),
            "values travel as parameters"
        );
        let again = shop.deliver();
        assert_eq!((again.read, again.sent, again.marked), (0, 0, 0));
    }
}

#[test]
fn a_firebird_that_is_only_read_is_never_written_and_told_once() {
    let dialect = Dialect::Three;
    let shop = Shop::new("SYSDBA", true, dialect);
    shop.fill(dialect, 4);
    let done = shop.deliver();
    assert_eq!((done.sent, done.marked, done.marked_here), (4, 0, 4));
    assert_eq!(shop.deliver().sent, 0);
    assert_eq!(shop.lacking(), None);
    assert!(!shop.wrote());
    assert_eq!(shop.marked(dialect), 0);
}

#[test]
fn a_login_that_may_not_update_in_firebird_says_so_and_the_marks_live_here() {
    for dialect in [Dialect::Three, Dialect::One] {
        told_without_the_right_and_marked_with_it(dialect);
    }
}

fn told_without_the_right_and_marked_with_it(dialect: Dialect) {
    let shop = Shop::new(READER, false, dialect);
    shop.fill(dialect, 4);
    let done = shop.deliver();
    assert_eq!((done.sent, done.marked, done.marked_here), (4, 0, 4));
    let channel = accounts::channel(&shop.room.state, shop.channel).unwrap();
    let error = channel.last_error.expect("the channel says why");
    assert_eq!(error.code, Code::DbPermissionDenied);
    let grant = shop.lacking().expect("the statement that helps");
    shop.sql(dialect, &format!("{grant}\ncommit;\n"));
    assert_eq!(shop.lacking(), None);
    let again = shop.deliver();
    assert_eq!((again.read, again.sent, again.marked), (0, 0, 4));
    assert_eq!(shop.marked(dialect), 4);
    assert_eq!(
        marks::counts(&shop.room.state, shop.channel).unwrap(),
        (4, 0)
    );
}

/// Somebody works on a document while it is marked: nothing waits, and its mark is set the next time.
#[test]
fn a_document_that_somebody_holds_is_told_and_marked_once_it_is_let_go() {
    let dialect = Dialect::Three;
    let shop = Shop::new("SYSDBA", false, dialect);
    shop.fill(dialect, 3);
    let access = shop.server.access();
    let mut held = access.session(&shop.database, dialect).unwrap();
    held.run("update EB_T_HISTORIALSINCVENTAS_SOLAR set MEDIO_DE_PAGO = 'X' where ID = 2;")
        .unwrap();
    let input = json!({ "ledger_id": shop.ledger });
    let id = shop.jobs.enqueue(NewJob::new(DELIVER, input)).unwrap();
    shop.jobs.run_due(1).unwrap();
    let error = shop.jobs.get(id).unwrap().error.expect("it says why");
    assert_eq!(error.code, Code::DbLockConflict);
    assert!(error.retryable);
    assert_eq!(registered(&shop.clouds).len(), 3);
    assert_eq!(shop.marked(dialect), 0);
    held.run("rollback;").unwrap();
    drop(held);
    assert_eq!(shop.deliver().marked, 3);
    assert_eq!(shop.marked(dialect), 3);
    assert!(registered(&shop.clouds).values().all(|times| *times == 1));
}

/// What no column of the source's charset can hold is nowhere in it.
#[test]
fn a_document_that_can_not_be_told_names_its_place_in_firebird_too() {
    let dialect = Dialect::Three;
    let shop = Shop::new("SYSDBA", false, dialect);
    shop.fill(dialect, 3);
    shop.sql(
        dialect,
        "update CTA03 set IMP_NETO_P = 9999999999999999.99 where ID_CTA03 = 11;\ncommit;\n",
    );
    let done = shop.deliver();
    assert_eq!(
        (done.sent, done.refused, done.marked),
        (2, 1, 2),
        "{done:?}"
    );
    let filter = Filter {
        states: vec![State::Pending],
        ..Filter::default()
    };
    let waiting = list::ids(&shop.room.state, &filter).unwrap();
    let reason = json!(sales::get(&shop.room.state, waiting[0]).unwrap().reasons[0]);
    assert_eq!(reason["field"], "value");
    assert!(
        reason["value"]
            .as_str()
            .unwrap()
            .starts_with("CTA03.IMP_NETO_P: 99999"),
        "{reason}"
    );
    shop.sql(
        dialect,
        "update CTA03 set IMP_NETO_P = 100 where ID_CTA03 = 11;\ncommit;\n",
    );
    assert_eq!(shop.deliver().sent, 1);
}
