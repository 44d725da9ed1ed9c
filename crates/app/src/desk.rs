//! A data folder for tests.

#![allow(
    clippy::unwrap_used,
    reason = "a test whose stage can't be set has failed"
)]

use crate::{App, AppOptions};
use chrono::{DateTime, Utc};
use puente_core::{ManualClock, Secret};
use puente_erp::servers::{Kind, NewServer, Options};
use puente_sales::model::Sale;
use puente_store::secrets::Secrets;
use serde_json::json;
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

    /// An account at MercadoLibre called `Tienda`, which is not authorised yet.
    pub fn add_channel(&self) -> i64 {
        let request = crate::sales::channels::Connect {
            name: "Tienda".to_owned(),
            site: "MCO".to_owned(),
            client_id: "1".to_owned(),
            client_secret: Some(Secret::from("s")),
            redirect_uri: "https://localhost:8443/puente".to_owned(),
            ledger: None,
            api_url: None,
            auth_url: None,
        };
        let begun = crate::sales::channels::begin(&self.app, request);
        begun.unwrap().channel
    }

    /// Runs what is due, and what follows from it.
    pub fn run(&self) {
        self.app.jobs.run_due(1).unwrap();
    }
}

/// Two of what the seller calls `sku`, paid.
pub fn sale(key: &str, sku: &str, sold_at: &str) -> Sale {
    serde_json::from_value(json!({
        "key": key, "orders": [{ "id": key, "status": "paid" }],
        "sold_at": sold_at, "updated_at": sold_at, "status": "paid", "currency": "COP",
        "lines": [{ "order": key, "sku": sku, "item": "MCO1", "title": "Tornillo",
                    "quantity": "2", "unit_price": "100000", "unit_fee": "16500" }],
        "payments": [], "shipment": null,
        "buyer": { "id": "1", "nickname": "B", "identity": { "known": "missing" } },
        "withheld": "0",
    }))
    .unwrap()
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}
