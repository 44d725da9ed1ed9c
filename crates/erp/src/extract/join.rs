//! The join done here instead of on the ERP's server: a line takes day, kind and state from its
//! document.

use crate::layout::Line;
use puente_warehouse::{Coverage, Header, Movement, MovementBatch, State};

/// The documents of a load, by key: 24 bytes each, so that ten million lines (two million documents)
/// stay under 50 MB.
#[derive(Debug, Default)]
pub struct Documents {
    rows: Vec<Header>,
    sorted: bool,
    last: usize,
}

/// Day, kind and state that a line takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Day of the document.
    pub day: Option<i32>,
    /// Kind of the document.
    pub doc_type: u16,
    /// State of the document.
    pub state: State,
}

impl Documents {
    /// Takes a document in.
    pub fn push(&mut self, header: Header) {
        self.sorted = match self.rows.last() {
            Some(last) => self.sorted && last.id < header.id,
            None => true,
        };
        self.rows.push(header);
    }

    /// What a line of that document takes. Lines usually come document by document, so the one
    /// asked for last, and the one after it, are tried first.
    pub fn find(&mut self, id: i64) -> Option<Taken> {
        self.sort();
        for at in [self.last, self.last + 1] {
            if let Some(row) = self.rows.get(at)
                && row.id == id
            {
                self.last = at;
                return Some(taken(row));
            }
        }
        let at = self.rows.binary_search_by_key(&id, |row| row.id).ok()?;
        self.last = at;
        Some(taken(&self.rows[at]))
    }

    /// Sorts by key; of a document that came twice the later one counts.
    fn sort(&mut self) {
        if !self.sorted {
            self.rows.reverse();
            self.rows.sort_by_key(|row| row.id);
            self.rows.dedup_by_key(|row| row.id);
            self.sorted = true;
        }
    }
}

fn taken(row: &Header) -> Taken {
    Taken {
        day: row.day,
        doc_type: row.doc_type,
        state: row.state,
    }
}

/// A line with what it takes from its document. Without one it is a draft without a date: it is
/// kept, and counts for nothing.
pub(super) fn movement(line: &Line, taken: Option<Taken>) -> Movement {
    let taken = taken.unwrap_or(Taken {
        day: None,
        doc_type: 0,
        state: State::Draft,
    });
    Movement {
        line_id: line.id,
        doc_id: line.document,
        article_id: line.article,
        place_id: line.place,
        to_place_id: line.to_place,
        day: taken.day,
        doc_type: taken.doc_type,
        state: taken.state,
        quantity_e6: line.quantity_e6,
        price_e4: line.price_e4,
        total_e4: line.total_e4,
        cost_e4: line.cost_e4,
    }
}

/// Whether a document of that day belongs to the load. One without a date belongs to everything
/// only.
pub(crate) fn within(days: Option<Coverage>, day: Option<i32>) -> bool {
    match (days, day) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(days), Some(day)) => days.from_day <= day && day <= days.to_day,
    }
}

pub(super) fn short(document: &puente_warehouse::Document) -> puente_warehouse::Header {
    puente_warehouse::Header {
        id: document.id,
        day: document.day,
        doc_type: document.doc_type,
        state: document.state,
    }
}

/// Servers give a range of a key in its order, but don't promise to.
pub(super) fn in_order(batch: MovementBatch) -> MovementBatch {
    if batch.line_id.is_sorted() {
        return batch;
    }
    let mut order: Vec<usize> = (0..batch.len()).collect();
    order.sort_unstable_by_key(|index| batch.line_id[*index]);
    let mut sorted = MovementBatch::with_capacity(batch.stream, batch.len());
    order
        .into_iter()
        .filter_map(|index| batch.get(index))
        .for_each(|row| sorted.push(&row));
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn finds_what_a_map_would_find(
            rows in prop::collection::vec((-50i64..50, 0u16..9), 0..80),
            asked in prop::collection::vec(-60i64..60, 0..80),
        ) {
            let mut map = HashMap::new();
            let mut documents = Documents::default();
            for (id, doc_type) in rows {
                map.insert(id, doc_type);
                documents.push(Header { id, day: Some(1), doc_type, state: State::Posted });
            }
            for id in asked {
                let found = documents.find(id).map(|taken| taken.doc_type);
                prop_assert_eq!(found, map.get(&id).copied());
            }
        }
    }
}
