//! The verbs of the office as a whole, on the sample's files.

use crate::desk::{PASSPHRASE, said};
use serde_json::Value;
use std::process::{Command, Output};
use tempfile::TempDir;

struct Office {
    folder: TempDir,
}

impl Office {
    fn new() -> Office {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        // The machine that tests run on may have no keyring; the file of secrets is the other way.
        std::fs::write(
            folder.path().join("data/config.toml"),
            "secrets = \"file\"\n",
        )
        .unwrap();
        let sample = puente_sandbox::SampleFiles::create(&folder.path().join("files")).unwrap();
        let office = Office { folder };
        let master = sample.folder.display().to_string();
        let line = ["servers", "add", "--name", "archivos", "--kind", "files"];
        let added = office.puente(&[&line[..], &["--master", &master]].concat());
        assert!(added.status.success(), "{}", said(&added));
        office
    }

    fn puente(&self, line: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_puente"))
            .args(line)
            .env("PUENTE_DATA_DIR", self.folder.path().join("data"))
            .env("PUENTE_PASSPHRASE", PASSPHRASE)
            .env_remove("PUENTE_LANG")
            .output()
            .unwrap()
    }

    fn json(&self, line: &[&str]) -> Value {
        let output = self.puente(&[line, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
    }
}

#[test]
fn one_verb_brings_everything_up_to_date_and_says_what_did_not_go_well() {
    let office = Office::new();
    let ran = office.puente(&["sync"]);
    let text = said(&ran);
    // One company of the sample names a file that isn't there.
    assert!(!ran.status.success(), "{text}");
    assert!(text.contains("no_esta.csv"), "{text}");
    let picture = office.json(&["overview"]);
    let companies = office.json(&["companies", "list"]);
    let listed = companies.as_array().unwrap().len();
    assert_eq!(picture["sync"]["companies"], listed - 1);
    assert_eq!(picture["sync"]["failed"], 1);
    let attention = picture["attention"].as_array().unwrap();
    assert!(
        attention
            .iter()
            .any(|matter| matter["kind"] == "job_failed")
    );
    let shown = said(&office.puente(&["overview", "--lang", "en"]));
    assert!(shown.contains("Last synchronisation"), "{shown}");
    let failed = office.json(&["jobs", "list", "--state", "failed"]);
    assert_eq!(failed.as_array().unwrap().len(), 1);
    assert_eq!(failed[0]["kind"], "movements.extract");
    let company = ["movements", "list", "--company", "9001234568:2026"];
    let page = office.json(&[&company[..], &["--offset", "5", "--limit", "7"]].concat());
    assert_eq!(page["rows"].as_array().unwrap().len(), 7);
    let total = page["totals"]["total"].as_str().unwrap();
    assert!(total.split_once('.').unwrap().1.len() == 4, "{total}");
    let shown = said(&office.puente(&company));
    assert!(shown.contains("1 a 50 de"), "{shown}");
}

#[test]
fn schedules_are_set_in_words_and_run_when_asked() {
    let office = Office::new();
    let proposed = said(&office.puente(&["schedules", "list"]));
    assert!(
        proposed.contains("schedules set sync --work sync --every day@06:00"),
        "{proposed}"
    );
    let set = ["schedules", "set", "copia", "--work", "backup", "--every"];
    let made = office.json(&[&set[..], &["mon,thu@18:00", "--zone", "America/Bogota"]].concat());
    assert_eq!(made["cron"], "0 18 * * 1,4");
    assert_eq!(made["cadence"]["days"][1], "thu");
    let wrong = office.puente(&[&set[..], &["lunes@18:00"]].concat());
    assert_eq!(wrong.status.code(), Some(3), "{}", said(&wrong));
    let ran = office.puente(&["schedules", "run", "copia"]);
    assert!(ran.status.success(), "{}", said(&ran));
    assert_eq!(
        office.json(&["backup", "list"]).as_array().unwrap().len(),
        1
    );
    assert!(
        office
            .puente(&["schedules", "remove", "copia"])
            .status
            .success()
    );
    let trail = office.json(&["audit", "list", "--subject", "schedule:copia"]);
    let actions: Vec<&str> = trail
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["schedule.remove", "schedule.run", "schedule.set"]);
}

#[test]
fn settings_are_set_by_name_and_refused_by_name() {
    let office = Office::new();
    let values = [
        "theme=dark",
        "zone=America/Santiago",
        "backups.last=3",
        "proxy.mode=none",
    ];
    let set = office.json(&[&["settings", "set"], &values[..]].concat());
    assert_eq!(set["theme"], "dark");
    assert_eq!(set["backups"]["last"], 3);
    assert_eq!(set["backups"]["days"], 14, "the rest of the group stays");
    let shown = said(&office.puente(&["settings", "get"]));
    assert!(shown.contains("zone=America/Santiago") && shown.contains("proxy.mode=none"));
    for wrong in ["zone=Macondo", "nothing=1", "theme"] {
        let refused = office.puente(&["settings", "set", wrong]);
        assert_eq!(
            refused.status.code(),
            Some(3),
            "{wrong}: {}",
            said(&refused)
        );
    }
    let test = ["--json", "network", "test", "http://127.0.0.1:1/"];
    let refused = office.puente(&test);
    assert_eq!(refused.status.code(), Some(4), "{}", said(&refused));
    let closed: serde_json::Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert_eq!(closed["reachable"], false);
    assert_eq!(closed["error"]["code"], "NET_UNREACHABLE");
    let about = office.json(&["about"]);
    assert!(about["libraries"].as_array().unwrap().len() > 100);
}
