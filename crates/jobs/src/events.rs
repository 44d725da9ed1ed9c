//! What happens to jobs, told to whoever listens.

use crate::{Job, JobId, State};
use puente_core::Progress;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Something happened to a job, in this process or in another one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The job is new or stands elsewhere. States that it passed through very quickly in another
    /// process may be left out.
    JobChanged {
        /// The job as it stands now.
        job: Box<Job>,
    },
    /// The job came further. At most ten a second for each job, and the last one always.
    Progress {
        /// The job.
        id: JobId,
        /// Its kind.
        kind: String,
        /// How far it is.
        progress: Progress,
    },
    /// Something that is no job changed in this process, and those who listen to jobs are to hear of it.
    Beside {
        /// What: `vpns`.
        what: &'static str,
    },
    /// The listener was too slow, and events were dropped: read the jobs again.
    Missed,
}

/// Events that wait for one listener before they are dropped.
const WAITING: usize = 4096;
/// Jobs whose last event is remembered.
const REMEMBERED: usize = 4096;

/// Tells listeners, each job's events in their order.
#[derive(Debug, Default)]
pub(crate) struct Hub(Mutex<Listeners>);

#[derive(Debug, Default)]
struct Listeners {
    list: Vec<Listener>,
    last: HashMap<JobId, (i64, State)>,
}

#[derive(Debug)]
struct Listener {
    sender: SyncSender<Event>,
    missed: bool,
}

impl Hub {
    pub(crate) fn subscribe(&self) -> Receiver<Event> {
        let (sender, receiver) = sync_channel(WAITING);
        self.lock().list.push(Listener {
            sender,
            missed: false,
        });
        receiver
    }

    /// Tells a change, unless a newer one of the same job has been told: threads that change a job one
    /// after the other may come here in the other order.
    pub(crate) fn changed(&self, job: &Job) {
        let mut listeners = self.lock();
        if listeners.remember(job) {
            listeners.tell(&Event::JobChanged {
                job: Box::new(job.clone()),
            });
        }
    }

    /// Tells a change that another process made: its progress, when that is all.
    pub(crate) fn changed_elsewhere(&self, job: &Job) {
        let mut listeners = self.lock();
        let before = listeners.last.get(&job.id).map(|(_, state)| *state);
        if !listeners.remember(job) {
            return;
        }
        let only_progress = before == Some(State::Running) && job.state == State::Running;
        let event = match &job.progress {
            Some(progress) if only_progress && !job.cancel_requested => Event::Progress {
                id: job.id,
                kind: job.kind.clone(),
                progress: progress.clone(),
            },
            Some(_) | None => Event::JobChanged {
                job: Box::new(job.clone()),
            },
        };
        listeners.tell(&event);
    }

    /// Tells how far a job of this process is.
    pub(crate) fn progressed(&self, id: JobId, kind: &str, progress: Progress) {
        self.lock().tell(&Event::Progress {
            id,
            kind: kind.to_owned(),
            progress,
        });
    }

    pub(crate) fn beside(&self, what: &'static str) {
        self.lock().tell(&Event::Beside { what });
    }

    fn lock(&self) -> MutexGuard<'_, Listeners> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listeners {
    /// Whether this is news.
    fn remember(&mut self, job: &Job) -> bool {
        if self
            .last
            .get(&job.id)
            .is_some_and(|(revision, _)| *revision >= job.revision)
        {
            return false;
        }
        self.last.insert(job.id, (job.revision, job.state));
        if self.last.len() > REMEMBERED {
            let mut revisions: Vec<i64> =
                self.last.values().map(|(revision, _)| *revision).collect();
            let (_, middle, _) = revisions.select_nth_unstable(REMEMBERED / 2);
            let middle = *middle;
            self.last.retain(|_, (revision, _)| *revision >= middle);
        }
        true
    }

    fn tell(&mut self, event: &Event) {
        self.list.retain_mut(|listener| {
            if listener.missed && !listener.offer(Event::Missed) {
                return true;
            }
            listener.missed = false;
            match listener.sender.try_send(event.clone()) {
                Ok(()) => true,
                Err(TrySendError::Full(_)) => {
                    listener.missed = true;
                    true
                }
                Err(TrySendError::Disconnected(_)) => false,
            }
        });
    }
}

impl Listener {
    /// Whether there was room.
    fn offer(&self, event: Event) -> bool {
        !matches!(self.sender.try_send(event), Err(TrySendError::Full(_)))
    }
}

/// Wakes whoever waits for something to change, without missing what happens before the wait.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    rings: Mutex<u64>,
    wake: Condvar,
}

impl Bell {
    /// How often it has rung. To be asked before looking at what may change.
    pub(crate) fn rings(&self) -> u64 {
        *self.lock()
    }

    pub(crate) fn ring(&self) {
        *self.lock() += 1;
        self.wake.notify_all();
    }

    /// Returns when it has rung more than `seen` times, or after `limit`.
    pub(crate) fn wait(&self, seen: u64, limit: Duration) {
        let rings = self.lock();
        drop(
            self.wake
                .wait_timeout_while(rings, limit, |rings| *rings == seen)
                .unwrap_or_else(PoisonError::into_inner),
        );
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        self.rings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use serde_json::Value;

    fn job(revision: i64, state: State) -> Job {
        Job {
            id: JobId(1),
            kind: "test".to_owned(),
            input: Value::Null,
            schedule: None,
            state,
            attempts: 0,
            run_at: None,
            cancel_requested: false,
            progress: Some(Progress::stage("lines")),
            result: None,
            error: None,
            created_at: DateTime::UNIX_EPOCH,
            changed_at: DateTime::UNIX_EPOCH,
            started_at: None,
            finished_at: None,
            revision,
        }
    }

    fn states(events: &Receiver<Event>) -> Vec<String> {
        events
            .try_iter()
            .map(|event| match event {
                Event::JobChanged { job } => job.state.to_string(),
                Event::Progress { .. } => "progress".to_owned(),
                Event::Beside { what } => what.to_owned(),
                Event::Missed => "missed".to_owned(),
            })
            .collect()
    }

    #[test]
    fn an_older_change_that_comes_late_is_not_told() {
        let hub = Hub::default();
        let events = hub.subscribe();
        hub.changed(&job(2, State::Running));
        hub.changed(&job(1, State::Queued));
        hub.changed(&job(3, State::Done));
        assert_eq!(states(&events), ["running", "done"]);
    }

    #[test]
    fn what_changed_elsewhere_is_progress_only_when_nothing_else_did() {
        let hub = Hub::default();
        let events = hub.subscribe();
        hub.changed_elsewhere(&job(1, State::Running));
        hub.changed_elsewhere(&job(2, State::Running));
        hub.changed_elsewhere(&Job {
            cancel_requested: true,
            ..job(3, State::Running)
        });
        hub.changed_elsewhere(&job(4, State::Done));
        assert_eq!(states(&events), ["running", "progress", "running", "done"]);
    }

    #[test]
    fn a_listener_that_does_not_listen_is_told_that_it_missed_something() {
        let hub = Hub::default();
        let events = hub.subscribe();
        for revision in 0..i64::try_from(WAITING).unwrap() + 10 {
            hub.changed(&job(revision, State::Queued));
        }
        assert_eq!(states(&events).len(), WAITING);
        hub.changed(&job(i64::MAX, State::Done));
        assert_eq!(states(&events), ["missed", "done"]);
    }

    #[test]
    fn a_listener_that_is_gone_is_forgotten() {
        let hub = Hub::default();
        drop(hub.subscribe());
        hub.changed(&job(1, State::Queued));
        assert!(hub.lock().list.is_empty());
    }

    #[test]
    fn what_is_remembered_is_bounded_and_the_newest_stays() {
        let hub = Hub::default();
        for n in 1..=3 * i64::try_from(REMEMBERED).unwrap() {
            hub.changed(&Job {
                id: JobId(n),
                ..job(n, State::Done)
            });
        }
        let listeners = hub.lock();
        assert!(listeners.last.len() <= REMEMBERED);
        assert!(
            listeners
                .last
                .contains_key(&JobId(3 * i64::try_from(REMEMBERED).unwrap()))
        );
    }

    #[test]
    fn a_ring_before_the_wait_is_not_lost() {
        let bell = Bell::default();
        let seen = bell.rings();
        bell.ring();
        bell.wait(seen, Duration::from_secs(600));
        assert_eq!(bell.rings(), seen + 1);
    }
}
