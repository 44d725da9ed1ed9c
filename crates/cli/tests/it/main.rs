//! The binary as a person uses it, on a real Firebird server.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test whose stage can't be set has failed"
)]

mod bad_input;
mod canaries;
mod deliver;
mod desk;
mod forecast;
mod kills;
mod office;
mod sales;
mod together;
mod verbs;
#[cfg(target_os = "linux")]
mod vpn;
mod vpn_files;
#[cfg(target_os = "linux")]
mod vpn_names;
#[cfg(target_os = "linux")]
mod vpn_system;
