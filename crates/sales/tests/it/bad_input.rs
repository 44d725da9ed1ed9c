//! What comes from outside is wrong, half, late or not there at all.

use crate::office::{Office, assert_once, clouds, room_in};
use chrono::{DateTime, TimeDelta, Utc};
use puente_core::{Clock, Code, SystemClock};
use puente_jobs::{NewJob, State as JobState};
use puente_net::{Network, ProxyMode};
use puente_sales::handlers::{CATALOGUE, FOLLOW, SEND, SYNC};
use puente_sales::{Room, State, accounts, outbox};
use puente_sandbox::clouds::{Cloud, Does, EffectKind, Fault};
use puente_store::secrets::Secrets;
use puente_store::{Database, state_options};
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

fn invoiced(office: &Office) -> u64 {
    office.count(State::Invoiced) + office.count(State::Stamped)
}

/// Points the ledger and the channel somewhere else.
fn move_to(office: &Office, siigo: &str, mercadolibre: &str) {
    let (siigo, mercadolibre) = (siigo.to_owned(), mercadolibre.to_owned());
    let write = move |tx: &rusqlite::Transaction<'_>| {
        tx.execute("UPDATE ledger_account SET base_url = ?1", [siigo])?;
        tx.execute("UPDATE channel_account SET api_url = ?1", [mercadolibre])?;
        Ok::<_, puente_store::Error>(())
    };
    office.room.state.write(write).unwrap();
}

#[test]
fn a_name_that_does_not_resolve_leaves_everything_as_it_was_and_ready() {
    let clouds = clouds(6, 3, false);
    let office = Office::new(&clouds);
    office.sync();
    let ready = office.ready();
    // `.invalid` never resolves (RFC 6761).
    move_to(
        &office,
        "http://siigo.invalid",
        "http://mercadolibre.invalid",
    );
    let job = office.attempt(SEND, json!({ "ledger_id": office.ledger, "sales": ready }));
    let sent = job.result.unwrap_or_default();
    assert_eq!(office.ready(), ready, "{sent}");
    assert_eq!(office.count(State::Uncertain), 0);
    let ledger = accounts::ledger(&office.room.state, office.ledger).unwrap();
    assert_eq!(sent["later"], ready.len(), "{:?}", ledger.last_error);
    move_to(&office, &clouds.siigo_url(), &clouds.mercadolibre_url());
    office.send(&ready);
    assert_eq!(invoiced(&office), ready.len() as u64);
    assert_once(&clouds, ready.len());
}

#[test]
fn a_proxys_page_is_never_taken_for_an_answer() {
    for does in [Does::Html, Does::Status(502), Does::Empty] {
        let clouds = clouds(6, 3, false);
        let office = Office::new(&clouds);
        let everywhere = [
            (Cloud::MercadoLibre, "GET", "/orders/search"),
            (Cloud::MercadoLibre, "GET", "/orders/billing-info/**"),
            (Cloud::MercadoLibre, "GET", "/shipments/**"),
            (Cloud::Siigo, "GET", "/v1/customers"),
            (Cloud::Siigo, "POST", "/v1/customers"),
            (Cloud::Siigo, "POST", "/v1/invoices"),
        ];
        for (cloud, method, path) in everywhere {
            clouds.fault(Fault::on(cloud, method, path, does.clone()));
        }
        office.sync();
        let all = office.totals().sales;
        assert!(all > 0);
        assert_eq!(
            office.count(State::Ready),
            all,
            "{does:?}: {:?}",
            office.totals()
        );
        office.send(&office.ready());
        office.send(&office.ready());
        assert_eq!(invoiced(&office), all, "{does:?}: {:?}", office.totals());
        assert_once(&clouds, usize::try_from(all).unwrap());
    }
}

#[test]
fn half_a_catalogue_is_no_catalogue_and_the_old_one_stays() {
    let clouds = clouds(6, 3, false);
    let office = Office::new(&clouds);
    office.sync();
    let ready = office.count(State::Ready);
    let before = puente_sales::catalogues::of(&office.room.state, office.ledger).unwrap();
    let fault = Fault::on(Cloud::Siigo, "GET", "/v1/products", Does::AcceptThenCut);
    clouds.fault(fault.for_ever());
    let input = json!({ "ledger_id": office.ledger });
    let job = office.jobs.enqueue(NewJob::new(CATALOGUE, input)).unwrap();
    office.jobs.run_due(1).unwrap();
    let ended = office.jobs.get(job).unwrap();
    assert_ne!(ended.state, JobState::Done);
    let after = puente_sales::catalogues::of(&office.room.state, office.ledger).unwrap();
    assert_eq!(after, before);
    assert_eq!(office.count(State::Ready), ready);
}

#[test]
fn half_an_answer_to_an_invoice_and_one_that_never_comes_end_in_one_invoice() {
    for does in [Does::AcceptThenCut, Does::AcceptThenHang, Does::Hang] {
        let clouds = clouds(4, 3, false);
        let office = Office::new(&clouds);
        office.sync();
        let ready = office.ready();
        clouds.fault(Fault::on(
            Cloud::Siigo,
            "POST",
            "/v1/invoices",
            does.clone(),
        ));
        let started = Instant::now();
        office.send(&ready);
        // The office's patience in these tests is a second and a half.
        assert!(started.elapsed() < Duration::from_secs(20), "{does:?}");
        office.send(&office.ready());
        assert_eq!(invoiced(&office), ready.len() as u64, "{does:?}");
        assert_once(&clouds, ready.len());
    }
}

/// An office whose product tells of its moments: every token ends at the first of each named one.
fn forgetful(clouds: &Arc<puente_sandbox::clouds::Clouds>, names: &[&'static str]) -> Office {
    let folder = tempfile::tempdir().unwrap();
    let left = Mutex::new(names.to_vec());
    let ends = Arc::clone(clouds);
    let room = room_in(folder.path(), Secrets::memory()).with_points(Arc::new(move |name| {
        let mut left = left.lock().unwrap();
        if let Some(at) = left.iter().position(|one| *one == name) {
            left.remove(at);
            ends.forget_tokens();
        }
    }));
    Office::over(room, clouds, folder)
}

#[test]
fn tokens_of_both_clouds_that_end_in_the_middle_of_a_run_are_renewed_there() {
    let clouds = Arc::new(clouds(12, 5, false));
    let moments = [
        "read.after",
        "customer.after",
        "send.after",
        "status.before",
    ];
    let office = forgetful(&clouds, &moments);
    office.sync();
    let all = office.totals().sales;
    assert_eq!(office.count(State::Ready), all);
    office.send(&office.ready());
    office.follow();
    assert_eq!(invoiced(&office), all, "{:?}", office.totals());
    assert_once(&clouds, usize::try_from(all).unwrap());
    let journal = clouds.journal();
    let twice = journal
        .iter()
        .filter(|one| matches!(one.kind, EffectKind::RefreshUsedAgain { .. }));
    assert_eq!(twice.count(), 0, "a refresh token was used twice");
}

/// A clock that is off by as much as it is told to be.
struct Off(Mutex<TimeDelta>);

impl Clock for Off {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + *self.0.lock().unwrap()
    }
}

fn office_at(clock: &Arc<Off>, clouds: &puente_sandbox::clouds::Clouds) -> Office {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("puente.db");
    let state = Database::open(&path, state_options(), clock.clone()).unwrap();
    let ways = Arc::new(|| {
        Ok(Network {
            proxy: ProxyMode::None,
            ..Network::default()
        })
    });
    let files = folder.path().join("invoices");
    let room = Room::new(state, Secrets::memory(), clock.clone(), files, ways);
    Office::over(room, clouds, folder)
}

#[test]
fn a_clock_that_is_wrong_sends_nothing_and_says_so_and_reads_all_the_same() {
    for off in [TimeDelta::days(-3), TimeDelta::days(2), TimeDelta::hours(5)] {
        let clouds = clouds(6, 3, false);
        let clock = Arc::new(Off(Mutex::new(off)));
        let office = office_at(&clock, &clouds);
        office.sync();
        let ready = office.ready();
        assert!(!ready.is_empty(), "{off}");
        let input = json!({ "ledger_id": office.ledger, "sales": ready });
        let job = office.attempt(SEND, input);
        assert_eq!(job.error.unwrap().code, Code::ClockWrong, "{off}");
        assert_once(&clouds, 0);
        assert_eq!(office.ready(), ready, "{off}");
        *clock.0.lock().unwrap() = TimeDelta::zero();
        // What was read by a clock that stood ahead leaves no gap.
        office.sync();
        let ready = office.ready();
        office.send(&ready);
        assert_eq!(
            invoiced(&office),
            ready.len() as u64,
            "{:?}",
            office.totals()
        );
        assert_once(&clouds, ready.len());
    }
}

#[test]
fn tokens_that_the_office_takes_for_good_and_the_clouds_do_not_are_renewed() {
    let clouds = clouds(6, 3, false);
    let office = Office::new(&clouds);
    // Their day has passed, and the office's clock stands still.
    clouds.turn_clock(TimeDelta::hours(25));
    office.sync();
    let all = office.totals().sales;
    assert!(all > 0);
    let job = office.attempt(FOLLOW, json!({ "ledger_id": office.ledger }));
    assert_eq!(job.state, JobState::Done, "{job:?}");
}

#[test]
fn a_disk_that_fills_stops_a_reading_and_a_sending_and_loses_nothing() {
    let clouds = clouds(24, 5, false);
    let office = Office::new(&clouds);
    let limit = |pages: Option<i64>| {
        let set = move |tx: &rusqlite::Transaction<'_>| {
            let used: i64 = tx.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            let most = pages.map_or(1_000_000, |more| used + more);
            tx.query_row(&format!("PRAGMA max_page_count = {most}"), [], |_| Ok(()))?;
            Ok::<_, puente_store::Error>(())
        };
        office.room.state.write(set).unwrap();
    };
    limit(Some(6));
    let input = json!({ "channel_id": office.channel });
    let id = office.jobs.enqueue(NewJob::new(SYNC, input)).unwrap();
    let _ = office.jobs.run_due(1);
    limit(None);
    let job = office.jobs.get(id).unwrap();
    assert_ne!(job.state, JobState::Done, "the disk did not fill: {job:?}");
    office.sync();
    let ready = office.ready();
    assert_eq!(ready.len() as u64, office.totals().sales);
    assert!(ready.len() > 10, "{}", ready.len());
    limit(Some(3));
    let input = json!({ "ledger_id": office.ledger, "sales": ready });
    let id = office.jobs.enqueue(NewJob::new(SEND, input)).unwrap();
    let _ = office.jobs.run_due(1);
    limit(None);
    let job = office.jobs.get(id).unwrap();
    assert_ne!(job.state, JobState::Done, "the disk did not fill: {job:?}");
    office.jobs.recover().unwrap();
    office.follow();
    office.send(&office.ready());
    let open = outbox::awaiting_stamp(&office.room.state).unwrap();
    assert_eq!(
        invoiced(&office),
        ready.len() as u64,
        "{open} {:?}",
        office.totals()
    );
    assert_once(&clouds, ready.len());
}
