//! The binary as a person uses it, on a real Firebird server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test whose stage can't be set has failed"
)]

mod desk;
mod kills;
mod office;
mod verbs;
