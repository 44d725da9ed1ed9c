//! Companies in accounting clouds.

use super::room;
use crate::{App, Nothing, Result};
use chrono::{DateTime, Utc};
use puente_core::{Cancel, Error, ErrorView, Secret};
use puente_sales::accounts::{self, Ledger};
use puente_sales::catalogues;
use puente_sales::ledger::Ledger as _;
use puente_sales::ledgers::siigo;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

/// Names a ledger.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "LedgerNamed")]
pub struct Named {
    /// Its name or its number.
    pub ledger: String,
}

/// A company in SIIGO to be connected, or new credentials for one that is. The access key is taken in and
/// never given out.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "LedgerConnect")]
pub struct Connect {
    /// As people call it; one that is there gets the new credentials.
    pub name: String,
    /// The API's user.
    pub user: String,
    /// Its access key.
    #[serde(deserialize_with = "secret")]
    #[ts(type = "string")]
    pub access_key: Secret,
    /// `Partner-Id`; `Puente` when left out.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub partner_id: Option<String>,
    /// `https://api.siigo.com` when left out.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub base_url: Option<String>,
    /// Requests a minute: 100 when left out; a test company has 10.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub per_minute: Option<u32>,
}

/// A connected company.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "SalesLedger")]
pub struct LedgerRow {
    /// Its number.
    pub id: i64,
    /// As people call it.
    pub name: String,
    /// `siigo`.
    pub kind: String,
    /// The API's user.
    pub user: String,
    /// `Partner-Id`.
    pub partner_id: String,
    /// Where the API is.
    pub base_url: String,
    /// Requests a minute.
    pub per_minute: u32,
    /// When the last contact was.
    pub checked_at: Option<DateTime<Utc>>,
    /// Why it failed; none when it went well.
    pub last_error: Option<ErrorView>,
    /// When what it expects was last fetched; none when it never was.
    pub catalogue_at: Option<DateTime<Utc>>,
}

/// All of them, by name.
///
/// # Errors
/// Those of the store.
pub fn list(app: &App, _: Nothing) -> Result<Vec<LedgerRow>> {
    let all = accounts::ledgers(&room(app).state)?;
    all.into_iter().map(|ledger| row(app, ledger)).collect()
}

/// Connects a company after its credentials were tried, or gives new ones to one that is connected.
///
/// # Errors
/// Those of the fields, [`puente_core::Code::CloudLoginRefused`], those of the way there and of the keyring; nothing
/// is kept then.
pub fn connect(app: &App, request: Connect) -> Result<LedgerRow> {
    let (room, state) = (room(app), &room(app).state);
    let known = accounts::find_ledger(state, &request.name).ok();
    let account = checked(&request, known.as_ref())?;
    room.siigo_with(&account, request.access_key.clone())?
        .verify(&Cancel::new())?;
    let now = room.clock.now();
    let id = match known {
        Some(known) => {
            room.secrets.set(&known.secret_name, &request.access_key)?;
            accounts::update_ledger(state, account)?;
            known.id
        }
        None => {
            let name = account.name.clone();
            let id = accounts::insert_ledger(state, account, now)?;
            if let Err(error) = room
                .secrets
                .set(&accounts::ledger_secret(id), &request.access_key)
            {
                accounts::remove_ledger(state, id)?;
                return Err(error.into());
            }
            app.audit(
                "ledger.connect",
                &format!("ledger:{id}"),
                json!({ "name": name }),
            )?;
            id
        }
    };
    accounts::set_ledger_contact(state, id, now, None)?;
    row(app, accounts::ledger(state, id)?)
}

/// Tries the credentials that are kept, and remembers how it went.
///
/// # Errors
/// As [`connect`].
pub fn test(app: &App, request: Named) -> Result<LedgerRow> {
    let room = room(app);
    let ledger = accounts::find_ledger(&room.state, &request.ledger)?;
    let tried = room
        .ledger(ledger.id)
        .and_then(|ledger| ledger.verify(&Cancel::new()));
    let error = tried.as_ref().err().map(puente_core::Error::from);
    accounts::set_ledger_contact(&room.state, ledger.id, room.clock.now(), error)?;
    tried?;
    row(app, accounts::ledger(&room.state, ledger.id)?)
}

/// Removes a company that nothing was sent to, with its access key.
///
/// # Errors
/// That it doesn't exist, or that invoices were sent there.
pub fn remove(app: &App, request: Named) -> Result<LedgerRow> {
    let room = room(app);
    let ledger = accounts::find_ledger(&room.state, &request.ledger)?;
    let shown = row(app, ledger.clone())?;
    accounts::remove_ledger(&room.state, ledger.id)?;
    room.secrets.delete(&ledger.secret_name)?;
    let detail = json!({ "name": ledger.name });
    app.audit("ledger.remove", &format!("ledger:{}", ledger.id), detail)?;
    Ok(shown)
}

fn checked(request: &Connect, known: Option<&Ledger>) -> Result<Ledger> {
    let name = request.name.trim();
    if name.is_empty() || name.chars().count() > 80 {
        return Err(Error::invalid("name", "1..80"));
    }
    if request.user.trim().is_empty() {
        return Err(Error::invalid("user", "empty"));
    }
    if request.access_key.expose().trim().is_empty() {
        return Err(Error::invalid("access_key", "empty"));
    }
    let usual = |field: fn(&Ledger) -> &str, default: &str| {
        known.map_or_else(|| default.to_owned(), |known| field(known).to_owned())
    };
    let partner_id = request
        .partner_id
        .clone()
        .unwrap_or_else(|| usual(|known| &known.partner_id, siigo::DEFAULT_PARTNER));
    if !siigo::check_partner(&partner_id) {
        return Err(Error::invalid("partner_id", "letters and digits"));
    }
    let per_minute = request
        .per_minute
        .or(known.map(|known| known.per_minute))
        .unwrap_or(siigo::PER_MINUTE);
    if !(1..=10_000).contains(&per_minute) {
        return Err(Error::invalid("per_minute", "1..10000"));
    }
    let base_url = request
        .base_url
        .clone()
        .unwrap_or_else(|| usual(|known| &known.base_url, siigo::DEFAULT_URL));
    puente_net::check_url(&base_url)?;
    Ok(Ledger {
        id: known.map_or(0, |known| known.id),
        name: known.map_or_else(|| name.to_owned(), |known| known.name.clone()),
        base_url: base_url.trim().trim_end_matches('/').to_owned(),
        user: request.user.trim().to_owned(),
        partner_id,
        per_minute,
        kind: puente_sales::accounts::LedgerKind::Siigo,
        settings: serde_json::json!({}),
        secret_name: String::new(),
        checked_at: None,
        last_error: None,
    })
}

pub(crate) fn row(app: &App, ledger: Ledger) -> Result<LedgerRow> {
    let catalogue_at = catalogues::fetched_at(&room(app).state, ledger.id)?;
    Ok(LedgerRow {
        id: ledger.id,
        name: ledger.name,
        kind: ledger.kind.as_str().to_owned(),
        user: ledger.user,
        partner_id: ledger.partner_id,
        base_url: ledger.base_url,
        per_minute: ledger.per_minute,
        checked_at: ledger.checked_at,
        last_error: ledger.last_error.map(|error| error.view(app.lang())),
        catalogue_at,
    })
}

pub(crate) fn secret<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::from)
}
