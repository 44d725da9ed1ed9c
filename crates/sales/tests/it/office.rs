//! An office with a data folder of its own, connected to the stand-ins.

use puente_core::{Cancel, Secret, SystemClock};
use puente_jobs::{Job, Jobs, NewJob, State as JobState};
use puente_net::{Network, ProxyMode};
use puente_sales::accounts::{self, Channel, ChannelState, Ledger};
use puente_sales::channels::mercadolibre;
use puente_sales::handlers::{self, CATALOGUE, FOLLOW, HOMOLOGATE, SEND, SYNC};
use puente_sales::list::{self, Filter, Totals};
use puente_sales::{Room, Rules, State, catalogues, suggest};
use puente_sandbox::clouds::{CloudOptions, Clouds, InvoiceEffect, ShopOptions};
use puente_store::secrets::Secrets;
use puente_store::{Database, state_options};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// Requests a minute that the stand-in takes in tests which are not about them.
const PLENTY: u32 = 1000;

pub struct Office {
    pub room: Room,
    pub jobs: Jobs,
    pub ledger: i64,
    pub channel: i64,
    pub folder: TempDir,
}

pub fn clouds(purchases: usize, seed: u64, troubles: bool) -> Clouds {
    let clouds = Clouds::start(CloudOptions {
        shop: ShopOptions {
            seed,
            purchases,
            days: 30,
            troubles,
            ..ShopOptions::default()
        },
        ..CloudOptions::default()
    })
    .unwrap();
    let login = &clouds.siigo_logins()[0];
    clouds.set_quota(&login.username, None);
    clouds
}

pub fn room_in(folder: &Path, secrets: Secrets) -> Room {
    let clock = Arc::new(SystemClock);
    let state = Database::open(&folder.join("puente.db"), state_options(), clock.clone()).unwrap();
    let ways = Arc::new(|| {
        Ok(Network {
            proxy: ProxyMode::None,
            connect: Duration::from_secs(2),
            answer: Duration::from_secs(5),
            ..Network::default()
        })
    });
    Room::new(state, secrets, clock, folder.join("invoices"), ways)
        .with_patience(Duration::from_millis(1500))
}

pub fn jobs_of(room: &Room) -> Jobs {
    let jobs = Jobs::open(
        room.state.clone(),
        Arc::clone(&room.clock),
        handlers::all(room),
    )
    .unwrap();
    jobs.recover().unwrap();
    jobs
}

impl Office {
    /// Connected, with its catalogue and rules, and nothing read yet.
    pub fn new(clouds: &Clouds) -> Office {
        let folder = tempfile::tempdir().unwrap();
        let room = room_in(folder.path(), Secrets::memory());
        Office::over(room, clouds, folder)
    }

    pub fn over(room: Room, clouds: &Clouds, folder: TempDir) -> Office {
        let ledger = connect_ledger(&room, clouds);
        let channel = connect_channel(&room, clouds, ledger, 0);
        let office = Office {
            jobs: jobs_of(&room),
            room,
            ledger,
            channel,
            folder,
        };
        office.run(CATALOGUE, json!({ "ledger_id": ledger }));
        office.set_rules(|_| {});
        office
    }

    pub fn set_rules(&self, change: impl FnOnce(&mut Rules)) {
        let catalogue = catalogues::of(&self.room.state, self.ledger).unwrap();
        let mut rules = Rules {
            email: "ventas@oficina.example".into(),
            phone: "6015550100".into(),
            ..suggest::rules(&catalogue)
        };
        change(&mut rules);
        accounts::set_rules(&self.room.state, self.channel, Some(self.ledger), rules).unwrap();
        self.run(HOMOLOGATE, json!({ "channel_id": self.channel }));
    }

    /// Runs a job to its end and gives it as it ended.
    pub fn run(&self, kind: &str, input: Value) -> Job {
        let job = self.attempt(kind, input);
        assert_eq!(job.state, JobState::Done, "{job:?}");
        job
    }

    pub fn attempt(&self, kind: &str, input: Value) -> Job {
        let id = self.jobs.enqueue(NewJob::new(kind, input)).unwrap();
        self.jobs.run_due(2).unwrap();
        self.jobs.get(id).unwrap()
    }

    pub fn sync(&self) -> Job {
        self.run(SYNC, json!({ "channel_id": self.channel }))
    }

    pub fn ready(&self) -> Vec<i64> {
        let filter = Filter {
            states: vec![State::Ready],
            ..Filter::default()
        };
        list::ids(&self.room.state, &filter).unwrap()
    }

    pub fn send(&self, sales: &[i64]) -> Job {
        self.run(SEND, json!({ "ledger_id": self.ledger, "sales": sales }))
    }

    pub fn follow(&self) -> Job {
        self.run(FOLLOW, json!({ "ledger_id": self.ledger }))
    }

    pub fn totals(&self) -> Totals {
        list::totals(&self.room.state, &Filter::default()).unwrap()
    }

    pub fn count(&self, state: State) -> u64 {
        let states = self.totals().states;
        states.get(state.as_str()).copied().unwrap_or_default()
    }
}

pub fn connect_ledger(room: &Room, clouds: &Clouds) -> i64 {
    let login = &clouds.siigo_logins()[0];
    let account = Ledger {
        id: 0,
        name: "Comercial".into(),
        base_url: clouds.siigo_url(),
        user: login.username.clone(),
        partner_id: "Puente".into(),
        per_minute: PLENTY,
        kind: puente_sales::accounts::LedgerKind::Siigo,
        settings: serde_json::json!({}),
        secret_name: String::new(),
        checked_at: None,
        last_error: None,
    };
    let id = accounts::insert_ledger(&room.state, account, room.clock.now()).unwrap();
    let key = Secret::from(login.access_key.as_str());
    room.secrets
        .set(&accounts::ledger_secret(id), &key)
        .unwrap();
    room.ledger(id).unwrap().verify(&Cancel::new()).unwrap();
    id
}

pub fn connect_channel(room: &Room, clouds: &Clouds, ledger: i64, account: usize) -> i64 {
    let app = clouds.mercadolibre_app();
    let account = clouds.mercadolibre_accounts()[account].clone();
    let new = Channel {
        id: 0,
        name: account.nickname.clone(),
        site: serde_json::to_value(account.site)
            .unwrap()
            .as_str()
            .unwrap()
            .to_uppercase(),
        api_url: clouds.mercadolibre_url(),
        auth_url: clouds.mercadolibre_auth_url(),
        client_id: app.client_id.clone(),
        redirect_uri: app.redirect_uri.clone(),
        seller_id: String::new(),
        nickname: String::new(),
        ledger_id: Some(ledger),
        rules: Rules::default(),
        state: ChannelState::Pending,
        checkpoint: None,
        kind: puente_sales::accounts::ChannelKind::Mercadolibre,
        settings: serde_json::json!({}),
        synced_at: None,
        last_error: None,
    };
    let id = accounts::keep_channel(&room.state, new, room.clock.now()).unwrap();
    let channel = accounts::channel(&room.state, id).unwrap();
    let secret = Secret::from(app.client_secret.as_str());
    room.secrets
        .set(&channel.client_secret_name(), &secret)
        .unwrap();
    let begun = mercadolibre::begin(room, &channel).unwrap();
    let redirected = clouds.authorise(&begun.url, &account.nickname).unwrap();
    mercadolibre::finish(room, &channel, &redirected, &Cancel::new()).unwrap()
}

/// How many invoices stand in the ledger for each mark; none may have two.
pub fn by_marker(invoices: &[InvoiceEffect]) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for invoice in invoices {
        let marker = invoice
            .observations
            .as_deref()
            .unwrap_or_default()
            .split_whitespace()
            .find(|word| word.starts_with("PUENTE:"))
            .unwrap_or_else(|| panic!("an invoice without a mark: {invoice:?}"));
        *found.entry(marker.to_owned()).or_default() += 1;
    }
    found
}

pub fn assert_once(clouds: &Clouds, expected: usize) {
    let invoices = clouds.invoices();
    let marks = by_marker(&invoices);
    let twice: Vec<_> = marks.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "two invoices for one sale: {twice:?}");
    assert_eq!(marks.len(), expected, "invoices in the journal");
}
