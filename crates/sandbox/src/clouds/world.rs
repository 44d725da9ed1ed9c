//! Everything behind the ports.

use super::call::{Call, Reply};
use super::fault::{Cloud, Does, Faults};
use super::journal::{EffectKind, Journal};
use super::mercadolibre::{Meli, partial};
use super::siigo::Siigo;
use super::solar::Solar;
use super::turn::TurnedClock;
use puente_core::Clock as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// One port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Siigo,
    Meli,
    MeliAuth,
    Solar,
}

impl Door {
    fn cloud(self) -> Cloud {
        match self {
            Door::Siigo => Cloud::Siigo,
            Door::Meli | Door::MeliAuth => Cloud::MercadoLibre,
            Door::Solar => Cloud::Solar,
        }
    }
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: TurnedClock,
    faults: Mutex<Faults>,
    journal: Mutex<Journal>,
    siigo: Mutex<Siigo>,
    meli: Mutex<Meli>,
    solar: Mutex<Solar>,
}

/// What the connection does.
#[derive(Debug)]
pub(crate) enum Outcome {
    Answer(Reply),
    Late(Reply, Duration),
    Silence,
    Reset,
    ResetThenDone(Duration),
    Cut(Reply),
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    pub(crate) fn new(
        clock: TurnedClock,
        seed: u64,
        journal: Journal,
        mut siigo: Siigo,
        mut meli: Meli,
        mut solar: Solar,
    ) -> Self {
        for effect in journal.effects() {
            siigo.restore(effect);
            meli.restore(effect);
            solar.restore(effect);
        }
        World {
            clock,
            faults: Mutex::new(Faults::new(seed)),
            journal: Mutex::new(journal),
            siigo: Mutex::new(siigo),
            meli: Mutex::new(meli),
            solar: Mutex::new(solar),
        }
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub(crate) fn journal(&self) -> MutexGuard<'_, Journal> {
        lock(&self.journal)
    }

    pub(crate) fn siigo(&self) -> MutexGuard<'_, Siigo> {
        lock(&self.siigo)
    }

    pub(crate) fn meli(&self) -> MutexGuard<'_, Meli> {
        lock(&self.meli)
    }

    pub(crate) fn solar(&self) -> MutexGuard<'_, Solar> {
        lock(&self.solar)
    }

    /// Takes a request to its end, and says what the connection does then.
    pub(crate) fn take(&self, door: Door, call: &Call) -> Outcome {
        let now = self.clock.now();
        let cloud = door.cloud();
        let seq = self.journal().arrived(now, cloud, call);
        let does = self.faults().meet(cloud, call);
        let reply = match &does {
            Some(does) if !does.accepts() => None,
            Some(_) | None => Some(self.answer(door, call)),
        };
        let fault = does
            .as_ref()
            .and_then(|does| serde_json::to_string(does).ok())
            .map(|text| text.trim_matches('"').to_owned());
        let outcome = self.outcome(door, call, does, reply);
        let status = match &outcome {
            Outcome::Answer(reply) | Outcome::Late(reply, _) | Outcome::Cut(reply) => {
                Some(reply.status)
            }
            Outcome::Silence | Outcome::Reset | Outcome::ResetThenDone(_) => None,
        };
        self.journal().answered(seq, status, fault);
        outcome
    }

    /// Does what a request asks.
    pub(crate) fn answer(&self, door: Door, call: &Call) -> Reply {
        let now = self.clock.now();
        let mut effects: Vec<EffectKind> = Vec::new();
        // The cloud stays locked until the journal has it, so that both tell the same order.
        match door {
            Door::Siigo => {
                let mut siigo = self.siigo();
                let reply = siigo.answer(call, now, &mut effects);
                self.note(effects);
                reply
            }
            Door::Meli => {
                let mut meli = self.meli();
                let reply = meli.answer(call, now, &mut effects);
                self.note(effects);
                reply
            }
            Door::MeliAuth => self.meli().authorise(call, now),
            Door::Solar => {
                let mut solar = self.solar();
                let reply = solar.answer(call, now, &mut effects);
                self.note(effects);
                reply
            }
        }
    }

    fn note(&self, effects: Vec<EffectKind>) {
        let now = self.clock.now();
        let mut journal = self.journal();
        for effect in effects {
            journal.happened(now, effect);
        }
    }

    fn outcome(
        &self,
        door: Door,
        call: &Call,
        does: Option<Does>,
        reply: Option<Reply>,
    ) -> Outcome {
        let reply = reply.unwrap_or_else(|| Reply::empty(200));
        let Some(does) = does else {
            return Outcome::Answer(reply);
        };
        match does {
            Does::Hang | Does::AcceptThenHang => Outcome::Silence,
            Does::Reset | Does::AcceptThenReset => Outcome::Reset,
            Does::Status(status) | Does::AcceptThenStatus(status) => {
                Outcome::Answer(self.fail(door, status))
            }
            Does::Html | Does::AcceptThenHtml => Outcome::Answer(Reply::html(200, PROXY.into())),
            Does::Empty => Outcome::Answer(Reply::empty(200)),
            Does::AcceptThenCut => Outcome::Cut(reply),
            Does::AcceptSlowly { millis } => Outcome::Late(reply, Duration::from_millis(millis)),
            Does::AcceptLater { millis } => Outcome::ResetThenDone(Duration::from_millis(millis)),
            Does::BurnKey => Outcome::Answer(self.siigo().burn(call, self.clock.now())),
            Does::Partial(fields) => Outcome::Answer(partial(reply, &fields)),
            Does::TouchAfter => {
                self.meli().touch_first(&reply, self.clock.now());
                Outcome::Answer(reply)
            }
        }
    }

    fn fail(&self, door: Door, status: u16) -> Reply {
        match door {
            Door::Siigo => self.siigo().fail(status),
            Door::Meli | Door::MeliAuth => self.meli().fail(status),
            Door::Solar => Solar::fail(status),
        }
    }
}

/// What a proxy of an office answers in the place of the cloud.
const PROXY: &str = "<!DOCTYPE html><html><head><title>Acceso restringido</title></head>\
<body><h1>Acceso restringido</h1><p>El proxy de la oficina pide que inicie sesión.</p></body></html>";
