//! How the rows of a sample become rows of the server.

use super::load::{Cell, Feed, From, Loaded, Target};
use super::rows::{Article, Document, Party, Place, Transfer};
use super::template::{self, Purpose};
use super::{Charset, Expected, schema, truth};
use crate::firebird::Access;
use crate::{Dialect, Error};
use puente_core::fixed::{MONEY_SCALE, QUANTITY_SCALE};
use std::fmt::Write as _;
use std::path::Path;

/// Rows that are written to a file before the server reads it: at 120 bytes a line, 60 MB.
const LINES_AT_ONCE: u64 = 500_000;

static PLACES: Target = Target {
    table: "BODEGA",
    columns: &[
        ("BODID", From::Int),
        ("CODIGO", From::Text(12)),
        ("NOMBRE", From::Text(120)),
    ],
};

static ARTICLES: Target = Target {
    table: "MATERIAL",
    columns: &[
        ("MATID", From::Int),
        ("CODIGO", From::Text(60)),
        ("DESCRIP", From::Text(240)),
        ("UNIDAD", From::Text(12)),
        ("GRUPMATID", From::Sql("1")),
        ("LINEAMATID", From::Sql("1")),
        ("MARCAARTID", From::Sql("1")),
        ("TIPOIVAID", From::Sql("1")),
        ("CODUNIDADID", From::Sql("1")),
        ("PESO", From::Sql("0.5")),
    ],
};

static PARTIES: Target = Target {
    table: "TERCEROS",
    columns: &[
        ("TERID", From::Int),
        ("NIT", From::Text(20)),
        (
            "NITTRI",
            From::Sql("substring(trim(trailing x'00' from NIT) from 1 for 9)"),
        ),
        ("NOMBRE", From::Text(240)),
        ("TIPODOCIDEN", From::Sql("'N'")),
        ("NATJURIDICA", From::Sql("'J'")),
        ("DIRECC1", From::Sql("'CL 10 # 5-' || TERID")),
        ("TELEF1", From::Sql("'3001234567'")),
        ("EMAIL", From::Sql("'cliente' || TERID || '@example.com'")),
        ("CIUDANEID", From::Sql("1")),
    ],
};

static DOCUMENTS: Target = Target {
    table: "KARDEX",
    columns: &[
        ("KARDEXID", From::Int),
        ("CLIENTE", From::Int),
        ("CODCOMP", From::Text(4)),
        ("PERIODO", From::Text(4)),
        ("FECHA", From::Time),
        ("FECASENTAD", From::Time),
        ("FECANULADO", From::Time),
        ("TOTAL", From::Number),
        ("CODPREFIJO", From::Sql("'FE'")),
        ("NUMERO", From::Sql("cast(KARDEXID as varchar(15))")),
        ("HORA", From::Sql("'10:15:00'")),
        ("SUCID", From::Sql("1")),
        ("CENID", From::Sql("1")),
        ("AREADID", From::Sql("1")),
        ("VENDEDOR", From::Sql("1")),
        ("FORMAPAGO", From::Sql("'CO'")),
        ("PLAZODIAS", From::Sql("30")),
        ("USUARIO", From::Sql("'ADMIN'")),
        ("NETO", From::Sql("TOTAL")),
        ("ESTADODIAN", From::Sql("'EXITOSA'")),
    ],
};

static LINES: Target = Target {
    table: "DEKARDEX",
    columns: &[
        ("DEKARDEXID", From::Int),
        ("KARDEXID", From::Int),
        ("MATID", From::Int),
        ("BODID", From::Int),
        ("CANMAT", From::Number),
        ("PRECIOVTA", From::Number),
        ("PARCVTA", From::Number),
        ("PARCOSTO", From::Number),
        ("PRIORIDAD", From::Sql("2")),
        ("REMTOTFAC", From::Sql("0")),
        ("TIPUND", From::Sql("'D'")),
        ("PORCIVA", From::Sql("19")),
        ("DESCUENTO", From::Sql("0")),
        ("CANLISTA", From::Sql("CANMAT")),
        ("PRECIOLISTA", From::Sql("PRECIOVTA")),
        ("PRECIOBASE", From::Sql("PRECIOVTA")),
        ("PRECIONETO", From::Sql("PRECIOVTA")),
        ("PRECIOIVA", From::Sql("0")),
        ("SALCAN", From::Sql("CANMAT")),
        ("SALCOST", From::Sql("0")),
        ("PRECIOICONSUMO", From::Sql("0")),
        ("IMPRESO", From::Sql("'N'")),
    ],
};

static TRANSFERS: Target = Target {
    table: "TRASLA",
    columns: &[
        ("TRASLAID", From::Int),
        ("BODORIGEN", From::Int),
        ("BODDESTINO", From::Int),
        ("FECHA", From::Time),
        ("FECASENTAD", From::Time),
        ("FECANULADO", From::Time),
        ("CODPREFIJO", From::Sql("'TR'")),
        ("NUMERO", From::Sql("cast(TRASLAID as varchar(15))")),
        ("USUARIO", From::Sql("'ADMIN'")),
    ],
};

static TRANSFER_LINES: Target = Target {
    table: "DETRASLA",
    columns: &[
        ("DETRASLAID", From::Int),
        ("TRASLAID", From::Int),
        ("MATID", From::Int),
        ("CANMAT", From::Number),
        ("PARCOSTO", From::Number),
    ],
};

/// A new company database that is being filled. What is to be done is gathered into one script, for
/// to log in costs more than to load a small table.
#[derive(Debug)]
pub(crate) struct Filling<'a> {
    access: &'a Access,
    database: &'a Path,
    dialect: Dialect,
    charset: Charset,
    script: String,
    files: Vec<Loaded>,
}

impl<'a> Filling<'a> {
    /// Creates the database with its tables and the rows that every company has.
    pub(crate) fn begin(
        access: &'a Access,
        database: &'a Path,
        dialect: Dialect,
        charset: Charset,
    ) -> Result<Self, Error> {
        template::create(access, Purpose::Company, dialect, charset, database)?;
        Ok(Filling {
            access,
            database,
            dialect,
            charset,
            script: String::new(),
            files: Vec::new(),
        })
    }

    pub(crate) fn places(&mut self, places: &[Place]) -> Result<(), Error> {
        let mut feed = Feed::new(self.access, &PLACES)?;
        for place in places {
            feed.row(&[
                Cell::Int(Some(place.id)),
                Cell::Text(place.code.as_bytes()),
                Cell::Text(&self.charset.encode(place.name)),
            ])?;
        }
        self.take(feed)
    }

    pub(crate) fn articles(&mut self, articles: &[Article]) -> Result<(), Error> {
        let mut feed = Feed::new(self.access, &ARTICLES)?;
        for article in articles {
            feed.row(&[
                Cell::Int(Some(article.id)),
                Cell::Text(&self.charset.encode(&article.code)),
                Cell::Text(
                    &self
                        .charset
                        .encode(article.name.as_deref().unwrap_or_default()),
                ),
                Cell::Text(article.unit.as_bytes()),
            ])?;
        }
        self.take(feed)?;
        self.script.push_str(
            "insert into MATERIALSUC (MATID, SUCID, EXISTENC, PRECIO1)
             select MATID, 1, 100, 25000 from MATERIAL;\n",
        );
        Ok(())
    }

    pub(crate) fn parties(&mut self, parties: &[Party]) -> Result<(), Error> {
        let mut feed = Feed::new(self.access, &PARTIES)?;
        for party in parties {
            feed.row(&[
                Cell::Int(Some(party.id)),
                Cell::Text(party.tax_id.as_bytes()),
                Cell::Text(&self.charset.encode(&party.name)),
            ])?;
        }
        self.take(feed)
    }

    /// Headers and lines, a part at a time: a large sample fits neither in memory nor twice on the
    /// disk.
    pub(crate) fn documents(
        &mut self,
        mut documents: impl Iterator<Item = Document>,
    ) -> Result<(), Error> {
        loop {
            let mut headers = Feed::new(self.access, &DOCUMENTS)?;
            let mut lines = Feed::new(self.access, &LINES)?;
            while lines.rows() < LINES_AT_ONCE
                && let Some(document) = documents.next()
            {
                write_document(&mut headers, &mut lines, &document)?;
            }
            let is_last = lines.rows() < LINES_AT_ONCE;
            self.take(headers)?;
            self.take(lines)?;
            if is_last {
                return Ok(());
            }
            self.flush()?;
        }
    }

    pub(crate) fn transfers(&mut self, transfers: &[Transfer]) -> Result<(), Error> {
        let mut headers = Feed::new(self.access, &TRANSFERS)?;
        let mut lines = Feed::new(self.access, &TRANSFER_LINES)?;
        for transfer in transfers {
            headers.row(&[
                Cell::Int(Some(transfer.id)),
                Cell::Int(transfer.from),
                Cell::Int(transfer.to),
                Cell::Time(transfer.date),
                Cell::Time(transfer.posted),
                Cell::Time(transfer.voided),
            ])?;
            for line in &transfer.lines {
                lines.row(&[
                    Cell::Int(Some(line.id)),
                    Cell::Int(Some(transfer.id)),
                    Cell::Int(Some(line.article)),
                    Cell::Number(line.quantity_e6, QUANTITY_SCALE),
                    Cell::Number(line.cost_e4, MONEY_SCALE),
                ])?;
            }
        }
        self.take(headers)?;
        self.take(lines)
    }

    /// Indexes, and sequences that go on after the last id. Tells what stands there then.
    pub(crate) fn finish(mut self) -> Result<Expected, Error> {
        self.script.push_str(schema::INDEXES);
        self.script
            .push_str("set term ^;\nexecute block as declare n integer; begin\n");
        for (table, key) in schema::SEQUENCES {
            let _ = writeln!(
                self.script,
                "select gen_id({key}_GEN, coalesce(max({key}), 0)) from {table} into :n;"
            );
        }
        self.script.push_str("end^\ncommit^\nset term ;^\n");
        self.script.push_str(&truth::script(self.dialect));
        truth::read(self.dialect, &self.flush()?)
    }

    fn take(&mut self, feed: Feed) -> Result<(), Error> {
        let loaded = feed.finish()?;
        self.script.push_str(&loaded.script);
        self.files.push(loaded);
        Ok(())
    }

    fn flush(&mut self) -> Result<Vec<u8>, Error> {
        let isql = self.access.isql().dialect(self.dialect);
        let address = self.access.address(self.database);
        let printed = isql.run(Some(&address), &self.charset.encode(&self.script))?;
        self.script.clear();
        self.files.clear();
        Ok(printed)
    }
}

fn write_document(headers: &mut Feed, lines: &mut Feed, document: &Document) -> Result<(), Error> {
    let mut total = 0;
    for line in &document.lines {
        total += line.total_e4;
        lines.row(&[
            Cell::Int(Some(line.id)),
            Cell::Int(Some(document.id)),
            Cell::Int(Some(line.article)),
            Cell::Int(line.place),
            Cell::Number(line.quantity_e6, QUANTITY_SCALE),
            Cell::Number(line.price_e4, MONEY_SCALE),
            Cell::Number(line.total_e4, MONEY_SCALE),
            Cell::Number(line.cost_e4, MONEY_SCALE),
        ])?;
    }
    if !document.has_header {
        return Ok(());
    }
    let period = document
        .date
        .map(|date| date.format("%m").to_string())
        .unwrap_or_default();
    headers.row(&[
        Cell::Int(Some(document.id)),
        Cell::Int(Some(document.party)),
        Cell::Text(document.kind.as_bytes()),
        Cell::Text(period.as_bytes()),
        Cell::Time(document.date),
        Cell::Time(document.posted),
        Cell::Time(document.voided),
        Cell::Number(total, MONEY_SCALE),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_stand_first_and_texts_keep_the_alignment() {
        let all = [
            &PLACES,
            &ARTICLES,
            &PARTIES,
            &DOCUMENTS,
            &LINES,
            &TRANSFERS,
            &TRANSFER_LINES,
        ];
        for target in all {
            let fields: Vec<bool> = target
                .columns
                .iter()
                .filter(|(_, from)| !matches!(from, From::Sql(_)))
                .map(|(_, from)| matches!(from, From::Int))
                .collect();
            assert!(fields.is_sorted_by(|a, b| a >= b), "{}", target.table);
            for (name, from) in target.columns {
                if let From::Text(width) = from {
                    assert_eq!(width % 4, 0, "{}.{name}", target.table);
                }
            }
        }
    }
}
