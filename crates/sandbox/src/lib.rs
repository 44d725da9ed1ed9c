//! Sample ERP data on real servers, for tests and the demo.

mod cache;
mod error;
pub mod firebird;

pub use error::Error;
pub use firebird::{
    Auth, Dialect, Firebird4, FirebirdServer, Installation, ServerOptions, SysdbaPassword,
    WireCrypt, WireCryptPlugin, firebird_available,
};
