//! Sellers' accounts in sales channels.

use super::room;
use super::texts::ReasonView;
use crate::jobs::{self, JobRow};
use crate::{App, Nothing, Result};
use chrono::{DateTime, Utc};
use puente_core::{Cancel, Code, Error, ErrorView, Secret};
use puente_jobs::NewJob;
use puente_sales::accounts::{self, Channel, ChannelState};
use puente_sales::channels::mercadolibre;
use puente_sales::handlers::{self, CATALOGUE, ChannelInput, HOMOLOGATE, LedgerInput, SYNC_ALL};
use puente_sales::homologate::{Requirement, contact};
use puente_sales::ledgers::requirements;
use puente_sales::{Rules, catalogues};
use serde::{Deserialize, Serialize};
use serde_json::json;
use ts_rs::TS;

/// Names a channel account.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "ChannelNamed")]
pub struct Named {
    /// Its name or its number.
    pub channel: String,
}

/// Begins to connect an account: the office's own application in the channel.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "ChannelConnect")]
pub struct Connect {
    /// As people call it; one that is there is authorised again.
    pub name: String,
    /// `MCO`, `MLA`, `MLC`, `MLM`...
    pub site: String,
    /// Number of the application.
    pub client_id: String,
    /// Its secret; the one that is kept when left out.
    #[serde(default, deserialize_with = "crate::servers::password")]
    #[ts(as = "Option<String>", optional = nullable)]
    pub client_secret: Option<Secret>,
    /// As it is registered with the application, to the letter.
    pub redirect_uri: String,
    /// Where its invoices go: name or number of a ledger.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub ledger: Option<String>,
    /// `https://api.mercadolibre.com` when left out.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub api_url: Option<String>,
    /// That of the site when left out.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub auth_url: Option<String>,
}

/// An authorisation that a person finishes in the browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "ChannelBegun")]
pub struct Begun {
    /// The account.
    pub channel: i64,
    /// The page to open.
    pub url: String,
    /// Where the browser ends up: that address, as a whole, is what [`Finish`] wants.
    pub redirect_uri: String,
}

/// Ends an authorisation.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "ChannelFinish")]
pub struct Finish {
    /// Its name or its number.
    pub channel: String,
    /// The whole address that the browser was sent back to.
    pub redirected: String,
}

/// Changes where an account's invoices go, and how.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "ChannelSet", optional_fields = nullable)]
pub struct Set {
    /// Its name or its number.
    pub channel: String,
    /// Name or number of a ledger; the one that stands when left out.
    pub ledger: Option<String>,
    /// All rules; those that stand when left out.
    pub rules: Option<Rules>,
}

/// A connected account.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(rename = "SalesChannel")]
pub struct ChannelRow {
    /// Its number.
    pub id: i64,
    /// As people call it.
    pub name: String,
    /// `mercadolibre`.
    pub kind: String,
    /// `MCO`.
    pub site: String,
    /// What the seller is called there; empty before someone authorised.
    pub nickname: String,
    /// Number of the application.
    pub client_id: String,
    /// As it is registered.
    pub redirect_uri: String,
    /// Where its invoices go.
    pub ledger_id: Option<i64>,
    /// Name of that ledger.
    pub ledger: Option<String>,
    /// How.
    pub rules: Rules,
    /// Rules that the ledger's catalogue suggests: to begin with. None before it is fetched.
    pub proposal: Option<Rules>,
    /// Where it stands.
    pub state: ChannelState,
    /// When its orders were last read to the end.
    pub synced_at: Option<DateTime<Utc>>,
    /// Why the last reading failed; none when it went well.
    pub last_error: Option<ErrorView>,
    /// What the ledger demands of the rules, and whether they say it.
    pub requirements: Vec<RequirementView>,
    /// Whether nothing that is demanded is missing.
    pub complete: bool,
}

/// A value that invoices need, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "SaleRequirementView")]
pub struct RequirementView {
    /// Name of the rule.
    pub field: String,
    /// Whether an invoice can't be without it.
    pub required: bool,
    /// Whether it is chosen, and still fits.
    pub met: bool,
    /// Why it isn't.
    pub reason: Option<ReasonView>,
}

/// All of them, by name.
///
/// # Errors
/// Those of the store.
pub fn list(app: &App, _: Nothing) -> Result<Vec<ChannelRow>> {
    let all = accounts::channels(&room(app).state)?;
    all.into_iter().map(|channel| row(app, channel)).collect()
}

/// Begins an authorisation; the account is kept as pending.
///
/// # Errors
/// Those of the fields and of the keyring.
pub fn begin(app: &App, request: Connect) -> Result<Begun> {
    let room = room(app);
    let new = checked(app, &request)?;
    let known = accounts::find_channel(&room.state, &new.name).ok();
    let secret = match (&request.client_secret, &known) {
        (Some(secret), _) if !secret.expose().trim().is_empty() => secret.clone(),
        (_, Some(known)) => room.secrets.get(&known.client_secret_name())?,
        (_, None) => return Err(Error::invalid("client_secret", "empty")),
    };
    let id = accounts::keep_channel(&room.state, new, room.clock.now())?;
    let channel = accounts::channel(&room.state, id)?;
    room.secrets.set(&channel.client_secret_name(), &secret)?;
    let begun = mercadolibre::begin(room, &channel)?;
    Ok(Begun {
        channel: id,
        url: begun.url,
        redirect_uri: channel.redirect_uri,
    })
}

/// Ends an authorisation with the address that the browser was sent back to.
///
/// # Errors
/// [`Code::ChannelNotAuthorised`], [`Code::CloudLoginRefused`], those of the way there.
pub fn finish(app: &App, request: Finish) -> Result<ChannelRow> {
    let room = room(app);
    let channel = accounts::find_channel(&room.state, &request.channel)?;
    let id = mercadolibre::finish(room, &channel, &request.redirected, &Cancel::new())?;
    let channel = accounts::channel(&room.state, id)?;
    let detail = json!({ "name": channel.name, "nickname": channel.nickname });
    app.audit("channel.connect", &format!("channel:{id}"), detail)?;
    row(app, channel)
}

/// Changes where an account's invoices go, and how; what waits is homologated again.
///
/// # Errors
/// Those of the fields.
pub fn set(app: &App, request: Set) -> Result<ChannelRow> {
    let room = room(app);
    let channel = accounts::find_channel(&room.state, &request.channel)?;
    let ledger_id = match &request.ledger {
        Some(name) => Some(accounts::find_ledger(&room.state, name)?.id),
        None => channel.ledger_id,
    };
    let rules = request.rules.unwrap_or_else(|| channel.rules.clone());
    check_rules(&rules)?;
    accounts::set_rules(&room.state, channel.id, ledger_id, rules)?;
    let detail = json!({ "name": channel.name });
    app.audit("channel.set", &format!("channel:{}", channel.id), detail)?;
    homologate(app, channel.id)?;
    row(app, accounts::channel(&room.state, channel.id)?)
}

/// Takes an account away with its tokens. Its sales and invoices stay known.
///
/// # Errors
/// That it doesn't exist; those of the keyring.
pub fn remove(app: &App, request: Named) -> Result<ChannelRow> {
    let room = room(app);
    let channel = accounts::find_channel(&room.state, &request.channel)?;
    accounts::set_channel_state(&room.state, channel.id, ChannelState::Removed)?;
    for name in [
        channel.client_secret_name(),
        channel.token_name(),
        channel.login_name(),
    ] {
        room.secrets.delete(&name)?;
    }
    let detail = json!({ "name": channel.name });
    app.audit("channel.remove", &format!("channel:{}", channel.id), detail)?;
    row(app, accounts::channel(&room.state, channel.id)?)
}

/// Which accounts to read.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
#[ts(rename = "SalesSync")]
pub struct Sync {
    /// Names or numbers of channel accounts; all when there are none.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub channels: Vec<String>,
}

/// Reads what changed in channels, and tells ledgers of what local databases have issued; for all of them, what
/// was sent is followed too.
///
/// # Errors
/// That an account doesn't exist or has to be authorised again.
pub fn sync(app: &App, request: Sync) -> Result<Vec<JobRow>> {
    if request.channels.is_empty() {
        return Ok(vec![jobs::ask(
            app,
            NewJob::new(SYNC_ALL, json!({})).once(),
        )?]);
    }
    let mut rows = Vec::new();
    for name in &request.channels {
        let channel = accounts::find_channel(&room(app).state, name)?;
        if channel.state != ChannelState::Connected {
            return Err(Error::new(Code::ChannelLost).with("account", channel.name));
        }
        let read = handlers::read_job(room(app), &channel)?;
        rows.push(jobs::ask(app, read.once())?);
    }
    Ok(rows)
}

/// Fetches what a ledger expects.
///
/// # Errors
/// That it doesn't exist.
pub fn refresh(app: &App, request: super::ledgers::Named) -> Result<Vec<JobRow>> {
    let ledger = accounts::find_ledger(&room(app).state, &request.ledger)?;
    let input = json!(LedgerInput {
        ledger_id: ledger.id
    });
    Ok(vec![jobs::ask(app, NewJob::new(CATALOGUE, input).once())?])
}

pub(crate) fn homologate(app: &App, channel_id: i64) -> Result<JobRow> {
    let input = json!(ChannelInput { channel_id });
    jobs::ask(app, NewJob::new(HOMOLOGATE, input).once())
}

fn checked(app: &App, request: &Connect) -> Result<Channel> {
    let room = room(app);
    let (name, site) = (request.name.trim(), request.site.trim().to_uppercase());
    if name.is_empty() || name.chars().count() > 80 {
        return Err(Error::invalid("name", "1..80"));
    }
    if request.client_id.trim().is_empty() {
        return Err(Error::invalid("client_id", "empty"));
    }
    let auth_url = match (&request.auth_url, mercadolibre::auth_url(&site)) {
        (Some(url), _) => url.clone(),
        (None, Some(url)) => url.to_owned(),
        (None, None) => return Err(Error::invalid("site", "unknown_site")),
    };
    let api_url = request.api_url.clone();
    let api_url = api_url.unwrap_or_else(|| mercadolibre::DEFAULT_API.to_owned());
    for url in [&auth_url, &api_url] {
        puente_net::check_url(url)?;
    }
    if puente_net::check_url(&request.redirect_uri).is_err() {
        return Err(Error::invalid("redirect_uri", "not_a_url"));
    }
    let ledger_id = match &request.ledger {
        Some(name) => Some(accounts::find_ledger(&room.state, name)?.id),
        None => None,
    };
    Ok(Channel {
        id: 0,
        name: name.to_owned(),
        site,
        api_url,
        auth_url,
        client_id: request.client_id.trim().to_owned(),
        redirect_uri: request.redirect_uri.trim().to_owned(),
        seller_id: String::new(),
        nickname: String::new(),
        ledger_id,
        rules: Rules::default(),
        state: ChannelState::Pending,
        checkpoint: None,
        kind: puente_sales::accounts::ChannelKind::Mercadolibre,
        settings: serde_json::json!({}),
        synced_at: None,
        last_error: None,
    })
}

fn check_rules(rules: &Rules) -> Result<()> {
    let phone = contact::phone(&rules.phone);
    if phone.is_none_or(|phone| phone.is_empty() != rules.phone.trim().is_empty()) {
        return Err(Error::invalid("phone", "0..10 digits"));
    }
    if contact::email(&rules.email).is_none() {
        return Err(Error::invalid("email", rules.email.trim()));
    }
    if !rules.city.is_empty() && !puente_sales::homologate::cities::exists(&rules.city) {
        return Err(Error::invalid("city", &rules.city));
    }
    let most = rust_decimal::Decimal::from(1000);
    if rules.tolerance < rust_decimal::Decimal::ZERO || rules.tolerance > most {
        return Err(Error::invalid("tolerance", rules.tolerance));
    }
    Ok(())
}

pub(crate) fn row(app: &App, channel: Channel) -> Result<ChannelRow> {
    let state = &room(app).state;
    let ledger = channel
        .ledger_id
        .and_then(|id| accounts::ledger(state, id).ok());
    let catalogue = match channel.ledger_id {
        Some(id) => catalogues::of(state, id)?,
        None => puente_sales::catalogue::Catalogue::default(),
    };
    let found = requirements(ledger.as_ref(), &catalogue, &channel.rules);
    Ok(ChannelRow {
        id: channel.id,
        name: channel.name,
        kind: channel.kind.as_str().to_owned(),
        site: channel.site,
        nickname: channel.nickname,
        client_id: channel.client_id,
        redirect_uri: channel.redirect_uri,
        ledger_id: channel.ledger_id,
        ledger: ledger.map(|ledger| ledger.name),
        rules: channel.rules,
        proposal: catalogue
            .fetched_at
            .map(|_| puente_sales::suggest::rules(&catalogue)),
        state: channel.state,
        synced_at: channel.synced_at,
        last_error: channel.last_error.map(|error| error.view(app.lang())),
        complete: found.iter().all(|one| one.met || !one.required),
        requirements: found.into_iter().map(|one| view(app, one)).collect(),
    })
}

fn view(app: &App, one: Requirement) -> RequirementView {
    RequirementView {
        field: one.field,
        required: one.required,
        met: one.met,
        reason: one.reason.map(|reason| ReasonView::of(reason, app.lang())),
    }
}
