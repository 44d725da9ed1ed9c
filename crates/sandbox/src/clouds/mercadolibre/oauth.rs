//! The page that asks a person for consent, and the tokens.

use super::{Grant, Meli, refuse};
use crate::clouds::call::{Call, Reply, encode, first};
use crate::clouds::journal::EffectKind;
use crate::clouds::siigo::guid;
use base64::Engine as _;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sha2::{Digest as _, Sha256};

const CODE_MINUTES: i64 = 10;
/// An access token lasts six hours.
const ACCESS_SECONDS: i64 = 21_600;
/// A refresh token lasts six months.
const REFRESH_DAYS: i64 = 180;

/// A code that waits to be exchanged.
#[derive(Debug)]
pub(crate) struct Code {
    user: i64,
    redirect: String,
    challenge: Option<String>,
    until: DateTime<Utc>,
}

/// A refresh token, and whether it was used.
#[derive(Debug)]
pub(crate) struct Refresh {
    pub(crate) user: i64,
    pub(crate) until: DateTime<Utc>,
    pub(crate) is_used: bool,
}

impl Meli {
    /// `GET /authorization`: a page with a link for each person, or, with `login`, what the browser
    /// of that person is answered.
    pub(crate) fn authorise(&mut self, call: &Call, now: DateTime<Utc>) -> Reply {
        if call.segments() != ["authorization"] || call.method != "GET" {
            return Reply::html(404, page("Esta página no existe", ""));
        }
        let redirect = call.query("redirect_uri").unwrap_or_default().to_owned();
        let problem = if call.query("client_id") != Some(self.app.client_id.as_str()) {
            Some("La aplicación no existe (client_id)")
        } else if !self.redirects.contains(&redirect) {
            Some("La dirección de retorno no es la registrada (redirect_uri)")
        } else if call.query("response_type") != Some("code") {
            Some("response_type debe ser code")
        } else {
            None
        };
        if let Some(problem) = problem {
            return Reply::html(400, page(problem, ""));
        }
        let Some(login) = call.query("login") else {
            return Reply::html(200, page("¿Con qué cuenta?", &self.links(call)));
        };
        let mut answer = vec![];
        let challenge = call.query("code_challenge").map(str::to_owned);
        let is_operator = login.starts_with(OPERATOR);
        let account = self
            .accounts
            .iter()
            .find(|account| account.nickname == login);
        match (account, is_operator) {
            (None, true) => answer.push(("error", "invalid_operator_user_id".to_owned())),
            (None, false) => return Reply::html(400, page("Esta cuenta no existe", "")),
            (Some(_), _) if self.switches.pkce && challenge.is_none() => {
                answer.push(("error", "invalid_request".to_owned()));
            }
            (Some(_), _)
                if challenge.is_some() && call.query("code_challenge_method") != Some("S256") =>
            {
                answer.push(("error", "invalid_request".to_owned()));
            }
            (Some(account), _) => {
                let user = account.user_id;
                let word = self.word();
                let code = format!("TG-{word}-{user}");
                self.codes.insert(
                    code.clone(),
                    Code {
                        user,
                        redirect: redirect.clone(),
                        challenge,
                        until: now + TimeDelta::minutes(CODE_MINUTES),
                    },
                );
                answer.push(("code", code));
            }
        }
        if let Some(state) = call.query("state") {
            answer.push(("state", state.to_owned()));
        }
        let query: Vec<String> = answer
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        let mark = if redirect.contains('?') { '&' } else { '?' };
        Reply::redirect(format!("{redirect}{mark}{}", query.join("&")))
    }

    fn links(&self, call: &Call) -> String {
        let operator = self
            .accounts
            .first()
            .map(|account| format!("{OPERATOR}{}", account.site.code()));
        self.accounts
            .iter()
            .map(|account| account.nickname.clone())
            .chain(operator)
            .fold(String::new(), |mut list, nickname| {
                let to = format!("{}&login={}", call.path_and_query(), encode(&nickname));
                list.push_str(&format!(
                    "<li><a href=\"{}\">{nickname}</a></li>",
                    to.replace('&', "&amp;")
                ));
                list
            })
    }

    /// `POST /oauth/token`.
    pub(crate) fn token(
        &mut self,
        call: &Call,
        now: DateTime<Utc>,
        effects: &mut Vec<EffectKind>,
    ) -> Reply {
        if !call.query.is_empty() {
            return refuse(
                400,
                "invalid_request",
                "The parameters belong into the body",
            );
        }
        let Some(form) = call.form() else {
            return refuse(400, "invalid_request", "The body is not a form");
        };
        let get = |name: &str| first(&form, name).unwrap_or_default();
        if get("client_id") != self.app.client_id || get("client_secret") != self.app.client_secret
        {
            return refuse(400, "invalid_client", "invalid client_id or client_secret");
        }
        let granted = match get("grant_type") {
            "authorization_code" => self.exchange(&form, now).map(|user| (user, None)),
            "refresh_token" => self.renew(get("refresh_token"), now, effects),
            "" => Err(("invalid_request", "grant_type is required")),
            _ => Err(("unsupported_grant_type", "This grant type is not supported")),
        };
        match granted {
            Err((code, message)) => refuse(400, code, message),
            Ok((user, replaced)) => self.give(user, replaced, now, effects),
        }
    }

    fn exchange(
        &mut self,
        form: &[(String, String)],
        now: DateTime<Utc>,
    ) -> Result<i64, (&'static str, &'static str)> {
        let get = |name: &str| first(form, name).unwrap_or_default();
        // A code is spent by the attempt, as it was typed in a browser.
        let code = self
            .codes
            .remove(get("code"))
            .filter(|code| code.until > now)
            .ok_or((
                "invalid_grant",
                "The code is invalid, has expired or was used",
            ))?;
        if code.redirect != get("redirect_uri") {
            return Err(("invalid_grant", "The redirect_uri is not that of the code"));
        }
        if let Some(challenge) = &code.challenge {
            let verifier = get("code_verifier");
            if !(43..=128).contains(&verifier.len()) {
                return Err(("invalid_request", "code_verifier is required"));
            }
            let digest = Sha256::digest(verifier.as_bytes());
            if base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest) != *challenge {
                return Err(("invalid_grant", "code_verifier does not fit the challenge"));
            }
        }
        Ok(code.user)
    }

    fn renew(
        &mut self,
        refresh: &str,
        now: DateTime<Utc>,
        effects: &mut Vec<EffectKind>,
    ) -> Result<(i64, Option<String>), (&'static str, &'static str)> {
        let bad = (
            "invalid_grant",
            "The refresh token is invalid, has expired, was used or was revoked",
        );
        let known = self.refreshes.get_mut(refresh).ok_or(bad)?;
        if known.is_used {
            effects.push(EffectKind::RefreshUsedAgain { user: known.user });
            return Err(bad);
        }
        if known.until <= now {
            return Err(bad);
        }
        known.is_used = true;
        Ok((known.user, Some(refresh.to_owned())))
    }

    fn give(
        &mut self,
        user: i64,
        replaced: Option<String>,
        now: DateTime<Utc>,
        effects: &mut Vec<EffectKind>,
    ) -> Reply {
        let word = self.word();
        let access = format!("APP_USR-{}-{word}-{user}", self.app.client_id);
        let refresh = format!("TG-{}-{user}", self.word());
        let until = now + TimeDelta::seconds(ACCESS_SECONDS);
        effects.push(EffectKind::MeliTokens {
            user,
            access: access.clone(),
            until,
            refresh: refresh.clone(),
            replaced: replaced.clone(),
        });
        self.keep_tokens(user, &access, until, &refresh, None);
        Reply::json(
            200,
            &json!({"access_token": access, "token_type": "bearer",
                    "expires_in": ACCESS_SECONDS, "scope": "offline_access read write",
                    "user_id": user, "refresh_token": refresh}),
        )
    }

    /// Remembers a pair of tokens, of now or of before a restart.
    pub(crate) fn keep_tokens(
        &mut self,
        user: i64,
        access: &str,
        until: DateTime<Utc>,
        refresh: &str,
        replaced: Option<&str>,
    ) {
        let grant = Grant { user, until };
        self.tokens.insert(access.to_owned(), grant);
        if let Some(old) = replaced.and_then(|old| self.refreshes.get_mut(old)) {
            old.is_used = true;
        }
        self.refreshes.insert(
            refresh.to_owned(),
            Refresh {
                user,
                until: until + TimeDelta::days(REFRESH_DAYS),
                is_used: false,
            },
        );
    }

    /// A word that nobody had before, and that can't be guessed from the last one.
    fn word(&mut self) -> String {
        self.words += 1;
        guid(&self.app.client_secret, self.words).replace('-', "")
    }
}

/// What the nicknames of those begin with who may not authorise.
const OPERATOR: &str = "OPERADOR_";

fn page(title: &str, links: &str) -> String {
    format!(
        "<!doctype html><html lang=\"es\"><meta charset=\"utf-8\"><title>{title}</title><h1>{title}</h1><ul>{links}</ul></html>"
    )
}
