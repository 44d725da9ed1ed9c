//! How rows that changed are found.

use serde::{Deserialize, Serialize};

/// How a profile wants changed rows to be found. A moment of the ERP's own is not among them: such a
/// column is rounded, set before the commit, and left alone by some updates, so that rows get lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeMethod {
    /// The best that the database has: change tracking, then row versions, then [`ChangeMethod::Overlap`].
    #[default]
    Auto,
    /// Change tracking of SQL Server, whose versions are in the order of commits.
    Tracking,
    /// Versions of rows: a `rowversion` column of SQL Server, counted from the oldest that is not
    /// committed; record versions of Firebird 3 or later, counted from the oldest active transaction.
    RowVersion,
    /// The newest keys and the last months again, and what differs elsewhere by comparing.
    Overlap,
}

impl ChangeMethod {
    /// Its stable name, as in a profile.
    pub fn as_str(self) -> &'static str {
        match self {
            ChangeMethod::Auto => "auto",
            ChangeMethod::Tracking => "tracking",
            ChangeMethod::RowVersion => "row_version",
            ChangeMethod::Overlap => "overlap",
        }
    }
}

/// How changed rows of a database are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum ChangesBy {
    /// As [`ChangeMethod::Tracking`].
    Tracking,
    /// As [`ChangeMethod::RowVersion`].
    RowVersion,
    /// Some tables by change tracking, the others by row versions.
    Mixed,
    /// As [`ChangeMethod::Overlap`].
    Overlap,
}

impl ChangesBy {
    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            ChangesBy::Tracking => "tracking",
            ChangesBy::RowVersion => "row_version",
            ChangesBy::Mixed => "mixed",
            ChangesBy::Overlap => "overlap",
        }
    }
}
