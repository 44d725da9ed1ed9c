//! Servers of ERPs, discovery of companies, extraction of movements, and the proof that nothing is
//! missing.

pub mod companies;
pub mod discover;
mod doc_types;
mod error;
pub mod extract;
mod files;
pub mod handlers;
mod layout;
mod master;
pub mod proof;
pub mod quiet;
mod room;
pub mod rules;
pub mod servers;

pub use error::{Error, Result};
pub use layout::Layout;
pub use room::{Room, Route, Statements};
