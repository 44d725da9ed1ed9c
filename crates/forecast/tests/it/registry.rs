//! Models on the disk.

use crate::hostile::{cell, panel};
use puente_core::{Cancel, ManualClock, NoProgress};
use puente_forecast::gbdt::Booster;
use puente_forecast::registry::{Meta, Registry};
use puente_forecast::{Article, Error, Kind, Plan, article};
use puente_store::{Database, state_options, time};
use std::path::Path;
use std::sync::Arc;

const NIT: &str = "900123456";

fn at(text: &str) -> chrono::DateTime<chrono::Utc> {
    time::from_text(text).unwrap()
}

fn registry(folder: &Path) -> Registry {
    let clock = Arc::new(ManualClock::at(at("2026-11-26T01:00:00.000Z")));
    let state = Database::open(&folder.join("puente.db"), state_options(), clock).unwrap();
    Registry::new(state, folder.join("models"))
}

fn trained() -> (Meta, Vec<Article>, Option<Booster>) {
    let cells: Vec<_> = (0..60)
        .flat_map(|at| {
            let month = (2021 + at / 12) * 100 + at % 12 + 1;
            ["A", "B", "C"].map(|code| cell(code, month, 5 + i64::from(at % 12)))
        })
        .collect();
    let panel = panel(&cells);
    let plan = Plan {
        trees: 20,
        ..Plan::default()
    };
    let trained =
        puente_forecast::train(&panel, Kind::Puente, &plan, &NoProgress, &Cancel::new()).unwrap();
    let meta = Meta {
        kind: Kind::Puente,
        horizon: plan.horizon,
        first_month: panel.month(0),
        last_month: panel.month(panel.len - 1),
        articles: panel.series.len(),
        rows: 180,
        data_hash: panel.hash(),
        code_version: "test".to_owned(),
        seconds: 0.1,
        origins: trained.origins,
        scores: trained.scores.clone(),
        naive: trained.naive.clone(),
        mean_12: trained.mean_12.clone(),
        weights: trained.weights.clone(),
        places: Vec::new(),
        notes: panel.notes,
        articles_hash: String::new(),
        booster_hash: None,
    };
    let booster = trained.booster.clone();
    (meta, article::gather(&panel, trained), booster)
}

#[test]
fn what_is_kept_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(folder.path());
    let (meta, articles, booster) = trained();
    let now = at("2026-11-26T01:00:00.000Z");
    let kept = registry
        .add(NIT, meta, &articles, booster.as_ref(), now)
        .unwrap();
    assert_eq!(registry.active(NIT, false).unwrap().id, kept.id);
    let read = registry.articles(&kept).unwrap();
    let what = |article: &Article| {
        (
            article.code.clone(),
            article.history.clone(),
            article.forecast.clone(),
        )
    };
    assert_eq!(
        read.iter().map(what).collect::<Vec<_>>(),
        articles.iter().map(what).collect::<Vec<_>>()
    );
    assert_eq!(registry.booster(&kept).unwrap(), booster);
}

#[test]
fn a_model_that_cannot_be_written_leaves_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(folder.path());
    let (meta, articles, booster) = trained();
    let first = registry
        .add(
            NIT,
            meta.clone(),
            &articles,
            booster.as_ref(),
            at("2026-11-26T01:00:00.000Z"),
        )
        .unwrap();
    // The name under which the next one is written is taken by what no file can replace.
    let taken = folder
        .path()
        .join("models")
        .join(NIT)
        .join(format!(".empresa_{NIT}_20261126T020000"))
        .join("articulos.jsonl");
    std::fs::create_dir_all(&taken).unwrap();
    let failed = registry.add(
        NIT,
        meta,
        &articles,
        booster.as_ref(),
        at("2026-11-26T02:00:00.000Z"),
    );
    assert!(matches!(failed, Err(Error::Io { .. })), "{failed:?}");
    assert_eq!(registry.list(Some(NIT)).unwrap().len(), 1);
    assert_eq!(registry.active(NIT, false).unwrap().id, first.id);
    assert!(!taken.exists(), "nothing half written is left");
}

/// `/dev/full` refuses every byte as a full disk does.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(folder.path());
    let (meta, articles, booster) = trained();
    let first = registry
        .add(
            NIT,
            meta.clone(),
            &articles,
            booster.as_ref(),
            at("2026-11-26T01:00:00.000Z"),
        )
        .unwrap();
    for name in ["articulos.jsonl", "model.json", "meta.json"] {
        let building = folder
            .path()
            .join("models")
            .join(NIT)
            .join(format!(".empresa_{NIT}_20261126T020000"));
        std::fs::create_dir_all(&building).unwrap();
        std::os::unix::fs::symlink("/dev/full", building.join(name)).unwrap();
        let failed = registry.add(
            NIT,
            meta.clone(),
            &articles,
            booster.as_ref(),
            at("2026-11-26T02:00:00.000Z"),
        );
        assert!(
            matches!(failed, Err(Error::Io { .. })),
            "{name}: {failed:?}"
        );
        assert!(!building.exists(), "{name}: nothing half written is left");
        assert_eq!(registry.active(NIT, false).unwrap().id, first.id, "{name}");
    }
}

#[test]
fn a_damaged_file_is_refused_and_the_one_before_stays() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(folder.path());
    let (meta, articles, booster) = trained();
    let add = |time: &str| {
        registry
            .add(NIT, meta.clone(), &articles, booster.as_ref(), at(time))
            .unwrap()
    };
    let damaged = add("2026-11-26T01:00:00.000Z");
    let sound = add("2026-11-26T02:00:00.000Z");
    let place = folder.path().join("models").join(NIT).join(&damaged.id);
    for name in ["articulos.jsonl", "model.json"] {
        let path = place.join(name);
        let mut text = std::fs::read(&path).unwrap();
        let middle = text.len() / 2;
        text[middle] ^= 1;
        std::fs::write(&path, text).unwrap();
    }
    assert!(matches!(
        registry.articles(&damaged),
        Err(Error::Damaged { .. })
    ));
    assert!(matches!(
        registry.booster(&damaged),
        Err(Error::Damaged { .. })
    ));
    assert!(matches!(
        registry.activate(&damaged.id),
        Err(Error::Damaged { .. })
    ));
    assert_eq!(registry.active(NIT, false).unwrap().id, sound.id);
}

#[test]
fn a_nit_has_a_model_of_all_warehouses_together_and_one_of_each_apart() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(folder.path());
    let (meta, articles, booster) = trained();
    let place = puente_forecast::Place {
        code: "01".to_owned(),
        name: "PRINCIPAL".to_owned(),
    };
    let apart = Meta {
        places: vec![place.clone()],
        ..meta.clone()
    };
    let of_place: Vec<Article> = articles
        .iter()
        .cloned()
        .map(|article| Article {
            place: Some(place.clone()),
            ..article
        })
        .collect();
    let add = |meta: &Meta, articles: &[Article], time: &str| {
        registry
            .add(NIT, meta.clone(), articles, booster.as_ref(), at(time))
            .unwrap()
    };
    let together = add(&meta, &articles, "2026-11-26T01:00:00.000Z");
    let first = add(&apart, &of_place, "2026-11-26T02:00:00.000Z");
    let second = add(&apart, &of_place, "2026-11-26T03:00:00.000Z");
    let active = |by_place| registry.active(NIT, by_place).unwrap().id;
    assert_eq!(
        (active(false), active(true)),
        (together.id.clone(), second.id.clone())
    );
    registry.activate(&first.id).unwrap();
    assert_eq!(
        (active(false), active(true)),
        (together.id.clone(), first.id.clone())
    );
    registry.remove(&first.id).unwrap();
    assert_eq!(
        (active(false), active(true)),
        (together.id.clone(), second.id.clone())
    );
    let read = registry.articles(&second).unwrap();
    assert_eq!(read[0].place.as_ref(), Some(&place));
    registry.remove(&second.id).unwrap();
    assert!(matches!(registry.active(NIT, true), Err(Error::NoModel(_))));
    assert_eq!(active(false), together.id);
}
