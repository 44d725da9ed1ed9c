//! SQLite with one writer and many readers, migrations, backup and quarantine; secrets in the OS
//! keyring.

pub mod backup;
mod ballast;
mod connection;
mod database;
mod error;
mod files;
mod migrate;
mod open;
mod options;
pub mod quarantine;
mod readers;
pub mod secrets;
mod state;
pub mod time;
mod watch;
mod writer;

pub use database::Database;
pub use error::Error;
pub use open::Opened;
pub use options::{Durability, Migration, OnCorrupt, Options};
pub use secrets::Secrets;
pub use state::{STATE_APPLICATION_ID, STATE_MIGRATIONS, state_options};

/// The SQLite binding that closures of [`Database::write`] and [`Database::read`] work with.
pub use rusqlite;
