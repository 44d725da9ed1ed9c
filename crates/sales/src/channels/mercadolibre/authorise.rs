//! OAuth 2 with PKCE: each office has an application of its own, and its administrator authorises it in
//! the browser.

use super::NAME;
use super::tokens::{self, Tokens};
use crate::accounts::{self, Channel};
use crate::read::Json;
use crate::{Error, Result, Room};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use puente_core::{Cancel, Secret};
use puente_net::{Ask, Method, Web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// How long a page in the browser may stay open: a code is good for ten minutes once it is there.
const OPEN: TimeDelta = TimeDelta::hours(1);

/// Where sellers of each site authorise.
const SITES: [(&str, &str); 18] = [
    ("MLA", "https://auth.mercadolibre.com.ar"),
    ("MLB", "https://auth.mercadolivre.com.br"),
    ("MCO", "https://auth.mercadolibre.com.co"),
    ("MLM", "https://auth.mercadolibre.com.mx"),
    ("MLC", "https://auth.mercadolibre.cl"),
    ("MLU", "https://auth.mercadolibre.com.uy"),
    ("MPE", "https://auth.mercadolibre.com.pe"),
    ("MEC", "https://auth.mercadolibre.com.ec"),
    ("MLV", "https://auth.mercadolibre.com.ve"),
    ("MCR", "https://auth.mercadolibre.co.cr"),
    ("MRD", "https://auth.mercadolibre.com.do"),
    ("MPA", "https://auth.mercadolibre.com.pa"),
    ("MBO", "https://auth.mercadolibre.com.bo"),
    ("MPY", "https://auth.mercadolibre.com.py"),
    ("MGT", "https://auth.mercadolibre.com.gt"),
    ("MHN", "https://auth.mercadolibre.com.hn"),
    ("MNI", "https://auth.mercadolibre.com.ni"),
    ("MSV", "https://auth.mercadolibre.com.sv"),
];

/// Where sellers of a site authorise; none for a site that is none.
pub fn auth_url(site: &str) -> Option<&'static str> {
    SITES
        .iter()
        .find(|(known, _)| *known == site)
        .map(|(_, url)| *url)
}

/// An authorisation that a person has to finish in the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// The page to open.
    pub url: String,
}

/// What is needed to end an authorisation; kept in the keyring, because who has it can take the account.
#[derive(Serialize, Deserialize)]
struct Login {
    state: String,
    verifier: String,
    at: DateTime<Utc>,
}

/// Begins an authorisation.
///
/// # Errors
/// Those of the keyring.
pub fn begin(room: &Room, channel: &Channel) -> Result<Begun> {
    let login = Login {
        state: random(),
        verifier: random(),
        at: room.clock.now(),
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(login.verifier.as_bytes()));
    room.secrets
        .set(&channel.login_name(), &Secret::from(crate::to_json(&login)))?;
    let auth = channel.auth_url.trim_end_matches('/');
    let ask = Ask::new(Method::Get, format!("{auth}/authorization"))
        .query("response_type", "code")
        .query("client_id", &channel.client_id)
        .query("redirect_uri", &channel.redirect_uri)
        .query("state", &login.state)
        .query("code_challenge", challenge)
        .query("code_challenge_method", "S256");
    Ok(Begun {
        url: ask.address().map_err(Error::Net)?,
    })
}

/// The `state` of the authorisation that was begun: who brings it back comes from that page.
///
/// # Errors
/// [`Error::NotAuthorised`] when none was begun; those of the keyring.
pub fn begun_state(room: &Room, channel: &Channel) -> Result<Secret> {
    let kept = room.secrets.find(&channel.login_name())?;
    kept.and_then(|kept| serde_json::from_str::<Login>(kept.expose()).ok())
        .map(|login| Secret::from(login.state))
        .ok_or_else(|| Error::NotAuthorised("not_begun".to_owned()))
}

/// 43 characters of chance.
fn random() -> String {
    let bytes: [u8; 32] = rand::random();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Ends an authorisation with the address that the browser was sent back to. Gives the account's row,
/// which is that of an earlier time when the same seller was here before.
///
/// # Errors
/// [`Error::NotAuthorised`] when the address brings something else than what was begun;
/// [`Error::Login`] when the application's number or secret are wrong.
pub fn finish(
    room: &Room,
    channel: &Channel,
    redirected: &str,
    cancel: &Cancel,
) -> Result<accounts::ChannelId> {
    let kept = room.secrets.find(&channel.login_name())?;
    let login: Login = kept
        .and_then(|kept| serde_json::from_str(kept.expose()).ok())
        .ok_or_else(|| Error::NotAuthorised("not_begun".to_owned()))?;
    if room.clock.now() - login.at > OPEN {
        return Err(Error::NotAuthorised("too_late".to_owned()));
    }
    let code = code_of(redirected, &login.state)?;
    let client_secret = room.secrets.get(&channel.client_secret_name())?;
    let web = room.web()?;
    let tokens = exchange(
        &web,
        channel,
        &client_secret,
        &code,
        &login.verifier,
        room,
        cancel,
    )?;
    // Before anything is asked with them: a kill from here on loses nothing.
    tokens::keep(room, channel, &tokens)?;
    room.secrets.delete(&channel.login_name())?;
    let (nickname, site) = me(&web, channel, &tokens, cancel)?;
    let site = if site.is_empty() {
        channel.site.clone()
    } else {
        site
    };
    let stands = accounts::set_seller(&room.state, channel.id, &tokens.user_id, &nickname, &site)?;
    if stands != channel.id {
        let before = accounts::channel(&room.state, stands)?;
        room.secrets
            .set(&before.client_secret_name(), &client_secret)?;
        tokens::keep(room, &before, &tokens)?;
        room.secrets.delete(&channel.client_secret_name())?;
        room.secrets.delete(&channel.token_name())?;
    }
    Ok(stands)
}

fn exchange(
    web: &Web,
    channel: &Channel,
    client_secret: &Secret,
    code: &str,
    verifier: &str,
    room: &Room,
    cancel: &Cancel,
) -> Result<Tokens> {
    let api = channel.api_url.trim_end_matches('/');
    let ask = Ask::new(Method::Post, format!("{api}/oauth/token")).form(&[
        ("grant_type", "authorization_code"),
        ("client_id", &channel.client_id),
        ("client_secret", client_secret.expose()),
        ("code", code),
        ("redirect_uri", &channel.redirect_uri),
        ("code_verifier", verifier),
    ]);
    let reply = web.ask(ask, cancel)?;
    if !reply.is_success() {
        return Err(Error::Login {
            cloud: NAME,
            said: tokens::said(&reply),
        });
    }
    tokens::read(&reply, room.clock.now())
}

/// Nickname and site of whoever authorised.
fn me(web: &Web, channel: &Channel, tokens: &Tokens, cancel: &Cancel) -> Result<(String, String)> {
    let api = channel.api_url.trim_end_matches('/');
    let ask = Ask::new(Method::Get, format!("{api}/users/me")).bearer(tokens.access());
    let reply = web.ask(ask, cancel)?;
    if !reply.is_success() {
        return Err(Error::Refused {
            cloud: NAME,
            status: reply.status,
            said: tokens::said(&reply),
        });
    }
    let me: Value = serde_json::from_str(&reply.text()).map_err(|error| Error::Unreadable {
        cloud: NAME,
        said: error.to_string(),
    })?;
    Ok((me.text("nickname"), me.text("site_id")))
}

/// The code in the address, if it belongs to what was begun.
fn code_of(redirected: &str, state: &str) -> Result<String> {
    let pairs = puente_net::query_of(redirected.trim())
        .ok_or_else(|| Error::NotAuthorised("no_address".to_owned()))?;
    let value = |name: &str| {
        let found = pairs.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    if !value("error").is_empty() {
        return Err(Error::NotAuthorised(value("error").to_owned()));
    }
    if value("code").is_empty() {
        return Err(Error::NotAuthorised("no_code".to_owned()));
    }
    if value("state") != state {
        return Err(Error::NotAuthorised("other_state".to_owned()));
    }
    Ok(value("code").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_address_of_what_was_begun_brings_a_code() {
        let of = |text: &str| code_of(text, "s1").map_err(|error| error.to_string());
        assert_eq!(of(" https://o.co/r?code=TG-1&state=s1 "), Ok("TG-1".into()));
        for (text, why) in [
            ("https://o.co/r?code=TG-1&state=s2", "other_state"),
            ("https://o.co/r?code=TG-1", "other_state"),
            ("https://o.co/r?state=s1", "no_code"),
            (
                "https://o.co/r?error=invalid_operator_user_id&state=s1",
                "invalid_operator_user_id",
            ),
            ("TG-1", "no_address"),
        ] {
            assert_eq!(of(text), Err(format!("no authorisation: {why}")), "{text}");
        }
    }
}
