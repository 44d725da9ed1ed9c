//! Backups: made under load, verified, listed, pruned, restored.

use crate::support::{ID, NOTES, add, clock, damage, notes, notes_in, open, options, time};
use chrono::TimeDelta;
use puente_core::{Cancel, Code, Coded, ManualClock, NoProgress, Progress};
use puente_store::{Database, Error, Migration, Options, backup, rusqlite};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

fn file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("puente.db");
    (folder, path)
}

fn create(db: &Database) -> Result<backup::Backup, Error> {
    backup::create(db, &Cancel::new(), &NoProgress)
}

fn restore(db: &Database, file: &std::path::Path) -> Result<backup::Restored, Error> {
    backup::restore(db, file, &Cancel::new(), &NoProgress)
}

/// About 8 MB, so that a backup takes several steps.
fn fill(db: &Database) {
    let filled: Result<(), Error> = db.write(|tx| {
        for n in 0..2000 {
            tx.execute(
                "INSERT INTO note (text) VALUES (?1)",
                [format!("{n} {}", "x".repeat(4000))],
            )?;
        }
        Ok(())
    });
    filled.unwrap();
}

#[test]
fn a_backup_has_its_name_its_content_and_nothing_beside_it() {
    let (folder, path) = file();
    let db = open(&path);
    add(&db, "uno").unwrap();
    let backup = create(&db).unwrap();
    let shelf = folder.path().join("backups");
    assert_eq!(backup.path, shelf.join("puente-20261122T013400Z.db"));
    assert_eq!(
        backup::verify(&backup.path, db.options(), &Cancel::new()).unwrap(),
        1
    );
    let copy = rusqlite::Connection::open(&backup.path).unwrap();
    assert_eq!(notes_in(&copy).unwrap(), ["uno"]);
    drop(copy);
    let names: Vec<_> = std::fs::read_dir(&shelf)
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(names, ["puente-20261122T013400Z.db"]);
    assert_eq!(backup::list(&path, &shelf).unwrap(), [backup]);
}

#[test]
fn backups_of_one_second_get_names_of_their_own() {
    let (_folder, path) = file();
    let db = open(&path);
    let paths: BTreeSet<PathBuf> = std::thread::scope(|scope| {
        let makers: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| create(&db).unwrap().path))
            .collect();
        makers
            .into_iter()
            .map(|maker| maker.join().unwrap())
            .collect()
    });
    assert_eq!(paths.len(), 4);
    let shelf = backup::folder(&path, db.options());
    assert_eq!(backup::list(&path, &shelf).unwrap().len(), 4);
}

#[test]
fn a_backup_under_load_is_one_moment_of_the_database_and_nobody_waits_for_it() {
    let (_folder, path) = file();
    let db = open(&path);
    fill(&db);
    let stop = AtomicBool::new(false);
    let (backups, written) = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            // Two rows in one write: a backup that has one of them only is not of one moment.
            let mut pairs = 0;
            while !stop.load(Ordering::Relaxed) {
                let pair: Result<(), Error> = db.write(move |tx| {
                    for half in ["left", "right"] {
                        let text = format!("{half} {pairs}");
                        tx.execute("INSERT INTO note (text) VALUES (?1)", [text])?;
                    }
                    Ok(())
                });
                pair.unwrap();
                pairs += 1;
            }
            pairs
        });
        let backups: Vec<_> = (0..3).map(|_| create(&db).unwrap()).collect();
        stop.store(true, Ordering::Relaxed);
        (backups, writer.join().unwrap())
    });
    assert!(written > 0);
    for backup in backups {
        backup::verify(&backup.path, db.options(), &Cancel::new()).unwrap();
        let copy = rusqlite::Connection::open(&backup.path).unwrap();
        let halves = |half: &str| -> i64 {
            let sql = format!("SELECT count(*) FROM note WHERE text LIKE '{half} %'");
            copy.query_row(&sql, [], |row| row.get(0)).unwrap()
        };
        assert_eq!(halves("left"), halves("right"));
    }
}

#[test]
fn progress_goes_up_to_the_size_of_the_database() {
    let (_folder, path) = file();
    let db = open(&path);
    fill(&db);
    let seen = Mutex::new(Vec::<Progress>::new());
    let backup = backup::create(&db, &Cancel::new(), &|p: Progress| {
        seen.lock().unwrap().push(p)
    })
    .unwrap();
    let seen = seen.into_inner().unwrap();
    assert!(
        seen.len() > 2 && seen.is_sorted_by_key(|p| p.done),
        "{seen:?}"
    );
    let last = seen.last().unwrap();
    assert_eq!(
        (last.stage.as_str(), last.done, last.total),
        ("backup", backup.bytes, Some(backup.bytes))
    );
}

#[test]
fn a_cancelled_backup_leaves_nothing() {
    let (folder, path) = file();
    let db = open(&path);
    fill(&db);
    let cancel = Cancel::new();
    let canceller = cancel.clone();
    let result = backup::create(&db, &cancel, &move |_: Progress| canceller.cancel());
    assert_eq!(result.unwrap_err().code(), Code::Cancelled);
    let left = std::fs::read_dir(folder.path().join("backups"))
        .unwrap()
        .count();
    assert_eq!(left, 0);
}

#[test]
fn what_a_killed_backup_left_is_swept_a_day_later() {
    let (folder, path) = file();
    let db = open(&path);
    let shelf = folder.path().join("backups");
    std::fs::create_dir(&shelf).unwrap();
    let old = shelf.join("puente-20261120T013400Z.db.partial");
    let young = shelf.join("puente-20261122T013300Z.db.partial");
    std::fs::write(&old, "half").unwrap();
    std::fs::write(&young, "half, and still growing").unwrap();
    create(&db).unwrap();
    assert_eq!((old.exists(), young.exists()), (false, true));
}

#[test]
fn a_backup_is_refused_when_it_is_damaged_foreign_newer_or_missing() {
    static NEWER: &[Migration] = &[
        NOTES[0],
        Migration {
            version: 2,
            name: "more",
            sql: "CREATE TABLE more (x) ",
        },
    ];
    let (folder, path) = file();
    let db = open(&path);
    fill(&db);
    let damaged = create(&db).unwrap().path;
    damage(&damaged);
    let foreign = folder.path().join("foreign.db");
    rusqlite::Connection::open(&foreign)
        .unwrap()
        .execute_batch("CREATE TABLE a (x)")
        .unwrap();
    let text = folder.path().join("text.db");
    std::fs::write(&text, "not a database at all").unwrap();
    let newer = folder.path().join("newer.db");
    drop(Database::open(&newer, Options::new(ID, NEWER), clock()).unwrap());

    for (backup, code) in [
        (damaged, Code::BackupInvalid),
        (foreign, Code::BackupInvalid),
        (text, Code::BackupInvalid),
        (newer, Code::StoreNewer),
        (folder.path().join("nothing.db"), Code::BackupMissing),
    ] {
        let error = restore(&db, &backup).unwrap_err();
        assert_eq!(error.code(), code, "{}", backup.display());
        assert_eq!(
            notes(&db).len(),
            2000,
            "{} changed the database",
            backup.display()
        );
    }
}

#[test]
fn a_restore_reaches_every_open_handle_and_keeps_what_it_replaced() {
    let (_folder, path) = file();
    let db = open(&path);
    let neighbour = open(&path);
    add(&db, "saved").unwrap();
    let backup = create(&db).unwrap();
    add(&db, "later").unwrap();
    assert_eq!(notes(&neighbour), ["saved", "later"]);

    let restored = restore(&db, &backup.path).unwrap();
    assert_eq!(restored.version, 1);
    for handle in [&db, &neighbour] {
        assert_eq!(notes(handle), ["saved"]);
    }
    add(&neighbour, "from a neighbour").unwrap();
    add(&db, "from here").unwrap();
    assert_eq!(notes(&db), ["saved", "from a neighbour", "from here"]);

    assert_eq!(restored.replaced.kind, backup::Kind::BeforeRestore);
    restore(&db, &restored.replaced.path).unwrap();
    assert_eq!(notes(&db), ["saved", "later"]);
}

#[test]
fn a_restore_while_others_read_and_write_shows_them_the_old_or_the_new_and_no_lock() {
    let (_folder, path) = file();
    let db = open(&path);
    add(&db, "saved").unwrap();
    let backup = create(&db).unwrap();
    fill(&db);
    let neighbour = open(&path);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for handle in [&db, &neighbour] {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let notes = notes(handle);
                    let old = notes.len() >= 2001;
                    assert!(old || notes.iter().filter(|n| n.starts_with("saved")).count() == 1);
                }
            });
            scope.spawn(|| {
                for n in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    add(handle, format!("{n} by {:p}", std::ptr::from_ref(handle))).unwrap();
                }
            });
        }
        let restored = restore(&db, &backup.path);
        stop.store(true, Ordering::Relaxed);
        restored.unwrap();
    });
    assert_eq!(notes(&db)[0], "saved");
    assert!(notes(&db).iter().all(|note| !note.starts_with("1999 x")));
}

#[test]
fn a_backup_of_an_older_format_is_brought_up_to_date() {
    static TWO: &[Migration] = &[
        NOTES[0],
        Migration {
            version: 2,
            name: "more",
            sql: "CREATE TABLE more (x INTEGER) STRICT;",
        },
    ];
    let (_folder, path) = file();
    let old = open(&path);
    add(&old, "old").unwrap();
    let backup = create(&old).unwrap();
    drop(old);
    let db = Database::open(
        &path,
        Options {
            migrations: TWO,
            ..options()
        },
        clock(),
    )
    .unwrap();
    assert_eq!(restore(&db, &backup.path).unwrap().version, 1);
    assert_eq!(notes(&db), ["old"]);
    let more: Result<usize, Error> =
        db.write(|tx| Ok(tx.execute("INSERT INTO more VALUES (1)", [])?));
    assert_eq!(more.unwrap(), 1);
}

#[test]
fn a_backup_whose_migration_fails_gives_the_present_back() {
    static TWO: &[Migration] = &[
        NOTES[0],
        Migration {
            version: 2,
            name: "strict",
            sql: "CREATE TABLE strict_note (text TEXT NOT NULL CHECK (length(text) < 10)) STRICT;
                  INSERT INTO strict_note SELECT text FROM note;",
        },
    ];
    let (folder, path) = file();
    let elsewhere = folder.path().join("elsewhere.db");
    let other = open(&elsewhere);
    add(&other, "much too long for the second format").unwrap();
    let backup = create(&other).unwrap();

    let db = Database::open(
        &path,
        Options {
            migrations: TWO,
            ..options()
        },
        clock(),
    )
    .unwrap();
    add(&db, "present").unwrap();
    let error = restore(&db, &backup.path).unwrap_err();
    assert!(
        matches!(error, Error::Migration { version: 2, .. }),
        "{error:?}"
    );
    assert_eq!(notes(&db), ["present"]);
    add(&db, "goes on").unwrap();
}

#[test]
fn a_cancelled_restore_leaves_the_present() {
    let (_folder, path) = file();
    let db = open(&path);
    fill(&db);
    let backup = create(&db).unwrap();
    add(&db, "later").unwrap();
    let cancel = Cancel::new();
    let canceller = cancel.clone();
    let result = backup::restore(&db, &backup.path, &cancel, &move |progress: Progress| {
        if progress.stage == "restore" {
            canceller.cancel();
        }
    });
    match result {
        Err(error) => {
            assert_eq!(error.code(), Code::Cancelled);
            assert_eq!(notes(&db).len(), 2001);
        }
        // The last page was copied before anyone heard of the first one.
        Ok(_) => assert_eq!(notes(&db).len(), 2000),
    }
    add(&db, "goes on").unwrap();
}

#[test]
fn pruning_keeps_what_the_rule_keeps_for_each_kind() {
    let (_folder, path) = file();
    let clock = Arc::new(ManualClock::at(time("2026-11-01T12:00:00.000Z")));
    let db = Database::open(&path, options(), clock.clone()).unwrap();
    let shelf = backup::folder(&path, db.options());
    let safety = restore(&db, &create(&db).unwrap().path).unwrap().replaced;
    for _ in 0..20 {
        clock.advance(TimeDelta::hours(12));
        create(&db).unwrap();
    }
    let retention = backup::Retention {
        last: 2,
        daily: 3,
        monthly: 1,
    };
    let removed = backup::prune(&path, &shelf, retention).unwrap();
    let left = backup::list(&path, &shelf).unwrap();
    assert_eq!(removed.len() + left.len(), 22);
    assert!(
        left.contains(&safety),
        "regular backups pushed the safety copy out"
    );
    let regular: Vec<String> = left
        .iter()
        .filter(|backup| backup.kind == backup::Kind::Regular)
        .map(|backup| backup.at.format("%d %H").to_string())
        .collect();
    assert_eq!(regular, ["11 12", "11 00", "10 12", "09 12"]);
}
