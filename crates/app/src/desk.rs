//! A data folder for tests.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose stage can't be set has failed"
)]

use crate::{App, AppOptions};
use chrono::{DateTime, Utc};
use puente_core::ManualClock;
use puente_erp::servers::{Kind, NewServer, Options};
use puente_store::secrets::Secrets;
use std::sync::Arc;
use tempfile::TempDir;

pub struct Desk {
    pub app: App,
    pub clock: ManualClock,
    pub folder: TempDir,
}

impl Desk {
    /// An empty office at noon of 25 November 2026 in Bogota.
    pub fn new() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(at("2026-11-25T17:00:00Z"));
        let app = App::open(AppOptions {
            clock: Arc::new(clock.clone()),
            secrets: Some(Secrets::memory()),
            ..AppOptions::new(folder.path().join("data"))
        })
        .unwrap();
        Desk { app, clock, folder }
    }

    /// An office with the sample's files as its server.
    pub fn with_files() -> Desk {
        let desk = Desk::new();
        let sample =
            puente_sandbox::SampleFiles::create(&desk.folder.path().join("files")).unwrap();
        let server = NewServer {
            name: "archivos".to_owned(),
            kind: Kind::Files,
            host: String::new(),
            port: 0,
            user: String::new(),
            master: sample.folder.display().to_string(),
            profile: "tns".to_owned(),
            options: Options::default(),
        };
        let request = crate::servers::Add {
            server,
            password: None,
            no_test: false,
        };
        crate::servers::add(&desk.app, request).unwrap();
        desk
    }

    /// Runs what is due, and what follows from it.
    pub fn run(&self) {
        self.app.jobs.run_due(1).unwrap();
    }
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}
