//! Signing in, and telling.

use super::{NAME, Settings};
use crate::accounts::Ledger;
use crate::read::{self, Json};
use crate::{Error, Result};
use chrono::{DateTime, Utc};
use puente_core::{Cancel, Clock, Secret};
use puente_net::{Ask, Lost, Method, Reply, Web};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long an answer is waited for: how long Solar takes at most is not known.
const PATIENCE: Duration = Duration::from_secs(60);

/// Tokens of signed-in companies, for as long as the program runs. Clones are one and the same.
#[derive(Clone, Default)]
pub struct Tokens(Arc<Mutex<HashMap<String, Secret>>>);

/// A company in Solar.
pub struct Solar {
    base: String,
    user: String,
    key: Secret,
    settings: Settings,
    web: Web,
    tokens: Tokens,
    clock: Arc<dyn Clock>,
    patience: Duration,
}

impl Solar {
    pub(crate) fn new(
        account: &Ledger,
        key: Secret,
        web: Web,
        tokens: Tokens,
        clock: Arc<dyn Clock>,
    ) -> Solar {
        Solar {
            base: account.base_url.trim_end_matches('/').to_owned(),
            user: account.user.clone(),
            key,
            settings: Settings::of(account),
            web,
            tokens,
            clock,
            patience: PATIENCE,
        }
    }

    /// Waits that long for an answer instead of 60 seconds.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Solar {
        self.patience = patience;
        self
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Drops the token that is known, and signs in.
    pub(super) fn sign_in_again(&self, cancel: &Cancel) -> Result<()> {
        self.forget(None);
        self.token(cancel).map(drop)
    }

    fn place(&self) -> String {
        format!("{}|{}", self.base, self.user)
    }

    /// Drops the token, unless another thread has renewed it meanwhile.
    fn forget(&self, old: Option<&Secret>) {
        let mut tokens = self.tokens.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = self.place();
        let known = tokens.get(&place);
        if old.is_none_or(|old| known.is_some_and(|known| known.expose() == old.expose())) {
            tokens.remove(&place);
        }
    }

    fn token(&self, cancel: &Cancel) -> Result<Secret> {
        // Held while signing in: several threads of one company sign in once.
        let mut tokens = self.tokens.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = tokens.get(&self.place()) {
            return Ok(token.clone());
        }
        let token = self.sign_in(cancel)?;
        tokens.insert(self.place(), token.clone());
        Ok(token)
    }

    fn sign_in(&self, cancel: &Cancel) -> Result<Secret> {
        let body = json!({ "usuario": self.user, "clave": self.key.expose() }).to_string();
        let url = format!("{}/autenticacion/obtenerTokenAcceso", self.base);
        let ask = Ask::new(Method::Post, url)
            .json(body)
            .patience(self.patience);
        let reply = self.web.ask(ask, cancel)?;
        let said = said(&reply);
        match reply.status {
            200..300 => {}
            400 | 401 | 403 | 422 => return Err(Error::Login { cloud: NAME, said }),
            429 | 500.. => {
                return Err(Error::Busy {
                    cloud: NAME,
                    status: reply.status,
                    wait: None,
                });
            }
            status => {
                return Err(Error::Refused {
                    cloud: NAME,
                    status,
                    said,
                });
            }
        }
        // `Reply::text` has no byte order mark; Solar begins with one.
        let answer: Value = serde_json::from_str(&reply.text()).unwrap_or_default();
        match answer.text("token") {
            token if token.is_empty() => Err(Error::Unreadable { cloud: NAME, said }),
            token => Ok(Secret::from(token)),
        }
    }

    /// Tells something, once. A token that is refused is renewed once, because nothing was done under it.
    pub(super) fn tell(
        &self,
        path: &str,
        body: &str,
        cancel: &Cancel,
    ) -> std::result::Result<Reply, Untold> {
        let mut renewed = false;
        loop {
            let token = self.token(cancel).map_err(Untold::Before)?;
            let ask = Ask::new(Method::Post, format!("{}{path}", self.base))
                .bearer(token.clone())
                .json(body)
                .patience(self.patience);
            let reply = self.web.ask(ask, cancel).map_err(Untold::Lost)?;
            if reply.status == 401 && !renewed {
                renewed = true;
                self.forget(Some(&token));
                continue;
            }
            return Ok(reply);
        }
    }
}

/// Why something was not told.
#[derive(Debug)]
pub(super) enum Untold {
    /// Nothing was sent.
    Before(Error),
    /// No answer came.
    Lost(Lost),
}

/// The messages of an answer.
pub(super) fn messages(reply: &Reply) -> Vec<String> {
    let body: Value = serde_json::from_str(&reply.text()).unwrap_or_default();
    body.list("Mensajes")
        .iter()
        .map(|one| one.text("mensaje"))
        .filter(|text| !text.is_empty())
        .collect()
}

/// What an answer says, for people who look closer.
pub(super) fn said(reply: &Reply) -> String {
    match messages(reply) {
        none if none.is_empty() => read::beginning(reply),
        some => some.join("; "),
    }
}
