//! SIIGO, MercadoLibre and Solar as their facts say, on ports of this machine, with a journal of
//! what really happened in them.
//!
//! They are strict: a request that the facts say nothing about is refused. Faults make them fail in
//! the ways that the real ones do: see [`Fault`] and [`Does`].

mod call;
mod control;
mod fault;
mod journal;
mod mercadolibre;
mod options;
mod server;
mod shop;
mod siigo;
mod solar;
mod turn;
mod wire;
mod world;

pub use fault::{Cloud, Does, Fault};
pub use journal::{Effect, EffectKind, InvoiceEffect, Received};
pub use mercadolibre::{MeliAccount, MeliApp, MeliSwitches, OrderChange, OrderStatus, Site};
pub use options::CloudOptions;
pub use shop::{Purchase, ShopOptions, Trouble};
pub use siigo::{Casing, Dian, Halves, SiigoLogin, Switches};
pub use solar::{SolarLogin, SolarSwitches};

use crate::Error;
use chrono::{NaiveDate, TimeDelta};
use options::Made;
use puente_core::Clock;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;
use wire::{Incoming, Way};
use world::{Door, World};

/// The clouds, until they are stopped or dropped.
#[derive(Debug)]
pub struct Clouds {
    world: Arc<World>,
    made: Made,
    ports: [u16; 5],
    stop: watch::Sender<bool>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Clouds {
    /// Starts them on free ports of the loopback address, or on those that are asked for.
    ///
    /// # Errors
    /// [`Error::Server`] when a port is taken, [`Error::File`] for the journal's file.
    pub fn start(options: CloudOptions) -> Result<Self, Error> {
        let (world, made) = options::make(&options)?;
        let world = Arc::new(world);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("clouds")
            .enable_all()
            .build()
            .map_err(failed)?;
        let (stop, stopped) = watch::channel(false);
        let mut clouds = Clouds {
            world,
            made,
            ports: [0; 5],
            stop,
            runtime: None,
        };
        let mut bound = Vec::new();
        for (port, wanted) in clouds.ports.iter_mut().zip(options.ports) {
            let listener = runtime
                .block_on(tokio::net::TcpListener::bind(("127.0.0.1", wanted)))
                .map_err(failed)?;
            *port = listener.local_addr().map_err(failed)?.port();
            bound.push(listener);
        }
        let doors = [
            Some(Door::Siigo),
            Some(Door::Meli),
            Some(Door::MeliAuth),
            Some(Door::Solar),
            None,
        ];
        let about = Arc::new(clouds.about());
        let inside = runtime.enter();
        for (listener, door) in bound.into_iter().zip(doors) {
            let way = match door {
                Some(Door::Solar) => clouds.made.tls.clone(),
                _ => Way::Plain,
            };
            let incoming = Incoming::new(listener, way).map_err(failed)?;
            let (world, stopped) = (Arc::clone(&clouds.world), stopped.clone());
            match door {
                Some(door) => {
                    runtime.spawn(server::serve(incoming, world, door, stopped));
                }
                None => {
                    let token: Arc<str> = clouds.made.control_token.as_str().into();
                    let about = Arc::clone(&about);
                    runtime.spawn(control::serve(incoming, world, token, about, stopped));
                }
            }
        }
        drop(inside);
        clouds.runtime = Some(runtime);
        Ok(clouds)
    }

    fn url(&self, place: usize, scheme: &str) -> String {
        let port = self.ports.get(place).copied().unwrap_or(0);
        format!("{scheme}://127.0.0.1:{port}")
    }

    /// Where `/auth` and `/v1` are.
    pub fn siigo_url(&self) -> String {
        self.url(0, "http")
    }

    /// MercadoLibre's API.
    pub fn mercadolibre_url(&self) -> String {
        self.url(1, "http")
    }

    /// Where MercadoLibre's `/authorization` is.
    pub fn mercadolibre_auth_url(&self) -> String {
        self.url(2, "http")
    }

    /// Solar's base, over TLS.
    pub fn solar_url(&self) -> String {
        self.url(3, "https") + solar::BASE
    }

    /// The certificate of the authority that Solar's certificate is from.
    pub fn solar_ca_pem(&self) -> &str {
        &self.made.ca_pem
    }

    /// Where other processes steer the clouds.
    pub fn control_url(&self) -> String {
        self.url(4, "http")
    }

    /// The bearer token of that port.
    pub fn control_token(&self) -> &str {
        &self.made.control_token
    }

    /// How to reach and enter everything, for other processes.
    pub fn about(&self) -> Value {
        json!({
            "siigo": {"url": self.siigo_url(), "logins": self.siigo_logins()},
            "mercadolibre": {
                "url": self.mercadolibre_url(), "auth_url": self.mercadolibre_auth_url(),
                "app": self.mercadolibre_app(), "accounts": self.mercadolibre_accounts(),
            },
            "solar": {"url": self.solar_url(), "login": self.made.solar,
                      "ca_pem": self.solar_ca_pem()},
            "control": {"url": self.control_url(), "token": self.control_token()},
        })
    }

    /// SIIGO's users: a company with 100 requests a minute, and a test company with 10.
    pub fn siigo_logins(&self) -> Vec<SiigoLogin> {
        let siigo = self.world.siigo();
        siigo
            .companies
            .iter()
            .map(|company| company.login.clone())
            .collect()
    }

    /// The application that the office registered with MercadoLibre.
    pub fn mercadolibre_app(&self) -> MeliApp {
        self.world.meli().app.clone()
    }

    /// The accounts that sell; their administrators may authorise.
    pub fn mercadolibre_accounts(&self) -> Vec<MeliAccount> {
        self.world.meli().accounts.clone()
    }

    /// Who may enter Solar.
    pub fn solar_login(&self) -> SolarLogin {
        self.made.solar.clone()
    }

    /// The purchases of the sample shop, with what is out of the ordinary.
    pub fn purchases(&self) -> &[Purchase] {
        &self.made.purchases
    }

    /// Plays the person in the browser: follows an address of consent as `nickname`, and gives the
    /// address that the browser ends at, with `code` and `state` or with `error`.
    ///
    /// # Errors
    /// [`Error::Answer`] when the page refuses, with what it says.
    pub fn authorise(&self, url: &str, nickname: &str) -> Result<String, Error> {
        let refused = |reason: String| Error::Answer { reason };
        let rest = url
            .strip_prefix(&self.mercadolibre_auth_url())
            .ok_or_else(|| refused(format!("{url} is not the page of consent")))?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut query = call::decode_form(query);
        query.push(("login".into(), nickname.into()));
        let call = call::Call {
            method: "GET".into(),
            path: path.into(),
            query,
            headers: Vec::new(),
            body: Vec::new(),
        };
        let reply = self.world.meli().authorise(&call, self.world.clock.now());
        reply
            .headers
            .iter()
            .find(|(name, _)| *name == "location")
            .map(|(_, to)| to.clone())
            .ok_or_else(|| refused(String::from_utf8_lossy(&reply.body).into_owned()))
    }

    /// The clouds' clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.world.clock.clone())
    }

    /// Turns the clouds' clock.
    pub fn turn_clock(&self, by: TimeDelta) {
        self.world.clock.turn(by);
    }

    /// Lets a fault wait for its requests.
    pub fn fault(&self, fault: Fault) {
        self.world.faults().add(fault);
    }

    /// Takes all faults away.
    pub fn heal(&self) {
        self.world.faults().heal();
    }

    /// Changes what SIIGO does.
    pub fn siigo(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut self.world.siigo().switches);
    }

    /// Changes what MercadoLibre does.
    pub fn mercadolibre(&self, change: impl FnOnce(&mut MeliSwitches)) {
        change(&mut self.world.meli().switches);
    }

    /// Changes what Solar does.
    pub fn solar(&self, change: impl FnOnce(&mut SolarSwitches)) {
        change(&mut self.world.solar().switches);
    }

    /// Requests that a company of SIIGO may send in a minute. False when there is no such user.
    pub fn set_quota(&self, username: &str, per_minute: Option<u32>) -> bool {
        self.with_company(username, |company| company.login.per_minute = per_minute)
    }

    /// Closes the accounting of a company of SIIGO up to a day. False when there is no such user.
    pub fn close_period(&self, username: &str, until: Option<NaiveDate>) -> bool {
        self.with_company(username, |company| company.closed_until = until)
    }

    /// Puts what a company of SIIGO has set up under this id out of use: a document type, a payment,
    /// a tax, a seller, a warehouse or a cost centre. False when there is no such user.
    pub fn retire(&self, username: &str, id: i64) -> bool {
        self.with_company(username, |company| company.catalogs.retire(id))
    }

    fn with_company(&self, username: &str, act: impl FnOnce(&mut siigo::Company)) -> bool {
        let mut siigo = self.world.siigo();
        let company = siigo
            .companies
            .iter_mut()
            .find(|company| company.login.username == username);
        match company {
            None => false,
            Some(company) => {
                act(company);
                true
            }
        }
    }

    /// Makes every access token of all clouds invalid at once.
    pub fn forget_tokens(&self) {
        self.world.siigo().forget_tokens();
        self.world.meli().forget_tokens();
        self.world.solar().forget_tokens();
    }

    /// Takes the consent of an account of MercadoLibre back.
    pub fn revoke(&self, user_id: i64) {
        self.world.meli().revoke(user_id);
    }

    /// Changes an order of MercadoLibre now. False when there is none.
    pub fn change_order(&self, id: i64, change: &OrderChange) -> bool {
        let now = self.world.clock.now();
        self.world.meli().books.change(id, change, now)
    }

    /// Registers another address that MercadoLibre may send people back to. It asks for https: others
    /// are refused.
    pub fn register_redirect(&self, uri: &str) -> bool {
        let is_fine = uri.starts_with("https://");
        if is_fine {
            self.world.meli().redirects.push(uri.to_owned());
        }
        is_fine
    }

    /// What really happened.
    pub fn journal(&self) -> Vec<Effect> {
        self.world.journal().effects().to_vec()
    }

    /// What was asked.
    pub fn received(&self) -> Vec<Received> {
        self.world.journal().received().to_vec()
    }

    /// The invoices that were created, in their order; deleted ones too.
    pub fn invoices(&self) -> Vec<InvoiceEffect> {
        invoices(self.world.journal().effects())
    }

    /// Reads the journal that clouds wrote to a file, while they run or after.
    ///
    /// # Errors
    /// [`Error::File`], and [`Error::Answer`] when it is no journal.
    pub fn read_journal(path: &Path) -> Result<Vec<Effect>, Error> {
        journal::read(path)
    }

    /// Stops them. Requests that hang are reset.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let _ = self.stop.send(true);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(std::time::Duration::from_millis(500));
        }
    }
}

impl Drop for Clouds {
    fn drop(&mut self) {
        self.end();
    }
}

fn failed(error: std::io::Error) -> Error {
    Error::Clouds {
        reason: error.to_string(),
    }
}

/// The invoices among effects.
pub fn invoices(effects: &[Effect]) -> Vec<InvoiceEffect> {
    effects
        .iter()
        .filter_map(|effect| match &effect.kind {
            EffectKind::Invoice(invoice) => Some((**invoice).clone()),
            EffectKind::Replayed { .. }
            | EffectKind::InvoiceRemoved { .. }
            | EffectKind::CreditNote { .. }
            | EffectKind::Customer { .. }
            | EffectKind::Product { .. }
            | EffectKind::SiigoToken { .. }
            | EffectKind::MeliTokens { .. }
            | EffectKind::RefreshUsedAgain { .. }
            | EffectKind::SolarDocument { .. } => None,
        })
        .collect()
}
