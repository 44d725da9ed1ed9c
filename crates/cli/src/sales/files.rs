//! The verbs of sales that write files.

use super::read;
use crate::output::Terminal;
use puente_app::App;
use puente_app::sales::files::{self, Exported};
use puente_app::sales::table::{SalesFilter, SortBy};
use puente_core::Error;
use serde_json::json;
use std::path::PathBuf;

/// The list of sales, newest first.
pub fn list(
    terminal: &Terminal,
    app: &App,
    filter: SalesFilter,
    output: PathBuf,
    overwrite: bool,
) -> Result<(), Error> {
    let request = files::Export {
        filter,
        sort: SortBy::Date,
        ascending: false,
        output,
        format: None,
        overwrite,
    };
    let written = files::export(app, request)?;
    told(terminal, &written);
    Ok(())
}

/// What sales earned, or each amount of each sale.
pub fn margin(terminal: &Terminal, app: &App, request: files::MarginExport) -> Result<(), Error> {
    let written = files::export_margin(app, request)?;
    told(terminal, &written);
    Ok(())
}

/// A kept document of an invoice.
pub fn document(
    terminal: &Terminal,
    app: &App,
    sale: String,
    document: &str,
    output: PathBuf,
    overwrite: bool,
) -> Result<(), Error> {
    let request = files::Save {
        sale,
        document: read("document", json!(document))?,
        output,
        overwrite,
    };
    let written = files::document(app, request)?;
    terminal.result(&written, |written| {
        let path = written.output.display();
        terminal.line(terminal.fill("sales.saved", &[("path", &path)]));
    });
    Ok(())
}

fn told(terminal: &Terminal, written: &Exported) {
    terminal.result(written, |written| {
        let values: [(&str, &dyn std::fmt::Display); 2] = [
            ("rows", &terminal.count(written.rows)),
            ("path", &written.output.display()),
        ];
        terminal.line(terminal.fill("sales.exported", &values));
    });
}
