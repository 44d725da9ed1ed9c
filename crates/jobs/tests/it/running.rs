//! Enqueue, run, fail, try again.

use crate::desk::{Desk, Kind, code, echo, job};
use chrono::TimeDelta;
use puente_core::{Code, Error as Failure, Progress};
use puente_jobs::{Error, Event, Filter, JobId, NewJob, RetryPolicy, State};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::time::Duration;

const TWICE: RetryPolicy = RetryPolicy {
    max_attempts: 2,
    base: Duration::from_secs(30),
    cap: Duration::from_secs(30),
};

#[test]
fn a_job_that_is_done_keeps_its_result_and_its_last_progress() {
    let desk = Desk::new();
    let jobs = desk.jobs([Kind::new("count", |job, input| {
        for n in 0..1000 {
            job.progress(Progress::stage("rows").of(n, Some(999)));
        }
        Ok(json!({"was": input}))
    })]);
    let id = jobs
        .enqueue(NewJob::new("count", json!({"company": 12})))
        .unwrap();
    assert_eq!(jobs.get(id).unwrap().state, State::Queued);
    assert_eq!(jobs.run_due(2).unwrap(), [id]);
    let done = jobs.get(id).unwrap();
    assert_eq!((done.state, done.attempts), (State::Done, 1));
    assert_eq!(done.result, Some(json!({"was": {"company": 12}})));
    assert_eq!(
        done.progress,
        Some(Progress::stage("rows").of(999, Some(999)))
    );
    assert_eq!(done.finished_at, Some(puente_core::Clock::now(&desk.clock)));
}

#[test]
fn a_panic_fails_its_job_and_no_other() {
    let desk = Desk::new();
    let jobs = desk.jobs([
        echo("good"),
        Kind::new("bad", |_, _| panic!("a defect of {}", "ours")),
    ]);
    let bad = jobs.enqueue(job("bad")).unwrap();
    let trapped = jobs
        .enqueue(NewJob::new("good", json!({"trap": true})))
        .unwrap();
    let good = jobs.enqueue(job("good")).unwrap();
    jobs.run_due(1).unwrap();
    for id in [bad, trapped] {
        let failed = jobs.get(id).unwrap();
        assert_eq!(
            (failed.state, code(&failed)),
            (State::Failed, Some(Code::Internal))
        );
    }
    assert!(
        jobs.get(bad)
            .unwrap()
            .error
            .unwrap()
            .detail
            .contains("a defect of ours")
    );
    assert_eq!(jobs.get(good).unwrap().state, State::Done);
}

#[test]
fn kinds_that_a_process_does_not_know_are_left_to_those_that_do() {
    let desk = Desk::new();
    let (one, other) = (desk.jobs([echo("mine")]), desk.jobs([echo("theirs")]));
    let theirs = one.enqueue(job("theirs")).unwrap();
    let mine = one.enqueue(job("mine")).unwrap();
    assert_eq!(
        one.run_due(1).unwrap(),
        [mine],
        "the older job of an unknown kind is not in the way"
    );
    assert_eq!(one.get(theirs).unwrap().state, State::Queued);
    assert_eq!(other.run_due(1).unwrap(), [theirs]);
}

#[test]
fn the_same_work_is_enqueued_once_until_it_has_ended() {
    let desk = Desk::new();
    let jobs = desk.jobs([echo("discover")]);
    let work = |server: u32| NewJob::new("discover", json!({"server": server})).once();
    let first = jobs.enqueue(work(1)).unwrap();
    assert_eq!(jobs.enqueue(work(1)).unwrap(), first);
    assert_ne!(jobs.enqueue(work(2)).unwrap(), first);
    jobs.run_due(1).unwrap();
    assert_ne!(jobs.enqueue(work(1)).unwrap(), first, "that one is done");
}

#[test]
fn a_failed_attempt_waits_for_its_time_and_the_last_one_is_the_last() {
    let desk = Desk::new();
    let jobs = desk.jobs([Kind::new("fetch", |_, _| {
        Err(Failure::new(Code::DbTimeout).with("host", "erp"))
    })
    .retried(TWICE)]);
    let id = jobs.enqueue(job("fetch")).unwrap();
    assert_eq!(jobs.run_due(1).unwrap(), [id]);
    let paused = jobs.get(id).unwrap();
    assert_eq!(
        (paused.state, code(&paused)),
        (State::Paused, Some(Code::DbTimeout))
    );
    let wait = paused.run_at.unwrap() - puente_core::Clock::now(&desk.clock);
    assert!(
        wait >= TimeDelta::seconds(15) && wait <= TimeDelta::seconds(30),
        "{wait}"
    );
    assert!(
        jobs.run_due(1).unwrap().is_empty(),
        "it is not its time yet"
    );
    desk.clock.advance(wait);
    assert_eq!(jobs.run_due(1).unwrap(), [id]);
    let failed = jobs.get(id).unwrap();
    assert_eq!((failed.state, failed.attempts), (State::Failed, 2));
    let log = jobs.log(id).unwrap();
    assert_eq!(
        log.len(),
        2,
        "each failed attempt leaves its reason: {log:?}"
    );
    assert!(
        log.iter()
            .all(|line| line.text.contains("DB_TIMEOUT host=erp"))
    );
}

#[test]
fn an_attempt_that_the_handler_puts_off_is_not_counted() {
    let desk = Desk::new();
    let clock = desk.clock.clone();
    let jobs = desk.jobs([Kind::new("extract", move |job, _| {
        assert_eq!(job.attempt, 1);
        job.retry_at(puente_core::Clock::now(&clock) + TimeDelta::hours(9));
        Err(Failure::new(Code::QuietHours).with("until", "06:00"))
    })]);
    let id = jobs.enqueue(job("extract")).unwrap();
    for _ in 0..3 {
        assert_eq!(jobs.run_due(1).unwrap(), [id]);
        assert_eq!(jobs.get(id).unwrap().state, State::Paused);
        desk.clock.advance(TimeDelta::hours(9));
    }
}

#[test]
fn a_person_retries_a_failed_job_and_it_goes_on_from_its_checkpoint() {
    let desk = Desk::new();
    let jobs = desk.jobs([Kind::new("extract", |job, _| match job.resume_state() {
        None => {
            job.checkpoint(json!({"through": 40}))?;
            Err(Failure::new(Code::DiskFull))
        }
        Some(state) => Ok(state.clone()),
    })]);
    let id = jobs.enqueue(job("extract").once_by("12")).unwrap();
    jobs.run_due(1).unwrap();
    assert_eq!(jobs.get(id).unwrap().state, State::Failed);
    let again = jobs.retry(id).unwrap();
    assert_eq!(
        (again.state, again.attempts, again.error),
        (State::Queued, 0, None)
    );
    jobs.run_due(1).unwrap();
    assert_eq!(jobs.get(id).unwrap().result, Some(json!({"through": 40})));
    let refused = jobs.retry(id).unwrap_err();
    assert!(matches!(
        refused,
        Error::WrongState {
            state: State::Done,
            ..
        }
    ));
}

#[test]
fn a_retry_does_not_make_a_double() {
    let desk = Desk::new();
    let jobs = desk.jobs([Kind::new("extract", |_, _| {
        Err(Failure::new(Code::DbWrongPassword))
    })]);
    let failed = jobs.enqueue(job("extract").once_by("12")).unwrap();
    jobs.run_due(1).unwrap();
    let newer = jobs.enqueue(job("extract").once_by("12")).unwrap();
    assert!(matches!(jobs.retry(failed), Err(Error::Duplicate(id)) if id == newer));
}

#[test]
fn one_resource_is_held_by_one_job_at_a_time_and_others_pass() {
    let desk = Desk::new();
    let inside = Arc::new(Mutex::new(Vec::<String>::new()));
    let most = Arc::new(AtomicU32::new(0));
    let (holders, peak) = (Arc::clone(&inside), Arc::clone(&most));
    let jobs = desk.jobs([Kind::new("hold", move |_, input| {
        let name = input["holds"][0].as_str().unwrap().to_owned();
        {
            let mut inside = holders.lock().unwrap();
            assert!(!inside.contains(&name), "{name} is held twice");
            inside.push(name.clone());
            peak.fetch_max(u32::try_from(inside.len()).unwrap(), Ordering::SeqCst);
        }
        for _ in 0..50 {
            std::thread::yield_now();
        }
        holders.lock().unwrap().retain(|held| *held != name);
        Ok(Value::Null)
    })]);
    for n in 0..30 {
        let holds = json!({"holds": [format!("company:{}", n % 3)]});
        jobs.enqueue(NewJob::new("hold", holds)).unwrap();
    }
    assert_eq!(jobs.run_due(6).unwrap().len(), 30);
    let done = Filter {
        states: vec![State::Done],
        ..Filter::default()
    };
    assert_eq!(
        jobs.list(&done).unwrap().len(),
        30,
        "none met another in its place"
    );
    assert!(most.load(Ordering::SeqCst) <= 3);
}

#[test]
fn jobs_that_need_different_things_run_side_by_side() {
    let desk = Desk::new();
    let both = Arc::new(Barrier::new(2));
    let meeting = Arc::clone(&both);
    let jobs = desk.jobs([Kind::new("meet", move |_, _| {
        meeting.wait();
        Ok(Value::Null)
    })]);
    for company in ["a", "a", "b", "b"] {
        jobs.enqueue(NewJob::new("meet", json!({"holds": [company]})))
            .unwrap();
    }
    assert_eq!(
        jobs.run_due(2).unwrap().len(),
        4,
        "each pair can only end together"
    );
}

#[test]
fn a_job_that_needs_two_things_is_not_overtaken_for_ever() {
    let desk = Desk::new();
    let order = Arc::new(Mutex::new(Vec::new()));
    let (log, (begun, begins), (go, gone)) =
        (Arc::clone(&order), mpsc::channel(), mpsc::channel::<()>());
    let gone = Mutex::new(gone);
    let jobs = desk.jobs([Kind::new("hold", move |job, input| {
        log.lock().unwrap().push(job.id);
        if input.get("first").is_some() {
            begun.send(()).unwrap();
            gone.lock().unwrap().recv().unwrap();
        }
        Ok(Value::Null)
    })]);
    let enqueue = |input| jobs.enqueue(NewJob::new("hold", input)).unwrap();
    let holder = enqueue(json!({"holds": ["a"], "first": true}));
    let worker = jobs.clone();
    let thread = std::thread::spawn(move || worker.run_due(2).unwrap());
    begins.recv().unwrap();
    let both = enqueue(json!({"holds": ["a", "b"]}));
    let younger: Vec<JobId> = (0..3).map(|_| enqueue(json!({"holds": ["b"]}))).collect();
    let free = enqueue(json!({"holds": ["c"]}));
    assert_eq!(
        jobs.wait(free).unwrap().state,
        State::Done,
        "what nobody needs is used meanwhile"
    );
    go.send(()).unwrap();
    thread.join().unwrap();
    let order = order.lock().unwrap();
    let place = |id: &JobId| order.iter().position(|ran| ran == id).unwrap();
    assert!(
        younger.iter().all(|id| place(id) > place(&both)),
        "{holder} then {both}: {order:?}"
    );
}

#[test]
fn what_a_job_enqueues_is_run_as_well() {
    let desk = Desk::new();
    let jobs = desk.jobs([
        Kind::new("discover", |job, _| {
            for company in 0..3 {
                job.enqueue(NewJob::new("extract", json!({"company": company})))?;
            }
            Ok(Value::Null)
        }),
        echo("extract"),
    ]);
    jobs.enqueue(job("discover")).unwrap();
    assert_eq!(jobs.run_due(3).unwrap().len(), 4);
}

#[test]
fn workers_in_the_background_take_what_comes_and_wait_sees_the_end() {
    let desk = Desk::new();
    let jobs = desk.jobs([echo("echo")]);
    jobs.start(2).unwrap();
    for n in 0..20 {
        let id = jobs.enqueue(NewJob::new("echo", json!(n))).unwrap();
        assert_eq!(jobs.wait(id).unwrap().result, Some(json!(n)));
    }
    let elsewhere = desk.jobs([]);
    let id = elsewhere
        .enqueue(NewJob::new("echo", json!("from another process")))
        .unwrap();
    assert_eq!(elsewhere.wait(id).unwrap().state, State::Done);
    assert!(matches!(jobs.wait(JobId(999)), Err(Error::NoJob(_))));
}

#[test]
fn pages_of_jobs_are_newest_first_and_filtered() {
    let desk = Desk::new();
    let jobs = desk.jobs([echo("a"), echo("b")]);
    let ids: Vec<JobId> = (0..6)
        .map(|n| {
            jobs.enqueue(job(if n % 2 == 0 { "a" } else { "b" }))
                .unwrap()
        })
        .collect();
    jobs.cancel(ids[4]).unwrap();
    let list = |filter: Filter| -> Vec<JobId> {
        jobs.list(&filter)
            .unwrap()
            .into_iter()
            .map(|job| job.id)
            .collect()
    };
    let of_a = Filter {
        kinds: vec!["a".to_owned()],
        ..Filter::default()
    };
    assert_eq!(list(of_a.clone()), [ids[4], ids[2], ids[0]]);
    assert_eq!(
        list(Filter {
            before: Some(ids[4]),
            limit: 1,
            ..of_a.clone()
        }),
        [ids[2]]
    );
    assert_eq!(
        list(Filter {
            states: vec![State::Queued],
            ..of_a
        }),
        [ids[2], ids[0]]
    );
}

#[test]
fn the_end_of_a_job_is_written_as_soon_as_the_database_lets_it() {
    let desk = Desk::new();
    let database = desk.database();
    let execute = move |sql: &'static str| {
        let done: Result<(), puente_store::Error> =
            database.write(move |tx| Ok(tx.execute_batch(sql)?));
        done.unwrap();
    };
    let refuse = execute.clone();
    let jobs = desk.jobs([Kind::new("work", move |job, _| {
        refuse(
            "CREATE TRIGGER refuse BEFORE UPDATE OF state ON job WHEN NEW.state = 'done'
             BEGIN SELECT raise(ABORT, 'not now'); END",
        );
        job.progress(Progress::stage("last"));
        Ok(json!("kept"))
    })]);
    let events = jobs.subscribe().unwrap();
    jobs.start(1).unwrap();
    let id = jobs.enqueue(job("work")).unwrap();
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Progress { .. }))
    );
    // The worker tries now, and takes its turn at the file like everybody.
    for _ in 0..20 {
        execute("UPDATE job SET kind = kind");
    }
    assert_eq!(jobs.get(id).unwrap().state, State::Running);
    execute("DROP TRIGGER refuse");
    assert_eq!(jobs.wait(id).unwrap().result, Some(json!("kept")));
}
