//! How data is opened, and what is said where it can't be.

use crate::demo::{self, Demo};
use crate::session::{Options, Problem, Profile};
use puente_app::backup::{self, BackupRow};
use puente_app::config;
use puente_app::paths::DataDir;
use puente_app::settings::{self, Change, Start};
use puente_app::{App, AppOptions, Nothing};
use puente_core::{Cancel, Clock, Code, Error, Lang, SystemClock};

/// Backups that are looked through when the data can't be opened.
const MOST_BACKUPS: usize = 10;

/// Data that is open.
pub(crate) struct Open {
    pub app: App,
    pub profile: Profile,
    pub demo: Option<Demo>,
}

/// What the settings of the office ask for.
pub(crate) fn open_chosen(options: &Options) -> (Profile, Result<Open, Error>) {
    let office = match open_office(options) {
        Ok(office) => office,
        Err(error) => return (Profile::Office, Err(error)),
    };
    if start_choice(&office.app) != Some(Profile::Demo) {
        return (Profile::Office, Ok(office));
    }
    let look = Look::of(&office.app);
    drop(office);
    let demo = open_demo(options).inspect(|demo| look.give(&demo.app));
    (Profile::Demo, demo)
}

pub(crate) fn open_office(options: &Options) -> Result<Open, Error> {
    let app = App::open(AppOptions {
        secrets: options.secrets.clone(),
        passphrase: options.passphrase.clone(),
        lang: options.lang,
        ..AppOptions::new(options.data_dir.clone())
    })?;
    Ok(Open {
        app,
        profile: Profile::Office,
        demo: None,
    })
}

pub(crate) fn open_demo(options: &Options) -> Result<Open, Error> {
    let (app, demo) = demo::open(&options.data_dir, options.lang)?;
    Ok(Open {
        app,
        profile: Profile::Demo,
        demo: Some(demo),
    })
}

/// What the person chose at the first start.
pub(crate) fn start_choice(app: &App) -> Option<Profile> {
    match settings::get(app, Nothing {}).ok()?.settings.start {
        Start::None => None,
        Start::Office => Some(Profile::Office),
        Start::Demo => Some(Profile::Demo),
    }
}

/// What a person has set about how things look, carried from one profile to the other.
pub(crate) struct Look(Change);

impl Look {
    pub(crate) fn of(app: &App) -> Look {
        let read = settings::get(app, Nothing {});
        Look(read.map_or_else(
            |_| Change::default(),
            |view| Change {
                lang: Some(view.settings.lang),
                theme: Some(view.settings.theme),
                zone: Some(view.settings.zone),
                country: Some(view.settings.country),
                close: Some(view.settings.close),
                ..Change::default()
            },
        ))
    }

    pub(crate) fn give(self, app: &App) {
        set(app, Start::Demo, self.0);
    }
}

/// Settings that are no reason to open nothing.
pub(crate) fn set(app: &App, start: Start, change: Change) {
    let start = Some(start);
    if let Err(error) = settings::set(app, Change { start, ..change }) {
        tracing::warn!(%error, "settings were not carried over");
    }
}

/// The language before the data is open, and when it can't be.
pub(crate) fn lang_before(options: &Options) -> Lang {
    let configured = || {
        let dir = DataDir::open(&options.data_dir)?;
        config::read(&dir, SystemClock.now()).map(|read| read.config.lang)
    };
    options
        .lang
        .unwrap_or_else(|| configured().unwrap_or_default())
}

pub(crate) fn problem(options: &Options, asked: Profile, error: &Error) -> Problem {
    let mends = matches!(error.code, Code::StoreCorrupt | Code::StoreNewer);
    Problem {
        profile: asked,
        error: error.view(lang_before(options)),
        backups: if mends { readable(options) } else { Vec::new() },
        passphrase: matches!(
            error.code,
            Code::KeyringAbsent | Code::KeyringLocked | Code::SecretFileUnreadable
        ),
    }
}

/// The backups that this program can read, newest first.
fn readable(options: &Options) -> Vec<BackupRow> {
    let Ok(dir) = DataDir::open(&options.data_dir) else {
        return Vec::new();
    };
    let mut rows = backup::list_in(&dir).unwrap_or_default();
    rows.truncate(MOST_BACKUPS);
    let known = puente_store::state_options();
    rows.retain(|row| {
        let path = dir.backups().join(&row.name);
        puente_store::backup::verify(&path, &known, &Cancel::new()).is_ok()
    });
    rows
}
