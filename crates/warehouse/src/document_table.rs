//! The table `document`.

use crate::key::{NO_DAY, Slot, id_of};
use crate::movement_table::{day_of, state_of};
use crate::scan::fold;
use crate::{Document, Error, Header, RangeTotals, State, Stream};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

const COLUMNS: &str = "key, doc_type, prefix, number, day, state, party_id, total_e4";

/// Inserts new documents.
///
/// # Errors
/// [`Error::Duplicate`] for one that is there already.
pub(crate) fn insert_all(
    tx: &Transaction<'_>,
    slot: Slot,
    stream: Stream,
    documents: &[Document],
) -> Result<(), Error> {
    let mut insert = tx.prepare_cached(&format!(
        "INSERT INTO document ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
    ))?;
    for row in documents {
        insert.raw_bind_parameter(1, slot.key(stream, row.id)?)?;
        insert.raw_bind_parameter(2, row.doc_type)?;
        insert.raw_bind_parameter(3, &row.prefix)?;
        insert.raw_bind_parameter(4, &row.number)?;
        insert.raw_bind_parameter(5, row.day.unwrap_or(NO_DAY))?;
        insert.raw_bind_parameter(6, row.state as u8)?;
        insert.raw_bind_parameter(7, row.party_id)?;
        insert.raw_bind_parameter(8, row.total_e4)?;
        insert
            .raw_execute()
            .map_err(|error| Error::duplicate(error, "document", row.id))?;
    }
    Ok(())
}

/// Inserts a document, or replaces the one with its key.
pub(crate) fn upsert(tx: &Transaction<'_>, key: i64, row: &Document) -> Result<(), Error> {
    tx.prepare_cached(&format!(
        "INSERT OR REPLACE INTO document ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
    ))?
    .execute(params![
        key,
        row.doc_type,
        row.prefix,
        row.number,
        row.day.unwrap_or(NO_DAY),
        row.state as u8,
        row.party_id,
        row.total_e4,
    ])?;
    Ok(())
}

/// The document with that packed key.
pub(crate) fn get(db: &Connection, key: i64) -> Result<Option<Document>, Error> {
    let mut statement =
        db.prepare_cached(&format!("SELECT {COLUMNS} FROM document WHERE key = ?1"))?;
    let found = statement
        .query_row([key], |row| {
            let document = Document {
                id: id_of(row.get(0)?),
                doc_type: row.get(1)?,
                prefix: row.get(2)?,
                number: row.get(3)?,
                day: day_of(row.get(4)?),
                state: State::Posted,
                party_id: row.get(6)?,
                total_e4: row.get(7)?,
            };
            Ok((document, row.get(5)?))
        })
        .optional()?;
    found
        .map(|(document, state)| {
            Ok(Document {
                state: state_of(state)?,
                ..document
            })
        })
        .transpose()
}

/// Up to `limit` headers of `first..=last`, ascending.
pub(crate) fn headers(
    db: &Connection,
    (first, last): (i64, i64),
    limit: usize,
) -> Result<Vec<Header>, Error> {
    let mut statement = db.prepare_cached(
        "SELECT key, day, doc_type, state FROM document WHERE key BETWEEN ?1 AND ?2
         ORDER BY key LIMIT ?3",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = statement.query([first, last, limit])?;
    let mut headers = Vec::new();
    while let Some(row) = rows.next()? {
        headers.push(Header {
            id: id_of(row.get(0)?),
            day: day_of(row.get(1)?),
            doc_type: row.get(2)?,
            state: state_of(row.get(3)?)?,
        });
    }
    Ok(headers)
}

/// How many documents of `first..=last` there are that are not gone, and what they sum up to.
pub(crate) fn totals(db: &Connection, (first, last): (i64, i64)) -> Result<RangeTotals, Error> {
    fold(
        db,
        ["key", "total_e4"],
        "FROM document WHERE key BETWEEN ?1 AND ?2 AND state <> ?3",
        params![first, last, State::Gone as u8],
        RangeTotals::default(),
        |totals, [key, total_e4]| {
            totals.take_document(key, total_e4);
            Ok(())
        },
    )
}
