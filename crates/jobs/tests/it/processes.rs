//! Several processes over one file, some of which are killed. The other processes are this test
//! binary again, told by the environment what to do.

use crate::desk::{Desk, Kind, LONG, code, echo, job, open};
use puente_core::{Code, SystemClock};
use puente_jobs::{Error, Filter, Handler, Interrupted, Jobs, NewJob, Running, State};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

const PART: &str = "PUENTE_JOBS_TEST_PART";
const FILE: &str = "PUENTE_JOBS_TEST_FILE";
const SAYS: &str = "other process: ";

/// Another process.
struct Other {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Other {
    fn start(part: &str, file: &Path) -> Other {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "processes::the_part_of_another_process",
                "--ignored",
                "--nocapture",
            ])
            .env(PART, part)
            .env(FILE, file)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Other { process, lines }
    }

    /// Waits until it says so.
    fn until(&mut self, what: &str) {
        let said = |line: String| line.split_once(SAYS).is_some_and(|(_, said)| said == what);
        assert!(
            self.lines.any(|line| said(line.unwrap())),
            "it ended without saying {what:?}"
        );
    }

    /// SIGKILL on Unix: no destructor runs, nothing is written any more.
    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    fn end(mut self) {
        for line in self.lines.by_ref() {
            line.unwrap();
        }
        assert!(self.process.wait().unwrap().success());
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn say(what: &str) {
    println!("\n{SAYS}{what}");
}

#[test]
#[ignore = "started by the tests of this module as another process"]
fn the_part_of_another_process() {
    let (Ok(part), Some(file)) = (std::env::var(PART), std::env::var_os(FILE)) else {
        return;
    };
    let file = PathBuf::from(file);
    match part.as_str() {
        "step" => drop(instance(&file, stepping()).run_due(1).unwrap()),
        "hammer" => drop(instance(&file, hammer(&file)).run_due(3).unwrap()),
        other => panic!("no part {other}"),
    }
}

fn instance(file: &Path, kinds: Vec<Kind>) -> Jobs {
    let clock = Arc::new(SystemClock);
    let kinds = kinds
        .into_iter()
        .map(|kind| Arc::new(kind) as Arc<dyn Handler>)
        .collect();
    Jobs::open(open(file, clock.clone()), clock, kinds).unwrap()
}

/// Three kinds that save a few steps and then hang until they are killed.
fn stepping() -> Vec<Kind> {
    [
        ("resume", Interrupted::Resume),
        ("fail", Interrupted::Fail),
        ("uncertain", Interrupted::Uncertain),
    ]
    .map(|(name, on_interrupt)| Kind::new(name, steps).interrupted(on_interrupt))
    .into()
}

fn steps(job: &Running, input: Value) -> Result<Value, puente_core::Error> {
    let first = job
        .resume_state()
        .and_then(Value::as_u64)
        .map_or(1, |done| done + 1);
    let last = input["last"].as_u64().unwrap();
    for step in first..=last {
        job.checkpoint(json!(step))?;
        say(&format!("step {step}"));
    }
    if input["hangs"].as_bool().unwrap_or(false) && job.resume_state().is_none() {
        while !job.cancel.is_cancelled() || input["deaf"].as_bool().unwrap_or(false) {
            let _ = job.cancel.sleep(LONG);
            std::thread::yield_now();
        }
        job.cancel.check()?;
    }
    Ok(json!({"first": first, "last": last}))
}

#[test]
fn a_job_killed_in_the_middle_goes_on_from_its_checkpoint() {
    let desk = Desk::new();
    let id = desk
        .jobs([])
        .enqueue(NewJob::new("resume", json!({"last": 3, "hangs": true})))
        .unwrap();
    let mut other = Other::start("step", &desk.file());
    other.until("step 3");
    let jobs = instance(&desk.file(), stepping());
    assert!(jobs.recover().unwrap().jobs.is_empty(), "its process lives");
    assert_eq!(jobs.get(id).unwrap().state, State::Running);
    other.kill();
    let recovered = jobs.recover().unwrap();
    assert_eq!(
        (recovered.jobs.len(), recovered.count(State::Queued)),
        (1, 1)
    );
    assert_eq!(jobs.run_due(1).unwrap(), [id]);
    assert_eq!(
        jobs.get(id).unwrap().result,
        Some(json!({"first": 4, "last": 3}))
    );
    assert!(jobs.recover().unwrap().jobs.is_empty());
}

#[test]
fn what_cannot_be_resumed_after_a_kill_fails_or_is_uncertain() {
    let desk = Desk::new();
    let jobs = instance(&desk.file(), stepping());
    let killed = |kind| {
        let id = jobs
            .enqueue(NewJob::new(kind, json!({"last": 1, "hangs": true})))
            .unwrap();
        let mut other = Other::start("step", &desk.file());
        other.until("step 1");
        other.kill();
        jobs.recover().unwrap();
        jobs.get(id).unwrap()
    };
    let failed = killed("fail");
    assert_eq!(
        (failed.state, code(&failed)),
        (State::Failed, Some(Code::JobInterrupted))
    );
    let uncertain = killed("uncertain");
    assert_eq!(uncertain.state, State::Uncertain);
    assert!(
        matches!(jobs.retry(uncertain.id), Err(Error::WrongState { .. })),
        "what may have been sent is never sent again"
    );
    let settled = jobs
        .settle(uncertain.id, Ok(json!({"invoice": "FV-1"})))
        .unwrap();
    assert_eq!((settled.state, settled.error), (State::Done, None));
}

#[test]
fn a_job_that_was_cancelled_in_vain_is_cancelled_when_its_process_dies() {
    let desk = Desk::new();
    let jobs = instance(&desk.file(), stepping());
    let input = json!({"last": 1, "hangs": true, "deaf": true});
    let id = jobs.enqueue(NewJob::new("resume", input)).unwrap();
    let mut other = Other::start("step", &desk.file());
    other.until("step 1");
    assert!(jobs.cancel(id).unwrap().cancel_requested);
    other.kill();
    assert_eq!(
        jobs.cancel(id).unwrap().state,
        State::Cancelled,
        "asking again finds nobody there"
    );
}

#[test]
fn orphans_of_unknown_kinds_are_left_to_those_that_know_them() {
    let desk = Desk::new();
    let id = desk
        .jobs([])
        .enqueue(NewJob::new("resume", json!({"last": 1, "hangs": true})))
        .unwrap();
    let mut other = Other::start("step", &desk.file());
    other.until("step 1");
    other.kill();
    let stranger = desk.jobs([echo("echo")]);
    stranger.enqueue(job("echo")).unwrap();
    stranger.run_due(1).unwrap();
    assert_eq!(stranger.get(id).unwrap().state, State::Running);
    assert_eq!(
        instance(&desk.file(), stepping())
            .recover()
            .unwrap()
            .count(State::Queued),
        1
    );
}

#[test]
fn running_workers_take_over_from_a_process_that_dies() {
    let desk = Desk::new();
    let jobs = instance(&desk.file(), stepping());
    let id = jobs
        .enqueue(NewJob::new("resume", json!({"last": 2, "hangs": true})))
        .unwrap();
    let mut other = Other::start("step", &desk.file());
    other.until("step 2");
    jobs.start(1).unwrap();
    other.kill();
    assert_eq!(jobs.wait(id).unwrap().state, State::Done);
}

/// Writes into the journal of its job, and of each thing that it holds, when it begins and ends.
fn hammer(file: &Path) -> Vec<Kind> {
    let folder = file.with_file_name("hammer");
    std::fs::create_dir_all(&folder).unwrap();
    let body = move |job: &Running, input: Value| {
        let run = uuid::Uuid::new_v4();
        let holds = input["holds"].as_array().unwrap();
        let mut journals = vec![format!("job-{}", job.id)];
        journals.extend(holds.iter().map(|name| name.as_str().unwrap().to_owned()));
        let write = |what: &str| {
            for name in &journals {
                note(&folder.join(name), &format!("{what} {run}\n"));
            }
        };
        write("begin");
        say("begun");
        for _ in 0..2000 {
            std::thread::yield_now();
        }
        job.checkpoint(json!(1))?;
        write("end");
        Ok(Value::Null)
    };
    vec![Kind::new("hammer", body)]
}

/// One small append is one line, whoever else appends.
fn note(journal: &Path, line: &str) {
    let mut journal = OpenOptions::new()
        .append(true)
        .create(true)
        .open(journal)
        .unwrap();
    journal.write_all(line.as_bytes()).unwrap();
}

fn enqueue_hammer(jobs: &Jobs, count: usize) {
    for n in 0..count {
        let holds = match n % 4 {
            0 => json!(["a"]),
            1 => json!(["b"]),
            2 => json!(["a", "b"]),
            _ => json!([]),
        };
        jobs.enqueue(NewJob::new("hammer", json!({"holds": holds})))
            .unwrap();
    }
}

/// A handler's panic would be in the row.
fn assert_all_done(jobs: &Jobs, count: usize) {
    let all = jobs
        .list(&Filter {
            limit: 10_000,
            ..Filter::default()
        })
        .unwrap();
    assert_eq!(all.len(), count);
    for job in all {
        assert_eq!(
            (job.state, job.error),
            (State::Done, None),
            "job {}",
            job.id
        );
    }
}

/// Between the beginning and the end of a run nobody else began in the same journal. Runs without an
/// end were killed. Gives how many runs began, by the journals of the jobs.
fn assert_none_met(desk: &Desk) -> usize {
    let mut runs = 0;
    for entry in std::fs::read_dir(desk.file().with_file_name("hammer")).unwrap() {
        let path = entry.unwrap().path();
        let journal = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = journal.lines().collect();
        for (n, line) in lines.iter().enumerate() {
            if let Some(run) = line.strip_prefix("end ") {
                assert_eq!(
                    lines[n - 1].strip_prefix("begin "),
                    Some(run),
                    "{}: somebody came in between: {lines:?}",
                    path.display()
                );
            }
        }
        if path
            .file_name()
            .unwrap()
            .to_string_lossy()
            .starts_with("job-")
        {
            runs += lines
                .iter()
                .filter(|line| line.starts_with("begin "))
                .count();
        }
    }
    runs
}

#[test]
fn processes_share_the_work_and_never_a_job_or_a_resource() {
    let desk = Desk::new();
    let jobs = instance(&desk.file(), hammer(&desk.file()));
    enqueue_hammer(&jobs, 120);
    let others: Vec<Other> = (0..3)
        .map(|_| Other::start("hammer", &desk.file()))
        .collect();
    jobs.run_due(2).unwrap();
    others.into_iter().for_each(Other::end);
    jobs.run_due(2).unwrap();
    assert_all_done(&jobs, 120);
    assert_eq!(assert_none_met(&desk), 120, "each job was begun once");
}

#[test]
fn whatever_is_killed_every_job_is_done_in_the_end_and_none_meets_another() {
    let desk = Desk::new();
    let jobs = instance(&desk.file(), hammer(&desk.file()));
    enqueue_hammer(&jobs, 60);
    let mut random = StdRng::seed_from_u64(20_261_122);
    let mut others: Vec<Other> = (0..3)
        .map(|_| Other::start("hammer", &desk.file()))
        .collect();
    for _ in 0..12 {
        let mut victim = others.swap_remove(random.random_range(0..others.len()));
        for _ in 0..random.random_range(0..3) {
            // It may have nothing left to do.
            let mut lines = victim.lines.by_ref().map_while(Result::ok);
            if !lines.any(|line| line.ends_with("begun")) {
                break;
            }
        }
        victim.kill();
        others.push(Other::start("hammer", &desk.file()));
    }
    others.into_iter().for_each(Other::end);
    jobs.run_due(2).unwrap();
    assert_all_done(&jobs, 60);
    assert!(
        assert_none_met(&desk) > 60,
        "some were killed in the middle, and begun again"
    );
}
