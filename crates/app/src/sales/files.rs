//! Files for people: the list of sales, what they earned, and the documents of an invoice.

use super::margin::{self, By};
use super::room;
use super::table::{self, PageOf, SalesFilter, to_filter};
use super::texts::phrase;
use crate::export::{self, Cell, Format, Put, Table};
use crate::{App, Result};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use puente_core::{Error, Lang};
use puente_sales::judge::Measure;
use puente_sales::margin::{Certainty, CostKind};
use puente_sales::model::Status;
use puente_sales::{accounts, list, outbox, sales};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use ts_rs::TS;

/// Rows that are read at a time.
const PAGE: u32 = 1000;

const SALES: [&str; 13] = [
    "date",
    "channel",
    "sale",
    "state",
    "buyer",
    "items",
    "currency",
    "paid",
    "total",
    "margin",
    "estimated",
    "invoice",
    "reason",
];
const MARGIN: [&str; 10] = [
    "key",
    "label",
    "sales",
    "units",
    "currency",
    "revenue",
    "cost",
    "margin",
    "percent",
    "estimated",
];
const AMOUNTS: [&str; 9] = [
    "date",
    "channel",
    "sale",
    "buyer",
    "kind",
    "currency",
    "amount",
    "source",
    "certainty",
];

/// The list of sales, as it is seen, into a file.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "SalesExport", optional_fields = nullable)]
pub struct Export {
    /// Which sales.
    #[serde(default)]
    #[ts(as = "Option<SalesFilter>", optional)]
    pub filter: SalesFilter,
    /// By what.
    #[serde(default)]
    #[ts(as = "Option<table::SortBy>", optional)]
    pub sort: table::SortBy,
    /// The smallest or oldest first; the newest and largest when left out.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub ascending: bool,
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

/// What sales earned, into a file.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "MarginExport", optional_fields = nullable)]
pub struct MarginExport {
    /// By what; by month when left out.
    #[serde(default)]
    #[ts(as = "Option<By>", optional)]
    pub by: By,
    /// Of which sales.
    #[serde(default)]
    #[ts(as = "Option<SalesFilter>", optional)]
    pub filter: SalesFilter,
    /// In which currency; that of the most sales when left out. Rows of amounts are of all currencies.
    #[serde(default)]
    pub currency: Option<String>,
    /// A row for each amount of each sale instead, with its source and how sure it is.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub amounts: bool,
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

/// A document of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(rename = "InvoiceDocument")]
pub enum Document {
    /// As it is printed.
    Pdf,
    /// As it is signed.
    Xml,
}

/// Copies a kept document of an invoice to where a person wants it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "SalesDocument", optional_fields = nullable)]
pub struct Save {
    /// The sale's number, or the channel's number of it.
    pub sale: String,
    /// Which document.
    pub document: Document,
    /// Where to.
    pub output: PathBuf,
    /// Replace a file that is there.
    #[serde(default)]
    #[ts(as = "Option<bool>", optional)]
    pub overwrite: bool,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "SalesExported")]
pub struct Exported {
    /// Where to.
    pub output: PathBuf,
    /// Rows, without the heading; of a document, bytes.
    pub rows: u64,
}

/// Writes the list of sales, as it is seen. The file appears under its name when it is complete.
///
/// # Errors
/// That the file is there or can't be written; those of the store.
pub fn export(app: &App, request: Export) -> Result<Exported> {
    let (lang, zone) = (app.lang(), app.zone());
    let columns = headings(&SALES, lang);
    let table = Table {
        name: &phrase("sheet.sales", lang),
        columns: &columns,
    };
    let rows = export::table(
        &request.output,
        request.format,
        request.overwrite,
        &table,
        &mut |put| {
            let mut page = PageOf {
                filter: request.filter.clone(),
                sort: request.sort,
                ascending: request.ascending,
                limit: Some(PAGE),
                ..PageOf::default()
            };
            loop {
                let rows = table::rows(app, &page)?;
                let read = rows.len() as u64;
                for row in rows {
                    put(sale_cells(row, lang, zone))?;
                }
                if read < u64::from(PAGE) {
                    return Ok(());
                }
                page.offset += read;
            }
        },
    )?;
    done(app, "sales.export", request.output, rows)
}

fn sale_cells(row: table::Row, lang: Lang, zone: Tz) -> Vec<Cell> {
    let amount = |text: Option<String>| match text.and_then(|text| text.parse().ok()) {
        Some(amount) => Cell::Number(amount),
        None => Cell::Text(String::new()),
    };
    let reason = row.reasons.first().map(|reason| reason.text.clone());
    vec![
        Cell::Text(moment(row.sold_at, zone)),
        Cell::Text(row.channel),
        Cell::Text(row.key),
        Cell::Text(phrase(&format!("state.{}", row.state.as_str()), lang)),
        Cell::Text(row.buyer),
        Cell::Number(Decimal::from(row.items)),
        Cell::Text(row.currency),
        amount(Some(row.paid)),
        amount(row.total),
        amount(row.margin),
        Cell::Text(yes(row.estimated, lang)),
        Cell::Text(row.invoice),
        Cell::Text(reason.unwrap_or_default()),
    ]
}

/// Writes what sales earned, losses first. The file appears under its name when it is complete.
///
/// # Errors
/// As [`export`].
pub fn export_margin(app: &App, request: MarginExport) -> Result<Exported> {
    let lang = app.lang();
    let names: &[&str] = if request.amounts { &AMOUNTS } else { &MARGIN };
    let columns = headings(names, lang);
    let table = Table {
        name: &phrase("sheet.margin", lang),
        columns: &columns,
    };
    let rows = export::table(
        &request.output,
        request.format,
        request.overwrite,
        &table,
        &mut |put| match request.amounts {
            true => amounts(app, &request.filter, lang, put),
            false => groups(app, &request, lang, put),
        },
    )?;
    done(app, "sales.margin.export", request.output, rows)
}

fn groups(app: &App, request: &MarginExport, lang: Lang, put: Put<'_>) -> Result<()> {
    let of = margin::Of {
        by: request.by,
        filter: request.filter.clone(),
        currency: request.currency.clone(),
        limit: None,
    };
    let summary = margin::all(app, &of)?;
    for row in summary.rows {
        let number = |text: &str| match text.parse() {
            Ok(number) => Cell::Number(number),
            Err(_) => Cell::Text(text.to_owned()),
        };
        put(vec![
            Cell::Text(row.key),
            Cell::Text(row.label),
            Cell::Number(Decimal::from(row.sales)),
            number(&row.units),
            Cell::Text(summary.currency.clone()),
            number(&row.revenue),
            number(&row.cost),
            number(&row.margin),
            number(&row.percent.unwrap_or_default()),
            Cell::Text(yes(row.estimated, lang)),
        ])?;
    }
    Ok(())
}

fn amounts(app: &App, filter: &SalesFilter, lang: Lang, put: Put<'_>) -> Result<()> {
    let (room, zone) = (room(app), app.zone());
    let ids = list::ids(&room.state, &to_filter(filter)?)?;
    let mut measures: HashMap<i64, Measure> = HashMap::new();
    for channel in accounts::channels(&room.state)? {
        measures.insert(channel.id, Measure::of(room, channel.id)?);
    }
    let mut stopped = None;
    sales::each(&room.state, &ids, |row, sale| {
        let Some(measure) = measures.get(&row.channel_id) else {
            return Ok(());
        };
        if sale.status != Status::Paid || stopped.is_some() {
            return Ok(());
        }
        let draft = measure.draft(&sale).ok();
        let earned = measure.earnings(&sale, draft.as_ref(), row.state.may_be_invoiced());
        let mut line = |kind: String, amount: Decimal, source: String, certainty: String| {
            put(vec![
                Cell::Text(moment(row.sold_at, zone)),
                Cell::Text(measure.channel.name.clone()),
                Cell::Text(row.key.clone()),
                Cell::Text(row.buyer.clone()),
                Cell::Text(kind),
                Cell::Text(row.currency.clone()),
                Cell::Number(amount),
                Cell::Text(source),
                Cell::Text(certainty),
            ])
        };
        let mut all = vec![(
            phrase("kind.revenue", lang),
            earned.revenue,
            phrase("source.order", lang),
            String::new(),
        )];
        all.extend(earned.costs.into_iter().map(|cost| {
            // A rule of the office's own has a name instead.
            let source = if cost.kind == CostKind::Own {
                cost.source
            } else {
                phrase(&format!("source.{}", cost.source), lang)
            };
            let sure = phrase(certainty(cost.certainty), lang);
            (phrase(kind(cost.kind), lang), -cost.amount, source, sure)
        }));
        for (kind, amount, source, sure) in all {
            if let Err(error) = line(kind, amount, source, sure) {
                stopped = Some(error);
                break;
            }
        }
        Ok(())
    })?;
    stopped.map_or(Ok(()), Err)
}

fn kind(kind: CostKind) -> &'static str {
    match kind {
        CostKind::SaleFee => "kind.sale_fee",
        CostKind::Freight => "kind.freight",
        CostKind::Withheld => "kind.withheld",
        CostKind::SalesTax => "kind.sales_tax",
        CostKind::Product => "kind.product",
        CostKind::Own => "kind.own",
    }
}

fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Estimated => "certainty.estimated",
        Certainty::Billed => "certainty.billed",
        Certainty::Stated => "certainty.stated",
    }
}

/// Copies a kept document of an invoice. The file appears under its name when it is complete.
///
/// # Errors
/// That the sale has no such document, or the file is there or can't be written.
pub fn document(app: &App, request: Save) -> Result<Exported> {
    let room = room(app);
    let row = sales::find(&room.state, &request.sale)?;
    let invoice = outbox::invoice(room, row.id)?;
    let (name, what) = match (invoice, request.document) {
        (Some(invoice), Document::Pdf) => (invoice.pdf, "PDF"),
        (Some(invoice), Document::Xml) => (invoice.xml, "XML"),
        (None, _) => (String::new(), "invoice"),
    };
    let kept = within(&room.files, &name).ok_or_else(|| Error::not_found(what, &row.key))?;
    let bytes =
        std::fs::read(&kept).map_err(|error| Error::not_found(what, &row.key).because(&error))?;
    export::whole(&request.output, request.overwrite, &bytes)?;
    let size = bytes.len() as u64;
    let detail = json!({ "document": request.document, "path": request.output });
    app.audit("sales.document", &format!("sale:{}", row.id), detail)?;
    Ok(Exported {
        output: request.output,
        rows: size,
    })
}

/// The file of that name in `folder`, and nowhere else.
fn within(folder: &Path, name: &str) -> Option<PathBuf> {
    let is_plain = Path::new(name)
        .file_name()
        .is_some_and(|plain| plain == name);
    (!name.is_empty() && is_plain).then(|| folder.join(name))
}

pub(super) fn headings(names: &[&str], lang: Lang) -> Vec<String> {
    names
        .iter()
        .map(|name| phrase(&format!("column.{name}"), lang))
        .collect()
}

fn yes(is: bool, lang: Lang) -> String {
    phrase(if is { "word.yes" } else { "word.no" }, lang)
}

/// A moment in the office's time zone, as spreadsheets read it.
fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

pub(super) fn done(app: &App, action: &str, output: PathBuf, rows: u64) -> Result<Exported> {
    app.audit(action, "sales", json!({ "path": output, "rows": rows }))?;
    Ok(Exported { output, rows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::{Desk, sale};
    use crate::{sales::attempts, settings};
    use puente_sales::judge;
    use std::sync::Arc;

    #[test]
    fn a_kept_name_never_leads_out_of_the_folder_of_invoices() {
        let folder = Path::new("facturas");
        let kept = within(folder, "FV-2-22-1.pdf").unwrap();
        assert_eq!(kept, folder.join("FV-2-22-1.pdf"));
        for name in ["", "..", "../puente.db", "/etc/passwd", "a/../../b"] {
            assert_eq!(within(folder, name), None, "{name}");
        }
    }

    /// The rows of a file, without its heading.
    fn rows(file: &Path) -> Vec<csv::StringRecord> {
        let mut reader = csv::ReaderBuilder::new();
        let mut reader = reader.delimiter(b';').from_path(file).unwrap();
        reader.records().map(|row| row.unwrap()).collect()
    }

    /// An office in that zone with one sale, of half past three in the morning of the first of November in UTC, and
    /// one attempt a second later.
    fn office_in(zone: &str) -> Desk {
        let desk = Desk::new();
        let request = serde_json::from_value(json!({ "zone": zone })).unwrap();
        settings::set(&desk.app, request).unwrap();
        let (room, channel) = (room(&desk.app), desk.add_channel());
        let measure = Arc::new(Measure::of(room, channel).unwrap());
        let sold = vec![sale("2000001", "TOR-1", "2026-11-01T03:30:00Z")];
        judge::take(room, &measure, sold, |_| Ok(())).unwrap();
        room.state
            .write(|tx| {
                tx.execute(
                    "INSERT INTO sale_attempt (send_id, sale_id, version, at, sha256)
                     SELECT 1, id, 1, '2026-11-01T03:30:01.000Z', '' FROM sale",
                    [],
                )
                .map_err(puente_store::Error::from)
            })
            .unwrap();
        desk
    }

    #[test]
    fn days_and_months_in_files_and_in_margins_are_those_of_the_office() {
        for (zone, moment, left, month) in [
            (
                "America/Bogota",
                "2026-10-31 22:30",
                "2026-10-31 22:30:01 -05:00",
                "2026-10",
            ),
            (
                "America/Santiago",
                "2026-11-01 00:30",
                "2026-11-01 00:30:01 -03:00",
                "2026-11",
            ),
            (
                "America/Mexico_City",
                "2026-10-31 21:30",
                "2026-10-31 21:30:01 -06:00",
                "2026-10",
            ),
        ] {
            let desk = office_in(zone);
            let file = |name: &str| desk.folder.path().join(name);
            let write = |name: &str| json!({ "output": file(name) });
            let asked = serde_json::from_value(write("sales.csv")).unwrap();
            export(&desk.app, asked).unwrap();
            assert_eq!(&rows(&file("sales.csv"))[0][0], moment, "{zone}");
            let asked = serde_json::from_value(write("attempts.csv")).unwrap();
            attempts::export(&desk.app, asked).unwrap();
            assert_eq!(&rows(&file("attempts.csv"))[0][0], left, "{zone}");
            let asked = serde_json::from_value(write("margin.csv")).unwrap();
            export_margin(&desk.app, asked).unwrap();
            assert_eq!(&rows(&file("margin.csv"))[0][0], month, "{zone}");
            let mut asked: MarginExport = serde_json::from_value(write("amounts.csv")).unwrap();
            asked.amounts = true;
            export_margin(&desk.app, asked).unwrap();
            assert_eq!(&rows(&file("amounts.csv"))[0][0], moment, "{zone}");
            let seen = margin::summary(&desk.app, margin::Of::default()).unwrap();
            assert_eq!(seen.rows[0].key, month, "{zone}");
        }
    }
}
