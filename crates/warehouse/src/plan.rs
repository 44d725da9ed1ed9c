//! What changes of the source mean for a load: computed from a snapshot, without writing.

use crate::cells::{ARTICLE_MONTH, ArticleKey, Cells, MONTH_TOTAL, MonthKey, add, subtract};
use crate::digest::check_even;
use crate::dimension_table as dimensions;
use crate::key::{NO_DAY, Slot};
use crate::load_table::{LoadRow, Marks};
use crate::movement_table::{self, Run, Zone};
use crate::{
    Applied, Article, Changes, Document, Error, Movement, Party, Place, State, Stream,
    document_table,
};
use rusqlite::Connection;
use std::collections::{BTreeMap, HashMap};

/// What is to be written, and what the load was like when that was found out.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub revision: i64,
    pub places: Vec<Place>,
    pub articles: Vec<Article>,
    pub parties: Vec<Party>,
    pub documents: Vec<(i64, Document)>,
    pub new_documents: i64,
    pub movements: Vec<(i64, Movement)>,
    pub new_movements: i64,
    pub runs: Vec<Run>,
    pub zones: BTreeMap<i64, Zone>,
    pub months: Cells<MonthKey>,
    pub of_articles: Cells<ArticleKey>,
    pub last: Option<Marks>,
    pub applied: Applied,
}

/// A movement as it is and as it will be.
#[derive(Debug)]
struct Touched {
    old: Option<Movement>,
    new: Movement,
    given: bool,
}

/// What a movement takes from its document.
#[derive(Debug, Clone, Copy)]
struct Taken {
    day: Option<i32>,
    doc_type: u16,
    state: State,
}

impl Taken {
    fn of(document: &Document) -> Self {
        Taken {
            day: document.day,
            doc_type: document.doc_type,
            state: document.state,
        }
    }

    fn give(self, row: &mut Movement) {
        row.day = self.day;
        row.doc_type = self.doc_type;
        row.state = self.state;
    }
}

struct Planning<'c> {
    db: &'c Connection,
    slot: Slot,
    touched: BTreeMap<i64, Touched>,
    plan: Plan,
}

/// Finds out what `changes` mean for the load.
///
/// # Errors
/// [`Error::Uneven`], [`Error::KeyTooLarge`], [`Error::Overflow`].
pub(crate) fn plan(db: &Connection, row: &LoadRow, changes: &Changes) -> Result<Plan, Error> {
    let plan = Plan {
        revision: row.revision,
        ..Plan::default()
    };
    let mut planning = Planning {
        db,
        slot: row.slot,
        touched: BTreeMap::new(),
        plan,
    };
    planning.dimensions(row.id(), changes)?;
    let headers = planning.documents(changes)?;
    planning.movements(changes, &headers)?;
    planning.follow_headers(&headers)?;
    planning.gone(changes)?;
    planning.sum_up(row.last)
}

type Headers = BTreeMap<(Stream, i64), Taken>;

impl Planning<'_> {
    /// Most sources can't say which articles changed and send all of them: only those that differ
    /// are written.
    fn dimensions(&mut self, load: i64, changes: &Changes) -> Result<(), Error> {
        if !changes.places.is_empty() {
            let had = by(dimensions::places(self.db, load)?, |row| row.id);
            let differs = |row: &&Place| had.get(&row.id) != Some(*row);
            self.plan.places = changes.places.iter().filter(differs).cloned().collect();
        }
        for row in &changes.articles {
            if dimensions::article(self.db, load, row.id)?.as_ref() != Some(row) {
                self.plan.articles.push(row.clone());
            }
        }
        for row in &changes.parties {
            if dimensions::party(self.db, load, row.id)?.as_ref() != Some(row) {
                self.plan.parties.push(row.clone());
            }
        }
        Ok(())
    }

    fn documents(&mut self, changes: &Changes) -> Result<Headers, Error> {
        let mut wanted: BTreeMap<(Stream, i64), Document> = BTreeMap::new();
        for (stream, document) in &changes.documents {
            wanted.insert((*stream, document.id), document.clone());
        }
        for (stream, id) in &changes.gone_documents {
            let key = self.slot.key(*stream, *id)?;
            if let Some(document) = document_table::get(self.db, key)? {
                let document = wanted.remove(&(*stream, *id)).unwrap_or(document);
                let document = Document {
                    state: State::Gone,
                    ..document
                };
                wanted.insert((*stream, *id), document);
            } else {
                wanted.remove(&(*stream, *id));
            }
        }
        let headers = wanted
            .iter()
            .map(|(at, document)| (*at, Taken::of(document)))
            .collect();
        for ((stream, id), document) in wanted {
            let key = self.slot.key(stream, id)?;
            let old = document_table::get(self.db, key)?;
            if old.as_ref() == Some(&document) {
                continue;
            }
            self.plan.new_documents += i64::from(old.is_none());
            self.plan.applied.documents += 1;
            self.plan.documents.push((key, document));
        }
        Ok(headers)
    }

    fn movements(&mut self, changes: &Changes, headers: &Headers) -> Result<(), Error> {
        for batch in &changes.movements {
            check_even(batch)?;
            for index in 0..batch.len() {
                let Some(mut new) = batch.get(index) else {
                    continue;
                };
                if let Some(taken) = headers.get(&(batch.stream, new.doc_id)) {
                    taken.give(&mut new);
                }
                // Also refuses a document's key that no run could be found by.
                self.slot.key(batch.stream, new.doc_id)?;
                let key = self.slot.key(batch.stream, new.line_id)?;
                let touched = self.touch_as(key, new)?;
                touched.given = true;
            }
        }
        Ok(())
    }

    /// The other movements of the documents that came. One that is gone stays so until it is sent
    /// again.
    fn follow_headers(&mut self, headers: &Headers) -> Result<(), Error> {
        for ((stream, doc_id), taken) in headers {
            for key in movement_table::keys_of_document(self.db, self.slot, *stream, *doc_id)? {
                if self.touched.contains_key(&key) {
                    continue;
                }
                let Some(old) = movement_table::get(self.db, key)? else {
                    continue;
                };
                if old.state == State::Gone {
                    continue;
                }
                let mut new = old.clone();
                taken.give(&mut new);
                self.touched.insert(
                    key,
                    Touched {
                        old: Some(old),
                        new,
                        given: false,
                    },
                );
            }
        }
        Ok(())
    }

    fn gone(&mut self, changes: &Changes) -> Result<(), Error> {
        for (stream, line_id) in &changes.gone_movements {
            let key = self.slot.key(*stream, *line_id)?;
            if let Some(touched) = self.touched.get_mut(&key) {
                touched.new.state = State::Gone;
            } else if let Some(old) = movement_table::get(self.db, key)? {
                let new = Movement {
                    state: State::Gone,
                    ..old.clone()
                };
                self.touched.insert(
                    key,
                    Touched {
                        old: Some(old),
                        new,
                        given: false,
                    },
                );
            }
        }
        Ok(())
    }

    fn touch_as(&mut self, key: i64, new: Movement) -> Result<&mut Touched, Error> {
        use std::collections::btree_map::Entry;
        match self.touched.entry(key) {
            Entry::Occupied(entry) => {
                let touched = entry.into_mut();
                touched.new = new;
                Ok(touched)
            }
            Entry::Vacant(entry) => {
                let old = movement_table::get(self.db, key)?;
                Ok(entry.insert(Touched {
                    old,
                    new,
                    given: false,
                }))
            }
        }
    }

    fn sum_up(mut self, mut last: Marks) -> Result<Plan, Error> {
        let mut plan = self.plan;
        for (key, Touched { old, new, given }) in std::mem::take(&mut self.touched) {
            if old.as_ref() == Some(&new) {
                plan.applied.unchanged += u64::from(given);
                continue;
            }
            let stream = crate::key::stream_of(key);
            match &old {
                Some(old) => {
                    let (month, article, amounts) = movement_table::cells(key, old);
                    subtract(&mut plan.months, month, &amounts, MONTH_TOTAL)?;
                    if let Some(article) = article {
                        subtract(&mut plan.of_articles, article, &amounts, ARTICLE_MONTH)?;
                    }
                    let is_gone = new.state == State::Gone && old.state != State::Gone;
                    plan.applied.gone += u64::from(is_gone);
                    plan.applied.updated += u64::from(!is_gone);
                }
                None => {
                    plan.new_movements += 1;
                    plan.applied.inserted += 1;
                    last = last.reaching(stream, key);
                }
            }
            let (month, article, amounts) = movement_table::cells(key, &new);
            add(&mut plan.months, month, &amounts, MONTH_TOTAL)?;
            if let Some(article) = article {
                add(&mut plan.of_articles, article, &amounts, ARTICLE_MONTH)?;
            }
            if old.as_ref().is_none_or(|old| old.doc_id != new.doc_id) {
                let document_key = self.slot.key(stream, new.doc_id)?;
                plan.runs.push(Run {
                    document_key,
                    first_key: key,
                    last_key: key,
                });
            }
            let day = new.day.unwrap_or(NO_DAY);
            let zone = Zone::of(key, day);
            plan.zones.entry(zone.id).or_insert(zone).take_in(day);
            plan.movements.push((key, new));
        }
        plan.last = Some(last);
        Ok(plan)
    }
}

fn by<T>(rows: Vec<T>, key: impl Fn(&T) -> i64) -> HashMap<i64, T> {
    rows.into_iter().map(|row| (key(&row), row)).collect()
}
