//! Companies and movements from files, for offices without access to the database.
//!
//! Files have no keys of documents, articles or warehouses: numbers are given here, in the order in
//! which they appear. Every run reads the whole file into a new load.

use crate::companies::Company;
use crate::discover::Listed;
use crate::extract::{self, End, Mode, Notes, Outcome, Unproven};
use crate::handlers::{ExtractReport, keep_end};
use crate::layout::{DocTypes, Layout};
use crate::proof::{Figures, GroupKey, Level, Proof, TableProof, pair};
use crate::room::Room;
use crate::servers::Server;
use crate::{Result, rules};
use puente_core::{Progress, TaxId, TaxIdKind};
use puente_databases::files::{FileCompany, FileSource, Mapping, MovementField as Field};
use puente_databases::{Chunk, Flow};
use puente_jobs::Running;
use puente_warehouse::{
    Applied, Article, Batch, Coverage, Document, LoadId, Movement, MovementBatch, PUT_ROWS, Party,
    Place, State, Stream,
};
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Name of the office's own mapping, in the folder with the files.
const MAPPING: &str = "mapping.toml";

/// The list of companies.
pub(crate) fn companies(_: &Room, server: &Server) -> Result<Vec<Listed>> {
    let listed = open(server)?.companies()?;
    Ok(listed
        .into_iter()
        .map(|company| Listed {
            code: company.code,
            name: company.name,
            nit: company.tax_id,
            year: company.year,
            location: company.file,
        })
        .collect())
}

/// Reads a company's file into a new load, proves it and shows it.
pub(crate) fn extract(
    room: &Room,
    server: &Server,
    company: &Company,
    days: Option<Coverage>,
    job: &Running,
) -> Result<ExtractReport> {
    let label = company.label();
    job.progress(Progress::stage("files").about(&*label));
    let started_at = room.clock.now();
    let source = open(server)?;
    let profile = room.profile(&server.profile)?;
    let layout = Layout {
        rules: rules::of(&room.state, &profile)?,
        profile,
    };
    let mut book = Book::new(&layout, days);
    let file = FileCompany {
        line: 0,
        code: company.code.clone(),
        name: company.name.clone(),
        tax_id: company.nit_written.clone(),
        year: company.fiscal_year.to_string(),
        file: company.location.clone(),
    };
    let mut failed = None;
    let read = source.movements(&file, &job.cancel, &mut |chunk| {
        if let Err(error) = book.take(chunk) {
            failed = Some(error);
            return Ok(Flow::Stop);
        }
        job.progress(Progress::stage("files").of(book.read, None).about(&*label));
        Ok(Flow::Continue)
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let rows_read = read?;
    let (as_read, movements) = book.totals(&company.location)?;
    let load = room.warehouse.begin(company.id, days)?;
    book.put(room, load, movements)?;
    let proof = prove(room, load, &as_read)?;
    let outcome = if proof.holds() {
        room.warehouse
            .publish(load, json!({ "profile": "files", "mark": null }))?;
        let inserted = as_read.values().map(|figures| figures.rows).sum();
        let applied = Applied {
            inserted,
            ..Applied::default()
        };
        End::Proven(Outcome {
            changes: None,
            reread: None,
            mode: Mode::Full,
            rows_read,
            applied,
            proof,
        })
    } else {
        End::Unproven(Unproven { proof })
    };
    let outcome = keep_end(room, company, outcome)?;
    let times = (started_at, room.clock.now());
    let notes = Notes::default();
    let history = extract::History::of(
        company.id,
        job.id.to_string(),
        times,
        &outcome,
        notes.clone(),
    );
    extract::keep(&room.state, history)?;
    Ok(ExtractReport {
        mode: outcome.mode,
        rows_read,
        inserted: outcome.applied.inserted,
        updated: 0,
        removed: 0,
        notes,
    })
}

fn open(server: &Server) -> Result<FileSource> {
    let folder = Path::new(&server.master);
    let mapping = match std::fs::read_to_string(folder.join(MAPPING)) {
        Ok(text) => Mapping::parse(&text)?,
        Err(_) => Mapping::builtin(),
    };
    Ok(FileSource::open(folder, mapping)?)
}

fn prove(room: &Room, load: LoadId, as_read: &BTreeMap<GroupKey, Figures>) -> Result<Proof> {
    let stored = extract::stored_groups(&room.warehouse, load)?;
    let mut source = Figures::default();
    as_read.values().for_each(|figures| source.merge(figures));
    let totals = room
        .warehouse
        .totals(load, Stream::Line, i64::MIN, i64::MAX)?;
    let warehouse = extract::stored_figures(&totals);
    let lines = TableProof {
        table: "lines".to_owned(),
        source,
        warehouse,
    };
    Ok(Proof {
        level: Level::Totals,
        taken_at: room.clock.now(),
        tables: vec![lines],
        groups: pair(as_read, &stored),
    })
}

/// What makes two rows of a file lines of one document: type, prefix, number, day, state, party.
type DocumentKey = (u16, String, String, Option<i32>, u8, Option<i64>);

/// What was read of a file, with numbers for everything that the file knows by name only.
struct Book<'l> {
    layout: &'l Layout,
    days: Option<Coverage>,
    types: DocTypes,
    documents: Numbers<DocumentKey>,
    articles: Numbers<String>,
    article_rows: Vec<Article>,
    places: Numbers<String>,
    place_rows: Vec<Place>,
    parties: Numbers<(String, String)>,
    codes: HashMap<u16, String>,
    movements: Vec<Movement>,
    read: u64,
}

impl<'l> Book<'l> {
    fn new(layout: &'l Layout, days: Option<Coverage>) -> Self {
        Book {
            layout,
            days,
            types: DocTypes::of(Vec::new()),
            documents: Numbers::default(),
            articles: Numbers::default(),
            article_rows: Vec::new(),
            places: Numbers::default(),
            place_rows: Vec::new(),
            parties: Numbers::default(),
            codes: HashMap::new(),
            movements: Vec::new(),
            read: 0,
        }
    }

    fn take(&mut self, chunk: &Chunk) -> Result<()> {
        for row in 0..chunk.rows {
            self.read += 1;
            self.take_row(&Row { chunk, row })?;
        }
        Ok(())
    }

    fn take_row(&mut self, row: &Row<'_>) -> Result<()> {
        let day = row.day();
        if !extract::within(self.days, day) {
            return Ok(());
        }
        let code = row.text(Field::Type);
        let doc_type = self.types.number(code)?;
        self.codes
            .entry(doc_type)
            .or_insert_with(|| code.trim().to_owned());
        let state = match row.number(Field::State) {
            Some(1) => State::Draft,
            Some(2) => State::Voided,
            Some(_) | None => State::Posted,
        };
        let party = (
            tax_id(row.text(Field::PartyTaxId)),
            row.text(Field::PartyName).to_owned(),
        );
        let party_id = (party != (String::new(), String::new())).then(|| self.parties.of(party));
        let prefix = row.text(Field::Prefix).to_owned();
        let number = row.text(Field::Number).to_owned();
        let doc_id = self
            .documents
            .of((doc_type, prefix, number, day, state as u8, party_id));
        let movement = Movement {
            line_id: row.number(Field::Id).unwrap_or_default(),
            doc_id,
            article_id: self.article(row),
            place_id: self.place(row.text(Field::PlaceCode), row.text(Field::PlaceName)),
            to_place_id: self.place(row.text(Field::ToPlaceCode), row.text(Field::ToPlaceName)),
            day,
            doc_type,
            state,
            quantity_e6: row.number(Field::Quantity).unwrap_or(0),
            price_e4: row.number(Field::Price).unwrap_or(0),
            total_e4: row.number(Field::Total).unwrap_or(0),
            cost_e4: row.number(Field::Cost).unwrap_or(0),
        };
        self.movements.push(movement);
        Ok(())
    }

    fn article(&mut self, row: &Row<'_>) -> i64 {
        let code = row.text(Field::ArticleCode);
        let id = self.articles.of(code.to_owned());
        if self.article_rows.len() < self.articles.len() {
            self.article_rows.push(Article {
                id,
                code: code.to_owned(),
                description: row.text(Field::ArticleName).to_owned(),
                unit: row.text(Field::Unit).to_owned(),
                group_code: String::new(),
            });
        }
        id
    }

    fn place(&mut self, code: &str, name: &str) -> Option<i64> {
        if code.is_empty() && name.is_empty() {
            return None;
        }
        let known_by = if code.is_empty() { name } else { code };
        let id = self.places.of(known_by.to_owned());
        if self.place_rows.len() < self.places.len() {
            self.place_rows.push(Place {
                id,
                code: code.to_owned(),
                name: name.to_owned(),
                flag: self.layout.flag(name),
            });
        }
        Some(id)
    }

    /// What was read by document type, month and state, and the movements in the order of their
    /// numbers.
    fn totals(&mut self, file: &str) -> Result<(BTreeMap<GroupKey, Figures>, Vec<Movement>)> {
        let mut movements = std::mem::take(&mut self.movements);
        movements.sort_by_key(|row| row.line_id);
        if let Some(pair) = movements
            .windows(2)
            .find(|pair| pair[0].line_id == pair[1].line_id)
        {
            let reason = format!("id {}: 2x", pair[0].line_id);
            return Err(puente_core::Error::new(puente_core::Code::FileUnreadable)
                .with("path", file)
                .with("line", 0)
                .with("reason", reason)
                .into());
        }
        let mut groups: BTreeMap<GroupKey, Figures> = BTreeMap::new();
        for row in &movements {
            let code = self.codes.get(&row.doc_type).cloned().unwrap_or_default();
            let key = (Stream::Line, code, month(row.day), row.state);
            groups
                .entry(key)
                .or_default()
                .add(row.quantity_e6, row.total_e4, row.cost_e4);
        }
        Ok((groups, movements))
    }

    fn put(&mut self, room: &Room, load: LoadId, movements: Vec<Movement>) -> Result<()> {
        let mut totals: HashMap<i64, i64> = HashMap::new();
        for row in &movements {
            let total = totals.entry(row.doc_id).or_default();
            *total = total.saturating_add(row.total_e4);
        }
        let documents = self.documents.in_order().into_iter().map(|(key, id)| {
            let (doc_type, prefix, number, day, state, party_id) = key;
            Document {
                id,
                doc_type,
                prefix,
                number,
                day,
                state: [State::Posted, State::Draft, State::Voided][usize::from(state).min(2)],
                party_id,
                total_e4: totals.get(&id).copied().unwrap_or(0),
            }
        });
        let parties = self.parties.in_order().into_iter();
        let first = Batch {
            doc_types: self.types.take_fresh(),
            places: std::mem::take(&mut self.place_rows),
            articles: std::mem::take(&mut self.article_rows),
            parties: parties
                .map(|((tax_id, name), id)| Party { id, tax_id, name })
                .collect(),
            documents: documents.collect(),
            ..Batch::default()
        };
        room.warehouse.put(load, first, json!({}))?;
        for page in movements.chunks(PUT_ROWS) {
            let mut batch = MovementBatch::with_capacity(Stream::Line, page.len());
            page.iter().for_each(|row| batch.push(row));
            room.warehouse.put(
                load,
                Batch {
                    movements: batch,
                    ..Batch::default()
                },
                json!({}),
            )?;
        }
        Ok(())
    }
}

/// Numbers for keys, from 1, in the order in which they appear.
#[derive(Debug)]
struct Numbers<K>(HashMap<K, i64>);

impl<K> Default for Numbers<K> {
    fn default() -> Self {
        Numbers(HashMap::new())
    }
}

impl<K: std::hash::Hash + Eq> Numbers<K> {
    fn of(&mut self, key: K) -> i64 {
        let next = i64::try_from(self.0.len())
            .unwrap_or(i64::MAX)
            .saturating_add(1);
        *self.0.entry(key).or_insert(next)
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn in_order(&mut self) -> Vec<(K, i64)> {
        let mut all: Vec<(K, i64)> = self.0.drain().collect();
        all.sort_by_key(|(_, id)| *id);
        all
    }
}

/// One row of a chunk, by field.
struct Row<'c> {
    chunk: &'c Chunk,
    row: usize,
}

impl<'c> Row<'c> {
    fn text(&self, field: Field) -> &'c str {
        let column = self.chunk.columns.get(field.position());
        column
            .and_then(|column| column.text(self.row))
            .unwrap_or("")
            .trim()
    }

    fn number(&self, field: Field) -> Option<i64> {
        self.chunk.columns.get(field.position())?.number(self.row)
    }

    fn day(&self) -> Option<i32> {
        self.chunk
            .columns
            .get(Field::Date.position())?
            .day(self.row)
    }
}

fn tax_id(written: &str) -> String {
    TaxId::parse(TaxIdKind::Nit, written)
        .map_or_else(|_| written.to_owned(), |nit| nit.as_str().to_owned())
}

fn month(day: Option<i32>) -> i32 {
    use chrono::Datelike;
    let date = day.and_then(puente_core::period::date_of_epoch_day);
    date.map_or(0, |date| {
        date.year() * 100 + i32::try_from(date.month()).unwrap_or(0)
    })
}
