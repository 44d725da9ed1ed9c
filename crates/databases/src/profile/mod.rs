//! Profiles: what the tables of an ERP are called and mean. Data files, and hostile input: a person
//! may write one, so that every name is checked before it goes near a statement.

mod check;
mod grants;
mod places;
mod read;

pub use check::{Item, Report, Unfit};
pub use grants::Grantee;
pub(crate) use grants::update;
pub use places::{PlaceFlag, PlaceRule, place_flag};

use crate::{ChangeMethod, Engine, InvalidText, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an ERP's tables and columns are called and mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Version of this format; 1.
    pub version: u32,
    /// Short name: `tns`.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// Charset of texts that the database keeps without one.
    pub charset: String,
    /// What to do with bytes that the charset doesn't have.
    #[serde(default)]
    pub invalid_text: InvalidText,
    /// How rows that changed are found.
    #[serde(default)]
    pub changes: ChangeMethod,
    /// How tax ids are written.
    pub tax_id: TaxIdRules,
    /// Master database: the list of companies.
    pub companies: Companies,
    /// Company database: lines of documents, which are the movements.
    pub lines: Lines,
    /// Company database: headers of documents.
    pub documents: Documents,
    /// Company database: articles.
    pub articles: Articles,
    /// Company database: warehouses.
    pub places: Places,
    /// Company database: customers and suppliers. Left out when the database has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parties: Option<Parties>,
    /// Company database: transfers between warehouses that are not documents. Left out when the
    /// database has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfers: Option<Transfers>,
    /// Meaning of each document type. A type that is not here keeps its code and means
    /// [`DocumentMeaning::Other`].
    pub document_types: BTreeMap<String, DocumentMeaning>,
    /// Rules that tell from its name what a warehouse holds; the first that fits decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub place_flags: Vec<PlaceRule>,
}

impl Profile {
    /// Names of the profiles that are shipped.
    pub const BUILTIN: &'static [&'static str] = &["tns", "sqlserver"];

    /// A shipped profile; `None` when there is none of that name.
    pub fn builtin(name: &str) -> Option<Profile> {
        Profile::parse(Profile::builtin_text(name)?).ok()
    }

    /// The text of a shipped profile, as a start for one's own.
    pub fn builtin_text(name: &str) -> Option<&'static str> {
        match name {
            "tns" => Some(include_str!("../../profiles/tns.toml")),
            "sqlserver" => Some(include_str!("../../profiles/sqlserver.toml")),
            _ => None,
        }
    }

    /// Reads a profile from TOML.
    ///
    /// # Errors
    /// [`crate::Error::ProfileInvalid`] with what is wrong and where.
    pub fn parse(text: &str) -> Result<Profile> {
        read::parse(text)
    }

    /// What a document type means.
    pub fn meaning(&self, document_type: &str) -> DocumentMeaning {
        self.document_types
            .get(document_type.trim())
            .copied()
            .unwrap_or(DocumentMeaning::Other)
    }

    /// Statements that let `user` read what this profile reads and nothing else, for whoever
    /// administers the server to run. Also what telling changes needs where the server has a right for
    /// it, which does no harm where it is not on.
    ///
    /// # Errors
    /// [`crate::Error::ProfileInvalid`] when `user` is not a plain name.
    pub fn grants(&self, engine: Engine, user: &str) -> Result<Grants> {
        let grantee = Grantee::new(engine, user, &self.name)?;
        let mut company = Vec::new();
        for table in self.company_tables() {
            company.push(grantee.select(&self.name, table)?);
        }
        for table in self.watched_tables() {
            company.extend(grantee.changes(&self.name, &table)?);
        }
        Ok(Grants {
            master: vec![grantee.select(&self.name, &self.companies.table)?],
            company,
        })
    }

    /// Tables of the company database of which changes are asked: the large ones.
    pub fn watched_tables(&self) -> Vec<String> {
        let mut tables = vec![self.lines.table.clone(), self.documents.table.clone()];
        if let Some(transfers) = &self.transfers {
            tables.push(transfers.documents.table.clone());
            tables.push(transfers.lines.table.clone());
        }
        tables
    }

    /// Tables of the company database that are read.
    pub fn company_tables(&self) -> Vec<&str> {
        let mut tables = vec![
            self.lines.table.as_str(),
            &self.documents.table,
            &self.articles.table,
            &self.places.table,
        ];
        tables.extend(self.parties.iter().map(|parties| parties.table.as_str()));
        if let Some(transfers) = &self.transfers {
            tables.push(&transfers.documents.table);
            tables.push(&transfers.lines.table);
        }
        tables
    }
}

/// Statements for a login that may only read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grants {
    /// To run in the master database.
    pub master: Vec<String>,
    /// To run in the database of each company and year.
    pub company: Vec<String>,
}

/// A column of a profile. In TOML its name alone, or `{ name = "X", optional = true }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnRef {
    /// Name in the table.
    pub name: String,
    /// Whether the database may lack it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Whether the name is a guess: never seen in a real database.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub assumed: bool,
}

impl ColumnRef {
    /// A column that must be there.
    pub fn of(name: impl Into<String>) -> Self {
        ColumnRef {
            name: name.into(),
            optional: false,
            assumed: false,
        }
    }
}

impl<'de> Deserialize<'de> for ColumnRef {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Full {
            name: String,
            #[serde(default)]
            optional: bool,
            #[serde(default)]
            assumed: bool,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Name(String),
            Full(Full),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Name(name) => ColumnRef::of(name),
            Written::Full(Full {
                name,
                optional,
                assumed,
            }) => ColumnRef {
                name,
                optional,
                assumed,
            },
        })
    }
}

/// How tax ids are written in this ERP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxIdRules {
    /// ISO 3166 country of the ids: `CO`.
    pub country: String,
    /// Texts that stand for no tax id at all: `ANULA`.
    #[serde(default)]
    pub placeholders: Vec<String>,
}

/// The list of companies, in the master database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Companies {
    /// Table.
    pub table: String,
    /// Code of the company in the ERP; text.
    pub code: ColumnRef,
    /// Name; text.
    pub name: ColumnRef,
    /// Tax id; text. Rows without one are not companies.
    pub tax_id: ColumnRef,
    /// Fiscal year; text or number.
    pub year: ColumnRef,
    /// Path of the company's database, as the server sees it; text.
    pub file: ColumnRef,
    /// Other columns that are known and not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
}

/// Lines of documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// Table.
    pub table: String,
    /// Primary key; whole number.
    pub key: ColumnRef,
    /// Key of the document; whole number.
    pub document: ColumnRef,
    /// Key of the article; whole number.
    pub article: ColumnRef,
    /// Key of the warehouse; whole number.
    pub place: ColumnRef,
    /// Quantity.
    pub quantity: ColumnRef,
    /// Price of one unit.
    pub price: ColumnRef,
    /// Value of the line.
    pub total: ColumnRef,
    /// Cost of the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<ColumnRef>,
    /// Other columns that are known and not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
}

/// Headers of documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Documents {
    /// Table.
    pub table: String,
    /// Primary key; whole number.
    pub key: ColumnRef,
    /// Document type; text.
    #[serde(rename = "type")]
    pub type_code: ColumnRef,
    /// Prefix of the number; text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<ColumnRef>,
    /// Number; text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<ColumnRef>,
    /// Date or timestamp of the document.
    pub date: ColumnRef,
    /// Date or timestamp of posting; NULL: a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posted: Option<ColumnRef>,
    /// Date or timestamp of voiding; NULL: valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voided: Option<ColumnRef>,
    /// Key of the customer or supplier; whole number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<ColumnRef>,
    /// Total of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<ColumnRef>,
    /// Other columns that are known and not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
}

/// Articles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Articles {
    /// Table.
    pub table: String,
    /// Primary key; whole number.
    pub key: ColumnRef,
    /// Code; text.
    pub code: ColumnRef,
    /// Name; text.
    pub name: ColumnRef,
    /// Unit; text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<ColumnRef>,
    /// Other columns that are known and not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
}

/// Warehouses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Places {
    /// Table.
    pub table: String,
    /// Primary key; whole number.
    pub key: ColumnRef,
    /// Code; text.
    pub code: ColumnRef,
    /// Name; text.
    pub name: ColumnRef,
    /// Other columns that are known and not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
}

/// Customers and suppliers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parties {
    /// Table.
    pub table: String,
    /// Primary key; whole number.
    pub key: ColumnRef,
    /// Tax id; text.
    pub tax_id: ColumnRef,
    /// Name; text.
    pub name: ColumnRef,
    /// Other columns that are known and not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
}

/// Transfers between warehouses, in tables of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfers {
    /// Document type that the warehouse of facts gives them.
    pub type_code: String,
    /// Headers.
    pub documents: TransferDocuments,
    /// Lines.
    pub lines: TransferLines,
}

/// Headers of transfers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferDocuments {
    /// Table.
    pub table: String,
    /// Primary key; whole number.
    pub key: ColumnRef,
    /// Prefix of the number; text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<ColumnRef>,
    /// Number; text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<ColumnRef>,
    /// Date or timestamp.
    pub date: ColumnRef,
    /// Date or timestamp of posting; NULL: a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posted: Option<ColumnRef>,
    /// Date or timestamp of voiding; NULL: valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voided: Option<ColumnRef>,
    /// Key of the warehouse that gives, when it stands in the header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_place: Option<ColumnRef>,
    /// Key of the warehouse that takes, when it stands in the header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_place: Option<ColumnRef>,
    /// Other columns that are known and not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
}

/// Lines of transfers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferLines {
    /// Table.
    pub table: String,
    /// Primary key; whole number.
    pub key: ColumnRef,
    /// Key of the transfer; whole number.
    pub document: ColumnRef,
    /// Key of the article; whole number.
    pub article: ColumnRef,
    /// Quantity.
    pub quantity: ColumnRef,
    /// Cost of the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<ColumnRef>,
    /// Key of the warehouse that gives, when it stands in the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_place: Option<ColumnRef>,
    /// Key of the warehouse that takes, when it stands in the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_place: Option<ColumnRef>,
    /// Other columns that are known and not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
}

/// What a document does.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
pub enum DocumentMeaning {
    /// Goods sold.
    Sale,
    /// Sold goods that came back.
    SaleReturn,
    /// Goods bought.
    Purchase,
    /// Bought goods that went back.
    PurchaseReturn,
    /// Goods that come in before their invoice.
    RemissionIn,
    /// Goods that go out before their invoice.
    RemissionOut,
    /// Goods that move between warehouses.
    Transfer,
    /// An order: nothing moves yet.
    Order,
    /// Known to exist, with no meaning that is certain; or not known at all.
    Other,
}

#[cfg(test)]
mod tests;
