//! How clouds are made.

use super::journal::Journal;
use super::mercadolibre::{Meli, MeliApp};
use super::shop::{self, Purchase, ShopOptions};
use super::siigo::{Siigo, guid};
use super::solar::{Solar, SolarLogin};
use super::turn::TurnedClock;
use super::world::World;
use crate::Error;
use puente_core::{Clock, SystemClock};
use std::path::PathBuf;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
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
}

impl Default for CloudOptions {
    fn default() -> Self {
        CloudOptions {
            shop: ShopOptions::default(),
            journal: None,
            clock: Arc::new(SystemClock),
            ports: [0; 5],
            redirects: vec!["https://localhost:8443/mercadolibre".into()],
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
    pub(crate) tls: TlsAcceptor,
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
    let (ca_pem, tls) = certificate()?;
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

/// An authority of this run alone, and a certificate from it for the loopback address.
fn certificate() -> Result<(String, TlsAcceptor), Error> {
    let failed = |reason: String| Error::Clouds { reason };
    let wrong = |error: rcgen::Error| failed(error.to_string());
    let key = rcgen::KeyPair::generate().map_err(wrong)?;
    let mut params = rcgen::CertificateParams::new(Vec::<String>::new()).map_err(wrong)?;
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.key_usages = vec![
        rcgen::KeyUsagePurpose::KeyCertSign,
        rcgen::KeyUsagePurpose::CrlSign,
    ];
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, "Solar sample authority");
    let ca = params.self_signed(&key).map_err(wrong)?;
    let issuer = rcgen::Issuer::new(params, key);
    let own_key = rcgen::KeyPair::generate().map_err(wrong)?;
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let mut own = rcgen::CertificateParams::new(names).map_err(wrong)?;
    own.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    let own = own.signed_by(&own_key, &issuer).map_err(wrong)?;
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(vec![own.der().clone()], private)
        })
        .map_err(|error: rustls::Error| failed(error.to_string()))?;
    Ok((ca.pem(), TlsAcceptor::from(Arc::new(config))))
}
