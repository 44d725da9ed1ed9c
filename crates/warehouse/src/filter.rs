//! What is asked for, and what comes back.

use crate::{State, Stream};
use serde::{Deserialize, Serialize};

/// Which monthly cells. An empty list means all, except for `states`, where it means posted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MonthFilter {
    /// Company-years.
    pub companies: Vec<i64>,
    /// First month, year × 100 + month. Rows without a date stand in month 0.
    pub from_month: Option<i32>,
    /// Last month, included.
    pub to_month: Option<i32>,
    /// Codes of documents.
    pub doc_types: Vec<String>,
    /// States; empty means posted only.
    pub states: Vec<State>,
    /// Both streams, or one.
    pub stream: Option<Stream>,
}

/// One cell of the monthly summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthTotal {
    /// Company-year.
    pub company_id: i64,
    /// Source of the movements.
    pub stream: Stream,
    /// Year × 100 + month; 0 for documents without a date.
    pub month: i32,
    /// Code of the documents.
    pub doc_type: String,
    /// State of the documents.
    pub state: State,
    /// Movements.
    pub lines: i64,
    /// Sum of quantities × 10^6.
    pub quantity_e6: i64,
    /// Sum of line totals, money × 10^4.
    pub total_e4: i64,
    /// Sum of line costs, money × 10^4.
    pub cost_e4: i64,
}

/// What articles are ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "lowercase")]
pub enum Rank {
    /// Money.
    #[default]
    Total,
    /// Quantity.
    Quantity,
    /// Number of movements.
    Lines,
}

/// One article over several companies and months. Posted movements only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleTotal {
    /// Code: what joins articles over the companies of one NIT.
    pub code: String,
    /// Description, of the newest load that has it.
    pub description: String,
    /// Unit, of the newest load that has it.
    pub unit: String,
    /// Movements.
    pub lines: i64,
    /// Sum of quantities × 10^6.
    pub quantity_e6: i64,
    /// Sum of line totals, money × 10^4.
    pub total_e4: i64,
    /// Sum of line costs, money × 10^4.
    pub cost_e4: i64,
}

/// One month of one article's demand over several companies. Posted movements only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// Code of the article.
    pub article: String,
    /// Year × 100 + month; 0 for documents without a date.
    pub month: i32,
    /// Code of the documents; what it means (sale, return) is the profile's to say.
    pub doc_type: String,
    /// Movements.
    pub lines: i64,
    /// Sum of quantities × 10^6.
    pub quantity_e6: i64,
    /// Sum of line totals, money × 10^4.
    pub total_e4: i64,
    /// Sum of what the lines cost, money × 10^4; 0 where the source says nothing of costs.
    pub cost_e4: i64,
}

/// What one company's current load holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyCount {
    /// Company-year.
    pub company_id: i64,
    /// Movements that are not gone.
    pub movements: i64,
    /// Of those, the posted ones.
    pub posted: i64,
    /// First month with a date, year × 100 + month.
    pub first_month: Option<i32>,
    /// Last month with a date.
    pub last_month: Option<i32>,
}

/// Which movements. An empty list means all, except for `states`, where it means posted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MovementFilter {
    /// Company-years.
    pub companies: Vec<i64>,
    /// First day, counted from 1970-01-01. Rows without a date never fit a range.
    pub from_day: Option<i32>,
    /// Last day, included.
    pub to_day: Option<i32>,
    /// Codes of documents.
    pub doc_types: Vec<String>,
    /// States; empty means posted only.
    pub states: Vec<State>,
    /// Both streams, or one.
    pub stream: Option<Stream>,
    /// Codes of articles.
    pub articles: Vec<String>,
    /// Codes of warehouses, origin or destination.
    pub places: Vec<String>,
    /// Flags of warehouses, of the origin.
    pub flags: Vec<String>,
    /// Tax ids of customers or suppliers.
    pub parties: Vec<String>,
    /// A part of the article's code or description, of the document's number, or of the party's
    /// name, whatever the case.
    pub text: Option<String>,
}

/// What a page of movements is sorted by. Ties are broken by company, stream and line key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "lowercase")]
pub enum SortKey {
    /// Day; rows without a date are the smallest.
    #[default]
    Day,
    /// Code of the article.
    Article,
    /// Quantity.
    Quantity,
    /// Line total.
    Total,
    /// Line cost.
    Cost,
    /// Key of the line at the source.
    Line,
}

/// Order of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// Largest first.
    pub descending: bool,
}

/// Where a page ended. Opaque: give it back to get the next one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub(crate) key: CursorKey,
    pub(crate) company: i64,
    pub(crate) stream: i64,
    pub(crate) line: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum CursorKey {
    Number(i64),
    Text(String),
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Its rows, in order.
    pub rows: Vec<MovementRow>,
    /// What to ask for next; `None` at the end.
    pub next: Option<Cursor>,
}

/// What a selection amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sums {
    /// Movements.
    pub lines: i64,
    /// Sum of quantities × 10^6.
    pub quantity_e6: i64,
    /// Sum of line totals, money × 10^4.
    pub total_e4: i64,
    /// Sum of line costs, money × 10^4.
    pub cost_e4: i64,
}

/// A movement with everything it refers to: the result of joining lines, documents, articles,
/// warehouses and parties. What the source does not have is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the columns are those of the incoming rows")]
pub struct MovementRow {
    pub company_id: i64,
    pub stream: Stream,
    pub line_id: i64,
    pub doc_id: i64,
    pub doc_type: String,
    pub prefix: String,
    pub number: String,
    pub day: Option<i32>,
    pub state: State,
    pub article_id: i64,
    pub article_code: String,
    pub article: String,
    pub unit: String,
    pub group_code: String,
    pub place_code: String,
    pub place: String,
    pub flag: Option<String>,
    pub to_place_code: String,
    pub to_place: String,
    pub party_tax_id: String,
    pub party: String,
    pub quantity_e6: i64,
    pub price_e4: i64,
    pub total_e4: i64,
    pub cost_e4: i64,
}

/// A document as the client-side join needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Key at the source.
    pub id: i64,
    /// Day, counted from 1970-01-01.
    pub day: Option<i32>,
    /// Kind, by its number within the load.
    pub doc_type: u16,
    /// What it counts for.
    pub state: State,
}

/// Exact totals of the movements of one stream within a range of line keys, gone ones left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RangeTotals {
    /// Movements.
    pub lines: i64,
    /// Sum of line keys.
    pub line_ids: i128,
    /// Sum of document keys.
    pub doc_ids: i128,
    /// Sum of quantities × 10^6.
    pub quantity_e6: i128,
    /// Sum of line totals, money × 10^4.
    pub total_e4: i128,
    /// Sum of line costs, money × 10^4.
    pub cost_e4: i128,
}

/// Consecutive ranges of a key: `after < key <= through` in steps of `width`, the last one shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranges {
    /// Before the first range.
    pub after: i64,
    /// Last of the last range.
    pub through: i64,
    /// Keys in a range, at least 1.
    pub width: u64,
}

impl Ranges {
    /// How many ranges there are.
    pub fn count(self) -> usize {
        let keys = if self.after < self.through {
            self.through.abs_diff(self.after)
        } else {
            0
        };
        usize::try_from(keys.div_ceil(self.width.max(1))).unwrap_or(usize::MAX)
    }
}

/// One cell of the roll-up by article and month. Posted movements only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleMonth {
    /// Source of the movements.
    pub stream: Stream,
    /// Year × 100 + month; 0 for documents without a date.
    pub month: i32,
    /// Code of the documents.
    pub doc_type: String,
    /// Key of the article at the source.
    pub article_id: i64,
    /// Movements.
    pub lines: i64,
    /// Sum of quantities × 10^6.
    pub quantity_e6: i64,
    /// Sum of line totals, money × 10^4.
    pub total_e4: i64,
    /// Sum of line costs, money × 10^4.
    pub cost_e4: i64,
}
