//! Source databases behind one trait (Firebird, SQL Server, files), and the profiles of ERPs.
//!
//! Whoever reads a source says what it wants as data ([`Scan`], [`TotalsRequest`],
//! [`GroupRequest`]) and gets typed columns ([`Chunk`]). Nothing outside this crate sees SQL or
//! knows which server answers.

mod changes;
mod charset;
mod column;
mod error;
mod exact;
mod firebird;
mod handover;
mod records;
mod scan;
mod schema;
mod server;
mod source;
mod sqlserver;

pub mod files;
pub mod profile;

pub use changes::{ChangeMethod, ChangesBy};
pub use column::{Chunk, Column, Nulls, TextColumn};
pub use error::{Error, Result, Untrusted};
pub use profile::Profile;
pub use records::{Becomes, Change, Match, RecordDb, Value, connect_records};
pub use scan::{
    Changed, ChangedKeys, Condition, Flow, Group, GroupRequest, Kind, RangeSums, RangesRequest,
    Scan, ScanColumn, SumColumn, Totals, TotalsRequest,
};
pub use schema::{LiveColumn, LiveKind, LiveSchema, LiveTable};
pub use server::{Mark, ServerInfo};
pub use source::{
    ConnectOptions, Driver, Encryption, Engine, InvalidText, NoStatementLog, SourceDb,
    SqlServerOptions, StatementLog, StatementRecord, Timeouts, Via, connect,
};
