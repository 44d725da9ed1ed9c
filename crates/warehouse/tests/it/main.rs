//! The warehouse over real files.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod apply;
mod concurrency;
mod kill;
mod life;
mod model;
mod pages;
mod random;
mod summaries;
mod support;
mod views;
