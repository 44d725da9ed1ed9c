//! Table `channel_account`: where sales come from.

use super::{ChannelId, ChannelKind, LedgerId, error, moment};
use crate::rules::Rules;
use crate::{Error, Result, to_json};
use chrono::{DateTime, Utc};
use puente_store::{Database, time};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a channel account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChannelState {
    /// Nobody has authorised yet.
    Pending,
    /// It works.
    Connected,
    /// It has to be authorised again.
    Lost,
    /// The office took it away; what was sold and invoiced stays known.
    Removed,
}

impl ChannelState {
    /// As stored and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            ChannelState::Pending => "pending",
            ChannelState::Connected => "connected",
            ChannelState::Lost => "lost",
            ChannelState::Removed => "removed",
        }
    }

    fn parse(text: &str) -> ChannelState {
        match text {
            "connected" => ChannelState::Connected,
            "lost" => ChannelState::Lost,
            "removed" => ChannelState::Removed,
            _ => ChannelState::Pending,
        }
    }
}

/// A seller's account in a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Row id.
    pub id: ChannelId,
    /// As people call it, unique among those that are there.
    pub name: String,
    /// What it is.
    pub kind: ChannelKind,
    /// What only this kind has.
    pub settings: serde_json::Value,
    /// `MCO`.
    pub site: String,
    /// `https://api.mercadolibre.com`.
    pub api_url: String,
    /// `https://auth.mercadolibre.com.co`.
    pub auth_url: String,
    /// The office's own application.
    pub client_id: String,
    /// As it is registered there, to the letter.
    pub redirect_uri: String,
    /// The channel's number of the seller; empty until someone authorised.
    pub seller_id: String,
    /// What the seller is called there.
    pub nickname: String,
    /// Where its invoices go.
    pub ledger_id: Option<LedgerId>,
    /// How.
    pub rules: Rules,
    /// Where it stands.
    pub state: ChannelState,
    /// How far the reading of orders has come.
    pub checkpoint: Option<serde_json::Value>,
    /// When it was last read to the end.
    pub synced_at: Option<DateTime<Utc>>,
    /// Why the last reading failed; none when it went well.
    pub last_error: Option<puente_core::Error>,
}

impl Channel {
    /// Whether its ledger is told of what waits there without anybody looking at each sale.
    pub fn is_delivered(&self) -> bool {
        self.state == ChannelState::Connected && self.kind.is_marked()
    }

    /// Name of the application's secret in the keyring.
    pub fn client_secret_name(&self) -> String {
        format!("channel/{}/client", self.id)
    }

    /// Name of the tokens in the keyring.
    pub fn token_name(&self) -> String {
        format!("channel/{}/tokens", self.id)
    }

    /// Name of what an authorisation that is under way needs to end, in the keyring.
    pub fn login_name(&self) -> String {
        format!("channel/{}/login", self.id)
    }
}

const CHANNEL: &str = "SELECT id, name, site, api_url, auth_url, client_id, redirect_uri, \
     seller_id, nickname, ledger_id, rules, state, checkpoint, synced_at, last_error, \
     kind, settings FROM channel_account";

fn channel_row(row: &Row<'_>) -> rusqlite::Result<Channel> {
    Ok(Channel {
        id: row.get(0)?,
        name: row.get(1)?,
        site: row.get(2)?,
        api_url: row.get(3)?,
        auth_url: row.get(4)?,
        client_id: row.get(5)?,
        redirect_uri: row.get(6)?,
        seller_id: row.get(7)?,
        nickname: row.get(8)?,
        ledger_id: row.get(9)?,
        rules: serde_json::from_str(row.get_ref(10)?.as_str()?).unwrap_or_default(),
        state: ChannelState::parse(row.get_ref(11)?.as_str()?),
        checkpoint: row
            .get::<_, Option<String>>(12)?
            .and_then(|text| serde_json::from_str(&text).ok()),
        synced_at: moment(row, 13)?,
        last_error: error(row, 14)?,
        kind: ChannelKind::parse(row.get_ref(15)?.as_str()?),
        settings: serde_json::from_str(row.get_ref(16)?.as_str()?).unwrap_or_default(),
    })
}

/// All channels that were not removed, by name.
///
/// # Errors
/// Those of the store.
pub fn channels(db: &Database) -> Result<Vec<Channel>> {
    db.read(|conn| {
        let sql = format!("{CHANNEL} WHERE state <> 'removed' ORDER BY name");
        let mut statement = conn.prepare_cached(&sql)?;
        let rows = statement.query_map([], channel_row)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    })
}

/// The channel of that id, removed or not.
///
/// # Errors
/// [`Error::NotFound`].
pub fn channel(db: &Database, id: ChannelId) -> Result<Channel> {
    db.read(|conn| {
        conn.prepare_cached(&format!("{CHANNEL} WHERE id = ?1"))?
            .query_row([id], channel_row)
            .optional()?
            .ok_or_else(|| Error::not_found("channel", id))
    })
}

/// The channel of that name, whatever its case, or of that number; not a removed one.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find_channel(db: &Database, name: &str) -> Result<Channel> {
    db.read(|conn| {
        let sql =
            format!("{CHANNEL} WHERE state <> 'removed' AND (name = ?1 OR CAST(id AS TEXT) = ?1)");
        conn.prepare_cached(&sql)?
            .query_row([name.trim()], channel_row)
            .optional()?
            .ok_or_else(|| Error::not_found("channel", name))
    })
}

/// Keeps a channel that is to be authorised: a new row, or the one of that name that is there.
///
/// # Errors
/// Those of the store.
pub fn keep_channel(db: &Database, new: Channel, now: DateTime<Utc>) -> Result<ChannelId> {
    db.write(move |tx| {
        let known: Option<ChannelId> = tx
            .prepare("SELECT id FROM channel_account WHERE name = ?1 AND state <> 'removed'")?
            .query_row([&new.name], |row| row.get(0))
            .optional()?;
        if let Some(id) = known {
            tx.execute(
                "UPDATE channel_account SET site = ?2, api_url = ?3, auth_url = ?4, \
                 client_id = ?5, redirect_uri = ?6, ledger_id = coalesce(?7, ledger_id) \
                 WHERE id = ?1",
                params![
                    id,
                    new.site,
                    new.api_url,
                    new.auth_url,
                    new.client_id,
                    new.redirect_uri,
                    new.ledger_id
                ],
            )?;
            return Ok(id);
        }
        tx.execute(
            "INSERT INTO channel_account (name, kind, site, api_url, auth_url, client_id, \
             redirect_uri, ledger_id, rules, state, created_at) \
             VALUES (?1, 'mercadolibre', ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'pending', ?9)",
            params![
                new.name,
                new.site,
                new.api_url,
                new.auth_url,
                new.client_id,
                new.redirect_uri,
                new.ledger_id,
                to_json(&new.rules),
                time::to_text(now)
            ],
        )?;
        Ok(tx.last_insert_rowid())
    })
}

/// Keeps a database of documents: a new row, or new settings for the one that is there by its `seller_id`
/// (host, database and profile), which a removed one comes back by.
///
/// # Errors
/// [`Error::Exists`] when the name is another's; those of the store.
pub fn keep_database(db: &Database, new: Channel, now: DateTime<Utc>) -> Result<ChannelId> {
    db.write(move |tx| {
        let kind = ChannelKind::Database.as_str();
        let known: Option<ChannelId> = tx
            .prepare(
                "SELECT id FROM channel_account WHERE kind = ?1 AND site = '' AND seller_id = ?2",
            )?
            .query_row([kind, new.seller_id.as_str()], |row| row.get(0))
            .optional()?;
        let taken: Option<ChannelId> = tx
            .prepare("SELECT id FROM channel_account WHERE name = ?1 AND state <> 'removed'")?
            .query_row([&new.name], |row| row.get(0))
            .optional()?;
        if taken.is_some_and(|taken| known != Some(taken)) {
            return Err(Error::Exists {
                what: "channel",
                name: new.name,
            });
        }
        if let Some(id) = known {
            tx.execute(
                "UPDATE channel_account SET name = ?2, settings = ?3, ledger_id = ?4, \
                 state = 'connected', last_error = NULL WHERE id = ?1",
                params![id, new.name, new.settings.to_string(), new.ledger_id],
            )?;
            return Ok(id);
        }
        tx.execute(
            "INSERT INTO channel_account (name, kind, site, api_url, auth_url, client_id, \
             redirect_uri, seller_id, ledger_id, rules, state, created_at, settings) \
             VALUES (?1, ?2, '', '', '', '', '', ?3, ?4, ?5, 'connected', ?6, ?7)",
            params![
                new.name,
                kind,
                new.seller_id,
                new.ledger_id,
                to_json(&new.rules),
                time::to_text(now),
                new.settings.to_string()
            ],
        )?;
        Ok(tx.last_insert_rowid())
    })
}

/// Writes down who authorised. When the same seller was here before under another row, that row comes
/// back with all that it knows and the new one goes. Gives the row that stands.
///
/// # Errors
/// [`Error::Exists`] when that seller is connected under another name.
pub fn set_seller(
    db: &Database,
    id: ChannelId,
    seller_id: &str,
    nickname: &str,
    site: &str,
) -> Result<ChannelId> {
    let (seller_id, nickname, site) = (seller_id.to_owned(), nickname.to_owned(), site.to_owned());
    db.write(move |tx| {
        let known = tx
            .prepare(
                "SELECT id, name, state FROM channel_account WHERE kind = 'mercadolibre' \
                 AND site = ?1 AND seller_id = ?2 AND id <> ?3",
            )?
            .query_row(params![site, seller_id, id], |row| {
                Ok((
                    row.get::<_, ChannelId>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                ))
            })
            .optional()?;
        let stands = match known {
            None => id,
            Some((_, name, state)) if state != "removed" => {
                return Err(Error::Exists {
                    what: "channel",
                    name,
                });
            }
            Some((before, _, _)) => {
                revive(tx, before, id)?;
                before
            }
        };
        tx.execute(
            "UPDATE channel_account SET seller_id = ?2, nickname = ?3, site = ?4, \
             state = 'connected', last_error = NULL WHERE id = ?1",
            params![stands, seller_id, nickname, site],
        )?;
        Ok(stands)
    })
}

fn revive(conn: &Connection, before: ChannelId, new: ChannelId) -> Result<()> {
    let from = channel_of(conn, new)?;
    conn.execute("DELETE FROM sale_mapping WHERE channel_id = ?1", [new])?;
    conn.execute("DELETE FROM channel_renewal WHERE channel_id = ?1", [new])?;
    conn.execute("DELETE FROM channel_account WHERE id = ?1", [new])?;
    conn.execute(
        "UPDATE channel_account SET name = ?2, api_url = ?3, auth_url = ?4, client_id = ?5, \
         redirect_uri = ?6, ledger_id = coalesce(?7, ledger_id) WHERE id = ?1",
        params![
            before,
            from.name,
            from.api_url,
            from.auth_url,
            from.client_id,
            from.redirect_uri,
            from.ledger_id
        ],
    )?;
    Ok(())
}

fn channel_of(conn: &Connection, id: ChannelId) -> Result<Channel> {
    Ok(conn
        .prepare_cached(&format!("{CHANNEL} WHERE id = ?1"))?
        .query_row([id], channel_row)?)
}

/// Changes where a channel's invoices go, and how.
///
/// # Errors
/// Those of the store.
pub fn set_rules(
    db: &Database,
    id: ChannelId,
    ledger_id: Option<LedgerId>,
    rules: Rules,
) -> Result<()> {
    db.write(move |tx| {
        tx.execute(
            "UPDATE channel_account SET ledger_id = ?2, rules = ?3 WHERE id = ?1",
            params![id, ledger_id, to_json(&rules)],
        )?;
        Ok(())
    })
}

/// Sets where a channel stands.
///
/// # Errors
/// Those of the store.
pub fn set_channel_state(db: &Database, id: ChannelId, state: ChannelState) -> Result<()> {
    db.write(move |tx| {
        tx.execute(
            "UPDATE channel_account SET state = ?2 WHERE id = ?1",
            params![id, state.as_str()],
        )?;
        Ok(())
    })
}

/// Remembers how the last reading of a channel went.
///
/// # Errors
/// Those of the store.
pub fn set_channel_contact(
    db: &Database,
    id: ChannelId,
    now: DateTime<Utc>,
    error: Option<puente_core::Error>,
) -> Result<()> {
    db.write(move |tx| {
        let at = error.is_none().then(|| time::to_text(now));
        tx.execute(
            "UPDATE channel_account SET synced_at = coalesce(?2, synced_at), last_error = ?3 \
             WHERE id = ?1",
            params![id, at, error.as_ref().map(to_json)],
        )?;
        Ok(())
    })
}
