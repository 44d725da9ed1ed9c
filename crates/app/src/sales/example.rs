//! All eleven steps on a sample shop. A host that has stand-ins of the clouds brings the shop: the example
//! office and `puente demo sales` do, an office's own data never does.

use super::margin::{self, gathered};
use super::table::ReasonCount;
use super::texts::title;
use super::{channels, ledgers, room};
use crate::jobs::{self, JobRow};
use crate::settings::{self, Change};
use crate::{App, Nothing, Result};
use puente_core::{Code, Error, Progress, Secret};
use puente_jobs::{Interrupted, JobKind, Level, NewJob, Running};
use puente_net::ProxyMode;
use puente_sales::costs::{CostRule, RuleKind};
use puente_sales::handlers::{self as work, SendInput};
use puente_sales::list::{self, Filter};
use puente_sales::sales::{self, SaleId};
use puente_sales::{
    Room, State, accounts, bills, catalogues, costs, erp_costs, judge, outbox, suggest, tasks,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;
use ts_rs::TS;

/// The kind of job that goes all eleven steps.
pub const EXAMPLE: &str = "sales.example";

/// Its ledger, as it is connected.
const LEDGER: &str = "SIIGO (EJEMPLO)";
/// Its channel account, as it is connected.
const CHANNEL: &str = "MercadoLibre (EJEMPLO)";
/// Invoices whose answer is lost on the way, so that settling is seen.
const LOST: u32 = 8;
/// Requests a minute of the sample company: nobody waits for a minute of an example to pass.
const PER_MINUTE: u32 = 10_000;

/// Stand-ins of SIIGO and MercadoLibre in this process.
pub trait SampleShop: Send + Sync {
    /// Opens them, or says where they are when they are open.
    ///
    /// # Errors
    /// That no port could be opened.
    fn open(&self) -> Result<Doors>;

    /// Plays the administrator in the browser: the address that it is sent back to from a page of consent.
    ///
    /// # Errors
    /// What the page says.
    fn authorise(&self, url: &str) -> Result<String>;

    /// So many of the next invoices are made and their answer is lost.
    fn lose_answers(&self, times: u32);

    /// Loses no more answers.
    fn heal(&self);

    /// Some buyers cancel what they bought, and others pay at last: once.
    fn change_minds(&self);

    /// The invoices that really were made: how many, and how many of them for a sale that had one.
    fn invoices(&self) -> (u64, u64);
}

/// How to enter the stand-ins.
#[derive(Debug, Clone)]
pub struct Doors {
    /// SIIGO's address.
    pub siigo_url: String,
    /// The API's user.
    pub user: String,
    /// Its key.
    pub access_key: Secret,
    /// MercadoLibre's address.
    pub meli_url: String,
    /// That of its page of consent.
    pub auth_url: String,
    /// Number of the application.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// As it is registered.
    pub redirect_uri: String,
}

/// Result of [`EXAMPLE`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(rename = "SalesExampleDone")]
pub struct Done {
    /// Orders that were read.
    pub orders_read: u64,
    /// Sales that there are.
    pub sales: u64,
    /// Sales that were ready before anything was sent.
    pub ready: u64,
    /// Sales that were blocked then, by name of the first reason.
    pub blocked: HashMap<String, u64>,
    /// Of those that were ready, the ones that are not invoiced: by name of the first reason, or `refused` and
    /// the ledger's code (`refused customer_inactive`), or by where they stand.
    #[serde(default)]
    #[ts(as = "Option<HashMap<String, u64>>", optional)]
    pub not_invoiced: HashMap<String, u64>,
    /// Sales that are invoiced.
    pub invoiced: u64,
    /// Invoices whose answer was lost, and that are known now.
    pub uncertain_settled: u64,
    /// Sales that are in doubt.
    pub uncertain: u64,
    /// Sales that the ledger refused.
    pub refused: u64,
    /// Invoices that the tax authority accepted.
    pub stamped: u64,
    /// Credit notes that wait for a person.
    pub credit_notes: u64,
    /// Invoices that the stand-in of the ledger really holds.
    pub journal_invoices: u64,
    /// How many of them are for a sale that had one.
    pub invoices_made_twice: u64,
    /// What is left of all that was paid.
    pub margin: String,
    /// In a hundred of it; none without revenue.
    pub margin_percent: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// How the example stands.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "SalesExample")]
pub struct Standing {
    /// Whether there is a sample shop here: only in the example office.
    pub available: bool,
    /// The job that goes the steps now, or went them last.
    pub job: Option<JobRow>,
    /// What it came to, when it went well.
    pub done: Option<Done>,
    /// What blocked sales then, in words, the most first.
    pub blocked: Vec<ReasonCount>,
    /// Why sales that were ready are not invoiced, in words, the most first.
    #[ts(as = "Option<Vec<ReasonCount>>", optional)]
    pub not_invoiced: Vec<ReasonCount>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Input {
    ledger_id: i64,
    channel_id: i64,
}

fn only_here() -> Error {
    Error::new(Code::ExampleOnly)
}

/// Connects the sample shop, and goes the other steps in a job. Again: what is new, and what waited.
///
/// # Errors
/// [`Code::ExampleOnly`] with an office's own data; those of the steps.
pub fn run(app: &App, _: Nothing) -> Result<Vec<JobRow>> {
    let shop = app.example.clone().ok_or_else(only_here)?;
    let doors = shop.open()?;
    directly(app)?;
    let ledger = ledgers::connect(
        app,
        ledgers::Connect {
            name: LEDGER.to_owned(),
            user: doors.user.clone(),
            access_key: doors.access_key.clone(),
            partner_id: None,
            base_url: Some(doors.siigo_url.clone()),
            per_minute: Some(PER_MINUTE),
        },
    )?;
    let channel_id = match known_channel(app, &doors)? {
        Some(id) => id,
        None => authorise(app, shop.as_ref(), &doors, &ledger.name)?,
    };
    let input = json!(Input {
        ledger_id: ledger.id,
        channel_id,
    });
    Ok(vec![jobs::ask(app, NewJob::new(EXAMPLE, input).once())?])
}

/// How the example stands, and what it came to.
///
/// # Errors
/// Those of the store.
pub fn standing(app: &App, _: Nothing) -> Result<Standing> {
    let newest = app.jobs.list(&puente_jobs::Filter {
        kinds: vec![EXAMPLE.to_owned()],
        limit: 1,
        ..puente_jobs::Filter::default()
    })?;
    let job = newest.into_iter().next();
    let done: Option<Done> = job
        .as_ref()
        .and_then(|job| serde_json::from_value(job.result.clone()?).ok());
    let lang = app.lang();
    let in_words = |counts: &HashMap<String, u64>| -> Vec<ReasonCount> {
        let mut rows: Vec<ReasonCount> = counts
            .iter()
            .map(|(reason, sales)| ReasonCount {
                reason: reason.clone(),
                text: match reason.split_once(' ') {
                    Some((name, code)) => format!("{} ({code})", title(name, lang)),
                    None => title(reason, lang),
                },
                sales: *sales,
            })
            .collect();
        rows.sort_by(|a, b| b.sales.cmp(&a.sales).then_with(|| a.reason.cmp(&b.reason)));
        rows
    };
    let counts = |of: fn(&Done) -> &HashMap<String, u64>| {
        done.as_ref()
            .map_or_else(Vec::new, |done| in_words(of(done)))
    };
    let (blocked, not_invoiced) = (
        counts(|done| &done.blocked),
        counts(|done| &done.not_invoiced),
    );
    Ok(Standing {
        available: app.example.is_some(),
        job: job.and_then(|job| jobs::rows(app, vec![job]).into_iter().next()),
        done,
        blocked,
        not_invoiced,
    })
}

/// A proxy of the environment knows no way to this machine.
fn directly(app: &App) -> Result<()> {
    let settings = settings::get(app, Nothing {})?.settings;
    if settings.proxy.mode == ProxyMode::None {
        return Ok(());
    }
    let mut proxy = settings.proxy;
    proxy.mode = ProxyMode::None;
    let change = Change {
        proxy: Some(proxy),
        ..Change::default()
    };
    settings::set(app, change).map(drop)
}

/// The account, when it is connected to this very shop.
fn known_channel(app: &App, doors: &Doors) -> Result<Option<i64>> {
    let all = accounts::channels(&room(app).state)?;
    let known = all.into_iter().find(|channel| {
        channel.name == CHANNEL
            && channel.state == accounts::ChannelState::Connected
            && channel.api_url.trim_end_matches('/') == doors.meli_url.trim_end_matches('/')
    });
    Ok(known.map(|channel| channel.id))
}

fn authorise(app: &App, shop: &dyn SampleShop, doors: &Doors, ledger: &str) -> Result<i64> {
    let begun = channels::begin(
        app,
        channels::Connect {
            name: CHANNEL.to_owned(),
            site: "MCO".to_owned(),
            client_id: doors.client_id.clone(),
            client_secret: Some(doors.client_secret.clone()),
            redirect_uri: doors.redirect_uri.clone(),
            ledger: Some(ledger.to_owned()),
            api_url: Some(doors.meli_url.clone()),
            auth_url: Some(doors.auth_url.clone()),
        },
    )?;
    let finish = channels::Finish {
        channel: CHANNEL.to_owned(),
        redirected: shop.authorise(&begun.url)?,
    };
    Ok(channels::finish(app, finish)?.id)
}

pub(crate) struct Example {
    pub(crate) room: Room,
    pub(crate) shop: Option<Arc<dyn SampleShop>>,
}

impl JobKind for Example {
    const NAME: &'static str = EXAMPLE;
    const ON_INTERRUPT: Interrupted = Interrupted::Fail;
    type Input = Input;
    type Output = Done;

    fn holds(input: &Self::Input) -> Vec<String> {
        let Input {
            ledger_id,
            channel_id,
        } = input;
        vec![
            format!("channel:{channel_id}"),
            format!("ledger:{ledger_id}"),
            format!("catalogue:{ledger_id}"),
        ]
    }

    fn work(&self, job: &Running, input: Self::Input) -> Result<Self::Output> {
        let shop = self.shop.as_deref().ok_or_else(only_here)?;
        let done = Walk {
            room: &self.room,
            shop,
            job,
            input,
        }
        .go();
        shop.heal();
        done
    }
}

/// One walk through the steps.
struct Walk<'a> {
    room: &'a Room,
    shop: &'a dyn SampleShop,
    job: &'a Running,
    input: Input,
}

impl Walk<'_> {
    fn go(&self) -> Result<Done> {
        let started = Instant::now();
        let (ledger, channel) = (self.input.ledger_id, self.input.channel_id);
        let (room, job) = (self.room, self.job);
        self.step(2, "the ledger and the channel account are connected");
        let fetched = work::fetch_catalogue(room, ledger, job)?;
        self.step(
            3,
            &format!("{} products in the catalogue", fetched.products),
        );
        self.decide()?;
        self.step(4, "rules and costs stand");
        let read = work::sync(room, channel, job)?;
        self.step(5, &format!("{} orders read", read.orders));
        self.cost_goods()?;
        let judged = judge::again(room, channel, &job.cancel, job)?;
        self.step(6, &format!("{judged} sales homologated"));
        let before = list::totals(&room.state, &Filter::default())?;
        let mut done = Done {
            orders_read: read.orders,
            ready: before.states.get("ready").copied().unwrap_or(0),
            ..Done::default()
        };
        let waiting = Filter {
            states: vec![State::Pending],
            ..Filter::default()
        };
        let waiting = list::totals(&room.state, &waiting)?;
        done.blocked = waiting.reasons.into_iter().collect();
        self.step(7, &format!("{} sales ready", done.ready));
        let sent = self.send()?;
        self.job.cancel.check()?;
        let followed = work::follow(room, ledger, job)?;
        self.step(9, &format!("{} sales in doubt", followed.uncertain));
        self.shop.change_minds();
        let later = work::sync(room, channel, job)?;
        done.orders_read += later.orders;
        work::follow(room, ledger, job)?;
        done.not_invoiced = self.not_invoiced(&sent)?;
        self.finish(done, started)
    }

    /// The rules that the catalogue suggests, and costs of the office's own, where nobody has chosen.
    fn decide(&self) -> Result<()> {
        let state = &self.room.state;
        let channel = accounts::channel(state, self.input.channel_id)?;
        let ledger = self.input.ledger_id;
        if channel.rules.document_type.is_none() {
            let mut rules = suggest::rules(&catalogues::of(state, ledger)?);
            rules.email = "ventas@oficina.example".to_owned();
            rules.phone = "6015550100".to_owned();
            rules.shipping_product = "ENVIO".to_owned();
            rules.stamp = true;
            accounts::set_rules(state, channel.id, Some(ledger), rules)?;
        }
        if costs::rules(state)?.is_empty() {
            let rule = |name: &str, kind, amount: u32| CostRule {
                name: name.to_owned(),
                channel_id: None,
                kind,
                amount: Decimal::from(amount),
            };
            let rules = vec![
                rule("Empaque", RuleKind::PerSale, 1800),
                rule("Publicidad", RuleKind::Percent, 3),
            ];
            costs::set_rules(state, rules)?;
        }
        Ok(())
    }

    /// Goods cost half of their price, where nobody has said what they cost.
    fn cost_goods(&self) -> Result<()> {
        let state = &self.room.state;
        if !costs::all(state)?.products.is_empty() || !erp_costs::sources(state)?.is_empty() {
            return Ok(());
        }
        let ids = list::ids(state, &Filter::default())?;
        let mut found: BTreeMap<String, Decimal> = BTreeMap::new();
        sales::each(state, &ids, |_, sale| {
            for line in sale.lines {
                if !line.sku.is_empty() {
                    let cost = (line.unit_price / Decimal::TWO).round_dp(2);
                    found.entry(line.sku).or_insert(cost);
                }
            }
            Ok(())
        })?;
        let goods = found.into_iter().collect();
        costs::set_products(state, goods, "csv", self.room.clock.now())?;
        Ok(())
    }

    /// Sends what is ready, and gives what that was.
    fn send(&self) -> Result<Vec<SaleId>> {
        let ready = Filter {
            channels: vec![self.input.channel_id],
            states: vec![State::Ready],
            ..Filter::default()
        };
        let sales = list::ids(&self.room.state, &ready)?;
        if !sales.is_empty() {
            self.shop.lose_answers(LOST);
            let input = SendInput {
                ledger_id: self.input.ledger_id,
                sales: sales.clone(),
            };
            let sent = work::send(self.room, &input, self.job)?;
            self.shop.heal();
            self.step(8, &format!("{} sales invoiced", sent.invoiced));
        }
        Ok(sales)
    }

    /// Why sales that were sent are not invoiced.
    fn not_invoiced(&self, sent: &[SaleId]) -> Result<HashMap<String, u64>> {
        let mut found = HashMap::new();
        for id in sent {
            let row = sales::get(&self.room.state, *id)?;
            if matches!(row.state, State::Invoiced | State::Stamped) {
                continue;
            }
            // A sale whose buyer the ledger refused is ready again once it is homologated anew: its history
            // still says why it was not invoiced.
            let events = sales::events(&self.room.state, *id)?;
            let refused = events.iter().rev().find_map(|event| {
                let detail = &event.detail;
                let code = match event.kind.as_str() {
                    "customer_refused" => &detail["reasons"][0]["code"],
                    "refused" => &detail["refusals"][0]["code"],
                    _ => return None,
                };
                code.as_str()
            });
            let why = match (refused, row.reasons.first()) {
                (Some(code), _) => format!("refused {code}"),
                (None, Some(reason)) => reason.name().to_owned(),
                (None, None) => row.state.as_str().to_owned(),
            };
            *found.entry(why).or_default() += 1;
        }
        Ok(found)
    }

    fn finish(&self, mut done: Done, started: Instant) -> Result<Done> {
        let state = &self.room.state;
        let all = list::totals(state, &Filter::default())?;
        let in_state = |wanted: State| all.states.get(wanted.as_str()).copied().unwrap_or(0);
        done.sales = all.sales;
        done.stamped = in_state(State::Stamped);
        done.invoiced = in_state(State::Invoiced) + done.stamped;
        done.uncertain = in_state(State::Uncertain);
        done.refused = in_state(State::Refused);
        done.uncertain_settled = outbox::settled_doubts(state)?;
        let open = tasks::list(state, None)?;
        done.credit_notes = open.iter().filter(|task| task.done_at.is_none()).count() as u64;
        self.step(10, &format!("{} invoices stamped", done.stamped));
        bills::read(self.room, self.input.channel_id, self.job)?;
        (done.journal_invoices, done.invoices_made_twice) = self.shop.invoices();
        let earned = gathered(self.room, &margin::Of::default())?;
        done.margin.clone_from(&earned.total.margin);
        done.margin_percent = earned.total.percent;
        done.took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.step(
            11,
            &format!("{} in {} sales", earned.total.margin, all.sales),
        );
        Ok(done)
    }

    fn step(&self, number: u64, said: &str) {
        self.job
            .progress(Progress::stage("example").of(number, Some(11)));
        self.job
            .log(Level::Info, &format!("{number} of 11: {said}"));
    }
}
