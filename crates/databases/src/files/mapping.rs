//! What the columns of a file are called. A person may write one: it is checked.

use super::formats::{DateOrder, DecimalMark};
use super::movements::MovementField;
use super::{Wanted, WantedKind};
use crate::profile::DocumentMeaning;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the columns of the files of companies and movements are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Version of this format; 1.
    pub version: u32,
    /// Short name.
    pub name: String,
    /// How the files are written; what is left out is found out from each file.
    #[serde(default)]
    pub format: Format,
    /// The file of companies.
    pub companies: CompanyColumns,
    /// The files of movements.
    pub movements: MovementColumns,
    /// Words for the state of a document.
    #[serde(default)]
    pub states: States,
    /// Meaning of each document type; one that is not here keeps its text and means `other`.
    #[serde(default)]
    pub document_types: BTreeMap<String, DocumentMeaning>,
}

/// How files are written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Format {
    /// `UTF8`, `WIN1252`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charset: Option<String>,
    /// What stands between the fields of a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// What stands before the decimals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal: Option<DecimalMark>,
    /// The order of day, month and year in dates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<DateOrder>,
    /// Sheet of a workbook; the first when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
}

/// Headers of the file of companies; each may be called by any of several names. Capitals, accents
/// and signs do not matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompanyColumns {
    /// Name of the file without its ending.
    pub file: String,
    /// Code in the ERP; optional.
    pub code: Vec<String>,
    /// Name.
    pub name: Vec<String>,
    /// Tax id.
    pub tax_id: Vec<String>,
    /// Fiscal year.
    pub year: Vec<String>,
    /// File of the movements.
    pub movements: Vec<String>,
}

/// Headers of a file of movements. A field that is left out is not looked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MovementColumns {
    /// What each field may be called.
    pub fields: BTreeMap<MovementField, Vec<String>>,
}

/// Words for the state of a document; none of them, or an empty cell, is posted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct States {
    /// Words for posted.
    #[serde(default)]
    pub posted: Vec<String>,
    /// Words for a draft.
    #[serde(default)]
    pub draft: Vec<String>,
    /// Words for voided.
    #[serde(default)]
    pub voided: Vec<String>,
}

const MAX_BYTES: usize = 256 * 1024;
const MAX_NAMES: usize = 200;
const MAX_NAME: usize = 200;

impl Mapping {
    /// The shipped mapping: the usual Spanish and English names.
    pub fn builtin() -> Mapping {
        Mapping::parse(Mapping::builtin_text()).unwrap_or_else(|_| Mapping::empty())
    }

    /// The text of the shipped mapping, as a start for one's own.
    pub fn builtin_text() -> &'static str {
        include_str!("../../profiles/files.toml")
    }

    /// Reads a mapping from TOML.
    ///
    /// # Errors
    /// [`Error::ProfileInvalid`] with what is wrong and where.
    pub fn parse(text: &str) -> Result<Mapping> {
        if text.len() > MAX_BYTES {
            return Err(invalid("?", format!("larger than {MAX_BYTES} bytes")));
        }
        let mapping: Mapping =
            toml::from_str(text).map_err(|error| invalid("?", error.to_string()))?;
        mapping.check()?;
        Ok(mapping)
    }

    /// What a document type means.
    pub fn meaning(&self, document_type: &str) -> DocumentMeaning {
        self.document_types
            .get(document_type.trim())
            .copied()
            .unwrap_or(DocumentMeaning::Other)
    }

    fn check(&self) -> Result<()> {
        let fail = |reason: String| Err(invalid(&self.name, reason));
        if self.version != 1 {
            return fail(format!(
                "version {} is not known; this program knows 1",
                self.version
            ));
        }
        let file = &self.companies.file;
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
        if file.is_empty() || file.len() > MAX_NAME || !file.chars().all(plain) {
            return fail("companies.file: letters, digits, blanks, - and _".to_owned());
        }
        if let Some(charset) = &self.format.charset
            && crate::charset::Charset::parse(charset).is_none()
        {
            return fail("format.charset is not known".to_owned());
        }
        if self
            .format
            .delimiter
            .is_some_and(|c| !matches!(c, ';' | ',' | '\t' | '|'))
        {
            return fail("format.delimiter: ; , | or a tab".to_owned());
        }
        let mut columns = self.companies.headers();
        columns.extend(self.movements.headers());
        for wanted in &columns {
            if wanted.names.len() > MAX_NAMES || wanted.required && wanted.names.is_empty() {
                return fail(format!(
                    "{}: no name, or more than {MAX_NAMES}",
                    wanted.field
                ));
            }
        }
        let names = columns.iter().flat_map(|wanted| wanted.names);
        let states = [&self.states.posted, &self.states.draft, &self.states.voided];
        for name in names
            .chain(states.into_iter().flatten())
            .chain(self.document_types.keys())
        {
            if name.trim().is_empty() || name.len() > MAX_NAME {
                let shown: String = name.chars().take(40).collect();
                return fail(format!("{shown:?} is empty or too long"));
            }
        }
        Ok(())
    }

    fn empty() -> Mapping {
        Mapping {
            version: 1,
            name: "files".to_owned(),
            format: Format::default(),
            companies: CompanyColumns {
                file: "empresas".to_owned(),
                code: Vec::new(),
                name: Vec::new(),
                tax_id: Vec::new(),
                year: Vec::new(),
                movements: Vec::new(),
            },
            movements: MovementColumns::default(),
            states: States::default(),
            document_types: BTreeMap::new(),
        }
    }
}

impl CompanyColumns {
    /// In the order of [`super::FileCompany`].
    pub(super) fn headers(&self) -> Vec<Wanted<'_>> {
        let wanted = |field, names, required| Wanted {
            field,
            names,
            required,
            kind: WantedKind::Text,
        };
        vec![
            wanted("code", &self.code[..], false),
            wanted("name", &self.name[..], true),
            wanted("tax_id", &self.tax_id[..], true),
            wanted("year", &self.year[..], true),
            wanted("movements", &self.movements[..], true),
        ]
    }
}

impl MovementColumns {
    /// In the order of [`MovementField::ALL`].
    pub(super) fn headers(&self) -> Vec<Wanted<'_>> {
        MovementField::ALL
            .iter()
            .map(|field| Wanted {
                field: field.as_str(),
                names: self.fields.get(field).map_or(&[], Vec::as_slice),
                required: field.is_required(),
                kind: field.wanted_kind(),
            })
            .collect()
    }
}

fn invalid(name: &str, reason: String) -> Error {
    Error::ProfileInvalid {
        profile: name.chars().take(63).collect(),
        reason,
    }
}
