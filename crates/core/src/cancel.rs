//! Cancel: cooperative for loops, and prompt for whoever is stuck in a system call.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Asks a piece of work to stop. Clones are one and the same.
///
/// A loop asks [`Cancel::check`]; a wait is [`Cancel::sleep`]; and a blocking call that can only be
/// ended from outside (a socket read, an SQL statement) leaves a way to end it with
/// [`Cancel::on_cancel`].
#[derive(Clone, Default)]
pub struct Cancel(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    cancelled: bool,
    next_hook: u64,
    hooks: Vec<(u64, Box<dyn FnOnce() + Send>)>,
}

/// The work was asked to stop. Neutral: neither a success nor a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

impl Cancel {
    /// A token that nobody has cancelled yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the work to stop and ends the blocking calls that registered. Idempotent.
    pub fn cancel(&self) {
        let hooks = {
            let mut state = self.lock();
            state.cancelled = true;
            std::mem::take(&mut state.hooks)
        };
        self.0.wake.notify_all();
        for (_, hook) in hooks {
            hook();
        }
    }

    /// Whether someone asked.
    pub fn is_cancelled(&self) -> bool {
        self.lock().cancelled
    }

    /// For loops: `cancel.check()?` once a turn.
    ///
    /// # Errors
    /// [`Cancelled`] once someone asked.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() {
            Err(Cancelled)
        } else {
            Ok(())
        }
    }

    /// Waits for `time` or until cancelled, whichever is first.
    ///
    /// # Errors
    /// [`Cancelled`] when that came first.
    pub fn sleep(&self, time: Duration) -> Result<(), Cancelled> {
        let end = Instant::now() + time;
        let mut state = self.lock();
        while !state.cancelled {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            state = self
                .0
                .wake
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        Err(Cancelled)
    }

    /// Runs `hook` when cancelled (at once, if that has already happened), unless the guard is
    /// dropped first. The hook runs on the canceller's thread: it must be short and must not block.
    #[must_use = "the hook is forgotten when the guard is dropped"]
    pub fn on_cancel(&self, hook: impl FnOnce() + Send + 'static) -> CancelGuard {
        let mut state = self.lock();
        if state.cancelled {
            drop(state);
            hook();
            return CancelGuard {
                cancel: self.clone(),
                id: u64::MAX,
            };
        }
        let id = state.next_hook;
        state.next_hook += 1;
        state.hooks.push((id, Box::new(hook)));
        drop(state);
        CancelGuard {
            cancel: self.clone(),
            id,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cancel({})", self.is_cancelled())
    }
}

/// Keeps a hook of [`Cancel::on_cancel`] in place.
#[derive(Debug)]
pub struct CancelGuard {
    cancel: Cancel,
    id: u64,
}

impl Drop for CancelGuard {
    fn drop(&mut self) {
        self.cancel.lock().hooks.retain(|(id, _)| *id != self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_hook_runs_once_when_cancelled_and_never_after_its_guard_is_gone() {
        let cancel = Cancel::new();
        let (ran, runs) = mpsc::channel();
        let kept = {
            let ran = ran.clone();
            cancel.on_cancel(move || ran.send("kept").unwrap())
        };
        drop(cancel.on_cancel(move || ran.send("dropped").unwrap()));
        cancel.cancel();
        cancel.cancel();
        drop(kept);
        assert_eq!(runs.iter().collect::<Vec<_>>(), ["kept"]);
    }

    #[test]
    fn a_hook_that_comes_late_runs_at_once() {
        let cancel = Cancel::new();
        cancel.cancel();
        let (ran, runs) = mpsc::channel();
        let _guard = cancel.on_cancel(move || ran.send(()).unwrap());
        assert!(runs.try_recv().is_ok());
    }

    #[test]
    fn sleep_ends_when_another_thread_cancels() {
        let cancel = Cancel::new();
        let other = cancel.clone();
        let sleeper = std::thread::spawn(move || other.sleep(Duration::from_secs(600)));
        cancel.cancel();
        assert_eq!(sleeper.join().unwrap(), Err(Cancelled));
    }
}
