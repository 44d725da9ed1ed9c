//! A real Firebird server of our own: private folder, private port, no systemd, no root.

mod access;
mod installation;
mod isql;
mod options;
mod security;
mod server;
mod session;
mod watchdog;

pub use access::Access;
pub use installation::{Firebird4, Installation, firebird_available};
pub use isql::{Dialect, Isql};
pub use options::{Auth, ServerOptions, SysdbaPassword, WireCrypt, WireCryptPlugin};
pub use server::FirebirdServer;
pub use session::Session;
