//! Forecasts, from outside.

#![allow(clippy::unwrap_used, reason = "a failed arrangement fails the test")]

mod golden;
mod hostile;
mod registry;
