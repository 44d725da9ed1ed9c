//! Damaged files are set aside, offered their backup, and never replaced behind people's backs.

use crate::support::{ID, NOTES, add, clock, damage, notes, notes_in, open, options, time};
use puente_core::{Cancel, Code, Coded, ManualClock, NoProgress};
use puente_store::{Database, Error, Options, backup, quarantine};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A database with some pages, closed.
fn filled() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("puente.db");
    let db = open(&path);
    for n in 0..20 {
        add(&db, format!("{n} {}", "x".repeat(2000))).unwrap();
    }
    (folder, path)
}

fn refused(path: &Path) -> (PathBuf, Option<PathBuf>) {
    match Database::open(path, options(), clock()) {
        Err(error @ Error::Corrupt { .. }) => {
            assert_eq!(error.code(), Code::StoreCorrupt);
            let Error::Corrupt {
                quarantine, backup, ..
            } = error
            else {
                unreachable!()
            };
            (quarantine.unwrap(), backup)
        }
        other => panic!("opened a damaged file: {other:?}"),
    }
}

#[test]
fn a_damaged_file_is_set_aside_and_stays_refused_until_someone_decides() {
    let (folder, path) = filled();
    damage(&path);
    let damaged = std::fs::read(&path).unwrap();

    let (place, backup) = refused(&path);
    assert!(place.starts_with(folder.path().join("quarantine")));
    assert_eq!(
        std::fs::read(&place).unwrap(),
        damaged,
        "nothing of it may be lost"
    );
    assert!(!path.exists());
    assert_eq!(backup, None);
    assert_eq!(
        refused(&path),
        (place.clone(), None),
        "the second opening must not start empty"
    );

    quarantine::start_empty(&path, &*clock()).unwrap();
    assert!(notes(&open(&path)).is_empty());
    assert!(place.exists());
}

#[test]
fn a_file_that_is_no_database_is_set_aside_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("puente.db");
    std::fs::write(&path, "this was written by something else\n".repeat(200)).unwrap();
    let (place, _) = refused(&path);
    assert!(
        std::fs::read_to_string(place)
            .unwrap()
            .starts_with("this was")
    );
}

#[test]
fn the_last_good_backup_is_offered_and_brings_the_data_back() {
    let (_folder, path) = filled();
    let later = Arc::new(ManualClock::at(time("2026-11-22T02:00:00.000Z")));
    let db = Database::open(&path, options(), later.clone()).unwrap();
    let good = backup::create(&db, &Cancel::new(), &NoProgress)
        .unwrap()
        .path;
    later.advance(chrono::TimeDelta::hours(1));
    let bad = backup::create(&db, &Cancel::new(), &NoProgress)
        .unwrap()
        .path;
    let before = notes(&db);
    drop(db);
    damage(&bad);
    damage(&path);

    let (_, offered) = refused(&path);
    assert_eq!(
        offered.as_ref(),
        Some(&good),
        "the newer backup is damaged too"
    );
    let restored = backup::restore_set_aside(
        &path,
        &good,
        &options(),
        &*clock(),
        &Cancel::new(),
        &NoProgress,
    );
    restored.unwrap();
    assert_eq!(notes(&open(&path)), before);
}

#[test]
fn a_damaged_backup_is_not_restored_and_the_refusal_stays() {
    let (_folder, path) = filled();
    let bad = backup::create(&open(&path), &Cancel::new(), &NoProgress)
        .unwrap()
        .path;
    damage(&bad);
    damage(&path);
    refused(&path);
    let restored = backup::restore_set_aside(
        &path,
        &bad,
        &options(),
        &*clock(),
        &Cancel::new(),
        &NoProgress,
    );
    assert_eq!(restored.unwrap_err().code(), Code::BackupInvalid);
    refused(&path);
}

#[test]
fn start_empty_and_restore_leave_a_healthy_database_alone() {
    let (_folder, path) = filled();
    quarantine::start_empty(&path, &*clock()).unwrap();
    let db = open(&path);
    assert_eq!(notes(&db).len(), 20);
    let copy = backup::create(&db, &Cancel::new(), &NoProgress)
        .unwrap()
        .path;
    let restored = backup::restore_set_aside(
        &path,
        &copy,
        &options(),
        &*clock(),
        &Cancel::new(),
        &NoProgress,
    );
    assert!(matches!(restored, Err(Error::Misused(_))), "{restored:?}");
}

#[test]
fn what_can_be_obtained_again_starts_empty_and_says_so() {
    let (folder, path) = filled();
    damage(&path);
    let options = Options {
        check: true,
        ..Options::reobtainable(ID, NOTES)
    };
    let db = Database::open(&path, options, clock()).unwrap();
    let place = db.opened().recreated.clone().unwrap();
    assert!(place.starts_with(folder.path().join("quarantine")) && place.exists());
    assert!(notes(&db).is_empty());
}

#[test]
fn damage_met_while_in_use_is_looked_into_at_the_next_opening() {
    let (_folder, path) = filled();
    let unchecked = || Options {
        check: false,
        ..options()
    };
    damage(&path);
    let db = Database::open(&path, unchecked(), clock()).unwrap();
    let read: Result<Vec<String>, Error> = db.read(notes_in);
    assert_eq!(read.unwrap_err().code(), Code::StoreCorrupt);
    drop(db);
    let error = Database::open(&path, unchecked(), clock()).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Corrupt {
                quarantine: Some(_),
                ..
            }
        ),
        "{error:?}"
    );
}

#[test]
fn a_false_alarm_is_forgotten_by_an_opening_that_finds_nothing() {
    let (_folder, path) = filled();
    let suspicion = path.with_file_name("puente.db.suspect");
    std::fs::write(&suspicion, "").unwrap();
    assert_eq!(notes(&open(&path)).len(), 20);
    assert!(!suspicion.exists());
}

#[test]
fn a_file_that_was_cut_to_nothing_is_damage_and_not_a_new_database() {
    let (_folder, path) = filled();
    let backup = backup::create(&open(&path), &Cancel::new(), &NoProgress)
        .unwrap()
        .path;
    std::fs::write(&path, "").unwrap();
    assert_eq!(refused(&path).1, Some(backup));
}

#[test]
fn a_log_whose_file_is_gone_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("puente.db");
    std::fs::write(folder.path().join("puente.db-wal"), "frames").unwrap();
    let (place, _) = refused(&path);
    let mut log = place.into_os_string();
    log.push("-wal");
    assert_eq!(std::fs::read(log).unwrap(), b"frames");
}
