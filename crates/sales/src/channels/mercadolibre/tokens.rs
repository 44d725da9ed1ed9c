//! Tokens: an access token of six hours, and a refresh token that is good once and brings the next one.
//! The next one is in the keyring before anything is asked with what came along with it.

use super::NAME;
use crate::accounts::{self, Channel, ChannelId, ChannelState};
use crate::read::Json;
use crate::{Error, Result, Room};
use chrono::{DateTime, TimeDelta, Utc};
use puente_core::{Cancel, Secret};
use puente_net::{Ask, Method, Reply, Web};
use rusqlite::params;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A token is renewed that long before it ends, and no sooner.
const MARGIN: TimeDelta = TimeDelta::minutes(5);
/// A renewal that takes longer has died with its process.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Between two looks at whether another process has renewed.
const LOOK: Duration = Duration::from_millis(100);

/// Who renews in this process: one thread of an account at a time. Clones are one and the same.
#[derive(Clone, Default)]
pub struct Renewals(Arc<Mutex<HashMap<ChannelId, Arc<Mutex<()>>>>>);

impl Renewals {
    fn of(&self, channel: ChannelId) -> Arc<Mutex<()>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(channel).or_default())
    }
}

/// The tokens of an account, as the keyring keeps them.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Tokens {
    access: String,
    refresh: String,
    until: DateTime<Utc>,
    pub(super) user_id: String,
}

impl Tokens {
    pub(super) fn access(&self) -> Secret {
        Secret::from(self.access.as_str())
    }
}

/// Reads the answer that brings tokens.
pub(super) fn read(reply: &Reply, now: DateTime<Utc>) -> Result<Tokens> {
    let unreadable = |said: &str| Error::Unreadable {
        cloud: NAME,
        said: said.to_owned(),
    };
    let answer: Value =
        serde_json::from_str(&reply.text()).map_err(|error| unreadable(&error.to_string()))?;
    let tokens = Tokens {
        access: answer.text("access_token"),
        refresh: answer.text("refresh_token"),
        until: now
            + TimeDelta::seconds(
                answer
                    .number("expires_in")
                    .unwrap_or(21_600)
                    .clamp(0, 86_400),
            ),
        user_id: answer.text("user_id"),
    };
    if tokens.access.is_empty() {
        return Err(unreadable("no access_token"));
    }
    if tokens.refresh.is_empty() {
        return Err(unreadable("no refresh_token: offline_access"));
    }
    Ok(tokens)
}

/// What an answer says of an error: fields vary.
pub(super) fn said(reply: &Reply) -> String {
    let body: Value = serde_json::from_str(&reply.text()).unwrap_or_default();
    let parts = ["error", "message", "error_description"].map(|name| body.text(name));
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    match parts.is_empty() {
        true => format!("{}: {}", reply.status, crate::read::beginning(reply)),
        false => parts.join(": "),
    }
}

pub(super) fn keep(room: &Room, channel: &Channel, tokens: &Tokens) -> Result<()> {
    let text = Secret::from(crate::to_json(tokens));
    Ok(room.secrets.set(&channel.token_name(), &text)?)
}

fn kept(room: &Room, channel: &Channel) -> Result<Tokens> {
    let text = room.secrets.find(&channel.token_name())?;
    text.and_then(|text| serde_json::from_str(text.expose()).ok())
        .ok_or_else(|| Error::Lost {
            account: channel.name.clone(),
            said: "no tokens".to_owned(),
        })
}

/// A token that is good now. `refused` is one that the channel has just refused.
pub(super) fn usable(
    room: &Room,
    web: &Web,
    channel: &Channel,
    refused: Option<&Secret>,
    cancel: &Cancel,
) -> Result<Secret> {
    let good = |tokens: &Tokens| {
        let refused = refused.is_some_and(|refused| *refused.expose() == tokens.access);
        !refused && tokens.until - room.clock.now() > MARGIN
    };
    let tokens = kept(room, channel)?;
    if good(&tokens) {
        return Ok(tokens.access());
    }
    let turn = room.renewals().of(channel.id);
    let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
    let owner = format!("{:032x}", rand::random::<u128>());
    while !lease(room, channel.id, &owner)? {
        cancel.sleep(LOOK)?;
    }
    // Whoever was first has renewed already.
    let renewed = kept(room, channel).and_then(|tokens| match good(&tokens) {
        true => Ok(tokens),
        false => renew(room, web, channel, &tokens, cancel),
    });
    release(room, channel.id, owner)?;
    Ok(renewed?.access())
}

fn renew(
    room: &Room,
    web: &Web,
    channel: &Channel,
    tokens: &Tokens,
    cancel: &Cancel,
) -> Result<Tokens> {
    let client_secret = room.secrets.get(&channel.client_secret_name())?;
    let api = channel.api_url.trim_end_matches('/');
    let ask = Ask::new(Method::Post, format!("{api}/oauth/token")).form(&[
        ("grant_type", "refresh_token"),
        ("client_id", &channel.client_id),
        ("client_secret", client_secret.expose()),
        ("refresh_token", &tokens.refresh),
    ]);
    // Not to be cancelled: the answer holds the only token that is good from now on.
    cancel.check()?;
    let reply = web.ask(ask, &Cancel::new())?;
    if reply.is_success() {
        let mut next = read(&reply, room.clock.now())?;
        if next.user_id.is_empty() {
            next.user_id.clone_from(&tokens.user_id);
        }
        keep(room, channel, &next)?;
        return Ok(next);
    }
    let said = said(&reply);
    match reply.status {
        // Only in the channel's own words: a proxy refuses too.
        400 | 401 | 403 if is_lost(&reply) => {
            accounts::set_channel_state(&room.state, channel.id, ChannelState::Lost)?;
            Err(Error::Lost {
                account: channel.name.clone(),
                said,
            })
        }
        status => Err(Error::Busy {
            cloud: NAME,
            status,
            wait: crate::read::retry_after(&reply, room.clock.as_ref()),
        }),
    }
}

fn is_lost(reply: &Reply) -> bool {
    let body: Value = serde_json::from_str(&reply.text()).unwrap_or_default();
    [
        "invalid_grant",
        "invalid_client",
        "unauthorized_client",
        "unauthorized_application",
    ]
    .contains(&body.text("error").as_str())
}

fn lease(room: &Room, channel: ChannelId, owner: &str) -> Result<bool> {
    let now = room.clock.now();
    let (owner, now, until) = (
        owner.to_owned(),
        now.timestamp_millis(),
        (now + LEASE).timestamp_millis(),
    );
    room.state.write(move |tx| {
        let taken = tx
            .prepare_cached(
                "INSERT INTO channel_renewal (channel_id, owner, until_ms) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (channel_id) DO UPDATE SET owner = excluded.owner, \
                 until_ms = excluded.until_ms WHERE until_ms <= ?4 OR until_ms > ?3",
            )?
            .execute(params![channel, owner, until, now])?;
        Ok(taken > 0)
    })
}

fn release(room: &Room, channel: ChannelId, owner: String) -> Result<()> {
    room.state.write(move |tx| {
        tx.prepare_cached("DELETE FROM channel_renewal WHERE channel_id = ?1 AND owner = ?2")?
            .execute(params![channel, owner])?;
        Ok(())
    })
}
