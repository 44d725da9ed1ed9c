//! Documents out of a local SQL Server, told to Solar over TLS with a private authority, and marked.

use crate::office::jobs_of;
use crate::solar_kill::TELL;
use puente_core::{Cancel, Secret, SystemClock};
use puente_databases::{ConnectOptions, Encryption, NoStatementLog, RecordDb, connect_records};
use puente_jobs::{Job, Jobs, NewJob, State as JobState};
use puente_net::{Network, ProxyMode};
use puente_sales::accounts;
use puente_sales::channels::database::{Settings, Sources};
use puente_sales::handlers::{DELIVER, SalesDelivered};
use puente_sales::ledgers::solar;
use puente_sales::list::{self, Filter};
use puente_sales::{Room, State, attempts, marks};
use puente_sandbox::clouds::{Cloud, CloudOptions, Clouds, Does, EffectKind, Fault};
use puente_sandbox::{Counter, CounterOptions, TdsEncryption, TdsLogin, TdsOptions, TdsServer};
use puente_store::secrets::Secrets;
use puente_store::{Database, state_options};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

pub const PASSWORD: &str = "Clave-1";

/// Reaches one stand-in.
pub struct Local {
    pub port: u16,
    pub user: String,
    pub profile: Option<String>,
    /// How long an answer is waited for.
    pub answer: Duration,
}

impl Local {
    pub fn of(port: u16, user: &str) -> Local {
        Local {
            port,
            user: user.to_owned(),
            profile: None,
            answer: Duration::from_secs(20),
        }
    }
}

impl Sources for Local {
    fn open(
        &self,
        _: i64,
        database: &str,
        watched: &[String],
        cancel: &Cancel,
    ) -> Result<Box<dyn RecordDb>, puente_core::Error> {
        let password = Secret::new(PASSWORD.to_owned());
        let mut options =
            ConnectOptions::sql_server("localhost", self.port, database, &self.user, password);
        options.sql_server.encryption = Encryption::Off;
        options.sql_server.watched = watched.to_vec();
        options.timeouts.connect = Duration::from_secs(5);
        options.timeouts.answer = self.answer;
        connect_records(&options, cancel, Arc::new(NoStatementLog))
            .map_err(|error| puente_core::error::travel(&error))
    }

    fn profile(&self, _: &str) -> Result<Option<String>, puente_core::Error> {
        Ok(self.profile.clone())
    }
}

pub fn room_in(folder: &Path, secrets: Secrets, local: Local) -> Room {
    room_of_sources(folder, secrets, Arc::new(local))
}

pub fn room_of_sources(folder: &Path, secrets: Secrets, sources: Arc<dyn Sources>) -> Room {
    let clock = Arc::new(SystemClock);
    let state = Database::open(&folder.join("puente.db"), state_options(), clock.clone()).unwrap();
    let ca = folder.join("solar.pem");
    let ways = Arc::new(move || {
        Ok(Network {
            proxy: ProxyMode::None,
            connect: Duration::from_secs(2),
            answer: Duration::from_secs(5),
            extra_ca: Some(ca.clone()).filter(|ca| ca.exists()),
            ..Network::default()
        })
    });
    Room::new(state, secrets, clock, folder.join("invoices"), ways)
        .with_patience(Duration::from_millis(1500))
        .with_sources(sources)
}

pub struct Shop {
    pub clouds: Clouds,
    pub server: TdsServer,
    pub counter: Counter,
    pub room: Room,
    pub jobs: Jobs,
    pub ledger: i64,
    pub channel: i64,
    pub folder: TempDir,
}

pub fn clouds(folder: &Path) -> Clouds {
    let clouds = Clouds::start(CloudOptions::default()).unwrap();
    std::fs::write(folder.join("solar.pem"), clouds.solar_ca_pem()).unwrap();
    clouds
}

pub fn server(folder: &Path) -> TdsServer {
    let mut writer = TdsLogin::reader("puente", Secret::new(PASSWORD.to_owned()));
    writer.may_write = true;
    let reader = TdsLogin::reader("lector", Secret::new(PASSWORD.to_owned()));
    let options = TdsOptions {
        encryption: TdsEncryption::None,
        logins: vec![writer, reader],
        ..TdsOptions::with(TdsLogin::reader("x", Secret::new(String::new())))
    };
    TdsServer::start(&folder.join("server"), options).unwrap()
}

pub fn connect(room: &Room, clouds: &Clouds, read_only: bool) -> (i64, i64) {
    let login = clouds.solar_login();
    let company = solar::Settings {
        client: login.client,
        ..solar::Settings::default()
    };
    let account = company.account("Solar", &clouds.solar_url(), &login.user);
    let ledger = accounts::insert_ledger(&room.state, account, room.clock.now()).unwrap();
    let key = Secret::from(login.password.as_str());
    room.secrets
        .set(&accounts::ledger_secret(ledger), &key)
        .unwrap();
    let settings = Settings {
        server: 1,
        database: "LOCAL".into(),
        profile: "solar".into(),
        read_only,
    };
    let channel = settings.account("Mostrador", "localhost/LOCAL/solar".into(), ledger);
    let channel = accounts::keep_database(&room.state, channel, room.clock.now()).unwrap();
    (ledger, channel)
}

impl Shop {
    pub fn new(options: CounterOptions) -> Shop {
        Shop::with(options, "puente", false)
    }

    pub fn with(options: CounterOptions, user: &str, read_only: bool) -> Shop {
        let folder = tempfile::tempdir().unwrap();
        let clouds = clouds(folder.path());
        let server = server(folder.path());
        let counter = Counter::create(&server, "LOCAL", options).unwrap();
        let local = Local::of(server.port(), user);
        let room = room_in(folder.path(), Secrets::memory(), local);
        let (ledger, channel) = connect(&room, &clouds, read_only);
        Shop {
            jobs: jobs_of(&room),
            clouds,
            server,
            counter,
            room,
            ledger,
            channel,
            folder,
        }
    }

    /// Reaches the local database another way from now on.
    pub fn through(&mut self, local: Local) {
        self.room = self.room.clone().with_sources(Arc::new(local));
        self.jobs = jobs_of(&self.room);
    }

    pub fn attempt(&self) -> Job {
        let input = json!({ "ledger_id": self.ledger });
        let id = self.jobs.enqueue(NewJob::new(DELIVER, input)).unwrap();
        self.jobs.run_due(1).unwrap();
        self.jobs.get(id).unwrap()
    }

    pub fn deliver(&self) -> SalesDelivered {
        let job = self.attempt();
        assert_eq!(job.state, JobState::Done, "{job:?}");
        serde_json::from_value(job.result.unwrap()).unwrap()
    }

    pub fn registered(&self) -> BTreeMap<String, usize> {
        registered(&self.clouds)
    }

    pub fn of(&self, state: State) -> Vec<i64> {
        let filter = Filter {
            states: vec![state],
            ..Filter::default()
        };
        list::ids(&self.room.state, &filter).unwrap()
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}

/// How often each number is in Solar.
pub fn registered(clouds: &Clouds) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for effect in clouds.journal() {
        if let EffectKind::SolarDocument { document, .. } = effect.kind {
            let number = document["NroComprobante"].as_str().unwrap().to_owned();
            *found.entry(number).or_default() += 1;
        }
    }
    found
}

/// Every document that waits is in Solar once, and marked.
pub fn assert_told(shop: &Shop) {
    let mut expected: Vec<String> = shop.counter.documents.clone();
    expected.sort();
    let last = |number: &String| number[number.len() - 12..].to_owned();
    let once: BTreeMap<String, usize> = expected.iter().map(|one| (last(one), 1)).collect();
    assert_eq!(shop.registered(), once);
    assert_eq!(shop.counter.told().unwrap(), expected);
}

#[test]
fn what_waits_is_told_once_and_marked_in_its_source() {
    let shop = Shop::new(CounterOptions {
        told: 5,
        ..CounterOptions::of(7, 40)
    });
    let before = shop.counter.told().unwrap().len();
    let done = shop.deliver();
    assert_eq!((done.read, done.sent, done.there), (40, 40, 0));
    assert_eq!((done.refused, done.pending, done.uncertain), (0, 0, 0));
    assert_eq!((done.marked, done.marked_here), (40, 0));
    assert_eq!(shop.counter.told().unwrap().len(), before + 40);
    assert!(shop.registered().values().all(|times| *times == 1));
    assert_eq!(shop.registered().len(), 40);
    let again = shop.deliver();
    assert_eq!((again.read, again.sent, again.marked), (0, 0, 0));
    assert_eq!(shop.registered().len(), 40);
    assert_eq!(
        marks::counts(&shop.room.state, shop.channel).unwrap(),
        (40, 0)
    );
}

#[test]
fn a_body_is_all_texts_with_days_as_solar_writes_them_and_the_audit_keeps_it() {
    let shop = Shop::new(CounterOptions::of(3, 6));
    shop.deliver();
    for sale in shop.of(State::Invoiced) {
        let attempts = attempts::of_sale(&shop.room.state, sale).unwrap();
        assert_eq!(attempts.len(), 1);
        assert_eq!(attempts[0].answer, "accepted");
        assert_eq!(attempts[0].sha256.len(), 64);
        assert!(attempts[0].ended_at.is_some());
        let body: Value = serde_json::from_str(&attempts[0].body).unwrap();
        let document = &body["Comprobantes"][0];
        let day = document["Fecha"].as_str().unwrap();
        assert!(day.len() == 10 && day.as_bytes()[2] == b'-' && day.ends_with("-2026"));
        let texts = |value: &Value| {
            value
                .as_object()
                .unwrap()
                .values()
                .all(|value| value.is_string() || value.is_array())
        };
        assert!(texts(&body) && texts(document));
        assert!(document["Detalles"].as_array().unwrap().iter().all(texts));
        assert!(document["Pagos"].as_array().unwrap().iter().all(texts));
    }
}

#[test]
fn documents_that_solar_has_already_are_counted_apart_and_marked() {
    let shop = Shop::new(CounterOptions::of(11, 8));
    shop.deliver();
    // The office loses Puente's data, and somebody takes the marks away.
    let sqlite = shop.counter.database.sqlite().unwrap();
    sqlite
        .execute_batch("UPDATE EB_T_HistorialSincVentas_Solar SET ESTADO_SYNC = 0")
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(
        shop.path().join("solar.pem"),
        folder.path().join("solar.pem"),
    )
    .unwrap();
    let local = Local::of(shop.server.port(), "puente");
    let room = room_in(folder.path(), Secrets::memory(), local);
    let (ledger, channel) = connect(&room, &shop.clouds, false);
    let shop = Shop {
        jobs: jobs_of(&room),
        room,
        ledger,
        channel,
        ..shop
    };
    let done = shop.deliver();
    assert_eq!((done.sent, done.there, done.marked), (0, 8, 8));
    assert_told(&shop);
    let sale = shop.of(State::Invoiced)[0];
    let attempts = attempts::of_sale(&shop.room.state, sale).unwrap();
    assert_eq!(attempts[0].answer, "there");
}

#[test]
fn what_nobody_answers_is_settled_by_sending_the_same_document_again() {
    for does in [
        Does::AcceptThenReset,
        Does::AcceptThenCut,
        Does::AcceptThenStatus(500),
        Does::AcceptThenHtml,
        Does::AcceptThenHang,
        Does::Status(500),
        Does::Html,
        Does::Empty,
    ] {
        let shop = Shop::new(CounterOptions::of(5, 3));
        shop.clouds
            .fault(Fault::on(Cloud::Solar, "POST", TELL, does.clone()).times(1));
        let done = shop.deliver();
        assert_eq!(done.sent, 3, "{does:?}: {done:?}");
        assert_told(&shop);
    }
}

#[test]
fn a_token_that_ends_is_renewed_once() {
    let shop = Shop::new(CounterOptions::of(9, 3));
    shop.room
        .ledger(shop.ledger)
        .unwrap()
        .verify(&Cancel::new())
        .unwrap();
    shop.clouds.forget_tokens();
    assert_eq!(shop.deliver().sent, 3);
    shop.clouds.solar(|switches| switches.bom = false);
    shop.clouds.forget_tokens();
    assert_eq!(shop.deliver().sent, 0);
}
