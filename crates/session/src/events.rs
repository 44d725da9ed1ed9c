//! The one stream of events, told to whoever listens.

use puente_app::events::Event;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Takes an event; `false` when it wants no more.
type Listener = Box<dyn FnMut(&Event) -> bool + Send>;

/// Whoever listens. It outlives the data: other data may be opened under the same interface.
#[derive(Default)]
pub(crate) struct Hub(Mutex<Vec<Listener>>);

impl Hub {
    pub(crate) fn listen(&self, listener: Listener) {
        self.lock().push(listener);
    }

    pub(crate) fn tell(&self, event: &Event) {
        self.lock().retain_mut(|listener| listener(event));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Listener>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
