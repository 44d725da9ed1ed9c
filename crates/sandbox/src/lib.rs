//! Sample ERP data on real servers, for tests and the demo.

mod cache;
mod certificates;
pub mod clouds;
mod counter;
mod error;
pub mod firebird;
pub mod mlflow;
mod proxy;
pub mod sample;
pub mod tds;
pub mod vpn;

pub use certificates::ServerCertificate;
pub use counter::{Counter, CounterOptions, Trouble};
pub use error::Error;
pub use firebird::{
    Access, Auth, Dialect, Firebird4, FirebirdServer, Installation, Isql, ServerOptions, Session,
    SysdbaPassword, WireCrypt, WireCryptPlugin, firebird_available,
};
pub use proxy::FaultProxy;
pub use sample::{
    Changes, Charset, Expected, ExpectedGroup, ExpectedState, FileFormat, OpenTransaction,
    ReaderKind, SampleCompany, SampleErp, SampleFileCompany, SampleFiles, SampleOptions,
    SampleSize, SampleSqlCompany, SampleSqlErp, TransactionCounters, Writer,
};
pub use tds::{
    TdsCollation, TdsDatabase, TdsDatabaseOptions, TdsEncryption, TdsFault, TdsLateTransaction,
    TdsLogin, TdsOptions, TdsServer, TdsTracking,
};
