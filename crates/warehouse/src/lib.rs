//! The facts brought from ERPs: documents, movements and their monthly totals.
//!
//! A [`Load`] is one generation of one company-year. It is filled by [`Warehouse::put`], each
//! call one transaction that also keeps the caller's checkpoint, and nobody sees its rows until
//! [`Warehouse::publish`] swaps it for the one before. Later changes of the source go into the
//! current load by [`Warehouse::apply`], one transaction as well. Two roll-ups (by month, and by
//! article and month) are kept in those same transactions.
//!
//! Quantities are integers × 10^6 (`_e6`), money × 10^4 (`_e4`), days count from 1970-01-01, and a
//! month is year × 100 + month, 0 for what has no date.

mod apply;
mod cells;
mod digest;
mod dimension_table;
mod document_table;
mod error;
mod export;
mod filter;
mod key;
mod load;
mod load_table;
mod lookup;
mod movement_table;
mod page;
mod pending;
mod places;
mod plan;
mod proof;
mod publish;
mod put;
mod rows;
mod scan;
mod selection;
mod summary;
mod sums;
mod sweep;
mod texts;
mod view;
mod warehouse;

pub use error::Error;
pub use filter::{
    ArticleMonth, ArticleTotal, CompanyCount, Cursor, Demand, Header, MonthFilter, MonthTotal,
    MovementFilter, MovementRow, Page, RangeTotals, Ranges, Rank, Sort, SortKey, Sums,
};
pub use load::{Applied, Coverage, Load, LoadId, LoadState, Swept};
pub use rows::{
    Article, Batch, Changes, DocType, Document, Movement, MovementBatch, Party, Place, State,
    Stream,
};
pub use view::View;
pub use warehouse::Warehouse;

/// The rows of movements that one [`Warehouse::put`] should bring: enough that the transaction
/// costs nothing beside its rows, and few enough that other writers wait under 0.1 s.
pub const PUT_ROWS: usize = 50_000;
