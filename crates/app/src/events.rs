//! The one stream of events that interfaces live on: nothing there polls.
//!
//! Progress is at most ten a second for each job, the last one always; what is stale is gathered and
//! told at most ten times a second, so that a thousand jobs that end together are a few events.

use crate::commands::Tag;
use crate::handlers;
use crate::jobs::{JobRow, Words};
use puente_core::Progress;
use puente_jobs::Job;
use serde::Serialize;
use std::collections::{BTreeSet, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use ts_rs::TS;

/// Between two events that say what is stale.
const GATHER: Duration = Duration::from_millis(100);

/// Something that an interface may have to show.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The job came further.
    Progress {
        /// The job.
        job: i64,
        /// Its kind.
        kind: String,
        /// How far it is.
        progress: Progress,
    },
    /// The job is new or stands elsewhere.
    JobChanged {
        /// The job as it stands now.
        job: Box<JobRow>,
    },
    /// What depends on these is to be read again.
    Stale {
        /// What changed.
        tags: Vec<Tag>,
    },
    /// Events were lost, or other data was opened: everything is to be read again.
    Missed,
}

/// Events as they come. They end with the queue that they are about, which they don't keep alive.
pub struct Events {
    source: Receiver<puente_jobs::Event>,
    words: Words,
    ready: VecDeque<Event>,
    stale: BTreeSet<Tag>,
    told: Option<Instant>,
    ended: bool,
}

/// No event within the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quiet {
    /// There may be more.
    ForNow,
    /// The queue is gone.
    ForGood,
}

impl Events {
    pub(crate) fn new(source: Receiver<puente_jobs::Event>, words: Words) -> Events {
        Events {
            source,
            words,
            ready: VecDeque::new(),
            stale: BTreeSet::new(),
            told: None,
            ended: false,
        }
    }

    /// The next event within `limit`.
    ///
    /// # Errors
    /// [`Quiet`].
    pub fn next_within(&mut self, limit: Duration) -> Result<Event, Quiet> {
        let until = Instant::now() + limit;
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(event);
            }
            let gathered = self.gathered_at();
            if gathered.is_some_and(|at| at <= Instant::now() || self.ended) {
                return Ok(self.tell_stale());
            }
            if self.ended {
                return Err(Quiet::ForGood);
            }
            let wake = gathered.map_or(until, |at| at.min(until));
            let left = wake.saturating_duration_since(Instant::now());
            match self.source.recv_timeout(left) {
                Ok(event) => self.take(event),
                Err(RecvTimeoutError::Disconnected) => self.ended = true,
                Err(RecvTimeoutError::Timeout) if Instant::now() >= until => {
                    return Err(Quiet::ForNow);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// When what is stale may be told; none when nothing is.
    fn gathered_at(&self) -> Option<Instant> {
        let now = Instant::now();
        let since = self.told.map_or(now, |told| told + GATHER);
        (!self.stale.is_empty()).then_some(since)
    }

    fn tell_stale(&mut self) -> Event {
        self.told = Some(Instant::now());
        Event::Stale {
            tags: std::mem::take(&mut self.stale).into_iter().collect(),
        }
    }

    fn take(&mut self, event: puente_jobs::Event) {
        match event {
            puente_jobs::Event::Progress { id, kind, progress } => {
                self.ready.push_back(Event::Progress {
                    job: id.0,
                    kind,
                    progress,
                });
            }
            puente_jobs::Event::JobChanged { job } => {
                self.stale.extend(stale_after(&job));
                let job = Box::new(self.words.job(*job));
                self.ready.push_back(Event::JobChanged { job });
            }
            puente_jobs::Event::Beside { what } => self.stale.extend(stale_beside(what)),
            puente_jobs::Event::Missed => {
                self.stale.clear();
                self.ready.push_back(Event::Missed);
            }
        }
    }
}

/// Blocks until the next one; ends with the queue.
impl Iterator for Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        loop {
            match self.next_within(Duration::from_secs(3600)) {
                Ok(event) => return Some(event),
                Err(Quiet::ForNow) => {}
                Err(Quiet::ForGood) => return None,
            }
        }
    }
}

/// What is said when a tunnel of this process changed.
pub(crate) const VPNS: &str = "vpns";
/// What is said when a channel account was authorised, or was not.
pub(crate) const ACCOUNTS: &str = "sales_accounts";

/// What something else than a job leaves stale.
fn stale_beside(what: &str) -> Option<Tag> {
    match what {
        VPNS => Some(Tag::Vpns),
        ACCOUNTS => Some(Tag::SalesAccounts),
        _ => None,
    }
}

/// What a job that came to stand elsewhere leaves stale.
fn stale_after(job: &Job) -> Vec<Tag> {
    let mut tags = vec![Tag::Jobs];
    if job.schedule.is_some() {
        tags.push(Tag::Schedules);
    }
    if job.state.is_settled() {
        tags.extend(handlers::changes(&job.kind));
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Desk;
    use puente_jobs::NewJob;
    use serde_json::json;

    fn all(events: &mut Events) -> Vec<Event> {
        std::iter::from_fn(|| events.next_within(Duration::from_millis(300)).ok()).collect()
    }

    #[test]
    fn a_job_is_told_as_it_changes_and_then_what_it_made_stale() {
        let desk = Desk::new();
        let mut events = desk.app.events().unwrap();
        crate::backup::create(&desk.app, crate::Nothing {}).unwrap();
        desk.app.jobs.run_due(1).unwrap();
        let told = all(&mut events);
        let states: Vec<String> = told
            .iter()
            .filter_map(|event| match event {
                Event::JobChanged { job } => Some(job.state.to_string()),
                Event::Progress { .. } | Event::Stale { .. } | Event::Missed => None,
            })
            .collect();
        assert_eq!(states, ["queued", "running", "done"]);
        let stale: BTreeSet<Tag> = told
            .iter()
            .filter_map(|event| match event {
                Event::Stale { tags } => Some(tags.clone()),
                Event::Progress { .. } | Event::JobChanged { .. } | Event::Missed => None,
            })
            .flatten()
            .collect();
        assert_eq!(stale, BTreeSet::from([Tag::Jobs, Tag::Backups]));
        assert!(
            matches!(told.last(), Some(Event::Stale { .. })),
            "what is stale is said after the change that made it so: {told:?}"
        );
    }

    #[test]
    fn a_tunnel_that_changed_makes_vpns_stale() {
        let desk = Desk::new();
        let mut events = desk.app.events().unwrap();
        desk.app.jobs.teller()(VPNS);
        let tags = vec![Tag::Vpns];
        assert_eq!(all(&mut events), [Event::Stale { tags }]);
    }

    #[test]
    fn many_changes_at_once_are_few_stale_events() {
        let desk = Desk::new();
        let mut events = desk.app.events().unwrap();
        for number in 0..300 {
            let job = NewJob::new("unknown.kind", json!({ "number": number }));
            desk.app.jobs.enqueue(job).unwrap();
        }
        let told = all(&mut events);
        let stale = told
            .iter()
            .filter(|event| matches!(event, Event::Stale { .. }))
            .count();
        assert_eq!(told.len() - stale, 300);
        assert!(stale <= 60, "{stale} in about the time of 300 commits");
    }

    #[test]
    fn the_stream_ends_with_the_queue() {
        let desk = Desk::new();
        let mut events = desk.app.events().unwrap();
        drop(desk);
        assert_eq!(
            events.next_within(Duration::from_secs(10)),
            Err(Quiet::ForGood)
        );
    }

    #[test]
    fn events_have_the_form_that_the_interface_reads() {
        let event = Event::Progress {
            job: 7,
            kind: "movements.extract".to_owned(),
            progress: Progress::stage("lines").of(5, Some(10)),
        };
        assert_eq!(
            serde_json::to_value(event).unwrap(),
            json!({ "type": "progress", "job": 7, "kind": "movements.extract",
                    "progress": { "stage": "lines", "done": 5, "total": 10 } })
        );
    }
}
