//! The binary as a person uses it, on a real Firebird server.

mod desk;
mod kills;
mod verbs;
