//! Forecasts as CSV or XLSX: a line for each article and month, or the table of articles as it is shown.

use super::ask::{ArticleRow, Predict, Prediction, Search, listed, predict};
use super::places::Places;
use super::totals::{Bounds, Totals, TotalsOf, totals};
use crate::amounts::Amount;
use crate::export::Format;
use crate::{App, Result};
use puente_core::fixed::{self, MONEY_SCALE};
use puente_core::{Code, Error};
use puente_forecast::{Class, Place};
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
    /// The table of articles, in its order and as it is narrowed, with stock advice. Left out: all articles, month
    /// by month.
    #[serde(default)]
    pub table: Option<Search>,
    /// The totals, month by month, with their sum.
    #[serde(default)]
    pub totals: Option<TotalsOf>,
    /// Of these warehouses, where all articles are written; a table says its own. Left out: all of them together.
    #[serde(default)]
    #[ts(as = "Option<Places>", optional)]
    pub places: Places,
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

const MONTHS: [&str; 9] = [
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
const ARTICLES: [&str; 13] = [
    "articulo",
    "descripcion",
    "unidad",
    "clase",
    "proximos_3_meses",
    "bajo",
    "alto",
    "tendencia",
    "error_sobre_anio_pasado",
    "demanda_mensual",
    "existencia_seguridad",
    "punto_pedido",
    "en_juego",
];
const TOTALS: [&str; 5] = ["mes", "vendido", "esperado", "bajo", "alto"];
/// Lines of a worksheet, its heading included.
const XLSX_ROWS: usize = 1_048_576;

/// A cell. Estimates are floats; money is written as the exact decimal that it is.
enum Cell<'a> {
    Text(&'a str),
    Estimate(Option<f64>),
    Money(Option<String>),
}

/// Lines under their heading.
struct Table<'a> {
    heading: Vec<&'static str>,
    lines: Vec<Vec<Cell<'a>>>,
}

/// What stands before the other columns where each warehouse is forecast apart.
const PLACE: [&str; 2] = ["bodega", "nombre_bodega"];

fn heading(apart: bool, rest: &[&'static str]) -> Vec<&'static str> {
    let place = if apart { &PLACE[..] } else { &[] };
    [place, rest].concat()
}

fn place_cells(place: Option<&Place>) -> impl Iterator<Item = Cell<'_>> {
    place
        .into_iter()
        .flat_map(|place| [Cell::Text(&place.code), Cell::Text(&place.name)])
}

impl<'a> Table<'a> {
    fn months(prediction: &'a Prediction, apart: bool) -> Table<'a> {
        let lines = prediction.articles.iter().flat_map(|article| {
            article.months.iter().map(|month| {
                let texts = [
                    article.article.as_str(),
                    &article.description,
                    &article.unit,
                    word_of(article.class),
                    &month.month,
                ];
                let numbers = [month.expected, month.low, month.median, month.high];
                let texts = texts.into_iter().map(Cell::Text);
                let numbers = numbers.into_iter().map(|value| Cell::Estimate(Some(value)));
                place_cells(article.place.as_ref())
                    .chain(texts)
                    .chain(numbers)
                    .collect()
            })
        });
        Table {
            heading: heading(apart, &MONTHS),
            lines: lines.collect(),
        }
    }

    fn articles(rows: &'a [ArticleRow], apart: bool) -> Table<'a> {
        let line = |row: &'a ArticleRow| {
            let texts = [
                row.code.as_str(),
                &row.description,
                &row.unit,
                word_of(row.class),
            ];
            let numbers = [
                Some(row.next),
                Some(row.low),
                Some(row.high),
                row.trend,
                row.error_ratio,
                Some(row.stock.monthly_demand),
                Some(row.stock.safety_stock),
                Some(row.stock.reorder_point),
            ];
            let money = row
                .at_stake
                .map(|amount| fixed::to_text(amount.0, MONEY_SCALE));
            let texts = texts.into_iter().map(Cell::Text);
            let numbers = numbers.into_iter().map(Cell::Estimate);
            place_cells(row.place.as_ref())
                .chain(texts)
                .chain(numbers)
                .chain([Cell::Money(money)])
                .collect()
        };
        Table {
            heading: heading(apart, &ARTICLES),
            lines: rows.iter().map(line).collect(),
        }
    }
}

/// The months of the past and of the forecast, and what is to come in one sum.
fn of_totals(totals: &Totals) -> Table<'_> {
    let line = |name, sold, expected, bounds: Option<Bounds>| {
        let low = bounds.map(|bounds| bounds.low);
        let high = bounds.map(|bounds| bounds.high);
        let money = |amount: Option<Amount>| {
            Cell::Money(amount.map(|amount| fixed::to_text(amount.0, MONEY_SCALE)))
        };
        let amounts = [sold, expected, low, high].map(money);
        [Cell::Text(name)].into_iter().chain(amounts).collect()
    };
    let months = totals.months.iter();
    let ahead = &totals.ahead;
    let sum = line("total", None, Some(ahead.expected), ahead.bounds);
    Table {
        heading: TOTALS.to_vec(),
        lines: months
            .map(|one| line(&one.month, one.sold, one.expected, one.bounds))
            .chain([sum])
            .collect(),
    }
}

/// A class in the language of the headings.
fn word_of(class: Class) -> &'static str {
    match class {
        Class::Smooth => "estable",
        Class::Erratic => "variable",
        Class::Intermittent => "intermitente",
        Class::Lumpy => "irregular",
        Class::New => "nuevo",
        Class::Dead => "sin ventas",
    }
}

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
    let nit = request.nit.clone();
    let rows = match (request.table, request.totals) {
        (None, Some(of)) => {
            let sums = totals(app, TotalsOf { nit, ..of })?;
            write(&of_totals(&sums), format, &request.path)?
        }
        (Some(search), _) => {
            let apart = search.places.are_apart();
            let rows = listed(app, Search { nit, ..search })?;
            write(&Table::articles(&rows, apart), format, &request.path)?
        }
        (None, None) => {
            let apart = request.places.are_apart();
            let asked = Predict {
                nit,
                places: request.places,
                ..Predict::default()
            };
            let prediction = predict(app, asked)?;
            write(&Table::months(&prediction, apart), format, &request.path)?
        }
    };
    app.audit(
        "forecast.export",
        &format!("nit:{}", request.nit),
        json!({ "path": request.path, "rows": rows }),
    )?;
    Ok(Exported {
        path: request.path,
        rows,
    })
}

fn write(table: &Table<'_>, format: Format, path: &Path) -> Result<u64> {
    if format == Format::Xlsx && table.lines.len() >= XLSX_ROWS {
        return Err(Error::invalid("format", "xlsx: > 1048575; csv"));
    }
    write_file(table, format, path)
        .map_err(|error| Error::invalid("output", path.display()).because(&error))?;
    Ok(table.lines.len() as u64)
}

fn write_file(table: &Table<'_>, format: Format, path: &Path) -> std::io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".puente-")
        .tempfile_in(folder)?;
    match format {
        Format::Csv => csv(table, &mut file)?,
        Format::Xlsx => xlsx(table, &mut file).map_err(std::io::Error::other)?,
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn csv(table: &Table<'_>, out: &mut impl Write) -> std::io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(out);
    writer.write_record(&table.heading)?;
    for line in &table.lines {
        writer.write_record(line.iter().map(|cell| match cell {
            Cell::Text(text) => plain(text),
            Cell::Estimate(value) => {
                value.map_or_else(String::new, |value| format!("{value:.3}").replace('.', ","))
            }
            Cell::Money(value) => value.as_deref().unwrap_or_default().replace('.', ","),
        }))?;
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
    table: &Table<'_>,
    out: &mut tempfile::NamedTempFile,
) -> std::result::Result<(), rust_xlsxwriter::XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory()?;
    for (column, name) in (0..).zip(&table.heading) {
        sheet.write_string(0, column, *name)?;
    }
    for (row, line) in (1..).zip(&table.lines) {
        for (column, cell) in (0..).zip(line) {
            match cell {
                Cell::Text(text) => {
                    sheet.write_string(row, column, *text)?;
                }
                Cell::Estimate(Some(value)) => {
                    sheet.write_number(row, column, *value)?;
                }
                // A spreadsheet knows but floats; 15 digits are more than a price times a quantity has.
                Cell::Money(Some(text)) => {
                    let value: f64 = text.parse().unwrap_or_default();
                    sheet.write_number(row, column, value)?;
                }
                Cell::Estimate(None) | Cell::Money(None) => {}
            }
        }
    }
    book.save_to_writer(out)
}
