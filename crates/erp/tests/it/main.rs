//! Discovery and extraction on real Firebird servers, and on a stand-in of SQL Server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test whose stage can't be set has failed"
)]

mod bad_input;
mod clock;
mod complete;
mod discovery;
mod disks;
mod faults;
mod firebird4;
mod harmless;
mod incremental;
mod lab;
mod large_values;
mod sqlserver;
mod sqlserver_changes;
mod unmarked;
