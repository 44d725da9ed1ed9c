//! A clock that can't be right is said, and kept from nothing else.

use crate::office::Office;
use chrono::TimeDelta;
use puente_app::{Nothing, backup, doctor};
use puente_core::{Code, ErrorView};

fn clock(office: &Office) -> Option<ErrorView> {
    let checks = doctor::check(&office.app, Nothing {}).unwrap();
    let check = checks.into_iter().find(|check| check.name == "clock");
    check.unwrap().error
}

#[test]
fn a_clock_before_what_is_stored_is_said_with_both_times() {
    let office = Office::new();
    backup::create(&office.app, Nothing {}).unwrap();
    office.app.jobs.run_due(1).unwrap();
    assert_eq!(clock(&office), None);
    office.clock.advance(TimeDelta::days(-2));
    let error = clock(&office).unwrap();
    assert_eq!(error.code, Code::ClockWrong);
    assert!(error.message.contains("2026-11-29") && error.message.contains("2026-12-01"));
    assert!(!error.hint.is_empty());
    backup::create(&office.app, Nothing {}).unwrap();
    assert_eq!(office.app.jobs.run_due(1).unwrap().len(), 1, "work goes on");
    office.clock.advance(TimeDelta::days(2));
    assert_eq!(clock(&office), None);
}

#[test]
fn a_clock_before_this_program_was_written_is_said_at_once() {
    let office = Office::new();
    office.clock.advance(TimeDelta::days(-365 * 50));
    assert_eq!(clock(&office).unwrap().code, Code::ClockWrong);
}
