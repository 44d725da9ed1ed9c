//! Writing and reading.

use crate::support::{add, notes, notes_in, open};
use puente_core::{Cancel, Code, Coded};
use puente_store::{Database, Error};
use std::sync::mpsc;

fn fresh() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let db = open(&folder.path().join("puente.db"));
    (folder, db)
}

#[test]
fn what_was_written_is_read_by_the_next_reader_and_by_the_next_process() {
    let (folder, db) = fresh();
    add(&db, "uno").unwrap();
    assert_eq!(notes(&db), ["uno"]);
    drop(db);
    assert_eq!(notes(&open(&folder.path().join("puente.db"))), ["uno"]);
}

#[test]
fn an_error_undoes_only_its_own_work() {
    let (_folder, db) = fresh();
    let refused: Result<(), Error> = db.write(|tx| {
        tx.execute("INSERT INTO note (text) VALUES ('lost')", [])?;
        Err(Error::Cancelled)
    });
    assert!(matches!(refused, Err(Error::Cancelled)));
    add(&db, "kept").unwrap();
    assert_eq!(notes(&db), ["kept"]);
}

#[test]
fn a_panic_undoes_only_its_own_work_and_the_writer_lives_on() {
    let (_folder, db) = fresh();
    let panicked: Result<(), Error> = db.write(|tx| {
        tx.execute("INSERT INTO note (text) VALUES ('lost')", [])?;
        panic!("on {}", "purpose")
    });
    let error = panicked.unwrap_err();
    assert_eq!(error.code(), Code::Internal);
    assert!(error.to_string().contains("on purpose"), "{error}");
    add(&db, "kept").unwrap();
    assert_eq!(notes(&db), ["kept"]);
}

#[test]
fn works_of_one_group_stand_or_fall_each_for_itself() {
    let (_folder, db) = fresh();
    let (busy, occupied) = mpsc::channel::<()>();
    let (release, released) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let holder = db.clone();
        scope.spawn(move || {
            let done: Result<(), Error> = holder.write(move |_| {
                busy.send(()).unwrap();
                released.recv().unwrap();
                Ok(())
            });
            done.unwrap();
        });
        occupied.recv().unwrap();
        let writers: Vec<_> = (0..20)
            .map(|n| {
                let db = db.clone();
                // Every second one repeats the text of the one before it, which the table refuses.
                scope.spawn(move || add(&db, format!("note {}", n / 2)))
            })
            .collect();
        release.send(()).unwrap();
        let results: Vec<_> = writers
            .into_iter()
            .map(|writer| writer.join().unwrap())
            .collect();
        let refused = results.iter().filter_map(|result| result.as_ref().err());
        assert_eq!(
            refused.filter(|error| error.is_unique_violation()).count(),
            10
        );
    });
    assert_eq!(notes(&db).len(), 10);
}

#[test]
fn writes_that_wait_share_a_commit() {
    const WRITERS: usize = 40;
    let (folder, db) = fresh();
    let log = folder.path().join("puente.db-wal");
    let pages = || std::fs::metadata(&log).unwrap().len() / 4096;
    let before = pages();
    let (busy, occupied) = mpsc::channel::<()>();
    let (release, released) = mpsc::channel::<()>();
    let (ready, is_ready) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let holder = db.clone();
        scope.spawn(move || {
            let done: Result<(), Error> = holder.write(move |_| {
                busy.send(()).unwrap();
                released.recv().unwrap();
                Ok(())
            });
            done.unwrap();
        });
        occupied.recv().unwrap();
        for n in 0..WRITERS {
            let (db, ready) = (db.clone(), ready.clone());
            scope.spawn(move || {
                ready.send(()).unwrap();
                add(&db, format!("note {n}")).unwrap();
            });
        }
        for _ in 0..WRITERS {
            is_ready.recv().unwrap();
        }
        release.send(()).unwrap();
    });
    assert_eq!(notes(&db).len(), WRITERS);
    // Each commit of its own would log the table's page and the index's page once more. Some writers
    // may have come too late for the first group, so the bound is wide.
    let logged = usize::try_from(pages() - before).unwrap();
    assert!(logged <= WRITERS, "{logged} pages for {WRITERS} writes");
}

#[test]
fn a_write_that_ends_the_transaction_of_its_group_is_told_so() {
    let (_folder, db) = fresh();
    let result: Result<(), Error> = db.write(|tx| {
        tx.execute_batch("INSERT INTO note (text) VALUES ('x'); ROLLBACK")?;
        Ok(())
    });
    assert!(matches!(result, Err(Error::Misused(_))), "{result:?}");
    add(&db, "after").unwrap();
    assert_eq!(notes(&db), ["after"]);
}

#[test]
fn a_write_inside_a_write_is_refused_and_does_not_hang() {
    let (_folder, db) = fresh();
    let inner = db.clone();
    let result: Result<(), Error> = db.write(move |_| add(&inner, "inner"));
    assert!(matches!(result, Err(Error::Misused(_))), "{result:?}");
}

#[test]
fn the_last_handle_may_end_inside_a_write() {
    let (folder, db) = fresh();
    let path = folder.path().join("puente.db");
    let (dropped, is_dropped) = mpsc::channel::<()>();
    let inner = db.clone();
    let writing = std::thread::spawn(move || -> Result<(), Error> {
        let outer = db.clone();
        drop(db);
        let result = outer.write(move |tx| {
            tx.execute("INSERT INTO note (text) VALUES ('x')", [])?;
            drop(inner);
            Ok(())
        });
        drop(outer);
        dropped.send(()).unwrap();
        result
    });
    is_dropped.recv().unwrap();
    writing.join().unwrap().unwrap();
    assert_eq!(notes(&open(&path)), ["x"]);
}

#[test]
fn a_read_sees_one_moment_and_neither_waits_for_a_writer_nor_makes_one_wait() {
    let (_folder, db) = fresh();
    add(&db, "before").unwrap();
    let (first, second) = db
        .read(|connection| {
            let first = notes_in(connection)?;
            add(&db, "meanwhile")?;
            Ok::<_, Error>((first, notes_in(connection)?))
        })
        .unwrap();
    assert_eq!(first, second);
    assert_eq!(notes(&db), ["before", "meanwhile"]);
}

#[test]
fn reads_may_stand_inside_each_other_deeper_than_the_pool() {
    fn dig(db: &Database, depth: u32) -> Result<u32, Error> {
        db.read(|_| {
            if depth == 0 {
                Ok(0)
            } else {
                Ok(dig(db, depth - 1)? + 1)
            }
        })
    }
    let (_folder, db) = fresh();
    assert_eq!(dig(&db, 20).unwrap(), 20);
}

#[test]
fn a_reader_cannot_write() {
    let (_folder, db) = fresh();
    let result: Result<usize, Error> =
        db.read(|c| Ok(c.execute("INSERT INTO note (text) VALUES ('x')", [])?));
    assert!(matches!(result, Err(Error::ReadOnly { .. })), "{result:?}");
}

#[test]
fn a_long_read_ends_when_cancelled() {
    let (_folder, db) = fresh();
    let cancel = Cancel::new();
    let (started, is_started) = mpsc::channel();
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            db.read_until(&cancel, |connection| {
                started.send(()).unwrap();
                let count: i64 = connection.query_row(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
                     SELECT count(*) FROM n",
                    [],
                    |row| row.get(0),
                )?;
                Ok::<_, Error>(count)
            })
        });
        is_started.recv().unwrap();
        cancel.cancel();
        assert!(matches!(reading.join().unwrap(), Err(Error::Cancelled)));
    });
}
