//! What an ERP does while nobody looks: new documents, corrections of old ones, voids, deletions.

use super::SampleCompany;
use super::dice::Dice;
use super::rows::amount_e4;
use super::story::{moment, quantity};
use crate::Error;
use crate::firebird::Session;
use puente_core::fixed::{MONEY_SCALE, QUANTITY_SCALE, to_text};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

/// Ids of what was changed. A row stands in one list only, but for a new line, whose document is
/// new too, and for a line that was added and then changed by a background writer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// New rows of `KARDEX`.
    pub inserted_documents: Vec<i64>,
    /// New rows of `DEKARDEX`.
    pub inserted_lines: Vec<i64>,
    /// Lines of closed documents that got another quantity, price and total.
    pub updated_lines: Vec<i64>,
    /// Documents that were voided.
    pub voided_documents: Vec<i64>,
    /// Documents that got another date, often in another month.
    pub redated_documents: Vec<i64>,
    /// Lines that are gone.
    pub deleted_lines: Vec<i64>,
    /// New rows of `TRASLA`.
    pub inserted_transfers: Vec<i64>,
    /// New rows of `DETRASLA`.
    pub inserted_transfer_lines: Vec<i64>,
    /// New rows of `MATERIAL`.
    pub inserted_articles: Vec<i64>,
    /// Rows of `BODEGA` with another name.
    pub renamed_places: Vec<i64>,
}

impl Changes {
    /// Rows that were inserted, updated or deleted, in all tables.
    pub fn rows(&self) -> usize {
        [
            &self.inserted_documents,
            &self.inserted_lines,
            &self.updated_lines,
            &self.voided_documents,
            &self.redated_documents,
            &self.deleted_lines,
            &self.inserted_transfers,
            &self.inserted_transfer_lines,
            &self.inserted_articles,
            &self.renamed_places,
        ]
        .iter()
        .map(|ids| ids.len())
        .sum()
    }

    /// Adds those of `later`.
    pub fn extend(&mut self, later: Changes) {
        self.inserted_documents.extend(later.inserted_documents);
        self.inserted_lines.extend(later.inserted_lines);
        self.updated_lines.extend(later.updated_lines);
        self.voided_documents.extend(later.voided_documents);
        self.redated_documents.extend(later.redated_documents);
        self.deleted_lines.extend(later.deleted_lines);
        self.inserted_transfers.extend(later.inserted_transfers);
        self.inserted_transfer_lines
            .extend(later.inserted_transfer_lines);
        self.inserted_articles.extend(later.inserted_articles);
        self.renamed_places.extend(later.renamed_places);
    }
}

/// One thing that a clerk does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Sell,
    Correct,
    Void,
    Redate,
    Delete,
    Transfer,
}

/// What follows on what, over and over: mostly new documents.
pub(super) const ROTA: [Act; 10] = [
    Act::Sell,
    Act::Correct,
    Act::Sell,
    Act::Void,
    Act::Sell,
    Act::Delete,
    Act::Redate,
    Act::Correct,
    Act::Sell,
    Act::Transfer,
];

/// Words of the transaction that an ERP's client uses. It waits for a lock, but not for ever: a
/// test must end.
pub(super) const BEGIN: &str = "set transaction read write read committed lock timeout 10;\n";

/// How many ids of a sequence are asked for at once: the gaps that stay are as in any ERP.
const IDS_AT_ONCE: i64 = 50;

/// Ids that are taken from one place of a table.
const NEIGHBOURS: u64 = 10;

/// Bytes of statements that go as one block.
const LARGEST_BLOCK: usize = 8_000;

/// Turns acts into statements, with a session of its own.
#[derive(Debug)]
pub(super) struct Clerk {
    session: Session,
    dice: Dice,
    year: i32,
    articles: i32,
    places: i32,
    /// Ids that exist and that nothing has been done to yet.
    lines: Vec<i64>,
    documents: Vec<i64>,
    reserved: BTreeMap<&'static str, Range<i64>>,
    script: String,
    changes: Changes,
}

impl Clerk {
    /// Gets to know enough rows for about `acts` acts.
    pub(super) fn new(company: &SampleCompany, seed: u64, acts: u64) -> Result<Self, Error> {
        let mut dice = Dice::new(seed, &[9, u64::from(company.year.unsigned_abs())]);
        let mut session = company.session()?;
        let wanted = acts.clamp(10, 20_000);
        session.run("set transaction read only read committed record_version;")?;
        let lines = known(&mut session, &mut dice, "DEKARDEX", "", wanted)?;
        let open = "and FECANULADO is null and FECHA is not null";
        let documents = known(&mut session, &mut dice, "KARDEX", open, wanted)?;
        session.run("commit;")?;
        Ok(Clerk {
            session,
            dice,
            year: company.year,
            articles: i32::try_from(company.articles().len()).unwrap_or(i32::MAX),
            places: i32::try_from(company.places().len()).unwrap_or(i32::MAX),
            lines,
            documents,
            reserved: BTreeMap::new(),
            script: String::new(),
            changes: Changes::default(),
        })
    }

    /// Adds an act to the open transaction. An act that finds no row left sells instead.
    pub(super) fn act(&mut self, act: Act) -> Result<(), Error> {
        match act {
            Act::Sell => self.sell(),
            Act::Transfer => self.transfer(),
            Act::Correct => match self.lines.pop() {
                Some(line) => {
                    self.correct(line);
                    Ok(())
                }
                None => self.sell(),
            },
            Act::Delete => match self.lines.pop() {
                Some(line) => {
                    let _ = writeln!(
                        self.script,
                        "delete from DEKARDEX where DEKARDEXID = {line};"
                    );
                    self.changes.deleted_lines.push(line);
                    Ok(())
                }
                None => self.sell(),
            },
            Act::Void => match self.documents.pop() {
                Some(document) => {
                    let when = self.some_day(17);
                    self.set_document(document, &format!("FECANULADO = '{when}'"));
                    self.changes.voided_documents.push(document);
                    Ok(())
                }
                None => self.sell(),
            },
            Act::Redate => match self.documents.pop() {
                Some(document) => {
                    let day = self.some_day(0);
                    self.set_document(document, &format!("FECHA = '{day}'"));
                    self.changes.redated_documents.push(document);
                    Ok(())
                }
                None => self.sell(),
            },
        }
    }

    /// A new article and another name for a place, as happen now and then.
    pub(super) fn keep_catalog(&mut self, encode: impl Fn(&str) -> Vec<u8>) -> Result<(), Error> {
        let article = self.reserve("MATID", 1)?;
        let place = self.dice.between(1, i64::from(self.places));
        let script = format!(
            "{BEGIN}insert into MATERIAL (MATID, CODIGO, DESCRIP, UNIDAD) values ({article}, \
             'NUEVO-{article}', 'ARTÍCULO NUEVO Nº {article}, TAMAÑO PEQUEÑO', 'UND');\n\
             update BODEGA set NOMBRE = 'BODEGA Nº {place} (AÑO {})' where BODID = {place};\n\
             commit;\n",
            self.year
        );
        self.session.run_bytes(&encode(&script))?;
        self.changes.inserted_articles.push(article);
        self.changes.renamed_places.push(place);
        Ok(())
    }

    /// Commits what was gathered. Gives what that changed.
    pub(super) fn commit(&mut self) -> Result<Changes, Error> {
        let statements = std::mem::take(&mut self.script);
        // As one block, a small transaction takes the server one trip instead of a few for each of
        // its statements. A block may not be large.
        let script = if statements.len() <= LARGEST_BLOCK && !statements.is_empty() {
            format!(
                "{BEGIN}set term ^;\nexecute block as begin\n{statements}end^\nset term ;^\ncommit;\n"
            )
        } else {
            format!("{BEGIN}{statements}commit;\n")
        };
        self.session.run(&script)?;
        Ok(std::mem::take(&mut self.changes))
    }

    fn sell(&mut self) -> Result<(), Error> {
        let count = self.dice.between(1, 3);
        let document = self.reserve("KARDEXID", 1)?;
        let first = self.reserve("DEKARDEXID", count)?;
        let kind = ["FV", "FV", "FV", "FC", "DV", "RS", "NI"];
        let kind = self.dice.pick(&kind).copied().unwrap_or("FV");
        let (day, typed) = (self.late_day(0), self.late_day(11));
        let mut total = 0;
        for line in first..first + count {
            let (quantity, price) = (quantity(&mut self.dice), self.price());
            let amount = amount_e4(quantity, price);
            total += amount;
            let article = self.dice.between(1, i64::from(self.articles));
            let place = self.dice.between(1, i64::from(self.places));
            let _ = writeln!(
                self.script,
                "insert into DEKARDEX (DEKARDEXID, KARDEXID, MATID, BODID, TIPUND, PORCIVA, CANLISTA, \
                 CANMAT, PRECIOVTA, PRECIOBASE, PARCVTA, PARCOSTO) values ({line}, {document}, \
                 {article}, {place}, 'D', 19, {q}, {q}, {p}, {p}, {}, {});",
                to_text(amount, MONEY_SCALE),
                to_text(amount_e4(600_000, amount), MONEY_SCALE),
                q = to_text(quantity, QUANTITY_SCALE),
                p = to_text(price, MONEY_SCALE),
            );
            self.changes.inserted_lines.push(line);
        }
        let _ = writeln!(
            self.script,
            "insert into KARDEX (KARDEXID, CODCOMP, CODPREFIJO, NUMERO, FECHA, FECASENTAD, SUCID, \
             CLIENTE, VENDEDOR, FORMAPAGO, USUARIO, TOTAL, NETO) values ({document}, '{kind}', 'FE', \
             '{document}', '{day}', '{typed}', 1, 1, 1, 'CO', 'ADMIN', {total}, {total});",
            total = to_text(total, MONEY_SCALE),
        );
        self.changes.inserted_documents.push(document);
        Ok(())
    }

    fn transfer(&mut self) -> Result<(), Error> {
        let transfer = self.reserve("TRASLAID", 1)?;
        let line = self.reserve("DETRASLAID", 1)?;
        let (day, typed) = (self.late_day(0), self.late_day(12));
        let from = self.dice.between(1, i64::from(self.places));
        let to = self.dice.between(1, i64::from(self.places));
        let article = self.dice.between(1, i64::from(self.articles));
        let quantity = quantity(&mut self.dice);
        let _ = writeln!(
            self.script,
            "insert into TRASLA (TRASLAID, CODPREFIJO, NUMERO, FECHA, FECASENTAD, BODORIGEN, BODDESTINO, \
             USUARIO) values ({transfer}, 'TR', '{transfer}', '{day}', '{typed}', {from}, {to}, \
             'ADMIN');\ninsert into DETRASLA values ({line}, {transfer}, {article}, {}, {});",
            to_text(quantity, QUANTITY_SCALE),
            to_text(amount_e4(quantity, 80_000_000), MONEY_SCALE),
        );
        self.changes.inserted_transfers.push(transfer);
        self.changes.inserted_transfer_lines.push(line);
        Ok(())
    }

    fn correct(&mut self, line: i64) {
        let (quantity, price) = (quantity(&mut self.dice), self.price());
        let amount = amount_e4(quantity, price);
        let _ = writeln!(
            self.script,
            "update DEKARDEX set CANMAT = {}, PRECIOVTA = {}, PARCVTA = {}, PARCOSTO = {} \
             where DEKARDEXID = {line};",
            to_text(quantity, QUANTITY_SCALE),
            to_text(price, MONEY_SCALE),
            to_text(amount, MONEY_SCALE),
            to_text(amount_e4(600_000, amount), MONEY_SCALE),
        );
        self.changes.updated_lines.push(line);
    }

    fn set_document(&mut self, document: i64, what: &str) {
        let _ = writeln!(
            self.script,
            "update KARDEX set {what} where KARDEXID = {document};"
        );
    }

    /// Takes `count` ids of a sequence, which are asked for by the block, and gives the first.
    fn reserve(&mut self, key: &'static str, count: i64) -> Result<i64, Error> {
        let pool = self.reserved.entry(key).or_insert(0..0);
        if pool.end - pool.start < count {
            let block = count.max(IDS_AT_ONCE);
            let query = format!(
                "set transaction read only read committed record_version;\n\
                 select gen_id({key}_GEN, {block}) from RDB$DATABASE;\ncommit;"
            );
            let printed = self.session.run(&query)?.concat();
            let last: i64 = printed
                .parse()
                .map_err(|_| Error::Answer { reason: printed })?;
            *pool = last - block + 1..last + 1;
        }
        let first = pool.start;
        pool.start += count;
        Ok(first)
    }

    fn price(&mut self) -> i64 {
        self.dice.between(15_000_000, 9_000_000_000)
    }

    /// Any day of the company's year.
    fn some_day(&mut self, hour: u32) -> String {
        let month = u32::try_from(self.dice.between(1, 10)).unwrap_or(1);
        let day = u32::try_from(self.dice.between(1, 28)).unwrap_or(1);
        in_sql(self.year, month, day, hour)
    }

    /// A day after all that the sample had.
    fn late_day(&mut self, hour: u32) -> String {
        let day = u32::try_from(self.dice.between(21, 30)).unwrap_or(21);
        in_sql(self.year, 11, day, hour)
    }
}

fn in_sql(year: i32, month: u32, day: u32, hour: u32) -> String {
    moment(year, month, day, hour).map_or_else(String::new, |time| {
        time.format("%Y-%m-%d %H:%M:%S").to_string()
    })
}

/// Up to `wanted` ids that exist, drawn from all over the table, each once.
fn known(
    session: &mut Session,
    dice: &mut Dice,
    table: &str,
    only: &str,
    wanted: u64,
) -> Result<Vec<i64>, Error> {
    let key = format!("{table}ID");
    let last = session
        .run(&format!("select gen_id({key}_GEN, 0) from RDB$DATABASE;"))?
        .concat();
    let last: i64 = last.parse().map_err(|_| Error::Answer {
        reason: last.clone(),
    })?;
    // A few neighbours from many places: each query is a walk along the key.
    let mut found = BTreeSet::new();
    for _ in 0..wanted.div_ceil(NEIGHBOURS) * 2 {
        if found.len() as u64 >= wanted {
            break;
        }
        let from = dice.between(1, last.max(1));
        let query = format!(
            "select first {NEIGHBOURS} {key} from {table} where {key} >= {from} {only} order by {key};"
        );
        found.extend(
            session
                .run(&query)?
                .iter()
                .filter_map(|id| id.parse::<i64>().ok()),
        );
    }
    let mut ids: Vec<i64> = found.into_iter().collect();
    // They came in order; acts must not go through the table from one end to the other.
    for index in (1..ids.len()).rev() {
        let other = usize::try_from(dice.below(index as u64 + 1)).unwrap_or(0);
        ids.swap(index, other);
    }
    Ok(ids)
}
