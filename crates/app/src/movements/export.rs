//! Movements as a file: a row for each, with the names of all that it refers to.

use crate::export::{self, Cell, Format, Table};
use crate::{App, Result};
use puente_core::Error;
use puente_core::fixed::{MONEY_SCALE, QUANTITY_SCALE};
use puente_core::period::date_of_epoch_day;
use puente_erp::companies::Company;
use puente_warehouse::{MovementFilter, MovementRow, Sort, State, Stream};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;

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
pub(super) struct What<'a> {
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
pub(super) fn write(
    app: &App,
    what: &What<'_>,
    path: &Path,
    format: Option<Format>,
    overwrite: bool,
) -> Result<u64> {
    let columns = COLUMNS.map(str::to_owned);
    let table = Table {
        name: "Movimientos",
        columns: &columns,
    };
    let companies = by_id(what.companies);
    export::table(path, format, overwrite, &table, &mut |put| {
        let mut stopped: Option<Error> = None;
        what.each(app, &mut |row| match put(cells(&companies, row)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                stopped = Some(error);
                ControlFlow::Break(())
            }
        })?;
        stopped.map_or(Ok(()), Err)
    })
}

fn by_id(companies: &[Company]) -> HashMap<i64, &Company> {
    companies
        .iter()
        .map(|company| (company.id, company))
        .collect()
}

fn cells(companies: &HashMap<i64, &Company>, row: &MovementRow) -> Vec<Cell> {
    let company = companies.get(&row.company_id);
    let text = |text: &str| Cell::Text(text.to_owned());
    let of =
        |part: fn(&Company) -> String| Cell::Text(company.map(|one| part(one)).unwrap_or_default());
    vec![
        of(|company| company.nit.clone()),
        of(|company| company.fiscal_year.to_string()),
        of(|company| company.name.clone()),
        text(&row.doc_type),
        text(&row.prefix),
        text(&row.number),
        match row.day.and_then(date_of_epoch_day) {
            Some(day) => Cell::Day(day),
            None => text(""),
        },
        text(state(row.state)),
        text(&row.article_code),
        text(&row.article),
        text(&row.unit),
        text(&row.place_code),
        text(&row.place),
        text(match row.stream {
            Stream::Line => "",
            Stream::Transfer => &row.to_place_code,
        }),
        text(row.flag.as_deref().unwrap_or_default()),
        text(&row.party_tax_id),
        text(&row.party),
        Cell::Scaled(row.quantity_e6.into(), QUANTITY_SCALE),
        Cell::Scaled(row.price_e4.into(), MONEY_SCALE),
        Cell::Scaled(row.total_e4.into(), MONEY_SCALE),
    ]
}

fn state(state: State) -> &'static str {
    match state {
        State::Posted => "asentado",
        State::Draft => "sin asentar",
        State::Voided => "anulado",
        State::Gone => "borrado",
    }
}

#[cfg(test)]
mod tests {
    use crate::Nothing;
    use crate::desk::Desk;
    use crate::movements::Export;
    use crate::table::PageOf;
    use serde_json::{Value, json};

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
}
