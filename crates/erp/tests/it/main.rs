//! Discovery and extraction on real Firebird servers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test whose stage can't be set has failed"
)]

mod bad_input;
mod complete;
mod discovery;
mod faults;
mod harmless;
mod incremental;
mod lab;
