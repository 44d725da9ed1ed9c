//! Real servers, real databases, real sockets.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that can't prepare its scene has failed"
)]

mod clouds;
mod files;
mod firebird;
mod live;
mod proxy;
mod sample;
mod tds;
