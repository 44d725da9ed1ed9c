//! The whole walk on Firebird 4. Only where one is unpacked (`scripts/firebird4.sh`).

use crate::lab::{Lab, assert_told, input};
use puente_core::{Code, Secret};
use puente_erp::extract::Mode;
use puente_erp::handlers::{DISCOVER, DiscoverInput, ExtractInput, PROVE, ProveInput};
use puente_erp::proof;
use puente_jobs::NewJob;
use puente_sandbox::{SampleOptions, SampleSize};
use serde_json::json;

fn one() -> SampleOptions {
    SampleOptions {
        size: SampleSize::Small,
        companies: 1,
        years: vec![2026],
        ..SampleOptions::default()
    }
}

#[test]
fn discovery_extraction_changes_and_the_deep_proof_go_as_on_firebird_3() {
    let Some(lab) = Lab::on_firebird4(one()) else {
        return;
    };
    assert!(lab.server.version().starts_with("4."));
    assert_eq!(lab.office.discover().added, 2, "one of them has no file");
    assert_eq!(lab.extract(lab.sample()).mode, Mode::Full);
    lab.assert_equal();
    for seed in 0..3 {
        lab.sample().write_more(200, seed).unwrap();
        let report = lab.extract(lab.sample());
        assert_eq!(report.mode, Mode::Incremental);
        assert!(report.removed > 0, "{report:?}");
        lab.assert_equal();
    }
    let company_id = lab.company(lab.sample()).id;
    let deep = json!(ProveInput { company_id });
    let jobs = &lab.office.jobs;
    let id = jobs.enqueue(NewJob::new(PROVE, deep)).unwrap();
    jobs.run_due(1).unwrap();
    assert_eq!(jobs.get(id).unwrap().error, None);
    let state = &lab.office.room.state;
    assert!(proof::latest(state, company_id).unwrap().unwrap().holds());
}

#[test]
fn a_restore_between_two_runs_is_recognised() {
    let Some(lab) = Lab::on_firebird4(one()) else {
        return;
    };
    lab.office.discover();
    lab.extract(lab.sample());
    lab.sample().restore_in_place().unwrap();
    assert_eq!(lab.extract(lab.sample()).mode, Mode::Full);
    lab.assert_equal();
}

#[test]
fn a_writer_at_four_hundred_commits_a_second_is_not_held_up_and_garbage_is_collected() {
    let Some(lab) = Lab::on_firebird4(one()) else {
        return;
    };
    lab.office.discover();
    let company = lab.company(lab.sample()).id;
    let mut open = lab.sample().session().unwrap();
    open.run("update MATERIAL set PESO = 1 where MATID = 1;")
        .unwrap();
    let writer = lab.sample().writer(400, 9).unwrap();
    while writer.commits() < 50 {
        assert!(!writer.has_ended(), "{:?}", writer.stop());
        std::thread::yield_now();
    }
    let before = lab.sample().transactions().unwrap();
    let commits = writer.commits();
    for force in [true, false, true] {
        let again = ExtractInput {
            force,
            ..input(company)
        };
        lab.office.extract(again).unwrap();
    }
    let after = lab.sample().transactions().unwrap();
    assert!(writer.commits() > commits + 20, "the writer stood still");
    open.run("rollback;").unwrap();
    the_oldest_snapshot_moves_on_in_the_middle_of_a_run(&lab, company);
    // The clerk's open transaction holds the oldest active one back; what is newer than the oldest
    // snapshot is what can't be cleaned up, and no read of ours may keep it where it was.
    let next = after.next;
    assert!(next > before.next, "{before:?} {after:?}");
    writer.stop().unwrap();
    lab.extract(lab.sample());
    let calm = lab.sample().transactions().unwrap();
    assert!(
        calm.next - calm.oldest_snapshot < 20,
        "nothing is held back once it is over: {calm:?}"
    );
    lab.assert_equal();
}

/// While a run still reads, what the writer left since its beginning is let go already.
fn the_oldest_snapshot_moves_on_in_the_middle_of_a_run(lab: &Lab, company: i64) {
    let mut seen = Vec::new();
    for _ in 0..20 {
        let began = lab.sample().transactions().unwrap().next;
        let again = ExtractInput {
            force: true,
            ..input(company)
        };
        let moved = std::thread::scope(|scope| {
            let run = scope.spawn(|| lab.office.extract(again));
            let mut moved = false;
            loop {
                let now = lab.sample().transactions().unwrap();
                if run.is_finished() {
                    break;
                }
                moved |= now.oldest_snapshot > began;
                seen.push((began, now.oldest_snapshot, now.next));
            }
            run.join().unwrap().unwrap();
            moved
        });
        if moved {
            return;
        }
    }
    panic!("in no run did the oldest snapshot move on: {seen:?}");
}

#[test]
fn a_missing_company_file_and_a_wrong_password_have_the_same_codes() {
    let Some(lab) = Lab::on_firebird4(one()) else {
        return;
    };
    lab.office.discover();
    let company = lab.company(lab.sample()).id;
    let path = lab.sample().path.clone();
    let away = path.with_extension("AWAY");
    std::fs::rename(&path, &away).unwrap();
    let error = lab.office.extract(input(company)).unwrap_err();
    assert_told(&error, Code::CompanyFileMissing);
    std::fs::rename(&away, &path).unwrap();
    let wrong = Secret::from("wrong");
    let id = lab.office.register(
        "wrong",
        lab.server.port(),
        lab.server.user(),
        &wrong,
        &lab.erp.master,
    );
    let discover = json!(DiscoverInput { server_id: id });
    let jobs = &lab.office.jobs;
    let id = jobs.enqueue(NewJob::new(DISCOVER, discover)).unwrap();
    jobs.run_due(1).unwrap();
    assert_told(&jobs.get(id).unwrap().error.unwrap(), Code::DbWrongPassword);
}
