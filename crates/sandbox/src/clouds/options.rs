//! How clouds are made.

use super::journal::Journal;
use super::mercadolibre::{Meli, MeliApp};
use super::shop::{self, Purchase, ShopOptions};
use super::siigo::{Siigo, guid};
use super::solar::{Solar, SolarLogin};
use super::turn::TurnedClock;
use super::wire::Way;
use super::world::World;
use crate::Error;
use crate::certificates::{self, ServerCertificate};
use puente_core::{Clock, SystemClock};
use std::path::PathBuf;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{self, ServerConfig};

/// What clouds are started with.
#[derive(Clone)]
pub struct CloudOptions {
    /// The sample shop.
    pub shop: ShopOptions,
    /// A file that keeps what happens. Clouds that start on one know what happened before.
    pub journal: Option<PathBuf>,
    /// The clock under the clouds' own.
    pub clock: Arc<dyn Clock>,
    /// The ports of SIIGO, MercadoLibre, its page of consent, Solar and control; 0 is a free one.
    pub ports: [u16; 5],
    /// The addresses that the application of MercadoLibre registered.
    pub redirects: Vec<String>,
    /// What Solar shows of itself.
    pub certificate: ServerCertificate,
    /// Whether Solar knows only TLS 1.0, so that no handshake succeeds.
    pub old_tls: bool,
}

impl Default for CloudOptions {
    fn default() -> Self {
        CloudOptions {
            shop: ShopOptions::default(),
            journal: None,
            clock: Arc::new(SystemClock),
            ports: [0; 5],
            redirects: vec!["https://localhost:8443/mercadolibre".into()],
            certificate: ServerCertificate::default(),
            old_tls: false,
        }
    }
}

impl std::fmt::Debug for CloudOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CloudOptions")
            .field("shop", &self.shop)
            .field("journal", &self.journal)
            .field("ports", &self.ports)
            .field("redirects", &self.redirects)
            .finish_non_exhaustive()
    }
}

/// What does not change while they run.
pub(crate) struct Made {
    pub(crate) control_token: String,
    pub(crate) solar: SolarLogin,
    pub(crate) purchases: Vec<Purchase>,
    pub(crate) ca_pem: String,
    pub(crate) tls: Way,
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Made").finish_non_exhaustive()
    }
}

pub(crate) fn make(options: &CloudOptions) -> Result<(World, Made), Error> {
    let clock = TurnedClock::new(Arc::clone(&options.clock));
    let seed = options.shop.seed;
    let shop = shop::make(&options.shop, clock.now());
    let app = MeliApp {
        client_id: "5530172948116032".into(),
        client_secret: guid("application", seed).replace('-', ""),
        redirect_uri: options.redirects.first().cloned().unwrap_or_default(),
    };
    let solar = SolarLogin {
        user: "ventas040".into(),
        password: guid("solar", seed),
        client: "000040".into(),
    };
    let journal = Journal::open(options.journal.as_deref())?;
    let words = u64::try_from(clock.now().timestamp_micros()).unwrap_or(0);
    let meli = Meli::new(
        app,
        options.redirects.clone(),
        shop.accounts,
        shop.books,
        words,
    );
    let (ca_pem, tls) = tls(options.certificate)?;
    let tls = if options.old_tls {
        Way::OldTls
    } else {
        Way::Tls(tls)
    };
    let world = World::new(
        clock,
        seed,
        journal,
        Siigo::new(shop.companies),
        meli,
        Solar::new(solar.clone()),
    );
    let made = Made {
        control_token: format!("{:032x}", rand::random::<u128>()),
        solar,
        purchases: shop.purchases,
        ca_pem,
        tls,
    };
    Ok((world, made))
}

/// TLS with a certificate from an authority of this run alone.
fn tls(kind: ServerCertificate) -> Result<(String, TlsAcceptor), Error> {
    let failed = |error: rustls::Error| Error::Clouds {
        reason: error.to_string(),
    };
    let own = certificates::make(kind)?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(own.chain, own.key.clone_key())
        })
        .map_err(failed)?;
    Ok((own.authority_pem, TlsAcceptor::from(Arc::new(config))))
}
