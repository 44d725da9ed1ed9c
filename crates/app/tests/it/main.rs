//! The composition root over a temporary data folder.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test whose stage can't be set has failed"
)]

mod clock;
mod maintenance;
mod office;
