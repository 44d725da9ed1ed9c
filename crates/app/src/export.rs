//! Movements as CSV or XLSX, in bounded memory, and never half a file under the name asked for.

use crate::{App, Result};
use chrono::NaiveDate;
use puente_core::fixed;
use puente_core::period::date_of_epoch_day;
use puente_core::{Code, Error};
use puente_erp::companies::Company;
use puente_warehouse::{MovementFilter, MovementRow, Sort, State, Stream};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{Format as CellFormat, Workbook};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::Write;
use std::ops::ControlFlow;
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

const COLUMNS: [&str; 20] = [
    "nit",
    "año",
    "empresa",
    "tipo",
    "prefijo",
    "numero",
    "fecha",
    "estado",
    "articulo",
    "descripcion",
    "unidad",
    "bodega",
    "nombre_bodega",
    "bodega_destino",
    "clase_bodega",
    "tercero_nit",
    "tercero",
    "cantidad",
    "precio",
    "total",
];

/// Which movements go into a file.
pub(crate) struct What<'a> {
    /// The companies, whose names stand in the rows.
    pub companies: &'a [Company],
    /// Which of their movements.
    pub filter: &'a MovementFilter,
    /// In which order; in that of the source when left out.
    pub sort: Option<Sort>,
}

impl What<'_> {
    /// Gives every row to `sink`. Sorted rows cost 8 bytes each while they are laid out, and no more
    /// than one of them is held at a time.
    fn each(
        &self,
        app: &App,
        sink: &mut dyn FnMut(&MovementRow) -> ControlFlow<()>,
    ) -> std::result::Result<u64, puente_warehouse::Error> {
        match self.sort {
            None => app.room.warehouse.export(self.filter, sink),
            Some(sort) => app.room.warehouse.export_sorted(self.filter, sort, sink),
        }
    }
}

/// Writes and gives the number of rows. The file appears under its name when it is complete.
pub(crate) fn write(
    app: &App,
    what: &What<'_>,
    path: &Path,
    format: Format,
    overwrite: bool,
) -> Result<u64> {
    under_its_name(path, overwrite, |file| match format {
        Format::Csv => csv(app, what, file),
        Format::Xlsx => xlsx(app, what, file),
    })
}

/// A value of a table that is no movement.
pub(crate) enum Cell {
    /// As it stands.
    Text(String),
    /// An amount, a quantity, a count.
    Number(Decimal),
}

/// A table with a heading.
pub(crate) struct Table<'a> {
    /// What a worksheet of it is called.
    pub name: &'a str,
    /// Its heading.
    pub columns: &'a [String],
}

/// Gives rows to what writes them, and ends with the first that can't be written.
pub(crate) type Rows<'a> = &'a mut dyn FnMut(&mut dyn FnMut(Vec<Cell>) -> Result<()>) -> Result<()>;

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
        Format::Csv => csv_table(table, rows, file),
        Format::Xlsx => xlsx_table(table, rows, file),
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

fn csv_table(
    table: &Table<'_>,
    rows: Rows<'_>,
    file: &mut impl Write,
) -> std::result::Result<u64, Stop> {
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
            Cell::Number(number) => number.normalize().to_string().replace('.', ","),
        });
        Ok(csv.write_record(texts)?)
    })?;
    csv.flush()?;
    Ok(count)
}

fn xlsx_table(
    table: &Table<'_>,
    rows: Rows<'_>,
    file: &mut (impl Write + std::io::Seek + Send),
) -> std::result::Result<u64, Stop> {
    let mut book = Workbook::new();
    let bold = CellFormat::new().set_bold();
    let number = CellFormat::new().set_num_format("#,##0.##");
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
        for (column, cell) in (0_u16..).zip(row) {
            match cell {
                Cell::Text(text) if text.is_empty() => {}
                Cell::Text(text) => {
                    sheet.write_string(line, column, &text)?;
                }
                Cell::Number(value) => {
                    let value = value.to_f64().unwrap_or_default();
                    sheet.write_number_with_format(line, column, value, &number)?;
                }
            }
        }
        Ok(())
    })?;
    book.save_to_writer(file)?;
    Ok(count)
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

impl From<puente_warehouse::Error> for Stop {
    fn from(error: puente_warehouse::Error) -> Self {
        Stop::Other(error.into())
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

fn by_id(companies: &[Company]) -> HashMap<i64, &Company> {
    companies
        .iter()
        .map(|company| (company.id, company))
        .collect()
}

fn csv(app: &App, what: &What<'_>, file: &mut impl Write) -> std::result::Result<u64, Stop> {
    let companies = by_id(what.companies);
    file.write_all("\u{feff}".as_bytes())?;
    let buffered = std::io::BufWriter::with_capacity(1 << 16, file);
    let mut csv = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer(buffered);
    csv.write_record(COLUMNS)?;
    let mut failed = None;
    let rows = what.each(app, &mut |row| {
        let (texts, numbers) = cells(&companies, row);
        let numbers =
            numbers.map(|(number, scale)| fixed::to_text(number, scale).replace('.', ","));
        let texts = texts.into_iter().map(harmless);
        match csv.write_record(texts.chain(numbers)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    csv.flush()?;
    Ok(rows)
}

fn xlsx(
    app: &App,
    what: &What<'_>,
    file: &mut (impl Write + std::io::Seek + Send),
) -> std::result::Result<u64, Stop> {
    let companies = by_id(what.companies);
    let mut book = Workbook::new();
    let bold = CellFormat::new().set_bold();
    let number = CellFormat::new().set_num_format("#,##0.00##");
    let date = CellFormat::new().set_num_format("yyyy-mm-dd");
    let sheet = book.add_worksheet_with_constant_memory()?;
    sheet.set_name("Movimientos")?;
    for (column, name) in (0..).zip(COLUMNS) {
        sheet.write_string_with_format(0, column, name, &bold)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let (mut failed, mut line) = (None, 0_u32);
    let rows = what.each(app, &mut |row| {
        line += 1;
        if u64::from(line) >= XLSX_ROWS {
            failed = Some(Stop::Other(Error::invalid(
                "format",
                "xlsx: > 1048575; csv",
            )));
            return ControlFlow::Break(());
        }
        match xlsx_row(sheet, line, cells(&companies, row), row, &number, &date) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error.into());
                ControlFlow::Break(())
            }
        }
    })?;
    if let Some(stop) = failed {
        return Err(stop);
    }
    book.save_to_writer(file)?;
    Ok(rows)
}

#[allow(
    clippy::cast_precision_loss,
    reason = "cells of a workbook are floats, by its format"
)]
fn xlsx_row(
    sheet: &mut rust_xlsxwriter::Worksheet,
    line: u32,
    (texts, numbers): ([String; 17], [(i64, u32); 3]),
    row: &MovementRow,
    number: &CellFormat,
    date: &CellFormat,
) -> std::result::Result<(), rust_xlsxwriter::XlsxError> {
    for (column, text) in (0_u16..).zip(&texts) {
        match (column, day(row)) {
            (6, Some(day)) => sheet.write_with_format(line, column, &day, date)?,
            _ if text.is_empty() => continue,
            _ => sheet.write_string(line, column, text)?,
        };
    }
    for (column, (scaled, scale)) in (17_u16..).zip(numbers) {
        let value = scaled as f64 / 10_f64.powi(scale.try_into().unwrap_or(0));
        sheet.write_number_with_format(line, column, value, number)?;
    }
    Ok(())
}

fn cells(companies: &HashMap<i64, &Company>, row: &MovementRow) -> ([String; 17], [(i64, u32); 3]) {
    let company = companies.get(&row.company_id);
    let texts = [
        company.map(|c| c.nit.clone()).unwrap_or_default(),
        company
            .map(|c| c.fiscal_year.to_string())
            .unwrap_or_default(),
        company.map(|c| c.name.clone()).unwrap_or_default(),
        row.doc_type.clone(),
        row.prefix.clone(),
        row.number.clone(),
        day(row).map(|day| day.to_string()).unwrap_or_default(),
        state(row.state).to_owned(),
        row.article_code.clone(),
        row.article.clone(),
        row.unit.clone(),
        row.place_code.clone(),
        row.place.clone(),
        match row.stream {
            Stream::Line => String::new(),
            Stream::Transfer => row.to_place_code.clone(),
        },
        row.flag.clone().unwrap_or_default(),
        row.party_tax_id.clone(),
        row.party.clone(),
    ];
    let numbers = [(row.quantity_e6, 6), (row.price_e4, 4), (row.total_e4, 4)];
    (texts, numbers)
}

fn day(row: &MovementRow) -> Option<NaiveDate> {
    row.day.and_then(date_of_epoch_day)
}

fn state(state: State) -> &'static str {
    match state {
        State::Posted => "asentado",
        State::Draft => "sin asentar",
        State::Voided => "anulado",
        State::Gone => "borrado",
    }
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
    use crate::Nothing;
    use crate::desk::Desk;
    use crate::movements::Export;
    use crate::table::PageOf;
    use serde_json::{Value, json};

    #[test]
    fn a_formula_in_a_name_is_defused_and_a_plain_name_is_not_touched() {
        assert_eq!(harmless("=HYPERLINK(\"x\")".into()), "'=HYPERLINK(\"x\")");
        assert_eq!(harmless("TORNILLO".into()), "TORNILLO");
    }

    #[test]
    fn a_file_holds_what_the_table_shows_in_its_order() {
        let desk = Desk::with_files();
        crate::sync::all(&desk.app, Nothing {}).unwrap();
        desk.run();
        let filter = json!({
            "companies": ["9001234568:2026"], "doc_types": ["FV"], "states": ["posted"],
            "from": "2026-02-01", "to": "2026-06-30", "sort": "total", "descending": true,
        });
        let page: PageOf =
            serde_json::from_value(with(&filter, &json!({ "limit": 1000 }))).unwrap();
        let shown = crate::table::page(&desk.app, page).unwrap();
        assert!(shown.rows.len() > 5, "{}", shown.rows.len());
        for format in ["csv", "xlsx"] {
            let output = desk.folder.path().join(format!("seen.{format}"));
            let request = with(&filter, &json!({ "output": output }));
            let exported =
                crate::movements::export(&desk.app, serde_json::from_value(request).unwrap());
            assert_eq!(exported.unwrap().rows, shown.rows.len() as u64, "{format}");
        }
        let mut csv = csv::ReaderBuilder::new()
            .delimiter(b';')
            .from_path(desk.folder.path().join("seen.csv"))
            .unwrap();
        let lines: Vec<(String, String)> = csv
            .records()
            .map(|record| record.unwrap())
            .map(|record| (record[5].to_owned(), record[19].replace(',', ".")))
            .collect();
        let wanted: Vec<(String, String)> = shown
            .rows
            .iter()
            .map(|row| {
                let total = serde_json::to_value(row.total).unwrap();
                (row.number.clone(), total.as_str().unwrap().to_owned())
            })
            .collect();
        assert_eq!(lines, wanted);
        let wrong = with(&filter, &json!({ "output": "a.csv", "colour": "red" }));
        assert!(serde_json::from_value::<Export>(wrong).is_err());
    }

    fn with(one: &Value, other: &Value) -> Value {
        let mut all = one.as_object().unwrap().clone();
        all.extend(other.as_object().unwrap().clone());
        all.into()
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
