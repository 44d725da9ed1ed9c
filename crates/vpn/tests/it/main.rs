//! The VPN in the lab: a client, a server and an office, each in a network of its own.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test whose stage can't be set has failed"
)]

#[cfg(target_os = "linux")]
mod inside;
#[cfg(target_os = "linux")]
mod tunnel;
