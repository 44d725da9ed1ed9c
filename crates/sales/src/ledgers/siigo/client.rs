//! Signing in, and asking within the company's quota.

use super::errors::{self, Kind};
use crate::accounts::Ledger;
use crate::quota::Quota;
use crate::read::{self, Json};
use crate::{Error, Result};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use puente_core::{Cancel, Clock, Secret};
use puente_net::{Ask, Lost, Method, Reply, Web};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

pub(super) const NAME: &str = "SIIGO";
/// Where the API is.
pub const DEFAULT_URL: &str = "https://api.siigo.com";
/// How Puente names itself: letters and digits only.
pub const DEFAULT_PARTNER: &str = "Puente";
/// Requests in a minute of a company in production; a test company has 10.
pub const PER_MINUTE: u32 = 100;
/// SIIGO asks clients not to drop a request that makes something before that.
const PATIENCE: Duration = Duration::from_secs(120);
/// Reading is answered in about two seconds.
const READ_PATIENCE: Duration = Duration::from_secs(60);
/// A token is renewed that long before it ends.
const MARGIN: Duration = Duration::from_secs(60);
/// How far this machine's clock may be off before nothing is sent by it.
const SKEW: TimeDelta = TimeDelta::minutes(10);
/// Attempts at reading before it is given up.
const ATTEMPTS: u32 = 5;

/// Tokens of signed-in companies, for as long as the program runs. Clones are one and the same.
#[derive(Clone, Default)]
pub struct Tokens(Arc<Mutex<HashMap<String, Token>>>, Skews);

/// How far the ledger's clock was ahead of this machine's when its answer came, by company.
type Skews = Arc<Mutex<HashMap<String, TimeDelta>>>;

#[derive(Clone)]
struct Token {
    access: Secret,
    until: Instant,
}

/// A company in SIIGO.
pub struct Siigo {
    base: String,
    user: String,
    key: Secret,
    partner: String,
    web: Web,
    quota: Quota,
    tokens: Tokens,
    clock: Arc<dyn Clock>,
    patience: Duration,
}

/// Whether a name may stand in `Partner-Id`: 3 to 100 letters and digits.
pub fn check_partner(name: &str) -> bool {
    (3..=100).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

impl Siigo {
    pub(crate) fn new(
        account: &Ledger,
        key: Secret,
        web: Web,
        quota: Quota,
        tokens: Tokens,
        clock: Arc<dyn Clock>,
    ) -> Siigo {
        Siigo {
            base: account.base_url.trim_end_matches('/').to_owned(),
            user: account.user.clone(),
            key,
            partner: account.partner_id.clone(),
            web,
            quota,
            tokens,
            clock,
            patience: PATIENCE,
        }
    }

    /// Waits that long for the answer to a request that makes something, instead of 120 seconds.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Siigo {
        self.patience = patience;
        self
    }

    /// Whether this machine's clock is within [`SKEW`] of SIIGO's, by the `Date` of its last good answer.
    ///
    /// # Errors
    /// [`Error::Clock`].
    pub(super) fn check_clock(&self) -> Result<()> {
        let skews = self.tokens.1.lock().unwrap_or_else(PoisonError::into_inner);
        let skew = skews.get(&self.place()).copied().unwrap_or_default();
        if skew.abs() <= SKEW {
            return Ok(());
        }
        let now = self.clock.now();
        let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        Err(Error::Clock {
            now: text(now),
            reference: text(now + skew),
        })
    }

    /// Remembers the time of an answer that SIIGO itself gave: a proxy's may be old.
    fn hear(&self, reply: &Reply) {
        let Some(date) = reply.header("date").and_then(read::http_date) else {
            return;
        };
        let mut skews = self.tokens.1.lock().unwrap_or_else(PoisonError::into_inner);
        skews.insert(self.place(), date - self.clock.now());
    }

    pub(super) fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// Drops the token that is known, and signs in.
    pub(super) fn sign_in_again(&self, cancel: &Cancel) -> Result<()> {
        self.forget();
        self.token(cancel).map(drop)
    }

    fn place(&self) -> String {
        format!("{}|{}", self.base, self.user)
    }

    fn forget(&self) {
        let mut tokens = self.tokens.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.remove(&self.place());
    }

    fn token(&self, cancel: &Cancel) -> Result<Secret> {
        // Held while signing in: several threads of one company sign in once.
        let mut tokens = self.tokens.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = tokens.get(&self.place());
        if let Some(token) = known.filter(|token| token.until > Instant::now()) {
            return Ok(token.access.clone());
        }
        let token = self.sign_in(cancel)?;
        tokens.insert(self.place(), token.clone());
        Ok(token.access)
    }

    fn sign_in(&self, cancel: &Cancel) -> Result<Token> {
        let body = json!({ "username": self.user, "access_key": self.key.expose() }).to_string();
        let asked = Instant::now();
        let reply = self.patiently(cancel, || {
            Ask::new(Method::Post, format!("{}/auth", self.base))
                .header("Partner-Id", &*self.partner)
                .json(body.clone())
                .patience(READ_PATIENCE)
        })?;
        if !reply.is_success() {
            let said = errors::said(&reply);
            return Err(match reply.status {
                400 | 401 | 403 | 404 => Error::Login { cloud: NAME, said },
                status => Error::Refused {
                    cloud: NAME,
                    status,
                    said,
                },
            });
        }
        let answer = body_of(&reply)?;
        let access = answer.text("access_token");
        if access.is_empty() {
            return Err(unreadable("no access_token"));
        }
        // Seconds, whatever the reference's text says.
        let lives = Duration::from_secs(answer.number("expires_in").unwrap_or(3600).unsigned_abs());
        Ok(Token {
            access: Secret::from(access),
            until: asked + lives.saturating_sub(MARGIN).max(Duration::from_secs(30)),
        })
    }

    /// Reads, with patience for what passes.
    pub(super) fn read(
        &self,
        path: &str,
        query: &[(&str, String)],
        cancel: &Cancel,
    ) -> Result<Value> {
        match self.find(path, query, cancel)? {
            Some(value) => Ok(value),
            None => Err(Error::Refused {
                cloud: NAME,
                status: 404,
                said: path.to_owned(),
            }),
        }
    }

    /// As [`Siigo::read`]; none when there is nothing there.
    pub(super) fn find(
        &self,
        path: &str,
        query: &[(&str, String)],
        cancel: &Cancel,
    ) -> Result<Option<Value>> {
        let mut renewed = false;
        loop {
            let token = self.token(cancel)?;
            let reply = self.patiently(cancel, || {
                let ask = Ask::new(Method::Get, format!("{}{path}", self.base))
                    .header("Partner-Id", &*self.partner)
                    .bearer(token.clone())
                    .patience(READ_PATIENCE);
                query
                    .iter()
                    .fold(ask, |ask, (name, value)| ask.query(name, value))
            })?;
            match reply.status {
                200..300 => return body_of(&reply).map(Some),
                404 => return Ok(None),
                401 if !renewed => {
                    renewed = true;
                    self.forget();
                }
                401 | 403 => {
                    return Err(Error::Login {
                        cloud: NAME,
                        said: errors::said(&reply),
                    });
                }
                status => {
                    return Err(Error::Refused {
                        cloud: NAME,
                        status,
                        said: errors::said(&reply),
                    });
                }
            }
        }
    }

    /// Makes something, once: what can't be asked twice is never asked twice here. A token that has
    /// ended is renewed once, because nothing was done under it.
    ///
    /// # Errors
    /// [`Lost`] when no answer came; an error of signing in or of the quota counts as unsent.
    pub(super) fn make(
        &self,
        path: &str,
        key: Option<&str>,
        body: &str,
        cancel: &Cancel,
    ) -> std::result::Result<Reply, Unmade> {
        let mut renewed = false;
        loop {
            let token = self.token(cancel).map_err(Unmade::Before)?;
            self.quota.take(cancel).map_err(Unmade::Before)?;
            let mut ask = Ask::new(Method::Post, format!("{}{path}", self.base))
                .header("Partner-Id", &*self.partner)
                .bearer(token)
                .json(body)
                .patience(self.patience);
            if let Some(key) = key {
                ask = ask.header("Idempotency-Key", key);
            }
            let reply = self.web.ask(ask, cancel).map_err(Unmade::Lost)?;
            if reply.status == 401 && !renewed {
                renewed = true;
                self.forget();
                continue;
            }
            if reply.status == 429 {
                // The next one waits with everybody else.
                let wait = errors::wait(&reply, self.clock()).map(Duration::from_secs);
                self.quota.hold(wait).map_err(Unmade::Before)?;
            }
            return Ok(reply);
        }
    }

    /// Asks what may be asked again, until there is an answer that stands.
    fn patiently(&self, cancel: &Cancel, ask: impl Fn() -> Ask) -> Result<Reply> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            self.quota.take(cancel)?;
            let trouble = match self.web.ask(ask(), cancel) {
                Ok(reply) => match errors::kind(&reply) {
                    Kind::Busy => {
                        let wait = errors::wait(&reply, self.clock());
                        self.quota.hold(wait.map(Duration::from_secs))?;
                        Error::Busy {
                            cloud: NAME,
                            status: reply.status,
                            wait,
                        }
                    }
                    // Nothing is there, whoever says it.
                    Kind::Unknown if reply.status == 404 => return Ok(reply),
                    Kind::Unknown if reply.is_success() => unreadable(&read::beginning(&reply)),
                    Kind::Unknown => Error::Busy {
                        cloud: NAME,
                        status: reply.status,
                        wait: errors::wait(&reply, self.clock()),
                    },
                    Kind::Good | Kind::Refused | Kind::Stop | Kind::Exists => {
                        self.hear(&reply);
                        return Ok(reply);
                    }
                },
                Err(lost) => Error::from(lost),
            };
            if !read::worth(attempt, ATTEMPTS, &trouble) {
                return Err(trouble);
            }
            cancel.sleep(read::pause(attempt, &trouble))?;
        }
    }
}

/// Why something was not made.
#[derive(Debug)]
pub(super) enum Unmade {
    /// Nothing was sent.
    Before(Error),
    /// No answer came.
    Lost(Lost),
}

fn body_of(reply: &Reply) -> Result<Value> {
    serde_json::from_str(&reply.text()).map_err(|error| unreadable(&error.to_string()))
}

pub(super) fn unreadable(said: &str) -> Error {
    Error::Unreadable {
        cloud: NAME,
        said: said.to_owned(),
    }
}
