//! Sample ERP data on real servers, for tests and the demo.

mod cache;
mod error;
pub mod firebird;
pub mod sample;

pub use error::Error;
pub use firebird::{
    Access, Auth, Dialect, Firebird4, FirebirdServer, Installation, Isql, ServerOptions, Session,
    SysdbaPassword, WireCrypt, WireCryptPlugin, firebird_available,
};
pub use sample::{
    Changes, Charset, Expected, ExpectedGroup, ExpectedState, OpenTransaction, ReaderKind,
    SampleCompany, SampleErp, SampleOptions, SampleSize, TransactionCounters, Writer,
};
