//! What a sample is to be like.

use super::Charset;
use crate::Dialect;

/// How much the sample holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SampleSize {
    /// Hundreds of lines in each database: for tests.
    #[default]
    Tiny,
    /// A few thousand.
    Small,
    /// About 200,000 in all six databases.
    Demo,
    /// So many in each database.
    Custom(u64),
}

/// What to create.
#[derive(Debug, Clone)]
pub struct SampleOptions {
    /// How much.
    pub size: SampleSize,
    /// The same seed gives the same rows.
    pub seed: u64,
    /// Dialect of the databases.
    pub dialect: Dialect,
    /// Default charset of the databases.
    pub charset: Charset,
    /// Companies, 1 to 3.
    pub companies: usize,
    /// Fiscal years: each is a database of its own.
    pub years: Vec<i32>,
    /// Whether rows are put in that should not be there.
    pub odd_rows: bool,
}

impl Default for SampleOptions {
    fn default() -> Self {
        SampleOptions {
            size: SampleSize::Tiny,
            seed: 1,
            dialect: Dialect::Three,
            charset: Charset::Win1252,
            companies: 3,
            years: vec![2025, 2026],
            odd_rows: true,
        }
    }
}
