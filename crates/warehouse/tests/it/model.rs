//! What a load should hold, kept in the simplest way.

use puente_warehouse::{Changes, Document, Movement, MovementBatch, MovementRow, State, Stream};
use std::collections::BTreeMap;

/// Documents and movements by stream and key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    pub documents: BTreeMap<(Stream, i64), Document>,
    pub movements: BTreeMap<(Stream, i64), Movement>,
}

impl Model {
    pub fn put(&mut self, stream: Stream, documents: &[Document], batch: &MovementBatch) {
        for document in documents {
            self.documents
                .insert((stream, document.id), document.clone());
        }
        for row in rows(batch) {
            self.movements.insert((batch.stream, row.line_id), row);
        }
    }

    pub fn apply(&mut self, changes: &Changes) {
        let mut headers: BTreeMap<(Stream, i64), Document> = changes
            .documents
            .iter()
            .map(|(stream, d)| ((*stream, d.id), d.clone()))
            .collect();
        for at in &changes.gone_documents {
            match self.documents.get(at) {
                Some(known) => {
                    let document = headers.remove(at).unwrap_or_else(|| known.clone());
                    headers.insert(
                        *at,
                        Document {
                            state: State::Gone,
                            ..document
                        },
                    );
                }
                None => drop(headers.remove(at)),
            }
        }
        let mut sent = Vec::new();
        for batch in &changes.movements {
            for row in rows(batch) {
                sent.push((batch.stream, row.line_id));
                self.movements.insert((batch.stream, row.line_id), row);
            }
        }
        for ((stream, line), row) in &mut self.movements {
            let header = headers.get(&(*stream, row.doc_id));
            if let Some(header) = header
                && (row.state != State::Gone || sent.contains(&(*stream, *line)))
            {
                row.day = header.day;
                row.doc_type = header.doc_type;
                row.state = header.state;
            }
        }
        self.documents.extend(headers);
        for at in &changes.gone_movements {
            if let Some(row) = self.movements.get_mut(at) {
                row.state = State::Gone;
            }
        }
    }
}

fn rows(batch: &MovementBatch) -> impl Iterator<Item = Movement> + '_ {
    (0..batch.len()).filter_map(|at| batch.get(at))
}

/// Where a row is, and what of it a model knows.
type Row = ((Stream, i64), (i64, i64, Option<i32>, State, i64, i64, i64));

/// The part of an exported row that a model knows.
pub fn seen(row: &MovementRow) -> Row {
    (
        (row.stream, row.line_id),
        (
            row.doc_id,
            row.article_id,
            row.day,
            row.state,
            row.quantity_e6,
            row.total_e4,
            row.cost_e4,
        ),
    )
}

/// The same of a row of the model.
pub fn known((at, row): (&(Stream, i64), &Movement)) -> Row {
    (
        *at,
        (
            row.doc_id,
            row.article_id,
            row.day,
            row.state,
            row.quantity_e6,
            row.total_e4,
            row.cost_e4,
        ),
    )
}
