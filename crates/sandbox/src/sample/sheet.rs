//! A file of rows, in any of the formats that offices export.

use super::Charset;
use crate::Error;
use chrono::NaiveDate;
use puente_core::fixed::to_text;
use rust_xlsxwriter::{Format, Workbook, Worksheet};
use std::fs;
use std::path::Path;

/// How the files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FileFormat {
    /// As a Colombian Windows exports: Windows-1252, semicolons, decimal commas, day first.
    #[default]
    Windows,
    /// UTF-8, commas, decimal points, year first.
    Utf8,
    /// Workbooks, with numbers and dates as such.
    Workbook,
}

/// A value of a file, not yet written in any way.
pub(super) enum Value<'a> {
    Empty,
    Whole(i64),
    Text(&'a str),
    Number(i64, u32),
    Day(NaiveDate),
}

/// A file that is being written, in one of the formats.
pub(super) enum Sheet {
    Csv(FileFormat, Box<csv::Writer<Vec<u8>>>),
    Workbook { book: Box<Workbook>, row: u32 },
}

impl Sheet {
    pub(super) fn new(format: FileFormat, headers: &[&str]) -> Result<Self, Error> {
        let mut sheet = match format {
            FileFormat::Windows | FileFormat::Utf8 => {
                let delimiter = if format == FileFormat::Utf8 {
                    b','
                } else {
                    b';'
                };
                let mut builder = csv::WriterBuilder::new();
                builder
                    .delimiter(delimiter)
                    .terminator(csv::Terminator::CRLF);
                Sheet::Csv(format, Box::new(builder.from_writer(Vec::new())))
            }
            FileFormat::Workbook => {
                let mut book = Box::new(Workbook::new());
                book.add_worksheet();
                Sheet::Workbook { book, row: 0 }
            }
        };
        sheet.row(
            &headers
                .iter()
                .map(|header| Value::Text(header))
                .collect::<Vec<_>>(),
        )?;
        Ok(sheet)
    }

    pub(super) fn row(&mut self, values: &[Value<'_>]) -> Result<(), Error> {
        match self {
            Sheet::Csv(format, writer) => {
                let fields = values.iter().map(|value| csv_field(*format, value));
                writer.write_record(fields).map_err(|e| Error::Answer {
                    reason: e.to_string(),
                })
            }
            Sheet::Workbook { book, row } => {
                let sheet = book.worksheet_from_index(0)?;
                for (column, value) in (0..).zip(values) {
                    write_cell(sheet, *row, column, value)?;
                }
                *row += 1;
                Ok(())
            }
        }
    }

    pub(super) fn save(self, path: &Path) -> Result<(), Error> {
        match self {
            Sheet::Csv(_, writer) => {
                let bytes = writer.into_inner().map_err(|e| Error::Answer {
                    reason: e.to_string(),
                })?;
                fs::write(path, bytes).map_err(Error::file(path))
            }
            Sheet::Workbook { mut book, .. } => Ok(book.save(path)?),
        }
    }
}

fn csv_field(format: FileFormat, value: &Value<'_>) -> Vec<u8> {
    let is_windows = format == FileFormat::Windows;
    let charset = if is_windows {
        Charset::Win1252
    } else {
        Charset::Utf8
    };
    match value {
        Value::Empty => Vec::new(),
        Value::Whole(number) => number.to_string().into_bytes(),
        Value::Text(text) => charset.encode(text),
        Value::Number(number, scale) => {
            let text = to_text(*number, *scale);
            if is_windows {
                text.replace('.', ",").into_bytes()
            } else {
                text.into_bytes()
            }
        }
        Value::Day(day) => {
            let pattern = if is_windows { "%d/%m/%Y" } else { "%Y-%m-%d" };
            day.format(pattern).to_string().into_bytes()
        }
    }
}

fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: &Value<'_>,
) -> Result<(), Error> {
    match value {
        Value::Empty => {}
        #[allow(clippy::cast_precision_loss, reason = "ids, far below 2^53")]
        Value::Whole(number) => {
            sheet.write_number(row, column, *number as f64)?;
        }
        Value::Text(text) => {
            sheet.write_string(row, column, *text)?;
        }
        #[allow(
            clippy::cast_precision_loss,
            reason = "a workbook has no other numbers"
        )]
        Value::Number(number, scale) => {
            let power = 10_u32.pow(*scale);
            sheet.write_number(row, column, *number as f64 / f64::from(power))?;
        }
        Value::Day(day) => {
            let format = Format::new().set_num_format("dd/mm/yyyy");
            sheet.write_date_with_format(row, column, day, &format)?;
        }
    }
    Ok(())
}
