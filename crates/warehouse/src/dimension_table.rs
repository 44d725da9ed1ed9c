//! The small tables: kinds of documents, warehouses, articles, parties.

use crate::{Article, DocType, Error, Party, Place};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

/// Adds kinds of documents.
///
/// # Errors
/// [`Error::DocTypeTaken`] when a number stands for another code already.
pub(crate) fn add_doc_types(
    tx: &Transaction<'_>,
    load: i64,
    doc_types: &[DocType],
) -> Result<(), Error> {
    for doc_type in doc_types {
        let known: Option<String> = tx
            .prepare_cached("SELECT code FROM doc_type WHERE load_id = ?1 AND id = ?2")?
            .query_row(params![load, doc_type.id], |row| row.get(0))
            .optional()?;
        match known {
            Some(known) if known == doc_type.code => {}
            Some(known) => {
                let DocType { id, code: given } = doc_type.clone();
                return Err(Error::DocTypeTaken { id, known, given });
            }
            None => {
                tx.prepare_cached("INSERT INTO doc_type (load_id, id, code) VALUES (?1, ?2, ?3)")?
                    .execute(params![load, doc_type.id, doc_type.code])?;
            }
        }
    }
    Ok(())
}

/// The kinds of documents of a load, by number.
pub(crate) fn doc_types(db: &Connection, load: i64) -> Result<Vec<DocType>, Error> {
    let mut statement =
        db.prepare_cached("SELECT id, code FROM doc_type WHERE load_id = ?1 ORDER BY id")?;
    let found = statement.query_map([load], |row| {
        Ok(DocType {
            id: row.get(0)?,
            code: row.get(1)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(crate) fn upsert_places(
    tx: &Transaction<'_>,
    load: i64,
    places: &[Place],
) -> Result<(), Error> {
    let mut upsert = tx.prepare_cached(
        "INSERT OR REPLACE INTO place (load_id, id, code, name, flag) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for row in places {
        upsert.execute(params![load, row.id, row.code, row.name, row.flag])?;
    }
    Ok(())
}

pub(crate) fn places(db: &Connection, load: i64) -> Result<Vec<Place>, Error> {
    let mut statement =
        db.prepare_cached("SELECT id, code, name, flag FROM place WHERE load_id = ?1")?;
    let found = statement.query_map([load], |row| {
        Ok(Place {
            id: row.get(0)?,
            code: row.get(1)?,
            name: row.get(2)?,
            flag: row.get(3)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(crate) fn upsert_articles(
    tx: &Transaction<'_>,
    load: i64,
    articles: &[Article],
) -> Result<(), Error> {
    let mut upsert = tx.prepare_cached(
        "INSERT OR REPLACE INTO article (load_id, id, code, description, unit, group_code)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for row in articles {
        let Article {
            id,
            code,
            description,
            unit,
            group_code,
        } = row;
        upsert.execute(params![load, id, code, description, unit, group_code])?;
    }
    Ok(())
}

pub(crate) fn articles(db: &Connection, load: i64) -> Result<Vec<Article>, Error> {
    let mut statement = db.prepare_cached(
        "SELECT id, code, description, unit, group_code FROM article WHERE load_id = ?1",
    )?;
    let found = statement.query_map([load], article_of)?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(crate) fn article(db: &Connection, load: i64, id: i64) -> Result<Option<Article>, Error> {
    Ok(db
        .prepare_cached(
            "SELECT id, code, description, unit, group_code FROM article
             WHERE load_id = ?1 AND id = ?2",
        )?
        .query_row([load, id], article_of)
        .optional()?)
}

fn article_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Article> {
    Ok(Article {
        id: row.get(0)?,
        code: row.get(1)?,
        description: row.get(2)?,
        unit: row.get(3)?,
        group_code: row.get(4)?,
    })
}

pub(crate) fn upsert_parties(
    tx: &Transaction<'_>,
    load: i64,
    parties: &[Party],
) -> Result<(), Error> {
    let mut upsert = tx.prepare_cached(
        "INSERT OR REPLACE INTO party (load_id, id, tax_id, name) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for row in parties {
        upsert.execute(params![load, row.id, row.tax_id, row.name])?;
    }
    Ok(())
}

pub(crate) fn parties(db: &Connection, load: i64) -> Result<Vec<Party>, Error> {
    let mut statement =
        db.prepare_cached("SELECT id, tax_id, name FROM party WHERE load_id = ?1")?;
    let found = statement.query_map([load], party_of)?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(crate) fn party(db: &Connection, load: i64, id: i64) -> Result<Option<Party>, Error> {
    Ok(db
        .prepare_cached("SELECT id, tax_id, name FROM party WHERE load_id = ?1 AND id = ?2")?
        .query_row([load, id], party_of)
        .optional()?)
}

fn party_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Party> {
    Ok(Party {
        id: row.get(0)?,
        tax_id: row.get(1)?,
        name: row.get(2)?,
    })
}
