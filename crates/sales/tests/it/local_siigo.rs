//! Sales out of a local database become invoices in SIIGO: the model is common.

use crate::office::{assert_once, clouds, connect_ledger, jobs_of};
use crate::solar::{Local, room_in, server};
use puente_jobs::{Jobs, NewJob, State as JobState};
use puente_sales::accounts::{self, Channel};
use puente_sales::channels::database::{SalesProfile, Settings};
use puente_sales::handlers::{CATALOGUE, DELIVER, HOMOLOGATE, SalesDelivered};
use puente_sales::list::{self, Filter};
use puente_sales::{MappingKind, Room, Rules, State, catalogues, mappings, marks, sales, suggest};
use puente_sandbox::clouds::Clouds;
use puente_sandbox::{Counter, CounterOptions, TdsServer};
use puente_store::secrets::Secrets;
use rusqlite::{Connection, params};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A point of sale in Colombia whose sales go to SIIGO.
struct Office {
    clouds: Clouds,
    counter: Counter,
    room: Room,
    jobs: Jobs,
    ledger: i64,
    channel: i64,
    row: i64,
    _server: TdsServer,
    _folder: TempDir,
}

impl Office {
    fn new() -> Office {
        let clouds = clouds(0, 7, false);
        let folder = tempfile::tempdir().unwrap();
        let server = server(folder.path());
        let counter = Counter::create(&server, "LOCAL", CounterOptions::of(1, 0)).unwrap();
        let text = SalesProfile::builtin_text("solar").unwrap();
        let text = text
            .replace("America/Argentina/Buenos_Aires", "America/Bogota")
            .replace("\"ARS\"", "\"COP\"");
        let local = Local {
            profile: Some(text),
            ..Local::of(server.port(), "puente")
        };
        let room = room_in(folder.path(), Secrets::memory(), local);
        let ledger = connect_ledger(&room, &clouds);
        let jobs = jobs_of(&room);
        let office = Office {
            channel: connect(&room, ledger),
            clouds,
            counter,
            room,
            jobs,
            ledger,
            row: 0,
            _server: server,
            _folder: folder,
        };
        office.run(CATALOGUE, json!({ "ledger_id": ledger }));
        let catalogue = catalogues::of(&office.room.state, ledger).unwrap();
        let rules = Rules {
            email: "ventas@oficina.example".into(),
            phone: "6015550100".into(),
            address: "Calle 1 # 2-3".into(),
            city: "11001".into(),
            final_consumer: true,
            tolerance: Decimal::new(5, 2),
            ..suggest::rules(&catalogue)
        };
        accounts::set_rules(&office.room.state, office.channel, Some(ledger), rules).unwrap();
        office
    }

    fn run(&self, kind: &str, input: Value) -> Value {
        let id = self.jobs.enqueue(NewJob::new(kind, input)).unwrap();
        self.jobs.run_due(2).unwrap();
        let job = self.jobs.get(id).unwrap();
        assert_eq!(job.state, JobState::Done, "{job:?}");
        job.result.unwrap_or_default()
    }

    fn deliver(&self) -> SalesDelivered {
        let result = self.run(DELIVER, json!({ "ledger_id": self.ledger }));
        serde_json::from_value(result).unwrap()
    }

    fn sqlite(&self) -> Connection {
        self.counter.database.sqlite().unwrap()
    }

    /// A sale of one article: quantity, net and tax in cents, rate.
    fn sale(
        &mut self,
        kind: &str,
        number: &str,
        (article, quantity, net, rate): (&str, i64, i64, i64),
    ) {
        self.row += 1;
        let tax = net * rate / 100;
        let sqlite = self.sqlite();
        sqlite
            .execute(
                "INSERT INTO EB_T_HistorialSincVentas_Solar VALUES \
                 (?1, '2026-11-20 00:00:00', '10:30:00', ?2, ?3, 'EFECTIVO', ?4, 0, NULL)",
                params![self.row, kind, number, net + tax],
            )
            .unwrap();
        sqlite
            .execute(
                "INSERT INTO CTA03 VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7)",
                params![
                    self.row,
                    kind,
                    number,
                    article,
                    quantity * 10_000,
                    net,
                    rate * 100
                ],
            )
            .unwrap();
    }

    fn map(&self, kind: MappingKind, source: &str, target: &str) {
        let now = self.room.clock.now();
        let change = vec![(source.to_owned(), Some(target.to_owned()))];
        mappings::set(&self.room.state, self.channel, kind, change, now).unwrap();
        self.run(HOMOLOGATE, json!({ "channel_id": self.channel }));
    }

    fn reasons(&self) -> Vec<Value> {
        let filter = Filter {
            states: vec![State::Pending, State::Refused],
            ..Filter::default()
        };
        let waiting = list::ids(&self.room.state, &filter).unwrap();
        waiting
            .into_iter()
            .map(|id| json!(sales::get(&self.room.state, id).unwrap().reasons[0]))
            .collect()
    }
}

fn connect(room: &Room, ledger: i64) -> i64 {
    let settings = Settings {
        server: 1,
        database: "LOCAL".into(),
        profile: "solar".into(),
        read_only: false,
    };
    let channel = Channel {
        rules: Rules::default(),
        ..settings.account("Mostrador", "localhost/LOCAL/solar".into(), ledger)
    };
    accounts::keep_database(&room.state, channel, room.clock.now()).unwrap()
}

#[test]
fn local_articles_become_siigos_by_their_mapping_and_each_sale_one_invoice_that_is_marked() {
    let mut office = Office::new();
    let catalogue = catalogues::of(&office.room.state, office.ledger).unwrap();
    let product = catalogue.products.iter().find(|one| one.active).unwrap();
    let code = product.code.clone();
    office.sale("FAC", "B0021500000001", ("LOCAL-1", 3, 10_000_000, 19));
    office.sale("FAC", "B0021500000002", ("LOCAL-1", 1, 3_333_333, 0));
    office.sale("FAC", "B0021500000003", ("LOCAL-2", 1, 5_000_000, 19));
    let done = office.deliver();
    assert_eq!((done.read, done.sent, done.refused), (3, 0, 3), "{done:?}");
    let reasons = office.reasons();
    assert!(
        reasons
            .iter()
            .all(|one| one["reason"] == "unmapped_product"),
        "{reasons:?}"
    );
    assert!(
        office.counter.told().unwrap().is_empty(),
        "nothing is marked that was not taken"
    );

    office.map(MappingKind::Product, "LOCAL-1", &code);
    let done = office.deliver();
    assert_eq!(
        (done.sent, done.refused, done.marked),
        (2, 1, 2),
        "{done:?} {:?}",
        office.reasons()
    );
    assert_once(&office.clouds, 2);
    let invoices = office.clouds.invoices();
    let mut totals: Vec<Decimal> = invoices.iter().map(|one| one.total).collect();
    totals.sort_unstable();
    assert_eq!(
        totals,
        [Decimal::new(3_333_333, 2), Decimal::new(11_900_000, 2)]
    );
    for invoice in &invoices {
        let item = &invoice.document["items"][0];
        assert_eq!(item["code"], *code);
    }
    let marked = marks::counts(&office.room.state, office.channel).unwrap();
    assert_eq!(marked, (2, 0));
    assert_eq!(office.counter.told().unwrap().len(), 2);

    office.map(MappingKind::Product, "LOCAL-2", &code);
    let done = office.deliver();
    assert_eq!(
        (done.sent, done.refused, done.marked),
        (1, 0, 1),
        "{done:?}"
    );
    assert_once(&office.clouds, 3);
    assert_eq!(office.deliver().sent, 0);
}

#[test]
fn a_rate_that_siigo_has_not_and_what_is_given_back_wait_and_say_why() {
    let mut office = Office::new();
    let catalogue = catalogues::of(&office.room.state, office.ledger).unwrap();
    let product = catalogue.products.iter().find(|one| one.active).unwrap();
    office.map(MappingKind::Product, "LOCAL-1", &product.code);
    office.sale("FAC", "B0021500000001", ("LOCAL-1", 1, 10_000_000, 37));
    office.sale("NCR", "B0021500000002", ("LOCAL-1", -1, -10_000_000, 19));
    let done = office.deliver();
    assert_eq!((done.sent, done.refused), (0, 2), "{done:?}");
    let mut reasons = office.reasons();
    reasons.sort_by_key(|one| one["reason"].as_str().map(str::to_owned));
    assert_eq!(reasons[0]["field"], "returned", "{reasons:?}");
    assert_eq!(reasons[1]["reason"], "unmapped_tax", "{reasons:?}");
    assert!(office.clouds.invoices().is_empty());
    assert!(office.counter.told().unwrap().is_empty());
}
