//! The real window, driven as a person would: on a screen of its own, with a session bus of its own
//! and a desktop that shows icons, or none.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed arrangement fails the test"
)]
#![allow(
    clippy::print_stderr,
    reason = "what could not be tested is said, not passed over"
)]

mod desktop;
mod drag;
mod driver;
mod panel;
mod window;
