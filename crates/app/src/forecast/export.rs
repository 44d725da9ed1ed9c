//! Forecasts as CSV or XLSX: a line for each article and month, or the table of articles as it is shown.

use super::ask::{ArticleRow, Predict, Prediction, Search, listed, predict};
use super::places::Places;
use super::totals::{Bounds, Totals, TotalsOf, totals};
use crate::amounts::Amount;
use crate::export::{self, Cell, Format, Put, Table};
use crate::{App, Result};
use puente_core::fixed::MONEY_SCALE;
use puente_forecast::{Class, Place};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::PathBuf;
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
/// What stands before the other columns where each warehouse is forecast apart.
const PLACE: [&str; 2] = ["bodega", "nombre_bodega"];

fn heading(apart: bool, rest: &[&str]) -> Vec<String> {
    let place = if apart { &PLACE[..] } else { &[] };
    place
        .iter()
        .chain(rest)
        .map(|name| (*name).to_owned())
        .collect()
}

fn place_cells(place: Option<&Place>) -> Vec<Cell> {
    let texts = place.map(|place| [&place.code, &place.name]);
    texts.into_iter().flatten().map(text).collect()
}

fn text(text: impl AsRef<str>) -> Cell {
    Cell::Text(text.as_ref().to_owned())
}

fn estimate(value: Option<f64>) -> Cell {
    value.map_or_else(|| text(""), Cell::Estimate)
}

fn money(amount: Option<Amount>) -> Cell {
    amount.map_or_else(|| text(""), |amount| Cell::Scaled(amount.0, MONEY_SCALE))
}

/// A line for each article and month.
fn put_months(prediction: &Prediction, put: Put<'_>) -> Result<()> {
    for article in &prediction.articles {
        for month in &article.months {
            let mut line = place_cells(article.place.as_ref());
            line.extend([
                text(&article.article),
                text(&article.description),
                text(&article.unit),
                text(word_of(article.class)),
                text(&month.month),
            ]);
            let numbers = [month.expected, month.low, month.median, month.high];
            line.extend(numbers.map(Cell::Estimate));
            put(line)?;
        }
    }
    Ok(())
}

/// The table of articles.
fn put_articles(rows: &[ArticleRow], put: Put<'_>) -> Result<()> {
    for row in rows {
        let mut line = place_cells(row.place.as_ref());
        line.extend([
            text(&row.code),
            text(&row.description),
            text(&row.unit),
            text(word_of(row.class)),
        ]);
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
        line.extend(numbers.map(estimate));
        line.push(money(row.at_stake));
        put(line)?;
    }
    Ok(())
}

/// The months of the past and of the forecast, and what is to come in one sum.
fn put_totals(totals: &Totals, put: Put<'_>) -> Result<()> {
    let mut line = |name: &str, sold, expected, bounds: Option<Bounds>| {
        let low = bounds.map(|bounds| bounds.low);
        let high = bounds.map(|bounds| bounds.high);
        let mut line = vec![text(name)];
        line.extend([sold, expected, low, high].map(money));
        put(line)
    };
    for one in &totals.months {
        line(&one.month, one.sold, one.expected, one.bounds)?;
    }
    let ahead = &totals.ahead;
    line("total", None, Some(ahead.expected), ahead.bounds)
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
    let nit = request.nit;
    let columns = match (&request.table, &request.totals) {
        (None, Some(_)) => heading(false, &TOTALS),
        (Some(search), _) => heading(search.places.are_apart(), &ARTICLES),
        (None, None) => heading(request.places.are_apart(), &MONTHS),
    };
    let (table, sums, places) = (request.table, request.totals, request.places);
    let shape = Table {
        name: "Pronósticos",
        columns: &columns,
    };
    let rows = export::table(
        &request.path,
        request.format,
        request.overwrite,
        &shape,
        &mut |put| {
            let nit = nit.clone();
            match (table.clone(), sums.clone()) {
                (None, Some(of)) => put_totals(&totals(app, TotalsOf { nit, ..of })?, put),
                (Some(search), _) => put_articles(&listed(app, Search { nit, ..search })?, put),
                (None, None) => {
                    let asked = Predict {
                        nit,
                        places: places.clone(),
                        ..Predict::default()
                    };
                    put_months(&predict(app, asked)?, put)
                }
            }
        },
    )?;
    app.audit(
        "forecast.export",
        &format!("nit:{nit}"),
        json!({ "path": request.path, "rows": rows }),
    )?;
    Ok(Exported {
        path: request.path,
        rows,
    })
}
