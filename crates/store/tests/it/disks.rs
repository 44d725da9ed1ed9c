//! Real small and read-only disks: a tmpfs in a mount namespace of a child's own, which goes with it.

use crate::support::{add, child, clock, notes, open, options};
use puente_core::{Cancel, Code, Coded, NoProgress};
use puente_store::{Database, backup};
use std::path::PathBuf;

const FOLDER: &str = "PUENTE_TEST_DISK";

/// Runs an ignored test of this file on a fresh tmpfs. Says so when this system doesn't allow mounts.
fn on_a_disk(test: &str, then: &str) {
    let folder = tempfile::tempdir().unwrap();
    let script =
        format!("mount -t tmpfs -o size=4m,mode=700 tmpfs \"${FOLDER}\" && {then} exec \"$@\"");
    let namespace = ["unshare", "--user", "--map-root-user", "--mount"];
    let allowed = std::process::Command::new(namespace[0])
        .args(&namespace[1..])
        .args(["sh", "-c", &script, "sh", "true"])
        .env(FOLDER, folder.path())
        .output();
    if !allowed.as_ref().is_ok_and(|output| output.status.success()) {
        eprintln!("NOT TESTED: this system lets no one mount a disk here: {allowed:?}");
        return;
    }
    let wrapper = [&namespace[..], &["sh", "-c", &script, "sh"]].concat();
    let output = child(test, &wrapper)
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let also = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{also}"
    );
}

fn disk() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

#[test]
fn a_full_disk_keeps_everything_promised_and_leaves_no_half_backup() {
    on_a_disk("disks::on_a_small_disk", "");
}

#[test]
#[ignore = "a part of the test above, run by it on a disk of its own"]
fn on_a_small_disk() {
    let Some(disk) = disk() else { return };
    let path = disk.join("puente.db");
    let db = open(&path);
    let mut promised = Vec::new();
    let error = loop {
        let text = format!("{} {}", promised.len(), "x".repeat(50_000));
        match add(&db, text.clone()) {
            Ok(()) => promised.push(text),
            Err(error) => break error,
        }
    };
    assert_eq!(error.code(), Code::DiskFull, "{error:?}");
    assert_eq!(notes(&db), promised);

    let error = backup::create(&db, &Cancel::new(), &NoProgress).unwrap_err();
    assert_eq!(error.code(), Code::DiskFull, "{error:?}");
    assert_eq!(std::fs::read_dir(disk.join("backups")).unwrap().count(), 0);

    // Room is made by what the person deletes; here, by what the database gives back.
    let shrunk: Result<usize, puente_store::Error> =
        db.write(|tx| Ok(tx.execute("DELETE FROM note WHERE id > 5", [])?));
    drop(shrunk);
    drop(db);
    let db = open(&path);
    let kept = notes(&db);
    assert!(promised.starts_with(&kept) && kept.len() >= 5);
}

#[test]
fn a_disk_that_cannot_be_written_has_its_code() {
    on_a_disk(
        "disks::on_a_read_only_disk",
        &format!("mount -o remount,ro \"${FOLDER}\" &&"),
    );
}

#[test]
#[ignore = "a part of the test above, run by it on a disk of its own"]
fn on_a_read_only_disk() {
    let Some(disk) = disk() else { return };
    for path in [
        disk.join("puente.db"),
        disk.join("deeper").join("puente.db"),
    ] {
        let error = Database::open(&path, options(), clock()).unwrap_err();
        assert_eq!(error.code(), Code::DataFolderReadOnly, "{error:?}");
        assert!(
            error.values().iter().any(|(name, _)| *name == "path"),
            "{error:?}"
        );
    }
}
