//! What movements refer to, read once and kept while rows are shown.

use crate::dimension_table as dimensions;
use crate::key::stream_of;
use crate::load_table::LoadRow;
use crate::proof::{Codes, codes};
use crate::{Article, Document, Error, Movement, MovementRow, Party, Place, document_table};
use rusqlite::Connection;
use std::collections::HashMap;

/// The texts of one load that were needed so far.
#[derive(Debug)]
pub(crate) struct Texts<'l> {
    load: &'l LoadRow,
    doc_types: Option<Codes>,
    places: Option<HashMap<i64, Place>>,
    articles: HashMap<i64, Option<Article>>,
    parties: HashMap<i64, Option<Party>>,
    /// The last one: lines of a document follow each other.
    document: Option<(i64, Option<Document>)>,
}

impl<'l> Texts<'l> {
    pub fn of(load: &'l LoadRow) -> Self {
        Texts {
            load,
            doc_types: None,
            places: None,
            articles: HashMap::new(),
            parties: HashMap::new(),
            document: None,
        }
    }

    /// Fills `out` with a movement and all that it refers to. The texts of `out` keep their room from
    /// row to row.
    pub fn fill(
        &mut self,
        db: &Connection,
        key: i64,
        movement: &Movement,
        out: &mut MovementRow,
    ) -> Result<(), Error> {
        out.company_id = self.load.load.company_id;
        out.stream = stream_of(key);
        out.line_id = movement.line_id;
        out.doc_id = movement.doc_id;
        out.day = movement.day;
        out.state = movement.state;
        out.article_id = movement.article_id;
        out.quantity_e6 = movement.quantity_e6;
        out.price_e4 = movement.price_e4;
        out.total_e4 = movement.total_e4;
        out.cost_e4 = movement.cost_e4;
        set(&mut out.doc_type, self.doc_type(db, movement.doc_type)?);
        self.fill_places(db, movement, out)?;
        self.fill_article(db, movement.article_id, out)?;
        self.fill_document(db, movement.doc_id, out)
    }

    fn doc_type(&mut self, db: &Connection, id: u16) -> Result<&str, Error> {
        let known = match &mut self.doc_types {
            Some(known) => known,
            unread => unread.insert(codes(db, self.load)?),
        };
        Ok(known.get(&id).map_or("", String::as_str))
    }

    fn fill_places(
        &mut self,
        db: &Connection,
        movement: &Movement,
        out: &mut MovementRow,
    ) -> Result<(), Error> {
        let known = match &mut self.places {
            Some(known) => known,
            unread => {
                let places = dimensions::places(db, self.load.id())?;
                unread.insert(places.into_iter().map(|place| (place.id, place)).collect())
            }
        };
        let from = movement.place_id.and_then(|id| known.get(&id));
        set(&mut out.place_code, from.map_or("", |place| &place.code));
        set(&mut out.place, from.map_or("", |place| &place.name));
        out.flag
            .clone_from(&from.and_then(|place| place.flag.clone()));
        let to = movement.to_place_id.and_then(|id| known.get(&id));
        set(&mut out.to_place_code, to.map_or("", |place| &place.code));
        set(&mut out.to_place, to.map_or("", |place| &place.name));
        Ok(())
    }

    fn fill_article(
        &mut self,
        db: &Connection,
        id: i64,
        out: &mut MovementRow,
    ) -> Result<(), Error> {
        use std::collections::hash_map::Entry;
        let article = match self.articles.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unread) => unread.insert(dimensions::article(db, self.load.id(), id)?),
        };
        let article = article.as_ref();
        set(&mut out.article_code, article.map_or("", |a| &a.code));
        set(&mut out.article, article.map_or("", |a| &a.description));
        set(&mut out.unit, article.map_or("", |a| &a.unit));
        set(&mut out.group_code, article.map_or("", |a| &a.group_code));
        Ok(())
    }

    fn fill_document(
        &mut self,
        db: &Connection,
        doc_id: i64,
        out: &mut MovementRow,
    ) -> Result<(), Error> {
        use std::collections::hash_map::Entry;
        let key = self.load.slot.key(out.stream, doc_id)?;
        let document = match &mut self.document {
            Some((last, document)) if *last == key => document,
            other => &mut other.insert((key, document_table::get(db, key)?)).1,
        };
        let document = document.as_ref();
        set(&mut out.prefix, document.map_or("", |d| &d.prefix));
        set(&mut out.number, document.map_or("", |d| &d.number));
        let party = match document.and_then(|document| document.party_id) {
            None => None,
            Some(id) => match self.parties.entry(id) {
                Entry::Occupied(known) => known.into_mut().as_ref(),
                Entry::Vacant(unread) => unread
                    .insert(dimensions::party(db, self.load.id(), id)?)
                    .as_ref(),
            },
        };
        set(&mut out.party_tax_id, party.map_or("", |p| &p.tax_id));
        set(&mut out.party, party.map_or("", |p| &p.name));
        Ok(())
    }
}

fn set(out: &mut String, text: &str) {
    out.clear();
    out.push_str(text);
}
