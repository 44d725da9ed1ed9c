//! The rows that come in: dimensions, documents and movements, and the batches that carry them.

use serde::{Deserialize, Serialize};

/// The two sources of movements. Their keys are independent of each other.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Default,
    Serialize,
    Deserialize,
    ts_rs::TS,
)]
#[serde(rename_all = "lowercase")]
#[ts(rename = "MovementStream")]
pub enum Stream {
    /// Lines of documents (sales, purchases, returns, remissions).
    #[default]
    Line = 0,
    /// Transfers between warehouses.
    Transfer = 1,
}

/// What a document, and so each of its movements, counts for.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Default,
    Serialize,
    Deserialize,
    ts_rs::TS,
)]
#[serde(rename_all = "lowercase")]
#[ts(rename = "MovementState")]
pub enum State {
    /// Posted: the only state that counts in summaries unless another is asked for.
    #[default]
    Posted = 0,
    /// Not posted yet.
    Draft = 1,
    /// Voided at the source.
    Voided = 2,
    /// Deleted at the source. The row stays, so that what vanished can be shown.
    Gone = 3,
}

/// A code of the source for a kind of document, kept verbatim, and its number within one load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocType {
    /// Number within the load, given by whoever fills it.
    pub id: u16,
    /// The source's code: `FV`.
    pub code: String,
}

/// A warehouse of the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Key at the source.
    pub id: i64,
    /// Code at the source.
    pub code: String,
    /// Name at the source.
    pub name: String,
    /// What the rule table made of it (`implante`), if any rule fits.
    pub flag: Option<String>,
}

/// An article of the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// Key at the source.
    pub id: i64,
    /// Code at the source: the same over the companies of one NIT.
    pub code: String,
    /// Description at the source.
    pub description: String,
    /// Unit of measure, as written at the source.
    pub unit: String,
    /// Code of the article's group, empty when it has none.
    pub group_code: String,
}

/// A customer or supplier of the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Key at the source.
    pub id: i64,
    /// Tax id as the profile normalises it.
    pub tax_id: String,
    /// Name at the source.
    pub name: String,
}

/// A document header of the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Key at the source, unique within its stream.
    pub id: i64,
    /// Kind, by its number within the load.
    pub doc_type: u16,
    /// Prefix of the number.
    pub prefix: String,
    /// Number, verbatim.
    pub number: String,
    /// Day, counted from 1970-01-01.
    pub day: Option<i32>,
    /// What it counts for.
    pub state: State,
    /// Customer or supplier.
    pub party_id: Option<i64>,
    /// Total of the document, money × 10^4.
    pub total_e4: i64,
}

/// One movement, for callers that have one at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// Key of the line at the source, unique within its stream.
    pub line_id: i64,
    /// Its document.
    pub doc_id: i64,
    /// Its article; 0 for a line that names none.
    pub article_id: i64,
    /// The warehouse it moves.
    pub place_id: Option<i64>,
    /// Where a transfer goes.
    pub to_place_id: Option<i64>,
    /// Day of its document, counted from 1970-01-01.
    pub day: Option<i32>,
    /// Kind of its document, by its number within the load.
    pub doc_type: u16,
    /// State of its document.
    pub state: State,
    /// Quantity × 10^6.
    pub quantity_e6: i64,
    /// Unit price, money × 10^4.
    pub price_e4: i64,
    /// Total of the line, money × 10^4.
    pub total_e4: i64,
    /// Cost of the line, money × 10^4.
    pub cost_e4: i64,
}

/// Movements of one stream, column by column. All columns are equally long.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "the columns are those of `Movement`")]
pub struct MovementBatch {
    pub stream: Stream,
    pub line_id: Vec<i64>,
    pub doc_id: Vec<i64>,
    pub article_id: Vec<i64>,
    pub place_id: Vec<Option<i64>>,
    pub to_place_id: Vec<Option<i64>>,
    pub day: Vec<Option<i32>>,
    pub doc_type: Vec<u16>,
    pub state: Vec<State>,
    pub quantity_e6: Vec<i64>,
    pub price_e4: Vec<i64>,
    pub total_e4: Vec<i64>,
    pub cost_e4: Vec<i64>,
}

impl MovementBatch {
    /// An empty batch of `stream` with room for `rows`.
    pub fn with_capacity(stream: Stream, rows: usize) -> Self {
        MovementBatch {
            stream,
            line_id: Vec::with_capacity(rows),
            doc_id: Vec::with_capacity(rows),
            article_id: Vec::with_capacity(rows),
            place_id: Vec::with_capacity(rows),
            to_place_id: Vec::with_capacity(rows),
            day: Vec::with_capacity(rows),
            doc_type: Vec::with_capacity(rows),
            state: Vec::with_capacity(rows),
            quantity_e6: Vec::with_capacity(rows),
            price_e4: Vec::with_capacity(rows),
            total_e4: Vec::with_capacity(rows),
            cost_e4: Vec::with_capacity(rows),
        }
    }

    /// Rows in the batch.
    pub fn len(&self) -> usize {
        self.line_id.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.line_id.is_empty()
    }

    /// Appends one row.
    pub fn push(&mut self, row: &Movement) {
        self.line_id.push(row.line_id);
        self.doc_id.push(row.doc_id);
        self.article_id.push(row.article_id);
        self.place_id.push(row.place_id);
        self.to_place_id.push(row.to_place_id);
        self.day.push(row.day);
        self.doc_type.push(row.doc_type);
        self.state.push(row.state);
        self.quantity_e6.push(row.quantity_e6);
        self.price_e4.push(row.price_e4);
        self.total_e4.push(row.total_e4);
        self.cost_e4.push(row.cost_e4);
    }

    /// The row at `index`, if there is one.
    pub fn get(&self, index: usize) -> Option<Movement> {
        (index < self.len()).then(|| Movement {
            line_id: self.line_id[index],
            doc_id: self.doc_id[index],
            article_id: self.article_id[index],
            place_id: self.place_id[index],
            to_place_id: self.to_place_id[index],
            day: self.day[index],
            doc_type: self.doc_type[index],
            state: self.state[index],
            quantity_e6: self.quantity_e6[index],
            price_e4: self.price_e4[index],
            total_e4: self.total_e4[index],
            cost_e4: self.cost_e4[index],
        })
    }
}

/// What one `put` brings, all of it committed together with its checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// New codes of documents. The same id with another code is refused.
    pub doc_types: Vec<DocType>,
    /// Warehouses, replaced when they are there already.
    pub places: Vec<Place>,
    /// Articles, replaced when they are there already.
    pub articles: Vec<Article>,
    /// Parties, replaced when they are there already.
    pub parties: Vec<Party>,
    /// The stream that `documents` belong to.
    pub document_stream: Stream,
    /// New documents. One that is there already is refused.
    pub documents: Vec<Document>,
    /// New movements, ascending by `line_id` and above all that were put into that stream before.
    pub movements: MovementBatch,
}

/// What one `apply` brings to a load: the source's rows that changed since its mark.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// New codes of documents. The same id with another code is refused.
    pub doc_types: Vec<DocType>,
    /// Warehouses, new or changed.
    pub places: Vec<Place>,
    /// Articles, new or changed.
    pub articles: Vec<Article>,
    /// Parties, new or changed.
    pub parties: Vec<Party>,
    /// Documents, new or changed. Their day, kind and state pass on to all their movements, those
    /// already in the load included.
    pub documents: Vec<(Stream, Document)>,
    /// Movements, new or changed, in any order. One whose document is in `documents` takes day,
    /// kind and state from there.
    pub movements: Vec<MovementBatch>,
    /// Documents deleted at the source: they and all their movements become [`State::Gone`].
    pub gone_documents: Vec<(Stream, i64)>,
    /// Movements deleted at the source: they become [`State::Gone`].
    pub gone_movements: Vec<(Stream, i64)>,
}
