//! From the columns of an ERP to the rows of the warehouse: which columns are read, in which order,
//! and what becomes of each value. The only place that knows both.

pub use crate::doc_types::DocTypes;
use crate::{Error, Result};
use puente_databases::profile::{ColumnRef, PlaceRule, place_flag};
use puente_databases::{Chunk, Kind, Profile, Scan, SumColumn};
use puente_warehouse::{Article, Document, Party, Place, State};

/// Decimals of quantities in the warehouse.
pub const QUANTITY_SCALE: u8 = 6;
/// Decimals of money in the warehouse.
pub const MONEY_SCALE: u8 = 4;

/// A fitted profile and the rules of this office.
#[derive(Debug, Clone)]
pub struct Layout {
    /// What the tables are called, without the optional parts that the live database lacks.
    pub profile: Profile,
    /// What a warehouse of the ERP means, by its name.
    pub rules: Vec<PlaceRule>,
}

/// A line as it is read, before it meets its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Key of the line.
    pub id: i64,
    /// Key of its document; 0 when it names none.
    pub document: i64,
    /// Key of its article; 0 when it names none.
    pub article: i64,
    /// Key of its warehouse, or of the one that gives.
    pub place: Option<i64>,
    /// Key of the warehouse that takes.
    pub to_place: Option<i64>,
    /// Quantity × 10^6.
    pub quantity_e6: i64,
    /// Unit price, money × 10^4.
    pub price_e4: i64,
    /// Value of the line, money × 10^4.
    pub total_e4: i64,
    /// Cost of the line, money × 10^4.
    pub cost_e4: i64,
}

/// A header as it is read, with the warehouses that transfers keep in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The document.
    pub document: Document,
    /// Warehouse that gives.
    pub from_place: Option<i64>,
    /// Warehouse that takes.
    pub to_place: Option<i64>,
}

/// A scan together with the places of its columns; an optional column may have none.
#[derive(Debug, Clone)]
pub struct Read<const N: usize> {
    /// What to ask for.
    pub scan: Scan,
    /// Name of the key column, which pages are cut by.
    pub key: String,
    at: [Option<usize>; N],
}

impl<const N: usize> Read<N> {
    fn of(table: &str, key: &ColumnRef, columns: [Option<(&ColumnRef, Kind)>; N]) -> Self {
        let mut scan = Scan::of(table);
        let at = columns.map(|column| {
            let (column, kind) = column?;
            scan = std::mem::replace(&mut scan, Scan::of("")).column(&*column.name, kind);
            Some(scan.columns.len() - 1)
        });
        Read {
            scan,
            key: key.name.clone(),
            at,
        }
    }

    fn number(&self, chunk: &Chunk, which: usize, row: usize) -> Option<i64> {
        chunk.columns.get(self.at[which]?)?.number(row)
    }

    fn day(&self, chunk: &Chunk, which: usize, row: usize) -> Option<i32> {
        chunk.columns.get(self.at[which]?)?.day(row)
    }

    fn text<'c>(&self, chunk: &'c Chunk, which: usize, row: usize) -> &'c str {
        self.at[which]
            .and_then(|at| chunk.columns.get(at))
            .and_then(|column| column.text(row))
            .unwrap_or("")
    }

    fn has(&self, which: usize) -> bool {
        self.at[which].is_some()
    }
}

/// Columns of documents: key, date, posted, voided, party, total, type, prefix, number, from, to.
pub type ReadDocuments = Read<11>;
/// Columns of lines: key, document, article, place, to place, quantity, price, total, cost.
pub type ReadLines = Read<9>;
/// Columns of articles: key, code, name, unit.
pub type ReadArticles = Read<4>;
/// Columns of warehouses and parties: key, code or tax id, name.
pub type ReadNamed = Read<3>;

const QUANTITY: Kind = Kind::Decimal {
    scale: QUANTITY_SCALE,
};
const MONEY: Kind = Kind::Decimal { scale: MONEY_SCALE };

impl Layout {
    /// Headers of documents.
    pub fn documents(&self) -> ReadDocuments {
        let d = &self.profile.documents;
        Read::of(
            &d.table,
            &d.key,
            [
                Some((&d.key, Kind::Int)),
                Some((&d.date, Kind::Date)),
                d.posted.as_ref().map(|c| (c, Kind::Date)),
                d.voided.as_ref().map(|c| (c, Kind::Date)),
                d.party.as_ref().map(|c| (c, Kind::Int)),
                d.total.as_ref().map(|c| (c, MONEY)),
                Some((&d.type_code, Kind::Text)),
                d.prefix.as_ref().map(|c| (c, Kind::Text)),
                d.number.as_ref().map(|c| (c, Kind::Text)),
                None,
                None,
            ],
        )
    }

    /// Headers of transfers; `None` when the database has none.
    pub fn transfer_documents(&self) -> Option<ReadDocuments> {
        let d = &self.profile.transfers.as_ref()?.documents;
        Some(Read::of(
            &d.table,
            &d.key,
            [
                Some((&d.key, Kind::Int)),
                Some((&d.date, Kind::Date)),
                d.posted.as_ref().map(|c| (c, Kind::Date)),
                d.voided.as_ref().map(|c| (c, Kind::Date)),
                None,
                None,
                None,
                d.prefix.as_ref().map(|c| (c, Kind::Text)),
                d.number.as_ref().map(|c| (c, Kind::Text)),
                d.from_place.as_ref().map(|c| (c, Kind::Int)),
                d.to_place.as_ref().map(|c| (c, Kind::Int)),
            ],
        ))
    }

    /// Lines of documents.
    pub fn lines(&self) -> ReadLines {
        let l = &self.profile.lines;
        Read::of(
            &l.table,
            &l.key,
            [
                Some((&l.key, Kind::Int)),
                Some((&l.document, Kind::Int)),
                Some((&l.article, Kind::Int)),
                Some((&l.place, Kind::Int)),
                None,
                Some((&l.quantity, QUANTITY)),
                Some((&l.price, MONEY)),
                Some((&l.total, MONEY)),
                l.cost.as_ref().map(|c| (c, MONEY)),
            ],
        )
    }

    /// Lines of transfers; `None` when the database has none.
    pub fn transfer_lines(&self) -> Option<ReadLines> {
        let l = &self.profile.transfers.as_ref()?.lines;
        Some(Read::of(
            &l.table,
            &l.key,
            [
                Some((&l.key, Kind::Int)),
                Some((&l.document, Kind::Int)),
                Some((&l.article, Kind::Int)),
                l.from_place.as_ref().map(|c| (c, Kind::Int)),
                l.to_place.as_ref().map(|c| (c, Kind::Int)),
                Some((&l.quantity, QUANTITY)),
                None,
                None,
                l.cost.as_ref().map(|c| (c, MONEY)),
            ],
        ))
    }

    /// Articles.
    pub fn articles(&self) -> ReadArticles {
        let a = &self.profile.articles;
        let text = |c| (c, Kind::Text);
        Read::of(
            &a.table,
            &a.key,
            [
                Some((&a.key, Kind::Int)),
                Some(text(&a.code)),
                Some(text(&a.name)),
                a.unit.as_ref().map(text),
            ],
        )
    }

    /// Warehouses.
    pub fn places(&self) -> ReadNamed {
        let p = &self.profile.places;
        named(&p.table, &p.key, &p.code, &p.name)
    }

    /// Customers and suppliers; `None` when the database has none.
    pub fn parties(&self) -> Option<ReadNamed> {
        let p = self.profile.parties.as_ref()?;
        Some(named(&p.table, &p.key, &p.tax_id, &p.name))
    }

    /// What the server sums of the lines: quantity, value and, where there is one, cost.
    pub fn line_sums(&self) -> Vec<SumColumn> {
        let l = &self.profile.lines;
        let mut sums = vec![
            SumColumn::of(&*l.quantity.name, QUANTITY_SCALE),
            SumColumn::of(&*l.total.name, MONEY_SCALE),
        ];
        sums.extend(
            l.cost
                .iter()
                .map(|cost| SumColumn::of(&*cost.name, MONEY_SCALE)),
        );
        sums
    }

    /// What the server sums of the lines of transfers: quantity and, where there is one, cost.
    pub fn transfer_sums(&self) -> Vec<SumColumn> {
        let Some(transfers) = &self.profile.transfers else {
            return Vec::new();
        };
        let l = &transfers.lines;
        let mut sums = vec![SumColumn::of(&*l.quantity.name, QUANTITY_SCALE)];
        sums.extend(
            l.cost
                .iter()
                .map(|cost| SumColumn::of(&*cost.name, MONEY_SCALE)),
        );
        sums
    }

    /// The flag of a warehouse of that name.
    pub fn flag(&self, name: &str) -> Option<String> {
        place_flag(&self.rules, name).map(|flag| flag.as_str().to_owned())
    }
}

fn named(table: &str, key: &ColumnRef, code: &ColumnRef, name: &ColumnRef) -> ReadNamed {
    let columns = [
        Some((key, Kind::Int)),
        Some((code, Kind::Text)),
        Some((name, Kind::Text)),
    ];
    Read::of(table, key, columns)
}

impl ReadDocuments {
    /// Turns a chunk into headers. `fixed_type` is the kind of documents that have no column for it.
    ///
    /// # Errors
    /// Those of [`DocTypes::number`]; a NULL key is refused.
    pub fn rows(
        &self,
        chunk: &Chunk,
        types: &mut DocTypes,
        fixed_type: &str,
        mut sink: impl FnMut(Header),
    ) -> Result<()> {
        for row in 0..chunk.rows {
            let code = if self.has(6) {
                self.text(chunk, 6, row)
            } else {
                fixed_type
            };
            let document = Document {
                id: self.key(chunk, row)?,
                doc_type: types.number(code)?,
                prefix: self.text(chunk, 7, row).trim().to_owned(),
                number: self.text(chunk, 8, row).trim().to_owned(),
                day: self.day(chunk, 1, row),
                state: self.state(chunk, row),
                party_id: self.number(chunk, 4, row),
                total_e4: self.number(chunk, 5, row).unwrap_or(0),
            };
            sink(Header {
                document,
                from_place: self.number(chunk, 9, row),
                to_place: self.number(chunk, 10, row),
            });
        }
        Ok(())
    }

    fn state(&self, chunk: &Chunk, row: usize) -> State {
        if self.day(chunk, 3, row).is_some() {
            State::Voided
        } else if self.has(2) && self.day(chunk, 2, row).is_none() {
            State::Draft
        } else {
            State::Posted
        }
    }
}

impl ReadLines {
    /// Turns a chunk into lines.
    ///
    /// # Errors
    /// A NULL key is refused.
    pub fn rows(&self, chunk: &Chunk, mut sink: impl FnMut(Line)) -> Result<()> {
        for row in 0..chunk.rows {
            sink(Line {
                id: self.key(chunk, row)?,
                document: self.number(chunk, 1, row).unwrap_or(0),
                article: self.number(chunk, 2, row).unwrap_or(0),
                place: self.number(chunk, 3, row),
                to_place: self.number(chunk, 4, row),
                quantity_e6: self.number(chunk, 5, row).unwrap_or(0),
                price_e4: self.number(chunk, 6, row).unwrap_or(0),
                total_e4: self.number(chunk, 7, row).unwrap_or(0),
                cost_e4: self.number(chunk, 8, row).unwrap_or(0),
            });
        }
        Ok(())
    }
}

impl ReadArticles {
    /// Turns a chunk into articles.
    ///
    /// # Errors
    /// A NULL key is refused.
    pub fn rows(&self, chunk: &Chunk, mut sink: impl FnMut(Article)) -> Result<()> {
        for row in 0..chunk.rows {
            sink(Article {
                id: self.key(chunk, row)?,
                code: self.text(chunk, 1, row).trim().to_owned(),
                description: one_line(self.text(chunk, 2, row)),
                unit: self.text(chunk, 3, row).trim().to_owned(),
                group_code: String::new(),
            });
        }
        Ok(())
    }
}

impl ReadNamed {
    /// Turns a chunk into warehouses, each with its flag.
    ///
    /// # Errors
    /// A NULL key is refused.
    pub fn places(
        &self,
        chunk: &Chunk,
        layout: &Layout,
        mut sink: impl FnMut(Place),
    ) -> Result<()> {
        for row in 0..chunk.rows {
            let name = one_line(self.text(chunk, 2, row));
            sink(Place {
                id: self.key(chunk, row)?,
                code: self.text(chunk, 1, row).trim().to_owned(),
                flag: layout.flag(&name),
                name,
            });
        }
        Ok(())
    }

    /// Turns a chunk into parties. A tax id that can't be read stays as it is written.
    ///
    /// # Errors
    /// A NULL key is refused.
    pub fn parties(&self, chunk: &Chunk, mut sink: impl FnMut(Party)) -> Result<()> {
        for row in 0..chunk.rows {
            let written = self.text(chunk, 1, row).trim();
            let tax_id = puente_core::TaxId::parse(puente_core::TaxIdKind::Nit, written)
                .map_or_else(|_| written.to_owned(), |nit| nit.as_str().to_owned());
            let name = one_line(self.text(chunk, 2, row));
            sink(Party {
                id: self.key(chunk, row)?,
                tax_id,
                name,
            });
        }
        Ok(())
    }
}

impl<const N: usize> Read<N> {
    fn key(&self, chunk: &Chunk, row: usize) -> Result<i64> {
        self.number(chunk, 0, row)
            .ok_or_else(|| Error::invalid("key", format!("{}.{}: NULL", self.scan.table, self.key)))
    }
}

/// Names may hold line ends and runs of blanks; on one line they compare and export well.
fn one_line(text: &str) -> String {
    if text.contains(['\r', '\n', '\t']) || text.contains("  ") {
        return text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use puente_databases::Column;

    fn layout() -> Layout {
        let profile = Profile::builtin("tns").unwrap();
        Layout {
            rules: profile.place_flags.clone(),
            profile,
        }
    }

    #[test]
    fn states_follow_posting_and_voiding_and_an_unknown_type_keeps_its_code() {
        let read = layout().documents();
        let mut chunk = Chunk::of(read.scan.columns.iter().map(|column| column.kind));
        for (posted, voided, code) in [
            (true, false, "FV"),
            (false, false, "ZX"),
            (true, true, "FV"),
        ] {
            for (at, column) in chunk.columns.iter_mut().enumerate() {
                let there = at == 1 || (at == 2 && posted) || (at == 3 && voided);
                match column {
                    Column::Int(values, _)
                    | Column::Decimal(values, _)
                    | Column::Timestamp(values, _) => values.push(7),
                    Column::Date(values, _) if there => values.push(20_000),
                    Column::Date(..) => column.push_null(),
                    Column::Text(texts, _) => texts.push(if at == 6 { code } else { "  1 " }),
                }
            }
            chunk.rows += 1;
        }
        let (mut types, mut rows) = (DocTypes::of(Vec::new()), Vec::new());
        read.rows(&chunk, &mut types, "", |header| rows.push(header.document))
            .unwrap();
        let states: Vec<State> = rows.iter().map(|row| row.state).collect();
        assert_eq!(states, [State::Posted, State::Draft, State::Voided]);
        let codes: Vec<String> = types
            .take_fresh()
            .into_iter()
            .map(|fresh| fresh.code)
            .collect();
        assert_eq!(codes, ["", "FV", "ZX"]);
        assert_eq!((rows[1].doc_type, rows[0].number.as_str()), (2, "1"));
    }

    #[test]
    fn names_come_on_one_line() {
        assert_eq!(one_line("TORNILLO\r\n Ø3.5  mm "), "TORNILLO Ø3.5 mm");
    }
}
