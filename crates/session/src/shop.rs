//! The sample shop: stand-ins of SIIGO and MercadoLibre in this process, opened when they are asked for.

use puente_app::sales::example::{Doors, SampleShop};
use puente_core::{Error, Secret};
use puente_sandbox::clouds::{
    Cloud, CloudOptions, Clouds, Does, Fault, OrderChange, ShopOptions, Trouble,
};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Invoices that are answered before answers are lost.
const FIRST: u32 = 3;
/// Of a hundred answers after those, so many are lost.
const PERCENT: u8 = 20;

/// The shop, which ends with this. Its clouds listen on free ports of the loopback address.
#[derive(Debug, Default)]
pub struct Shop {
    options: ShopOptions,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    clouds: Option<Clouds>,
    minds_changed: bool,
}

impl Shop {
    /// A shop with so many purchases; the usual one has 400.
    pub fn of(purchases: usize) -> Shop {
        Shop {
            options: ShopOptions {
                purchases,
                ..ShopOptions::default()
            },
            open: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, act: impl FnOnce(&Clouds) -> T) -> Option<T> {
        self.lock().clouds.as_ref().map(act)
    }
}

impl SampleShop for Shop {
    fn open(&self) -> Result<Doors, Error> {
        let mut open = self.lock();
        let clouds = match open.clouds.take() {
            Some(clouds) => clouds,
            None => begin(self.options.clone())?,
        };
        let doors = doors(&clouds);
        open.clouds = Some(clouds);
        doors
    }

    fn authorise(&self, url: &str) -> Result<String, Error> {
        let authorised = self.with(|clouds| {
            let seller = clouds.mercadolibre_accounts().into_iter().next();
            let seller = seller.ok_or_else(|| Error::not_found("channel", "MCO"))?;
            Ok(clouds.authorise(url, &seller.nickname)?)
        });
        authorised.unwrap_or_else(|| Err(Error::not_found("channel", "MCO")))
    }

    fn lose_answers(&self, times: u32) {
        self.with(|clouds| {
            clouds.fault(
                Fault::on(Cloud::Siigo, "POST", "/v1/invoices", Does::AcceptThenReset)
                    .skip(FIRST)
                    .percent(PERCENT)
                    .times(times),
            );
        });
    }

    fn heal(&self) {
        self.with(Clouds::heal);
    }

    fn change_minds(&self) {
        let mut open = self.lock();
        if std::mem::replace(&mut open.minds_changed, true) {
            return;
        }
        let Some(clouds) = &open.clouds else { return };
        for purchase in clouds.purchases() {
            let change = match purchase.trouble {
                Some(Trouble::CancelledLate) => OrderChange::Cancel,
                Some(Trouble::PaidLate) => OrderChange::Pay,
                Some(_) | None => continue,
            };
            for order in &purchase.orders {
                clouds.change_order(*order, &change);
            }
        }
    }

    fn invoices(&self) -> (u64, u64) {
        let invoices = self.with(Clouds::invoices).unwrap_or_default();
        let mut marks: Vec<&str> = invoices
            .iter()
            .filter_map(|invoice| invoice.observations.as_deref())
            .filter_map(|text| text.split_whitespace().next())
            .collect();
        marks.sort_unstable();
        marks.dedup();
        (invoices.len() as u64, (invoices.len() - marks.len()) as u64)
    }
}

fn begin(shop: ShopOptions) -> Result<Clouds, Error> {
    let clouds = Clouds::start(CloudOptions {
        shop,
        ..CloudOptions::default()
    })?;
    if let Some(login) = clouds.siigo_logins().first() {
        clouds.set_quota(&login.username, None);
    }
    clouds.siigo(|switches| switches.dian_seconds = 0);
    Ok(clouds)
}

fn doors(clouds: &Clouds) -> Result<Doors, Error> {
    let login = clouds.siigo_logins().into_iter().next();
    let login = login.ok_or_else(|| Error::not_found("ledger", "SIIGO"))?;
    let app = clouds.mercadolibre_app();
    Ok(Doors {
        siigo_url: clouds.siigo_url(),
        user: login.username,
        access_key: Secret::from(login.access_key),
        meli_url: clouds.mercadolibre_url(),
        auth_url: clouds.mercadolibre_auth_url(),
        client_id: app.client_id,
        client_secret: Secret::from(app.client_secret),
        redirect_uri: app.redirect_uri,
    })
}
