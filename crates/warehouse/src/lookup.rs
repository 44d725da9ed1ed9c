//! What an incremental run asks of a load: which rows it has.

use crate::dimension_table as dimensions;
use crate::key::{NO_DAY, id_of};
use crate::load_table::{self, LoadRow};
use crate::movement_table;
use crate::warehouse::Warehouse;
use crate::{Coverage, DocType, Error, Header, LoadId, State, Stream, document_table};
use rusqlite::{Connection, OptionalExtension, params};

impl Warehouse {
    /// The kinds of documents of a load, by number.
    ///
    /// # Errors
    /// [`Error::NoLoad`].
    pub fn doc_types(&self, load: LoadId) -> Result<Vec<DocType>, Error> {
        self.of_load(load, |db, row| dimensions::doc_types(db, row.id()))
    }

    /// Up to `limit` document headers above key `after`, ascending, gone ones included: for the
    /// client-side join of a resumed load.
    ///
    /// # Errors
    /// [`Error::NoLoad`].
    pub fn headers(
        &self,
        load: LoadId,
        stream: Stream,
        after: i64,
        limit: usize,
    ) -> Result<Vec<Header>, Error> {
        self.of_load(load, |db, row| {
            document_table::headers(db, row.slot.range(stream, after, i64::MAX), limit)
        })
    }

    /// The headers of those documents that the load has, gone ones included, in the order asked for.
    ///
    /// # Errors
    /// [`Error::NoLoad`].
    pub fn headers_of(
        &self,
        load: LoadId,
        stream: Stream,
        ids: &[i64],
    ) -> Result<Vec<Header>, Error> {
        self.of_load(load, |db, row| {
            let mut found = Vec::with_capacity(ids.len());
            for id in ids {
                let key = row.slot.key(stream, *id)?;
                found.extend(document_table::headers(db, (key, key), 1)?);
            }
            Ok(found)
        })
    }

    /// Keys of the movements in `after < line_id <= through` that are not gone, ascending.
    ///
    /// # Errors
    /// [`Error::NoLoad`].
    pub fn line_keys(
        &self,
        load: LoadId,
        stream: Stream,
        after: i64,
        through: i64,
    ) -> Result<Vec<i64>, Error> {
        self.of_load(load, |db, row| {
            let range = row.slot.range(stream, after, through);
            ids(
                db,
                "SELECT key FROM movement WHERE key BETWEEN ?1 AND ?2 AND state <> ?3",
                range,
            )
        })
    }

    /// Keys of the movements of those days, both included, that are not gone, ascending.
    ///
    /// # Errors
    /// [`Error::NoLoad`].
    pub fn line_keys_of_days(
        &self,
        load: LoadId,
        stream: Stream,
        days: Coverage,
    ) -> Result<Vec<i64>, Error> {
        let days = (days.from_day.max(NO_DAY + 1), days.to_day);
        self.of_load(load, |db, row| {
            let mut statement = db.prepare_cached(
                "SELECT key FROM movement
                 WHERE key BETWEEN ?1 AND ?2 AND day BETWEEN ?3 AND ?4 AND state <> ?5",
            )?;
            let mut keys = Vec::new();
            for zone in movement_table::zones(db, row.slot.stream(stream), days)? {
                let (first, last) = zone.keys();
                let within = params![first, last, days.0, days.1, State::Gone as u8];
                for key in statement.query_map(within, |row| row.get(0))? {
                    keys.push(id_of(key?));
                }
            }
            Ok(keys)
        })
    }

    /// Keys of the movements of those documents that are not gone, ascending.
    ///
    /// # Errors
    /// [`Error::NoLoad`].
    pub fn line_keys_of_documents(
        &self,
        load: LoadId,
        stream: Stream,
        documents: &[i64],
    ) -> Result<Vec<i64>, Error> {
        self.of_load(load, |db, row| {
            let mut keys = Vec::new();
            for document in documents {
                for key in movement_table::keys_of_document(db, row.slot, stream, *document)? {
                    let movement = movement_table::get(db, key)?;
                    if movement.is_some_and(|movement| movement.state != State::Gone) {
                        keys.push(id_of(key));
                    }
                }
            }
            keys.sort_unstable();
            keys.dedup();
            Ok(keys)
        })
    }

    /// Keys of the documents in `after < id <= through` that are not gone, ascending.
    ///
    /// # Errors
    /// [`Error::NoLoad`].
    pub fn document_keys(
        &self,
        load: LoadId,
        stream: Stream,
        after: i64,
        through: i64,
    ) -> Result<Vec<i64>, Error> {
        self.of_load(load, |db, row| {
            let range = row.slot.range(stream, after, through);
            ids(
                db,
                "SELECT key FROM document WHERE key BETWEEN ?1 AND ?2 AND state <> ?3",
                range,
            )
        })
    }

    /// Smallest and largest key of a stream's movements, gone ones included. `None` when it has none.
    ///
    /// # Errors
    /// [`Error::NoLoad`].
    pub fn line_bounds(&self, load: LoadId, stream: Stream) -> Result<Option<(i64, i64)>, Error> {
        self.of_load(load, |db, row| {
            bounds(db, "movement", row.slot.stream(stream))
        })
    }

    /// Smallest and largest key of a stream's documents, gone ones included. `None` when it has none.
    ///
    /// # Errors
    /// [`Error::NoLoad`].
    pub fn document_bounds(
        &self,
        load: LoadId,
        stream: Stream,
    ) -> Result<Option<(i64, i64)>, Error> {
        self.of_load(load, |db, row| {
            bounds(db, "document", row.slot.stream(stream))
        })
    }

    /// Reads of one load, all of one moment.
    pub(crate) fn of_load<T>(
        &self,
        load: LoadId,
        read: impl FnOnce(&Connection, &LoadRow) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.db().read(|db| read(db, &load_table::get(db, load)?))
    }
}

fn ids(db: &Connection, select: &str, (first, last): (i64, i64)) -> Result<Vec<i64>, Error> {
    let mut statement = db.prepare_cached(&format!("{select} ORDER BY key"))?;
    let keys = statement.query_map(params![first, last, State::Gone as u8], |row| {
        Ok(id_of(row.get(0)?))
    })?;
    Ok(keys.collect::<Result<_, _>>()?)
}

fn bounds(
    db: &Connection,
    table: &str,
    (first, last): (i64, i64),
) -> Result<Option<(i64, i64)>, Error> {
    let end = |order: &str| -> Result<Option<i64>, Error> {
        Ok(db
            .prepare_cached(&format!(
                "SELECT key FROM {table} WHERE key BETWEEN ?1 AND ?2 ORDER BY key {order} LIMIT 1"
            ))?
            .query_row([first, last], |row| row.get(0))
            .optional()?)
    };
    Ok(end("ASC")?
        .zip(end("DESC")?)
        .map(|(low, high)| (id_of(low), id_of(high))))
}
