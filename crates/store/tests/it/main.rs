//! The store, from outside.

#![allow(clippy::unwrap_used, reason = "a failed arrangement fails the test")]
#![allow(
    clippy::print_stderr,
    reason = "what could not be tested is said, not passed over"
)]

mod backups;
mod corruption;
mod database;
#[cfg(target_os = "linux")]
mod disks;
mod full;
#[cfg(target_os = "linux")]
mod keyring;
mod migrations;
mod processes;
mod secrets;
mod support;
