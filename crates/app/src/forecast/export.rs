//! Forecasts as CSV or XLSX: a line for each article and month.

use super::ask::{Predict, Prediction, predict};
use crate::export::Format;
use crate::{App, Result};
use puente_core::{Code, Error};
use rust_xlsxwriter::Workbook;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};
use ts_rs::TS;

/// What to write, and where.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "ForecastExport", optional_fields = nullable)]
pub struct Export {
    /// All companies of this NIT.
    pub nit: String,
    /// The file.
    pub path: PathBuf,
    /// Left out: that of the file's extension.
    #[serde(default)]
    pub format: Option<Format>,
    /// Replaces the file if there is one.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub overwrite: bool,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "ForecastExported")]
pub struct Exported {
    /// The file.
    pub path: PathBuf,
    /// Its lines, without the heading.
    pub rows: u64,
}

const COLUMNS: [&str; 9] = [
    "articulo",
    "descripcion",
    "unidad",
    "clase",
    "mes",
    "esperado",
    "bajo",
    "mediana",
    "alto",
];
/// Lines of a worksheet, its heading included.
const XLSX_ROWS: usize = 1_048_576;

/// Writes the forecasts of the active model. The file appears under its name when it is complete.
///
/// # Errors
/// That there is no model; that the file exists or can't be written.
pub fn export(app: &App, request: Export) -> Result<Exported> {
    let format = Format::of(request.format, &request.path)?;
    if request.path.exists() && !request.overwrite {
        let name = request.path.display();
        return Err(Error::new(Code::AlreadyExists)
            .with("what", "file")
            .with("name", name));
    }
    let prediction = predict(
        app,
        Predict {
            nit: request.nit.clone(),
            ..Predict::default()
        },
    )?;
    let rows: usize = prediction
        .articles
        .iter()
        .map(|article| article.months.len())
        .sum();
    if format == Format::Xlsx && rows >= XLSX_ROWS {
        return Err(Error::invalid("format", "xlsx: > 1048575; csv"));
    }
    let unwritable =
        |error: &std::io::Error| Error::invalid("output", request.path.display()).because(error);
    write(&prediction, format, &request.path).map_err(|error| unwritable(&error))?;
    let subject = format!("nit:{}", prediction.nit);
    app.audit(
        "forecast.export",
        &subject,
        json!({ "path": request.path, "rows": rows }),
    )?;
    Ok(Exported {
        path: request.path,
        rows: rows as u64,
    })
}

fn write(prediction: &Prediction, format: Format, path: &Path) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".puente-")
        .tempfile_in(folder)?;
    match format {
        Format::Csv => csv(prediction, &mut file)?,
        Format::Xlsx => xlsx(prediction, &mut file).map_err(std::io::Error::other)?,
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn csv(prediction: &Prediction, out: &mut impl Write) -> std::io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(out);
    writer.write_record(COLUMNS)?;
    let number = |value: f64| format!("{value:.3}").replace('.', ",");
    for article in &prediction.articles {
        for month in &article.months {
            writer.write_record([
                plain(&article.article),
                plain(&article.description),
                plain(&article.unit),
                article.class.as_str().to_owned(),
                month.month.clone(),
                number(month.expected),
                number(month.low),
                number(month.median),
                number(month.high),
            ])?;
        }
    }
    writer.flush()
}

/// A text that no spreadsheet takes for a formula.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn xlsx(
    prediction: &Prediction,
    out: &mut tempfile::NamedTempFile,
) -> std::result::Result<(), rust_xlsxwriter::XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory()?;
    for (column, name) in (0..).zip(COLUMNS) {
        sheet.write_string(0, column, name)?;
    }
    let mut line = 1;
    for article in &prediction.articles {
        for month in &article.months {
            sheet.write_string(line, 0, &article.article)?;
            sheet.write_string(line, 1, &article.description)?;
            sheet.write_string(line, 2, &article.unit)?;
            sheet.write_string(line, 3, article.class.as_str())?;
            sheet.write_string(line, 4, &month.month)?;
            for (column, value) in (5..).zip([month.expected, month.low, month.median, month.high])
            {
                sheet.write_number(line, column, value)?;
            }
            line += 1;
        }
    }
    book.save_to_writer(out)
}
