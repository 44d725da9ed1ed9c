//! A load: one generation of one company-year.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Names a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LoadId(pub i64);

impl std::fmt::Display for LoadId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a load stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LoadState {
    /// Being filled; no summary sees it.
    Building,
    /// The company's rows, as everybody sees them.
    Current,
    /// Replaced or discarded; `sweep` deletes its rows.
    Retired,
}

/// The days that a load covers, both included, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// First day.
    pub from_day: i32,
    /// Last day.
    pub to_day: i32,
}

/// A load and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// Its name.
    pub id: LoadId,
    /// The company-year whose rows it holds.
    pub company_id: i64,
    /// Where it stands.
    pub state: LoadState,
    /// The days asked for; `None` for everything.
    pub coverage: Option<Coverage>,
    /// What the last `put` left, for whoever resumes. `None` before the first.
    pub checkpoint: Option<Value>,
    /// The source's change mark that the rows are complete up to.
    pub mark: Option<Value>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When everybody began to see it.
    pub published_at: Option<DateTime<Utc>>,
    /// When changes were last applied to it.
    pub applied_at: Option<DateTime<Utc>>,
    /// Rows of documents, gone ones included.
    pub documents: i64,
    /// Rows of movements of both streams, gone ones included.
    pub movements: i64,
}

/// What `apply` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Applied {
    /// Movements that were not there.
    pub inserted: u64,
    /// Movements that were there and are different now, those that only follow their document
    /// included.
    pub updated: u64,
    /// Movements that became [`crate::State::Gone`].
    pub gone: u64,
    /// Movements that were there and are the same.
    pub unchanged: u64,
    /// Documents that were not there or are different now.
    pub documents: u64,
}

/// What `sweep` did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Swept {
    /// Loads whose last row is gone.
    pub loads: u64,
    /// Rows of all tables deleted.
    pub rows: u64,
    /// Bytes given back to the file system.
    pub bytes: u64,
}
