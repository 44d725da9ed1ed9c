//! Tables as CSV or XLSX, in bounded memory, and never half a file under the name asked for.

use crate::Result;
use chrono::NaiveDate;
use puente_core::fixed;
use puente_core::{Code, Error};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{Format as CellFormat, Workbook, Worksheet, XlsxError};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::Path;

/// Kinds of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "lowercase")]
#[ts(rename = "ExportFormat")]
pub enum Format {
    /// UTF-8 with a byte order mark, semicolons and decimal commas: what spreadsheets in Latin
    /// America open with a double click.
    Csv,
    /// A workbook, with numbers as numbers.
    Xlsx,
}

impl Format {
    /// The one that was asked for, or the one of the file's extension.
    pub(crate) fn of(asked: Option<Format>, path: &Path) -> Result<Format> {
        let extension = path
            .extension()
            .and_then(|e| e.to_str())
            .map(str::to_ascii_lowercase);
        match (asked, extension.as_deref()) {
            (Some(format), _) => Ok(format),
            (None, Some("csv")) => Ok(Format::Csv),
            (None, Some("xlsx")) => Ok(Format::Xlsx),
            (None, _) => Err(Error::invalid("format", "csv | xlsx")),
        }
    }
}

/// Rows of a worksheet, its heading included.
const XLSX_ROWS: u64 = 1_048_576;

/// A value of a table.
#[derive(Debug)]
pub(crate) enum Cell {
    /// As it stands; an empty one is no value.
    Text(String),
    /// A day.
    Day(NaiveDate),
    /// An amount, a quantity, a count: with the decimals that it has.
    Number(Decimal),
    /// Times 10^n: with all its n decimals.
    Scaled(i128, u32),
    /// What nobody knows exactly: with three decimals in a CSV.
    Estimate(f64),
}

/// A table with a heading.
pub(crate) struct Table<'a> {
    /// What a worksheet of it is called.
    pub name: &'a str,
    /// Its heading.
    pub columns: &'a [String],
}

/// Takes a row, or says why no more are wanted.
pub(crate) type Put<'a> = &'a mut dyn FnMut(Vec<Cell>) -> Result<()>;

/// Gives rows to what writes them, and ends with the first that can't be written.
pub(crate) type Rows<'a> = &'a mut dyn FnMut(Put<'_>) -> Result<()>;

/// Writes a table and gives the number of its rows. The file appears under its name when it is complete.
pub(crate) fn table(
    path: &Path,
    format: Option<Format>,
    overwrite: bool,
    table: &Table<'_>,
    rows: Rows<'_>,
) -> Result<u64> {
    let format = Format::of(format, path)?;
    under_its_name(path, overwrite, |file| match format {
        Format::Csv => csv(table, rows, file),
        Format::Xlsx => xlsx(table, rows, file),
    })
}

/// Writes bytes. The file appears under its name when it is complete.
pub(crate) fn whole(path: &Path, overwrite: bool, bytes: &[u8]) -> Result<()> {
    under_its_name(path, overwrite, |file| Ok(file.write_all(bytes)?))
}

fn under_its_name<T>(
    path: &Path,
    overwrite: bool,
    fill: impl FnOnce(&mut tempfile::NamedTempFile) -> std::result::Result<T, Stop>,
) -> Result<T> {
    if path.exists() && !overwrite {
        return Err(Error::new(Code::AlreadyExists)
            .with("what", "file")
            .with("name", path.display()));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let file = tempfile::Builder::new()
        .prefix(".puente-")
        .tempfile_in(folder);
    let mut file = file.map_err(|error| unwritable(path, &error))?;
    let filled = fill(&mut file).map_err(|stop| within(path, stop))?;
    file.as_file()
        .sync_all()
        .map_err(|error| unwritable(path, &error))?;
    file.persist(path)
        .map_err(|error| unwritable(path, &error.error))?;
    Ok(filled)
}

/// Has every row written, and tells what stopped it: the file, or what reads the rows.
fn each_row(
    rows: Rows<'_>,
    mut write: impl FnMut(Vec<Cell>) -> std::result::Result<(), Stop>,
) -> std::result::Result<u64, Stop> {
    let (mut count, mut failed) = (0, None);
    let gave = rows(&mut |row| match write(row) {
        Ok(()) => {
            count += 1;
            Ok(())
        }
        Err(stop) => {
            failed = Some(stop);
            Err(Error::new(Code::Internal))
        }
    });
    match (failed, gave) {
        (Some(stop), _) => Err(stop),
        (None, Err(error)) => Err(Stop::Other(error)),
        (None, Ok(())) => Ok(count),
    }
}

fn csv(table: &Table<'_>, rows: Rows<'_>, file: &mut impl Write) -> std::result::Result<u64, Stop> {
    file.write_all("\u{feff}".as_bytes())?;
    let buffered = std::io::BufWriter::with_capacity(1 << 16, file);
    let mut csv = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer(buffered);
    csv.write_record(table.columns)?;
    let count = each_row(rows, |row| {
        let texts = row.into_iter().map(|cell| match cell {
            Cell::Text(text) => harmless(text),
            Cell::Day(day) => day.to_string(),
            Cell::Number(number) => number.normalize().to_string().replace('.', ","),
            Cell::Scaled(number, scale) => fixed::to_text(number, scale).replace('.', ","),
            Cell::Estimate(number) => format!("{number:.3}").replace('.', ","),
        });
        Ok(csv.write_record(texts)?)
    })?;
    csv.flush()?;
    Ok(count)
}

/// How the kinds of cells look in a worksheet.
struct Looks {
    day: CellFormat,
    number: CellFormat,
    scaled: CellFormat,
}

fn xlsx(
    table: &Table<'_>,
    rows: Rows<'_>,
    file: &mut (impl Write + std::io::Seek + Send),
) -> std::result::Result<u64, Stop> {
    let mut book = Workbook::new();
    let bold = CellFormat::new().set_bold();
    let looks = Looks {
        day: CellFormat::new().set_num_format("yyyy-mm-dd"),
        number: CellFormat::new().set_num_format("#,##0.##"),
        scaled: CellFormat::new().set_num_format("#,##0.00##"),
    };
    let sheet = book.add_worksheet_with_constant_memory()?;
    sheet.set_name(table.name)?;
    for (column, name) in (0..).zip(table.columns) {
        sheet.write_string_with_format(0, column, name, &bold)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let mut line = 0_u32;
    let count = each_row(rows, |row| {
        line += 1;
        if u64::from(line) >= XLSX_ROWS {
            return Err(Stop::Other(Error::invalid(
                "format",
                "xlsx: > 1048575; csv",
            )));
        }
        for (column, cell) in (0_u16..).zip(&row) {
            put(sheet, (line, column), cell, &looks)?;
        }
        Ok(())
    })?;
    book.save_to_writer(file)?;
    Ok(count)
}

#[allow(
    clippy::cast_precision_loss,
    reason = "cells of a workbook are floats, by its format"
)]
fn put(
    sheet: &mut Worksheet,
    (line, column): (u32, u16),
    cell: &Cell,
    looks: &Looks,
) -> std::result::Result<(), XlsxError> {
    match cell {
        Cell::Text(text) if text.is_empty() => return Ok(()),
        Cell::Text(text) => sheet.write_string(line, column, text)?,
        Cell::Day(day) => sheet.write_with_format(line, column, day, &looks.day)?,
        Cell::Number(value) => {
            let value = value.to_f64().unwrap_or_default();
            sheet.write_number_with_format(line, column, value, &looks.number)?
        }
        Cell::Scaled(value, scale) => {
            let value = *value as f64 / 10_f64.powi((*scale).try_into().unwrap_or(0));
            sheet.write_number_with_format(line, column, value, &looks.scaled)?
        }
        Cell::Estimate(value) => sheet.write_number(line, column, *value)?,
    };
    Ok(())
}

/// What can stop an export.
enum Stop {
    Io(std::io::Error),
    Other(Error),
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Stop::Io(error)
    }
}

impl From<csv::Error> for Stop {
    fn from(error: csv::Error) -> Self {
        Stop::Io(error.into())
    }
}

impl From<rust_xlsxwriter::XlsxError> for Stop {
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        Stop::Io(std::io::Error::other(error))
    }
}

fn within(path: &Path, stop: Stop) -> Error {
    match stop {
        Stop::Io(error) => unwritable(path, &error),
        Stop::Other(error) => error,
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    let full = [
        std::io::ErrorKind::StorageFull,
        std::io::ErrorKind::QuotaExceeded,
    ];
    let code = if full.contains(&error.kind()) {
        Code::DiskFull
    } else {
        Code::InvalidInput
    };
    Error::new(code)
        .with("path", path.display())
        .with("field", "output")
        .with("reason", error)
        .because(error)
}

/// A text that a spreadsheet would take for a formula gets an apostrophe before it: names come from
/// whoever wrote into the ERP.
fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_in_a_name_is_defused_and_a_plain_name_is_not_touched() {
        assert_eq!(harmless("=HYPERLINK(\"x\")".into()), "'=HYPERLINK(\"x\")");
        assert_eq!(harmless("TORNILLO".into()), "TORNILLO");
    }

    #[test]
    fn every_kind_of_value_reads_as_a_spreadsheet_of_the_region_writes_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.csv");
        let columns = ["texto", "dia", "numero", "dinero", "estimado"].map(str::to_owned);
        let asked = Table {
            name: "Todo",
            columns: &columns,
        };
        let mut rows = |put: Put<'_>| {
            put(vec![
                Cell::Text("a;b".to_owned()),
                Cell::Day("2026-11-25".parse().unwrap()),
                Cell::Number("1.50".parse().unwrap()),
                Cell::Scaled(-12_345_000, 4),
                Cell::Estimate(2.0 / 3.0),
            ])
        };
        assert_eq!(table(&path, None, false, &asked, &mut rows).unwrap(), 1);
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "\u{feff}texto;dia;numero;dinero;estimado\r\n\"a;b\";2026-11-25;1,5;-1234,5000;0,667\r\n"
        );
        let taken = table(&path, None, false, &asked, &mut rows).unwrap_err();
        assert_eq!(taken.code, Code::AlreadyExists);
    }

    #[test]
    fn the_extension_decides_unless_a_format_is_asked_for() {
        assert_eq!(
            Format::of(None, Path::new("a/b.XLSX")).unwrap(),
            Format::Xlsx
        );
        assert_eq!(
            Format::of(Some(Format::Csv), Path::new("b.xlsx")).unwrap(),
            Format::Csv
        );
        assert!(Format::of(None, Path::new("b.ods")).is_err());
    }
}
