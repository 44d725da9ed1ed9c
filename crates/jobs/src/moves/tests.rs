//! Random histories of a queue that several instances share, some of which die.

use super::*;
use crate::handler::Registered;
use crate::{Handler, Interrupted, RetryPolicy, Running};
use chrono::TimeDelta;
use proptest::prelude::*;
use puente_core::{Code, Error as Failure};
use rusqlite::Connection;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const INSTANCES: [&str; 3] = ["one", "two", "three"];
const RESOURCES: [&str; 3] = ["a", "b", "c"];
const POLICY: RetryPolicy = RetryPolicy {
    max_attempts: 3,
    base: Duration::from_secs(10),
    cap: Duration::from_secs(60),
};

/// A kind that is never run here: only what becomes of its orphans counts.
struct Kind(&'static str, Interrupted);

impl Handler for Kind {
    fn kind(&self) -> &'static str {
        self.0
    }

    fn on_interrupt(&self) -> Interrupted {
        self.1
    }

    fn run(&self, _: &Running, _: Value) -> Result<Value, Failure> {
        Ok(Value::Null)
    }
}

const KINDS: [Kind; 3] = [
    Kind("resume", Interrupted::Resume),
    Kind("fail", Interrupted::Fail),
    Kind("uncertain", Interrupted::Uncertain),
];

fn registry() -> Registry {
    KINDS
        .into_iter()
        .map(|kind| (kind.0, Registered::new(Arc::new(kind))))
        .collect()
}

/// One thing that happens. Numbers pick a job, an instance, a kind among those that there are.
#[derive(Debug, Clone)]
enum Act {
    Enqueue {
        kind: usize,
        key: Option<u8>,
        later: bool,
    },
    Claim {
        instance: usize,
        job: usize,
        resources: BTreeSet<usize>,
    },
    End {
        instance: usize,
        job: usize,
        how: How,
    },
    Checkpoint {
        instance: usize,
        job: usize,
        value: u32,
    },
    Cancel {
        job: usize,
    },
    Retry {
        job: usize,
    },
    Decide {
        job: usize,
        well: bool,
    },
    Die {
        instance: usize,
    },
    Pass {
        seconds: i64,
    },
    Rebase,
}

#[derive(Debug, Clone, Copy)]
enum How {
    Well,
    Retryable,
    Permanent,
    Postponed,
    Panic,
    Stopped,
}

fn act() -> impl Strategy<Value = Act> {
    let job = 0_usize..8;
    let instance = 0..INSTANCES.len();
    let how = prop::sample::select(vec![
        How::Well,
        How::Retryable,
        How::Permanent,
        How::Postponed,
        How::Panic,
        How::Stopped,
    ]);
    let resources = prop::collection::btree_set(0..RESOURCES.len(), 0..3);
    prop_oneof![
        3 => (0..KINDS.len(), prop::option::of(0_u8..2), prop::bool::weighted(0.2))
            .prop_map(|(kind, key, later)| Act::Enqueue { kind, key, later }),
        6 => (instance.clone(), job.clone(), resources)
            .prop_map(|(instance, job, resources)| Act::Claim { instance, job, resources }),
        4 => (instance.clone(), job.clone(), how)
            .prop_map(|(instance, job, how)| Act::End { instance, job, how }),
        1 => (instance.clone(), job.clone(), any::<u32>())
            .prop_map(|(instance, job, value)| Act::Checkpoint { instance, job, value }),
        1 => job.clone().prop_map(|job| Act::Cancel { job }),
        2 => job.clone().prop_map(|job| Act::Retry { job }),
        1 => (job, any::<bool>()).prop_map(|(job, well)| Act::Decide { job, well }),
        1 => instance.prop_map(|instance| Act::Die { instance }),
        2 => (-4000_i64..40_000).prop_map(|seconds| Act::Pass { seconds }),
        1 => Just(Act::Rebase),
    ]
}

struct World {
    connection: Connection,
    now: DateTime<Utc>,
    registry: Registry,
    jobs: Vec<JobId>,
    checkpoints: BTreeMap<JobId, Value>,
}

impl World {
    fn new() -> World {
        let connection = Connection::open_in_memory().unwrap();
        connection.set_prepared_statement_cache_capacity(128);
        connection
            .execute_batch("PRAGMA foreign_keys = ON")
            .unwrap();
        connection
            .execute_batch(puente_store::STATE_MIGRATIONS[0].sql)
            .unwrap();
        World {
            connection,
            now: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
            registry: registry(),
            jobs: Vec::new(),
            checkpoints: BTreeMap::new(),
        }
    }

    fn hand(&self, instance: usize) -> Hand {
        Hand {
            instance: INSTANCES[instance].into(),
            now: self.now,
        }
    }

    fn job(&self, number: usize) -> Option<JobId> {
        (!self.jobs.is_empty()).then(|| self.jobs[number % self.jobs.len()])
    }

    /// Does what it can of the act, in a transaction that an error undoes.
    fn play(&mut self, act: &Act) -> Result<(), Error> {
        let hand = |instance| self.hand(instance);
        let tx = self.connection.unchecked_transaction().unwrap();
        match act {
            Act::Enqueue { kind, key, later } => {
                let mut new = NewJob::new(KINDS[*kind].0, json!({}));
                new.dedupe_key = key.map(|key| key.to_string());
                new.run_at = later.then(|| self.now + TimeDelta::seconds(30));
                let (job, is_new) = insert(&tx, &hand(0), &new, None)?;
                assert_eq!(is_new, !self.jobs.contains(&job.id));
                if is_new {
                    self.jobs.push(job.id);
                }
            }
            Act::Claim {
                instance,
                job,
                resources,
            } => {
                let Some(id) = self.job(*job) else {
                    return Ok(());
                };
                let wanted: Vec<String> =
                    resources.iter().map(|n| RESOURCES[*n].to_owned()).collect();
                let claimed = claim(&tx, &hand(*instance), id, &wanted)?;
                if let Some(claimed) = claimed {
                    assert_eq!(
                        claimed.checkpoint.as_ref(),
                        self.checkpoints.get(&id),
                        "what was saved last is what it goes on from"
                    );
                }
            }
            Act::End { instance, job, how } => {
                let Some(id) = self.job(*job) else {
                    return Ok(());
                };
                let (ended, facts) = self.ending(id, *how, &tx)?;
                let asked = load(&tx, id)?.job.cancel_requested;
                let (job, _) = settle(&tx, &hand(*instance), ended, facts, None)?;
                assert!(
                    !asked || job.state.is_settled(),
                    "what was cancelled does not come back"
                );
                if job.state == State::Done {
                    self.checkpoints.remove(&id);
                }
            }
            Act::Checkpoint {
                instance,
                job,
                value,
            } => {
                let Some(id) = self.job(*job) else {
                    return Ok(());
                };
                checkpoint(&tx, &hand(*instance), id, &json!(value))?;
                self.checkpoints.insert(id, json!(value));
            }
            Act::Cancel { job } => {
                let Some(id) = self.job(*job) else {
                    return Ok(());
                };
                cancel(&tx, &hand(0), id)?;
            }
            Act::Retry { job } => {
                let Some(id) = self.job(*job) else {
                    return Ok(());
                };
                let job = retry(&tx, &hand(0), id)?;
                assert_eq!(
                    (job.attempts, job.run_at),
                    (0, None),
                    "a person's word counts at once"
                );
            }
            Act::Decide { job, well } => {
                let Some(id) = self.job(*job) else {
                    return Ok(());
                };
                let answer = if *well {
                    Ok(json!("yes"))
                } else {
                    Err(Failure::new(Code::NotFound))
                };
                let job = decide(&tx, &hand(0), id, answer)?;
                if job.state == State::Done {
                    self.checkpoints.remove(&id);
                }
            }
            Act::Die { instance } => {
                let dead = INSTANCES[*instance];
                for job in settle_orphans(&tx, &hand((instance + 1) % 3), dead, &self.registry)? {
                    assert_ne!(job.state, State::Done, "nobody saw it end");
                    assert!(
                        job.kind != "uncertain" || job.state == State::Uncertain,
                        "what may have been sent is uncertain, even if it was to be cancelled"
                    );
                }
            }
            Act::Pass { seconds } => {
                self.now += TimeDelta::seconds(*seconds);
            }
            Act::Rebase => {
                rebase_waits(&tx, &hand(0))?;
                let longest = POLICY.cap.as_secs().max(POSTPONED.unsigned_abs());
                let limit = self.now + TimeDelta::seconds(longest.try_into().unwrap());
                let too_late = "SELECT 1 FROM job WHERE state = 'paused' AND run_at > ?1";
                let stalled = tx.prepare(too_late)?.exists([to_text(limit)])?;
                assert!(!stalled, "no wait is longer than it was meant to be");
            }
        }
        tx.commit().unwrap();
        Ok(())
    }

    fn ending(
        &self,
        id: JobId,
        how: How,
        connection: &Connection,
    ) -> Result<(Ended, Facts), Error> {
        let job = load(connection, id)?.job;
        let failure = |code| Ended::Returned(Err(Failure::new(code)));
        let ended = match how {
            How::Well => Ended::Returned(Ok(json!(1))),
            How::Retryable | How::Postponed => failure(Code::DbTimeout),
            How::Permanent => failure(Code::DbWrongPassword),
            How::Panic => Ended::Panicked("boom".to_owned()),
            How::Stopped => failure(Code::Cancelled),
        };
        let facts = Facts {
            job: id,
            asked: if matches!(how, How::Stopped) {
                Asked::Stop
            } else {
                Asked::No
            },
            attempt: job.attempts,
            retry: POLICY,
            on_interrupt: self.registry[job.kind.as_str()].on_interrupt,
            postponed: matches!(how, How::Postponed)
                .then(|| self.now + TimeDelta::seconds(POSTPONED)),
            now: self.now,
            luck: 0.5,
        };
        Ok((ended, facts))
    }

    fn picture(&self) -> BTreeMap<JobId, (State, i64)> {
        let sql = "SELECT id, state, revision FROM job";
        let mut statement = self.connection.prepare_cached(sql).unwrap();
        let mut rows = statement.query([]).unwrap();
        let mut picture = BTreeMap::new();
        while let Some(row) = rows.next().unwrap() {
            let state = State::parse(&row.get::<_, String>(1).unwrap()).unwrap();
            picture.insert(JobId(row.get(0).unwrap()), (state, row.get(2).unwrap()));
        }
        picture
    }

    fn count(&self, sql: &str) -> i64 {
        self.connection
            .prepare_cached(sql)
            .unwrap()
            .query_row([], |row| row.get(0))
            .unwrap()
    }

    fn check(&self, before: &BTreeMap<JobId, (State, i64)>) {
        let last = before
            .values()
            .map(|(_, revision)| *revision)
            .max()
            .unwrap_or(0);
        for (id, (state, revision)) in self.picture() {
            match before.get(&id) {
                None => assert!(state == State::Queued && revision > last),
                Some((was, at)) if *at == revision => assert_eq!(*was, state, "unseen change"),
                Some((was, _)) => {
                    assert!(revision > last, "a change takes a new number");
                    assert!(
                        *was == state || was.may_become(state),
                        "{was} became {state}"
                    );
                }
            }
        }
        assert_eq!(
            self.count(
                "SELECT count(*) FROM job_resource r JOIN job j ON j.id = r.job_id
                 WHERE j.state <> 'running'"
            ),
            0,
            "only running jobs hold anything"
        );
        assert_eq!(
            self.count("SELECT count(*) FROM job WHERE attempts > 3"),
            0,
            "no more attempts than the policy allows"
        );
        assert_eq!(
            self.count("SELECT count(*) FROM job WHERE state = 'paused' AND run_at IS NULL"),
            0,
            "a wait has an end"
        );
    }
}

const POSTPONED: i64 = 3600;

proptest! {

    #[test]
    fn no_history_leads_where_it_must_not(acts in prop::collection::vec(act(), 1..80)) {
        let mut world = World::new();
        for act in &acts {
            let before = world.picture();
            match world.play(act) {
                Ok(())
                | Err(Error::WrongState { .. } | Error::Duplicate(_) | Error::NotOurs(_)) => {}
                Err(error) => panic!("{act:?}: {error}"),
            }
            world.check(&before);
        }
    }
}

#[test]
fn a_job_holds_all_of_its_resources_or_none() {
    let mut world = World::new();
    for _ in 0..2 {
        world
            .play(&Act::Enqueue {
                kind: 0,
                key: None,
                later: false,
            })
            .unwrap();
    }
    let both = |job| Act::Claim {
        instance: 0,
        job,
        resources: BTreeSet::from([0, 1]),
    };
    world
        .play(&Act::Claim {
            instance: 1,
            job: 0,
            resources: BTreeSet::from([1]),
        })
        .unwrap();
    world.play(&both(1)).unwrap();
    assert_eq!(world.count("SELECT count(*) FROM job_resource"), 1);
    world
        .play(&Act::End {
            instance: 1,
            job: 0,
            how: How::Permanent,
        })
        .unwrap();
    world.play(&both(1)).unwrap();
    assert_eq!(world.count("SELECT count(*) FROM job_resource"), 2);
}

#[test]
fn a_cancel_that_its_process_has_not_seen_yet_counts_when_the_run_ends() {
    let mut world = World::new();
    let enqueue = Act::Enqueue {
        kind: 0,
        key: None,
        later: false,
    };
    let claim = Act::Claim {
        instance: 1,
        job: 0,
        resources: BTreeSet::new(),
    };
    let end = Act::End {
        instance: 1,
        job: 0,
        how: How::Retryable,
    };
    for act in [enqueue, claim, Act::Cancel { job: 0 }, end] {
        world.play(&act).unwrap();
    }
    assert_eq!(
        world.count("SELECT count(*) FROM job WHERE state = 'cancelled'"),
        1
    );
}

#[test]
fn a_running_job_is_not_retried() {
    let mut world = World::new();
    let enqueue = Act::Enqueue {
        kind: 0,
        key: None,
        later: false,
    };
    let claim = Act::Claim {
        instance: 1,
        job: 0,
        resources: BTreeSet::new(),
    };
    for act in [enqueue, claim] {
        world.play(&act).unwrap();
    }
    let refused = world.play(&Act::Retry { job: 0 }).unwrap_err();
    assert!(matches!(
        refused,
        Error::WrongState {
            state: State::Running,
            ..
        }
    ));
}
