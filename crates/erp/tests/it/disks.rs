//! A disk that fills up in the middle of an extraction: a small tmpfs in a mount namespace of a
//! child's own, which goes with it.

use crate::lab::{Lab, Office, assert_told, child, input};
use puente_core::{Code, SystemClock};
use puente_erp::handlers::ExtractInput;
use puente_sandbox::{SampleOptions, SampleSize};
use puente_warehouse::Stream;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

const FOLDER: &str = "PUENTE_TEST_DISK";
const MOUNT: &str = r#"mount -t tmpfs -o size=96m,mode=700 tmpfs "$PUENTE_TEST_DISK" && exec "$@""#;
const NAMESPACE: [&str; 7] = [
    "unshare",
    "--user",
    "--map-root-user",
    "--mount",
    "sh",
    "-c",
    MOUNT,
];

#[test]
fn a_disk_that_fills_up_loses_nothing_and_the_work_goes_on_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let allowed = Command::new(NAMESPACE[0])
        .args(&NAMESPACE[1..])
        .args(["sh", "true"])
        .env(FOLDER, folder.path())
        .output();
    if !allowed.as_ref().is_ok_and(|output| output.status.success()) {
        eprintln!("NOT TESTED: this system lets no one mount a disk here: {allowed:?}");
        return;
    }
    let wrapper = [&NAMESPACE[..], &["sh"]].concat();
    let output = child("disks::on_a_small_disk", &wrapper)
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

#[test]
#[ignore = "a part of the test above, run by it on a disk of its own"]
fn on_a_small_disk() {
    let Some(disk) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let mut lab = Lab::one(SampleOptions {
        size: SampleSize::Custom(120_000),
        ..SampleOptions::default()
    });
    lab.move_into(Office::inside(&disk, Arc::new(SystemClock)));
    lab.office.discover();
    let whole = lab.extract(lab.sample()).rows_read;
    let company = lab.company(lab.sample()).id;
    let before = lab.stored(company, Stream::Line);
    lab.sample().write_more(100, 1).unwrap();
    let again = ExtractInput {
        force: true,
        ..input(company)
    };
    let mut went_further = 0;
    for room in [100_000, 2_000_000, 5_000_000] {
        let filler = leave(&disk, room);
        let error = lab.office.extract(again.clone()).unwrap_err();
        assert_told(&error, Code::DiskFull);
        assert!(error.values["path"].contains("warehouse.db"), "{error}");
        assert_eq!(
            lab.stored(company, Stream::Line),
            before,
            "what was shown is shown still"
        );
        std::fs::remove_file(filler).unwrap();
        let load = lab.office.room.warehouse.resumable(company).unwrap();
        let kept = load.map_or(0, |load| load.documents + load.movements);
        assert!(kept >= went_further, "{kept} of {went_further} were kept");
        went_further = kept;
    }
    assert!(went_further > 0, "a page must have been kept");
    let report = lab.office.extract(again).unwrap();
    assert!(
        report.rows_read < whole,
        "what was kept is not read again: {} of {whole}",
        report.rows_read
    );
    lab.assert_equal();
}

/// Fills the disk up to so many bytes.
fn leave(disk: &Path, room: u64) -> PathBuf {
    let path = disk.join("filler");
    let mut file = std::fs::File::create(&path).unwrap();
    let piece = vec![0; 64 * 1024];
    while file.write_all(&piece).is_ok() {}
    let length = file.metadata().unwrap().len();
    file.set_len(length - room).unwrap();
    path
}
