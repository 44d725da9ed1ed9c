//! Discovery and extraction on real Firebird servers.

mod bad_input;
mod complete;
mod discovery;
mod faults;
mod harmless;
mod incremental;
mod lab;
