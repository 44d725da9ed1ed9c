//! Running jobs here and now, with their progress on standard error.

use crate::output::Terminal;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use puente_app::App;
use puente_app::jobs::JobRow;
use puente_core::{Error, Progress};
use puente_jobs::{Event, Filter, Job, JobId, State};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// Jobs at a time: one company's server seldom serves two well, two servers do.
const WORKERS: usize = 2;

/// Between two looks at what another process does.
const LOOK: Duration = Duration::from_millis(200);

/// Between two looks of the bars at whether all is done: how late the program may end.
const GLANCE: Duration = Duration::from_millis(20);

/// Runs what is due, those jobs among it, and gives them as they ended. Ctrl+C cancels them.
pub fn run(app: &App, terminal: &Terminal, jobs: &[JobRow]) -> Result<Vec<Job>, Error> {
    let ids: Vec<JobId> = jobs.iter().map(|job| JobId(job.id)).collect();
    run_until_done(app, terminal, ids)
}

fn run_until_done(app: &App, terminal: &Terminal, ids: Vec<JobId>) -> Result<Vec<Job>, Error> {
    let events = app.jobs.subscribe()?;
    let done = AtomicBool::new(false);
    let cancelling = cancel_on_interrupt(app, terminal, ids.clone());
    let ran = std::thread::scope(|scope| {
        let done = &done;
        if !terminal.quiet {
            let bars = Bars::new(*terminal);
            scope.spawn(move || watch(&events, bars, done));
        }
        let ran = run_until_settled(app, &ids);
        done.store(true, Ordering::Release);
        ran
    });
    drop(cancelling);
    ran?;
    ids.into_iter().map(|id| Ok(app.jobs.get(id)?)).collect()
}

/// Another process over the same folder may have taken one of the jobs, or hold what it needs: its end
/// is waited for.
fn run_until_settled(app: &App, ids: &[JobId]) -> Result<(), Error> {
    loop {
        app.jobs.run_due(WORKERS)?;
        let now = app.room.clock.now();
        let mut left = false;
        for id in ids {
            let job = app.jobs.get(*id)?;
            left |= match job.state {
                State::Running => true,
                State::Queued => job.run_at.is_none_or(|at| at <= now),
                State::Paused
                | State::Done
                | State::Failed
                | State::Cancelled
                | State::Uncertain => false,
            };
        }
        if !left {
            return Ok(());
        }
        std::thread::sleep(LOOK);
    }
}

/// Runs what is due and gives the jobs that ran, as they ended.
pub fn run_due(app: &App, terminal: &Terminal) -> Result<Vec<Job>, Error> {
    let waiting = Filter {
        states: vec![State::Queued, State::Paused, State::Running],
        ..Filter::default()
    };
    let jobs = app.jobs.list(&waiting)?;
    run_until_done(app, terminal, jobs.iter().map(|job| job.id).collect())
}

/// The first job that did not end well, as an error; said of the others too.
pub fn verdict(terminal: &Terminal, jobs: &[Job]) -> Result<(), Error> {
    let mut first = None;
    for job in jobs {
        let error = match (job.state, &job.error) {
            (State::Done, _) => continue,
            (State::Cancelled, _) => Error::new(puente_core::Code::Cancelled),
            (_, Some(error)) => error.clone(),
            (_, None) => Error::new(puente_core::Code::JobInterrupted).with("job", job.id),
        };
        if let Some(at) = job.run_at.filter(|_| job.state.is_waiting()) {
            let at = terminal.moment(at);
            terminal.note(terminal.fill("job.retried_at", &[("job", &job.id), ("at", &at)]));
        }
        if let Some(before) = first.replace(error) {
            terminal.explain(&before.view(terminal.lang));
        }
    }
    first.map_or(Ok(()), Err)
}

fn watch(events: &Receiver<Event>, mut bars: Bars, done: &AtomicBool) {
    loop {
        match events.recv_timeout(GLANCE) {
            Ok(event) => bars.take(event),
            Err(RecvTimeoutError::Timeout) if !done.load(Ordering::Acquire) => {}
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// While it lives, Ctrl+C cancels the jobs instead of ending the program.
struct Interrupt {
    _runtime: Option<tokio::runtime::Runtime>,
}

fn cancel_on_interrupt(app: &App, terminal: &Terminal, ids: Vec<JobId>) -> Interrupt {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return Interrupt { _runtime: None };
    };
    let (jobs, terminal) = (app.jobs.clone(), *terminal);
    runtime.spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            terminal.note(terminal.text("job.cancelling"));
            for id in ids {
                // One that has ended in the meantime can't be cancelled, and needn't be.
                drop(jobs.cancel(id));
            }
        }
    });
    Interrupt {
        _runtime: Some(runtime),
    }
}

/// A bar for each running job.
struct Bars {
    terminal: Terminal,
    all: MultiProgress,
    by_job: HashMap<JobId, (ProgressBar, String)>,
}

impl Bars {
    fn new(terminal: Terminal) -> Self {
        Bars {
            terminal,
            all: MultiProgress::new(),
            by_job: HashMap::new(),
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Progress { id, progress, .. } => self.progress(id, &progress),
            Event::JobChanged { job } if job.state != State::Running => {
                if let Some((bar, _)) = self.by_job.remove(&job.id) {
                    bar.finish_and_clear();
                }
            }
            Event::JobChanged { .. } | Event::Beside { .. } | Event::Missed => {}
        }
    }

    fn progress(&mut self, id: JobId, progress: &Progress) {
        let all = &self.all;
        let (bar, stage) = self
            .by_job
            .entry(id)
            .or_insert_with(|| (all.add(ProgressBar::new_spinner()), String::new()));
        if *stage != progress.stage {
            stage.clone_from(&progress.stage);
            bar.reset();
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        bar.set_style(style(progress.total.is_some(), self.terminal));
        if let Some(total) = progress.total {
            bar.set_length(total);
        }
        bar.set_position(progress.done);
        bar.set_prefix(progress.subject.clone());
        let key = format!("stage.{}", progress.stage);
        bar.set_message(
            crate::texts::find(self.terminal.lang, &key)
                .unwrap_or("")
                .to_owned(),
        );
    }
}

fn style(with_total: bool, terminal: Terminal) -> ProgressStyle {
    let rest = terminal.text("bar.left");
    let template = if with_total {
        format!(
            "{{spinner}} {{prefix:.cyan}} {{msg}} {{bar:24}} {{human_pos}} · {{per_sec}} · {rest} {{eta}}"
        )
    } else {
        "{spinner} {prefix:.cyan} {msg} {human_pos}".to_owned()
    };
    ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
