//! A profile of sales: what an office's tables and columns of issued documents are called. Data, and hostile
//! input: names only ever reach a statement by being found in the live schema.

use crate::{Error, Result};
use chrono_tz::Tz;
use puente_core::Currency;
use puente_databases::profile::Grantee;
use puente_databases::{Becomes, Engine, LiveSchema, Value};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What an office's tables of sales are called and mean.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SalesProfile {
    /// Version of this format; 1.
    pub version: u32,
    /// Short name: `solar`.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// Time zone of its clock: `America/Argentina/Buenos_Aires`.
    pub zone: String,
    /// Currency of its amounts: `ARS`.
    pub currency: String,
    /// Headers: one row for each document.
    pub documents: Documents,
    /// Lines of documents.
    pub lines: Lines,
    /// Taxes of documents, where lines don't have them or they are to be checked.
    #[serde(default)]
    pub taxes: Option<Taxes>,
    /// Payments, where headers don't say how a document was paid.
    #[serde(default)]
    pub payments: Option<Payments>,
    /// What kinds of documents mean.
    pub kinds: Vec<Kind>,
}

/// Columns that tell a document.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Documents {
    /// Table or view.
    pub table: String,
    /// Kind; text.
    pub kind: String,
    /// Number; text.
    pub number: String,
    /// Letter; text. The number's first character when left out.
    #[serde(default)]
    pub letter: Option<String>,
    /// Date or timestamp of issue.
    pub date: String,
    /// Hour of issue, text or timestamp; that of the date when left out.
    #[serde(default)]
    pub hour: Option<String>,
    /// What it comes to.
    #[serde(default)]
    pub total: Option<String>,
    /// How it was paid; text.
    #[serde(default)]
    pub payment: Option<String>,
    /// Tax id of the customer; text.
    #[serde(default)]
    pub tax_id: Option<String>,
    /// Kind of the tax id: `CUIT`; text.
    #[serde(default)]
    pub tax_id_kind: Option<String>,
    /// Name of the customer; text.
    #[serde(default)]
    pub customer: Option<String>,
    /// Documents that wait; all of them when left out.
    #[serde(default)]
    pub pending: Option<Pending>,
    /// What is written into a header once its document was taken. Not in a source that is only read.
    #[serde(default)]
    pub mark: BTreeMap<String, Written>,
    /// How changed documents are found where nothing says which wait.
    #[serde(default)]
    pub changes: Changes,
}

/// How changed documents are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Changes {
    /// As the server can tell: change tracking, else row versions; else all are read.
    #[default]
    Server,
    /// All are read each time.
    Scan,
}

/// The column that says which documents wait.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    /// A whole number.
    pub column: String,
    /// Its value while the document waits.
    pub value: i64,
}

/// A value that is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Written {
    /// A whole number.
    Int(i64),
    /// `now` is the server's date and time; anything else is that text.
    Text(String),
}

impl Written {
    pub(super) fn becomes(&self) -> Becomes {
        match self {
            Written::Int(number) => Becomes::Value(Value::Int(*number)),
            Written::Text(text) if text == "now" => Becomes::Now,
            Written::Text(text) => Becomes::Value(Value::Text(text.clone())),
        }
    }
}

/// Columns of lines.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// Table or view.
    pub table: String,
    /// Kind of the document; text.
    pub kind: String,
    /// Number of the document; text.
    pub number: String,
    /// Order of lines; whole number.
    #[serde(default)]
    pub order: Option<String>,
    /// Code of the article; text.
    pub sku: String,
    /// What it is called; text.
    #[serde(default)]
    pub title: Option<String>,
    /// How many.
    pub quantity: String,
    /// The whole line before tax.
    pub net: String,
    /// Its tax; worked out from the rate when left out.
    #[serde(default)]
    pub tax: Option<String>,
    /// Parts in a hundred of its tax.
    #[serde(default)]
    pub rate: Option<String>,
    /// Group of goods; text.
    #[serde(default)]
    pub group: Option<String>,
    /// Group of all goods where no column says it.
    #[serde(default)]
    pub fixed_group: String,
}

/// A table of taxes of documents.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taxes {
    /// Table or view.
    pub table: String,
    /// Kind of the document; text.
    pub kind: String,
    /// Number of the document; text.
    pub number: String,
    /// How much.
    pub amount: String,
    /// Parts in a hundred.
    #[serde(default)]
    pub rate: Option<String>,
    /// The line that it is of, as [`Lines::order`] has it.
    #[serde(default)]
    pub order: Option<String>,
}

/// A table of payments.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payments {
    /// Table or view.
    pub table: String,
    /// Kind of the document; text.
    pub kind: String,
    /// Number of the document; text.
    pub number: String,
    /// How much.
    pub amount: String,
    /// In which way; text.
    pub method: String,
}

/// What a kind of document means.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// In the source's words.
    pub kind: String,
    /// With that letter; with any when left out.
    #[serde(default)]
    pub letter: Option<String>,
    /// The tax authority's code.
    #[serde(default)]
    pub code: String,
    /// Whether it is not read at all: receipts, adjustments.
    #[serde(default)]
    pub skip: bool,
    /// Whether the source keeps amounts of what is given back without their sign.
    #[serde(default)]
    pub turned: bool,
}

impl SalesProfile {
    /// Names of the profiles that are shipped.
    pub const BUILTIN: &'static [&'static str] = &["solar"];

    /// The text of a shipped profile.
    pub fn builtin_text(name: &str) -> Option<&'static str> {
        (name == "solar").then_some(include_str!("../../../profiles/solar.toml"))
    }

    /// Reads a profile.
    ///
    /// # Errors
    /// [`Error::Invalid`] with what is wrong and where.
    pub fn parse(text: &str) -> Result<SalesProfile> {
        let mut profile: SalesProfile =
            toml::from_str(text).map_err(|error| Error::invalid("profile", error.to_string()))?;
        if profile.version != 1 {
            return Err(Error::invalid("profile", "version = 1"));
        }
        profile.zone()?;
        profile.currency()?;
        profile.in_capitals();
        let by_line = profile.taxes.as_ref().is_some_and(|of| of.order.is_some());
        if by_line && profile.lines.order.is_none() {
            return Err(Error::invalid("profile", "taxes.order: lines.order"));
        }
        let pending = profile.documents.pending.as_ref();
        if !profile.documents.mark.is_empty() {
            let ends = pending.is_some_and(|pending| {
                let written = profile.documents.mark.get(&pending.column);
                written.is_some_and(|written| *written != Written::Int(pending.value))
            });
            // A mark that leaves a document waiting would be set again and again.
            if !ends {
                return Err(Error::invalid("profile", "documents.mark: pending"));
            }
        }
        Ok(profile)
    }

    /// Live schemas have their names in capitals.
    fn in_capitals(&mut self) {
        let (documents, lines) = (&mut self.documents, &mut self.lines);
        let mark = std::mem::take(&mut documents.mark).into_iter();
        documents.mark = mark
            .map(|(name, written)| (name.to_uppercase(), written))
            .collect();
        let mut names = vec![
            &mut documents.table,
            &mut documents.kind,
            &mut documents.number,
            &mut documents.date,
            &mut lines.table,
            &mut lines.kind,
            &mut lines.number,
            &mut lines.sku,
            &mut lines.quantity,
            &mut lines.net,
        ];
        let optional = [
            &mut documents.letter,
            &mut documents.hour,
            &mut documents.total,
            &mut documents.payment,
            &mut documents.tax_id,
            &mut documents.tax_id_kind,
            &mut documents.customer,
            &mut lines.order,
            &mut lines.title,
            &mut lines.tax,
            &mut lines.rate,
            &mut lines.group,
        ];
        names.extend(optional.into_iter().flatten());
        names.extend(
            documents
                .pending
                .as_mut()
                .map(|pending| &mut pending.column),
        );
        if let Some(of) = &mut self.taxes {
            names.extend([&mut of.table, &mut of.kind, &mut of.number, &mut of.amount]);
            names.extend([&mut of.rate, &mut of.order].into_iter().flatten());
        }
        if let Some(of) = &mut self.payments {
            names.extend([&mut of.table, &mut of.kind, &mut of.number, &mut of.amount]);
            names.push(&mut of.method);
        }
        for name in names {
            *name = name.to_uppercase();
        }
    }

    pub(super) fn zone(&self) -> Result<Tz> {
        self.zone
            .parse()
            .map_err(|_| Error::invalid("profile", format!("zone: {}", self.zone)))
    }

    pub(super) fn currency(&self) -> Result<Currency> {
        let known = Currency::ALL
            .iter()
            .find(|currency| currency.code().eq_ignore_ascii_case(&self.currency));
        known
            .copied()
            .ok_or_else(|| Error::invalid("profile", format!("currency: {}", self.currency)))
    }

    /// What a document of that kind and letter is.
    pub(super) fn meaning(&self, kind: &str, letter: &str) -> Option<&Kind> {
        self.kinds.iter().find(|known| {
            let fits = |letters: &String| letters.eq_ignore_ascii_case(letter);
            known.kind.eq_ignore_ascii_case(kind) && known.letter.as_ref().is_none_or(fits)
        })
    }

    /// Statements that let a login read what this profile reads, mark documents where `marks`, and nothing
    /// else.
    ///
    /// # Errors
    /// [`puente_core::Code::ProfileInvalid`] when a name is not a plain one.
    pub fn grants(&self, engine: Engine, user: &str, marks: bool) -> Result<Vec<String>> {
        let (documents, grantee) = (&self.documents, Grantee::new(engine, user, &self.name)?);
        let mut tables = vec![&documents.table, &self.lines.table];
        tables.extend(self.taxes.as_ref().map(|taxes| &taxes.table));
        tables.extend(self.payments.as_ref().map(|payments| &payments.table));
        let mut grants = Vec::with_capacity(tables.len() + 2);
        for table in tables {
            grants.push(grantee.select(&self.name, table)?);
        }
        if documents.pending.is_none() && documents.changes == Changes::Server {
            grants.extend(grantee.changes(&self.name, &documents.table)?);
        }
        if marks && !documents.mark.is_empty() {
            let columns = documents.mark.keys().map(String::as_str);
            grants.push(grantee.update(&self.name, &documents.table, columns)?);
        }
        Ok(grants)
    }

    /// Everything that a live database lacks of what this profile names.
    pub fn missing(&self, schema: &LiveSchema) -> Vec<String> {
        let documents = &self.documents;
        let mut wanted = vec![
            (&documents.table, Some(&documents.kind)),
            (&documents.table, Some(&documents.number)),
            (&documents.table, documents.letter.as_ref()),
            (&documents.table, Some(&documents.date)),
            (&documents.table, documents.hour.as_ref()),
            (&documents.table, documents.total.as_ref()),
            (&documents.table, documents.payment.as_ref()),
            (&documents.table, documents.tax_id.as_ref()),
            (&documents.table, documents.tax_id_kind.as_ref()),
            (&documents.table, documents.customer.as_ref()),
        ];
        let pending = documents.pending.as_ref().map(|pending| &pending.column);
        wanted.push((&documents.table, pending));
        wanted.extend(
            documents
                .mark
                .keys()
                .map(|name| (&documents.table, Some(name))),
        );
        let lines = &self.lines;
        wanted.extend([
            (&lines.table, Some(&lines.kind)),
            (&lines.table, Some(&lines.number)),
            (&lines.table, lines.order.as_ref()),
            (&lines.table, Some(&lines.sku)),
            (&lines.table, lines.title.as_ref()),
            (&lines.table, Some(&lines.quantity)),
            (&lines.table, Some(&lines.net)),
            (&lines.table, lines.tax.as_ref()),
            (&lines.table, lines.rate.as_ref()),
            (&lines.table, lines.group.as_ref()),
        ]);
        if let Some(one) = &self.taxes {
            let names = [&one.kind, &one.number, &one.amount];
            wanted.extend(names.map(|name| (&one.table, Some(name))));
            let optional = [one.rate.as_ref(), one.order.as_ref()];
            wanted.extend(optional.map(|name| (&one.table, name)));
        }
        if let Some(one) = &self.payments {
            let names = [&one.kind, &one.number, &one.amount, &one.method];
            wanted.extend(names.map(|name| (&one.table, Some(name))));
        }
        let mut missing: Vec<String> = wanted
            .into_iter()
            .filter_map(|(table, column)| column.map(|column| (table, column)))
            .filter(|(table, column)| schema.column(table, column).is_none())
            .map(|(table, column)| format!("{table}.{column}"))
            .collect();
        missing.dedup();
        missing
    }
}
