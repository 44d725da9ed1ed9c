//! What the work of this crate stands on.

use crate::channel::Channel;
use crate::channels::database::{DatabaseChannel, Sources};
use crate::channels::mercadolibre::{self, MercadoLibre};
use crate::kinds::{ChannelKind, LedgerKind};
use crate::ledger::Ledger;
use crate::ledgers::siigo::{self, Siigo};
use crate::ledgers::solar::{self, Solar};
use crate::{Error, Result, accounts};
use chrono_tz::Tz;
use puente_core::Clock;
use puente_net::{Network, Web};
use puente_store::Database;
use puente_store::secrets::Secrets;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Gives the way out to the network as the office chose it at that moment.
pub type Ways = Arc<dyn Fn() -> std::result::Result<Network, puente_core::Error> + Send + Sync>;

/// Gives the office's time zone as it is at that moment.
pub type Zone = Arc<dyn Fn() -> Tz + Send + Sync>;

/// Told of every moment between reading an order and keeping what became of it, by name: proofs end the
/// process there.
pub type Points = Arc<dyn Fn(&'static str) + Send + Sync>;

/// State, secrets, time, and the way out. Clones are one and the same.
#[derive(Clone)]
pub struct Room {
    /// `puente.db`.
    pub state: Database,
    /// Keys and tokens.
    pub secrets: Secrets,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Folder of invoices' files, which the ledger can give again.
    pub files: PathBuf,
    ways: Ways,
    zone: Zone,
    points: Points,
    patience: Option<Duration>,
    web: Arc<Mutex<Option<(String, Web)>>>,
    siigo: siigo::Tokens,
    solar: solar::Tokens,
    mercadolibre: mercadolibre::Renewals,
    sources: Option<Arc<dyn Sources>>,
}

impl Room {
    /// A room over open state.
    pub fn new(
        state: Database,
        secrets: Secrets,
        clock: Arc<dyn Clock>,
        files: PathBuf,
        ways: Ways,
    ) -> Room {
        Room {
            state,
            secrets,
            clock,
            files,
            ways,
            zone: Arc::new(|| Tz::America__Bogota),
            points: Arc::new(|_| {}),
            patience: None,
            web: Arc::default(),
            siigo: siigo::Tokens::default(),
            solar: solar::Tokens::default(),
            mercadolibre: mercadolibre::Renewals::default(),
            sources: None,
        }
    }

    /// The way out, kept open until the office chooses another.
    ///
    /// # Errors
    /// Those of the settings and of the keyring.
    pub fn web(&self) -> Result<Web> {
        let network = (self.ways)()?;
        // What it looks like tells two ways apart; a password is redacted, and a new one comes with a
        // new start of the program at the latest.
        // The office may put a renewed certificate into the same file.
        let authority = network.extra_ca.as_ref().map(|path| {
            let file = std::fs::metadata(path).ok();
            file.and_then(|file| file.modified().ok())
        });
        let looks = format!("{network:?} {authority:?}");
        let mut kept = self.web.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, web)) = kept.as_ref()
            && *known == looks
        {
            return Ok(web.clone());
        }
        let web = network.web()?;
        *kept = Some((looks, web.clone()));
        Ok(web)
    }

    /// The ledger of an account.
    ///
    /// # Errors
    /// [`Error::NotFound`]; those of the keyring and of the way out.
    pub fn ledger(&self, id: accounts::LedgerId) -> Result<Box<dyn Ledger>> {
        let account = accounts::ledger(&self.state, id)?;
        let key = self.secrets.get(&account.secret_name)?;
        self.ledger_with(&account, key)
    }

    /// The ledger of an account that need not be registered yet, with a key that the keyring need not know.
    ///
    /// # Errors
    /// Those of the way out.
    pub fn ledger_with(
        &self,
        account: &accounts::Ledger,
        key: puente_core::Secret,
    ) -> Result<Box<dyn Ledger>> {
        Ok(match account.kind {
            LedgerKind::Siigo => Box::new(self.siigo_with(account, key)?),
            LedgerKind::Solar => {
                let (web, tokens) = (self.web()?, self.solar.clone());
                let solar = Solar::new(account, key, web, tokens, Arc::clone(&self.clock));
                Box::new(match self.patience {
                    Some(patience) => solar.with_patience(patience),
                    None => solar,
                })
            }
        })
    }

    /// The office's time zone: that of the days and months in which people look at sales. What a tax authority
    /// asks for has a zone of its own.
    pub fn zone(&self) -> Tz {
        (self.zone)()
    }

    /// Who opens databases of registered servers.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there are no servers at all.
    pub fn sources(&self) -> Result<&dyn Sources> {
        self.sources
            .as_deref()
            .ok_or_else(|| Error::not_found("server", ""))
    }

    /// The database of documents of that row.
    ///
    /// # Errors
    /// Those of its profile.
    pub fn database(&self, account: &accounts::Channel) -> Result<DatabaseChannel> {
        DatabaseChannel::new(self, account)
    }

    /// The ledger of an account that need not be registered yet.
    ///
    /// # Errors
    /// As [`Room::ledger`].
    pub fn siigo(&self, account: &accounts::Ledger) -> Result<Siigo> {
        let key = self.secrets.get(&account.secret_name)?;
        self.siigo_with(account, key)
    }

    /// As [`Room::siigo`], with a key that the keyring need not know.
    ///
    /// # Errors
    /// Those of the way out.
    pub fn siigo_with(
        &self,
        account: &accounts::Ledger,
        key: puente_core::Secret,
    ) -> Result<Siigo> {
        let siigo = Siigo::new(
            account,
            key,
            self.web()?,
            crate::quota::Quota::new(self, format!("ledger:{}", account.id), account.per_minute),
            self.siigo.clone(),
            Arc::clone(&self.clock),
        );
        Ok(match self.patience {
            Some(patience) => siigo.with_patience(patience),
            None => siigo,
        })
    }

    /// The channel of an account.
    ///
    /// # Errors
    /// [`Error::Lost`] when it has to be authorised again; those of the keyring and of the way out.
    pub fn channel(&self, account: &accounts::Channel) -> Result<Box<dyn Channel>> {
        if account.state != accounts::ChannelState::Connected {
            return Err(Error::Lost {
                account: account.name.clone(),
                said: account.state.as_str().to_owned(),
            });
        }
        Ok(match account.kind {
            ChannelKind::Mercadolibre => Box::new(self.mercadolibre(account)?),
            ChannelKind::Database => Box::new(self.database(account)?),
        })
    }

    /// The MercadoLibre account of that row.
    ///
    /// # Errors
    /// Those of the way out.
    pub fn mercadolibre(&self, account: &accounts::Channel) -> Result<MercadoLibre> {
        Ok(MercadoLibre::new(
            self.clone(),
            account.clone(),
            self.web()?,
        ))
    }

    /// Opens databases of registered servers through `sources`.
    #[must_use]
    pub fn with_sources(mut self, sources: Arc<dyn Sources>) -> Room {
        self.sources = Some(sources);
        self
    }

    /// Takes days and months in the zone that `zone` gives, instead of Bogota's.
    #[must_use]
    pub fn with_zone(mut self, zone: Zone) -> Room {
        self.zone = zone;
        self
    }

    /// Has `points` told of every moment that matters to a kill.
    #[must_use]
    pub fn with_points(mut self, points: Points) -> Room {
        self.points = points;
        self
    }

    /// Waits that long for answers to what makes something, instead of as long as each ledger asks for.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Room {
        self.patience = Some(patience);
        self
    }

    pub(crate) fn point(&self, name: &'static str) {
        (self.points)(name);
    }

    pub(crate) fn renewals(&self) -> &mercadolibre::Renewals {
        &self.mercadolibre
    }
}

impl std::fmt::Debug for Room {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Room")
            .field("state", &self.state)
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}
