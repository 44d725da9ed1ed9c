//! Sessions over real data folders.

#![allow(clippy::unwrap_used, reason = "a failed arrangement fails the test")]

use puente_app::sales::example;
use puente_app::{App, AppOptions, Nothing};
use puente_core::{Code, Secret};
use puente_session::{Event, Options, Profile, Session, Shop};
use puente_store::secrets::Secrets;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

fn options(folder: &Path) -> Options {
    Options {
        secrets: Some(Secrets::memory()),
        ..Options::new(folder.to_owned())
    }
}

fn opened(folder: &Path) -> Session {
    let session = Session::new(options(folder));
    session.open().unwrap();
    session
}

/// Backs up and waits until that is done.
fn back_up(session: &Session) {
    let jobs = session.call("backup.create", json!({})).unwrap();
    let id = jobs[0]["id"].as_i64().unwrap();
    let app = session.app().unwrap();
    let job = app.jobs.wait(puente_jobs::JobId(id)).unwrap();
    assert_eq!(job.state, puente_jobs::State::Done);
}

/// SQLite takes its log away with the last of its users, which may be a thread that is ending.
fn closed(folder: &Path) {
    let begun = Instant::now();
    while folder.join("puente.db-wal").exists() {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "the data stays open"
        );
        std::thread::yield_now();
    }
}

fn damage(folder: &Path) {
    closed(folder);
    let mut bytes = std::fs::read(folder.join("puente.db")).unwrap();
    bytes.iter_mut().skip(100).for_each(|byte| *byte = 0xAA);
    std::fs::write(folder.join("puente.db"), bytes).unwrap();
}

#[test]
fn a_damaged_state_is_a_problem_with_a_backup_that_brings_the_data_back() {
    let folder = tempfile::tempdir().unwrap();
    let session = opened(folder.path());
    back_up(&session);
    session.stop();
    drop(session);
    damage(folder.path());

    let session = Session::new(options(folder.path()));
    session.open().unwrap_err();
    let status = session.host("status", json!({})).unwrap();
    assert_eq!(status["profile"], Value::Null);
    assert_eq!(status["problem"]["error"]["code"], "STORE_CORRUPT");
    let refused = session.call("servers.list", json!({})).unwrap_err();
    assert_eq!(refused.code.as_str(), "STORE_CORRUPT");

    let backup = status["problem"]["backups"][0]["name"].clone();
    session
        .host("problem.restore", json!({ "name": backup }))
        .unwrap();
    assert_eq!(session.profile(), Some(Profile::Office));
    assert!(session.problem().is_none());
    assert_eq!(session.call("servers.list", json!({})).unwrap(), json!([]));
    session.stop();
}

#[test]
fn a_state_of_a_newer_puente_gives_way_to_a_backup_and_is_kept_aside() {
    let folder = tempfile::tempdir().unwrap();
    let session = opened(folder.path());
    back_up(&session);
    session.stop();
    drop(session);
    closed(folder.path());
    let newer = puente_store::rusqlite::Connection::open(folder.path().join("puente.db")).unwrap();
    newer.pragma_update(None, "user_version", 9_999).unwrap();
    drop(newer);

    let session = Session::new(options(folder.path()));
    assert_eq!(session.open().unwrap_err().code.as_str(), "STORE_NEWER");
    let backups = session.problem().unwrap().backups;
    session.restore(&backups[0].name).unwrap();
    assert_eq!(session.profile(), Some(Profile::Office));
    assert_eq!(
        std::fs::read_dir(folder.path().join("quarantine"))
            .unwrap()
            .count(),
        1
    );
    session.stop();
}

#[test]
fn a_file_of_secrets_opens_with_its_passphrase_only() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), "secrets = \"file\"\n").unwrap();
    let session = Session::new(Options::new(folder.path().to_owned()));
    session.open().unwrap_err();
    assert!(session.problem().unwrap().passphrase);
    session
        .open_with(Secret::from("correct horse battery staple"))
        .unwrap();
    assert_eq!(session.profile(), Some(Profile::Office));
    session.stop();
}

#[test]
fn calls_wait_until_the_data_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::new(options(folder.path()));
    let (tell, told) = mpsc::channel();
    let caller = session.clone();
    std::thread::spawn(move || {
        tell.send(caller.call("servers.list", json!({}))).unwrap();
    });
    session.open().unwrap();
    let answer = told.recv_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(answer.unwrap(), json!([]));
    session.stop();
}

#[test]
fn in_safe_mode_a_job_is_queued_and_not_begun() {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::new(Options {
        safe_mode: true,
        ..options(folder.path())
    });
    session.open().unwrap();
    let jobs = session.call("backup.create", json!({})).unwrap();
    assert_eq!(jobs[0]["state"], "queued");
    session.stop();
    drop(session);
    let again = opened(folder.path());
    let app = again.app().unwrap();
    let id = puente_jobs::JobId(jobs[0]["id"].as_i64().unwrap());
    assert_eq!(app.jobs.wait(id).unwrap().state, puente_jobs::State::Done);
    again.stop();
}

#[test]
fn a_listener_hears_jobs_and_what_is_stale_until_it_wants_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let session = opened(folder.path());
    let (tell, told) = mpsc::channel::<Event>();
    session.listen(move |event| tell.send(event.clone()).is_ok());
    back_up(&session);
    let events: Vec<Event> =
        std::iter::from_fn(|| told.recv_timeout(Duration::from_secs(1)).ok()).collect();
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Stale { .. }))
    );
    assert!(
        events.iter().any(|event| matches!(
            event,
            Event::JobChanged { job } if job.state == puente_jobs::State::Done
        )),
        "{events:?}"
    );
    session.stop();
}

fn went(app: &App) -> example::Done {
    example::run(app, Nothing {}).unwrap();
    app.jobs.run_due(1).unwrap();
    let standing = example::standing(app, Nothing {}).unwrap();
    assert!(standing.available, "{standing:?}");
    let blocked: u64 = standing.blocked.iter().map(|reason| reason.sales).sum();
    assert!(
        blocked > 0
            && standing
                .blocked
                .iter()
                .all(|reason| !reason.text.is_empty()),
        "{standing:?}"
    );
    standing.done.unwrap()
}

#[test]
fn the_sample_shop_goes_from_orders_to_stamped_invoices_and_again_without_a_second_one() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(AppOptions {
        secrets: Some(Secrets::memory()),
        example: Some(Arc::new(Shop::of(80))),
        ..AppOptions::new(folder.path().to_owned())
    })
    .unwrap();
    let first = went(&app);
    assert!(
        first.ready > 20 && first.invoiced + 5 >= first.ready && first.credit_notes > 0,
        "{first:?}"
    );
    assert!(
        first.uncertain_settled > 0 && first.uncertain == 0,
        "{first:?}"
    );
    assert_eq!(first.stamped, first.invoiced, "{first:?}");
    assert_eq!(first.journal_invoices, first.invoiced, "{first:?}");
    assert_eq!(first.invoices_made_twice, 0);
    let again = went(&app);
    assert_eq!(again.invoices_made_twice, 0);
    assert_eq!(again.journal_invoices, again.invoiced, "{again:?}");
    writes_files(&app, folder.path(), &again);
    let accounts = puente_app::sales::channels::list(&app, Nothing {}).unwrap();
    assert_eq!(accounts.len(), 1);
    assert!(accounts[0].name.contains("EJEMPLO"), "{}", accounts[0].name);
}

/// What is seen goes into files, and the documents of an invoice to where a person wants them.
fn writes_files(app: &App, folder: &Path, done: &example::Done) {
    let call = |name: &str, request: Value| puente_app::commands::call(app, name, request);
    let to = |name: &str| folder.join(name);
    let lines = |name: &str| std::fs::read_to_string(to(name)).unwrap().lines().count() as u64;
    let list = json!({ "filter": { "states": ["stamped"] }, "output": to("ventas.csv") });
    let written = call("sales.export", list.clone()).unwrap();
    assert_eq!(written["rows"], done.stamped);
    assert_eq!(lines("ventas.csv"), done.stamped + 1);
    assert_eq!(
        call("sales.export", list).unwrap_err().code,
        Code::AlreadyExists
    );
    let margin = json!({ "by": "product", "output": to("margen.xlsx") });
    assert!(call("sales.margin.export", margin).unwrap()["rows"].as_u64() > Some(3));
    let amounts = json!({ "amounts": true, "output": to("valores.csv") });
    call("sales.margin.export", amounts).unwrap();
    let text = std::fs::read_to_string(to("valores.csv")).unwrap();
    assert!(
        text.contains("comisión") && text.contains("estimado") && text.contains("Empaque"),
        "{text:.400}"
    );
    let stamped = json!({ "filter": { "states": ["stamped"] }, "limit": 1 });
    let sale = call("sales.list", stamped).unwrap()["rows"][0]["key"].clone();
    for (document, begins) in [("pdf", "%PDF"), ("xml", "<")] {
        let output = to(&format!("factura.{document}"));
        let request = json!({ "sale": sale, "document": document, "output": output });
        call("sales.document", request).unwrap();
        let bytes = std::fs::read(&output).unwrap();
        assert!(bytes.starts_with(begins.as_bytes()), "{document}");
    }
    let pending = json!({ "filter": { "states": ["pending"] }, "limit": 1 });
    let sale = call("sales.list", pending).unwrap()["rows"][0]["key"].clone();
    let request = json!({ "sale": sale, "document": "pdf", "output": to("ninguna.pdf") });
    let refused = call("sales.document", request).unwrap_err();
    assert_eq!(refused.code, Code::NotFound);
    assert!(!to("ninguna.pdf").exists());
}

#[test]
fn an_offices_own_data_has_no_sample_shop() {
    let folder = tempfile::tempdir().unwrap();
    let session = opened(folder.path());
    let refused = session.call("sales.example", json!({})).unwrap_err();
    assert_eq!(refused.code, Code::ExampleOnly);
    let standing = session.call("sales.example.standing", json!({})).unwrap();
    assert_eq!(standing["available"], false);
    assert_eq!(
        session.call("sales.ledgers.list", json!({})).unwrap(),
        json!([])
    );
    session.stop();
}
