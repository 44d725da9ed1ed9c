//! Addresses tried on a loopback server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test whose stage can't be set has failed"
)]

mod probe;
mod server;
