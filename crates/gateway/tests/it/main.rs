//! The bridge over real sockets.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod client;
mod doors;
mod service;
