//! The clouds' clock: another clock and what it was turned by.

use chrono::{DateTime, TimeDelta, Utc};
use puente_core::Clock;
use std::sync::{Arc, Mutex, PoisonError};

/// A clock that can be turned while it runs.
#[derive(Clone)]
pub(crate) struct TurnedClock {
    base: Arc<dyn Clock>,
    turned: Arc<Mutex<TimeDelta>>,
}

impl TurnedClock {
    pub(crate) fn new(base: Arc<dyn Clock>) -> Self {
        TurnedClock {
            base,
            turned: Arc::default(),
        }
    }

    pub(crate) fn turn(&self, by: TimeDelta) {
        *self.turned.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Clock for TurnedClock {
    fn now(&self) -> DateTime<Utc> {
        self.base.now() + *self.turned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for TurnedClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TurnedClock").field(&self.now()).finish()
    }
}
