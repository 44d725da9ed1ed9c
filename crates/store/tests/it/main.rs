//! The store, from outside.

#![allow(clippy::unwrap_used, reason = "a failed arrangement fails the test")]

mod database;
mod support;
