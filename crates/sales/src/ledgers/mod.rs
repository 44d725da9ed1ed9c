//! Ledgers: one folder each.

pub mod siigo;
