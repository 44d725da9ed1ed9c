//! Every time that a sale left this PC: what was sent, and what came back.

use super::files::{self, Exported};
use super::table::{SalesFilter, to_filter};
use super::texts::phrase;
use super::{room, show};
use crate::export::{self, Cell, Format, Table};
use crate::{App, Result};
use chrono::{DateTime, Utc};
use puente_sales::attempts::{self, Attempt};
use puente_sales::{accounts, list, sales};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::PathBuf;
use ts_rs::TS;

const COLUMNS: [&str; 9] = [
    "left", "channel", "sale", "sending", "answer", "said", "answered", "sha256", "body",
];

/// The attempts of sales, into a file.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "AttemptsExport", optional_fields = nullable)]
pub struct Export {
    /// Of which sales.
    #[serde(default)]
    #[ts(as = "Option<SalesFilter>", optional)]
    pub filter: SalesFilter,
    /// Where to.
    pub output: PathBuf,
    /// As what; by the file's extension when left out.
    #[serde(default)]
    pub format: Option<Format>,
    /// Replace a file that is there.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub overwrite: bool,
}

/// The attempts at telling a ledger of a sale, oldest first.
///
/// # Errors
/// That the sale doesn't exist; those of the store.
pub fn of_sale(app: &App, request: show::Named) -> Result<Vec<Attempt>> {
    let room = room(app);
    let row = sales::find(&room.state, &request.sale)?;
    Ok(attempts::of_sale(&room.state, row.id)?)
}

/// Writes every attempt of the sales that a filter lets through, with the words that left and their hash. The file
/// appears under its name when it is complete.
///
/// # Errors
/// That the file is there or can't be written; those of the store.
pub fn export(app: &App, request: Export) -> Result<Exported> {
    let (lang, zone) = (app.lang(), app.zone());
    let state = &room(app).state;
    let ids = list::ids(state, &to_filter(&request.filter)?)?;
    let columns = files::headings(&COLUMNS, lang);
    let table = Table {
        name: &phrase("sheet.attempts", lang),
        columns: &columns,
    };
    let names: HashMap<i64, String> = accounts::channels(state)?
        .into_iter()
        .map(|channel| (channel.id, channel.name))
        .collect();
    // With seconds and the distance from UTC: this is evidence of when a document left.
    let moment = |at: DateTime<Utc>| {
        let at = at.with_timezone(&zone);
        at.format("%Y-%m-%d %H:%M:%S %:z").to_string()
    };
    let rows = export::table(
        &request.output,
        request.format,
        request.overwrite,
        &table,
        &mut |put| {
            for id in &ids {
                let all = attempts::of_sale(state, *id)?;
                if all.is_empty() {
                    continue;
                }
                let sale = sales::get(state, *id)?;
                let channel = names.get(&sale.channel_id).cloned().unwrap_or_default();
                for one in all {
                    let answer = if one.answer.is_empty() {
                        "none"
                    } else {
                        &one.answer
                    };
                    put(vec![
                        Cell::Text(moment(one.at)),
                        Cell::Text(channel.clone()),
                        Cell::Text(sale.key.clone()),
                        Cell::Number(Decimal::from(one.version)),
                        Cell::Text(phrase(&format!("answer.{answer}"), lang)),
                        Cell::Text(one.said),
                        Cell::Text(one.ended_at.map(moment).unwrap_or_default()),
                        Cell::Text(one.sha256),
                        Cell::Text(one.body),
                    ])?;
                }
            }
            Ok(())
        },
    )?;
    files::done(app, "sales.attempts.export", request.output, rows)
}
