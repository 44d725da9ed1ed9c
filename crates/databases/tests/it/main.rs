//! Against real servers: a private Firebird for each test, and things on the loopback that are none.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "these are tests"
)]

mod changes;
mod failures;
mod firebird4;
mod harmless;
mod numbers;
mod profiles;
mod pysqlbridge;
mod reading;
mod sqlserver;
mod sqlserver_changes;
mod sqlserver_trouble;
mod sqlserver_ways_in;
mod support;
mod texts;
mod ways_in;
