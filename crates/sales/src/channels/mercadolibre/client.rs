//! Asking MercadoLibre: slower when it says so, again when that is safe.

use super::{NAME, tokens};
use crate::accounts::Channel;
use crate::read::{self, pause};
use crate::{Error, Result, Room};
use puente_core::Cancel;
use puente_net::{Ask, Method, Reply, Web};
use serde_json::Value;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Where the API is.
pub const DEFAULT_API: &str = "https://api.mercadolibre.com";
/// Attempts at one question. All of them only read.
const ATTEMPTS: u32 = 8;
/// The shortest and the longest pause before a request, once it was asked to slow down.
const SLOWEST: Duration = Duration::from_secs(2);
const FIRST: Duration = Duration::from_millis(100);

pub(super) struct Client {
    pub(super) room: Room,
    pub(super) account: Channel,
    web: Web,
    pace: Mutex<Duration>,
}

/// An answer that stands: what was asked for, part of it, or why not.
#[derive(Debug)]
pub(super) struct Got {
    /// 200, 206, 403, 404 and their like.
    pub(super) status: u16,
    /// Its JSON; null where it has none.
    pub(super) body: Value,
}

impl Got {
    pub(super) fn is_there(&self) -> bool {
        matches!(self.status, 200 | 206)
    }
}

impl Client {
    pub(super) fn new(room: Room, account: Channel, web: Web) -> Client {
        Client {
            room,
            account,
            web,
            pace: Mutex::new(Duration::ZERO),
        }
    }

    /// Reads. 403 and 404 are answers.
    pub(super) fn get(
        &self,
        path: &str,
        query: &[(&str, String)],
        headers: &[(&'static str, &str)],
        cancel: &Cancel,
    ) -> Result<Got> {
        let api = self.account.api_url.trim_end_matches('/');
        let url = format!("{api}{path}");
        let mut refused = None;
        let mut attempt = 0;
        loop {
            attempt += 1;
            cancel.sleep(self.pace())?;
            let token = tokens::usable(
                &self.room,
                &self.web,
                &self.account,
                refused.as_ref(),
                cancel,
            )?;
            let mut ask = Ask::new(Method::Get, &url).bearer(token.clone());
            for (name, value) in query {
                ask = ask.query(name, value);
            }
            for (name, value) in headers {
                ask = ask.header(name, *value);
            }
            let trouble = match self.web.ask(ask, cancel) {
                Ok(reply) => match self.judge(&reply) {
                    Ok(got) => return Ok(got),
                    Err(Error::Login { .. }) if refused.is_none() => {
                        // Ended, or revoked: a new one will tell.
                        refused = Some(token);
                        continue;
                    }
                    Err(trouble) => trouble,
                },
                Err(lost) => Error::from(lost),
            };
            if !read::worth(attempt, ATTEMPTS, &trouble) {
                return Err(trouble);
            }
            cancel.sleep(pause(attempt, &trouble))?;
        }
    }

    fn judge(&self, reply: &Reply) -> Result<Got> {
        let got = |body| Got {
            status: reply.status,
            body,
        };
        match reply.status {
            200 | 206 => {
                let body = serde_json::from_str(&reply.text()).map_err(|_| Error::Unreadable {
                    cloud: NAME,
                    said: read::beginning(reply),
                })?;
                self.faster();
                Ok(got(body))
            }
            204 | 403 | 404 => Ok(got(serde_json::from_str(&reply.text()).unwrap_or_default())),
            401 => Err(Error::Login {
                cloud: NAME,
                said: tokens::said(reply),
            }),
            429 => {
                self.slower();
                Err(self.busy(reply))
            }
            500.. | 408 => Err(self.busy(reply)),
            status => Err(Error::Refused {
                cloud: NAME,
                status,
                said: tokens::said(reply),
            }),
        }
    }

    fn busy(&self, reply: &Reply) -> Error {
        Error::Busy {
            cloud: NAME,
            status: reply.status,
            wait: read::retry_after(reply, self.room.clock.as_ref()),
        }
    }

    fn pace(&self) -> Duration {
        *self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slower(&self) {
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        *pace = (*pace * 2).clamp(FIRST, SLOWEST);
    }

    /// Back by a twentieth with each answer.
    fn faster(&self) {
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        let twentieth = *pace / 20;
        *pace -= twentieth;
        if *pace < Duration::from_millis(5) {
            *pace = Duration::ZERO;
        }
    }
}
