//! Values of an absurd size.

use crate::lab::{Lab, assert_told, input};
use puente_core::Code;
use puente_sandbox::SampleOptions;
use puente_warehouse::MovementFilter;
use std::ops::ControlFlow;

/// A hundred megabytes, made on the server: 32,000 bytes doubled eleven times and a half.
const HUGE: &str =
    "set term ^; execute block as declare b blob sub_type 1; declare i integer = 0; begin
    b = lpad('', 32000, 'y'); while (i < 11) do begin b = b || b; i = i + 1; end
    b = b || substring(b from 1 for 34464000);
    update MATERIAL set DESCRIP = :b where MATID = 1; end^ commit^";

/// The most memory that this process ever held, in MB; `None` where the system doesn't say.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024)
}

#[test]
fn a_name_of_a_hundred_megabytes_is_an_error_that_names_it_and_memory_stays_bounded() {
    let lab = Lab::one(SampleOptions::default());
    lab.office.discover();
    let company = lab.company(lab.sample()).id;
    lab.extract(lab.sample());
    lab.sample()
        .run(
            "alter table MATERIAL alter DESCRIP to OLD;\ncommit;
             alter table MATERIAL add DESCRIP blob sub_type 1;\ncommit;
             update MATERIAL set DESCRIP = OLD;\ncommit;",
        )
        .unwrap();
    let before = peak();
    lab.sample().run(HUGE).unwrap();
    let error = lab.office.extract(input(company)).unwrap_err();
    assert_told(&error, Code::DbValueTooLarge);
    assert_eq!(error.values["table"], "MATERIAL");
    assert_eq!(error.values["column"], "DESCRIP");
    if let (Some(before), Some(after)) = (before, peak()) {
        assert!(after - before < 60, "from {before} MB to {after} MB");
    }
    lab.assert_equal();
    lab.sample()
        .run("update MATERIAL set DESCRIP = OLD where MATID = 1;\ncommit;")
        .unwrap();
    lab.extract(lab.sample());
    lab.assert_equal();
}

#[test]
fn a_note_of_a_hundred_megabytes_in_a_column_that_nobody_reads_disturbs_nothing() {
    let lab = Lab::one(SampleOptions::default());
    lab.office.discover();
    let huge = HUGE.replace("DESCRIP", "OBSERV");
    lab.sample().run(&huge).unwrap();
    let before = peak();
    lab.extract(lab.sample());
    if let (Some(before), Some(after)) = (before, peak()) {
        assert!(after - before < 100, "from {before} MB to {after} MB");
    }
    lab.assert_equal();
}

#[test]
fn the_longest_text_that_a_column_can_hold_arrives_whole() {
    let lab = Lab::one(SampleOptions::default());
    lab.office.discover();
    lab.sample()
        .run(
            "alter table MATERIAL alter DESCRIP to OLD;\ncommit;
             alter table MATERIAL add DESCRIP varchar(8000);\ncommit;
             update MATERIAL set DESCRIP = lpad('', 8000, 'z') where MATID = 1;\ncommit;",
        )
        .unwrap();
    lab.extract(lab.sample());
    let mut longest = 0;
    lab.office
        .room
        .warehouse
        .export(&MovementFilter::default(), &mut |row| {
            longest = longest.max(row.article.len());
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(longest, 8000);
    lab.assert_equal();
}
