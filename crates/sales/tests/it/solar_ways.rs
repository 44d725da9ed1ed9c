//! Every way in which Solar or the local database fails: what is said of it and what helps, that nothing
//! is lost or told twice, and that the next run after the repair ends the work.

use crate::office::jobs_of;
use crate::solar::{Local, Shop, assert_told};
use crate::solar_kill::TELL;
use puente_core::{Code, Error, Lang};
use puente_jobs::{JobId, Jobs, NewJob, State as JobState};
use puente_sales::channels::database::Settings;
use puente_sales::handlers::{DELIVER, SEND};
use puente_sales::outbox::SendState;
use puente_sales::{State, accounts, attempts, outbox, sales};
use puente_sandbox::clouds::{Cloud, CloudOptions, Clouds, Does, EffectKind, Fault};
use puente_sandbox::{CounterOptions, ServerCertificate, TdsFault};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

const SIGN_IN: &str = "/SolutionsRE_BackEnd/api/autenticacion/obtenerTokenAcceso";

/// Runs every case beside the others: most of their time is waiting.
fn each<T: Sync>(cases: &[T], run: impl Fn(&T) + Sync) {
    std::thread::scope(|scope| {
        for case in cases {
            scope.spawn(|| run(case));
        }
    });
}

/// The error of a run that fails, whole in both languages.
fn trouble(shop: &Shop) -> Error {
    let job = shop.attempt();
    assert_ne!(job.state, JobState::Done, "{job:?}");
    let error = job.error.expect("a run that fails says why");
    for lang in [Lang::Es, Lang::En] {
        let view = error.view(lang);
        for text in [&view.message, &view.hint] {
            assert!(!text.is_empty() && !text.contains('{'), "{text}");
        }
    }
    error
}

/// As [`trouble`], where it is Solar's: the account keeps it.
fn trouble_of_solar(shop: &Shop) -> Error {
    let error = trouble(shop);
    let account = accounts::ledger(&shop.room.state, shop.ledger).unwrap();
    assert_eq!(account.last_error.as_ref(), Some(&error));
    error
}

/// Requests that a path got.
fn asked(shop: &Shop, path: &str) -> usize {
    let all = shop.clouds.received();
    all.iter().filter(|one| one.path == path).count()
}

#[test]
fn tls_that_is_not_good_is_refused_by_its_reason_and_nothing_is_told() {
    let bad = |certificate| CloudOptions {
        certificate,
        ..CloudOptions::default()
    };
    let cases = [
        (
            bad(ServerCertificate::Expired),
            Code::NetTlsRefused,
            "expired",
        ),
        (
            bad(ServerCertificate::SelfSigned),
            Code::NetTlsRefused,
            "unknown_issuer",
        ),
        (
            bad(ServerCertificate::OtherHost),
            Code::NetTlsRefused,
            "wrong_name",
        ),
        (
            CloudOptions {
                old_tls: true,
                ..CloudOptions::default()
            },
            Code::NetTlsOld,
            "",
        ),
    ];
    each(&cases, |(options, code, reason)| {
        let shop = Shop::new(CounterOptions::of(1, 4));
        let good = shop.clouds.solar_url();
        let bad = Clouds::start(options.clone()).unwrap();
        let both = format!("{}{}", shop.clouds.solar_ca_pem(), bad.solar_ca_pem());
        std::fs::write(shop.path().join("solar.pem"), both).unwrap();
        move_to(&shop, bad.solar_url());
        let error = trouble_of_solar(&shop);
        assert_eq!(error.code, *code, "{error:?}");
        let said = error.values.get("reason").map_or("", String::as_str);
        assert_eq!(said, *reason, "{error:?}");
        assert!(bad.received().is_empty());
        assert_eq!(shop.of(State::Ready).len(), 4);
        move_to(&shop, good);
        shop.deliver();
        assert_told(&shop);
    });
}

fn move_to(shop: &Shop, url: String) {
    let write = move |tx: &rusqlite::Transaction<'_>| {
        tx.execute("UPDATE ledger_account SET base_url = ?1", [url])?;
        Ok::<_, puente_store::Error>(())
    };
    shop.room.state.write(write).unwrap();
}

#[test]
fn an_authority_that_is_renewed_in_the_same_file_is_known_at_once() {
    let shop = Shop::new(CounterOptions::of(1, 4));
    let file = shop.path().join("solar.pem");
    let good = std::fs::read(&file).unwrap();
    std::fs::write(
        &file,
        Clouds::start(CloudOptions::default())
            .unwrap()
            .solar_ca_pem(),
    )
    .unwrap();
    let error = trouble_of_solar(&shop);
    assert_eq!(error.code, Code::NetTlsRefused);
    std::fs::write(&file, good).unwrap();
    shop.deliver();
    assert_told(&shop);
}

#[test]
fn a_token_that_is_not_had_leaves_every_document_ready() {
    let cases = [
        (Does::Status(401), Code::CloudLoginRefused),
        (Does::Status(422), Code::CloudLoginRefused),
        (Does::Status(500), Code::CloudBusy),
        (Does::Html, Code::CloudUnreadable),
        (Does::Empty, Code::CloudUnreadable),
        (Does::Reset, Code::NetFailed),
        (Does::Hang, Code::NetTimeout),
    ];
    each(&cases, |(does, code)| {
        let shop = Shop::new(CounterOptions::of(2, 4));
        let fault = Fault::on(Cloud::Solar, "POST", SIGN_IN, does.clone());
        shop.clouds.fault(fault.for_ever());
        let error = trouble_of_solar(&shop);
        assert_eq!(error.code, *code, "{does:?}: {error:?}");
        assert_eq!(asked(&shop, TELL), 0, "{does:?}");
        assert_eq!(shop.of(State::Ready).len(), 4, "{does:?}");
        assert!(shop.counter.told().unwrap().is_empty());
        shop.clouds.heal();
        assert_eq!(shop.deliver().sent, 4, "{does:?}");
        assert_told(&shop);
    });
}

#[test]
fn a_slow_answer_is_waited_for() {
    let slow = Does::AcceptSlowly { millis: 700 };
    each(&[SIGN_IN, TELL], |path| {
        let shop = Shop::new(CounterOptions::of(2, 3));
        shop.clouds
            .fault(Fault::on(Cloud::Solar, "POST", path, slow.clone()).times(2));
        assert_eq!(shop.deliver().sent, 3);
        assert_eq!(asked(&shop, TELL), 3, "none is sent a second time");
        assert_told(&shop);
    });
}

/// Three of five are in doubt, and the other two were not even tried.
#[test]
fn a_solar_that_gives_no_answer_is_left_after_three_and_asked_again_later() {
    let cases = [
        (Does::Status(500), Code::CloudBusy),
        (Does::Html, Code::CloudUnreadable),
        (Does::Empty, Code::CloudUnreadable),
        (Does::Hang, Code::NetTimeout),
        (Does::AcceptThenStatus(500), Code::CloudBusy),
        (Does::AcceptThenReset, Code::NetFailed),
        (Does::AcceptThenHang, Code::NetTimeout),
    ];
    each(&cases, |(does, code)| {
        let shop = Shop::new(CounterOptions::of(3, 5));
        let fault = Fault::on(Cloud::Solar, "POST", TELL, does.clone());
        shop.clouds.fault(fault.for_ever());
        let error = trouble_of_solar(&shop);
        assert_eq!(error.code, *code, "{does:?}: {error:?}");
        let doubtful = shop.of(State::Uncertain);
        assert_eq!((doubtful.len(), shop.of(State::Ready).len()), (3, 2));
        for attempt in attempts::of_sale(&shop.room.state, doubtful[0]).unwrap() {
            assert_eq!(attempt.answer, "unknown", "{does:?}");
            assert!(!attempt.said.is_empty() && attempt.ended_at.is_some());
        }
        assert!(shop.counter.told().unwrap().is_empty(), "{does:?}");
        shop.clouds.heal();
        shop.deliver();
        assert_told(&shop);
    });
}

#[test]
fn a_token_that_is_refused_is_renewed_once_and_then_nothing_more_is_sent() {
    let shop = Shop::new(CounterOptions::of(4, 4));
    let refused = Fault::on(Cloud::Solar, "POST", TELL, Does::Status(401));
    shop.clouds.fault(refused.clone().for_ever());
    assert_eq!(trouble_of_solar(&shop).code, Code::CloudLoginRefused);
    assert_eq!((asked(&shop, SIGN_IN), asked(&shop, TELL)), (2, 2));
    assert_eq!(shop.of(State::Ready).len(), 4);
    shop.clouds.heal();
    shop.clouds.fault(refused.times(1));
    assert_eq!(shop.deliver().sent, 4);
    for sale in shop.of(State::Invoiced) {
        let attempts = attempts::of_sale(&shop.room.state, sale).unwrap();
        assert!(attempts.iter().all(|one| one.body.contains("Comprobantes")));
    }
    assert_eq!((asked(&shop, SIGN_IN), asked(&shop, TELL)), (3, 7));
    assert_told(&shop);
}

#[test]
fn a_refusal_is_that_documents_alone_and_is_sent_again_where_it_is_selected() {
    let shop = Shop::new(CounterOptions::of(5, 4));
    let refused = Fault::on(Cloud::Solar, "POST", TELL, Does::Status(422));
    shop.clouds.fault(refused.times(1));
    let done = shop.deliver();
    assert_eq!((done.sent, done.refused), (3, 1));
    let refused = shop.of(State::Refused);
    let sends = outbox::of_sale(&shop.room.state, refused[0]).unwrap();
    assert_eq!(sends[0].state, SendState::Refused);
    let row = sales::get(&shop.room.state, refused[0]).unwrap();
    let reason = serde_json::to_value(&row.reasons[0]).unwrap();
    assert_eq!(reason["code"], "solar_422");
    assert_eq!(reason["message"], "ERROR DEL SERVICIO");
    // It is mended where it was issued.
    let sqlite = shop.counter.database.sqlite().unwrap();
    sqlite
        .execute_batch("UPDATE CTA03 SET COD_ARTICU = 'CORREGIDO'")
        .unwrap();
    let input = json!({ "ledger_id": shop.ledger, "sales": refused });
    shop.jobs.enqueue(NewJob::new(SEND, input)).unwrap();
    shop.jobs.run_due(1).unwrap();
    assert_told(&shop);
    let journal = shop.clouds.journal();
    let EffectKind::SolarDocument { document, .. } = &journal.last().unwrap().kind else {
        panic!("{journal:?}");
    };
    assert_eq!(document["Detalles"][0]["DescripcionItem"], "CORREGIDO");
    let both = attempts::of_sale(&shop.room.state, refused[0]).unwrap();
    let answers: Vec<&str> = both.iter().map(|one| &*one.answer).collect();
    assert_eq!(answers, ["refused", "accepted"]);
}

#[test]
fn a_database_that_is_not_entered_is_said_so_and_hinders_no_other() {
    let mut shop = Shop::new(CounterOptions::of(6, 4));
    shop.through(Local::of(shop.server.port(), "nadie"));
    let error = trouble(&shop);
    assert_eq!(error.code, Code::DbWrongPassword);
    assert_eq!(error.values["user"], "nadie");
    let channel = accounts::channel(&shop.room.state, shop.channel).unwrap();
    assert_eq!(channel.last_error, Some(error));
    assert!(shop.clouds.received().is_empty());
    shop.through(Local::of(shop.server.port(), "puente"));
    let mut settings = Settings::of(&channel).unwrap();
    settings.database = "OTRA".to_owned();
    let other = accounts::Channel {
        id: 0,
        name: "Otro".to_owned(),
        seller_id: "localhost/OTRA/solar".to_owned(),
        settings: json!(settings),
        ..channel
    };
    accounts::keep_database(&shop.room.state, other, shop.room.clock.now()).unwrap();
    let error = trouble(&shop);
    assert_eq!(error.code, Code::DbNotFound, "{error:?}");
    assert_eq!(error.values["path"], "OTRA");
    assert_told(&shop);
}

#[test]
fn a_server_that_fails_while_it_is_read_or_marked_is_asked_again() {
    let slow = TdsFault::Slow(Duration::from_secs(4));
    let headers = "FROM [dbo].[EB_T";
    let cases = [
        (headers, TdsFault::Deadlock, Code::DbLockConflict),
        (headers, TdsFault::LockTimeout, Code::DbLockConflict),
        (headers, TdsFault::DropAfterRow(2), Code::DbConnectionLost),
        (headers, slow.clone(), Code::DbTimeout),
        (
            "FROM [dbo].[CTA03]",
            TdsFault::Deadlock,
            Code::DbLockConflict,
        ),
        (
            "FROM [dbo].[CTA04]",
            TdsFault::LockTimeout,
            Code::DbLockConflict,
        ),
        (
            "FROM [dbo].[CTA04]",
            TdsFault::DropBefore,
            Code::DbConnectionLost,
        ),
        (
            "UPDATE [dbo].[EB_T",
            TdsFault::Deadlock,
            Code::DbLockConflict,
        ),
        (
            "UPDATE [dbo].[EB_T",
            TdsFault::LockTimeout,
            Code::DbLockConflict,
        ),
        ("UPDATE [dbo].[EB_T", slow, Code::DbTimeout),
        (
            "COMMIT TRANSACTION",
            TdsFault::DropAfter,
            Code::DbConnectionLost,
        ),
    ];
    each(&cases, |(statement, fault, code)| {
        let mut shop = Shop::new(CounterOptions::of(7, 5));
        shop.through(Local {
            answer: Duration::from_secs(2),
            ..Local::of(shop.server.port(), "puente")
        });
        shop.server.fault(statement, 1000, fault.clone());
        let error = trouble(&shop);
        assert_eq!(error.code, *code, "{statement} {fault:?}: {error:?}");
        assert!(error.retryable, "the queue tries again by itself");
        let channel = accounts::channel(&shop.room.state, shop.channel).unwrap();
        assert_eq!(channel.last_error, Some(error), "{statement} {fault:?}");
        shop.server.heal();
        shop.deliver();
        assert_told(&shop);
    });
}

/// Four were intended at once and committed as sent: those that did not leave are ready again at once.
#[test]
fn a_cancel_leaves_nothing_in_doubt_that_did_not_leave() {
    let mut shop = Shop::new(CounterOptions::of(8, 7));
    let cancel = Arc::new(OnceLock::<(Jobs, JobId)>::new());
    let (sent, known) = (AtomicUsize::new(0), Arc::clone(&cancel));
    shop.room = shop.room.clone().with_points(Arc::new(move |name| {
        if name == "send.before"
            && sent.fetch_add(1, Ordering::SeqCst) == 1
            && let Some((jobs, id)) = known.get()
        {
            jobs.cancel(*id).unwrap();
        }
    }));
    shop.jobs = jobs_of(&shop.room);
    let input = json!({ "ledger_id": shop.ledger });
    let id = shop.jobs.enqueue(NewJob::new(DELIVER, input)).unwrap();
    assert!(cancel.set((shop.jobs.clone(), id)).is_ok());
    shop.jobs.run_due(1).unwrap();
    assert_eq!(shop.jobs.get(id).unwrap().state, JobState::Cancelled);
    assert_eq!(shop.of(State::Invoiced).len(), 1);
    assert_eq!(shop.of(State::Ready).len(), 6);
    for sale in shop.of(State::Ready) {
        let attempts = attempts::of_sale(&shop.room.state, sale).unwrap();
        assert!(
            attempts.iter().all(|one| one.answer == "not_now"),
            "{attempts:?}"
        );
    }
    shop.deliver();
    assert_told(&shop);
}
