//! The live schema of a source database.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Tables and views, without those of the system.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LiveSchema {
    /// By name, in capitals as the database keeps them.
    pub tables: BTreeMap<String, LiveTable>,
}

impl LiveSchema {
    /// That table.
    pub fn table(&self, name: &str) -> Option<&LiveTable> {
        self.tables.get(name)
    }

    /// That column of that table.
    pub fn column(&self, table: &str, column: &str) -> Option<&LiveColumn> {
        self.table(table)?.column(column)
    }
}

/// A table or view.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LiveTable {
    /// Its name.
    pub name: String,
    /// Whether it is a view.
    pub is_view: bool,
    /// In their order.
    pub columns: Vec<LiveColumn>,
    /// Columns of the primary key, in order; empty when there is none.
    pub primary_key: Vec<String>,
    /// Columns that an active index begins with.
    pub indexed: Vec<String>,
}

impl LiveTable {
    /// That column.
    pub fn column(&self, name: &str) -> Option<&LiveColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveColumn {
    /// Its name.
    pub name: String,
    /// What it keeps.
    pub kind: LiveKind,
    /// The type as one would declare it: `NUMERIC(18,4)`, `VARCHAR(120)`.
    pub declared: String,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// Charset of texts; `NONE` when bytes are kept as they came.
    pub charset: Option<String>,
}

/// What a column keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveKind {
    /// Whole numbers of 16, 32 or 64 bits.
    Int,
    /// Exact decimals of up to 64 bits.
    Decimal {
        /// Decimals.
        scale: u8,
    },
    /// Whole numbers or decimals of 128 bits, and decimal floats.
    Wide,
    /// Binary fractions.
    Float,
    /// Texts of a fixed length.
    Char,
    /// Texts.
    Varchar,
    /// Days.
    Date,
    /// Times of the day.
    Time,
    /// Days with a time.
    Timestamp,
    /// Times and timestamps with a zone.
    Zoned,
    /// Yes or no.
    Bool,
    /// Large values.
    Blob,
    /// Anything else.
    Other,
}
