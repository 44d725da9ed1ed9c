//! An opened data folder whose time is set by the test.

use chrono::{DateTime, Utc};
use puente_app::{App, AppOptions};
use puente_core::ManualClock;
use puente_store::secrets::Secrets;
use std::sync::Arc;
use tempfile::TempDir;

pub struct Office {
    pub app: App,
    pub clock: ManualClock,
    _folder: TempDir,
}

impl Office {
    pub fn new() -> Office {
        let noon: DateTime<Utc> = "2026-12-01T17:00:00Z".parse().unwrap();
        let clock = ManualClock::at(noon);
        let folder = tempfile::tempdir().unwrap();
        let app = open(&folder, &clock);
        Office {
            app,
            clock,
            _folder: folder,
        }
    }
}

fn open(folder: &TempDir, clock: &ManualClock) -> App {
    App::open(AppOptions {
        clock: Arc::new(clock.clone()),
        secrets: Some(Secrets::memory()),
        ..AppOptions::new(folder.path().to_owned())
    })
    .unwrap()
}
