//! A notice of the system when a long job ends, or one fails, while nobody sees the window.

use crate::desk::{self, aside};
use crate::{texts, window};
use notify_rust::Notification;
use puente_app::jobs::JobRow;
use puente_core::{Error, Lang};
use puente_jobs::State;
use puente_session::Event;
use std::collections::HashSet;
use std::sync::Mutex;
use tauri::AppHandle;

/// Whoever starts something shorter than this waits for it.
const LONG_SECONDS: i64 = 20;

/// Listens for jobs that end.
pub fn teller(app: &AppHandle) -> impl Fn(&Event) + Send + 'static {
    let app = app.clone();
    let told = Mutex::<HashSet<i64>>::default();
    move |event| {
        let Event::JobChanged { job } = event else {
            return;
        };
        if !is_worth_a_notice(job) || window::is_seen(&app) || !desk::of(&app).tells() {
            return;
        }
        let first = told.lock().is_ok_and(|mut told| told.insert(job.id));
        if first {
            let (title, body) = words(job, desk::of(&app).lang());
            show(&app, title, body);
        }
    }
}

/// Something that was asked for in the tray could not be begun.
pub fn failure(app: &AppHandle, error: &Error) {
    let view = error.view(desk::of(app).lang());
    show(app, view.message, view.hint);
}

fn show(app: &AppHandle, title: String, body: String) {
    // The system's bus may take its time.
    aside(app, move |_| {
        let shown = Notification::new()
            .appname("Puente")
            .icon("puente-desktop")
            .summary(&title)
            .body(&body)
            .show();
        if let Err(error) = shown {
            tracing::info!(%error, "the system shows no notices");
        }
    });
}

fn is_worth_a_notice(job: &JobRow) -> bool {
    match job.state {
        State::Failed | State::Uncertain => true,
        State::Done => seconds(job).is_some_and(|seconds| seconds >= LONG_SECONDS),
        State::Queued | State::Paused | State::Running | State::Cancelled => false,
    }
}

fn seconds(job: &JobRow) -> Option<i64> {
    Some((job.finished_at? - job.started_at?).num_seconds())
}

fn words(job: &JobRow, lang: Lang) -> (String, String) {
    let kind = texts::find(lang, &format!("kind.{}", job.kind)).unwrap_or(job.kind.as_str());
    let state = match job.state {
        State::Done => "notice.done",
        State::Uncertain => "notice.uncertain",
        State::Failed | State::Queued | State::Paused | State::Running | State::Cancelled => {
            "notice.failed"
        }
    };
    let about = match job.subject.as_str() {
        "" => kind.to_owned(),
        subject => format!("{kind}, {subject}"),
    };
    let title = texts::fill(lang, state, &[("kind", &about)]);
    let body = match &job.error {
        Some(error) => error.message.clone(),
        None => texts::get(lang, "notice.open").to_owned(),
    };
    (title, body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use puente_core::Code;

    fn job(state: State, seconds: i64) -> JobRow {
        let begun = chrono::DateTime::UNIX_EPOCH;
        JobRow {
            id: 1,
            kind: "movements.extract".to_owned(),
            subject: String::new(),
            company_id: None,
            server_id: None,
            schedule: None,
            state,
            attempts: 1,
            run_at: None,
            cancel_requested: false,
            progress: None,
            result: None,
            error: None,
            created_at: begun,
            changed_at: begun,
            started_at: Some(begun),
            finished_at: Some(begun + chrono::TimeDelta::seconds(seconds)),
            revision: 1,
        }
    }

    #[test]
    fn what_failed_is_told_always_and_what_went_well_when_it_was_long() {
        assert!(is_worth_a_notice(&job(State::Failed, 1)));
        assert!(is_worth_a_notice(&job(State::Done, 90)));
        for (state, seconds) in [
            (State::Done, 3),
            (State::Cancelled, 90),
            (State::Running, 90),
        ] {
            assert!(!is_worth_a_notice(&job(state, seconds)), "{state}");
        }
    }

    #[test]
    fn a_notice_names_the_work_and_the_reason() {
        let mut failed = job(State::Failed, 5);
        let error = Error::new(Code::DbPortClosed).with("host", "10.0.0.9");
        failed.error = Some(error.view(Lang::Es));
        failed.subject = "Panadería El Trigal 2026".to_owned();
        let (title, body) = words(&failed, Lang::Es);
        assert_eq!(
            title,
            "Con error: extraer movimientos, Panadería El Trigal 2026"
        );
        assert!(body.contains("10.0.0.9"), "{body}");
        failed.kind = "some.new_kind".to_owned();
        assert!(words(&failed, Lang::En).0.contains("some.new_kind"));
    }
}
