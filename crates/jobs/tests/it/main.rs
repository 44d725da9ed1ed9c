//! The queue as its users meet it: over a real file, with real threads and real processes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests"
)]

mod cancel;
mod clock;
mod desk;
mod events;
mod processes;
mod records;
mod running;
mod schedules;
mod stopping;
