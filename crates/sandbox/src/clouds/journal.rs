//! What the clouds were asked, and what really happened in them.
//!
//! A file that keeps the effects makes them survive the clouds: those that start on it know the
//! invoices, customers and tokens of before.

use super::call::Call;
use super::fault::Cloud;
use crate::Error;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

/// A request and what became of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Received {
    /// Order of arrival, from 1.
    pub seq: u64,
    /// By the clouds' clock.
    pub at: DateTime<Utc>,
    /// Which cloud.
    pub cloud: Cloud,
    /// `GET`, `POST`...
    pub method: String,
    /// With its query, without the values of secrets.
    pub path: String,
    /// The `Idempotency-Key` header.
    pub key: Option<String>,
    /// The body of a write, unless it carries credentials.
    pub body: Option<Value>,
    /// What was answered; `None` when nothing was.
    pub status: Option<u16>,
    /// The fault that met it.
    pub fault: Option<String>,
}

/// Something that really happened in a cloud.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Effect {
    /// Order, from 1.
    pub seq: u64,
    /// By the clouds' clock.
    pub at: DateTime<Utc>,
    /// What.
    pub kind: EffectKind,
}

/// What happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EffectKind {
    /// An invoice was created in SIIGO.
    Invoice(Box<InvoiceEffect>),
    /// A request with the key of an invoice that was there was answered with that one.
    Replayed {
        /// The company's user.
        company: String,
        /// The key.
        key: String,
        /// The invoice's id.
        id: String,
        /// Whether the body was another one than that of the first request.
        other_body: bool,
    },
    /// An invoice was deleted or annulled.
    InvoiceRemoved {
        /// The company's user.
        company: String,
        /// The invoice's id.
        id: String,
        /// `deleted` or `annulled`.
        how: String,
    },
    /// A credit note was created.
    CreditNote {
        /// The company's user.
        company: String,
        /// Its key.
        key: Option<String>,
        /// As SIIGO shows it.
        document: Value,
    },
    /// A customer was created or replaced.
    Customer {
        /// The company's user.
        company: String,
        /// Whether it was not there before.
        created: bool,
        /// As SIIGO shows it.
        document: Value,
    },
    /// A product was created or replaced.
    Product {
        /// The company's user.
        company: String,
        /// Whether it was not there before.
        created: bool,
        /// As SIIGO shows it.
        document: Value,
    },
    /// SIIGO gave a token.
    SiigoToken {
        /// The company's user.
        company: String,
        /// The token.
        token: String,
        /// Its end.
        until: DateTime<Utc>,
    },
    /// MercadoLibre gave a pair of tokens.
    MeliTokens {
        /// Whose account.
        user: i64,
        /// The access token.
        access: String,
        /// Its end.
        until: DateTime<Utc>,
        /// The refresh token that is good for one use.
        refresh: String,
        /// The refresh token that this one replaced.
        replaced: Option<String>,
    },
    /// A refresh token was presented that was used before.
    RefreshUsedAgain {
        /// Whose account.
        user: i64,
    },
    /// Solar registered a document.
    SolarDocument {
        /// `IdCliente`.
        client: String,
        /// `IdComprobante`, `PtoVenta` and `NroComprobante` with a blank between them.
        number: String,
        /// As it was sent.
        document: Value,
    },
}

/// An invoice as it was created.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InvoiceEffect {
    /// The company's user.
    pub company: String,
    /// SIIGO's id (GUID).
    pub id: String,
    /// `FV-2-22`.
    pub name: String,
    /// The `Idempotency-Key`, when the request had one.
    pub key: Option<String>,
    /// `customer.identification`.
    pub customer: String,
    /// Pesos, or the invoice's currency.
    pub total: Decimal,
    /// As sent.
    pub observations: Option<String>,
    /// As SIIGO shows it.
    pub document: Value,
    /// As it was sent.
    pub request: Value,
}

/// Everything, in memory and in a file when one was asked for.
#[derive(Debug)]
pub(crate) struct Journal {
    received: Vec<Received>,
    effects: Vec<Effect>,
    arrivals: u64,
    file: Option<(PathBuf, File)>,
    broken: Option<String>,
}

impl Journal {
    /// Opens it, with the effects that the file has.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, Error> {
        let mut effects = Vec::new();
        let file = match path {
            None => None,
            Some(path) => {
                if path.exists() {
                    effects = read(path)?;
                }
                let file = File::options()
                    .create(true)
                    .append(true)
                    .open(path)
                    .map_err(Error::file(path))?;
                Some((path.to_owned(), file))
            }
        };
        Ok(Journal {
            received: Vec::new(),
            effects,
            arrivals: 0,
            file,
            broken: None,
        })
    }

    pub(crate) fn effects(&self) -> &[Effect] {
        &self.effects
    }

    pub(crate) fn received(&self) -> &[Received] {
        &self.received
    }

    /// Why the file is no longer written to, if it is not.
    pub(crate) fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    /// Notes an arrival and gives its number.
    pub(crate) fn arrived(&mut self, at: DateTime<Utc>, cloud: Cloud, call: &Call) -> u64 {
        self.arrivals += 1;
        let secret = matches!(
            call.segments().as_slice(),
            ["auth"] | ["oauth", _] | [.., "obtenerTokenAcceso"] | ["authorization", ..]
        );
        self.received.push(Received {
            seq: self.arrivals,
            at,
            cloud,
            method: call.method.clone(),
            path: if secret {
                call.path.clone()
            } else {
                call.path_and_query()
            },
            key: call.header("idempotency-key").map(str::to_owned),
            body: if secret || call.method == "GET" {
                None
            } else {
                call.json()
            },
            status: None,
            fault: None,
        });
        self.arrivals
    }

    /// Notes what became of an arrival.
    pub(crate) fn answered(&mut self, seq: u64, status: Option<u16>, fault: Option<String>) {
        let place = usize::try_from(seq.saturating_sub(1)).unwrap_or(usize::MAX);
        if let Some(received) = self.received.get_mut(place) {
            received.status = status;
            received.fault = fault;
        }
    }

    /// Notes an effect, in the file before anything is answered.
    pub(crate) fn happened(&mut self, at: DateTime<Utc>, kind: EffectKind) {
        let seq = self.effects.last().map_or(0, |effect| effect.seq) + 1;
        let effect = Effect { seq, at, kind };
        if let Some((path, file)) = &mut self.file {
            let written = serde_json::to_string(&effect)
                .map_err(std::io::Error::other)
                .and_then(|line| writeln!(file, "{line}"));
            if let Err(error) = written {
                self.broken = Some(format!("{}: {error}", path.display()));
                self.file = None;
            }
        }
        self.effects.push(effect);
    }
}

/// The effects of a file. A last line that was cut short is left out: nothing was answered on it.
pub(crate) fn read(path: &Path) -> Result<Vec<Effect>, Error> {
    let file = File::open(path).map_err(Error::file(path))?;
    let lines: Vec<String> = BufReader::new(file)
        .lines()
        .collect::<Result<_, _>>()
        .map_err(Error::file(path))?;
    let last = lines.len().saturating_sub(1);
    let mut effects = Vec::with_capacity(lines.len());
    for (place, line) in lines.iter().enumerate() {
        match serde_json::from_str(line) {
            Ok(effect) => effects.push(effect),
            Err(_) if place == last => {}
            Err(error) => {
                return Err(Error::Answer {
                    reason: format!("{}, line {}: {error}", path.display(), place + 1),
                });
            }
        }
    }
    Ok(effects)
}
