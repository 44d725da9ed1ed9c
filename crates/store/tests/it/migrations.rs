//! Schemas move forward, and only forward.

use crate::support::{ID, NOTES, add, clock, notes, open, options};
use puente_core::{Code, Coded};
use puente_store::{Database, Error, Migration, OnCorrupt, Options, backup, quarantine, rusqlite};
use std::path::{Path, PathBuf};

static TWO: &[Migration] = &[
    NOTES[0],
    Migration {
        version: 2,
        name: "colour",
        sql: "ALTER TABLE note ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';",
    },
];

fn file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("puente.db");
    (folder, path)
}

fn open_with(path: &Path, migrations: &'static [Migration]) -> Result<Database, Error> {
    Database::open(
        path,
        Options {
            migrations,
            ..options()
        },
        clock(),
    )
}

fn version(db: &Database) -> u32 {
    db.read(|c| Ok::<_, Error>(c.query_row("PRAGMA user_version", [], |r| r.get(0))?))
        .unwrap()
}

#[test]
fn a_new_file_gets_the_whole_schema_and_a_history() {
    let (_folder, path) = file();
    let db = open_with(&path, TWO).unwrap();
    assert!(db.opened().created);
    assert_eq!(db.opened().migrated_from, None);
    assert_eq!(version(&db), 2);
    let history: Vec<(u32, String, String, i64)> = db
        .read(|c| {
            let mut query = c.prepare(
                "SELECT version, name, applied_at, length(sha256) FROM migration ORDER BY version",
            )?;
            let rows = query.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?;
            Ok::<_, Error>(rows.collect::<Result<_, _>>()?)
        })
        .unwrap();
    let at = "2026-11-22T01:34:00.000Z".to_owned();
    let expected = [
        (1, "notes".to_owned(), at.clone(), 64),
        (2, "colour".to_owned(), at, 64),
    ];
    assert_eq!(history, expected);
}

#[test]
fn a_file_with_content_is_copied_before_its_schema_moves_on() {
    let (_folder, path) = file();
    add(&open(&path), "old").unwrap();
    let db = open_with(&path, TWO).unwrap();
    assert_eq!(db.opened().migrated_from, Some(1));
    assert_eq!(notes(&db), ["old"]);
    let copy = db.opened().copy.clone().unwrap();
    let backups = backup::list(&path, &backup::folder(&path, db.options())).unwrap();
    assert_eq!(backups.len(), 1);
    assert_eq!(
        (&backups[0].path, backups[0].kind),
        (&copy, backup::Kind::BeforeMigration)
    );
    assert_eq!(
        backup::verify(&copy, db.options(), &puente_core::Cancel::new()).unwrap(),
        1
    );
}

#[test]
fn a_file_that_is_up_to_date_is_not_copied() {
    let (folder, path) = file();
    drop(open(&path));
    let again = open(&path);
    assert_eq!(
        (again.opened().created, again.opened().copy.as_ref()),
        (false, None)
    );
    assert!(!folder.path().join("backups").exists());
}

#[test]
fn a_failing_migration_is_undone_and_the_ones_before_it_stay() {
    static BROKEN: &[Migration] = &[
        NOTES[0],
        Migration {
            version: 2,
            name: "broken",
            sql: "CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1);",
        },
    ];
    let (_folder, path) = file();
    let error = open_with(&path, BROKEN).unwrap_err();
    assert!(
        matches!(error, Error::Migration { version: 2, .. }),
        "{error:?}"
    );
    let db = open(&path);
    let half: bool = db
        .read(|c| {
            let mut query = c.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'half'")?;
            Ok::<_, Error>(query.exists([])?)
        })
        .unwrap();
    assert_eq!((version(&db), half), (1, false));
}

#[test]
fn a_migration_may_rebuild_a_table_that_others_refer_to_and_must_leave_no_orphan() {
    const TREE: Migration = Migration {
        version: 1,
        name: "tree",
        sql: "CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;
              CREATE TABLE child (parent INTEGER NOT NULL REFERENCES parent) STRICT;
              INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1);",
    };
    static REBUILT: &[Migration] = &[
        TREE,
        Migration {
            version: 2,
            name: "rebuild",
            sql: "CREATE TABLE parent_new (id INTEGER PRIMARY KEY, name TEXT) STRICT;
                  INSERT INTO parent_new (id) SELECT id FROM parent;
                  DROP TABLE parent;
                  ALTER TABLE parent_new RENAME TO parent;",
        },
    ];
    static ORPHANED: &[Migration] = &[
        TREE,
        Migration {
            version: 2,
            name: "orphan",
            sql: "DELETE FROM parent;",
        },
    ];
    let (_folder, path) = file();
    let db = open_with(&path, REBUILT).unwrap();
    let orphan: Result<usize, Error> =
        db.write(|tx| Ok(tx.execute("INSERT INTO child VALUES (2)", [])?));
    assert!(
        orphan.is_err(),
        "foreign keys are not enforced after the migrations"
    );

    let (_folder, path) = file();
    let error = open_with(&path, ORPHANED).unwrap_err();
    assert!(
        matches!(error, Error::Migration { version: 2, .. }),
        "{error:?}"
    );
}

#[test]
fn a_newer_file_is_refused_and_left_as_it_is() {
    let (_folder, path) = file();
    drop(open_with(&path, TWO).unwrap());
    let before = std::fs::read(&path).unwrap();
    let error = open_with(&path, NOTES).unwrap_err();
    assert_eq!(error.code(), Code::StoreNewer);
    let values = error.values();
    assert!(values.contains(&("found", "2".to_owned())), "{values:?}");
    assert!(values.contains(&("known", "1".to_owned())), "{values:?}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_newer_file_gives_way_to_a_backup_that_this_program_knows_and_is_kept() {
    let (_folder, path) = file();
    let old = open(&path);
    add(&old, "old").unwrap();
    let options = old.options().clone();
    drop(old);
    let newer = open_with(&path, TWO).unwrap();
    let copy = newer.opened().copy.clone().unwrap();
    drop(newer);
    let place = quarantine::set_newer_aside(&path, &options, clock().as_ref()).unwrap();
    assert!(place.exists());
    assert_eq!(
        open_with(&path, NOTES).unwrap_err().code(),
        Code::StoreCorrupt,
        "it waits"
    );
    let cancel = puente_core::Cancel::new();
    backup::restore_set_aside(
        &path,
        &copy,
        &options,
        clock().as_ref(),
        &cancel,
        &puente_core::NoProgress,
    )
    .unwrap();
    assert_eq!(notes(&open(&path)), ["old"]);
}

#[test]
fn a_file_that_this_program_knows_is_not_set_aside_as_newer() {
    let (_folder, path) = file();
    let db = open(&path);
    let options = db.options().clone();
    drop(db);
    assert!(quarantine::set_newer_aside(&path, &options, clock().as_ref()).is_err());
    open(&path);
}

#[test]
fn a_program_that_another_one_overtook_stops_writing() {
    let (_folder, path) = file();
    let old = open(&path);
    drop(open_with(&path, TWO).unwrap());
    let error = add(&old, "written with the old schema").unwrap_err();
    assert_eq!(error.code(), Code::StoreNewer);
}

#[test]
fn a_database_of_another_program_is_refused_and_left_as_it_is() {
    let (folder, path) = file();
    let foreign = rusqlite::Connection::open(&path).unwrap();
    foreign
        .execute_batch("CREATE TABLE theirs (id INTEGER); PRAGMA user_version = 1")
        .unwrap();
    drop(foreign);
    let before = std::fs::read(&path).unwrap();
    for on_corrupt in [OnCorrupt::Refuse, OnCorrupt::StartEmpty] {
        let options = Options {
            on_corrupt,
            ..Options::new(ID, NOTES)
        };
        let error = Database::open(&path, options, clock()).unwrap_err();
        assert_eq!(error.code(), Code::StoreForeign);
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
    assert!(!folder.path().join("quarantine").exists());
}

#[test]
fn an_edited_migration_is_noticed_and_other_line_ends_are_not() {
    static EDITED: &[Migration] = &[Migration {
        version: 1,
        name: "notes",
        sql: "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;",
    }];
    static UNIX: &[Migration] = &[Migration {
        version: 1,
        name: "two",
        sql: "CREATE TABLE a (x);\nCREATE TABLE b (x);\n",
    }];
    static DOS: &[Migration] = &[Migration {
        version: 1,
        name: "two",
        sql: "CREATE TABLE a (x);\r\nCREATE TABLE b (x);\r\n",
    }];
    let (_folder, path) = file();
    drop(open(&path));
    assert_eq!(open_with(&path, EDITED).unwrap().opened().edited, [1]);

    let (_folder, path) = file();
    drop(open_with(&path, UNIX).unwrap());
    assert!(open_with(&path, DOS).unwrap().opened().edited.is_empty());
}

#[test]
fn a_list_with_a_gap_is_refused() {
    static GAP: &[Migration] = &[Migration {
        version: 2,
        name: "second",
        sql: "CREATE TABLE a (x)",
    }];
    let (_folder, path) = file();
    assert!(matches!(open_with(&path, GAP), Err(Error::Misused(_))));
}

#[test]
fn the_shipped_schema_applies_to_a_new_file() {
    let (_folder, path) = file();
    let db = Database::open(&path, puente_store::state_options(), clock()).unwrap();
    let newest = puente_store::STATE_MIGRATIONS.last().unwrap().version;
    assert_eq!(version(&db), newest);
    let loose: Vec<String> = db
        .read(|c| {
            let mut query = c.prepare(
                "SELECT name FROM pragma_table_list
                 WHERE schema = 'main' AND type = 'table' AND NOT strict
                     AND name NOT LIKE 'sqlite_%'",
            )?;
            let names = query.query_map([], |row| row.get(0))?;
            Ok::<_, Error>(names.collect::<Result<_, _>>()?)
        })
        .unwrap();
    assert!(loose.is_empty(), "tables that are not STRICT: {loose:?}");
}

#[test]
fn a_file_with_servers_and_companies_takes_the_kind_sqlserver_and_keeps_them() {
    let (_folder, path) = file();
    let before: &'static [Migration] = &puente_store::STATE_MIGRATIONS[..5];
    let db = open_with(&path, before).unwrap();
    db.write(|tx| {
        tx.execute_batch(
            "INSERT INTO server (id, name, kind, master, profile, created_at, updated_at, warnings)
             VALUES (7, 'Sede', 'firebird', 'A', 'tns', 'x', 'x', '[\"superuser\"]');
             INSERT INTO company (server_id, nit, fiscal_year, code, name, nit_written,
             check_digit_ok, location, state, discovered_at, seen_at)
             VALUES (7, '900', 2026, '01', 'N', '900', 1, 'L', 'active', 'x', 'x');",
        )?;
        Ok::<_, Error>(())
    })
    .unwrap();
    drop(db);
    let db = open_with(&path, puente_store::STATE_MIGRATIONS).unwrap();
    let found: (String, String) = db
        .read(|c| {
            Ok::<_, Error>(c.query_row(
                "SELECT s.name, s.warnings FROM company c JOIN server s ON s.id = c.server_id",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?)
        })
        .unwrap();
    assert_eq!(found, ("Sede".to_owned(), "[\"superuser\"]".to_owned()));
    let orphan = db.write(|tx| {
        tx.execute("DELETE FROM server WHERE id = 7", [])?;
        Ok::<_, Error>(())
    });
    assert!(orphan.is_err(), "companies still hold their server");
    db.write(|tx| {
        tx.execute("UPDATE server SET kind = 'sqlserver' WHERE id = 7", [])?;
        Ok::<_, Error>(())
    })
    .unwrap();
}
