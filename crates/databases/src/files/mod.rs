//! Companies and movements from CSV and XLSX files, for offices without access to the database.
//!
//! A folder holds one file with the companies and, for each, one with its movements. What their
//! columns are called stands in a [`Mapping`]; how they write numbers, dates and letters is found
//! out from the file. The files are hostile input: whatever stands in them, reading is bounded in
//! memory and ends with a line number.

mod cells;
mod formats;
mod guard;
mod mapping;
mod movements;
mod sheet;
mod text;

pub use formats::{DateOrder, DecimalMark, numbers};
pub use mapping::{CompanyColumns, Format, Mapping, MovementColumns, States};
pub use movements::MovementField;

use crate::{Chunk, Error, Flow, Result};
use cells::{Cell, Rows};
use puente_core::Cancel;
use std::path::{Component, Path, PathBuf};

/// Rows of a full chunk.
const CHUNK_ROWS: usize = 4096;
/// Companies that a file may list.
const MAX_COMPANIES: usize = 100_000;

/// A folder with files of companies and movements.
#[derive(Debug, Clone)]
pub struct FileSource {
    folder: PathBuf,
    mapping: Mapping,
}

/// A company as its file writes it. Nothing is normalised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileCompany {
    /// Line or row in the file, from 1.
    pub line: u64,
    /// Code in the ERP; may be empty.
    pub code: String,
    /// Name.
    pub name: String,
    /// Tax id.
    pub tax_id: String,
    /// Fiscal year.
    pub year: String,
    /// File of its movements, within the folder.
    pub file: String,
}

impl FileSource {
    /// A folder that holds the file of companies.
    ///
    /// # Errors
    /// [`Error::FileUnreadable`] when there is none.
    pub fn open(folder: &Path, mapping: Mapping) -> Result<FileSource> {
        let source = FileSource {
            folder: folder.to_owned(),
            mapping,
        };
        source.companies_file()?;
        Ok(source)
    }

    /// The file of companies.
    ///
    /// # Errors
    /// [`Error::FileUnreadable`] when there is none.
    pub fn companies_file(&self) -> Result<PathBuf> {
        let stem = &self.mapping.companies.file;
        ["csv", "txt", "xlsx"]
            .iter()
            .map(|extension| self.folder.join(format!("{stem}.{extension}")))
            .find(|path| path.is_file())
            .ok_or_else(|| unreadable(&self.folder, 0, format!("no {stem}.csv, .txt or .xlsx")))
    }

    /// The companies, in the order of the file. Lines without anything are left out.
    ///
    /// # Errors
    /// [`Error::FileUnreadable`].
    pub fn companies(&self) -> Result<Vec<FileCompany>> {
        let path = self.companies_file()?;
        let columns = self.mapping.companies.headers();
        let rows = Rows::open(&path, &self.mapping.format, &columns)?;
        let mut companies = Vec::new();
        rows.each(&mut |line, header, cells| {
            let text = |at: usize| {
                header
                    .cell(cells, at)
                    .map(Cell::as_text)
                    .unwrap_or_default()
            };
            let company = FileCompany {
                line,
                code: text(0),
                name: text(1),
                tax_id: text(2),
                year: text(3),
                file: text(4),
            };
            if companies.len() == MAX_COMPANIES {
                return Err(unreadable(
                    &path,
                    line,
                    format!("more than {MAX_COMPANIES} companies"),
                ));
            }
            companies.push(company);
            Ok(Flow::Continue)
        })?;
        Ok(companies)
    }

    /// Where the movements of a company are: inside the folder, whatever the file says.
    ///
    /// # Errors
    /// [`Error::FileUnreadable`] when there is no such file in the folder.
    pub fn movements_file(&self, company: &FileCompany) -> Result<PathBuf> {
        let named = Path::new(company.file.trim());
        let plain = named
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        let path = self.folder.join(named);
        let inside = match (self.folder.canonicalize(), path.canonicalize()) {
            (Ok(folder), Ok(path)) => path.starts_with(folder) && path.is_file(),
            (Err(_), _) | (_, Err(_)) => false,
        };
        if plain && inside && !company.file.trim().is_empty() {
            return Ok(path);
        }
        Err(Error::FileUnreadable {
            path: self.companies_file()?.display().to_string(),
            line: company.line,
            reason: format!("no file {:?} in this folder", company.file),
        })
    }

    /// Hands the movements of a company to `sink`, chunk by chunk, and says how many there were.
    /// The columns are those of [`MovementField::ALL`], in that order; one that the file does not
    /// have is NULL in every row.
    ///
    /// # Errors
    /// [`Error::FileUnreadable`] with the line, [`Error::NumberOverflow`], [`Error::Cancelled`];
    /// what `sink` answers.
    pub fn movements(
        &self,
        company: &FileCompany,
        cancel: &Cancel,
        sink: &mut dyn FnMut(&Chunk) -> Result<Flow>,
    ) -> Result<u64> {
        let path = self.movements_file(company)?;
        movements::read(&path, &self.mapping, cancel, sink)
    }
}

fn unreadable(path: &Path, line: u64, reason: impl Into<String>) -> Error {
    Error::FileUnreadable {
        path: path.display().to_string(),
        line,
        reason: reason.into(),
    }
}

/// A header that a mapping looks for.
struct Wanted<'a> {
    /// Name of the field in the mapping.
    field: &'static str,
    /// What it may be called.
    names: &'a [String],
    /// Whether a file without it can't be read.
    required: bool,
    /// What its values are, for finding out how the file writes them.
    kind: WantedKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum WantedKind {
    Text,
    Number,
    Date,
}

#[cfg(test)]
mod tests;
