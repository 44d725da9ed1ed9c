//! What goes wrong between a client and SIIGO, and what is left of it.

use super::client::{Http, clouds, siigo};
use super::invoices::sale;
use puente_sandbox::clouds::{Cloud, Clouds, Does, EffectKind, Fault};
use serde_json::Value;
use std::time::{Duration, Instant};

fn on_invoices(does: Does) -> Fault {
    Fault::on(Cloud::Siigo, "POST", "/v1/invoices", does)
}

fn keyed(clouds: &Clouds, key: &str) -> Http {
    siigo(clouds, 0).with("Idempotency-Key", key)
}

#[test]
fn a_naive_client_that_sends_again_after_a_time_out_makes_two_invoices() {
    let clouds = clouds();
    let client = siigo(&clouds, 0).impatient();
    clouds.fault(on_invoices(Does::AcceptThenHang));
    assert!(client.try_post("/v1/invoices", &sale()).is_err());
    assert_eq!(client.post("/v1/invoices", &sale()).status, 201);
    assert_eq!(clouds.invoices().len(), 2);
    let status: Vec<Option<u16>> = clouds
        .received()
        .iter()
        .filter(|one| one.path == "/v1/invoices")
        .map(|one| one.status)
        .collect();
    assert_eq!(status, [None, Some(201)]);
}

#[test]
fn a_client_with_a_key_that_it_kept_makes_one() {
    let faults = [
        Does::AcceptThenHang,
        Does::AcceptThenReset,
        Does::AcceptThenCut,
        Does::AcceptThenStatus(500),
        Does::AcceptThenStatus(504),
        Does::AcceptThenHtml,
    ];
    let clouds = clouds();
    for (place, does) in faults.into_iter().enumerate() {
        let client = keyed(&clouds, &format!("key{place}")).impatient();
        clouds.fault(on_invoices(does.clone()));
        let first = client.try_post("/v1/invoices", &sale());
        let made = first.is_ok_and(|answer| {
            answer.status == 201 && serde_json::from_str::<Value>(&answer.text).is_ok()
        });
        assert!(!made, "{does:?} tells nothing");
        assert_eq!(clouds.invoices().len(), place + 1, "{does:?} did it");
        assert_eq!(client.post("/v1/invoices", &sale()).status, 201);
        assert_eq!(clouds.invoices().len(), place + 1);
    }
}

#[test]
fn faults_before_the_effect_leave_nothing() {
    let clouds = clouds();
    let client = keyed(&clouds, "abc").impatient();
    for does in [
        Does::Hang,
        Does::Reset,
        Does::Status(500),
        Does::Status(429),
        Does::Html,
        Does::Empty,
    ] {
        clouds.fault(on_invoices(does.clone()));
        let answer = client.try_post("/v1/invoices", &sale());
        if matches!(does, Does::Hang | Does::Reset) {
            assert!(answer.is_err());
            continue;
        }
        let answer = answer.unwrap();
        if let Does::Status(status) = does {
            assert_eq!(answer.status, status);
        } else {
            assert_eq!(answer.status, 200);
            assert_eq!(answer.text.contains("<html>"), does == Does::Html);
        }
    }
    assert!(clouds.invoices().is_empty());
    assert_eq!(client.post("/v1/invoices", &sale()).status, 201);
}

#[test]
fn a_reset_is_a_reset() {
    let clouds = clouds();
    clouds.fault(on_invoices(Does::Reset));
    let error = siigo(&clouds, 0)
        .try_post("/v1/invoices", &sale())
        .unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[test]
fn a_burned_key_is_of_no_more_use() {
    let clouds = clouds();
    clouds.fault(on_invoices(Does::BurnKey));
    let client = keyed(&clouds, "burned");
    for _ in 0..3 {
        assert_eq!(
            client.post("/v1/invoices", &sale()).codes(),
            (500, vec!["unhandled_error".into()])
        );
    }
    assert!(clouds.invoices().is_empty());
    let other = client.with("Idempotency-Key", "another");
    assert_eq!(other.post("/v1/invoices", &sale()).status, 201);
}

#[test]
fn a_slow_answer_comes_after_the_effect() {
    let clouds = clouds();
    clouds.fault(on_invoices(Does::AcceptSlowly { millis: 300 }));
    let start = Instant::now();
    assert_eq!(siigo(&clouds, 0).post("/v1/invoices", &sale()).status, 201);
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[test]
fn faults_skip_count_and_heal() {
    let clouds = clouds();
    let client = siigo(&clouds, 0);
    let get = || client.get("/v1/taxes").status;
    let fault = |does| Fault::on(Cloud::Siigo, "GET", "/v1/*", does);
    clouds.fault(fault(Does::Status(500)).skip(1).times(2));
    assert_eq!([get(), get(), get(), get()], [200, 500, 500, 200]);
    clouds.fault(fault(Does::Status(503)).for_ever());
    assert_eq!([get(), get()], [503, 503]);
    clouds.heal();
    assert_eq!(get(), 200);
    clouds.fault(fault(Does::Status(503)).percent(50).for_ever());
    let failed = (0..60).filter(|_| get() == 503).count();
    assert!((15..=45).contains(&failed), "{failed}");
}

#[test]
fn clouds_stop_at_once_though_a_request_hangs() {
    let clouds = clouds();
    clouds.fault(on_invoices(Does::Hang));
    let client = siigo(&clouds, 0);
    let waiting = std::thread::spawn(move || client.try_post("/v1/invoices", &sale()));
    while !clouds
        .received()
        .iter()
        .any(|one| one.method == "POST" && one.path == "/v1/invoices")
    {
        std::thread::yield_now();
    }
    let start = Instant::now();
    clouds.stop();
    assert!(start.elapsed() < Duration::from_secs(3));
    assert!(waiting.join().unwrap().is_err());
}

#[test]
fn what_was_under_way_may_be_done_after_it_was_looked_for() {
    let clouds = clouds();
    clouds.fault(on_invoices(Does::AcceptLater { millis: 300 }));
    let client = keyed(&clouds, "late");
    assert!(client.try_post("/v1/invoices", &sale()).is_err());
    let search = siigo(&clouds, 0).get("/v1/invoices?customer_identification=52123456");
    assert_eq!(search.json()["pagination"]["total_results"], 0);
    let other = client.with("Idempotency-Key", "impatient");
    assert_eq!(other.post("/v1/invoices", &sale()).status, 201);
    let start = Instant::now();
    while clouds.invoices().len() < 2 && start.elapsed() < Duration::from_secs(10) {
        std::thread::yield_now();
    }
    let keys: Vec<Option<String>> = clouds.invoices().into_iter().map(|one| one.key).collect();
    assert_eq!(keys, [Some("impatient".into()), Some("late".into())]);
}

#[test]
fn what_was_under_way_is_done_once_when_its_own_key_comes_again() {
    let clouds = clouds();
    clouds.fault(on_invoices(Does::AcceptLater { millis: 100 }));
    let client = keyed(&clouds, "late");
    assert!(client.try_post("/v1/invoices", &sale()).is_err());
    assert_eq!(client.post("/v1/invoices", &sale()).status, 201);
    let start = Instant::now();
    let replayed = || {
        clouds
            .journal()
            .iter()
            .any(|effect| matches!(effect.kind, EffectKind::Replayed { .. }))
    };
    while !replayed() && start.elapsed() < Duration::from_secs(10) {
        std::thread::yield_now();
    }
    assert!(replayed());
    assert_eq!(clouds.invoices().len(), 1);
}
