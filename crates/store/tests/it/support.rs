//! What the tests of the store share.

use puente_core::{Clock, ManualClock};
use puente_store::{Database, Error, Migration, Options, rusqlite};
use std::path::Path;
use std::sync::Arc;

/// An application id for test files.
pub const ID: i32 = 0x7465_7374;

/// A table of notes.
pub static NOTES: &[Migration] = &[Migration {
    version: 1,
    name: "notes",
    sql: "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;",
}];

pub fn clock() -> Arc<dyn Clock> {
    Arc::new(ManualClock::at(time("2026-11-22T01:34:00.000Z")))
}

pub fn time(text: &str) -> chrono::DateTime<chrono::Utc> {
    puente_store::time::from_text(text).unwrap()
}

pub fn options() -> Options {
    Options::new(ID, NOTES)
}

pub fn open(path: &Path) -> Database {
    Database::open(path, options(), clock()).unwrap()
}

pub fn add(db: &Database, text: impl Into<String>) -> Result<(), Error> {
    let text = text.into();
    db.write(move |tx| {
        tx.execute("INSERT INTO note (text) VALUES (?1)", [text])?;
        Ok(())
    })
}

pub fn notes(db: &Database) -> Vec<String> {
    db.read(notes_in).unwrap()
}

pub fn notes_in(connection: &rusqlite::Connection) -> Result<Vec<String>, Error> {
    let mut query = connection.prepare("SELECT text FROM note ORDER BY id")?;
    let texts = query
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(texts)
}

/// Damages the second half of the file: the header and what is read first are whole.
pub fn damage(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let half = bytes.len() / 2;
    assert!(
        half > 4 * 4096,
        "too small to have a second half of its own"
    );
    bytes[half..].fill(0xA5);
    std::fs::write(path, bytes).unwrap();
}

/// A command that runs one `#[ignore]`d test of this binary in a process of its own, wrapped in the
/// program that `wrapper` names, if any.
pub fn child(test: &str, wrapper: &[&str]) -> std::process::Command {
    let binary = std::env::current_exe().unwrap();
    let mut words = wrapper
        .iter()
        .map(std::ffi::OsStr::new)
        .chain([binary.as_os_str()]);
    let mut command = std::process::Command::new(words.next().unwrap());
    command
        .args(words)
        .args(["--exact", test, "--ignored", "--nocapture"]);
    command
}
