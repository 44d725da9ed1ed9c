//! What the window stands on: the session, and the settings that a host has to know.

use crate::wishes::Wishes;
use crate::{autostart, notice, tray, window};
use puente_app::Nothing;
use puente_app::settings::{self, Close, Settings};
use puente_core::{Error, Lang, Secret};
use puente_session::{Event, Options, Profile, Session};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tauri::{AppHandle, Emitter, Manager};

/// The state that Tauri keeps.
pub struct Desk {
    /// The data.
    pub session: Session,
    /// How this process was started.
    pub wishes: Wishes,
    /// Where Puente keeps things.
    pub folder: PathBuf,
    choices: Mutex<Option<Settings>>,
    picked: Mutex<Vec<PathBuf>>,
}

impl Desk {
    /// The desk of this process; nothing is opened yet.
    pub fn new(wishes: Wishes) -> Desk {
        let folder = wishes
            .data_dir()
            .unwrap_or_else(|_| PathBuf::from("puente"));
        let session = Session::new(Options {
            profile: wishes.demo.then_some(Profile::Demo),
            safe_mode: wishes.safe_mode,
            lang: std::env::var("PUENTE_LANG")
                .ok()
                .and_then(|lang| lang.parse().ok()),
            passphrase: std::env::var("PUENTE_PASSPHRASE").ok().map(Secret::from),
            ..Options::new(folder.clone())
        });
        Desk {
            session,
            wishes,
            folder,
            choices: Mutex::default(),
            picked: Mutex::default(),
        }
    }

    /// Whether Puente is to go on in the tray when its window is closed.
    pub fn stays(&self) -> bool {
        let choices = lock(&self.choices);
        choices
            .as_ref()
            .is_none_or(|choices| choices.close == Close::Tray)
    }

    /// Whether the system is to tell what ends while nobody looks.
    pub fn tells(&self) -> bool {
        let choices = lock(&self.choices);
        choices.as_ref().is_none_or(|choices| choices.notifications)
    }

    /// The language in which this host speaks.
    pub fn lang(&self) -> Lang {
        self.session.lang()
    }

    /// Remembers what a person chose in a dialog: only that may be written or shown.
    pub fn pick(&self, path: PathBuf) {
        lock(&self.picked).push(path);
    }

    /// Whether a person chose this in a dialog.
    pub fn was_picked(&self, path: &std::path::Path) -> bool {
        lock(&self.picked).iter().any(|picked| picked == path)
    }
}

/// The desk of that application.
pub fn of(app: &AppHandle) -> tauri::State<'_, Desk> {
    app.state::<Desk>()
}

/// Runs `work` on a thread of its own: it may block.
pub fn aside(app: &AppHandle, work: impl FnOnce(&AppHandle) + Send + 'static) {
    let app = app.clone();
    std::thread::spawn(move || work(&app));
}

/// Opens the data while the window is being drawn, and tells the page what happens from then on.
pub fn begin(app: &AppHandle) {
    let page = app.clone();
    let told = notice::teller(app);
    let shown = tray::teller(app);
    of(app).session.listen(move |event: &Event| {
        if let Err(error) = page.emit("puente", event) {
            tracing::warn!(%error, "the page could not be told");
        }
        told(event);
        shown(event);
        true
    });
    tray::watch(app);
    aside(app, |app| {
        let opened = of(app).session.open();
        settled(app, opened.err());
    });
}

/// The data was opened or could not be: title, page, tray and autostart follow.
pub fn settled(app: &AppHandle, failed: Option<Error>) {
    read_choices(app);
    window::follow(app, failed.is_some());
    tray::refresh(app);
}

/// Reads the settings again, after they may have changed.
pub fn read_choices(app: &AppHandle) {
    let desk = of(app);
    let read = desk
        .session
        .app()
        .and_then(|app| settings::get(&app, Nothing {}));
    match read {
        Ok(view) => {
            autostart::assert(&desk, view.settings.autostart);
            *lock(&desk.choices) = Some(view.settings);
        }
        Err(error) => tracing::warn!(%error, "the settings could not be read"),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
