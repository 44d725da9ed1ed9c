//! Sales against strict stand-ins of SIIGO and MercadoLibre, whose journal says what really happened.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a test whose stage can't be set has failed"
)]

mod bad_input;
mod faults;
mod flow;
mod kill;
mod killing;
mod local_siigo;
mod misfits;
mod money;
mod office;
mod solar;
mod solar_documents;
mod solar_firebird;
mod solar_kill;
mod solar_trouble;
mod solar_ways;
mod tokens;
